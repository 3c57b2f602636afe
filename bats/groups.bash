# groups.bash - the container's control groups, by the kernel's own files.  Loaded after helpers.

# shellcheck shell=bash disable=SC2034 # some are for helpers.bash

# CAISSON_DRIVER says who makes the groups, for the files that call setup_driver:
#   files          root, by file (default)
#   systemd        root, by systemd
#   user           a user without privilege, by file, below a group that is the user's
#   user-systemd   such a user, by the user's own systemd
DRIVER=${CAISSON_DRIVER:-files}
USER_ID=1000
# The group whose controllers there are.
given=/sys/fs/cgroup

# setup_driver - behind setup_bundle
setup_driver() {
	[[ $DRIVER != files ]] || return 0
	is_v2 || skip "for cgroup2"
	case $DRIVER in
	systemd)
		[[ -d /run/systemd/system ]] || skip "systemd does not run here"
		global=(--systemd-cgroup)
		update_config '.linux.cgroupsPath = $path' --arg path "system.slice:cb:$ID"
		;;
	user)
		given=/sys/fs/cgroup/user_of_${ID//-/_} # not to be taken for the container's
		call_from "$given/caller"
		sed 's/[a-z0-9_]*/+&/g' "$given/cgroup.controllers" >"$given/cgroup.subtree_control"
		user_bundle "${given##*/cgroup}/$ID"
		;;
	user-systemd)
		[[ -S /run/user/$USER_ID/bus ]] || skip "user $USER_ID has no systemd of its own"
		given=/sys/fs/cgroup/user.slice/user-$USER_ID.slice/user@$USER_ID.service
		call_from "$given/caller_of_${ID//-/_}"
		global=(--systemd-cgroup)
		user_bundle ":cb:$ID"
		;;
	*) fail "no driver '$DRIVER'" ;;
	esac
}

teardown_driver() {
	case $DRIVER in
	user*)
		caisson delete --force "$ID" || true
		rmdir "$called_from"
		[[ $DRIVER != user ]] || rmdir "$given" || true # where it is not empty, that is told
		;;
	esac
}

# call_from GROUP - has the user call from there, since who moves a process needs to own where it is.
call_from() {
	called_from=$1
	mkdir -p "$1"
	chown "$USER_ID:$USER_ID" "${1%/*}"/{,cgroup.procs,cgroup.subtree_control} "$1"/{,cgroup.procs}
	# shellcheck disable=SC2016 # the dollars are the inner shell's
	caller=(/bin/sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$1"
		setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups env
		-u DBUS_SESSION_BUS_ADDRESS "XDG_RUNTIME_DIR=/run/user/$USER_ID")
}

# user_bundle CGROUPS-PATH
user_bundle() {
	mkdir -p "$ROOT"
	rm config.json
	chown "$USER_ID:$USER_ID" "$BUNDLE"
	caisson spec --rootless
	update_config '.process.terminal = false | .process.args = ["/bin/true"] | del(.linux.resources)
		| .linux.cgroupsPath = $path' --arg path "$1"
	chown -hR "$USER_ID:$USER_ID" "$BUNDLE" "$ROOT"
}

# needs_root - rules for devices are root's, and so are other places for groups.
needs_root() {
	[[ $DRIVER != user* ]] || skip "for root"
}

# needs_files - the test is about paths of groups.
needs_files() {
	[[ $DRIVER == files ]] || skip "for groups by file"
}

