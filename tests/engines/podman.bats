#!/usr/bin/env bats
# podman with --runtime: each container goes through conmon, as with CRI-O.

load engines

setup_file() {
	engines_setup
	cat >"$ENGINES_DIR/containers.conf" <<CONF
[containers]
# As set here, since a machine's limits may be lower than what podman asks for.
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime_supports_json = ["caisson", "runc", "crun"]
CONF
	export CONTAINERS_CONF=$ENGINES_DIR/containers.conf
	podman load -q -i "$ENGINES_DIR/busybox.tar"
}

teardown() {
	engines_explain
	podman --runtime "$TRACED" rm -fat0 >/dev/null 2>&1 || true
}

engine() {
	podman --runtime "$TRACED" "$@"
}

@test "podman: run prints, and its status is the program's" {
	run -0 engine run --rm --network none busybox echo hello
	[ "$output" = hello ]
	run -7 engine run --rm --network none busybox sh -c 'exit 7'
	run -143 engine run --rm --network none busybox sh -c 'sh -c "kill -TERM \$\$"; exit $?'
	calls create
	calls start
	calls delete
}

@test "podman: a command that can't be executed is 127 or 126" {
	run -127 engine run --rm --network none busybox /no/such/program
	run -126 engine run --rm --network none busybox /etc/passwd
}

@test "podman: environment, directory, user, hostname and groups" {
	run -0 engine run --rm --network none -e A=b -w /tmp -u 65534:65534 --group-add 5 \
		--hostname inside busybox sh -c 'echo $A; pwd; id; hostname'
	[ "${lines[0]}" = b ]
	[ "${lines[1]}" = /tmp ]
	[[ ${lines[2]} == "uid=65534(nobody) gid=65534(nogroup) groups="*"5(tty)"* ]]
	[ "${lines[3]}" = inside ]
}

@test "podman: a detached container's exec, logs, top, stats, pause, stop and rm" {
	engine run -d --name web --network none busybox sh -c 'echo started; exec sleep 1000'
	eventually sh -c 'podman logs web | grep -q started'
	run -0 engine exec web sh -c 'echo hi from $$; cat /proc/1/comm'
	[[ ${lines[0]} == "hi from "* ]]
	[ "${lines[1]}" = sleep ]
	run -5 engine exec web sh -c 'exit 5'
	run -127 engine exec web /no/such/program
	run -0 engine exec -e A=b -w /tmp -u nobody web sh -c 'echo $A; pwd; id -u'
	[ "$output" = $'b\n/tmp\n65534' ]
	run -0 engine top web
	[[ $output == *sleep* ]]
	run -0 engine stats --no-stream --format '{{.Name}}' web
	[ "$output" = web ]
	engine pause web
	[ "$(engine inspect -f '{{.State.Status}}' web)" = paused ]
	run engine exec web true
	[ "$status" -ne 0 ]
	engine unpause web
	engine exec web true
	engine stop -t 0 web
	[ "$(engine inspect -f '{{.State.Status}} {{.State.ExitCode}}' web)" = "exited 137" ]
	engine start web
	engine exec web true
	engine kill -s KILL web
	engine rm -f web
	calls exec
	calls pause
	calls resume
	calls kill
}

@test "podman: run -t and exec -t have a terminal" {
	run -0 with_terminal podman --runtime "$TRACED" run --rm -it --network none busybox \
		sh -c 'tty; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all'
	[[ $output == *"/dev/pts/0"*all* ]]
	engine run -d --name tty --network none busybox sleep 1000
	run -0 with_terminal podman --runtime "$TRACED" exec -it tty sh -c 'tty; sleep 1; stty size'
	[[ $output == *"/dev/pts/"*"40 100"* ]]
	grep -q -- --console-socket "$ENGINES_DIR/calls"
}

