# Hooks: when, where, with what, and what their failure does.

bats_require_minimum_version 1.5.0
load helpers
load inside

POINTS="prestart createRuntime createContainer startContainer poststart poststop"

# A program for hooks, on the host and in the image: notes what it is given in the directory that
# its second argument names, and ends with the status that is its third.
setup() {
	setup_bundle
	NOTES=$BUNDLE/notes
	mkdir -p "$NOTES" rootfs/notes
	chmod 777 "$NOTES"
	cat >"$TEST_DIR/note" <<-'HOOK'
		#!/bin/sh
		# note POINT DIRECTORY STATUS
		PATH=/usr/bin:/bin
		cat >"$2/$1.state"
		echo "$1" >>"$2/order"
		readlink /proc/self/ns/mnt >"$2/$1.mnt"
		pwd >"$2/$1.cwd"
		# The shell sets some of its own.
		env | grep -Ev '^(PWD|SHLVL|_|OLDPWD|PATH)=' >"$2/$1.env"
		for n in 0 1 2 3 4 5 6 7 8 9; do
			[ -e /proc/self/fd/$n ] && fds="$fds $n"
		done
		echo $fds >"$2/$1.fds"
		exit "${3:-0}"
	HOOK
	chmod 755 "$TEST_DIR/note"
	cp "$TEST_DIR/note" rootfs/bin/note
	writable_root
	add_mount /notes '' notes bind
}

# hook POINT [STATUS [EXTRA-JSON]]
hook() {
	local program=$TEST_DIR/note notes=$NOTES
	[[ $1 != startContainer ]] || program=/bin/note notes=/notes
	# shellcheck disable=SC2016
	update_config '.hooks[$point] += [{path: $path, args: ["note", $point, $notes,
		$status]} + $more]' \
		--arg point "$1" --arg path "$program" --arg notes "$notes" --arg status "${2:-0}" \
		--argjson more "${3:-{\}}"
}

state_of() {
	jq -r "$2" "$NOTES/$1.state"
}

@test "order: all six points, with create and start" {
	local point
	for point in $POINTS; do
		hook "$point"
	done
	set_script 'echo program >>/notes/order'
	detached create "$ID"
	assert_equal "$(<notes/order)" "prestart
createRuntime
createContainer"
	caisson start "$ID"
	wait_for_status stopped
	run sort notes/order
	assert_contains startContainer
	assert_contains poststart
	assert_contains program
	assert_equal "$(sed -n 4p notes/order)" startContainer
	refute_contains poststop
	caisson delete "$ID"
	assert_equal "$(tail -1 notes/order)" poststop
}

@test "order: of one point, as listed; and poststop with delete --force and run" {
	hook createRuntime
	update_config '.hooks.createRuntime[0].args[1] = "first" |
		.hooks.createRuntime += [.hooks.createRuntime[0]]
		| .hooks.createRuntime[1].args[1] = "second"'
	hook poststop
	run -0 caisson run "$ID"
	assert_equal "$(<notes/order)" "first
second
poststop"
	rm notes/order
	sleeping_container
	caisson delete --force "$ID"
	assert_equal "$(tail -1 notes/order)" poststop
}

@test "state on stdin: what each point is told" {
	local point pid
	for point in $POINTS; do
		hook "$point"
	done
	update_config '.annotations = {"org.example.key": "value"}'
	set_args sleep 1000
	detached create "$ID"
	pid=$(pid_of)
	caisson start "$ID"
	caisson delete --force "$ID"
	for point in $POINTS; do
		assert_equal "$(state_of "$point" .id)" "$ID"
		assert_equal "$(state_of "$point" .bundle)" "$BUNDLE"
		assert_equal "$(state_of "$point" '.annotations["org.example.key"]')" value
		assert_equal "$(state_of "$point" '.ociVersion | test("^1\\.")')" true
	done
	for point in prestart createRuntime createContainer; do
		assert_equal "$point $(state_of "$point" .status)" "$point creating"
	done
	assert_equal "$(state_of startContainer .status)" created
	assert_equal "$(state_of poststart .status)" running
	assert_equal "$(state_of poststop .status)" stopped
	for point in prestart createRuntime poststart; do
		assert_equal "$point $(state_of "$point" .pid)" "$point $pid"
	done
	# As the container sees it.
	for point in createContainer startContainer; do
		assert_equal "$point $(state_of "$point" .pid)" "$point 1"
	done
	namespace_remove pid
	detached create "$ID"
	pid=$(pid_of)
	caisson start "$ID"
	caisson delete --force "$ID"
	for point in createContainer startContainer; do
		assert_equal "$point $(state_of "$point" .pid)" "$point $pid"
	done
}

