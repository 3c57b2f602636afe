# The assertion itself (libcontainer/audit/): faults are seeded into a start by letting system calls of it
# do nothing and say that they did.  None of them is an error to who makes the call: the kernel just does
# not hold what was planned.  Faults in the table of mounts, and in each row, are seeded by tests/audit/.

bats_require_minimum_version 1.5.0
load helpers
load inside

setup() {
	command -v strace >/dev/null || skip "no strace"
	setup_bundle
	# Few mounts and nothing hidden, so that it is known which call is which.
	update_config '.linux.maskedPaths = [] | .linux.readonlyPaths = [] | .root.readonly = false
		| .mounts |= map(select(.type == "proc" or .destination == "/dev"))'
}

teardown() {
	teardown_holder
}

# seeded CALL:WHEN TEXT [ARGUMENT...] - `create` fails with TEXT where these calls do nothing, and without
# that it does not.
seeded() {
	local inject=$1 text=$2
	shift 2
	detached create "$@" "$ID"
	caisson delete --force "$ID"
	# A start that went on would leave an init that waits, and strace with it.
	local seen=0
	"${caller[@]}" timeout -k 1 20 strace -f -qq -o "$TEST_DIR/calls" -e trace="${inject%%:*}" \
		-e "inject=${inject%%:*}:retval=0:when=${inject#*:}" \
		"$CAISSON" --root "$ROOT" create "$@" "$ID" </dev/null >"$TEST_DIR/output" 2>&1 || seen=$?
	output=$(<"$TEST_DIR/output")
	grep -q INJECTED "$TEST_DIR/calls" || fail "no such call: $output"
	((seen == 1)) || fail "status $seen: $output"
	assert_contains "assertion: $text"
	assert_gone
}

@test "seeded: a writable /sys" {
	add_mount /sys none /sys rbind nosuid noexec nodev ro
	seeded mount_setattr:2+ "mounts[2]: '/sys': planned 'ro,nosuid,"
}

@test "seeded: a bind without nosuid, and without what is set below" {
	mkdir -p source/below
	mount -t tmpfs t source/below
	add_mount /mnt none source rbind nosuid
	seeded mount_setattr:2 "mounts[2]: '/mnt': planned 'rw,nosuid,"
	update_config '.mounts[-1].options = ["rbind", "rro"]'
	seeded mount_setattr:2 "mounts[2]: '/mnt"
	umount source/below
}

@test "seeded: a tmpfs that does not become read-only at last" {
	add_mount /mnt tmpfs t ro
	seeded mount_setattr:2 "mounts[2]: '/mnt': planned 'ro,relatime', found 'rw,relatime'"
}

@test "seeded: a writable root" {
	update_config '.root.readonly = true'
	seeded mount_setattr:2+ "root: '/': planned 'ro,"
}

@test "seeded: a mount that is not there" {
	add_mount /mnt tmpfs t
	# The root's is the first.
	seeded move_mount:4 "mounts[2]: '/mnt': planned 'a mount', found 'none'"
}

@test "seeded: a path that is not hidden, or not read-only" {
	update_config '.linux.maskedPaths = ["/proc/cmdline"]'
	seeded move_mount:4 "linux.maskedPaths: '/proc/cmdline': planned 'a mount', found 'none'"
	update_config '.linux.maskedPaths = ["/proc/sys"]'
	seeded move_mount:4 "linux.maskedPaths: '/proc/sys': planned 'a mount', found 'none'"
	update_config '.linux.maskedPaths = [] | .linux.readonlyPaths = ["/proc/sys"]'
	seeded mount_setattr:2+ "linux.readonlyPaths: '/proc/sys': planned 'ro,"
}

@test "seeded: a mount that stays the host's, too" {
	mkdir volume
	mount -t tmpfs t volume
	mount --make-shared volume
	add_mount /mnt none volume rbind
	seeded mount:1 "mounts[2]: '/mnt': planned 'no mount that is the host's, too', found 'shared'"
	umount volume
}

@test "seeded: ids and groups" {
	update_config '.process.user = {uid: 1000, gid: 7, additionalGids: [5, 11]}'
	seeded setuid:1+ "Uid: planned '1000 1000 1000 1000', found '0 0 0 0'"
	seeded setgid:1+ "Gid: planned '7 7 7 7', found '0 0 0 0'"
	seeded setgroups:1+ "Groups: planned '5 11', found 'none'"
}

@test "seeded: ids in a user namespace" {
	user_namespace
	give_image 100000
	update_config '.process.user = {uid: 1000, gid: 7, additionalGids: [5]}'
	seeded setuid:1+ "Uid: planned '1000 1000 1000 1000', found '0 0 0 0'"
}

