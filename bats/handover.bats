# What passes between the caller and the container: descriptors, a pidfd, keys, groups, annotations.

bats_require_minimum_version 1.5.0
load helpers

# compile_lister - in the container, "lister" prints its open descriptors without opening any.
compile_lister() {
	cat >lister.c <<-'C'
		#include <fcntl.h>
		#include <stdio.h>
		int main(void)
		{
			for (int fd = 0; fd < 4096; fd++) {
				int flags = fcntl(fd, F_GETFD);
				if (flags >= 0)
					printf("%d%s ", fd, flags ? "!" : "");
			}
			printf("\n");
		}
	C
	${CC:-cc} -static -o rootfs/bin/lister lister.c || skip "no compiler for static programs"
}

# receiver - $SOCKET takes one pidfd; $RECEIVED has the message, the pid behind it, and whether more comes.
# "receiver KILL" kills that process, too.
receiver() {
	command -v python3 >/dev/null || skip "no python3"
	SOCKET=$TEST_DIR/pidfd.sock
	RECEIVED=$TEST_DIR/received
	rm -f "$SOCKET" "$RECEIVED"
	cat >"$TEST_DIR/receiver.py" <<-'PYTHON'
		import array, os, signal, socket, sys, time
		server = socket.socket(socket.AF_UNIX)
		# Whoever sees the name can connect.
		server.bind(sys.argv[1] + ".new")
		server.listen(1)
		os.rename(sys.argv[1] + ".new", sys.argv[1])
		connection, _ = server.accept()
		data, ancillary, _, _ = connection.recvmsg(4096, 256)
		fds = array.array("i")
		for _, _, payload in ancillary:
		    fds.frombytes(payload)
		pid = [line.split()[1] for line in open("/proc/self/fdinfo/%d" % fds[0]) if line.startswith("Pid:")]
		more = connection.recvmsg(4096, 256)[0]
		if sys.argv[3:]:
		    # It comes before the program is executed: till then, its end is a failure to start.
		    while open("/proc/%s/comm" % pid[0]).read() != "sleep\n":
		        time.sleep(0.05)
		    signal.pidfd_send_signal(fds[0], signal.SIGKILL)
		out = open(sys.argv[2] + ".new", "w")
		print(data.decode(), len(fds), pid[0], len(more), file=out)
		out.close()
		os.rename(sys.argv[2] + ".new", sys.argv[2])
	PYTHON
	env -u CAISSON_TEST python3 "$TEST_DIR/receiver.py" "$SOCKET" "$RECEIVED" "$@" \
		</dev/null >"$TEST_DIR/receiver.log" 2>&1 3>&- &
	eventually test -S "$SOCKET"
}

received() {
	eventually test -e "$RECEIVED" || fail "$(<"$TEST_DIR/receiver.log")"
	output=$(<"$RECEIVED")
}

# ---- descriptors ---------------------------------------------------------------------------

@test "descriptors: none by default, and with --preserve-fds 0" {
	compile_lister
	set_args /bin/lister
	run -0 caisson run "$ID" 3</dev/null 4</dev/null 9</etc
	assert_output "0 1 2 "
	run -0 caisson run --preserve-fds 0 "$ID" 3</dev/null 4</dev/null 9</etc
	assert_output "0 1 2 "
}

@test "descriptors: exactly as many as --preserve-fds says, by both roads" {
	compile_lister
	set_args /bin/lister
	local road
	for road in '' --general-road; do
		# shellcheck disable=SC2086 # no word, or one
		run -0 caisson run $road --preserve-fds 3 "$ID" 3</dev/null 4</etc 5</dev/null 6</dev/null
		assert_output "0 1 2 3 4 5 "
	done
}

@test "descriptors: they are what they were" {
	set_script 'cat <&3; cat <&4; read -r line <&5; echo $line; echo out >&6'
	run -0 caisson run --preserve-fds 4 "$ID" 3< <(echo three) 4< <(echo four) 5< <(echo five) \
		6>"$TEST_DIR/six"
	assert_output $'three\nfour\nfive'
	assert_equal "$(<"$TEST_DIR/six")" out
}

