# NOTIFY_SOCKET: a service manager is told when the container is ready; sd_notify(3).

bats_require_minimum_version 1.5.0
load helpers

# manager.py SOCKET LOG [BARRIER] - a service manager: what it is told, a line each, to LOG.  BARRIER is
# how long it takes to deal with one: seconds, or "never".
write_manager() {
	cat >"$TEST_DIR/manager.py" <<-'PYTHON'
		import array, os, socket, sys, time
		path, log = sys.argv[1], open(sys.argv[2], "w", 1)
		wait = sys.argv[3] if len(sys.argv) > 3 else "0"
		manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		manager.bind("\0" + path[1:] if path.startswith("@") else path)
		print("listening", file=log)
		while True:
		    data, ancillary, _, _ = manager.recvmsg(8192, 256)
		    fds = array.array("i")
		    for _, _, payload in ancillary:
		        fds.frombytes(payload)
		    print("+".join(data.decode().split("\n")), "fds", len(fds), file=log)
		    if fds and wait == "never":
		        continue
		    if fds:
		        time.sleep(float(wait))
		        print("dealt with", file=log)
		    for fd in fds:
		        os.close(fd)
	PYTHON
}

# manager [SOCKET [BARRIER]]
manager() {
	command -v python3 >/dev/null || skip "no python3"
	export NOTIFY_SOCKET=${1:-$TEST_DIR/manager.sock}
	TOLD=$TEST_DIR/told
	env -u CAISSON_TEST python3 "$TEST_DIR/manager.py" "$NOTIFY_SOCKET" "$TOLD" "${@:2}" \
		</dev/null >"$TEST_DIR/manager.log" 2>&1 3>&- &
	MANAGER=$!
	eventually grep -qs listening "$TOLD"
}

# compile_say - in the container, "say TEXT..." sends each text in a message of its own; one that begins with
# "fd:" has a descriptor with it, and say waits until that is closed by all others.
compile_say() {
	cat >say.c <<-'C'
		#include <poll.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/socket.h>
		#include <sys/un.h>
		#include <time.h>
		#include <unistd.h>
		static void say(int fd, struct sockaddr_un *to, char *text)
		{
			union { struct cmsghdr header; char space[CMSG_SPACE(sizeof(int))]; } control = { 0 };
			int ends[2] = { -1, -1 };
			if (strncmp(text, "fd:", 3) == 0) {
				text += 3;
				if (pipe(ends)) exit(3);
			}
			struct iovec part = { text, strlen(text) };
			struct msghdr message = { .msg_name = to, .msg_namelen = sizeof(*to),
				.msg_iov = &part, .msg_iovlen = 1 };
			if (ends[1] >= 0) {
				message.msg_control = &control;
				message.msg_controllen = sizeof(control);
				control.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
				memcpy(CMSG_DATA(&control.header), &ends[1], sizeof(int));
			}
			if (sendmsg(fd, &message, 0) < 0) {
				perror("say");
				exit(1);
			}
			if (ends[1] < 0)
				return;
			close(ends[1]);
			struct timespec before, after;
			struct pollfd end = { .fd = ends[0] };
			clock_gettime(CLOCK_MONOTONIC, &before);
			int ready = poll(&end, 1, 20000);
			clock_gettime(CLOCK_MONOTONIC, &after);
			printf("%s after %ld s\n", ready > 0 ? "closed" : "open",
				(long)(after.tv_sec - before.tv_sec));
			close(ends[0]);
		}
		int main(int count, char **texts)
		{
			struct sockaddr_un to = { .sun_family = AF_UNIX };
			int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
			snprintf(to.sun_path, sizeof(to.sun_path), "%s", getenv("NOTIFY_SOCKET"));
			for (int i = 1; i < count; i++)
				say(fd, &to, texts[i]);
			return 0;
		}
	C
	${CC:-cc} -static -o rootfs/bin/say say.c || skip "no compiler for static programs"
}

setup() {
	setup_bundle
	write_manager
	compile_say
}

teardown() {
	[[ ! ${MANAGER-} ]] || kill "$MANAGER" 2>/dev/null || true
	teardown_bundle
}

# told - what the manager was told, in $output
told() {
	output=$(tail -n +2 "$TOLD")
}

@test "notify: where the program finds its socket" {
	manager
	set_script 'echo "$NOTIFY_SOCKET"; ls -l /run/notify | tail -n 1 | cut -c1-10
		grep " /run/notify " /proc/self/mountinfo | cut -d" " -f6 | sed "s/,relatime$//"
		touch /run/notify/x 2>/dev/null || echo read-only'
	run -0 caisson run "$ID" </dev/null
	assert_output "/run/notify/notify.sock
srwxrwxrwx
ro,nosuid,nodev,noexec
read-only"
	told
	assert_output ''
}