@test "directory: the bundle for the host's points, the root for the container's" {
	local point
	for point in $POINTS; do
		hook "$point"
	done
	update_config '.hooks.createContainer += [{path: "/bin/sh", args: ["sh", "-c",
		"touch notes/by-relative-path made"]}]'
	mkdir -p fresh
	add_mount /volume '' fresh bind
	update_config '.hooks.createContainer += [{path: "/bin/sh", args: ["sh", "-c",
		"touch volume/mounted"]}]'
	set_args true
	run -0 caisson run "$ID"
	for point in prestart createRuntime poststart poststop; do
		assert_equal "$point $(<"notes/$point.cwd")" "$point $BUNDLE"
	done
	assert_equal "$(<notes/createContainer.cwd)" "$BUNDLE/rootfs"
	assert_equal "$(<notes/startContainer.cwd)" /
	# In the mounts of the container, not in what they lie on.
	[[ -e notes/by-relative-path && -e rootfs/made && -e fresh/mounted ]]
	[[ ! -e rootfs/volume/mounted && ! -e rootfs/notes/by-relative-path ]]
}

@test "place: host points in the host's namespaces, container points in the container's" {
	local point
	for point in $POINTS; do
		hook "$point"
	done
	set_script 'readlink /proc/self/ns/mnt'
	run -0 caisson run "$ID"
	local inside=$output outside
	outside=$(readlink /proc/self/ns/mnt)
	for point in prestart createRuntime poststart poststop; do
		assert_equal "$point $(<"notes/$point.mnt")" "$point $outside"
	done
	for point in createContainer startContainer; do
		assert_equal "$point $(<"notes/$point.mnt")" "$point $inside"
	done
}

@test "descriptors: three, at each point" {
	local point
	for point in $POINTS; do
		hook "$point"
	done
	run -0 caisson run "$ID"
	for point in $POINTS; do
		# The shell has its own from 10 on.
		assert_equal "$point $(<"notes/$point.fds")" "$point 0 1 2"
	done
}

@test "environment: none, what is listed, and the container's for startContainer without any" {
	export CALLERS_OWN=secret
	hook createRuntime
	hook createContainer 0 '{"env": ["A=1", "B=two words"]}'
	hook startContainer
	hook poststart 0 '{"env": []}'
	update_config '.process.env = ["PATH=/bin", "OF=container"]'
	run -0 caisson run "$ID"
	assert_equal "$(<notes/createRuntime.env)" ""
	assert_equal "$(sort notes/createContainer.env)" "A=1
B=two words"
	assert_equal "$(sort notes/startContainer.env)" "HOME=/root
OF=container"
	assert_equal "$(<notes/poststart.env)" ""
	hook startContainer 0 '{"env": ["ONLY=this"]}'
	run -0 caisson run "$ID"
	assert_equal "$(<notes/startContainer.env)" "ONLY=this"
}

@test "args: args[0] is what is given, and the path where there are none" {
	cat >"$TEST_DIR/zero.c" <<-'C'
		#include <stdio.h>
		#include <stdlib.h>
		int main(int argc, char **argv)
		{
			FILE *file = fopen(getenv("NOTE"), "a");
			fprintf(file, "%d %s\n", argc, argv[0]);
		}
	C
	${CC:-cc} -o "$TEST_DIR/zero" "$TEST_DIR/zero.c" || skip "no compiler"
	update_config '.hooks.createRuntime = [{path: $p, args: ["other name", "x"], env: [$e]},
		{path: $p, env: [$e]}]' \
		--arg p "$TEST_DIR/zero" --arg e "NOTE=$NOTES/zero"
	run -0 caisson run "$ID"
	assert_equal "$(<notes/zero)" "2 other name
1 $TEST_DIR/zero"
}

