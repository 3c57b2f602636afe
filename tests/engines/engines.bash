# What the tests of engines share; needs to be run by tests/engines/run.
#
# The engines are given not the runtime itself but $TRACED, which writes each call to
# $ENGINES_DIR/calls, and for each hook of the container that really runs a line of JSON to
# $ENGINES_DIR/hooks, before it executes the hook.

: "${RUNTIME:?run this by tests/engines/run}" "${ENGINES_DIR:?}"

# A directory of its own, put first in the PATH of daemons: what asks for runc finds ours.
TRACED=$ENGINES_DIR/bin/caisson

engines_setup() {
	mkdir -p "$ENGINES_DIR/bin"
	: >"$ENGINES_DIR/calls"
	: >"$ENGINES_DIR/hooks"
	traced_make
	image_make "$ENGINES_DIR/busybox.tar"
	export PATH=$ENGINES_DIR/bin:$PATH
	bats_require_minimum_version 1.5.0
}

traced_make() {
	cat >"$TRACED" <<TRACED
#!/bin/bash
# Notes the call, leads the hooks of a new container through "hook", and executes the runtime.
printf '%s\n' "\$*" >>"$ENGINES_DIR/calls"
bundle=.
for ((i = 1; i <= \$#; i++)); do
	case \${!i} in
	create | run) creates=yes ;;
	--bundle | -b) next=\$((i + 1)); bundle=\${!next} ;;
	--bundle=*) bundle=\${!i#*=} ;;
	esac
done
if [[ \${creates:-} ]] && jq -e '.hooks // {} | any(length > 0)' "\$bundle/config.json" >/dev/null; then
	jq --arg hook "$ENGINES_DIR/bin/hook" '.hooks |= with_entries(.key as \$list | .value[] |= (
		.args = ([\$hook, \$list, .path] + (.args // [.path])) | .path = \$hook))' \
		"\$bundle/config.json" >"\$bundle/config.traced" &&
		mv "\$bundle/config.traced" "\$bundle/config.json"
fi
# What is started is what was planned: libcontainer/audit/.  Other runtimes know nothing of it.
CAISSON_ASSERT_START=1 exec "$RUNTIME" "\$@"
TRACED
	cat >"$ENGINES_DIR/bin/hook" <<HOOK
#!/bin/bash
# hook LIST PATH ARGUMENT0 [ARGUMENT...]: the hook of that list that the traced runtime calls.
PATH=/usr/bin:/bin
state=\$(cat)
jq -nc --arg list "\$1" --argjson state "\$state" '{list: \$list, state: \$state, args: \$ARGS.positional}' \
	--args -- "\${@:3}" >>"$ENGINES_DIR/hooks"
exec -a "\$3" "\$2" "\${@:4}" <<<"\$state"
HOOK
	chmod 755 "$TRACED" "$ENGINES_DIR/bin/hook"
	ln -s caisson "$ENGINES_DIR/bin/runc"
}

# image_make FILE: an image of busybox, as "docker save" writes it.
image_make() {
	local tree layer config applet
	tree=$(mktemp -d)
	mkdir -p "$tree"/root/{bin,dev,etc,home,proc,root,sys,tmp,usr/bin,usr/sbin,sbin,var}
	chmod 1777 "$tree/root/tmp"
	cp "$(command -v busybox)" "$tree/root/bin/busybox"
	while read -r applet; do
		[[ -e $tree/root/$applet ]] || ln -s /bin/busybox "$tree/root/$applet"
	done < <(busybox --list-full)
	printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/:/bin/false \
		>"$tree/root/etc/passwd"
	printf '%s\n' root:x:0: tty:x:5: nogroup:x:65534: >"$tree/root/etc/group"
	tar -C "$tree/root" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 \
		-cf "$tree/layer" .
	layer=$(sha256sum <"$tree/layer" | cut -d ' ' -f 1)
	mv "$tree/layer" "$tree/$layer.tar"
	jq -nc --arg layer "sha256:$layer" --arg architecture "$(dpkg --print-architecture)" '{
		architecture: $architecture, os: "linux", created: "1970-01-01T00:00:00Z",
		config: {Env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], Cmd: ["sh"]},
		history: [{created: "1970-01-01T00:00:00Z", created_by: "busybox"}],
		rootfs: {type: "layers", diff_ids: [$layer]}}' >"$tree/config"
	config=$(sha256sum <"$tree/config" | cut -d ' ' -f 1).json
	mv "$tree/config" "$tree/$config"
	jq -nc --arg config "$config" --arg layer "$layer.tar" \
		'[{Config: $config, RepoTags: ["busybox:latest"], Layers: [$layer]}]' >"$tree/manifest.json"
	tar -C "$tree" -cf "$1" manifest.json "$config" "$layer.tar"
	rm -r "$tree"
}

