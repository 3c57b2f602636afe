# Foreground run and exec: signals, statuses, orphans, and nothing that hangs or spins.

bats_require_minimum_version 1.5.0
load helpers
load inside
load typing

# All that can be sent to be forwarded: not 9 and 19, which nobody gets to see; not 17 and 28, which
# tell of our own children and window; not 21 and 22, which stop us; not 32 and 33, which are the C
# library's.
FORWARDED="1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 18 20 23 24 25 26 27 29 30 31 34 50 64"

# start COMMAND... - in the background, with its own output; $runtime is its pid.
start() {
	"$@" </dev/null >"$TEST_DIR/output" 2>&1 3>&- &
	runtime=$!
}

# end STATUS - of what was started; not later than `eventually` is patient.
end() {
	local status=0
	eventually is_over "$runtime"
	wait "$runtime" || status=$?
	((status == $1)) || fail "status $status instead of $1: $(<"$TEST_DIR/output")"
}

is_over() {
	! is_alive "$1"
}

printed() {
	grep -qx -- "$1" "$TEST_DIR/output"
}

# trap_all - the container's program prints the number of each signal, and "ready" first.
trap_all() {
	echo "for s in $FORWARDED; do trap \"echo got \$s\" \$s; done
		trap 'echo got 28' 28
		echo ready; while :; do sleep 0.02; done"
}

# The words of $FORWARDED, each sent to $runtime, come to the program once.
forward_all() {
	local signal
	eventually printed ready
	for signal in $FORWARDED; do
		kill -"$signal" "$runtime"
		eventually printed "got $signal"
	done
	kill -28 "$runtime"
	kill -17 "$runtime"
	kill -1 "$runtime"
	twice() { (($(grep -cx 'got 1' "$TEST_DIR/output") == 2)); }
	eventually twice
	assert_equal "$(grep -c got "$TEST_DIR/output")" $(($(wc -w <<<"$FORWARDED") + 1))
	refute_contains 'got 28' "$(<"$TEST_DIR/output")"
}

@test "run forwards every signal that can be" {
	set_script "$(trap_all)"
	start "$CAISSON" --root "$ROOT" run "$ID"
	forward_all
	caisson kill "$ID" KILL
	end 137
	assert_gone
}

@test "exec forwards every signal that can be, and only to its own program" {
	sleeping_container
	start "$CAISSON" --root "$ROOT" exec "$ID" sh -c "$(trap_all)"
	forward_all
	kill -TERM "$runtime"
	assert_status_of running
	caisson kill "$ID" KILL
	end 137
}

@test "a signal that comes before the program runs is not lost" {
	update_config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c",
		"echo > \($file); sleep 1"]}]' --arg file "$TEST_DIR/hook"
	set_script 'trap "exit 5" USR1; while :; do sleep 0.02; done'
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	start "$CAISSON" --root "$ROOT" run "$ID"
	eventually test -s "$TEST_DIR/hook"
	kill -TERM "$runtime"
	# The program has no handler yet.
	end 143
	assert_gone
}

@test "run: the program's status" {
	local code
	for code in 0 1 2 7 63 64 125 126 127 128 129 137 143 254 255; do
		set_script "exit $code"
		run "-$code" caisson run "$ID"
		[[ ! $output ]] || fail "$output"
	done
}

# FOREGROUND_ALL=1 takes each of the 256.
@test "exec: the program's status" {
	local code step=13
	[[ ! ${FOREGROUND_ALL-} ]] || step=1
	sleeping_container
	for ((code = 0; code < 256; code += step > 1 && code == 247 ? 8 : step)); do
		run "-$code" caisson exec "$ID" sh -c "exit $code"
		[[ ! $output ]] || fail "$output"
	done
}

@test "exec: 128 and the number of the signal that ended the program" {
	local signal
	sleeping_container
	# Its shell ignores 3.
	for signal in 1 2 4 6 8 9 10 11 13 14 15 24 25 31 34 64; do
		run "-$((128 + signal))" caisson exec "$ID" \
			sh -c "ulimit -c 0; kill -$signal \$\$; sleep 10"
	done
}

@test "run: 128 and the number of the signal that ended the program" {
	local signal
	for signal in KILL TERM SEGV; do
		set_args /bin/sleep 1000
		update_config '.linux.namespaces |= map(select(.type != "pid"))'
		start "$CAISSON" --root "$ROOT" run "$ID"
		eventually has_status running
		caisson kill "$ID" "$signal"
		end $((128 + $(kill -l "$signal")))
		assert_gone
	done
}

# ignoring COMMAND... - with nearly all signals ignored and blocked, as some daemons start their
# children.
ignoring() {
	local python
	python=$(PATH=/usr/bin:$PATH command -v python3) || skip "no python3"
	"$python" -W ignore -c 'if True:
		import os, signal, sys
		those = [s for s in range(1, 65) if s not in (9, 19, 32, 33)]
		for s in those:
		    signal.signal(s, signal.SIG_IGN)
		signal.pthread_sigmask(signal.SIG_BLOCK, those)
		os.execvp(sys.argv[1], sys.argv[1:])' "$@"
}

