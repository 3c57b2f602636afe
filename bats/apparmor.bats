# process.apparmorProfile, and exec's --apparmor.  The profiles are loaded for the test; that needs a host
# with AppArmor, such as the one of tests/vm.

bats_require_minimum_version 1.5.0
load helpers
load inside

has_apparmor() {
	[[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) == Y ]]
}

needs_apparmor() {
	has_apparmor || skip "no AppArmor in this kernel"
	command -v apparmor_parser >/dev/null || skip "no apparmor_parser"
	[[ -d /sys/kernel/security/apparmor ]] || skip "securityfs is not mounted"
}

# load_profile NAME DENIED - everything is allowed but to write below the directory DENIED.
load_profile() {
	profiles+=("$1")
	apparmor_parser --replace --skip-cache <<-PROFILE
		profile $1 flags=(attach_disconnected,mediate_deleted) {
			file,
			capability,
			network,
			mount,
			umount,
			pivot_root,
			signal,
			ptrace,
			unix,
			deny $2/** w,
		}
	PROFILE
}

setup() {
	profiles=()
	setup_bundle
	writable_root
	mkdir rootfs/{one,two}
}

teardown() {
	local profile result=0
	teardown_bundle || result=$?
	for profile in "${profiles[@]}"; do
		apparmor_parser --remove <<<"profile $profile {}"
	done
	return "$result"
}

profile_of_program='cat /proc/self/attr/apparmor/current'
try_to_write='for d in one two; do echo x 2>/dev/null >/$d/file && echo "$d written" || echo "$d denied"; done'

@test "init gets the profile, and is held to it" {
	needs_apparmor
	load_profile "$ID" /one
	update_config '.process.apparmorProfile = $profile' --arg profile "$ID"
	inside "$profile_of_program; $try_to_write"
	assert_output "$ID (enforce)
one denied
two written"
}

@test "init gets it where it may gain privileges, too, and in create as in run" {
	needs_apparmor
	load_profile "$ID" /one
	update_config '.process.noNewPrivileges = false | .process.apparmorProfile = $profile' --arg profile "$ID"
	set_args sleep 1000
	detached create "$ID"
	# It is for the program, not for caisson's own work before that.
	run -0 cat "/proc/$(pid_of)/attr/apparmor/current"
	refute_contains "$ID"
	caisson start "$ID"
	eventually grep -qx "$ID (enforce)" "/proc/$(pid_of)/attr/apparmor/current"
}

@test "without one the program is as its caller" {
	needs_apparmor
	inside "$profile_of_program"
	assert_output "$(cat /proc/self/attr/apparmor/current)"
	update_config '.process.apparmorProfile = "unconfined"'
	inside "$profile_of_program"
	assert_output unconfined
}

@test "in a user namespace" {
	needs_apparmor
	load_profile "$ID" /one
	user_namespace
	give_image 100000
	update_config '.process.apparmorProfile = $profile' --arg profile "$ID"
	set_args sleep 1000
	start_container
	run -0 caisson exec "$ID" sh -c "tr -s ' ' </proc/self/uid_map; $profile_of_program; $try_to_write"
	assert_output " 0 100000 65536
$ID (enforce)
one denied
two written"
	run -0 caisson exec "$ID" cat /proc/1/attr/apparmor/current
	assert_output "$ID (enforce)"
}

@test "exec has the container's, or its own" {
	needs_apparmor
	load_profile "$ID" /one
	load_profile "$ID-other" /two
	update_config '.process.apparmorProfile = $profile' --arg profile "$ID"
	sleeping_container
	run -0 caisson exec "$ID" sh -c "$profile_of_program; $try_to_write"
	assert_output "$ID (enforce)
one denied
two written"
	run -0 caisson exec --apparmor "$ID-other" "$ID" sh -c "$profile_of_program; $try_to_write"
	assert_output "$ID-other (enforce)
one written
two denied"
	jq '.process | .apparmorProfile = $profile | .args = ["cat", "/proc/self/attr/apparmor/current"]' \
		--arg profile "$ID-other" <config.json >process.json
	run -0 caisson exec --process process.json "$ID"
	assert_output "$ID-other (enforce)"
}

@test "a profile that is not loaded is refused, and nothing is left" {
	needs_apparmor
	update_config '.process.apparmorProfile = "caisson-no-such-profile"'
	refused "apply apparmor profile 'caisson-no-such-profile': it is not loaded"
	run -1 caisson create "$ID"
	assert_gone
	update_config 'del(.process.apparmorProfile)'
	sleeping_container
	run ! caisson exec --apparmor caisson-no-such-profile "$ID" true
	assert_contains "apply apparmor profile 'caisson-no-such-profile': it is not loaded"
	assert_status_of running
}

@test "an image's own attributes do not take the profile's place (CVE-2019-16884)" {
	needs_apparmor
	load_profile "$ID" /one
	update_config '.process.apparmorProfile = $profile' --arg profile "$ID"
	mkdir -p volume/self/attr/apparmor
	touch volume/self/attr/{exec,apparmor/exec}
	add_mount /proc '' "$BUNDLE/volume" bind
	set_script "$try_to_write"
	# Either it is confined all the same, or it does not run.
	run caisson run "$ID"
	if ((status == 0)); then
		assert_contains "one denied"
	else
		assert_contains /proc
	fi
	refute_contains "one written"
	run -0 cat volume/self/attr/{exec,apparmor/exec}
	assert_output ''
}

@test "without AppArmor a profile is refused, except to have none" {
	! has_apparmor || skip "this kernel has AppArmor"
	update_config '.process.apparmorProfile = "unconfined"'
	inside 'echo here'
	assert_output here
	update_config '.process.apparmorProfile = "something"'
	refused process.apparmorProfile 'apparmor is disabled or not supported'
}
