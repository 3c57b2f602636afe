#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "src/command.h"
#include "src/output.h"

static struct {
	const char *bundle, *file;
	bool rootless;
} spec;

/* clang-format off */
static const struct option spec_options[] = {
	TEXT("bundle", 'b', "DIR", &spec.bundle,
		"directory of the bundle (default: the current one)"),
	TEXT("file", 'f', "FILE", &spec.file,
		"write FILE, which may exist; - is standard output"),
	FLAG("rootless", 0, &spec.rootless,
		"for a user without privileges"),
	OPTIONS_END
};
/* clang-format on */

static int spec_write(int fd, const char *name, const char *json)
{
	const char *rest = json;
	size_t length = strlen(json);

	while (length > 0) {
		ssize_t written = write(fd, rest, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(errno, "write '%s'", name);
		rest += written;
		length -= (size_t)written;
	}
	return 0;
}

static int spec_run(struct command_call *call)
{
	const char *bundle = spec.bundle ? spec.bundle : ".";
	const char *name = spec.file ? spec.file : "config.json";
	/* What nobody asked for by name may be somebody's work. */
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (spec.file ? O_TRUNC : O_EXCL);
	auto_free char *json = NULL;

	(void)call; /* the same for every context */
	try(container_spec(spec.rootless, &json));
	if (strcmp(name, "-") == 0)
		return output_line(json);

	auto_close int directory = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return fail(errno, "open '%s'", bundle);
	auto_close int fd = openat(directory, name, flags, 0666);
	if (fd < 0 && errno == EEXIST)
		return refuse_as(EEXIST, "File %s exists. Remove it first", name);
	if (fd < 0)
		return fail(errno, "open '%s'", name);
	int error = spec_write(fd, name, json);
	if (error == 0)
		error = spec_write(fd, name, "\n");
	if (error < 0 && !spec.file)
		(void)unlinkat(directory, name, 0); /* half a file helps nobody */
	return error;
}

const struct command command_spec = {
	.name = "spec",
	.arguments = "",
	.summary = "write a configuration to start from",
	.description =
		"   Writes config.json into the bundle: a shell in a container with the usual\n"
		"   namespaces and mounts, to be edited.  The root file system is expected in\n"
		"   the directory rootfs beside it.",
	.options = spec_options,
	.order = OPTIONS_ANYWHERE,
	.maximum = 0,
	.run = spec_run,
};
