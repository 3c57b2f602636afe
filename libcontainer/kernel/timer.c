#include "libcontainer/kernel/timer.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "libcontainer/base/error.h"

int timer_alarm(int64_t seconds)
{
	const struct itimerspec times = {
		.it_value.tv_sec = seconds,
		.it_interval.tv_sec = 1,
	};
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	int timer; /* as the kernel numbers them; glibc's timer_t is a pointer */

	if (syscall(SYS_timer_create, CLOCK_BOOTTIME, &event, &timer) < 0 ||
		syscall(SYS_timer_settime, timer, 0, &times, NULL) < 0)
		return fail(errno, "make a timer");
	return 0;
}
