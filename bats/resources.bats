# linux.resources: each limit as the kernel's file has it when the container runs, and what it does.
# What changes them later is in update.bats.

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
	[[ ! ${loop-} ]] || release_loop
	teardown_bundle
}

# with RESOURCES - a container with these that sleeps
with() {
	resources "$1"
	sleeping_container
}

# ---- memory --------------------------------------------------------------------------------

@test "resources: memory limit, reservation and swap" {
	needs memory
	with '{memory: {limit: 67108864, reservation: 33554432, swap: 134217728}}'
	assert_value 67108864 67108864 memory memory.limit_in_bytes memory.max
	assert_value 33554432 33554432 memory memory.soft_limit_in_bytes memory.low
	has_file memory memory.memsw.limit_in_bytes memory.swap.max || skip "a kernel without swap"
	assert_value 134217728 67108864 memory memory.memsw.limit_in_bytes memory.swap.max
}

@test "resources: memory and swap of -1, and swap of 0, which is not set" {
	needs memory
	with '{memory: {limit: -1, reservation: -1}}'
	assert_value 9223372036854771712 max memory memory.limit_in_bytes memory.max
	has_file memory memory.memsw.limit_in_bytes memory.swap.max || skip "a kernel without swap"
	assert_value 9223372036854771712 max memory memory.memsw.limit_in_bytes memory.swap.max
	caisson delete --force "$ID"
	with '{memory: {limit: 67108864, swap: 0}}'
	assert_value 9223372036854771712 max memory memory.memsw.limit_in_bytes memory.swap.max
	caisson delete --force "$ID"
	with '{memory: {limit: 67108864, swap: 67108864}}'
	assert_value 67108864 0 memory memory.memsw.limit_in_bytes memory.swap.max
}

@test "resources: swappiness, OOM killer and hierarchy are of v1; cgroup2 is warned of" {
	needs memory
	resources '{memory: {swappiness: 20, disableOOMKiller: true, useHierarchy: true}}'
	sleeping_container
	if is_v2; then
		assert_contains swappiness
		assert_contains disableOOMKiller
		return
	fi
	assert_value 20 '' memory memory.swappiness ''
	run -0 value_of memory memory.oom_control ''
	assert_contains "oom_kill_disable 1"
}

@test "resources: limits of kernel memory are warned of" {
	resources '{memory: {kernel: 67108864, kernelTCP: 67108864}}'
	sleeping_container
	assert_contains "linux.resources.memory.kernel is ignored"
	assert_contains "linux.resources.memory.kernelTCP is ignored"
}

# ---- cpu -----------------------------------------------------------------------------------

