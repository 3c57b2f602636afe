#include "libcontainer/security/seccomp_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/arena.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/str.h"
#include "libcontainer/kernel/fd.h"
#include "libcontainer/kernel/file.h"

/* To be raised with every change of what seccomp.c and its parts make of a profile. */
#define COMPILER "caisson seccomp compiler 2"

#define CACHE_MODE 0600
#define CACHE_FILES_MAX 64
#define NAME_SIZE (2 * BLAKE2_SIZE + 1)

/* What a file begins with; the instructions follow, and the digest of all of it. */
struct cache_head {
	unsigned char key[BLAKE2_SIZE]; /* the name may be another's: a file can be copied */
	uint64_t count;
};

#define FILE_SIZE_MAX \
	(sizeof(struct cache_head) + BPF_MAXINSNS * sizeof(struct sock_filter) + BLAKE2_SIZE)

/* ---- the key ----------------------------------------------------------------------------- */

static void add_number(struct blake2 *hash, uint64_t number)
{
	blake2_add(hash, &number, sizeof(number));
}

/* With its length in front, so that no two profiles are the same bytes. */
static void add_text(struct blake2 *hash, const char *text)
{
	size_t length = strlen(text);

	add_number(hash, length);
	blake2_add(hash, text, length);
}

static void add_list(struct blake2 *hash, const struct plan_paths *list)
{
	add_number(hash, list->count);
	for (size_t i = 0; i < list->count; i++)
		add_text(hash, list->items[i]);
}

/* -1 where the profile has none: no errno is as large. */
static void add_errno(struct blake2 *hash, bool set, uint32_t error)
{
	add_number(hash, set ? error : UINT64_MAX);
}

static void add_rule(struct blake2 *hash, const struct plan_seccomp_rule *rule)
{
	add_list(hash, &rule->names);
	add_text(hash, rule->action);
	add_errno(hash, rule->errno_set, rule->errno_ret);
	add_number(hash, rule->argument_count);
	for (size_t i = 0; i < rule->argument_count; i++) {
		const struct plan_seccomp_argument *argument = &rule->arguments[i];

		add_number(hash, argument->index);
		add_number(hash, argument->value);
		add_number(hash, argument->value_two);
		add_text(hash, argument->op);
	}
}

void seccomp_make_key(const struct plan_seccomp *plan, struct seccomp_key *ret_key)
{
	struct blake2 hash;

	blake2_begin(&hash);
	add_text(&hash, COMPILER);
	add_text(&hash, seccomp_library_version());
	add_number(&hash, seccomp_native_architecture());
	add_text(&hash, plan->default_action);
	add_errno(&hash, plan->default_errno_set, plan->default_errno);
	add_list(&hash, &plan->architectures);
	/* Without an agent a rule that notifies is refused, and must not be found here. */
	add_number(&hash, plan->listener_path != NULL);
	add_number(&hash, plan->rule_count);
	for (size_t i = 0; i < plan->rule_count; i++)
		add_rule(&hash, &plan->rules[i]);
	blake2_end(&hash, ret_key->bytes);
}

static void make_name(const struct seccomp_key *key, char name[NAME_SIZE])
{
	for (size_t i = 0; i < sizeof(key->bytes); i++)
		(void)snprintf(name + 2 * i, 3, "%02x", key->bytes[i]);
}

/* ---- finding ------------------------------------------------------------------------------ */

/* A state root may be below /tmp: what others own, or may write, may say anything. */
static int check_ours(int fd, mode_t type)
{
	struct stat facts;

	if (fstat(fd, &facts) < 0)
		return fail(errno, "stat it");
	if ((facts.st_mode & S_IFMT) != type)
		return refuse("is of another type");
	if (facts.st_uid != geteuid())
		return refuse("belongs to user id %u", facts.st_uid);
	if (facts.st_mode & (S_IWGRP | S_IWOTH))
		return refuse("others may write to it: its mode is %04o",
			(unsigned int)(facts.st_mode & ALLPERMS));
	return 0;
}

static void make_digest(const void *data, size_t size, unsigned char digest[BLAKE2_SIZE])
{
	struct blake2 hash;

	blake2_begin(&hash);
	blake2_add(&hash, data, size);
	blake2_end(&hash, digest);
}

static int take_program(const struct file_text *file, const struct seccomp_key *key,
	struct seccomp_filter *ret_filter)
{
	unsigned char digest[BLAKE2_SIZE];
	struct cache_head head;

