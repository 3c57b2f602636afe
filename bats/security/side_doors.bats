# Family E: hooks, helpers, the state directory, and what is printed.

bats_require_minimum_version 1.5.0
load ../helpers
load ../inside
load canary

@test "createContainer hooks have the caller's umask, as the others" {
	local point
	printf '#!/bin/sh\numask >>%q\ntouch %q/made-$1\n' "$TEST_DIR/umasks" "$TEST_DIR" >hook
	chmod 755 hook
	for point in prestart createRuntime createContainer poststart poststop; do
		update_config '.hooks[$p] = [{path: $hook, args: ["hook", $p]}]' \
			--arg p "$point" --arg hook "$BUNDLE/hook"
	done
	set_args /bin/true
	(umask 027 && caisson run "$ID")
	assert_equal "$(sort -u "$TEST_DIR/umasks")" 0027
	assert_equal "$(stat -c %a "$TEST_DIR/made-createContainer")" 640
}

@test "2025-23266: a hook on the host gets nothing of the container's environment" {
	local point
	printf '#!/bin/sh\nenv | grep -c EVIL >>%q\nls /proc/self/fd | wc -l >>%q\n' "$TEST_DIR/env" \
		"$TEST_DIR/fds" >hook
	chmod 755 hook
	update_config '.process.env += ["LD_PRELOAD=/EVIL.so", "EVIL=1"]'
	for point in prestart createRuntime createContainer poststart poststop; do
		update_config '.hooks[$p] = [{path: $hook}]' --arg p "$point" --arg hook "$BUNDLE/hook"
	done
	exec 21<"$CANARY"
	run -0 env EVIL=2 "$CAISSON" --root "$ROOT" run "$ID"
	exec 21<&-
	assert_equal "$(sort -u "$TEST_DIR/env")" 0
	# Its three, and what ls reads.
	assert_equal "$(sort -u "$TEST_DIR/fds")" 4
}

@test "2026-84042: newuidmap is the host's, where the bundle is the image" {
	local bundle=$TEST_DIR/open
	cp -a rootfs "$bundle"
	cp config.json "$bundle/"
	printf '#!/bin/sh\ntouch %q/pwned\nexit 1\n' "$TEST_DIR" >"$bundle/newuidmap"
	cp "$bundle/newuidmap" "$bundle/newgidmap"
	chmod 755 "$bundle"/new?idmap
	update_config_of "$bundle" '.root.path = "." | .linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 65534, size: 1}, {containerID: 1, hostID: 100000, size: 9}]
		| .linux.gidMappings = .linux.uidMappings | del(.linux.resources)'
	chown -R 65534 "$bundle"
	mkdir "$ROOT"
	chown 65534 "$ROOT"
	chmod 777 "$TEST_DIR"
	cp "$CAISSON" "$TEST_DIR/program"
	cd "$bundle"
	run setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$TEST_DIR/program" --root "$ROOT" --cgroup-manager disabled run "$ID"
	cd "$BUNDLE"
	[[ ! -e $TEST_DIR/pwned ]]
}