@test "descriptors: many" {
	compile_lister
	set_args /bin/lister
	run -0 bash -c 'for ((fd = 3; fd < 203; fd++)); do eval "exec $fd</dev/null"; done
		exec "$@"' - "$CAISSON" --root "$ROOT" run --preserve-fds 200 "$ID"
	assert_output "$(seq -s ' ' 0 202) "
}

@test "descriptors: a hole in the range is told, with its number, before anything is made" {
	local hole
	for hole in 3 4 5; do
		run -1 bash -c 'exec 3</dev/null 4</dev/null 5</dev/null; eval "exec $1<&-"; shift
			exec "$@"' - "$hole" "$CAISSON" --root "$ROOT" run --preserve-fds 3 "$ID"
		assert_contains "unable to stat preserved-fd $hole (of 3)"
		[[ ! -e $ROOT/$ID ]]
	done
	run -1 caisson create --preserve-fds 1000000 "$ID" 3</dev/null 4<&-
	assert_contains 'unable to stat preserved-fd 4'
	for hole in 1048577 4294967295; do
		run -1 caisson run --preserve-fds "$hole" "$ID"
		assert_contains 'too many descriptors to preserve'
	done
	for hole in -1 x 4294967296 ''; do
		run -1 caisson run --preserve-fds "$hole" "$ID"
		assert_contains 'is not a number'
	done
}

@test "descriptors: a log file of ours does not stand in for a missing one" {
	run -1 caisson --log "$TEST_DIR/log" --debug run --preserve-fds 1 "$ID" 3<&-
	assert_contains 'unable to stat preserved-fd 3'
}

@test "descriptors: create keeps them until start, exec has its own" {
	compile_lister
	set_script '/bin/lister; cat <&3'
	detached create --preserve-fds 1 "$ID" 3< <(echo kept) 4</dev/null
	caisson start "$ID"
	wait_for_status stopped
	assert_equal "$(<"$TEST_DIR/output")" $'0 1 2 3 \nkept'
	caisson delete "$ID"
	sleeping_container
	run -0 caisson exec --preserve-fds 2 "$ID" /bin/lister 3</dev/null 4</dev/null 5</dev/null
	assert_output "0 1 2 3 4 "
	run -255 caisson exec --preserve-fds 2 "$ID" /bin/true 3</dev/null 4<&-
	assert_contains 'unable to stat preserved-fd 4 (of 2)'
	run -0 caisson exec "$ID" /bin/lister 3</dev/null
	assert_output "0 1 2 "
}

@test "descriptors: with a terminal" {
	compile_lister
	update_config '.process.terminal = true'
	set_args /bin/lister
	run -0 script -qec "$CAISSON --root $ROOT run --preserve-fds 2 $ID 3</dev/null 4</dev/null" \
		/dev/null </dev/null
	assert_contains "0 1 2 3 4 "
}

@test "LISTEN_FDS: in front of those of --preserve-fds, and LISTEN_PID is 1" {
	compile_lister
	set_script 'echo "$LISTEN_FDS $LISTEN_PID"; /bin/lister; cat <&3; cat <&4'
	update_config '.process.env += ["LISTEN_FDS=7", "LISTEN_PID=8"]'
	run -0 bash -c 'export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"' - \
		"$CAISSON" --root "$ROOT" run --preserve-fds 1 "$ID" 3< <(echo socket) 4< <(echo more) 5</dev/null
	assert_output $'1 1\n0 1 2 3 4 \nsocket\nmore'
}

