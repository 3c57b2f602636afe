bats_require_minimum_version 1.5.0
load helpers
load groups

# A container that counts.
start_counter() {
	set_script 'i=0; while :; do i=$((i + 1)); echo $i; sleep 0.05; done'
	start_container
	eventually [ -s "$TEST_DIR/output" ]
}

count() {
	tail -n 1 "$TEST_DIR/output"
}

counts_on() {
	(($(count) > $1))
}

@test "pause: the processes stand still until resume" {
	start_counter
	run -0 caisson pause "$ID"
	assert_output ''
	assert_status_of paused
	local before
	before=$(count)
	sleep 0.5
	assert_equal "$(count)" "$before"
	run -0 caisson resume "$ID"
	assert_output ''
	assert_status_of running
	eventually counts_on "$before"
}

@test "pause: all processes, those of exec, too" {
	sleeping_container
	caisson exec "$ID" /bin/sh -c 'i=0; while :; do echo $((i += 1)); sleep 0.05; done' \
		</dev/null >"$TEST_DIR/output" 2>&1 &
	local job=$! before
	eventually [ -s "$TEST_DIR/output" ]
	caisson pause "$ID"
	before=$(count)
	sleep 0.5
	assert_equal "$(count)" "$before"
	caisson delete --force "$ID"
	wait "$job" || assert_equal $? 137
}

@test "pause: again and again" {
	sleeping_container
	for _ in 1 2 3 4 5; do
		caisson pause "$ID"
		assert_status_of paused
		caisson resume "$ID"
		assert_status_of running
	done
}

@test "pause: not a stopped, nor a paused container" {
	sleeping_container
	caisson pause "$ID"
	run -1 caisson pause "$ID"
	assert_contains 'container not running'
	caisson kill "$ID" KILL
	wait_for_status stopped
	run -1 caisson pause "$ID"
	assert_contains 'container not running'
}

@test "resume: only a paused container" {
	set_args /bin/sleep 1000
	detached create "$ID"
	run -1 caisson resume "$ID"
	assert_contains 'container not paused'
	caisson start "$ID"
	run -1 caisson resume "$ID"
	assert_contains 'container not paused'
	caisson kill "$ID" KILL
	wait_for_status stopped
	run -1 caisson resume "$ID"
	assert_contains 'container not paused'
}

@test "pause: a signal to a paused container arrives when it is resumed" {
	set_script 'trap "echo got it; exit 6" TERM; echo ready; while :; do sleep 0.05; done'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	caisson pause "$ID"
	caisson kill "$ID" TERM
	sleep 0.3
	assert_status_of paused
	assert_equal "$(<"$TEST_DIR/output")" ready
	caisson resume "$ID"
	wait_for_status stopped
	assert_equal "$(count)" 'got it'
}

@test "pause: what is frozen below stays so when the container is resumed" {
	start_counter
	local group before
	group=$(freezing_group)
	mkdir "$group/below"
	pid_of "$ID" >"$group/below/cgroup.procs"
	set_frozen "$group/below" yes
	sleep 0.3
	before=$(count)
	caisson pause "$ID"
	assert_status_of paused
	caisson resume "$ID"
	assert_status_of running
	sleep 0.3
	assert_equal "$(count)" "$before"
	set_frozen "$group/below" no
	eventually counts_on "$before"
}

@test "pause: a group above that is frozen is told by name" {
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID-above/c"
	start_counter
	local above
	above=$(dirname "$(freezing_group)")
	set_frozen "$above" yes
	wait_for_status paused
	run -255 caisson exec "$ID" /bin/true
	assert_contains "cannot exec in a paused container"
	run -1 caisson resume "$ID"
	assert_contains "'$above' above it"
	set_frozen "$above" no
	wait_for_status running
	run -0 caisson pause "$ID"
	run -0 caisson resume "$ID"
	caisson delete --force "$ID"
	find /sys/fs/cgroup -depth -type d -name "$ID-above" -exec rmdir {} +
}

@test "create: not in a group below a frozen one" {
	local group=/sys/fs/cgroup/freezer
	[[ -d $group ]] || group=/sys/fs/cgroup
	mkdir "$group/$ID-above"
	set_frozen "$group/$ID-above" yes
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID-above/c"
	run -1 caisson run "$ID"
	assert_contains "container's cgroup unexpectedly frozen: '$group/$ID-above'"
	find /sys/fs/cgroup -depth -type d -name "$ID-above" -exec rmdir {} +
	assert_gone
}

@test "pause: a container that forks all the time" {
	printf '%s\n' '#!/bin/sh' 'sh /hop & exit' >rootfs/hop
	set_script 'for i in 1 2 3 4; do sh /hop & done; echo ready; while :; do wait; sleep 0.05; done'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	for _ in 1 2 3; do
		run -0 caisson pause "$ID"
		assert_status_of paused
		local before
		before=$(caisson ps -f json "$ID")
		sleep 0.2
		assert_equal "$(caisson ps -f json "$ID")" "$before"
		caisson resume "$ID"
	done
}
