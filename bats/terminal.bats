# process.terminal: the console socket, the foreground, /dev/console, sizes.

bats_require_minimum_version 1.5.0
load helpers
load inside
load typing

setup() {
	setup_bundle
	update_config '.process.terminal = true'
	cat >"$TEST_DIR/receive.py" <<-'PYTHON'
		# receive.py SOCKET FILE: takes one terminal from the socket, and writes to FILE its
		# number, whether more comes over the socket, and then all that is printed there.
		import array, fcntl, os, socket, struct, sys
		server = socket.socket(socket.AF_UNIX)
		# Whoever sees the name can connect.
		server.bind(sys.argv[1] + ".new")
		server.listen(1)
		os.rename(sys.argv[1] + ".new", sys.argv[1])
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
		out.write(b"%s is terminal %d\n" % (data, number))
		# It is to block, as the tools of the other side expect.
		if not fcntl.fcntl(fds[0], fcntl.F_GETFL) & os.O_NONBLOCK:
		    out.write(b"waits\n")
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

# Debian's own, where there are several: it starts in a moment.
need_python() {
	PYTHON=$(PATH=/usr/bin:$PATH command -v python3) || skip "no python3"
}

# receive - $SOCKET is where one terminal is taken, $TYPED what is printed on it
receive() {
	need_python
	SOCKET=$TEST_DIR/console.sock
	TYPED=$TEST_DIR/typed
	rm -f "$SOCKET" "$TYPED"
	"$PYTHON" "$TEST_DIR/receive.py" "$SOCKET" "$TYPED" >"$TEST_DIR/receiver" 2>&1 3>&- &
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

@test "console socket: one message, one terminal, which is stdio and controlling terminal" {
	receive
	set_script 'for fd in 0 1 2; do readlink /proc/self/fd/$fd; done; tty
		cut -d" " -f7 /proc/1/stat; read -r line; echo "got $line"'
	detached run -d --console-socket "$SOCKET" "$ID"
	received
	assert_contains "/dev/pts/ptmx is terminal 0
waits
end
"
	# The echo of what is typed may come in between.
	assert_equal "$(grep -cx /dev/pts/0 <<<"$output")" 4
	assert_contains 34816
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

# listen_as TYPE MODE - $SOCKET is a socket of that type (STREAM, DGRAM, SEQPACKET), whose owner
# lets "wait" who connects, has a "full" queue, or takes one connection to "close" it at once.
listen_as() {
	need_python
	SOCKET=$TEST_DIR/console.sock
	rm -f "$SOCKET" "$TEST_DIR/listens"
	env -u CAISSON_TEST "$PYTHON" - "$1" "$2" "$SOCKET" "$TEST_DIR/listens" <<-'PYTHON' 3>&- &
		import socket, sys, time
		kind, mode, path, ready = sys.argv[1:]
		server = socket.socket(socket.AF_UNIX, getattr(socket, "SOCK_" + kind))
		server.bind(path)
		if kind != "DGRAM":
		    server.listen(0)
		others = []
		if mode == "full":
		    for _ in range(10):
		        other = socket.socket(socket.AF_UNIX)
		        other.setblocking(False)
		        others.append(other)
		        try:
		            other.connect(path)
		        except BlockingIOError:
		            break
		    else:
		        sys.exit("the queue is never full")
		open(ready, "w").close()
		if mode == "close":
		    server.accept()[0].close()
		else:
		    time.sleep(1000)
	PYTHON
	listener=$!
	eventually test -e "$TEST_DIR/listens"
}

stop_listening() {
	[[ ${listener-} ]] || return 0
	kill "$listener" 2>/dev/null || true
	wait "$listener" 2>/dev/null || true
	listener=''
}

teardown() {
	stop_listening
	teardown_bundle
}

# refuse_console TEXT - create, run and exec fail with the socket's name and TEXT, and at once.
refuse_console() {
	local command
	for command in create 'run -d'; do
		# shellcheck disable=SC2086
		run -1 timeout 20 "$CAISSON" --root "$ROOT" $command \
			--console-socket "$SOCKET" "$ID"
		assert_contains "console socket '$SOCKET'"
		assert_contains "$1"
		assert_gone
	done
	update_config '.process.terminal = false'
	sleeping_container
	run -255 timeout 20 "$CAISSON" --root "$ROOT" exec -d -t --console-socket "$SOCKET" \
		"$ID" true
	assert_contains "console socket '$SOCKET'"
	assert_contains "$1"
	assert_equal "$(caisson ps -f json "$ID" | jq length)" 1
}

@test "console socket: a missing one" {
	SOCKET=$TEST_DIR/nonesuch
	refuse_console 'no such file or directory'
}

@test "console socket: one that is no socket" {
	SOCKET=$TEST_DIR/file
	touch "$SOCKET"
	refuse_console 'connection refused'
}

@test "console socket: one whose owner has gone" {
	listen_as STREAM wait
	stop_listening
	refuse_console 'connection refused'
}

@test "console socket: one of another type" {
	local type
	for type in DGRAM SEQPACKET; do
		listen_as "$type" wait
		run -1 caisson run -d --console-socket "$SOCKET" "$ID"
		assert_contains "connect to '$SOCKET': not a stream socket"
		assert_gone
		stop_listening
	done
}

@test "console socket: one that takes nobody is not waited for" {
	listen_as STREAM full
	refuse_console 'too many wait there'
	stop_listening
}

@test "console socket: one that is closed before the terminal comes" {
	# Where the terminal was quicker, its program gets a hangup instead.
	for _ in {1..5}; do
		listen_as STREAM close
		status=0
		detached run -d --console-socket "$SOCKET" "$ID" || status=$?
		stop_listening
		((status == 0)) || break
		caisson delete --force "$ID"
	done
	assert_equal "$status" 1
	assert_contains "console socket '$SOCKET': send the terminal"
	assert_contains 'broken pipe'
	assert_gone
}

@test "console socket: a long path, and a relative one" {
	local deep receiver
	need_python
	deep=$TEST_DIR/$(printf 'n%.0s' {1..100})
	set_script 'tty'
	mkdir "$deep"
	(cd "$deep" && exec "$PYTHON" "$TEST_DIR/receive.py" console.sock "$TEST_DIR/typed") 3>&- &
	receiver=$!
	eventually test -S "$deep/console.sock"
	detached run -d --console-socket "$deep/console.sock" "$ID"
	eventually is_over "$receiver"
	assert_contains /dev/pts/0 "$(<"$TEST_DIR/typed")"
	caisson delete --force "$ID"

	receive
	cd "$TEST_DIR"
	detached run -d --bundle "$BUNDLE" --console-socket console.sock "$ID"
	received
	assert_contains /dev/pts/0
}

@test "console socket: who closes the terminal hangs up" {
	receive
	set_script 'trap "exit 3" HUP; echo begun; while :; do sleep 0.05; done'
	detached run -d --console-socket "$SOCKET" "$ID"
	eventually grep -q begun "$TYPED"
	kill -KILL "$receiver"
	wait_for_status stopped
}

@test "console socket: a size of exec's own, and one of nothing" {
	update_config '.process.terminal = false'
	sleeping_container
	receive
	jq '.process | .terminal = true | .args = ["stty", "size"]
		| .consoleSize = {height: 21, width: 43}' config.json >process.json
	detached exec -d --console-socket "$SOCKET" -p process.json "$ID"
	received
	assert_contains "21 43"
	receive
	jq '.args = ["tty"] | .consoleSize = {height: 0, width: 0}' process.json \
		>"$TEST_DIR/process.json"
	detached exec -d --console-socket "$SOCKET" -p "$TEST_DIR/process.json" "$ID"
	received
	assert_contains /dev/pts/0
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
	set_script 'read -r line; echo "got $line"; cat; echo over'
	typed_by 0 raw type 'hello\r' await 'got hello' type 'again\r' await again type '\004' \
		await over -- "$CAISSON" --root "$ROOT" run "$ID"
	assert_modes_restored
}

@test "foreground: the size is that of the caller's terminal, and follows it" {
	set_script 'trap "exit 3" TERM; trap "stty size" WINCH; stty size
		while :; do sleep 0.05; done'
	typed_by 3 -s 31x71 await '31 71' resize 29x61 await '29 61' resize 2x1000 await '2 1000' \
		kill 15 -- "$CAISSON" --root "$ROOT" run "$ID"
	update_config '.process.terminal = false'
	sleeping_container
	typed_by 3 -s 31x71 await '31 71' resize 29x61 await '29 61' -- "$CAISSON" --root "$ROOT" \
		exec -t "$ID" sh -c 'stty size
			until [ "$(stty size)" = "29 61" ]; do sleep 0.05; done
			stty size; exit 3'
}

@test "foreground: a size of the configuration stays until the window changes" {
	update_config '.process.consoleSize = {height: 33, width: 77}'
	set_script 'trap "exit 3" TERM; trap "stty size" WINCH; stty size
		while :; do sleep 0.05; done'
	typed_by 3 await '33 77' resize 29x61 await '29 61' kill 15 -- \
		"$CAISSON" --root "$ROOT" run "$ID"
}

@test "foreground: the caller's terminal is raw meanwhile, and as before whatever happens" {
	local actions
	set_script 'stty raw -echo; echo ready; read -r x; exit 3'
	typed_by 3 raw await ready type 'x\n' -- "$CAISSON" --root "$ROOT" run "$ID"
	assert_modes_restored
	# Signals for caisson are the container's: 1, 2, 3 and 15 end it.
	set_script 'echo ready; exec sleep 1000'
	for actions in 'kill 1' 'kill 2' 'kill 3' 'kill 15' 'type \003' 'type \034'; do
		set_script 'trap "exit 7" INT QUIT TERM HUP; echo ready
			while :; do sleep 0.05; done'
		# shellcheck disable=SC2086
		typed_by 7 raw await ready $actions -- "$CAISSON" --root "$ROOT" run "$ID"
		assert_modes_restored
		assert_gone
	done
	set_args /nonesuch
	typed_by 1 -- "$CAISSON" --root "$ROOT" run "$ID"
	assert_contains nonesuch
	assert_modes_restored
}

@test "foreground: the caller's terminal is as before when the container is killed" {
	set_script 'stty raw -echo; echo ready >/tmp/ready; exec sleep 1000'
	add_mount /tmp bind "$TEST_DIR" bind rw
	(eventually test -s "$TEST_DIR/ready"; caisson kill "$ID" KILL) 3>&- &
	killer=$!
	typed_by 137 raw -- "$CAISSON" --root "$ROOT" run "$ID"
	wait "$killer"
	assert_modes_restored
	rm "$TEST_DIR/ready"
	update_config '.process.terminal = false'
	sleeping_container
	(eventually test -s "$TEST_DIR/ready"; caisson delete --force "$ID") 3>&- &
	killer=$!
	typed_by 137 raw -- "$CAISSON" --root "$ROOT" exec -t "$ID" \
		sh -c 'echo ready >/tmp/ready; exec sleep 1000'
	wait "$killer"
	assert_modes_restored
}

@test "foreground: a terminal that can't be put back is told of" {
	local last
	typed_by 0 -- strace -o "$TEST_DIR/trace" -e trace=ioctl "$CAISSON" --root "$ROOT" run "$ID"
	last=$(grep '^ioctl' "$TEST_DIR/trace" | grep -n '(0, [A-Z_ or]*TCSETS' | tail -n 1 | cut -d : -f 1)
	typed_by 0 -- strace -o /dev/null -e "inject=ioctl:error=EINTR:when=$last" \
		"$CAISSON" --root "$ROOT" run "$ID"
	assert_modes_restored
	assert_output ''
	typed_by 0 -- strace -o /dev/null -e "inject=ioctl:error=ENOMEM:when=$last" \
		"$CAISSON" --root "$ROOT" run "$ID"
	assert_contains 'our terminal stays raw'
	assert_equal "$(reported modes)" changed
}

@test "foreground: stopped and continued, as by a shell" {
	set_script 'echo begun; while read -r line; do echo "got $line"; stty size; done; exit 4'
	# SIGSTOP is 19.  What the shell does with the terminal meanwhile is not undone by us.
	typed_by 4 raw await begun kill 19 stopped back resize 25x80 front raw type 'more\r' \
		await 'got more' await '25 80' type '\004' -- "$CAISSON" --root "$ROOT" run "$ID"
	assert_modes_restored
}

@test "foreground: control-Z is the container's" {
	set_script 'trap "exit 3" TERM; trap "echo stop" TSTP; echo begun
		while :; do sleep 0.05; done'
	typed_by 3 raw await begun type '\032' await stop kill 20 await stop kill 15 -- \
		"$CAISSON" --root "$ROOT" run "$ID"
	assert_modes_restored
}

@test "foreground: the window is closed" {
	set_script 'trap "echo hup >/tmp/said; exit 5" HUP; echo begun
		while :; do sleep 0.05; done'
	add_mount /tmp bind "$TEST_DIR" bind rw
	typed_by 5 raw await begun hangup -- "$CAISSON" --root "$ROOT" run "$ID"
	assert_equal "$(<"$TEST_DIR/said")" hup
	assert_gone
}

@test "foreground: a program outlives the window, and caisson waits for it without hurry" {
	set_script 'trap "" HUP; echo begun; sleep 3; echo more; exit 6'
	typed_by 6 raw await begun hangup -- "$CAISSON" --root "$ROOT" run "$ID"
	assert_at_rest
}

@test "foreground: input that ends is no end of the output" {
	set_script 'stty -echo; read -r line; sleep 2.5; echo "got $line"; exit 3'
	typed_by 3 await 'got from-a-pipe' -- sh -c 'printf "from-a-pipe\n" | exec "$@"' - \
		"$CAISSON" --root "$ROOT" run "$ID"
	# The command is a shell here, whose last process caisson is.
	status=0
	printf 'from-a-pipe\n' | caisson run "$ID" >"$TEST_DIR/output" || status=$?
	assert_equal "$status" 3
	assert_contains "got from-a-pipe" "$(<"$TEST_DIR/output")"
}

@test "foreground: output that nobody reads stops the program, and not its killer" {
	set_script 'echo begun; exec yes'
	(sleep 3; caisson kill "$ID" KILL) 3>&- &
	killer=$!
	typed_by 137 await begun deaf -- "$CAISSON" --root "$ROOT" run "$ID"
	wait "$killer"
	assert_modes_restored
	assert_at_rest
	assert_gone
}

@test "foreground: a signal reaches a program whose output nobody reads" {
	set_script 'echo begun; exec yes'
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	typed_by 143 await begun deaf sleep 2500 kill 15 -- sh -c 'errors=$1; shift
		exec "$@" 2>"$errors"' - "$TEST_DIR/errors" "$CAISSON" --root "$ROOT" run "$ID"
	assert_modes_restored
	assert_at_rest
	assert_contains "bytes of the terminal's output are lost" "$(<"$TEST_DIR/errors")"
}

@test "foreground: what a program does not read is no obstacle to its output and its end" {
	set_script 'stty raw -echo; echo begun; sleep 2.5; echo still; exit 9'
	head -c 1000000 /dev/zero | tr '\0' x >"$TEST_DIR/input"
	typed_by 9 await begun await still -- sh -c 'input=$1; shift; exec "$@" <"$input"' - \
		"$TEST_DIR/input" "$CAISSON" --root "$ROOT" run "$ID"
	assert_at_rest
}

@test "foreground: a terminal that is closed and opened again, with what was typed meanwhile" {
	set_script 'stty -echo; t=$(tty); echo begun; exec </dev/null >/dev/null 2>&1; sleep 2.5
		exec <"$t" >"$t"; read -r line; echo "got $line"; exit 2'
	typed_by 2 await begun sleep 500 type 'meanwhile\r' await 'got meanwhile' -- \
		"$CAISSON" --root "$ROOT" run "$ID"
	assert_at_rest
}

# TERMINAL_MIB=64 is the whole.
@test "foreground: megabytes both ways at once, each byte of them" {
	local bytes=$((${TERMINAL_MIB:-8} << 20))
	update_config '.process.terminal = false'
	sleeping_container
	TYPIST_PATIENCE=100 typed_by 3 -b await ready raw pump "$bytes" -- \
		"$CAISSON" --root "$ROOT" exec -t "$ID" sh -c 'stty raw -echo; echo ready; head -c "$1"; exit 3' - "$bytes"
	assert_contains pumped
	assert_modes_restored
	# A byte goes through two ptys, four times; a loop that never sleeps uses all of the time.
	(($(reported cpu) < 500 || $(reported cpu) * 2 < $(reported wall))) || cat "$REPORT"
	(($(reported cpu) < 500 || $(reported cpu) * 2 < $(reported wall)))
}

@test "foreground: megabytes through pipes, to the last byte" {
	local bytes=$((${TERMINAL_MIB:-8} << 20)) sum
	set_script "stty raw -echo; echo ready; head -c $bytes | sha256sum
		head -c $bytes /dev/zero | tr '\\0' x"
	head -c "$bytes" /dev/urandom >"$TEST_DIR/input"
	# Not before it is raw, as a terminal that is not throws things away.
	: >"$TEST_DIR/output"
	caisson run "$ID" >"$TEST_DIR/output" \
		< <(eventually grep -q ready "$TEST_DIR/output"; cat "$TEST_DIR/input")
	sum=$(sha256sum <"$TEST_DIR/input")
	assert_contains "$sum" "$(head -c 200 "$TEST_DIR/output" | tr -d '\0')"
	tail -c "$bytes" "$TEST_DIR/output" | tr -d x | cmp - /dev/null
}

@test "foreground: output that is read slowly is all read" {
	set_script 'seq 1 20000; exit 3'
	status=0
	caisson run "$ID" </dev/null > >(sleep 3; cat >"$TEST_DIR/output"; echo >"$TEST_DIR/all") ||
		status=$?
	eventually test -e "$TEST_DIR/all"
	assert_equal "$status" 3
	assert_equal "$(<"$TEST_DIR/output")" "$(seq 1 20000)"
}

@test "foreground: exec -t without a terminal of the caller's" {
	update_config '.process.terminal = false'
	sleeping_container
	status=0
	# A session of its own: no /dev/tty either.
	setsid -w "$CAISSON" --root "$ROOT" exec -t "$ID" sh -c 'tty; read -r line; echo "got $line"
		exit 4' < <(echo from-a-file) >"$TEST_DIR/output" 2>"$TEST_DIR/errors" || status=$?
	assert_equal "$status" 4
	assert_contains /dev/pts/0 "$(<"$TEST_DIR/output")"
	assert_contains 'got from-a-file' "$(<"$TEST_DIR/output")"
	[[ ! -s $TEST_DIR/errors ]]
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