@test "podman: somebody types at run -it: lines, sizes, control-C, the end of input" {
	typed 5 -s 30x90 await ready type 'hello\r' await 'got hello' type '\003' await interrupted \
		resize 31x91 await 'is 31 91' type '\004' -- \
		podman --runtime "$TRACED" run --rm -it --network none busybox sh -c "$AWAIT_SIZE
			trap 'echo interrupted; await_size \"31 91\"; cat; exit 5' INT
			await_size '30 90'; echo ready; read -r line; echo \"got \$line\"
			while :; do sleep 0.1; done"
}

@test "podman: somebody types at exec -it, as another user, too" {
	engine run -d --name typed --network none busybox sleep 1000
	typed 6 -s 30x90 await ready type 'hello\r' await 'got hello' resize 31x91 await 'is 31 91' -- \
		podman --runtime "$TRACED" exec -it -u 65534 typed sh -c "$AWAIT_SIZE
			await_size '30 90'; echo ready >/dev/tty; read -r line; echo \"got \$line\"
			await_size '31 91'; exit 6"
	typed 143 await ready -- podman --runtime "$TRACED" exec -it typed \
		sh -c 'echo ready; kill -TERM $$; sleep 10'
	typed 127 -- podman --runtime "$TRACED" exec -it typed /no/such/program
}

# Both ways at once only as much as the terminal holds: conmon reads nothing while it waits to write.
pump_through_exec() {
	typed 7 -b await ready sleep 1000 pump 3000 await all -- podman --runtime "$TRACED" exec -it \
		--detach-keys '' pumped sh -c 'stty raw -echo; echo ready; head -c 3000
			head -c 1000000 /dev/zero | tr "\0" "\1"; echo all; exit 7' &&
		[ "$(tr -dc '\1' <"$ENGINES_DIR/typed" | wc -c)" -ge 1000000 ]
}

# Once in three times: on a busy machine podman or conmon lose a byte now and then.
@test "podman: a megabyte through a terminal of exec -it" {
	engine run -d --name pumped --network none busybox sleep 1000
	pump_through_exec || pump_through_exec || pump_through_exec
}

@test "podman: who attaches again finds the size of the own window" {
	engine run -dit --name again --network none busybox sh -c \
		'while :; do stty size; sleep 0.2; done'
	typed 0 -s 30x90 await '30 90' resize 31x91 await '31 91' type '\020' sleep 300 type '\021' -- \
		podman --runtime "$TRACED" attach again
	typed 0 -s 22x70 await '22 70' type '\020' sleep 300 type '\021' -- podman --runtime "$TRACED" attach again
	[ "$(engine inspect -f '{{.State.Status}}' again)" = running ]
}

@test "podman: --read-only, volumes, --tmpfs and --shm-size" {
	mkdir -p "$BATS_TEST_TMPDIR/volume"
	echo content >"$BATS_TEST_TMPDIR/volume/file"
	run -0 engine run --rm --network none --read-only --tmpfs /scratch:size=1m --shm-size 2m \
		-v "$BATS_TEST_TMPDIR/volume:/ro:ro" -v "$BATS_TEST_TMPDIR/volume:/rw" busybox sh -c '
			! touch /etc/x && touch /scratch/x && cat /ro/file && ! touch /ro/x &&
			echo written >/rw/back && df -m /dev/shm | tail -n 1'
	[[ $output == *content* ]]
	[[ ${lines[-1]} =~ shm\ +2\  ]]
	[ "$(cat "$BATS_TEST_TMPDIR/volume/back")" = written ]
}

@test "podman: capabilities, no_new_privs and seccomp" {
	run -0 engine run --rm --network none --cap-drop all --cap-add chown,kill \
		--security-opt no-new-privileges busybox grep -E 'Cap(Bnd|Eff)|NoNew|Seccomp:' /proc/self/status
	[[ $output == *$'CapEff:\t0000000000000021'* ]]
	[[ $output == *$'CapBnd:\t0000000000000021'* ]]
	[[ $output == *$'NoNewPrivs:\t1'* ]]
	[[ $output == *$'Seccomp:\t2'* ]]
	run -0 engine run --rm --network none --security-opt seccomp=unconfined busybox \
		grep Seccomp: /proc/self/status
	[[ $output == *$'Seccomp:\t0' ]]
	run -0 engine run --rm --network none --privileged busybox sh -c 'mount -t tmpfs t /tmp && echo ok'
	[ "$output" = ok ]
}

