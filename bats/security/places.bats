# Family A, by place: links, fifos, devices, sockets, files and directories of an attacker at every path of
# the image that caisson touches, and at the few of the host's that others may write to.

# shellcheck disable=SC2086 # lists of kinds are words

bats_require_minimum_version 1.5.0
load ../helpers
load ../inside
load canary
load plant
load ../typing

NO_DEV='.mounts |= map(select(.destination | test("^/dev") | not))'
# Without a tmpfs on /dev, of which the image has no part.
NO_TMPFS='.mounts |= map(select(.destination != "/dev"))'
FEW='absolute relative descriptor dangling fifo file directory'

# NAME - the numbers of a device, as stat prints them.
number() {
	stat -c %t:%T "/dev/$1"
}

@test "places: /proc and /sys" {
	place /proc dir /proc . 'stat -f -c %T /proc' proc
	place /sys dir /sys . 'stat -f -c %T /sys' sysfs
	OPTIONS=--no-pivot place /proc dir /proc . 'stat -f -c %T /proc' proc
}

@test "places: /sys/fs/cgroup and what is above it, without a sysfs" {
	local path
	for path in /sys /sys/fs /sys/fs/cgroup; do
		place "$path" dir /sys/fs/cgroup '.mounts |= map(select(.destination != "/sys"))' \
			'! mkdir /sys/fs/cgroup/new 2>/dev/null; test -d /sys/fs/cgroup; echo ok' ok
	done
}

@test "places: /dev with its tmpfs, and without" {
	place /dev dir /dev . 'stat -c %t:%T /dev/null; readlink /dev/fd' "1:3
/proc/self/fd"
	place /dev dir /dev "$NO_DEV" 'stat -c %t:%T /dev/null; readlink /dev/fd' "1:3
/proc/self/fd"
}

@test "places: each default device" {
	local name kinds=''
	for name in null zero full random urandom tty; do
		place "/dev/$name" file "/dev/$name" "$NO_DEV" "stat -c '%F %t:%T %u' /dev/$name" \
			"character special file $(number $name) 0" $kinds
		kinds=$FEW
	done
}

@test "places: each link of /dev" {
	local name kinds=''
	for name in fd stdin stdout stderr ptmx core; do
		# What the image has there stays, and is the image's.
		place "/dev/$name" file "/dev/$name" "$NO_DEV" "stat -c %t:%T /dev/null" 1:3 $kinds
		kinds=$FEW
	done
}

@test "places: /dev/pts, shm and mqueue, without a tmpfs on /dev" {
	place /dev/pts dir /dev/pts "$NO_TMPFS" 'stat -f -c %T /dev/pts; stat -c %t:%T /dev/pts/ptmx' 'devpts
5:2'
	place /dev/shm dir /dev/shm "$NO_TMPFS" 'stat -f -c %T /dev/shm' tmpfs
	place /dev/mqueue dir /dev/mqueue "$NO_TMPFS" 'stat -f -c %t /dev/mqueue' 19800202
}

