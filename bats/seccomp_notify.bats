# SCMP_ACT_NOTIFY: the agent of linux.seccomp.listenerPath is told of system calls, from the first on.

bats_require_minimum_version 1.5.0
load helpers
load inside

setup() {
	setup_bundle
	[[ $(uname -m) == x86_64 ]] || skip "its numbers are those of x86_64"
	AGENT=$BATS_RUN_TMPDIR/agent
	[[ -x $AGENT ]] || ${CC:-cc} -o "$AGENT" "$BATS_TEST_DIRNAME/agent.c" || skip "no compiler"
	SOCKET=$TEST_DIR/agent.sock
	agent=''
}

teardown() {
	[[ ! ${agent-} ]] || { kill "$agent"; wait "$agent"; } 2>/dev/null || true
	teardown_bundle
}

# start_agent [NUMBER ERRNO | die]
start_agent() {
	env -u CAISSON_TEST "$AGENT" "$SOCKET" "$TEST_DIR" "$@" 3>&- &
	agent=$!
	eventually test -S "$SOCKET"
}

# notify NAME... - the agent is told of these calls.
notify() {
	# shellcheck disable=SC2016
	update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: $socket,
		listenerMetadata: "what it is about",
		syscalls: [{names: $ARGS.positional, action: "SCMP_ACT_NOTIFY"}]}' \
		--arg socket "$SOCKET" --args "$@"
}

# state_of N PROGRAM - of the n-th process that the agent has been sent.
state_of() {
	jq -r "$2" "$TEST_DIR/state.$1"
}

# heard N NUMBER - the agent was told of such a call of the n-th process.
heard() {
	grep -q "^$1 $2 " "$TEST_DIR/calls"
}

MKDIR=83
ENOMEDIUM=123

@test "the agent's answer is that of the call, with and without noNewPrivileges" {
	local privileges
	start_agent $MKDIR $ENOMEDIUM
	notify mkdir
	for privileges in true false; do
		update_config ".process.noNewPrivileges = $privileges"
		inside 'no mkdir /dev/shm/d; grep Seccomp: /proc/self/status; touch /dev/shm/f'
		assert_contains "can't create directory '/dev/shm/d': No medium found"
		assert_contains $'Seccomp:\t2'
	done
	heard 1 $MKDIR
	heard 2 $MKDIR
}

@test "what the agent is sent: the container process state" {
	start_agent
	notify mkdir
	update_config '.annotations = {"org.example.a": "b"}'
	set_args /bin/sleep 1000
	detached create "$ID"
	eventually test -e "$TEST_DIR/state.1"
	assert_equal "$(state_of 1 '[.ociVersion, (.fds | join(",")), .metadata, .state.status,
		.state.id, .state.bundle, .state.annotations["org.example.a"]] | join(" ")')" \
		"$(jq -r .ociVersion config.json) seccompFd what it is about creating $ID $BUNDLE b"
	assert_equal "$(state_of 1 .pid)" "$(pid_of)"
	assert_equal "$(state_of 1 .state.pid)" "$(pid_of)"
	# One per connection, and the text is all of it.
	assert_equal "$(jq -s length "$TEST_DIR/state.1")" 1
	caisson start "$ID"
	update_config 'del(.linux.seccomp.listenerMetadata)'
	detached run -d "$ID-two"
	assert_equal "$(state_of 2 'has("metadata")')" false
}

@test "exec: told of it by a listener of its own" {
	start_agent $MKDIR $ENOMEDIUM
	notify mkdir
	sleeping_container
	run -1 caisson exec "$ID" mkdir /dev/shm/d
	assert_contains "No medium found"
	heard 2 $MKDIR
	assert_equal "$(state_of 2 '[.metadata, .state.status, .state.id] | join(" ")')" \
		"what it is about running $ID"
	assert_equal "$(state_of 2 .state.pid)" "$(pid_of)"
	[[ $(state_of 2 .pid) != "$(pid_of)" ]]
	# The process that has the filter, as the host sees it.
	detached exec -d --pid-file "$TEST_DIR/pid" "$ID" sleep 1000
	assert_equal "$(state_of 3 .pid)" "$(<"$TEST_DIR/pid")"
	# As it was at create.
	update_config 'del(.linux.seccomp)'
	run -1 caisson exec "$ID" mkdir /dev/shm/d
	assert_contains "No medium found"
}

@test "the calls that a start needs may be those that the agent is told of" {
	local privileges
	start_agent $MKDIR $ENOMEDIUM
	notify mkdir open openat read readv close close_range fcntl sendmsg recvmsg execve getpid \
		prctl capset setuid setgid setgroups chdir stat newfstatat faccessat2 faccessat access
	for privileges in true false; do
		update_config ".process.noNewPrivileges = $privileges"
		inside 'no mkdir /dev/shm/d'
		assert_contains "No medium found"
		set_args sleep 1000
		detached create "$ID"
		caisson start "$ID"
		wait_for_status running
		run -1 caisson exec "$ID" mkdir /dev/shm/d
		assert_contains "No medium found"
		caisson delete --force "$ID"
	done
	# read, close, execve
	heard 1 0
	heard 1 3
	heard 1 59
}

