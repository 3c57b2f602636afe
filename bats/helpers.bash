# helpers.bash - a bundle for each test, the runtime with a state root of the test's own, and the proof
# that nothing is left of the test when it is over.
#
# A test file begins with
#
#	bats_require_minimum_version 1.5.0
#	load helpers
#
# and finds in each test
#
#	CAISSON   the program under test
#	ID        an id that no other test has; more ids begin with it: "$ID-two"
#	TEST_DIR  an empty directory
#	BUNDLE    a bundle, the current directory: busybox in rootfs, /bin/true without a terminal
#	ROOT      the state root, for `caisson`
#	CGROUPS   host, or v2 where bats/run has put cgroup2 alone on /sys/fs/cgroup
#
# Whoever makes a cgroup or a process that lives on gives it a name with $ID in it or a program of
# $BUNDLE: that is how teardown finds it.

# shellcheck shell=bash

find_caisson() {
	local candidate
	for candidate in "${CAISSON:-}" "$PWD/caisson" "$BATS_TEST_DIRNAME/../caisson"; do
		[[ $candidate && -x $candidate && ! -d $candidate ]] || continue
		realpath "$candidate"
		return
	done
	echo "no program to test: set CAISSON, or run 'make bats'" >&2
	return 1
}

CAISSON=$(find_caisson) || exit 1
CGROUPS=${CAISSON_CGROUP:-host}
BUSYBOX=$(command -v busybox) || { echo "busybox-static is needed" >&2; exit 1; }
export CAISSON CGROUPS BUSYBOX

# What engines and shells may have left in the environment would make another case of each test.
unset XDG_RUNTIME_DIR LISTEN_FDS LISTEN_PID LISTEN_FDNAMES NOTIFY_SOCKET

# All that the tests start is what was planned, or the start fails: libcontainer/audit/.  A test that has
# a tracer of its own (strace, stepper) goes without, as a process has one at most: `untraced COMMAND...`.
export CAISSON_ASSERT_START=1

untraced() {
	env -u CAISSON_ASSERT_START "$@"
}

# ---- the bundle ----------------------------------------------------------------------------

# Once per run: a root of all of busybox's applets, which each test copies.
make_template() {
	local template=$BATS_RUN_TMPDIR/rootfs fresh
	[[ ! -d $template ]] || return 0
	fresh=$(mktemp -d "$BATS_RUN_TMPDIR/rootfs.XXXXXX")
	chmod 755 "$fresh"
	mkdir -p "$fresh"/{bin,dev,etc,home,mnt,proc,root,sys,tmp}
	chmod 1777 "$fresh/tmp"
	cp "$BUSYBOX" "$fresh/bin/busybox"
	chroot "$fresh" /bin/busybox --install -s /bin
	printf '%s\n' root:x:0:0:root:/root:/bin/sh user:x:1000:1000::/home:/bin/sh \
		>"$fresh/etc/passwd"
	printf '%s\n' root:x:0: tty:x:5: user:x:1000: >"$fresh/etc/group"
	# Jobs that run at once may both come here; one of them wins.
	mv -T "$fresh" "$template" 2>/dev/null || rm -rf "$fresh"
}

# make_bundle DIR - a bundle with a root file system of its own.
make_bundle() {
	mkdir -p "$1"
	cp -a "$BATS_RUN_TMPDIR/rootfs" "$1/rootfs"
	"$CAISSON" spec --bundle "$1"
	update_config_of "$1" '.process.terminal = false | .process.args = ["/bin/true"]'
}

# update_config_of DIR PROGRAM [JQ-OPTION...]
update_config_of() {
	local file=$1/config.json
	shift
	jq "$@" <"$file" >"$file.new" && mv "$file.new" "$file"
}

# update_config PROGRAM [JQ-OPTION...] - change the test's configuration by a jq program.
update_config() {
	update_config_of "$BUNDLE" "$@"
}

# set_args WORD... - the program that the container runs, with its arguments.
set_args() {
	# shellcheck disable=SC2016 # $ARGS is jq's
	update_config '.process.args = $ARGS.positional' --args -- "$@"
}

# set_script TEXT - have the container's shell run it.
set_script() {
	set_args /bin/sh -c "$1"
}

