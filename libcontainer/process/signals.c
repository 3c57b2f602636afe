#include "libcontainer/process/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/process/terminal.h"

/*
 * Everything that can be blocked, but the two of job control that a command in the background gets
 * for using its terminal: blocked, they become EIO; left alone, it stops until it is in front.
 */
static void signals_wanted(sigset_t *ret_set)
{
	(void)sigfillset(ret_set);
	(void)sigdelset(ret_set, SIGTTIN);
	(void)sigdelset(ret_set, SIGTTOU);
}

int terminal_block_signals(void)
{
	sigset_t wanted;

	signals_wanted(&wanted);
	if (sigprocmask(SIG_BLOCK, &wanted, NULL) < 0)
		return fail(errno, "block signals");
	/* With SIG_IGN the kernel would reap for us, and the status would be lost. */
	struct sigaction action = { .sa_handler = SIG_DFL };
	if (sigaction(SIGCHLD, &action, NULL) < 0)
		return fail(errno, "reset SIGCHLD");
	return 0;
}

int terminal_restore_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* SIGKILL, SIGSTOP and the two of glibc are refused, and are default anyway. */
	for (int signal = 1; signal <= SIGRTMAX; signal++)
		(void)sigaction(signal, &action, NULL);
	(void)sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return fail(errno, "unblock signals");
	return 0;
}

int signals_open(int *ret_fd)
{
	sigset_t wanted;

	signals_wanted(&wanted);
	int fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return fail(errno, "signalfd");
	*ret_fd = fd;
	return 0;
}

int signals_next(int fd)
{
	struct signalfd_siginfo info;
	ssize_t size;

	/* A SIGPIPE of our own tells of our output, which the container knows nothing of. */
	do
		size = read(fd, &info, sizeof(info));
	while (size == (ssize_t)sizeof(info) && info.ssi_signo == SIGPIPE &&
		info.ssi_pid == (uint32_t)getpid());
	if (size == (ssize_t)sizeof(info))
		return (int)info.ssi_signo;
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return fail(size < 0 ? errno : EIO, "read a signal");
}

void signals_forward(int pidfd, int signal)
{
	int code = pidfd_signal(pidfd, signal);

	if (code < 0 && code != -ESRCH)
		log_warning("signal %d is not forwarded: %s", signal, error_text());
	if (code < 0)
		error_clear();
}

void signals_reap_others(int pidfd)
{
	for (;;) {
		siginfo_t any = { 0 }, main = { 0 };

		/* Looked at, not reaped: the process of pidfd is left for pidfd_reap(). */
		if (waitid(P_ALL, 0, &any, WEXITED | WNOHANG | WNOWAIT) < 0 || any.si_pid == 0)
			return;
		int r = waitid(P_PIDFD, (id_t)pidfd, &main, WEXITED | WNOHANG | WNOWAIT);
		/* Where it may be that one it stays, too: its status would be lost. */
		if (r < 0 ? errno != ECHILD : main.si_pid == any.si_pid)
			return;
		(void)waitid(P_PID, (id_t)any.si_pid, &any, WEXITED | WNOHANG);
	}
}

bool signals_ask_to_stop(int signal)
{
	return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT || signal == SIGHUP;
}