@test "places: /dev/console" {
	local kind
	update_config "$NO_TMPFS | .process.terminal = true | .root.readonly = false"
	set_script 'stat -c %F /dev/console; echo typed >/dev/console'
	for kind in none $KINDS; do
		fresh_image
		plant "$kind" rootfs/dev/console file
		run timeout 20 "$(find_typist)" -r "$TEST_DIR/report" -- "$CAISSON" --root "$ROOT" run "$ID"
		output=${output//$'\r'/}
		judge "$kind at /dev/console" /dev/console "character special file
typed"
		[[ $kind != none ]] || assert_equal "$status" 0
	done
}

# What is mounted, by what is planted in the place of one of the directories above it, or of itself.
mount_below() {
	local depth path=''
	for depth in a b c d e; do
		path+=/$depth
		place "$path" dir /a/b/c/d/e ".mounts += [$1]" "$2" "$3" $FEW
	done
}

@test "places: where a directory is bound, at each depth" {
	mkdir source
	echo mounted >source/mark
	mount_below '{destination: "/a/b/c/d/e", source: "source", options: ["bind", "ro"]}' \
		'cat /a/b/c/d/e/mark; ! touch /a/b/c/d/e/x 2>/dev/null' mounted
}

@test "places: where a file is bound, at each depth" {
	echo mounted >source
	mount_below '{destination: "/a/b/c/d/e", source: "source", options: ["bind"]}' 'cat /a/b/c/d/e' mounted
}

@test "places: where a file system is mounted, at each depth" {
	mount_below '{destination: "/a/b/c/d/e", type: "tmpfs", source: "t", options: ["tmpcopyup", "ro"]}' \
		'stat -f -c %T /a/b/c/d/e' tmpfs
}

@test "places: the working directory, at each depth" {
	local path=''
	for depth in a b c; do
		path+=/$depth
		# It is made where it is missing, also behind a link: wherever that is, it is inside.
		place "$path" dir /a/b/c '.process.cwd = "/a/b/c"' \
			'cat file inner 2>/dev/null; case $(pwd -P) in /*) echo ok; esac' ok $FEW
	done
	place /a dir /a '.process.cwd = "/a"' 'cat file inner 2>/dev/null; case $(pwd -P) in /*) echo ok; esac' ok
}

# An image with what is to be masked or read-only; links lead to the same names of the canary's.
hidden_things() {
	mkdir -p rootfs/hidden/dir
	echo visible >rootfs/hidden/dir/inner
	echo visible >rootfs/hidden/file
}

@test "places: masked paths, and what is above them" {
	PREPARE() { hidden_things; }
	local jq='.linux.maskedPaths = ["/hidden/dir", "/hidden/file", "/proc/keys"]'
	# Links to what the container can see are the image's own affair, magic ones included: it looks at
	# the path that is masked.
	local script='exec 2>/dev/null; cat /hidden/dir/inner /hidden/file /proc/keys | grep visible
		stat -c %t:%T /proc/keys; echo x >/proc/sys/kernel/core_pattern || echo kept'
	place /hidden dir maskedPaths "$jq" "$script" "1:3
kept" $FEW
	place /hidden/dir dir maskedPaths "$jq" "$script" "1:3
kept"
	place /hidden/file file maskedPaths "$jq" "$script" "1:3
kept"
}

@test "places: read-only paths, and what is above them" {
	PREPARE() { hidden_things; }
	local jq='.linux.readonlyPaths = ["/hidden/dir", "/hidden/file", "/proc/sys"]'
	local script='exec 2>/dev/null; test -d /hidden/dir && touch /hidden/dir/new && echo written
		test -f /hidden/file && echo x >/hidden/file && echo written
		echo x >/proc/sys/kernel/core_pattern || echo kept'
	place /hidden dir readonlyPaths "$jq" "$script" kept $FEW
	place /hidden/dir dir readonlyPaths "$jq" "$script" kept
	place /hidden/file file readonlyPaths "$jq" "$script" kept
}

@test "2023-28642: masked and read-only paths of proc, where the image has a link in its place" {
	local kind
	for kind in $FEW; do
		fresh_image
		rmdir rootfs/proc
		plant "$kind" rootfs/proc dir
		set_script 'exec 2>/dev/null; stat -c %t:%T /proc/keys; echo x >/proc/sys/kernel/core_pattern || echo kept'
		bounded run "$ID"
		judge "$kind at /proc" /proc "1:3
kept"
		[[ $kind == directory ]] || ((status != 0))
	done
}

@test "places: /dev/null, which masks are made of, without a tmpfs on /dev" {
	place /dev/null file /dev/null "$NO_DEV"' | .linux.maskedPaths = ["/proc/keys", "/etc/passwd"]' \
		'stat -c %t:%T /proc/keys /etc/passwd' "1:3
1:3"
}

@test "places: /etc/passwd, which HOME comes from" {
	local jq='.process.env |= map(select(startswith("HOME=") | not))'
	echo "root:x:0:0::/$SECRET:/bin/sh" >"$CANARY/passwd"
	cp "$CANARY/passwd" "$CANARY/dir/"
	note_canary
	# What the image says itself may be anything; what the canary says is not.
	place /etc/passwd passwd passwd "$jq" 'case $HOME in / | /root) echo ok; esac' ok
	place /etc dir passwd "$jq" 'case $HOME in / | /root) echo ok; esac' ok
}

@test "places: devices, and what is above them" {
	local jq='.linux.devices = [{type: "c", path: "/a/b/c", major: 1, minor: 5, uid: 7, gid: 7, fileMode: 511},
		{type: "p", path: "/a/b/p", uid: 7, gid: 7}]' path=''
	for depth in a b; do
		path+=/$depth
		place "$path" dir /a/b/ "$jq" 'stat -c "%F %u" /a/b/c /a/b/p' "character special file 7
fifo 7" $FEW
	done
	place /a/b/c file /a/b/c "$jq" 'stat -c "%F %u" /a/b/c /a/b/p' "character special file 7
fifo 7"
	place /a/b/p fifo /a/b/p "$jq" 'stat -c "%F" /a/b/c /a/b/p' "character special file
fifo" $FEW
}