@test "podman: --memory, --pids-limit and --cpus reach the cgroup" {
	[ "$ENGINES_VIEW" != v2 ] || grep -q memory /sys/fs/cgroup/cgroup.controllers || skip "no controllers"
	run -0 engine run --rm --network none --memory 64m --pids-limit 50 --cpus 0.5 busybox sh -c '
		cd /sys/fs/cgroup
		cat memory.max pids.max cpu.max 2>/dev/null || {
			cat memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us; }'
	[ "${lines[0]}" = 67108864 ]
	[ "${lines[1]}" = 50 ]
	[[ ${lines[2]} == 50000* ]]
}

@test "podman: devices, ulimits, sysctls and masked paths" {
	run -0 engine run --rm --network none --device /dev/null:/dev/other:rw --ulimit nofile=512:512 \
		--ulimit nproc=1024:1024 --sysctl kernel.shm_rmid_forced=1 busybox sh -c '
			echo x >/dev/other; ulimit -n; cat /proc/sys/kernel/shm_rmid_forced
			[ -c /dev/other ] && wc -c </proc/timer_list; ! (echo 0 >/proc/sys/kernel/panic) 2>/dev/null'
	[ "${lines[0]}" = 512 ]
	[ "${lines[1]}" = 1 ]
	[ "${lines[2]}" = 0 ]
}

@test "podman: namespaces of another container and of the host" {
	engine run -d --name one --network none busybox sleep 1000
	run -0 engine run --rm --network container:one --pid container:one --ipc container:one busybox \
		sh -c 'ps | grep -c "sleep 1000"; readlink /proc/self/ns/net'
	[ "${lines[0]}" -ge 1 ]
	[ "${lines[1]}" = "$(engine exec one readlink /proc/self/ns/net)" ]
	run -0 engine run --rm --network host --uts host --pid host busybox \
		sh -c 'hostname; readlink /proc/self/ns/net'
	[ "$output" = "$(hostname)"$'\n'"$(readlink /proc/self/ns/net)" ]
}

@test "podman: user namespace with id maps" {
	run -0 engine run --rm --network none --uidmap 0:100000:1000 --gidmap 0:100000:1000 busybox \
		sh -c 'cat /proc/self/uid_map; id -u; touch /tmp/x && stat -c %u /tmp/x; ls -ldn /root'
	[[ ${lines[0]} =~ ^\ +0\ +100000\ +1000$ ]]
	[ "${lines[1]}" = 0 ]
	[ "${lines[2]}" = 0 ]
	[[ ${lines[3]} =~ \ 0\ +0\  ]]
}

@test "podman: two containers on a bridge talk to each other" {
	engine run -d --name server busybox sh -c 'mkdir /w; echo served >/w/index.html; exec httpd -f -h /w'
	address=$(engine inspect -f '{{.NetworkSettings.IPAddress}}' server)
	eventually podman --runtime "$TRACED" exec server wget -qO- "http://127.0.0.1/"
	run -0 engine run --rm busybox wget -qO- "http://$address/"
	[ "$output" = served ]
}

@test "podman: build runs the steps of a Containerfile" {
	printf '%s\n' 'FROM busybox' 'RUN echo built >/built && id -u' 'CMD cat /built' \
		>"$BATS_TEST_TMPDIR/Containerfile"
	engine build --isolation oci --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
		--network none -t built "$BATS_TEST_TMPDIR"
	run -0 engine run --rm --network none built
	[ "$output" = built ]
}

@test "podman: nothing remains of removed containers" {
	engine run --rm --network none busybox true
	[ -z "$(engine ps -aq)" ]
	eventually no_cgroup '*/libpod-????????????????????????????????????????????????????????????????'
	run -0 "$TRACED" list -q
	[ -z "$output" ]
}
