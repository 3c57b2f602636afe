# process.capabilities: the five sets, by the kernel's word.

bats_require_minimum_version 1.5.0
load helpers
load inside

# sets JSON - of process.capabilities
sets() {
	update_config ".process.capabilities = $1"
}

# Of capability.h: CHOWN is bit 0, KILL bit 5, SETGID 6, SETUID 7, NET_BIND_SERVICE 10.

@test "each set has its own" {
	sets '{bounding: ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID", "CAP_NET_BIND_SERVICE"],
		permitted: ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"], effective: ["CAP_KILL"],
		inheritable: ["CAP_CHOWN", "CAP_SETUID"], ambient: ["CAP_CHOWN"]}'
	update_config '.process.user = {uid: 1000, gid: 1000}'
	set_args grep ^Cap /proc/self/status
	run -0 caisson run "$ID"
	# What is inherited and ambient is what a program that is executed has.
	assert_output $'CapInh:\t0000000000000081
CapPrm:\t0000000000000001
CapEff:\t0000000000000001
CapBnd:\t00000000000004a1
CapAmb:\t0000000000000001'
}

@test "root has what is bounding, and nothing without any sets" {
	sets '{bounding: ["CAP_KILL", "CAP_CHOWN"], permitted: ["CAP_KILL", "CAP_CHOWN"],
		effective: ["CAP_KILL", "CAP_CHOWN"]}'
	set_args grep ^Cap /proc/self/status
	run -0 caisson run "$ID"
	assert_output $'CapInh:\t0000000000000000
CapPrm:\t0000000000000021
CapEff:\t0000000000000021
CapBnd:\t0000000000000021
CapAmb:\t0000000000000000'
	update_config 'del(.process.capabilities)'
	run -0 caisson run "$ID"
	assert_equal "$(grep -c 0000000000000000 <<<"$output")" 5
}

@test "another user has none, except for the ambient ones" {
	update_config '.process.user = {uid: 1000, gid: 1000}'
	set_args grep -E '^Cap(Prm|Eff|Inh|Amb)' /proc/self/status
	run -0 caisson run "$ID"
	assert_equal "$(grep -c 0000000000000000 <<<"$output")" 4
}

@test "ambient: lets a user execute what only its power may" {
	cp rootfs/bin/busybox rootfs/bin/guarded
	chmod 600 rootfs/bin/guarded
	chmod 700 rootfs/root
	echo content >rootfs/root/file
	update_config '.process.user = {uid: 1000, gid: 1000}'
	set_args cat /root/file
	run -1 caisson run "$ID"
	sets '{bounding: ["CAP_DAC_OVERRIDE"], permitted: ["CAP_DAC_OVERRIDE"],
		effective: ["CAP_DAC_OVERRIDE"],
		inheritable: ["CAP_DAC_OVERRIDE"], ambient: ["CAP_DAC_OVERRIDE"]}'
	run -0 caisson run "$ID"
	assert_output content
}

@test "an unknown one is a warning with its place, and the others are given" {
	sets '{bounding: ["CAP_KILL", "CAP_NONESUCH"], permitted: ["CAP_KILL"],
		effective: ["CAP_KILL"]}'
	set_args grep CapBnd /proc/self/status
	run -0 caisson run "$ID"
	assert_contains level=warning
	assert_contains CAP_NONESUCH
	assert_equal "${lines[-1]}" $'CapBnd:\t0000000000000020'
}

@test "ambient ones that are not inheritable are a warning" {
	sets '{bounding: ["CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"],
		ambient: ["CAP_KILL"]}'
	set_args grep CapAmb /proc/self/status
	run -0 caisson run "$ID"
	assert_contains level=warning
	assert_contains CAP_KILL
	assert_equal "${lines[-1]}" $'CapAmb:\t0000000000000000'
}

@test "exec --cap: in addition, and never inheritable" {
	sleeping_container
	run -0 caisson exec --cap CAP_CHOWN "$ID" grep ^Cap /proc/self/status
	assert_contains $'CapInh:\t0000000000000000'
	assert_contains $'CapAmb:\t0000000000000000'
	((0x$(sed -n 's/^CapEff:.//p' <<<"$output") & 1))
	run -0 caisson exec "$ID" grep ^CapEff /proc/self/status
	(((0x$(sed -n 's/^CapEff:.//p' <<<"$output") & 1) == 0))
	run -0 caisson exec --user 1000 --cap CAP_CHOWN "$ID" grep ^Cap /proc/self/status
	assert_contains $'CapInh:\t0000000000000000'
}

@test "in a user namespace too" {
	user_namespace
	sets '{bounding: ["CAP_SYS_ADMIN", "CAP_KILL"], permitted: ["CAP_KILL"],
		effective: ["CAP_KILL"]}'
	set_args grep -E 'CapBnd|CapInh' /proc/self/status
	run -0 caisson run "$ID"
	assert_output $'CapInh:\t0000000000000000
CapBnd:\t0000000000200020'
}
