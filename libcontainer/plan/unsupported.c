/*
 * What the spec has and this version does not do: refused with its place, as doing without it in
 * silence would start a container that is not the one that was asked for.
 */
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/plan/parts.h"

static bool has_intel_rdt(const struct spec_linux *spec)
{
	return spec->intel_rdt;
}

static const struct {
	const char *place;
	bool (*present)(const struct spec_linux *spec);
} rows[] = {
	{ "linux.intelRdt", has_intel_rdt },
};

bool plan_supports(const char *place)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].place, place) == 0)
			return false;
	return true;
}

int plan_unsupported(struct planning *p)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].present(p->spec->linux_))
			return refuse("%s: is not supported by this version", rows[i].place);
	}
	return 0;
}
