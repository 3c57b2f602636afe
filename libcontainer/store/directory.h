/*
 * The state directory of a container, ROOT/ID (0711): who may have which id, locking, and the fifos
 * of a created container (fifo.c).  All below it is reached by its descriptor.
 *
 * The lock is flock(2) on the directory: it ends with its holder, however that ends, so a directory
 * that nobody has locked and that has no record is what a killed `create` left.  The lock belongs
 * to the open file, which a forked child shares: store_unlock() ends it for all of them.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct arena;

/* [A-Za-z0-9_+.-]+, not starting with ".", at most 255: refuse()s others, before anything is
 * touched. */
int store_check_id(const char *id);

/*
 * Makes ROOT, if need be, and gives it mode 01700: as all in XDG_RUNTIME_DIR it is for its user
 * alone, and the sticky bit keeps it from those who remove there what has not been touched for long
 * (XDG Base Directory Specification).
 */
int store_keep_private(const char *root);
/*
 * Makes ROOT (0711, as its missing parents) and ROOT/ID, locked.  What a killed `create` left
 * before it had written a record is emptied and taken over.  -EEXIST: "container with given ID
 * already exists".
 */
int store_make(const char *root, const char *id, int *ret_fd);
enum store_lock {
	STORE_UNLOCKED,    /* waits for nobody */
	STORE_LOCKED,      /* waits for other commands, at most 10 s: -ETIMEDOUT then */
	STORE_LOCKED_SOON, /* the same, 1 s: for those who can go on without */
};
/* Opens ROOT/ID; -ENOENT with "container does not exist". */
int store_open(const char *root, const char *id, enum store_lock lock, int *ret_fd);
/* Takes the lock of an open directory again: -ETIMEDOUT after 10 s. */
int store_lock(int fd);
void store_unlock(int fd);
/* The ids of all directories below ROOT that may be containers', sorted.  -ENOENT, plain: no ROOT.
 */
int store_list(struct arena *arena, const char *root, const char ***ret_ids, size_t *ret_count);
/* Whether anyone has it locked, the caller included; or -errno. */
int store_is_locked(int fd);
/*
 * Whether ROOT/ID still is this directory.  Who opened it without the lock, or has waited for that,
 * may hold one that was deleted, while the id, and the cgroup's name, are another container's.
 * Or -errno.
 */
int store_is_linked(const char *root, const char *id, int fd);
/* Removes all in it, the record last, and itself.  What is gone already is no error. */
int store_remove(const char *root, const char *id, int fd);

/*
 * The fifos of a created container.  Init reads one byte from the start fifo, which it holds open
 * for reading and writing (so that only the byte ends its wait), and tells on the report fifo why
 * the program could not be executed; that one is closed by a successful execve.  Both descriptors
 * are blocking, close-on-exec, and inherited by init: the caller closes its own as soon as init
 * exists.
 */
int store_make_fifos(int fd, int *ret_start, int *ret_report);
/* created: the start fifo exists, and init has it open; or -errno. */
int store_has_fifo(int fd);
/* Whether no `start` has come yet, be there an init or not; false also where none is to come. */
bool store_is_unstarted(int fd);
/*
 * Lets init go on.  -ENXIO, plain: no init reads there any more.  ret_report is for store_await(),
 * and the caller's to close.
 */
int store_start(int fd, int *ret_report);
/*
 * Waits until init has executed the program, or ended, or failed: its words become the chain then.
 * -ETIMEDOUT, plain, after this time (ms; -1: none): it has not come so far.
 *
 * Init reports by one write(2) to the report fifo: an int32_t, the negative errno, and the text, at
 * most PIPE_BUF bytes together, without a NUL.
 */
int store_await(int report, int timeout);

/*
 * cache.c: ROOT/.seccomp-cache, by the descriptor of a container's directory; -ENOENT, plain: there
 * is none yet.  What is in it is security/seccomp_cache.h's, and may be removed at any time.
 */
int store_open_cache(int fd, int *ret_cache);
int store_make_cache(int fd, int *ret_cache);

/*
 * notify.c: makes the directory that the container sees, and the socket in it, which replaces that
 * of an earlier `start`.  -ENOENT, plain: create was not asked for one.
 */
int store_make_notify(int fd);
int store_bind_notify(int fd, int *ret_socket);
