/* One case: the container is brought into its state, the command is struck, and judged. */
#include "tests/crash/worker.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long what was told to end may take until its status shows it: seconds. */
#define STATUS_PATIENCE 2.0
/* Above the largest errno that has a name. */
#define ERRORS_MAX 256

struct line {
	char *words[ARGUMENTS_MAX + 8];
	char config[ROOM];
};

/* The words of a scenario as a command line. */
static void line_make(struct worker *worker, const struct scenario *scenario,
	const char *const *words, struct line *line)
{
	size_t n = 0;

	line->words[n++] = (char *)options.caisson;
	line->words[n++] = (char *)"--root";
	line->words[n++] = worker->root;
	for (size_t i = 0; i < ARGUMENTS_MAX && words[i]; i++) {
		const char *word = words[i];

		if (strcmp(word, "ID") == 0)
			word = worker->id;
		else if (strcmp(word, "PIDFILE") == 0)
			word = worker->pid_file;
		else if (strcmp(word, "CONSOLE") == 0)
			word = worker->console;
		else if (strcmp(word, "RESOURCES") == 0)
			word = worker->resources;
		line->words[n++] = (char *)word;
		if (i > 0 || (strcmp(word, "run") != 0 && strcmp(word, "create") != 0))
			continue;
		(void)snprintf(line->config, ROOM, "%.4000s/%s", worker->bundle, scenario->config);
		line->words[n++] = (char *)"--bundle";
		line->words[n++] = worker->bundle;
		line->words[n++] = (char *)"--config";
		line->words[n++] = line->config;
	}
	line->words[n] = NULL;
}

static void command_make(struct worker *worker, const struct scenario *scenario, pid_t init,
	struct line *line, struct command *command)
{
	line_make(worker, scenario, scenario->command, line);
	*command = (struct command){
		.argv = line->words,
		.input = scenario->typed ? worker->terminal : -1,
		.output = worker->output,
		.attached = scenario->attach ? init : 0,
		.deadline = options.deadline,
	};
}

static struct answer run(struct worker *worker, const struct scenario *scenario,
	const char *const *words, double limit)
{
	struct line line;

	line_make(worker, scenario, words, &line);
	return command_run(line.words, worker->output, limit);
}

static bool is_success(struct answer answer)
{
	return !answer.late && WIFEXITED(answer.status) && WEXITSTATUS(answer.status) == 0;
}

static bool says(
	const struct test_case *test, const char *what, struct answer answer, const char *output)
{
	if (answer.late)
		report_failure(test, "%s takes longer than %.1f s", what, answer.seconds);
	else if (WIFSIGNALED(answer.status))
		report_failure(test, "%s is ended by signal %d", what, WTERMSIG(answer.status));
	else
		report_failure(test, "%s: status %d: %s", what, WEXITSTATUS(answer.status), output);
	return false;
}

/* ---- before ------------------------------------------------------------------------------ */

/* ret_init: the container's, or 0. */
static bool prepare(struct worker *worker, const struct scenario *scenario, pid_t *ret_init,
	const char **ret_words)
{
	pid_t pid;

	*ret_init = 0;
	ends_offer(worker, scenario->notify);
	for (size_t i = 0; i < STEPS_MAX && scenario->before[i][0]; i++) {
		*ret_words = scenario->before[i][0];
		if (!is_success(run(worker, scenario, scenario->before[i], options.deadline)))
			return false;
	}
	(void)output_take(worker->output);
	if (!scenario->before[0][0])
		return true;
	*ret_words = "find init";
	if (left_processes(0, &pid, 1) != 1)
		return false;
	if (!scenario->end_init)
		*ret_init = pid;
	else if (kill(pid, SIGKILL) < 0 || waitpid(pid, NULL, __WALL) != pid)
		return false;
	if (scenario->limits)
		limits_take(worker);
	return true;
}

/* Nothing can be judged then. */
static _Noreturn void give_up(struct worker *worker, const char *name, const char *what)
{
	const char *output = output_take(worker->output);

	left_remove(worker);
	errx(2, "%s: %s: %s", name, what, output);
}

