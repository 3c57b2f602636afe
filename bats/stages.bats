# What is left when one of the processes of a start is killed, at each of its system calls; see stepper.c.
# STAGES_EVERY=1 takes each call, the default is a sample.
bats_require_minimum_version 1.5.0
load helpers

setup() {
	setup_bundle
	# Before it ends, a sanitizer wants to trace its process itself.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
	every=${STAGES_EVERY:-11}
	STEPPER=$(find_stepper)
}

find_stepper() {
	local program
	program=$(dirname "$CAISSON")/bats/stepper
	if [[ ! -x $program ]]; then
		program=$BATS_RUN_TMPDIR/stepper
		[[ -x $program ]] || gcc -std=c11 -D_GNU_SOURCE -o "$program" "$BATS_TEST_DIRNAME/stepper.c"
	fi
	echo "$program"
}

# kill_at PROCESS CALL ARGUMENT... - runs caisson so; sets $status, and $output to what was printed.
# Fails where the process has ended, or executed the program, with fewer calls.
kill_at() {
	local process=$1 call=$2
	shift 2
	status=0
	untraced "$STEPPER" "$process" "$call" "$TEST_DIR/report" "$CAISSON" --root "$ROOT" "$@" \
		</dev/null >"$TEST_DIR/output" 2>&1 || status=$?
	output=$(<"$TEST_DIR/output")
	[[ $(<"$TEST_DIR/report") == killed ]]
}

# Quicker than assert_gone, which is for the end.
assert_nothing_left() {
	[[ ! -e $ROOT/$ID && ! $(cgroups_of_test) ]] ||
		fail "left after call $call: $(find "$ROOT/$ID") $(cgroups_of_test)"
}

# each_call PROCESS CHECK ARGUMENT... - CHECK is called after each kill.
each_call() {
	local process=$1 check=$2 call
	shift 2
	for ((call = 1; ; call += every)); do
		kill_at "$process" "$call" "$@" || break
		"$check"
	done
	((call > 1)) || fail "process $process makes no call"
	echo "$((call - 1)) calls of process $process"
	((status == 0)) || fail "status $status where nobody was killed: $output"
	caisson delete --force "$ID"
	assert_gone
}

failed_and_gone() {
	assert_equal "$status" 1
	assert_contains 'ended unexpectedly'
	assert_equal "$(wc -l <"$TEST_DIR/output")" 1
	assert_nothing_left
}

@test "stages: the child is killed: create and run fail and leave nothing" {
	each_call 2 failed_and_gone create --general-road "$ID"
	each_call 2 failed_and_gone run --general-road "$ID"
}

# When it has been released it is a container, whose program was killed.
create_failed_or_stopped() {
	if ((status == 0)); then
		assert_status_of stopped
		caisson delete "$ID"
	else
		failed_and_gone
	fi
	assert_nothing_left
}

run_failed_or_killed() {
	((status == 137)) || failed_and_gone
	assert_nothing_left
}

@test "stages: init is killed: create fails and leaves nothing" {
	each_call 2 create_failed_or_stopped create "$ID"
}

@test "stages: init of the general road is killed: create fails and leaves nothing" {
	each_call 3 create_failed_or_stopped create --general-road "$ID"
}

@test "stages: init is killed: run fails and leaves nothing" {
	each_call 2 run_failed_or_killed run "$ID"
}

@test "stages: init of a user namespace is killed: run fails and leaves nothing" {
	update_config '.linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}]
		| .linux.gidMappings = .linux.uidMappings'
	every=$((every * 3))
	each_call 2 run_failed_or_killed run "$ID"
	each_call 3 run_failed_or_killed run --general-road "$ID"
}

# It was complete, and its one process waits.
waits_for_start() {
	[[ -e $ROOT/$ID/record && $(status_of "$ID") == created &&
		$(caisson ps -f json "$ID") == "[$(pid_of "$ID")]" ]]
}

ended_or_waits_for_start() {
	no_processes || waits_for_start
}