@test "notify: run --detach waits for READY=1, and tells of init with a barrier" {
	manager
	set_script 'say STATUS=begins "READY=10" "X=1
READY=1" STATUS=more READY=1; sleep 1000'
	detached run -d "$ID"
	told
	assert_output "READY=1+MAINPID=$(pid_of "$ID")+ fds 0
BARRIER=1 fds 1
dealt with"
	assert_status_of running
}

@test "notify: run --detach does not return before READY=1" {
	manager
	set_script 'while [ ! -e /tmp/go ]; do sleep 0.05; done; say READY=1; sleep 1000'
	update_config '.root.readonly = false'
	caisson run -d "$ID" </dev/null >"$TEST_DIR/output" 2>&1 3>&- &
	local job=$!
	wait_for_status running
	sleep 0.5
	kill -0 "$job"
	told
	assert_output ''
	touch rootfs/tmp/go
	wait "$job"
	told
	assert_contains 'READY=1'
}

@test "notify: a container that ends without READY=1 is no failure, and nobody is told" {
	manager
	set_script 'say STATUS=ends; exit 3'
	detached run -d "$ID"
	told
	assert_output ''
	assert_status_of stopped
}

@test "notify: READY=1 of a program that ends at once is not lost" {
	manager
	set_args /bin/say READY=1
	local i
	for i in 1 2 3 4 5; do
		detached run -d "$ID-$i"
	done
	assert_equal "$(grep -c '^READY=1' "$TOLD")" 5
}

@test "notify: create makes it, start waits and tells" {
	manager
	set_script 'sleep 0.5; say READY=1; sleep 1000'
	detached create "$ID"
	[[ ! -S $ROOT/$ID/notify/shared/notify.sock ]]
	told
	assert_output ''
	caisson start "$ID"
	told
	assert_output "READY=1+MAINPID=$(pid_of "$ID")+ fds 0
BARRIER=1 fds 1
dealt with"
}

@test "notify: other commands work while start waits" {
	manager
	set_args /bin/sleep 1000
	detached create "$ID"
	caisson start "$ID" >"$TEST_DIR/started" 2>&1 3>&- &
	local job=$!
	wait_for_status running
	run -0 caisson exec "$ID" /bin/echo here
	assert_output here
	kill -0 "$job"
	caisson delete --force "$ID"
	wait "$job"
	assert_gone
	told
	assert_output ''
}

@test "notify: start of what was created without" {
	set_args /bin/sleep 1000
	detached create "$ID"
	manager
	run -0 caisson start "$ID"
	assert_contains 'NOTIFY_SOCKET'
	assert_status_of running
}

@test "notify: a second start finds the socket in its place" {
	manager
	set_script 'say READY=1; sleep 1000'
	detached create "$ID"
	# What a start that was killed leaves.
	python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])' "$ROOT/$ID/notify/shared/notify.sock"
	caisson start "$ID"
	told
	assert_contains 'READY=1'
}

@test "notify: a barrier of the program's ends when the service manager has dealt with ours" {
	manager "$TEST_DIR/manager.sock" 2
	set_script 'say READY=1 fd:BARRIER=1 >/tmp/said; sleep 1000'
	update_config '.root.readonly = false'
	detached run -d "$ID"
	eventually test -s rootfs/tmp/said
	run -0 cat rootfs/tmp/said
	[[ $output =~ ^closed\ after\ [123]\ s$ ]] || fail "$output"
	assert_equal "$(grep -c BARRIER "$TOLD")" 1
}

@test "notify: an abstract socket" {
	manager "@$ID"
	set_script 'say READY=1; sleep 1000'
	detached run -d "$ID"
	told
	assert_contains "READY=1+MAINPID=$(pid_of "$ID")+"
}

@test "notify: a socket and a state root with long names" {
	local long
	long=$TEST_DIR/$(printf 'x%.0s' {1..120})
	mkdir "$long"
	(cd "$long" && exec env -u CAISSON_TEST python3 "$TEST_DIR/manager.py" manager.sock "$TEST_DIR/told" \
		</dev/null >"$TEST_DIR/manager.log" 2>&1 3>&-) &
	MANAGER=$!
	eventually grep -qs listening "$TEST_DIR/told"
	TOLD=$TEST_DIR/told
	set_script 'say READY=1; sleep 1000'
	status=0
	NOTIFY_SOCKET=$long/manager.sock "$CAISSON" --root "$long/root" run -d "$ID" </dev/null \
		>"$TEST_DIR/output" 2>&1 || status=$?
	told
	"$CAISSON" --root "$long/root" delete --force "$ID"
	assert_equal "$status" 0
	assert_contains READY=1
}

