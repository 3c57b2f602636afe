# Labels of SELinux: of programs, their keyrings and their mounts.  That needs a host with a loaded policy,
# permissive or not: tests/vm bats --selinux

bats_require_minimum_version 1.5.0
load helpers
load inside

label=system_u:system_r:container_t:s0:c1,c2
other_label=system_u:system_r:container_t:s0:c3,c4
files_label=system_u:object_r:container_file_t:s0:c1,c2
bad_label=system_u:system_r:caisson_no_such_t:s0

has_selinux() {
	[[ $(stat -fc %t /sys/fs/selinux 2>/dev/null) == f97cff8c ]]
}

# For one that has it, each label is known to its policy.
needs_selinux() {
	has_selinux || skip "no SELinux in this kernel, or no policy"
	for context in "$label" "$files_label"; do
		(printf %s "$context" >/proc/self/attr/fscreate) 2>/dev/null || skip "the policy has no '$context'"
	done
}

set_label() {
	update_config '.process.selinuxLabel = $context' --arg context "$1"
}

# The kernel ends a label with a zero.
label_of_program="tr -d '\\0' </proc/self/attr/current"

# host_perl - the host's perl in the container, as busybox knows no keyctl(2).
host_perl() {
	ln -s usr/lib rootfs/lib
	ln -s usr/lib64 rootfs/lib64
	mkdir -p rootfs/usr
	add_mount /usr '' /usr rbind ro
	update_config '.process.env += ["PERL_BADLANG=0"]'
}

# KEYCTL_GET_SECURITY of KEY_SPEC_SESSION_KEYRING
label_of_keyring='$l = " " x 200; $n = syscall(250, 17, -3, $l, 200); print $n < 0 ? "error $!" : substr($l, 0, $n - 1)'

@test "init gets the label, and the create before it does not" {
	needs_selinux
	set_label "$label"
	inside "$label_of_program"
	assert_output "$label"
	set_args sleep 1000
	detached create "$ID"
	run -0 cat "/proc/$(pid_of)/attr/current"
	refute_contains container_t
	caisson start "$ID"
	eventually grep -q "^$label" "/proc/$(pid_of)/attr/current"
}

@test "without a label the program is as its caller" {
	needs_selinux
	inside "$label_of_program"
	assert_output "$(tr -d '\0' </proc/self/attr/current)"
}

@test "exec has the container's, or its own" {
	needs_selinux
	set_label "$label"
	sleeping_container
	run -0 caisson exec "$ID" sh -c "$label_of_program"
	assert_output "$label"
	run -0 caisson exec --process-label "$other_label" "$ID" sh -c "$label_of_program"
	assert_output "$other_label"
}

@test "the session keyring has the label, and what the program makes later has not" {
	needs_selinux
	command -v perl >/dev/null || skip "no perl"
	host_perl
	set_label "$label"
	set_args /usr/bin/perl -e "$label_of_keyring"
	run -0 caisson run "$ID"
	assert_output "$label"
	set_script "cat /proc/self/attr/keycreate /proc/self/attr/exec | tr -d '\\0'"
	run -0 caisson run "$ID"
	assert_output ''
}

@test "in a user namespace, the keyring too" {
	needs_selinux
	command -v perl >/dev/null || skip "no perl"
	host_perl
	user_namespace
	give_image 100000
	set_label "$label"
	set_args sleep 1000
	start_container
	run -0 caisson exec "$ID" sh -c "tr -s ' ' </proc/self/uid_map; $label_of_program"
	assert_output " 0 100000 65536
$label"
	run -0 caisson exec "$ID" /usr/bin/perl -e "$label_of_keyring"
	assert_output "$label"
}

@test "mountLabel is the context of what is mounted for the container, and not of proc and sysfs" {
	needs_selinux
	command -v perl >/dev/null || skip "no perl"
	update_config '.linux.mountLabel = $context' --arg context "$files_label"
	add_mount /mnt/t tmpfs t size=1m
	inside 'cat /proc/self/mountinfo'
	local at
	# The directories that are masked read as empty, which their own label might forbid.
	for at in /dev /dev/shm /dev/pts /mnt/t /sys/firmware; do
		assert_contains "context=\"$files_label\"" "$(superblock_at "$at")"
	done
	refute_contains container_file_t "$(superblock_at /proc)"
	refute_contains container_file_t "$(superblock_at /sys)"
	# A queue's label is that of its directory, and not in the mount's options.
	host_perl
	set_args /usr/bin/perl -e '$l = " " x 200; $at = "/dev/mqueue"; $name = "security.selinux";
		$n = syscall(191, $at, $name, $l, 200);
		print $n < 0 ? "error $!" : substr($l, 0, $n - 1)'
	run -0 caisson run "$ID"
	assert_output "$files_label"
}

@test "mountLabel in a user namespace" {
	needs_selinux
	user_namespace
	give_image 100000
	update_config '.linux.mountLabel = $context' --arg context "$files_label"
	inside 'cat /proc/self/mountinfo'
	assert_contains "context=\"$files_label\"" "$(superblock_at /dev/shm)"
}

@test "a label that the policy does not have is refused, and nothing is left" {
	needs_selinux
	set_label "$bad_label"
	refused "check the selinux labels: process label '$bad_label': not valid in the loaded policy"
	update_config 'del(.process.selinuxLabel) | .linux.mountLabel = $context' --arg context "$bad_label"
	refused "check the selinux labels: mount label '$bad_label': not valid in the loaded policy"
	update_config 'del(.linux.mountLabel)'
	sleeping_container
	run ! caisson exec --process-label "$bad_label" "$ID" true
	assert_contains "process label '$bad_label': not valid in the loaded policy"
	assert_status_of running
}

@test "where the helper program is not installed the kernel refuses it" {
	needs_selinux
	local helper
	helper=$(find /usr -path '*/caisson/selinux-label' -print -quit)
	[[ $helper ]] || skip "selinux-label is not installed"
	mkdir empty
	mount --bind empty "$(dirname "$helper")"
	set_label "$label"
	set_script "$label_of_program"
	run caisson run "$ID"
	local good=$status text=$output
	set_label "$bad_label"
	run caisson run "$ID"
	umount "$(dirname "$helper")"
	assert_equal "$good $text" "0 $label"
	assert_equal "$status" 1
	assert_contains "apply selinux label '$bad_label'"
	assert_gone
}

@test "without SELinux a label is refused" {
	! has_selinux || skip "this kernel has SELinux"
	set_label "$label"
	refused process.selinuxLabel 'selinux is disabled or not supported'
	# Each file system would say that it knows no option "context".
	update_config 'del(.process.selinuxLabel) | .linux.mountLabel = $context' --arg context "$label"
	refused linux.mountLabel 'selinux is disabled or not supported'
	update_config '.linux.mountLabel = ""'
	sleeping_container
	run ! caisson exec --process-label "$label" "$ID" true
	assert_contains 'selinux is disabled or not supported'
}
