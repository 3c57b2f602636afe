# Words of mounts[].options beyond the plain flags: recursive ones and their negations, those of the
# superblock, remount, symlinks, and what a user namespace locks.

bats_require_minimum_version 1.5.0
load helpers
load inside

MOUNTINFO='cat /proc/self/mountinfo'

# mount_tree OPTIONS - a tmpfs at source, and one with these options at source/below.
mount_tree() {
	mkdir source
	mount -t tmpfs outer source
	mkdir source/below
	mount -t tmpfs inner source/below
	mount -o "remount,bind,$1" source/below
	mount -o "remount,bind,$1" source
}

# see - runs the container, takes the tree away, and has $output with the container's mounts.
see() {
	set_script "$WORDS${1-}
		cat /proc/self/mountinfo"
	run caisson run "$ID"
	! mountpoint -q source || umount -R source
	((status == 0)) || fail "status $status: $output"
}

@test "recursive words and what takes them back, on top and below" {
	local word
	mount_tree rw
	for word in ro nosuid nodev noexec noatime nodiratime nosymfollow; do
		add_mount "/mnt/set-$word" '' source rbind "r$word"
		add_mount "/mnt/unset-$word" '' source rbind "r$word" "r${word/#no/}"
	done
	update_config '(.mounts[] | select(.destination == "/mnt/unset-ro").options)[2] = "rrw"'
	see
	for word in ro nosuid nodev noexec noatime nodiratime nosymfollow; do
		assert_mount "/mnt/set-$word" "$word"
		assert_mount "/mnt/set-$word/below" "$word"
		assert_mount "/mnt/unset-$word" "!$word"
		assert_mount "/mnt/unset-$word/below" "!$word"
	done
}

@test "recursive words clear what the source has" {
	mount_tree ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow
	add_mount /mnt/all '' source rbind rrw rsuid rdev rexec ratime rdiratime rsymfollow
	add_mount /mnt/same '' source rbind rnorelatime
	add_mount /mnt/top '' source rbind rw suid dev exec atime diratime symfollow
	see
	local at
	for at in /mnt/all /mnt/all/below /mnt/top; do
		assert_mount "$at" rw !nosuid !nodev !noexec !noatime !nodiratime !nosymfollow
	done
	for at in /mnt/same /mnt/same/below /mnt/top/below; do
		assert_mount "$at" ro nosuid nodev noexec noatime nodiratime nosymfollow
	done
}

@test "the atime field is one value: the last word for it counts" {
	mount_tree noatime
	add_mount /mnt/strict '' source rbind rstrictatime
	add_mount /mnt/relative '' source rbind rnoatime rrelatime
	add_mount /mnt/none '' source rbind rstrictatime rnoatime
	add_mount /mnt/taken '' source rbind rstrictatime rnostrictatime
	add_mount /mnt/plain '' source bind relatime
	see
	local at
	for at in '' /below; do
		assert_mount "/mnt/strict$at" !noatime !relatime
		assert_mount "/mnt/relative$at" relatime !noatime
		assert_mount "/mnt/none$at" noatime !relatime
		assert_mount "/mnt/taken$at" relatime !noatime
	done
	assert_mount /mnt/plain relatime !noatime
}

@test "rro beside ro and rw, plain words beside recursive ones" {
	mount_tree rw
	add_mount /mnt/a '' source rbind ro rrw
	add_mount /mnt/b '' source rbind nosuid rnodev
	add_mount /mnt/c '' source rbind noexec rexec
	see
	assert_mount /mnt/a rw
	assert_mount /mnt/b nosuid nodev
	assert_mount /mnt/b/below !nosuid nodev
	assert_mount /mnt/c !noexec
}

@test "recursive words of new file systems, which have nothing below" {
	add_mount /mnt/t tmpfs t rro rnosuid rnodev rnoexec rnoatime rnosymfollow
	add_mount /mnt/u tmpfs t nosuid noexec rsuid rexec
	add_mount /mnt/filled tmpfs t rro tmpcopyup
	mkdir -p rootfs/mnt/filled
	echo content >rootfs/mnt/filled/file
	see 'no touch /mnt/t/x; cat /mnt/filled/file; no touch /mnt/filled/x'
	assert_mount /mnt/t ro nosuid nodev noexec noatime nosymfollow
	assert_mount /mnt/u rw !nosuid !noexec
	assert_mount /mnt/filled ro
	assert_contains content
}

@test "a cgroup mount that is rro is read-only in all its parts" {
	update_config '(.mounts[] | select(.type == "cgroup").options) = ["rro", "nosuid"]'
	see
	local at
	while read -r at; do
		assert_mount "$at" ro nosuid
	done < <(awk '$5 ~ "^/sys/fs/cgroup" { print $5 }' <<<"$output")
	assert_mount /sys/fs/cgroup
}

