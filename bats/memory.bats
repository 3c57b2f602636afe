# How little memory a container needs for its start, and that caisson takes none of it for itself: the
# numbers are of bench/memory, with a margin.

bats_require_minimum_version 1.5.0
load helpers
load groups

setup() {
	# A sanitizer asks for memory of its own.
	! grep -q __asan_init "$CAISSON" || skip "a build with sanitizers"
	setup_bundle
}

teardown() {
	[[ ! ${BUNDLE-} ]] || teardown_bundle
}

# bench/memory finds 184 KiB for version 1 and 176 KiB for cgroup2, where the limit is set before init is born:
# afterwards it would be 260.
@test "memory: /bin/true starts under a limit of 256 KiB" {
	local i kib=256
	needs memory
	resources "{memory: {limit: $((kib * 1024))}}"
	# Each has a stack, page tables and file systems of its own.
	for i in 1 2 3 4 5; do
		run -0 caisson run "$ID"
	done
	# It is a limit: what takes more than that is killed.
	set_args /bin/dd if=/dev/zero of=/dev/null bs=1M count=1
	run caisson run "$ID"
	((status != 0)) || fail "$kib KiB are no limit"
}

# programs_of_caisson - the pids of the test's processes that execute caisson or map anything of it: the
# installed file, what an overlay shows of it, or the sealed copy.
programs_of_caisson() {
	local pid words="memfd:|$CAISSON|/${CAISSON##*/}\$"
	for pid in $(leaked_processes); do
		! grep -qsE "$words" /proc/"$pid"/maps || echo "$pid"
		! readlink /proc/"$pid"/exe /proc/"$pid"/fd/* 2>/dev/null | grep -qE "$words" || echo "$pid"
	done
}

@test "memory: nothing of caisson is left in it while a container runs detached" {
	sleeping_container
	assert_equal "$(leaked_processes)" "$(pid_of)"
	assert_equal "$(programs_of_caisson)" ""
	# What is not on the command line has nothing left either: a created one has init, and is seen.
	set_args /bin/sleep 1000
	detached create "$ID-two"
	run -0 programs_of_caisson
	assert_contains "$(caisson state "$ID-two" | jq .pid)"
	caisson start "$ID-two"
	eventually none_of_caisson
}

none_of_caisson() {
	[[ ! $(programs_of_caisson) ]]
}

@test "memory: run in the foreground takes less than 3 MiB at most" {
	local parent kib
	set_args /bin/sleep 1000
	caisson run --pid-file "$TEST_DIR/pid" "$ID" </dev/null >/dev/null 2>&1 &
	wait_for_status running
	parent=$(awk '/^PPid/ { print $2 }' "/proc/$(<"$TEST_DIR/pid")/status")
	kib=$(awk '/^VmHWM/ { print $2 }' "/proc/$parent/status")
	((kib > 0 && kib < 3072)) || fail "the parent's peak is $kib KiB"
	caisson kill "$ID" KILL
	wait "$!" || true
}