# Child and init end by themselves, but for a container that was complete.  Init is on record a moment
# before it is released, and when the parent dies between these, it takes init a moment to follow.
others_have_ended() {
	assert_equal "$status" 137
	eventually ended_or_waits_for_start
	run -0 caisson delete --force "$ID"
	assert_nothing_left
	eventually no_processes
}

@test "stages: the parent is killed: the others end, and delete --force removes what is left" {
	each_call 1 others_have_ended create "$ID"
}

@test "stages: the parent of the general road is killed: the others end, and so on" {
	each_call 1 others_have_ended create --general-road "$ID"
}

@test "stages: run is killed: delete --force removes what is left" {
	killed_run() {
		assert_equal "$status" 137
		run -0 caisson delete --force "$ID"
		assert_nothing_left
	}
	each_call 1 killed_run run "$ID"
}

@test "stages: after a killed create, one with the same id is refused until delete --force" {
	set_args /bin/sleep 1000
	# Where there is a record and no container yet.
	local call
	for ((call = 40; ; call += 3)); do
		kill_at 1 "$call" create "$ID"
		[[ ! -e $ROOT/$ID/config ]] || break
		caisson delete --force "$ID"
	done
	assert_equal "$(caisson list -q)" "$ID"
	assert_status_of stopped
	run -1 caisson create "$ID"
	assert_contains 'already exists'
	run -1 caisson start "$ID"
	run -1 caisson kill "$ID" KILL
	assert_contains 'container not running'
	run -255 caisson exec "$ID" true
	run -0 caisson delete "$ID"
	detached create "$ID"
	assert_status_of created
}

@test "stages: exec: the process is killed: exec fails, and the container goes on" {
	sleeping_container
	local call
	for ((call = 1; ; call += every)); do
		kill_at 2 "$call" exec "$ID" /bin/true || break
		((status == 137)) || assert_equal "$status" 255
		assert_status_of running
	done
	((call > 1))
	assert_equal "$status" 0
	assert_equal "$(caisson ps -f json "$ID")" "[$(pid_of "$ID")]"
}

@test "stages: exec is killed: no process of it is left, and the container goes on" {
	sleeping_container
	local call
	is_alone() { [[ $(caisson ps -f json "$ID") == "[$(pid_of "$ID")]" ]]; }
	for ((call = 1; ; call += every)); do
		kill_at 1 "$call" exec "$ID" /bin/true || break
		assert_equal "$status" 137
		eventually is_alone
	done
	((call > 1))
	assert_equal "$status" 0
	assert_status_of running
}

@test "stages: start is killed: the container is created or running, and can be deleted" {
	set_args /bin/sleep 1000
	local call status_now
	for ((call = 1; ; call += 5)); do
		detached create "$ID"
		kill_at 1 "$call" start "$ID" || break
		status_now=$(status_of "$ID")
		[[ $status_now == created || $status_now == running ]] || fail "after call $call: $status_now"
		# Whoever calls again gets a running container, or is told that it runs.
		run caisson start "$ID"
		((status == 0)) || assert_contains 'cannot start an already running container'
		assert_status_of running
		caisson delete --force "$ID"
		assert_nothing_left
	done
	((call > 1))
	assert_status_of running
}

@test "stages: delete is killed: a second one finishes it" {
	local call
	for ((call = 1; ; call += every)); do
		detached create "$ID"
		kill_at 1 "$call" delete --force "$ID" || break
		run -0 caisson delete --force "$ID"
		assert_nothing_left
	done
	((call > 1))
	assert_gone
}

@test "stages: the processes are known by name" {
	untraced strace -f -qq -e trace=prctl -e signal=none -o "$TEST_DIR/names" \
		"$CAISSON" --root "$ROOT" run --general-road "$ID"
	local name
	for name in parent child init; do
		grep -q "PR_SET_NAME, \"caisson:$name\"" "$TEST_DIR/names" || fail "no $name"
	done
	assert_equal "$(grep PR_SET_NAME "$TEST_DIR/names" | cut -d' ' -f1 | sort -u | wc -l)" 3
}
