# linux.seccomp: what a filter does to the program, and that it does nothing to the runtime.

bats_require_minimum_version 1.5.0
load helpers
load inside

# filter JSON - as linux.seccomp, with an empty list of architectures
filter() {
	update_config ".linux.seccomp = $1"
}

# What a program of busybox needs, beside what the test is about.
ALLOWED='
	"access", "arch_prctl", "brk", "close", "dup2", "dup3", "execve", "exit", "exit_group",
	"fcntl", "fstat", "futex", "getcwd", "getdents64", "getegid", "geteuid", "getgid",
	"getpid", "getppid", "getrandom", "getuid", "ioctl", "lseek", "lstat", "mmap",
	"mprotect", "munmap", "newfstatat", "open", "openat", "prctl", "prlimit64", "read",
	"readlink", "readlinkat", "readv", "rseq", "rt_sigaction", "rt_sigprocmask",
	"rt_sigreturn", "set_robust_list", "set_tid_address", "sigaltstack", "stat", "statx",
	"sysinfo", "uname", "wait4", "write", "writev", "getrlimit", "umask"'

compile_prober() {
	cat >prober.c <<-'C'
		#include <errno.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <unistd.h>
		#include <sys/syscall.h>
		int main(int argc, char **argv)
		{
			for (int i = 1; i < argc; i++) {
				errno = 0;
				syscall(atol(argv[i]), 0, 0, 0, 0, 0, 0);
				printf("%s %d\n", argv[i], errno);
			}
		}
	C
	${CC:-cc} -static -o rootfs/bin/prober prober.c || skip "no compiler for static programs"
}

# Without a C library, which would call more than that.
compile_least() {
	[[ $(uname -m) == x86_64 ]] || skip "for x86_64"
	cat >least.c <<-'C'
		static long call(long number, long a, long b, long c)
		{
			long result;
			__asm__ volatile("syscall" : "=a"(result) : \
			"a"(number), "D"(a), "S"(b), "d"(c)
				: "rcx", "r11", "memory");
			return result;
		}
		void _start(void)
		{
			call(1, 1, (long)"least\n", 6);
			call(60, 7, 0, 0);
		}
	C
	${CC:-cc} -static -nostdlib -O1 -fno-stack-protector -o rootfs/bin/least least.c ||
		skip "no compiler"
}

@test "actions: errno by default and by number, allow" {
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"},
		{names: ["rmdir", "unlinkat"], action: "SCMP_ACT_ERRNO", errnoRet: 28},
		{names: ["chmod", "fchmodat"], action: "SCMP_ACT_ERRNO", errnoRet: 0}]}'
	inside 'no mkdir /dev/shm/d; no rmdir /dev/shm
		touch /dev/shm/f; chmod 7 /dev/shm/f; stat -c "mode %a" /dev/shm/f
		grep Seccomp: /proc/self/status'
	assert_contains "can't create directory '/dev/shm/d': Operation not permitted"
	assert_contains "'/dev/shm': No space left on device"
	# An errno of 0 is to claim success.
	assert_contains "mode 644"
	assert_contains $'Seccomp:\t2'
}

@test "default action with an errno of its own" {
	filter "{defaultAction: \"SCMP_ACT_ERRNO\", defaultErrnoRet: 28, syscalls: [
		{names: [$ALLOWED], action: \"SCMP_ACT_ALLOW\"}]}"
	set_args mkdir /dev/shm/d
	run -1 caisson run "$ID"
	assert_output "mkdir: can't create directory '/dev/shm/d': No space left on device"
}

@test "kill: by SIGSYS, thread and process" {
	local action
	for action in SCMP_ACT_KILL SCMP_ACT_KILL_THREAD SCMP_ACT_KILL_PROCESS SCMP_ACT_TRAP; do
		filter "{defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [{names: [\"mkdir\"],
		action: \"$action\"}]}"
		set_args mkdir /dev/shm/d
		# 128 + SIGSYS
		run -159 caisson run "$ID"
		set_script 'mkdir /dev/shm/d; echo "status $?"'
		run -0 caisson run "$ID"
		assert_contains "status 159"
	done
}

@test "log and trace: log lets it pass, trace without a tracer is ENOSYS" {
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"],
		action: "SCMP_ACT_LOG"},
		{names: ["rmdir"], action: "SCMP_ACT_TRACE"}]}'
	inside 'mkdir /dev/shm/d; no rmdir /dev/shm/d'
	assert_contains "Function not implemented"
}

