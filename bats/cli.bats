bats_require_minimum_version 1.5.0
load helpers

commands='create delete exec features help kill list pause ps resume run spec start state'

@test "cli: --help names each command, and each has a help of its own" {
	local command
	run -0 caisson --help
	assert_equal "${lines[0]}" 'NAME:'
	assert_equal "${lines[1]}" '   caisson - Open Container Initiative runtime'
	for command in $commands; do
		grep -q "^   $command  *[a-z]" <<<"$output" || fail "no $command"
	done
	local whole=$output
	run -0 caisson -h
	assert_output "$whole"
	run -0 caisson help
	assert_output "$whole"
	run -0 caisson
	assert_output "$whole"

	for command in $commands; do
		run -0 --separate-stderr caisson "$command" --help
		assert_equal "$stderr" ''
		assert_equal "${lines[0]}" 'NAME:'
		assert_contains "caisson $command - " "${lines[1]}"
		whole=$output
		run -0 caisson help "$command"
		assert_output "$whole"
		run -0 caisson "$command" -h
		assert_output "$whole"
	done
	[[ ! -e $ROOT ]]
}

@test "cli: help shows every option of the manual page, and no hidden one" {
	run -0 caisson run --help
	local option
	for option in bundle config console-socket pid-file no-pivot no-new-keyring preserve-fds \
		dry-run format detach keep no-subreaper; do
		assert_contains "--$option"
	done
	refute_contains general-road
}

@test "cli: --version" {
	run -0 caisson --version
	[[ ${lines[0]} =~ ^caisson\ version\ [0-9]+\.[0-9]+\.[0-9]+ ]] || fail "${lines[0]}"
	[[ ${lines[1]} == 'commit: '* ]]
	[[ ${lines[2]} =~ ^spec:\ [0-9]+\.[0-9]+\.[0-9]+ ]]
	# moby takes the last line with this word for the version.
	assert_equal "$(grep -c version <<<"$output")" 1
	local whole=$output
	run -0 caisson -v
	assert_output "$whole"
}

@test "cli: unknown commands and options" {
	run -1 caisson frobnicate
	assert_contains frobnicate
	run -1 caisson frobnicate -h
	assert_contains "No help topic for 'frobnicate'"
	run -1 caisson help frobnicate
	assert_contains "No help topic for 'frobnicate'"
	run -1 caisson --frobnicate run "$ID"
	assert_contains "unknown option '--frobnicate'"
	run -1 caisson run --frobnicate "$ID"
	assert_contains "unknown option '--frobnicate'"
	assert_contains 'Incorrect Usage.'
	run -1 caisson delete --detach "$ID"
	assert_contains "unknown option '--detach'"
	[[ ! -e $ROOT ]]
}

@test "cli: too few and too many arguments" {
	local command
	for command in create delete pause resume run start state; do
		run -1 caisson "$command"
		assert_contains "\\\"$command\\\" requires exactly 1 argument(s)"
		run -1 caisson "$command" "$ID" more
		assert_contains 'requires exactly 1 argument(s)'
	done
	run -1 caisson kill
	assert_contains 'a minimum of 1'
	run -1 caisson kill "$ID" KILL more
	assert_contains 'a maximum of 2'
	run -1 caisson exec
	run -1 caisson exec "$ID"
	assert_contains 'a minimum of 2'
	run -1 caisson ps
	run -1 caisson features more
	[[ ! -e $ROOT ]]
}

@test "cli: options: one dash or two, = or the next word, before and behind the id" {
	set_args /bin/echo fine
	mkdir "$TEST_DIR/empty"
	cd "$TEST_DIR/empty"
	local words
	for words in "--bundle $BUNDLE $ID" "--bundle=$BUNDLE $ID" "-bundle $BUNDLE $ID" "-b $BUNDLE $ID" \
		"-b=$BUNDLE $ID" "$ID --bundle $BUNDLE" "--bundle $BUNDLE -- $ID" \
		"--detach=false --bundle $BUNDLE $ID" "--keep=0 -b $BUNDLE $ID"; do
		# shellcheck disable=SC2086 # words
		run -0 caisson run $words
		assert_output fine
	done
	run -1 caisson run --bundle
	assert_contains 'option --bundle wants DIR'
	run -1 caisson run --keep=perhaps -b "$BUNDLE" "$ID"
	assert_contains perhaps
	run -1 caisson run --preserve-fds=many -b "$BUNDLE" "$ID"
	assert_contains "'many' is not a number"
	run -1 caisson run --preserve-fds=-1 -b "$BUNDLE" "$ID"
	run -1 caisson run --preserve-fds=4294967296 -b "$BUNDLE" "$ID"
}

@test "cli: --root: ids of one are not seen from another" {
	set_args /bin/sleep 1000
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID-one"
	start_container
	"$CAISSON" --root "$TEST_DIR/other" list -q 2>/dev/null || true
	run -1 "$CAISSON" --root "$TEST_DIR/other" state "$ID"
	assert_contains 'does not exist'
	update_config '.linux.cgroupsPath = $path' --arg path "/$ID-two"
	"$CAISSON" --root="$TEST_DIR/other" run -d "$ID" </dev/null >/dev/null 2>&1
	[[ $("$CAISSON" --root "$TEST_DIR/other" state "$ID" | jq .pid) != "$(pid_of "$ID")" ]]
	caisson delete --force "$ID"
	run -0 "$CAISSON" --root "$TEST_DIR/other" state "$ID"
	run -0 "$CAISSON" --root "$TEST_DIR/other" delete --force "$ID"
}

