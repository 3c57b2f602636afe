# What is kept of a container for later verbs: exec gives its processes what init has, from the
# record alone.
bats_require_minimum_version 1.5.0
load helpers
load inside

# What a process shows of itself, but for what differs between any two.
FACTS='grep -E "^(Uid|Gid|Groups|Umask|NoNewPrivs|Seccomp|Seccomp_filters|Cap...|Cpus_allowed_list|SigIgn|SigBlk):" /proc/self/status
	cat /proc/self/limits /proc/self/oom_score_adj /proc/self/personality
	cut -d " " -f 19 /proc/self/stat; ionice
	for space in net ipc mnt uts cgroup; do readlink /proc/self/ns/$space; done'

@test "kept: exec's process has what init has" {
	update_config '.process += {
			"user": {"uid": 1000, "gid": 1001, "additionalGids": [5, 6], "umask": 63},
			"oomScoreAdj": 500, "noNewPrivileges": true,
			"rlimits": [{"type": "RLIMIT_CORE", "soft": 17, "hard": 18}],
			"scheduler": {"policy": "SCHED_BATCH", "nice": 5},
			"ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 6}
		}
		| .process.capabilities.permitted += ["CAP_CHOWN"]
		| .linux.personality = {"domain": "LINUX"}
		| .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
			[{"names": ["mknodat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}'
	set_script "{ $FACTS; } >&3; exec 3>&-; exec sleep 1000"
	caisson run -d "$ID" 3>init --preserve-fds 1 </dev/null >/dev/null 2>&1
	eventually test -s init
	run -0 caisson exec "$ID" /bin/sh -c "$FACTS"
	assert_contains 'Seccomp:	2'
	assert_contains 'Max core file size        17                   18'
	diff init <(echo "$output")
	local sched=/proc/self/sched
	[[ ! -e $sched ]] || [[ $(caisson exec "$ID" cat $sched | awk '/^policy/ { print $3 }') == 3 ]]
}

@test "kept: exec reads three files of the state and no JSON" {
	command -v strace >/dev/null || skip "no strace"
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
		[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}'
	sleeping_container
	mv config.json elsewhere.json
	untraced strace -f -qq -s 300 -e trace=openat,openat2,open -o calls "$CAISSON" --root "$ROOT" \
		exec "$ID" /bin/mkdir /tmp/new >output 2>&1 </dev/null || true
	grep -q 'not supported' output
	[[ ! -e rootfs/tmp/new ]]
	assert_equal "$(grep -oE '"(record|config|filter)"' calls | tr '\n' ' ')" '"record" "config" "filter" '
	run ! grep -E '\.json"' calls
	# The first bytes say what they are.
	for file in record config; do
		[[ $(head -n 1 "$ROOT/$ID/$file") =~ ^caisson\ record\ 1\ [0-9]+$ ]]
	done
}

@test "kept: without the filter that the container has, nothing is executed in it" {
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
		[{"names": ["mknodat"], "action": "SCMP_ACT_ERRNO"}]}'
	sleeping_container
	mv "$ROOT/$ID/filter" kept
	run -255 caisson exec "$ID" /bin/touch /executed
	assert_contains "the container's system call filter 'filter': is gone"
	: >"$ROOT/$ID/filter"
	run -255 caisson exec "$ID" /bin/touch /executed
	assert_contains "the container's system call filter 'filter': is damaged"
	[[ ! -e rootfs/executed ]]
	cat kept >"$ROOT/$ID/filter"
	run -0 caisson exec "$ID" /bin/true
}

@test "kept: a record of another version is told, and left alone" {
	sleeping_container
	cp "$ROOT/$ID/record" kept
	sed -i '1s/record 1 /record 2 /' "$ROOT/$ID/record"
	for verb in state start pause resume delete ps; do
		run -1 caisson "$verb" "$ID"
		assert_contains 'has version 2, this caisson knows version 1'
	done
	run -255 caisson exec "$ID" /bin/true
	assert_contains 'has version 2'
	run -1 caisson delete --force "$ID"
	assert_contains 'use the one that made the container'
	cat kept >"$ROOT/$ID/record"
	assert_status_of running
}

@test "kept: properties that a later caisson adds are no matter" {
	sleeping_container
	# shellcheck disable=SC2016 # the dollars are perl's
	perl -0777 -pi -e 's/^(caisson record 1 )(\d+)\n/$1 . ($2 + 11) . "\n\x05later\x01\0\0\0x"/e or die' \
		"$ROOT/$ID/record" "$ROOT/$ID/config"
	assert_status_of running
	run -0 caisson exec "$ID" /bin/true
	run -0 caisson delete --force "$ID"
}

@test "kept: hooks of later points are run as they were at create" {
	local point
	for point in poststart poststop; do
		update_config ".hooks.$point = [{\"path\": \"/bin/sh\", \"env\": [\"WORD=$point\"],
			\"args\": [\"sh\", \"-c\", \"cat >/dev/null; echo \$WORD >>$TEST_DIR/hooks\"]}]"
	done
	set_args /bin/sleep 1000
	detached create "$ID"
	echo '{}' >config.json
	caisson start "$ID"
	caisson delete --force "$ID"
	assert_equal "$(<"$TEST_DIR/hooks")" 'poststart
poststop'
}

# What is allowed inside, with one processor less it could not be told.
cpus() {
	(($(nproc) >= 2)) || skip "one processor"
	run -0 caisson exec "$@" /bin/grep Cpus_allowed_list /proc/self/status
	output=${output##*[[:space:]]}
}

@test "kept: exec may use all cpus, whatever its caller may" {
	(($(nproc) >= 2)) || skip "one processor"
	sleeping_container
	cpus "$ID"
	local all=$output
	output=$(taskset -c 1 "$CAISSON" --root "$ROOT" exec "$ID" \
		/bin/grep Cpus_allowed_list /proc/self/status </dev/null)
	assert_equal "${output##*[[:space:]]}" "$all"
}

@test "kept: execCPUAffinity of the container, and of the process" {
	update_config '.process.execCPUAffinity = {"initial": "0", "final": "1"}'
	sleeping_container
	cpus "$ID"
	assert_output 1
	# Not for init.
	[[ $(awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$(pid_of "$ID")/status") != 1 ]]

	jq '.process | .args = ["/bin/grep", "Cpus_allowed_list", "/proc/self/status"]
		| .execCPUAffinity = {"final": "0"}' config.json >process.json
	run -0 caisson exec --process process.json "$ID"
	assert_equal "${output##*[[:space:]]}" 0
	# One that says nothing of it.
	jq 'del(.execCPUAffinity)' process.json >other.json
	run -0 caisson exec --process other.json "$ID"
	assert_equal "${output##*[[:space:]]}" 1
	# The initial one alone is what the kernel makes of it.
	jq '.execCPUAffinity = {"initial": "0"}' process.json >other.json
	run -0 caisson exec --process other.json "$ID"
	assert_equal "${output##*[[:space:]]}" 0

	jq '.execCPUAffinity = {"final": "0-"}' process.json >other.json
	run -255 caisson exec --process other.json "$ID"
	assert_contains 'process.execCPUAffinity.final: wants a list of cpus'
	jq '.execCPUAffinity = {"final": "65535"}' process.json >other.json
	run -255 caisson exec --process other.json "$ID"
	assert_contains 'process.execCPUAffinity.final: set the cpu affinity: invalid argument'
}
