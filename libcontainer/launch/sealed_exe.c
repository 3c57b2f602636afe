#include "libcontainer/launch/sealed_exe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/syscall.h"

/*
 * How much of the file the kernel maps: symbols and debug sections lie behind, and copying them
 * would cost more than all the rest.  All of it where the headers are not as expected.
 */
static off_t loaded_size(int file, off_t size)
{
	ElfW(Ehdr) header;
	ElfW(Phdr) segments[16];
	off_t end = 0;

	if (pread(file, &header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
		header.e_phentsize != sizeof(segments[0]) || header.e_phnum > COUNT_OF(segments))
		return size;

	ssize_t length = (ssize_t)(header.e_phnum * sizeof(segments[0]));
	if (pread(file, segments, (size_t)length, (off_t)header.e_phoff) != length)
		return size;
	for (size_t i = 0; i < header.e_phnum; i++) {
		off_t last = (off_t)(segments[i].p_offset + segments[i].p_filesz);

		if (segments[i].p_type == PT_LOAD && last > end)
			end = last;
	}
	return end > 0 && end < size ? end : size;
}

static int copy_executable(int from, int to)
{
	struct stat status;

	if (fstat(from, &status) < 0)
		return fail(errno, "stat our own executable");
	for (off_t left = loaded_size(from, status.st_size); left > 0;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(n < 0 ? errno : EIO, "copy our own executable");
		left -= n;
	}
	return 0;
}

/*
 * Where memory files may not be executed (vm.memfd_noexec=2, fapolicyd): a copy without a name, of
 * which only this read-only descriptor is left.
 */
static int make_unlinked_copy(int self, int *ret_fd)
{
	static const char *const directories[] = { "/run", "/tmp", "/var/tmp" };

	for (size_t i = 0; i < COUNT_OF(directories); i++) {
		auto_close int writer =
			open(directories[i], O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0500);
		char path[FD_PATH_SIZE];

		if (writer < 0)
			continue;
		if (lseek(self, 0, SEEK_SET) < 0)
			return fail(errno, "rewind our own executable");
		try(copy_executable(self, writer));
		int reader = open(fd_path(writer, path), O_RDONLY | O_CLOEXEC);
		if (reader >= 0) {
			*ret_fd = reader;
			return 0;
		}
	}
	return refuse_as(EACCES, "seal our own executable: no memory file or temporary file can be "
				 "executed here");
}

static int make_sealed_copy(int self, int *ret_fd)
{
	auto_close int copy = -EBADF;

	try(fd_memfd("caisson", true, &copy));
	try(copy_executable(self, copy));
	try(fd_seal(copy));
	*ret_fd = steal_fd(&copy);
	return 0;
}

/*
 * Set in the unlinked copy, which can't be told by its seals: it has no link left.  The kernel's
 * own words are asked too, as there are file systems where every file has none.
 */
static bool is_unlinked(int fd)
{
	static const char words[] = " (deleted)";
	char path[PATH_MAX];
	struct stat status;
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path));

	return fstat(fd, &status) == 0 && status.st_nlink == 0 &&
	       length >= (ssize_t)sizeof(words) &&
	       memcmp(path + length - (sizeof(words) - 1), words, sizeof(words) - 1) == 0;
}

bool sealed_exe_is_safe;

static int enter(char **argv)
{
	auto_close int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	auto_close int copy = -EBADF;

	if (self < 0)
		return fail(errno, "open our own executable '/proc/self/exe'");
	if (fd_is_sealed(self) || is_unlinked(self) || sealed_exe_is_unwritable(self))
		return 0;
	copy = (int)sealed_view_open(self);
	if (copy >= 0)
		(void)syscall(SYS_execveat, copy, "", argv, environ, AT_EMPTY_PATH);
	fd_close(&copy);
	if (make_sealed_copy(self, &copy) == 0)
		(void)syscall(SYS_execveat, copy, "", argv, environ, AT_EMPTY_PATH);
	log_debug("a sealed memory file can't be executed here (%m): trying an unlinked file");
	error_clear();
	fd_close(&copy);
	try(make_unlinked_copy(self, &copy));
	(void)syscall(SYS_execveat, copy, "", argv, environ, AT_EMPTY_PATH);
	return fail(errno, "execute the sealed copy of ourselves");
}

int sealed_exe_enter(char **argv)
{
	if (!sealed_exe_is_safe)
		try(enter(argv));
	log_debug("running from what no container can write");
	return 0;
}
