# linux.resources and linux.cgroupsPath: by the container's own files, and by what they do to it.
# In the layout "v2" cgroup2 is alone on /sys/fs/cgroup, with those controllers that v1 has left it.

bats_require_minimum_version 1.5.0
load helpers
load inside

is_v2() {
	[[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]
}

# needs CONTROLLER - the test is of it
needs() {
	if is_v2; then
		grep -qw "$1" /sys/fs/cgroup/cgroup.controllers ||
		skip "cgroup2 has no controller '$1' here"
	else
		[[ -d /sys/fs/cgroup/$1 ]] || skip "there is no hierarchy of '$1'"
	fi
}

resources() {
	update_config ".linux.resources |= . + $1"
}

# file V1-CONTROLLER V1-FILE V2-FILE - as the container's script is to name it
file() {
	if is_v2; then
		echo "/sys/fs/cgroup/$3"
	else
		echo "/sys/fs/cgroup/$1/$2"
	fi
}

# A bundle of user 1000, with a map of the one id.
rootless_bundle() {
	chmod 711 "$BATS_RUN_TMPDIR" "$TEST_DIR"
	mkdir -p "$ROOT"
	chown -hR 1000:1000 "$BUNDLE" "$ROOT"
	rm config.json
	"$CAISSON" spec --rootless
	update_config '.process.terminal = false | .linux.uidMappings = [{containerID: 0,
		hostID: 1000, size: 1}]
		| .linux.gidMappings = .linux.uidMappings | del(.linux.resources)'
	set_script 'echo here'
}

as_user() {
	setpriv --reuid 1000 --regid 1000 --clear-groups "$CAISSON" --root "$ROOT" "$@"
}

@test "view: the container sees its own groups, read-only at every mount" {
	grant_capabilities
	inside 'for dir in /sys/fs/cgroup /sys/fs/cgroup/*; do test ! -d $dir ||
		! mkdir $dir/new 2>/dev/null || echo "made $dir/new"
		test ! -d $dir || ! touch $dir/new 2>/dev/null || echo "touched $dir/new"; done
		cat /proc/self/mountinfo'
	refute_contains made
	refute_contains touched
	local target
	while read -r target; do
		assert_mount "$target" ro nosuid nodev noexec
	done < <(awk '$5 ~ "^/sys/fs/cgroup" { print $5 }' <<<"$output")
	assert_mount /sys/fs/cgroup ro
}

@test "view: its own processes are in them" {
	inside 'find /sys/fs/cgroup -name cgroup.procs | while read -r f; do grep -qx $$ $f &&
		echo in || echo "not in $f"; done | sort -u'
	assert_output in
}

@test "view: of v1, a directory for each hierarchy, and a link for each name of it" {
	! is_v2 || skip "for v1"
	inside 'ls -d /sys/fs/cgroup/*/'
	local controllers
	while IFS=: read -r _ controllers _; do
		[[ $controllers && $controllers != *name=* ]] || continue
		assert_contains "/sys/fs/cgroup/$controllers/"
	done </proc/self/cgroup
}

@test "view: with a cgroup namespace its groups are the roots" {
	namespace_add cgroup
	inside 'awk "\$0 ~ / - cgroup2? /" /proc/self/mountinfo | cut -d" " -f4 | sort -u
		cut -d: -f3 /proc/self/cgroup | sort -u'
	assert_output "/
/"
}

@test "view: a writable mount of a group of its own" {
	grant_capabilities
	namespace_add cgroup
	update_config '(.mounts[] | select(.type == "cgroup").options) = ["nosuid", "noexec",
		"nodev"]'
	if is_v2; then
		inside 'mkdir /sys/fs/cgroup/below && rmdir /sys/fs/cgroup/below && echo made'
	else
		inside 'mkdir /sys/fs/cgroup/cpu/below && rmdir /sys/fs/cgroup/cpu/below &&
		echo made'
	fi
	assert_output made
}

@test "view: in a user namespace, with and without a cgroup namespace, all is read-only" {
	user_namespace
	local with
	for with in namespace_add namespace_remove; do
		"$with" cgroup
		set_script 'for dir in /sys/fs/cgroup /sys/fs/cgroup/*; do test ! -d $dir ||
		! mkdir $dir/new 2>/dev/null || echo "made $dir/new"; done
			ls /sys/fs/cgroup | wc -l'
		run -0 caisson run "$ID"
		refute_contains made
		((${lines[-1]} > 0))
	done
}

# own_groups MODE - a user namespace, and a mount of cgroups that is MODE
own_groups() {
	user_namespace
	namespace_add cgroup
	update_config '(.mounts[] | select(.type == "cgroup") | .options) |= map(if . == "ro" then $mode else . end)' \
		--arg mode "$1"
}

# owner_of_group FILE - who has it on the host
owner_of_group() {
	stat -c %u "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$(pid_of "$ID")/cgroup")/$1"
}

