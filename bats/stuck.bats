bats_require_minimum_version 1.5.0
load helpers

# Whatever another command, a hook or a dead caller holds up: looking never waits, and force gets
# through.

# set_waiting_hook POINT - a hook that lasts until there is a file "go".
set_waiting_hook() {
	# shellcheck disable=SC2016 # $point is jq's
	update_config '.hooks[$point] = [{path: "/bin/sh", args: ["sh", "-c", $script]}]' \
		--arg point "$1" \
		--arg script "touch $TEST_DIR/waits; until [ -e $TEST_DIR/go ]; do /bin/sleep 0.05; done"
}

# The same in the container, whose root is to be writable for it.
set_waiting_start_hook() {
	update_config '.hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c",
		"touch /tmp/waits; until [ -e /tmp/go ]; do sleep 0.05; done"], env: ["PATH=/bin"]}]
		| .root.readonly = false'
}

# in_time COMMAND... - before the time is over that a verb waits for another.
in_time() {
	local begin=$SECONDS
	"$@"
	((SECONDS - begin < 9)) || fail "took $((SECONDS - begin)) s: $*"
}

# nothing_waits STATUS - state and list answer at once, and that is what they say.
nothing_waits() {
	in_time assert_status_of "$1"
	in_time caisson list -q | grep -qx "$ID"
	in_time caisson list | grep -q " $1 "
}

# ---- a created container whose caller has gone -------------------------------------------

@test "stuck: a created container whose caller was killed is deleted" {
	# A shim that keeps an end of everything, and is killed with SIGKILL.
	sh -c '"$CAISSON" --root "$1" create "$2" </dev/null >/dev/null 2>&1
		touch made; exec sleep 1000' - "$ROOT" "$ID" &
	local shim=$!
	eventually [ -e made ]
	kill -KILL "$shim"
	wait "$shim" || true
	assert_status_of created
	in_time run -0 caisson delete "$ID"
	assert_gone
}

@test "stuck: a created container in a frozen cgroup is deleted by force" {
	detached create "$ID"
	caisson pause "$ID"
	run -1 caisson delete "$ID"
	assert_contains 'that is not stopped: paused'
	in_time run -0 caisson delete --force "$ID"
	assert_gone
}

@test "stuck: a created container without its fifos is deleted" {
	detached create "$ID"
	rm "$ROOT/$ID/start.fifo" "$ROOT/$ID/report.fifo"
	run -1 caisson start "$ID"
	in_time run -0 caisson delete --force "$ID"
	assert_gone
}

@test "stuck: a created container whose init was killed is deleted" {
	detached create "$ID"
	kill -KILL "$(pid_of "$ID")"
	wait_for_status stopped
	in_time run -0 caisson delete "$ID"
	assert_gone
}

# ---- another command that waits -----------------------------------------------------------

@test "stuck: a create in a hook that hangs" {
	set_waiting_hook createRuntime
	caisson create "$ID" </dev/null >"$TEST_DIR/output" 2>&1 &
	local job=$! verb
	eventually [ -e "$TEST_DIR/waits" ]
	nothing_waits creating
	for verb in "kill $ID KILL" "pause $ID" "resume $ID"; do
		# shellcheck disable=SC2086 # words
		in_time run -1 caisson $verb
		assert_contains 'container not'
	done
	in_time run -255 caisson exec "$ID" true
	assert_contains 'cannot exec in a container in the creating state'

	in_time run -0 caisson delete --force "$ID"
	run -1 caisson state "$ID"
	assert_contains 'container does not exist'

	# The id is free at once, and what comes next is not the old creation's to clean up.
	update_config 'del(.hooks)'
	sleeping_container
	touch "$TEST_DIR/go"
	! wait "$job" || fail 'the creation succeeded'
	sleep 0.2
	assert_status_of running
	caisson delete --force "$ID"
	assert_gone
}

@test "stuck: a start in a hook that hangs" {
	set_args /bin/sleep 1000
	set_waiting_start_hook
	detached create "$ID"
	caisson start "$ID" </dev/null >"$TEST_DIR/started" 2>&1 &
	local job=$!
	eventually [ -e rootfs/tmp/waits ]
	nothing_waits running
	in_time caisson kill "$ID" 0
	in_time caisson ps "$ID"
	in_time run -0 caisson delete --force "$ID"
	wait "$job" || true
	assert_gone
}

@test "stuck: a start whose container is frozen by somebody else" {
	set_args /bin/sleep 1000
	set_waiting_start_hook
	detached create "$ID"
	caisson start "$ID" </dev/null >"$TEST_DIR/started" 2>&1 &
	local job=$! group
	eventually [ -e rootfs/tmp/waits ]
	while read -r group; do
		if [[ -e $group/freezer.state ]]; then
			echo FROZEN >"$group/freezer.state"
		elif [[ ! -d /sys/fs/cgroup/freezer && -e $group/cgroup.freeze ]]; then
			echo 1 >"$group/cgroup.freeze"
		fi
	done < <(cgroups_of_test)
	in_time wait "$job"
	assert_equal "$(<"$TEST_DIR/started")" ''
	assert_status_of paused
	touch rootfs/tmp/go
	in_time caisson resume "$ID"
	assert_status_of running
	is_sleeping() { [[ $(<"/proc/$(pid_of "$ID")/comm") == sleep ]]; }
	eventually is_sleeping
}