@test "LISTEN_FDS: of another process, or no number, is nothing of ours" {
	compile_lister
	set_script 'echo "${LISTEN_FDS-none}"; /bin/lister'
	local fds
	for fds in 0 -1 x 99999999999 ''; do
		run -0 env "LISTEN_FDS=$fds" bash -c 'export LISTEN_PID=$$; exec "$@"' - \
			"$CAISSON" --root "$ROOT" run "$ID" 3</dev/null
		assert_output $'none\n0 1 2 '
	done
	run -0 env LISTEN_FDS=1 LISTEN_PID=1 "$CAISSON" --root "$ROOT" run "$ID" 3</dev/null
	assert_output $'none\n0 1 2 '
	run -1 bash -c 'export LISTEN_FDS=2 LISTEN_PID=$$; exec "$@"' - \
		"$CAISSON" --root "$ROOT" run "$ID" 3</dev/null 4<&-
	assert_contains 'unable to stat preserved-fd 4'
}

# ---- pidfd ---------------------------------------------------------------------------------

@test "pidfd socket: create, run and exec send one, in one message" {
	set_args /bin/sleep 1000
	receiver
	detached create --pidfd-socket "$SOCKET" "$ID-one"
	received
	assert_output "standard 1 $(pid_of "$ID-one") 0"
	receiver
	detached run -d --pidfd-socket "$SOCKET" "$ID-two"
	received
	assert_output "standard 1 $(pid_of "$ID-two") 0"
	receiver
	detached run -d --general-road --pidfd-socket "$SOCKET" "$ID-three"
	received
	assert_output "standard 1 $(pid_of "$ID-three") 0"
	receiver
	detached exec -d --pid-file pid --pidfd-socket "$SOCKET" "$ID-two" /bin/sleep 1000
	received
	assert_output "setns 1 $(<pid) 0"
}

@test "pidfd socket: the process can be killed by it" {
	set_args /bin/sleep 1000
	receiver KILL
	detached run -d --pidfd-socket "$SOCKET" "$ID"
	wait_for_status stopped
	caisson delete "$ID"
	sleeping_container
	receiver KILL
	run -137 caisson exec --pidfd-socket "$SOCKET" "$ID" /bin/sleep 1000
	assert_status_of running
}

@test "pidfd socket: a relative name is the caller's, an empty one is none" {
	set_args /bin/sleep 1000
	receiver
	cd "$TEST_DIR"
	detached run -d --bundle "$BUNDLE" --pidfd-socket pidfd.sock "$ID"
	received
	assert_contains standard
	cd "$BUNDLE"
	detached run -d --pidfd-socket '' --pid-file '' --console-socket '' "$ID-two"
}

@test "pidfd socket: where it can't be sent nothing runs" {
	set_script 'touch /ran'
	update_config '.root.readonly = false'
	run -1 caisson run --pidfd-socket "$TEST_DIR/nonesuch" "$ID"
	assert_contains "pidfd socket '$TEST_DIR/nonesuch'"
	assert_contains 'no such file or directory'
	assert_gone
	touch "$TEST_DIR/file"
	run -1 caisson create --pidfd-socket "$TEST_DIR/file" "$ID"
	assert_contains 'connection refused'
	assert_gone
	# Somebody who accepts, and goes.
	command -v python3 >/dev/null || skip "no python3"
	env -u CAISSON_TEST python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(1)' "$TEST_DIR/gone.sock"
	run -1 caisson run --pidfd-socket "$TEST_DIR/gone.sock" "$ID"
	assert_contains "pidfd socket '$TEST_DIR/gone.sock'"
	assert_gone
	[[ ! -e rootfs/ran ]]
	sleeping_container
	run -255 caisson exec --pidfd-socket "$TEST_DIR/nonesuch" "$ID" /bin/true
	assert_contains 'pidfd socket'
}

# ---- session keyring -------------------------------------------------------------------------

# As /proc/keys has it: the caller's session keyring is what a new one is told from.
compile_keyring() {
	cat >keyring.c <<-'C'
		#include <linux/keyctl.h>
		#include <stdio.h>
		#include <sys/syscall.h>
		#include <unistd.h>
		int main(void)
		{
			char text[512];
			if (syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof(text)) < 0) {
				perror("keyctl");
				return 1;
			}
			printf("%ld %s\n", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0), text);
			return 0;
		}
	C
	${CC:-cc} -static -o rootfs/bin/keyring keyring.c || skip "no compiler for static programs"
	rootfs/bin/keyring >"$TEST_DIR/ours" || skip "no keyrings here"
}

