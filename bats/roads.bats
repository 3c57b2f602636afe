# The short road and the general one (--general-road) lead to the same container.
bats_require_minimum_version 1.5.0
load helpers

# All that the kernel tells a program of itself, but for numbers that differ by chance: of mounts, devices,
# namespaces.
describe_self() {
	set_script 'cat /proc/self/mountinfo | while read -r _ _ _ root target rest; do
			echo "$root $target $rest"; done
		grep -vE "^(Pid|Tgid|NStgid|NSpid|NSpgid|NSsid|PPid|Vm|Rss|Threads|SigQ|.*ctxt|Cpus|Mems|x86|Hugetlb)" /proc/self/status
		cat /proc/self/cgroup /proc/self/limits /proc/self/oom_score_adj
		ls -l /proc/1/ns | while read -r _ _ _ _ _ _ _ _ name _; do echo "ns $name"; done
		ls -ln /dev /dev/pts | sed "s/[A-Z][a-z][a-z] [ 0-9]* [0-9:]* / /"
		for fd in /proc/1/fd/*; do echo "fd ${fd##*/}"; done
		id; umask; hostname; pwd; env | sort; tr "\0" " " </proc/1/cmdline; cat /proc/net/dev | grep -c lo'
}

# same_by_both_roads - in $TEST_DIR: short and general.
same_by_both_roads() {
	caisson run "$ID" >"$TEST_DIR/short" 2>&1
	caisson run --general-road "$ID" >"$TEST_DIR/general" 2>&1
	[[ $(wc -l <"$TEST_DIR/short") -gt 40 ]]
	# The ids of the namespaces and superblocks are new each time.
	sed -i 's/[0-9]*:[0-9]* / /' "$TEST_DIR/short" "$TEST_DIR/general"
	diff "$TEST_DIR/short" "$TEST_DIR/general"
}

@test "roads: the default configuration" {
	describe_self
	run -0 caisson run --dry-run "$ID"
	assert_contains 'namespaces.road: "short"'
	run -0 caisson run --dry-run --general-road "$ID"
	assert_contains 'namespaces.road: "general"'
	same_by_both_roads
}

@test "roads: a user namespace" {
	describe_self
	chmod -R o+rX "$BUNDLE" "$TEST_DIR"
	update_config '.linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
		.linux.gidMappings = .linux.uidMappings'
	same_by_both_roads
}

@test "roads: another user, limits, a filter, sysctls and a working directory" {
	describe_self
	mkdir -p "$BUNDLE/rootfs/work"
	update_config '.process.user = {uid: 1000, gid: 1001, additionalGids: [1002]} | .process.cwd = "/work" |
		.process.oomScoreAdj = 100 | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}] |
		.linux.sysctl = {"net.ipv4.ip_forward": "1"} |
		.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
			syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'
	same_by_both_roads
}

@test "roads: hooks and a container that waits for start" {
	local road
	update_config '.hooks = {createRuntime: [{path: "/bin/true"}], createContainer: [{path: "/bin/true"}]}'
	set_args /bin/sleep 1000
	for road in '' --general-road; do
		# shellcheck disable=SC2086 # nothing or one word
		detached create $road "$ID"
		assert_equal "$status" 0
		assert_status_of created
		caisson start "$ID"
		assert_status_of running
		caisson delete --force "$ID"
		assert_gone
	done
}
