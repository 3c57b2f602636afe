#include "libcontainer/kernel/inside.h"

#include <errno.h>
#include <signal.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/syscall.h"
#include "tests/kernel/sandbox.h"
#include "tests/scratch.h"

/*
 * Every test is run twice: with openat2(2), and with our own walk.  The root is "root" in a scratch
 * directory; "outside" beside it must never be reached.
 */
static int root;

static int make_trees(void **state)
{
	/* What cmocka_unit_test_prestate... gave us: whether to be careful. */
	inside_set_careful(*(bool *)*state);
	if (scratch_enter(state) < 0)
		return -1;
	(void)umask(022);
	if (mkdir("root", 0755) < 0 || mkdir("outside", 0755) < 0 || mkdir("root/a", 0755) < 0 ||
		mkdir("root/a/b", 0755) < 0)
		return -1;
	write_text("outside/secret", "secret");
	write_text("root/a/file", "inside");
	root = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	error_clear();
	return root < 0 ? -1 : 0;
}

static int remove_trees(void **state)
{
	(void)close(root);
	inside_set_careful(false);
	return scratch_remove(state);
}

/* Opens it and compares the text; the result of the call where that fails. */
static int reads(const char *path, const char *text)
{
	auto_close int fd = -EBADF;
	char buffer[32] = "";
	int r = inside_open(root, path, O_RDONLY, &fd);

	if (r < 0)
		return r;
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_true(read(fd, buffer, sizeof(buffer) - 1) >= 0);
	assert_string_equal(buffer, text);
	return 0;
}

static int opens(const char *path, int flags)
{
	auto_close int fd = -EBADF;

	return inside_open(root, path, flags, &fd);
}

/* Whether inside the path leads to what the other path is outside. */
static void assert_leads_to(const char *path, const char *host_path)
{
	auto_close int fd = -EBADF;
	struct stat found, expected;

	assert_int_equal(inside_open(root, path, O_PATH, &fd), 0);
	assert_int_equal(fstat(fd, &found), 0);
	assert_int_equal(stat(host_path, &expected), 0);
	assert_int_equal(found.st_ino, expected.st_ino);
	assert_int_equal(found.st_dev, expected.st_dev);
}

static void test_plain_paths(void **state)
{
	(void)state;
	assert_int_equal(reads("a/file", "inside"), 0);
	assert_int_equal(reads("/a/file", "inside"), 0);
	assert_int_equal(reads("//a///file", "inside"), 0);
	assert_int_equal(reads("./a/./b/.././file", "inside"), 0);
	assert_leads_to("/", "root");
	assert_leads_to(".", "root");
	assert_leads_to("a/", "root/a");
	assert_leads_to("a/b/..", "root/a");
}

static void test_errors(void **state)
{
	(void)state;
	error_clear();
	assert_int_equal(opens("", O_PATH), -ENOENT);
	assert_int_equal(opens("none", O_RDONLY), -ENOENT);
	assert_int_equal(opens("none/x", O_PATH), -ENOENT);
	assert_string_equal(error_text(), ""); /* expected misses come without words */
	assert_int_equal(opens("a/file/x", O_PATH), -ENOTDIR);
	assert_string_equal(error_text(), "open 'a/file/x': not a directory");
	assert_int_equal(opens("a/file/", O_PATH), -ENOTDIR);
	assert_int_equal(opens("a/file/.", O_PATH), -ENOTDIR);
	assert_int_equal(opens("a/file", O_PATH | O_DIRECTORY), -ENOTDIR);
	assert_int_equal(opens("a", O_WRONLY), -EISDIR);
	assert_int_equal(opens("new", O_WRONLY | O_CREAT), -EINVAL);
	assert_int_equal(opens("a", O_WRONLY | O_TMPFILE), -EINVAL);
	assert_int_equal(access("root/new", F_OK), -1);
}

static void test_dots_end_at_the_root(void **state)
{
	(void)state;
	assert_int_equal(reads("../../a/file", "inside"), 0);
	assert_int_equal(opens("../outside/secret", O_RDONLY), -ENOENT);
	assert_int_equal(opens("a/../../outside/secret", O_RDONLY), -ENOENT);
	assert_leads_to("..", "root");
	assert_leads_to("a/b/../../..", "root");
}

