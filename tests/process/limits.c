#include "tests/process/child.h"

#include <sched.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "libcontainer/base/log.h"
#include "libcontainer/kernel/procfs.h"
#include "libcontainer/process/limits.h"

static unsigned int warnings;

static void count_warnings(enum log_level level, const char *line, void *context)
{
	(void)line;
	(void)context;
	warnings += level == LOG_LEVEL_WARNING;
}

static void set_rlimits(void *context)
{
	struct plan_rlimit limits[] = {
		{ "process.rlimits[0]", "RLIMIT_NOFILE", RLIMIT_NOFILE, 17, 33 },
		{ "process.rlimits[1]", "RLIMIT_CORE", RLIMIT_CORE, 0, 0 },
	};
	const struct plan_process plan = { .rlimits = limits, .rlimit_count = 2 };
	struct rlimit present;

	(void)context;
	child_check(limits_set(&plan) == 0);
	child_check(getrlimit(RLIMIT_NOFILE, &present) == 0);
	child_check(present.rlim_cur == 17 && present.rlim_max == 33);
	child_check(getrlimit(RLIMIT_CORE, &present) == 0);
	child_check(present.rlim_cur == 0 && present.rlim_max == 0);
}

static void rlimits_are_exact(void **state)
{
	(void)state;
	child_run(set_rlimits, NULL);
}

/* Who may not raise a limit keeps the one it has; who may, keeps the soft one. */
static void raise_rlimits(void *context)
{
	struct plan_rlimit limits[] = {
		{ "process.rlimits[0]", "RLIMIT_NOFILE", RLIMIT_NOFILE, 25, 30 },
		{ "process.rlimits[1]", "RLIMIT_CORE", RLIMIT_CORE, 0, 0 },
	};
	const struct plan_process plan = { .rlimits = limits, .rlimit_count = 2 };
	struct rlimit present = { 10, 20 };

	(void)context;
	child_check(setrlimit(RLIMIT_NOFILE, &present) == 0);
	present.rlim_max = 30;
	bool may = setrlimit(RLIMIT_NOFILE, &present) == 0;
	present.rlim_max = 20;
	child_check(setrlimit(RLIMIT_NOFILE, &present) == 0);
	limits_raise(&plan);
	child_check(getrlimit(RLIMIT_NOFILE, &present) == 0);
	child_check(present.rlim_cur == 10 && present.rlim_max == (may ? 30U : 20U));
	/* A lower one is for limits_set(). */
	child_check(getrlimit(RLIMIT_CORE, &present) == 0);
	child_check(limits[1].hard == 0 && (present.rlim_max != 0 || present.rlim_cur == 0));
	child_check(error_text()[0] == '\0');
}

static void hard_limits_are_raised(void **state)
{
	(void)state;
	child_run(raise_rlimits, NULL);
}

/* Not even root gets more descriptors than fs.nr_open. */
static void refuse_rlimits(void *context)
{
	struct plan_rlimit limits[] = {
		{ "process.rlimits[3]", "RLIMIT_NOFILE", RLIMIT_NOFILE, 18446744073709551615u,
			18446744073709551615u },
	};
	const struct plan_process plan = { .rlimits = limits, .rlimit_count = 1 };
	struct rlimit present = { 10, 20 };

	(void)context;
	child_check(setrlimit(RLIMIT_NOFILE, &present) == 0);
	child_check(limits_set(&plan) == -EPERM);
	child_check(
		strcmp(error_text(),
			"process.rlimits[3]: set RLIMIT_NOFILE to 18446744073709551615:"
			"18446744073709551615 (hard limit is 20): operation not permitted") == 0);
}

static void refused_rlimits_are_explained(void **state)
{
	(void)state;
	child_run(refuse_rlimits, NULL);
}

static void set_oom(void *context)
{
	struct plan_process plan = { .oom_set = true, .oom_score_adj = 1000 };
	char value[16];
	int procfs;

	(void)context;
	child_check(procfs_open(&procfs) == 0);
	child_check(limits_set_oom(procfs, 0, &plan) == 0);
	child_check(procfs_read(procfs, "self/oom_score_adj", value, sizeof(value)) > 0);
	child_check(atoi(value) == 1000);
	child_check(warnings == 0);
	/* Unset means untouched. */
	plan = (struct plan_process){ .oom_score_adj = 5 };
	child_check(limits_set_oom(procfs, 0, &plan) == 0);
	child_check(procfs_read(procfs, "self/oom_score_adj", value, sizeof(value)) > 0);
	child_check(atoi(value) == 1000);
	/* Below what it ever was: a warning, where we may not. */
	plan = (struct plan_process){ .oom_set = true, .oom_score_adj = -1000 };
	child_check(limits_set_oom(procfs, 0, &plan) == 0);
	child_check(procfs_read(procfs, "self/oom_score_adj", value, sizeof(value)) > 0);
	child_check(atoi(value) == (warnings ? 1000 : -1000));
	child_check(error_text()[0] == '\0');
	plan.oom_score_adj = 1001;
	child_check(limits_set_oom(procfs, 0, &plan) == -EINVAL);
	child_check(strstr(error_text(), "process.oomScoreAdj: set to 1001: ") == error_text());
}

