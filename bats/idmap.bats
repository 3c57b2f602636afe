# Id-mapped mounts: what stat and new files say of owners, on both sides.

bats_require_minimum_version 1.5.0
load helpers
load inside

setup() {
	setup_bundle
	grant_capabilities
	# Which the root of a user namespace could not make.
	mkdir -p rootfs/media rootfs/srv source/dir
	echo content >source/file
	chown 1:2 source/file
	chown 1000:1000 source/dir
}

teardown() {
	teardown_holder
}

# map_mount FIRST SIZE - the last mount's maps: its file system's ids from 0 on are FIRST and on
map_mount() {
	update_config '.mounts[-1].uidMappings = [{containerID: 0, hostID: $first, size: $size}]
		| .mounts[-1].gidMappings = .mounts[-1].uidMappings' \
		--argjson first "$1" --argjson size "$2"
}

OWNERS='stat -c "%n %u:%g"'

@test "a bind's own maps, without a user namespace" {
	add_mount /mnt '' source bind
	map_mount 5000 2000
	inside "cd /mnt; $OWNERS . file dir; cat file"
	assert_output ". 5000:5000
file 5001:5002
dir 6000:6000
content"
	assert_equal "$(stat -c %u:%g source/file)" 1:2
}

@test "new files get the file system's ids, and who has none there makes none" {
	chmod 777 source
	add_mount /mnt '' source bind
	map_mount 5000 2000
	update_config '.process.user = {uid: 5003, gid: 5004}'
	inside 'touch /mnt/new; stat -c %u:%g /mnt/new'
	assert_output 5003:5004
	assert_equal "$(stat -c %u:%g source/new)" 3:4
	update_config '.process.user = {uid: 0, gid: 0}'
	inside 'no touch /mnt/none'
	assert_contains "Value too large for"
	[[ ! -e source/none ]]
}

@test "idmap without maps takes those of the container's user namespace" {
	user_namespace
	add_mount /mnt '' source bind idmap
	add_mount /tmp '' source bind
	inside "cd /mnt; $OWNERS . file dir; touch dir/new; chown 7:8 dir/new; $OWNERS /tmp/file"
	assert_output ". 0:0
file 1:2
dir 1000:1000
/tmp/file 65534:65534"
	assert_equal "$(stat -c %u:%g source/dir/new)" 7:8
}

@test "a bind's own maps in a user namespace are the host's ids" {
	user_namespace
	add_mount /mnt '' source bind
	map_mount 100500 2000
	inside "cd /mnt; $OWNERS . file dir"
	assert_output ". 500:500
file 501:502
dir 1500:1500"
}

@test "maps that are the container's own, with idmap and without the word" {
	user_namespace
	add_mount /mnt '' source bind
	map_mount 100000 65536
	add_mount /media '' source bind idmap
	map_mount 100000 65536
	inside "$OWNERS /mnt/file /media/file"
	assert_output "/mnt/file 1:2
/media/file 1:2"
}

@test "several ranges, of the container and of a mount" {
	namespace_add user
	update_config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1},
			{containerID: 1, hostID: 200000, size: 10},
			{containerID: 1000, hostID: 300000, size: 5}]
		| .linux.gidMappings = .linux.uidMappings'
	chmod 755 "$BUNDLE"
	add_mount /mnt '' source bind idmap
	add_mount /media '' source bind
	update_config '.mounts[-1] |= (.uidMappings = [{containerID: 1000, hostID: 100000, size: 1},
			{containerID: 1, hostID: 200004, size: 3}, {containerID: 0, hostID: 300001, size: 1}]
		| .gidMappings = .uidMappings)'
	inside "cat /proc/self/uid_map | tr -s ' '; $OWNERS /mnt /mnt/file /mnt/dir /media /media/file /media/dir
		touch /mnt/dir/n; chown 1003:4 /mnt/dir/n"
	assert_output " 0 100000 1
 1 200000 10
 1000 300000 5
