# `process`: arguments, environment, working directory, umask, limits, scores.

bats_require_minimum_version 1.5.0
load helpers
load inside

@test "args: as given, with blanks, quotes, newlines, and empty ones" {
	set_args printf '[%s]' '' 'a b' '"' $'new\nline' '$HOME' 'ü'
	run -0 caisson run "$ID"
	assert_output $'[][a b]["][new\nline][$HOME][ü]'
}

@test "args: the first is looked up in the container's PATH, which may have relative parts" {
	mkdir -p rootfs/opt/tools
	printf '#!/bin/sh\necho "tool $*"\n' >rootfs/opt/tools/tool
	chmod 755 rootfs/opt/tools/tool
	update_config '.process.env = ["PATH=/nonesuch:/opt/tools:/bin"]'
	set_args tool one
	run -0 caisson run "$ID"
	assert_output "tool one"
	update_config '.process.env = ["PATH=/bin"]'
	run -1 caisson run "$ID"
	assert_contains tool
	update_config '.process.args = ["./tool", "two"] | .process.cwd = "/opt/tools"'
	run -0 caisson run "$ID"
	assert_output "tool two"
}

@test "args: what is no program, not executable or a directory is told" {
	echo text >rootfs/text
	local path
	for path in /nonesuch /text /bin; do
		set_args "$path"
		run ! caisson run "$ID"
		assert_contains "$path"
		assert_gone
	done
}

@test "env: order, duplicates, empty values and newlines" {
	update_config '.process.env = ["B=1", "PATH=/bin", "A=first", "EMPTY=", "N=a\nb",
		"A=last", "HOME=/h"]'
	set_args env
	run -0 caisson run "$ID"
	assert_output "B=1
PATH=/bin
EMPTY=
N=a
b
A=last
HOME=/h"
}

@test "env: nothing of the caller's" {
	export CALLERS_OWN=secret
	set_args env
	run -0 caisson run "$ID"
	refute_contains CALLERS_OWN
	refute_contains CAISSON
}

@test "env: HOME is the image's passwd's where it is missing or empty, once" {
	set_args env
	run -0 caisson run "$ID"
	assert_contains HOME=/root
	update_config '.process.env += ["HOME="]'
	run -0 caisson run "$ID"
	assert_equal "$(grep HOME <<<"$output")" HOME=/root
	update_config '.process.user = {uid: 1000, gid: 1000}'
	run -0 caisson run "$ID"
	assert_equal "$(grep HOME <<<"$output")" HOME=/home
	update_config '.process.user = {uid: 4711, gid: 0}'
	run -0 caisson run "$ID"
	assert_equal "$(grep HOME <<<"$output")" HOME=/
	rm rootfs/etc/passwd
	run -0 caisson run "$ID"
	assert_equal "$(grep HOME <<<"$output")" HOME=/
}

@test "env: a passwd that is a fifo, a link to the host or garbage does not hold up the start" {
	local what
	set_args env
	echo 'root:x:0:0::/from-the-host:' >"$TEST_DIR/passwd"
	for what in fifo link garbage; do
		rm -f rootfs/etc/passwd
		case $what in
		fifo) mkfifo rootfs/etc/passwd ;;
		link) ln -s "$TEST_DIR/passwd" rootfs/etc/passwd ;;
		garbage) head -c 100000 /dev/urandom >rootfs/etc/passwd ;;
		esac
		run -0 timeout 20 "$CAISSON" --root "$ROOT" run "$ID"
		assert_equal "$(grep ^HOME <<<"$output")" HOME=/
	done
}

@test "env: names without a value are refused" {
	update_config '.process.env = ["PATH=/bin", "NOVALUE"]'
	refused 'process.env[1]'
	update_config '.process.env = ["=x"]'
	refused 'process.env[0]'
}

@test "cwd: is made where it is missing, with mode 0755 whatever the umask" {
	update_config '.process.cwd = "/new/work" | .root.readonly = false'
	set_script 'pwd; stat -c "%a %u" /new /new/work'
	umask 077
	run -0 caisson run "$ID"
	umask 022
	assert_output "/new/work
755 0
755 0"
}

@test "cwd: in a mount, through a symlink of the image, and on a read-only root" {
	mkdir source
	add_mount /mnt/bound '' source bind
	ln -s /mnt/bound rootfs/work
	update_config '.process.cwd = "/work"'
	inside '/bin/pwd -P; touch here'
	assert_output /mnt/bound
	[[ -e source/here ]]
}

