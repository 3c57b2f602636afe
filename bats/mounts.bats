# What `mounts` says is what the container's mount table says.

bats_require_minimum_version 1.5.0
load helpers
load inside

MOUNTINFO='cat /proc/self/mountinfo'

@test "bind: a relative source is the bundle's, and the type may be missing" {
	mkdir source
	echo content >source/file
	add_mount /mnt/bound '' source bind
	inside 'cat /mnt/bound/file; echo more >/mnt/bound/other'
	assert_output content
	assert_equal "$(<source/other)" more
}

@test "bind: files, fifos, sockets, devices and symlinks are sources" {
	echo content >file
	mkfifo fifo
	ln -s file link
	command -v python3 >/dev/null || skip "no python3"
	python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
	add_mount /mnt/file '' file bind
	add_mount /mnt/fifo '' fifo bind
	add_mount /mnt/socket '' socket bind
	add_mount /mnt/null '' /dev/null bind
	add_mount /mnt/link '' link bind
	inside 'cd /mnt; stat -c "%n %F" fifo socket null; cat file link; test ! -L link'
	assert_output "fifo fifo
socket socket
null character special file
content
content"
}

@test "bind: a destination may be the host's path of a place in the root, and so may a source" {
	mkdir one two
	echo 1 >one/file
	echo 2 >two/file
	mkdir one/two
	add_mount /mnt/tree '' "$PWD/one" bind
	add_mount "$PWD/rootfs/mnt/tree/two" '' "$PWD/two" bind
	add_mount "$PWD/rootfs/mnt/copy" '' "$PWD/rootfs/mnt/tree" rbind
	inside 'cat /mnt/tree/file /mnt/tree/two/file /mnt/copy/file /mnt/copy/two/file'
	assert_output "1
2
1
2"
	[[ ! -e rootfs$PWD ]]
}

@test "bind: not recursive; rbind is" {
	mkdir source
	mount -t tmpfs outer source
	mkdir source/below
	mount -t tmpfs inner source/below
	add_mount /mnt/one '' source bind
	add_mount /mnt/all '' source rbind
	inside "$MOUNTINFO"
	umount -R source
	assert_equal "$(superblock_at /mnt/one | cut -d' ' -f2)" outer
	assert_equal "$(mount_at /mnt/one/below)" ""
	assert_equal "$(superblock_at /mnt/all | cut -d' ' -f2)" outer
	assert_equal "$(superblock_at /mnt/all/below | cut -d' ' -f2)" inner
}

@test "bind: read-only in the container alone" {
	mkdir source
	add_mount /mnt/ro '' source bind ro
	add_mount /mnt/rw '' source bind rw
	inside 'no touch /mnt/ro/a && touch /mnt/rw/b && ls /mnt/ro'
	assert_contains "Read-only file system"
	assert_contains b
	touch source/c
}

@test "bind: each word sets its flag and no other" {
	local word
	mkdir source
	for word in ro nosuid nodev noexec nosymfollow noatime nodiratime; do
		add_mount "/mnt/$word" '' source bind "$word"
	done
	add_mount /mnt/none '' source bind
	add_mount /mnt/strictatime '' source bind strictatime
	inside "$MOUNTINFO"
	local others
	for word in ro nosuid nodev noexec nosymfollow noatime nodiratime; do
		for others in ro nosuid nodev noexec nosymfollow noatime nodiratime; do
			[[ $others == "$word" ]] || assert_mount "/mnt/$word" "!$others"
		done
		assert_mount "/mnt/$word" "$word"
	done
	assert_mount /mnt/none rw !nosuid !nodev !noexec
	assert_mount /mnt/strictatime !relatime !noatime
}

