bats_require_minimum_version 1.5.0
load helpers

@test "start: runs the program and returns without waiting for its end" {
	set_script 'echo started; exec sleep 1000'
	detached create "$ID"
	run -0 caisson start "$ID"
	assert_output ''
	assert_status_of running
	eventually grep -qx started "$TEST_DIR/output"
}

@test "start: once only" {
	set_args /bin/sleep 1000
	detached create "$ID"
	caisson start "$ID"
	run -1 caisson start "$ID"
	assert_contains 'cannot start an already running container'
	assert_status_of running
}

@test "start: of ten at once, one wins" {
	set_script 'echo once >>/tmp/count; exec sleep 1000'
	update_config '.root.readonly = false'
	detached create "$ID"
	local jobs=() job won=0
	for _ in {1..10}; do
		caisson start "$ID" </dev/null >/dev/null 2>&1 &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		! wait "$job" || won=$((won + 1))
	done
	assert_equal "$won" 1
	eventually [ -s rootfs/tmp/count ]
	assert_equal "$(<rootfs/tmp/count)" once
}

@test "start: not after the end" {
	detached create "$ID"
	caisson start "$ID"
	wait_for_status stopped
	run -1 caisson start "$ID"
	assert_contains 'cannot start a container that has stopped'
	assert_status_of stopped
}

@test "start: not when init was killed while it waited" {
	detached create "$ID"
	kill -KILL "$(pid_of "$ID")"
	wait_for_status stopped
	run -1 caisson start "$ID"
	assert_contains 'cannot start a container that has stopped'
	run -0 caisson delete "$ID"
	assert_gone
}

@test "start: tells when the program has gone since create" {
	set_args /bin/program
	cp rootfs/bin/busybox rootfs/bin/program
	detached create "$ID"
	rm rootfs/bin/program
	run -1 caisson start "$ID"
	assert_contains '/bin/program'
	assert_contains 'no such file or directory'
	wait_for_status stopped
	caisson delete "$ID"
}

@test "start: tells when the program's interpreter is missing" {
	printf '#!/no/such/interpreter\n' >rootfs/bin/script
	chmod +x rootfs/bin/script
	set_args /bin/script
	detached create "$ID"
	run -1 caisson start "$ID"
	assert_contains 'no such file or directory'
}

@test "start: not a paused container that was never started" {
	set_args /bin/sleep 1000
	detached create "$ID"
	caisson pause "$ID"
	assert_status_of paused
	run -1 caisson start "$ID"
	assert_contains 'cannot start'
	caisson resume "$ID"
	assert_status_of created
	caisson start "$ID"
	assert_status_of running
}
