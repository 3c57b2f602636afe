bats_require_minimum_version 1.5.0
load helpers

@test "create: the container is created, and its program waits for start" {
	set_script 'echo ran >/tmp/mark; exec sleep 1000'
	update_config '.root.readonly = false'
	detached create "$ID"
	assert_output ''
	assert_status_of created
	[[ ! -e rootfs/tmp/mark ]]
	local pid
	pid=$(pid_of "$ID")
	assert_equal "$(<"/proc/$pid/comm")" caisson:init

	caisson start "$ID"
	assert_status_of running
	assert_equal "$(pid_of "$ID")" "$pid"
	eventually [ -e rootfs/tmp/mark ]
	assert_equal "$(readlink "/proc/$pid/exe")" /bin/busybox
}

@test "create: init is already in the namespaces and the root of its container" {
	set_args /bin/sleep 1000
	detached create "$ID"
	local pid type
	pid=$(pid_of "$ID")
	for type in mnt uts ipc net pid; do
		[[ $(readlink "/proc/$pid/ns/$type") != "$(readlink "/proc/self/ns/$type")" ]] ||
			fail "the host's $type namespace"
	done
	assert_equal "$(stat -c %d:%i "/proc/$pid/root/bin/busybox")" \
		"$(stat -c %d:%i rootfs/bin/busybox)"
	assert_equal "$(awk '/^NSpid/ { print $3 }' "/proc/$pid/status")" 1
	# A session of its own, without a terminal.
	assert_equal "$(cut -d' ' -f6,7 "/proc/$pid/stat")" "$pid 0"
}

@test "create: a waiting init holds nothing but stdio, pipes, sockets and fifos" {
	set_args /bin/sleep 1000
	detached create "$ID"
	local pid link target
	pid=$(pid_of "$ID")
	for link in "/proc/$pid/fd"/*; do
		target=$(readlink "$link") || continue
		case ${link##*/} in
		0) assert_equal "$target" /dev/null ;;
		1 | 2) assert_equal "$target" "$TEST_DIR/output" ;;
		*)
			[[ -p $link || -S $link || $(stat -Lc %t:%T "$link") == 1:3 ]] ||
				fail "descriptor ${link##*/} is $target"
			;;
		esac
	done
}

@test "create: nothing of the host's memory or descriptors is reachable through a waiting init" {
	set_args /bin/sleep 1000
	detached create "$ID"
	# As not dumpable, it belongs to the host's root: no one else may look into it.
	[[ $(stat -c %u "/proc/$(pid_of "$ID")/environ") == 0 ]]
	run ! setpriv --reuid 1000 --clear-groups ls "/proc/$(pid_of "$ID")/fd"
}

@test "create: later changes of config.json have no effect" {
	set_script 'echo before'
	detached create "$ID"
	set_script 'echo after'
	update_config '.hostname = "other" | .process.cwd = "/nowhere"'
	caisson start "$ID"
	wait_for_status stopped
	assert_equal "$(<"$TEST_DIR/output")" before
}

@test "create: standard input, output and error are the caller's" {
	set_script 'read -r line; echo "out: $line"; echo "err: $line" >&2'
	echo word >in
	caisson create "$ID" <in >out 2>err
	caisson start "$ID"
	wait_for_status stopped
	assert_equal "$(<out)" 'out: word'
	assert_equal "$(<err)" 'err: word'
}

@test "create: an id that is in use is refused, and its container stays as it is" {
	set_args /bin/sleep 1000
	detached create "$ID"
	local pid
	pid=$(pid_of "$ID")
	run -1 caisson create "$ID"
	assert_contains 'already exists'
	assert_status_of created
	assert_equal "$(pid_of "$ID")" "$pid"
	caisson start "$ID"
	run -1 caisson run "$ID"
	assert_contains 'already exists'
	assert_status_of running
}

@test "create: an id is free again once its container is deleted" {
	detached create "$ID"
	caisson delete "$ID"
	detached create "$ID"
	assert_status_of created
}

@test "create: ten at once with the same id make one container" {
	set_args /bin/sleep 1000
	local jobs=() job number made=0
	for number in {1..10}; do
		caisson create "$ID" </dev/null >"$TEST_DIR/$number" 2>&1 &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		! wait "$job" || made=$((made + 1))
	done
	assert_equal "$made" 1
	assert_status_of created
	assert_equal "$(caisson list -q)" "$ID"
}

@test "create: --bundle and --config, each from the caller's directory" {
	mkdir "$TEST_DIR/elsewhere"
	jq '.process.args = ["/bin/echo", "other"]' config.json >"$TEST_DIR/elsewhere/other.json"
	cd "$TEST_DIR/elsewhere"
	run -0 caisson run --bundle ../bundle --config other.json "$ID"
	assert_output other
	run -0 caisson run -b "$BUNDLE" -f ./other.json "$ID"
	assert_output other
}

@test "create: root.path '.' is the bundle itself" {
	mv config.json rootfs/
	cd rootfs
	jq '.root.path = "." | .process.args = ["/bin/echo", "here"]' config.json >new
	mv new config.json
	run -0 caisson run "$ID"
	assert_output here
}

@test "create: root.path through a symbolic link, which may not be its last part" {
	mkdir "$TEST_DIR/real"
	mv rootfs "$TEST_DIR/real/rootfs"
	ln -s "$TEST_DIR/real" link
	set_args /bin/echo linked
	update_config '.root.path = "link/rootfs"'
	run -0 caisson run "$ID"
	assert_output linked

	# As with runc: whoever could swap the link could choose the root.
	ln -s "$TEST_DIR/real/rootfs" last
	update_config '.root.path = "last"'
	run -1 caisson run "$ID"
	assert_contains 'root.path'
	assert_gone
	mv "$TEST_DIR/real/rootfs" rootfs # where teardown looks for it
}

@test "create: unknown members and annotations are ignored" {
	set_args /bin/echo fine
	update_config '.frobnicate = {"a": [1]} | .process.shiny = true | .linux.future = null
		| .annotations = {"org.example.unknown": "x"}'
	run -0 caisson run "$ID"
	assert_output fine
}

@test "create: the container's files are not a word longer there than the state root" {
	detached create "$ID"
	local file
	# Nobody but root may look into the state.
	while read -r file; do
		[[ ! $(find "$file" -perm /077 ! -type l) ]] || fail "$(ls -ld "$file")"
	done < <(find "$ROOT/$ID" -mindepth 1)
	assert_equal "$(stat -c %u "$ROOT/$ID")" 0
	run ! setpriv --reuid 1000 --clear-groups ls "$ROOT/$ID"
}
