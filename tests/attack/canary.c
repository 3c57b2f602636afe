/* What is the host's: a tree beside the bundle, some files of the system, and the mount table. */
#include "tests/attack/attack.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static FILE *walked; /* where the walk writes to: nftw(3) hands nothing on */

static void print_facts(FILE *out, const char *path, const struct stat *facts, bool times)
{
	(void)fprintf(out, "%s %o %u:%u %lu %lu %lx", path, facts->st_mode, facts->st_uid,
		facts->st_gid, (unsigned long)facts->st_nlink, (unsigned long)facts->st_ino,
		(unsigned long)facts->st_rdev);
	if (times)
		(void)fprintf(out, " %lld %lld.%09ld %lld.%09ld", (long long)facts->st_size,
			(long long)facts->st_mtim.tv_sec, facts->st_mtim.tv_nsec,
			(long long)facts->st_ctim.tv_sec, facts->st_ctim.tv_nsec);
	(void)fputc('\n', out);
}

static void print_content(FILE *out, const char *path)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	(void)close(fd);
	text[size < 0 ? 0 : size] = '\0';
	(void)fprintf(out, "%s: %s\n", path, text);
}

static int visit(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
	(void)walk;
	print_facts(walked, path, facts, true);
	if (type == FTW_F && S_ISREG(facts->st_mode))
		print_content(walked, path);
	return 0;
}

static char *describe_canary(const struct attacker *attacker)
{
	char *text = NULL;
	size_t size;

	walked = open_memstream(&text, &size);
	if (!walked || nftw(attacker->canary, visit, 16, FTW_PHYS) < 0)
		err(2, "look at '%s'", attacker->canary);
	(void)fclose(walked);
	return text;
}

static void print_names(FILE *out, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		(void)fprintf(out, "%s%s\n", path, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* Times would change by what others do on the machine. */
static char *describe_host(void)
{
	static const char *const files[] = { "/", "/dev", "/dev/null", "/dev/zero", "/dev/tty",
		"/dev/ptmx", "/proc", "/sys", "/etc/passwd", "/tmp" };
	static const char *const settings[] = { "/proc/sys/kernel/core_pattern",
		"/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory" };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		err(2, "look at the host");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct stat facts;

		if (stat(files[i], &facts) < 0)
			memset(&facts, 0, sizeof(facts));
		facts.st_nlink = 0;
		print_facts(out, files[i], &facts, false);
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		print_content(out, settings[i]);
	print_names(out, "/");
	(void)fclose(out);
	return text;
}

static int remove_entry(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
	(void)facts;
	(void)type;
	(void)walk;
	(void)remove(path);
	return 0;
}

void canary_make(struct attacker *attacker)
{
	char path[ROOM];

	(void)nftw(attacker->canary, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	make_directory("%s", attacker->canary);
	make_directory("%s/directory", attacker->canary);
	make_directory("%s/directory/deep", attacker->canary);
	make_directory("%s/directory/c", attacker->canary);
	make_directory("%s/directory/up", attacker->canary);
	make_directory("%s/directory/fs", attacker->canary);
	make_directory("%s/directory/fs/cgroup", attacker->canary);
	make_file(SECRET "\n", "%s/file", attacker->canary);
	make_file(SECRET "\n", "%s/directory/file", attacker->canary);
	make_file(SECRET "\n", "%s/directory/mark", attacker->canary);
	make_file(SECRET "\n", "%s/directory/passwd", attacker->canary);
	make_file(SECRET "\n", "%s/directory/leaf", attacker->canary);
	make_file(SECRET "\n", "%s/directory/null", attacker->canary);
	make_file(SECRET "\n", "%s/directory/ptmx", attacker->canary);
	(void)snprintf(path, ROOM, "%.3000s/stdin", attacker->canary);
	if (mknod(path, S_IFCHR | 0666, makedev(1, 3)) < 0)
		err(2, "make '%s'", path);
	free(attacker->canary_before);
	free(attacker->host_before);
	attacker->canary_before = describe_canary(attacker);
	attacker->host_before = describe_host();
}

/* The first line that is another. */
static void add_difference(const char *before, const char *after, char text[LEFT_MAX])
{
	size_t line = 0;

	for (size_t i = 0; before[i] && before[i] == after[i]; i++)
		line = before[i] == '\n' ? i + 1 : line;
	(void)snprintf(text, LEFT_MAX, "the host has changed: '%.*s' was '%.*s'",
		(int)strcspn(after + line, "\n"), after + line, (int)strcspn(before + line, "\n"),
		before + line);
}

void canary_compare(struct attacker *attacker, char text[LEFT_MAX])
{
	char *canary = describe_canary(attacker), *host = describe_host();

	text[0] = '\0';
	if (strcmp(host, attacker->host_before) != 0)
		add_difference(attacker->host_before, host, text);
	else if (strcmp(canary, attacker->canary_before) != 0)
		add_difference(attacker->canary_before, canary, text);
	free(canary);
	free(host);
	if (text[0])
		canary_make(attacker);
}

size_t count_mounts(void)
{
	size_t lines = 0;
	int c;
	FILE *file = fopen("/proc/self/mountinfo", "re");

	if (!file)
		err(2, "/proc/self/mountinfo");
	while ((c = fgetc(file)) != EOF)
		lines += c == '\n';
	(void)fclose(file);
	return lines;
}
