# linux.intelRdt.  A hierarchy of cgroup v1 plays resctrl: its directories, too, are groups that have a
# file "tasks", and a process says itself in which it is.  It has no schemata: tests/rdt/ is about those.

bats_require_minimum_version 1.5.0
load helpers
load inside

setup() {
	FAKE=$BATS_TEST_TMPDIR/resctrl
	NAME=rdt-$BATS_TEST_NUMBER-$$
	mkdir "$FAKE"
	mount_fake || skip "no cgroup v1"
	setup_bundle
	# What a process says of itself.
	MINE='sed -n "s/^[0-9]*:name='$NAME'://p" /proc/self/cgroup'
	update_config '.linux.intelRdt = {}'
	namespace_remove cgroup
}

teardown() {
	teardown_bundle
	local left
	left=$(groups)
	find "$FAKE" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null || true
	umount "$FAKE"
	eventually fake_is_gone
	[[ ! $left ]] || fail "groups left: $left"
}

mount_fake() {
	mount -t cgroup -o "none,name=$NAME" resctrl "$FAKE"
}

# The kernel keeps a hierarchy for as long as it has not quite done with a group of it, and takes it away
# with a mount alone.
fake_is_gone() {
	! grep -q "name=$NAME:" /proc/self/cgroup || { mount_fake && umount "$FAKE"; false; }
}

# The groups that there are, but for those that a test has made itself, which begin with "own".
groups() {
	find "$FAKE" -mindepth 1 -type d ! -name 'own*' ! -path '*/own*/mon_groups' ! -name mon_groups
}

caisson() {
	case $1 in
	run | create) "$CAISSON" --root "$ROOT" "$1" --resctrl "$FAKE" "${@:2}" ;;
	*) "$CAISSON" --root "$ROOT" "$@" ;;
	esac
}

@test "intelRdt: without a closID a group of the container's own, which goes with it" {
	sleeping_container
	[[ -d $FAKE/$ID ]]
	run -0 caisson exec "$ID" /bin/sh -c "$MINE"
	assert_output "/$ID"
	grep -qx "$(pid_of)" "$FAKE/$ID/tasks"
	caisson delete --force "$ID"
	[[ ! -e $FAKE/$ID ]]
}

@test "intelRdt: the program and its children are in the group" {
	inside "$MINE; sh -c '$MINE'"
	assert_output "/$ID
/$ID"
	[[ ! -e $FAKE/$ID ]]
}

@test "intelRdt: a closID that is there is joined, and never removed" {
	mkdir "$FAKE/own-gold"
	update_config '.linux.intelRdt = {closID: "own-gold"}'
	inside "$MINE"
	assert_output /own-gold
	[[ -d $FAKE/own-gold && ! -e $FAKE/$ID ]]
	update_config '.linux.intelRdt = {closID: "/"}'
	inside "$MINE"
	assert_output /
}

@test "intelRdt: a closID that is not there, and a group of that name that is, are refused" {
	update_config '.linux.intelRdt = {closID: "none"}'
	refused linux.intelRdt.closID none
	update_config '.linux.intelRdt = {}'
	mkdir "$FAKE/$ID"
	refused linux.intelRdt "$ID" 'file exists'
	[[ -d $FAKE/$ID ]]
	rmdir "$FAKE/$ID"
}

@test "intelRdt: monitoring has a group below, made and removed" {
	mkdir -p "$FAKE/own-gold/mon_groups"
	update_config '.linux.intelRdt = {closID: "own-gold", enableMonitoring: true}'
	sleeping_container
	run -0 caisson exec "$ID" /bin/sh -c "$MINE"
	assert_output "/own-gold/mon_groups/$ID"
	grep -qx "$(pid_of)" "$FAKE/own-gold/mon_groups/$ID/tasks"
	caisson delete --force "$ID"
	[[ -d $FAKE/own-gold && ! -e $FAKE/own-gold/mon_groups/$ID ]]
	# A machine that monitors nothing has no mon_groups.
	update_config '.linux.intelRdt = {enableMonitoring: true}'
	refused linux.intelRdt.enableMonitoring "$ID"
	[[ ! -e $FAKE/$ID ]]
}

@test "intelRdt: a creation that fails removes what it has made, and only that" {
	set_args /bin/nonesuch
	refused nonesuch
	[[ ! -e $FAKE/$ID ]]
	# What can't be written: here, that there are no schemata.
	update_config '.linux.intelRdt = {l3CacheSchema: "L3:0=f", memBwSchema: "MB:0=20"}'
	refused linux.intelRdt schemata
	[[ ! -e $FAKE/$ID ]]
	mkdir "$FAKE/own-gold"
	update_config '.linux.intelRdt.closID = "own-gold"'
	refused linux.intelRdt schemata own-gold
	[[ -d $FAKE/own-gold ]]
}

@test "intelRdt: what a killed creation leaves, delete finds" {
	update_config '.hooks.createRuntime = [{path: "/bin/sleep", args: ["sleep", "1000"]}]'
	caisson create "$ID" </dev/null >/dev/null 2>&1 3>&- &
	local creator=$!
	eventually test -d "$FAKE/$ID"
	eventually pgrep -P "$(pgrep -P $creator . || echo $creator)" >/dev/null || true
	kill -KILL $creator $(pgrep -P $creator) 2>/dev/null || true
	wait $creator 2>/dev/null || true
	caisson delete --force "$ID"
	[[ ! -e $FAKE/$ID ]]
}

@test "intelRdt: update writes schemata, where there is a group" {
	sleeping_container
	run ! caisson update --l3-cache-schema L3:0=f "$ID"
	assert_contains "schemata of '$FAKE/$ID'"
	run ! caisson update --mem-bw-schema MB:0=20 "$ID"
	assert_contains "schemata of '$FAKE/$ID'"
	caisson delete --force "$ID"
	[[ ! -e $FAKE/$ID ]]
}

@test "intelRdt: without resctrl it is refused, and nothing is left" {
	[[ ! -e /sys/fs/resctrl/schemata ]] || skip "there is resctrl"
	run -1 "$CAISSON" --root "$ROOT" run "$ID"
	assert_contains 'linux.intelRdt: no file system of type resctrl is mounted'
	[[ ! -d $ROOT ]] || assert_gone
}

@test "intelRdt: what names no group is refused" {
	local name
	for name in .. a/b info mon_groups; do
		update_config '.linux.intelRdt = {closID: $name}' --arg name "$name"
		refused linux.intelRdt.closID
	done
	update_config '.linux.intelRdt = {memBwSchema: "L3:0=f"}'
	refused linux.intelRdt.memBwSchema
	update_config '.linux.intelRdt = {schemata: ["L3:0=f\nMB:0=1"]}'
	refused 'linux.intelRdt.schemata[0]'
}