@test "places: what tmpcopyup copies" {
	PREPARE() { mkdir -p rootfs/up/deep && echo image >rootfs/up/deep/file; }
	local jq='.mounts += [{destination: "/up", type: "tmpfs", source: "t", options: ["tmpcopyup"]}]'
	# Links are copied as links: what they lead to is looked for in the container.
	place /up dir /up "$jq" 'cat /up/file /up/inner 2>/dev/null; stat -f -c %T /up/.' tmpfs
	place /up/deep dir /up "$jq" 'cat /up/deep/file 2>/dev/null | grep -v image; stat -f -c %T /up/.' tmpfs
	place /up/deep/file file /up "$jq" 'exec 2>/dev/null; test -p /up/deep/file || head -c 20 /up/deep/file |
		grep -avE "image|planted" | tr -d "\0"; stat -f -c %T /up/.' tmpfs absolute relative root first \
		cwd descriptor dangling loop fifo socket file directory
}

@test "places: /run/notify" {
	local path
	export NOTIFY_SOCKET=$TEST_DIR/manager.sock
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])' \
		"$NOTIFY_SOCKET"
	for path in /run /run/notify /run/notify/notify.sock; do
		place "$path" dir /run/notify . 'test -S $NOTIFY_SOCKET; echo $? $NOTIFY_SOCKET' \
			'0 /run/notify/notify.sock' $FEW
	done
}

@test "places: the program" {
	printf '#!/bin/sh\necho %s\n' "$SECRET" >"$CANARY/program"
	chmod 755 "$CANARY/program"
	note_canary
	local kind
	sleeping_container
	exec 21<"$CANARY"
	for kind in $KINDS; do
		plant "$kind" rootfs/bin/planted program
		bounded exec "$ID" /bin/planted
		judge "$kind at /bin/planted" /bin/planted ''
		((status != 0)) || fail "$kind was executed"
	done
	caisson delete --force "$ID"
	for kind in $KINDS; do
		plant "$kind" rootfs/bin/planted program
		set_args /bin/planted
		bounded run "$ID"
		judge "$kind at /bin/planted" /bin/planted ''
		((status != 0)) || fail "$kind was executed"
	done
	exec 21<&-
}

@test "places: what exec looks at in a container that has changed its files" {
	local kind
	writable_root
	update_config '.process.env |= map(select(startswith("HOME=") | not))'
	mkdir -p "$CANARY/dir/passwd"
	note_canary
	sleeping_container
	exec 21<"$CANARY"
	for kind in $KINDS; do
		plant "$kind" rootfs/work dir
		bounded exec --cwd /work "$ID" \
			/bin/sh -c 'cat file inner 2>/dev/null; case $(pwd -P) in /*) echo ok; esac'
		judge "$kind at the working directory" /work ok
		plant "$kind" rootfs/etc/passwd file
		bounded exec --user 5:6 "$ID" \
			/bin/sh -c 'grep -E "^[UG]id" /proc/self/status | cut -f2; case $HOME in / | /root) echo ok; esac'
		judge "$kind at /etc/passwd" passwd "5
6
ok"
		rm -rf rootfs/etc/group
		plant "$kind" rootfs/etc/group file
		bounded exec "$ID" /bin/true
		assert_equal "$status" 0
	done
	exec 21<&-
}

