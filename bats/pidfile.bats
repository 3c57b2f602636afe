bats_require_minimum_version 1.5.0
load helpers

# assert_pid_file FILE [ID] - the pid of state, digits alone.
assert_pid_file() {
	assert_equal "$(od -An -c "$1" | tr -d ' \n')" "$(pid_of "${2:-$ID}")"
}

@test "pid file: create and run write the pid of state, without the end of a line" {
	set_args /bin/sleep 1000
	detached create --pid-file "$TEST_DIR/one" "$ID-one"
	assert_pid_file "$TEST_DIR/one" "$ID-one"
	detached run -d --pid-file "$TEST_DIR/two" "$ID-two"
	assert_pid_file "$TEST_DIR/two" "$ID-two"
	assert_equal "$(stat -c %a "$TEST_DIR/two")" 644
}

@test "pid file: a relative name is taken from the caller's directory" {
	set_args /bin/sleep 1000
	mkdir "$TEST_DIR/here"
	cd "$TEST_DIR/here"
	detached run -d --bundle "$BUNDLE" --pid-file pid "$ID"
	assert_pid_file "$TEST_DIR/here/pid"
	[[ ! -e $BUNDLE/pid ]]
}

@test "pid file: replaces what was there, and follows no link" {
	set_args /bin/sleep 1000
	echo precious >precious
	ln -s precious pid
	detached run -d --pid-file pid "$ID"
	assert_equal "$(<precious)" precious
	assert_pid_file pid
	assert_equal "$(find . -maxdepth 1 -name '*pid*')" ./pid
}

@test "pid file: it is complete as soon as it exists" {
	set_args /bin/sleep 1000
	caisson create --pid-file "$TEST_DIR/pid" "$ID" </dev/null >/dev/null 2>&1 &
	local job=$! text
	until [[ -e $TEST_DIR/pid ]]; do
		kill -0 "$job" 2>/dev/null || [[ -e $TEST_DIR/pid ]]
	done
	text=$(<"$TEST_DIR/pid")
	wait "$job"
	assert_equal "$text" "$(pid_of "$ID")"
}

@test "pid file: where it can't be written there is no container" {
	run -1 caisson create --pid-file no/such/pid "$ID"
	assert_contains 'no/such'
	assert_contains 'no such file or directory'
	assert_gone
	mkdir directory
	run -1 caisson run --pid-file directory "$ID"
	assert_contains directory
	assert_gone
	assert_equal "$(ls -A directory)" ''
}

@test "pid file: none is left where create fails, nor another's removed" {
	set_args /no/such/program
	run -1 caisson create --pid-file "$TEST_DIR/pid" "$ID"
	[[ ! -e $TEST_DIR/pid ]]
	echo 1 >"$TEST_DIR/pid"
	run -1 caisson create --pid-file "$TEST_DIR/pid" "$ID"
	assert_equal "$(<"$TEST_DIR/pid")" 1
}

@test "pid file: run in the foreground writes one, too" {
	set_script 'while [ ! -e /tmp/go ]; do sleep 0.02; done'
	caisson run --pid-file "$TEST_DIR/pid" "$ID" </dev/null >/dev/null 2>&1 &
	local job=$!
	eventually [ -e "$TEST_DIR/pid" ]
	assert_pid_file "$TEST_DIR/pid"
	touch rootfs/tmp/go
	wait "$job"
}

@test "pid file: exec writes the pid of its process" {
	sleeping_container
	detached exec -d --pid-file pid "$ID" /bin/sleep 1000
	assert_equal "$(tr '\0' ' ' <"/proc/$(<pid)/cmdline")" '/bin/sleep 1000 '
	[[ $(<pid) != "$(pid_of "$ID")" ]]
	assert_contains "$(<pid)" "$(caisson ps -f json "$ID")"
	run -255 caisson exec --pid-file no/such/pid "$ID" /bin/true
	assert_contains 'no such file or directory'
	assert_equal "$(caisson ps -f json "$ID" | jq length)" 2
}