assert_clean_signals() {
	assert_contains $'SigBlk:\t0000000000000000'
	assert_contains $'SigIgn:\t0000000000000000'
	assert_contains $'SigPnd:\t0000000000000000'
}

@test "a caller that ignores and blocks signals: the program does not, and no status is lost" {
	local road
	set_script 'cat /proc/self/status; exit 7'
	for road in '' --general-road; do
		# shellcheck disable=SC2086
		run -7 ignoring "$CAISSON" --root "$ROOT" run $road "$ID"
		assert_clean_signals
	done
	set_args sleep 1000
	update_config '.hooks.createRuntime = [{path: "/bin/true"}]
		| .hooks.poststop = [{path: "/bin/sh", args: ["sh", "-c", "exit 3"]}]'
	ignoring "$CAISSON" --root "$ROOT" create "$ID" </dev/null >"$TEST_DIR/output" 2>&1
	ignoring "$CAISSON" --root "$ROOT" start "$ID"
	run -7 ignoring "$CAISSON" --root "$ROOT" exec "$ID" sh -c 'cat /proc/self/status; exit 7'
	assert_clean_signals
	ignoring "$CAISSON" --root "$ROOT" exec -d "$ID" true </dev/null
	ignoring "$CAISSON" --root "$ROOT" kill "$ID" KILL
	wait_for_status stopped
	run -0 ignoring "$CAISSON" --root "$ROOT" delete "$ID"
	assert_contains 'exit status 3'
}

@test "orphans become ours, and are reaped; not with --no-subreaper" {
	local option mine parent
	set_script '(sh -c "sleep 0.5; exec cut -d\" \" -f4 /proc/self/stat" &); sleep 1.5; exit 3'
	namespace_remove pid
	for option in '' --no-subreaper; do
		# shellcheck disable=SC2086
		start "$CAISSON" --root "$ROOT" run $option "$ID"
		mine=$runtime
		end 3
		parent=$(<"$TEST_DIR/output")
		if [[ $option ]]; then
			[[ $parent != "$mine" ]] || fail "parent $parent is the runtime"
		else
			assert_equal "$parent" "$mine"
		fi
		assert_gone
	done
	set_args sleep 1000
	start_container
	for option in '' --no-subreaper; do
		# shellcheck disable=SC2086
		start "$CAISSON" --root "$ROOT" exec $option "$ID" sh -c '(sh -c "sleep 0.5
			exec cut -d\" \" -f4 /proc/self/stat" &); sleep 1.5; exit 3'
		mine=$runtime
		end 3
		parent=$(<"$TEST_DIR/output")
		[[ ${option:+other} == "$([[ $parent == "$mine" ]] || echo other)" ]] ||
			fail "option '$option': parent $parent, runtime $mine"
	done
}

@test "orphans that end leave no zombies while the program lives" {
	set_script 'for i in 1 2 3 4 5 6 7 8 9; do (sleep 0.2 &); done; echo ready; sleep 1000'
	namespace_remove pid
	start "$CAISSON" --root "$ROOT" run "$ID"
	eventually printed ready
	only_program() { [[ $(pgrep -P "$runtime" | wc -l) == 1 ]]; }
	eventually only_program
	caisson kill "$ID" KILL
	end 137
}

@test "a program that is stopped is still waited for" {
	set_script 'echo ready; while :; do sleep 0.05; done'
	start "$CAISSON" --root "$ROOT" run "$ID"
	eventually printed ready
	caisson kill "$ID" STOP
	sleep 0.5
	is_alive "$runtime"
	caisson kill "$ID" CONT
	caisson kill "$ID" KILL
	end 137
}

@test "control-Z stops neither us nor a program in its own session" {
	set_script 'echo ready; while :; do sleep 0.05; done'
	(eventually grep -q '\^Z' "$TEST_DIR/printed"; sleep 0.5; caisson kill "$ID" KILL) 3>&- &
	killer=$!
	typed_by 137 await ready type '\032' kill 20 -- "$CAISSON" --root "$ROOT" run "$ID"
	wait "$killer"
	assert_modes_restored
}

@test "waiting takes no processor time, and no wake-ups" {
	set_script 'sleep 2.5; exit 4'
	typed_by 4 -- "$CAISSON" --root "$ROOT" run "$ID"
	assert_at_rest
	set_args sleep 1000
	start_container
	typed_by 5 -- "$CAISSON" --root "$ROOT" exec "$ID" sh -c 'sleep 2.5; exit 5'
	assert_at_rest
}

