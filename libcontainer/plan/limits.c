/* Where a limit goes, and the growing list of writes. */
#include "libcontainer/plan/limits.h"

#include <string.h>

static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (list) {
		if (strncmp(list, word, length) == 0 && (!list[length] || list[length] == ','))
			return true;
		list = strchr(list, ',');
		if (list)
			list++;
	}
	return false;
}

int limits_home(const struct planning *p, const char *place, const struct limit_file *v1,
	const struct limit_file *v2, enum limit_home *ret_home)
{
	bool unified = false;

	if (!v1->controller && !v2->controller) {
		*ret_home = LIMIT_V2;
		return 0;
	}
	for (size_t i = 0; i < p->host->hierarchy_count; i++) {
		const struct host_hierarchy *hierarchy = &p->host->hierarchies[i];

		unified |= hierarchy->unified;
		if (!hierarchy->unified && v1->controller &&
			has_word(hierarchy->controllers, v1->controller)) {
			*ret_home = LIMIT_V1;
			return 0;
		}
	}
	/* Whether cgroup2 has the controller is only known where the group is made. */
	if (!unified)
		return refuse("%s: this host has no '%s' controller", place,
			v1->controller ? v1->controller : v2->controller);
	*ret_home = LIMIT_V2;
	return 0;
}

void limits_add(struct planning *p, const struct plan_cgroup_write *write)
{
	struct plan_cgroup *cgroup = &p->plan->cgroup;
	size_t count = cgroup->write_count;

	/* Room is for 8, 16, 32, ...: full where the count is one of these. */
	if (count == 0 || (count >= 8 && (count & (count - 1)) == 0)) {
		struct plan_cgroup_write *more =
			arena_new_array(p->arena, struct plan_cgroup_write, count ? count * 2 : 8);

		if (count)
			memcpy(more, cgroup->writes, count * sizeof(*more));
		cgroup->writes = more;
	}
	cgroup->writes[cgroup->write_count++] = *write;
}

int limits_check_word(const char *place, const char *word)
{
	if (!*word)
		return refuse("%s: is empty", place);
	for (const char *c = word; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return refuse("%s: '%s' has a space or control character", place, word);
	return 0;
}
