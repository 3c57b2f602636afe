# canary.bash - something of the host's beside the bundle, which no container may change or read; and
# proof that it is as it was.  Loaded after helpers and inside.
#
#	CANARY   a directory with a file, a directory, a fifo and a link; SECRET is in the file
#
# A test that has planted what leads there runs the container with `attack` or `try`: it may work or be
# refused, but the canary is looked at in teardown, with the host's devices, settings, mounts and the
# program; and what is done to it and undone again, inotify(7) tells of: watch.c.

# shellcheck shell=bash

# Content, names, kinds, modes, owners, numbers of links and times of change.
canary_state() {
	find "$CANARY" -printf '%p %y %i %n %m %U:%G %s %l %C@\n' | sort
	cat "$CANARY/file" "$CANARY/dir/inner"
}

# What attacks of the kind have been after.  Devices come and go on a busy host; these do not.
host_state() {
	stat -c '%n %F %i %a %u:%g %t:%T' /dev /dev/null /dev/zero /dev/tty /dev/ptmx /proc /sys /etc/passwd
	cat /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sys/net/ipv4/ping_group_range
	sha256sum <"$CAISSON"
}

make_canary() {
	CANARY=$TEST_DIR/canary
	SECRET=secret-of-the-host
	mkdir -p "$CANARY/dir"
	echo "$SECRET" >"$CANARY/file"
	echo inner >"$CANARY/dir/inner"
	mkfifo "$CANARY/fifo"
	ln -s file "$CANARY/link"
	chmod 640 "$CANARY/file"
	watch_canary
	note_canary
	host_before=$(host_state)
}

# It is none of the container's, so it has no mark.
watch_canary() {
	compile watch
	mkfifo "$TEST_DIR/ask" "$TEST_DIR/answer"
	env -u CAISSON_TEST "$PROGRAM" "$TEST_DIR/ask" "$TEST_DIR/answer" "$CANARY" "$CANARY/dir" \
		</dev/null >"$TEST_DIR/watch.log" 2>&1 3>&- &
	WATCH=$!
}

# What has been done to the canary since the last time.
canary_events() {
	timeout 10 bash -c 'echo >"$0/ask"; cat "$0/answer"' "$TEST_DIR" ||
		fail "nobody watches: $(<"$TEST_DIR/watch.log")"
}

# As it is now, after a test's own change.
note_canary() {
	canary_before=$(canary_state)
	canary_events >/dev/null
}

canary_is_same() {
	assert_equal "$(canary_events)" ""
	assert_equal "$(canary_state)" "$canary_before"
}

assert_canary() {
	canary_is_same || return 1
	assert_equal "$(host_state)" "$host_before"
}

# The container runs or is refused; what it prints has nothing of the canary.  Sets $status and $output.
attack() {
	run caisson run "$ID" </dev/null
	refute_contains "$SECRET"
	assert_canary
}

# The image's own view of a path that is the canary's on the host: what is resolved inside the root is
# found there.
inside_canary() {
	echo "$BUNDLE/rootfs$CANARY"
}

# without_mounts REGEX - the configuration's mounts but those whose destination matches.
without_mounts() {
	update_config '.mounts |= map(select(.destination | test($re) | not))' --arg re "$1"
}

# compile NAME - a static program of this directory, once per run; sets PROGRAM.
compile() {
	PROGRAM=$BATS_RUN_TMPDIR/$1
	[[ ! -x $PROGRAM ]] || return 0
	${CC:-cc} -O1 -static -o "$PROGRAM.$$" "$BATS_TEST_DIRNAME/$1.c" ||
		skip "no compiler for static programs"
	mv "$PROGRAM.$$" "$PROGRAM"
}

setup() {
	setup_bundle
	make_canary
}

teardown() {
	local changed=0
	[[ ! ${canary_before-} ]] || assert_canary || changed=1
	[[ ! ${WATCH-} ]] || { kill "$WATCH"; wait "$WATCH" 2>/dev/null || true; }
	teardown_bundle
	return "$changed"
}
