bats_require_minimum_version 1.5.0
load helpers

@test "list: a table of the containers, sorted by id" {
	set_args /bin/sleep 1000
	start_container "$ID-b"
	detached create "$ID-a"
	update_config '.process.args = ["/bin/true"]'
	run -0 caisson run --keep "$ID-c"

	run -0 caisson list
	assert_equal "${#lines[@]}" 4
	read -ra words <<<"${lines[0]}"
	assert_equal "${words[*]}" 'ID PID STATUS BUNDLE CREATED OWNER'
	read -ra words <<<"${lines[1]}"
	assert_equal "${words[*]:0:4}" "$ID-a $(pid_of "$ID-a") created $BUNDLE"
	read -ra words <<<"${lines[2]}"
	assert_equal "${words[*]:0:4}" "$ID-b $(pid_of "$ID-b") running $BUNDLE"
	assert_equal "${words[4]}" "$(caisson state "$ID-b" | jq -r .created)"
	assert_equal "${words[5]}" root
	read -ra words <<<"${lines[3]}"
	assert_equal "${words[*]:0:4}" "$ID-c 0 stopped $BUNDLE"
}

@test "list: columns stand below each other, and are at least 12 wide" {
	sleeping_container
	run -0 caisson list
	local word header=${lines[0]} row=${lines[1]}
	for word in PID STATUS BUNDLE CREATED OWNER; do
		local before=${header%%"$word"*}
		[[ ${row:${#before}-1:1} == ' ' && ${row:${#before}:1} != ' ' ]] ||
			fail "column $word: '$row'"
	done
	local pid=${header%%STATUS*}
	pid=${pid#"${header%%PID*}"}
	assert_equal "${#pid}" 12
}

@test "list --quiet: ids alone" {
	set_args /bin/sleep 1000
	start_container "$ID-two"
	start_container "$ID-one"
	run -0 caisson list -q
	assert_output "$ID-one"$'\n'"$ID-two"
	run -0 caisson list --quiet --format json
	assert_output "$ID-one"$'\n'"$ID-two"
}

@test "list --format json: one line, with the members of state" {
	update_config '.annotations = {"key": "value"}'
	sleeping_container
	run -0 caisson list --format json
	assert_equal "${#lines[@]}" 1
	assert_equal "$(jq length <<<"$output")" 1
	assert_equal "$(jq -S '.[0] | del(.owner)' <<<"$output")" \
		"$(caisson state "$ID" | jq -S 'del(.owner)')"
	assert_equal "$(jq -r '.[0].owner' <<<"$output")" root
	run -0 caisson list -f=json
	assert_equal "$(jq -r '.[0].id' <<<"$output")" "$ID"
}

@test "list: nothing to be listed" {
	mkdir "$ROOT"
	run -0 caisson list
	assert_output 'ID          PID         STATUS      BUNDLE      CREATED     OWNER'
	run -0 caisson list -q
	assert_output ''
	run -0 caisson list -f json
	assert_output null
}

@test "list: a root that was named must exist; the default one need not" {
	run -1 caisson list
	assert_contains "$ROOT"
	assert_contains 'no such file or directory'
	[[ ! -e $ROOT ]]
	# In a /run of its own, where nobody has made it.
	run -0 unshare -m sh -c 'mount -t tmpfs none /run && exec "$@"' - "$CAISSON" list -q
	assert_output ''
}

@test "list: what can't be read is told and left out" {
	sleeping_container
	mkdir "$ROOT/$ID-broken" "$ROOT/$ID-empty"
	echo '{' >"$ROOT/$ID-broken/record"
	echo file >"$ROOT/$ID-file"
	run -0 --separate-stderr caisson list -q
	assert_output "$ID"
	assert_contains "$ID-broken" "$stderr"
	rm -r "$ROOT/$ID"-*
}

@test "list: many containers" {
	local number expected=''
	mkdir "$ROOT"
	for number in {10..29}; do
		detached create "$ID-$number"
		expected+="$ID-$number"$'\n'
	done
	run -0 caisson list -q
	assert_output "${expected%$'\n'}"
}

@test "list: arguments and unknown formats are refused" {
	mkdir "$ROOT"
	run -1 caisson list "$ID"
	run -1 caisson list --format xml
	assert_contains 'xml'
}