@test "cwd: entered with the rights of root or of the user, whichever do" {
	mkdir -p rootfs/private
	chown 1000:1000 rootfs/private
	chmod 700 rootfs/private
	update_config '.process.cwd = "/private" | .process.user = {uid: 1001, gid: 1001}'
	inside 'echo $PWD; no ls'
	assert_equal "${lines[0]}" /private
	# The root of this user namespace has no power over a directory of nobody's that it knows.
	user_namespace
	refused /private 'permission denied'
	chown 101000:101000 rootfs/private
	update_config '.process.user = {uid: 1000, gid: 1000}'
	inside 'echo $PWD; ls'
	assert_output /private
}

@test "cwd: a file is refused, and so is a relative one" {
	update_config '.process.cwd = "/bin/busybox"'
	refused /bin/busybox 'not a directory'
	update_config '.process.cwd = "bin"'
	refused process.cwd
}

@test "umask: 022 by default whatever the caller's, or the user's" {
	local mask
	for mask in 0 022 077; do
		umask "$mask"
		inside umask
		umask 022
		assert_output 0022
	done
	update_config '.process.user.umask = 63'
	inside umask
	assert_output 0077
	update_config '.process.user.umask = 0'
	inside umask
	assert_output 0000
}

@test "rlimits: soft and hard of each, and unlimited" {
	update_config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200},
		{type: "RLIMIT_CORE", soft: 0, hard: 0}, {type: "RLIMIT_NPROC", soft: 1111,
		hard: 2222},
		{type: "RLIMIT_STACK", soft: 4194304, hard: 18446744073709551615},
		{type: "RLIMIT_FSIZE", soft: 4096, hard: 8192}, {type: "RLIMIT_CPU", soft: 30,
		hard: 40},
		{type: "RLIMIT_MEMLOCK", soft: 65536, hard: 65536}, {type: "RLIMIT_AS",
		soft: 1073741824,
		hard: 2147483648}]'
	set_args cat /proc/self/limits
	# jq rounds it.
	sed -i 's/18446744073709552000/18446744073709551615/' config.json
	run -0 caisson run "$ID"
	local words
	for words in 'Max open files +100 +200' 'Max core file size +0 +0' \
		'Max processes +1111 +2222' \
		'Max stack size +4194304 +unlimited' 'Max file size +4096 +8192' \
		'Max cpu time +30 +40' \
		'Max locked memory +65536 +65536' 'Max address space +1073741824 +2147483648'; do
		grep -Eq "$words" <<<"$output" || fail "no '$words' in $output"
	done
}

@test "rlimits: one that cannot be set names itself, what was wanted, what was there and why" {
	((0x$(sed -n 's/^CapEff:\s*//p' /proc/self/status) >> 24 & 1)) &&
		skip "with CAP_SYS_RESOURCE all can be set"
	update_config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 1024, hard: 99999999}]'
	refused 'process.rlimits[0]' RLIMIT_NOFILE 1024 99999999 "hard limit is $(ulimit -Hn)" \
		'operation not permitted'
}

@test "rlimits: above the caller's hard limit, also in a user namespace, where nobody may raise one" {
	((0x$(sed -n 's/^CapEff:\s*//p' /proc/self/status) >> 24 & 1)) ||
		skip "without CAP_SYS_RESOURCE no hard limit can be raised"
	update_config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 3000, hard: 4000}]
		| .linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings'
	set_args /bin/sleep 1000
	(
		ulimit -Sn 1024
		ulimit -Hn 2048
		caisson run -d "$ID" </dev/null >/dev/null 2>&1
		caisson exec "$ID" cat /proc/self/limits >executed </dev/null
	)
	grep -Eq 'Max open files +3000 +4000' "/proc/$(pid_of "$ID")/limits"
	grep -Eq 'Max open files +3000 +4000' executed
}

