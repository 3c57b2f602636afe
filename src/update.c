#include "src/command.h"

static struct container_update_options options;

/* clang-format off */
static const struct option update_options[] = {
	TEXT("resources", 'r', "FILE", &options.resources,
		"read linux.resources from FILE, - for standard input"),
	TEXT("blkio-weight", '\0', "WEIGHT", &options.blkio_weight,
		"share of block I/O, 10 to 1000"),
	TEXT("cpu-period", '\0', "MICROSECONDS", &options.cpu_period,
		"time for which the quota is"),
	TEXT("cpu-quota", '\0', "MICROSECONDS", &options.cpu_quota,
		"processor time in a period, -1 for any"),
	TEXT("cpu-burst", '\0', "MICROSECONDS", &options.cpu_burst,
		"unused quota that may be saved up"),
	TEXT("cpu-share", '\0', "SHARES", &options.cpu_share,
		"share of processor time"),
	TEXT("cpu-rt-period", '\0', "MICROSECONDS", &options.cpu_rt_period,
		"time for which the realtime runtime is"),
	TEXT("cpu-rt-runtime", '\0', "MICROSECONDS", &options.cpu_rt_runtime,
		"realtime processor time in its period"),
	TEXT("cpuset-cpus", '\0', "LIST", &options.cpuset_cpus,
		"processors, as in 0-3,7"),
	TEXT("cpuset-mems", '\0', "LIST", &options.cpuset_mems,
		"memory nodes"),
	TEXT("kernel-memory", '\0', "BYTES", &options.kernel_memory, NULL),
	TEXT("kernel-memory-tcp", '\0', "BYTES", &options.kernel_memory_tcp, NULL),
	TEXT("memory", '\0', "BYTES", &options.memory,
		"limit of memory, -1 for none"),
	TEXT("memory-reservation", '\0', "BYTES", &options.memory_reservation,
		"memory that is not taken away while others use more"),
	TEXT("memory-swap", '\0', "BYTES", &options.memory_swap,
		"limit of memory and swap together, -1 for none"),
	TEXT("pids-limit", '\0', "NUMBER", &options.pids_limit,
		"how many tasks there may be, -1 for any number"),
	TEXT("l3-cache-schema", '\0', "SCHEMA", &options.l3_cache_schema,
		"of Intel's resource director"),
	TEXT("mem-bw-schema", '\0', "SCHEMA", &options.mem_bw_schema,
		"of Intel's resource director"),
	TEXT("cpu-idle", '\0', "0|1", &options.cpu_idle,
		"1: run only where nothing else wants to"),
	OPTIONS_END
};
/* clang-format on */

static int update_run(struct command_call *call)
{
	options.id = call->arguments[0];
	return container_update(call->context, &options);
}

const struct command command_update = {
	.name = "update",
	.arguments = "ID",
	.summary = "change the limits of a container",
	.description =
		"   Changes those limits that are given, by the document or by options, which\n"
		"   overrule it.  Sizes may have one of the suffixes k, m, g and t.",
	.options = update_options,
	.order = OPTIONS_ANYWHERE,
	.minimum = 1,
	.maximum = 1,
	.run = update_run,
};