@test "bind: the flags are those of the source, or with any word for one, those of the words" {
	mkdir source
	mount -t tmpfs -o ro,nosuid,nodev,noexec,noatime t source
	add_mount /mnt/same '' source bind
	add_mount /mnt/private '' source rbind rprivate
	add_mount /mnt/more '' source bind nosymfollow
	add_mount /mnt/less '' source bind rw suid dev exec atime
	add_mount /mnt/some '' source bind exec
	add_mount /mnt/other '' source bind ro nodev
	add_mount /mnt/times '' source bind relatime
	inside "$MOUNTINFO"
	umount source
	assert_mount /mnt/same ro nosuid nodev noexec noatime
	assert_mount /mnt/private ro nosuid nodev noexec noatime
	assert_mount /mnt/more rw !nosuid !nodev !noexec noatime nosymfollow
	assert_mount /mnt/less rw !nosuid !nodev !noexec !noatime
	assert_mount /mnt/some rw !nosuid !nodev !noexec noatime
	assert_mount /mnt/other ro !nosuid nodev !noexec noatime
	assert_mount /mnt/times rw !nosuid !nodev !noexec !noatime
}

@test "bind: in a user namespace, what the source has stays, and can't be cleared by a word" {
	user_namespace
	mkdir -p source rootfs/mnt/{more,free,less}
	mount -t tmpfs t source
	mount --bind -o remount,ro,nosuid,nosymfollow source
	add_mount /mnt/more '' source bind nodev
	add_mount /mnt/free '' source bind exec
	inside "$MOUNTINFO"
	assert_mount /mnt/more ro nosuid nodev !nosymfollow
	assert_mount /mnt/free ro nosuid !noexec !nosymfollow
	add_mount /mnt/less '' source bind rw
	run -1 caisson run "$ID"
	umount source
	assert_contains 'operation not permitted'
	assert_contains mounts
}

@test "rbind: ro is for the top alone, rro for all, also with others beside it" {
	[[ ${CAISSON_WITHOUT-} != all=* ]] || skip "mount_setattr(2) is taken away"
	mkdir source
	mount -t tmpfs outer source
	mkdir source/below
	mount -t tmpfs inner source/below
	add_mount /mnt/top '' source rbind ro
	add_mount /mnt/all '' source rbind rro
	add_mount /mnt/both '' source rbind ro rro
	add_mount /mnt/implied '' source rbind rw rro
	inside "$MOUNTINFO"
	umount -R source
	assert_mount /mnt/top ro
	assert_mount /mnt/top/below rw
	assert_mount /mnt/all ro
	assert_mount /mnt/all/below ro
	assert_mount /mnt/both ro
	assert_mount /mnt/both/below ro
	assert_mount /mnt/implied ro
	assert_mount /mnt/implied/below ro
}

@test "rbind: recursive words reach the mounts below" {
	[[ ${CAISSON_WITHOUT-} != all=* ]] || skip "mount_setattr(2) is taken away"
	local word
	mkdir source
	mount -t tmpfs outer source
	mkdir source/below
	mount -t tmpfs inner source/below
	for word in nosuid nodev noexec noatime nodiratime nosymfollow; do
		add_mount "/mnt/r$word" '' source rbind "r$word"
	done
	add_mount /mnt/rstrictatime '' source rbind rstrictatime
	add_mount /mnt/rrelatime '' source rbind rrelatime
	inside "$MOUNTINFO"
	umount -R source
	for word in nosuid nodev noexec noatime nodiratime nosymfollow; do
		assert_mount "/mnt/r$word" "$word"
		assert_mount "/mnt/r$word/below" "$word"
	done
	assert_mount /mnt/rstrictatime/below !relatime !noatime
	assert_mount /mnt/rrelatime/below relatime
}

@test "rbind: recursive words that clear" {
	[[ ${CAISSON_WITHOUT-} != all=* ]] || skip "mount_setattr(2) is taken away"
	mkdir source
	mount -t tmpfs outer source
	mkdir source/below
	mount -t tmpfs -o ro,nosuid,nodev,noexec,noatime,nodiratime inner source/below
	add_mount /mnt/clear '' source rbind rrw rsuid rdev rexec ratime rdiratime
	add_mount /mnt/exec '' source rbind rexec
	inside "$MOUNTINFO"
	umount -R source
	assert_mount /mnt/clear/below rw !nosuid !nodev !noexec !noatime !nodiratime
	assert_mount /mnt/exec/below ro nosuid nodev !noexec noatime
}