static void test_symlinks_stay_inside(void **state)
{
	char path[128];

	(void)state;
	assert_int_equal(symlink("/a/file", "root/absolute"), 0);
	assert_int_equal(symlink("../a/file", "root/a/relative"), 0);
	assert_int_equal(symlink("../../../../../a/file", "root/a/b/up"), 0);
	assert_int_equal(symlink("..", "root/a/b/parent"), 0);
	assert_int_equal(symlink("/", "root/a/top"), 0);
	assert_int_equal(symlink("../outside/secret", "root/escape"), 0);
	(void)snprintf(path, sizeof(path), "%s/outside/secret", ((struct scratch *)*state)->path);
	assert_int_equal(symlink(path, "root/host"), 0);

	assert_int_equal(reads("absolute", "inside"), 0);
	assert_int_equal(reads("a/relative", "inside"), 0);
	assert_int_equal(reads("a/b/up", "inside"), 0);
	assert_int_equal(reads("a/b/parent/file", "inside"), 0);
	assert_int_equal(reads("a/b/parent/b/../file", "inside"), 0);
	assert_int_equal(reads("a/top/a/top/absolute", "inside"), 0);
	assert_int_equal(opens("escape", O_RDONLY), -ENOENT);
	assert_int_equal(opens("host", O_RDONLY), -ENOENT);
	assert_int_equal(opens(path, O_RDONLY), -ENOENT);
	/* ".." behind a symlink is its target's parent. */
	assert_int_equal(symlink("a/b", "root/deep"), 0);
	assert_leads_to("deep/..", "root/a");
}

static void test_slash_behind_a_symlink(void **state)
{
	auto_close int fd = -EBADF;
	struct stat facts;

	(void)state;
	assert_int_equal(symlink("a", "root/link"), 0);
	assert_int_equal(symlink("a/file", "root/file_link"), 0);
	assert_leads_to("link/", "root/a");
	assert_leads_to("link//", "root/a");
	assert_int_equal(opens("file_link/", O_PATH), -ENOTDIR);
	/* The slash asks for the directory even where links are not followed. */
	assert_int_equal(inside_open(root, "link/", O_PATH | O_NOFOLLOW, &fd), 0);
	assert_int_equal(fstat(fd, &facts), 0);
	assert_true(S_ISDIR(facts.st_mode));
}

static void test_last_symlink_is_not_followed(void **state)
{
	auto_close int fd = -EBADF;
	struct stat facts;

	(void)state;
	assert_int_equal(symlink("a/file", "root/link"), 0);
	assert_int_equal(opens("link", O_RDONLY | O_NOFOLLOW), -ELOOP);
	assert_int_equal(opens("link", O_PATH | O_NOFOLLOW | O_DIRECTORY), -ENOTDIR);
	assert_int_equal(inside_open(root, "link", O_PATH | O_NOFOLLOW, &fd), 0);
	assert_int_equal(fstat(fd, &facts), 0);
	assert_true(S_ISLNK(facts.st_mode));
}

static void test_loops(void **state)
{
	char name[32], before[32] = "a/file";

	(void)state;
	assert_int_equal(symlink("two", "root/one"), 0);
	assert_int_equal(symlink("one", "root/two"), 0);
	assert_int_equal(symlink("self", "root/self"), 0);
	assert_int_equal(opens("one", O_PATH), -ELOOP);
	assert_int_equal(opens("self/x", O_PATH), -ELOOP);
	/* Forty links are a path, as in open(2); one more is a loop. */
	for (int i = 1; i <= 41; i++) {
		(void)snprintf(name, sizeof(name), "root/chain%d", i);
		assert_int_equal(symlink(before, name), 0);
		(void)snprintf(before, sizeof(before), "chain%d", i);
	}
	assert_int_equal(reads("chain40", "inside"), 0);
	assert_int_equal(opens("chain41", O_RDONLY), -ELOOP);
}

static void test_strict(void **state)
{
	auto_close int fd = -EBADF;

	(void)state;
	assert_int_equal(symlink("a", "root/link"), 0);
	assert_int_equal(inside_open_strict(root, "a/../a/b", O_PATH | O_DIRECTORY, &fd), 0);
	fd_close(&fd);
	assert_int_equal(inside_open_strict(root, "link/b", O_PATH, &fd), -ELOOP);
	assert_int_equal(inside_open_strict(root, "link", O_PATH, &fd), -ELOOP);
	assert_int_equal(inside_open_strict(root, "link", O_PATH | O_NOFOLLOW, &fd), 0);
}

