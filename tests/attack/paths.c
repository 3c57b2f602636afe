/* Which calls take a path, and where. */
#include "tests/attack/attack.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define NONE (-1)

/* clang-format off */
static const struct {
	int number;
	int first, second; /* arguments */
} takers[] = {
	{ SYS_openat,            1, NONE },
	{ SYS_openat2,           1, NONE },
	{ SYS_open_tree,         1, NONE },
	{ SYS_move_mount,        1, 3 },
	{ SYS_fspick,            1, NONE },
	{ SYS_mount_setattr,     1, NONE },
	{ SYS_mount,             1, 0 },
	{ SYS_umount2,           0, NONE },
	{ SYS_pivot_root,        0, 1 },
	{ SYS_chroot,            0, NONE },
	{ SYS_chdir,             0, NONE },
	{ SYS_mkdirat,           1, NONE },
	{ SYS_mknodat,           1, NONE },
	{ SYS_unlinkat,          1, NONE },
	{ SYS_symlinkat,         2, NONE },
	{ SYS_linkat,            1, 3 },
	{ SYS_renameat2,         1, 3 },
	{ SYS_readlinkat,        1, NONE },
	{ SYS_fchmodat,          1, NONE },
	{ SYS_fchownat,          1, NONE },
	{ SYS_utimensat,         1, NONE },
	{ SYS_faccessat,         1, NONE },
	{ SYS_faccessat2,        1, NONE },
	{ SYS_statx,             1, NONE },
	{ SYS_statfs,            0, NONE },
	{ SYS_truncate,          0, NONE },
	{ SYS_execve,            0, NONE },
	{ SYS_execveat,          1, NONE },
	{ SYS_name_to_handle_at, 1, NONE },
	{ SYS_inotify_add_watch, 1, NONE },
	{ SYS_getxattr,          0, NONE },
	{ SYS_lgetxattr,         0, NONE },
	{ SYS_setxattr,          0, NONE },
	{ SYS_lsetxattr,         0, NONE },
	{ SYS_listxattr,         0, NONE },
	{ SYS_llistxattr,        0, NONE },
#ifdef SYS_fchmodat2
	{ SYS_fchmodat2,         1, NONE },
#endif
#ifdef SYS_newfstatat
	{ SYS_newfstatat,        1, NONE },
#endif
#ifdef SYS_renameat
	{ SYS_renameat,          1, 3 },
#endif
	/* Those that newer architectures do not have. */
#ifdef SYS_open
	{ SYS_open,     0, NONE },
	{ SYS_creat,    0, NONE },
	{ SYS_stat,     0, NONE },
	{ SYS_lstat,    0, NONE },
	{ SYS_access,   0, NONE },
	{ SYS_mkdir,    0, NONE },
	{ SYS_rmdir,    0, NONE },
	{ SYS_mknod,    0, NONE },
	{ SYS_unlink,   0, NONE },
	{ SYS_link,     0, 1 },
	{ SYS_symlink,  1, NONE },
	{ SYS_rename,   0, 1 },
	{ SYS_readlink, 0, NONE },
	{ SYS_chmod,    0, NONE },
	{ SYS_chown,    0, NONE },
	{ SYS_lchown,   0, NONE },
	{ SYS_utimes,   0, NONE },
#endif
};
/* clang-format on */

/* "" where there is none: a null pointer, or one that leads nowhere. */
static void read_path(pid_t pid, unsigned long address, char path[ROOM])
{
	size_t used = 0;

	path[0] = '\0';
	while (address && used < ROOM - 1) {
		/* Not over the edge of a page: what is behind may be nobody's. */
		size_t size = 256 - (address + used) % 256;
		struct iovec ours = { path + used, size < ROOM - used ? size : ROOM - used };
		struct iovec theirs = { (void *)(address + used), ours.iov_len };
		ssize_t n = process_vm_readv(pid, &ours, 1, &theirs, 1, 0);

		if (n <= 0)
			break;
		if (memchr(path + used, '\0', (size_t)n))
			return;
		used += (size_t)n;
	}
	path[used < ROOM ? used : ROOM - 1] = '\0';
}

const char *path_of_call(const struct call *call, char path[ROOM])
{
	path[0] = '\0';
	for (size_t i = 0; i < sizeof(takers) / sizeof(*takers); i++) {
		if (takers[i].number != call->number)
			continue;
		read_path(call->pid, call->arguments[takers[i].first], path);
		if (!path[0] && takers[i].second != NONE)
			read_path(call->pid, call->arguments[takers[i].second], path);
		break;
	}
	return path;
}
