/*
 * Any bytes as the file of a compiled filter: that of a container, and one of the cache, as it
 * comes and with the digest that the cache wants to see.  What is taken is what is in the file, and
 * no more; nothing is printed but a warning.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcontainer/base/blake2.h"
#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/security/seccomp.h"
#include "libcontainer/security/seccomp_cache.h"

#define NAME_SIZE (2 * BLAKE2_SIZE + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int directory = -EBADF;
static char path[] = "/dev/shm/fuzz-filter-XXXXXX";
static char names[2][NAME_SIZE] = { "filter" };
static const struct seccomp_key key = { { 1, 2, 3 } };

static void demand(bool condition)
{
	if (!condition)
		abort();
}

static void remove_files(void)
{
	(void)unlinkat(directory, names[0], 0);
	(void)unlinkat(directory, names[1], 0);
	(void)rmdir(path);
}

static void begin(void)
{
	for (size_t i = 0; i < sizeof(key.bytes); i++)
		(void)snprintf(names[1] + 2 * i, 3, "%02x", key.bytes[i]);
	demand(mkdtemp(path));
	directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	demand(directory >= 0 && atexit(remove_files) == 0);
}

static void put(const char *name, const void *bytes, size_t size)
{
	auto_close int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	demand(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
}

/* The instructions stand at this offset of the file. */
static void check(struct seccomp_filter *filter, const uint8_t *data, size_t size, size_t offset)
{
	size_t bytes = filter->count * sizeof(struct sock_filter);

	demand(filter->count <= BPF_MAXINSNS && offset + bytes <= size);
	demand((filter->count == 0) == !filter->instructions);
	demand(!filter->count || memcmp(filter->instructions, data + offset, bytes) == 0);
	seccomp_filter_done(filter);
}

static void read_container(const uint8_t *data, size_t size)
{
	struct seccomp_filter filter = { 0 };

	put(names[0], data, size);
	error_clear();
	if (seccomp_read_filter(directory, names[0], &filter) < 0)
		demand(error_text()[0] && !filter.instructions);
	else
		check(&filter, data, size, 2 * sizeof(uint32_t));
}

static void read_cached(const uint8_t *data, size_t size)
{
	struct seccomp_filter filter = { 0 };

	put(names[1], data, size);
	error_clear();
	if (seccomp_find_cached(directory, &key, &filter))
		check(&filter, data, size, sizeof(key.bytes) + sizeof(uint64_t));
	demand(!error_text()[0]);
}

/* As if it had been written so: else chance would have to find a digest. */
static void read_digested(const uint8_t *data, size_t size)
{
	size_t whole = sizeof(key.bytes) + size + BLAKE2_SIZE;
	auto_free uint8_t *bytes = malloc(whole);
	struct blake2 hash;

	demand(bytes);
	memcpy(bytes, key.bytes, sizeof(key.bytes));
	memcpy(bytes + sizeof(key.bytes), data, size);
	blake2_begin(&hash);
	blake2_add(&hash, bytes, whole - BLAKE2_SIZE);
	blake2_end(&hash, bytes + whole - BLAKE2_SIZE);
	read_cached(bytes, whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (directory < 0)
		begin();
	read_container(data, size);
	read_cached(data, size);
	read_digested(data, size);
	return 0;
}
