/*
 * The state directory of a container, ROOT/ID (0711): who may have which id, locking, and the fifos of
 * a created container.  All below it is reached by its descriptor.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* [A-Za-z0-9_+.-]+, not starting with ".", at most 1024: refuse()s others, before anything is touched. */
int store_check_id(const char *id);

/* Makes ROOT (0711 and parents) and ROOT/ID, locked.  "container with given ID already exists": -EEXIST. */
int store_make(const char *root, const char *id, int *ret_fd);
/* Opens ROOT/ID; -ENOENT with "container does not exist".  lock: exclusively, waiting at most 10 s. */
int store_open(const char *root, const char *id, bool lock, int *ret_fd);
void store_unlock(int fd);
/* Removes all in it and itself. */
int store_remove(const char *root, const char *id, int fd);

/*
 * The fifos of a created container.  Init reads one byte from the start fifo, which it holds open for
 * reading and writing (so that only the byte ends its wait), and tells on the report fifo why the
 * program could not be executed; that one is closed by a successful execve.
 */
int store_make_fifos(int fd, uid_t uid, gid_t gid, int *ret_start, int *ret_report);
/* created: both exist, and init has the start fifo open. */
bool store_has_fifo(int fd);
/*
 * Lets init go on, and waits until it has executed the program or failed: its words become the chain.
 * -ENXIO, plain: no init reads there any more.
 */
int store_start(int fd);
