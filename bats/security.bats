# What a hostile image or a hostile program does not reach.  The numbers are those of advisories on
# other runtimes; shared/reference has the causes.

bats_require_minimum_version 1.5.0
load helpers
load inside

@test "cwd: no descriptor of the runtime or of its caller is a way out (CVE-2024-21626)" {
	local number
	mkdir "$TEST_DIR/host"
	echo canary >"$TEST_DIR/host/canary"
	set_script 'cat canary ../canary; ls'
	for number in 3 4 5 6 7 8 9 10 11 12 15 20; do
		update_config '.process.cwd = $cwd' --arg cwd "/proc/self/fd/$number"
		run caisson run "$ID" 9<"$TEST_DIR/host" 12<"$TEST_DIR"
		refute_contains "canary
"
		refute_contains config.json
	done
}

@test "cwd: nor for exec, by a symlink either" {
	local number
	writable_root
	sleeping_container
	for number in 3 4 5 6 7 8 9 10; do
		ln -sfn "/proc/self/fd/$number" rootfs/tmp/link
		run caisson exec --cwd "/proc/self/fd/$number" "$ID" ls .. 9<"$TEST_DIR"
		refute_contains config.json
		run caisson exec --cwd /tmp/link "$ID" ls .. 9<"$TEST_DIR"
		refute_contains config.json
	done
}

@test "program: not by a descriptor either" {
	local number
	for number in 3 4 5 6 7 8 9; do
		set_args "/proc/self/fd/$number/bin/sh" -c 'echo escaped'
		run caisson run "$ID" 9</
		((status != 0))
		refute_contains escaped
	done
}

@test "the runtime's binary is the same after #!/proc/self/exe (CVE-2019-5736)" {
	local before
	cp "$CAISSON" "$TEST_DIR/caisson"
	before=$(sha256sum <"$TEST_DIR/caisson")
	printf '#!/proc/self/exe\n' >rootfs/bin/entry
	chmod 755 rootfs/bin/entry
	set_args /bin/entry
	run "$TEST_DIR/caisson" --root "$ROOT" run "$ID"
	((status != 0))
	assert_equal "$(sha256sum <"$TEST_DIR/caisson")" "$before"
}