@test "stuck: a delete in a hook that hangs" {
	set_waiting_hook poststop
	detached create "$ID"
	caisson delete "$ID" </dev/null >"$TEST_DIR/output" 2>&1 &
	local job=$!
	eventually [ -e "$TEST_DIR/waits" ]
	nothing_waits stopped
	in_time run -0 caisson delete --force "$ID"
	run -1 caisson state "$ID"
	assert_contains 'container does not exist'
	touch "$TEST_DIR/go"
	wait "$job"
	assert_gone
}

@test "stuck: a foreground run whose container was deleted spares the next one" {
	set_args /bin/sleep 1000
	caisson run "$ID" </dev/null >"$TEST_DIR/output" 2>&1 &
	local job=$!
	eventually has_status running
	kill -STOP "$job"
	in_time run -0 caisson delete --force "$ID"
	sleeping_container
	kill -CONT "$job"
	! wait "$job" || fail 'what was killed ended well'
	assert_status_of running
	in_time run -0 caisson delete --force "$ID"
	assert_gone
}

@test "stuck: exec in a container that is paused while it begins" {
	sleeping_container
	local number job
	for number in {1..10}; do
		caisson exec -d "$ID" sleep 1000 </dev/null >"$TEST_DIR/output" 2>&1 &
		job=$!
		sleep "0.00$number"
		caisson pause "$ID"
		# Either it runs by now, or it was refused; it never waits for the resume.
		if ! in_time wait "$job"; then
			assert_contains 'cannot exec in a paused container' "$(<"$TEST_DIR/output")"
		fi
		caisson resume "$ID"
	done
	caisson delete --force "$ID"
	assert_gone
}

# ---- org.caisson.created-timeout ----------------------------------------------------------

set_timeout() {
	# shellcheck disable=SC2016 # $value is jq's
	update_config '.annotations["org.caisson.created-timeout"] = $value' --arg value "$1"
}

@test "created-timeout: ends a container that nobody starts, and start says so" {
	set_args /bin/sleep 1000
	set_timeout 1
	detached create "$ID"
	assert_status_of created
	wait_for_status stopped
	run -1 caisson start "$ID"
	assert_contains 'cannot start a container that has stopped: it was not started within 1 s'
	run -0 caisson delete "$ID"
	assert_gone
}

@test "created-timeout: also where init is no pid namespace's first, and with a filter" {
	set_args /bin/sleep 1000
	set_timeout 1
	update_config '.linux.namespaces |= map(select(.type != "pid"))
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{action: "SCMP_ACT_ERRNO",
		names: ["timer_create", "timer_settime", "setitimer", "alarm", "poll", "rt_sigprocmask"]}]}'
	detached create "$ID"
	wait_for_status stopped
	caisson delete "$ID"
	assert_gone
}

@test "created-timeout: is nothing to one that was started in time" {
	set_args /bin/sleep 1000
	set_timeout 4
	detached create "$ID"
	caisson start "$ID"
	sleep 4.5
	assert_status_of running
	caisson kill "$ID" KILL
	wait_for_status stopped
	run -1 caisson start "$ID"
	assert_contains 'cannot start a container that has stopped'
	refute_contains 'not started within'
	caisson delete "$ID"
	# Nor to run, in which nobody waits.
	set_args /bin/true
	set_timeout 1
	run -0 caisson run "$ID"
}

@test "created-timeout: is nothing to a startContainer hook that takes longer" {
	set_args /bin/sleep 1000
	set_waiting_start_hook
	set_timeout 4
	detached create "$ID"
	caisson start "$ID" </dev/null >"$TEST_DIR/started" 2>&1 &
	local job=$!
	eventually [ -e rootfs/tmp/waits ]
	sleep 4.5
	touch rootfs/tmp/go
	wait "$job"
	assert_status_of running
}

@test "created-timeout: without it, a killed container was not late" {
	detached create "$ID"
	caisson kill "$ID" KILL
	wait_for_status stopped
	run -1 caisson start "$ID"
	assert_contains 'cannot start a container that has stopped'
	refute_contains 'not started within'
}

@test "created-timeout: a number of seconds, and nothing else" {
	local value
	for value in '' 0 -1 1.5 10s never 4294967296; do
		set_timeout "$value"
		run -1 caisson create "$ID"
		assert_contains 'annotations.org.caisson.created-timeout'
		[[ ! -e $ROOT/$ID ]]
	done
}
