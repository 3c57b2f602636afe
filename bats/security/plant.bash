# plant.bash - what an attacker may have put in the place of something that caisson touches.  Loaded after
# canary.

# shellcheck shell=bash

# Links to a directory and to a file of the canary's: absolute, relative, by the magic links of proc of
# whoever resolves them (its root, its working directory, a descriptor of its caller), to what is not
# there yet; in a circle; and what is no link.
KINDS='absolute relative root first cwd descriptor dangling loop fifo device socket file directory'

# plant KIND PATH NAME - in place of PATH, a path on the host, with the directories above it.  NAME is
# what of the canary's links lead to.
plant() {
	local path=$2 canary=$CANARY/$3
	rm -rf "$path"
	mkdir -p "${path%/*}"
	case $1 in
	absolute) ln -s "$canary" "$path" ;;
	relative) ln -s "../../../../../../../../../../../../../..$canary" "$path" ;;
	root) ln -s "/proc/self/root$canary" "$path" ;;
	first) ln -s "/proc/1/root$canary" "$path" ;;
	# caisson runs in the bundle, beside which the canary is.
	cwd) ln -s "/proc/self/cwd/../canary/$3" "$path" ;;
	descriptor) ln -s "/proc/self/fd/21/$3" "$path" ;;
	dangling) ln -s "$CANARY/dir/new" "$path" ;;
	loop) ln -s "${path##*/}" "$path" ;;
	fifo) mkfifo "$path" ;;
	device) mknod "$path" c 1 7 ;;
	socket) python3 -c 'import os, socket, sys
os.chdir(os.path.dirname(sys.argv[1]))
socket.socket(socket.AF_UNIX).bind(os.path.basename(sys.argv[1]))' "$path" ;;
	file) echo planted >"$path" ;;
	directory) mkdir "$path" ;;
	none) ;;
	*) fail "no kind '$1'" ;;
	esac
}

# The image as it came; its programs, hundreds of links, are in nobody's way.
fresh_image() {
	find rootfs -mindepth 1 -maxdepth 1 ! -name bin -exec rm -rf {} +
	cp -a "$BATS_RUN_TMPDIR"/rootfs/{dev,etc,home,mnt,proc,root,sys,tmp} rootfs/
}

# place PATH NAME WORD JQ SCRIPT EXPECTED [KIND...] - for each kind, something else is at PATH of the image,
# links lead to NAME of the canary, and a container is run with the configuration changed by JQ and with
# SCRIPT as its program.  It prints EXPECTED, or there is a refusal that names WORD; nothing hangs, and
# nothing is done to the canary.  PREPARE, where the caller has such a function, readies each image.
# Without anything planted it has to work.
place() {
	local path=$1 name=$2 word=$3 change=$4 script=$5 expected=$6 kind worked=''
	shift 6
	cp config.json plain
	update_config "$change | .process.args = [\"/bin/sh\", \"-c\", \$script] | .root.readonly = false" \
		--arg script "$script"
	exec 21<"$CANARY"
	# shellcheck disable=SC2086 # they are words
	(($#)) || set -- $KINDS
	for kind in none "$@"; do
		fresh_image
		[[ $(type -t PREPARE) != function ]] || PREPARE
		plant "$kind" "rootfs$path" "$name"
		# shellcheck disable=SC2086
		bounded run ${OPTIONS-} "$ID"
		judge "$kind at $path" "$word" "$expected"
		[[ $kind != none || $status == 0 ]] || fail "nothing planted at $path: $output"
		((status)) || worked+=" $kind"
	done
	exec 21<&-
	assert_canary
	echo "# $path: works with$worked"
	mv plain config.json
}

# bounded ARGUMENT... - caisson, as `run` does it, for 20 seconds; $output is without its warnings, and not
# waited for longer than caisson lives, as a container that it has made may have it.
bounded() {
	status=0
	timeout 20 "$CAISSON" --root "$ROOT" "$@" </dev/null >"$TEST_DIR/output" 2>&1 || status=$?
	output=$(grep -v '^time=.* level=warning ' "$TEST_DIR/output" || true)
}

# judge WHAT WORD EXPECTED - of the last run.
judge() {
	((status != 124)) || fail "$1: it hangs"
	refute_contains "$SECRET"
	canary_is_same || fail "$1: see above; $output"
	if ((status)); then
		[[ $output == *"$2"* ]] || fail "$1: the refusal has no '$2': $output"
	else
		assert_equal "$output" "$3" || fail "$1: see above"
	fi
}
