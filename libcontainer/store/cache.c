/* The directory of what can be made again, beside those of the containers. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "libcontainer/base/error.h"
#include "libcontainer/store/directory.h"

/* No id begins with a dot, so it is never a container's.  By way of the open state directory: what
 * ROOT is called may be another's meanwhile. */
#define CACHE "../.seccomp-cache"
#define CACHE_MODE 0700

int store_open_cache(int fd, int *ret_cache)
{
	int cache = openat(fd, CACHE, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (cache < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "open the cache of filters");
	*ret_cache = cache;
	return 0;
}

int store_make_cache(int fd, int *ret_cache)
{
	if (mkdirat(fd, CACHE, CACHE_MODE) < 0 && errno != EEXIST)
		return fail(errno, "make the cache of filters");
	int r = store_open_cache(fd, ret_cache);
	return r == -ENOENT ? fail(r, "open the cache of filters") : r;
}
