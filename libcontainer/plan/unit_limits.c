/*
 * Limits as properties of a unit.  They are made from the writes to control files, which is all
 * that resources, unified and update come to: one table says which property a file is, and a limit
 * is spelled once.
 */
#include <string.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/parse.h"
#include "libcontainer/plan/unit.h"

#define INFINITE "18446744073709551615"

/* CPUs and memory nodes that a mask may speak of: the kernel's NR_CPUS is 8192 at most. */
#define SET_MAX 8192

/* Both come from cpu.max, or from a file each, and become two other properties. */
struct bandwidth {
	bool set;
	bool limited;
	uint64_t quota, period; /* microseconds; 0: not said */
};

struct converting {
	struct planning *p;
	const char *property;
	struct bandwidth bandwidth;
};

/* Adds what the file's value comes to; a value that it can't read is the kernel's to refuse. */
typedef void convert(struct converting *c, const char *value);

/* ---- conversions ------------------------------------------------------------------------ */

static void add_number(struct converting *c, uint64_t number)
{
	unit_add(c->p, c->property, "t",
		arena_printf(c->p->arena, "%llu", (unsigned long long)number), true);
}

/* "max", "-1", "1048576", "64M" */
static void to_bytes(struct converting *c, const char *value)
{
	int64_t bytes;

	if (strcmp(value, "max") == 0 || strcmp(value, "-1") == 0)
		unit_add(c->p, c->property, "t", INFINITE, true);
	else if (parse_size(value, &bytes) == 0 && bytes >= 0)
		add_number(c, (uint64_t)bytes);
}

/* systemd takes no 0 here: only the file can say it. */
static void to_nonzero(struct converting *c, const char *value)
{
	if (strcmp(value, "0") != 0)
		to_bytes(c, value);
}

/* "100", or "default 100" with no device in front. */
static void to_weight(struct converting *c, const char *value)
{
	static const char prefix[] = "default ";
	uint64_t weight;

	if (strncmp(value, prefix, strlen(prefix)) == 0)
		value += strlen(prefix);
	if (parse_u64(value, 10000, &weight) == 0 && weight > 0)
		add_number(c, weight);
}

static void to_shares(struct converting *c, const char *value)
{
	uint64_t shares;

	if (parse_u64(value, 262144, &shares) == 0 && shares > 1)
		add_number(c, shares);
}

/* Since systemd 252 a weight of 0 is "idle". */
static void to_idle(struct converting *c, const char *value)
{
	if (strcmp(value, "1") == 0)
		unit_add(c->p, c->property, "t", "0", true);
}

static void take_quota(struct converting *c, const char *value)
{
	struct bandwidth *bandwidth = &c->bandwidth;

	bandwidth->limited = parse_u64(value, INT64_MAX, &bandwidth->quota) == 0;
	bandwidth->set |=
		bandwidth->limited || strcmp(value, "max") == 0 || strcmp(value, "-1") == 0;
}

static void take_period(struct converting *c, const char *value)
{
	if (parse_u64(value, INT64_MAX, &c->bandwidth.period) < 0)
		c->bandwidth.period = 0;
	c->bandwidth.set |= c->bandwidth.period > 0;
}

/* "QUOTA PERIOD", or QUOTA alone */
static void take_bandwidth(struct converting *c, const char *value)
{
	size_t length = strcspn(value, " ");

	take_quota(c, arena_strndup(c->p->arena, value, length));
	if (value[length])
		take_period(c, value + length + 1);
}

/* Sets the bits from first to last of "0-3"; false where it is no such range. */
static bool add_range(const char *range, uint8_t *bits, size_t *size)
{
	const char *dash = strchr(range, '-');
	uint64_t first, last;
	char text[16];

	size_t length = dash ? (size_t)(dash - range) : strlen(range);
	if (length >= sizeof(text))
		return false;
	memcpy(text, range, length);
	text[length] = '\0';
	if (parse_u64(text, SET_MAX - 1, &first) < 0 ||
		parse_u64(dash ? dash + 1 : text, SET_MAX - 1, &last) < 0 || first > last)
		return false;
	for (uint64_t bit = first; bit <= last; bit++)
		bits[bit / 8] |= (uint8_t)(1U << (bit % 8));
	if (last / 8 + 1 > *size)
		*size = last / 8 + 1;
	return true;
}

