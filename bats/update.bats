# update: each limit changes in the kernel, all of them or none.

bats_require_minimum_version 1.5.0
load helpers
load inside
load groups

setup() {
	setup_bundle
	setup_driver
}

teardown() {
	teardown_driver
	teardown_bundle
}

# json TEXT - updates by a document on standard input, as containerd does
json() {
	caisson update --resources=- "$ID" <<<"$1"
}

@test "update: memory, by options and in their units" {
	needs memory
	resources '{memory: {limit: 67108864, swap: 67108864}}'
	sleeping_container
	run -0 caisson update --memory 32m "$ID"
	assert_output ''
	assert_value 33554432 33554432 memory memory.limit_in_bytes memory.max
	caisson update --memory 0.125g --memory-swap 256M --memory-reservation 16777216 "$ID"
	assert_value 134217728 134217728 memory memory.limit_in_bytes memory.max
	assert_value 16777216 16777216 memory memory.soft_limit_in_bytes memory.low
	has_file memory memory.memsw.limit_in_bytes memory.swap.max || skip "a kernel without swap"
	assert_value 268435456 134217728 memory memory.memsw.limit_in_bytes memory.swap.max
}

@test "update: memory alone changes what is left for swap" {
	needs memory
	resources '{memory: {limit: 67108864, swap: 134217728}}'
	sleeping_container
	has_file memory memory.memsw.limit_in_bytes memory.swap.max || skip "a kernel without swap"
	caisson update --memory 96m "$ID"
	assert_value 134217728 33554432 memory memory.memsw.limit_in_bytes memory.swap.max
	run -1 caisson update --memory 256m "$ID"
	assert_contains "memory+swap limit should be >= memory limit"
	caisson update --memory -1 "$ID"
	assert_value 9223372036854771712 max memory memory.limit_in_bytes memory.max
	assert_value 9223372036854771712 max memory memory.memsw.limit_in_bytes memory.swap.max
}