/* The kernel would follow these to wherever they lead, whatever the root is. */
static void test_magic_links(void **state)
{
	auto_close int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int fd = -EBADF;

	(void)state;
	assert_int_equal(inside_open(proc, "self/root", O_PATH, &fd), -ELOOP);
	assert_int_equal(inside_open(proc, "self/root/etc", O_PATH, &fd), -ELOOP);
	assert_int_equal(inside_open(proc, "self/cwd/root/a", O_PATH, &fd), -ELOOP);
	assert_int_equal(inside_open(proc, "self/exe", O_RDONLY, &fd), -ELOOP);
	assert_int_equal(inside_open(proc, "self/fd/0", O_PATH, &fd), -ELOOP);
	assert_int_equal(inside_open(proc, "self/ns/mnt", O_RDONLY, &fd), -ELOOP);
	/* procfs has plain links, too. */
	assert_int_equal(inside_open(proc, "self/status", O_RDONLY, &fd), 0);
	fd_close(&fd);
	assert_int_equal(inside_open(proc, "mounts", O_RDONLY, &fd), 0);
	fd_close(&fd);
	assert_int_equal(inside_open(proc, "thread-self/comm", O_RDONLY, &fd), 0);
	fd_close(&fd);
	assert_int_equal(inside_open(proc, "self/root", O_PATH | O_NOFOLLOW, &fd), 0);
}

static void test_long_paths(void **state)
{
	static char path[PATH_MAX + 16];

	(void)state;
	memset(path, 'n', NAME_MAX + 1);
	path[NAME_MAX + 1] = '\0';
	assert_int_equal(opens(path, O_PATH), -ENAMETOOLONG);
	for (size_t i = 0; i + 2 < sizeof(path); i += 2)
		memcpy(path + i, "./", 3);
	assert_int_equal(opens(path, O_PATH), -ENAMETOOLONG);
	path[PATH_MAX - 2] = '\0';
	assert_leads_to(path, "root");
}

/* ---- making ------------------------------------------------------------------------------ */

static void assert_made(const char *path, mode_t mode)
{
	struct stat facts;

	assert_int_equal(lstat(path, &facts), 0);
	assert_int_equal(facts.st_mode, mode);
}

