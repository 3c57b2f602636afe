# What is wrong in a configuration is told in one sentence: its place, what was there, what is wanted, or
# the call that failed and the kernel's words; and the machine is as before.  Of rows of which another
# file has a test of its own, this has but the message.

bats_require_minimum_version 1.5.0
load helpers
load inside

# Mounts, groups, files and settings of the host's; processes are looked for at the end of each test.
world() {
	mount_table
	find /sys/fs/cgroup -type d -name "*$ID*" 2>/dev/null || true
	find "$ROOT" -mindepth 1 2>/dev/null || true
	cat /proc/sys/kernel/{hostname,domainname,shmmax}
}

# told - of each line of stdin, "CHANGE => WORDS": the configuration with this change is refused by one
# line, which begins with WORDS, behind the step that failed.  WORDS are a pattern: * is anything.
told() {
	local before line change words count=0
	cp config.json good
	# What the image lacks is made by the first run, and so is the state root.
	caisson run "$ID"
	before=$(world)
	while IFS= read -r line; do
		change=${line%% => *} words=${line#* => }
		words=${words//[/\\[} # of indices, not of patterns
		jq "$change" good >config.json
		run -1 --separate-stderr caisson run "$ID"
		assert_equal "$output" ''
		# shellcheck disable=SC2154 # stderr is run's
		[[ $(jq -Rr 'capture("level=error msg=(?<m>\".*\")$").m | fromjson' <<<"$stderr") == $words ]] ||
			fail "$change: '$stderr' is not '$words'"
		assert_equal "$(wc -l <<<"$stderr")" 1
		assert_equal "$(world)" "$before" || fail "changed by: $change"
		count=$((count + 1))
	done
	((count > 3))
	mv good config.json
	run -0 caisson run "$ID"
}

@test "refused: values of the wrong type, and what they are instead" {
	told <<-'END'
		.ociVersion = 1 => config.json: ociVersion: wants a string, got 1
		.root = "rootfs" => config.json: root: wants an object, got "rootfs"
		.root.readonly = "yes" => config.json: root.readonly: wants true or false, got "yes"
		.hostname = ["a"] => config.json: hostname: wants a string, got an array
		.mounts = {} => config.json: mounts: wants an array, got an object
		.mounts[3].options = "ro" => config.json: mounts[3].options: wants an array, got "ro"
		.mounts[3].options[1] = 7 => config.json: mounts[3].options[1]: wants a string, got 7
		.process.terminal = 1 => config.json: process.terminal: wants true or false, got 1
		.process.user.uid = "root" => config.json: process.user.uid: wants an integer, got "root"
		.process.user.umask = "022" => config.json: process.user.umask: wants an integer, got "022"
		.process.args = ["a", null] => config.json: process.args[1]: wants a string, got null
		.process.capabilities = ["CAP_KILL"] => config.json: process.capabilities: wants an object, got an array
		.hooks = {prestart: {}} => config.json: hooks.prestart: wants an array, got an object
		.annotations = {a: 5} => config.json: annotations["a"]: wants a string, got 5
		.linux.cgroupsPath = 5 => config.json: linux.cgroupsPath: wants a string, got 5
		.linux.sysctl = {"kernel.shmmax": 5} => config.json: linux.sysctl["kernel.shmmax"]: wants a string, got 5
		.linux.maskedPaths = [5] => config.json: linux.maskedPaths[0]: wants a string, got 5
		.linux.resources.memory = {limit: "1g"} => config.json: linux.resources.memory.limit: wants an integer, got "1g"
		.linux.resources.unified = {"memory.max": 5} => config.json: linux.resources.unified["memory.max"]: wants a string, got 5
		.linux.seccomp = [] => config.json: linux.seccomp: wants an object, got an array
	END
}

@test "refused: words that the specification does not have" {
	told <<-'END'
		.linux.namespaces += [{type: "x"}] => config.json: linux.namespaces[*].type: unknown namespace type "x"
		.process.rlimits = [{type: "NOFILE", soft: 5, hard: 5}] => config.json: process.rlimits[0].type: unknown rlimit type "NOFILE"
		.process.scheduler = {policy: "X"} => config.json: process.scheduler.policy: unknown scheduler policy "X"
		.process.scheduler = {policy: "SCHED_OTHER", flags: ["X"]} => config.json: process.scheduler.flags[0]: unknown scheduler flag "X"
		.process.ioPriority = {class: "X"} => config.json: process.ioPriority.class: unknown I/O priority class "X"
		.linux.devices = [{type: "x", path: "/dev/x"}] => config.json: linux.devices[0].type: unknown device type "x"
		.linux.resources.devices = [{allow: true, type: "z"}] => config.json: linux.resources.devices[0].type: unknown device rule type "z"
		.linux.rootfsPropagation = "x" => config.json: linux.rootfsPropagation: unknown rootfs propagation "x"
		.linux.personality = {domain: "X"} => config.json: linux.personality.domain: unknown personality domain "X"
		.linux.memoryPolicy = {mode: "X"} => linux.memoryPolicy.mode: invalid memory policy mode: unknown mode "X"
		.linux.seccomp = {defaultAction: "X"} => config.json: linux.seccomp.defaultAction: unknown seccomp action "X"
		.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", flags: ["X"]} => config.json: linux.seccomp.flags[0]: unknown seccomp flag "X"
		.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", architectures: ["X"]} => config.json: linux.seccomp.architectures[0]: unknown seccomp architecture "X"
	END
}

@test "refused: numbers out of their range" {
	told <<-'END'
		.process.user.uid = 1.5 => config.json: process.user.uid: wants an integer, got 1.5
		.process.user.umask = -1 => config.json: process.user.umask: wants an integer from 0 to 4294967295, got -1
		.process.consoleSize = {height: 65536, width: 5} => process.consoleSize: wants at most 65535, got 65536 by 5
		.process.oomScoreAdj = 1001 => process.oomScoreAdj: wants an integer from -1000 to 1000, got 1001
		.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 9} => process.ioPriority.priority: wants an integer from 0 to 7, got 9
		.process.scheduler = {policy: "SCHED_OTHER", nice: 20} => process.scheduler.nice: wants an integer from -20 to 19, got 20
		.hooks = {poststop: [{path: "/bin/true", timeout: 0}]} => hooks.poststop[0].timeout: wants more than 0, got 0
		.linux.devices = [{type: "c", path: "/dev/x", major: -1, minor: 3}] => linux.devices[0].major: wants an integer from 0 to 4294967295, got -1
		.linux.resources.devices = [{allow: true, access: "r", minor: -2}] => linux.resources.devices[0].minor: wants an integer from -1 to 4294967295, got -2
		.linux.resources.memory = {limit: -2} => linux.resources.memory.limit: wants bytes, or -1 for no limit, got -2
		.linux.resources.memory = {swappiness: 101} => linux.resources.memory.swappiness: wants an integer from 0 to 100, got 101
		.linux.resources.cpu = {shares: -1} => config.json: linux.resources.cpu.shares: wants an integer from 0 to 18446744073709551615, got -1
		.linux.resources.cpu = {idle: 2} => linux.resources.cpu.idle: wants 0 or 1, got 2
		.linux.resources.blockIO = {weight: 5} => linux.resources.blockIO.weight: wants an integer from 10 to 1000, got 5
		.linux.resources.blockIO = {weightDevice: [{major: 8, minor: 0, weight: 5}]} => linux.resources.blockIO.weightDevice[0].weight: wants an integer from 10 to 1000, got 5
		.linux.resources.blockIO = {weightDevice: [{major: 8, minor: 0, leafWeight: 1001}]} => linux.resources.blockIO.weightDevice[0].leafWeight: wants an integer from 10 to 1000, got 1001
		.linux.seccomp = {defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 65536} => linux.seccomp.defaultErrnoRet: wants an integer from 0 to 65535, got 65536
		.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "99999"} => linux.memoryPolicy.nodes: invalid memory policy nodes: * got "99999"
	END
}

