# Properties that have no file of their own: what is absent, what is not ours, and what is seldom used.

bats_require_minimum_version 1.5.0
load helpers
load inside

# What a process shows of itself and of where it is.
FACTS='id; umask; pwd; env | sort; hostname; cut -d" " -f4- /proc/self/mountinfo | sed "s/ [0-9:]* / /"
	grep -E "^(Cap|NoNew|Seccomp)" /proc/self/status; cat /proc/self/limits; ls /dev'

@test "properties of other platforms, and unknown ones at each level, change nothing" {
	local plain
	set_script "$FACTS"
	run -0 caisson run "$ID"
	plain=$output
	update_config '
		def more: if type == "object" then with_entries(.value |= more) + {"org.example": {"a": [1, null]}}
			elif type == "array" then map(more) else . end;
		.annotations as $annotations | more | .annotations = {} | .solaris = {milestone: "x"}
		| .windows = {layerFolders: ["x"]} | .vm = {kernel: {path: "/x"}, hwConfig: {}} | .zos = {}
		| .freebsd = {devices: []} | .process.commandLine = "evil" | .process.user.username = "nobody"'
	assert_equal "$(jq '[.. | objects | select(has("org.example"))] | length > 20' config.json)" true
	run -0 caisson run "$ID"
	assert_output "$plain"
}

@test "absent: root, linux, process and its parts" {
	local property
	cp config.json plain
	for property in .root .root.path .linux .process .process.args .process.cwd .ociVersion; do
		jq "del($property)" plain >config.json
		refused "${property#.}"
		refute_contains "unknown"
	done
	jq '.process.args = []' plain >config.json
	refused process.args
	jq 'del(.process.user, .process.env, .process.capabilities, .process.rlimits, .process.noNewPrivileges)
		| .process.args = ["/bin/sh", "-c", "id -u; grep -E ^Cap.nd /proc/self/status; echo $PATH"]' plain >config.json
	run -0 caisson run "$ID"
	assert_equal "${lines[0]}" 0
	assert_equal "${lines[1]}" "CapBnd:	0000000000000000"
}

@test "absent: mounts, hostname and hooks; null is absent" {
	update_config 'del(.mounts, .hostname, .hooks, .linux.maskedPaths, .linux.readonlyPaths)
		| .domainname = null | .annotations = null | .linux.seccomp = null | .linux.sysctl = null'
	set_args /bin/sh -c 'hostname; ls /proc | wc -l; stat -c %t:%T /dev/null'
	run -0 caisson run "$ID"
	assert_equal "${lines[1]}" 0
	assert_equal "${lines[2]}" 1:3
}

@test "annotations: in the state as they are, known to nobody or not; an empty key is refused" {
	update_config '.annotations = {"org.example.a": "1", "b": "", "run.oci.unheard": "x", "ü\n": "\u0001"}'
	sleeping_container
	run -0 caisson state "$ID"
	assert_equal "$(jq -c .annotations <<<"$output")" \
		'{"org.example.a":"1","b":"","run.oci.unheard":"x","ü\n":"\u0001"}'
	update_config '.annotations = {"": "x"}'
	run -1 caisson run "$ID-two"
	assert_contains annotations
	update_config '.annotations = {"a": 1}'
	run -1 caisson run "$ID-two"
	assert_contains annotations
}

@test "destination: a relative one is below /, and warned of" {
	add_mount mnt/relative tmpfs t size=64k
	inside 'cat /proc/self/mountinfo'
	assert_contains warning
	assert_mount /mnt/relative rw
}

@test "destination: the root itself is refused, by each spelling" {
	local at
	cp config.json plain
	for at in / // /. /mnt/.. ///../ ''; do
		cp plain config.json
		update_config '.mounts += [{destination: $at, type: "tmpfs", source: "t"}]' --arg at "$at"
		refused "mounts[7]"
	done
}

@test "bind: options of a file system are refused" {
	mkdir source
	add_mount /mnt '' source bind size=64k
	refused "mounts[7]" size=64k
}

@test "below /proc: the files that stand for the host's can be replaced, each of them" {
	local name names='cpuinfo diskstats meminfo stat swaps uptime loadavg slabinfo sys/kernel/ns_last_pid'
	for name in $names; do
		[[ -e /proc/$name ]] || continue
		echo "of $name" >"${name##*/}"
		add_mount "/proc/$name" '' "${name##*/}" bind
	done
	update_config '.linux.readonlyPaths -= ["/proc/sys"]'
	inside "for name in $names; do test ! -e /proc/\$name || cat /proc/\$name; done"
	assert_equal "$output" "$(for name in $names; do [[ ! -e /proc/$name ]] || echo "of $name"; done)"
}

@test "rlimits: each type, by its line of /proc/self/limits" {
	local row type hard soft words ours
	# The words are the kernel's.  What a program needs to start is left large, and no hard limit of our
	# caller's is raised.
	while read -r type hard words; do
		ours=$(sed -n "s/^$words  *[^ ]*  *\([^ ]*\).*/\1/p" /proc/self/limits)
		[[ $ours == unlimited ]] || ((ours >= hard)) || hard=$ours
		soft=$((hard > 0 ? hard - 1 : 0))
		update_config '.process.rlimits = [{type: $type, soft: $soft, hard: $hard}]' \
			--arg type "$type" --argjson hard "$hard" --argjson soft "$soft"
		set_args /bin/cat /proc/self/limits
		run -0 caisson run "$ID"
		row=$(grep "^$words  " <<<"$output")
		assert_equal "$(sed "s/^$words *//" <<<"$row" | awk '{ print $1, $2 }')" "$soft $hard"
	done <<-'ROWS'
		RLIMIT_AS 8589934592 Max address space
		RLIMIT_CORE 4096 Max core file size
		RLIMIT_CPU 77 Max cpu time
		RLIMIT_DATA 8589934592 Max data size
		RLIMIT_FSIZE 65537 Max file size
		RLIMIT_LOCKS 78 Max file locks
		RLIMIT_MEMLOCK 65537 Max locked memory
		RLIMIT_MSGQUEUE 4097 Max msgqueue size
		RLIMIT_NICE 20 Max nice priority
		RLIMIT_NOFILE 79 Max open files
		RLIMIT_NPROC 80000 Max processes
		RLIMIT_RSS 8589934592 Max resident set
		RLIMIT_RTPRIO 21 Max realtime priority
		RLIMIT_RTTIME 9000000 Max realtime timeout
		RLIMIT_SIGPENDING 81 Max pending signals
		RLIMIT_STACK 4194305 Max stack size
	ROWS
}