# In both directions, as v1 refuses memory above memory and swap at any time.
@test "update: memory and swap in every direction" {
	needs memory
	resources '{memory: {limit: 67108864, swap: 134217728}}'
	sleeping_container
	has_file memory memory.memsw.limit_in_bytes memory.swap.max || skip "a kernel without swap"
	local pair limit both
	for pair in 32:48 256:512 96:128 32:512 500:512 16:16 -1:-1 32:64; do
		limit=${pair%:*} both=${pair#*:}
		if ((limit < 0)); then
			caisson update --memory -1 --memory-swap -1 "$ID"
			continue
		fi
		caisson update --memory "${limit}m" --memory-swap "${both}m" "$ID"
		assert_value $((limit << 20)) $((limit << 20)) memory memory.limit_in_bytes memory.max
		assert_value $((both << 20)) $(((both - limit) << 20)) \
			memory memory.memsw.limit_in_bytes memory.swap.max
	done
}

@test "update: quota and period keep each other, also after other updates" {
	needs cpu
	resources '{cpu: {quota: 50000, period: 100000}}'
	sleeping_container
	caisson update --cpu-period 200000 "$ID"
	assert_bandwidth 50000 200000
	caisson update --cpu-quota 30000 "$ID"
	assert_bandwidth 30000 200000
	caisson update --cpu-share 100 "$ID"
	caisson update --cpu-period 50000 "$ID"
	assert_bandwidth 30000 50000
	caisson update --cpu-quota -1 "$ID"
	local unlimited=-1 period=50000
	! is_v2 || unlimited=max
	assert_bandwidth "$unlimited" "$period"
	run -1 caisson update --cpu-period 100 "$ID"
	assert_contains linux.resources.cpu
	assert_contains "100"
}

assert_bandwidth() {
	if is_v2; then
		assert_equal "$(value_of cpu '' cpu.max)" "$1 $2"
	else
		assert_equal "$(value_of cpu cpu.cfs_quota_us '')" "$1"
		assert_equal "$(value_of cpu cpu.cfs_period_us '')" "$2"
	fi
}

# As of a pod: with either of the values alone the container's share would be above its parent's.
@test "update: quota, period and burst in every direction, below a group with a limit" {
	needs cpu
	needs_files
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID-pod/c"
	resources '{cpu: {quota: 10000, period: 50000}}'
	sleeping_container
	local pod triple quota period burst
	pod=$(dirname "$(group_of cpu)")
	if is_v2; then
		echo "50000 100000" >"$pod/cpu.max"
	else
		echo 50000 >"$pod/cpu.cfs_quota_us"
	fi
	for triple in 20000:50000 50000:200000 5000:10000 100000:250000 4000:40000 400000:1000000 \
		5000:10000; do
		quota=${triple%:*} period=${triple#*:}
		caisson update --cpu-quota "$quota" --cpu-period "$period" "$ID"
		assert_bandwidth "$quota" "$period"
	done
	if ! is_v2; then # cgroup2 lets a child have more, and gives it less
		run -1 caisson update --cpu-quota 6000 "$ID"
		assert_contains "linux.resources.cpu.quota"
		assert_bandwidth 5000 10000
	fi
	has_file cpu cpu.cfs_burst_us cpu.max.burst || return 0
	for burst in 5000:5000:10000 40000:50000:100000 1000:2000:10000 30000:50000:200000 0:2000:10000; do
		quota=${burst#*:} period=${quota#*:} quota=${quota%:*} burst=${burst%%:*}
		caisson update --cpu-burst "$burst" --cpu-quota "$quota" --cpu-period "$period" "$ID"
		assert_bandwidth "$quota" "$period"
		assert_value "$burst" "$burst" cpu cpu.cfs_burst_us cpu.max.burst
	done
	caisson delete --force "$ID"
	find /sys/fs/cgroup -depth -type d -name "$ID-pod" -exec rmdir {} +
}

@test "update: shares, idle and sets of processors" {
	needs cpu
	sleeping_container
	caisson update --cpu-share 2048 "$ID"
	assert_value 2048 174 cpu cpu.shares cpu.weight
	if has_file cpu cpu.idle cpu.idle; then
		caisson update --cpu-idle 1 "$ID"
		assert_value 1 1 cpu cpu.idle cpu.idle
		run -1 caisson update --cpu-share 1024 "$ID"
		assert_contains linux.resources.cpu.shares
		caisson update --cpu-share 512 --cpu-idle 0 "$ID"
		assert_value 512 59 cpu cpu.shares cpu.weight
	fi
	has_controller cpuset || return 0
	caisson update --cpuset-cpus 0 --cpuset-mems 0 "$ID"
	assert_value 0 0 cpuset cpuset.cpus cpuset.cpus
}

@test "update: pids, and a bomb of processes stops at the new limit" {
	needs pids
	resources '{pids: {limit: 100}}'
	set_script 'trap "go=yes" USR1; while [ ! "$go" ]; do sleep 0.1; done
		bomb() { bomb | bomb & }; (bomb) 2>/dev/null & exec sleep 1000'
	start_container
	caisson update --pids-limit 15 "$ID"
	assert_value 15 15 pids pids.max pids.max
	caisson kill "$ID" USR1
	eventually bomb_was_stopped
	(($(value_of pids pids.current pids.current) <= 15))
	caisson kill "$ID" KILL
	wait_for_status stopped
}

bomb_was_stopped() {
	(($(awk '$1 == "max" { print $2 }' "$(group_of pids)/pids.events") > 0))
}

@test "update: by a document, from a file and from standard input" {
	needs pids
	sleeping_container
	echo '{"pids": {"limit": 30}, "devices": null, "memory": {}, "unknown": 5}' >"$TEST_DIR/r.json"
	run -0 caisson update --resources "$TEST_DIR/r.json" "$ID"
	assert_value 30 30 pids pids.max pids.max
	json '{"pids": {"limit": 40}}'
	assert_value 40 40 pids pids.max pids.max
	caisson update -r - --pids-limit 50 "$ID" <<<'{"pids": {"limit": 45}}'
	assert_value 50 50 pids pids.max pids.max
	json '{"pids": {"limit": -1}}'
	assert_value max max pids pids.max pids.max
	# What Go writes of an empty one.
	json '{"cpu": {"shares": 0, "quota": 0, "period": 0, "cpus": "", "mems": ""}, "memory": {"limit": 0}}'
	run -1 json '{"pids": {"limit": "many"}}'
	assert_contains linux.resources.pids.limit
	run -1 json '{"pids":'
	run -1 caisson update -r "$TEST_DIR/nonesuch" "$ID"
	assert_contains nonesuch
	refute_contains --resources
}

@test "update: an error names the document as it was named, not the option" {
	needs pids
	sleeping_container
	local document
	for document in '{"pids": {"limit": "many"}}' '{"pids":'; do
		run -1 caisson update -r - "$ID" <<<"$document"
		assert_contains 'standard input: '
		refute_contains --resources
		echo "$document" >r.json
		run -1 caisson update -r r.json "$ID"
		assert_contains "'r.json': "
		refute_contains --resources
	done
}

@test "update: throttles of one device leave those of another kind" {
	needs blkio io
	local disk major minor
	disk=$(a_disk) major=${disk%:*} minor=${disk#*:}
	resources "{blockIO: {throttleReadBpsDevice: [{major: $major, minor: $minor, rate: 1048576}]}}"
	sleeping_container
	json "{\"blockIO\": {\"throttleWriteIOPSDevice\":
		[{\"major\": $major, \"minor\": $minor, \"rate\": 77}]}}"
	if is_v2; then
		assert_equal "$(value_of io '' io.max)" "$disk rbps=1048576 wbps=max riops=max wiops=77"
	else
		assert_equal "$(value_of blkio blkio.throttle.read_bps_device '')" "$disk 1048576"
		assert_equal "$(value_of blkio blkio.throttle.write_iops_device '')" "$disk 77"
	fi
	json "{\"blockIO\": {\"throttleReadBpsDevice\":
		[{\"major\": $major, \"minor\": $minor, \"rate\": 0}]}}"
	if is_v2; then
		assert_equal "$(value_of io '' io.max)" "$disk rbps=max wbps=max riops=max wiops=77"
	else
		assert_equal "$(value_of blkio blkio.throttle.read_bps_device '')" ""
	fi
}

@test "update: huge pages of a container that had no limit of them" {
	[[ -d /sys/kernel/mm/hugepages/hugepages-2048kB ]] || skip "no pages of 2 MB"
	! is_v2 || needs hugetlb
	grep -qw hugetlb /proc/self/cgroup /sys/fs/cgroup/cgroup.controllers \
		/sys/fs/cgroup/unified/cgroup.controllers 2>/dev/null || skip "no hugetlb"
	sleeping_container
	json '{"hugepageLimits": [{"pageSize": "2MB", "limit": 6291456}]}'
	run find /sys/fs/cgroup -path "*$ID*/hugetlb.2MB.*" \( -name '*max' -o -name '*limit_in_bytes' \) \
		-exec cat {} +
	assert_contains 6291456
}

@test "update: unified" {
	is_v2 || skip "for cgroup2"
	needs memory
	resources '{unified: {"memory.high": "50331648"}}'
	sleeping_container
	json '{"unified": {"memory.high": "67108864", "pids.max": "9"}}'
	assert_equal "$(value_of memory '' memory.high)" 67108864
	assert_equal "$(value_of pids '' pids.max)" 9
	run -1 json '{"unified": {"memory.high": "1", "memory.nonesuch": "1"}}'
	assert_contains memory.nonesuch
	assert_equal "$(value_of memory '' memory.high)" 67108864
	run -1 json '{"unified": {"../memory.high": "1"}}'
	run -1 json '{"unified": {"cgroup.kill": "1"}}'
	assert_status_of running
}

@test "update: one that fails leaves the former values of all" {
	needs pids
	resources '{pids: {limit: 20}, memory: {}}'
	sleeping_container
	if has_controller cpuset; then
		run -1 caisson update --pids-limit 30 --cpuset-cpus 0 --cpuset-mems 77 "$ID"
		assert_contains linux.resources.cpu.mems
		assert_contains "write '77' to 'cpuset.mems'"
		assert_value 20 20 pids pids.max pids.max
	fi
	needs cpu
	local before
	before=$(value_of cpu cpu.shares cpu.weight)
	run -1 caisson update --cpu-share 700 --pids-limit 30 --cpu-quota 1 "$ID"
	assert_contains linux.resources.cpu.quota
	assert_value 20 20 pids pids.max pids.max
	assert_equal "$(value_of cpu cpu.shares cpu.weight)" "$before"
	# What failed is not remembered either.
	caisson update --cpu-period 50000 "$ID"
	run -0 caisson update --pids-limit 25 "$ID"
	assert_value 25 25 pids pids.max pids.max
}

@test "update: killed at any system call, it can be done again, and the container deleted" {
	needs pids
	needs_files
	resources '{pids: {limit: 20}}'
	sleeping_container
	local call count
	for call in openat write renameat2; do
		for count in 1 4 8 12 16 20; do
			untraced strace -f -o /dev/null -e "inject=$call:signal=KILL:when=$count" \
				"$CAISSON" --root "$ROOT" update --pids-limit $((30 + count)) \
				--cpu-period 200000 "$ID" >/dev/null 2>&1 || true
			caisson update --pids-limit 21 "$ID"
			assert_value 21 21 pids pids.max pids.max
			assert_status_of running
		done
	done
	caisson delete --force "$ID"
	assert_gone
}

@test "update: a paused container is changed and stays paused; a created one is changed, too" {
	needs pids
	set_args /bin/sleep 1000
	detached create "$ID"
	caisson update --pids-limit 30 "$ID"
	assert_value 30 30 pids pids.max pids.max
	assert_status_of created
	caisson start "$ID"
	caisson pause "$ID"
	caisson update --pids-limit 40 "$ID"
	assert_value 40 40 pids pids.max pids.max
	assert_status_of paused
	caisson resume "$ID"
	assert_status_of running
}

@test "update: not a stopped container, nor one that there is not" {
	sleeping_container
	caisson kill "$ID" KILL
	wait_for_status stopped
	run -1 caisson update --pids-limit 30 "$ID"
	assert_contains "container not running"
	run -1 caisson update --pids-limit 30 "$ID-none"
	assert_contains "does not exist"
}

@test "update: less memory than is used is refused where that is to be checked" {
	needs memory
	resources '{memory: {limit: 134217728, swap: 134217728, checkBeforeUpdate: true}}'
	set_script 'head -c 30m /dev/zero >/tmp/fill; echo ready; while :; do sleep 1; done'
	writable_root
	update_config '.mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs",
		options: ["size=40m"]}]'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	run -1 caisson update --memory 8m "$ID"
	assert_contains "rejecting memory limit"
	# Both are too low: runc names this one.
	run -1 caisson update --memory 8m --memory-swap 8m "$ID"
	assert_contains "rejecting memory+swap limit"
	run -1 caisson update --memory 64m --memory-swap 64m --pids-limit 0x "$ID"
	assert_value 134217728 134217728 memory memory.limit_in_bytes memory.max
	assert_status_of running
	run -0 caisson update --memory 64m --memory-swap 64m "$ID"
}

@test "update: devices that were open to the container stay so, and the others closed" {
	needs_root
	two_devices
	# Opens it all the time, and tells of a failure.
	set_script 'while (: <>/dev/allowed); do :; done; echo failed'
	start_container
	local i
	for i in 1 2 3 4 5; do
		! has_controller pids || caisson update --pids-limit $((100 + i)) "$ID"
		json '{"devices": [{"allow": false, "access": "rwm"}]}'
		json '{"devices": [{"allow": true, "access": "rwm"}]}'
	done
	run -0 caisson exec "$ID" /bin/sh -c ': <>/dev/allowed'
	run caisson exec "$ID" /bin/sh -c ': <>/dev/denied'
	assert_contains "Operation not permitted"
	assert_equal "$(<"$TEST_DIR/output")" ''
	assert_status_of running
}

@test "update: a new quota is what a busy program gets" {
	needs cpu
	[[ $DRIVER != files ]] || update_config '.linux.cgroupsPath = $path' --arg path "/$ID"
	resources '{cpu: {shares: 262144}}'
	set_script 'while :; do :; done'
	start_container
	caisson update --cpu-quota 10000 --cpu-period 50000 "$ID"
	sleep 0.2
	assert_a_fifth
}

@test "update: without a control group there is nothing to change" {
	needs_files
	update_config 'del(.linux.resources)'
	set_args /bin/sleep 1000
	status=0
	"$CAISSON" --root "$ROOT" --cgroup-manager disabled run -d "$ID" </dev/null >/dev/null 2>&1
	run -1 caisson update --pids-limit 30 "$ID"
	assert_contains "no control group"
	run -1 caisson events --stats "$ID"
	assert_contains "no control group"
}

@test "update: schemas are for containers that have linux.intelRdt" {
	sleeping_container
	run -1 caisson update --l3-cache-schema 'L3:0=f' "$ID"
	assert_contains linux.intelRdt
}