static void test_directories_are_made(void **state)
{
	auto_close int fd = -EBADF;
	struct stat facts;
	bool made;

	(void)state;
	(void)umask(077);
	assert_int_equal(inside_make_directory(root, "/x/y//z/", 01777, &fd, &made), 0);
	assert_true(made);
	assert_int_equal(umask(022), 077);
	/* The umask is our caller's, not the container's. */
	assert_made("root/x", S_IFDIR | 0755);
	assert_made("root/x/y", S_IFDIR | 0755);
	assert_made("root/x/y/z", S_IFDIR | 01777);
	assert_int_equal(fstat(fd, &facts), 0);
	assert_true(S_ISDIR(facts.st_mode));
	assert_int_equal(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	fd_close(&fd);

	assert_int_equal(inside_make_directory(root, "x/y/z", 0700, &fd, &made), 0);
	assert_false(made);
	assert_made("root/x/y/z", S_IFDIR | 01777);
	fd_close(&fd);
	assert_int_equal(inside_make_directory(root, "/", 0700, &fd, &made), 0);
	assert_false(made);
	fd_close(&fd);
	/* New directories of a group's directory are the group's. */
	assert_int_equal(chmod("root/a", 02755), 0);
	assert_int_equal(inside_make_directory(root, "a/new", 0750, &fd, NULL), 0);
	assert_made("root/a/new", S_IFDIR | 02750);
}

static void test_directories_are_made_through_symlinks(void **state)
{
	auto_close int fd = -EBADF;
	bool made;

	(void)state;
	assert_int_equal(symlink("/a", "root/link"), 0);
	assert_int_equal(symlink("/far/away", "root/dangling"), 0);
	assert_int_equal(symlink("../../../outside/new", "root/a/escape"), 0);
	assert_int_equal(inside_make_directory(root, "link/c", 0755, &fd, &made), 0);
	assert_true(made);
	assert_made("root/a/c", S_IFDIR | 0755);
	fd_close(&fd);
	/* A dangling link is given its target, inside. */
	assert_int_equal(inside_make_directory(root, "dangling", 0711, &fd, &made), 0);
	assert_true(made);
	assert_made("root/far/away", S_IFDIR | 0711);
	assert_made("root/dangling", S_IFLNK | 0777);
	fd_close(&fd);
	assert_int_equal(inside_make_directory(root, "a/escape/d", 0755, &fd, &made), 0);
	assert_made("root/outside/new/d", S_IFDIR | 0755);
	assert_int_equal(access("outside/new", F_OK), -1);
}

static void test_directories_that_cannot_be(void **state)
{
	auto_close int fd = -EBADF;

	(void)state;
	assert_int_equal(symlink("loop", "root/loop"), 0);
	assert_int_equal(inside_make_directory(root, "a/file", 0755, &fd, NULL), -ENOTDIR);
	assert_int_equal(inside_make_directory(root, "a/file/x", 0755, &fd, NULL), -ENOTDIR);
	assert_string_equal(error_text(), "make 'a/file/x': not a directory");
	assert_int_equal(inside_make_directory(root, "loop/x", 0755, &fd, NULL), -ELOOP);
	assert_int_equal(fd, -EBADF);
}

static void test_files_are_made(void **state)
{
	auto_close int fd = -EBADF;
	bool made;

	(void)state;
	(void)umask(077);
	assert_int_equal(inside_make_file(root, "x/y/file", 0666, &fd, &made), 0);
	assert_true(made);
	(void)umask(022);
	assert_made("root/x", S_IFDIR | 0755);
	assert_made("root/x/y/file", S_IFREG | 0666);
	assert_int_equal(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	fd_close(&fd);

	assert_int_equal(inside_make_file(root, "a/file", 0600, &fd, &made), 0);
	assert_false(made);
	assert_int_equal(reads("a/file", "inside"), 0);
	fd_close(&fd);
	/* Anything but a directory will do as the target of a mount. */
	assert_int_equal(mkfifo("root/fifo", 0600), 0);
	assert_int_equal(inside_make_file(root, "fifo", 0600, &fd, &made), 0);
	assert_false(made);
	fd_close(&fd);
	assert_int_equal(inside_make_file(root, "a", 0600, &fd, &made), -EISDIR);
	assert_int_equal(inside_make_file(root, "/", 0600, &fd, &made), -EISDIR);
	assert_int_equal(inside_make_file(root, "new/", 0600, &fd, &made), -EISDIR);
	assert_int_equal(inside_make_file(root, "new/..", 0600, &fd, &made), -EISDIR);
	assert_int_equal(fd, -EBADF);
}

static void test_files_are_made_through_symlinks(void **state)
{
	auto_close int fd = -EBADF;
	char path[128];
	bool made;

	(void)snprintf(path, sizeof(path), "%s/outside/new", ((struct scratch *)*state)->path);
	assert_int_equal(symlink(path, "root/a/dangling"), 0);
	assert_int_equal(inside_make_file(root, "a/dangling", 0644, &fd, &made), 0);
	assert_true(made);
	assert_int_equal(access("outside/new", F_OK), -1);
	(void)snprintf(path, sizeof(path), "root%s/outside/new", ((struct scratch *)*state)->path);
	assert_made(path, S_IFREG | 0644);
}

static void test_parents(void **state)
{
	static const char *const without[] = { "", "/", "a/", "a/.", "a/..", ".", ".." };
	auto_close int fd = -EBADF;
	struct stat found, expected;
	const char *name, *path = "/a/b/new";

	(void)state;
	assert_int_equal(inside_open_parent(root, path, false, &fd, &name), 0);
	assert_ptr_equal(name, path + 5);
	assert_int_equal(fstat(fd, &found), 0);
	assert_int_equal(stat("root/a/b", &expected), 0);
	assert_int_equal(found.st_ino, expected.st_ino);
	fd_close(&fd);
	assert_int_equal(inside_open_parent(root, "new", false, &fd, &name), 0);
	fd_close(&fd);
	assert_int_equal(inside_open_parent(root, "p/q/new", false, &fd, &name), -ENOENT);
	assert_int_equal(inside_open_parent(root, "p/q/new", true, &fd, &name), 0);
	assert_string_equal(name, "new");
	assert_made("root/p/q", S_IFDIR | 0755);
	assert_int_equal(access("root/p/q/new", F_OK), -1);
	fd_close(&fd);
	for (size_t i = 0; i < COUNT_OF(without); i++)
		assert_int_equal(inside_open_parent(root, without[i], true, &fd, &name), -EINVAL);
}

/* ---- an attacker at work ----------------------------------------------------------------- */

/* Runs step again and again in a child until it is killed. */
static pid_t start_attack(void (*step)(void))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			step();
	}
	return pid;
}