@test "args: each operator" {
	local operator value two passes
	while read -r operator value two passes; do
		filter "{defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [{names: [\"kill\"],
		action: \"SCMP_ACT_ERRNO\",
			args: [{index: 1, value: $value, valueTwo: $two, op: \"$operator\"}]}]}"
		# CONT, URG, WINCH: ignored by the first process of a pid namespace.
		inside 'for signal in 18 23 28; do kill -$signal 1 2>/dev/null &&
		echo -n "$signal "; done; true'
		assert_equal "$operator $output" "$operator $passes "
	done <<-ROWS
		SCMP_CMP_EQ 18 0 23 28
		SCMP_CMP_NE 18 0 18
		SCMP_CMP_LT 23 0 23 28
		SCMP_CMP_LE 23 0 28
		SCMP_CMP_GT 23 0 18 23
		SCMP_CMP_GE 23 0 18
		SCMP_CMP_MASKED_EQ 1 1 18 28
	ROWS
}

@test "args: several are all to hold, and two of one index are alternatives" {
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["kill"],
		action: "SCMP_ACT_ERRNO", errnoRet: 28,
		args: [{index: 0, value: 1, op: "SCMP_CMP_EQ"}, {index: 1, value: 0,
		op: "SCMP_CMP_EQ"}]}]}'
	inside 'no kill -0 1; kill -0 $$ || test $$ = 1; kill -WINCH 1'
	assert_contains "No space left on device"
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["kill"],
		action: "SCMP_ACT_ERRNO", errnoRet: 28,
		args: [{index: 1, value: 28, op: "SCMP_CMP_EQ"}, {index: 1, value: 0,
		op: "SCMP_CMP_EQ"}]}]}'
	inside 'no kill -0 1; no kill -WINCH 1; kill -CONT 1'
	assert_equal "$(grep -c "No space left" <<<"$output")" 2
}

@test "rules that are no different from the default are no error" {
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "nonesuch_call"],
		action: "SCMP_ACT_ALLOW"}]}'
	inside 'mkdir /dev/shm/d; grep Seccomp: /proc/self/status'
	assert_contains $'Seccomp:\t'
}

@test "calls that are newer than the profile are not there, rather than denied" {
	compile_prober
	filter "{defaultAction: \"SCMP_ACT_ERRNO\", syscalls: [{names: [$ALLOWED],
		action: \"SCMP_ACT_ALLOW\"}]}"
	# 9999 is no call; the newest of the profile is statx or later, an older one is EPERM.
	set_args /bin/prober 9999 83
	run -0 caisson run "$ID"
	assert_output "9999 38
83 1"
}

@test "everything denied that init does not need any more, with noNewPrivileges" {
	filter '{defaultAction: "SCMP_ACT_KILL_PROCESS", syscalls: [{names: ["read", "write",
		"close", "execve",
		"exit", "exit_group"], action: "SCMP_ACT_ALLOW"}]}'
	compile_least
	update_config '.process.noNewPrivileges = true'
	set_args /bin/least
	run -7 caisson run "$ID"
	assert_output least
	detached create "$ID"
	caisson start "$ID"
	wait_for_status stopped
	assert_equal "$(<"$TEST_DIR/output")" least
	caisson delete "$ID"
}

@test "without noNewPrivileges: what the change of ids needs is enough" {
	filter '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [{names: ["read", "write", "close",
		"execve", "exit",
		"exit_group", "capset", "capget", "prctl", "setgid", "setuid", "setgroups",
		"chdir", "getcwd", "faccessat2",
		"faccessat", "access", "stat", "newfstatat", "fstat", "openat", "rt_sigaction",
		"rt_sigprocmask", "umask",
		"fcntl", "getdents64", "futex", "brk", "setsid"],
		action: "SCMP_ACT_ALLOW"}]}'
	compile_least
	update_config '.process.noNewPrivileges = false | .process.user = {uid: 1000, gid: 1000}'
	set_args /bin/least
	run -7 caisson run "$ID"
	assert_output least
}

@test "exec is under the filter too" {
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"],
		action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
	sleeping_container
	run -1 caisson exec "$ID" mkdir /dev/shm/d
	assert_contains "No space left on device"
	run -0 caisson exec "$ID" grep Seccomp: /proc/self/status
	assert_output $'Seccomp:\t2'
}

