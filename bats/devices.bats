# The container's /dev: default nodes, linux.devices, and what an image may not do with it.

bats_require_minimum_version 1.5.0
load helpers
load inside

# Without the tmpfs that hides what the image has there.
image_dev() {
	update_config '.mounts |= map(select(.destination | startswith("/dev") | not))'
}

devices() {
	update_config ".linux.devices = $1"
}

NUMBERS='stat -c "%n %F %t:%T %a %u:%g"'

@test "defaults: nodes that work, with mode 0666, and links" {
	inside "cd /dev; $NUMBERS null zero full random urandom tty | sed 's/special //'
		for link in fd stdin stdout stderr ptmx; do echo \$link \$(readlink \$link); done
		echo x >null; head -c 2 zero | od -An -tx1; head -c 4 urandom | wc -c
		no write full"
	assert_contains "null character file 1:3 666 0:0
zero character file 1:5 666 0:0
full character file 1:7 666 0:0
random character file 1:8 666 0:0
urandom character file 1:9 666 0:0
tty character file 5:0 666 0:0
fd /proc/self/fd
stdin /proc/self/fd/0
stdout /proc/self/fd/1
stderr /proc/self/fd/2
ptmx pts/ptmx
 00 00
4"
	assert_contains "No space left on device"
}

@test "defaults: nothing else, and no console without a terminal" {
	inside 'ls /dev'
	local name
	for name in $output; do
		case $name in
		core | fd | full | mqueue | null | ptmx | pts | random | shm) ;;
		stderr | stdin | stdout | tty | urandom | zero) ;;
		*) fail "/dev/$name" ;;
		esac
	done
}

@test "listed: types, numbers, modes and owners, below /dev and elsewhere" {
	devices '[{type: "c", path: "/dev/c", major: 1, minor: 5, fileMode: 384, uid: 3, gid: 4},
		{type: "u", path: "/dev/dir/u", major: 1, minor: 7},
		{type: "b", path: "/dev/b", major: 7, minor: 99, fileMode: 432},
		{type: "p", path: "/dev/p", fileMode: 256, uid: 7},
		{type: "c", path: "/opt/deep/null", major: 1, minor: 3, fileMode: 292}]'
	inside "$NUMBERS /dev/c /dev/dir/u /dev/b /dev/p /opt/deep/null; stat -c %a /dev/dir /opt"
	assert_output "/dev/c character special file 1:5 600 3:4
/dev/dir/u character special file 1:7 666 0:0
/dev/b block special file 7:63 660 0:0
/dev/p fifo 0:0 400 7:0
/opt/deep/null character special file 1:3 444 0:0
755
755"
}

@test "listed: modes do not depend on the umask of the caller" {
	devices '[{type: "c", path: "/dev/c", major: 1, minor: 5, fileMode: 438},
		{type: "p", path: "/dev/dir/p", fileMode: 511}]'
	set_script 'stat -c %a /dev/c /dev/dir /dev/dir/p /dev/null'
	local mask
	for mask in 0 077; do
		umask "$mask"
		run -0 caisson run "$ID"
		umask 022
		assert_output "666
755
777
666"
	done
}

@test "listed: a default one again, and with other numbers" {
	devices '[{type: "c", path: "/dev/tty", major: 5, minor: 0, fileMode: 384},
		{type: "c", path: "/dev/null/", major: 1, minor: 5}]'
	inside "$NUMBERS /dev/tty /dev/null"
	assert_output "/dev/tty character special file 5:0 600 0:0
/dev/null character special file 1:5 666 0:0"
}

@test "listed: the type of file in fileMode is left out" {
	devices '[{type: "c", path: "/dev/c", major: 1, minor: 5, fileMode: 8576}]'
	inside "$NUMBERS /dev/c"
	assert_output "/dev/c character special file 1:5 600 0:0"
}

@test "listed: a node that is there is taken when it is the same, and refused when not" {
	mknod -m 600 rootfs/node c 1 5
	devices '[{type: "c", path: "/node", major: 1, minor: 5, fileMode: 438}]'
	inside "$NUMBERS /node"
	assert_contains "/node character special file 1:5"
	local path
	for path in /node /bin/busybox /bin /bin/ls; do
		devices "[{type: \"c\", path: \"$path\", major: 1, minor: 7}]"
		refused 'linux.devices[0]' "$path" 'exists'
	done
}

@test "listed: errors name the place" {
	devices '[{type: "x", path: "/dev/c", major: 1, minor: 5}]'
	refused 'linux.devices[0].type' 'unknown device type'
	devices '[{type: "c", path: "/dev/c"}]'
	refused 'linux.devices[0].major'
	devices '[{type: "p", path: "relative"}]'
	refused 'linux.devices[0].path'
}

