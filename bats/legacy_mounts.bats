# Without the newer mount calls and openat2(2) the container is the same: legacy.c takes them away.

bats_require_minimum_version 1.5.0
load helpers
load inside

setup() {
	setup_bundle
	LEGACY=$BATS_RUN_TMPDIR/legacy
	[[ -x $LEGACY ]] || ${CC:-cc} -o "$LEGACY" "$BATS_TEST_DIRNAME/legacy.c" ||
		skip "no compiler"
}

# The table of mounts without the numbers that differ from one container to the next.
VIEW='sed -E "s/^[0-9]+ [0-9]+ [0-9]+:[0-9]+ //; s/(shared|master):[0-9]+/\1/g" /proc/self/mountinfo
	stat -c "%n %F %a %u:%g %t:%T" /dev/* /dev /proc /sys /tmp /mnt /mnt/*
	grep -E "^(Cap|NoNew|Uid|Gid|Groups)" /proc/self/status'

# same_view - with and without the calls
same_view() {
	local expected
	set_script "$VIEW"
	# Once for the mount points, which have another effect where they are there already.
	run caisson run "$ID"
	run caisson run "$ID"
	((status == 0)) || fail "$output"
	expected=$(sort <<<"$output")
	run "$LEGACY" "$CAISSON" --root "$ROOT" run "$ID"
	((status == 0)) || fail "legacy: status $status: $output"
	diff <(echo "$expected") <(sort <<<"$output") || fail "the views differ"
}

@test "the launcher takes the calls away" {
	command -v strace >/dev/null || skip "no strace"
	run -0 untraced strace -qfe trace=fsopen,open_tree,openat2 "$LEGACY" "$CAISSON" --root "$ROOT" run \
		"$ID"
	assert_contains ENOSYS
	refute_contains ") = 3"
}

@test "the default configuration" {
	same_view
}

@test "binds, tmpfs and their flags" {
	mkdir source
	echo content >source/file
	add_mount /mnt/bound '' source bind ro nosuid
	add_mount /mnt/exec '' source bind noexec nodev noatime
	add_mount /mnt/file '' source/file bind ro
	add_mount /mnt/t tmpfs t size=1m mode=700 ro
	add_mount /mnt/shared tmpfs t rshared
	add_mount /mnt/private '' source rbind rprivate
	same_view
}

@test "tmpcopyup, remount, order" {
	mkdir -p rootfs/var/data
	echo content >rootfs/var/data/file
	add_mount /var/data tmpfs t tmpcopyup ro
	add_mount /mnt/t tmpfs t
	add_mount /mnt/t '' '' remount ro noexec
	add_mount /mnt/t tmpfs over
	VIEW+="; cat /var/data/file; (touch /var/data/x 2>&1 || true)"
	same_view
	assert_contains content
	assert_contains "Read-only file system"
}

@test "remount of a file system's options, symlinks" {
	ln -s text link
	add_mount /mnt/t tmpfs t size=64k lazytime
	add_mount /mnt/t tmpfs '' remount size=128k lazytime nosuid
	add_mount /mnt/copy '' link bind copy-symlink
	VIEW+="; readlink /mnt/copy"
	same_view
	assert_contains size=128k
}

@test "id-mapped mounts are refused, and by their place" {
	add_mount /mnt/t tmpfs t
	update_config '.mounts[-1] |= (.uidMappings = [{containerID: 0, hostID: 5000, size: 10}]
		| .gidMappings = .uidMappings)'
	run -1 "$LEGACY" "$CAISSON" --root "$ROOT" run "$ID"
	assert_contains 'mounts[7]'
	assert_contains 'id-mapped mounts need'
}

@test "recursive read-only" {
	mkdir source
	mount -t tmpfs outer source
	mkdir source/below
	mount -t tmpfs inner source/below
	add_mount /mnt/all '' source rbind rro
	set_script 'cat /proc/self/mountinfo'
	run "$LEGACY" "$CAISSON" --root "$ROOT" run "$ID"
	umount -R source
	# Either it is so or it is refused; never is it writable.
	if ((status == 0)); then
		assert_mount /mnt/all ro
		assert_mount /mnt/all/below ro
	else
		assert_contains 'mounts[7]'
	fi
}

@test "rootfsPropagation, a writable root, masked and read-only paths of the image" {
	mkdir rootfs/hidden rootfs/fixed
	touch rootfs/hidden/file rootfs/file
	update_config '.root.readonly = false | .linux.rootfsPropagation = "rshared"
		| .linux.maskedPaths += ["/hidden", "/file"] | .linux.readonlyPaths += ["/fixed"]'
	same_view
}

@test "a user namespace" {
	user_namespace
	same_view
}

@test "flags that a user namespace locks stay" {
	mkdir source
	mount -t tmpfs t source
	mount -o remount,bind,ro,nosuid,nodev,noexec,noatime,nodiratime source
	user_namespace
	mkdir rootfs/media
	add_mount /mnt '' source bind nosymfollow
	add_mount /media '' source bind exec
	set_script 'cat /proc/self/mountinfo'
	run "$LEGACY" "$CAISSON" --root "$ROOT" run "$ID"
	local refusal=$output refused=$status
	update_config 'del(.mounts[-1])'
	run "$LEGACY" "$CAISSON" --root "$ROOT" run "$ID"
	umount source
	((status == 0)) || fail "$output"
	assert_mount /mnt ro nosuid nodev noexec noatime nodiratime nosymfollow
	assert_equal "$refused" 1
	assert_contains 'mounts[8]' "$refusal"
}

@test "a cgroup namespace, devices, --no-pivot" {
	namespace_add cgroup
	update_config '.linux.devices = [{type: "c", path: "/dev/fuse", major: 10, minor: 229,
		fileMode: 384}]'
	same_view
	set_script "$VIEW"
	run -0 caisson run "$ID"
	local expected=$output
	run -0 "$LEGACY" "$CAISSON" --root "$ROOT" run --no-pivot "$ID"
	assert_output "$expected"
}

@test "symlinks of the image stay in the image" {
	mkdir -p source rootfs/real "$TEST_DIR/host"
	ln -s /real rootfs/absolute
	ln -s ../../../../../real rootfs/relative
	ln -s "$TEST_DIR/host" rootfs/out
	add_mount /absolute/a tmpfs t
	add_mount /relative/b '' source bind
	add_mount /out/c '' source bind
	same_view
	assert_equal "$(ls -A "$TEST_DIR/host")" ""
	rmdir rootfs/proc
	ln -s /tmp rootfs/proc
	run -1 "$LEGACY" "$CAISSON" --root "$ROOT" run "$ID"
	assert_contains 'must be mounted on ordinary directory'
}

@test "exec finds the same" {
	sleeping_container
	run -0 "$LEGACY" "$CAISSON" --root "$ROOT" exec "$ID" sh -c 'cat /proc/self/mountinfo
		readlink /proc/self/root'
	local expected=$output
	run -0 caisson exec "$ID" sh -c 'cat /proc/self/mountinfo; readlink /proc/self/root'
	assert_output "$expected"
}