@test "stdin, stdout and stderr are the caller's own" {
	set_script 'links=$(for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done)
		echo "$links" >&2; cat; exit 2'
	status=0
	caisson run "$ID" < <(echo typed) >"$TEST_DIR/out" 2>"$TEST_DIR/err" || status=$?
	assert_equal "$status" 2
	assert_equal "$(<"$TEST_DIR/out")" typed
	mapfile -t lines <"$TEST_DIR/err"
	[[ ${lines[0]} == pipe:* ]]
	assert_equal "${lines[1]}" "$TEST_DIR/out"
	assert_equal "${lines[2]}" "$TEST_DIR/err"
	sleeping_container
	caisson exec "$ID" sh -c 'cat >&2; echo out' < <(echo typed) \
		>"$TEST_DIR/out" 2>"$TEST_DIR/err"
	assert_equal "$(<"$TEST_DIR/out")$(<"$TEST_DIR/err")" outtyped
}

@test "stdio belongs to the user where it is a file or a pipe, and to nobody else where not" {
	local owners
	owners="$(stat -c %u /dev/null) $(stat -c %u "$TEST_DIR")"
	update_config '.process.user = {uid: 1000, gid: 1000}'
	set_script 'for fd in 1 2; do stat -Lc %u:%g /proc/self/fd/$fd; done; echo x >/dev/stderr'
	caisson run "$ID" <"$TEST_DIR" >"$TEST_DIR/out" 2>"$TEST_DIR/err"
	assert_equal "$(<"$TEST_DIR/out")" "1000:0
1000:0"
	assert_equal "$(<"$TEST_DIR/err")" x
	assert_equal "$(stat -c %u "$TEST_DIR/out")" 1000
	# A pipe, and a device that is everybody's.
	set_script 'stat -Lc %u /proc/self/fd/1; echo y >/dev/stdout'
	run -0 bash -c '"$@" </dev/null 2>/dev/null | cat' - "$CAISSON" --root "$ROOT" run "$ID"
	assert_output "1000
y"
	assert_equal "$(stat -c %u /dev/null) $(stat -c %u "$TEST_DIR")" "$owners"
}

@test "stdio that can't be given away stays as it is" {
	touch "$TEST_DIR/file"
	mkdir "$TEST_DIR/mount"
	mount -t tmpfs caisson "$TEST_DIR/mount"
	echo content >"$TEST_DIR/mount/file"
	mount -o remount,ro "$TEST_DIR/mount"
	update_config '.process.user = {uid: 1000, gid: 1000}'
	set_script 'cat'
	run caisson run "$ID" <"$TEST_DIR/mount/file"
	umount "$TEST_DIR/mount"
	assert_equal "$status" 0
	assert_output content
	# A file of the host's root is not mapped in there.
	user_namespace
	echo other >"$TEST_DIR/file"
	run -0 caisson run "$ID" <"$TEST_DIR/file"
	assert_output other
	assert_equal "$(stat -c %u "$TEST_DIR/file")" 0
}

@test "a runtime that is killed leaves a container that can be deleted" {
	set_script 'echo ready; while :; do sleep 0.05; done'
	start "$CAISSON" --root "$ROOT" run "$ID"
	eventually printed ready
	kill -KILL "$runtime"
	end 137
	assert_status_of running
	caisson delete --force "$ID"
	assert_gone
}

@test "exec whose container goes away" {
	sleeping_container
	start "$CAISSON" --root "$ROOT" exec "$ID" sh -c 'echo ready; while :; do sleep 0.05; done'
	eventually printed ready
	caisson delete --force "$ID"
	end 137
}

# Of what made other runtimes hang, FOREGROUND_RUNS=10000 is the whole, with a BATS_TEST_TIMEOUT of an
# hour; by default it is as many as 15 seconds allow, and never less than twenty.
wants_more() {
	if [[ ${FOREGROUND_RUNS-} ]]; then
		(($1 < FOREGROUND_RUNS))
	else
		(($1 < 20 || SECONDS < until))
	fi
}

@test "short-lived programs: run and exec lose no status and never hang" {
	local i code wrong=0 until=$((SECONDS + 15))
	set_args /bin/true
	for ((i = 0; ; i++)); do
		wants_more "$i" || break
		timeout 30 "$CAISSON" --root "$ROOT" run "$ID" </dev/null || wrong=$((wrong + 1))
	done
	echo "$i runs"
	sleeping_container
	until=$((SECONDS + 15))
	for ((i = 0; ; i++)); do
		wants_more "$i" || break
		code=0
		timeout 30 "$CAISSON" --root "$ROOT" exec "$ID" sh -c "exit $((i % 256))" ||
			code=$?
		((code == i % 256)) || wrong=$((wrong + 1))
	done
	echo "$i execs"
	assert_equal "$wrong" 0
	# Many at once, and with terminals.
	seq 1 $((${FOREGROUND_RUNS:-40} / 2)) | xargs -P 8 -I '{}' timeout 60 sh -c '
		"$1" --root "$2" exec -t "$3" sh -c "exit 3" </dev/null >/dev/null; echo $?' - \
		"$CAISSON" "$ROOT" "$ID" '{}' >"$TEST_DIR/statuses"
	assert_equal "$(sort "$TEST_DIR/statuses" | uniq -c | tr -s ' ')" \
		" $((${FOREGROUND_RUNS:-40} / 2)) 3"
}