@test "keyring: a new one with the container's name, searchable, and exec joins it" {
	compile_keyring
	set_script 'keyring; exec sleep 1000'
	detached run -d "$ID"
	eventually test -s "$TEST_DIR/output"
	local theirs
	theirs=$(<"$TEST_DIR/output")
	assert_contains ";_ses.$ID" "$theirs"
	# keyrings(7): the owner may search.
	(((16#$(cut -d';' -f4 <<<"$theirs") & 16#00080000) != 0)) || fail "not searchable: $theirs"
	[[ ${theirs%% *} != "$(cut -d' ' -f1 "$TEST_DIR/ours")" ]]
	run -0 caisson exec "$ID" /bin/keyring
	assert_output "$theirs"
	rootfs/bin/keyring >"$TEST_DIR/after"
	assert_equal "$(<"$TEST_DIR/after")" "$(<"$TEST_DIR/ours")"
}

@test "keyring: --no-new-keyring leaves the caller's, for exec too" {
	compile_keyring
	set_script 'keyring; exec sleep 1000'
	detached create --no-new-keyring "$ID"
	caisson start "$ID"
	eventually test -s "$TEST_DIR/output"
	assert_equal "$(cut -d' ' -f1 "$TEST_DIR/output")" "$(cut -d' ' -f1 "$TEST_DIR/ours")"
	run -0 caisson exec "$ID" /bin/keyring
	refute_contains "_ses.$ID"
}

# ---- annotations -----------------------------------------------------------------------------

@test "annotation run.oci.keep_original_groups: the caller's groups, for exec too" {
	update_config '.process.user.additionalGids = [7]'
	set_script 'grep ^Groups: /proc/self/status; exec sleep 1000'
	local value groups
	for value in none 0 1; do
		update_config '.annotations = if $v == "none" then {} else {"run.oci.keep_original_groups": $v} end' \
			--arg v "$value"
		groups=7
		[[ $value != 1 ]] || groups='4242 4243'
		setpriv --groups 4242,4243 "$CAISSON" --root "$ROOT" run -d "$ID" </dev/null \
			>"$TEST_DIR/output" 2>&1
		eventually test -s "$TEST_DIR/output"
		assert_equal "$(xargs <"$TEST_DIR/output")" "Groups: $groups"
		run -0 setpriv --groups 4242,4243 "$CAISSON" --root "$ROOT" exec "$ID" \
			grep ^Groups: /proc/self/status
		assert_equal "$(xargs <<<"$output")" "Groups: $groups"
		caisson delete --force "$ID"
	done
}

@test "annotation run.oci.pidfd_receiver: as --pidfd-socket, which is before it" {
	set_args /bin/sleep 1000
	receiver
	update_config '.annotations["run.oci.pidfd_receiver"] = $s' --arg s "$SOCKET"
	detached run -d "$ID"
	received
	assert_output "standard 1 $(pid_of "$ID") 0"
	# exec has nothing to do with it.
	run -0 caisson exec "$ID" /bin/true
	caisson delete --force "$ID"
	update_config '.annotations["run.oci.pidfd_receiver"] = "/nonesuch"'
	receiver
	detached run -d --pidfd-socket "$SOCKET" "$ID"
	run -1 caisson run "$ID-two"
	assert_contains "pidfd socket '/nonesuch'"
	[[ ! -e $ROOT/$ID-two ]]
}

@test "annotations run.oci.hooks.stdout and stderr: appended to, by all hooks" {
	update_config '.annotations = {"run.oci.hooks.stdout": "out", "run.oci.hooks.stderr": ($d + "/err")}
		| .hooks = ({prestart: 0, createRuntime: 0, createContainer: 0, poststart: 0, poststop: 0}
			| with_entries(.value = [{path: "/bin/sh", args: ["sh", "-c",
				"echo \(.key); echo \(.key)-error >&2"]}]))
		| .hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "echo startContainer"]}]' \
		--arg d "$TEST_DIR"
	echo before >out
	run -0 caisson run "$ID" </dev/null
	assert_output ''
	assert_equal "$(<out)" "before
prestart
createRuntime
createContainer
startContainer
poststart
poststop"
	assert_equal "$(wc -l <"$TEST_DIR/err")" 5
	assert_equal "$(stat -c %a "$TEST_DIR/err")" 600
	rm out "$TEST_DIR/err"
	detached create "$ID"
	caisson start "$ID"
	wait_for_status stopped
	caisson delete "$ID"
	assert_equal "$(wc -l <out)" 6
	assert_equal "$(wc -l <"$TEST_DIR/err")" 5
}

