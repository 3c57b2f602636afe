#include "libcontainer/kernel/pidfd.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "tests/kernel/sandbox.h"

/* A child that ends with the code, or waits for a signal where that is negative. */
static pid_t start_child(int code)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (code >= 0)
			_exit(code);
		for (;;)
			(void)pause();
	}
	return pid;
}

static void test_signal_and_reap(void **state)
{
	auto_close int pidfd = -EBADF;
	int status;

	(void)state;
	pid_t pid = start_child(-1);
	assert_int_equal(pidfd_make(pid, &pidfd), 0);
	assert_int_equal(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(pidfd_await(pidfd, 0), -ETIMEDOUT);
	assert_int_equal(pidfd_signal(pidfd, 0), 0);
	assert_int_equal(pidfd_signal(pidfd, 999), -EINVAL);
	assert_int_equal(pidfd_signal(pidfd, SIGTERM), 0);
	assert_int_equal(pidfd_await(pidfd, 10000), 0);
	assert_int_equal(pidfd_reap(pidfd, &status), 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);

	/* Gone for good: no pid that was given out again is hit. */
	error_clear();
	assert_int_equal(pidfd_signal(pidfd, SIGTERM), -ESRCH);
	assert_string_equal(error_text(), "");
	assert_int_equal(pidfd_reap(pidfd, &status), -ECHILD);
}

/* Its number lives on with its session, which pidfd_open(2) of older kernels does not call gone. */
static void test_a_session_outlives_its_leader(void **state)
{
	auto_close int pidfd = -EBADF;
	int ends[2], status;
	pid_t other;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)setsid();
		other = fork();
		if (other == 0) {
			(void)alarm(60);
			(void)pause();
			_exit(0);
		}
		_exit(write(ends[1], &other, sizeof(other)) != sizeof(other));
	}
	assert_int_equal(read(ends[0], &other, sizeof(other)), sizeof(other));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	error_clear();
	assert_int_equal(pidfd_make(pid, &pidfd), -ESRCH);
	assert_string_equal(error_text(), "");
	(void)kill(other, SIGKILL);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* What a process holds is had from it without its doing. */
