# caisson without privilege, with what a host gives to its users: ranges of ids, a cgroup, a systemd of
# their own.

bats_require_minimum_version 1.5.0
load helpers
load inside

USER_ID=1000

setup() {
	given=()
	command -v setpriv >/dev/null || skip "no setpriv"
	setup_bundle
	group=/sys/fs/cgroup/$ID-user
	chmod 755 "$BATS_RUN_TMPDIR" "$TEST_DIR"
	rm config.json
	# As the user, for the ids in it.
	chown "$USER_ID:$USER_ID" "$BUNDLE"
	as_user spec --rootless
	update_config '.process.terminal = false | del(.linux.resources)'
	mkdir -p "$ROOT"
	chown -hR "$USER_ID:$USER_ID" "$BUNDLE" "$ROOT"
}

teardown() {
	take_ranges
	teardown_bundle
}

as_user() {
	setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups "$CAISSON" --root "$ROOT" "$@"
}

is_stopped() {
	[[ $(as_user state "$ID" | jq -r .status) == stopped ]]
}

# ---- ranges of ids ---------------------------------------------------------------------------

# give_ranges - the user has ids 200000 to 265535 beside its own, for this test alone.
give_ranges() {
	local file
	command -v newuidmap >/dev/null || skip "no newuidmap: it comes with the package uidmap"
	echo "tester:x:$USER_ID:$USER_ID::/:/bin/sh" >passwd
	echo "tester:x:$USER_ID:" >group
	echo "tester:200000:65536" >subids
	for file in passwd group subuid subgid; do
		touch "/etc/$file"
		mount --bind "${file/sub?id/subids}" "/etc/$file"
		given+=("/etc/$file")
	done
}

take_ranges() {
	local file
	for file in "${given[@]}"; do
		umount "$file"
	done
	given=()
}

# map_ids FIRST COUNT - beside the user's own, which is root
map_ids() {
	update_config '.linux.uidMappings = [{containerID: 0, hostID: 1000, size: 1},
		{containerID: 1, hostID: $first, size: $count}] | .linux.gidMappings = .linux.uidMappings' \
		--argjson first "$1" --argjson count "$2"
}

@test "ranges: newuidmap and newgidmap write them, for other users than root and for groups" {
	give_ranges
	map_ids 200000 65536
	update_config '.process.user = {uid: 5, gid: 6, additionalGids: [7]}'
	set_script 'id -u; id -g; id -G; cat /proc/self/setgroups; tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map'
	run -0 as_user run "$ID"
	take_ranges
	assert_output "5
6
6 7
allow
 0 1000 1
 1 200000 65536
 0 1000 1
 1 200000 65536"
	assert_gone
}

@test "ranges: exec as another of them, and files belong to it outside" {
	give_ranges
	map_ids 200000 65536
	update_config '.root.readonly = false'
	chmod 777 rootfs/tmp
	set_args sleep 1000
	as_user run -d "$ID" </dev/null >"$TEST_DIR/output" 2>&1
	take_ranges
	run -0 as_user exec --user 8:9 --additional-gids 10 "$ID" sh -c 'touch /tmp/new; id -u; id -G'
	assert_output "8
9 10"
	assert_equal "$(stat -c %u:%g rootfs/tmp/new)" 200007:200008
	as_user kill "$ID" KILL
	eventually is_stopped
	run -0 as_user delete "$ID"
	assert_gone
}

@test "ranges: what is not the user's is refused in newuidmap's words, and nothing is left" {
	give_ranges
	map_ids 300000 10
	run as_user run "$ID"
	local first=$status text=$output
	take_ranges
	assert_equal "$first" 1
	assert_contains linux.uidMappings "$text"
	assert_contains newuidmap "$text"
	assert_contains 'not allowed' "$text"
	assert_gone
}

@test "ranges: without newuidmap the error says what is missing" {
	map_ids 200000 10
	PATH=/nowhere run -1 "$(command -v setpriv)" --reuid "$USER_ID" --regid "$USER_ID" --clear-groups \
		"$CAISSON" --root "$ROOT" run "$ID"
	assert_contains "linux.uidMappings: 'newuidmap' is in no directory of PATH"
	assert_gone
}

# ---- a cgroup of the user's own --------------------------------------------------------------