/* "0-3,8" as a mask, the lowest byte first. */
static void to_mask(struct converting *c, const char *value)
{
	uint8_t bits[SET_MAX / 8] = { 0 };
	char *rest = arena_strdup(c->p->arena, value);
	size_t size = 0;

	for (char *range; (range = strsep(&rest, ","));)
		if (!add_range(range, bits, &size))
			return;

	const char **words = arena_new_array(c->p->arena, const char *, size + 2);
	words[0] = arena_printf(c->p->arena, "%zu", size);
	for (size_t i = 0; i < size; i++)
		words[i + 1] = arena_printf(c->p->arena, "%u", bits[i]);
	unit_add_words(c->p, &(struct plan_unit_property){ c->property, "ay", words, true });
}

/* ---- the table -------------------------------------------------------------------------- */

/* clang-format off */
static const struct row { const char *file, *property; convert *convert; } rows[] = {
	{ "memory.max",              "MemoryMax",          to_nonzero },
	{ "memory.high",             "MemoryHigh",         to_nonzero },
	{ "memory.low",              "MemoryLow",          to_bytes },
	{ "memory.min",              "MemoryMin",          to_bytes },
	{ "memory.swap.max",         "MemorySwapMax",      to_bytes },
	{ "memory.zswap.max",        "MemoryZSwapMax",     to_bytes },
	{ "pids.max",                "TasksMax",           to_nonzero },
	{ "cpu.weight",              "CPUWeight",          to_weight },
	{ "cpu.idle",                "CPUWeight",          to_idle },
	{ "cpu.max",                 NULL,                 take_bandwidth },
	{ "cpuset.cpus",             "AllowedCPUs",        to_mask },
	{ "cpuset.mems",             "AllowedMemoryNodes", to_mask },
	{ "io.weight",               "IOWeight",           to_weight },

	/* v1 */
	{ "memory.limit_in_bytes",   "MemoryLimit",        to_nonzero },
	{ "cpu.shares",              "CPUShares",          to_shares },
	{ "cpu.cfs_quota_us",        NULL,                 take_quota },
	{ "cpu.cfs_period_us",       NULL,                 take_period },
	{ "blkio.weight",            "BlockIOWeight",      to_weight },
};
/* clang-format on */

static const struct row *find_row(const char *file)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].file, file) == 0)
			return &rows[i];
	return NULL;
}

/* io.bfq.weight has no property, but the file that serves in its place has. */
static void convert_write(struct converting *c, const struct plan_cgroup_write *write)
{
	const struct row *row = find_row(write->file);
	const char *value = write->value;

	if (!row && write->other_file) {
		row = find_row(write->other_file);
		value = write->other_value;
	}
	if (!row)
		return;
	c->property = row->property;
	row->convert(c, value);
}

/*
 * systemd keeps a quota as whole percents of a processor, and would write a smaller one than was
 * asked for when it reads its own file again: so up to the next.
 */
static void add_bandwidth(struct converting *c)
{
	const uint64_t percent = 10000, second = 1000000, usual = 100000;
	const struct bandwidth *bandwidth = &c->bandwidth;
	uint64_t period = bandwidth->period ? bandwidth->period : usual;

	if (!bandwidth->set)
		return;
	if (bandwidth->period) {
		c->property = "CPUQuotaPeriodUSec";
		add_number(c, bandwidth->period);
	}
	c->property = "CPUQuotaPerSecUSec";
	if (!bandwidth->limited || bandwidth->quota == 0 ||
		bandwidth->quota > (UINT64_MAX - period) / second) {
		unit_add(c->p, c->property, "t", INFINITE, true);
		return;
	}
	uint64_t per_second = bandwidth->quota * second / period;
	add_number(c, (per_second + percent - 1) / percent * percent);
}

/* TasksMax of 0 there is not, and a file that says another would be written again by systemd. */
static void replace_no_tasks(struct plan_cgroup *cgroup)
{
	for (size_t i = 0; i < cgroup->write_count; i++) {
		struct plan_cgroup_write *write = &cgroup->writes[i];

		if (strcmp(write->file, "pids.max") != 0 || strcmp(write->value, "0") != 0)
			continue;
		log_warning("%s: systemd knows no limit of 0 tasks, it is set to 1", write->place);
		write->value = "1";
	}
}

void unit_add_limits(struct planning *p)
{
	struct plan_cgroup *cgroup = &p->plan->cgroup;
	struct converting c = { .p = p };

	replace_no_tasks(cgroup);
	for (size_t i = 0; i < cgroup->write_count; i++)
		convert_write(&c, &cgroup->writes[i]);
	add_bandwidth(&c);
}