static void test_a_descriptor_is_taken(void **state)
{
	auto_close int pidfd = -EBADF;
	auto_close int taken = -EBADF;
	int ends[2], status;
	char byte = 0;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	pid_t pid = start_child(-1);
	(void)close(ends[1]);
	assert_int_equal(pidfd_make(pid, &pidfd), 0);
	assert_int_equal(pidfd_take(pidfd, ends[1], &taken), 0);
	assert_int_equal(fcntl(taken, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(taken, "x", 1), 1);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	fd_close(&taken);
	assert_int_equal(pidfd_take(pidfd, 9999, &taken), -EBADF);
	assert_string_equal(error_text(), "pidfd_getfd of descriptor 9999: bad file descriptor");
	assert_int_equal(pidfd_signal(pidfd, SIGKILL), 0);
	assert_int_equal(pidfd_reap(pidfd, &status), 0);
	(void)close(ends[0]);
}

static void test_status_is_as_wait_has_it(void **state)
{
	auto_close int pidfd = -EBADF;
	int status;

	(void)state;
	assert_int_equal(pidfd_make(start_child(7), &pidfd), 0);
	assert_int_equal(pidfd_await(pidfd, -1), 0);
	assert_int_equal(pidfd_reap(pidfd, &status), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void test_interrupted_wait_keeps_its_end(void **state)
{
	auto_close int pidfd = -EBADF;
	struct sigaction action = { .sa_handler = on_alarm };
	struct timespec before, after;
	int status;

	(void)state;
	pid_t pid = start_child(-1);
	assert_int_equal(pidfd_make(pid, &pidfd), 0);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(ualarm(20000, 20000), 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(pidfd_await(pidfd, 100), -ETIMEDOUT);
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	(void)ualarm(0, 0);
	int64_t took =
		(after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
	assert_in_range(took, 99, 5000);
	assert_int_equal(pidfd_signal(pidfd, SIGKILL), 0);
	assert_int_equal(pidfd_reap(pidfd, &status), 0);
}

static void test_nobody(void **state)
{
	struct process_facts facts;
	int pidfd = -EBADF;
	pid_t pid = start_child(0);

	(void)state;
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	error_clear();
	assert_int_equal(pidfd_make(pid, &pidfd), -ESRCH);
	assert_int_equal(process_read_facts(pid, &facts), -ESRCH);
	assert_string_equal(error_text(), "");
	assert_int_equal(pidfd_await(-1, 0), -ETIMEDOUT); /* as poll(2) takes it */
	assert_false(process_is_alive(pid, 0));
}

static void test_facts(void **state)
{
	struct process_facts facts, again;

	(void)state;
	assert_int_equal(process_read_facts(getpid(), &facts), 0);
	assert_int_equal(facts.state, 'R');
	assert_true(facts.start_time > 0);
	assert_true(process_is_alive(getpid(), facts.start_time));
	assert_false(process_is_alive(getpid(), facts.start_time + 1));

	/* A container names its processes as it likes. */
	char before[16];
	assert_int_equal(prctl(PR_GET_NAME, before), 0);
	assert_int_equal(prctl(PR_SET_NAME, ") Z 1 2 3 (x) Z"), 0);
	assert_int_equal(process_read_facts(getpid(), &again), 0);
	assert_int_equal(prctl(PR_SET_NAME, before), 0);
	assert_int_equal(again.state, 'R');
	assert_int_equal(again.start_time, facts.start_time);

	/* A zombie is past its end. */
	assert_false(facts.ending);
	pid_t pid = start_child(0);
	siginfo_t end;
	assert_int_equal(waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT), 0);
	assert_int_equal(process_read_facts(pid, &facts), 0);
	assert_true(facts.ending);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_zombies_are_not_alive(void **state)
{
	struct process_facts facts;
	siginfo_t ended;

	(void)state;
	pid_t pid = start_child(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT), 0);
	assert_int_equal(process_read_facts(pid, &facts), 0);
	assert_int_equal(facts.state, 'Z');
	assert_false(process_is_alive(pid, facts.start_time));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_pending_signals(void **state)
{
	sigset_t set;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMAX);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	assert_false(process_has_pending(getpid(), SIGUSR1));
	assert_int_equal(kill(getpid(), SIGUSR1), 0); /* the process's */
	assert_int_equal(raise(SIGRTMAX), 0);         /* the thread's */
	assert_true(process_has_pending(getpid(), SIGUSR1));
	assert_true(process_has_pending(getpid(), SIGRTMAX));
	assert_false(process_has_pending(getpid(), SIGUSR2));
	assert_false(process_has_pending(getpid(), SIGKILL));
	assert_true(sigwaitinfo(&set, NULL) > 0 && sigwaitinfo(&set, NULL) > 0);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);

	pid_t pid = start_child(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	error_clear();
	assert_false(process_has_pending(pid, SIGUSR1));
	assert_string_equal(error_text(), "");
}

static void test_age(void **state)
{
	struct process_facts facts;

	(void)state;
	pid_t pid = start_child(-1);
	assert_int_equal(process_read_facts(pid, &facts), 0);
	assert_true(process_age(facts.start_time) <= 60);
	assert_true(process_age(0) > process_age(facts.start_time));
	assert_int_equal(process_age(UINT64_MAX), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signal_and_reap),
		cmocka_unit_test(test_a_session_outlives_its_leader),
		cmocka_unit_test(test_a_descriptor_is_taken),
		cmocka_unit_test(test_status_is_as_wait_has_it),
		cmocka_unit_test(test_interrupted_wait_keeps_its_end),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_zombies_are_not_alive),
		cmocka_unit_test(test_pending_signals),
		cmocka_unit_test(test_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