@test "failure: of each point before the program, with its name and number, and nothing is left" {
	local point
	set_script 'echo program >>/notes/order'
	for point in prestart createRuntime createContainer startContainer; do
		rm -f notes/order
		update_config 'del(.hooks)'
		hook "$point"
		hook "$point" 3
		hook poststop
		run -1 caisson run "$ID"
		assert_contains "$point"
		assert_contains "#1"
		refute_contains program "$(<notes/order)"
		assert_gone
	done
}

@test "failure: createRuntime and createContainer fail create" {
	local point
	for point in prestart createRuntime createContainer; do
		update_config 'del(.hooks)'
		hook "$point" 1
		run -1 caisson create "$ID" </dev/null
		assert_contains "$point hook #0"
		assert_gone
	done
}

@test "failure: of startContainer and poststart fail start, and the program is ended" {
	local point
	set_args sleep 1000
	for point in startContainer poststart; do
		update_config 'del(.hooks)'
		hook "$point" 1
		detached create "$ID"
		run ! caisson start "$ID"
		assert_contains "$point"
		run caisson delete --force "$ID"
		assert_gone
	done
}

@test "failure: of poststop is a warning, and the later ones run" {
	hook poststop 1
	hook poststop
	update_config '.hooks.poststop[1].args[1] = "second"'
	run -0 caisson run "$ID"
	assert_contains level=warning
	assert_contains poststop
	assert_equal "$(<notes/order)" "poststop
second"
	assert_gone
}

@test "failure: a missing program, and one that is killed" {
	update_config '.hooks.createRuntime = [{path: "/nonesuch/hook"}]'
	run -1 caisson run "$ID"
	assert_contains /nonesuch/hook
	assert_contains 'no such file or directory'
	assert_gone
	update_config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c",
		"kill -SEGV $$"]}]'
	run -1 caisson run "$ID"
	assert_contains 'signal'
	assert_gone
}

@test "failure: what the hook printed is in the message" {
	update_config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c",
		"echo because of this >&2; exit 4"]}]'
	run -1 caisson run "$ID"
	assert_contains 'because of this'
	assert_contains 4
}

@test "timeout: the hook is killed with its children, and that is a failure" {
	local before=$SECONDS
	update_config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c",
		"sleep 333 & sleep 333"], timeout: 1,
		env: [$mark]}]' --arg mark "CAISSON_TEST=$ID"
	run -1 caisson run "$ID"
	((SECONDS - before < 20))
	assert_contains createRuntime
	assert_contains 1
	assert_gone
}

@test "timeout: zero and less are refused" {
	hook createRuntime 0 '{"timeout": 0}'
	refused 'hooks.createRuntime[0].timeout'
}

@test "createRuntime finds namespaces and cgroup; createContainer mounts for the container" {
	update_config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", $text]}]' \
		--arg text "
		PATH=/usr/bin:/bin; pid=\$(jq .pid)
		grep -q '$ID' /proc/\$pid/cgroup &&
		nsenter -t \$pid -n ip link show lo >/dev/null 2>&1 || exit 1
		readlink /proc/\$pid/ns/net >'$NOTES/net'"
	update_config '.hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", $text]}]' \
		--arg text "
		PATH=/usr/bin:/bin; mount -t tmpfs of-the-hook '$BUNDLE/rootfs/mnt'"
	command -v ip >/dev/null || update_config 'del(.hooks.createRuntime)'
	inside 'readlink /proc/self/ns/net; cat /proc/self/mountinfo'
	[[ ! -e notes/net ]] || assert_equal "${lines[0]}" "$(<notes/net)"
	assert_contains of-the-hook "$(superblock_at /mnt)"
}

@test "startContainer: with the program's capabilities, ids and filter" {
	update_config '.process.user = {uid: 1000, gid: 1000} |
		.hooks.startContainer = [{path: "/bin/sh",
		args: ["sh", "-c",
		"grep -E \"^(Uid|CapEff|NoNewPrivs)\" /proc/self/status >/notes/status"]}]'
	chmod 777 notes
	set_args grep -E '^(Uid|CapEff|NoNewPrivs)' /proc/self/status
	run -0 caisson run "$ID"
	assert_output "$(<notes/status)"
}

@test "errors name the place" {
	update_config '.hooks.prestart = [{path: "relative"}]'
	refused 'hooks.prestart[0].path'
	update_config '.hooks = {poststop: [{path: "/x"}, {args: ["x"]}]}'
	refused 'hooks.poststop[1].path'
}