@test "resources: cpu shares become a weight on cgroup2" {
	needs cpu
	with '{cpu: {shares: 512}}'
	assert_value 512 59 cpu cpu.shares cpu.weight
	local shares weights=(2 1 1024 100 262144 10000)
	is_v2 || return 0
	for ((shares = 0; shares < ${#weights[@]}; shares += 2)); do
		caisson delete --force "$ID"
		with "{cpu: {shares: ${weights[shares]}}}"
		assert_equal "$(value_of cpu '' cpu.weight)" "${weights[shares + 1]}"
	done
}

@test "resources: cpu quota, period and burst" {
	needs cpu
	with '{cpu: {quota: 50000, period: 200000}}'
	if is_v2; then
		assert_equal "$(value_of cpu '' cpu.max)" '50000 200000'
	else
		assert_equal "$(value_of cpu cpu.cfs_quota_us '')" 50000
		assert_equal "$(value_of cpu cpu.cfs_period_us '')" 200000
	fi
	has_file cpu cpu.cfs_burst_us cpu.max.burst || skip "a kernel without bursts"
	caisson delete --force "$ID"
	with '{cpu: {quota: 50000, period: 200000, burst: 30000}}'
	assert_value 30000 30000 cpu cpu.cfs_burst_us cpu.max.burst
}

@test "resources: cpu idle" {
	needs cpu
	set_args /bin/sleep 1000
	sleeping_container
	has_file cpu cpu.idle cpu.idle || skip "a kernel without it"
	caisson delete --force "$ID"
	with '{cpu: {idle: 1}}'
	assert_value 1 1 cpu cpu.idle cpu.idle
}

@test "resources: cpus and mems" {
	needs cpuset
	with '{cpu: {cpus: "0", mems: "0"}}'
	assert_value 0 0 cpuset cpuset.cpus cpuset.cpus
	assert_value 0 0 cpuset cpuset.mems cpuset.mems
	run -0 caisson exec "$ID" grep Cpus_allowed_list /proc/self/status
	assert_output $'Cpus_allowed_list:\t0'
}

@test "resources: real time of v1, which a program uses; cgroup2 is warned of" {
	needs cpu
	resources '{cpu: {realtimeRuntime: 5000, realtimePeriod: 500000}}'
	if is_v2; then
		sleeping_container
		assert_contains 'linux.resources.cpu.realtimeRuntime is ignored'
		assert_contains 'linux.resources.cpu.realtimePeriod is ignored'
		return
	fi
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID"
	sleeping_container
	has_file cpu cpu.rt_runtime_us '' || skip "a kernel without real time of groups"
	assert_equal "$(value_of cpu cpu.rt_runtime_us '')" 5000
	assert_equal "$(value_of cpu cpu.rt_period_us '')" 500000
	caisson update --cpu-rt-runtime 4000 "$ID"
	assert_equal "$(value_of cpu cpu.rt_runtime_us '')" 4000
	caisson update --cpu-rt-period 400000 "$ID"
	assert_equal "$(value_of cpu cpu.rt_period_us '')" 400000
	caisson delete --force "$ID"
	update_config '.process.scheduler = {policy: "SCHED_FIFO", priority: 7}'
	set_args cut -d' ' -f40,41 /proc/self/stat
	run -0 caisson run "$ID"
	assert_output '7 1'
}

@test "resources: a quota of 20 % is what a busy program gets" {
	needs cpu
	# Beside the machine's own groups, with more shares than they have: nothing but the quota limits it.
	[[ $DRIVER != files ]] || update_config '.linux.cgroupsPath = $path' --arg path "/$ID"
	resources '{cpu: {shares: 262144, quota: 10000, period: 50000}}'
	set_script 'while :; do :; done'
	start_container
	sleep 0.2
	assert_a_fifth
}

# ---- pids ----------------------------------------------------------------------------------

@test "resources: pids limit of 20, none, and 0" {
	needs pids
	with '{pids: {limit: 20}}'
	assert_value 20 20 pids pids.max pids.max
	caisson delete --force "$ID"
	with '{pids: {limit: -1}}'
	assert_value max max pids pids.max pids.max
	caisson delete --force "$ID"
	with '{pids: {limit: 0}}'
	local none=0
	[[ $DRIVER != *systemd ]] || none=1 # systemd's least
	assert_value "$none" "$none" pids pids.max pids.max
}

@test "resources: a bomb of processes stops at the limit" {
	needs pids
	resources '{pids: {limit: 12}}'
	set_script 'bomb() { bomb | bomb & }; (bomb) 2>/dev/null & exec sleep 1000'
	start_container
	eventually at_limit 12
	local i
	for i in 1 2 3 4 5; do
		(($(value_of pids pids.current pids.current) <= 12))
		sleep 0.1
	done
	assert_status_of running
}

at_limit() {
	local now
	now=$(awk '$1 == "max" { print $2 }' "$(group_of pids)/pids.events")
	((now > 0))
}

# ---- block I/O -----------------------------------------------------------------------------

@test "resources: throttles of a block device" {
	needs blkio io
	local disk major minor
	disk=$(a_disk) major=${disk%:*} minor=${disk#*:}
	local device="major: $major, minor: $minor"
	with "{blockIO: {throttleReadBpsDevice: [{$device, rate: 1048576}],
		throttleWriteBpsDevice: [{$device, rate: 2097152}],
		throttleReadIOPSDevice: [{$device, rate: 100}],
		throttleWriteIOPSDevice: [{$device, rate: 200}]}}"
	if is_v2; then
		assert_equal "$(value_of io '' io.max)" \
			"$disk rbps=1048576 wbps=2097152 riops=100 wiops=200"
		return
	fi
	assert_equal "$(value_of blkio blkio.throttle.read_bps_device '')" "$disk 1048576"
	assert_equal "$(value_of blkio blkio.throttle.write_bps_device '')" "$disk 2097152"
	assert_equal "$(value_of blkio blkio.throttle.read_iops_device '')" "$disk 100"
	assert_equal "$(value_of blkio blkio.throttle.write_iops_device '')" "$disk 200"
}

@test "resources: the weight of block I/O" {
	needs blkio io
	sleeping_container
	local bfq='' plain=''
	! has_file blkio blkio.bfq.weight io.bfq.weight || bfq=yes
	! has_file blkio blkio.weight io.weight || plain=yes
	[[ $bfq || $plain ]] || skip "no scheduler with weights"
	caisson delete --force "$ID"
	with '{blockIO: {weight: 750}}'
	if [[ $bfq ]]; then
		run -0 value_of blkio blkio.bfq.weight io.bfq.weight
		[[ $output =~ ^(default\ )?750 ]]
	else
		assert_value 750 'default 7475' blkio blkio.weight io.weight
	fi
}

# weighted_disk - $disk is the number of a block device whose scheduler has weights, one of the test's own
weighted_disk() {
	truncate -s 1M disk
	loop=$(losetup --find --show disk 2>/dev/null) || { loop=''; skip "no loop device"; } # for teardown
	local scheduler=/sys/block/${loop#/dev/}/queue/scheduler
	grep -q bfq "$scheduler" && echo bfq >"$scheduler" || skip "no scheduler with weights"
	disk=$(<"/sys/block/${loop#/dev/}/dev")
}

# The scheduler would stay with the device.
release_loop() {
	echo none >"/sys/block/${loop#/dev/}/queue/scheduler" || true
	losetup --detach "$loop"
}

# assert_weights GENERAL OF-DISK
assert_weights() {
	if is_v2; then
		assert_equal "$(value_of io '' io.bfq.weight)" "default $1
$disk $2"
	else
		[[ $(value_of blkio blkio.bfq.weight '') =~ ^(default\ )?$1$ ]]
		assert_equal "$(value_of blkio blkio.bfq.weight_device '' | tail -n 1)" "$disk $2"
	fi
}

@test "resources: weights of single block devices, beside the general one, and their update" {
	needs blkio io
	local disk
	weighted_disk
	local device="major: ${disk%:*}, minor: ${disk#*:}"
	with "{blockIO: {weight: 750, weightDevice: [{$device, weight: 300}]}}"
	assert_weights 750 300
	caisson update --resources - "$ID" <<<"{\"blockIO\": {\"weightDevice\":
		[{\"major\": ${disk%:*}, \"minor\": ${disk#*:}, \"weight\": 400}]}}"
	assert_weights 750 400
	caisson update --blkio-weight 500 "$ID"
	assert_weights 500 400
	caisson delete --force "$ID"
	# The first is 0 of an engine's, and so not set.
	resources "{blockIO: {weight: 0, weightDevice: [{$device, weight: 0, leafWeight: 0},
		{$device, weight: 20}]}}"
	sleeping_container
	assert_weights 100 20
}

@test "resources: a device without weights is refused, with its place and the kernel's words" {
	needs blkio io
	resources '{blockIO: {weightDevice: [{major: 4095, minor: 7, weight: 300}]}}'
	refused 'linux.resources.blockIO.weightDevice[0]' 4095:7 weight
}

@test "resources: leaf weights are of an older v1; without their files they are refused, on cgroup2 warned of" {
	needs blkio io
	local disk row
	disk=$(a_disk)
	for row in 'leafWeight leafWeight: 300' \
		"weightDevice[0] weightDevice: [{major: ${disk%:*}, minor: ${disk#*:}, leafWeight: 300}]"; do
		update_config '.linux.resources.blockIO = null'
		resources "{blockIO: {${row#* }}}"
		if is_v2; then
			run -0 caisson run "$ID"
			assert_contains warning
			assert_contains "blockIO.${row%% *}"
			assert_contains 'leafWeight is ignored'
		elif [[ -e /sys/fs/cgroup/blkio/blkio.leaf_weight ]]; then
			sleeping_container
			assert_contains 300 "$(value_of blkio blkio.leaf_weight '') $(
				value_of blkio blkio.leaf_weight_device '')"
			caisson delete --force "$ID"
		else
			refused "linux.resources.blockIO.${row%% *}" "'blkio' of this kernel has no such file"
		fi
	done
}

# ---- the others ----------------------------------------------------------------------------

@test "resources: huge pages, and their reservations" {
	[[ -d /sys/kernel/mm/hugepages/hugepages-2048kB ]] || skip "no pages of 2 MB"
	! is_v2 || needs hugetlb
	local file group
	grep -qw hugetlb /proc/self/cgroup /sys/fs/cgroup/cgroup.controllers \
		/sys/fs/cgroup/unified/cgroup.controllers 2>/dev/null || skip "no hugetlb"
	with '{hugepageLimits: [{pageSize: "2MB", limit: 4194304}]}'
	for file in hugetlb.2MB.{max,rsvd.max,limit_in_bytes,rsvd.limit_in_bytes}; do
		group=$(find /sys/fs/cgroup -path "*$ID*/$file" 2>/dev/null | head -n 1)
		[[ ! $group ]] || assert_equal "$(<"$group")" 4194304
		found+=$group
	done
	[[ $found ]]
}

@test "resources: the class of network packets, and priorities; cgroup2 is warned of" {
	if is_v2; then
		resources '{network: {classID: 1048577, priorities: [{name: "lo", priority: 3}]}}'
		sleeping_container
		assert_contains 'linux.resources.network.classID is ignored'
		assert_contains 'linux.resources.network.priorities[0] is ignored'
		return
	fi
	needs net_cls
	with '{network: {classID: 1048577, priorities: [{name: "lo", priority: 3}]}}'
	assert_equal "$(value_of net_cls net_cls.classid '')" 1048577
	run -0 value_of net_prio net_prio.ifpriomap ''
	assert_contains 'lo 3'
}

@test "resources: unified, over what the others say" {
	is_v2 || skip "for cgroup2"
	needs memory
	with '{memory: {limit: 67108864}, pids: {limit: 5}, unified: {"memory.high": "50331648",
		"pids.max": "7", "memory.max": "83886080"}}'
	assert_equal "$(value_of memory '' memory.high)" 50331648
	assert_equal "$(value_of memory '' memory.max)" 83886080
	assert_equal "$(value_of pids '' pids.max)" 7
}