void judge_count(struct worker *worker, size_t index, struct calls calls[PROCESSES_MAX])
{
	const struct scenario *scenario = &scenarios[index];
	const char *words = scenario->name;
	struct traced traced = { .calls = calls };
	const struct aim nowhere = { 0 };
	struct command command;
	struct line line;
	pid_t init;

	if (!prepare(worker, scenario, &init, &words))
		give_up(worker, scenario->name, words);
	command_make(worker, scenario, init, &line, &command);
	trace(&command, &nowhere, &traced);
	ends_offer(worker, false);
	bool success = WIFEXITED(traced.status) && WEXITSTATUS(traced.status) == 0;
	if (traced.hung)
		give_up(worker, scenario->name, "hangs where nothing is struck");
	if (!WIFEXITED(traced.status))
		give_up(worker, scenario->name, "ends by a signal where nothing is struck");
	if (success == scenario->refused)
		give_up(worker, scenario->name, "fails or succeeds where nothing is struck");
	ends_close(worker);
	(void)left_in_cache(worker);
	left_remove(worker);
	(void)output_take(worker->output);
}

/* ---- questions --------------------------------------------------------------------------- */

/* The word behind "key": in a document, or "". */
static void find_value(const char *document, const char *key, char value[32])
{
	const char *at = strstr(document, key);

	value[0] = '\0';
	if (at)
		(void)sscanf(at + strlen(key), " \"%31[a-z]", value);
}

/* Asks until it is so; the last answer stays in ret_status. */
static bool status_becomes(
	struct worker *worker, const struct scenario *scenario, const char *wanted, char status[32])
{
	static command_words words = { "state", "ID" };
	double end = seconds_now() + STATUS_PATIENCE;

	for (;;) {
		struct answer answer = run(worker, scenario, words, options.deadline);
		const char *output = output_take(worker->output);

		find_value(is_success(answer) ? output : "", "\"status\":", status);
		if (strcmp(status, wanted) == 0)
			return true;
		if (seconds_now() >= end)
			return false;
		(void)usleep(2000);
	}
}

/* ---- the command's own answer ------------------------------------------------------------ */

/*
 * Each thing that is left has its name in what was printed.  What is in the state directory is the
 * container's, whose name is the id.
 */
static bool is_named(const struct worker *worker, const char *left, const char *output)
{
	char copy[LEFT_MAX], *line, *next = copy;

	(void)snprintf(copy, sizeof(copy), "%s", left);
	while ((line = strsep(&next, "\n")) && *line) {
		char kind[16], name[ROOM];

		if (sscanf(line, "%15s %4000s", kind, name) != 2)
			return false;
		if (!strstr(output, strcmp(kind, "state") == 0 ? worker->id : name))
			return false;
	}
	return true;
}

/* A clean-up that failed leaves the container that it names, with all that its record knows. */
static bool is_container(const struct worker *worker, const struct scenario *scenario,
	const char *left, const char *output)
{
	return (scenario->before[0][0] || scenario->after == AFTER_NOTHING) &&
	       strstr(left, "state ") && strstr(output, worker->id);
}

static enum verdict judge_left(struct worker *worker, const struct test_case *test,
	const char *left, bool success, const char *output)
{
	if (!*left)
		return success ? VERDICT_SUCCESS : VERDICT_CLEAN;
	if (is_named(worker, left, output) ||
		is_container(worker, &scenarios[test->scenario], left, output))
		return VERDICT_REMOVED;
	report_failure(test, "%s, but there is left: %s(it said: %s)",
		success ? "success" : "an error", left, output);
	return VERDICT_FAILURE;
}

/* Whether what a success promises to others has come there. */
static bool is_delivered(struct worker *worker, const struct test_case *test, const char *output)
{
	const struct scenario *scenario = &scenarios[test->scenario];
	char wrong[LEFT_MAX];

	if (scenario->console && ends_terminals(worker) != 1) {
		report_failure(test, "success, but %zu terminals came", worker->terminal_count);
		return false;
	}
	/* To go on without a service manager is no failure, but is told.  Who is dead isn't ready.
	 */
	bool is_dead = test->aim.strike == STRIKE_KILL && test->aim.process == 1;
	if (scenario->notify && !is_dead && !ends_told() && !strstr(output, "NOTIFY_SOCKET")) {
		report_failure(test, "success, but nobody was told that it is ready: %s", output);
		return false;
	}
	if (!scenario->limits)
		return true;
	limits_compare(worker, true, NULL, wrong);
	if (*wrong)
		report_failure(test, "success, but %s", wrong);
	return !*wrong;
}

