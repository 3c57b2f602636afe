# Family C: our own program, descriptors and directories, within reach of the container.

bats_require_minimum_version 1.5.0
load ../helpers
load ../inside
load canary
load ../typing

@test "2019-5736: an interpreter /proc/self/exe is no file that can be written" {
	writable_root
	grant_capabilities CAP_SYS_PTRACE
	printf '#!/proc/self/exe\n' >rootfs/bin/evil
	chmod 755 rootfs/bin/evil
	set_args /bin/evil
	attack
	set_args /proc/self/exe --version
	attack
	ln -s /proc/self/exe rootfs/bin/exe
	set_args /bin/exe --version
	attack
	sleeping_container
	run caisson exec "$ID" /bin/evil
	run caisson exec "$ID" /proc/self/exe --version
	assert_canary
}

# refused_all - nobody writes the program of the container's init, which waits for start: not with all the
# rights of the host's root, and not when it has ended.
refused_all() {
	local pid before
	compile unseal
	before=$(sha256sum "$CAISSON")
	pid=$(pid_of)
	run -1 bash -c "echo x >>/proc/$pid/exe"
	run -1 bash -c "exec {fd}<>/proc/$pid/exe && echo x >&\$fd"
	run -0 "$PROGRAM" "$pid"
	refute_contains changed
	assert_equal "$(grep -c refused <<<"$output")" 5
	assert_equal "$(sha256sum "$CAISSON")" "$before"
	caisson delete --force "$ID"
}

# without_calls CALLS... - creates the container where the kernel has none of these calls, as far as the
# program's re-execution goes.
without_calls() {
	local inject=()
	for call; do
		inject+=(-e "inject=$call:error=EACCES:when=1")
	done
	untraced strace -o /dev/null -e trace="$(IFS=,; echo "$*")" "${inject[@]}" \
		"$CAISSON" --root "$ROOT" create "$ID" </dev/null >/dev/null 2>&1
}

need_overlay() {
	[[ -e /sys/module/overlay ]] || skip "the kernel has not loaded overlay"
	[[ ${CAISSON_WITHOUT-} != all=* ]] || skip "fsopen(2) is taken away"
}

@test "2019-5736: what enters a container is seen through an overlay that nobody can write" {
	need_overlay
	set_args /bin/true
	detached create "$ID"
	assert_equal "$(readlink "/proc/$(pid_of)/exe")" "/${CAISSON##*/}"
	assert_equal "$(stat -Lfc %T "/proc/$(pid_of)/exe")" overlayfs
	refused_all
	# And it is in nobody's table of mounts.
	run ! grep -q "overlay.*proc/self/fd" /proc/self/mountinfo
}

@test "2019-5736: nor in a user's namespaces, where the mounts in /sys can't be taken from it" {
	need_overlay
	update_config '(.mounts[] | select(.type == "devpts")).options |= map(select(startswith("gid=") | not))'
	set_args /bin/true
	host_before=$(host_state)
	unshare -Urm "$CAISSON" --root "$ROOT" create "$ID" </dev/null >"$TEST_DIR/output" 2>&1
	assert_equal "$(readlink "/proc/$(pid_of)/exe")" "/${CAISSON##*/}"
	assert_equal "$(stat -Lfc %T "/proc/$(pid_of)/exe")" overlayfs
	refused_all
}

@test "2019-5736: the attempts would succeed with a file that is only mounted read-only" {
	local pid
	[[ ${CAISSON_WITHOUT-} != all=* ]] || skip "open_tree(2) is taken away"
	compile unseal
	mkdir "$TEST_DIR/bin"
	cp rootfs/bin/busybox "$TEST_DIR/bin/sleep"
	mount --bind "$TEST_DIR/bin" "$TEST_DIR/bin"
	mount -o remount,bind,ro "$TEST_DIR/bin"
	"$TEST_DIR/bin/sleep" 1000 3>&- &
	pid=$!
	eventually test /proc/"$pid"/exe -ef "$TEST_DIR/bin/sleep"
	run -0 "$PROGRAM" "$pid"
	wait "$pid" 2>/dev/null || true
	umount "$TEST_DIR/bin"
	assert_contains "refused by the descriptor"
	assert_contains "changed by a mount of our own"
}