@test "the listener is the agent's alone" {
	start_agent
	notify mkdir
	set_args ls -l /proc/self/fd
	run -0 caisson run "$ID"
	refute_contains anon_inode:seccomp
	# Nor does init keep it while it waits for start: the agent's end is the end of it.
	detached create "$ID"
	run -0 ls -l "/proc/$(pid_of)/fd"
	assert_contains start.fifo
	refute_contains anon_inode:seccomp
}

@test "an agent that ends leaves calls that are not there" {
	start_agent die
	notify mkdir
	set_script 'mkdir /dev/shm/d'
	run -1 caisson run "$ID"
	assert_contains "Function not implemented"
}

@test "an agent that hangs up is named, and not init" {
	start_agent leave
	notify mkdir
	set_args /bin/true
	refused linux.seccomp.listenerPath "$SOCKET" "broken pipe"
	refute_contains "init ended"
}

@test "in a user namespace, and joined to a container" {
	start_agent $MKDIR $ENOMEDIUM
	notify mkdir
	user_namespace
	give_image 100000
	inside 'no mkdir /dev/shm/d'
	assert_contains "No medium found"
	sleeping_container
	run -1 caisson exec "$ID" mkdir /dev/shm/d
	assert_contains "No medium found"
}

@test "startContainer hooks are under the filter, and have no listener" {
	start_agent $MKDIR $ENOMEDIUM
	notify mkdir
	update_config '.hooks = {startContainer: [{path: "/bin/sh", args: ["sh", "-c",
		"ls -l /proc/self/fd >/dev/shm/hook; mkdir /dev/shm/d 2>>/dev/shm/hook; true"],
		env: ["PATH=/bin"]}]}'
	inside 'cat /dev/shm/hook'
	assert_contains "No medium found"
	refute_contains anon_inode:seccomp
}

@test "no agent: the container is not made" {
	notify mkdir
	refused "linux.seccomp.listenerPath" "failed to connect with seccomp agent" "$SOCKET" \
		"no such file or directory"
	touch "$SOCKET"
	refused "failed to connect with seccomp agent" "connection refused"
	update_config '.linux.seccomp.listenerPath = "@abstract"'
	refused "linux.seccomp.listenerPath" "failed to connect with seccomp agent" @abstract
	update_config '.linux.seccomp.listenerPath = "" | del(.linux.seccomp.listenerMetadata)'
	refused "linux.seccomp.listenerPath" "failed to connect with seccomp agent"
	update_config 'del(.linux.seccomp.listenerPath)'
	refused "linux.seccomp.listenerPath" "failed to connect with seccomp agent" "syscalls[0]"
}

@test "refused: write, as default, and metadata for nobody" {
	notify mkdir write
	refused "linux.seccomp.syscalls[0].names[1]" \
		"SCMP_ACT_NOTIFY cannot be used for the write syscall"
	notify mkdir
	update_config '.linux.seccomp.defaultAction = "SCMP_ACT_NOTIFY"'
	refused "linux.seccomp.defaultAction" "SCMP_ACT_NOTIFY cannot be used as default action"
	notify mkdir
	update_config '.linux.seccomp.listenerPath = null | .linux.seccomp.syscalls = []'
	refused "linux.seccomp.listenerMetadata" listenerPath
}

@test "without a rule that notifies the path is ignored" {
	notify mkdir
	update_config '.linux.seccomp.syscalls[0].action = "SCMP_ACT_ERRNO"'
	inside 'no mkdir /dev/shm/d'
	assert_contains "Operation not permitted"
	sleeping_container
	run -1 caisson exec "$ID" mkdir /dev/shm/d
	assert_contains "Operation not permitted"
}

@test "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: for listeners, nothing without" {
	start_agent $MKDIR $ENOMEDIUM
	notify mkdir
	update_config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'
	inside 'no mkdir /dev/shm/d'
	assert_contains "No medium found"
	set_args true
	run -0 caisson --debug run "$ID"
	# With SECCOMP_FILTER_FLAG_NEW_LISTENER.
	assert_contains "seccomp filter flags: 40"
	update_config '.linux.seccomp.syscalls = []'
	run -0 caisson --debug run "$ID"
	assert_contains "seccomp filter flags: 0"
}

@test "an unprivileged user's container" {
	command -v setpriv >/dev/null || skip "no setpriv"
	chmod -R go+rX "$BUNDLE"
	chown -R 1000:1000 "$TEST_DIR"
	start_agent $MKDIR $ENOMEDIUM
	chmod 777 "$SOCKET"
	notify mkdir
	update_config '.linux.uidMappings = [{containerID: 0, hostID: 1000, size: 1}]
		| .linux.gidMappings = .linux.uidMappings
		| .linux.namespaces |= (map(select(.type != "network")) + [{type: "user"}])
		| .mounts |= map(select(.type != "cgroup" and .type != "sysfs")
			| if .options then .options |= map(select(startswith("gid=") | not)) else . end)
		| del(.linux.resources) | .linux.namespaces |= map(select(.type != "cgroup"))'
	local privileges
	for privileges in true false; do
		update_config ".process.noNewPrivileges = $privileges"
		set_script 'mkdir /dev/shm/d'
		run -1 setpriv --reuid 1000 --regid 1000 --clear-groups "$CAISSON" --root "$ROOT" \
			--rootless true run "$ID"
		assert_contains "No medium found"
	done
}
