# Family B: a proc that is not the kernel's, or not the one that is meant.

bats_require_minimum_version 1.5.0
load ../helpers
load ../inside
load canary

@test "2019-16884: nothing but proc on /proc, and but a few files below it" {
	local config
	cp config.json plain
	mkdir -p source/self/attr
	touch source/self/attr/exec
	for config in '.mounts += [{destination: "/proc", type: "tmpfs", source: "t"}]' \
		'.mounts += [{destination: "/proc/../proc", type: "tmpfs", source: "t"}]' \
		'.mounts += [{destination: "/proc/self/attr", type: "tmpfs", source: "t"}]' \
		'.mounts += [{destination: "/proc/sys", type: "bind", source: "source", options: ["bind"]}]' \
		'.mounts += [{destination: "//proc//self/", type: "bind", source: "source", options: ["bind"]}]' \
		'.mounts |= [{destination: "/proc", type: "bind", source: "source", options: ["bind"]}] + .[1:]'; do
		jq "$config" plain >config.json
		refused mounts /proc
	done
}

@test "2019-16884: a volume over /proc by a link of the image does not take what is written to proc" {
	mkdir -p source/sys/net/ipv4 source/self/attr
	echo forged >source/sys/net/ipv4/ping_group_range
	ln -s proc rootfs/link
	add_mount /link '' source bind
	add_mount /real proc proc
	update_config '.linux.sysctl = {"net.ipv4.ping_group_range": "7 8"}'
	set_script 'cat /real/sys/net/ipv4/ping_group_range'
	attack
	# What is to be hidden is below the volume then, where mount(2) alone does not find it again.
	if [[ ${CAISSON_WITHOUT-} == all=* ]]; then
		((status != 0))
		assert_contains "linux.readonlyPaths"
	else
		((status == 0))
		assert_output "7	8"
	fi
	assert_equal "$(<source/sys/net/ipv4/ping_group_range)" forged
}

@test "2025-52881: sysctls are the kernel's where the image forges /proc" {
	without_mounts '^/proc$'
	update_config 'del(.linux.maskedPaths, .linux.readonlyPaths)'
	rm -rf rootfs/proc
	mkdir -p rootfs/proc/sys/net/ipv4
	echo forged >rootfs/proc/sys/net/ipv4/ping_group_range
	ln -s "$CANARY/file" rootfs/proc/sys/net/ipv4/ip_forward
	add_mount /real proc proc
	update_config '.linux.sysctl = {"net.ipv4.ping_group_range": "7 8", "net.ipv4.ip_forward": "1"}'
	set_script 'cat /real/sys/net/ipv4/ping_group_range /real/sys/net/ipv4/ip_forward'
	attack
	assert_output "7	8
1"
	assert_equal "$(<rootfs/proc/sys/net/ipv4/ping_group_range)" forged
}

@test "2022-0811: sysctls: none of the host's, by no spelling" {
	local key
	cp config.json plain
	for key in kernel.core_pattern kernel/core_pattern net.ipv4/../../../kernel/core_pattern \
		net/../kernel/core_pattern net.../kernel.core_pattern kernel.shm_rmid_forced/../core_pattern \
		net//ipv4 net.ipv4. ../../proc/sysrq-trigger kernel.modprobe+kernel.shmmax 'kernel.shmmax=1+x'; do
		jq '.linux.sysctl = {($key): "|/pwned"}' --arg key "$key" plain >config.json
		refused linux.sysctl
	done
	# The value is one, whatever it says.
	jq '.linux.sysctl = {"kernel.shm_rmid_forced": "1+kernel.core_pattern=|/pwned"}' plain >config.json
	refused kernel.shm_rmid_forced
	jq '.linux.sysctl = {"kernel.shm_rmid_forced": "1\nkernel.core_pattern=|/pwned"}' plain >config.json
	run -1 caisson run "$ID"
	assert_canary
}

@test "crun 110: descriptors are closed without /proc/self/fd" {
	local number
	without_mounts '^/proc$'
	update_config 'del(.linux.maskedPaths, .linux.readonlyPaths)'
	mkdir -p rootfs/proc/self/fd
	for number in 4 5 6; do touch "rootfs/proc/self/fd/$number"; done
	add_mount /real proc proc
	set_script 'exec ls /real/self/fd'
	exec {leaked}<"$CANARY"
	attack
	exec {leaked}<&-
	assert_output "0
1
2
3"
}