@test "notify: a service manager that is not there is no reason not to run" {
	set_script 'say STATUS=alone; echo here; sleep 0.2'
	for NOTIFY_SOCKET in "$TEST_DIR/nonesuch" "@$ID-nobody" relative vsock:2:1; do
		export NOTIFY_SOCKET
		detached run -d "$ID"
		assert_contains 'NOTIFY_SOCKET: nobody is told'
		wait_for_status stopped
		caisson delete "$ID"
	done
}

@test "notify: a service manager that does not acknowledge keeps nobody from the end" {
	manager "$TEST_DIR/manager.sock" never
	set_script 'say READY=1; sleep 1'
	local before=$SECONDS
	detached run -d "$ID"
	((SECONDS - before < 15)) || fail "took $((SECONDS - before)) s"
	assert_status_of stopped
	told
	assert_contains 'READY=1'
}

@test "notify: messages of all shapes" {
	manager
	cat >rootfs/bin/shapes <<-'SH'
		#!/bin/sh
		long=$(head -c 4100 /dev/zero | tr '\0' x)
		say "$long" "READY=1
		$long" ' READY=1' 'READY=1 ' 'READY=' 'XREADY=1' 'READY=1x' fd:STATUS=x fd:READY=0
		say 'MAINPID=1' 'FDSTORE=1' 'NOTIFYACCESS=all' 'MAINPID=1
		READY=1
		MAINPID=1' fd:FDSTORE=1
		sleep 1000
	SH
	chmod +x rootfs/bin/shapes
	set_args /bin/shapes
	detached run -d "$ID"
	told
	assert_output "READY=1+MAINPID=$(pid_of "$ID")+ fds 0
BARRIER=1 fds 1
dealt with"
}

@test "notify: a rootfs without the mount point, read-only by itself" {
	manager
	rmdir rootfs/run 2>/dev/null || true
	set_script 'say READY=1; sleep 1000'
	detached run -d "$ID"
	told
	assert_contains READY=1
	caisson delete --force "$ID"
	rm -rf rootfs/run
	# No mount point can be made: told, with its place, before anything runs.
	mount --bind rootfs rootfs
	mount -o remount,bind,ro rootfs
	run caisson run "$ID-two"
	umount rootfs
	((status == 1)) || fail "status $status"
	assert_contains NOTIFY_SOCKET
	assert_contains /run/notify
	assert_contains 'read-only file system'
}

@test "notify: a tmpfs on /run of the configuration is below it" {
	manager
	update_config '.mounts += [{destination: "/run", type: "tmpfs", source: "tmpfs"}]'
	set_script 'say READY=1; sleep 1000'
	detached run -d "$ID"
	told
	assert_contains READY=1
}

@test "notify: in a user namespace, for any user" {
	manager
	update_config '.linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings
		| .process.user = {uid: 1000, gid: 1000}'
	chown -R 100000:100000 rootfs
	set_script 'id -u; say READY=1; sleep 1000'
	detached run -d "$ID"
	told
	assert_contains "READY=1+MAINPID=$(pid_of "$ID")+"
}

@test "notify: without a mount namespace there is no such socket" {
	manager
	update_config 'del(.mounts, .linux.maskedPaths, .linux.readonlyPaths) | .root.readonly = false
		| .linux.namespaces |= map(select(.type != "mount"))'
	set_script 'echo "${NOTIFY_SOCKET-none}"'
	run -0 caisson run "$ID" </dev/null
	assert_contains 'NOTIFY_SOCKET is of no use'
	assert_equal "${lines[-1]}" none
}

@test "notify: exec gets none" {
	manager
	set_script 'say READY=1; sleep 1000'
	detached run -d "$ID"
	run -0 caisson exec "$ID" sh -c 'echo "${NOTIFY_SOCKET-none}"'
	assert_output none
}

@test "notify: no process and no descriptor stays" {
	manager
	set_script 'say READY=1; sleep 1000'
	detached run -d "$ID"
	local pid
	for pid in $(pgrep -x caisson:notify); do
		! grep -qsaF "CAISSON_TEST=$ID" "/proc/$pid/environ" || fail "a receiver is left: $pid"
	done
}

# receiver_of PID - in $output, the process that reads for it what containers send
receiver_of() {
	output=$(pgrep -x -P "$1" caisson:notify)
}

