#include "libcontainer/security/capabilities.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/kernel/names.h"

/*
 * Of libcap only the raw capset() and capget() are used: its own types need memory, and linking
 * more of it brings a constructor that probes the kernel in every verb.
 */

#define SETS_BITS 64

static bool set_has(uint64_t set, int capability)
{
	return set >> capability & 1;
}

static bool bounding_has(int capability)
{
	return prctl(PR_CAPBSET_READ, (unsigned long)capability, 0, 0, 0) == 1;
}

int capabilities_last(void)
{
	/* All numbers up to the last are known, so halve the range instead of asking 41 times. */
	int known = 0, unknown = SETS_BITS;

	while (unknown - known > 1) {
		int middle = (known + unknown) / 2;

		if (prctl(PR_CAPBSET_READ, (unsigned long)middle, 0, 0, 0) >= 0)
			known = middle;
		else
			unknown = middle;
	}
	return known;
}

int capabilities_limit(const struct plan_capabilities *plan)
{
	for (int i = 0; i < SETS_BITS; i++) {
		if (set_has(plan->bounding, i))
			continue;
		/* Dropping what is not there costs no more than asking whether it is. */
		if (prctl(PR_CAPBSET_DROP, (unsigned long)i, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL)
			return 0; /* behind the last that the kernel knows */
		/* Without CAP_SETPCAP nothing can be dropped, but perhaps nothing is there. */
		int error = errno;
		if (bounding_has(i))
			return fail(error, "drop capability %d from the bounding set", i);
	}
	return 0;
}

/*
 * What may be had of a set.  The spec: capabilities that cannot be granted are warned of, and
 * should not make the container fail.
 */
static uint64_t set_granted(const char *name, uint64_t wanted, uint64_t possible)
{
	char names[NAMES_BITS_SIZE];

	if (wanted & ~possible) {
		names_of_bits(&names_capabilities, wanted & ~possible, names, sizeof(names));
		log_warning("%s capabilities that cannot be granted: %s", name, names);
	}
	return wanted & possible;
}

/* The kernel wants new inheritable ones to be in the bounding set; few are asked for, mostly none.
 */
static uint64_t set_bounded(uint64_t wanted)
{
	uint64_t bounded = 0;

	for (uint64_t rest = wanted; rest != 0; rest &= rest - 1) {
		int capability = __builtin_ctzll(rest);

		if (bounding_has(capability))
			bounded |= UINT64_C(1) << capability;
	}
	return bounded;
}

static int ambient_apply(uint64_t ambient)
{
	/* Those of the caller that are permitted and inheritable would stay. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return fail(errno, "clear the ambient capabilities");
	for (uint64_t rest = ambient; rest != 0; rest &= rest - 1) {
		unsigned long capability = (unsigned long)__builtin_ctzll(rest);

		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0)
			return fail(errno, "raise ambient capability %lu", capability);
	}
	return 0;
}

static uint64_t set_join(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

int capabilities_apply(const struct plan_capabilities *plan)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3];

	if (capget(&header, now) < 0)
		return fail(errno, "read the capabilities");

	uint64_t had = set_join(now[0].permitted, now[1].permitted);
	uint64_t inherited = set_join(now[0].inheritable, now[1].inheritable);
	/* Without CAP_SETPCAP the kernel wants inheritable ones to be permitted as well. */
	bool free_choice = set_has(set_join(now[0].effective, now[1].effective), CAP_SETPCAP);
	uint64_t inheritable_new = free_choice ? plan->inheritable : plan->inheritable & had;

	uint64_t permitted = set_granted("permitted", plan->permitted, had);
	uint64_t effective = set_granted("effective", plan->effective, permitted);
	uint64_t inheritable = set_granted("inheritable", plan->inheritable,
		inherited | set_bounded(inheritable_new & ~inherited));
	uint64_t ambient = set_granted("ambient", plan->ambient, permitted & inheritable);

	struct __user_cap_data_struct next[_LINUX_CAPABILITY_U32S_3] = {
		{ (uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable },
		{ (uint32_t)(effective >> 32), (uint32_t)(permitted >> 32),
			(uint32_t)(inheritable >> 32) },
	};
	if (capset(&header, next) < 0)
		return fail(errno, "set the capabilities");
	return ambient_apply(ambient);
}