@test "words of the superblock" {
	local word
	for word in lazytime sync dirsync; do
		add_mount "/mnt/$word" tmpfs t "$word"
	done
	add_mount /mnt/crun tmpfs t rsync rdirsync
	add_mount /mnt/back tmpfs t lazytime nolazytime sync async rsync rasync
	add_mount /mnt/plain tmpfs t nolazytime noiversion async nomand rnomand loud silent defaults
	see
	for word in lazytime sync dirsync; do
		assert_contains "$word" "$(superblock_at "/mnt/$word")"
		refute_contains "$word" "$(superblock_at /mnt/plain)"
		refute_contains "$word" "$(superblock_at /mnt/back)"
	done
	assert_contains sync,dirsync "$(superblock_at /mnt/crun)"
}

@test "mand and iversion get to the kernel" {
	command -v strace >/dev/null || skip "no strace"
	add_mount /mnt/i tmpfs t iversion
	add_mount /mnt/m tmpfs t mand
	set_script 'cat /proc/self/mountinfo'
	run -0 untraced strace -qqfe trace=mount,fsconfig "$CAISSON" --root "$ROOT" run "$ID"
	[[ $output =~ mount\([^\)]*MS_I_VERSION ]] || fail "$output"
	[[ $output =~ \"mand\" ]] || fail "$output"
	assert_mount /mnt/i
	assert_mount /mnt/m
}

@test "acl and noacl are the file system's own words" {
	command -v mkfs.ext4 >/dev/null || skip "no mkfs.ext4"
	local loop word
	truncate -s 2M image
	mkfs.ext4 -q image
	loop=$(losetup --find --show image) || skip "no loop device"
	update_config '.linux.resources.devices = [{allow: true, access: "rwm"}]'
	cp config.json plain
	local text=''
	for word in acl noacl; do
		cp plain config.json
		add_mount /mnt ext4 "$loop" "$word"
		set_script 'cat /proc/self/mountinfo'
		run caisson run "$ID"
		text+="$word: $status $(superblock_at /mnt) $(grep -o 'option .*' <<<"$output" || true)"$'\n'
	done
	cp plain config.json
	# One that has no such word says so.
	add_mount /mnt tmpfs t acl
	run caisson run "$ID"
	losetup --detach "$loop"
	assert_equal "$status" 1
	assert_contains "option 'acl'"
	[[ $text == 'acl: 0 ext4 '* && ${text%%$'\n'*} != *noacl* ]] || fail "$text"
	# Newer kernels don't do without in ext4, and say that they don't know the word.
	[[ $text == *$'\nnoacl: 0 ext4 '*noacl* || $text == *$'\nnoacl: 1 '*"option 'noacl'"* ]] || fail "$text"
}

@test "words of the superblock are no business of a bind's" {
	mkdir source
	mount -t tmpfs t source
	add_mount /mnt '' source bind sync lazytime
	see
	assert_equal "$(superblock_at /mnt | grep -c -E 'sync|lazytime')" 0
}

@test "remount: the options and flags of the file system, too" {
	add_mount /mnt/t tmpfs t size=64k lazytime nosuid
	add_mount /mnt/t tmpfs '' remount size=128k nr_inodes=77
	add_mount /mnt/u tmpfs t lazytime
	add_mount /mnt/u '' '' remount sync nolazytime noexec
	see 'dd if=/dev/zero of=/mnt/t/big bs=1k count=100 2>/dev/null
		no dd if=/dev/zero of=/mnt/t/big bs=1k count=200'
	assert_contains "size=128k,nr_inodes=77" "$(superblock_at /mnt/t)"
	assert_contains lazytime "$(superblock_at /mnt/t)"
	assert_mount /mnt/t nosuid
	assert_contains sync "$(superblock_at /mnt/u)"
	refute_contains lazytime "$(superblock_at /mnt/u)"
	assert_mount /mnt/u noexec
	assert_contains "No space left"
}

@test "remount of a bind leaves the host's file system alone" {
	mkdir source
	mount -t tmpfs -o size=1m t source
	add_mount /mnt '' source bind
	add_mount /mnt '' '' bind remount sync ro
	set_script 'cat /proc/self/mountinfo'
	run caisson run "$ID"
	local host
	host=$(grep " $BUNDLE/source " /proc/self/mountinfo)
	umount source
	assert_mount /mnt ro
	refute_contains sync "$host"
}

@test "remount: recursive words reach what is below" {
	mount_tree rw
	add_mount /mnt '' source rbind
	add_mount /mnt '' '' remount rro rnosuid
	see
	assert_mount /mnt ro nosuid
	assert_mount /mnt/below ro nosuid
}

@test "remount: what the file system does not know is refused" {
	add_mount /mnt tmpfs t
	add_mount /mnt tmpfs '' remount nonsense=1
	refused 'mounts[8]' /mnt 'nonsense=1'
}

@test "remount: of what is no mount is refused in words" {
	local options
	mkdir -p rootfs/mnt
	cp config.json plain
	for options in ro rro rprivate size=9k; do
		cp plain config.json
		add_mount /mnt tmpfs '' remount "$options"
		refused "mounts[7]: remount '/mnt': nothing is mounted there"
	done
}

@test "copy-symlink: a link of the host's becomes one of the image's" {
	ln -s ../some/where link
	add_mount /new/deep/link '' link bind copy-symlink
	add_mount /file '' config.json bind copy-symlink
	inside 'readlink /new/deep/link; head -c1 /file; stat -c %A /file; grep -c /new /proc/self/mountinfo || true'
	assert_equal "${lines[0]}" ../some/where
	assert_equal "${lines[-1]}" 0
	# As it is there now, and never over something else.
	inside 'readlink /new/deep/link'
	assert_output ../some/where
	rm rootfs/new/deep/link
	ln -s elsewhere rootfs/new/deep/link
	refused 'mounts[7]' /new/deep/link 'file exists'
	assert_equal "$(readlink rootfs/new/deep/link)" elsewhere
}

@test "copy-symlink: its target is made in the image, whatever link leads there" {
	mkdir "$TEST_DIR/host"
	ln -s text link
	ln -s "$TEST_DIR/host" rootfs/out
	add_mount /out/link '' link bind copy-symlink
	inside "readlink '$TEST_DIR/host/link'"
	assert_output text
	assert_equal "$(ls -A "$TEST_DIR/host")" ""
}

@test "src-nofollow: the link itself is mounted; without, what it leads to" {
	echo content >file
	ln -s file link
	add_mount /mnt/link '' link bind src-nofollow
	add_mount /mnt/followed '' link bind
	inside 'readlink /mnt/link; cat /mnt/followed; cat /proc/self/mountinfo'
	assert_equal "${lines[0]}" file
	assert_equal "${lines[1]}" content
	assert_mount /mnt/link
	[[ $(mount_at /mnt/link) == *"/link /mnt/link "* ]]
}

@test "symlinks in a user namespace, also where its root may not go" {
	mkdir private
	ln -s text private/link
	chmod 700 private
	mkdir -m 777 rootfs/open
	user_namespace
	add_mount /open/copy '' private/link bind copy-symlink
	add_mount /open/link '' private/link bind src-nofollow
	inside 'readlink /open/copy; readlink /open/link'
	assert_output "text
text"
}

@test "dest-nofollow: the link is what is mounted on" {
	echo content >file
	mkdir dir
	ln -s /tmp/target rootfs/link
	ln -s /tmp rootfs/dirlink
	echo old >rootfs/tmp/target
	add_mount /link '' file bind dest-nofollow
	add_mount /mnt/new/file '' file bind dest-nofollow
	add_mount /mnt/dir tmpfs t dest-nofollow
	inside 'cat /link /tmp/target /mnt/new/file; cat /proc/self/mountinfo'
	assert_contains "content
old
content"
	assert_mount /link
	assert_mount /mnt/dir
	add_mount /dirlink '' dir bind dest-nofollow
	refused 'mounts[10]' /dirlink
	update_config '.mounts[10] = {destination: "/dirlink", type: "tmpfs", options: ["dest-nofollow"]}'
	refused 'mounts[10]' /dirlink
}

@test "a user namespace keeps the flags that the source has, whatever is added" {
	mount_tree ro,nosuid,nodev,noexec,noatime
	user_namespace
	mkdir rootfs/media rootfs/srv
	add_mount /mnt '' source rbind
	add_mount /media '' source rbind rnosymfollow nosuid
	add_mount /srv '' source rbind ro rro
	see
	local at
	for at in /mnt /media /srv; do
		assert_mount "$at" ro nosuid nodev noexec noatime
		assert_mount "$at/below" ro nosuid nodev noexec noatime
	done
	assert_mount /media/below nosymfollow
}

@test "a user namespace does not let a flag of the source go: an error, and not silently" {
	local word
	mount_tree ro,nosuid,nodev,noexec,noatime
	user_namespace
	add_mount /mnt '' source rbind
	for word in rw suid dev exec atime strictatime rrw rsuid rdev rexec rstrictatime; do
		update_config '.mounts[-1].options = ["rbind", $word]' --arg word "$word"
		run caisson run "$ID"
		[[ $status == 1 ]] || break
		assert_contains 'mounts[7]'
		assert_contains 'operation not permitted'
	done
	umount -R source
	[[ $status == 1 ]] || fail "$word is taken"
	assert_gone
}

@test "words that none of us knows are the file system's, and an error of its" {
	add_mount /mnt tmpfs t rnonsense
	refused 'mounts[7]' rnonsense
	update_config '.mounts[-1] |= (.type = "bind" | .source = "rootfs" | .options = ["bind", "rnonsense"])'
	refused 'mounts[7]' rnonsense 'filesystem-specific'
}