static enum verdict judge_success(
	struct worker *worker, const struct test_case *test, const char *output)
{
	const struct scenario *scenario = &scenarios[test->scenario];
	char left[LEFT_MAX], status[32];

	const char *says = scenario->says;
	if (says && strcmp(says, "ID") == 0)
		says = worker->id;
	if (scenario->refused || (says && !strstr(output, says))) {
		report_failure(test, "success, but it says: %s", output);
		return VERDICT_FAILURE;
	}
	if (!is_delivered(worker, test, output))
		return VERDICT_FAILURE;
	if (scenario->after == AFTER_NOTHING) {
		left_find(worker, 0, false, left);
		return judge_left(worker, test, left, true, output);
	}
	/* When another than the command was struck it may have been later. */
	if (test->aim.process == 0 && scenario->reached &&
		!status_becomes(worker, scenario, scenario->reached, status)) {
		report_failure(test, "success, but the status is '%s'", status);
		return VERDICT_FAILURE;
	}
	return VERDICT_SUCCESS;
}

/* A line that is an error, and tells more than an error's name. */
static bool is_error(const char *output)
{
	static const char head[] = "level=error msg=\"";
	const char *message = strstr(output, head);

	if (!message)
		return false;
	message += strlen(head);
	for (int error = 1; error < ERRORS_MAX; error++) {
		const char *name = strerrordesc_np(error);
		size_t length = name ? strlen(name) : 0;

		if (name && strncasecmp(message, name, length) == 0 && message[length] == '"')
			return false;
	}
	return *message != '"';
}

/* The former limits are back, or named. */
static bool is_undone(struct worker *worker, const struct test_case *test, const char *output)
{
	char wrong[LEFT_MAX];

	if (!scenarios[test->scenario].limits)
		return true;
	limits_compare(worker, false, output, wrong);
	if (*wrong)
		report_failure(test, "an error, but %s(it said: %s)", wrong, output);
	return !*wrong;
}

static enum verdict judge_error(struct worker *worker, const struct test_case *test, int code,
	pid_t init, const char *output)
{
	const struct scenario *scenario = &scenarios[test->scenario];
	bool had_container = scenario->before[0][0];
	bool may_stay = had_container && scenario->after == AFTER_CONTAINER;
	char left[LEFT_MAX], status[32];

	/* The program was killed: what `run` and `exec` return is its status. */
	bool is_program =
		test->aim.strike == STRIKE_KILL && test->aim.process > 0 && code == 128 + SIGKILL;
	/* What failed is the telling itself. */
	bool is_mute = test->aim.strike == STRIKE_FAIL && test->number == SYS_write && !*output;
	if (!is_program && !is_mute && !is_error(output)) {
		report_failure(test, "status %d without an error: '%s'", code, output);
		return VERDICT_FAILURE;
	}
	if (access(worker->pid_file, F_OK) == 0) {
		report_failure(test, "an error, but the pid file is left: %s", output);
		return VERDICT_FAILURE;
	}
	if (!is_undone(worker, test, output))
		return VERDICT_FAILURE;
	left_find(worker, init, may_stay, left);
	enum verdict verdict = judge_left(worker, test, left, false, output);
	if (scenario->kept && verdict == VERDICT_CLEAN &&
		!status_becomes(worker, scenario, scenario->kept, status)) {
		report_failure(
			test, "an error, but the status is '%s'; it said: %s", status, output);
		return VERDICT_FAILURE;
	}
	return verdict;
}

