#!/usr/bin/env bats
# dockerd with the runtime as its default one; what asks for "runc" by name, as BuildKit does, finds
# it too.  dockerd, containerd, the shim and the networks are all of this file's namespaces.

load engines

setup_file() {
	engines_setup
	export DOCKER_HOST=unix:///run/docker.sock DOCKER_CLI_EXPERIMENTAL=enabled
	sysctl -qw net.ipv4.ip_forward=1
	daemon_start docker /run/docker.sock dockerd --add-runtime "caisson=$TRACED" \
		--default-runtime caisson --oom-score-adjust 0
	export daemon
	docker load -q -i "$ENGINES_DIR/busybox.tar"
}

teardown() {
	local containers
	engines_explain
	containers=$(docker ps -aq)
	# shellcheck disable=SC2086 # these are words
	[[ ! $containers ]] || docker rm -f $containers >/dev/null
}

teardown_file() {
	kill "$daemon"
	wait "$daemon" || true
}

# hooks_of ID: the hooks that ran for that container, a line of JSON each.
hooks_of() {
	jq -c --arg id "$1" 'select(.state.id == $id)' "$ENGINES_DIR/hooks"
}

@test "docker: knows the runtime" {
	run -0 docker info -f '{{.DefaultRuntime}}'
	[ "$output" = caisson ]
	calls --version
}

@test "docker: run prints, and its status is the program's" {
	run -0 docker run --rm busybox echo hello
	[ "$output" = hello ]
	run -7 docker run --rm busybox sh -c 'exit 7'
	calls create
	calls start
	calls delete
}

@test "docker: a command that can't be executed is 127 or 126, with words" {
	run -127 docker run --rm busybox /no/such/program
	[[ $output == *"/no/such/program"* ]]
	run -126 docker run --rm busybox /etc/passwd
	[[ $output == *"permission denied"* ]]
	run -127 docker run --rm -w /tmp busybox no-such-program
}

@test "docker: the prestart hook for the network runs, and the container is on the bridge" {
	id=$(docker run -d --network bridge busybox sleep 1000)
	run -0 hooks_of "$id"
	[[ $output == *libnetwork-setkey* ]]
	run -0 jq -r '[.list, .args[0], .state.status, .state.bundle, .state.ociVersion] | join(" ")' <<<"$output"
	[[ $output =~ ^prestart\ libnetwork-setkey\ creat(ing|ed)\ /.*/$id\ 1\. ]]
	[ "$(hooks_of "$id" | jq .state.pid)" = "$(docker inspect -f '{{.State.Pid}}' "$id")" ]
	run -0 docker exec "$id" ip -4 -o address show eth0
	[[ $output == *"$(docker inspect -f '{{.NetworkSettings.IPAddress}}' "$id")/"* ]]
	run -0 docker exec "$id" ip -4 -o address show lo
	[[ $output == *127.0.0.1/8* ]]
}

@test "docker: two containers on a network find each other by name" {
	docker network create net
	docker run -d --name server --network net busybox \
		sh -c 'mkdir /w; echo served >/w/index.html; exec httpd -f -h /w'
	eventually docker run --rm --network net busybox wget -qO- http://server/
	run -0 docker run --rm --network net busybox wget -qO- http://server/
	[ "$output" = served ]
	docker rm -f server
	docker network rm net
}

@test "docker: a published port is served" {
	docker run -d -p 127.0.0.1:8123:80 busybox \
		sh -c 'mkdir /w; echo served >/w/index.html; exec httpd -f -h /w'
	eventually busybox wget -qO- http://127.0.0.1:8123/
}

@test "docker: run -t and exec -it have a terminal of the right size" {
	run -0 with_terminal docker run --rm -it busybox sh -c 'tty; sleep 1; stty size'
	[[ $output == *"/dev/"*"40 100"* ]]
	docker run -d --name tty busybox sleep 1000
	run -0 with_terminal docker exec -it tty sh -c 'tty; sleep 1; stty size; [ -t 0 ] && [ -t 2 ] && echo all'
	[[ $output == *"/dev/pts/"*"40 100"*all* ]]
	grep -q -- --console-socket "$ENGINES_DIR/calls"
}

@test "docker: somebody types at run -it: lines, sizes, control-C, the end of input" {
	typed 5 -s 30x90 await ready type 'hello\r' await 'got hello' type '\003' await interrupted \
		resize 31x91 await 'is 31 91' type '\004' -- docker run --rm -it busybox sh -c "$AWAIT_SIZE
			trap 'echo interrupted; await_size \"31 91\"; cat; exit 5' INT
			await_size '30 90'; echo ready; read -r line; echo \"got \$line\"
			while :; do sleep 0.1; done"
}

