bats_require_minimum_version 1.5.0
load helpers
load groups

@test "delete: a stopped container" {
	run -0 caisson run --keep "$ID"
	run -0 caisson delete "$ID"
	assert_output ''
	assert_gone
	run -1 caisson delete "$ID"
	assert_contains 'container does not exist'
}

@test "delete: a created container" {
	detached create "$ID"
	run -0 caisson delete "$ID"
	assert_gone
}

@test "delete: not a running one" {
	sleeping_container
	run -1 caisson delete "$ID"
	assert_contains "cannot delete container $ID that is not stopped: running"
	assert_status_of running
	caisson pause "$ID"
	run -1 caisson delete "$ID"
	assert_contains "cannot delete container $ID that is not stopped: paused"
	assert_status_of paused
}

@test "delete --force: a running one" {
	sleeping_container
	run -0 caisson delete --force "$ID"
	assert_output ''
	assert_gone
}

@test "delete --force: one that ignores all signals" {
	set_script 'trap "" TERM INT HUP QUIT; echo ready; while :; do sleep 1; done'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	run -0 caisson delete -f "$ID"
	assert_gone
}

@test "delete --force: a paused one" {
	sleeping_container
	caisson pause "$ID"
	run -0 caisson delete --force "$ID"
	assert_gone
}

@test "delete --force: a container that does not exist is no error" {
	run -0 caisson delete --force "$ID"
	assert_output ''
	[[ ! -e $ROOT/$ID ]]
}

@test "delete --force: also one whose id is not allowed is refused" {
	run -1 caisson delete --force ../bundle
	[[ -d $BUNDLE ]]
	run -1 caisson delete --force ''
}

@test "delete: removes what outlived the first process, with and without --force" {
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	set_script 'sleep 1000 & sleep 1000 & echo ready'
	local force
	for force in '' --force; do
		start_container
		wait_for_status stopped
		assert_equal "$(caisson ps -f json "$ID" | jq length)" 2
		# shellcheck disable=SC2086 # none, or one
		run -0 caisson delete $force "$ID"
		assert_gone
	done
}

@test "delete: cgroups that were made below the container's own go, too" {
	set_args /bin/sleep 1000
	start_container
	local directory
	while read -r directory; do
		mkdir -p "$directory/inner/$ID-deep/three"
		# Some of them with processes.
		sh -c 'echo $$ >"$1/cgroup.procs" && exec sleep 1000' - "$directory/inner" &
	done < <(cgroups_of_test)
	run -0 caisson delete --force "$ID"
	assert_gone
}

groups_are_empty() {
	! cgroups_of_test | sed 's|$|/cgroup.procs|' | xargs cat | grep -q .
}

# As an exec that was under way, or an engine that moves a process of its own.
@test "delete: a process that comes after the others were killed is killed, too" {
	command -v strace >/dev/null || skip "no strace"
	local late delete directory status=0
	sleeping_container
	sleep 1000 &
	late=$!
	# The first removal of a group waits until the late one is in.
	untraced strace -f -qq -o "$TEST_DIR/calls" -e trace=rmdir,unlinkat,execve \
		-e inject=rmdir,unlinkat:delay_enter=3000000:when=1 \
		"$CAISSON" --root "$ROOT" delete --force "$ID" </dev/null &
	delete=$!
	eventually groups_are_empty
	while read -r directory; do
		echo "$late" >"$directory/cgroup.procs"
	done < <(cgroups_of_test)
	wait "$delete"
	wait "$late" || status=$?
	assert_equal "$status" 137
	assert_gone
}

@test "delete: the bundle, its root and files of the host stay" {
	set_script 'echo data >/tmp/kept'
	update_config '.root.readonly = false
		| .mounts += [{"destination": "/mnt", "type": "bind", "source": $dir, "options": ["bind"]}]' \
		--arg dir "$TEST_DIR/shared"
	mkdir "$TEST_DIR/shared"
	echo mine >"$TEST_DIR/shared/file"
	start_container
	wait_for_status stopped
	caisson delete "$ID"
	assert_equal "$(<rootfs/tmp/kept)" data
	assert_equal "$(<"$TEST_DIR/shared/file")" mine
	[[ -e config.json ]]
}

@test "delete: other containers stay" {
	set_args /bin/sleep 1000
	start_container "$ID-one"
	start_container "$ID-two"
	caisson delete --force "$ID-one"
	assert_status_of running "$ID-two"
	assert_equal "$(caisson list -q)" "$ID-two"
}

@test "delete: a directory without a record is removed, and was no container" {
	mkdir -p "$ROOT/$ID"
	chmod 711 "$ROOT/$ID"
	run -1 caisson delete "$ID"
	assert_contains 'container does not exist'
	[[ ! -e $ROOT/$ID ]]
	mkdir "$ROOT/$ID"
	run -0 caisson delete --force "$ID"
	[[ ! -e $ROOT/$ID ]]
}

@test "delete --force: a record that can't be read" {
	run -0 caisson run --keep "$ID"
	local file
	file=$ROOT/$ID/record
	echo '{"pid":' >"$file"
	run -1 caisson state "$ID"
	run -1 caisson delete "$ID"
	run -0 caisson delete --force "$ID"
	[[ ! -e $ROOT/$ID ]]
	# What was only in the record can't be known.
	remove_cgroups
}

@test "delete: several at once, and all succeed or say that there is none" {
	set_args /bin/sleep 1000
	start_container
	local jobs=() job won=0
	for _ in {1..6}; do
		caisson delete --force "$ID" </dev/null >>"$TEST_DIR/errors" 2>&1 &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		! wait "$job" || won=$((won + 1))
	done
	assert_equal "$(<"$TEST_DIR/errors")" ''
	assert_equal "$won" 6
	assert_gone
}

@test "delete: works when the bundle has gone" {
	sleeping_container
	caisson kill "$ID" KILL
	wait_for_status stopped
	mv "$BUNDLE" "$TEST_DIR/away"
	cd "$TEST_DIR"
	run -0 caisson delete "$ID"
	mv "$TEST_DIR/away" "$BUNDLE"
	assert_gone
}

@test "delete: a container whose cgroup somebody removed" {
	sleeping_container
	caisson kill "$ID" KILL
	wait_for_status stopped
	remove_cgroups
	[[ ! $(cgroups_of_test) ]]
	run -0 caisson delete "$ID"
	assert_gone
}

@test "delete --force: threaded groups below the container's own" {
	set_args /bin/sleep 1000
	start_container
	local own
	own=$(cgroups_of_test | while read -r dir; do [[ ! -e $dir/cgroup.type ]] || echo "$dir"; done)
	[[ $own ]] || skip "no cgroup2"
	mkdir "$own/threads"
	echo threaded >"$own/threads/cgroup.type"
	pid_of "$ID" >"$own/threads/cgroup.threads"
	assert_equal "$(<"$own/cgroup.type")" 'domain threaded'
	run -0 caisson ps -f json "$ID"
	assert_output "[$(pid_of "$ID")]"
	run -0 caisson delete --force "$ID"
	assert_gone
}

@test "delete --force: a group below its own that somebody froze" {
	set_script 'sleep 1000 & echo ready; wait'
	start_container
	eventually grep -qx ready "$TEST_DIR/output"
	local own
	own=$(freezing_group)
	mkdir "$own/inner"
	caisson ps -f json "$ID" | jq '.[1]' >"$own/inner/cgroup.procs"
	set_frozen "$own/inner" yes
	run -0 caisson delete --force "$ID"
	assert_gone
}
