bats_require_minimum_version 1.5.0
load helpers

setup() {
	setup_bundle
	set_args /bin/sleep 1000
}

@test "exec: prints, and exits with the command's status" {
	start_container
	run -0 caisson exec "$ID" /bin/echo one 'two words' ''
	assert_output 'one two words '
	run -9 caisson exec "$ID" /bin/sh -c 'exit 9'
	assert_output ''
	assert_status_of running
}

@test "exec: a signal that ended the command gives 128 and its number" {
	start_container
	run -137 caisson exec "$ID" /bin/sh -c 'kill -KILL $$'
	run -143 caisson exec "$ID" /bin/sh -c 'kill -TERM $$'
}

@test "exec: standard input, output and error" {
	start_container
	run -0 --separate-stderr caisson exec "$ID" /bin/sh -c 'cat; echo err >&2' < <(echo in)
	assert_output in
	assert_equal "$stderr" err
}

@test "exec: the namespaces, the root and the cgroup are the container's" {
	start_container
	local pid
	pid=$(pid_of "$ID")
	run -0 caisson exec "$ID" /bin/sh -c \
		'for n in mnt uts ipc net pid cgroup user time; do readlink /proc/self/ns/$n; done'
	assert_output "$(for n in mnt uts ipc net pid cgroup user time; do
		readlink "/proc/$pid/ns/$n"
	done)"
	detached exec -d --pid-file pid "$ID" /bin/sleep 1000
	assert_equal "$(cat "/proc/$(<pid)/cgroup")" "$(cat "/proc/$pid/cgroup")"
	# But for the roots of mounts, which a cgroup namespace shows from within.
	run -0 caisson exec "$ID" /bin/cut -d ' ' -f 1-3,5- /proc/self/mountinfo
	assert_output "$(cut -d ' ' -f 1-3,5- "/proc/$pid/mountinfo")"
	run -0 caisson exec "$ID" /bin/hostname
	assert_output caisson
}

@test "exec: a session of its own, and the program's descriptors alone" {
	start_container
	run -0 caisson exec "$ID" /bin/sh -c \
		'read -r pid _ _ _ group session _ </proc/self/stat
		[ $pid = $group ] && [ $pid = $session ] && echo leader
		ls /proc/self/fd | wc -l' 7</etc/passwd 50</etc
	assert_output $'leader\n4'
}

@test "exec --preserve-fds" {
	start_container
	echo three >three
	run -0 caisson exec --preserve-fds 1 "$ID" /bin/sh -c 'cat <&3; ls /proc/self/fd | wc -l' \
		3<three 4</etc/passwd
	assert_output $'three\n5'
}

@test "exec: environment and directory of the container, with --env and --cwd beside" {
	update_config '.process.env = ["PATH=/bin", "A=1", "B=2"] | .process.cwd = "/home"'
	start_container
	run -0 caisson exec -e B=3 --env C=x=y "$ID" /bin/sh -c 'pwd; echo $A $B $C $HOME'
	assert_output $'/home\n1 3 x=y /root'
	run -0 caisson exec --cwd /tmp "$ID" /bin/pwd
	assert_output /tmp
	CALLER=secret run -0 caisson exec "$ID" env
	refute_contains CALLER
}

@test "exec --user and --additional-gids" {
	start_container
	run -0 caisson exec --user 1000:2000 "$ID" /bin/sh -c 'id -u; id -g; echo $HOME'
	assert_output $'1000\n2000\n/home'
	run -0 caisson exec -u 1000 -g 7 -g 8 "$ID" /bin/sh -c 'id -G | tr " " "\n" | sort -n | tr "\n" " "'
	assert_output '0 7 8 '
	run -0 caisson exec -u 4242 "$ID" /bin/sh -c 'echo $HOME'
	assert_output /
	run -255 caisson exec --user nobody "$ID" /bin/true
	assert_contains nobody
}