/mnt 0:0
/mnt/file 1:2
/mnt/dir 1000:1000
/media 1001:1001
/media/file 5:6
/media/dir 0:0"
	assert_equal "$(stat -c %u:%g source/dir/n)" 1003:4
}

@test "340 ranges, which is what the kernel takes" {
	add_mount /mnt '' source bind
	update_config '.mounts[-1] |= (.uidMappings = [range(340) | {containerID: ., hostID: (5000 + 2 * .), size: 1}]
		| .gidMappings = .uidMappings)'
	chown 339:338 source/file
	inside "$OWNERS /mnt/file"
	assert_output "/mnt/file 5678:5676"
	update_config '.mounts[-1].uidMappings += [{containerID: 400, hostID: 9000, size: 1}]'
	refused 'mounts[7]' 340
}

@test "a user namespace that is joined, of several ranges" {
	hold --user
	# By one write(2), which the shell's own printf isn't.
	cat <<<$'0 150000 1000\n1000 250000 1000' >"/proc/$holder/uid_map"
	cat <<<$'0 150000 1000\n1000 250000 1000' >"/proc/$holder/gid_map"
	namespace_add user "/proc/$holder/ns/user"
	chmod 755 "$BUNDLE"
	add_mount /mnt '' source bind idmap
	add_mount /media '' source bind
	map_mount 150100 2
	inside "$OWNERS /mnt /mnt/file /mnt/dir /media /media/file; readlink /proc/self/ns/user
		touch /mnt/dir/n; chown 1500:3 /mnt/dir/n"
	local link
	link=$(readlink "/proc/$holder/ns/user")
	release
	assert_output "/mnt 0:0
/mnt/file 1:2
/mnt/dir 1000:1000
/media 100:100
/media/file 101:65534
$link"
	assert_equal "$(stat -c %u:%g source/dir/n)" 1500:3
}

@test "idmap is of the top, ridmap of all below" {
	mount -t tmpfs -o mode=755,uid=3,gid=3 outer source
	mkdir source/below
	mount -t tmpfs -o mode=755,uid=4,gid=4 inner source/below
	add_mount /mnt '' source rbind idmap
	map_mount 5000 10
	add_mount /media '' source rbind ridmap
	map_mount 5000 10
	add_mount /srv '' source rbind
	map_mount 5000 10
	inside "$OWNERS /mnt /mnt/below /media /media/below /srv /srv/below"
	umount -R source
	assert_output "/mnt 5003:5003
/mnt/below 4:4
/media 5003:5003
/media/below 5004:5004
/srv 5003:5003
/srv/below 4:4"
}

@test "other words go with it: read-only, nosuid, propagation, several mounts of one source" {
	add_mount /mnt/a '' source bind ro nosuid rshared
	map_mount 5000 10
	add_mount /mnt/b '' source bind noexec
	map_mount 6000 10
	add_mount /mnt/c '' source bind
	inside "no touch /mnt/a/x 2>/dev/null; $OWNERS /mnt/a/file /mnt/b/file /mnt/c/file; cat /proc/self/mountinfo"
	assert_contains "/mnt/a/file 5001:5002
/mnt/b/file 6001:6002
/mnt/c/file 1:2"
	assert_mount /mnt/a ro nosuid idmapped
	assert_equal "$(propagation_at /mnt/a)" shared
	assert_mount /mnt/b noexec idmapped
	assert_mount /mnt/c !idmapped !noexec
}

@test "a single file" {
	add_mount /mnt/file '' source/file bind
	map_mount 5000 10
	inside "$OWNERS /mnt/file"
	assert_output "/mnt/file 5001:5002"
}

@test "new file systems, not binds alone" {
	add_mount /mnt tmpfs t mode=0777,uid=3,gid=4
	map_mount 5000 10
	update_config '.process.user = {uid: 5001, gid: 5002}'
	inside "$OWNERS /mnt; touch /mnt/new; $OWNERS /mnt/new; cat /proc/self/mountinfo"
	assert_contains "/mnt 5003:5004
/mnt/new 5001:5002"
	assert_mount /mnt idmapped
}