@test "annotations run.oci.hooks: no descriptor for the program, errors of hooks, and bad files" {
	compile_lister
	set_args /bin/lister
	update_config '.annotations["run.oci.hooks.stderr"] = "err"
		| .hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "echo hook"]}]'
	run -0 caisson run "$ID"
	assert_output "0 1 2 "
	# What is not redirected is in the message.
	update_config '.hooks = {createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "echo why; exit 1"]}]}'
	run -1 caisson run "$ID"
	assert_contains 'output: why'
	assert_gone
	mkfifo fifo
	local file
	for file in no/such fifo .; do
		update_config '.annotations["run.oci.hooks.stderr"] = $f' --arg f "$file"
		run -1 caisson run "$ID"
		assert_contains "annotations.run.oci.hooks.stderr: open '"
		assert_gone
	done
	# Without hooks nobody needs it.
	update_config 'del(.hooks)'
	run -0 caisson run "$ID"
}

@test "annotations run.oci.hooks: poststop hooks run without the file, too" {
	mkdir "$TEST_DIR/logs"
	update_config '.annotations["run.oci.hooks.stdout"] = ($d + "/logs/out")
		| .hooks.poststop = [{path: "/bin/touch", args: ["touch", ($d + "/cleaned")]}]' --arg d "$TEST_DIR"
	detached create "$ID"
	rm -rf "$TEST_DIR/logs"
	run -0 caisson delete --force "$ID"
	assert_contains "annotations.run.oci.hooks.stdout: open '$TEST_DIR/logs/out'"
	[[ -e $TEST_DIR/cleaned ]]
	assert_gone
}

@test "annotation run.oci.handler: refused, but for what needs none" {
	update_config '.annotations["run.oci.handler"] = "krun"'
	run -1 caisson run "$ID"
	assert_contains annotations.run.oci.handler:
	assert_contains 'there are no handlers here'
	assert_gone
	update_config '.annotations["io.kubernetes.cri.container-type"] = "sandbox"'
	run -0 caisson run "$ID"
	update_config '.annotations = {"run.oci.handler": "wasm-smart"}'
	run -0 caisson run "$ID"
}

@test "annotations: a context type that mount does not have, and those that nobody knows" {
	update_config '.annotations["run.oci.mount_context_type"] = "uid=0"'
	run -1 caisson run "$ID"
	assert_contains annotations.run.oci.mount_context_type
	update_config '.annotations = {"run.oci.unheard_of": "x", "org.example": "y"}'
	run -0 caisson --debug run "$ID"
	assert_contains 'annotations.run.oci.unheard_of: is not known here'
	refute_contains org.example
	run -0 caisson run "$ID"
	assert_output ''
}

# ---- exec --cgroup -----------------------------------------------------------------------------