# config-linux, "Cgroup ownership".  A limit that the host set stays the host's.
@test "ownership: a writable group of cgroup2 is given to the user of the container" {
	is_v2 || skip "for cgroup2"
	own_groups rw
	update_config '.process.user = {uid: 3, gid: 3}'
	sleeping_container
	local owner
	owner=$(($(awk '$1 == 0 { print $2 }' "/proc/$(pid_of "$ID")/uid_map") + 3))
	assert_equal "$(owner_of_group .)" "$owner"
	assert_equal "$(owner_of_group cgroup.procs)" "$owner"
	assert_equal "$(owner_of_group cgroup.subtree_control)" "$owner"
	assert_equal "$(owner_of_group cgroup.freeze)" 0
	# What it is good for: groups of its own, with its processes in them.
	run caisson exec "$ID" /bin/sh -c 'mkdir /sys/fs/cgroup/one && echo $$ >/sys/fs/cgroup/one/cgroup.procs &&
		cat /proc/self/cgroup'
	((status == 0)) || fail "$output"
	assert_contains 0::/one
	caisson delete --force "$ID"
	assert_gone
}

@test "ownership: a read-only group stays the host's, and so it does without a cgroup namespace" {
	is_v2 || skip "for cgroup2"
	own_groups ro
	sleeping_container
	assert_equal "$(owner_of_group .)" 0
	caisson delete --force "$ID"
	own_groups rw
	namespace_remove cgroup
	sleeping_container
	assert_equal "$(owner_of_group .)" 0
	assert_equal "$(owner_of_group cgroup.procs)" 0
}

@test "memory: the limit is the container's, and a program that wants more is killed" {
	needs memory
	resources '{memory: {limit: 33554432, swap: 33554432}}'
	inside "cat $(file memory memory.limit_in_bytes memory.max)"
	assert_output 33554432
	set_script 'head -c 100m /dev/zero | tail >/dev/null; echo "status $?"'
	run caisson run "$ID"
	refute_contains "status 0"
}

@test "memory: reservation, swappiness, oom killer of v1" {
	needs memory
	! is_v2 || skip "for v1"
	resources '{memory: {limit: 67108864, reservation: 33554432, swappiness: 20}}'
	inside 'cd /sys/fs/cgroup/memory; cat memory.soft_limit_in_bytes memory.swappiness'
	assert_output "33554432
20"
}

@test "cpu: shares, quota and period" {
	needs cpu
	resources '{cpu: {shares: 512, quota: 50000, period: 200000}}'
	if is_v2; then
		inside 'cd /sys/fs/cgroup; cat cpu.max'
		assert_output "50000 200000"
	else
		inside 'cd /sys/fs/cgroup/cpu; cat cpu.shares cpu.cfs_quota_us cpu.cfs_period_us'
		assert_output "512
50000
200000"
	fi
}

@test "cpuset: the processors that the program may use" {
	needs cpuset
	resources '{cpu: {cpus: "0", mems: "0"}}'
	inside 'grep -E "(Cpus|Mems)_allowed_list" /proc/self/status'
	assert_output $'Cpus_allowed_list:\t0
Mems_allowed_list:\t0'
	resources '{cpu: {cpus: "4095"}}'
	refused linux.resources.cpu.cpus
}

@test "cpuset: all processors, whatever the caller is bound to" {
	(($(nproc) > 1)) || skip "there is one processor"
	set_args grep Cpus_allowed_list /proc/self/status
	run -0 taskset -c 0 "$CAISSON" --root "$ROOT" run "$ID"
	assert_equal "$output" $'Cpus_allowed_list:\t'"$(</sys/devices/system/cpu/online)"
}

@test "pids: the limit is that of the program and its children" {
	needs pids
	resources '{pids: {limit: 5}}'
	set_script "cat $(file pids pids.max pids.max)
		"'for i in 1 2 3 4 5 6 7 8 9; do sleep 3 & done'
	run caisson run "$ID"
	assert_equal "${lines[0]}" 5
	assert_contains "can't fork"
}

@test "pids: a limit of 1 leaves room for init, and for no other" {
	needs pids
	resources '{pids: {limit: 1}}'
	set_args cat /proc/self/comm
	run -0 caisson run "$ID"
	assert_output cat
	set_script 'sleep 1 & echo here'
	run caisson run "$ID"
	assert_contains "can't fork"
	detached create "$ID"
	caisson start "$ID"
	wait_for_status stopped
}

@test "pids: -1 is no limit" {
	needs pids
	resources '{pids: {limit: -1}}'
	inside "cat $(file pids pids.max pids.max)"
	assert_output max
}

@test "hugetlb: the limit of a page size" {
	is_v2 && needs hugetlb
	[[ -d /sys/fs/cgroup/unified ]] || is_v2 || skip "no hugetlb"
	[[ -d /sys/kernel/mm/hugepages/hugepages-2048kB ]] || skip "no pages of 2 MB"
	is_v2 || skip "in the layout v2"
	resources '{hugepageLimits: [{pageSize: "2MB", limit: 4194304}]}'
	inside 'cat /sys/fs/cgroup/hugetlb.2MB.max'
	assert_output 4194304
	resources '{hugepageLimits: [{pageSize: "3MB", limit: 4194304}]}'
	refused 'linux.resources.hugepageLimits[0]' 3MB
}