@test "2019-5736: without overlay, a sealed copy; nor can root of the host write that" {
	set_args /bin/true
	without_calls fsopen
	assert_contains /memfd: "$(readlink "/proc/$(pid_of)/exe")"
	refused_all
	# Nor where the file has a path that the overlay does not take, or none.
	mkdir -p "$TEST_DIR/$(printf 'long%.0s' {1..60})/$(printf 'path%.0s' {1..60})/$(printf 'name%.0s' {1..40})"
	cp "$CAISSON" "$TEST_DIR"/long*/path*/name*
	CAISSON=$(echo "$TEST_DIR"/long*/path*/name*/*)
	host_before=$(host_state)
	detached create "$ID"
	assert_contains /memfd: "$(readlink "/proc/$(pid_of)/exe")"
	refused_all
}

@test "2019-5736: a name with what separates layers, and one of sysfs" {
	local name
	need_overlay
	for name in 'a:b,c\d' kernel parameters; do
		mkdir "$TEST_DIR/$name:,dir"
		cp "$CAISSON" "$TEST_DIR/$name:,dir/$name"
		"$TEST_DIR/$name:,dir/$name" --root "$ROOT" create "$ID" </dev/null >/dev/null 2>&1
		assert_equal "$(readlink "/proc/$(pid_of)/exe")" "/$name"
		assert_equal "$(stat -Lc %s "/proc/$(pid_of)/exe")" "$(stat -c %s "$CAISSON")"
		caisson delete --force "$ID"
	done
}

@test "2019-5736: the file that runs, not another that has its name by now" {
	mkdir "$TEST_DIR/bin"
	cp "$CAISSON" "$TEST_DIR/bin/caisson"
	cp rootfs/bin/busybox "$TEST_DIR/bin/other"
	# Exchanged while the first look at it is held.
	(sleep 0.3; mv "$TEST_DIR/bin/other" "$TEST_DIR/bin/caisson") 3>&- &
	untraced strace -o /dev/null -e trace=readlinkat -e inject=readlinkat:delay_enter=3000000:when=1 \
		"$TEST_DIR/bin/caisson" --root "$ROOT" create "$ID" </dev/null >"$TEST_DIR/output" 2>&1
	wait "$!"
	assert_contains /memfd: "$(readlink "/proc/$(pid_of)/exe")"
	caisson delete --force "$ID"
}

@test "2019-5736: without memory files that can be executed, an unlinked copy" {
	local before
	before=$(sha256sum "$CAISSON")
	# As vm.memfd_noexec=2 says it.
	untraced strace -o /dev/null -e trace=memfd_create,fsopen -e inject=memfd_create:error=EACCES \
		-e inject=fsopen:error=EPERM \
		"$CAISSON" --root "$ROOT" create "$ID" </dev/null >/dev/null 2>&1
	assert_contains "(deleted)" "$(readlink "/proc/$(pid_of)/exe")"
	refute_contains "$CAISSON" "$(readlink "/proc/$(pid_of)/exe")"
	caisson delete --force "$ID"
	assert_equal "$(sha256sum "$CAISSON")" "$before"
}

@test "2019-5736: nor by a container that waits for the view of it, or for the copy" {
	by_container
	by_container CAP_SYS_PTRACE
	by_container CAP_SYS_PTRACE CAP_SYS_ADMIN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_MKNOD
}

# caisson_read_only - $CAISSON from now on is a program on a read-only mount, of which no copy is made.
caisson_read_only() {
	mkdir -p "$TEST_DIR/bin"
	cp "$CAISSON" "$TEST_DIR/bin/caisson"
	mount --bind "$TEST_DIR/bin" "$TEST_DIR/bin"
	mount -o remount,bind,ro "$TEST_DIR/bin"
	CAISSON=$TEST_DIR/bin/caisson
	host_before=$(host_state)
}

# What a container does that wants to write the program which enters it: opens it as long as it is
# there and, with a descriptor that it keeps, when no process runs it any more (ETXTBSY); and changes the
# mount that it has of it.
writes_programs='keep() {
		exec 4<"$1/exe" || return
		echo KEPT
		for n in $(seq 50); do
			echo x 2>/dev/null >>/proc/self/fd/4 && echo "OPENED $1"
			usleep 2000
		done
	}
	while :; do
		for pid in /proc/[0-9]*; do
			case $(readlink "$pid/exe") in
			"" | */busybox) continue ;;
			esac
			keep "$pid" 2>/dev/null &
			(exec 3>>"$pid/exe") 2>/dev/null && echo "OPENED $pid"
			(exec 3<>"$pid/exe") 2>/dev/null && echo "OPENED $pid"
			mount -o remount,rw,bind "$pid/exe" 2>/dev/null && echo "REMOUNTED $pid"
			cp /bin/busybox "$pid/exe" 2>/dev/null && echo "WRITTEN $pid"
		done
	done'

# by_container CAPABILITIES... - what comes into such a container is not changed.
by_container() {
	writable_root
	((!$#)) || grant_capabilities "$@"
	set_script "$writes_programs"
	start_container
	exec_slowly
	run caisson exec "$ID" /proc/self/exe --version
	printf '#!/proc/self/exe\n' >rootfs/bin/evil
	chmod 755 rootfs/bin/evil
	run caisson exec "$ID" /bin/evil
	caisson kill "$ID" KILL
	eventually has_status stopped
	refute_contains ED "$(cat "$TEST_DIR/output")"
	# Only that sees the program of a process which is not dumpable.
	[[ " $* " != *" CAP_SYS_PTRACE "* ]] || assert_contains KEPT "$(cat "$TEST_DIR/output")"
	caisson delete "$ID"
	assert_canary
}

@test "2019-5736: no copy of a program on a read-only mount, which can't be written either" {
	caisson_read_only
	set_args /bin/true
	detached create "$ID"
	assert_contains "$CAISSON" "$(readlink "/proc/$(pid_of)/exe")"
	run -1 bash -c "echo x >>/proc/$(pid_of)/exe"
	caisson delete --force "$ID"
	attack
	set_args /proc/self/exe --version
	attack
	umount "$TEST_DIR/bin"
}

@test "2019-5736: nor by a container that waits for it, with CAP_SYS_PTRACE or all capabilities" {
	caisson_read_only
	by_container
	by_container CAP_SYS_PTRACE
	by_container CAP_SYS_PTRACE CAP_SYS_ADMIN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_MKNOD
	umount "$TEST_DIR/bin"
}

@test "2019-5736: nor is a copy made of a program with fs-verity" {
	command -v mkfs.ext4 >/dev/null || skip "no mkfs.ext4"
	[[ -e /sys/fs/ext4/features/verity ]] || skip "this kernel has no fs-verity"
	truncate -s 64M "$TEST_DIR/image"
	mkfs.ext4 -q -O verity "$TEST_DIR/image"
	mkdir "$TEST_DIR/verity"
	mount -o loop "$TEST_DIR/image" "$TEST_DIR/verity"
	cp "$CAISSON" "$TEST_DIR/verity/caisson"
	CAISSON=$TEST_DIR/verity/caisson
	detached create "$ID"
	assert_contains memfd "$(readlink "/proc/$(pid_of)/exe")"
	caisson delete --force "$ID"
	# FS_IOC_ENABLE_VERITY: version, hash (SHA-256), size of the blocks.
	python3 -c 'import fcntl, struct, sys
fcntl.ioctl(open(sys.argv[1]), 0x40806685, struct.pack("<III", 1, 1, 4096) + bytes(116))' "$CAISSON"
	host_before=$(host_state)
	detached create "$ID"
	assert_equal "$(readlink "/proc/$(pid_of)/exe")" "$CAISSON"
	run -1 bash -c "echo x >>/proc/$(pid_of)/exe"
	caisson delete --force "$ID"
	attack
	umount "$TEST_DIR/verity"
}

@test "2024-21626: no working directory by a descriptor of ours or our caller's" {
	local number
	exec 21<"$CANARY" 22</
	ln -s /proc/self/fd/21 rootfs/by-link
	for number in {3..26}; do
		update_config '.process.cwd = $cwd' --arg cwd "/proc/self/fd/$number"
		set_args /bin/cat file ../../../etc/passwd
		attack
		((status != 0))
	done
	update_config '.process.cwd = "/by-link"'
	attack
	((status != 0))
	update_config '.process.cwd = "/proc/self/fd/22/../../.."'
	attack
	((status != 0))
	exec 21<&- 22<&-
}

@test "2024-21626: nor for exec, nor with descriptors that are handed on" {
	local number
	sleeping_container
	exec 21<"$CANARY"
	for number in {3..26}; do
		run caisson exec --cwd "/proc/self/fd/$number" "$ID" /bin/cat file
		((status != 0))
		refute_contains "$SECRET"
	done
	exec 21<&-
	# In a shell of its own: 3 is what bats prints to.
	run bash -c "exec 3<'$CANARY'; exec '$CAISSON' --root '$ROOT' \
		exec --preserve-fds 1 --cwd /proc/self/fd/3 $ID /bin/cat file"
	((status != 0))
	assert_contains "possible container breakout"
}

@test "2024-21626: no program by a descriptor of our caller's" {
	local number
	exec 21<"$TEST_DIR"
	cp rootfs/bin/busybox "$TEST_DIR/echo"
	sleeping_container
	for number in {3..26}; do
		run caisson exec "$ID" "/proc/self/fd/$number/echo" "$SECRET"
		((status != 0))
		refute_contains "$SECRET"
	done
	exec 21<&-
}

@test "2024-21626: our caller's directory is not ours" {
	cd "$CANARY"
	update_config_of "$BUNDLE" '.process.cwd = "/proc/self/cwd"'
	run caisson run --bundle "$BUNDLE" "$ID"
	update_config_of "$BUNDLE" '.process.args = ["/bin/cat", "/proc/self/cwd/file", "/proc/1/cwd/file"]'
	run caisson run --bundle "$BUNDLE" "$ID"
	refute_contains "$SECRET"
}

# The container's program looks at each process that comes, by all that proc has of it.
start_spy() {
	compile spy
	cp "$PROGRAM" rootfs/bin/spy
	set_args /bin/spy "$CANARY/file"
	writable_root
	start_container
}

# Exec'd processes in the container, held at each system call of their start for a moment.
exec_slowly() {
	local call
	for call in clone3 setns close_range setsid openat setuid capset prctl execve; do
		untraced strace -f -o /dev/null -e trace="$call" -e inject="$call":delay_enter=20000 \
			"$CAISSON" --root "$ROOT" exec "$ID" /bin/true </dev/null >/dev/null 2>&1
	done
}

@test "2016-9962: a process that is exec'd shows nothing to the container's root" {
	start_spy
	exec_slowly
	caisson kill "$ID" TERM
	eventually has_status stopped
	run -0 cat "$TEST_DIR/output"
	assert_contains "looked at"
	refute_contains ROOT
	refute_contains FD
	refute_contains TRACED
	caisson delete "$ID"
}

@test "2016-9962: nor anything of the host to CAP_SYS_PTRACE" {
	grant_capabilities CAP_SYS_PTRACE
	start_spy
	exec_slowly
	caisson kill "$ID" TERM
	eventually has_status stopped
	run -0 cat "$TEST_DIR/output"
	assert_contains "looked at"
	refute_contains ROOT
	# Sockets can't be opened by their link; what is open by path is the container's.
	refute_contains "$TEST_DIR"
	refute_contains /proc
	refute_contains cgroup
	refute_contains pidfd
	caisson delete "$ID"
}

@test "a created container's init has nothing but its fifos, and hides them" {
	local pid link
	detached create "$ID"
	pid=$(pid_of)
	for link in "/proc/$pid/fd"/*; do
		((${link##*/} <= 2)) || assert_contains .fifo "$(readlink "$link")"
	done
	assert_equal "$(readlink "/proc/$pid/cwd")" /
	run caisson exec "$ID" /bin/ls -l /proc/1/fd/ /proc/1/root/ /proc/1/cwd/
	((status != 0))
	refute_contains fifo
	caisson delete --force "$ID"
}

