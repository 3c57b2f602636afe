/* Several at once, each with its own place to work in. */
#include "tests/crash/worker.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void worker_prepare(struct worker *worker, const char *directory, const char *name, int number)
{
	*worker = (struct worker){ .number = number };
	/* Appending, as commands that live on write behind what was taken meanwhile. */
	worker->output = open(directory, O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
	if (worker->output < 0)
		err(2, "make a file for output");
	(void)snprintf(worker->id, sizeof(worker->id), "%s-%d-%d", name, (int)getpid(), number);
	(void)snprintf(worker->root, ROOM, "%s/state-%d", directory, number);
	(void)snprintf(worker->bundle, ROOM, "%s/bundle-%d", directory, number);
	(void)snprintf(worker->pid_file, ROOM, "%s/pid-%d", directory, number);
	(void)snprintf(worker->resources, ROOM, "%s/resources.json", directory);
	if (mkdir(worker->root, 0700) < 0 && errno != EEXIST)
		err(2, "%s", worker->root);
	/* Orphans become ours: what is left of a container is what is left below us. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		err(2, "become a subreaper");
	left_prepare(worker);
}

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* A worker that is told to end ends the case first, so that nothing is left of it. */
static void stop_when_told(void)
{
	struct sigaction action = { .sa_handler = stop };

	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static _Noreturn void work_through(int number, size_t cases, size_t *next, const struct work *work)
{
	stop_when_told();
	work->begin(number);
	while (!stopped) {
		size_t i = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED);

		if (i >= cases)
			break;
		work->on(i);
	}
	work->end();
	exit(0);
}

static bool workers_await(const pid_t *workers, int count)
{
	bool well = true;

	for (int i = 0; i < count; i++) {
		int status;

		if (waitpid(workers[i], &status, 0) < 0)
			err(2, "wait for a worker");
		well = well && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	return well;
}

bool workers_run(int count, size_t cases, const struct work *work)
{
	size_t *next = mmap(
		NULL, sizeof(*next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t workers[WORKERS_MAX];

	if (next == MAP_FAILED)
		err(2, "share the place in the list");
	for (int i = 0; i < count; i++) {
		workers[i] = fork();
		if (workers[i] < 0)
			err(2, "fork");
		if (workers[i] == 0)
			work_through(i, cases, next, work);
	}
	return workers_await(workers, count);
}