@test "a file system on a block device" {
	command -v mkfs.ext4 >/dev/null || skip "no mkfs.ext4"
	local loop
	truncate -s 8M image
	mkfs.ext4 -q -E root_owner=7:8 image
	loop=$(losetup --find --show image) || skip "no loop device"
	update_config '.linux.resources.devices += [{allow: true, access: "rwm"}]'
	add_mount /mnt ext4 "$loop"
	map_mount 5000 10
	set_script "$OWNERS /mnt; cat /proc/self/mountinfo"
	run caisson run "$ID"
	losetup --detach "$loop"
	((status == 0)) || fail "$output"
	assert_contains "/mnt 5007:5008"
	assert_mount /mnt idmapped
}

@test "a new tmpfs in a user namespace: with idmap it is as without, and with maps as they say" {
	user_namespace
	add_mount /mnt tmpfs t idmap mode=0755 uid=3 gid=3
	add_mount /media tmpfs t mode=0755 uid=3 gid=3
	map_mount 100500 10
	add_mount /srv tmpfs t mode=0755 uid=3 gid=3
	map_mount 100000 65536
	inside "$OWNERS /mnt /media /srv; cat /proc/self/mountinfo"
	assert_contains "/mnt 3:3
/media 503:503
/srv 3:3"
	assert_mount /mnt !idmapped
	assert_mount /media idmapped
}

@test "tmpcopyup: the image's owners are the new file system's" {
	mkdir rootfs/data
	echo x >rootfs/data/file
	chown 1:2 rootfs/data/file
	add_mount /data tmpfs t tmpcopyup mode=755
	map_mount 5000 10
	inside "cd /data; cat file; $OWNERS . file"
	assert_output "x
. 5000:5000
file 5001:5002"
}

@test "in order: the source may be an earlier mount, with a user namespace and without" {
	mkdir rootfs/first
	add_mount /first tmpfs t mode=0755,uid=3,gid=3
	add_mount /mnt '' rootfs/first bind
	map_mount 5000 10
	inside "$OWNERS /mnt; cat /proc/self/mountinfo"
	assert_contains "/mnt 5003:5003"
	assert_mount /mnt idmapped
	user_namespace
	update_config '.mounts[-1].uidMappings[0].hostID = 100500 | .mounts[-1].gidMappings[0].hostID = 100500'
	inside "$OWNERS /mnt; cat /proc/self/mountinfo"
	assert_contains "/mnt 503:503"
}

@test "a source that the container's root may not reach" {
	mkdir -p private/data
	echo x >private/data/file
	chmod 700 private
	user_namespace
	add_mount /mnt '' private/data bind idmap
	inside "$OWNERS /mnt/file; cat /mnt/file"
	assert_output "/mnt/file 0:0
x"
}

@test "the longer form of crun, absolute and relative to the container's ids" {
	add_mount /mnt '' source bind 'idmap=uids=0-5000-1#1-6000-5;gids=0-7000-10'
	inside "$OWNERS /mnt /mnt/file"
	assert_output "/mnt 5000:7000
/mnt/file 6000:7002"
	user_namespace
	update_config '.mounts[-1].options = ["rbind", "ridmap=uids=@0-50-10;gids=@0-60-10"]'
	inside "$OWNERS /mnt /mnt/file"
	assert_output "/mnt 50:60
/mnt/file 51:62"
	update_config '.mounts[-1].options = ["bind", "idmap=uids=@0-70000-10;gids=@0-60-10"]'
	refused 'mounts[7]' '@0-70000-10' 'does not map'
	update_config '.mounts[-1].options = ["bind", "idmap=uids=0-1;gids=0-1-1"]'
	refused 'mounts[7]' 'is no range of ids'
	update_config '.mounts[-1].options = ["bind", "idmap=uids=0-1-1"]'
	refused 'mounts[7]' 'need each other'
}