@test "in a user namespace: defaults are the host's, by bind; listed ones have their own nodes" {
	user_namespace
	devices '[{type: "c", path: "/dev/fuse", major: 10, minor: 229, fileMode: 438},
		{type: "b", path: "/dev/dir/b", major: 1, minor: 5, fileMode: 416, uid: 10, gid: 11},
		{type: "c", path: "/dev/other", major: 1, minor: 5, uid: 4},
		{type: "p", path: "/dev/p", fileMode: 384, uid: 5}]'
	inside "$NUMBERS /dev/null /dev/zero /dev/p /dev/fuse /dev/dir/b /dev/other
		echo x >/dev/null; head -c 2 /dev/zero /dev/other | od -An -tx1
		no mknod /dev/new c 1 3; cat /proc/self/mountinfo"
	assert_contains "/dev/null character special file 1:3 666"
	assert_contains "/dev/zero character special file 1:5 666"
	assert_contains "/dev/p fifo 0:0 600 5:0"
	assert_contains "/dev/fuse character special file a:e5 666 0:0"
	assert_contains "/dev/dir/b block special file 1:5 640 10:11"
	assert_contains "/dev/other character special file 1:5 666 4:0"
	assert_contains " 00 00"
	assert_mount /dev/null ro nosuid noexec
	assert_mount /dev/dir/b rw nosuid noexec '!nodev'
	assert_mount /dev/other rw nosuid noexec
	# None is left where they were made.
	detached create "$ID"
	assert_equal "$(find "$ROOT" -type c -o -type b)" ""
}

@test "in a user namespace with the host's ids nobody changes the host's nodes" {
	user_namespace 0
	grant_capabilities
	devices '[{type: "c", path: "/dev/mine", major: 1, minor: 5}]'
	local before
	before=$(stat -c '%a %u %g %Z' /dev/null /dev/zero)
	inside 'no chmod 600 /dev/null; no chown 5 /dev/zero; no touch /dev/null
		chmod 600 /dev/mine && chown 7:8 /dev/mine && stat -c "%a %u:%g" /dev/mine
		echo written >/dev/null && echo yes'
	assert_equal "$(stat -c '%a %u %g %Z' /dev/null /dev/zero)" "$before"
	assert_contains "600 7:8"
	assert_contains "yes"
}

@test "image: without a tmpfs the nodes are made in its /dev" {
	image_dev
	inside "$NUMBERS /dev/null /dev/tty"
	assert_contains "/dev/null character special file 1:3 666 0:0"
	# And again, where they are.
	inside "$NUMBERS /dev/null; readlink /dev/fd"
	assert_contains "/proc/self/fd"
}

@test "image: /dev as an absolute or relative symlink does not lead to the host" {
	mkdir "$TEST_DIR/host"
	rmdir rootfs/dev
	local to
	for to in "$TEST_DIR/host" ../../../../../../../../"$TEST_DIR/host"; do
		ln -s "$to" rootfs/dev
		image_dev
		run caisson run "$ID"
		assert_equal "$(ls -A "$TEST_DIR/host")" ""
		rm rootfs/dev
	done
}

@test "image: a link in the place of a node is not followed" {
	image_dev
	echo canary >"$TEST_DIR/canary"
	chmod 640 "$TEST_DIR/canary"
	local node before
	before=$(stat -c '%a %u %g %s %Y' "$TEST_DIR/canary")
	for node in null zero console ptmx stdin tty; do
		ln -s "$TEST_DIR/canary" "rootfs/dev/$node"
		run caisson run "$ID"
		rm -r rootfs/dev
		mkdir rootfs/dev
		assert_equal "$(stat -c '%a %u %g %s %Y' "$TEST_DIR/canary")" "$before"
	done
	assert_equal "$(<"$TEST_DIR/canary")" canary
}

@test "image: stdio is not given away through a false /dev/null" {
	image_dev
	echo canary >file
	chmod 600 file
	touch rootfs/dev/null
	mount --bind file rootfs/dev/null
	update_config '.process.user = {uid: 1000, gid: 1000}'
	run caisson run "$ID" </dev/null
	umount rootfs/dev/null
	assert_equal "$(stat -c '%a %u' file) $(<file)" "600 0 canary"
}

@test "a /dev that is bound from the host is left alone" {
	mkdir source
	update_config '(.mounts[] | select(.destination == "/dev")) = {destination: "/dev",
		source: "source",
		options: ["bind"]} | .mounts |= map(select(.destination | startswith("/dev/") |
		not))'
	inside 'ls -A /dev | wc -l'
	assert_output 0
	assert_equal "$(ls -A source)" ""
}
