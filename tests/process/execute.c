#include "tests/process/child.h"

#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "libcontainer/process/execute.h"
#include "tests/scratch.h"

/* ---- the working directory ---------------------------------------------------------- */

static void enter_directory(void *context)
{
	const struct scratch *scratch = context;
	char cwd[PATH_MAX];

	child_check(execute_enter_directory(scratch->path) == 0);
	child_check(getcwd(cwd, sizeof(cwd)) && strcmp(cwd, scratch->path) == 0);
	child_check(execute_enter_directory("/tmp/no-such-directory-of-caisson") == -ENOENT);
	child_check(strstr(error_text(), "process.cwd: chdir to '/tmp/no-such") == error_text());
	child_check(execute_enter_directory("/dev/null") == -ENOTDIR);
}

static void directory_is_entered(void **state)
{
	child_run(enter_directory, *state);
}

/* CVE-2024-21626, with the descriptor that the runtime must not have leaked. */
static void enter_by_descriptor(void *context)
{
	struct scratch *scratch = context;
	char path[64];

	if (geteuid() != 0 && unshare(CLONE_NEWUSER) < 0)
		_exit(CHILD_SKIP);
	int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	child_check(host >= 0);
	child_check(fchdir(host) == 0);
	/* The descriptor's directory is outside of the root from here on. */
	if (chroot(scratch->path) < 0)
		_exit(CHILD_SKIP);
	(void)snprintf(path, sizeof(path), ".");
	child_check(execute_enter_directory(path) == -EINVAL);
	child_check(strstr(error_text(), "possible container breakout") != NULL);
	child_check(execute_enter_directory("/") == 0);
}

static void directory_outside_is_refused(void **state)
{
	child_run(enter_by_descriptor, *state);
}

static void enter_removed(void *context)
{
	char path[80];

	(void)snprintf(path, sizeof(path), "%s/gone", ((struct scratch *)context)->path);
	child_check(mkdir(path, 0755) == 0 && chdir(path) == 0 && rmdir(path) == 0);
	child_check(execute_enter_directory(".") == -EINVAL);
	child_check(strstr(error_text(), "possible container breakout") != NULL);
}

static void removed_directory_is_refused(void **state)
{
	child_run(enter_removed, *state);
}

static void enter_forbidden(void *context)
{
	const struct scratch *scratch = context;

	child_check(fchmodat(AT_FDCWD, scratch->path, 0, 0) == 0);
	if (geteuid() == 0 && setuid(65534) < 0)
		_exit(CHILD_SKIP);
	child_check(execute_enter_directory(scratch->path) == -EACCES);
	/* Plain: it is tried again with other ids. */
	child_check(error_text()[0] == '\0');
}

static void forbidden_directory_comes_plain(void **state)
{
	const struct scratch *scratch = *state;

	child_run(enter_forbidden, *state);
	assert_int_equal(chmod(scratch->path, 0700), 0);
}

/* ---- finding ------------------------------------------------------------------------ */

struct find {
	const struct scratch *scratch;
	const char *name, *path; /* path NULL: no PATH at all; %s: the scratch directory */
	int code;
	const char *result; /* with %s likewise */
};

static void assert_found(const struct find *find)
{
	char path[512], expected[512], buffer[256] = "";
	const char *args[] = { find->name, NULL };
	const char *env[] = { "XPATH=/bin", "PATHX=/bin", find->path ? path : NULL, NULL };
	const struct plan_process plan = { .args = args, .env = env };
	const char *root = find->scratch->path;

	(void)snprintf(path, sizeof(path), "PATH=");
	if (find->path)
		(void)snprintf(path + 5, sizeof(path) - 5, find->path, root, root);
	(void)snprintf(expected, sizeof(expected), find->result, root, root);
	error_clear();
	assert_int_equal(execute_find(&plan, buffer, sizeof(buffer)), find->code);
	assert_string_equal(find->code ? error_text() : buffer, expected);
	error_clear();
}

static void make_programs(const struct scratch *scratch)
{
	scratch_directory(scratch, "a");
	scratch_directory(scratch, "b");
	scratch_directory(scratch, "a/dir");
	scratch_file(scratch, "b/tool", "x", 0755);
	scratch_file(scratch, "a/plain", "x", 0644);
	scratch_file(scratch, "b/plain", "x", 0755);
	scratch_file(scratch, "a/secret", "x", 0600);
}

