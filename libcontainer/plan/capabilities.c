/* Words of the five sets become masks.  What cannot be had is warned of: the spec says so. */
#include <string.h>

#include "libcontainer/base/log.h"
#include "libcontainer/kernel/names.h"
#include "libcontainer/plan/process.h"

static uint64_t mask_of(const struct spec_strings *words, const char *set)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < words->count; i++) {
		uint64_t number;

		if (names_find(&names_capabilities, words->items[i], &number) < 0 || number > 63) {
			log_warning(
				"process.capabilities.%s[%zu]: unknown capability \"%s\" is left "
				"out",
				set, i, words->items[i]);
			continue;
		}
		mask |= UINT64_C(1) << number;
	}
	return mask;
}

/* In one line: engines that know of no ambient ones ask for all that they ask for otherwise. */
static uint64_t limit_ambient(const struct plan_capabilities *plan)
{
	uint64_t possible = plan->permitted & plan->inheritable;
	char names[NAMES_BITS_SIZE];

	if (plan->ambient & ~possible) {
		names_of_bits(&names_capabilities, plan->ambient & ~possible, names, sizeof(names));
		log_warning("process.capabilities.ambient: left out, as not both permitted and "
			    "inheritable: %s",
			names);
	}
	/* The kernel would refuse the rest: prctl(2), PR_CAP_AMBIENT_RAISE. */
	return plan->ambient & possible;
}

int plan_capabilities(struct planning *p)
{
	const struct spec_capabilities *spec = p->process->capabilities;
	struct plan_capabilities *plan = &p->plan->process.capabilities;

	/* Absent means none at all, as in runc; the spec says nothing. */
	if (!spec)
		return 0;
	plan->bounding = mask_of(&spec->bounding, "bounding");
	plan->effective = mask_of(&spec->effective, "effective");
	plan->inheritable = mask_of(&spec->inheritable, "inheritable");
	plan->permitted = mask_of(&spec->permitted, "permitted");
	plan->ambient = mask_of(&spec->ambient, "ambient");
	plan->ambient = limit_ambient(plan);
	return 0;
}