setup_bundle() {
	((EUID == 0)) || { echo "the tests need root" >&2; return 1; }
	ID=cb-$(basename "$BATS_TEST_FILENAME" .bats)-$BATS_TEST_NUMBER-$$
	TEST_DIR=$BATS_TEST_TMPDIR
	BUNDLE=$TEST_DIR/bundle
	ROOT=$TEST_DIR/state
	# The directory is mktemp's 0700, which would keep users of user namespaces out of a root in it.
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$TEST_DIR" 2>/dev/null || true
	make_template
	make_bundle "$BUNDLE"
	cd "$BUNDLE" || return 1
	# Marks what the test starts on the host, see leaked_processes.
	export CAISSON_TEST=$ID
	mounts_before=$(mount_table)
	cgroups_before=$(cgroups_of_test)
	[[ ! $cgroups_before ]] || { echo "cgroups of $ID exist already" >&2; return 1; }
}

# ---- the program ---------------------------------------------------------------------------

# Who calls it, and global options: see setup_driver.
caller=() global=()

caisson() {
	"${caller[@]}" "$CAISSON" --root "$ROOT" "${global[@]}" "$@"
}

# detached ARGUMENT... - `run -d`, `create` or `exec -d`: the container inherits stdio, so that it may not
# be the pipe that `run` reads to its end.  Sets $status and $output as `run` does, $output being
# what was printed until then; the container's output goes on to $TEST_DIR/output.
detached() {
	status=0
	caisson "$@" </dev/null >"$TEST_DIR/output" 2>&1 || status=$?
	output=$(<"$TEST_DIR/output")
	if ((status)); then
		echo "caisson $*: status $status: $output"
		return "$status"
	fi
}

# start_container [ID] - a container of the test's bundle that runs in the background.
start_container() {
	detached run -d "${1:-$ID}"
}

# sleeping_container [ID] - the same, with a program that does nothing until it is killed.
sleeping_container() {
	set_args /bin/sleep 1000
	start_container "$@"
}

status_of() {
	caisson state "${1:-$ID}" | jq -r .status
}

pid_of() {
	caisson state "${1:-$ID}" | jq -r .pid
}

# eventually COMMAND... - until it succeeds, for at most ten seconds.
eventually() {
	local tries=200
	until "$@"; do
		((tries-- > 0)) || { echo "did not happen in time: $*"; return 1; }
		sleep 0.05
	done
}

has_status() {
	[[ $(status_of "${2:-$ID}") == "$1" ]]
}

# wait_for_status STATUS [ID]
wait_for_status() {
	eventually has_status "$@"
}

# ---- assertions, which show what there was instead -------------------------------------------

fail() {
	printf '%s\n' "$*"
	return 1
}

# assert_equal ACTUAL EXPECTED
assert_equal() {
	[[ $1 == "$2" ]] || fail "got      '$1'
expected '$2'"
}

# assert_output TEXT - $output is exactly that.
assert_output() {
	assert_equal "$output" "$1"
}

# assert_contains TEXT [WHERE] - in $output, or in WHERE.
assert_contains() {
	local where=${2-$output}
	[[ $where == *"$1"* ]] || fail "no '$1' in '$where'"
}

refute_contains() {
	local where=${2-$output}
	[[ $where != *"$1"* ]] || fail "'$1' in '$where'"
}

# assert_status_of STATUS [ID]
assert_status_of() {
	assert_equal "$(status_of "${2:-$ID}")" "$1"
}

# assert_gone [ID] - no state, no cgroup, no process is left of it.
assert_gone() {
	local id=${1:-$ID} left
	left=$(find "$ROOT" -mindepth 1 -name "*$id*" 2>/dev/null || true)
	[[ ! $left ]] || fail "left in the state root: $left"
	left=$(find /sys/fs/cgroup -type d -name "*$id*" 2>/dev/null || true)
	[[ ! $left ]] || fail "cgroups left: $left"
	eventually no_processes || fail "processes left: $(leaked_processes | tr '\n' ' ')"
}

# ---- what is left --------------------------------------------------------------------------

mount_table() {
	echo "$(</proc/self/mountinfo)"
}

