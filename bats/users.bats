# process.user, and user namespaces with their maps.

bats_require_minimum_version 1.5.0
load helpers
load inside

teardown() {
	teardown_holder
}

is_apart() {
	[[ $(links_of "$1" net) != "$(links_of self net)" ]]
}

@test "user: ids, and the groups beside them, duplicates too" {
	update_config '.process.user = {uid: 1234, gid: 2345, additionalGids: [5, 77, 77]}'
	inside 'grep -E "^(Uid|Gid|Groups)" /proc/self/status'
	assert_output $'Uid:\t1234\t1234\t1234\t1234
Gid:\t2345\t2345\t2345\t2345
Groups:\t5 77 77 '
}

@test "user: none of the caller's groups" {
	set_args grep ^Groups /proc/self/status
	run -0 setpriv --groups 42,43 "$CAISSON" --root "$ROOT" run "$ID"
	assert_equal "${output//[[:space:]]/}" "Groups:"
}

@test "user: the ids need not be in the image's passwd, and the largest are taken" {
	update_config '.process.user = {uid: 4294967294, gid: 4294967294}'
	inside 'id -u; id -g'
	assert_output "4294967294
4294967294"
	update_config '.process.user = {uid: 4294967296, gid: 0}'
	refused process.user.uid
	update_config '.process.user = {uid: -1, gid: 0}'
	refused process.user.uid
}

@test "user: files on stdio belong to it, and can be opened again" {
	update_config '.process.user = {uid: 1000, gid: 1000}'
	set_script 'echo out; echo err >&2; echo again >/proc/self/fd/1'
	run -0 bash -c '"$@" 2>&1 | cat' - "$CAISSON" --root "$ROOT" run "$ID"
	assert_output "out
err
again"
}

@test "user namespace: maps as they are given, and ids by them" {
	namespace_add user
	chmod 755 "$BUNDLE"
	update_config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000},
			{containerID: 1000, hostID: 300000, size: 10}]
		| .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 500}]
		| .process.user = {uid: 1003, gid: 7, additionalGids: [8]}'
	set_script 'cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; id -u; id -g
		id -G; exec sleep 1000'
	start_container
	eventually grep -q allow "$TEST_DIR/output"
	local pid
	pid=$(pid_of)
	run -0 sed 's/  */ /g' "$TEST_DIR/output"
	assert_output " 0 100000 1000
 1000 300000 10
 0 200000 500
allow
1003
7
7 8"
	run -0 grep -E '^(Uid|Gid|Groups)' "/proc/$pid/status"
	assert_output $'Uid:\t300003\t300003\t300003\t300003
Gid:\t200007\t200007\t200007\t200007
Groups:\t200008 '
}

@test "user namespace: the container's root owns what is made for it" {
	user_namespace
	give_image 100000
	update_config '.root.readonly = false'
	add_mount /mnt/t tmpfs t mode=700
	inside 'stat -c "%n %u" /dev /dev/pts /dev/shm /mnt/t /proc/self/stat /dev/fd
		touch /dev/new /new /dev/shm/new; mkdir /mnt/t/d
		mount -t tmpfs t /mnt && echo mounted; true'
	refute_contains 65534
}

@test "user namespace: an id outside of the maps is refused" {
	user_namespace
	update_config '.process.user = {uid: 65536, gid: 0}'
	refused 65536
	update_config '.process.user = {uid: 0, gid: 70000}'
	refused 70000
	update_config '.process.user = {uid: 0, gid: 0, additionalGids: [70000]}'
	refused 70000
}

@test "user namespace: maps without one are refused" {
	update_config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1}]'
	refused linux.uidMappings
}

@test "user namespace: what only the host's root may read is bound in all the same" {
	mkdir -p private/source
	echo content >private/source/file
	chmod 700 private
	echo one >private/one
	user_namespace
	give_image 100000
	add_mount /mnt/source '' "$BUNDLE/private/source" bind
	add_mount /mnt/one '' private/one rbind ro
	set_args sleep 1000
	start_container
	run -0 caisson exec "$ID" cat /mnt/source/file /mnt/one
	assert_output "content
one"
}

@test "user namespace: joined by path" {
	hold --user --map-root-user
	# Group 5 is not in its map.
	update_config '(.mounts[] | select(.type == "devpts").options) -= ["gid=5"]'
	update_config '.hostname = "joined"'
	namespace_add user "/proc/$holder/ns/user"
	local expected
	expected=$(readlink "/proc/$holder/ns/user")
	inside 'readlink /proc/self/ns/user; id -u; cat /proc/self/uid_map | tr -s " "'
	assert_output "$expected
0
 0 0 1"
	# Such a map comes with setgroups(2) denied: the caller's groups go before it is joined.
	assert_equal "$(<"/proc/$holder/setgroups")" deny
	set_script 'grep ^Groups /proc/self/status'
	run -0 setpriv --groups 42,43 "$CAISSON" --root "$ROOT" run "$ID"
	assert_equal "${output//[[:space:]]/}" "Groups:"
	update_config '.process.user.additionalGids = [0]'
	refused 'additional groups' 'operation not permitted'
	release
}

@test "user namespace: a program that is executed there finds the same" {
	user_namespace
	set_args sleep 1000
	start_container
	run -0 caisson exec --user 7:8 --additional-gids 9 "$ID" cat /proc/self/uid_map \
		/proc/self/status
	assert_contains $'Uid:\t7\t7\t7\t7'
	assert_contains $'Gid:\t8\t8\t8\t8'
	assert_contains $'Groups:\t9'
	assert_contains 100000
	run -0 caisson exec "$ID" sh -c 'cmp /proc/self/cgroup /proc/1/cgroup'
}

@test "user namespace: joined with namespaces that belong to it, and a network that does not" {
	update_config '(.mounts[] | select(.type == "devpts").options) -= ["gid=5"]'
	hold --user --map-root-user --net --uts --ipc
	local type expected other other_pid
	for type in user uts ipc; do
		namespace_add "$type" "/proc/$holder/ns/$type"
	done
	namespace_add network "/proc/$holder/ns/net"
	expected=$(links_of "$holder" user uts ipc net)
	inside "$INSIDE_LINKS links user uts ipc net"
	assert_output "$expected"
	# Not even sysfs can be had of a network that belongs to somebody else.
	update_config '.mounts |= map(select(.destination | startswith("/sys") | not))'
	env -u CAISSON_TEST unshare --net sleep 1000 3>&- &
	other_pid=$!
	eventually is_apart "$other_pid"
	namespace_add network "/proc/$other_pid/ns/net"
	other=$(links_of "$other_pid" net)
	inside "$INSIDE_LINKS links net"
	kill "$other_pid"
	wait "$other_pid" || true
	release
	assert_output "$other"
}

@test "user namespace: sysfs where the network is the host's, and proc where the pids are" {
	user_namespace
	namespace_remove network
	run caisson run "$ID"
	((status == 0)) || assert_contains sysfs
	update_config '.mounts |= map(if .type == "sysfs" then
		{destination: "/sys", source: "/sys", options: ["rbind", "ro"]} else . end)
		| .mounts |= map(select(.destination != "/sys/fs/cgroup"))'
	inside 'ls -d /sys/class/net/lo'
	assert_output /sys/class/net/lo
}