@test "nothing of the host is reached through the runtime's processes, even with CAP_SYS_PTRACE" {
	local before
	cp "$CAISSON" "$TEST_DIR/caisson"
	before=$(sha256sum <"$TEST_DIR/caisson")
	grant_capabilities CAP_SYS_PTRACE
	set_script 'while true; do
			for dir in /proc/[0-9]*; do
				read -r name 2>/dev/null <$dir/comm || continue
				case $name in
				caisson*)
					(: <>$dir/exe) 2>/dev/null && echo "opened $dir/exe"
					for fd in $dir/fd/*; do
						(cd $fd/.. &&
						test -e etc/hostname -o -e record &&
						echo "entered $(readlink $fd)") 2>/dev/null
					done
					ls -l $dir/fd 2>/dev/null | grep -F "'"$TEST_DIR"'" ;;
				esac
			done
		done'
	start_container
	for _ in {1..25}; do
		"$TEST_DIR/caisson" --root "$ROOT" exec "$ID" true
	done
	caisson delete --force "$ID"
	assert_equal "$(<"$TEST_DIR/output")" ""
	assert_equal "$(sha256sum <"$TEST_DIR/caisson")" "$before"
}

@test "/proc and /sys as symlinks are refused (CVE-2019-19921, CVE-2023-27561, CVE-2025-54867)" {
	local what
	for what in proc sys; do
		rmdir "rootfs/$what"
		ln -s / "rootfs/$what"
		refused 'must be mounted on ordinary directory'
		rm "rootfs/$what"
		mkdir "rootfs/$what"
	done
}

@test "a masked path is never what the image made of /dev/null (CVE-2025-31133)" {
	mkdir source
	echo canary >"$TEST_DIR/canary"
	ln -s "$TEST_DIR/canary" source/null
	update_config '(.mounts[] | select(.destination == "/dev")) = {destination: "/dev",
		source: "source", options: ["bind"]}
		| .mounts |= map(select(.destination | startswith("/dev/") | not))
		| .linux.maskedPaths = ["/etc/passwd"]'
	set_script 'cat /etc/passwd; echo x >>/etc/passwd'
	run caisson run "$ID"
	refute_contains root:
	refute_contains canary
	assert_equal "$(<"$TEST_DIR/canary")" canary
}

@test "a file that the image has in the place of procfs's is not written to (CVE-2019-16884)" {
	mkdir -p fake/self/attr fake/sys/net/ipv4
	touch fake/self/attr/exec fake/sys/net/ipv4/ip_forward fake/self/oom_score_adj
	update_config '.mounts |= map(if .destination == "/proc" then {destination: "/proc",
		source: "fake", options: ["bind"]}
		else . end) | .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	run -1 caisson run "$ID"
	assert_contains /proc
	assert_equal "$(cat fake/self/attr/exec fake/sys/net/ipv4/ip_forward)" ""
}

@test "a readonly root is so whatever the image has in its /proc (CVE-2026-115521)" {
	mkdir -p rootfs/proc/self/fd
	ln -s / rootfs/proc/self/fd/3
	update_config '.mounts |= map(select(.destination != "/proc")) | del(.linux.maskedPaths,
		.linux.readonlyPaths)'
	inside 'no touch /new'
	assert_contains "Read-only file system"
	[[ ! -e rootfs/new ]]
}

@test "descriptors are closed whatever the image has in its /proc" {
	mkdir -p rootfs/proc/self/fd
	touch rootfs/proc/self/fd/{0,1,2}
	update_config '.mounts |= map(select(.destination != "/proc")) | del(.linux.maskedPaths,
		.linux.readonlyPaths)'
	set_script 'cat <&7'
	run caisson run "$ID" 7</etc/hostname
	((status != 0))
	refute_contains "$(</etc/hostname)"
}

@test "exec --user: ids, names of the image, nothing else (CVE-2016-3697, CVE-2026-30892)" {
	echo '1000:x:0:0::/root:/bin/sh' >>rootfs/etc/passwd
	sleeping_container
	run -0 caisson exec --user 1000 "$ID" sh -c 'id -u; id -g'
	assert_output "1000
0"
	run -0 caisson exec --user 1:2 "$ID" sh -c 'id -u; id -g'
	assert_output "1
2"
	local form
	for form in 0x1 ' 1' '1 ' '1:' ':2' -1 +1 4294967296 4294967295 1:-1 1:4294967296 1:2:3 \
		1e3 ''; do
		run caisson exec --user "$form" "$ID" id -u
		((status != 0)) || fail "'$form' was taken: $output"
	done
}

@test "exec: no inheritable capabilities (CVE-2022-29162), and no descriptor of the caller" {
	sleeping_container
	run -0 caisson exec --cap CAP_SYS_ADMIN "$ID" grep CapInh /proc/self/status
	assert_output $'CapInh:\t0000000000000000'
	run -0 caisson exec "$ID" sh -c 'ls /proc/self/fd' 8</
	refute_contains 8
}

@test "processes of the runtime are not to be traced or read from the inside (CVE-2016-9962)" {
	grant_capabilities
	set_script 'while true; do
			for dir in /proc/[0-9]*; do
				read -r name 2>/dev/null <$dir/comm || continue
				case $name in
				caisson*)
					# Which may have become the program meanwhile.
					case $(readlink $dir/exe) in
					"" | /bin/busybox) ;;
					*) echo "read $dir/exe" ;;
					esac
					for fd in $dir/fd/[3-9]*; do readlink "$fd"; done ;;
				esac
			done
		done'
	start_container
	for _ in {1..25}; do
		caisson exec "$ID" true
	done
	caisson delete --force "$ID"
	assert_equal "$(<"$TEST_DIR/output")" ""
}

@test "exec in a user namespace: what belongs to the caller is not reached" {
	user_namespace
	give_image 100000
	writable_root
	sleeping_container
	run -0 caisson exec "$ID" sh -c 'id -u; touch "/proc/1/root/../../etc/$0"
		ls -d /proc/1/root/bin' "$ID"
	assert_output "0
/proc/1/root/bin"
	[[ -e rootfs/etc/$ID && ! -e /etc/$ID ]]
}

@test "state: nobody but root reads or writes it, whatever the umask" {
	umask 0
	sleeping_container
	umask 022
	run -0 find "$ROOT" -mindepth 2 -perm /077 -not -type l
	assert_output ""
	# To be passed through by who knows a name below, as in runc.
	run -0 stat -c '%a %u' "$ROOT" "$ROOT/$ID"
	assert_output "711 0
711 0"
}