@test "propagation: all eight words, of new file systems and of binds" {
	local word
	mkdir source
	for word in shared rshared private rprivate slave rslave unbindable runbindable; do
		add_mount "/mnt/fs/$word" tmpfs t "$word"
		add_mount "/mnt/bind/$word" '' source bind "$word"
	done
	inside "$MOUNTINFO"
	local kind
	for kind in fs bind; do
		for word in shared private unbindable; do
			assert_equal "$(propagation_at "/mnt/$kind/$word")" "$word"
			assert_equal "$(propagation_at "/mnt/$kind/r$word")" "$word"
		done
		# There is no master that a new mount could follow.
		assert_equal "$(propagation_at "/mnt/$kind/slave")" private
		assert_equal "$(propagation_at "/mnt/$kind/rslave")" private
	done
}

@test "propagation: a slave sees what the host mounts later, a private bind does not" {
	mkdir source
	mount -t tmpfs t source
	mount --make-shared source
	mkdir source/later
	add_mount /mnt/slave '' source rbind rslave
	add_mount /mnt/private '' source rbind rprivate
	set_args sleep 1000
	start_container
	mount -t tmpfs marked source/later
	run -0 caisson exec "$ID" cat /proc/self/mountinfo
	caisson delete --force "$ID"
	umount -R source
	assert_equal "$(propagation_at /mnt/slave)" slave
	assert_equal "$(superblock_at /mnt/slave/later | cut -d' ' -f2)" marked
	assert_equal "$(mount_at /mnt/private/later)" ""
}

@test "propagation: what is mounted in a shared bind is there on the host" {
	grant_capabilities
	mkdir source
	mount -t tmpfs t source
	mount --make-shared source
	mkdir source/later
	update_config '.linux.rootfsPropagation = "rshared"'
	add_mount /mnt/shared '' source rbind rshared
	inside 'mount -t tmpfs marked /mnt/shared/later'
	run -0 grep marked /proc/self/mountinfo
	umount -R source
}

@test "tmpfs: the mode of a new directory, of an existing one, and the one that is asked for" {
	mkdir rootfs/existing rootfs/sticky
	chmod 750 rootfs/existing
	chmod 3770 rootfs/sticky
	add_mount /new/deep/tmp tmpfs t
	add_mount /existing tmpfs t
	add_mount /sticky tmpfs t size=1m
	add_mount /mnt/asked tmpfs t mode=0700 size=1m
	inside 'stat -c "%n %a %u:%g" /new /new/deep /new/deep/tmp /existing /sticky /mnt/asked'
	assert_output "/new 755 0:0
/new/deep 755 0:0
/new/deep/tmp 1777 0:0
/existing 750 0:0
/sticky 3770 0:0
/mnt/asked 700 0:0"
}

@test "tmpfs: modes do not depend on the umask of the caller" {
	local mask
	mkdir source
	add_mount /new/deep/tmp tmpfs t
	add_mount /dir/a/b '' source bind
	add_mount /file/c '' /dev/null bind
	add_mount /mnt/asked tmpfs t mode=0777
	set_script 'stat -c "%a %n" /new /new/deep /new/deep/tmp /dir /dir/a /file /mnt/asked'
	for mask in 0 077; do
		umask "$mask"
		run -0 caisson run "$ID"
		umask 022
		assert_output "755 /new
755 /new/deep
1777 /new/deep/tmp
755 /dir
755 /dir/a
755 /file
777 /mnt/asked"
		rm -r rootfs/new rootfs/dir rootfs/file
	done
}

@test "tmpfs: options of the file system arrive there" {
	grant_capabilities
	add_mount /mnt/t tmpfs named size=64k nr_inodes=50 uid=3 gid=4 mode=0711
	inside 'stat -c "%a %u:%g" /mnt/t; no dd if=/dev/zero of=/mnt/t/big bs=1k count=65
		cat /proc/self/mountinfo'
	assert_contains "711 3:4"
	assert_contains "No space left on device"
	assert_contains "tmpfs named" "$(superblock_at /mnt/t)"
	assert_contains "size=64k,nr_inodes=50" "$(superblock_at /mnt/t)"
}