@test "unified: files by name, and only with cgroup2" {
	if ! is_v2; then
		resources '{unified: {"memory.high": "1000000"}}'
		refused linux.resources.unified
		return
	fi
	needs hugetlb
	resources '{unified: {"hugetlb.2MB.max": "2097152"}}'
	inside 'cat /sys/fs/cgroup/hugetlb.2MB.max'
	assert_output 2097152
	resources '{unified: {"nonesuch.max": "1"}}'
	refused linux.resources.unified nonesuch
	resources '{unified: {"hugetlb.2MB.nonesuch": "1"}}'
	refused linux.resources.unified hugetlb.2MB.nonesuch
	resources '{unified: {"../hugetlb.2MB.max": "1"}}'
	refused linux.resources.unified
}

@test "a missing controller and a value that the kernel refuses are told with their place" {
	if is_v2 && ! grep -qw memory /sys/fs/cgroup/cgroup.controllers; then
		resources '{memory: {limit: 33554432}}'
		refused linux.resources.memory.limit memory
	fi
	needs cpu
	resources '{cpu: {quota: 1, period: 1}}'
	refused linux.resources.cpu
}

@test "devices: what is not allowed cannot be opened, made or neither" {
	grant_capabilities
	writable_root
	update_config '.linux.devices = [{type: "c", path: "/dev/fuse", major: 10, minor: 229,
		fileMode: 438},
		{type: "c", path: "/dev/kmsg", major: 1, minor: 11, fileMode: 438},
		{type: "c", path: "/dev/ppp", major: 108, minor: 0, fileMode: 438}]'
	resources '{devices: [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 10,
		minor: 229, access: "rw"},
		{allow: true, type: "c", major: 1, minor: 11, access: "w"}]}'
	inside 'exec 2>&1
		echo "fuse $( (: <>/dev/fuse) && echo yes || echo no)"
		echo "kmsg read $( (: </dev/kmsg) && echo yes || echo no)"
		echo "ppp $( (: <>/dev/ppp) && echo yes || echo no)"
		mknod /tmp/null c 1 3 && echo x >/tmp/null && echo "null yes"
		mknod /tmp/sda b 8 0 && echo "node yes"; (: </tmp/sda) && echo "sda yes" ||
		echo "sda no"'
	assert_contains "fuse yes"
	assert_contains "kmsg read no"
	assert_contains "ppp no"
	assert_contains "null yes"
	assert_contains "sda no"
	assert_contains "Operation not permitted"
}

@test "devices: the default ones work where all is denied" {
	resources '{devices: [{allow: false, access: "rwm"}]}'
	inside 'head -c 1 /dev/zero | wc -c; head -c 1 /dev/urandom | wc -c; echo x >/dev/null
		: </dev/random; test -c /dev/full
		exec 3<>/dev/ptmx; ls /dev/pts | grep -x 0'
	assert_output "1
1
0"
}

@test "devices: all allowed, then one denied" {
	grant_capabilities
	writable_root
	resources '{devices: [{allow: true, access: "rwm"}, {allow: false, type: "c", major: 1,
		minor: 11, access: "rwm"}]}'
	# Making nodes is always allowed: they cannot be opened.
	inside 'mknod /tmp/kmsg c 1 11; no open /tmp/kmsg; mknod /tmp/fuse c 10 229 &&
		(: <>/tmp/fuse) && echo yes'
	assert_contains "Operation not permitted"
	assert_contains yes
}

@test "cgroupsPath: absolute and relative, made with their parents and removed" {
	local path
	for path in "/$ID-parent/below" "$ID-parent/below"; do
		update_config '.linux.cgroupsPath = $path' --arg path "$path"
		inside 'cut -d: -f3 /proc/1/cgroup | sort -u'
		run -0 find /sys/fs/cgroup -type d -path "*below*"
		assert_output ""
		find /sys/fs/cgroup -depth -type d -name "$ID-parent" -exec rmdir {} +
	done
	namespace_remove cgroup
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID-parent/below"
	inside 'cut -d: -f3 /proc/1/cgroup'
	assert_contains "/$ID-parent/below"
	find /sys/fs/cgroup -depth -type d -name "$ID-parent" -exec rmdir {} +
}

@test "cgroupsPath: no way out by dots" {
	update_config '.linux.cgroupsPath = $path' --arg path "/../../../../$ID-out"
	run caisson run "$ID"
	[[ ! -e /$ID-out && ! -e /sys/$ID-out && ! -e /sys/fs/$ID-out ]]
}

@test "rootless: without permission and without limits it runs, with limits it is refused" {
	command -v setpriv >/dev/null || skip "no setpriv"
	rootless_bundle
	run -0 as_user run "$ID"
	assert_output here
	update_config '.linux.resources = {pids: {limit: 10}}'
	run -1 as_user run "$ID"
	assert_contains cgroup
}
