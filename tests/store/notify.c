#include <errno.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/store/directory.h"
#include "tests/scratch.h"

static void made_for_all_users(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF, socket = -EBADF;
	struct stat facts;
	mode_t saved = umask(0077);

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	assert_int_equal(store_bind_notify(fd, &socket), -ENOENT);
	assert_string_equal(error_text(), "");
	assert_int_equal(store_make_notify(fd), 0);
	umask(saved);
	assert_int_equal(fstatat(fd, "notify", &facts, 0), 0);
	assert_int_equal(facts.st_mode, S_IFDIR | 0700); /* not for others of the host */
	assert_int_equal(fstatat(fd, "notify/shared", &facts, 0), 0);
	assert_int_equal(facts.st_mode, S_IFDIR | 0755);
	assert_int_equal(store_bind_notify(fd, &socket), 0);
	assert_int_equal(fstatat(fd, "notify/shared/notify.sock", &facts, 0), 0);
	assert_int_equal(facts.st_mode, S_IFSOCK | 0777);
	assert_int_equal(store_remove(scratch->root, "c", fd), 0);
}

/* Who may write to the container's side of it leads nobody astray. */
static void links_are_not_followed(void **state)
{
	struct scratch *scratch = *state;
	auto_close int fd = -EBADF, socket = -EBADF;

	assert_int_equal(store_make(scratch->root, "c", &fd), 0);
	assert_int_equal(symlinkat(scratch->path, fd, "notify"), 0);
	assert_int_equal(store_bind_notify(fd, &socket), -ENOTDIR);
	assert_int_equal(store_make_notify(fd), -EEXIST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(made_for_all_users),
		scratch_test(links_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
