# Compiled filters are kept beside the containers: the second start of a profile is not another one.

bats_require_minimum_version 1.5.0
load helpers
load inside

# Denies mkdir, or with "ALLOW" nothing.
profile() {
	update_config ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [
		{names: [\"mkdir\", \"mkdirat\"], action: \"SCMP_ACT_${1:-ERRNO}\"}]}"
}

cached() {
	find "$ROOT/.seccomp-cache" -type f
}

# assert_denied [TEXT...] - the container may not make a directory; its start said this at debug level.
assert_denied() {
	local text
	set_script 'mkdir /dev/shm/d; grep Seccomp_filters: /proc/self/status'
	run -0 caisson --debug run "$ID"
	assert_contains "Operation not permitted"
	assert_contains $'Seccomp_filters:\t1'
	for text; do
		assert_contains "$text"
	done
}

@test "the second start takes the filter of the first, and exec and another container's, too" {
	profile
	assert_denied
	refute_contains "comes from the cache"
	assert_equal "$(cached | wc -l)" 1
	assert_denied "comes from the cache"
	sleeping_container
	sleeping_container "$ID-two"
	run -1 caisson exec "$ID-two" mkdir /dev/shm/d
	assert_contains "Operation not permitted"
	assert_equal "$(cached | wc -l)" 1
	# The kept one is that which was made first, byte for byte.
	run -0 cmp "$ROOT/$ID/filter" "$ROOT/$ID-two/filter"
	rm "$(cached)"
	sleeping_container "$ID-fresh"
	run -0 cmp "$ROOT/$ID/filter" "$ROOT/$ID-fresh/filter"
}

@test "flags are not the cached ones" {
	profile
	set_args true
	run -0 caisson --debug run "$ID"
	assert_contains "seccomp filter flags: 4"
	update_config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_LOG"]'
	run -0 caisson --debug run "$ID"
	assert_contains "comes from the cache"
	assert_contains "seccomp filter flags: 2"
}

@test "another profile is another filter" {
	profile
	assert_denied
	profile ALLOW
	inside 'mkdir /dev/shm/d'
	profile
	assert_denied "comes from the cache"
}

@test "the cache is no container, and nobody else's" {
	umask 0
	profile
	sleeping_container
	run -0 caisson list --quiet
	assert_output "$ID"
	run -0 stat -c '%a %u' "$ROOT/.seccomp-cache" "$(cached)"
	assert_output "700 0
600 0"
	run -1 caisson state .seccomp-cache
	assert_contains "starts with a dot"
}

@test "a poisoned cache is not believed: another's file, a torn one, one that others may write" {
	local file allow
	profile ALLOW
	set_args true
	run -0 caisson run "$ID"
	allow=$(cached)
	cp "$allow" "$TEST_DIR/allow"
	rm "$allow"
	profile
	assert_denied
	file=$(cached)
	cp "$TEST_DIR/allow" "$file"
	assert_denied "is not used: is of another profile"
	# It was made anew.
	assert_denied "comes from the cache"
	truncate -s 100 "$file"
	assert_denied "is not used: is damaged"
	assert_denied "comes from the cache"
	printf '\377' | dd of="$file" bs=1 seek=60 conv=notrunc status=none
	assert_denied "is not used: is damaged"
	chmod 666 "$file"
	assert_denied "is not used: others may write to it"
	chown 1000 "$file"
	assert_denied "is not used: belongs to user id 1000"
	rm "$file"
	ln -s "$TEST_DIR/allow" "$file"
	assert_denied "is not used"
	[[ ! -L $file ]]
	chown 1000 "$ROOT/.seccomp-cache"
	assert_denied "is not used: the directory: belongs to user id 1000"
	rm -r "$ROOT/.seccomp-cache"
	mkdir "$TEST_DIR/elsewhere"
	ln -s "$TEST_DIR/elsewhere" "$ROOT/.seccomp-cache"
	assert_denied
	run -0 ls -A "$TEST_DIR/elsewhere"
	assert_output ""
	rm "$ROOT/.seccomp-cache"
}

@test "a start that fails leaves no cache" {
	profile
	set_args /nonesuch
	run -127 caisson run "$ID" || run -1 caisson run "$ID"
	[[ ! -e $ROOT/.seccomp-cache ]]
}

@test "without a filter there is no cache" {
	inside true
	[[ ! -e $ROOT/.seccomp-cache ]]
}

@test "starts at once that all make it" {
	local i pids=()
	profile
	set_script 'mkdir /dev/shm/d 2>&1 | grep -q "not permitted"'
	for i in {1..8}; do
		caisson run "$ID-$i" </dev/null >"$TEST_DIR/out-$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	assert_equal "$(find "$ROOT/.seccomp-cache" -mindepth 1 | wc -l)" 1
	assert_denied "comes from the cache"
}