# give_group [CONTROLLER...] - as delegation in cgroups(7): the directory and what moves processes are the
# user's, the limits of the whole are not.
give_group() {
	[[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || skip "a part of cgroup v1 is not safe to delegate"
	local controller
	for controller; do
		grep -qw "$controller" /sys/fs/cgroup/cgroup.controllers ||
			skip "cgroup2 has no controller '$controller' here"
		grep -qw "$controller" /sys/fs/cgroup/cgroup.subtree_control ||
			echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
	done
	mkdir -p "$group/session"
	chown "$USER_ID:$USER_ID" "$group" "$group"/cgroup.{procs,subtree_control,threads} "$group/session" \
		"$group/session"/cgroup.{procs,threads}
}

# in_group ARGUMENT... - caisson of the user, from a process in its part of the tree
in_group() {
	bash -c 'echo $$ >"$1/session/cgroup.procs" && shift && exec "$@"' - "$group" \
		setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups "$CAISSON" --root "$ROOT" "$@"
}

@test "cgroup: one of the container's own, below the user's; exec joins it, delete removes it" {
	give_group
	set_args sleep 1000
	in_group run -d "$ID" </dev/null >"$TEST_DIR/output" 2>&1
	run -0 cat "/proc/$(as_user state "$ID" | jq .pid)/cgroup"
	assert_contains "0::/$ID-user/$ID"
	assert_equal "$(stat -c %u "$group/$ID")" "$USER_ID"
	in_group exec -d "$ID" sleep 1001
	assert_equal "$(wc -l <"$group/$ID/cgroup.procs")" 2
	run -0 in_group ps --format json "$ID"
	assert_equal "$(jq length <<<"$output")" 2
	in_group pause "$ID"
	assert_equal "$(as_user state "$ID" | jq -r .status)" paused
	in_group resume "$ID"
	in_group kill "$ID" KILL
	eventually is_stopped
	in_group delete "$ID"
	[[ ! -e $group/$ID ]] || fail "the cgroup is left"
	rmdir "$group/session" "$group"
	assert_gone
}

@test "cgroup: limits hold" {
	give_group pids
	update_config '.linux.resources = {pids: {limit: 7}}'
	set_script 'cat /proc/self/cgroup; (for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done) 2>&1 | grep -o -m 1 "Resource temp.*"'
	run in_group run "$ID"
	assert_contains 'Resource temporarily unavailable'
	assert_gone_below
}

@test "cgroup: a path below the user's group is taken, and one above it is refused" {
	give_group
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID-user/inner/leaf"
	set_script 'echo here'
	run -0 in_group run "$ID"
	assert_output here
	[[ ! -e $group/inner/leaf ]] || fail "the cgroup is left"
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID-elsewhere"
	run -1 in_group run "$ID"
	assert_contains 'rootless needs no limits + no cgrouppath when no permission is granted for cgroups'
	assert_gone_below
}

# assert_gone_below - of the container; the group and what is above the container in it are the user's.
assert_gone_below() {
	rmdir "$group/inner" 2>/dev/null || true
	rmdir "$group/session" "$group"
	assert_gone
}

@test "cgroup: a caller that is alone in a group of root's has none, and a limit is refused" {
	[[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || skip "for cgroup2"
	mkdir -p "$group/session"
	set_script 'cat /proc/1/cgroup'
	run -0 in_group run "$ID"
	update_config '.linux.resources = {pids: {limit: 7}}'
	run -1 in_group run "$ID"
	assert_contains 'rootless needs no limits + no cgrouppath when no permission is granted for cgroups'
	assert_gone_below
}

@test "cgroup: the host's cgroup2 keeps its options, with a cgroup namespace and without" {
	grep -q ' /sys/fs/cgroup .* - cgroup2 .*nsdelegate' /proc/self/mountinfo ||
		skip "the host's cgroup2 has no option to lose"
	# Of root: users cannot mount it.
	rm config.json
	"$CAISSON" spec
	update_config '.process.terminal = false'
	inside 'cat /proc/self/mountinfo'
	assert_contains cgroup2 "$(superblock_at /sys/fs/cgroup)"
	namespace_remove cgroup
	inside 'cat /proc/self/mountinfo'
	assert_contains nsdelegate "$(superblock_at /sys/fs/cgroup)"
	assert_mount /sys/fs/cgroup ro nosuid
	namespace_add cgroup /proc/1/ns/cgroup
	inside 'cat /proc/self/mountinfo'
	assert_contains nsdelegate "$(superblock_at /sys/fs/cgroup)"
	run -0 grep ' /sys/fs/cgroup .* - cgroup2 .*nsdelegate' /proc/self/mountinfo
}

# ---- a systemd of the user's own -------------------------------------------------------------

# in_session ARGUMENT... - caisson as a user starts it from a shell: state in $XDG_RUNTIME_DIR
in_session() {
	setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups env \
		XDG_RUNTIME_DIR="/run/user/$USER_ID" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$USER_ID/bus" \
		systemd-run --user --quiet --wait --pipe --collect -p Delegate=yes --working-directory="$BUNDLE" \
		--setenv=XDG_RUNTIME_DIR="/run/user/$USER_ID" -- "$CAISSON" "$@"
}

session_is_stopped() {
	[[ $(in_session state "$ID" | jq -r .status) == stopped ]]
}

@test "session: create, start, exec, kill and delete with the default state root and a delegated cgroup" {
	[[ -S /run/user/$USER_ID/bus ]] || skip "user $USER_ID has no session of systemd"
	update_config '.linux.resources = {pids: {limit: 20}, memory: {limit: 50000000}}'
	set_args sleep 1000
	in_session create "$ID" </dev/null >"$TEST_DIR/output" 2>&1 || fail "$(<"$TEST_DIR/output")"
	[[ -d /run/user/$USER_ID/caisson/$ID ]] || fail "no state in the session's directory"
	assert_equal "$(stat -c %a "/run/user/$USER_ID/caisson")" 1700
	in_session start "$ID"
	local pid path
	pid=$(in_session state "$ID" | jq .pid)
	path=/sys/fs/cgroup$(cut -d: -f3 "/proc/$pid/cgroup")
	assert_contains "user@$USER_ID.service" "$path"
	assert_equal "${path##*/}" "$ID"
	assert_equal "$(<"$path/pids.max")" 20
	assert_equal "$(<"$path/memory.max")" 49999872
	run -0 in_session exec "$ID" sh -c 'id -u; cat /proc/self/cgroup'
	assert_output "0
0::/"
	in_session kill "$ID" KILL
	eventually session_is_stopped
	in_session delete "$ID"
	[[ ! -e $path ]] || fail "the cgroup is left"
	[[ ! -e /run/user/$USER_ID/caisson/$ID ]] || fail "the state is left"
}

# program_in_container OWNER MODE - of $TEST_DIR/caisson, which has these: what init of a container that the
# user makes executes.  And it is not written, by the user or by the container's root.
program_in_container() {
	local program=$TEST_DIR/caisson before pid
	rm -f "$program"
	cp "$CAISSON" "$program"
	chown "$1" "$program"
	chmod "$2" "$program"
	before=$(sha256sum "$program")
	CAISSON=$program as_user create "$ID" </dev/null >"$TEST_DIR/output" 2>&1
	pid=$(as_user state "$ID" | jq .pid)
	readlink "/proc/$pid/exe"
	# With all capabilities there are in the container's user namespace.
	nsenter --target "$pid" --user --preserve-credentials setpriv --reuid 0 --regid 0 --clear-groups \
		sh -c 'echo x >>"/proc/$1/exe"; chmod 777 "/proc/$1/exe"; echo x >>"$2"; chmod 777 "$2"' - \
		"$pid" "$program" >/dev/null 2>&1 || true
	as_user delete --force "$ID"
	[[ $1 != 0:0 || $2 != 755 ]] || assert_equal "$(sha256sum "$program")" "$before"
}

@test "the program: as it is where it is root's, since nobody in the user's namespaces may write it" {
	chmod 755 "$TEST_DIR"
	run -0 program_in_container 0:0 755
	assert_output "$TEST_DIR/caisson"
	# The user's own, or one that is the user's to write: a copy.
	run -0 program_in_container "$USER_ID:$USER_ID" 755
	assert_contains /memfd:
	run -0 program_in_container "0:$USER_ID" 775
	assert_contains /memfd:
	run -0 program_in_container 0:0 757
	assert_contains /memfd:
	# One of an id that may be the user's in a user namespace.
	run -0 program_in_container 200001:0 755
	assert_contains /memfd:
}

@test "the program: not as it is where the user has capabilities, whose containers may be the host's root's" {
	local program=$TEST_DIR/caisson pid rights with_rights
	rights=+sys_admin,+setuid,+setgid,+setpcap,+chown,+fowner,+mknod,+net_admin,+sys_chroot
	chmod 755 "$TEST_DIR"
	cp "$CAISSON" "$program"
	update_config '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
	with_rights=(setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups --inh-caps "$rights"
		--ambient-caps "$rights" "$program" --root "$ROOT" create "$ID")
	# Whom we may not look at we may not kill either, and still it ends, and no more is heard of it.
	run -1 timeout 30 "${with_rights[@]}" </dev/null
	assert_contains "assertion: open '/proc/"
	assert_gone
	untraced "${with_rights[@]}" </dev/null >"$TEST_DIR/output" 2>&1
	pid=$(as_user state "$ID" | jq .pid)
	# It is root, and no file of root's is out of its reach.
	assert_equal "$(stat -Lc %i "/proc/$pid/ns/user")" "$(stat -Lc %i /proc/self/ns/user)"
	assert_contains "Uid:	0	0" "$(cat "/proc/$pid/status")"
	run -0 readlink "/proc/$pid/exe"
	refute_contains "$program"
	kill -KILL "$pid"
	eventually is_stopped
	as_user delete --force "$ID"
}
