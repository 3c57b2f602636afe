#!/usr/bin/env bats
# buildah with --runtime: each RUN is a container of its own, made and removed.

load engines

setup_file() {
	engines_setup
	# A machine's limits may be lower than what buildah asks for.
	export LIMITS="--ulimit nofile=1024:1024 --ulimit nproc=1024:1024"
	buildah pull -q "docker-archive:$ENGINES_DIR/busybox.tar"
}

teardown() {
	engines_explain
	buildah rm -a >/dev/null 2>&1 || true
}

@test "buildah: from, run, config and commit" {
	# shellcheck disable=SC2086 # these are words
	container=$(buildah from $LIMITS --pull-never busybox)
	run -0 --separate-stderr buildah run --runtime "$TRACED" --isolation oci "$container" sh -c 'echo ran >/ran; id -u; echo $$'
	[ "$output" = $'0\n1' ]
	run -0 --separate-stderr buildah run --runtime "$TRACED" --isolation oci --user nobody --workingdir /tmp "$container" \
		sh -c 'id -u; pwd; cat /ran'
	[ "$output" = $'65534\n/tmp\nran' ]
	run -5 buildah run --runtime "$TRACED" --isolation oci "$container" sh -c 'exit 5'
	run buildah run --runtime "$TRACED" --isolation oci "$container" /no/such/program
	[ "$status" -ne 0 ]
	buildah commit -q "$container" ran
	calls create
	calls start
	calls delete
}

@test "buildah: run with a terminal" {
	# shellcheck disable=SC2086 # these are words
	container=$(buildah from $LIMITS --pull-never busybox)
	run -0 with_terminal buildah run -t --runtime "$TRACED" --isolation oci "$container" sh -c 'tty; [ -t 2 ] && echo all'
	[[ $output == *"/dev/"*all* ]]
}

@test "buildah: bud runs the steps of a Containerfile, with mounts and a network" {
	mkdir -p "$BATS_TEST_TMPDIR/volume"
	echo content >"$BATS_TEST_TMPDIR/volume/file"
	printf '%s\n' 'FROM busybox' 'RUN cat /in/file >/built && ip -4 -o address show lo' 'USER nobody' \
		'RUN id -u >/tmp/id' 'CMD cat /built' >"$BATS_TEST_TMPDIR/Containerfile"
	# shellcheck disable=SC2086 # these are words
	run -0 buildah bud --runtime "$TRACED" --isolation oci $LIMITS --pull-never \
		-v "$BATS_TEST_TMPDIR/volume:/in:ro" -t built "$BATS_TEST_TMPDIR"
	[[ $output == *127.0.0.1/8* ]]
	# shellcheck disable=SC2086 # these are words
	container=$(buildah from $LIMITS --pull-never built)
	run -0 --separate-stderr buildah run --runtime "$TRACED" --isolation oci "$container" cat /built /tmp/id
	[ "$output" = $'content\n65534' ]
}