@test "exec in a container without a mount namespace is in its root, not the host's" {
	namespace_remove mount
	update_config '.mounts = [] | .root.readonly = false | del(.linux.maskedPaths, .linux.readonlyPaths)'
	sleeping_container
	run caisson exec "$ID" /bin/cat "$CANARY/file"
	refute_contains "$SECRET"
	run -0 caisson exec "$ID" /bin/sh -c 'ls /bin/busybox; pwd; ls /..'
	assert_contains /bin/busybox
	refute_contains "$(basename "$TEST_DIR")"
	[[ ! -e rootfs/boot ]]
	refute_contains boot
}

@test "2020-15257: no abstract socket that a container with the host's network could connect to" {
	namespace_remove network
	set_args /bin/cat /proc/net/unix
	detached create "$ID"
	run -0 caisson start "$ID"
	eventually has_status stopped
	run -0 cat "$TEST_DIR/output"
	refute_contains @caisson "$(tr '[:upper:]' '[:lower:]' <<<"$output")"
	caisson delete "$ID"
}

@test "the host's root is not reachable, with and without pivot_root" {
	local option
	grant_capabilities CAP_SYS_PTRACE CAP_DAC_READ_SEARCH
	for option in '' --no-pivot; do
		set_script "cat '$CANARY/file' /proc/1/root'$CANARY/file' /proc/1/cwd'$CANARY/file' '/../../..$CANARY/file'
			cut -d' ' -f5 /proc/self/mountinfo; ls /proc/self/map_files 2>/dev/null | wc -l
			mkdir -p /tmp/x; chroot /tmp/x /bin/true; cat '$CANARY/file'"
		writable_root
		# shellcheck disable=SC2086
		run caisson run $option "$ID"
		refute_contains "$SECRET"
		refute_contains "$TEST_DIR"$'\n'
	done
}

