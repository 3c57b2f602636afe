bats_require_minimum_version 1.5.0
load helpers

# All of the machine that a command could have changed.
surroundings() {
	mount_table
	cgroups_of_test
	find "$TEST_DIR" ! -path "$TEST_DIR/out*" -printf '%p %m %i %C@\n' | sort
	leaked_processes
}

@test "dry run: changes nothing, whatever the configuration asks for" {
	update_config '.process.cwd = "/not/there/yet"
		| .mounts += [{"destination": "/new/directory", "type": "tmpfs", "source": "none"}]
		| .hooks.createRuntime = [{"path": "/bin/touch", "args": ["touch", $mark]}]
		| .linux.resources.pids.limit = 5' --arg mark "$TEST_DIR/mark"
	local before verb
	before=$(surroundings)
	for verb in create run; do
		run -0 caisson "$verb" --dry-run --pid-file "$TEST_DIR/pid" "$ID"
		run -0 caisson "$verb" --dry-run --format json "$ID"
	done
	assert_equal "$(surroundings)" "$before"
	[[ ! -e $ROOT ]]
}

@test "dry run: text is a line per fact" {
	run -0 --separate-stderr caisson run --dry-run "$ID"
	assert_equal "$stderr" ''
	assert_contains "id: \"$ID\""
	assert_contains "root.path: \"$BUNDLE/rootfs\""
	assert_contains 'process.args[0]: "/bin/true"'
	assert_contains 'settings.hostname: "caisson"'
	run ! grep -v '^[^ ]*: .' <<<"$output"
}

@test "dry run: json says the same" {
	caisson run --dry-run "$ID" >out.text
	caisson run --dry-run --format json "$ID" >out.json
	jq -e 'type == "object"' out.json >/dev/null
	assert_equal "$(jq -r .id out.json)" "$ID"
	assert_equal "$(jq -r .root.path out.json)" "$BUNDLE/rootfs"
	assert_equal "$(jq -c .process.args out.json)" '["/bin/true"]'
	# Each leaf is a line of the text, and the other way round.
	jq -r 'paths(scalars) as $p | ($p | map(if type == "number" then "[\(.)]" else ".\(.)" end) | join("")
		| ltrimstr(".")) + ": " + (getpath($p) | if . == true then "yes"
		else tojson end)' out.json | tr -d '"' | sort >out.leaves
	tr -d '"' <out.text | sort | diff - out.leaves
}

@test "dry run: the steps, in order, differ between create and run" {
	local create run mounts enter
	create=$(caisson create --dry-run --format json "$ID" | jq -r '.steps[]')
	run=$(caisson run --dry-run --format json "$ID" | jq -r '.steps[]')
	assert_contains 'init: wait for start' "$create"
	refute_contains 'init: wait for start' "$run"
	assert_contains 'parent: wait for the program to be executed' "$run"
	assert_equal "$(tail -n 1 <<<"$create")" 'init: execute the program'
	mounts=$(grep -n 'mount the file systems' <<<"$run" | cut -d: -f1)
	enter=$(grep -n 'enter the root' <<<"$run" | cut -d: -f1)
	((mounts < enter))
}

@test "dry run: refuses what create would refuse" {
	update_config '.process.args = []'
	run -1 caisson create --dry-run "$ID"
	assert_contains process.args
	run -1 caisson run --dry-run '../x'
	run -1 caisson run --dry-run --bundle /no/where "$ID"
	run -1 caisson run --dry-run --format xml "$ID"
	assert_contains xml
}

@test "dry run: what is printed is what is done" {
	set_args /bin/sleep 1000
	update_config '.process.user.uid = 1000 | .process.env += ["A=b c"]'
	local plan pid directory
	plan=$(caisson run --dry-run --format json "$ID")
	start_container
	pid=$(pid_of "$ID")
	assert_equal "$(awk '/^Uid/ { print $2 }' "/proc/$pid/status")" "$(jq .process.uid <<<"$plan")"
	while read -r directory; do
		grep -qx "$pid" "$directory/cgroup.procs" || fail "not in $directory"
	done < <(jq -r '.cgroup.directories[]' <<<"$plan")
	assert_equal "$(jq '.cgroup.directories | length' <<<"$plan")" "$(cgroups_of_test | wc -l)"
	# Each environment variable of the plan, and HOME beside.
	assert_equal "$(tr '\0' '\n' <"/proc/$pid/environ" | grep -v ^HOME= | sort)" \
		"$(jq -r '.process.env[]' <<<"$plan" | sort)"
}