@test "cli: --root may be relative, and have parts that are not there yet" {
	set_args /bin/sleep 1000
	"$CAISSON" --root a/./b/../c run -d "$ID" </dev/null >/dev/null 2>&1
	cd rootfs
	run -0 "$CAISSON" --root "$BUNDLE/a/c" list -q
	assert_output "$ID"
	run -0 "$CAISSON" --root "$BUNDLE/a/c" delete -f "$ID"
	rm -r "$BUNDLE/a"
}

@test "cli: errors are one line of log text on standard error" {
	run -1 --separate-stderr caisson state "$ID"
	assert_output ''
	[[ $stderr =~ ^time=\"[0-9TZ:-]{20}\"\ level=error\ msg=\".*\"$ ]] || fail "$stderr"
	run -1 --separate-stderr caisson --log-format text state "$ID"
	[[ $stderr == 'time="'* ]]
}

@test "cli: --log-format json: one object per line, with level, msg and time" {
	run -1 --separate-stderr caisson --log-format json state "$ID"
	assert_equal "$(jq -c 'keys' <<<"$stderr")" '["level","msg","time"]'
	assert_equal "$(jq -r .level <<<"$stderr")" error
	assert_equal "$(jq -r .msg <<<"$stderr")" "state '$ID': container does not exist"
	date -d "$(jq -r .time <<<"$stderr")" >/dev/null
	# Also where the words need to be escaped.
	set_args $'no "such"\n\\program'
	run -1 --separate-stderr caisson --log-format json run "$ID"
	assert_contains $'no "such"\n\\program' "$(jq -r .msg <<<"$stderr")"
	run -1 --separate-stderr caisson --log-format=json frobnicate
	assert_equal "$(jq -r .level <<<"$stderr")" error
}

@test "cli: --log: lines are appended to the file, and errors are on standard error, too" {
	echo before >log
	run -1 --separate-stderr caisson --log log --log-format json state "$ID"
	assert_output ''
	assert_contains 'container does not exist' "$stderr"
	assert_equal "$(head -n 1 log)" before
	assert_equal "$(wc -l <log)" 2
	assert_equal "$(sed -n 2p log | jq -r .level)" error
	run -1 caisson --log file:log start "$ID"
	assert_equal "$(wc -l <log)" 3
	[[ $(sed -n 3p log) == 'time="'*'level=error'* ]]
	rm log
	run -1 caisson --log log state "$ID"
	assert_equal "$(stat -c %a log)" 644
}

@test "cli: --log: what fails in the container is there, once" {
	set_args nothing
	run -1 --separate-stderr caisson --log log --log-format json run "$ID"
	assert_equal "$(wc -l <log)" 1
	assert_contains 'executable file not found in $PATH' "$(jq -r .msg log)"
	assert_contains 'executable file not found in $PATH' "$stderr"
}

@test "cli: --log: where it can't be written" {
	run -1 caisson --log /no/such/log run "$ID"
	assert_contains '/no/such/log'
	assert_contains 'no such file or directory'
	run -1 caisson --log / run "$ID"
	assert_gone
}

@test "cli: --log-format: only text and json" {
	run -1 caisson --log-format xml run "$ID"
	assert_contains "unknown log format 'xml'"
	assert_gone
}

@test "cli: --debug: from all three processes, to standard error or to the log alone" {
	run -0 --separate-stderr caisson --debug run "$ID"
	assert_contains 'level=debug' "$stderr"
	run -0 --separate-stderr caisson --debug --log log --log-format json run --general-road "$ID"
	assert_equal "$stderr" ''
	[[ -s log ]]
	assert_equal "$(jq -r .level log | sort -u)" debug
	run -0 --separate-stderr caisson run "$ID"
	assert_equal "$stderr" ''
}

@test "cli: --cgroup-manager and --systemd-cgroup" {
	run -1 caisson --cgroup-manager nonsense run "$ID"
	assert_contains nonsense
	set_args /bin/sleep 1000
	detached --cgroup-manager disabled run -d "$ID"
	assert_equal "$(cgroups_of_test)" ''
	# It stays in ours.
	assert_equal "$(cat "/proc/$(pid_of "$ID")/cgroup")" "$(cat /proc/self/cgroup)"
	caisson delete --force "$ID"
	detached --cgroup-manager=cgroupfs run -d "$ID"
	[[ $(cgroups_of_test) ]]
}

@test "cli: --rootless takes true, false and auto" {
	local word
	for word in true false auto 1 0; do
		run -0 caisson --rootless "$word" run "$ID"
	done
	run -1 caisson --rootless sometimes run "$ID"
	assert_contains sometimes
}

@test "cli: works with an empty environment, and from a directory that has gone" {
	set_args /bin/echo fine
	run -0 env -i "$CAISSON" --root "$ROOT" run "$ID"
	assert_output fine
	mkdir "$TEST_DIR/gone"
	cd "$TEST_DIR/gone"
	rmdir "$TEST_DIR/gone"
	run -0 caisson run --bundle "$BUNDLE" "$ID"
	assert_output fine
	run -1 caisson run "$ID"
}

@test "cli: is installed under any name" {
	cp "$CAISSON" "$TEST_DIR/runc"
	set_args /bin/echo fine
	run -0 "$TEST_DIR/runc" --root "$ROOT" run "$ID"
	assert_output fine
}
