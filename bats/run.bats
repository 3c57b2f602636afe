bats_require_minimum_version 1.5.0
load helpers

@test "run: prints, exits with the program's status, leaves nothing" {
	set_script 'echo hello; exit 7'
	run -7 caisson run "$ID"
	assert_output hello
	run -1 caisson state "$ID"
	assert_contains 'does not exist'
	assert_gone
}

@test "run: a program that a signal ended gives 128 and its number" {
	# Another process than init, which is immune to its own signals.
	set_script 'sleep 1000 & echo $$; kill -9 $!; wait $!; exit $?'
	run -137 caisson run "$ID"
	sleeping_container
	caisson kill "$ID" KILL
	wait_for_status stopped
	caisson delete "$ID"

	caisson run "$ID" </dev/null >"$TEST_DIR/output" 2>&1 &
	local job=$!
	wait_for_status running
	caisson kill "$ID" KILL
	local status=0
	wait "$job" || status=$?
	assert_equal "$status" 137
	assert_gone
}

@test "run: standard input reaches the program" {
	set_args /bin/cat
	run -0 caisson run "$ID" < <(printf 'one\ntwo\n')
	assert_output $'one\ntwo'
}

@test "run: standard output and standard error stay apart" {
	set_script 'echo out; echo err >&2'
	run -0 --separate-stderr caisson run "$ID"
	assert_output out
	assert_equal "$stderr" err
}

@test "run: much output comes whole" {
	set_script 'seq 1 100000'
	run -0 caisson run "$ID"
	assert_equal "$(md5sum <<<"$output")" "$(seq 1 100000 | md5sum)"
}

@test "run: arguments arrive as they are" {
	set_script 'for a; do echo "<$a>"; done'
	update_config '.process.args += ["name", "", "two words", "line\nend", "*", "$HOME", "ä€"]'
	run -0 caisson run "$ID"
	assert_output $'<>\n<two words>\n<line\nend>\n<*>\n<$HOME>\n<ä€>'
}

@test "run: environment and working directory are those of the configuration" {
	set_script 'pwd; env | sort'
	update_config '.process.cwd = "/home" | .process.env = ["PATH=/bin", "A=1", "B=two words"]'
	CALLER=secret run -0 caisson run "$ID"
	assert_output $'/home\nA=1\nB=two words\nHOME=/root\nPATH=/bin\nPWD=/home\nSHLVL=1'
}

@test "run: signals that the command gets are passed on" {
	set_script 'trap "echo term; exit 3" TERM; echo ready; while :; do sleep 0.1; done'
	"$CAISSON" --root "$ROOT" run "$ID" </dev/null >"$TEST_DIR/output" 2>&1 &
	local job=$! status=0
	eventually grep -qx ready "$TEST_DIR/output"
	kill -TERM "$job"
	wait "$job" || status=$?
	assert_equal "$status" 3
	assert_equal "$(<"$TEST_DIR/output")" $'ready\nterm'
	assert_gone
}

@test "run -d: the container lives on, and is stopped when its program ends" {
	set_script 'echo begin; read -r _ </tmp/fifo; echo end'
	mkfifo rootfs/tmp/fifo
	start_container
	assert_status_of running
	# It has gone from under the command: init is now a child of someone else.
	eventually grep -qx begin "$TEST_DIR/output"
	echo >rootfs/tmp/fifo
	wait_for_status stopped
	assert_equal "$(<"$TEST_DIR/output")" $'begin\nend'
	caisson delete "$ID"
	assert_gone
}

@test "run -d: fails where the program can't be executed, and leaves nothing" {
	printf 'neither program nor script' >rootfs/bin/data
	chmod +x rootfs/bin/data
	set_args /bin/data
	run -1 caisson run -d "$ID"
	assert_contains 'exec /bin/data'
	assert_contains 'exec format error'
	assert_gone
}

@test "run --keep: the container stays stopped, with its status and cgroup" {
	set_script 'exit 4'
	run -4 caisson run --keep "$ID"
	assert_status_of stopped
	[[ $(cgroups_of_test) ]]
	run -1 caisson run "$ID"
	assert_contains 'already exists'
	caisson delete "$ID"
	assert_gone
}

@test "run: processes of the container end with its first one" {
	set_script 'sleep 1000 & sleep 1000 & exit 0'
	run -0 caisson run "$ID"
	assert_gone
}

@test "run: processes of the container end with its first one in the host's pid namespace, too" {
	set_script 'sleep 1000 & (sleep 1000 &) & exit 0'
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	run -0 caisson run "$ID"
	assert_gone
}

@test "run: the second of two with one id fails, the first goes on" {
	sleeping_container
	run -1 caisson run "$ID"
	assert_contains 'already exists'
	assert_status_of running
}

@test "run: many at once, with ids of their own" {
	local jobs=() job number failed=0
	set_script 'exit 5'
	for number in {1..12}; do
		"$CAISSON" --root "$ROOT" run "$ID-$number" </dev/null >>"$TEST_DIR/output" 2>&1 &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		local status=0
		wait "$job" || status=$?
		((status == 5)) || failed=$((failed + 1))
	done
	assert_equal "$failed" 0
	assert_equal "$(<"$TEST_DIR/output")" ''
	assert_equal "$(caisson list -q)" ''
}

@test "run: closed standard descriptors are /dev/null, not what happens to be opened next" {
	set_script 'readlink /proc/self/fd/0; readlink /proc/self/fd/2; ls /proc/self/fd | wc -l'
	run -0 sh -c '"$@" <&- 2>&-' - "$CAISSON" --root "$ROOT" run "$ID"
	# ls itself opens one more.
	assert_output $'/dev/null\n/dev/null\n4'
}

@test "run: the program gets none of the caller's descriptors" {
	set_script 'ls -l /proc/self/fd; ls /proc/self/fd | wc -l'
	run -0 caisson run "$ID" 7</etc/passwd 50</etc
	assert_equal "${lines[-1]}" 4
}

@test "run --preserve-fds: so many of them, under their numbers" {
	set_script 'cat <&3; cat <&4; ls /proc/self/fd | wc -l'
	echo three >three
	echo four >four
	run -0 caisson run --preserve-fds 2 "$ID" 3<three 4<four 5</etc/passwd
	assert_output $'three\nfour\n6'
}

@test "run: the program is found in PATH of the container" {
	set_args echo found
	run -0 caisson run "$ID"
	assert_output found
	update_config '.process.env = ["PATH=/opt:/usr/bin"]'
	run -1 caisson run "$ID"
	assert_contains 'exec: \"echo\": executable file not found in $PATH'
	assert_gone
}

@test "run: /proc/self/exe of a running program is not the runtime" {
	# CVE-2019-5736: the copy that runs inside is sealed, and has gone when the program runs.
	set_args /proc/self/exe --version
	local before
	before=$(md5sum <"$CAISSON")
	run caisson run "$ID"
	assert_equal "$(md5sum <"$CAISSON")" "$before"
	assert_gone
}