static void end_attack(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void swap_directory_and_link(void)
{
	(void)renameat2(AT_FDCWD, "root/a", AT_FDCWD, "root/evil", RENAME_EXCHANGE);
}

static void test_swapped_symlink(void **state)
{
	auto_close int fd = -EBADF;
	char path[160];

	/* Where the host's path is taken for the container's, this one leads out. */
	(void)snprintf(path, sizeof(path), "%s/outside", ((struct scratch *)*state)->path);
	assert_int_equal(symlink(path, "root/evil"), 0);
	pid_t pid = start_attack(swap_directory_and_link);
	for (int i = 0; i < 1000; i++) {
		int r = inside_make_directory(root, "a/made", 0755, &fd, NULL);

		assert_true(r == 0 || r == -EAGAIN);
		fd_close(&fd);
		r = inside_make_file(root, "a/made_file", 0644, &fd, NULL);
		assert_true(r == 0 || r == -EAGAIN);
		fd_close(&fd);
		r = opens("a/secret", O_RDONLY);
		assert_true(r == -ENOENT || r == -EAGAIN);
		if (i % 8 == 0) {
			(void)rmdir("root/a/made");
			(void)unlink("root/a/made_file");
		}
	}
	end_attack(pid);
	assert_int_equal(access("outside/made", F_OK), -1);
	assert_int_equal(access("outside/made_file", F_OK), -1);
}

static void move_out_and_back(void)
{
	(void)rename("root/a/b", "outside/b");
	(void)rename("outside/b", "root/a/b");
}

/* ".." of a directory that was moved out of the root leads to its new parent: outside. */
static void test_moved_directory(void **state)
{
	auto_close int fd = -EBADF;

	(void)state;
	pid_t pid = start_attack(move_out_and_back);
	for (int i = 0; i < 3000; i++) {
		int r = inside_open(root, "a/b/../secret", O_RDONLY, &fd);

		assert_true(r == -ENOENT || r == -EAGAIN || r == -EXDEV);
		r = inside_open(root, "a/b/../../outside/secret", O_RDONLY, &fd);
		assert_true(r == -ENOENT || r == -EAGAIN || r == -EXDEV);
	}
	end_attack(pid);
}

/* ---- hidden calls ------------------------------------------------------------------------ */

static int child_without_openat2(void)
{
	int fd;

	child_check(sys_openat2(root, "a/file", &(struct open_how){ .flags = O_PATH }) < 0);
	child_check(inside_open(root, "a/../../a/file", O_RDONLY, &fd) == 0);
	child_check(inside_open(root, "none", O_RDONLY, &fd) == -ENOENT);
	child_check(inside_make_directory(root, "m/n", 0755, &fd, NULL) == 0);
	return 0;
}

static int child_openat2_forbidden(void)
{
	hide_call(SYS_openat2, EPERM);
	return child_without_openat2();
}

static int child_openat2_missing(void)
{
	hide_call(SYS_openat2, ENOSYS);
	return child_without_openat2();
}

static void test_hidden_openat2(void **state)
{
	(void)state;
	run_in_child(child_openat2_forbidden);
	run_in_child(child_openat2_missing);
}

static bool by_kernel, by_walk = true;

/* clang-format off */
#define WITH(test, how) \
	{ #test ": " #how, test, make_trees, remove_trees, &how }
#define BOTH(test) WITH(test, by_kernel), WITH(test, by_walk)
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_plain_paths),
		BOTH(test_errors),
		BOTH(test_dots_end_at_the_root),
		BOTH(test_symlinks_stay_inside),
		BOTH(test_slash_behind_a_symlink),
		BOTH(test_last_symlink_is_not_followed),
		BOTH(test_loops),
		BOTH(test_strict),
		BOTH(test_magic_links),
		BOTH(test_long_paths),
		BOTH(test_directories_are_made),
		BOTH(test_directories_are_made_through_symlinks),
		BOTH(test_directories_that_cannot_be),
		BOTH(test_files_are_made),
		BOTH(test_files_are_made_through_symlinks),
		BOTH(test_parents),
		BOTH(test_swapped_symlink),
		BOTH(test_moved_directory),
		WITH(test_hidden_openat2, by_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
