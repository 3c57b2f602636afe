# process.terminal: the console socket, the foreground, /dev/console, sizes.

bats_require_minimum_version 1.5.0
load helpers
load inside

setup() {
	setup_bundle
	update_config '.process.terminal = true'
	cat >"$TEST_DIR/receive.py" <<-'PYTHON'
		# receive.py SOCKET FILE: takes one terminal from the socket, and writes to FILE its
		# number, whether more comes over the socket, and then all that is printed there.
		import array, fcntl, os, socket, struct, sys, termios
		server = socket.socket(socket.AF_UNIX)
		server.bind(sys.argv[1])
		server.listen(1)
		connection, _ = server.accept()
		data, ancillary, flags, _ = connection.recvmsg(4096, socket.CMSG_SPACE(64))
		fds = array.array("i")
		for level, kind, payload in ancillary:
		    assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
		    fds.frombytes(payload)
		assert len(fds) == 1, fds
		out = open(sys.argv[2], "wb", 0)
		# TIOCGPTN
		number, = struct.unpack("I", fcntl.ioctl(fds[0], 0x80045430, bytes(4)))
		out.write(b"terminal %d\n" % number if data else b"no message\n")
		out.write(b"more\n" if connection.recv(1) else b"end\n")
		os.write(fds[0], b"typed\n")
		while True:
		    try:
		        data = os.read(fds[0], 4096)
		    except OSError:
		        break
		    if not data:
		        break
		    out.write(data.replace(b"\r", b""))
	PYTHON
}

# receive - $SOCKET is where one terminal is taken, $TYPED what is printed on it
receive() {
	command -v python3 >/dev/null || skip "no python3"
	SOCKET=$TEST_DIR/console.sock
	TYPED=$TEST_DIR/typed
	rm -f "$SOCKET" "$TYPED"
	python3 "$TEST_DIR/receive.py" "$SOCKET" "$TYPED" >"$TEST_DIR/receiver" 2>&1 3>&- &
	receiver=$!
	eventually test -S "$SOCKET"
}

received() {
	eventually is_over "$receiver" || fail "$(<"$TEST_DIR/receiver")"
	[[ ! -s $TEST_DIR/receiver ]] || fail "$(<"$TEST_DIR/receiver")"
	output=$(<"$TYPED")
}

is_over() {
	! kill -0 "$1" 2>/dev/null
}

