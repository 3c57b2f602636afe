# What the specification says with MUST and other runtimes let pass; where the rest of it is tested,
# and what caisson does not keep, is in docs/deviations.md.

bats_require_minimum_version 1.5.0
load helpers
load inside
load groups

# ---- ociVersion -----------------------------------------------------------------------------

@test "ociVersion: what is no SemVer, and other major versions are refused" {
	local version
	for version in 1 1.0 1.0.0.0 v1.0.0 1.0.x 1.00.0 1.0.0- 1.0.0+ '' one; do
		update_config '.ociVersion = $version' --arg version "$version"
		refused ociVersion
	done
	for version in 0.2.0 2.0.0 2.0.0-dev 10.0.0; do
		update_config '.ociVersion = $version' --arg version "$version"
		refused ociVersion 'version 1 of the specification' "$version"
	done
	update_config 'del(.ociVersion)'
	refused ociVersion
}

@test "ociVersion: minor versions up to ours, with what engines put behind" {
	local version
	for version in 1.0.0 1.0.2-dev 1.1.0-rc.2 1.2.1+dev "$(caisson features | jq -r .ociVersionMin)" \
		"$(caisson features | jq -r .ociVersionMax)"; do
		update_config '.ociVersion = $version' --arg version "$version"
		set_args echo works
		run -0 caisson --debug run "$ID"
		assert_contains works
		refute_contains 'is newer than'
	done
}

@test "ociVersion: a newer minor version works, and is named to those who ask for details" {
	local version
	set_args echo works
	for version in 1.4.0 1.4.0-dev 1.9.3+dev 1.10.0; do
		update_config '.ociVersion = $version' --arg version "$version"
		run -0 caisson run "$ID"
		assert_output works
		run -0 caisson --debug run "$ID"
		assert_contains 'level=debug'
		assert_contains "$version"
		assert_contains 'is newer than'
	done
}

# ---- pids.limit 0 ---------------------------------------------------------------------------

# hook POINT - $TEST_DIR/hooks gets its name and what the group's limit of tasks is then.
hook() {
	update_config '.hooks[$point] += [{path: "/bin/sh", args: ["sh", "-c", $text]}]' --arg point "$1" \
		--arg text "cat >/dev/null; echo $1 \$(cat '$(group_file)/pids.max') >>'$TEST_DIR/hooks'"
}

group_file() {
	if is_v2; then
		echo "/sys/fs/cgroup/$ID"
	else
		echo "/sys/fs/cgroup/pids/$ID"
	fi
}

@test "pids.limit 0: the program runs, and can start nothing" {
	needs pids
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID"
	resources '{pids: {limit: 0}}'
	set_args cat /proc/self/comm
	run -0 caisson run "$ID"
	assert_output cat
	set_script 'sleep 1 & echo here'
	run caisson run "$ID"
	assert_contains "can't fork"
	refute_contains here
	sleeping_container
	assert_value 0 0 pids pids.max pids.max
}

@test "pids.limit 0: the last of all steps, behind every hook of create" {
	needs pids
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID"
	local limit point
	for limit in 0 1; do
		resources "{pids: {limit: $limit}}"
		update_config 'del(.hooks)'
		for point in prestart createRuntime createContainer poststart poststop; do
			hook "$point"
		done
		rm -f "$TEST_DIR/hooks"
		set_args /bin/sleep 1000
		detached create "$ID"
		assert_value "$limit" "$limit" pids pids.max pids.max
		caisson start "$ID"
		caisson delete --force "$ID"
		assert_equal "$(head -n 4 "$TEST_DIR/hooks")" "prestart max
createRuntime max
createContainer max
poststart $limit"
		assert_contains poststop "$(<"$TEST_DIR/hooks")"
	done
}

@test "pids.limit 0: hooks of startContainer would have no room, which create says" {
	needs pids
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID"
	resources '{pids: {limit: 0}}'
	hook startContainer
	run -1 caisson create "$ID" </dev/null
	assert_contains 'hooks.startContainer: linux.resources.pids.limit of 0'
	assert_gone
}

