# --systemd-cgroup: the container's group is a unit's.  Read back from systemd and from the kernel.

bats_require_minimum_version 1.5.0
load helpers

USER_ID=1000

setup() {
	[[ -d /run/systemd/system ]] || skip "systemd does not run here"
	[[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]] || skip "for cgroup2 alone"
	[[ $(jq .linux.cgroup.systemd <<<"$("$CAISSON" features)") == true ]] ||
		skip "this build has no systemd driver"
	setup_bundle
	# Names of units have no more than these characters.
	UNIT=pre-$ID.scope
	update_config '.linux.cgroupsPath = $path' --arg path "system.slice:pre:$ID"
}

# A program that ignores SIGTERM would keep systemd waiting for its time limit.
teardown() {
	[[ ! ${UNIT-} ]] || caisson delete --force "$ID" || true
	[[ ! ${UNIT-} ]] || systemctl stop "$UNIT" 2>/dev/null || true
	[[ ! ${UNIT-} ]] || systemctl reset-failed "$UNIT" 2>/dev/null || true
	teardown_bundle
}

resources() {
	update_config ".linux.resources |= . + $1"
}

sleeping_unit() {
	set_args /bin/sleep 1000
	detached --systemd-cgroup run -d "${1:-$ID}"
}

# show PROPERTY [UNIT] - its value
show() {
	systemctl show --value --property "$1" -- "${2:-$UNIT}"
}

assert_property() {
	assert_equal "$(show "$1")" "$2"
}

# directory_of [ID] - where the kernel has its init
directory_of() {
	echo "/sys/fs/cgroup$(cut -d: -f3 "/proc/$(pid_of "${1:-$ID}")/cgroup")"
}

# unit_is_gone [UNIT] - systemd does not know it, not even as failed
unit_is_gone() {
	[[ $(show LoadState "${1:-$UNIT}") == not-found || $(show ActiveState "${1:-$UNIT}") == inactive ]]
}

assert_unit_gone() {
	run systemctl status -- "${1:-$UNIT}"
	assert_equal "$status" 4
}

# ---- names -----------------------------------------------------------------------------------

@test "unit: its name, slice, properties and place; nothing is left of it" {
	sleeping_unit
	assert_equal "$(directory_of)" "/sys/fs/cgroup/system.slice/$UNIT"
	assert_property ActiveState active
	assert_property Slice system.slice
	assert_property Delegate yes
	assert_property DefaultDependencies no
	assert_property Description "caisson container $ID"
	assert_property NeedDaemonReload no
	assert_equal "$(caisson state "$ID" | jq -r '."systemd-scope"')" "$UNIT"
	run -0 caisson exec "$ID" cat /proc/self/cgroup
	assert_output 0::/
	caisson delete --force "$ID"
	assert_unit_gone
	[[ ! -e /sys/fs/cgroup/system.slice/$UNIT ]]
}

@test "unit: nested slices, the root slice, default slice and name" {
	update_config '.linux.cgroupsPath = $path' --arg path "cbats-deep.slice:pre:$ID"
	sleeping_unit
	assert_equal "$(directory_of)" "/sys/fs/cgroup/cbats.slice/cbats-deep.slice/$UNIT"
	caisson delete --force "$ID"
	update_config '.linux.cgroupsPath = $path' --arg path "-.slice:pre:$ID"
	sleeping_unit
	assert_equal "$(directory_of)" "/sys/fs/cgroup/$UNIT"
	caisson delete --force "$ID"
	update_config '.linux.cgroupsPath = $path' --arg path ":pre:$ID"
	sleeping_unit
	assert_equal "$(directory_of)" "/sys/fs/cgroup/system.slice/$UNIT"
	caisson delete --force "$ID"
	update_config 'del(.linux.cgroupsPath)'
	sleeping_unit
	assert_equal "$(directory_of)" "/sys/fs/cgroup/system.slice/caisson-$ID.scope"
	caisson delete --force "$ID"
	assert_unit_gone "caisson-$ID.scope"
	systemctl stop cbats.slice 2>/dev/null || true
}

@test "unit: a slice, which init is born into" {
	local slice="cbats-${ID//-/_}.slice"
	update_config '.linux.cgroupsPath = $path' --arg path "cbats.slice:pre:$slice"
	sleeping_unit
	assert_equal "$(directory_of)" "/sys/fs/cgroup/cbats.slice/$slice"
	assert_equal "$(show ActiveState "$slice")" active
	caisson delete --force "$ID"
	[[ ! -e /sys/fs/cgroup/cbats.slice/$slice ]]
	systemctl stop cbats.slice 2>/dev/null || true
}

