# linux.namespaces: made, joined, or the host's.

bats_require_minimum_version 1.5.0
load helpers
load inside

teardown() {
	teardown_holder
}

link_name() {
	case $1 in
	mount) echo mnt ;;
	network) echo net ;;
	*) echo "$1" ;;
	esac
}

@test "each type that is listed is new, each that is not is the host's" {
	local type inside_links
	set_script "$INSIDE_LINKS links cgroup ipc mnt net pid time user uts"
	for type in cgroup time; do
		namespace_add "$type"
	done
	run -0 caisson run "$ID"
	inside_links=$output
	for type in cgroup ipc mount network pid time uts; do
		refute_contains "$(readlink "/proc/self/ns/$(link_name "$type")")" "$inside_links"
	done
	assert_contains "$(readlink /proc/self/ns/user)" "$inside_links"
	update_config '.linux.namespaces = [{type: "mount"}] | del(.hostname)'
	run -0 caisson run "$ID"
	for type in cgroup ipc network pid time user uts; do
		assert_contains "$(readlink "/proc/self/ns/$(link_name "$type")")"
	done
}

@test "joined by path: ipc, uts, network, cgroup, and the rest new" {
	hold --ipc --uts --net --cgroup
	local type links other
	for type in ipc uts network cgroup; do
		namespace_add "$type" "/proc/$holder/ns/$(link_name "$type")"
	done
	links=$(links_of "$holder" ipc uts net cgroup)
	other=$(links_of "$holder" pid)
	inside "$INSIDE_LINKS links ipc uts net cgroup pid"
	release
	assert_contains "$links"
	refute_contains "$other"
}

@test "joined by path: a pid namespace, whose processes are seen" {
	hold --pid --fork --kill-child
	namespace_add pid "/proc/$holder/ns/pid"
	inside 'test $$ != 1; tr "\0" " " </proc/1/cmdline; readlink /proc/self/ns/pid'
	local expected
	expected=$(readlink "/proc/$holder/ns/pid")
	release
	assert_output "sleep 1000 $expected"
}

@test "joined by path: a time namespace, with its clock" {
	hold --time --boottime 100000000 --fork --kill-child
	namespace_add time "/proc/$holder/ns/time"
	inside 'cut -d. -f1 /proc/uptime'
	release
	((output > 100000000)) || fail "uptime $output"
}

@test "joined by path: a bind mount of the namespace, after its last process" {
	touch held
	hold --net
	mount --bind "/proc/$holder/ns/net" held
	release
	namespace_add network "$BUNDLE/held"
	local expected
	expected=$(stat -Lc 'net:[%i]' held)
	inside 'readlink /proc/self/ns/net'
	umount held
	assert_output "$expected"
}

@test "joined by path: all but mount of another container" {
	local type pid links
	namespace_add time
	namespace_add cgroup
	update_config '.linux.timeOffsets = {boottime: {secs: 77}}'
	set_args sleep 999
	start_container "$ID-first"
	pid=$(pid_of "$ID-first")
	update_config 'del(.linux.timeOffsets, .hostname)'
	for type in ipc uts network pid time cgroup; do
		namespace_add "$type" "/proc/$pid/ns/$(link_name "$type")"
	done
	links=$(links_of "$pid" ipc uts net pid time cgroup)
	inside "$INSIDE_LINKS"'links ipc uts net pid time cgroup; tr "\0" " " </proc/1/cmdline'
	assert_output "$links
sleep 999 "
	caisson delete --force "$ID-first"
}

@test "joined mount namespace: its mounts are seen" {
	hold --mount
	nsenter -t "$holder" -m mount -t tmpfs marked "$BUNDLE/rootfs/mnt"
	namespace_add mount "/proc/$holder/ns/mnt"
	update_config '.mounts = [] | .root.readonly = false | del(.linux.maskedPaths,
		.linux.readonlyPaths,
		.linux.rootfsPropagation)'
	run caisson run "$ID"
	release
	assert_equal "$status" 0
}

@test "user: without maps the container's root is the caller, and nobody else is there" {
	namespace_add user
	update_config 'del(.linux.uidMappings, .linux.gidMappings)
		| (.mounts[] | select(.type == "devpts")).options -= ["gid=5"]'
	inside 'readlink /proc/self/ns/user; cat /proc/self/uid_map /proc/self/gid_map
		no chown 1 /dev/shm'
	assert_contains "$(printf '%10d %10d %10d\n%10d %10d %10d' 0 0 1 0 0 1)"
	[[ $output != *"$(readlink /proc/self/ns/user)"* ]] || fail "it is the host's: $output"

	update_config '.linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}]'
	refused 'linux.gidMappings: linux.uidMappings needs it'
	update_config '.linux.gidMappings = .linux.uidMappings | del(.linux.uidMappings)'
	refused 'linux.uidMappings: linux.gidMappings needs it'
}

