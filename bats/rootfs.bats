# `root` and linux.rootfsPropagation.

bats_require_minimum_version 1.5.0
load helpers
load inside

@test "root.readonly: nothing of the image can be written, and mounts in it can" {
	add_mount /mnt/t tmpfs t
	inside 'no touch /new; no mkdir /home/new; no rm /bin/true; touch /mnt/t/new /dev/shm/new
		cat /proc/self/mountinfo'
	assert_mount / ro
	assert_mount /mnt/t rw
	[[ ! -e rootfs/new ]]
}

@test "root.readonly false: the image is written to" {
	update_config '.root.readonly = false'
	inside 'echo content >/new; cat /proc/self/mountinfo'
	assert_mount / rw
	assert_equal "$(<rootfs/new)" content
}

@test "root.readonly is the container's: the host's mount stays as it was" {
	inside 'true'
	touch rootfs/new
}

@test "root.readonly keeps the flags of the mount that the image is on" {
	mkdir image
	mount -t tmpfs -o nosuid,nodev t image
	cp -a rootfs/. image/
	update_config '.root.path = "image"'
	inside 'cat /proc/self/mountinfo'
	umount image
	assert_mount / ro nosuid nodev
}

@test "root.readonly in a user namespace, on flags that may not be changed there" {
	mkdir image
	mount -t tmpfs -o mode=755,nosuid,nodev,noatime t image
	cp -a rootfs/. image/
	update_config '.root.path = "image"'
	user_namespace
	inside 'no touch /new; cat /proc/self/mountinfo'
	umount image
	assert_mount / ro nosuid nodev noatime
}

@test "root.path: absolute, and \".\"" {
	local elsewhere
	update_config '.root.path = $path' --arg path "$BUNDLE/rootfs"
	inside 'ls -d /bin'
	elsewhere=$TEST_DIR/elsewhere
	cp -a rootfs "$elsewhere"
	jq '.root.path = "."' config.json >"$elsewhere/config.json"
	run -0 caisson run --bundle "$elsewhere" "$ID"
	assert_output /bin
}

@test "root.path: missing, a file, and a symlink are refused" {
	update_config '.root.path = "nonesuch"'
	refused root.path nonesuch
	touch file
	update_config '.root.path = "file"'
	refused root.path file
}

@test "rootfsPropagation: each word is the state of /" {
	local word
	for word in shared private unbindable; do
		update_config '.linux.rootfsPropagation = $word' --arg word "$word"
		inside 'cat /proc/self/mountinfo'
		assert_equal "$(propagation_at /)" "$word"
		assert_equal "$(propagation_at /proc)" private
		update_config '.linux.rootfsPropagation = $word' --arg word "r$word"
		inside 'cat /proc/self/mountinfo'
		assert_equal "$(propagation_at /)" "$word"
		assert_equal "$(propagation_at /proc)" "$word"
	done
	update_config '.linux.rootfsPropagation = "nonsense"'
	refused rootfsPropagation nonsense
}

@test "rootfsPropagation slave: / follows what the host mounts in the image" {
	local word
	mount --bind rootfs rootfs
	mount --make-shared rootfs
	for word in rslave slave; do
		update_config '.linux.rootfsPropagation = $word' --arg word "$word"
		set_args sleep 1000
		start_container
		mount -t tmpfs marked rootfs/mnt
		run -0 caisson exec "$ID" cat /proc/self/mountinfo
		umount rootfs/mnt
		caisson delete --force "$ID"
		assert_equal "$(propagation_at /)" slave
		assert_contains marked "$(superblock_at /mnt)"
	done
	umount rootfs
}

@test "rootfsPropagation shared: the container's mounts do not reach the host through the image" {
	grant_capabilities
	mount --bind rootfs rootfs
	mount --make-shared rootfs
	update_config '.linux.rootfsPropagation = "shared"'
	inside 'mount -t tmpfs marked /mnt; grep -c marked /proc/self/mountinfo'
	assert_output 1
	run -1 grep marked /proc/self/mountinfo
	umount rootfs
}

@test "by default the container's mounts are its own, where all of the host's are shared" {
	grant_capabilities
	mount --bind "$BUNDLE" "$BUNDLE"
	mount --make-rshared "$BUNDLE"
	cd "$BUNDLE"
	add_mount /mnt/planned tmpfs marked
	inside 'mount -t tmpfs marked /mnt/planned; grep -c marked /proc/self/mountinfo
		cat /proc/self/mountinfo'
	assert_equal "${lines[0]}" 2
	refute_contains shared:
	run -1 grep marked /proc/self/mountinfo
	cd /
	umount "$BUNDLE"
}

# What a nested user namespace may mount: only what the whole of can be seen already.
# shellcheck disable=SC2016
NESTED='nested() { unshare -Urmpf "$@"; }
	nested true
	no nested mount -t proc proc /mnt
	no unshare -Urmnf mount -t sysfs sysfs /mnt
	echo tried
'

@test "--no-pivot: the same view, with nothing of the host below" {
	grant_capabilities CAP_SETFCAP
	inside 'cut -d" " -f5 /proc/self/mountinfo | sort; ls /; readlink /proc/self/root'
	local pivoted=$output
	run -0 caisson run --no-pivot "$ID"
	assert_output "$pivoted"
	refute_contains "$TEST_DIR"
}

@test "--no-pivot: proc and sysfs of the host, wherever they are, give no right to unmasked ones" {
	grant_capabilities CAP_SETFCAP
	mkdir "$TEST_DIR/proc" "$TEST_DIR/sysfs"
	mount -t proc proc "$TEST_DIR/proc"
	mount -t sysfs sysfs "$TEST_DIR/sysfs"
	set_script "$WORDS$NESTED"
	run caisson run --no-pivot "$ID"
	umount "$TEST_DIR/proc" "$TEST_DIR/sysfs"
	((status == 0)) || fail "$output"
	assert_contains tried
	assert_contains 'permission denied'
}

@test "--no-pivot in a user namespace, where the host's mounts are locked" {
	grant_capabilities CAP_SETFCAP
	user_namespace
	set_script "$WORDS$NESTED"
	run caisson run --no-pivot "$ID"
	((status == 0)) || fail "$output"
	assert_contains tried
	assert_contains 'permission denied'
}

@test "--no-pivot: the host keeps its proc and sysfs, where all mounts are shared" {
	update_config '.linux.rootfsPropagation = "rshared"'
	set_args true
	# Its mounts are copies, so that what goes wrong stays there.
	run -0 unshare --mount sh -c 'mount --make-rshared /
		before=$(cut -d" " -f5 /proc/self/mountinfo | sort)
		"$0" "$@" && stat -f -c %T /proc /sys &&
			test "$(cut -d" " -f5 /proc/self/mountinfo | sort)" = "$before"' \
		"$CAISSON" --root "$ROOT" run --no-pivot "$ID"
	assert_output "proc
sysfs"
}

@test "without a mount namespace the root is a chroot" {
	namespace_remove mount
	update_config '.mounts = [] | .root.readonly = false | del(.linux.maskedPaths,
		.linux.readonlyPaths)'
	inside "ls -d /bin; no ls -d '$TEST_DIR'; readlink /proc/self/root || pwd"
	assert_equal "${lines[0]}" /bin
}

@test "the root of the container has no way up" {
	inside 'ls -d /../../bin; cd ..; ls -d ../../bin; stat -c %i / /.. | uniq | wc -l'
	assert_output "/../../bin
../../bin
1"
}