@test "capabilities: each name has its number" {
	# Of capability.h, from 0 on.
	local names=(CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
		LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER
		SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE
		SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
		MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF
		CHECKPOINT_RESTORE)
	local ours bit i some wanted
	ours=$((16#$(sed -n 's/^CapBnd:\t//p' /proc/self/status)))
	# Six containers tell each of them from every other: those whose number has this bit.
	for ((bit = 1; bit < 64; bit *= 2)); do
		some=() wanted=0
		for i in "${!names[@]}"; do
			((i & bit)) || continue
			some+=("CAP_${names[i]}")
			wanted=$((wanted | 1 << i))
		done
		update_config '.process.capabilities = {bounding: $ARGS.positional,
			permitted: $ARGS.positional, effective: $ARGS.positional}' --args "${some[@]}"
		set_args sed -n 's/^Cap\(Eff\|Bnd\):\t//p' /proc/self/status
		run -0 --separate-stderr caisson run "$ID"
		assert_output "$(printf '%016x\n%016x' $((wanted & ours)) $((wanted & ours)))"
	done
}

@test "scheduler: flags that keep what there was, and those for which the kernel has no use here" {
	# Fields 19 and 41 of stat: nice, and the policy, of which 3 is SCHED_BATCH.
	local nice row
	nice=$(cut -d' ' -f19 /proc/self/stat)
	set_args cut -d' ' -f19,41 /proc/self/stat
	for row in "DL_OVERRUN 7 3" "KEEP_POLICY 7 0" "KEEP_PARAMS $nice 0"; do
		update_config '.process.scheduler = {policy: "SCHED_BATCH", nice: 7,
			flags: ["SCHED_FLAG_" + $flag]}' --arg flag "${row%% *}"
		run -0 caisson run "$ID"
		assert_equal "${row%% *} $output" "$row"
	done
	# The clamp of 0 is the least there is, where the kernel has clamps.
	for row in MIN MAX; do
		update_config '.process.scheduler = {policy: "SCHED_BATCH", nice: 7,
			flags: ["SCHED_FLAG_UTIL_CLAMP_" + $flag]}' --arg flag "$row"
		run caisson run "$ID"
		if ((status)); then
			assert_contains 'process.scheduler: set SCHED_BATCH'
			assert_contains 'operation not supported'
		else
			assert_output '7 3'
		fi
	done
}

@test "sysctl: of a user namespace, in one of its own" {
	update_config '.linux.sysctl = {"user.max_net_namespaces": "17"}'
	refused user.max_net_namespaces
	user_namespace
	inside 'cat /proc/sys/user/max_net_namespaces'
	assert_output 17
	refute_contains 17 "$(cat /proc/sys/user/max_net_namespaces) "
}

@test "consoleSize: without a terminal it is nothing" {
	update_config '.process.consoleSize = {height: 11, width: 22}'
	inside 'no test -t 0; echo ran'
	assert_output ran
}

@test "execCPUAffinity: final is exec's, init's is the cpuset's" {
	local all
	(($(nproc) > 1)) || skip "one processor"
	set_args /bin/grep Cpus_allowed_list /proc/self/status
	all=$(caisson run "$ID")
	update_config '.process.execCPUAffinity = {initial: "1", final: "0"}'
	run -0 caisson run "$ID"
	assert_output "$all"
	sleeping_container
	run -0 caisson exec "$ID" /bin/grep Cpus_allowed_list /proc/self/status
	assert_output "Cpus_allowed_list:	0"
	jq '.process | .args = ["/bin/grep", "Cpus_allowed_list", "/proc/self/status"]
		| .execCPUAffinity = {initial: "0", final: "1"}' config.json >process
	run -0 caisson exec --process process "$ID"
	assert_output "Cpus_allowed_list:	1"
	jq 'del(.execCPUAffinity)' process >other
	# The container's, then.
	run -0 caisson exec --process other "$ID"
	assert_output "Cpus_allowed_list:	0"
	jq '.execCPUAffinity.final = "1-"' process >other
	run -255 caisson exec --process other "$ID"
	assert_contains execCPUAffinity.final
}

@test "uidMappings beside a user namespace that is joined are warned of, and those of the namespace hold" {
	hold --user --map-root-user
	user_namespace 300000
	namespace_add user "/proc/$holder/ns/user"
	set_args /bin/cat /proc/self/uid_map
	run caisson run "$ID"
	release
	assert_contains warning
	assert_contains linux.uidMappings
	refute_contains 300000 "${lines[-1]}"
}

@test "rdma: a limit where there is no such controller is refused with its place" {
	grep -q '^rdma' /proc/cgroups || [[ ! -e /sys/fs/cgroup/rdma ]] || skip "there is one"
	update_config '.linux.resources.rdma = {mlx5_1: {hcaHandles: 3, hcaObjects: 10000}}'
	refused linux.resources.rdma
}
