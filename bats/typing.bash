# typing.bash - terminals with somebody in front of them: see typist.c.  Loaded after helpers.

# shellcheck shell=bash

# Built with the program under test, or here.
find_typist() {
	local program
	program=$(dirname "$CAISSON")/bats/typist
	if [[ ! -x $program ]]; then
		program=$BATS_RUN_TMPDIR/typist
		[[ -x $program ]] ||
			gcc -std=c11 -D_GNU_SOURCE -o "$program" "$BATS_TEST_DIRNAME/typist.c"
	fi
	echo "$program"
}

# typed_by STATUS [WORD...] - runs typist with these words, the last of which are "-- COMMAND...";
# it is to end with that status.  $output is what was printed on the terminal, without "\r", and
# `reported` has its report.
typed_by() {
	local expected=$1
	shift
	REPORT=$TEST_DIR/report
	rm -f "$REPORT"
	status=0
	"$(find_typist)" -r "$REPORT" "$@" </dev/null >"$TEST_DIR/printed" 2>&1 || status=$?
	output=$(tr -d '\r\0' <"$TEST_DIR/printed")
	# shellcheck disable=SC2034
	mapfile -t lines <<<"$output"
	((status == expected)) || fail "status $status instead of $expected: $output"
}

# reported KEY - from the report of the last typed_by: status, modes, cpu, wall
reported() {
	sed -n "s/^$1 //p" "$REPORT"
}

# assert_modes_restored - the terminal is as it was before.
assert_modes_restored() {
	assert_equal "$(reported modes)" same
}

# assert_at_rest - the command's process used less than a quarter of a processor, of two seconds or
# more: one that never sleeps uses all, and an emulated processor takes long to start it.
assert_at_rest() {
	local used wall
	used=$(reported cpu) wall=$(reported wall)
	((wall < 2000 && used < 400 || used * 4 < wall)) || fail "$used ms of $wall ms used"
}

# on_terminal ARGUMENT... - caisson with a terminal of its own; $status and $output are its.
on_terminal() {
	REPORT=$TEST_DIR/report
	run "$(find_typist)" -r "$REPORT" -- "$CAISSON" --root "$ROOT" "$@"
	output=${output//$'\r'/}
	# shellcheck disable=SC2034
	mapfile -t lines <<<"$output"
}