@test "no filter: none is loaded" {
	inside 'grep Seccomp: /proc/self/status'
	assert_output $'Seccomp:\t0'
}

@test "flags: known ones are taken, unknown ones refused; architectures likewise" {
	filter '{defaultAction: "SCMP_ACT_ALLOW", flags: ["SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW",
		"SECCOMP_FILTER_FLAG_TSYNC"], architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86",
		"SCMP_ARCH_X32", "SCMP_ARCH_AARCH64"],
		syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}'
	inside 'no mkdir /dev/shm/d'
	update_config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_NONESUCH"]'
	refused linux.seccomp.flags SECCOMP_FILTER_FLAG_NONESUCH
	update_config '.linux.seccomp.flags = [] |
		.linux.seccomp.architectures = ["SCMP_ARCH_NONESUCH"]'
	refused linux.seccomp.architectures SCMP_ARCH_NONESUCH
}

@test "features: each word that it lists is done, and no other" {
	local features word
	features=$(caisson features)
	listed() { jq -r ".linux.seccomp.$1[]" <<<"$features"; }
	set_args true
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"],
		action: "SCMP_ACT_ERRNO", args: [{index: 0, value: 1, op: "SCMP_CMP_EQ"}]}]}'
	cp config.json good
	change() {
		jq --arg word "$word" ".linux.seccomp$1 = ${2:-\$word}" good >config.json
	}
	for word in $(listed actions); do
		change .syscalls[0].action
		run caisson run "$ID"
		# Without an agent it is as far as it can get.
		[[ $word == SCMP_ACT_NOTIFY ]] || assert_equal "$word $status" "$word 0"
	done
	assert_contains SCMP_ACT_NOTIFY "$(listed actions)"
	for word in $(listed operators); do
		change .syscalls[0].args[0].op
		run -0 caisson run "$ID"
	done
	for word in $(listed archs); do
		change .architectures '[$word]'
		run caisson run "$ID"
		# One filter is of one byte order.
		((status == 0)) || assert_contains "cannot be in one filter with this machine's"
	done
	for word in $(listed supportedFlags); do
		change .flags '[$word]'
		run -0 caisson run "$ID"
	done
	for word in $(comm -23 <(listed knownFlags | sort) <(listed supportedFlags | sort)); do
		change .flags '[$word]'
		refused "linux.seccomp.flags[0]"
	done
	# Words of the specification that the libseccomp here may not have.
	for word in SCMP_ARCH_LOONGARCH64 SCMP_ARCH_M68K SCMP_ARCH_SH SCMP_ARCH_SHEB; do
		! listed archs | grep -qx "$word" || continue
		change .architectures '[$word]'
		refused "linux.seccomp.architectures[0]" "'$word' is not supported by libseccomp"
	done
}

@test "errors name the place" {
	filter '{defaultAction: "SCMP_ACT_NONESUCH"}'
	refused linux.seccomp.defaultAction SCMP_ACT_NONESUCH
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"],
		action: "SCMP_ACT_ERRNO"}, {names: ["mkdir"], action: "NO"}]}'
	refused 'linux.seccomp.syscalls[1].action'
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"],
		action: "SCMP_ACT_ERRNO",
		args: [{index: 6, value: 0, op: "SCMP_CMP_EQ"}]}]}'
	refused 'linux.seccomp.syscalls[0].args[0]'
	filter '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: [],
		action: "SCMP_ACT_ERRNO"}]}'
	refused 'linux.seccomp.syscalls[0].names'
}

@test "the 32-bit way around is filtered too" {
	[[ $(uname -m) == x86_64 ]] || skip "for x86_64"
	cat >old.c <<-'C'
		#include <stdio.h>
		int main(void)
		{
			long result;
			/* mkdir by int 0x80 */
			__asm__ volatile("int $0x80" : "=a"(result) : "a"(39), "b"(0), "c"(0));
			printf("%ld\n", result);
		}
	C
	${CC:-cc} -static -o rootfs/bin/old old.c || skip "no compiler for static programs"
	rootfs/bin/old >/dev/null || skip "the kernel has no 32-bit calls"
	filter '{defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64",
		"SCMP_ARCH_X86"],
		syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
	set_args /bin/old
	run -0 caisson run "$ID"
	assert_output -28
	# Without it, the architecture itself is none that a program may use.
	filter '{defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"],
		syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 28}]}'
	run -159 caisson run "$ID"
}
