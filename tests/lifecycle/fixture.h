/*
 * Containers whose inits are processes of the test, with what they are warned of, for the tests of
 * verbs.  To be included once, by the program's only source.
 */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/container.h"
#include "libcontainer/kernel/file.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/store/directory.h"
#include "libcontainer/store/record.h"
#include "tests/scratch.h"

/* Behind the house's own: it has a macro called fail. */
#include <cmocka.h>

struct fixture {
	struct scratch *scratch;
	struct container_context context;
	char warnings[1024];
};

static void keep_warning(enum log_level level, const char *line, void *context)
{
	struct fixture *fixture = context;
	size_t used = strlen(fixture->warnings);

	(void)level;
	(void)snprintf(fixture->warnings + used, sizeof(fixture->warnings) - used, "%s\n", line);
}

static int fixture_make(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture || scratch_make((void **)&fixture->scratch) < 0)
		return -1;
	fixture->context.root = fixture->scratch->root;
	log_set_sink(keep_warning, fixture, LOG_LEVEL_WARNING);
	error_clear();
	*state = fixture;
	return 0;
}

static int fixture_remove(void **state)
{
	struct fixture *fixture = *state;
	void *scratch = fixture->scratch;

	log_set_sink(NULL, NULL, LOG_LEVEL_WARNING);
	free(fixture);
	return scratch_remove(&scratch);
}

/* Waits for start where there is one, then lasts until it is killed. */
static void play_init(int start, int report)
{
	char byte;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Whatever our caller ignores, as under nohup. */
	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_DFL);
	if (start >= 0 && read(start, &byte, 1) != 1)
		_exit(1);
	(void)close(report);
	for (;;)
		pause();
}

static struct record record_sample(const char *id)
{
	return (struct record){
		.id = id,
		.bundle = "/",
		.rootfs = "/rootfs",
		.oci_version = "1.3.0",
		.created = "2026-11-24T18:00:00Z",
		.owner = "",
		.phase = RECORD_CREATED,
		.own_pid_namespace = true,
	};
}

/* fifos: it is created, else running.  Returns the pid of its init. */
static pid_t make_container(
	struct fixture *fixture, const char *id, bool fifos, const struct record *form)
{
	struct record record = form ? *form : record_sample(id);
	auto_close int directory = -EBADF;
	auto_close int start = -EBADF;
	auto_close int report = -EBADF;
	struct process_facts facts;

	assert_int_equal(store_make(fixture->context.root, id, &directory), 0);
	if (fifos)
		assert_int_equal(store_make_fifos(directory, &start, &report), 0);
	record.pid = fork();
	if (record.pid == 0) {
		/* The lock would last as long as we do. */
		close(directory);
		play_init(start, report);
	}
	assert_int_equal(process_read_facts(record.pid, &facts), 0);
	record.start_time = facts.start_time;
	assert_int_equal(record_save(directory, &record), 0);
	return record.pid;
}

static void assert_status(struct fixture *fixture, const char *id, const char *status)
{
	auto_free char *json = NULL;
	char words[64];

	assert_int_equal(container_state(&fixture->context, id, &json), 0);
	(void)snprintf(words, sizeof(words), "\"status\": \"%s\"", status);
	assert_non_null(strstr(json, words));
}

static void assert_error_has(const char *words)
{
	if (!strstr(error_text(), words))
		test_fails("'%s' is not in '%s'", words, error_text());
}

static int reap(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}