# on_terminal ARGUMENT... - caisson with a terminal of its own; $output is what it printed there
on_terminal() {
	local command
	printf -v command '%q ' "$CAISSON" --root "$ROOT" "$@"
	run script -qec "$command" /dev/null </dev/null
	output=${output//$'\r'/}
	# The end of script's own input, which is echoed.
	output=${output//^@/}
	# shellcheck disable=SC2034
	mapfile -t lines <<<"$output"
}

@test "console socket: one message, one terminal, which is stdio and controlling terminal" {
	receive
	set_script 'for fd in 0 1 2; do readlink /proc/self/fd/$fd; done; tty
		cut -d" " -f7 /proc/1/stat; read -r line; echo "got $line"'
	detached run -d --console-socket "$SOCKET" "$ID"
	received
	assert_contains "terminal 0
end
"
	assert_contains "/dev/pts/0
/dev/pts/0
/dev/pts/0
/dev/pts/0
34816
"
	assert_contains "got typed"
}

@test "console socket: create and start, and exec" {
	receive
	set_script 'echo from-init; read -r line; exec sleep 1000'
	detached create --console-socket "$SOCKET" "$ID"
	caisson start "$ID"
	eventually grep -q from-init "$TYPED"
	caisson kill "$ID" KILL
	received
	wait_for_status stopped
	caisson delete "$ID"
	update_config '.process.terminal = false'
	sleeping_container
	receive
	detached exec -d -t --console-socket "$SOCKET" "$ID" sh -c 'tty; read -r line
		echo "got $line"'
	received
	assert_contains /dev/pts/0
	assert_contains "got typed"
}

@test "console socket: its user owns the terminal, and the group is that of the devpts" {
	receive
	update_config '.process.user = {uid: 1000, gid: 1000}'
	set_script 'stat -c "%a %u %g" /dev/pts/0; echo x >/dev/tty && echo yes'
	detached run -d --console-socket "$SOCKET" "$ID"
	received
	assert_contains "620 1000 5"
	assert_contains yes
}

@test "console socket: size before the program runs" {
	receive
	update_config '.process.consoleSize = {height: 33, width: 77}'
	set_script 'stty size'
	detached run -d --console-socket "$SOCKET" "$ID"
	received
	assert_contains "33 77"
}

@test "console socket: a missing one, and one that is no socket" {
	run -1 caisson run -d --console-socket "$TEST_DIR/nonesuch" "$ID"
	assert_contains "$TEST_DIR/nonesuch"
	touch "$TEST_DIR/file"
	run -1 caisson run -d --console-socket "$TEST_DIR/file" "$ID"
	assert_contains "$TEST_DIR/file"
	assert_gone
}

@test "a detached terminal without a socket, and a socket without a terminal, are refused" {
	run -1 caisson run -d "$ID"
	assert_contains "console socket"
	run -1 caisson create "$ID"
	assert_contains "console socket"
	update_config '.process.terminal = false'
	receive
	run -1 caisson run -d --console-socket "$SOCKET" "$ID"
	kill "$receiver"
	wait "$receiver" || true
}

@test "/dev/console is the terminal, also on a read-only root without a tmpfs" {
	set_script 'test -c /dev/console && stat -c "%t:%T" /dev/console /dev/pts/0
		echo hello >/dev/console; grep -c " /dev/console " /proc/self/mountinfo'
	on_terminal run "$ID"
	assert_equal "$status" 0
	assert_equal "${lines[0]}" "${lines[1]}"
	assert_contains hello
	update_config '.mounts |= map(select(.destination == "/dev" | not))'
	mkdir -p rootfs/dev/{pts,shm,mqueue}
	on_terminal run "$ID"
	assert_equal "$status" 0
	assert_contains hello
}

@test "/dev/console: a link of the image is not followed" {
	update_config '.mounts |= map(select(.destination == "/dev" | not))'
	mkdir -p rootfs/dev/{pts,shm,mqueue}
	echo canary >"$TEST_DIR/canary"
	ln -s "$TEST_DIR/canary" rootfs/dev/console
	on_terminal run "$ID"
	rm rootfs/dev/console
	ln -s "$TEST_DIR/made" rootfs/dev/console
	on_terminal run "$ID"
	assert_equal "$(<"$TEST_DIR/canary")" canary
	[[ ! -e $TEST_DIR/made ]]
}

@test "foreground: output, exit status, a terminal on all three" {
	set_script 'tty; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all; exit 9'
	on_terminal run "$ID"
	assert_equal "$status" 9
	assert_output "/dev/pts/0
all"
	assert_gone
}

@test "foreground: what is typed arrives, and its end too" {
	local command
	set_script 'read -r line; echo "got $line"; cat; echo over'
	printf -v command '%q ' "$CAISSON" --root "$ROOT" run "$ID"
	run -0 timeout 30 script -qec "$command" /dev/null < <(printf 'hello\nagain\n'; sleep \
		1; printf '\004')
	assert_contains "got hello"
	assert_contains over
}

@test "foreground: the size is that of the caller's terminal" {
	set_script 'stty size'
	local command
	printf -v command '%q ' "$CAISSON" --root "$ROOT" run "$ID"
	run -0 script -qec "stty rows 31 cols 71; $command" /dev/null </dev/null
	assert_contains "31 71"
}

@test "foreground: the caller's terminal is as before, after success and after failure" {
	local command
	set_script 'stty raw -echo; exit 3'
	printf -v command '%q ' "$CAISSON" --root "$ROOT" run "$ID"
	run -0 script -qec "stty -a >before; $command; stty -a >after; cmp before after" /dev/null \
		</dev/null
	set_args /nonesuch
	run -0 script -qec "stty -a >before; $command; stty -a >after; cmp before after" /dev/null \
		</dev/null
}

@test "foreground: exec -t, as a user" {
	update_config '.process.terminal = false'
	sleeping_container
	on_terminal exec -t --user 1000 "$ID" sh -c 'tty; id -u; stat -c %u $(tty); exit 4'
	assert_equal "$status" 4
	assert_output "/dev/pts/0
1000
1000"
}

@test "in a user namespace" {
	user_namespace
	set_script 'tty; stat -c "%u %g" /dev/pts/0; echo hello >/dev/console; id -u'
	on_terminal run "$ID"
	assert_equal "$status" 0
	assert_contains "/dev/pts/0"
	assert_contains "0 5"
	assert_contains hello
}

@test "a terminal without a devpts is told" {
	update_config '.mounts |= map(select(.type != "devpts"))'
	on_terminal run "$ID"
	((status != 0))
	assert_contains pts
}
