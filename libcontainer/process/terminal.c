#include "libcontainer/process/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/inside.h"
#include "libcontainer/kernel/socket.h"

/* linux/major.h: UNIX98_PTY_SLAVE_MAJOR and the seven behind it. */
#define PTY_SLAVE_MAJOR_FIRST 136
#define PTY_SLAVE_MAJOR_LAST 143

/* How a console socket's receiver knows the master: the name of the handle, as with runc. */
#define MASTER_NAME "/dev/pts/ptmx"

static bool is_on_devpts(int fd)
{
	struct statfs filesystem;

	return fstatfs(fd, &filesystem) == 0 && filesystem.f_type == DEVPTS_SUPER_MAGIC;
}

/*
 * The driver's own ptmx, whatever stands around it.  A node outside of devpts ("/dev/ptmx" of a
 * /dev that is bound from the host) leads to the same driver; its slave is looked at afterwards.
 */
static int ptmx_check(int fd, const char *path, bool in_devpts, struct stat *ret_stat)
{
	if (fstat(fd, ret_stat) < 0)
		return fail(errno, "stat '/%s'", path);
	if (!S_ISCHR(ret_stat->st_mode) || ret_stat->st_rdev != makedev(5, 2))
		return refuse("'/%s' of the container is not the pty multiplexer", path);
	if (in_devpts && !is_on_devpts(fd))
		return refuse("'/%s' of the container is not on devpts", path);
	return 0;
}

/*
 * Opens a ptmx that has been looked at before (CVE-2025-52565: what stands there may be anything,
 * and opening a device or FIFO has effects).  For create, the host's proc is still there, and what
 * was looked at is what is opened.  For exec, a running container could swap it between two looks:
 * hence O_NONBLOCK, the second check, and no use of it before that.
 */
static int ptmx_open(int root, const char *path, bool in_devpts, int *ret_fd)
{
	auto_close int handle = -EBADF, fd = -EBADF;
	const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK;
	char proc[FD_PATH_SIZE];
	struct stat seen, opened;

	try(inside_open(root, path, O_PATH, &handle));
	try(ptmx_check(handle, path, in_devpts, &seen));
	fd = open(fd_path(handle, proc), flags | O_CLOEXEC);
	if (fd < 0)
		try(inside_open(root, path, flags, &fd), "open '/%s' of the container", path);
	try(ptmx_check(fd, path, in_devpts, &opened));
	if (seen.st_dev != opened.st_dev || seen.st_ino != opened.st_ino)
		return refuse("'/%s' of the container changed while it was opened", path);
	/* Whoever gets the master over a console socket expects it to block. */
	if (fcntl(fd, F_SETFL, O_RDWR) < 0)
		return fail(errno, "make '/%s' block", path);
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int slave_open(int master, int *ret_fd)
{
	auto_close int fd = -EBADF;
	struct stat stat;
	int unlock = 0;

	if (ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return fail(errno, "unlock the terminal");
	/* By the master, not by its name: "/dev/pts/0" is a path in the container. */
	fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return fail(errno, "open the terminal's other end");
	if (fstat(fd, &stat) < 0)
		return fail(errno, "stat the terminal");
	if (!S_ISCHR(stat.st_mode) || major(stat.st_rdev) < PTY_SLAVE_MAJOR_FIRST ||
		major(stat.st_rdev) > PTY_SLAVE_MAJOR_LAST || !is_on_devpts(fd))
		return refuse("the terminal's other end is no terminal of devpts");
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int slave_prepare(int slave, const struct plan_process *plan)
{
	const struct winsize size = { .ws_row = plan->rows, .ws_col = plan->columns };
	struct stat stat;

	if ((plan->rows || plan->columns) && ioctl(slave, TIOCSWINSZ, &size) < 0)
		return fail(errno, "process.consoleSize: set %u rows, %u columns", plan->rows,
			plan->columns);
	if (fstat(slave, &stat) < 0)
		return fail(errno, "stat the terminal");
	/* The group stays as devpts has it (gid=5, tty): it lets write(1) and wall(1) in. */
	if (stat.st_uid != plan->uid && fchown(slave, plan->uid, (gid_t)-1) < 0)
		return fail(errno, "give the terminal to user id %u", plan->uid);
	return 0;
}

int terminal_open(int root, const struct plan_process *plan, int *ret_master, int *ret_slave)
{
	auto_close int master = -EBADF, slave = -EBADF;
	int code = ptmx_open(root, "dev/pts/ptmx", true, &master);

	/* The host's devpts, where it is bound into the container, may have ptmxmode=000. */
	if (code == -ENOENT || code == -ENOTDIR || code == -EACCES) {
		error_clear();
		code = ptmx_open(root, "dev/ptmx", false, &master);
	}
	try(code, "open a terminal of the container (it needs devpts at '/dev/pts')");
	try(slave_open(master, &slave));
	try(slave_prepare(slave, plan));
	*ret_master = steal_fd(&master);
	*ret_slave = steal_fd(&slave);
	return 0;
}

int terminal_take(int slave)
{
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return fail(errno, "make the terminal the controlling one");
	for (int fd = 0; fd <= 2; fd++) {
		/* dup2() of a number to itself would leave it close-on-exec. */
		if (slave == fd)
			try(fd_set_cloexec(fd, false));
		else if (dup2(slave, fd) < 0)
			return fail(errno, "make the terminal descriptor %d", fd);
	}
	return 0;
}

int terminal_send(int socket, int master)
{
	try(socket_send(socket, MASTER_NAME, sizeof(MASTER_NAME) - 1, &master, 1),
		"send the terminal to the console socket");
	return 0;
}