# Directories of others may vanish while find looks at them.
cgroups_of_test() {
	find /sys/fs/cgroup -depth -type d -name "*$ID*" 2>/dev/null || true
}

# The pids of the test's processes: those that have its mark in their environment, its state root in their
# arguments, its id in their cgroup's name, or a program of the bundle's root.  In a subshell, without the
# mark, and with the words on stdin: else the tools here would be found, too.
leaked_processes() (
	unset CAISSON_TEST
	{
		# shellcheck disable=SC2062 # those words are files
		printf '%s\n' "CAISSON_TEST=$ID" "$ROOT" "$ID" |
			grep -lsaF -f - /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/[0-9]*/cgroup
		find -L /proc/[0-9]*/exe -maxdepth 0 -samefile "$BUNDLE/rootfs/bin/busybox" 2>/dev/null
	} | cut -d/ -f3 | sort -un | while read -r pid; do
		! is_alive "$pid" || echo "$pid"
	done
)

# Neither gone nor a zombie, which is its parent's to collect.
is_alive() {
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" && [[ ! ${stat##*) } =~ ^[ZX] ]]
}

no_processes() {
	[[ ! $(leaked_processes) ]]
}

describe_process() {
	echo "$1 $(<"/proc/$1/comm") $(tr '\0' ' ' <"/proc/$1/cmdline")" 2>/dev/null
}

# check_descriptors ID - beyond stdio, a program has the descriptors it was to get (ALLOWED_FDS, a number)
# and those that it opened itself, which the shell has from 10 on.
check_descriptors() {
	local id=$1 pid link number
	has_status running "$id" || return 0
	pid=$(pid_of "$id")
	for link in "/proc/$pid/fd"/*; do
		number=${link##*/}
		if [[ $number =~ ^[0-9]+$ ]] && ((number > 2 + ${ALLOWED_FDS:-0} && number < 10)); then
			echo "container $id has descriptor $number: $(readlink "$link")"
		fi
	done
}

# Prints what is left, and removes it so that the next test begins as this one did.
leaks() {
	local id pid pids mount
	unset CAISSON_TEST
	for id in $(caisson list --quiet 2>/dev/null); do
		check_descriptors "$id"
		caisson delete --force "$id" || echo "delete --force $id: status $?"
	done
	# A process that was killed may need a moment for its end.
	for _ in {1..40}; do
		pids=$(leaked_processes)
		[[ $pids ]] || break
		sleep 0.05
	done
	for pid in $pids; do
		echo "process left: $(describe_process "$pid")"
		kill -KILL "$pid"
	done
	cgroups_of_test | sed 's/^/cgroup left: /'
	# The cache of filters is no container's.
	[[ ! -d $ROOT ]] || find "$ROOT" -mindepth 1 -path "$ROOT/.seccomp-cache" -prune -o \
		-mindepth 1 -print | sed 's/^/left in the state root: /'
	remove_cgroups
	[[ $mounts_before != "$(mount_table)" ]] || return 0
	changed_mounts
	while read -r mount; do
		umount -l "$mount"
	done < <(cut -d' ' -f5 /proc/self/mountinfo | grep -F "$TEST_DIR" | sort -r)
}

# A mount also goes when somebody outside removes the directory that it is on: that is not of the test.
changed_mounts() {
	local sign line target
	diff <(echo "$mounts_before") <(mount_table) | while read -r sign line; do
		target=$(cut -d' ' -f5 <<<"$line")
		case $sign in
		'>') echo "mount left: $line" ;;
		'<') [[ ! -e $target ]] || echo "mount gone: $line" ;;
		esac
	done
}

remove_cgroups() {
	find /sys/fs/cgroup -depth -type d -name "*$ID*" -exec rmdir {} + 2>/dev/null
}

teardown_bundle() {
	cd / || return 1
	[[ ${mounts_before-} ]] || return 0 # the test was skipped, or setup failed
	local found
	found=$(leaks 2>&1)
	[[ ! $found ]] || fail "left behind:
$found"
}

# A file that needs more of its own calls these two from its own.
setup() {
	setup_bundle
}

teardown() {
	teardown_bundle
}