@test "pids.limit 0: when even that fails, nothing has run and nothing is left" {
	needs pids
	command -v strace >/dev/null || skip "no strace"
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID"
	resources '{pids: {limit: 0}}'
	set_script 'touch /tmp/ran'
	add_mount /tmp bind "$TEST_DIR" bind
	local verb
	for verb in run create; do
		run -1 untraced strace -f -qq -o calls -P "$(group_file)/pids.max" -e inject=write:error=EIO \
			"$CAISSON" --root "$ROOT" "$verb" "$ID" </dev/null
		grep -q INJECTED calls
		assert_contains 'linux.resources.pids.limit'
		assert_contains 'input/output error'
		assert_gone
		[[ ! -e $TEST_DIR/ran ]]
	done
}

@test "pids.limit 0: by unified, and by update" {
	needs pids
	sleeping_container
	caisson update --pids-limit 0 "$ID"
	assert_value 0 0 pids pids.max pids.max
	caisson delete --force "$ID"
	is_v2 || return 0
	resources '{pids: {limit: 5}, unified: {"pids.max": "0"}}'
	sleeping_container
	assert_value 0 0 pids pids.max pids.max
}

# ---- what must be refused -------------------------------------------------------------------

@test "listenerMetadata without listenerPath is refused" {
	update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerMetadata: "x"}'
	refused linux.seccomp.listenerMetadata listenerPath
}

@test "a hook's timeout of 0 or less is refused, at each point" {
	local point timeout
	for point in prestart createRuntime createContainer startContainer poststart poststop; do
		for timeout in 0 -1 -9223372036854775808; do
			update_config '.hooks = {($point): [{path: "/bin/true"},
				{path: "/bin/true", timeout: 77}]}' --arg point "$point"
			sed -i "s/\"timeout\": 77/\"timeout\": $timeout/" config.json
			refused "hooks.$point[1].timeout" "$timeout"
		done
	done
}

@test "rlimits: the same type twice is refused, of a container and of exec's process" {
	update_config '.process.rlimits = [{type: "RLIMIT_CORE", soft: 1, hard: 1},
		{type: "RLIMIT_NOFILE", soft: 9, hard: 9}, {type: "RLIMIT_CORE", soft: 1, hard: 1}]'
	refused 'process.rlimits[2].type' RLIMIT_CORE twice
	jq '.process | .args = ["/bin/true"]' config.json >process.json
	update_config '.process.rlimits = []'
	sleeping_container
	run ! caisson exec --process process.json "$ID"
	assert_contains 'rlimits[2].type'
}

@test "devices: in a user namespace, too, what is there and is another file is refused" {
	user_namespace
	give_image 100000
	update_config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	update_config '.linux.devices = [{type: "c", path: "/dev/fuse", major: 10, minor: 229}]'
	[[ -c /dev/fuse ]] || skip "no /dev/fuse"
	echo mine >rootfs/dev/fuse
	refused 'linux.devices[0]' /dev/fuse exists
	assert_equal "$(<rootfs/dev/fuse)" mine
	rm rootfs/dev/fuse
	mknod rootfs/dev/fuse c 1 5
	refused 'linux.devices[0]' /dev/fuse exists
	rm rootfs/dev/fuse
	# An empty file is what the first one leaves for the next.
	local turn
	for turn in 1 2; do
		inside "stat -c '%F %t:%T' /dev/fuse"
		assert_output "character special file a:e5"
	done
}

# ---- config.json is read once ---------------------------------------------------------------