@test "2023-25809: in a user namespace nothing of /sys/fs/cgroup can be made" {
	local cgroup
	for cgroup in yes no; do
		user_namespace
		give_image 100000
		[[ $cgroup == yes ]] || namespace_remove cgroup
		inside 'cd /sys/fs/cgroup; for d in . *; do mkdir $d/evil 2>/dev/null && echo made $d/evil
			echo $$ >$d/cgroup.procs 2>/dev/null && echo moved $d; done; ls | wc -l'
		refute_contains made
		refute_contains moved
	done
}

@test "crun 2178: each mount has the flags that the configuration says, in a user namespace too" {
	local kind
	add_mount /mnt tmpfs t nosuid nodev noexec ro
	for kind in plain mapped; do
		[[ $kind == plain ]] || { user_namespace; give_image 100000; }
		inside 'cat /proc/self/mountinfo'
		assert_mount / ro
		assert_mount /mnt ro nosuid nodev noexec
		assert_mount /sys ro nosuid nodev noexec
		assert_mount /sys/fs/cgroup ro nosuid nodev noexec
		assert_mount /dev/shm nosuid nodev noexec
		assert_mount /proc/sys ro
		assert_mount /proc/irq ro
	done
}

@test "proc of a container shows no process of the host" {
	inside 'ls -d /proc/[0-9]* | wc -l; cat /proc/1/comm; ls -l /proc/1/root/bin/busybox | wc -l'
	assert_equal "${lines[1]}" sh
	((lines[0] < 5))
}

# In a mount namespace where a file of an attacker's lies over what will be written in the host's proc.
run_below_forged() {
	unshare --mount --propagation private bash -c 'mount --bind "$0" "$1" && shift && exec "$@"' "$@"
}

@test "2025-52881, 2025-62596: what is written to proc is proc's, whatever is mounted over it" {
	local over
	echo forged >forged
	# Those of net and ipc are other files in each namespace, which nothing is mounted over.
	update_config '.linux.sysctl = {"kernel.domainname": "true.example"} | .hostname = "host"'
	set_args /bin/cat /proc/sys/kernel/domainname /proc/sys/kernel/hostname
	# Another file of proc is of the right file system, and not the one that is meant.
	for over in "$BUNDLE/forged" /proc/sys/kernel/hostname; do
		run run_below_forged "$over" /proc/sys/kernel/domainname "$CAISSON" --root "$ROOT" run "$ID"
		if [[ ${CAISSON_WITHOUT-} == all=* ]]; then
			# There is no other proc to write to than the one that lies below.
			((status == 1))
			assert_contains "it may be mounted over"
			continue
		fi
		((status == 0))
		assert_output "true.example
host"
	done
	assert_equal "$(<forged)" forged
}

@test "2015-1334: exec believes nothing of a proc that the container has made" {
	local file number
	without_mounts '^/proc$'
	update_config 'del(.linux.maskedPaths, .linux.readonlyPaths) | .process.oomScoreAdj = 123'
	mkdir -p rootfs/proc/self/{attr,fd,ns} rootfs/proc/sys/kernel rootfs/proc/thread-self/attr
	for file in self/oom_score_adj self/attr/exec self/attr/current thread-self/attr/exec self/status; do
		echo forged >"rootfs/proc/$file"
	done
	for number in {0..30}; do ln -s "$CANARY/file" "rootfs/proc/self/fd/$number"; done
	for file in mnt net pid user; do ln -s "$CANARY/file" "rootfs/proc/self/ns/$file"; done
	cp -a rootfs/proc forged
	add_mount /real proc proc
	sleeping_container
	run -0 caisson exec --user 5:6 "$ID" /bin/sh -c \
		'cat /real/self/oom_score_adj; grep -E "^[UG]id" /real/self/status | cut -f2; ls /real/self/fd | wc -l'
	assert_output "123
5
6
4"
	diff -r forged rootfs/proc
}

@test "crun 2178, crun 1.31: where no sysfs can be mounted there is none, not the host's with all in it" {
	user_namespace
	give_image 100000
	# It belongs to the network namespace, which is not this user namespace's.
	namespace_remove network
	refused /sys "operation not permitted"
}
