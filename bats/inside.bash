# inside.bash - what a container gets, told from inside it.  Loaded after helpers.

# shellcheck shell=bash

# Once per test, where the container's root has to do more than print.
grant_capabilities() {
	# shellcheck disable=SC2016
	update_config '.process.capabilities |= with_entries(
		select(.key != "ambient" and .key != "inheritable") | .value = $ARGS.positional)' \
		--args CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_KILL CAP_MKNOD \
		CAP_NET_ADMIN CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETPCAP CAP_SETUID \
		CAP_SYS_ADMIN CAP_SYS_CHROOT "$@"
}

# writable_root - the image may be written to.
writable_root() {
	update_config '.root.readonly = false'
}

# For scripts: "no COMMAND..." is for what must fail, "write FILE" and "open FILE" such commands.
WORDS='set -e; no() { if ("$@"); then echo "it could: $*"; exit 99; fi; }
write() { echo x >"$1"; }
open() { : <>"$1"; }
'

# inside TEXT - the container's shell runs it and all of it succeeds; $output is what was printed.
inside() {
	set_script "$WORDS$1"
	run caisson run "$ID"
	((status == 0)) || fail "status $status: $output"
}

# refused TEXT... - the container is not made, for a reason that has all these texts in it.
refused() {
	local text
	run -1 caisson run "$ID"
	for text; do
		assert_contains "$text"
	done
	# Where the configuration alone is wrong, there has never been a state root.
	[[ ! -d $ROOT ]] || assert_gone
}

# add_mount DESTINATION TYPE SOURCE [OPTION...] - an empty TYPE or SOURCE is left out.
add_mount() {
	# shellcheck disable=SC2016
	update_config '.mounts += [{destination: $at, type: $type, source: $source,
		options: $ARGS.positional}
		| with_entries(select(.value != "" and .value != []))]' \
		--arg at "$1" --arg type "$2" --arg source "$3" --args "${@:4}"
}

# namespace_add TYPE [PATH] - a new one, or that of PATH instead of a new one.
namespace_add() {
	# shellcheck disable=SC2016
	update_config '.linux.namespaces |= (map(select(.type != $type)) + [{type: $type}
		+ if $path == "" then {} else {path: $path} end])' \
		--arg type "$1" --arg path "${2:-}"
}

# namespace_remove TYPE - that of the host.
namespace_remove() {
	# shellcheck disable=SC2016
	update_config '.linux.namespaces |= map(select(.type != $type))
		| if $type == "uts" then del(.hostname) else . end' --arg type "$1"
}

# user_namespace [FIRST] - a new one, of 65536 ids from FIRST on.
user_namespace() {
	namespace_add user
	update_config '.linux.uidMappings = [{containerID: 0, hostID: $first, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings' --argjson first "${1:-100000}"
	chmod 755 "$BUNDLE"
}

# give_image FIRST - its files belong to the root of a user namespace.
give_image() {
	chown -hR "$1:$1" "$BUNDLE/rootfs"
}

# ---- namespaces of somebody else's -------------------------------------------------------------

# hold UNSHARE-OPTION... - $holder is a process that sleeps in new namespaces.  It is none of the
# container's, so it has no mark; teardown_holder ends it where the test did not get to it.
hold() {
	env -u CAISSON_TEST unshare "$@" -- sleep 1000 3>&- &
	started=$!
	eventually find_holder
}

teardown_holder() {
	[[ ! ${holder-} ]] || release
	teardown_bundle
}

# With --fork it is unshare's child.
find_holder() {
	holder=$(pgrep -P "$started" -x sleep) || holder=$started
	[[ $(readlink "/proc/$holder/exe") == */sleep ]]
}

# By KILL, since the first process of a pid namespace ignores others.
release() {
	kill -KILL "$holder"
	wait "$started" 2>/dev/null || true
	holder=''
}

# links_of PID TYPE... - the names of its namespaces, as /proc has them, a line each.
links_of() {
	local type
	for type in "${@:2}"; do
		readlink "/proc/$1/ns/$type"
	done
}

# shellcheck disable=SC2034,SC2016
INSIDE_LINKS='links() { for type; do readlink "/proc/self/ns/$type"; done; }; '

# ---- mountinfo, which the container has printed to $output -------------------------------------

# mount_at DIRECTORY - the line of what is mounted there last.
mount_at() {
	awk -v at="$1" '$5 == at { line = $0 } END { print line }' <<<"$output"
}

# assert_mount DIRECTORY WORD... - it is mounted there with these flags; "!WORD": without.
assert_mount() {
	local line word flags
	line=$(mount_at "$1")
	[[ $line ]] || fail "nothing mounted on $1: $output"
	flags=,$(cut -d' ' -f6 <<<"$line"),
	for word in "${@:2}"; do
		case $word in
		!*) [[ $flags != *,"${word#!}",* ]] || fail "$1 is ${word#!}: $line" ;;
		*) [[ $flags == *,"$word",* ]] || fail "$1 is not $word: $line" ;;
		esac
	done
}

# propagation_at DIRECTORY - "shared", "private", "slave" or "unbindable"
propagation_at() {
	local line
	line=$(mount_at "$1")
	case ${line%% - *} in
	*\ shared:*) echo shared ;;
	*\ master:*) echo slave ;;
	*\ unbindable) echo unbindable ;;
	*) echo private ;;
	esac
}

# type_at DIRECTORY - file system, source and the superblock's options
superblock_at() {
	local line
	line=$(mount_at "$1")
	echo "${line#* - }"
}