@test "seeded: capabilities, and a filter" {
	seeded capset:1+ "capabilities CapPrm: planned "
	seeded prctl:1+ "capabilities CapBnd: planned "
	update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: ["getcwd"], action: "SCMP_ACT_ERRNO"}]}'
	seeded seccomp:1+ "Seccomp: planned '2', found '0'"
}

@test "seeded: umask, limits, scheduling" {
	update_config '.process.user.umask = 63 | .process.rlimits = [{type: "RLIMIT_CORE", soft: 17, hard: 18}]
		| .process.scheduler = {policy: "SCHED_BATCH", nice: 3}
		| .process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6}
		| .linux.personality = {domain: "LINUX32"}'
	seeded umask:1+ "Umask: planned '0077', found '0022'"
	seeded prlimit64:1+ "rlimit RLIMIT_CORE: planned '17 18'"
	seeded sched_setattr:1+ "scheduler: planned 'policy 3, nice 3', found 'policy 0, nice "
	seeded ioprio_set:1+ "ioPriority: planned 'class 2, priority 6'"
	seeded personality:1+ "personality: planned '00000008', found '00000000'"
}

@test "seeded: namespaces, new and joined" {
	namespace_add cgroup
	seeded unshare:1+ "namespace cgroup: planned one other than 'cgroup:["
	hold --ipc
	namespace_add ipc "/proc/$holder/ns/ipc"
	seeded setns:1+ "namespace ipc: planned '$(links_of "$holder" ipc)', found 'ipc:["
}

@test "seeded: host name and domain name" {
	update_config '.hostname = "box" | .domainname = "example"'
	seeded sethostname:1+ "hostname: planned 'box', found '$(</proc/sys/kernel/hostname)'"
	seeded setdomainname:1+ "domainname: planned 'example', found '$(</proc/sys/kernel/domainname)'"
	# As root of a user namespace, whose uts namespace is its own.
	user_namespace
	give_image 100000
	seeded sethostname:1+ "hostname: planned 'box', found '$(</proc/sys/kernel/hostname)'"
}

@test "seeded: by a user without privileges, who sees it all the same" {
	command -v setpriv >/dev/null || skip "no setpriv"
	rm config.json
	"$CAISSON" spec --rootless
	update_config '.process.terminal = false | del(.linux.resources) | .hostname = "box"
		| .linux.sysctl = {"kernel.shmmni": "17"}
		| .linux.uidMappings = [{containerID: 0, hostID: 1000, size: 1}]
		| .linux.gidMappings = .linux.uidMappings
		| .mounts |= map(select(.type == "proc" or .destination == "/dev"))'
	mkdir -p "$ROOT"
	chown -hR 1000:1000 "$TEST_DIR"
	caller=(setpriv --reuid 1000 --regid 1000 --clear-groups)
	seeded sethostname:1+ "hostname: planned 'box', found '$(</proc/sys/kernel/hostname)'"
	seeded mount_setattr:2+ "linux.maskedPaths: '/proc/"
	seeded close_range:1+ "descriptors: planned '0-2', found '0-"
	seeded prctl:1+ "capabilities CapBnd: planned "
	caller=()
}

@test "seeded: the cpus, and the policy of memory" {
	local cpus groups=/sys/fs/cgroup
	cpus=$(awk '$1 == "Cpus_allowed_list:" { print $2 }' /proc/self/status)
	# Where more than one could be, and the cpuset says so: v2 here may have none.
	if [[ $cpus == *[,-]* && $(</proc/self/cpuset) == / ]] &&
		[[ -e $groups/cpuset/cpuset.effective_cpus || -e $groups/cpuset.cpus.effective ]]; then
		caller=(taskset -c "${cpus%%[,-]*}")
		seeded sched_setaffinity:1+ "cpus: planned '$cpus', found '${cpus%%[,-]*}'"
		caller=()
	fi
	[[ -r /proc/self/numa_maps ]] || skip "no NUMA"
	update_config '.linux.memoryPolicy = {mode: "MPOL_INTERLEAVE", nodes: "0"}'
	seeded set_mempolicy:1+ "memoryPolicy: planned 'interleave:0', found 'default'"
}

@test "seeded: the options of a file system" {
	add_mount /mnt tmpfs t size=64k mode=700
	# The source, what it is to be, and the end: two for proc, four for /dev.
	seeded fsconfig:8 "mounts[2]: '/mnt': planned 'size=64k', found 'rw,mode=700"
	seeded fsconfig:9 "mounts[2]: '/mnt': planned 'mode=700', found 'rw,size=64k"
}