@test "notify: whoever waits is told that the receiver was killed, and waits no more" {
	manager
	set_args /bin/sleep 1000
	detached create "$ID"
	local job verb
	for verb in start run; do
		if [[ $verb == start ]]; then
			"$CAISSON" --root "$ROOT" start "$ID" </dev/null >"$TEST_DIR/output" 2>&1 3>&- &
		else
			"$CAISSON" --root "$ROOT" run -d "$ID-run" </dev/null >"$TEST_DIR/output" 2>&1 3>&- &
		fi
		job=$!
		eventually receiver_of "$job"
		kill -KILL "$output"
		wait "$job"
		assert_contains 'level=warning' "$(<"$TEST_DIR/output")"
		assert_contains 'NOTIFY_SOCKET: nobody is told' "$(<"$TEST_DIR/output")"
	done
	assert_status_of running
	assert_status_of running "$ID-run"
	told
	assert_output ''
}

@test "notify: in the foreground we stay the main process" {
	manager
	set_script 'say READY=1 STATUS=a fd:BARRIER=1; sleep 0.3; say READY=1 fd:BARRIER=1; exit 7'
	# No function, so that $! is its pid.
	"$CAISSON" --root "$ROOT" run "$ID" </dev/null >"$TEST_DIR/output" 2>&1 3>&- &
	local job=$! status=0
	wait "$job" || status=$?
	assert_equal "$status" 7
	assert_equal "$(<"$TEST_DIR/output")" "closed after 0 s
closed after 0 s"
	told
	assert_output "READY=1+MAINPID=$job+ fds 0
BARRIER=1 fds 1
dealt with"
}

# lost_with INJECTION - the container has ended by the time at which the receiver finds its READY=1, and can't
# read it or pass it on
lost_with() {
	local job tracer
	rm -f rootfs/go
	"$CAISSON" --root "$ROOT" run "$ID" </dev/null >"$TEST_DIR/output" 2>&1 3>&- &
	job=$!
	eventually receiver_of "$job"
	strace -o "$TEST_DIR/trace" -e "inject=$1" -e "inject=${2-$1}" -p "$output" 2>"$TEST_DIR/strace" 3>&- &
	tracer=$!
	eventually grep -q attached "$TEST_DIR/strace"
	touch rootfs/go
	wait "$job"
	wait "$tracer" || true
	assert_contains INJECTED "$(<"$TEST_DIR/trace")"
	assert_contains 'NOTIFY_SOCKET: nobody is told' "$(<"$TEST_DIR/output")"
}

@test "notify: in the foreground a READY=1 that is lost at the end is told of" {
	manager
	set_script 'while [ ! -e /go ]; do sleep 0.02; done; exec say READY=1'
	update_config '.root.readonly = false'
	lost_with write:error=ENOSPC recvfrom:delay_enter=300000:when=1
	lost_with recvfrom:error=EIO:delay_enter=300000
}

@test "notify: in the foreground the end waits until the service manager has read what it was told" {
	manager "$TEST_DIR/manager.sock" 0.4
	set_script "say READY=1; while [ ! -e /told ]; do sleep 0.02; done"
	update_config '.root.readonly = false'
	"$CAISSON" --root "$ROOT" run "$ID" </dev/null >"$TEST_DIR/output" 2>&1 3>&- &
	local job=$!
	eventually grep -q BARRIER=1 "$TOLD"
	touch rootfs/told
	wait "$job"
	told
	assert_contains 'dealt with'
}

@test "notify: in the foreground messages are taken off, signals forwarded, and nothing is waited for" {
	manager "$TEST_DIR/manager.sock" never
	# More than a queue holds, from one who would wait.
	set_script 'trap "exit 5" TERM; say READY=1; i=0
		while [ $i -lt 40 ]; do i=$((i + 1)); say a b c d e f g h i j k l m n o; done
		echo through; while :; do sleep 0.1; done'
	# No function, so that $! is its pid.
	"$CAISSON" --root "$ROOT" run "$ID" </dev/null >"$TEST_DIR/output" 2>&1 3>&- &
	local job=$! status=0
	eventually grep -q READY=1 "$TOLD"
	kill -TERM "$job"
	wait "$job" || status=$?
	assert_equal "$status" 5
	assert_gone
}

@test "notify: a unit of systemd, of the type notify" {
	[[ -d /run/systemd/system ]] || skip "no systemd here"
	set_script 'trap "exit 0" TERM; sleep 1; say READY=1; sleep 1000 & wait'
	local verb
	for verb in run 'run -d'; do
		# shellcheck disable=SC2086 # two words
		systemd-run --unit "$ID" --service-type=notify -p "WorkingDirectory=$BUNDLE" \
			"$CAISSON" --root "$ROOT" $verb "$ID"
		run -0 systemctl show --value -p MainPID "$ID"
		if [[ $verb == run ]]; then
			assert_equal "$(tr '\0' ' ' <"/proc/$output/cmdline")" \
				"$CAISSON --root $ROOT run $ID "
		else
			assert_output "$(pid_of "$ID")"
		fi
		systemctl stop "$ID"
		[[ $verb == run ]] || caisson delete --force "$ID"
		assert_gone
	done
}