@test "exec --cap: one more, and only there" {
	start_container
	run -0 caisson exec "$ID" grep CapEff /proc/self/status
	local before=$output
	run -0 caisson exec --cap CAP_SYS_TIME "$ID" grep CapEff /proc/self/status
	assert_equal $((16#${output##*[[:space:]]})) $((16#${before##*[[:space:]]} | 1 << 25))
	run -0 grep CapEff "/proc/$(pid_of "$ID")/status"
	assert_output "$before"
	run -255 caisson exec --cap CAP_NONE "$ID" /bin/true
	assert_contains CAP_NONE
}

@test "exec --no-new-privs" {
	start_container
	run -0 caisson exec "$ID" grep NoNewPrivs /proc/self/status
	assert_output $'NoNewPrivs:\t1'
	run -0 caisson exec --no-new-privs=false "$ID" grep NoNewPrivs /proc/self/status
	assert_output $'NoNewPrivs:\t0'
}

@test "exec --process: what the file says, alone" {
	update_config '.process.env += ["OF=container"]'
	start_container
	cat >process.json <<-'END'
		{
			"args": ["/bin/sh", "-c", "pwd; echo $OF $MINE $HOME; id -u; grep CapEff /proc/self/status"],
			"env": ["PATH=/bin", "MINE=yes"],
			"cwd": "/tmp",
			"user": { "uid": 1000, "gid": 1000 }
		}
	END
	run -0 caisson exec --process process.json "$ID"
	assert_output $'/tmp\nyes /home\n1000\nCapEff:\t0000000000000000'
	run -0 caisson exec -p "$PWD/process.json" "$ID"
	run -1 caisson exec -p process.json "$ID" /bin/true
	assert_contains 'both'
}

@test "exec --process: mistakes in the file, with their place" {
	start_container
	echo '{"args": ["/bin/true"]' >broken.json
	run -255 caisson exec -p broken.json "$ID"
	assert_contains 'broken.json'
	echo '{"args": ["/bin/true"], "cwd": 5}' >type.json
	run -255 caisson exec -p type.json "$ID"
	assert_contains 'cwd'
	echo '{"args": [], "cwd": "/"}' >empty.json
	run -255 caisson exec -p empty.json "$ID"
	assert_contains 'args'
	run -255 caisson exec -p none.json "$ID"
	assert_contains 'no such file or directory'
}

@test "exec: in a created container, which stays created" {
	detached create "$ID"
	run -0 caisson exec "$ID" /bin/echo works
	assert_output works
	assert_status_of created
	caisson start "$ID"
	assert_status_of running
}

@test "exec: not in a stopped container, nor without one" {
	start_container
	caisson kill "$ID" KILL
	wait_for_status stopped
	run -255 caisson exec "$ID" /bin/true
	assert_contains 'cannot exec in a stopped container'
	run -255 caisson exec "$ID-none" /bin/true
	assert_contains 'container does not exist'
}

@test "exec: not in a paused container; --ignore-paused waits" {
	start_container
	caisson pause "$ID"
	run -255 caisson exec "$ID" /bin/true
	assert_contains 'cannot exec in a paused container'
	caisson exec --ignore-paused "$ID" /bin/echo thawed </dev/null >"$TEST_DIR/output" 2>&1 &
	local job=$!
	sleep 0.5
	assert_equal "$(<"$TEST_DIR/output")" ''
	caisson resume "$ID"
	wait "$job"
	assert_equal "$(<"$TEST_DIR/output")" thawed
}

@test "exec: a missing program, and one that is none" {
	start_container
	run -255 caisson exec "$ID" nothing
	assert_contains 'exec: \"nothing\": executable file not found in $PATH'
	assert_equal "${#lines[@]}" 1
	run -255 caisson exec "$ID" /no/thing
	assert_contains '/no/thing'
	assert_contains 'no such file or directory'
	run -255 caisson exec "$ID" /etc/passwd
	assert_contains 'permission denied'
	run -255 caisson exec "$ID" /tmp
	assert_contains 'is a directory'
	run -255 caisson exec --cwd /no/where "$ID" /bin/true
	assert_contains '/no/where'
	run -255 caisson exec -d "$ID" nothing
	assert_contains 'executable file not found'
	assert_equal "$(caisson ps -f json "$ID")" "[$(pid_of "$ID")]"
}

@test "exec --detach: returns, and the command goes on" {
	start_container
	detached exec --detach "$ID" /bin/sh -c 'echo begin; sleep 1000; echo end'
	eventually grep -qx begin "$TEST_DIR/output"
	has_three() { (($(caisson ps -f json "$ID" | jq length) == 3)); }
	eventually has_three
}

@test "exec: what follows the id is the command's" {
	start_container
	run -0 caisson exec "$ID" echo --env -d --help
	assert_output '--env -d --help'
}

@test "exec: signals that caisson gets are passed on" {
	start_container
	"$CAISSON" --root "$ROOT" exec "$ID" /bin/sh -c \
		'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done' \
		</dev/null >"$TEST_DIR/output" 2>&1 &
	local job=$! status=0
	eventually grep -qx ready "$TEST_DIR/output"
	kill -TERM "$job"
	wait "$job" || status=$?
	assert_equal "$status" 5
}

@test "exec: ends with the container" {
	start_container
	caisson exec "$ID" /bin/sleep 1000 </dev/null >"$TEST_DIR/output" 2>&1 &
	local job=$! status=0
	has_two() { (($(caisson ps -f json "$ID" | jq length) == 2)); }
	eventually has_two
	caisson delete --force "$ID"
	wait "$job" || status=$?
	assert_equal "$status" 137
}

@test "exec: many at once" {
	start_container
	local jobs=() job number failed=0
	for number in {1..12}; do
		caisson exec "$ID" /bin/sh -c "exit $number" </dev/null >>"$TEST_DIR/output" 2>&1 &
		jobs+=($!)
	done
	number=0
	for job in "${jobs[@]}"; do
		number=$((number + 1))
		local status=0
		wait "$job" || status=$?
		((status == number)) || failed=$((failed + 1))
	done
	assert_equal "$failed" 0
	assert_equal "$(<"$TEST_DIR/output")" ''
}

@test "exec: /dev/null as standard input keeps its owner" {
	local before
	start_container
	# Other runtimes of this host may have changed it.
	before=$(stat -c %u:%g:%Z /dev/null)
	run -0 caisson exec -u 1000 "$ID" /bin/true </dev/null
	assert_equal "$(stat -c %u:%g:%Z /dev/null)" "$before"
}
