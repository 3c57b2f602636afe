bats_require_minimum_version 1.5.0
load helpers

# A container that prints the names of the signals it gets.
trapping_container() {
	set_script 'for s in HUP INT QUIT ILL TRAP ABRT BUS FPE USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT \
		TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS; do
			trap "echo $s" $s
		done
		echo ready
		while :; do sleep 0.05; done'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
}

has_received() {
	grep -qx "$1" "$TEST_DIR/output"
}

@test "kill: SIGTERM by default" {
	trapping_container
	run -0 caisson kill "$ID"
	assert_output ''
	eventually has_received TERM
	assert_status_of running
}

@test "kill: by number, by name, with and without SIG, in any case" {
	trapping_container
	local word count=0
	count_is() { (($(grep -cx USR1 "$TEST_DIR/output") == $1)); }
	for word in 10 USR1 SIGUSR1 usr1 sigusr1 SigUsr1; do
		run -0 caisson kill "$ID" "$word"
		count=$((count + 1))
		eventually count_is "$count"
	done
}

@test "kill: every standard signal arrives" {
	trapping_container
	local signal
	for signal in HUP INT QUIT ILL TRAP ABRT BUS FPE USR1 SEGV USR2 PIPE ALRM TERM STKFLT CONT \
		TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS; do
		caisson kill "$ID" "$signal"
		eventually has_received "$signal"
	done
}

@test "kill: real-time signals" {
	set_args /bin/sleep 1000
	start_container
	local pid
	pid=$(pid_of "$ID")
	caisson kill "$ID" STOP
	caisson kill "$ID" SIGRTMIN
	caisson kill "$ID" SIGRTMIN+3
	caisson kill "$ID" SIGRTMAX
	# Nobody handles them, and the kernel drops those for the init of a namespace: what counts is that they
	# are known.
	run -1 caisson kill "$ID" SIGRTMAX+1
	run -1 caisson kill "$ID" 65
	run -0 caisson kill "$ID" 64
	kill -CONT "$pid"
}

@test "kill: what is no signal is refused" {
	sleeping_container
	local word
	for word in NONE SIGNONE SIG 99 -1 '' 9x 1.5 0x9 TERM,KILL; do
		run ! caisson kill "$ID" -- "$word"
		assert_equal "$status" 1
		assert_contains 'signal'
	done
	assert_status_of running
}

@test "kill: 0 tells whether the container runs, and harms nobody" {
	trapping_container
	run -0 caisson kill "$ID" 0
	caisson kill "$ID" KILL
	wait_for_status stopped
	run -1 caisson kill "$ID" 0
	assert_contains 'container not running'
}

@test "kill: a stopped container is not running; with --all that is no error" {
	run -0 caisson run --keep "$ID"
	run -1 caisson kill "$ID" KILL
	assert_contains 'container not running'
	run -0 caisson kill --all "$ID" KILL
	run -0 caisson kill -a "$ID" 0
	assert_status_of stopped
}

@test "kill: a created container" {
	detached create "$ID"
	run -0 caisson kill "$ID" KILL
	wait_for_status stopped
	caisson delete "$ID"
	assert_gone
}

@test "kill: a paused container can be killed" {
	sleeping_container
	caisson pause "$ID"
	run -0 caisson kill "$ID" KILL
	wait_for_status stopped
	caisson delete "$ID"
}

@test "kill: other signals for a paused container come when it is resumed, also with --all" {
	trapping_container
	caisson pause "$ID"
	run -0 caisson kill "$ID" USR1
	run -0 caisson kill --all "$ID" USR2
	sleep 0.3
	run -1 has_received USR1
	run -1 has_received USR2
	assert_status_of paused
	caisson resume "$ID"
	eventually has_received USR1
	eventually has_received USR2
	assert_status_of running
}