@test "tmpcopyup: contents with their modes, owners, links and times, whatever the umask" {
	mkdir -p rootfs/var/data/sub
	echo content >rootfs/var/data/file
	ln -s file rootfs/var/data/link
	chmod 4751 rootfs/var/data/file
	chown 5:6 rootfs/var/data/sub
	chmod 2775 rootfs/var/data/sub
	touch -d @1000000 rootfs/var/data/file
	add_mount /var/data tmpfs t tmpcopyup
	set_script 'cd /var/data; stat -c "%n %a %u:%g %Y" file; stat -c "%n %a %u:%g" sub
		readlink link; cat link
		echo changed >file'
	umask 077
	run -0 caisson run "$ID"
	umask 022
	assert_output "file 4751 0:0 1000000
sub 2775 5:6
file
content"
	assert_equal "$(<rootfs/var/data/file)" content
}

@test "read-only tmpfs and /dev are filled first" {
	mkdir -p rootfs/var/data source
	echo content >rootfs/var/data/file
	add_mount /var/data tmpfs t tmpcopyup ro
	add_mount /var/data/below '' source bind
	update_config '(.mounts[] | select(.destination == "/dev").options) += ["ro"]'
	inside 'cat /var/data/file; ls -d /var/data/below; no touch /var/data/x; no touch /dev/x
		echo x >/dev/null; touch /var/data/below/new; cat /proc/self/mountinfo'
	assert_mount /var/data ro
	assert_mount /var/data/below rw
	assert_mount /dev ro nosuid
	assert_contains content
	[[ -e source/new ]]
}

@test "order: each mount lies over the ones before it" {
	mkdir -p source
	echo content >source/file
	add_mount /mnt/a tmpfs first
	add_mount /mnt/a/b/c '' source bind
	add_mount /mnt/a/b/c/d tmpfs third
	add_mount /mnt/a/b/c/d '' source bind
	inside 'cat /mnt/a/b/c/file /mnt/a/b/c/d/file; cat /proc/self/mountinfo'
	assert_equal "$(awk '$5 ~ "^/mnt/a" { print $5 }' <<<"$output")" "/mnt/a
/mnt/a/b/c
/mnt/a/b/c/d
/mnt/a/b/c/d"
}

@test "order: a later bind may have an earlier mount as its source" {
	mkdir rootfs/first
	add_mount /first tmpfs made-before mode=0711
	add_mount /mnt/second '' rootfs/first bind
	inside 'stat -c %a /mnt/second; cat /proc/self/mountinfo'
	assert_contains "tmpfs made-before" "$(superblock_at /mnt/second)"
}

@test "destination: symlinks of the image stay in the image" {
	mkdir -p source rootfs/real "$TEST_DIR/host"
	ln -s /real rootfs/absolute
	ln -s ../../../../../real rootfs/relative
	ln -s "$TEST_DIR/host" rootfs/out
	ln -s /nowhere/deep rootfs/dangling
	add_mount /absolute/a tmpfs t
	add_mount /relative/b '' source bind
	add_mount /out/c '' source bind
	add_mount /dangling/d '' /dev/null bind
	add_mount /dangling '' source bind
	inside 'cat /proc/self/mountinfo'
	assert_mount /real/a
	assert_mount /real/b
	assert_mount "$TEST_DIR/host/c"
	assert_mount /nowhere/deep
	assert_equal "$(ls -A "$TEST_DIR/host")" ""
	[[ ! -e /nowhere ]]
}

@test "destination: slashes too many, dots, and none in front" {
	mkdir source
	add_mount //mnt///a/ '' source bind
	add_mount /mnt/./x/../b '' source bind
	add_mount /../../mnt/c '' source bind
	add_mount mnt/d '' source bind
	inside 'cat /proc/self/mountinfo'
	local name
	for name in a b c d; do
		assert_mount "/mnt/$name"
	done
	assert_contains "deprecated"
}

@test "destination: new parents take the group of a setgid directory" {
	mkdir rootfs/shared
	chown 0:50 rootfs/shared
	chmod 2775 rootfs/shared
	add_mount /shared/a/b tmpfs t
	inside 'stat -c "%a %g" /shared/a'
	assert_output "2755 50"
}

