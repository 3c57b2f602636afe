# events: what a container uses, and that it ran out of memory.

bats_require_minimum_version 1.5.0
load helpers
load inside
load groups

# watch [OPTION...] - events in the background, to $TEST_DIR/events
watch() {
	caisson events "$@" "$ID" >"$TEST_DIR/events" 2>"$TEST_DIR/events.err" 3>&- &
	watcher=$!
}

has_lines() {
	(($(wc -l <"$TEST_DIR/events") >= $1))
}

@test "events --stats: one line, of the shape that engines read" {
	sleeping_container
	run -0 caisson events --stats "$ID"
	assert_equal "${#lines[@]}" 1
	[[ $output == '{"type":"stats","id":"'"$ID"'","data":{"cpu":{"usage":{'* ]]
	run -0 jq -c '.data | keys_unsorted' <<<"$output"
	assert_output '["cpu","cpuset","memory","pids","blkio","hugetlb","intel_rdt","network_interfaces"]'
}

@test "events --stats: numbers are the kernel's" {
	needs memory
	needs pids
	resources '{memory: {limit: 67108864}, pids: {limit: 20}}'
	set_script 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; sleep 1000 & echo ready; wait'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	run -0 caisson events --stats "$ID"
	assert_equal "$(jq .data.pids.current <<<"$output")" 2
	assert_equal "$(jq .data.pids.limit <<<"$output")" 20
	assert_equal "$(jq .data.memory.usage.limit <<<"$output")" 67108864
	(($(jq .data.memory.usage.usage <<<"$output") > 0))
	(($(jq .data.cpu.usage.total <<<"$output") > 1000000))
	(($(jq .data.memory.raw.pgfault <<<"$output") > 0))
}

@test "events --stats: pressure, where the kernel tells of it" {
	sleeping_container
	find /sys/fs/cgroup -path "*/$ID/cpu.pressure" 2>/dev/null | grep -q . || skip "no PSI"
	run -0 caisson events --stats "$ID"
	run -0 jq -c '.data | [.cpu, .memory, .blkio] | map(.psi | [keys_unsorted,
		(.some | keys_unsorted)])[]' <<<"$output"
	assert_equal "${#lines[@]}" 3
	local line
	for line in "${lines[@]}"; do
		assert_equal "$line" '[["some","full"],["avg10","avg60","avg300","total"]]'
	done
}

@test "events --stats: huge pages by their size" {
	sleeping_container
	find /sys/fs/cgroup -path "*/$ID/hugetlb.2MB.*" 2>/dev/null | grep -q . || skip "no hugetlb"
	run -0 caisson events --stats "$ID"
	assert_equal "$(jq -c '.data.hugetlb["2MB"]' <<<"$output")" '{"failcnt":0}'
}

@test "events: a line after each interval, until the container ends" {
	sleeping_container
	watch --interval 100ms
	eventually has_lines 3
	caisson pause "$ID"
	eventually has_lines 5
	caisson resume "$ID"
	caisson kill "$ID" KILL
	wait "$watcher"
	run -0 jq -r .type "$TEST_DIR/events"
	refute_contains oom
	assert_equal "$(<"$TEST_DIR/events.err")" ''
}

@test "events: it ends at once with the container, whatever the interval" {
	sleeping_container
	watch
	sleep 0.5
	caisson kill "$ID" KILL
	local start=$SECONDS
	wait "$watcher"
	((SECONDS - start < 4))
	assert_equal "$(<"$TEST_DIR/events")" ''
}

@test "events: a program that wants too much memory" {
	needs memory
	resources '{memory: {limit: 16777216, swap: 16777216}}'
	set_script 'trap go=yes USR1; while [ ! "$go" ]; do sleep 0.1; done; tail /dev/zero
		echo "status $?"; while :; do sleep 1; done'
	start_container
	watch --interval 1h
	sleep 0.5
	caisson kill "$ID" USR1
	eventually has_lines 1
	eventually grep -q "status 137" "$TEST_DIR/output"
	assert_equal "$(head -n 1 "$TEST_DIR/events")" '{"type":"oom","id":"'"$ID"'"}'
	caisson kill "$ID" KILL
	wait "$watcher"
	run -0 cat "$TEST_DIR/events.err"
	assert_output ''
}

@test "events: a container whose first process wants too much memory" {
	needs memory
	resources '{memory: {limit: 16777216, swap: 16777216}}'
	set_script 'trap go=yes USR1; while [ ! "$go" ]; do sleep 0.1; done; exec tail /dev/zero'
	start_container
	watch --interval 1h
	sleep 0.5
	caisson kill "$ID" USR1
	wait "$watcher"
	assert_equal "$(head -n 1 "$TEST_DIR/events")" '{"type":"oom","id":"'"$ID"'"}'
	assert_status_of stopped
}

@test "events: not of a stopped container, and not with any interval" {
	set_args /bin/true
	run -0 caisson run --keep "$ID"
	run -1 caisson events "$ID"
	assert_contains "container with id $ID is not running"
	run -1 caisson events --stats "$ID"
	assert_contains "container with id $ID is not running"
	run -1 caisson events --interval 0s "$ID"
	assert_contains "duration interval must be greater than 0"
	run -1 caisson events --interval soon "$ID"
	run -1 caisson events "$ID-none"
	assert_contains "does not exist"
}