@test "rlimits: unknown, twice, and soft above hard are refused" {
	update_config '.process.rlimits = [{type: "RLIMIT_NOPE", soft: 1, hard: 1}]'
	refused 'process.rlimits[0].type' RLIMIT_NOPE
	update_config '.process.rlimits = [{type: "RLIMIT_CORE", soft: 1, hard: 1},
		{type: "RLIMIT_CORE", soft: 1, hard: 1}]'
	refused 'process.rlimits[1].type' RLIMIT_CORE
	update_config '.process.rlimits = [{type: "RLIMIT_CORE", soft: 2, hard: 1}]'
	refused 'process.rlimits[0].soft' 2 1
}

@test "oomScoreAdj: set, left alone, and a warning where it may not be lowered" {
	update_config '.process.oomScoreAdj = 321'
	inside 'cat /proc/self/oom_score_adj'
	assert_output 321
	update_config 'del(.process.oomScoreAdj)'
	run -0 bash -c 'echo 77 >/proc/self/oom_score_adj; exec "$@"' - "$CAISSON" --root "$ROOT" \
		run "$ID"
	assert_output 77
	update_config '.process.oomScoreAdj = -999'
	inside 'cat /proc/self/oom_score_adj'
	if [[ $output != -999 ]]; then
		assert_contains level=warning
		assert_contains process.oomScoreAdj
		assert_contains -999
		assert_equal "${lines[-1]}" "$(cat /proc/self/oom_score_adj)"
	fi
}

@test "oomScoreAdj: likewise in a user namespace, where the parent sets it" {
	user_namespace
	update_config '.process.oomScoreAdj = 321'
	inside 'cat /proc/self/oom_score_adj'
	assert_output 321
	# A lowering to what it was before needs no capability, in no namespace.
	update_config '.process.oomScoreAdj = 0'
	run -0 bash -c 'echo 77 >/proc/self/oom_score_adj; exec "$@"' - "$CAISSON" --root "$ROOT" \
		run "$ID"
	assert_output 0
}

@test "oomScoreAdj: out of range is refused" {
	update_config '.process.oomScoreAdj = 1001'
	refused process.oomScoreAdj 1001
}

@test "noNewPrivileges: by the kernel's word" {
	update_config '.process.noNewPrivileges = true'
	inside 'grep NoNewPrivs /proc/self/status'
	assert_output $'NoNewPrivs:\t1'
	update_config '.process.noNewPrivileges = false'
	inside 'grep NoNewPrivs /proc/self/status'
	assert_output $'NoNewPrivs:\t0'
}

@test "scheduler: policy, nice, reset on fork" {
	update_config '.process.scheduler = {policy: "SCHED_BATCH", nice: 7}'
	inside 'cut -d" " -f19,41 /proc/self/stat'
	assert_output "7 3"
	update_config '.process.scheduler = {policy: "SCHED_IDLE"}'
	inside 'cut -d" " -f41 /proc/self/stat'
	assert_output 5
	update_config '.process.scheduler = {policy: "SCHED_OTHER", nice: 5,
		flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
	inside 'cut -d" " -f19 /proc/$$/stat'
	assert_output 5
	update_config '.process.scheduler = {policy: "SCHED_NONE"}'
	refused process.scheduler SCHED_NONE
}

@test "scheduler: SCHED_DEADLINE, its parameters and flags, for init and exec" {
	local deadline='{policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 10000000, period: 20000000}'
	update_config ".process.scheduler = $deadline"
	set_args cut -d' ' -f41 /proc/self/stat
	run caisson run "$ID"
	((status == 0)) || { assert_contains SCHED_DEADLINE; skip "no deadlines here: $output"; }
	assert_output 6
	# Who has no such flag can't fork: the kernel would have to share the deadline.
	set_script '/bin/true; echo forked'
	run caisson run "$ID"
	refute_contains forked
	update_config '.process.scheduler.flags = ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM"]'
	inside 'cut -d" " -f41 /proc/self/stat; exec cut -d" " -f41 /proc/self/stat'
	assert_output $'0\n6'
	sleeping_container
	assert_contains 1000000/10000000/20000000 "$(chrt --pid "$(pid_of)")"
	run -0 caisson exec "$ID" cut -d' ' -f41 /proc/self/stat
	assert_output 6
}