@test "user namespace: a bind without what is mounted below it" {
	[[ ${CAISSON_WITHOUT-} != all=* ]] || skip "open_tree(2) is taken away"
	user_namespace
	mkdir source
	mount -t tmpfs outer source
	mkdir source/below
	echo outer >source/below/name
	mount -t tmpfs inner source/below
	echo inner >source/below/name
	chmod -R a+rX source
	add_mount /mnt bind "$PWD/source" bind ro
	set_script 'cat /mnt/below/name /proc/self/mountinfo'
	run caisson run "$ID"
	umount -R source
	assert_equal "$status" 0
	assert_contains "outer"
	assert_mount /mnt ro
	assert_equal "$(mount_at /mnt/below)" ""
}

@test "proc and sysfs want real directories" {
	local what
	for what in proc sys; do
		mv "rootfs/$what" rootfs/moved
		ln -s /moved "rootfs/$what"
		refused 'must be mounted on ordinary directory'
		rm "rootfs/$what"
		mv rootfs/moved "rootfs/$what"
	done
	mkdir -p rootfs/real/p
	ln -s real rootfs/link
	add_mount /link/p proc proc
	refused 'must be mounted on ordinary directory'
}

@test "below /proc nothing is mounted but what stands for a file of it" {
	mkdir source
	echo 'model name: none' >cpuinfo
	add_mount /proc/cpuinfo '' cpuinfo bind
	inside 'cat /proc/cpuinfo'
	assert_output 'model name: none'
	add_mount /proc/self/attr tmpfs t
	refused 'mounts[8]' '/proc'
}

@test "/proc is not covered by what is no proc" {
	mkdir source
	add_mount /proc '' source bind
	refused 'mounts[7]' '/proc'
}

@test "remount: changes the flags of what is there, also of a bind" {
	mkdir source
	add_mount /mnt/t tmpfs t size=1m
	add_mount /mnt/t '' '' remount ro noexec
	add_mount /mnt/b '' source bind
	add_mount /mnt/b '' '' bind remount ro nosuid
	inside "$MOUNTINFO"
	assert_mount /mnt/t ro noexec
	assert_mount /mnt/b ro nosuid
	touch source/writable
}

@test "no mounts at all, and no readable /proc" {
	update_config '.mounts = [] | del(.linux.maskedPaths, .linux.readonlyPaths)'
	inside 'ls /proc | wc -l; echo here'
	assert_output "0
here"
}

@test "an overlay is a file system like others" {
	mkdir -p lower upper work
	echo low >lower/file
	add_mount /mnt/o overlay overlay "lowerdir=$BUNDLE/lower" "upperdir=$BUNDLE/upper" \
		"workdir=$BUNDLE/work"
	inside 'cat /mnt/o/file; echo up >/mnt/o/new'
	assert_output low
	assert_equal "$(<upper/new)" up
}

@test "errors name the mount, what was mounted, where and why" {
	[[ ${CAISSON_WITHOUT-} != all=* ]] || skip "mount(2) names no option"
	add_mount /mnt/m '' nonesuch bind
	refused 'mounts[7]' "$BUNDLE/nonesuch" /mnt/m 'no such file or directory'
	update_config '.mounts[7] = {destination: "/mnt/m", type: "nofs", source: "x"}'
	refused 'mounts[7]' nofs /mnt/m 'no such device'
	update_config '.mounts[7] = {destination: "/mnt/m", type: "tmpfs", options: ["foo=bar"]}'
	refused 'mounts[7]' tmpfs /mnt/m 'foo=bar' 'invalid argument'
	update_config '.mounts[7] = {destination: "/bin/busybox/x", type: "tmpfs"}'
	refused 'mounts[7]' /bin/busybox/x 'not a directory'
}

@test "mounts stay in the container where the host's are shared" {
	mount --bind "$BUNDLE" "$BUNDLE"
	mount --make-shared "$BUNDLE"
	cd "$BUNDLE"
	add_mount /mnt/leak tmpfs leaked
	set_args sleep 1000
	start_container
	run -1 grep leaked /proc/self/mountinfo
	caisson delete --force "$ID"
	cd /
	umount "$BUNDLE"
}