@test "refused: what is missing" {
	told <<-'END'
		del(.ociVersion) => config.json: ociVersion: is required
		del(.root) => root: must be specified
		.root = {} => config.json: root.path: is required
		del(.process.cwd) => config.json: process.cwd: is required
		del(.process.args) => process.args: args must not be empty
		.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 5}] => config.json: process.rlimits[0].hard: is required
		.process.consoleSize = {height: 5} => config.json: process.consoleSize.width: is required
		.mounts += [{type: "tmpfs"}] => config.json: mounts[7].destination: is required
		.mounts += [{destination: "/mnt", options: ["bind"]}] => mounts[7].source: is required for a bind mount
		.linux.devices = [{type: "c", path: "/dev/x"}] => linux.devices[0].major: is required
		.linux.resources.devices = [{access: "r"}] => config.json: linux.resources.devices[0].allow: is required
		.linux.resources.hugepageLimits = [{pageSize: "2MB"}] => config.json: linux.resources.hugepageLimits[0].limit: is required
		.linux.resources.blockIO = {throttleReadBpsDevice: [{major: 8, rate: 5}]} => config.json: linux.resources.blockIO.throttleReadBpsDevice[0].minor: is required
		.linux.resources.blockIO = {weightDevice: [{major: 8, minor: 0}]} => linux.resources.blockIO.weightDevice[0]: wants a weight or a leafWeight
		.linux.memoryPolicy = {} => linux.memoryPolicy.mode: invalid memory policy mode: is required
		.linux.seccomp = {} => config.json: linux.seccomp.defaultAction: is required
		.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0}] => config.json: linux.uidMappings[0].size: is required
	END
}

