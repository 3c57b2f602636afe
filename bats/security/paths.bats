# Family A: paths that are looked up again, or followed, inside a root that belongs to an attacker.

bats_require_minimum_version 1.5.0
load ../helpers
load ../inside
load canary

# links_to TARGET - a symlink of the image, by each way that one can be written.
links_to() {
	echo "$1"
	echo "../../../../../../../../../../../..$1"
	echo "/../..$1"
	echo "/proc/self/root$1"
	echo "/proc/1/root$1"
}

@test "2015-3627, 2019-18837: a mount's destination that is a link, absolute or relative" {
	local link
	mkdir source
	echo mounted >source/mark
	writable_root
	while read -r link; do
		rm -rf rootfs/link rootfs/proc rootfs/tmp/*
		mkdir rootfs/proc
		ln -s "$link" rootfs/link
		jq '.mounts += [{destination: "/link", type: "bind", source: $s, options: ["bind"]}]' \
			--arg s "$BUNDLE/source" config.json >one && cp config.json plain && mv one config.json
		set_script 'cat /link/mark /link/file'
		attack
		mv plain config.json
		jq '.mounts += [{destination: "/link/dir/new", type: "tmpfs", source: "t"}]' config.json >one &&
			cp config.json plain && mv one config.json
		attack
		mv plain config.json
	done < <(links_to "$CANARY")
}

@test "2015-3627: the link's target is made in the image" {
	mkdir source
	echo mounted >source/mark
	ln -s "$CANARY" rootfs/link
	add_mount /link '' source bind
	inside 'cat /link/mark'
	assert_output mounted
	[[ -d $(inside_canary) ]]
}

@test "2019-19921, 2023-27561, 2025-54867: /proc and /sys that are links are refused" {
	local at
	for at in proc sys; do
		mkdir -p rootfs/bad-$at
		rm -rf rootfs/$at
		ln -s /bad-$at rootfs/$at
		refused "must be mounted on ordinary directory"
		rm rootfs/$at
		ln -s "$CANARY" rootfs/$at
		refused "must be mounted on ordinary directory"
		rm rootfs/$at
		mkdir rootfs/$at
	done
}

@test "2019-19921: a proc of the host's that is bound wants a real directory too" {
	rm -rf rootfs/proc
	mkdir rootfs/bad-proc
	ln -s /bad-proc rootfs/proc
	update_config '.mounts |= map(if .destination == "/proc"
		then {destination: "/proc", type: "bind", source: "/proc", options: ["rbind"]} else . end)'
	refused "must be mounted on ordinary directory"
	rm rootfs/proc
	mkdir rootfs/proc
	inside 'cat /proc/self/comm; cat /proc/keys | wc -c'
	assert_output "cat
0"
}

@test "2024-45310: nothing is made through a link that leads nowhere" {
	local link
	echo file >source
	writable_root
	for link in "$CANARY/new" "../../../../../../../..$CANARY/new" "$CANARY/dir/new/er"; do
		rm -rf rootfs/link
		ln -s "$link" rootfs/link
		cp config.json plain
		add_mount /link '' source bind
		attack
		cp plain config.json
		add_mount /link/below tmpfs t
		attack
		cp plain config.json
	done
}

@test "2024-45310: a working directory through a link" {
	ln -s "$CANARY/work" rootfs/link
	writable_root
	update_config '.process.cwd = "/link/deeper"'
	set_script 'pwd -P'
	attack
	assert_output "$CANARY/work/deeper"
	[[ -d $(inside_canary)/work/deeper ]]
}

@test "2025-31133: masks are the host's null device, whatever the image has there" {
	local target
	writable_root
	without_mounts '^/dev'
	for target in /proc/sys/kernel/core_pattern /proc/sysrq-trigger "$CANARY/file" /etc/passwd; do
		rm -rf rootfs/dev
		mkdir rootfs/dev
		ln -s "$target" rootfs/dev/null
		set_script 'stat -c "%t:%T" /proc/keys; echo pwned >/proc/keys; cat /proc/keys'
		attack
		[[ $status != 0 ]] || assert_output "1:3"
	done
	rm -rf rootfs/dev
	mkdir -p rootfs/dev
	echo "$SECRET-not" >rootfs/dev/null
	set_script 'stat -c "%t:%T" /proc/keys'
	run caisson run "$ID"
	[[ $status != 0 ]] || assert_output "1:3"
}

@test "2025-52565: a /dev/pts of the attacker's gives no terminal" {
	mkdir pts
	ln -s "$CANARY/file" pts/0
	ln -s "$CANARY/file" pts/1
	ln -s "$CANARY/file" pts/ptmx
	without_mounts '^/dev/pts$'
	add_mount /dev/pts '' pts bind
	update_config '.process.terminal = true'
	set_script 'cat /dev/console'
	attack
	((status != 0))
	rm pts/ptmx
	mknod pts/ptmx c 5 2
	attack
	((status != 0))
	mkfifo pts/fifo
	mv pts/fifo pts/ptmx
	attack
	((status != 0))
}

@test "2026-41579, 2026-47766: an image's /dev that is a link to a directory of the host" {
	local link
	writable_root
	without_mounts '^/dev'
	touch "$CANARY/ptmx"
	note_canary
	while read -r link; do
		rm -rf rootfs/dev rootfs/proc rootfs/tmp
		mkdir rootfs/proc rootfs/tmp
		ln -s "$link" rootfs/dev
		attack
	done < <(links_to "$CANARY")
}

@test "2026-88264: /dev/console that is a link, without a mount on /dev" {
	writable_root
	update_config '.process.terminal = true'
	without_mounts '^/dev$|^/dev/(shm|mqueue)'
	mkdir -p rootfs/dev
	for link in "$CANARY/new" "$CANARY/file" "../..$CANARY/new" /proc/sys/kernel/core_pattern; do
		ln -sf "$link" rootfs/dev/console
		run timeout 20 script -qec "'$CAISSON' --root '$ROOT' run $ID" /dev/null </dev/null
		((status != 0))
		assert_contains "'/dev/console' exists and is another file"
		assert_canary
	done
}

@test "2026-88265: /dev/null that is a file of the host: stdio keeps its owner and place" {
	writable_root
	without_mounts '^/dev'
	rm -rf rootfs/dev
	mkdir rootfs/dev
	touch rootfs/dev/null
	add_mount /dev/null '' "$CANARY/file" bind
	update_config '.process.user = {uid: 1000, gid: 1000}'
	set_script 'echo out; echo err >&2; cat'
	run bash -c "echo in | '$CAISSON' --root '$ROOT' run $ID 2>&1 | cat"
	refute_contains "$SECRET"
	assert_canary
}

@test "2026-115521: read-only stays read-only where the image forges /proc/self/fd" {
	local number
	without_mounts '^/proc'
	update_config 'del(.linux.maskedPaths, .linux.readonlyPaths)'
	mkdir -p rootfs/proc/self/fd rootfs/decoy
	for number in {0..40}; do
		ln -s /decoy "rootfs/proc/self/fd/$number"
	done
	add_mount /mnt tmpfs t ro
	add_mount /real proc proc
	inside 'cat /real/self/mountinfo; ! touch /x; ! touch /mnt/x'
	assert_mount / ro
	assert_mount /mnt ro
	[[ ! -e rootfs/x ]]
}

@test "what is made read-only at last is the mount, not what has its name by then" {
	# /mnt/at leads into the one tmpfs when it is mounted on, and into the other one when all is
	# mounted: the second bind brings another link in its place.
	mkdir -p rootfs/one rootfs/two first second
	ln -s /one first/at
	ln -s /two second/at
	add_mount /mnt '' first bind
	add_mount /mnt/at tmpfs one ro
	add_mount /mnt '' second bind
	add_mount /mnt/at tmpfs two
	inside 'cat /proc/self/mountinfo'
	assert_mount /one ro
	assert_mount /two rw
}

@test "masked and read-only paths through links stay inside" {
	ln -s "$CANARY" rootfs/link
	mkdir -p "$(inside_canary)"
	echo image >"$(inside_canary)/file"
	update_config '.linux.maskedPaths += ["/link/file"] | .linux.readonlyPaths += ["/link"]'
	inside "cat '$CANARY/file'"
	assert_output ""
	touch "$CANARY/writable"
	rm "$CANARY/writable"
	note_canary
}

@test "masks are where /proc and /sys are at last: a mount over them, of the table or of a hook" {
	mkdir over
	echo open >over/secret
	add_mount /sys '' "$BUNDLE/over" bind
	update_config '.linux.maskedPaths += ["/sys/secret"]'
	inside 'ls /sys; cat /sys/secret'
	assert_output secret
	printf '#!/bin/sh\nexec mount --bind %s %s\n' "$BUNDLE/over" "$BUNDLE/rootfs/proc" >hook
	chmod 755 hook
	update_config '.hooks.createContainer = [{path: $hook}] | .linux.maskedPaths = ["/proc/secret"]
		| del(.linux.readonlyPaths)' --arg hook "$BUNDLE/hook"
	inside 'ls /proc; cat /proc/secret'
	assert_output secret
}

@test "devices through a link are made inside" {
	writable_root
	ln -s "$CANARY" rootfs/link
	update_config '.linux.devices = [{type: "c", path: "/link/dev", major: 1, minor: 7, uid: 1000, gid: 1000},
		{type: "p", path: "/link/pipe", uid: 1000, gid: 1000}]'
	attack
	((status == 0))
	assert_equal "$(stat -c '%t:%T %u:%g' "$(inside_canary)/dev")" "1:7 1000:1000"
	[[ -p $(inside_canary)/pipe ]]
}

@test "a device that is there already keeps its owner" {
	writable_root
	mkdir rootfs/nodes
	mknod rootfs/nodes/right c 1 7
	update_config '.linux.devices = [{type: "c", path: "/nodes/right", major: 1, minor: 7, uid: 1000}]'
	inside 'stat -c %u /nodes/right'
	assert_output 0
	ln -s right rootfs/nodes/link
	update_config '.linux.devices[0].path = "/nodes/link"'
	refused "/nodes/link" "is another file"
}

@test "tmpcopyup copies links as links, and no file of the host" {
	mkdir rootfs/up
	ln -s "$CANARY/file" rootfs/up/absolute
	ln -s "../../../../../../..$CANARY/file" rootfs/up/relative
	ln -s "$CANARY" rootfs/up/directory
	mkfifo rootfs/up/fifo
	add_mount /up tmpfs t tmpcopyup
	set_script 'ls -l /up; cat /up/absolute /up/relative /up/directory/file'
	attack
	assert_contains "absolute -> $CANARY/file"
	assert_contains "directory -> $CANARY"
}

@test "tmpcopyup of what is deeper than an image" {
	local path=rootfs/up
	for _ in {1..80}; do path+=/d; done
	mkdir -p "$path"
	add_mount /up tmpfs t tmpcopyup
	refused "tmpcopyup" "64 directories deep"
}

@test "HOME is read from the image's passwd, by no link to the host's, and no device or fifo" {
	ln -sf "$CANARY/passwd" rootfs/etc/passwd
	echo "root:x:0:0:$SECRET:/$SECRET:/bin/sh" >"$CANARY/passwd"
	note_canary
	update_config '.process.env |= map(select(startswith("HOME=") | not))'
	set_script 'echo $HOME'
	attack
	assert_output /
	rm rootfs/etc/passwd
	mkfifo rootfs/etc/passwd
	attack
	assert_contains "is not a regular file"
	rm rootfs/etc/passwd
	mknod rootfs/etc/passwd c 1 5
	attack
	assert_contains "is not a regular file"
}

@test "dest-nofollow: the link itself is mounted on, not what it leads to" {
	mkdir -p rootfs/real
	echo image >rootfs/real/file
	ln -s real rootfs/link
	mkdir source
	add_mount /link '' source bind dest-nofollow
	set_script 'cat /real/file'
	run caisson run "$ID"
	assert_contains image "$output$(<rootfs/real/file)"
	refute_contains "can't open"
}