@test "config.json: what it becomes after create is nothing to start, exec, update, nor delete" {
	update_config '.process.env += ["WORD=first"] | .hooks.poststop = [{path: "/bin/touch",
		args: ["touch", $mark]}]' --arg mark "$TEST_DIR/poststop"
	set_args /bin/sh -c 'echo "$WORD"; exec sleep 1000'
	detached create "$ID"
	local change
	for change in '{}' 'no JSON' \
		"$(jq '.process.env += ["WORD=second"] | .process.user.uid = 1000 | del(.hooks)
			| .process.capabilities = {} | .process.cwd = "/tmp" | .ociVersion = "9.0.0"
			| .process.rlimits = [{type: "RLIMIT_CORE", soft: 7, hard: 7}]
			| .linux.seccomp = {defaultAction: "SCMP_ACT_KILL"}' config.json)"; do
		echo "$change" >config.json
		has_status created && caisson start "$ID"
		eventually grep -q first "$TEST_DIR/output"
		run -0 caisson exec "$ID" /bin/sh -c 'echo "$WORD $(id -u) $(pwd) $(ulimit -c)"'
		assert_contains 'first 0 / '
		refute_contains 'first 0 / 7'
	done
	! has_controller pids || run -0 caisson update --pids-limit 50 "$ID"
	rm config.json
	run -0 caisson exec "$ID" /bin/sh -c 'echo "$WORD"'
	assert_output first
	run -0 caisson delete --force "$ID"
	[[ -e $TEST_DIR/poststop ]]
}

# ---- an error leaves nothing ----------------------------------------------------------------

# All that a start may touch, but for what it makes in the image: see docs/deviations.md.
world() {
	mount_table
	find /sys/fs/cgroup -type d -name "*$ID*" 2>/dev/null || true
	find "$ROOT" -mindepth 1 2>/dev/null | sort
	find "$BUNDLE" -path "$BUNDLE/rootfs" -prune -o -printf '%p %y %m %u %s\n' | sort
	stat -c '%a %u:%g %s' rootfs rootfs/bin rootfs/etc/passwd
	ls -l /proc/self/ns | sed 's/.*-> //'
	sysctl -n kernel.domainname kernel.hostname kernel.shmmax 2>/dev/null || true
}

# fails NAME PROGRAM [WORD] - a container with this change is not made, and nothing is changed by that.
fails() {
	cp config.json good.json
	update_config "$2"
	local before verb
	before=$(world)
	for verb in run create; do
		run ! caisson "$verb" "$ID" </dev/null
		assert_contains "${3:-}"
		assert_equal "$(world)" "$before" || fail "$verb with $1 changed something"
		assert_gone
	done
	mv good.json config.json
	# And the id is free.
	run -0 caisson run "$ID"
}

@test "an error before init is there leaves the system as it was" {
	caisson run "$ID" # makes the state root and what the image lacks
	fails 'a property' '.process.cwd = "relative"' process.cwd
	fails 'a filter' '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		flags: ["SECCOMP_FILTER_FLAG_NEW_LISTENER"]}' seccomp
	fails 'a namespace' '.linux.namespaces |= map(if .type == "ipc"
		then .path = "/proc/self/ns/net" else . end)' ipc
	! has_controller pids || fails 'a control group' '.linux.resources.cpu.cpus = "7777"' cpu
}

@test "an error in init leaves the system as it was" {
	caisson run "$ID"
	fails 'a mount' '.mounts += [{destination: "/mnt", type: "nonesuch"}]' 'mounts['
	fails 'a bind' '.mounts += [{destination: "/mnt", source: "/nonesuch", options: ["bind"]}]' 'mounts['
	fails 'a device' '.linux.devices = [{type: "c", path: "/bin/sh", major: 1, minor: 7}]' 'linux.devices[0]'
	fails 'a sysctl' '.linux.sysctl = {"net.ipv4.nonesuch": "1"}' nonesuch
	fails 'a hook of the host' '.hooks.createRuntime = [{path: "/bin/false"}]' createRuntime
	fails 'a hook of the container' '.hooks.createContainer = [{path: "/bin/false"}]' createContainer
	fails 'a limit' '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 1,
		hard: 9000000000000}]' RLIMIT_NOFILE
	fails 'the directory' '.process.cwd = "/bin/sh"' /bin/sh
	fails 'the program' '.process.args = ["/nonesuch"]' /nonesuch
}