static void oom_score_is_set_where_asked(void **state)
{
	(void)state;
	child_run(set_oom, NULL);
}

static void set_scheduling(void *context)
{
	const struct plan_process plan = {
		.scheduler = { .set = true, .policy = SCHED_BATCH, .nice = 5 },
		.io_priority_set = true,
		.io_priority = 2 << 13 | 7,
		.personality_set = true,
		.personality = PER_LINUX32,
	};
	cpu_set_t one, all;
	struct utsname name;

	(void)context;
	child_check(sched_getaffinity(0, sizeof(all), &all) == 0);
	int cpus = CPU_COUNT(&all);
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &all)) {
			CPU_SET(cpu, &one);
			break;
		}
	}
	child_check(sched_setaffinity(0, sizeof(one), &one) == 0);
	child_check(limits_set_scheduling(&plan) == 0);
	child_check(sched_getscheduler(0) == SCHED_BATCH);
	child_check(getpriority(PRIO_PROCESS, 0) == 5);
	child_check(syscall(SYS_ioprio_get, 1, 0) == (2 << 13 | 7));
	child_check(uname(&name) == 0);
	child_check(strcmp(name.machine, "x86_64") != 0);
	child_check(sched_getaffinity(0, sizeof(all), &all) == 0);
	child_check(CPU_COUNT(&all) >= cpus);
}

static void scheduling_is_set(void **state)
{
	(void)state;
	child_run(set_scheduling, NULL);
}

static void refuse_scheduling(void *context)
{
	const struct plan_process unknown = {
		.scheduler = { .set = true, .name = "SCHED_77", .policy = 77 }
	};
	const struct plan_process io = { .io_priority_set = true, .io_priority = 7 << 13 };

	(void)context;
	child_check(limits_set_scheduling(&unknown) == -EINVAL);
	child_check(
		strstr(error_text(), "process.scheduler: set SCHED_77, nice 0") == error_text());
	const struct plan_process clamped = {
		.scheduler = { .set = true, .policy = SCHED_OTHER, .flags = 0x20 | 0x40 }
	};
	/* Taken, or not known to a kernel without CONFIG_UCLAMP_TASK; never for its size. */
	int r = limits_set_scheduling(&clamped);
	child_check(r == 0 || r == -EOPNOTSUPP);
	child_check(limits_set_scheduling(&io) == -EINVAL);
	child_check(strstr(error_text(), "process.ioPriority: set class 7") == error_text());
}

static void refused_scheduling_is_explained(void **state)
{
	(void)state;
	child_run(refuse_scheduling, NULL);
}

/* What get_mempolicy(2) says: the mode with its flags, and the nodes. */
static int memory_policy(unsigned long *ret_nodes)
{
	unsigned long nodes[1024 / 8 / sizeof(unsigned long)] = { 0 };
	int mode = -1;

	if (syscall(SYS_get_mempolicy, &mode, nodes, 1024UL, NULL, 0UL) < 0)
		return -1;
	*ret_nodes = nodes[0];
	return mode;
}

static void set_memory_policy(void *context)
{
	const unsigned long node[] = { 1 }, far[] = { 0, 1 };
	struct plan_process plan = {
		.memory_policy = {
			.name = "MPOL_BIND",
			.mode = 2 | 1 << 15,
			.list = "0",
			.nodes = { node, sizeof(node) },
		},
	};
	unsigned long nodes = 0;

	(void)context;
	/* A kernel without NUMA has no such call. */
	if (memory_policy(&nodes) < 0)
		return;
	child_check(limits_set_scheduling(&plan) == 0);
	child_check(memory_policy(&nodes) == (2 | 1 << 15) && nodes == 1);
	plan.memory_policy = (struct plan_memory_policy){ .name = "MPOL_LOCAL", .mode = 4 };
	child_check(limits_set_scheduling(&plan) == 0);
	child_check(memory_policy(&nodes) == 4 && nodes == 0);
	plan.memory_policy = (struct plan_memory_policy){
		.name = "MPOL_INTERLEAVE",
		.mode = 3 | 1 << 14 | 1 << 15,
		.list = "64",
		.nodes = { far, sizeof(far) },
	};
	child_check(limits_set_scheduling(&plan) == -EINVAL);
	child_check(strcmp(error_text(),
			    "linux.memoryPolicy: invalid memory policy: set MPOL_INTERLEAVE, flags "
			    "0xc000, nodes '64': invalid argument") == 0);
}

static void memory_policy_is_set(void **state)
{
	(void)state;
	child_run(set_memory_policy, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rlimits_are_exact),
		cmocka_unit_test(hard_limits_are_raised),
		cmocka_unit_test(refused_rlimits_are_explained),
		cmocka_unit_test(oom_score_is_set_where_asked),
		cmocka_unit_test(scheduling_is_set),
		cmocka_unit_test(refused_scheduling_is_explained),
		cmocka_unit_test(memory_policy_is_set),
	};

	log_set_sink(count_warnings, NULL, LOG_LEVEL_WARNING);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
