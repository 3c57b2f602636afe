# Descriptors: three, those that are handed on, and none of the runtime's.

bats_require_minimum_version 1.5.0
load helpers
load inside

# list_descriptors: a static program that looks for open ones without opening any.
compile_lister() {
	cat >lister.c <<-'C'
		#include <fcntl.h>
		#include <stdio.h>
		int main(void)
		{
			for (int fd = 0; fd < 1024; fd++) {
				if (fcntl(fd, F_GETFD) >= 0)
					printf("%d ", fd);
			}
			printf("\n");
		}
	C
	${CC:-cc} -static -o rootfs/bin/lister lister.c || skip "no compiler for static programs"
	set_args /bin/lister
}

@test "only stdio, whatever the caller has open" {
	compile_lister
	run -0 caisson run "$ID" 5</etc/passwd 7</ 11>/dev/null
	assert_output "0 1 2 "
}

@test "only stdio for exec, and in a created container" {
	compile_lister
	detached create "$ID" 5</ 9</etc/passwd
	caisson start "$ID"
	wait_for_status stopped
	assert_equal "$(<"$TEST_DIR/output")" "0 1 2 "
	caisson delete "$ID"
	sleeping_container
	run -0 caisson exec "$ID" /bin/lister 5</ 9</etc/passwd
	assert_output "0 1 2 "
}

@test "--preserve-fds: as many, with the same numbers" {
	compile_lister
	run -0 caisson run --preserve-fds 2 "$ID" 3</etc/passwd 4</etc/group 5</etc/hosts
	assert_output "0 1 2 3 4 "
	set_script 'cat <&4'
	run -0 caisson run --preserve-fds 2 "$ID" 3</etc/passwd 4< <(echo from-four)
	assert_output from-four
	sleeping_container
	run -0 caisson exec --preserve-fds 1 "$ID" sh -c 'cat <&3' 3< <(echo from-three)
	assert_output from-three
}

@test "--preserve-fds: what is not open is told" {
	run -1 caisson run --preserve-fds 3 "$ID" 3</dev/null 4<&- 5</dev/null
	assert_contains 4
	assert_gone
}

@test "LISTEN_FDS: sockets and their variables, with LISTEN_PID 1" {
	compile_lister
	set_script 'echo "$LISTEN_FDS $LISTEN_PID ${LISTEN_FDNAMES-none}"; /bin/lister'
	run -0 bash -c 'export LISTEN_FDS=2 LISTEN_PID=$$ LISTEN_FDNAMES=a:b
		exec "$@" 3</dev/null 4</dev/null' - \
		"$CAISSON" --root "$ROOT" run "$ID"
	assert_equal "${lines[0]%% *}" 2
	assert_equal "$(cut -d' ' -f2 <<<"${lines[0]}")" 1
	assert_equal "${lines[1]}" "0 1 2 3 4 "
	# They are for somebody else.
	run -0 env LISTEN_FDS=2 LISTEN_PID=1 "$CAISSON" --root "$ROOT" run "$ID" 3</dev/null \
		4</dev/null
	assert_equal "${lines[1]}" "0 1 2 "
}

@test "stdin that is /dev/null does not change hands" {
	local before
	before=$(stat -c '%u %a' /dev/null)
	update_config '.process.user = {uid: 1000, gid: 1000}'
	run -0 caisson run "$ID" </dev/null
	assert_equal "$(stat -c '%u %a' /dev/null)" "$before"
}

@test "a closed stdin, stdout or stderr is no hole for other descriptors" {
	compile_lister
	run caisson run "$ID" <&-
	[[ $status != 0 || $output == "0 1 2 " || $output == "1 2 " ]]
	set_script 'echo here'
	run caisson run "$ID" 2>&-
	[[ $status != 0 || $output == here ]]
}