static void lookup_follows_path(void **state)
{
	const struct scratch *s = *state;
	const struct find rows[] = {
		{ s, "tool", "%s/a:%s/b", 0, "%s/b/tool" },
		{ s, "tool", "/nonexistent::%s/b:", 0, "%s/b/tool" },
		/* What is not executable does not hide what is. */
		{ s, "plain", "%s/a:%s/b", 0, "%s/b/plain" },
		{ s, "secret", "%s/a", -EACCES, "exec: \"secret\": permission denied" },
		{ s, "dir", "%s/a", -ENOENT, "exec: \"dir\": executable file not found in $PATH" },
		{ s, "none", "%s/a", -ENOENT,
			"exec: \"none\": executable file not found in $PATH" },
		{ s, "", "%s/a", -ENOENT, "exec: \"\": executable file not found in $PATH" },
		{ s, "tool", "", -ENOENT, "exec: \"tool\": executable file not found in $PATH" },
		{ s, "sh", NULL, -ENOENT, "exec: \"sh\": executable file not found in $PATH" },
	};

	make_programs(s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_found(&rows[i]);
}

static void find_in_current(void *context)
{
	const struct scratch *scratch = context;
	const char *args[] = { "tool", NULL }, *env[] = { "PATH=/none::/bin", NULL };
	const struct plan_process plan = { .args = args, .env = env };
	char buffer[64];

	child_check(chdir(scratch->path) == 0 && chdir("b") == 0);
	child_check(execute_find(&plan, buffer, sizeof(buffer)) == 0);
	child_check(strcmp(buffer, "./tool") == 0);
}

static void empty_element_is_the_current_directory(void **state)
{
	make_programs(*state);
	child_run(find_in_current, *state);
}

static void slash_needs_no_path(void **state)
{
	const struct scratch *s = *state;
	char tool[80], plain[80], dir[80], none[80], below[80];

	make_programs(s);
	(void)snprintf(tool, sizeof(tool), "%s/b/tool", s->path);
	(void)snprintf(plain, sizeof(plain), "%s/a/plain", s->path);
	(void)snprintf(dir, sizeof(dir), "%s/a/dir", s->path);
	(void)snprintf(none, sizeof(none), "%s/none", s->path);
	(void)snprintf(below, sizeof(below), "%s/b/tool/x", s->path);
	const struct find rows[] = {
		{ s, tool, NULL, 0, "%s/b/tool" },
		{ s, plain, NULL, -EACCES, "exec: \"%s/a/plain\": permission denied" },
		{ s, dir, NULL, -EISDIR, "exec: \"%s/a/dir\": is a directory" },
		{ s, none, NULL, -ENOENT,
			"exec: \"%s/none\": stat %s/none: no such file or directory" },
		{ s, below, NULL, -ENOTDIR,
			"exec: \"%s/b/tool/x\": stat %s/b/tool/x: not a directory" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_found(&rows[i]);
}

static void too_long_a_name_is_refused(void **state)
{
	const char *args[] = { "/bin/a-name-that-does-not-fit", NULL }, *env[] = { NULL };
	const struct plan_process plan = { .args = args, .env = env };
	char buffer[16];

	(void)state;
	assert_int_equal(execute_find(&plan, buffer, sizeof(buffer)), -ENAMETOOLONG);
	error_clear();
}

/* ---- executing ---------------------------------------------------------------------- */

static void run_program(void *context)
{
	const char *args[] = { "sh", "-c", "[ \"$0:$A\" = sh:1 ] && exit 7", NULL };
	const char *env[] = { "A=1", NULL };
	const struct plan_process plan = { .args = args, .env = env, .env_count = 1 };

	(void)context;
	(void)execute_program("/bin/sh", &plan);
}

static void program_gets_arguments_and_environment(void **state)
{
	(void)state;
	int status = child_status(run_program, NULL);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void failures_have_exactly_these_words(void **state)
{
	const struct scratch *scratch = *state;
	const char *args[] = { "x", NULL }, *env[] = { NULL };
	const struct plan_process plan = { .args = args, .env = env };
	char script[80], expected[160];

	scratch_file(scratch, "run.sh", "#!/no/such/interpreter\n", 0755);
	scratch_file(scratch, "junk", "junk", 0755);
	(void)snprintf(script, sizeof(script), "%s/run.sh", scratch->path);
	(void)snprintf(expected, sizeof(expected), "exec %s: no such file or directory", script);
	assert_int_equal(execute_program(script, &plan), -ENOENT);
	assert_string_equal(error_text(), expected);
	(void)snprintf(script, sizeof(script), "%s/junk", scratch->path);
	(void)snprintf(expected, sizeof(expected), "exec %s: exec format error", script);
	assert_int_equal(execute_program(script, &plan), -ENOEXEC);
	assert_string_equal(error_text(), expected);
	error_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(directory_is_entered),
		scratch_test(directory_outside_is_refused),
		scratch_test(removed_directory_is_refused),
		scratch_test(forbidden_directory_comes_plain),
		scratch_test(lookup_follows_path),
		scratch_test(empty_element_is_the_current_directory),
		scratch_test(slash_needs_no_path),
		scratch_test(too_long_a_name_is_refused),
		cmocka_unit_test(program_gets_arguments_and_environment),
		scratch_test(failures_have_exactly_these_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