@test "unit: what is no cgroupsPath for systemd" {
	local path
	for path in /a/b a.slice:b a.slice:b:c:d 'x:y:z' 'a.slice:b:c d'; do
		update_config '.linux.cgroupsPath = $path' --arg path "$path"
		run -1 caisson --systemd-cgroup run "$ID"
		assert_contains linux.cgroupsPath
		assert_gone
	done
}

@test "unit: another's is refused, and lives on; a failed one is taken over" {
	sleeping_unit
	local pid
	pid=$(pid_of "$ID")
	run -1 caisson --systemd-cgroup run "$ID-two"
	assert_contains "$UNIT"
	[[ ! -e $ROOT/$ID-two ]]
	assert_status_of running
	[[ -d /proc/$pid ]]
	caisson delete --force "$ID"
	# Ends by its time limit, which is a failure, and stays to be looked at.
	systemd-run --quiet --scope --unit "$UNIT" -p RuntimeMaxSec=1 -- sleep 100 || true
	eventually eval "[[ \$(show ActiveState) == failed ]]"
	sleeping_unit
	assert_property ActiveState active
	caisson delete --force "$ID"
	assert_unit_gone
}

@test "unit: delete works when systemd has ended it, and when it has failed" {
	set_script 'trap "exit 0" TERM; while :; do sleep 0.1; done'
	detached --systemd-cgroup run -d "$ID"
	systemctl stop "$UNIT"
	wait_for_status stopped
	caisson delete "$ID"
	update_config '.annotations = {"org.systemd.property.RuntimeMaxSec": "1"}'
	detached --systemd-cgroup run -d "$ID"
	wait_for_status stopped
	eventually eval "[[ \$(show ActiveState) == failed ]]"
	run systemctl status "$UNIT"
	assert_equal "$status" 3
	caisson delete "$ID"
	assert_unit_gone
}

@test "unit: a start that fails leaves none" {
	set_args /nonesuch
	run -1 caisson --systemd-cgroup run "$ID"
	assert_contains nonesuch
	assert_gone
	assert_unit_gone
	set_args /bin/true
	resources '{unified: {"memory.nonesuch": "1"}}'
	run -1 caisson --systemd-cgroup run "$ID"
	assert_contains memory.nonesuch
	assert_gone
	assert_unit_gone
}

@test "unit: a controller that there is not is named, and systemd not waited for" {
	local verb
	set_args /bin/true
	resources '{unified: {"nonesuch.max": "1"}}'
	for verb in run create; do
		run -1 caisson --systemd-cgroup "$verb" "$ID"
		assert_contains "controller \`nonesuch\` is not available under '/sys/fs/cgroup/system.slice/$UNIT'"
		assert_equal "${#lines[@]}" 1
		assert_gone
		assert_unit_gone
	done
}

# ---- limits ----------------------------------------------------------------------------------

@test "limits: systemd and the kernel have them, and keep them over a daemon-reload" {
	resources '{memory: {limit: 67108864, reservation: 33554432, swap: 134217728},
		pids: {limit: 20}, cpu: {shares: 512, quota: 12345, period: 100000, cpus: "0"},
		unified: {"memory.high": "60M", "memory.min": "4096"}}'
	sleeping_unit
	assert_property MemoryMax 67108864
	assert_property MemoryLow 33554432
	assert_property MemoryHigh 62914560
	assert_property MemoryMin 4096
	assert_property MemorySwapMax 67108864
	assert_property TasksMax 20
	assert_property CPUWeight 59
	assert_property CPUQuotaPerSecUSec 130ms
	assert_property CPUQuotaPeriodUSec 100ms
	assert_property AllowedCPUs 0
	local dir before
	dir=$(directory_of)
	assert_equal "$(<"$dir/cpu.max")" "12345 100000"
	assert_equal "$(<"$dir/pids.max")" 20
	assert_equal "$(<"$dir/memory.max")" 67108864
	before=$(limits_in "$dir")
	systemctl daemon-reload
	assert_equal "$(limits_in "$dir")" "$before"
}

limits_in() {
	(cd "$1" && grep . memory.{max,low,high,min,swap.max} pids.max cpu.{max,weight} cpuset.cpus)
}

