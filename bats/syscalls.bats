# What the kernel is asked for, seen by strace: no look-up that an image could race, nothing that grows with
# the host.
bats_require_minimum_version 1.5.0
load helpers
load inside

# traced ARGUMENT... - runs caisson under strace; the calls are in $TEST_DIR/calls, one a line.
traced() {
	command -v strace >/dev/null || skip "no strace"
	untraced strace -f -qq -s 200 -o "$TEST_DIR/calls" "$CAISSON" --root "$ROOT" "$@" </dev/null
}

# Those of caisson alone: up to where init executes the program.
calls_before_program() {
	awk '/execve\("\/bin\// { ended[$1] = 1 } !ended[$1]' "$TEST_DIR/calls"
}

@test "syscalls: descriptors are not listed, the mount table is read once on v1 and never on cgroup2" {
	local reads expected=1
	set_args /bin/true
	traced run "$ID"
	run ! grep -E 'open.*"/proc/(self|[0-9]+)/fd"' "$TEST_DIR/calls"
	[[ $(stat -fc %T /sys/fs/cgroup) != cgroup2fs ]] || expected=0
	reads=$(grep -c 'open.*"/proc/self/mountinfo"' "$TEST_DIR/calls") || true
	assert_equal "$reads" "$expected"
	run ! grep -E 'open.*"/proc/(self/)?mounts"' "$TEST_DIR/calls"
	# Where exec's process goes is on record, whatever groups and mounts the host has.
	sleeping_container
	traced exec "$ID" /bin/true
	run ! grep -E 'open.*"/proc/(self/)?(mounts|mountinfo|cgroup)"' "$TEST_DIR/calls"
}

@test "syscalls: no path inside the root is looked up twice" {
	local twice
	set_args /bin/true
	traced run "$ID"
	# What ends in "/." is a parent, held while one name is made in it; "/sys" of proc's mount is another
	# than that of the root.
	twice=$(calls_before_program | grep 'openat2(' | grep -v ENOENT |
		sed 's/.*openat2(\([0-9]*\), "\([^"]*\)".*/\1 \2/' | grep -v '/\.$' | sort | uniq -d)
	assert_equal "$twice" ''
	# And init asks by descriptor: no call that resolves a path of the root from the host's.
	run ! grep -E "(open|openat|mount|mkdir|mknod|symlink|unlink|stat)\(.*\"$BUNDLE/rootfs/" "$TEST_DIR/calls"
}

@test "syscalls: nodes of /dev are made with one look-up of it" {
	local lookups nodes
	set_args /bin/true
	traced run "$ID"
	nodes=$(grep -c 'mknodat(.* = 0' "$TEST_DIR/calls")
	((nodes >= 6))
	lookups=$(awk '/openat2\(.*"\/dev\/\."/ { last = NR } /mknodat\(/ { if (last) n++; last = 0 }
		END { print n + 0 }' "$TEST_DIR/calls")
	assert_equal "$lookups" 1
}

# How strace shows the number of a message, which begins it: the n-th row of the table.
message() {
	local names=([9]='\t' [10]='\n' [11]='\v' [12]='\f' [13]='\r') number
	number=$(awk -v row="ROW($1," '/ROW\([A-Z]/ { n++ } index($0, row) { print n - 1 }' \
		"$BATS_TEST_DIRNAME/../libcontainer/launch/protocol.h")
	[[ $number ]] || fail "no message $1"
	printf '"%s\\0\\0\\0' "${names[number]-\\$(printf %o "$number")}"
}

@test "syscalls: after READY, init reads, writes, closes and executes" {
	local others ready
	ready=$(message READY)
	set_args /bin/true
	traced run "$ID"
	grep -qF "$ready" "$TEST_DIR/calls"
	others=$(READY=$ready awk '/write\(/ && index($0, ENVIRON["READY"]) { init = $1; next }
		init && $1 == init { print $2 }' "$TEST_DIR/calls" |
		sed 's/(.*//' | sed '/^execve$/q' | sort -u | grep -vE '^(read|write|close|execve|<\.\.\.)$') || true
	assert_equal "$others" ''
}

@test "syscalls: the number of calls of a run stays what it is" {
	local calls limit=560
	# A sanitizer asks for memory of its own.
	! grep -q __asan_init "$CAISSON" || skip "a build with sanitizers"
	set_args /bin/true
	traced run "$ID"
	calls=$(calls_before_program | wc -l)
	echo "# $calls system calls" >&3
	# One hierarchy after the other on v1.
	[[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || limit=900
	((calls <= limit)) || fail "$calls system calls, at most $limit were expected"
}

# For that moment others would see a paused container.
@test "a signal to all processes freezes nobody who does not fork on and on" {
	set_script 'sleep 100 & sleep 100 & trap : TERM; while :; do wait; done'
	start_container
	traced kill --all "$ID" TERM
	! grep -E 'freez|FROZEN' "$TEST_DIR/calls" | grep -E 'O_WRONLY|O_RDWR|write' ||
		fail "it was frozen"
	traced kill --all "$ID" KILL
	! grep -F 'FROZEN' "$TEST_DIR/calls" | grep write || fail "it was frozen"
	eventually assert_status_of stopped
}

# Such a write waits for a grace period of RCU: as long as all of a start.
no_write_to_groups() {
	untraced strace -f -qq -y -e trace=write,writev,pwrite64,clone3 -o "$TEST_DIR/calls" \
		"$CAISSON" --root "$ROOT" "$@" </dev/null
	run ! grep 'cgroup\.\(procs\|threads\)>' "$TEST_DIR/calls"
	assert_equal "$(grep -c CLONE_INTO_CGROUP "$TEST_DIR/calls")" 1
}

@test "syscalls: on cgroup2 nobody is moved into a group: who enters it is born there" {
	[[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || skip "for cgroup2"
	command -v strace >/dev/null || skip "no strace"
	set_args /bin/true
	no_write_to_groups run "$ID"
	no_write_to_groups run --general-road "$ID"
	hold --user
	cat <<<'0 150000 1000' >"/proc/$holder/uid_map"
	cat <<<'0 150000 1000' >"/proc/$holder/gid_map"
	chmod 755 "$BUNDLE"
	namespace_add user "/proc/$holder/ns/user"
	no_write_to_groups run "$ID"
	release
	user_namespace
	no_write_to_groups run "$ID"
	no_write_to_groups run --general-road "$ID"
	namespace_add time
	no_write_to_groups run "$ID"
	set_args /bin/sleep 1000
	detached run -d "$ID"
	no_write_to_groups exec "$ID" /bin/true
}
