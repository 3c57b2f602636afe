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

@test "cli: what other runtimes have and caisson has not is refused by its name" {
	local command words
	for command in checkpoint restore mounts info completion; do
		run -1 caisson "$command" --help # which engines ask to see whether it is there
		assert_contains "caisson has no command '$command'"
		run -1 caisson "$command" "$ID"
		assert_contains "caisson has no command '$command'"
		run -1 caisson help "$command"
	done
	# runc's entry of its own, crun's and youki's options.
	run -1 caisson init
	assert_contains "No help topic for 'init'"
	sleeping_container
	for words in "--systemd-log state $ID" "kill --regex . KILL" "kill -r . KILL" "delete --regex ." \
		"delete -r ." "delete --all $ID" "-V" "-r $ROOT list" "create -c s $ID" "run -p f $ID" \
		"exec --sync $ID true" "list --all" "state --regex $ID" "start --detach $ID" \
		"update --cpus 1 $ID" "events --json $ID" "ps --quiet $ID" "spec --config f"; do
		# shellcheck disable=SC2086 # words
		run -1 "$CAISSON" --root "$ROOT" $words
		assert_contains "unknown option '-"
	done
	assert_status_of running
}

@test "cli: a container's life as containerd calls for it" {
	local log=$TEST_DIR/log.json
	as_containerd() {
		caisson --log "$log" --log-format json --rootless=auto "$@"
	}
	set_args /bin/sleep 1000
	as_containerd create --bundle "$BUNDLE" --pid-file "$TEST_DIR/pid" --no-pivot --no-new-keyring "$ID" \
		</dev/null >/dev/null 2>&1
	as_containerd start "$ID"
	assert_equal "$(as_containerd state "$ID" | jq -r '.status, .pid')" "running
$(<"$TEST_DIR/pid")"
	jq '.process | .args = ["/bin/sleep", "1001"]' config.json >process.json
	as_containerd exec --process process.json --detach --pid-file "$TEST_DIR/exec" "$ID" \
		</dev/null >/dev/null 2>&1
	assert_equal "$(as_containerd ps --format json "$ID" | jq -c sort)" \
		"$(printf '%s\n%s\n' "$(<"$TEST_DIR/pid")" "$(<"$TEST_DIR/exec")" | jq -cs sort)"
	as_containerd pause "$ID"
	assert_status_of paused
	as_containerd resume "$ID"
	as_containerd update --resources=- "$ID" <<<'{}'
	as_containerd events --stats "$ID" | jq -e '.type == "stats"' >/dev/null
	assert_equal "$(as_containerd list --format=json | jq -r '.[].id')" "$ID"
	as_containerd kill "$ID" 0
	as_containerd kill --all "$ID" 9
	wait_for_status stopped
	as_containerd delete "$ID"
	run -1 as_containerd kill "$ID" 9
	assert_contains 'does not exist'
	assert_equal "$(jq -r 'select(.level == "error").msg' "$log" | grep -c 'does not exist')" 1
	run -0 as_containerd delete --force "$ID"
}

@test "cli: a container's life as conmon and podman call for it" {
	set_args /bin/sleep 1000
	as_podman() {
		env -i "PATH=$PATH" "XDG_RUNTIME_DIR=$TEST_DIR" "CAISSON_TEST=$CAISSON_TEST" \
			"$CAISSON" --root "$ROOT" "$@"
	}
	as_podman --log-format=json --log "$TEST_DIR/log" create --bundle "$BUNDLE" \
		--pid-file "$TEST_DIR/pid" "$ID" </dev/null >/dev/null 2>&1
	as_podman start "$ID"
	jq '.process | .args = ["/bin/sh", "-c", "echo $0 >/dev/shm/x", "conmon"]' config.json >process.json
	as_podman exec --pid-file "$TEST_DIR/exec" --process process.json --detach "$ID" \
		</dev/null >/dev/null 2>&1
	eventually caisson exec "$ID" grep -q conmon /dev/shm/x
	echo '{}' >resources.json
	as_podman update --resources=resources.json "$ID"
	as_podman kill --all "$ID" 9
	wait_for_status stopped
	as_podman delete --force "$ID"
	assert_gone
	# Without control groups, as for podman's --cgroups=disabled.
	as_podman --cgroup-manager disabled create --bundle "$BUNDLE" --pid-file "$TEST_DIR/pid" "$ID" \
		</dev/null >/dev/null 2>&1
	as_podman --cgroup-manager disabled start "$ID"
	as_podman kill "$ID" KILL
	wait_for_status stopped
	as_podman delete "$ID"
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

@test "cli: --log-level: what is below is not logged, and it overrules --debug" {
	local row level wanted
	# An unknown capability is a warning.
	update_config '.process.capabilities.bounding += ["CAP_NONE"]'
	for row in 'error ' 'warning warning' 'warn warning' 'info warning' 'debug debug,warning' \
		'trace debug,warning'; do
		level=${row%% *} wanted=${row#* }
		: >log
		run -0 caisson --debug --log log --log-format json --log-level "$level" run "$ID"
		assert_equal "$level $(jq -r .level log | sort -u | paste -sd,)" "$level $wanted"
	done
	: >log
	run -1 caisson --log log --log-format json --log-level=error state nobody
	assert_equal "$(jq -r .level log)" error
	run -1 caisson --log-level loud state nobody
	assert_contains "unknown log level 'loud'"
}

@test "cli: --log: syslog and journald get a line each, with the name that is given" {
	local kind logs=()
	mkdir dev run
	# Sockets of the test's own, in a /dev and a /run that it alone sees.
	for kind in log journal; do
		python3 - "$kind" <<-'END' 3>&- &
			import socket, sys
			log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
			log.bind(sys.argv[1])
			log.settimeout(20)
			open(sys.argv[1] + ".got", "wb").write(log.recv(65536))
		END
		logs+=($!)
		eventually test -S "$kind"
	done
	# shellcheck disable=SC2016 # the inner shell's
	with_sockets() {
		unshare -m sh -euc 'mount -t tmpfs t dev; mount -t tmpfs t run
			cp -a /dev/null dev; touch dev/log; mkdir -p run/systemd/journal
			touch run/systemd/journal/socket
			mount --bind log dev/log; mount --bind journal run/systemd/journal/socket
			mount --rbind dev /dev; mount --rbind run /run
			exec "$@"' - "$CAISSON" --root "$ROOT" "$@"
	}
	run -1 with_sockets --log syslog:box state nobody
	assert_output "state 'nobody': container does not exist" # and on standard error
	run -1 with_sockets --log journald:crate --log-format json state nobody
	assert_output "state 'nobody': container does not exist"
	wait "${logs[@]}"
	[[ $(<log.got) =~ ^\<11\>box\[[0-9]+\]:\ state\ \'nobody\':\ container\ does\ not\ exist$ ]] ||
		fail "$(<log.got)"
	assert_equal "$(<journal.got)" "PRIORITY=3
SYSLOG_IDENTIFIER=crate
MESSAGE=state 'nobody': container does not exist"
	# Nobody listens.
	rm log journal
	touch log journal
	for kind in syslog:box=/dev/log journald:box=/run/systemd/journal/socket; do
		run -1 with_sockets --log "${kind%=*}" run "$ID"
		assert_contains "log: connect to '${kind#*=}': connection refused"
	done
	assert_gone
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