is_v2() {
	[[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]
}

# has_controller CONTROLLER - of this name in v1, or in cgroup2
has_controller() {
	if is_v2; then
		grep -qw "$1" "$given/cgroup.controllers"
	else
		[[ -d /sys/fs/cgroup/$1 ]]
	fi
}

# needs CONTROLLER [NAME-IN-CGROUP2] - the test is of it
needs() {
	local name=$1
	! is_v2 || name=${2:-$1}
	has_controller "$name" || skip "there is no controller '$name' here"
}

# resources PROGRAM - changes linux.resources of the bundle by a jq object
resources() {
	update_config ".linux.resources |= . + $1"
}

# membership CONTROLLER PID - the path of its group in that hierarchy
membership() {
	if is_v2; then
		sed -n 's/^0:://p' "/proc/$2/cgroup"
	else
		awk -F: -v name="$1" '$2 ~ "(^|,)" name "(,|$)" { print $3 }' "/proc/$2/cgroup"
	fi
}

# group_of CONTROLLER [ID] - the directory of the container's group
group_of() {
	local mount=/sys/fs/cgroup
	is_v2 || mount+=/$1
	echo "$mount$(membership "$1" "$(pid_of "${2:-$ID}")")"
}

# value_of CONTROLLER V1-FILE V2-FILE - what the kernel says
value_of() {
	local group
	group=$(group_of "$1")
	if is_v2; then cat "$group/$3"; else cat "$group/$2"; fi
}

# assert_value V1-VALUE V2-VALUE CONTROLLER V1-FILE V2-FILE
assert_value() {
	local wanted=$1
	! is_v2 || wanted=$2
	assert_equal "$(value_of "$3" "$4" "$5")" "$wanted"
}

# has_file CONTROLLER V1-FILE V2-FILE - whether this kernel has it; of a running container
has_file() {
	local group
	group=$(group_of "$1")
	if is_v2; then [[ -e $group/$3 ]]; else [[ -e $group/$2 ]]; fi
}

# a_disk - the number of a block device
a_disk() {
	local disk
	for disk in vda sda nvme0n1 xvda loop0; do
		[[ ! -e /sys/block/$disk/dev ]] || { cat "/sys/block/$disk/dev"; return; }
	done
	skip "no block device"
}

# The time of processors that the container has used, in nanoseconds.
used_time() {
	if is_v2; then
		awk '$1 == "usage_usec" { print $2 * 1000 }' "$(group_of cpu)/cpu.stat"
	else
		cat "$(group_of cpuacct)/cpuacct.usage"
	fi
}

# The group that freezes the container: of v1, or of cgroup2 where there is none.
freezing_group() {
	local pid path
	pid=$(pid_of "$ID")
	if [[ -d /sys/fs/cgroup/freezer ]]; then
		path=$(awk -F: '$2 == "freezer" { print $3 }' "/proc/$pid/cgroup")
		echo "/sys/fs/cgroup/freezer$path"
	else
		echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")"
	fi
}

# set_frozen GROUP yes|no - by hand
set_frozen() {
	local file=$1/cgroup.freeze words=(0 1) value=0
	[[ -e $file ]] || { file=$1/freezer.state; words=(THAWED FROZEN); }
	[[ $2 == no ]] || value=1
	echo "${words[value]}" >"$file"
}

# two_devices - /dev/allowed may be opened, /dev/denied may not; both are devices that anyone with
# these nodes could open.
two_devices() {
	update_config '.linux.devices = [{type: "c", path: "/dev/allowed", major: 10, minor: 229,
		fileMode: 438}, {type: "c", path: "/dev/denied", major: 10, minor: 237,
		fileMode: 438}]'
	resources '{devices: [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 10,
		minor: 229, access: "rwm"}]}'
}

# busy_percent SECONDS - which part of a processor the container uses
busy_percent() {
	local before after start end
	before=$(used_time) start=$(date +%s%N)
	sleep "$1"
	after=$(used_time) end=$(date +%s%N)
	echo $(((after - before) * 100 / (end - start)))
}

# assert_a_fifth - a busy program gets 20 % of a processor, within a quarter of that.  A machine that has no
# time for it may give it less for a while, but never more.
assert_a_fifth() {
	local percent
	for _ in 1 2 3 4 5 6; do
		percent=$(busy_percent 2)
		echo "$percent %"
		((percent <= 25)) || fail "more than its quota: $percent %"
		((percent < 15)) || return 0
	done
	fail "less than its quota"
}