@test "docker: somebody types at exec -it, as another user, too" {
	docker run -d --name typed busybox sleep 1000
	typed 6 -s 30x90 await ready type 'hello\r' await 'got hello' resize 31x91 await 'is 31 91' -- \
		docker exec -it -u 65534 typed sh -c "$AWAIT_SIZE
			await_size '30 90'; echo ready >/dev/tty; read -r line; echo \"got \$line\"
			await_size '31 91'; exit 6"
	typed 143 await ready -- docker exec -it typed sh -c 'echo ready; kill -TERM $$; sleep 10'
}

@test "docker: megabytes through a terminal of exec -it, each byte of them" {
	docker run -d --name pumped busybox sleep 1000
	typed 7 -b await ready sleep 1000 pump 1000000 -- docker exec -it --detach-keys ctrl-a,b,c,d,e,f pumped \
		sh -c 'stty raw -echo; echo ready; head -c 1000000; exit 7'
}

@test "docker: -m, --cpus and --pids-limit reach the cgroup, and stats knows them" {
	[ "$ENGINES_VIEW" != v2 ] || grep -q memory /sys/fs/cgroup/cgroup.controllers || skip "no controllers"
	limits='cd /sys/fs/cgroup; cat memory.max pids.max cpu.max 2>/dev/null || {
		cat memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us; }'
	docker run -d --name limited -m 64m --cpus 0.5 --pids-limit 50 busybox sleep 1000
	run -0 docker exec limited sh -c "$limits"
	[ "${lines[0]}" = 67108864 ]
	[ "${lines[1]}" = 50 ]
	[[ ${lines[2]} == 50000* ]]
	run -0 docker stats --no-stream --format '{{.Name}} {{.MemUsage}}' limited
	[[ $output == "limited "*"/ 64MiB" ]]
	docker update -m 32m --memory-swap -1 --pids-limit 40 --cpu-shares 512 limited
	calls update
	run -0 docker exec limited sh -c "$limits"
	[ "${lines[0]}" = 33554432 ]
	[ "${lines[1]}" = 40 ]
	run -0 docker stats --no-stream --format '{{.Name}} {{.MemUsage}}' limited
	[[ $output == "limited "*"/ 32MiB" ]]
}

@test "docker: a container over its limit of memory is killed, and that is known" {
	[ "$ENGINES_VIEW" != v2 ] || grep -q memory /sys/fs/cgroup/cgroup.controllers || skip "no controllers"
	run -137 docker run --name big -m 16m busybox sh -c 'exec tail /dev/zero'
	[ "$(docker inspect -f '{{.State.OOMKilled}}' big)" = true ]
}

@test "docker: --read-only, -v, --tmpfs, --device and --shm-size" {
	mkdir -p "$BATS_TEST_TMPDIR/volume"
	echo content >"$BATS_TEST_TMPDIR/volume/file"
	run -0 docker run --rm --read-only --tmpfs /scratch --shm-size 2m --device /dev/null:/dev/other \
		-v "$BATS_TEST_TMPDIR/volume:/ro:ro" -v "$BATS_TEST_TMPDIR/volume:/rw" busybox sh -c '
			! touch /etc/x && touch /scratch/x && cat /ro/file && ! touch /ro/x &&
			echo written >/rw/back && echo x >/dev/other && df -m /dev/shm | tail -n 1'
	[[ $output == *content* ]]
	[[ $output =~ shm\ +2\  ]] # errors may come behind
	[ "$(cat "$BATS_TEST_TMPDIR/volume/back")" = written ]
}

@test "docker: capabilities, seccomp, no_new_privs and masked paths" {
	run -0 docker run --rm --cap-add SYS_PTRACE --security-opt seccomp=unconfined busybox \
		grep -E 'CapEff|Seccomp:' /proc/self/status
	(((0x$(sed -n 's/^CapEff:\t//p' <<<"$output") & 1 << 19) != 0))
	[[ $output == *$'Seccomp:\t0'* ]]
	run -0 docker run --rm --security-opt no-new-privileges busybox \
		grep -E 'CapEff|Seccomp:|NoNewPrivs' /proc/self/status
	[[ $output == *$'CapEff:\t00000000a80425fb'* ]]
	[[ $output == *$'Seccomp:\t2'* ]]
	[[ $output == *$'NoNewPrivs:\t1'* ]]
	run -0 docker run --rm busybox sh -c 'wc -c </proc/timer_list; ! (echo 0 >/proc/sys/kernel/panic) 2>/dev/null'
	[ "${lines[0]}" = 0 ]
}

@test "docker: --privileged" {
	has_all_capabilities || skip "root lacks capabilities here, and docker wants all of them given"
	run -0 docker run --rm --privileged busybox sh -c 'mount -t tmpfs t /tmp && echo ok'
	[ "$output" = ok ]
}

@test "docker: seccomp forbids what the default profile forbids" {
	run docker run --rm --cap-add SYS_TIME busybox unshare -m true
	[ "$status" -ne 0 ]
	[[ $output == *"not permitted"* ]]
}

