#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/store/directory.h"
#include "tests/scratch.h"

/* Behind the house's own: it has a macro called fail. */
#include <cmocka.h>

static void ids_are_checked(void **state)
{
	char longest[257] = { 0 };
	const char *good[] = { "a", "A-b_c+d.e", "0", "-a", "a..b", "_" };
	const char *bad[] = { "", ".", "..", ".a", "a/b", "/", "a b", "a\n", "\xc3\xa4", "a%",
		"~" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_int_equal(store_check_id(good[i]), 0);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(store_check_id(bad[i]), -EINVAL);

	memset(longest, 'x', 256);
	assert_int_equal(store_check_id(longest), -EINVAL);
	longest[255] = '\0';
	assert_int_equal(store_check_id(longest), 0);
}

static void made_with_parents_and_modes(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	struct stat facts;
	mode_t mask = umask(0077);

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	umask(mask);
	assert_int_equal(fstat(fd, &facts), 0);
	assert_int_equal(facts.st_mode, S_IFDIR | 0711);
	assert_true(store_is_locked(fd));
	store_unlock(fd);
	assert_false(store_is_locked(fd));
}

static void kept_private_whether_new_or_not(void **state)
{
	struct scratch *scratch = *state;
	struct stat status;
	mode_t mask = umask(0);

	assert_int_equal(store_keep_private(scratch->root), 0);
	assert_int_equal(stat(scratch->root, &status), 0);
	assert_int_equal(status.st_mode, S_IFDIR | 01700);
	assert_int_equal(chmod(scratch->root, 0755), 0);
	assert_int_equal(store_keep_private(scratch->root), 0);
	assert_int_equal(stat(scratch->root, &status), 0);
	assert_int_equal(status.st_mode, S_IFDIR | 01700);
	(void)umask(mask);
}

/* Who made it may have written into it what we would kill and run. */
static void another_users_directory_is_refused(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	char path[PATH_MAX + 2];

	if (geteuid() != 0)
		skip();
	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	fd_close(&fd);
	(void)snprintf(path, sizeof(path), "%s/c", scratch->root);
	assert_int_equal(chown(path, 4321, 0), 0);
	assert_int_equal(store_open(scratch->root, "c", false, &fd), -EPERM);
	assert_string_equal(error_text(), "state directory 'c' belongs to user id 4321");
	assert_int_equal(store_make(scratch->root, "c", &fd), -EPERM);
}

static void an_id_is_given_once(void **state)
{
	struct scratch *scratch = *state;
	auto_close int first = -EBADF;
	auto_close int second = -EBADF;

	/* Under way: locked, but without a record. */
	assert_int_equal(store_make(scratch->root, "c", &first), 0);
	assert_int_equal(store_make(scratch->root, "c", &second), -EEXIST);
	assert_string_equal(error_text(), "container with given ID already exists");

	/* There: with a record, but not locked. */
	close(openat(first, "record", O_CREAT | O_WRONLY, 0600));
	store_unlock(first);
	assert_int_equal(store_make(scratch->root, "c", &second), -EEXIST);
	assert_int_equal(store_make(scratch->root, "d", &second), 0);
}

static void what_a_killed_create_left_is_taken_over(void **state)
{
	struct scratch *scratch = *state;
	auto_close int first = -EBADF;
	auto_close int second = -EBADF;

	assert_int_equal(store_make(scratch->root, "c", &first), 0);
	close(openat(first, ".record.tmp", O_CREAT | O_WRONLY, 0600));
	assert_int_equal(mkdirat(first, "notify", 0700), 0);
	fd_close(&first); /* as its end closes it */

	assert_int_equal(store_make(scratch->root, "c", &second), 0);
	assert_int_equal(faccessat(second, ".record.tmp", F_OK, 0), -1);
	assert_int_equal(faccessat(second, "notify", F_OK, 0), -1);
}

static void opening_what_does_not_exist(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;

	/* No root, then no container in it. */
	assert_int_equal(store_open(scratch->root, "c", false, &fd), -ENOENT);
	assert_string_equal(error_text(), "container does not exist");
	assert_int_equal(store_open(scratch->path, "c", true, &fd), -ENOENT);
	assert_string_equal(error_text(), "container does not exist");
}

static void no_symlink_is_a_state_directory(void **state)
{
	struct scratch *scratch = *state;
	char path[128];
	int fd = -EBADF;

	(void)snprintf(path, sizeof(path), "%s/c", scratch->path);
	assert_int_equal(symlink("/tmp", path), 0);
	assert_true(store_open(scratch->path, "c", false, &fd) < 0);
	assert_true(store_make(scratch->path, "c", &fd) < 0);
}

/* Runs as another process: locks, says so, and lets go when its time is over. */
static void hold_lock(const char *root, int ready, int milliseconds, bool remove_it)
{
	int fd = -EBADF;

	if (store_open(root, "c", true, &fd) < 0)
		_exit(1);
	if (write(ready, "x", 1) != 1)
		_exit(2);
	usleep((useconds_t)milliseconds * 1000);
	if (remove_it && store_remove(root, "c", fd) < 0)
		_exit(3);
	_exit(0);
}

static pid_t start_holder(const char *root, int milliseconds, bool remove_it)
{
	int ready[2];
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0)
		hold_lock(root, ready[1], milliseconds, remove_it);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void make_unlocked(const char *root)
{
	int fd = -EBADF;

	assert_int_equal(store_make(root, "c", &fd), 0);
	close(openat(fd, "record", O_CREAT | O_WRONLY, 0600));
	close(fd);
}

static void a_lock_is_waited_for(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	int status;

	make_unlocked(scratch->root);
	pid_t pid = start_holder(scratch->root, 100, false);
	assert_int_equal(store_open(scratch->root, "c", false, &fd), 0);
	assert_true(store_is_locked(fd));
	fd_close(&fd);

	assert_int_equal(store_open(scratch->root, "c", true, &fd), 0);
	/* It was let go, and not taken from the holder. */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* For one second, while others would have waited for ten. */
static void a_lock_is_not_waited_for_long_by_who_can_do_without(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;

	make_unlocked(scratch->root);
	pid_t pid = start_holder(scratch->root, 60000, false);
	assert_int_equal(store_open(scratch->root, "c", STORE_LOCKED_SOON, &fd), -ETIMEDOUT);
	assert_non_null(strstr(error_text(), "has been working on the container for 1 s"));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(store_open(scratch->root, "c", STORE_LOCKED_SOON, &fd), 0);
}

/* Who holds a directory that was deleted has nothing to do with the next one of its name. */
static void a_directory_of_the_same_name_is_another(void **state)
{
	struct scratch *scratch = *state;
	auto_close int old = -EBADF, next = -EBADF;

	assert_int_equal(store_make(scratch->root, "c", &old), 0);
	assert_int_equal(store_is_linked(scratch->root, "c", old), 1);
	assert_int_equal(store_remove(scratch->root, "c", old), 0);
	assert_int_equal(store_is_linked(scratch->root, "c", old), 0);
	assert_int_equal(store_make(scratch->root, "c", &next), 0);
	assert_int_equal(store_is_linked(scratch->root, "c", old), 0);
	assert_int_equal(store_is_linked(scratch->root, "c", next), 1);
}

static void what_is_removed_while_it_is_waited_for_is_gone(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	int status;

	make_unlocked(scratch->root);
	pid_t pid = start_holder(scratch->root, 100, true);
	assert_int_equal(store_open(scratch->root, "c", true, &fd), -ENOENT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void a_lock_ends_with_its_holder(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	int status;

	make_unlocked(scratch->root);
	pid_t pid = start_holder(scratch->root, 60000, false);
	assert_int_equal(store_open(scratch->root, "c", false, &fd), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(store_is_locked(fd));
}

static void removed_with_all_in_it(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF;
	char path[PATH_MAX + 8], outside[128];

	/* A symlink in it is removed, not what it leads to. */
	(void)snprintf(outside, sizeof(outside), "%s/outside", scratch->path);
	assert_int_equal(mkdir(outside, 0700), 0);
	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	assert_int_equal(symlinkat(outside, fd, "link"), 0);
	assert_int_equal(mkdirat(fd, "d", 0700), 0);
	assert_int_equal(mkdirat(fd, "d/e", 0700), 0);
	assert_int_equal(mkfifoat(fd, "d/e/f", 0600), 0);
	close(openat(fd, "record", O_CREAT | O_WRONLY, 0600));

	assert_int_equal(store_remove(scratch->root, "c", fd), 0);
	(void)snprintf(path, sizeof(path), "%s/c", scratch->root);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access(outside, F_OK), 0);

	/* Again: nothing is left to do; and another container of that id is not ours to remove. */
	assert_int_equal(store_remove(scratch->root, "c", fd), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(store_remove(scratch->root, "c", fd), 0);
	assert_int_equal(access(path, F_OK), 0);
}

static void listed_in_order(void **state)
{
	struct scratch *scratch = *state;
	struct arena arena = { 0 };
	const char **ids = NULL;
	size_t count = 99;
	char id[32], path[PATH_MAX + 8];

	assert_int_equal(store_list(&arena, scratch->root, &ids, &count), -ENOENT);
	for (int i = 99; i >= 0; i--) {
		int fd = -EBADF;

		(void)snprintf(id, sizeof(id), "c%02d", i);
		assert_int_equal(store_make(scratch->root, id, &fd), 0);
		close(fd);
	}
	(void)snprintf(path, sizeof(path), "%s/.hidden", scratch->root);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/file", scratch->root);
	close(open(path, O_CREAT | O_WRONLY, 0600));

	assert_int_equal(store_list(&arena, scratch->root, &ids, &count), 0);
	assert_int_equal(count, 100);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(id, sizeof(id), "c%02zu", i);
		assert_string_equal(ids[i], id);
	}
	arena_done(&arena);
}

/* Many at once want one id: one gets it, while others delete what they take for leftovers. */
static void one_of_many_gets_the_id(void **state)
{
	enum { CREATORS = 8, DELETERS = 4 };
	struct scratch *scratch = *state;
	int status, winners = 0;

	for (int i = 0; i < CREATORS + DELETERS; i++) {
		if (fork() != 0)
			continue;
		int fd = -EBADF;
		if (i < CREATORS) {
			int r = store_make(scratch->root, "c", &fd);
			if (r == 0)
				close(openat(fd, "record", O_CREAT | O_WRONLY, 0600));
			_exit(r == 0 ? 1 : r == -EEXIST ? 0 : 2);
		}
		for (int n = 0; n < 200; n++) {
			if (store_open(scratch->root, "c", true, &fd) < 0)
				continue;
			if (faccessat(fd, "record", F_OK, 0) < 0)
				(void)store_remove(scratch->root, "c", fd);
			close(fd);
		}
		_exit(0);
	}
	while (wait(&status) > 0) {
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
		winners += WEXITSTATUS(status);
	}
	assert_int_equal(winners, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_checked),
		scratch_test(made_with_parents_and_modes),
		scratch_test(kept_private_whether_new_or_not),
		scratch_test(another_users_directory_is_refused),
		scratch_test(an_id_is_given_once),
		scratch_test(what_a_killed_create_left_is_taken_over),
		scratch_test(opening_what_does_not_exist),
		scratch_test(no_symlink_is_a_state_directory),
		scratch_test(a_lock_is_waited_for),
		scratch_test(a_lock_is_not_waited_for_long_by_who_can_do_without),
		scratch_test(a_directory_of_the_same_name_is_another),
		scratch_test(what_is_removed_while_it_is_waited_for_is_gone),
		scratch_test(a_lock_ends_with_its_holder),
		scratch_test(removed_with_all_in_it),
		scratch_test(listed_in_order),
		scratch_test(one_of_many_gets_the_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
