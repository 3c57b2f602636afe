#include "tests/process/child.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/process/signals.h"
#include "libcontainer/process/terminal.h"

static void block(void *context)
{
	sigset_t blocked;
	int fd;

	(void)context;
	child_check(terminal_block_signals() == 0);
	child_check(sigprocmask(SIG_BLOCK, NULL, &blocked) == 0);
	for (int signal = 1; signal <= SIGRTMAX; signal++) {
		/* The two of glibc are between SIGSYS and SIGRTMIN. */
		if (signal > SIGSYS && signal < SIGRTMIN)
			continue;
		bool left = signal == SIGKILL || signal == SIGSTOP || signal == SIGTTIN ||
			    signal == SIGTTOU;
		child_check(sigismember(&blocked, signal) == !left);
	}
	child_check(signals_open(&fd) == 0);
	child_check(signals_next(fd) == 0);
	child_check(kill(getpid(), SIGTERM) == 0);
	child_check(signals_next(fd) == SIGTERM);
	child_check(signals_next(fd) == 0);
}

static void signals_are_read_when_blocked(void **state)
{
	(void)state;
	child_run(block, NULL);
}

static void restore(void *context)
{
	sigset_t blocked;

	(void)context;
	/* As under nohup, by a caller that blocks what it likes. */
	child_check(signal(SIGHUP, SIG_IGN) != SIG_ERR);
	child_check(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	child_check(sigemptyset(&blocked) == 0 && sigaddset(&blocked, SIGUSR1) == 0);
	child_check(sigprocmask(SIG_BLOCK, &blocked, NULL) == 0);
	child_check(terminal_block_signals() == 0);
	child_check(terminal_restore_signals() == 0);
	child_check(sigprocmask(SIG_BLOCK, NULL, &blocked) == 0);
	for (int number = 1; number <= SIGRTMAX; number++) {
		struct sigaction action;

		child_check(sigismember(&blocked, number) <= 0);
		if (number == SIGKILL || number == SIGSTOP ||
			(number > SIGSYS && number < SIGRTMIN))
			continue;
		child_check(sigaction(number, NULL, &action) == 0);
		child_check(action.sa_handler == SIG_DFL);
	}
}

static void program_starts_with_defaults(void **state)
{
	(void)state;
	child_run(restore, NULL);
}

/* With SIG_IGN from our caller, the kernel would throw the status away. */
static void ignore_children(void *context)
{
	int pidfd, status;

	(void)context;
	child_check(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	child_check(terminal_block_signals() == 0);
	pid_t pid = fork();
	if (pid == 0)
		_exit(42);
	child_check(pidfd_make(pid, &pidfd) == 0);
	child_check(terminal_wait(NULL, NULL, pidfd, &status) == 0);
	child_check(WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

static void status_survives_an_ignored_sigchld(void **state)
{
	(void)state;
	child_run(ignore_children, NULL);
}

static void wait_for_killed(void *context)
{
	int pidfd, status;

	(void)context;
	child_check(terminal_block_signals() == 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)terminal_restore_signals();
		for (;;)
			(void)pause();
	}
	child_check(pidfd_make(pid, &pidfd) == 0);
	/* Sent to us, meant for it.  SIGPIPE is not. */
	child_check(kill(getpid(), SIGPIPE) == 0 && kill(getpid(), SIGTERM) == 0);
	child_check(terminal_wait(NULL, NULL, pidfd, &status) == 0);
	child_check(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void signals_are_forwarded(void **state)
{
	(void)state;
	child_run(wait_for_killed, NULL);
}

static void exit_of_pipe(int signal)
{
	(void)signal;
	_exit(21);
}

static void exit_of_window(int signal)
{
	(void)signal;
	_exit(22);
}

/* SIGWINCH is of our window, which a program without a terminal of ours has nothing to do with. */
static void wait_for_signalled_by_another(void *context)
{
	int pidfd, status, ready[2];
	char byte;

	(void)context;
	child_check(terminal_block_signals() == 0);
	child_check(pipe2(ready, O_CLOEXEC) == 0);
	pid_t runtime = getpid(), pid = fork();
	if (pid == 0) {
		(void)terminal_restore_signals();
		(void)signal(SIGPIPE, exit_of_pipe);
		(void)signal(SIGWINCH, exit_of_window);
		child_check(write(ready[1], "", 1) == 1);
		for (;;)
			(void)pause();
	}
	child_check(pidfd_make(pid, &pidfd) == 0);
	child_check(read(ready[0], &byte, 1) == 1);
	pid_t other = fork();
	if (other == 0) {
		child_check(kill(runtime, SIGWINCH) == 0);
		(void)usleep(100000);
		child_check(kill(runtime, SIGPIPE) == 0);
		_exit(0);
	}
	child_check(terminal_wait(NULL, NULL, pidfd, &status) == 0);
	child_check(WIFEXITED(status) && WEXITSTATUS(status) == 21);
}

static void a_sigpipe_of_others_is_forwarded_and_no_window(void **state)
{
	(void)state;
	child_run(wait_for_signalled_by_another, NULL);
}

static void reap_orphans(void *context)
{
	int pidfd, status, orphans[2];
	char byte;

	(void)context;
	child_check(terminal_block_signals() == 0);
	child_check(pipe2(orphans, O_CLOEXEC) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)close(orphans[1]);
		/* It ends when all the others are reaped, and their ends of the pipe closed. */
		(void)!read(orphans[0], &byte, 1);
		_exit(3);
	}
	child_check(pidfd_make(pid, &pidfd) == 0);
	for (int i = 0; i < 5; i++)
		if (fork() == 0)
			_exit(i);
	child_check(close(orphans[1]) == 0);
	child_check(terminal_wait(NULL, NULL, pidfd, &status) == 0);
	child_check(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	for (int i = 0; i < 200 && waitpid(-1, NULL, WNOHANG) == 0; i++)
		(void)usleep(10000);
	signals_reap_others(pidfd);
	child_check(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static void orphans_are_reaped_and_the_process_is_not(void **state)
{
	(void)state;
	child_run(reap_orphans, NULL);
}

static void leave_the_process(void *context)
{
	int pidfd, status;
	siginfo_t info;

	(void)context;
	pid_t pid = fork();
	if (pid == 0)
		_exit(9);
	child_check(pidfd_make(pid, &pidfd) == 0);
	child_check(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	signals_reap_others(pidfd);
	child_check(pidfd_reap(pidfd, &status) == 0);
	child_check(WIFEXITED(status) && WEXITSTATUS(status) == 9);
}

static void reaping_others_leaves_the_process(void **state)
{
	(void)state;
	child_run(leave_the_process, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_read_when_blocked),
		cmocka_unit_test(program_starts_with_defaults),
		cmocka_unit_test(status_survives_an_ignored_sigchld),
		cmocka_unit_test(signals_are_forwarded),
		cmocka_unit_test(a_sigpipe_of_others_is_forwarded_and_no_window),
		cmocka_unit_test(orphans_are_reaped_and_the_process_is_not),
		cmocka_unit_test(reaping_others_leaves_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
