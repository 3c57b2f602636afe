# Family D: ids, groups and capabilities that are not those that were asked for.

bats_require_minimum_version 1.5.0
load ../helpers
load ../inside
load canary

@test "2016-3697: a user whose name is a number is nobody's" {
	printf '%s\n' root:x:0:0:root:/root:/bin/sh 1000:x:0:0::/evil:/bin/sh 0:x:7:7::/zero:/bin/sh \
		>rootfs/etc/passwd
	update_config '.process.env |= map(select(startswith("HOME=") | not))'
	sleeping_container
	run -0 caisson exec --user 1000 "$ID" /bin/sh -c 'id -u; id -g; echo $HOME'
	assert_output "1000
0
/"
	run -0 caisson exec --user 0:0 "$ID" /bin/sh -c 'id -u; echo $HOME'
	assert_output "0
/root"
}

@test "2026-30892, 2024-40635: --user takes UID[:GID] in decimal, and nothing that only looks like it" {
	local user
	sleeping_container
	for user in '' : :2 1: 0x1 ' 1' '1 ' +1 -1 -1:0 1:-1 4294967295 1:4294967295 4294967296 4294967297:0 \
		18446744073709551616 18446744073709551617 1:2:3 1,2 root user 1e3 $'1\n' 01x '1:+2' '1:0x2' ١; do
		run -255 caisson exec --user "$user" "$ID" /bin/id -u
		refute_contains $'\n0'
	done
	for user in 1 01 1:2 4294967294 65534:65534; do
		run -0 caisson exec --user "$user" "$ID" /bin/id -u
		assert_output "$((10#${user%%:*}))"
	done
}

@test "2024-40635: ids of the configuration do not wrap around" {
	local id
	cp config.json plain
	for id in 4294967295 4294967296 4294967297 -1 1.5 '"0"' 18446744073709551616; do
		# Not by jq, which would round them.
		jq '.process.user = {uid: 12345, gid: 0}' plain | sed "s/12345/$id/" >config.json
		refused uid
		jq '.process.user = {uid: 0, gid: 12345}' plain | sed "s/12345/$id/" >config.json
		refused gid
		jq '.process.user = {uid: 0, gid: 0, additionalGids: [12345]}' plain | sed "s/12345/$id/" >config.json
		refused additionalGids
	done
}

@test "2022-24769, 2022-27650, 2022-29162: nothing is inheritable unless the configuration says so" {
	update_config '.process.user = {uid: 1000, gid: 1000}'
	inside 'grep -E "Cap(Inh|Prm|Eff|Amb)" /proc/self/status | sort'
	assert_output "$(printf 'Cap%s:\t0000000000000000\n' Amb Eff Inh Prm)"
	sleeping_container
	run -0 caisson exec --cap CAP_NET_RAW --cap CAP_SYS_ADMIN "$ID" \
		/bin/grep -E 'Cap(Inh|Amb)' /proc/self/status
	assert_output "$(printf 'Cap%s:\t0000000000000000\n' Inh Amb)"
	run -0 caisson exec --user 0 --cap CAP_NET_RAW "$ID" /bin/grep -E 'Cap(Inh|Amb)' /proc/self/status
	assert_output "$(printf 'Cap%s:\t0000000000000000\n' Inh Amb)"
}

@test "2022-2995: the caller's groups are not the container's" {
	set_args /bin/grep Groups /proc/self/status
	run -0 setpriv --groups 0,4242 "$CAISSON" --root "$ROOT" run "$ID"
	assert_output "Groups:	 "
	sleeping_container
	run -0 setpriv --groups 0,4242 "$CAISSON" --root "$ROOT" exec "$ID" /bin/grep Groups /proc/self/status
	assert_output "Groups:	 "
	run -0 setpriv --groups 0,4242 "$CAISSON" --root "$ROOT" exec --additional-gids 7 "$ID" \
		/bin/grep Groups /proc/self/status
	assert_output "Groups:	7 "
}

@test "2022-2995: nor where we are in a user namespace that we did not make" {
	local outer
	mkfifo ready
	set_args /bin/grep Groups /proc/self/status
	without_mounts '^/(sys|dev/)'
	namespace_remove cgroup
	namespace_remove network
	update_config 'del(.linux.resources)'
	# shellcheck disable=SC2094
	setpriv --groups 0,4242 unshare --user --mount sh -c "read -r _ <'$BUNDLE/ready'
		mount -t tmpfs t '$BUNDLE/rootfs/mnt'
		exec '$CAISSON' --root '$BUNDLE/rootfs/mnt' --rootless true --cgroup-manager disabled run $ID" \
		>"$TEST_DIR/output" 2>&1 &
	outer=$!
	eventually grep -q . "/proc/$outer/setgroups"
	eventually not_our_namespace "$outer"
	echo "0 0 4000" >"/proc/$outer/uid_map"
	echo "0 0 4000" >"/proc/$outer/gid_map"
	echo >ready
	wait "$outer" || fail "$(<"$TEST_DIR/output")"
	assert_equal "$(<"$TEST_DIR/output")" "Groups:	 "
}

not_our_namespace() {
	[[ $(readlink "/proc/$1/ns/user") != "$(readlink /proc/self/ns/user)" ]]
}

# /bin/suid of the image is root's and set-user-ID, and tells what it got; the container's user is another.
suid_program() {
	compile status
	cp "$PROGRAM" rootfs/bin/suid
	chmod 4755 rootfs/bin/suid
	update_config '.process.user = {uid: 1000, gid: 1000}'
	set_args /bin/suid
}

@test "no_new_privs: a set-user-ID program gives nothing" {
	suid_program
	update_config '.process.noNewPrivileges = true'
	run -0 caisson run "$ID"
	assert_output "1000
0000000000000000"
}

@test "the bounding set: what was not given can't be had by a set-user-ID program" {
	suid_program
	update_config '.process.noNewPrivileges = false | .process.capabilities.bounding = ["CAP_KILL"]'
	run -0 caisson run "$ID"
	assert_output "0
0000000000000020"
	update_config '.process.capabilities.bounding = []'
	run -0 caisson run "$ID"
	assert_output "0
0000000000000000"
}

@test "not dumpable behind each change of ids, as fs.suid_dumpable might say otherwise" {
	user_namespace
	give_image 100000
	update_config '.process.user = {uid: 7, gid: 7}'
	untraced strace -f -o trace -e trace=prctl,setuid,setresuid,execve \
		"$CAISSON" --root "$ROOT" run "$ID" </dev/null >/dev/null
	assert_hidden_at_execve trace
	sleeping_container
	untraced strace -f -o trace -e trace=prctl,setuid,setresuid,execve \
		"$CAISSON" --root "$ROOT" exec "$ID" /bin/true </dev/null >/dev/null
	assert_hidden_at_execve trace
}

# Each process that changed its ids: the last word before its execve was PR_SET_DUMPABLE, 0.
assert_hidden_at_execve() {
	run -0 awk '$2 ~ /^set(res)?uid/ { changed[$1] = NR; any = 1 }
		/PR_SET_DUMPABLE, SUID_DUMP_DISABLE/ { hidden[$1] = NR }
		$2 ~ /^execve/ && changed[$1] > hidden[$1] { print "dumpable:", $0; bad = 1 }
		END { exit bad || !any }' "$1"
}
