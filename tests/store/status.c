#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/pidfd.h"
#include "libcontainer/store/directory.h"
#include "libcontainer/store/status.h"
#include "tests/scratch.h"

/* Behind the house's own: it has a macro called fail. */
#include <cmocka.h>

static pid_t start_sleeper(struct record *record)
{
	struct process_facts facts;
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* where an assertion ends us */
		pause();
		_exit(0);
	}
	assert_int_equal(process_read_facts(pid, &facts), 0);
	*record = (struct record){
		.phase = RECORD_CREATED,
		.pid = pid,
		.start_time = facts.start_time,
	};
	return pid;
}

/* As the verbs find it out. */
static int status_now(int fd, const struct record *record, bool frozen)
{
	int r = record->pid > 0 ? process_is_alive(record->pid, record->start_time) : 0;
	const struct status_facts facts = { .alive = r > 0, .frozen = frozen };

	return r < 0 ? r : status_of(fd, record, &facts);
}

static void a_creation_lasts_as_long_as_its_lock(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	const struct record record = { .phase = RECORD_CREATING };

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	assert_int_equal(status_now(fd, &record, false), STATUS_CREATING);
	/* Asking takes nothing from who has the lock. */
	assert_int_equal(status_now(fd, &record, false), STATUS_CREATING);
	store_unlock(fd);
	assert_int_equal(status_now(fd, &record, false), STATUS_STOPPED);
}

static void the_fifo_tells_created_from_running(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	auto_close int start = -EBADF;
	auto_close int report = -EBADF;
	struct record record;

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	pid_t pid = start_sleeper(&record);
	assert_int_equal(status_now(fd, &record, false), STATUS_RUNNING);
	assert_int_equal(store_make_fifos(fd, &start, &report), 0);
	assert_int_equal(status_now(fd, &record, false), STATUS_CREATED);
	assert_int_equal(status_now(fd, &record, true), STATUS_PAUSED);
	record.started = true;
	assert_int_equal(status_now(fd, &record, false), STATUS_RUNNING);

	/* `start` was killed before it had removed the fifos: nobody reads there. */
	record.started = false;
	fd_close(&start);
	assert_int_equal(status_now(fd, &record, false), STATUS_RUNNING);

	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(status_now(fd, &record, false), STATUS_STOPPED);
	assert_int_equal(status_now(fd, &record, true), STATUS_STOPPED);
}

static void a_zombie_is_stopped(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	struct record record;
	siginfo_t facts;

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	pid_t pid = start_sleeper(&record);
	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &facts, WEXITED | WNOWAIT), 0);
	assert_int_equal(status_now(fd, &record, false), STATUS_STOPPED);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* "Stopped" would let `delete` end what runs. */