@test "no descriptor of it is left, and the host's mounts are as they were" {
	add_mount /mnt '' source bind
	map_mount 5000 10
	set_args sleep 1000
	start_container
	run -0 caisson exec "$ID" sh -c 'ls -l /proc/1/fd; stat -c %u /mnt/file'
	refute_contains "$BUNDLE"
	refute_contains user:
	assert_equal "${lines[-1]}" 5001
	run -1 grep "$BUNDLE/source" /proc/self/mountinfo
}

@test "both roads" {
	add_mount /mnt '' source bind
	map_mount 5000 10
	set_script "$OWNERS /mnt/file"
	run -0 caisson run --general-road "$ID"
	assert_output "/mnt/file 5001:5002"
}

@test "refused: without maps and user namespace, one kind of maps, other kinds of mounts" {
	add_mount /mnt '' source bind idmap
	refused 'mounts[7]' idmap uidMappings
	update_config '.mounts[-1].options = ["rbind", "ridmap"]'
	refused 'mounts[7]' idmap uidMappings
	update_config '.mounts[-1].uidMappings = [{containerID: 0, hostID: 1, size: 1}]'
	refused 'mounts[7]' gidMappings
	map_mount 5000 10
	update_config '.mounts[-1] |= (.type = "cgroup" | .source = "cgroup" | .options = [])'
	refused 'mounts[7]' 'ids'
}

@test "refused: by the file system, which is named" {
	add_mount /mnt '' /proc bind
	map_mount 5000 10
	refused 'mounts[7]' "'/proc'" "'/mnt'" '(proc)' 'does not support id-mapped mounts'
	mkdir -p lower
	update_config '.mounts[-1] |= (.type = "overlay" | .source = "overlay" | .options = ["lowerdir=" + $l])' \
		--arg l "$BUNDLE/lower:$BUNDLE/source"
	refused 'mounts[7]' '(overlay)' 'does not support id-mapped mounts'
}

@test "refused: a tree that has a file system below which refuses" {
	mkdir source/below
	mount -t ramfs r source/below
	add_mount /mnt '' source rbind ridmap
	map_mount 5000 10
	run -1 caisson run "$ID"
	umount source/below
	assert_contains 'mounts[7]'
	assert_contains 'or one mounted below'
	assert_gone
}

# nested - as a rootless engine does: in a user and a mount namespace, which own nothing of the host's.
nested() {
	run unshare --user --map-root-user --mount "$CAISSON" --root "$ROOT" --cgroup-manager disabled run "$ID"
}

@test "in a user namespace of our caller's: new file systems are mapped, and those of the host refuse" {
	update_config 'del(.linux.resources, .linux.cgroupsPath)
		| (.mounts[] | select(.type == "devpts").options) -= ["gid=5"]'
	add_mount /mnt '' source bind
	map_mount 0 1
	nested
	assert_equal "$status" 1
	assert_contains "mounts[7]: mount '$BUNDLE/source' to '/mnt': the ids of this mount cannot be mapped"
	assert_contains "CAP_SYS_ADMIN on its file system"
	refute_contains "mount the file systems"
	update_config '.mounts[-1] |= (.type = "tmpfs" | .source = "t" | .options = ["mode=750"])'
	set_script "$OWNERS /mnt; cat /proc/self/mountinfo"
	nested
	((status == 0)) || fail "$output"
	assert_contains "/mnt 0:0"
	assert_mount /mnt idmapped
}

@test "what fails beside an id-mapped mount is told as without" {
	add_mount /mnt '' source bind
	map_mount 5000 10
	add_mount /media '' nonesuch bind
	refused "init: mount the file systems: mounts[8]: mount '$BUNDLE/nonesuch'"
	refute_contains 'map the ids'
}