static enum verdict judge_command(struct worker *worker, const struct test_case *test,
	const struct traced *traced, pid_t init, const char *output)
{
	if (traced->hung) {
		report_failure(test, "the command hangs: %s", output);
		return VERDICT_FAILURE;
	}
	if (!traced->hit)
		return VERDICT_MISSED;
	/* Nobody could put it back then, and the next case wants it as it was in any case. */
	bool is_killed = test->aim.strike == STRIKE_KILL && test->aim.process == 0;
	if (!ends_restore(worker) && !is_killed && !strstr(output, "our terminal stays raw")) {
		report_failure(
			test, "the modes of the caller's terminal are not put back: %s", output);
		return VERDICT_FAILURE;
	}
	if (left_in_cache(worker) && !is_killed) {
		report_failure(test, "an unfinished file is left in the cache of filters");
		return VERDICT_FAILURE;
	}
	if (is_killed)
		return VERDICT_SUCCESS;
	if (WIFSIGNALED(traced->status)) {
		report_failure(test, "the command is ended by signal %d: %s",
			WTERMSIG(traced->status), output);
		return VERDICT_FAILURE;
	}
	if (WEXITSTATUS(traced->status) == 0)
		return judge_success(worker, test, output);
	return judge_error(worker, test, WEXITSTATUS(traced->status), init, output);
}

/* ---- after: state, list, delete --force, and again ---------------------------------------------
 */

static bool answers(struct worker *worker, const struct test_case *test)
{
	static const struct {
		command_words words;
		bool may_fail; /* there may be no container */
	} questions[] = {
		{ { "state", "ID" }, true },
		{ { "list" }, false },
		{ { "delete", "--force", "ID" }, false },
	};

	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		struct answer answer =
			run(worker, &scenarios[test->scenario], questions[i].words, options.answer);
		const char *output = output_take(worker->output);
		bool is_told = WIFEXITED(answer.status) && is_error(output);

		if (!is_success(answer) && (answer.late || !questions[i].may_fail || !is_told))
			return says(test, questions[i].words[0], answer, output);
	}
	return true;
}

/* What was struck can be done again, and does then what it should have done. */
static bool can_be_updated(struct worker *worker, const struct test_case *test)
{
	const struct scenario *scenario = &scenarios[test->scenario];
	char wrong[LEFT_MAX];

	if (!scenario->limits)
		return true;
	struct answer answer = run(worker, scenario, scenario->command, options.answer);
	const char *output = output_take(worker->output);
	if (!is_success(answer))
		return says(test, "the next update", answer, output);
	limits_compare(worker, true, NULL, wrong);
	if (*wrong)
		report_failure(test, "after the next update %s", wrong);
	return !*wrong;
}

static bool is_gone(struct worker *worker, const struct test_case *test, const char *when)
{
	char left[LEFT_MAX];

	left_find(worker, 0, false, left);
	if (*left)
		report_failure(test, "%s there is left: %s", when, left);
	return !*left;
}

static bool can_be_used_again(struct worker *worker, const struct test_case *test)
{
	static command_words words = { "run", "ID" };
	const struct scenario plain = { .config = "true.json" };
	struct answer answer = run(worker, &plain, words, options.deadline);
	const char *output = output_take(worker->output);

	if (!is_success(answer))
		return says(test, "the next run", answer, output);
	return is_gone(worker, test, "after the next run");
}

enum verdict judge(struct worker *worker, struct test_case *test)
{
	const struct scenario *scenario = &scenarios[test->scenario];
	const char *words = scenario->name;
	struct traced traced = { 0 };
	struct command command;
	struct line line;
	pid_t init;

	if (!prepare(worker, scenario, &init, &words)) {
		report_failure(test, "before it: %s: %s", words, output_take(worker->output));
		left_remove(worker);
		return VERDICT_FAILURE;
	}
	command_make(worker, scenario, init, &line, &command);
	trace(&command, &test->aim, &traced);
	ends_offer(worker, false);
	if (traced.hit)
		test->number = traced.number;
	char *output = strdup(output_take(worker->output));
	if (!output)
		err(2, "keep the output");
	enum verdict verdict = judge_command(worker, test, &traced, init, output);
	if (options.verbose)
		report_details(test, verdict, output);
	free(output);
	bool clean = can_be_updated(worker, test) && answers(worker, test) &&
		     is_gone(worker, test, "after delete --force") &&
		     (test->aim.strike != STRIKE_KILL || can_be_used_again(worker, test));
	if (!clean)
		verdict = VERDICT_FAILURE;
	if (verdict == VERDICT_FAILURE)
		left_remove(worker);
	(void)unlink(worker->pid_file);
	ends_close(worker);
	return verdict;
}
