bats_require_minimum_version 1.5.0
load helpers

@test "state: the document of a running container" {
	update_config '.annotations = {"org.example.key": "value"}'
	sleeping_container
	run -0 --separate-stderr caisson state "$ID"
	assert_equal "$stderr" ''
	assert_equal "$(jq -r .ociVersion <<<"$output")" "$(jq -r .ociVersion config.json)"
	assert_equal "$(jq -r .id <<<"$output")" "$ID"
	assert_equal "$(jq -r .status <<<"$output")" running
	assert_equal "$(jq -r .bundle <<<"$output")" "$BUNDLE"
	assert_equal "$(jq -r .rootfs <<<"$output")" "$BUNDLE/rootfs"
	assert_equal "$(jq -c .annotations <<<"$output")" '{"org.example.key":"value"}'
	assert_equal "$(jq -r '.owner | type' <<<"$output")" string
	assert_equal "$(jq 'has("systemd-scope")' <<<"$output")" false
	local pid
	pid=$(jq -r .pid <<<"$output")
	assert_equal "$(stat -Lc %i "/proc/$pid/exe")" "$(stat -c %i rootfs/bin/busybox)"
}

@test "state: the time of creation, to the second at least, in UTC" {
	local before after created
	before=$(date +%s)
	sleeping_container
	after=$(date +%s)
	created=$(caisson state "$ID" | jq -r .created)
	[[ $created =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z$ ]] || fail "$created"
	created=$(date -d "$created" +%s)
	((before <= created && created <= after))
}

@test "state: a stopped container has pid 0" {
	run -0 caisson run --keep "$ID"
	run -0 caisson state "$ID"
	assert_equal "$(jq -c '[.status, .pid]' <<<"$output")" '["stopped",0]'
}

@test "state: no annotations where there are none, and two blanks of indentation" {
	sleeping_container
	run -0 caisson state "$ID"
	assert_equal "$(jq 'has("annotations")' <<<"$output")" false
	assert_equal "${lines[0]}" '{'
	[[ ${lines[1]} == '  "'* ]]
}

@test "state: the bundle is absolute however it was named" {
	set_args /bin/sleep 1000
	cd "$TEST_DIR"
	detached run -d --bundle bundle/../bundle/ "$ID"
	assert_equal "$(caisson state "$ID" | jq -r .bundle)" "$BUNDLE"
}

@test "state: strange characters of annotations and paths survive" {
	mv "$BUNDLE" "$TEST_DIR/b \"ü"$'\t'
	cd "$TEST_DIR"/b*
	jq '.annotations = {"a\"b\\": "line\nend\u0001", " ": "ü€"}' config.json >new
	mv new config.json
	run -0 caisson run --keep "$ID"
	run -0 caisson state "$ID"
	assert_equal "$(jq -c .annotations <<<"$output")" '{"a\"b\\":"line\nend\u0001"," ":"ü€"}'
	assert_equal "$(jq -r .bundle <<<"$output")" "$PWD"
	mv "$PWD" "$BUNDLE"
}

@test "state: from created to running, paused, running, stopped" {
	set_args /bin/sleep 1000
	detached create "$ID"
	assert_status_of created
	caisson start "$ID"
	assert_status_of running
	caisson pause "$ID"
	assert_status_of paused
	caisson resume "$ID"
	assert_status_of running
	caisson kill "$ID" KILL
	wait_for_status stopped
	caisson delete "$ID"
	run -1 caisson state "$ID"
	assert_contains 'does not exist'
}

@test "state: another process that got the pid is not taken for the container's" {
	# A record whose process began at another time than the one that has its pid now.
	sleeping_container
	caisson kill "$ID" KILL
	wait_for_status stopped
	sleep 1000 &
	local other=$! file
	file=$ROOT/$ID/record
	# shellcheck disable=SC2016 # the dollars are perl's
	OTHER=$other perl -0777 -pi -e \
		's/(\x03pid\x08\0\0\0).{8}/$1 . pack("Q", $ENV{OTHER})/se or die' "$file"
	assert_status_of stopped
	run -1 caisson kill "$ID" KILL
	caisson delete "$ID"
	kill "$other" # was spared
}
