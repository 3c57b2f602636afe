/* What limits are before an update and after it, by the kernel's files. */
#include "tests/crash/worker.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What `run` writes to RESOURCES, where the file is.  Its place is what an error has to name, where
 * it can't say what the kernel has already.
 */
/* clang-format off */
static const struct limit { const char *file, *updated, *place; } limits[] = {
	{ "pids.max",              "30",            "linux.resources.pids.limit" },
	{ "memory.limit_in_bytes", "100663296",     "linux.resources.memory.limit" },
	{ "memory.max",            "100663296",     "linux.resources.memory.limit" },
	{ "cpu.shares",            "700",           "linux.resources.cpu.shares" },
	{ "cpu.cfs_quota_us",      "40000",         "linux.resources.cpu.quota" },
	{ "cpu.cfs_period_us",     "200000",        "linux.resources.cpu.period" },
	{ "cpu.max",               "40000 200000",  "linux.resources.cpu." },
	{ "hugetlb.2MB.max",       "8388608",       "linux.resources.hugepageLimits[" },
	{ "hugetlb.1GB.max",       "1073741824",    "linux.resources.hugepageLimits[" },
};
/* clang-format on */

#define LIMITS (sizeof(limits) / sizeof(*limits))

/* No limit is larger. */
#define UNLIMITED (1ULL << 62)

/* What is kept of a configuration is shorter. */
#define CONFIG_MAX 65536

static char former[LIMITS][64], former_config[CONFIG_MAX];

/* "" where no group of the container has such a file. */
static void limit_read(const struct worker *worker, const char *file, char value[64])
{
	ssize_t size = 0;

	for (size_t i = 0; i < worker->cgroup_count && size <= 0; i++) {
		char path[ROOM + 64];

		(void)snprintf(path, sizeof(path), "%s/%s", worker->cgroups[i], file);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		size = fd < 0 ? 0 : read(fd, value, 63);
		(void)close(fd);
	}
	value[size > 0 ? size : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
	/* hugetlb rounds its largest number down at first, and calls it "max" once it was written.
	 */
	if (strtoull(value, NULL, 10) > UNLIMITED)
		(void)strcpy(value, "max");
}

/* Later updates begin with it. */
static void config_read(const struct worker *worker, char text[CONFIG_MAX])
{
	char path[2 * ROOM];

	(void)snprintf(path, sizeof(path), "%s/%s/config", worker->root, worker->id);
	memset(text, 0, CONFIG_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, CONFIG_MAX) <= 0)
		text[0] = '\0';
	(void)close(fd);
}

void limits_take(const struct worker *worker)
{
	config_read(worker, former_config);
	for (size_t i = 0; i < LIMITS; i++)
		limit_read(worker, limits[i].file, former[i]);
}

void limits_compare(
	const struct worker *worker, bool changed, const char *said, char text[LEFT_MAX])
{
	static char config[CONFIG_MAX];

	text[0] = '\0';
	config_read(worker, config);
	if ((memcmp(config, former_config, CONFIG_MAX) != 0) != changed)
		(void)snprintf(text, LEFT_MAX, "what is kept of the configuration is %s; ",
			changed ? "what it was" : "another");
	for (size_t i = 0; i < LIMITS; i++) {
		size_t used = strlen(text);
		char value[64];

		limit_read(worker, limits[i].file, value);
		/* A controller that the group is given by the update has no limit at first. */
		const char *wanted = changed ? limits[i].updated : *former[i] ? former[i] : "max";
		if (!*value || strcmp(value, wanted) == 0 ||
			(said && strstr(said, limits[i].place)))
			continue;
		(void)snprintf(text + used, LEFT_MAX - used, "%s is '%s', not '%s'; ",
			limits[i].file, value, wanted);
	}
}