@test "limits: pids.limit 1 and little memory do not stand in the start's way" {
	resources '{pids: {limit: 1}, memory: {limit: 4194304}}'
	sleeping_unit
	assert_property TasksMax 1
	assert_equal "$(<"$(directory_of)/pids.max")" 1
	assert_equal "$(<"$(directory_of)/memory.max")" 4194304
}

@test "limits: pids.limit 0, which systemd can't say, is 1 in file and property, and warned of" {
	resources '{pids: {limit: 0}}'
	sleeping_unit
	assert_contains level=warning
	assert_contains 'linux.resources.pids.limit'
	assert_property TasksMax 1
	assert_equal "$(<"$(directory_of)/pids.max")" 1
	systemctl daemon-reload
	assert_equal "$(<"$(directory_of)/pids.max")" 1
	run -0 caisson update --pids-limit 7 "$ID"
	refute_contains level=warning
	run -0 caisson update --pids-limit 0 "$ID"
	assert_contains level=warning
	assert_property TasksMax 1
	assert_equal "$(<"$(directory_of)/pids.max")" 1
}

@test "limits: update changes the files and the properties, and the next update begins there" {
	resources '{memory: {limit: 67108864}, cpu: {quota: 50000, period: 100000}}'
	sleeping_unit
	caisson update --memory 33554432 --pids-limit 10 "$ID"
	assert_property MemoryMax 33554432
	assert_property TasksMax 10
	assert_equal "$(<"$(directory_of)/memory.max")" 33554432
	assert_equal "$(<"$(directory_of)/pids.max")" 10
	caisson update --cpu-quota 20000 "$ID"
	assert_property CPUQuotaPerSecUSec 200ms
	assert_equal "$(<"$(directory_of)/cpu.max")" "20000 100000"
	systemctl daemon-reload
	assert_equal "$(<"$(directory_of)/memory.max")" 33554432
}

# ---- devices ---------------------------------------------------------------------------------

@test "devices: what is allowed and what is denied stays so over a daemon-reload" {
	update_config '.linux.resources.devices = [{allow: false, access: "rwm"},
		{allow: true, type: "c", major: 1, minor: 11, access: "r"}]
		| .linux.devices = [{path: "/dev/kmsg", type: "c", major: 1, minor: 11},
			{path: "/dev/mem", type: "c", major: 1, minor: 1}]
		| .process.capabilities |= with_entries(.value = ["CAP_SYSLOG", "CAP_SYS_RAWIO", "CAP_DAC_OVERRIDE"])'
	sleeping_unit
	assert_property DevicePolicy strict
	assert_contains "/dev/char/1:11 r" "$(show DeviceAllow)"
	local i
	for i in 1 2; do
		run -0 caisson exec "$ID" sh -c ': </dev/kmsg && : </dev/null && : >/dev/full && echo open'
		assert_output open
		run -1 caisson exec "$ID" sh -c ': </dev/mem'
		assert_contains "Operation not permitted"
		run -1 caisson exec "$ID" sh -c ': >/dev/kmsg'
		assert_contains "Operation not permitted"
		systemctl daemon-reload
	done
	run -0 caisson exec -t "$ID" true
}

@test "devices: rules that systemd has no words for are ours alone" {
	update_config '.linux.resources.devices = [{allow: true, access: "rwm"},
		{allow: false, type: "c", major: 1, minor: 11, access: "rwm"}]
		| .linux.devices = [{path: "/dev/kmsg", type: "c", major: 1, minor: 11}]'
	sleeping_unit
	assert_property DevicePolicy auto
	systemctl daemon-reload
	run -1 caisson exec "$ID" sh -c ': </dev/kmsg'
	assert_contains "Operation not permitted"
}

# ---- annotations -----------------------------------------------------------------------------

@test "annotations: properties of each type" {
	update_config '.annotations = {"org.systemd.property.TimeoutStopSec": "uint32 7",
		"org.systemd.property.CollectMode": "'"'inactive-or-failed'"'",
		"org.systemd.property.After": "['"'basic.target'"', '"'sysinit.target'"']",
		"org.systemd.property.SendSIGHUP": "true",
		"org.systemd.property.TasksMax": "uint64 77",
		"org.systemd.property.IODeviceWeight": "@a(st) []"}'
	sleeping_unit
	assert_property TimeoutStopUSec 7s
	assert_property CollectMode inactive-or-failed
	assert_property SendSIGHUP yes
	assert_property TasksMax 77
	assert_contains basic.target "$(show After)"
}

