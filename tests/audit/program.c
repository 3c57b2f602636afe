/* The program, stopped by kernel/trace.h where it was executed: what is true holds, and each line
 * that is not fails and is named. */
#include "tests/audit/subject.h"

#include <errno.h>
#include <stdio.h>

#include "libcontainer/kernel/trace.h"
#include "tests/scratch.h"

/* What is expected of it, and it stopped. */
static void execute(struct subject *subject, struct str *lines)
{
	pid_t pid = subject->audit.pid;
	bool executed = false, ended = false;

	assert_int_equal(audit_expect(&subject->audit, lines), 0);
	/* Where nobody may trace anybody: a container with an old filter. */
	if (trace_seize(pid) < 0) {
		str_done(lines);
		skip();
	}
	assert_int_equal(write(subject->go, "", 1), 1);
	for (int i = 0; i < 500 && !executed; i++) {
		assert_int_equal(trace_look(pid, &executed, &ended), 0);
		assert_false(ended);
		(void)usleep(10000);
	}
	assert_true(executed);
}

static void test_true_lines(void **state)
{
	struct subject *subject = *state;
	auto_str struct str lines = { 0 };
	int status;

	execute(subject, &lines);
	if (audit_program(subject->audit.procfs, subject->audit.pid, lines.text) < 0)
		test_fails("%s\n", error_text());
	/* It is not stopped, gets no signal, and ends as always. */
	assert_int_equal(trace_release(subject->audit.pid), 0);
	assert_int_equal(waitpid(subject->audit.pid, &status, 0), subject->audit.pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* All lines but this one are true. */
static void check_fault(const struct subject *subject, const char *lines, const char *line)
{
	auto_str struct str untrue = { 0 };
	const char *value = strchr(strchr(line, ' ') + 1, ' ') + 1;
	size_t name = strcspn(line, " ");
	char words[64];

	assert_int_equal(str_append_data(&untrue, lines, (size_t)(value - lines)), 0);
	assert_int_equal(str_append(&untrue, "another"), 0);
	assert_int_equal(str_append(&untrue, strchr(line, '\n')), 0);
	error_clear();
	assert_int_equal(
		audit_program(subject->audit.procfs, subject->audit.pid, untrue.text), -EBADE);
	(void)snprintf(words, sizeof(words), "assertion: %.*s", (int)name, line);
	assert_int_equal(strncmp(error_text(), words, strlen(words)), 0);
	assert_non_null(strstr(error_text(), "planned 'another'"));
}

static void test_faults(void **state)
{
	static const char *const rows[] = { "Uid 0 ", "Gid 0 ", "Groups 0 ", "capabilities 0 ",
		"capabilities 1 ", "capabilities 2 ", "capabilities 3 ", "capabilities 4 ",
		"NoNewPrivs 0 ", "Seccomp 0 ", "Seccomp_filters 0 ", "descriptors 0 " };
	struct subject *subject = *state;
	auto_str struct str lines = { 0 };
	size_t count = 0;

	execute(subject, &lines);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *line = strstr(lines.text, rows[i]);

		assert_non_null(line);
		check_fault(subject, lines.text, line);
	}
	for (const char *at = lines.text; (at = strchr(at, '\n')); at++)
		count++;
	assert_int_equal(count, COUNT_OF(rows));
}

/* Signals that come before reach it, and do not stop it for good. */
static void test_signals_pass(void **state)
{
	struct subject *subject = *state;
	pid_t pid = subject->audit.pid;
	bool executed = false, ended = false;

	if (trace_seize(pid) < 0)
		skip();
	assert_int_equal(kill(pid, SIGCHLD), 0); /* ignored, but by a tracer */
	assert_int_equal(kill(pid, SIGSTOP), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(trace_look(pid, &executed, &ended), 0);
		(void)usleep(10000);
	}
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(write(subject->go, "", 1), 1);
	for (int i = 0; i < 500 && !executed; i++) {
		assert_int_equal(trace_look(pid, &executed, &ended), 0);
		assert_false(ended);
		(void)usleep(10000);
	}
	assert_true(executed);
}

static void test_end_is_seen(void **state)
{
	struct subject *subject = *state;
	pid_t pid = subject->audit.pid;
	bool executed = false, ended = false;
	int status;

	if (trace_seize(pid) < 0)
		skip();
	assert_int_equal(kill(pid, SIGKILL), 0);
	for (int i = 0; i < 500 && !ended; i++) {
		assert_int_equal(trace_look(pid, &executed, &ended), 0);
		(void)usleep(10000);
	}
	assert_true(ended);
	assert_false(executed);
	/* And is still there for who reaps it. */
	assert_int_equal(waitpid(pid, &status, WNOHANG), pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

/* Nothing is left of it to be compared, and its end is not the assertion's to tell. */
static void test_killed_meanwhile(void **state)
{
	struct subject *subject = *state;
	pid_t pid = subject->audit.pid;
	auto_str struct str lines = { 0 };
	siginfo_t facts;

	execute(subject, &lines);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &facts, WEXITED | WNOWAIT), 0);
	assert_int_equal(audit_program(subject->audit.procfs, pid, "descriptors 0 0-2\n"), 0);
	assert_int_equal(audit_waiting(&subject->audit), 0);
	assert_int_equal(trace_release(pid), 0);
	/* Nor when it has been reaped. */
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(audit_program(subject->audit.procfs, pid, "descriptors 0 0-2\n"), 0);
	assert_string_equal(error_text(), "");
}

static void test_two_tracers(void **state)
{
	struct subject *subject = *state;

	if (trace_seize(subject->audit.pid) < 0)
		skip();
	assert_int_equal(trace_seize(subject->audit.pid), -EPERM);
	assert_non_null(strstr(error_text(), "Yama"));
}

/* ---- labels: of a proc that is made up, as few hosts have them ---------------------------------
 */

static void make_file(const struct scratch *scratch, const char *path, const char *text)
{
	int fd = openat(scratch->dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
}

static void make_proc(const struct scratch *scratch)
{
	char path[64];

	assert_int_equal(mkdirat(scratch->dir, "1", 0700), 0);
	assert_int_equal(mkdirat(scratch->dir, "1/attr", 0700), 0);
	make_file(scratch, "1/status", "Name: x\n");
	(void)snprintf(path, sizeof(path), "%d", getpid());
	assert_int_equal(mkdirat(scratch->dir, path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%d/status", getpid());
	make_file(scratch, path, "Name: x\n");
}

static int look_at_label(const struct scratch *scratch, const char *planned)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "label 0 %s\n", planned);
	error_clear();
	return audit_program(scratch->dir, 1, line);
}

static void test_apparmor(void **state)
{
	const struct scratch *scratch = *state;

	make_proc(scratch);
	assert_int_equal(mkdirat(scratch->dir, "1/attr/apparmor", 0700), 0);
	make_file(scratch, "1/attr/current", "another\n");
	make_file(scratch, "1/attr/apparmor/current", "box (enforce)\n");
	assert_int_equal(look_at_label(scratch, "box"), 0);
	assert_int_equal(look_at_label(scratch, "bo"), -EBADE);
	make_file(scratch, "1/attr/apparmor/current", "unconfined\n");
	assert_int_equal(look_at_label(scratch, "box"), -EBADE);
	assert_string_equal(error_text(), "assertion: label: planned 'box', found 'unconfined'");
	assert_int_equal(look_at_label(scratch, "unconfined"), 0);
}

static void test_selinux(void **state)
{
	const struct scratch *scratch = *state;
	struct plan plan = { .process.selinux_label = "u:r:type_t:s0:c1,c2" };
	const struct audit audit = { .plan = &plan };
	struct audit_view view = { .audit = &audit };
	auto_str struct str text = { 0 };

	make_proc(scratch);
	assert_int_equal(audit_plan_label(&view, NULL, 0, &text), 0);
	assert_string_equal(text.text, "u:r:*");
	make_file(scratch, "1/attr/current", "u:r:alias_t:s0:c2,c1\n");
	assert_int_equal(look_at_label(scratch, text.text), 0);
	make_file(scratch, "1/attr/current", "u:unconfined_r:type_t:s0\n");
	assert_int_equal(look_at_label(scratch, text.text), -EBADE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_true_lines, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(test_faults, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(test_signals_pass, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(test_end_is_seen, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(test_killed_meanwhile, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(test_two_tracers, subject_begin, subject_end),
		cmocka_unit_test_setup_teardown(test_apparmor, scratch_make, scratch_remove),
		cmocka_unit_test_setup_teardown(test_selinux, scratch_make, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
