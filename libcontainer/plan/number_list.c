/* Lists of cpus and memory nodes, as the kernel's cpuset files have them: "0-3,8". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "libcontainer/base/parse.h"
#include "libcontainer/plan/process.h"

#define LONG_BITS (8 * sizeof(unsigned long))

struct number_range {
	uint64_t first, last;
};

/* Without spaces around. */
static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\n", text[length - 1]))
		text[--length] = '\0';
	return text;
}

static int parse_range(char *text, uint64_t max, struct number_range *ret_range)
{
	char *dash = strchr(text, '-');

	if (dash)
		*dash++ = '\0';
	if (parse_u64(text, max - 1, &ret_range->first) < 0)
		return -EINVAL;
	ret_range->last = ret_range->first;
	if (dash && parse_u64(dash, max - 1, &ret_range->last) < 0)
		return -EINVAL;
	return ret_range->first > ret_range->last ? -EINVAL : 0;
}

/* As in runc, commas too many are no fault; no number at all is. */
int plan_number_list(struct arena *arena, const char *list, size_t max, struct plan_bits *ret_bits)
{
	unsigned long *bits = arena_new_array(arena, unsigned long, max / LONG_BITS);
	char *next = arena_strdup(arena, list), *item;
	uint64_t highest = 0;
	bool any = false;

	while ((item = strsep(&next, ","))) {
		struct number_range range;

		item = trim(item);
		if (!item[0])
			continue;
		if (parse_range(item, max, &range) < 0)
			return -EINVAL;
		for (uint64_t n = range.first; n <= range.last; n++)
			bits[n / LONG_BITS] |= 1UL << n % LONG_BITS;
		highest = range.last > highest ? range.last : highest;
		any = true;
	}
	if (!any)
		return -EINVAL;
	*ret_bits = (struct plan_bits){ bits, (highest / LONG_BITS + 1) * sizeof(*bits) };
	return 0;
}
