#!/usr/bin/env bats
# containerd and its runc shim, driven by ctr --runc-binary.

load engines

setup_file() {
	engines_setup
	mkdir -p "$ENGINES_DIR/containerd"
	# No CRI, as that would want CNI; no limits of its own.
	cat >"$ENGINES_DIR/containerd.toml" <<TOML
version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri"]
TOML
	daemon_start ctr /run/containerd/containerd.sock containerd --config "$ENGINES_DIR/containerd.toml"
	export daemon
	ctr image import "$ENGINES_DIR/busybox.tar"
	IMAGE=$(ctr image ls -q)
	export IMAGE
}

teardown() {
	local name
	engines_explain
	for name in $(ctr container ls -q); do
		ctr task kill -a -s KILL "$name" >/dev/null 2>&1 || true
		ctr task rm -f "$name" >/dev/null 2>&1 || true
		ctr container rm "$name"
	done
}

teardown_file() {
	kill "$daemon"
	wait "$daemon" || true
}

# ctr_run OPTION... IMAGE NAME COMMAND...
ctr_run() {
	# With cgroup2 alone, ctr asks for cpu shares, which the host may not have.
	ctr run --runc-binary "$TRACED" "$@"
}

@test "containerd: run prints, and its status is the program's" {
	run -0 ctr_run --rm "$IMAGE" hello echo hello
	[ "$output" = hello ]
	run -7 ctr_run --rm "$IMAGE" seven sh -c 'exit 7'
	calls create
	calls start
	calls delete
}

@test "containerd: what can't be executed is told" {
	run ctr_run --rm "$IMAGE" none /no/such/program
	[ "$status" -ne 0 ]
	[[ $output == *"/no/such/program"* ]]
}

@test "containerd: run -t has a terminal" {
	run -0 with_terminal ctr run --runc-binary "$TRACED" --rm -t "$IMAGE" tty sh -c 'tty; [ -t 2 ] && echo all'
	[[ $output == *"/dev/"*all* ]]
	grep -q -- --console-socket "$ENGINES_DIR/calls"
}

@test "containerd: task ls, exec, ps, metrics, pause, resume and kill" {
	ctr_run -d "$IMAGE" web sleep 1000
	run -0 ctr task ls
	[[ $output =~ web\ +[0-9]+\ +RUNNING ]]
	run -0 ctr task exec --exec-id one --user 65534:65534 --cwd /tmp web sh -c 'id -u; pwd; cat /proc/1/comm'
	[ "$output" = $'65534\n/tmp\nsleep' ]
	run -5 ctr task exec --exec-id two web sh -c 'exit 5'
	run ctr task exec --exec-id three web /no/such/program
	[ "$status" -ne 0 ]
	[[ $output == *"/no/such/program"* ]]
	run -0 with_terminal ctr task exec --exec-id four -t web tty
	[[ $output == *"/dev/pts/"* ]]
	run -0 ctr task ps web
	[[ $output == *"$(ctr task ls | awk '$1 == "web" { print $2 }')"* ]]
	run -0 ctr task metrics web
	ctr task pause web
	run -0 ctr task ls
	[[ $output =~ web\ +[0-9]+\ +PAUSED ]]
	ctr task resume web
	run -0 ctr task ls
	[[ $output =~ web\ +[0-9]+\ +RUNNING ]]
	ctr task kill -s KILL web
	eventually sh -c 'ctr task ls | grep -q STOPPED'
	ctr task rm web || [ "$(ctr task ls -q)" = "" ]
	ctr container rm web
}

@test "containerd: a read-only root, mounts, capabilities and the host's network" {
	mkdir -p "$BATS_TEST_TMPDIR/volume"
	echo content >"$BATS_TEST_TMPDIR/volume/file"
	run -0 ctr_run --rm --read-only --net-host --cap-add CAP_SYS_PTRACE \
		--mount "type=bind,src=$BATS_TEST_TMPDIR/volume,dst=/mnt,options=rbind:ro" \
		"$IMAGE" mounts sh -c '! touch /x; ! touch /mnt/x; cat /mnt/file
			readlink /proc/self/ns/net; grep CapEff /proc/self/status'
	[[ $output == *content* ]]
	[[ $output == *"$(readlink /proc/self/ns/net)"* ]]
	(((0x$(sed -n 's/^CapEff:\t//p' <<<"$output") & 1 << 19) != 0))
}

@test "containerd: limits reach the cgroup" {
	[ "$ENGINES_VIEW" != v2 ] || grep -q memory /sys/fs/cgroup/cgroup.controllers || skip "no controllers"
	ctr_run -d --memory-limit 67108864 --cpu-quota 50000 --cpu-period 100000 "$IMAGE" limited sleep 1000
	run -0 find /sys/fs/cgroup -path '*/default/limited/*' -regex '.*/memory\.\(max\|limit_in_bytes\)' -exec cat {} +
	[ "$output" = 67108864 ]
	run -0 find /sys/fs/cgroup -path '*/default/limited/*' -regex '.*/cpu\.\(max\|cfs_quota_us\)' -exec cat {} +
	[[ $output == 50000* ]]
}

@test "containerd: kill --all ends a container that shares the host's processes" {
	ctr_run -d --with-ns pid:/proc/1/ns/pid "$IMAGE" shared sh -c 'sleep 12321 & exec sleep 12321'
	eventually sh -c '[ "$(pgrep -cxf "sleep 12321")" = 2 ]'
	ctr task kill -a -s KILL shared
	eventually sh -c '! pgrep -xf "sleep 12321"'
}

@test "containerd: nothing remains of removed containers" {
	ctr_run --rm "$IMAGE" gone true
	[ -z "$(ctr container ls -q)" ]
	eventually no_cgroup '*/default/*'
	run -0 "$TRACED" --root /run/containerd/runc/default list -q
	[ -z "$output" ]
}
