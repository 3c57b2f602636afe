# The umask of caisson's caller: nothing to the program, unless it is asked for, and never to what we make.

bats_require_minimum_version 1.5.0
load helpers
load inside

MASKS='0000 0027 0077'

unchanged() {
	update_config '.annotations["org.caisson.umask"] = "unchanged"'
}

# with_mask MASK COMMAND... - in a shell of its own.
with_mask() (
	umask "$1"
	"${@:2}"
)

# program_masks - the umask of the programs of run, create and start, and exec, with each of the caller's.
program_masks() {
	local mask
	for mask in $MASKS; do
		set_args /bin/sh -c umask
		echo "$mask run $(with_mask "$mask" caisson run "$ID" </dev/null)"
		with_mask "$mask" detached create "$ID"
		# The program is the child of who creates, not of who starts it.
		with_mask 0123 caisson start "$ID"
		eventually has_status stopped
		echo "$mask create $(<"$TEST_DIR/output")"
		caisson delete "$ID"
		set_args /bin/sleep 1000
		start_container
		echo "$mask exec $(with_mask "$mask" caisson exec "$ID" /bin/sh -c umask </dev/null)"
		caisson delete --force "$ID"
	done
}

@test "umask: 022 for each program, whatever the caller's" {
	run -0 program_masks
	assert_equal "$(cut -d' ' -f3 <<<"$output" | sort | uniq -c | xargs)" "9 0022"
}

@test "umask: that of the configuration for each program" {
	update_config '.process.user.umask = 21'
	for _ in without with; do
		run -0 program_masks
		assert_equal "$(cut -d' ' -f3 <<<"$output" | sort | uniq -c | xargs)" "9 0025"
		unchanged
	done
}

@test "umask: unchanged by annotation is that of who calls run, create and exec" {
	unchanged
	run -0 program_masks
	assert_equal "${#lines[@]}" 9
	run awk '$1 != $3' <<<"$output"
	assert_output ""
}

@test "umask: unchanged, by both roads and in a user namespace" {
	unchanged
	set_args /bin/sh -c umask
	run -0 with_mask 0013 caisson run --general-road "$ID"
	assert_output 0013
	user_namespace
	give_image 100000
	run -0 with_mask 0013 caisson run "$ID"
	assert_output 0013
}

@test "umask: exec --process has its own, else what the container has" {
	set_args /bin/sleep 1000
	unchanged
	start_container
	jq '.process | .args = ["/bin/sh", "-c", "umask"]' config.json >process
	run -0 with_mask 0031 caisson exec --process process "$ID"
	assert_output 0031
	jq '.user.umask = 7' process >other
	run -0 with_mask 0031 caisson exec --process other "$ID"
	assert_output 0007
}

@test "umask: the annotation has one word" {
	local word
	for word in '' 022 no Unchanged; do
		update_config '.annotations["org.caisson.umask"] = $word' --arg word "$word"
		refused annotations.org.caisson.umask "$word"
	done
	run -0 caisson features
	assert_equal "$(jq '.potentiallyUnsafeConfigAnnotations | contains(["org.caisson.umask"])' <<<"$output")" true
}

# What caisson has made for the container of this test, with its modes.
made() {
	stat -c '%a %n' "$TEST_DIR/made" "$TEST_DIR/made/deep" "$ROOT" "$TEST_DIR/pid" "$TEST_DIR/exec-pid"
	find "$ROOT" -mindepth 1 -printf '%m %p\n' | sort -k2
	find "$BUNDLE"/rootfs/{new,file,cwd,nodes} -printf '%m %p\n' | sort -k2
	find /sys/fs/cgroup -name "*$ID*" -type d -printf '%m %p\n' 2>/dev/null | sort -k2
	caisson exec "$ID" /bin/sh -c 'stat -c "%a %n" /dev/null /dev/tty /dev/fd /dev/pts /dev/shm /mnt/t /run/notify /run/notify/*'
}

@test "umask: it is nothing to what caisson makes" {
	local mask first=''
	mkdir source
	writable_root
	ROOT=$TEST_DIR/made/deep/state
	add_mount /new/deep/tmp tmpfs t
	add_mount /new/bound/dir '' source bind
	add_mount /file/at '' /dev/null bind
	add_mount /mnt/t tmpfs t
	update_config '.process.cwd = "/cwd/made/here"
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"}
		| .linux.devices = [{type: "c", path: "/nodes/c", major: 1, minor: 5},
			{type: "p", path: "/nodes/p", fileMode: 511}]'
	# A program that tells nobody of READY=1, and a socket that nobody reads.
	export NOTIFY_SOCKET=$TEST_DIR/manager.sock
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])' \
		"$NOTIFY_SOCKET"
	set_args /bin/sleep 1000
	for mask in 0022 $MASKS; do
		with_mask "$mask" detached create --pid-file "$TEST_DIR/pid" "$ID"
		with_mask "$mask" caisson exec --pid-file "$TEST_DIR/exec-pid" "$ID" /bin/true
		# It waits for READY=1, which does not come.
		with_mask "$mask" caisson start "$ID" </dev/null >/dev/null 2>&1 3>&- &
		eventually caisson exec "$ID" /bin/test -S /run/notify/notify.sock
		run -0 made
		assert_contains "/run/notify/notify.sock"
		assert_contains "644 $TEST_DIR/pid"
		assert_contains "644 $TEST_DIR/exec-pid"
		assert_contains "711 $ROOT"$'\n'
		assert_contains "711 $TEST_DIR/made"$'\n'
		assert_contains "755 /sys/fs/cgroup"
		assert_contains "666 $BUNDLE/rootfs/nodes/c"
		assert_contains "755 $BUNDLE/rootfs/cwd/made"
		[[ $first ]] || first=$output
		diff <(echo "$first") <(echo "$output")
		caisson delete --force "$ID"
		rm -rf "$TEST_DIR"/{made,pid,exec-pid} rootfs/{new,file,cwd,nodes,mnt/t}
	done
}

@test "umask: hooks on the host have the caller's, those in the container the program's" {
	printf '#!/bin/sh\necho "$1 $(umask)" >>%q\n' "$TEST_DIR/masks" >hook
	chmod 755 hook
	mkdir rootfs/out
	cp hook rootfs/out/hook
	sed -i "s|$TEST_DIR/masks|/out/masks|" rootfs/out/hook
	writable_root
	update_config '.hooks = ([["prestart", "createRuntime", "createContainer", "poststart", "poststop"][]
		| {(.): [{path: $hook, args: ["hook", .]}]}] | add)
		| .hooks.startContainer = [{path: "/out/hook", args: ["hook", "startContainer"]}]' \
		--arg hook "$BUNDLE/hook"
	with_mask 0057 caisson run "$ID"
	assert_equal "$(<"$TEST_DIR/masks")" "prestart 0057
createRuntime 0057
createContainer 0057
poststart 0057
poststop 0057"
	assert_equal "$(<rootfs/out/masks)" "startContainer 0022"
	# Each verb has its own caller.
	with_mask 0007 detached create "$ID"
	with_mask 0017 caisson start "$ID"
	eventually has_status stopped
	with_mask 0037 caisson delete "$ID"
	assert_equal "$(tail -n 5 "$TEST_DIR/masks")" "prestart 0007
createRuntime 0007
createContainer 0007
poststart 0017
poststop 0037"
}

@test "umask: what a user asks for as a file has the mode that their umask leaves" {
	mkdir elsewhere
	with_mask 0077 "$CAISSON" spec --bundle elsewhere
	assert_equal "$(stat -c %a elsewhere/config.json)" 600
}