# daemon_start NAME SOCKET COMMAND...: starts a daemon, and waits until its socket is there and
# "NAME version" answers.  Its output is the file NAME.log.
daemon_start() {
	local client=$1 socket=$2 end=$((SECONDS + 60)) log=$ENGINES_DIR/$1.log
	shift 2
	setsid "$@" </dev/null >"$log" 2>&1 3>&- &
	daemon=$!
	until [[ -S $socket ]] && "$client" version >/dev/null 2>&1; do
		if ((SECONDS > end)) || ! kill -0 "$daemon" 2>/dev/null; then
			echo "$1 did not start: $(tail "$log")" >&2
			return 1
		fi
		sleep 0.1
	done
}

# with_terminal COMMAND...: runs it on a terminal of 40 rows and 100 columns; carriage returns are
# taken out of its output.
with_terminal() {
	script -qec "stty rows 40 cols 100; ${*@Q}" /dev/null </dev/null | tr -d '\r'
	return "${PIPESTATUS[0]}"
}

# typed STATUS [WORD...]: bats/typist with these words, the last of which are "-- COMMAND...": somebody
# types at a terminal that the command has.  It ends with that status, and leaves the terminal as it
# was; $output is what was printed there.
typed() {
	local expected=$1 typist=$ENGINES_DIR/bin/typist
	shift
	[[ -x $typist ]] ||
		cc -std=c11 -D_GNU_SOURCE -o "$typist" "$BATS_TEST_DIRNAME/../../bats/typist.c"
	status=0
	TYPIST_PATIENCE=60 "$typist" -r "$ENGINES_DIR/report" "$@" >"$ENGINES_DIR/typed" 2>&1 3>&- ||
		status=$?
	output=$(tr -d '\r\0' <"$ENGINES_DIR/typed")
	if ((status != expected)) || ! grep -qx 'modes same' "$ENGINES_DIR/report"; then
		printf 'status %s instead of %s, %s\n%s\n' "$status" "$expected" \
			"$(grep modes "$ENGINES_DIR/report")" "$output" >&2
		return 1
	fi
}

# For containers: waits until the window has that size, which engines tell them when they get to it.
# shellcheck disable=SC2016,SC2034
AWAIT_SIZE='await_size() { until [ "$(stty size)" = "$1" ]; do sleep 0.1; done; echo "is $1"; }'

# eventually COMMAND...: until it succeeds, at most 10 seconds.
eventually() {
	local try words
	for ((try = 0; try < 100; try++)); do
		! words=$("$@" 2>&1) || return 0
		sleep 0.1
	done
	printf 'never succeeded: %s: %s\n' "$*" "$words" >&2
	return 1
}

# no_cgroup PATTERN: no path of a cgroup matches; prints those that do.
no_cgroup() {
	! find /sys/fs/cgroup -type d -path "$1" | grep .
}

# Whether root may give away every capability that this kernel knows.
has_all_capabilities() {
	local last bounding
	last=$(cat /proc/sys/kernel/cap_last_cap)
	bounding=$(sed -n 's/^CapBnd:\t//p' /proc/self/status)
	((0x$bounding == (1 << (last + 1)) - 1))
}

# calls WORD: whether the traced runtime was called with the word among its arguments.
calls() {
	grep -qwe "$1" "$ENGINES_DIR/calls"
}

# Prints what helps to understand a failure: bats shows it for failed tests only.
engines_explain() {
	echo "-- errors of the daemon:"
	cat "$ENGINES_DIR"/*.log 2>/dev/null | grep -E 'level=(error|fatal)' | tail -n 5 | cut -c 1-600
	echo "-- last calls of the runtime:"
	tail -n 5 "$ENGINES_DIR/calls" | cut -c 1-400
}