@test "2016-9962, crun 1.31: a container that joins the pid namespace of another shows it nothing" {
	local call word
	start_spy
	cp -a "$BUNDLE" "$TEST_DIR/second"
	update_config_of "$TEST_DIR/second" '.process.args = ["/bin/true"] | .linux.namespaces |= map(
		if .type == "pid" then .path = $path else . end)' --arg path "/proc/$(pid_of)/ns/pid"
	for call in clone3 close_range setsid mount pivot_root capset execve; do
		run untraced strace -f -o /dev/null -e trace="$call" -e inject="$call":delay_enter=20000 \
			"$CAISSON" --root "$ROOT" run --bundle "$TEST_DIR/second" "$ID-two"
		assert_equal "$status" 0
	done
	caisson kill "$ID" TERM
	eventually has_status stopped
	grep -q "looked at" "$TEST_DIR/output"
	for word in ROOT FD TRACED; do
		run ! grep -m 1 "$word" "$TEST_DIR/output"
	done
	caisson delete "$ID"
}

@test "2017-5226: nothing is typed into the caller's terminal, by run, exec or with CAP_SYS_TTY_CONFIG" {
	compile inject
	cp "$PROGRAM" rootfs/bin/inject
	[[ $(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1) == 1 ]] || skip "the kernel refuses it to all"
	# Without caisson in between it is typed.
	typed_by 0 -- "$PROGRAM"
	assert_contains typed
	set_args /bin/inject
	typed_by 0 -- "$CAISSON" --root "$ROOT" run "$ID"
	refute_contains typed
	assert_contains "refused: Operation not permitted"
	sleeping_container
	typed_by 0 -- "$CAISSON" --root "$ROOT" exec "$ID" /bin/inject
	refute_contains typed
	assert_contains "refused: Operation not permitted"
	typed_by 0 -- "$CAISSON" --root "$ROOT" exec --cap CAP_SYS_TTY_CONFIG "$ID" /bin/inject
	refute_contains typed
}

@test "bubblewrap 0.11.1: a caller that ignores SIGCHLD gets the program's status" {
	set_script 'exit 7'
	run -7 bash -c "trap '' CHLD; exec '$CAISSON' --root '$ROOT' run $ID"
	sleeping_container
	run -7 bash -c "trap '' CHLD; exec '$CAISSON' --root '$ROOT' exec $ID /bin/sh -c 'exit 7'"
}
