bats_require_minimum_version 1.5.0
load helpers

# A container of a shell and two more processes.
start_three() {
	set_script 'sleep 1000 & sleep 1001 & echo ready; wait'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
}

@test "ps: the header of ps -ef and the lines of the container's processes" {
	start_three
	run -0 caisson ps "$ID"
	assert_equal "${#lines[@]}" 4
	assert_equal "${lines[0]}" "$(ps -ef | head -n 1)"
	assert_contains ' sleep 1000'
	assert_contains ' sleep 1001'
	[[ ${lines[1]} =~ [[:space:]]$(pid_of "$ID")[[:space:]] ]]
}

@test "ps --format json: a list of pids" {
	start_three
	run -0 caisson ps --format json "$ID"
	assert_equal "$(jq length <<<"$output")" 3
	local pid
	for pid in $(jq '.[]' <<<"$output"); do
		assert_equal "$(stat -Lc %i "/proc/$pid/exe")" "$(stat -c %i rootfs/bin/busybox)"
	done
	assert_equal "$(jq '.[0]' <<<"$output")" "$(pid_of "$ID")"
}

@test "ps: options for ps instead of -ef" {
	start_three
	run -0 caisson ps "$ID" -e -o pid,args
	assert_equal "${#lines[@]}" 4
	assert_contains 'sleep 1001'
	run -0 caisson ps "$ID" -eo ppid,pid
	# The shell's pid is in a column, but not in PID's, of its children.
	assert_equal "${#lines[@]}" 4
}

@test "ps: options without a column PID are refused" {
	sleeping_container
	run -1 caisson ps "$ID" -e -o args
	assert_contains PID
	run -1 caisson ps "$ID" --no-such-option
}

@test "ps: a created container, and a paused one" {
	set_args /bin/sleep 1000
	detached create "$ID"
	run -0 caisson ps -f json "$ID"
	assert_output "[$(pid_of "$ID")]"
	caisson start "$ID"
	caisson pause "$ID"
	run -0 caisson ps -f json "$ID"
	assert_output "[$(pid_of "$ID")]"
	caisson resume "$ID"
}

@test "ps: a stopped container has none, which is no error" {
	run -0 caisson run --keep "$ID"
	run -0 caisson ps "$ID"
	assert_output "$(ps -ef | head -n 1)"
	run -0 caisson ps -f json "$ID"
	assert_output '[]'
}

@test "ps: processes that were started by exec" {
	sleeping_container
	detached exec -d "$ID" /bin/sleep 1002
	run -0 caisson ps "$ID"
	assert_contains 'sleep 1002'
	assert_equal "${#lines[@]}" 3
}

@test "ps: processes in cgroups below" {
	sleeping_container
	local directory
	while read -r directory; do
		mkdir "$directory/below"
		caisson ps -f json "$ID" | jq '.[]' >"$directory/below/cgroup.procs"
	done < <(cgroups_of_test | grep -E 'unified|freezer|^/sys/fs/cgroup/[^/]*cb-')
	run -0 caisson ps -f json "$ID"
	assert_output "[$(pid_of "$ID")]"
}

@test "ps: not of the host, nor of another container" {
	set_args /bin/sleep 1000
	start_container "$ID-one"
	start_container "$ID-two"
	run -0 caisson ps -f json "$ID-one"
	assert_output "[$(pid_of "$ID-one")]"
}