@test "refused: what contradicts something else" {
	told <<-'END'
		.linux.namespaces += [{type: "pid"}] => linux.namespaces[*].type: "pid" is there twice
		.linux.namespaces |= map(select(.type != "uts")) => hostname: needs a uts namespace in linux.namespaces
		.linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}] => linux.uidMappings: needs a user namespace in linux.namespaces
		.linux.timeOffsets = {monotonic: {secs: 1}} => linux.timeOffsets: needs a new time namespace
		.linux.namespaces |= map(select(.type != "network")) | .linux.netDevices = {eth0: {}} => linux.netDevices: needs a network namespace in linux.namespaces
		.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 5, hard: 4}] => process.rlimits[0].soft: 5 is above the hard limit 4
		.process.scheduler = {policy: "SCHED_OTHER", runtime: 5} => process.scheduler: runtime, deadline and period need the policy SCHED_DEADLINE
		.linux.resources.memory = {limit: 67108864, swap: 5} => linux.resources.memory.swap: memory+swap limit should be >= memory limit
		.linux.resources.cpu = {burst: 5, quota: 1} => linux.resources.cpu.burst: is above the quota
		.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", defaultErrnoRet: 5} => linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW takes no errno
		.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"]} => linux.memoryPolicy.flags: invalid memory policy flag: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other
		.mounts += [{destination: "/mnt", source: "rootfs", options: ["bind", "size=1"]}] => mounts[7].options[1]: bind mounts cannot have any filesystem-specific options applied, got "size=1"
		.mounts += [{destination: "/mnt", type: "proc", source: "p", options: ["ro", "tmpcopyup"]}] => mounts[7].options[1]: tmpcopyup is for tmpfs only
		.linux.namespaces += [{type: "user"}] | .process.user.additionalGids = [0, 7] => process.user.additionalGids[1]: 7 is not mapped in the container's user namespace
	END
}

@test "refused: what the kernel refuses, with the object, the call and its words" {
	mkdir -p rootfs/mnt
	told <<-'END'
		.root.path = "nonesuch" => init: mount the root: root.path: open '*/bundle/nonesuch': no such file or directory
		.mounts += [{destination: "/mnt", type: "tmpfs", source: "t", options: ["size=lots"]}] => init: mount the file systems: mounts[7]: mount 'tmpfs' to '/mnt': *option 'size=lots'*: invalid argument*
		.mounts += [{destination: "/mnt", type: "nonesuch"}] => init: mount the file systems: mounts[7]: mount 'nonesuch' to '/mnt': *: no such device
		.mounts += [{destination: "/mnt", source: "none", options: ["bind"]}] => init: mount the file systems: mounts[7]: mount '*/none' to '/mnt': open '*/none': no such file or directory
		.mounts += [{destination: "/mnt", options: ["remount", "ro"]}] => init: mount the file systems: mounts[7]: remount '/mnt': nothing is mounted there
		.process.cwd = "/bin/sh" => init: *: process.cwd: chdir to '/bin/sh': not a directory
		.process.scheduler = {policy: "SCHED_ISO"} => init: *: process.scheduler: set SCHED_ISO, nice 0, priority 0: invalid argument
		.process.scheduler = {policy: "SCHED_DEADLINE", runtime: 5, deadline: 10, period: 20} => init: *: process.scheduler: set SCHED_DEADLINE*
		.linux.namespaces[0].path = "/nonesuch" => open the namespaces to be joined: linux.namespaces[0].path: open the pid namespace '/nonesuch': no such file or directory
		.linux.namespaces |= map(if .type == "ipc" then .path = "/etc/passwd" else . end) => open the namespaces to be joined: linux.namespaces[2].path: '/etc/passwd' is no ipc namespace
		.linux.devices = [{type: "c", path: "/bin/sh", major: 1, minor: 3}] => init: make the devices: linux.devices[0]: '/bin/sh' exists and is another file
		.linux.netDevices = {nonesuch0: {}} => move the network devices: linux.netDevices.nonesuch0: find the network device 'nonesuch0': no such device
		.linux.sysctl = {"net.ipv4.ip_forward": "many"} => init: write the sysctls: linux.sysctl: sysctl "net.ipv4.ip_forward": write 'many' to '/proc/sys/net/ipv4/ip_forward': invalid argument
		.linux.sysctl = {"net.ipv4.nonesuch": "1"} => init: write the sysctls: linux.sysctl: sysctl "net.ipv4.nonesuch": write '1' to '/proc/sys/net/ipv4/nonesuch': no such file or directory
		.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "777"} => init: *: linux.memoryPolicy: invalid memory policy: set MPOL_BIND, *nodes '777': invalid argument
		.annotations = {"run.oci.hooks.stdout": "/nonesuch/x"} | .hooks = {createRuntime: [{path: "/bin/true"}]} => annotations.run.oci.hooks.stdout: open '/nonesuch/x': no such file or directory
	END
}

