# linux.sysctl, the keyring, and labels of kernels without them.

bats_require_minimum_version 1.5.0
load helpers
load inside

teardown() {
	teardown_holder
}

@test "sysctl: of the container's namespaces, with dots and with slashes" {
	local before
	before=$(</proc/sys/kernel/shmmax)
	update_config '.linux.sysctl = {"kernel.shmmax": "123456", "net.ipv4.ip_forward": "1",
		"fs.mqueue.msg_max": "11",
		"net/ipv4/conf/lo/forwarding": "0", "kernel.msgmax": "8000"}'
	inside 'cd /proc/sys
		cat kernel/shmmax net/ipv4/ip_forward fs/mqueue/msg_max net/ipv4/conf/lo/forwarding
		cat kernel/msgmax'
	assert_output "123456
1
11
0
8000"
	assert_equal "$(</proc/sys/kernel/shmmax)" "$before"
}

@test "sysctl: those of the host are refused, with their name" {
	local key
	for key in kernel.panic vm.swappiness kernel.core_pattern fs.file-max net/../kernel/panic \
		kernel.hostname; do
		update_config '.linux.sysctl = {($key): "1"}' --arg key "$key"
		refused "$key"
	done
}

@test "sysctl: without the namespace that it belongs to it is refused" {
	update_config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	namespace_remove network
	refused net.ipv4.ip_forward network
	update_config '.linux.sysctl = {"kernel.shmmax": "1"}'
	namespace_remove ipc
	refused kernel.shmmax ipc
}

@test "sysctl, hostname, domainname: not in a namespace that is the host's own by another name" {
	local before
	before=$(</proc/sys/net/ipv4/ip_default_ttl)
	update_config '.linux.sysctl = {"net.ipv4.ip_default_ttl": "17"}'
	namespace_add network "/proc/self/ns/net"
	refused 'network namespace' /proc/self/ns/net "the host's own"
	assert_equal "$(</proc/sys/net/ipv4/ip_default_ttl)" "$before"
	namespace_add network
	ln -s "/proc/$$/ns/ipc" link
	namespace_add ipc "$PWD/link"
	update_config '.linux.sysctl = {"kernel.msgmax": "8000"}'
	refused 'ipc namespace' "the host's own"
	namespace_add ipc
	namespace_add uts /proc/self/ns/uts
	refused 'uts namespace' "the host's own"
	update_config 'del(.hostname) | .domainname = "inner"'
	refused 'uts namespace' "the host's own"
	# Where nothing is set, it is as good as none of its own.
	update_config 'del(.domainname)'
	inside 'readlink /proc/self/ns/uts'
	assert_output "$(readlink /proc/self/ns/uts)"
}

@test "sysctl: in a namespace of somebody else's that is joined" {
	hold --net --ipc
	namespace_add network "/proc/$holder/ns/net"
	namespace_add ipc "/proc/$holder/ns/ipc"
	update_config '.linux.sysctl = {"net.ipv4.ip_default_ttl": "17", "kernel.msgmax": "8000"}'
	inside 'cat /proc/sys/net/ipv4/ip_default_ttl /proc/sys/kernel/msgmax'
	assert_output $'17\n8000'
	release
}

@test "sysctl: a name that is none, and a value that the kernel refuses" {
	update_config '.linux.sysctl = {"net.nonesuch": "1"}'
	refused net.nonesuch 'no such file'
	update_config '.linux.sysctl = {"net.ipv4.ip_forward": "words"}'
	refused net.ipv4.ip_forward 'invalid argument'
}

@test "sysctl: in a user namespace" {
	user_namespace
	update_config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	inside 'cat /proc/sys/net/ipv4/ip_forward'
	assert_output 1
}

# The session keyring's serial and name, by keyctl(2).
compile_keyring() {
	cat >keyring.c <<-'C'
		#include <stdio.h>
		#include <sys/syscall.h>
		#include <unistd.h>
		int main(void)
		{
			char text[256] = "none";
			long serial = syscall(SYS_keyctl, 0, -3, 0); /* GET_KEYRING_ID, session */
			syscall(SYS_keyctl, 6, serial, text, sizeof(text)); /* DESCRIBE */
			printf("%ld %s\n", serial, text);
		}
	C
	${CC:-cc} -static -o keyring keyring.c || skip "no compiler for static programs"
	cp keyring rootfs/bin/keyring
	set_args /bin/keyring
}

@test "keyring: a new session's, named after the container, and none with --no-new-keyring" {
	compile_keyring
	local callers
	callers=$(./keyring)
	[[ $callers != -1* ]] || skip "the kernel has no keyrings"
	run -0 caisson run "$ID"
	assert_contains "_ses.$ID"
	[[ ${output%% *} != "${callers%% *}" ]]
	run -0 caisson run --no-new-keyring "$ID"
	assert_equal "${output%% *}" "${callers%% *}"
}

@test "keyring: exec is in the container's" {
	compile_keyring
	[[ $(./keyring) != -1* ]] || skip "the kernel has no keyrings"
	sleeping_container
	run -0 caisson exec "$ID" /bin/keyring
	assert_contains "_ses.$ID"
}

@test "labels: refused where the kernel has not the module" {
	if [[ ! -d /sys/fs/selinux || ! -e /sys/fs/selinux/enforce ]]; then
		update_config '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
		refused selinux
		update_config 'del(.process.selinuxLabel)'
	fi
	if [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) != Y ]]; then
		update_config '.process.apparmorProfile = "docker-default"'
		refused process.apparmorProfile apparmor
	fi
}
