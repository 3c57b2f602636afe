/*
 * Names and what the kernel calls them: the words of base/names.h with their constants, and the
 * mount options.  Every table is sorted as the kernel's headers are and searched linearly: they are
 * short.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct named_value {
	const char *name;
	uint64_t value;
};
struct named_values {
	const struct named_value *items;
	size_t count;
};

extern const struct named_values names_namespaces;      /* word of the spec → CLONE_NEW* */
extern const struct named_values names_namespace_files; /* name in /proc/PID/ns → CLONE_NEW* */
extern const struct named_values names_signals;      /* "HUP" → SIGHUP; RTMIN+n by the parser */
extern const struct named_values names_rlimits;      /* "RLIMIT_NOFILE" → RLIMIT_NOFILE */
extern const struct named_values names_capabilities; /* "CAP_CHOWN" → 0 */
extern const struct named_values names_schedulers;   /* "SCHED_FIFO" → SCHED_FIFO */
extern const struct named_values names_scheduler_flags;
extern const struct named_values names_io_classes; /* "IOPRIO_CLASS_RT" → 1 */
extern const struct named_values names_memory_modes, names_memory_flags;
extern const struct named_values names_personalities; /* "LINUX32" → PER_LINUX32 */
extern const struct named_values names_propagations;  /* "rshared" → MS_SHARED | MS_REC */

/*
 * "15", "TERM", "SIGTERM" in any case, "RTMIN+3", "SIGRTMAX-1": 1 to 64.  Refuses others in the
 * words that engines know.
 */
int signal_parse(const char *word, int *ret_signal);

/* -ENOENT, plain, where there is no such name. */
int names_find(const struct named_values *table, const char *name, uint64_t *ret_value);
/* NULL where there is none. */
const char *names_of(const struct named_values *table, uint64_t value);
/*
 * "CAP_CHOWN, CAP_KILL" for the bits 0 and 5, in the order of the table, whose values are numbers
 * of bits; text has size bytes, and NAMES_BITS_SIZE are enough for all of names_capabilities.
 */
#define NAMES_BITS_SIZE 1024
void names_of_bits(const struct named_values *table, uint64_t bits, char *text, size_t size);

enum mount_option_kind {
	MOUNT_OPTION_ATTRIBUTE,   /* MOUNT_ATTR_* of this mount */
	MOUNT_OPTION_RECURSIVE,   /* MOUNT_ATTR_* of all mounts below too ("rro") */
	MOUNT_OPTION_SUPERBLOCK,  /* MS_* of the file system */
	MOUNT_OPTION_PROPAGATION, /* MS_* */
	MOUNT_OPTION_BIND,        /* set: 1 where recursive */
	MOUNT_OPTION_OWN, /* remount, tmpcopyup, idmap, ridmap, copy-symlink, ...: by name */
};

struct mount_option {
	const char *name;
	enum mount_option_kind kind;
	uint64_t set, clear;
};

extern const struct mount_option names_mount_options[];
extern const size_t names_mount_option_count;
const struct mount_option *names_mount_option(const char *word);
