/*
 * The program's environment: each name once, HOME to be filled in, LISTEN_FDS of our caller's, and
 * a NOTIFY_SOCKET of ours for that of our caller's.
 */
#include <stdint.h>
#include <string.h>

#include "libcontainer/plan/process.h"

/* A set of names, by open addressing: an environment of thousands is no rarity in clusters. */
struct names {
	const char **slots; /* entries "NAME=..." */
	size_t mask;        /* their number less one; a power of two, at least twice the names */
};

static struct names names_make(struct arena *arena, size_t count)
{
	size_t size = 8;

	while (size < count * 2)
		size *= 2;
	return (struct names){ arena_new_array(arena, const char *, size), size - 1 };
}

static size_t name_length(const char *entry)
{
	return strcspn(entry, "=");
}

/* FNV-1a. */
static size_t name_hash(const char *entry, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)entry[i]) * 0x100000001b3;
	return (size_t)(hash ^ (hash >> 32));
}

/* Returns whether the name was new. */
static bool names_add(struct names *names, const char *entry)
{
	size_t length = name_length(entry);
	size_t i = name_hash(entry, length) & names->mask;

	for (; names->slots[i]; i = (i + 1) & names->mask)
		if (strncmp(names->slots[i], entry, length + 1) == 0)
			return false;
	names->slots[i] = entry;
	return true;
}

/*
 * The last value of a name wins and stands where it stood; so from the end to the beginning,
 * filling env from its end, and moving the result to the front.
 */
static void keep_last(struct planning *p, const char **env, size_t count)
{
	struct plan_process *plan = &p->plan->process;
	struct names names = names_make(p->arena, count);
	size_t first = count;

	plan->home_missing = true;
	for (size_t i = count; i-- > 0;) {
		if (!names_add(&names, env[i]))
			continue;
		if (strncmp(env[i], "HOME=", 5) == 0) {
			/* An empty one counts as missing, and makes room for that of passwd. */
			if (!env[i][5])
				continue;
			plan->home_missing = false;
		}
		env[--first] = env[i];
	}
	plan->env_count = count - first;
	memmove(env, env + first, plan->env_count * sizeof(*env));
	env[plan->env_count] = NULL;
	plan->env = env;
}

int plan_environment(struct planning *p)
{
	const struct spec_strings *spec = &p->process->env;
	unsigned int listen_fds = p->plan->process.listen_fds;
	/* Two more for LISTEN_FDS, one for NOTIFY_SOCKET, one for HOME, and NULL. */
	const char **env = arena_new_array(p->arena, const char *, spec->count + 5);
	size_t count = 0;

	for (size_t i = 0; i < spec->count; i++) {
		const char *entry = spec->items[i];

		if (entry[0] == '=' || !strchr(entry, '='))
			return refuse(
				"process.env[%zu]: invalid environment variable: \"%s\"", i, entry);
		env[count++] = entry;
	}
	if (listen_fds > 0) {
		/* The program is pid 1 in its own pid namespace; as runc, for the others too. */
		env[count++] = arena_printf(p->arena, "LISTEN_FDS=%u", listen_fds);
		env[count++] = "LISTEN_PID=1";
	}
	if (p->plan->notify_socket)
		env[count++] = "NOTIFY_SOCKET=" PLAN_NOTIFY_TARGET "/" PLAN_NOTIFY_NAME;
	keep_last(p, env, count);
	return 0;
}