@test "annotations: wrong ones are refused, by us or by systemd, and leave nothing" {
	local value
	for value in '.Description' '.Ab|5' '.PIDs|[uint32 1]' '.TasksMax|nonsense' '.Nonesuch|5' '.TasksMax|true'; do
		update_config '.annotations = {("org.systemd.property" + $key): $value}' \
			--arg key "${value%%|*}" --arg value "${value#*|}"
		run -1 caisson --systemd-cgroup run "$ID"
		assert_gone
		assert_unit_gone
	done
	assert_contains "$UNIT"
}

@test "annotations: a subgroup, which is all that the container sees" {
	update_config '.annotations = {"run.oci.systemd.subgroup": "inner"}'
	resources '{memory: {limit: 67108864}}'
	sleeping_unit
	assert_equal "$(directory_of)" "/sys/fs/cgroup/system.slice/$UNIT/inner"
	assert_equal "$(<"/sys/fs/cgroup/system.slice/$UNIT/memory.max")" 67108864
	assert_contains memory "$(<"/sys/fs/cgroup/system.slice/$UNIT/inner/cgroup.controllers")"
	run -0 caisson exec "$ID" cat /proc/self/cgroup
	assert_output 0::/
	caisson pause "$ID"
	assert_status_of paused
	caisson resume "$ID"
	caisson delete --force "$ID"
	[[ ! -e /sys/fs/cgroup/system.slice/$UNIT ]]
	assert_unit_gone
}

@test "annotations: a subgroup with a user namespace" {
	update_config '.annotations = {"run.oci.systemd.subgroup": "inner"}
		| .linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}]
		| .linux.gidMappings = .linux.uidMappings'
	chmod 755 "$BUNDLE" "$BUNDLE/rootfs"
	sleeping_unit
	assert_equal "$(directory_of)" "/sys/fs/cgroup/system.slice/$UNIT/inner"
	run -0 caisson exec "$ID" cat /proc/self/cgroup
	assert_output 0::/
}

# ---- the bus ---------------------------------------------------------------------------------

@test "freezer: a group that is frozen, or below one, is refused, and the unit is gone" {
	local group=/sys/fs/cgroup/system.slice/$UNIT verb
	mkdir "$group"
	echo 1 >"$group/cgroup.freeze"
	for verb in run create; do
		run -1 --separate-stderr timeout 60 "$CAISSON" --root "$ROOT" --systemd-cgroup "$verb" "$ID"
		assert_contains "container's cgroup unexpectedly frozen: '$group'" "$stderr"
		run -0 caisson list --quiet
		assert_output ""
		assert_unit_gone
		# Who made it has it still: systemd was not asked.
		assert_equal "$(<"$group/cgroup.freeze")" 1
	done
	rmdir "$group"
}

@test "not empty: a unit that has processes is refused as such, and goes on" {
	local group=/sys/fs/cgroup/system.slice/$UNIT verb
	sleeping_unit
	for verb in run create; do
		run -1 --separate-stderr timeout 60 "$CAISSON" --root "$ROOT" --systemd-cgroup "$verb" "$ID-2"
		assert_contains "container's cgroup is not empty: 1 process(es) found in '$group'" "$stderr"
		run -0 caisson list --quiet
		assert_output "$ID"
		assert_equal "$(show ActiveState)" active
	done
	assert_equal "$(<"$group/cgroup.procs")" "$(pid_of "$ID")"
}

@test "bus: state, start, exec, kill, pause and list do without" {
	set_args /bin/sleep 1000
	detached --systemd-cgroup create "$ID"
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonesuch
	assert_status_of created
	caisson start "$ID"
	caisson exec "$ID" true
	caisson pause "$ID"
	caisson resume "$ID"
	caisson list >/dev/null
	caisson kill "$ID" KILL
	wait_for_status stopped
	# delete says so, and goes on.
	run -0 caisson delete "$ID"
	assert_contains "cannot reach systemd on the system bus"
	unset DBUS_SYSTEM_BUS_ADDRESS
	eventually unit_is_gone
}

@test "bus: where there is none, one sentence says what to do" {
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonesuch
	run -1 caisson --systemd-cgroup run "$ID"
	assert_contains "systemctl start dbus.socket"
	assert_equal "$(wc -l <<<"$output")" 1
	assert_gone
}

# ---- a user's own systemd ----------------------------------------------------------------------

as_user() {
	setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups env -u DBUS_SESSION_BUS_ADDRESS \
		XDG_RUNTIME_DIR="/run/user/$USER_ID" "$CAISSON" --root "$ROOT" "$@"
}