	if (file->size < sizeof(head) + sizeof(digest))
		return refuse("is damaged");
	size_t rest = file->size - sizeof(digest);
	make_digest(file->text, rest, digest);
	memcpy(&head, file->text, sizeof(head));
	if (memcmp(digest, file->text + rest, sizeof(digest)) != 0 || head.count == 0 ||
		head.count > BPF_MAXINSNS ||
		rest != sizeof(head) + head.count * sizeof(struct sock_filter))
		return refuse("is damaged");
	if (memcmp(head.key, key->bytes, sizeof(head.key)) != 0)
		return refuse("is of another profile");

	struct sock_filter *program = malloc(rest - sizeof(head));
	if (!program)
		return fail(ENOMEM, "read it");
	memcpy(program, file->text + sizeof(head), rest - sizeof(head));
	*ret_filter = (struct seccomp_filter){ .instructions = program, .count = head.count };
	return 0;
}

/* -ENOENT comes plain. */
static int read_program(int cache, const char *name, const struct seccomp_key *key,
	struct seccomp_filter *ret_filter)
{
	struct arena scratch = { 0 };
	struct file_text file;

	try(check_ours(cache, S_IFDIR), "the directory");
	auto_close int fd =
		openat(cache, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail(errno, "open it");
	try(check_ours(fd, S_IFREG));
	int r = file_read_fd(&scratch, fd, name, FILE_SIZE_MAX, &file);
	if (r == 0)
		r = take_program(&file, key, ret_filter);
	arena_done(&scratch);
	return r;
}

bool seccomp_find_cached(
	int cache, const struct seccomp_key *key, struct seccomp_filter *ret_filter)
{
	char name[NAME_SIZE];

	make_name(key, name);
	int r = read_program(cache, name, key, ret_filter);
	if (r < 0 && r != -ENOENT)
		log_warning("cached system call filter '%s' is not used: %s", name, error_text());
	if (r < 0)
		error_clear();
	else
		log_debug("system call filter '%s' comes from the cache", name);
	return r == 0;
}

/* ---- adding ------------------------------------------------------------------------------- */

/*
 * Which of them are still wanted is not known, and no start should have to find out.  Files that
 * another process is about to rename may go, too: it does without.
 */
static int empty_when_full(int cache)
{
	const struct dirent *entry;
	auto_closedir DIR *stream = NULL;
	size_t count = 0;
	auto_close int fd = openat(cache, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(errno, "open the directory");
	stream = fdopendir(fd);
	if (!stream)
		return fail(errno, "read the directory");
	(void)steal_fd(&fd);
	while ((entry = readdir(stream)))
		count++;
	if (count < CACHE_FILES_MAX + 2) /* "." and ".." */
		return 0;
	rewinddir(stream);
	while ((entry = readdir(stream)))
		(void)unlinkat(cache, entry->d_name, 0); /* what stays is tried again */
	return 0;
}

/* Whole or not at all for who looks meanwhile; what a lost machine leaves has no digest. */
static int write_file(int cache, const char *name, const struct str *bytes)
{
	char temporary[NAME_SIZE + 16];

	(void)snprintf(temporary, sizeof(temporary), "%s.%d", name, getpid());
	auto_close int fd = openat(
		cache, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, CACHE_MODE);
	if (fd < 0)
		return fail(errno, "make it");
	int r = fd_write_all(fd, bytes->text, bytes->length);
	if (r == 0 && renameat(cache, temporary, cache, name) < 0)
		r = fail(errno, "rename it");
	if (r < 0)
		(void)unlinkat(cache, temporary, 0); /* the first failure is the one to tell */
	return r;
}

static int write_program(int cache, const char *name, const struct seccomp_key *key,
	const struct seccomp_filter *filter)
{
	struct cache_head head = { .count = filter->count };
	unsigned char digest[BLAKE2_SIZE];
	auto_str struct str bytes = { 0 };

	try(check_ours(cache, S_IFDIR), "the directory");
	try(empty_when_full(cache));
	memcpy(head.key, key->bytes, sizeof(head.key));
	try(str_append_data(&bytes, &head, sizeof(head)));
	try(str_append_data(
		&bytes, filter->instructions, filter->count * sizeof(*filter->instructions)));
	make_digest(bytes.text, bytes.length, digest);
	try(str_append_data(&bytes, digest, sizeof(digest)));
	return write_file(cache, name, &bytes);
}

void seccomp_add_cached(
	int cache, const struct seccomp_key *key, const struct seccomp_filter *filter)
{
	char name[NAME_SIZE];

	make_name(key, name);
	if (write_program(cache, name, key, filter) == 0)
		return;
	log_debug("system call filter '%s' is not cached: %s", name, error_text());
	error_clear();
}