@test "kill: KILL ends all of a paused container without a pid namespace of its own" {
	set_script 'sleep 1000 & sleep 1000 & echo ready; wait'
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	caisson pause "$ID"
	run -0 caisson kill "$ID" KILL
	wait_for_status stopped
	is_empty() { [[ $(caisson ps -f json "$ID") == '[]' ]]; }
	eventually is_empty
	run -0 caisson delete "$ID"
	assert_gone
}

@test "kill: TERM is for the first process alone where there is no pid namespace" {
	set_script 'sleep 1000 & echo ready; wait'
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	run -0 caisson kill "$ID" TERM
	wait_for_status stopped
	assert_equal "$(caisson ps -f json "$ID" | jq length)" 1
	run -0 caisson delete --force "$ID"
	assert_gone
}

@test "kill: only the first process by default, all with --all" {
	set_script 'for n in 1 2; do
			sh -c "trap \"echo child\" USR1; echo ready; while :; do sleep 0.05; done" &
		done
		trap "echo init" USR1
		while :; do sleep 0.05; done'
	start_container
	count_is() { (($(grep -cx "$1" "$TEST_DIR/output") == $2)); }
	eventually count_is ready 2
	caisson kill "$ID" USR1
	eventually count_is init 1
	sleep 0.3
	count_is child 0
	caisson kill --all "$ID" USR1
	eventually count_is child 2
	eventually count_is init 2
}

@test "kill: KILL takes all processes with it where there is no pid namespace of the container's" {
	set_script 'sleep 1000 & sleep 1000 & echo ready; wait'
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	assert_equal "$(caisson ps -f json "$ID" | jq length)" 3
	caisson kill "$ID" KILL
	wait_for_status stopped
	is_empty() { [[ $(caisson ps -f json "$ID") == '[]' ]]; }
	eventually is_empty
}

@test "kill: KILL reaches what outlived the first process" {
	set_script 'sleep 1000 & echo ready'
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	start_container
	wait_for_status stopped
	assert_equal "$(caisson ps -f json "$ID" | jq length)" 1
	run -0 caisson kill "$ID" KILL
	is_empty() { [[ $(caisson ps -f json "$ID") == '[]' ]]; }
	eventually is_empty
	run -1 caisson kill "$ID" KILL
	assert_contains 'container not running'
}

@test "kill: KILL of a container in another's pid namespace spares the other" {
	sleeping_container
	local pid two=$ID-two
	pid=$(pid_of "$ID")
	update_config '(.linux.namespaces[] | select(.type == "pid")).path = $path' \
		--arg path "/proc/$pid/ns/pid"
	start_container "$two"
	caisson kill "$two" KILL
	wait_for_status stopped "$two"
	assert_status_of running
	assert_equal "$(caisson ps -f json "$ID")" "[$pid]"
}

# One that is never the same process for long: who is listed has ended when the signal is sent.
@test "kill: --all reaches those that fork all the time" {
	printf '%s\n' '#!/bin/sh' 'sh /hop & exit' >rootfs/hop
	set_script 'trap go=yes USR1; while [ ! "$go" ]; do sleep 0.1; done
		sh /hop & echo ready; while :; do wait; sleep 0.05; done'
	local round
	for round in 1 2 3; do
		start_container
		caisson kill "$ID" USR1
		eventually grep -qx ready "$TEST_DIR/output"
		sleep 0.2
		caisson kill --all "$ID" USR2
		sleep 0.2
		# Init, which has no handler, ignores it, and its sleep may be new.
		run -0 caisson ps "$ID" -eo pid,args
		! grep -E '^ *[0-9]+ sh /hop' <<<"$output" || fail "it went on: $output"
		assert_status_of running
		caisson delete --force "$ID"
	done
}

@test "kill: --all of a paused container leaves it paused, and arrives when it is resumed" {
	set_script 'trap "echo init" USR1; echo ready; while :; do sleep 0.05; done'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	caisson pause "$ID"
	caisson kill --all "$ID" USR1
	assert_status_of paused
	caisson resume "$ID"
	eventually grep -qx init "$TEST_DIR/output"
}