@test "resources: unified, a file with a line for each device" {
	is_v2 || skip "for cgroup2"
	needs io
	local disk
	disk=$(a_disk)
	with "{unified: {\"io.max\": \"$disk rbps=1048576\\n$disk wiops=50\"}}"
	assert_equal "$(value_of io '' io.max)" "$disk rbps=1048576 wbps=max riops=max wiops=50"
}

@test "resources: what can't be is refused with property, file, value and the kernel's words" {
	if has_controller cpu; then
		resources '{cpu: {quota: 1}}'
		refused linux.resources.cpu.quota "write '1" "cpu." 'invalid argument'
		resources '{cpu: {}}'
	fi
	if has_controller cpuset; then
		resources '{cpu: {mems: "77"}}'
		refused linux.resources.cpu.mems "'77'" cpuset.mems
		resources '{cpu: {}}'
	fi
	if is_v2 && has_controller hugetlb; then
		resources '{unified: {"hugetlb.2MB.max": "many"}}'
		refused linux.resources.unified.hugetlb.2MB.max "write 'many'" 'invalid argument'
		resources '{unified: {"../../cgroup.procs": "1"}}'
		refused linux.resources.unified
		resources '{unified: {"cgroup.procs": "1"}}'
		refused linux.resources.unified "is no limit"
	fi
	resources '{memory: {limit: 1000, swap: 999}}'
	refused linux.resources.memory.swap
}