@test "places: a terminal of exec, where the container has changed its /dev" {
	local kind at
	writable_root
	update_config "$NO_TMPFS"
	sleeping_container
	exec 21<"$CANARY"
	for kind in none $KINDS; do
		for at in console ptmx null tty; do
			plant "$kind" "rootfs/dev/$at" file
		done
		run timeout 20 "$(find_typist)" -r "$TEST_DIR/report" -- "$CAISSON" --root "$ROOT" \
			exec --tty "$ID" /bin/sh -c 'test -t 0 && echo terminal'
		output=${output//$'\r'/}
		judge "$kind in /dev" /dev terminal
	done
	exec 21<&-
}

# ---- paths of the host -------------------------------------------------------------------------

# by_host WHAT WORD ARGUMENT... - each kind at $BUNDLE/at, which caisson is told of; REFUSED: it refuses it.
by_host() {
	local kind what=$1 word=$2
	shift 2
	exec 21<"$CANARY"
	for kind in $KINDS; do
		plant "$kind" "$BUNDLE/at" file
		bounded "$@"
		judge "$what: $kind" "$word" "$output"
		[[ ! $REFUSED ]] || ((status)) || fail "$what: $kind is not refused"
		[[ ! -d $ROOT/$ID ]] || caisson delete --force "$ID"
		assert_equal "$(caisson list --quiet)" ""
	done
	exec 21<&-
}

@test "places: the root itself" {
	local REFUSED=yes KINDS=${KINDS% directory}
	update_config '.root.path = "at"'
	by_host root root.path run "$ID"
	# Nothing is made in what is no root, nor through it.
	update_config '.root.path = "at/deeper"'
	by_host "above the root" root.path run "$ID"
}

@test "places: pid file, console socket, pidfd socket" {
	set_args /bin/true
	REFUSED='' by_host "pid file" "pid file" create --pid-file "$BUNDLE/at" "$ID"
	REFUSED=yes by_host "pidfd socket" "pidfd socket" \
		create --pidfd-socket "$BUNDLE/at" "$ID"
	update_config '.process.terminal = true'
	REFUSED=yes by_host "console socket" "console socket" \
		create --console-socket "$BUNDLE/at" "$ID"
}

@test "places: listenerPath" {
	update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $at,
		syscalls: [{names: ["mkdir"], action: "SCMP_ACT_NOTIFY"}]}' --arg at "$BUNDLE/at"
	REFUSED=yes by_host listenerPath listenerPath run "$ID"
}

@test "places: NOTIFY_SOCKET" {
	export NOTIFY_SOCKET=$BUNDLE/at
	set_args /bin/true
	REFUSED='' by_host NOTIFY_SOCKET NOTIFY_SOCKET run "$ID"
}

@test "places: a hook of the host's, and one of the container's" {
	local point
	printf '#!/bin/sh\ntouch %q\necho %s\n' "$TEST_DIR/hooked" "$SECRET" >"$CANARY/file"
	note_canary
	for point in prestart createRuntime createContainer; do
		update_config '.hooks = {($point): [{path: $at}]}' --arg at "$BUNDLE/at" --arg point "$point"
		REFUSED=yes by_host "$point" "$point hook #0" run "$ID"
	done
	chmod 755 "$CANARY/file"
	note_canary
	exec 21<"$CANARY"
	update_config '.hooks = {startContainer: [{path: "/bin/planted"}]}'
	for kind in $KINDS; do
		plant "$kind" rootfs/bin/planted file
		bounded run "$ID"
		judge "startContainer: $kind" "startContainer hook #0" ""
		((status != 0))
		[[ ! -e $TEST_DIR/hooked ]]
	done
	exec 21<&-
}
