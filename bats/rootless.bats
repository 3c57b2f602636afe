# caisson without privilege: user 1000, its own state root, no cgroups.

bats_require_minimum_version 1.5.0
load helpers
load inside

setup() {
	command -v setpriv >/dev/null || skip "no setpriv"
	setup_bundle
	chmod 755 "$BATS_RUN_TMPDIR" "$TEST_DIR"
	mkdir -p "$ROOT"
	rm config.json
	"$CAISSON" spec --rootless
	update_config '.process.terminal = false | del(.linux.resources)
		| .linux.uidMappings = [{containerID: 0, hostID: 1000, size: 1}] |
		.linux.gidMappings = .linux.uidMappings'
	chown -hR 1000:1000 "$BUNDLE" "$ROOT"
}

as_user() {
	setpriv --reuid 1000 --regid 1000 --clear-groups "$CAISSON" --root "$ROOT" "$@"
}

@test "run: root inside is the user outside" {
	set_script 'id -u; id -g; tr -s " " </proc/self/uid_map; cat /proc/self/setgroups
		touch /dev/shm/x'
	run -0 as_user run "$ID"
	assert_output "0
0
 0 1000 1
deny"
}

@test "run: files that it makes belong to the user" {
	update_config '.root.readonly = false'
	set_script 'touch /new'
	run -0 as_user run "$ID"
	assert_equal "$(stat -c '%u:%g' rootfs/new)" 1000:1000
}

@test "create, start, state, exec, kill, delete" {
	set_args sleep 1000
	as_user create "$ID" </dev/null >"$TEST_DIR/output" 2>&1
	as_user start "$ID"
	run -0 as_user exec "$ID" id -u
	assert_output 0
	run -0 as_user state "$ID"
	assert_equal "$(jq -r .status <<<"$output")" running
	as_user kill "$ID" KILL
	eventually stopped_of_user
	run -0 as_user delete "$ID"
	assert_gone
}

stopped_of_user() {
	[[ $(as_user state "$ID" | jq -r .status) == stopped ]]
}

@test "neither a pid namespace nor a control group is warned of" {
	local warning='Such configuration is strongly discouraged'
	set_args /bin/true
	run -0 as_user run "$ID"
	refute_contains "$warning"
	namespace_remove pid
	update_config '(.mounts[] | select(.type == "proc")) |= {destination: "/proc", type: "bind",
		source: "/proc", options: ["rbind"]}'
	# All that user 1000 may not write to.
	run -0 as_user run "$ID"
	assert_contains level=warning
	assert_contains linux.namespaces
	assert_contains "$warning"
	# With a group of its own, as root's has, all can be found.
	update_config '.linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0'
	chown -hR 0:0 "$BUNDLE" "$ROOT"
	run -0 caisson run "$ID"
	refute_contains "$warning"
}

@test "additional groups are refused where setgroups is denied" {
	update_config '.process.user.additionalGids = [0]'
	run -1 as_user run "$ID"
	assert_contains process.user.additionalGids
}

@test "mounts, masks and read-only paths hold" {
	mkdir source
	chown 1000:1000 source
	add_mount /mnt/ro '' source bind ro
	add_mount /mnt/t tmpfs t size=1m
	set_script "$WORDS"'no touch /mnt/ro/x; touch /mnt/t/x
		no write /proc/sys/kernel/hostname; cat /proc/self/mountinfo'
	run -0 as_user run "$ID"
	assert_mount /mnt/ro ro
	assert_mount /proc/sys ro
	assert_mount / ro
}

@test "a bind of what is mounted with locked flags keeps them" {
	mkdir source
	mount -t tmpfs -o mode=777,nosuid,nodev,noexec t source
	add_mount /mnt/bound '' source bind ro
	set_script 'cat /proc/self/mountinfo'
	run as_user run "$ID"
	umount source
	((status == 0)) || fail "$output"
	assert_mount /mnt/bound ro nosuid nodev noexec
}

# give_ranges - newuidmap and newgidmap are told, in our mount namespace alone, of ids for user 1000.
give_ranges() {
	command -v newuidmap >/dev/null || skip "no newuidmap"
	grep -v '^[^:]*:[^:]*:1000:' /etc/passwd >passwd
	echo 'ranger:x:1000:1000::/:/bin/sh' >>passwd
	echo 'ranger:400000:1000' >ids
	local file
	for file in passwd subuid subgid; do
		[[ -e /etc/$file ]] || skip "no /etc/$file"
	done
	mount --bind passwd /etc/passwd
	mount --bind ids /etc/subuid
	mount --bind ids /etc/subgid
}

take_ranges() {
	umount /etc/passwd /etc/subuid /etc/subgid
}

@test "with ranges of ids, by newuidmap and newgidmap" {
	give_ranges
	update_config '.linux.uidMappings += [{containerID: 1, hostID: 400000, size: 1000}]
		| .linux.gidMappings = .linux.uidMappings
		| .process.user = {uid: 5, gid: 6, additionalGids: [7]}'
	set_script 'id -u; id -g; id -G; tr -s " " </proc/self/uid_map; cat /proc/self/setgroups'
	run as_user run "$ID"
	local first=$output
	set_script 'sleep 1000'
	as_user run -d "$ID" </dev/null >"$TEST_DIR/output" 2>&1 || true
	run as_user exec --user 9 "$ID" id -u
	as_user delete --force "$ID"
	take_ranges
	assert_equal "$first" "5
6
6 7
 0 1000 1
 1 400000 1000
allow"
	assert_output 9
}

@test "a mapping that nobody allowed the user is refused" {
	update_config '.linux.uidMappings += [{containerID: 1, hostID: 700000, size: 10}]'
	run -1 as_user run "$ID"
	assert_contains map
	run -1 as_user state "$ID"
}

@test "a network of its own has its loopback up" {
	namespace_add network
	update_config '.mounts |= map(if .destination == "/sys" then {destination: "/sys",
		type: "sysfs", source: "sysfs",
		options: ["nosuid", "noexec", "nodev", "ro"]} else . end)'
	set_script 'cat /sys/class/net/lo/flags'
	run -0 as_user run "$ID"
	assert_output 0x9
}

@test "the state root of root is not the user's" {
	chown -R 0:0 "$ROOT"
	chmod 700 "$ROOT"
	run -1 as_user run "$ID"
	assert_contains "permission denied"
}

@test "the state root below XDG_RUNTIME_DIR is for the user alone, and sticky" {
	mkdir session
	chown 1000:1000 session
	run -0 setpriv --reuid 1000 --regid 1000 --clear-groups \
		env XDG_RUNTIME_DIR="$BUNDLE/session" "$CAISSON" run "$ID"
	assert_equal "$(stat -c '%a %u' session/caisson)" "1700 1000"
	[[ ! -e session/caisson/$ID ]] || fail "the state is left"
}
