/*
 * Whether our executable is one that no container can write, as it is.  Without a C library, as
 * sealed_view.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "libcontainer/launch/sealed_calls.h"
#include "libcontainer/launch/sealed_exe.h"

/* With any, as CAP_SETUID, containers may be root's though we are not. */
static bool has_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return call5(SYS_capget, (long)&header, (long)data, 0, 0, 0) != 0 || data[0].permitted ||
	       data[1].permitted;
}

/*
 * A file of root's, where we are somebody else who may not write it: so may nobody in the user
 * namespaces that we can make or enter.  They have our id and those that newuidmap(1) grants, which
 * root's is none of, and no capability over a file whose owner they don't have.  ACLs show in the
 * bits of the group.
 */
static bool is_out_of_reach(long self, const struct statx *facts)
{
	return facts->stx_uid == 0 && !(facts->stx_mode & (S_IWGRP | S_IWOTH)) &&
	       call5(SYS_geteuid, 0, 0, 0, 0, 0) != 0 &&
	       call5(SYS_faccessat2, self, (long)"", W_OK, AT_EACCESS | AT_EMPTY_PATH, 0) ==
		       -EACCES &&
	       !has_capabilities();
}

bool sealed_exe_is_unwritable(long self)
{
	struct statfs file_system;
	struct statx facts;

	if (call5(SYS_fstatfs, self, (long)&file_system, 0, 0, 0) == 0 &&
		(file_system.f_flags & ST_RDONLY))
		return true;
	if (call5(SYS_statx, self, (long)"", AT_EMPTY_PATH, STATX_BASIC_STATS, (long)&facts) != 0)
		return false;
	return facts.stx_attributes & STATX_ATTR_VERITY || is_out_of_reach(self, &facts);
}