@test "scheduler: real time, where there is a share of it" {
	# By the group that we are in, as a new one of cgroup v1 has none.
	chrt --fifo 1 true 2>/dev/null || skip "no real time here"
	set_args cut -d' ' -f40,41 /proc/self/stat
	update_config '.process.scheduler = {policy: "SCHED_FIFO", priority: 7}'
	run -0 "$CAISSON" --root "$ROOT" --cgroup-manager disabled run "$ID"
	assert_output "7 1"
	update_config '.process.scheduler = {policy: "SCHED_RR", priority: 99}'
	run -0 "$CAISSON" --root "$ROOT" --cgroup-manager disabled run "$ID"
	assert_output "99 2"
}

@test "scheduler: a nice value that the policy has no use for changes nothing" {
	update_config '.process.scheduler = {policy: "SCHED_IDLE", nice: 7}'
	sleeping_container
	# Fields 40 and 41 of stat: the real-time priority, and the policy; 5 is SCHED_IDLE.
	assert_equal "$(cut -d' ' -f40,41 "/proc/$(pid_of)/stat")" "0 5"
}

@test "scheduler: what the policy does not have is refused, with its place" {
	local row
	for row in 'nice {policy: "SCHED_OTHER", nice: 20}' \
		'priority {policy: "SCHED_OTHER", priority: 1}' 'priority {policy: "SCHED_RR"}' \
		'priority {policy: "SCHED_FIFO", priority: 100}' 'runtime {policy: "SCHED_OTHER", runtime: 1}' \
		'runtime {policy: "SCHED_DEADLINE"}' \
		'deadline {policy: "SCHED_DEADLINE", runtime: 2, deadline: 1, period: 3}' \
		'flags[0] {policy: "SCHED_OTHER", flags: ["SCHED_FLAG_NONE"]}' 'policy {}'; do
		update_config ".process.scheduler = ${row#* }"
		refused process.scheduler "${row%% *}"
	done
	# The kernel keeps a number for it, and nothing else.
	update_config '.process.scheduler = {policy: "SCHED_ISO"}'
	refused 'process.scheduler: set SCHED_ISO' 'invalid argument'
}

@test "ioPriority: of real time, and what is refused" {
	update_config '.process.ioPriority = {class: "IOPRIO_CLASS_RT", priority: 2}'
	run caisson run "$ID"
	((status == 0)) || skip "no real time here: $output"
	inside ionice
	assert_output "realtime: prio 2"
	update_config '.process.ioPriority = {class: "IOPRIO_CLASS_NONE"}'
	refused process.ioPriority.class
	update_config '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 8}'
	refused process.ioPriority.priority
	update_config '.process.ioPriority = {priority: 1}'
	refused process.ioPriority.class
}

@test "ioPriority: class and level" {
	update_config '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6}'
	inside ionice
	assert_output "best-effort: prio 6"
	update_config '.process.ioPriority = {class: "IOPRIO_CLASS_IDLE", priority: 0}'
	inside ionice
	assert_contains idle
}

@test "personality: the kernel calls itself 32 bits wide" {
	[[ $(uname -m) == x86_64 ]] || skip "for x86_64"
	update_config '.linux.personality = {domain: "LINUX32"}'
	inside 'uname -m'
	assert_output i686
	update_config '.linux.personality = {domain: "LINUX", flags: []}'
	inside 'uname -m'
	assert_output x86_64
}

@test "personality: exec has it too, and a filter does not keep it away" {
	[[ $(uname -m) == x86_64 ]] || skip "for x86_64"
	update_config '.linux.personality = {domain: "LINUX32"}
		| .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
			[{"names": ["personality"], "action": "SCMP_ACT_KILL"}]}'
	sleeping_container
	run -0 caisson exec "$ID" uname -m
	assert_output i686
	assert_equal "$(<"/proc/$(pid_of)/personality")" 00000008
}

@test "personality: flags, of which the spec has none, and other domains are refused" {
	update_config '.linux.personality = {domain: "LINUX", flags: ["ADDR_NO_RANDOMIZE"]}'
	refused 'linux.personality.flags[0]' ADDR_NO_RANDOMIZE
	update_config '.linux.personality = {domain: "BSD"}'
	refused linux.personality.domain BSD
	update_config '.linux.personality = {}'
	refused linux.personality.domain
}

# memory_policy MODE NODES [FLAG...]
memory_policy() {
	update_config '.linux.memoryPolicy = ({mode: $mode, nodes: $nodes, flags: $ARGS.positional}
		| with_entries(select(.value != "" and .value != [])))' \
		--arg mode "$1" --arg nodes "$2" --args "${@:3}"
}