@test "a path of another type is refused, with both named" {
	namespace_add network /proc/self/ns/uts
	refused network /proc/self/ns/uts
	namespace_add network /proc/self/status
	refused network /proc/self/status
	namespace_add network /nonesuch
	refused network /nonesuch 'no such file or directory'
	namespace_add network relative
	refused 'linux.namespaces['
}

@test "a type that is there twice, or unknown, is refused" {
	update_config '.linux.namespaces += [{type: "pid"}]'
	refused linux.namespaces pid
	update_config '.linux.namespaces |= (.[:-1] + [{type: "nonesuch"}])'
	refused linux.namespaces nonesuch
}

@test "pid namespace of the host: its processes are seen" {
	namespace_remove pid
	inside 'test $$ != 1; ls -d /proc/'$$'; cut -d" " -f1 /proc/self/stat >/dev/null'
	assert_output "/proc/$$"
}

@test "network: loopback is up in a new one" {
	inside 'ifconfig lo; cat /sys/class/net/lo/flags; ls /sys/class/net'
	assert_contains "127.0.0.1"
	assert_contains UP
	local flags
	flags=$(grep -x '0x[0-9a-f]*' <<<"$output")
	((flags & 1))
	# No device of the host's.
	refute_contains eth0
}

@test "timeOffsets: both clocks, by seconds and nanoseconds" {
	namespace_add time
	update_config '.linux.timeOffsets = {monotonic: {secs: 7881, nanosecs: 2718281},
		boottime: {secs: 1337, nanosecs: 3141519}}'
	inside 'tr -s " \t" " " </proc/self/timens_offsets'
	assert_output "monotonic 7881 2718281
boottime 1337 3141519"
	update_config 'del(.linux.timeOffsets)'
	inside 'tr -s " \t" " " </proc/self/timens_offsets'
	assert_output "monotonic 0 0
boottime 0 0"
}

@test "timeOffsets: also in a user namespace, and backwards" {
	user_namespace
	namespace_add time
	update_config '.linux.timeOffsets = {boottime: {secs: -5, nanosecs: 1}}'
	inside 'tr -s " \t" " " </proc/self/timens_offsets'
	assert_contains "boottime -5 1"
}

@test "timeOffsets: exec has the container's clocks" {
	namespace_add time
	update_config '.linux.timeOffsets = {boottime: {secs: 1000000}}'
	sleeping_container
	run -0 caisson exec "$ID" cut -d. -f1 /proc/uptime
	((output >= 1000000 + $(cut -d. -f1 /proc/uptime) - 10))
	run -0 caisson exec "$ID" readlink /proc/self/ns/time
	assert_output "$(readlink "/proc/$(pid_of)/ns/time")"
}

@test "timeOffsets: without a new time namespace they are refused" {
	update_config '.linux.timeOffsets = {boottime: {secs: 5}}'
	refused linux.timeOffsets
	namespace_add time /proc/self/ns/time
	refused linux.timeOffsets
	namespace_add time
	update_config '.linux.timeOffsets = {realtime: {secs: 5}}'
	run caisson run "$ID"
	update_config '.linux.timeOffsets = {boottime: {secs: 5, nanosecs: 1000000000}}'
	refused linux.timeOffsets
}

@test "hostname and domainname: set in a new uts namespace, the host's untouched" {
	local before
	before=$(hostname)
	update_config '.hostname = "inner.host" | .domainname = "inner.domain"'
	inside 'hostname; cat /proc/sys/kernel/domainname'
	assert_output "inner.host
inner.domain"
	assert_equal "$(hostname)" "$before"
}

@test "hostname and domainname: without a uts namespace, or too long, they are refused" {
	namespace_remove uts
	update_config '.hostname = "x"'
	refused hostname uts
	update_config 'del(.hostname) | .domainname = "x"'
	refused domainname uts
	namespace_add uts
	update_config '.domainname = "ok" | .hostname = ("x" * 65)'
	refused hostname
	update_config '.hostname = ("x" * 64)'
	inside hostname
	assert_equal "${#output}" 64
}

@test "cgroup namespace: the container's cgroup is its root" {
	namespace_add cgroup
	inside 'cut -d: -f3 /proc/self/cgroup | sort -u'
	assert_output /
	namespace_remove cgroup
	inside 'cut -d: -f3 /proc/self/cgroup | sort -u'
	assert_contains "$ID"
}