@test "docker: user, groups, directory, environment, ulimit and hostname" {
	run -0 docker run --rm -u 65534:65534 --group-add 5 -w /tmp -e A=b --ulimit nofile=512:512 \
		--hostname inside busybox sh -c 'id; pwd; echo $A; ulimit -n; hostname'
	[[ ${lines[0]} == "uid=65534(nobody) gid=65534(nogroup) groups="*"5(tty)"* ]]
	[ "${lines[1]} ${lines[2]} ${lines[3]} ${lines[4]}" = "/tmp b 512 inside" ]
}

@test "docker: exec, its status and words, logs, top, pause, kill, stop and start" {
	docker run -d --name web busybox sh -c 'echo started; exec sleep 1000'
	run -0 docker exec -e A=b -w /tmp -u nobody web sh -c 'echo $A; pwd; id -u'
	[ "$output" = $'b\n/tmp\n65534' ]
	run -5 docker exec web sh -c 'exit 5'
	run docker exec web /no/such/program
	[[ $status == 12[67] && $output == *"/no/such/program"* ]]
	run -0 docker logs web
	[ "$output" = started ]
	run -0 docker top web
	[[ $output == *"sleep 1000"* ]]
	docker pause web
	[ "$(docker inspect -f '{{.State.Status}}' web)" = paused ]
	docker unpause web
	run -0 bash -c 'echo from stdin | docker exec -i web cat'
	[ "$output" = "from stdin" ]
	docker stop -t 0 web
	[ "$(docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' web)" = "exited 137" ]
	docker start web
	docker kill -s KILL web
	eventually sh -c '[ "$(docker inspect -f "{{.State.Status}}" web)" = exited ]'
	docker restart -t 0 web
	docker exec web true
}

@test "docker: --init, --pid host, --ipc and --net of another container" {
	run -0 docker run --rm --init busybox sh -c 'cat /proc/1/comm'
	[ "$output" = docker-init ]
	docker run -d --name one --ipc shareable busybox sleep 1000
	run -0 docker run --rm --net container:one --pid container:one --ipc container:one busybox \
		sh -c 'ps | grep -c "sleep 1000"; readlink /proc/self/ns/net'
	[ "${lines[0]}" -ge 1 ]
	[ "${lines[1]}" = "$(docker exec one readlink /proc/self/ns/net)" ]
	run -0 docker run --rm --net host --pid host --uts host busybox \
		sh -c 'readlink /proc/self/ns/pid; readlink /proc/self/ns/net'
	[ "$output" = "$(readlink /proc/self/ns/pid /proc/self/ns/net)" ]
}

@test "docker: build runs the steps of a Dockerfile" {
	printf '%s\n' 'FROM busybox' 'RUN echo built >/built && id -u' 'USER nobody' 'RUN id -u >/tmp/id' \
		'CMD cat /built /tmp/id' >"$BATS_TEST_TMPDIR/Dockerfile"
	before=$(grep -c -w create "$ENGINES_DIR/calls")
	DOCKER_BUILDKIT=0 docker build -t built "$BATS_TEST_TMPDIR"
	[ "$(grep -c -w create "$ENGINES_DIR/calls")" -ge $((before + 2)) ]
	run -0 docker run --rm built
	[ "$output" = $'built\n65534' ]
}

@test "docker: build with BuildKit runs the steps of a Dockerfile" {
	printf '%s\n' 'FROM busybox' 'RUN echo kit >/built && ip -4 -o address show' 'CMD cat /built' \
		>"$BATS_TEST_TMPDIR/Dockerfile"
	DOCKER_BUILDKIT=1 docker build --progress plain -t kit "$BATS_TEST_TMPDIR"
	grep -q -E '(^| )run .*buildkit' "$ENGINES_DIR/calls"
	run -0 docker run --rm kit
	[ "$output" = kit ]
}

@test "docker: docker-compose starts two services that talk to each other" {
	cat >"$BATS_TEST_TMPDIR/docker-compose.yml" <<-'YML'
		version: "2.4"
		services:
		  server:
		    image: busybox
		    command: sh -c "mkdir /w; echo composed >/w/index.html; exec httpd -f -h /w"
		  client:
		    image: busybox
		    depends_on: [server]
		    command: sh -c "until wget -qO- http://server/; do sleep 0.1; done"
	YML
	cd "$BATS_TEST_TMPDIR"
	docker-compose -p two up -d
	docker wait "$(docker-compose -p two ps -aq client)"
	run -0 docker-compose -p two logs --no-color client
	[[ $output == *composed* ]]
	docker-compose -p two down -t 0
}

@test "docker: nothing remains of removed containers" {
	docker run --rm busybox true
	[ -z "$(docker ps -aq)" ]
	eventually no_cgroup '*/docker/????????????????*' # but not docker/buildkit, which stays
	run -0 "$TRACED" --root /run/docker/runtime-runc/moby list -q
	[ -z "$output" ]
}