# ---- devices -------------------------------------------------------------------------------

@test "resources: devices, by what can be opened" {
	needs_root
	two_devices
	sleeping_container
	run -0 caisson exec "$ID" /bin/sh -c ': <>/dev/allowed'
	run caisson exec "$ID" /bin/sh -c ': <>/dev/denied'
	((status != 0))
	assert_contains "Operation not permitted"
}

@test "resources: rules for devices by their order, wildcards, types and accesses" {
	needs_root
	is_v2 || has_controller devices || skip "no rules here"
	two_devices
	set_script 'for device in allowed denied; do
		(: </dev/$device) 2>&1 | grep -q permitted && echo -n - || echo -n r
		(: >/dev/$device) 2>&1 | grep -q permitted && echo -n - || echo -n w
		done'
	local one='type: "c", major: 10, minor: 229' none='allow: false, access: "rwm"'
	# Whether 10:229 may be read and written, and then 10:237.
	expect_access "[{$none}, {allow: true, type: \"c\", major: 10, access: \"r\"}]" r-r-
	expect_access "[{$none}, {allow: true, $one, access: \"rw\"}]" rw--
	expect_access "[{allow: true, access: \"rwm\"}, {allow: false, $one, access: \"w\"}]" r-rw
	expect_access "[{$none}, {allow: true, type: \"c\", minor: 237, access: \"rwm\"}]" --rw
	expect_access "[{$none}, {allow: true, $one, access: \"rwm\"},
		{allow: false, $one, access: \"r\"}]" -w--
	expect_access "[{allow: true, $one, access: \"rwm\"}, {$none}]" ----
	expect_access "[{$none}, {allow: true, type: \"b\", major: 10, access: \"rwm\"}]" ----
	expect_access "[{$none}, {allow: true, type: \"a\", access: \"rw\"}]" rwrw
}

# expect_access RULES ACCESSES - what the container's script prints
expect_access() {
	resources "{devices: $1}"
	run -0 caisson run "$ID"
	assert_equal "$1: $output" "$1: $2"
}

@test "resources: a group that is used again has the rules of its new container" {
	needs_files
	is_v2 || has_controller devices || skip "no rules here"
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID-again"
	two_devices
	sleeping_container
	run caisson exec "$ID" /bin/sh -c ': <>/dev/denied'
	((status != 0))
	# Its state is lost, its groups stay.
	kill -KILL "$(pid_of "$ID")"
	wait_for_status stopped
	rm -r "${ROOT:?}/$ID"
	resources '{devices: [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 10,
		minor: 237, access: "rwm"}]}'
	sleeping_container
	run caisson exec "$ID" /bin/sh -c ': <>/dev/allowed'
	assert_contains "Operation not permitted"
	run caisson exec "$ID" /bin/sh -c ': <>/dev/denied'
	refute_contains "Operation not permitted"
}