as_user_unit() {
	setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups env -u DBUS_SESSION_BUS_ADDRESS \
		XDG_RUNTIME_DIR="/run/user/$USER_ID" systemd-run --user --scope --quiet \
		"$CAISSON" --root "$ROOT" "$@"
}

user_bundle() {
	[[ -S /run/user/$USER_ID/bus ]] || skip "user $USER_ID has no systemd of its own"
	chmod 755 "$BATS_RUN_TMPDIR" "$TEST_DIR"
	mkdir -p "$ROOT"
	rm config.json
	chown "$USER_ID:$USER_ID" "$BUNDLE"
	as_user spec --rootless
	update_config '.process.terminal = false | .process.args = ["/bin/sleep", "1000"]
		| .linux.cgroupsPath = $path | .linux.resources = {pids: {limit: 20}, memory: {limit: 50003968}}' \
		--arg path ":pre:$ID"
	chown -hR "$USER_ID:$USER_ID" "$BUNDLE" "$ROOT"
}

user_is_stopped() {
	[[ $(as_user state "$ID" | jq -r .status) == stopped ]]
}

@test "rootless: a scope of the user's own systemd, from create to delete" {
	user_bundle
	as_user --systemd-cgroup create "$ID" </dev/null >"$TEST_DIR/output" 2>&1 || fail "$(<"$TEST_DIR/output")"
	as_user start "$ID"
	local pid dir
	pid=$(as_user state "$ID" | jq .pid)
	dir=/sys/fs/cgroup$(cut -d: -f3 "/proc/$pid/cgroup")
	assert_equal "$dir" "/sys/fs/cgroup/user.slice/user-$USER_ID.slice/user@$USER_ID.service/user.slice/$UNIT"
	assert_equal "$(<"$dir/pids.max")" 20
	assert_equal "$(<"$dir/memory.max")" 50003968
	# From where the user may move processes from: a group of its own manager.
	run -0 as_user_unit exec "$ID" cat /proc/self/cgroup
	assert_output 0::/
	as_user kill "$ID" KILL
	eventually user_is_stopped
	as_user delete "$ID"
	[[ ! -e $dir ]]
}

@test "rootless: without a bus, one sentence says what to do" {
	user_bundle
	run -1 setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups env XDG_RUNTIME_DIR=/nonesuch \
		"$CAISSON" --root "$ROOT" --systemd-cgroup run "$ID"
	assert_contains "loginctl enable-linger $USER_ID"
	assert_equal "$(wc -l <<<"$output")" 1
}

# ---- many --------------------------------------------------------------------------------------

# churn NUMBER - one container after the other of those with this number
churn() {
	local i
	for i in {1..13}; do
		caisson --systemd-cgroup run -d "$ID-$1-$i" </dev/null >>"$TEST_DIR/churn-$1" 2>&1 &&
			caisson delete --force "$ID-$1-$i" >>"$TEST_DIR/churn-$1" 2>&1 ||
			echo "failed: $1-$i" >>"$TEST_DIR/churn-$1"
	done
}

@test "churn: 104 containers, eight at a time, and no unit is left" {
	local number jobs=()
	update_config 'del(.linux.cgroupsPath)'
	set_args /bin/sleep 1000
	for number in {1..8}; do
		churn "$number" 3>&- &
		jobs+=("$!")
	done
	wait "${jobs[@]}"
	run cat "$TEST_DIR"/churn-*
	assert_output ''
	run -0 systemctl list-units --all --plain --no-legend "caisson-$ID-*"
	assert_output ''
}

# in_systemds_namespace COMMAND... - where systemd mounts: these tests have a namespace of their own.
in_systemds_namespace() {
	nsenter --mount=/proc/1/ns/mnt -- "$@"
}

@test "systemd: caisson-readonly.service keeps a mount of which no copy is made" {
	local unit=${CAISSON%/*/*}/lib/systemd/system/caisson-readonly.service program=/run/caisson-readonly/caisson
	[[ -e $unit ]] || skip "caisson is not installed"
	systemctl daemon-reload
	systemctl start caisson-readonly.service
	set_args /bin/true
	in_systemds_namespace "$program" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
	assert_contains "$program" "$(in_systemds_namespace readlink "/proc/$(pid_of)/exe")"
	caisson delete --force "$ID"
	run -1 in_systemds_namespace bash -c "echo x >>$program"
	assert_contains "Read-only file system"
	systemctl stop caisson-readonly.service
	run -1 in_systemds_namespace test -e "$program"
}