@test "refused: hooks that fail, with their program, and output where there is some" {
	told <<-'END'
		.hooks = {createRuntime: [{path: "/bin/true"}, {path: "/bin/false"}]} => error running createRuntime hook #1: '/bin/false' ended with exit status 1
		.hooks = {createContainer: [{path: "/bin/sh", args: ["sh", "-c", "echo why >&2; exit 3"]}]} => error running createContainer hook #0: '/bin/sh' ended with exit status 3, output: why
		.hooks = {createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "kill -9 $$"]}]} => error running createRuntime hook #0: '/bin/sh' was killed by signal 9 (killed)
		.hooks = {createRuntime: [{path: "/nonesuch"}]} => error running createRuntime hook #0: run '/nonesuch': no such file or directory
		.hooks = {createRuntime: [{path: "/bin/sleep", args: ["sleep", "9"], timeout: 1}]} => error running createRuntime hook #0: '/bin/sleep': hook ran past specified timeout of 1s
	END
}

@test "refused: a filter that lets nothing pass is what is suspected where init can't say so" {
	local action
	for action in ERRNO KILL KILL_PROCESS TRAP; do
		# What cannot exit faults, and of that a sanitizer wants to tell before it exits, for ever.
		[[ $action != ERRNO ]] || ! grep -q __asan_init "$CAISSON" || continue
		update_config '.linux.seccomp = {defaultAction: ("SCMP_ACT_" + $a)}' --arg a "$action"
		refused 'init ended unexpectedly' 'linux.seccomp may forbid what a start needs'
	done
}

@test "refused: options of exec and its process, with their place" {
	local change words
	cp config.json good
	sleeping_container
	while IFS='>' read -r change words; do
		# shellcheck disable=SC2086 # words
		run -255 --separate-stderr caisson exec $change "$ID" true
		assert_contains "$words" "$stderr"
	done <<-'END'
		--cwd rel>--cwd: wants an absolute path, got \"rel\"
		--user nobody>--user: wants UID[:GID] in numbers, got \"nobody\"
		--additional-gids x>--additional-gids: wants a number, got \"x\"
		--cap CAP_X>--cap: unknown capability \"CAP_X\"
		--env FOO>invalid environment variable: \"FOO\"
		--cgroup ../x>--cgroup: bad sub cgroup path: ../x
		--preserve-fds 77>unable to stat preserved-fd
		--pid-file /nonesuch/x>pid file '/nonesuch/x': open its directory: no such file or directory
		--pidfd-socket /nonesuch>pidfd socket '/nonesuch': connect to '/nonesuch': no such file or directory
		-t -d>cannot allocate tty if caisson will detach without setting console socket
		--console-socket /nonesuch>cannot use console socket if caisson will not detach or allocate tty
	END
	while IFS='>' read -r change words; do
		jq ".process | .args = [\"/bin/true\"] | $change" good >process.json
		run -255 --separate-stderr caisson exec --process process.json "$ID"
		assert_contains "$words" "$stderr"
	done <<-'END'
		.cwd = "rel">--process 'process.json': process.cwd: wants an absolute path, got \"rel\"
		del(.cwd)>--process 'process.json': process.cwd: is required
		.args = []>process.args: args must not be empty
		.args = "x">--process 'process.json': process.args: wants an array, got \"x\"
		.rlimits = [{type: "X", soft: 1, hard: 1}]>--process 'process.json': process.rlimits[0].type: unknown rlimit type \"X\"
		.oomScoreAdj = 5000>process.oomScoreAdj: wants an integer from -1000 to 1000, got 5000
	END
	assert_status_of running
}