@test "seeded: descriptors, and the working directory" {
	seeded close_range:1+ "descriptors: planned '0-2', found '0-"
	update_config '.process.cwd = "/tmp"'
	seeded chdir:2+ "cwd: planned '/tmp', found 'the host's "
}

@test "seeded: exec" {
	sleeping_container
	run timeout -k 1 30 strace -f -qq -o "$TEST_DIR/calls" -e trace=setuid -e inject=setuid:retval=0 \
		"$CAISSON" --root "$ROOT" exec --user 1000 "$ID" /bin/true </dev/null
	assert_equal "$status" 255
	assert_contains "assertion: Uid: planned '1000 1000 1000 1000', found '0 0 0 0'"
	run -0 caisson exec --user 1000 "$ID" /bin/true
}

# What of the program itself differs is told by `start`; it never runs, and the container is stopped.
@test "seeded: what start finds is not what create had planned" {
	set_script 'echo it ran'
	detached create "$ID"
	sed -i 's/^NoNewPrivs 0 1/NoNewPrivs 0 0/' "$ROOT/$ID/expected"
	run -1 caisson start "$ID"
	assert_contains "assertion: NoNewPrivs: planned '0', found '1'"
	wait_for_status stopped
	assert_equal "$(<"$TEST_DIR/output")" ''
}

@test "the program can't tell: no tracer, no signal, by run, start and exec" {
	set_script 'grep -E "^(TracerPid|SigPnd|SigIgn|SigCgt)" /proc/self/status'
	local plain
	plain=$(untraced "$CAISSON" --root "$ROOT" run "$ID")
	assert_contains "TracerPid:	0" "$plain"
	run -0 caisson run "$ID"
	assert_output "$plain"
	detached create "$ID"
	run -0 caisson start "$ID"
	wait_for_status stopped
	assert_equal "$(<"$TEST_DIR/output")" "$plain"
	caisson delete "$ID"
	sleeping_container
	run -0 caisson exec "$ID" /bin/sh -c \
		'grep -E "^(TracerPid|SigPnd|SigIgn|SigCgt)" /proc/self/status'
	assert_output "$plain"
}

@test "a program with rights of its own keeps them" {
	update_config '.process.noNewPrivileges = false | .process.user = {uid: 1000, gid: 1000}'
	rm rootfs/bin/awk
	cp rootfs/bin/busybox rootfs/bin/awk
	chmod 4755 rootfs/bin/awk
	set_args /bin/awk '/^Uid/ { print $3, $4, $5 }' /proc/self/status
	run -0 untraced "$CAISSON" --root "$ROOT" run "$ID"
	local plain=$output
	# What busybox makes of the right is its own; that it was given is seen.
	assert_contains 0 "$plain"
	run -0 caisson run "$ID"
	assert_output "$plain"
}

@test "startContainer hooks: their ends are signals to init, and stop nobody" {
	update_config '.hooks.startContainer = [range(3) | {path: "/bin/true"}]'
	set_script 'echo it ran'
	run -0 caisson run "$ID"
	assert_output "it ran"
	detached create "$ID"
	run -0 caisson start "$ID"
	wait_for_status stopped
	assert_equal "$(<"$TEST_DIR/output")" "it ran"
}

@test "a program that can't be executed is told of as always" {
	printf '#!/nowhere\n' >rootfs/bin/broken
	chmod 755 rootfs/bin/broken
	set_args /bin/broken
	run -1 caisson run "$ID"
	assert_contains "exec /bin/broken: no such file or directory"
	assert_gone
	detached create "$ID"
	run -1 caisson start "$ID"
	assert_contains "exec /bin/broken: no such file or directory"
}

@test "who has a tracer already can't be traced, and is told why" {
	run -1 timeout -k 1 30 strace -f -qq -o /dev/null "$CAISSON" --root "$ROOT" run "$ID"
	assert_contains "assertion: trace process "
	assert_contains "it may have a tracer already"
	assert_contains "Yama"
	assert_gone
}

@test "it costs nothing where it is off" {
	untraced strace -f -qq -o "$TEST_DIR/calls" "$CAISSON" --root "$ROOT" run "$ID"
	run -0 grep -c execve "$TEST_DIR/calls"
	run -1 grep -E 'ptrace\(|"[0-9]+/|sched_getattr|ioprio_get|waitid\(P_PID,' "$TEST_DIR/calls"
	[[ ! -e $ROOT/$ID/expected ]]
}
