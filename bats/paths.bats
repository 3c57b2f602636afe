# linux.maskedPaths and linux.readonlyPaths.

bats_require_minimum_version 1.5.0
load helpers
load inside

masked() {
	# shellcheck disable=SC2016
	update_config '.linux.maskedPaths = $ARGS.positional' --args "$@"
}

readonly_paths() {
	# shellcheck disable=SC2016
	update_config '.linux.readonlyPaths = $ARGS.positional' --args "$@"
}

@test "masked: a file reads empty and stays, a directory is empty and read-only" {
	mkdir rootfs/dir
	echo secret >rootfs/file
	echo secret >rootfs/dir/file
	writable_root
	masked /file /dir
	inside 'cat /file; ls -A /dir; no touch /dir/new; no rm /file; no rmdir /dir
		no umount /file; no umount /dir
		cat /proc/self/mountinfo'
	refute_contains secret
	assert_mount /dir ro
	assert_equal "$(<rootfs/file)" secret
	assert_equal "$(<rootfs/dir/file)" secret
	assert_equal "$(stat -c %s rootfs/file)" 7
}

@test "masked: what is not there is left out" {
	masked /nonesuch /proc/nonesuch /bin/busybox/x
	inside 'ls /nonesuch || echo none'
	assert_contains none
	[[ ! -e rootfs/nonesuch ]]
}

@test "masked: twice is once, and the directories share one file system" {
	mkdir rootfs/one rootfs/two
	masked /one /two /one
	inside 'cat /proc/self/mountinfo'
	assert_equal "$(awk '$5 == "/one"' <<<"$output" | wc -l)" 1
	assert_equal "$(mount_at /one | cut -d' ' -f3)" "$(mount_at /two | cut -d' ' -f3)"
}

@test "masked: below a mount, on a read-only root, a directory in a directory" {
	mkdir -p source/inner
	echo secret >source/inner/file
	add_mount /mnt/bound '' source bind
	masked /mnt/bound/inner /mnt/bound
	inside 'ls -A /mnt/bound; cat /mnt/bound/inner/file || echo none'
	refute_contains secret
	assert_contains none
}

@test "masked: a symlink of the image leads to nothing but the image" {
	mkdir rootfs/real
	echo secret >rootfs/real/file
	ln -s real rootfs/link
	ln -s "$BUNDLE" rootfs/out
	masked /link/file /out
	inside 'cat /real/file; echo end'
	assert_output end
	[[ -e $BUNDLE/config.json ]]
}

@test "masked: devices, fifos and sockets read as /dev/null does" {
	mkfifo rootfs/fifo
	update_config '.linux.devices = [{type: "c", path: "/dev/extra", major: 1, minor: 5}]'
	masked /fifo /dev/extra
	inside 'cat /fifo /dev/extra | wc -c'
	assert_output 0
}

@test "masked: the defaults of the specification hide what they name" {
	inside 'cat /proc/keys /proc/timer_list | wc -c; ls -A /sys/firmware | wc -l'
	assert_output "0
0"
}

@test "masked: a link in the place of /dev/null does not become the mask" {
	echo canary >"$TEST_DIR/canary"
	echo secret >rootfs/file
	update_config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	mknod rootfs/dev/null c 1 3
	masked /file
	inside 'cat /file'
	assert_output ""
	rm rootfs/dev/null
	ln -s /file rootfs/dev/null
	run caisson run "$ID"
	((status != 0)) || assert_output ""
	assert_equal "$(<"$TEST_DIR/canary")" canary
}

@test "read-only: files, directories, mounts below, and nothing beside them" {
	mkdir -p source rootfs/dir rootfs/beside
	echo content >rootfs/file
	add_mount /dir/below '' source bind
	writable_root
	readonly_paths /file /dir /dir
	inside 'cat /file; no write /file; no touch /dir/new; touch /beside/new
		touch /dir/below/new; cat /proc/self/mountinfo'
	# As runc has it: a volume is writable where its mount says so.
	assert_mount /dir/below rw
	[[ -e source/new ]]
	assert_contains content
	assert_mount /file ro
	assert_mount /dir ro
	[[ -e rootfs/beside/new ]]
}

@test "read-only: the other flags of the mount stay" {
	mkdir source
	add_mount /mnt/t tmpfs t nosuid nodev noexec
	readonly_paths /mnt/t
	inside 'cat /proc/self/mountinfo'
	assert_mount /mnt/t ro nosuid nodev noexec
}

@test "read-only: what is not there is left out, a symlink stays in the image" {
	mkdir rootfs/real
	ln -s /real rootfs/link
	writable_root
	readonly_paths /nonesuch /link
	inside 'no touch /real/new; touch /tmp/new'
	assert_contains "Read-only file system"
	[[ ! -e rootfs/nonesuch ]]
}

@test "read-only: /proc/sys cannot be written by the container's root" {
	grant_capabilities
	inside 'no write /proc/sys/kernel/hostname'
	assert_contains "Read-only file system"
}

@test "errors name the place" {
	update_config '.linux.maskedPaths = ["/proc/kcore", "relative"]'
	refused 'linux.maskedPaths[1]'
	update_config '.linux.maskedPaths = [] | .linux.readonlyPaths = ["relative"]'
	refused 'linux.readonlyPaths[0]'
}

# It is the host's own inode that the container's root sees there, with what engines grant it.
@test "masked: what hides a file can't be given another owner, mode or time" {
	local before
	grant_capabilities
	set_script 'for what in "chown 100000:100000" "chmod 600" "touch -d @1"; do
			$what /proc/keys 2>&1 | grep -q "Read-only file system" || echo "done: $what"
		done; echo x >/proc/keys && cat /proc/keys && echo null'
	before=$(stat -c '%u %g %a %Y' /dev/null)
	run -0 caisson run "$ID"
	assert_equal "$(stat -c '%u %g %a %Y' /dev/null)" "$before"
	assert_output null
}