# cgroup_of PID - its group on the hierarchy that the tests look at: cgroup2, or pids of v1
cgroup_of() {
	if [[ $CGROUPS == v2 || $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; then
		sed -n 's/^0:://p' "/proc/$1/cgroup"
	else
		sed -n 's/^[0-9]*:pids://p' "/proc/$1/cgroup"
	fi
}

# make_groups NAME - in the container's groups of all hierarchies
make_groups() {
	local path group
	# shellcheck disable=SC2044 # names without blanks
	for path in $(find /sys/fs/cgroup -type d -name "*$ID" 2>/dev/null); do
		mkdir -p "$path/$1"
		[[ $path == */cpuset/* ]] || continue
		# A new one has no processors and no memory.
		find "$path" -mindepth 1 -type d | sort | while read -r group; do
			cat "$path/cpuset.cpus" >"$group/cpuset.cpus"
			cat "$path/cpuset.mems" >"$group/cpuset.mems"
		done
	done
}

@test "exec --cgroup: a group below the container's, and the container's own" {
	sleeping_container
	make_groups sub/deep
	local own
	own=$(cgroup_of "$(pid_of "$ID")")
	local word path
	for word in sub/deep /sub/deep sub/../sub//deep/ sub/deep/.; do
		detached exec -d --pid-file pid --cgroup "$word" "$ID" /bin/sleep 1000
		assert_equal "$(cgroup_of "$(<pid)")" "$own/sub/deep"
	done
	detached exec -d --pid-file pid --cgroup / "$ID" /bin/sleep 1000
	assert_equal "$(cgroup_of "$(<pid)")" "$own"
}

@test "exec --cgroup: no way out, and what is not there" {
	sleeping_container
	local path
	for path in .. ../x "../$ID-two" /.. sub/../.. "../$ID"; do
		run -255 caisson exec --cgroup "$path" "$ID" /bin/true
		assert_contains "bad sub cgroup path: $path"
	done
	run -255 caisson exec --cgroup nonesuch "$ID" /bin/true
	assert_contains nonesuch
	assert_contains 'no such file or directory'
	run -255 caisson exec --cgroup whatever:sub "$ID" /bin/true
	assert_contains 'unknown controller whatever'
	run -255 caisson exec --cgroup one --cgroup two "$ID" /bin/true
	assert_contains 'missing <controller>: prefix'
}

@test "exec --cgroup: controllers of cgroup v1" {
	[[ $CGROUPS != v2 && -d /sys/fs/cgroup/pids ]] || skip "no cgroup v1 here"
	sleeping_container
	make_groups sub
	local own
	own=$(cgroup_of "$(pid_of "$ID")")
	detached exec -d --pid-file pid --cgroup pids:sub "$ID" /bin/sleep 1000
	assert_equal "$(cgroup_of "$(<pid)")" "$own/sub"
	run -0 grep -c /sub$ "/proc/$(<pid)/cgroup"
	assert_output 1
	detached exec -d --pid-file pid --cgroup pids,memory:/sub "$ID" /bin/sleep 1000
	run -0 grep -c /sub$ "/proc/$(<pid)/cgroup"
	assert_output 2
	run -255 caisson exec --cgroup pids,:sub "$ID" /bin/true
	assert_contains 'empty <controller> prefix'
	run -255 caisson exec --cgroup pids:sub --cgroup pids:/ "$ID" /bin/true
	assert_contains 'specified multiple times'
}

@test "exec --cgroup: a group that hands controllers on takes nobody; by default init is followed" {
	[[ $CGROUPS == v2 ]] || skip "for cgroup2 alone"
	sleeping_container
	local path controller
	path=/sys/fs/cgroup$(cgroup_of "$(pid_of "$ID")")
	controller=$(cut -d' ' -f1 "$path/cgroup.controllers")
	[[ $controller ]] || skip "no controller to hand on"
	mkdir "$path/moved"
	pid_of "$ID" >"$path/moved/cgroup.procs"
	echo "+$controller" >"$path/cgroup.subtree_control"
	run -255 caisson exec --cgroup / "$ID" /bin/true
	assert_contains 'device or resource busy'
	detached --debug exec -d --pid-file pid "$ID" /bin/sleep 1000
	assert_contains 'joining init in'
	assert_equal "$(cgroup_of "$(<pid)")" "${path#/sys/fs/cgroup}/moved"
}