@test "2024-25621: the state directory can be passed, not read; its files are root's alone" {
	local file
	sleeping_container
	assert_equal "$(stat -c '%a %u' "$ROOT")" "711 0"
	assert_equal "$(stat -c '%a %u' "$ROOT/$ID")" "711 0"
	for file in "$ROOT/$ID"/*; do
		assert_equal "$(stat -c '%a %u' "$file")" "600 0"
	done
}

@test "2015-1331: the state directory of another user is not believed" {
	local verb
	mkdir -p "$ROOT/$ID"
	chmod 711 "$ROOT"
	sleep 1000 &
	jq -n '{version: 1, id: $id, bundle: "/", rootfs: "/", ociVersion: "1.0.0", created: "x", phase: "created",
		pid: $pid, startTime: $start}' --arg id "$ID" --argjson pid $! \
		--argjson start "$(sed 's/.*) //' "/proc/$!/stat" | cut -d' ' -f20)" >"$ROOT/$ID/record.json"
	chown -R 4321 "$ROOT/$ID"
	for verb in "kill $ID KILL" "delete --force $ID" "delete $ID" "exec $ID /bin/true" "create $ID"; do
		# shellcheck disable=SC2086
		run caisson $verb
		((status != 0))
		assert_contains "belongs to user id 4321"
	done
	is_alive $!
	kill $!
	rm -r "${ROOT:?}/$ID"
}

@test "2015-1331: a symlink is no state directory" {
	mkdir -p "$ROOT"
	ln -s "$CANARY" "$ROOT/$ID"
	run caisson create "$ID"
	((status != 0))
	run caisson delete --force "$ID"
	rm "$ROOT/$ID"
}

@test "ids lead nowhere" {
	local id
	for id in .. . ../canary /etc a/b .hidden $'a\nb' 'a b' $'\e[2J' '%n' '*' "$(printf 'x%.0s' {1..300})"; do
		run caisson run "$id"
		((status != 0))
		run caisson delete --force "$id"
		((status != 0))
	done
}

@test "2021-43784: maps and paths that are longer than can be are refused in words" {
	local long
	user_namespace
	cp config.json plain
	jq '.linux.uidMappings = [range(5000) | {containerID: ., hostID: (100000 + .), size: 1}]' plain >config.json
	refused
	jq '.linux.gidMappings = [range(341) | {containerID: ., hostID: (100000 + .), size: 1}]' plain >config.json
	refused
	long=$(printf '/x%.0s' {1..40000})
	jq '.process.cwd = $long' --arg long "$long" plain >config.json
	refused
	jq '.mounts += [{destination: $long, type: "tmpfs"}]' --arg long "$long" plain >config.json
	refused
	jq '.mounts += [{destination: "/mnt", type: "tmpfs", options: [$long]}]' --arg long "$long" plain >config.json
	refused
	jq '.process.args = [$long]' --arg long "$long" plain >config.json
	refused
}

@test "nothing of the image or the configuration reaches the log as it is" {
	local evil=$'\e]0;evil\a\r\nlevel=error forged\x7f\u0085'
	set_args "/bin/$evil"
	run -1 caisson run "$ID"
	refute_contains $'\e'
	refute_contains $'\a'
	refute_contains $'\r'
	refute_contains $'\u0085'
	assert_equal "${#lines[@]}" 1
	update_config '.process.args = ["/bin/true"] | .process.cwd = $evil' --arg evil "/$evil"
	touch "rootfs/$(basename "$evil")" 2>/dev/null || true
	run caisson --log-format json run "$ID"
	refute_contains $'\e'
	refute_contains $'\u0085'
}

@test "runc 1.5.2: exec --cgroup stays in the container's own group, whatever its neighbours are named" {
	local path
	sleeping_container
	sleeping_container "$ID-two"
	for path in -two ../"$ID-two" /../"$ID-two" "../$ID/../$ID-two" "/$ID-two" ./../"$ID-two" "..//$ID-two"; do
		run -255 caisson exec --cgroup "$path" "$ID" /bin/true
		run -0 caisson ps --format json "$ID-two"
		assert_equal "$(jq length <<<"$output")" 1
	done
}

@test "2025-24965: no handler, and no file that it would make in the image" {
	ln -s "$CANARY/new" rootfs/.krun_config.json
	writable_root
	update_config '.annotations["run.oci.handler"] = "krun"'
	refused annotations.run.oci.handler
	update_config '.annotations = {"krun.cpus": "1", "run.oci.krun": "1"}'
	set_args /bin/true
	attack
	((status == 0))
}

@test "2022-23471, 2022-31030, 2025-64329: what containers and hooks print takes no memory of ours" {
	local limit='ulimit -v 60000 && exec "$0" "$@"'
	# Its shadow alone takes more.
	! grep -q __asan_init "$CAISSON" || skip "a build with sanitizers"
	set_script 'head -c 200000000 /dev/zero'
	run -0 bash -c "$limit | wc -c" "$CAISSON" --root "$ROOT" run "$ID"
	assert_output 200000000
	printf '#!/bin/sh\nhead -c 200000000 /dev/zero | tr "\\0" x\nexit 1\n' >hook
	chmod 755 hook
	update_config '.hooks = {createRuntime: [{path: $hook, env: ["PATH=/bin:/usr/bin"]}]}' --arg hook "$BUNDLE/hook"
	run -1 bash -c "$limit" "$CAISSON" --root "$ROOT" run "$ID"
	assert_contains "createRuntime hook #0"
	((${#output} < 20000))
	refute_contains "memory"
}

@test "2026-119101, 2026-115520: a destination with the odd bytes of mountinfo and of CRIU's names" {
	local at
	mkdir source
	echo mounted >source/mark
	cp config.json plain
	for at in '/mnt/a]:b' '/mnt/a:b' '/mnt/[x]' '/mnt/new line' '/mnt/tab	x' '/mnt/back\slash' '/mnt/a,b=c'; do
		cp plain config.json
		add_mount "$at" '' source bind ro
		# Nothing else is mounted than without it, and that where it is asked for, and read-only.
		set_args /bin/sh -c 'cat "$0/mark"; touch "$0/x" 2>/dev/null || echo kept; grep -c . /proc/self/mountinfo' "$at"
		run -0 caisson run "$ID"
		assert_equal "${lines[0]} ${lines[1]}" "mounted kept"
		[[ ! ${count-} ]] || assert_equal "${lines[2]}" "$count"
		local count=${lines[2]}
	done
}