static void what_cannot_be_known_is_an_error(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	const struct record creating = { .phase = RECORD_CREATING };
	struct record record;
	struct rlimit before, none;

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	pid_t pid = start_sleeper(&record);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ 0, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	int running = status_now(fd, &record, false), unlocked = status_now(fd, &creating, false);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(running, -EMFILE);
	assert_int_equal(unlocked, -EMFILE);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void another_process_of_that_pid_is_not_init(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	struct record record;

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	pid_t pid = start_sleeper(&record);
	record.start_time--;
	assert_int_equal(status_now(fd, &record, false), STATUS_STOPPED);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void the_document_is_that_of_runc(void **state)
{
	struct spec_pair annotation = { "a", "b" };
	struct record record = {
		.id = "c",
		.bundle = "/b",
		.rootfs = "/b/r",
		.oci_version = "1.3.0",
		.created = "2026-11-24T18:00:00.5Z",
		.owner = "",
		.pid = 42,
	};
	auto_free char *indented = NULL;
	auto_free char *line = NULL;

	(void)state;
	assert_int_equal(status_document(&record, STATUS_RUNNING, true, &indented), 0);
	assert_string_equal(indented, "{\n"
				      "  \"ociVersion\": \"1.3.0\",\n"
				      "  \"id\": \"c\",\n"
				      "  \"pid\": 42,\n"
				      "  \"status\": \"running\",\n"
				      "  \"bundle\": \"/b\",\n"
				      "  \"rootfs\": \"/b/r\",\n"
				      "  \"created\": \"2026-11-24T18:00:00.5Z\",\n"
				      "  \"owner\": \"\"\n"
				      "}");

	record.annotations = (struct spec_pairs){ &annotation, 1, true };
	assert_int_equal(status_document(&record, STATUS_STOPPED, false, &line), 0);
	assert_string_equal(line,
		"{\"ociVersion\":\"1.3.0\",\"id\":\"c\",\"pid\":0,\"status\":\"stopped\","
		"\"bundle\":\"/b\",\"rootfs\":\"/b/r\",\"created\":\"2026-11-24T18:00:00.5Z\","
		"\"annotations\":{\"a\":\"b\"},\"owner\":\"\"}");
}

/* What to ask systemctl(1) about. */
static void the_document_names_the_unit(void **state)
{
	const struct record record = {
		.id = "c",
		.bundle = "/b",
		.rootfs = "/b/r",
		.oci_version = "1.3.0",
		.created = "2026-11-24T18:00:00.5Z",
		.owner = "",
		.pid = 42,
		.unit = "u-c.scope",
	};
	auto_free char *document = NULL;
	auto_free char *agent = NULL;

	(void)state;
	assert_int_equal(status_document(&record, STATUS_RUNNING, false, &document), 0);
	assert_non_null(strstr(document, ",\"owner\":\"\",\"systemd-scope\":\"u-c.scope\"}"));
	assert_int_equal(status_process_document(&record, STATUS_RUNNING, 43, NULL, &agent), 0);
	assert_null(strstr(agent, "u-c.scope"));
}

/* Whom an agent's listener is of, and of which container: two pids where it is exec's. */
static void an_agent_is_sent_the_process(void **state)
{
	struct record record = {
		.id = "c",
		.bundle = "/b",
		.rootfs = "/b/r",
		.oci_version = "1.3.0",
		.created = "2026-11-24T18:00:00.5Z",
		.owner = "",
		.pid = 42,
	};
	auto_free char *with = NULL;
	auto_free char *without = NULL;

	(void)state;
	assert_int_equal(status_process_document(&record, STATUS_RUNNING, 43, "m", &with), 0);
	assert_string_equal(with,
		"{\"ociVersion\":\"1.3.0\",\"fds\":[\"seccompFd\"],\"pid\":43,\"metadata\":\"m\","
		"\"state\":{\"ociVersion\":\"1.3.0\",\"id\":\"c\",\"pid\":42,\"status\":"
		"\"running\","
		"\"bundle\":\"/b\"}}");
	assert_int_equal(status_process_document(&record, STATUS_CREATING, 42, NULL, &without), 0);
	assert_null(strstr(without, "metadata"));
	assert_non_null(strstr(without, "\"status\":\"creating\""));
}

static void verbs_are_refused_in_words_that_engines_know(void **state)
{
	(void)state;
	assert_int_equal(status_allow(STATUS_VERB_START, STATUS_CREATED), 0);
	assert_int_equal(status_allow(STATUS_VERB_START, STATUS_RUNNING), -EBUSY);
	assert_string_equal(error_text(), "cannot start an already running container");
	assert_int_equal(status_allow(STATUS_VERB_START, STATUS_STOPPED), -ESRCH);
	assert_string_equal(error_text(), "cannot start a container that has stopped");
	for (int status = STATUS_CREATED; status <= STATUS_PAUSED; status++)
		assert_int_equal(status_allow(STATUS_VERB_KILL, (enum status)status), 0);
	assert_int_equal(status_allow(STATUS_VERB_KILL, STATUS_STOPPED), -ESRCH);
	assert_string_equal(error_text(), "container not running");
	assert_int_equal(status_allow(STATUS_VERB_DELETE, STATUS_STOPPED), 0);
	assert_int_equal(status_allow(STATUS_VERB_DELETE, STATUS_CREATED), 0);
	assert_int_equal(status_allow(STATUS_VERB_DELETE, STATUS_PAUSED), -EBUSY);
	assert_int_equal(status_allow(STATUS_VERB_PAUSE, STATUS_CREATED), 0);
	assert_int_equal(status_allow(STATUS_VERB_PAUSE, STATUS_STOPPED), -ESRCH);
	assert_string_equal(error_text(), "container not running");
	assert_int_equal(status_allow(STATUS_VERB_RESUME, STATUS_PAUSED), 0);
	assert_int_equal(status_allow(STATUS_VERB_RESUME, STATUS_RUNNING), -EBUSY);
	assert_string_equal(error_text(), "container not paused");
	assert_int_equal(status_allow(STATUS_VERB_EXEC, STATUS_PAUSED), -EBUSY);
	assert_string_equal(error_text(), "cannot exec in a paused container");
	assert_int_equal(status_allow(STATUS_VERB_EXEC, STATUS_CREATED), 0);
	assert_int_equal(status_allow(STATUS_VERB_EXEC, STATUS_STOPPED), -ESRCH);
	assert_string_equal(error_text(), "cannot exec in a stopped container");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(a_creation_lasts_as_long_as_its_lock),
		scratch_test(the_fifo_tells_created_from_running),
		scratch_test(a_zombie_is_stopped),
		scratch_test(what_cannot_be_known_is_an_error),
		scratch_test(another_process_of_that_pid_is_not_init),
		cmocka_unit_test(the_document_is_that_of_runc),
		cmocka_unit_test(the_document_names_the_unit),
		cmocka_unit_test(an_agent_is_sent_the_process),
		cmocka_unit_test(verbs_are_refused_in_words_that_engines_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