# assert_policy WORDS - those by which the kernel tells what holds for each of a program's mappings.
assert_policy() {
	inside 'cut -d" " -f2- /proc/self/numa_maps | sed "s/ [a-z]*=.*//; s/ \\(heap\\|stack\\).*//" | sort -u'
	assert_output "$1"
}

@test "memoryPolicy: each mode, by the kernel's words" {
	[[ -e /proc/self/numa_maps ]] || skip "the kernel has no NUMA"
	assert_policy default
	memory_policy MPOL_BIND 0
	assert_policy bind:0
	memory_policy MPOL_BIND 0 MPOL_F_STATIC_NODES
	assert_policy bind=static:0
	memory_policy MPOL_BIND 0 MPOL_F_NUMA_BALANCING
	assert_policy bind=balancing:0
	memory_policy MPOL_INTERLEAVE 0
	assert_policy interleave:0
	memory_policy MPOL_PREFERRED 0 MPOL_F_RELATIVE_NODES
	assert_policy prefer=relative:0
	memory_policy MPOL_PREFERRED_MANY 0
	assert_policy 'prefer (many):0'
	memory_policy MPOL_LOCAL ""
	assert_policy local
	memory_policy MPOL_DEFAULT ""
	assert_policy default
}

@test "memoryPolicy: exec has it too, and a filter does not keep it away" {
	[[ -e /proc/self/numa_maps ]] || skip "the kernel has no NUMA"
	memory_policy MPOL_INTERLEAVE 0-0
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
		[{"names": ["set_mempolicy"], "action": "SCMP_ACT_KILL"}]}'
	sleeping_container
	grep -q ' interleave:0 ' "/proc/$(pid_of)/numa_maps"
	run -0 caisson exec "$ID" grep -c ' interleave:0 ' /proc/self/numa_maps
	((output > 5))
}

@test "memoryPolicy: what is none is refused, with its place" {
	update_config '.linux.memoryPolicy = {}'
	refused linux.memoryPolicy.mode 'invalid memory policy mode'
	memory_policy MPOL_NONE 0
	refused linux.memoryPolicy.mode 'invalid memory policy mode' MPOL_NONE
	memory_policy MPOL_BIND 0 MPOL_F_NONE
	refused 'linux.memoryPolicy.flags[0]' 'invalid memory policy flag' MPOL_F_NONE
	memory_policy MPOL_DEFAULT 0
	refused linux.memoryPolicy.nodes 'invalid memory policy nodes'
	memory_policy MPOL_BIND 9999999
	refused linux.memoryPolicy.nodes 'invalid memory policy nodes' 9999999
	memory_policy MPOL_BIND 1-
	refused linux.memoryPolicy.nodes 'invalid memory policy nodes' 1-
	[[ -e /proc/self/numa_maps ]] || skip "the kernel has no NUMA"
	# The kernel's to know: nodes that this machine has not.
	memory_policy MPOL_BIND 1023
	refused linux.memoryPolicy 'invalid memory policy' MPOL_BIND 'invalid argument'
	memory_policy MPOL_BIND 0 MPOL_F_STATIC_NODES MPOL_F_RELATIVE_NODES
	refused linux.memoryPolicy.flags 'invalid memory policy' MPOL_F_STATIC_NODES 'exclude each other'
}

@test "session: init leads a session and a process group of its own, and nobody is above it" {
	inside 'cut -d" " -f1,4,5,6 /proc/1/stat'
	assert_output "1 0 1 1"
}

@test "signals: all unblocked and at their defaults, whatever the caller ignores" {
	set_args grep -E 'Sig(Blk|Ign)' /proc/self/status
	run -0 bash -c 'trap "" HUP INT PIPE CHLD USR1; exec "$@"' - "$CAISSON" --root "$ROOT" run \
		"$ID"
	assert_output $'SigBlk:\t0000000000000000
SigIgn:\t0000000000000000'
}

@test "comm and title: nothing of the runtime is left in the program" {
	set_args sh -c 'cat /proc/1/comm; tr "\0" " " </proc/1/cmdline; readlink /proc/1/exe
		tr "\0" "\n" </proc/1/environ'
	run -0 caisson run "$ID"
	assert_equal "${lines[0]}" sh
	assert_contains /bin/busybox
	refute_contains aisson
}
