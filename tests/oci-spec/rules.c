#include "tests/check.h"

#include "libcontainer/base/arena.h"
#include "libcontainer/base/error.h"
#include "libcontainer/base/log.h"
#include "libcontainer/base/str.h"
#include "oci-spec/read.h"
#include "oci-spec/rules.h"
#include "oci-spec/types.h"

/* Members put into an else valid configuration; NULL message: it stays valid. */
struct rule_case {
	const char *members, *message;
};

static void check_cases(const char *format, const struct rule_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		auto_str struct str text = { 0 };
		struct arena arena = { 0 };
		struct spec_config *config;

		error_clear();
		(void)str_printf(&text, format, cases[i].members);
		if (spec_read_config(&arena, text.text, text.length, &config) < 0)
			test_fails("%s\n%s\n", error_text(), text.text);
		int code = rules_check(config);
		assert_string_equal(error_text(), cases[i].message ? cases[i].message : "");
		assert_int_equal(code, cases[i].message ? -EINVAL : 0);
		arena_done(&arena);
	}
}

#define CHECK_CASES(format, cases) check_cases(format, cases, COUNT_OF(cases))

/* clang-format off */

static void versions_are_semver(void **state)
{
	static const struct rule_case cases[] = {
		{ "1.0.0", NULL }, { "1.3.0", NULL }, { "1.0.0-rc5-dev", NULL },
		{ "1.2.1+dev", NULL }, { "1.0.2-dev", NULL }, { "1.3.0-rc.1+a.b-c", NULL },
		{ "1.99.7", NULL },
		{ "1.0", "ociVersion: wants a version such as \"1.3.0\", got \"1.0\"" },
		{ "1.0.", "ociVersion: wants a version such as \"1.3.0\", got \"1.0.\"" },
		{ "1.0.0.0", "ociVersion: wants a version such as \"1.3.0\", got \"1.0.0.0\"" },
		{ "01.0.0", "ociVersion: wants a version such as \"1.3.0\", got \"01.0.0\"" },
		{ "1.0.0-", "ociVersion: wants a version such as \"1.3.0\", got \"1.0.0-\"" },
		{ "1.0.0+a..b", "ociVersion: wants a version such as \"1.3.0\", got \"1.0.0+a..b\"" },
		{ "v1.0.0", "ociVersion: wants a version such as \"1.3.0\", got \"v1.0.0\"" },
		{ "invalid", "ociVersion: wants a version such as \"1.3.0\", got \"invalid\"" },
		{ "0.2.0", "ociVersion: wants version 1 of the specification, got \"0.2.0\"" },
		{ "2.0.0", "ociVersion: wants version 1 of the specification, got \"2.0.0\"" },
		{ "10.0.0", "ociVersion: wants version 1 of the specification, got \"10.0.0\"" },
	};

	(void)state;
	CHECK_CASES("{\"ociVersion\": \"%s\", \"root\": {\"path\": \"r\"},"
		" \"process\": {\"cwd\": \"/\", \"args\": [\"a\"]}}", cases);
}

static void process_and_root_must_be_there(void **state)
{
	static const struct rule_case cases[] = {
		{ "\"root\": {\"path\": \"r\"}", "process: process property must not be empty" },
		{ "\"process\": {\"cwd\": \"/\", \"args\": [\"a\"]}", "root: must be specified" },
		{ "\"root\": {\"path\": \"r\"}, \"process\": {\"cwd\": \"/\"}",
			"process.args: args must not be empty" },
		{ "\"root\": {\"path\": \"r\"}, \"process\": {\"cwd\": \"/\", \"args\": []}",
			"process.args: args must not be empty" },
	};

	(void)state;
	CHECK_CASES("{\"ociVersion\": \"1.0.0\", %s}", cases);
}

#define TOP "{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"r\"}," \
	" \"process\": {\"cwd\": \"/\", \"args\": [\"a\"]}, %s}"
#define UTS "\"linux\": {\"namespaces\": [{\"type\": \"uts\"}]}"
#define LONG_NAME "0123456789012345678901234567890123456789012345678901234567890123"

static void the_top_has_rules(void **state)
{
	static const struct rule_case cases[] = {
		{ "\"hostname\": \"x\"", "hostname: needs a uts namespace in linux.namespaces" },
		{ "\"domainname\": \"x\"", "domainname: needs a uts namespace in linux.namespaces" },
		{ "\"hostname\": \"x\", \"domainname\": \"y\", " UTS, NULL },
		{ "\"hostname\": \"x\", \"linux\": {\"namespaces\": [{\"type\": \"uts\", "
			"\"path\": \"/proc/1/ns/uts\"}]}", NULL },
		{ "\"hostname\": \"" LONG_NAME "\", " UTS, NULL },
		{ "\"hostname\": \"" LONG_NAME "x\", " UTS, "hostname: is longer than 64 bytes" },
		{ "\"annotations\": {\"\": \"x\"}", "annotations: a key must not be empty" },
		{ "\"hooks\": {\"poststart\": [{\"path\": \"/a\", \"timeout\": 0}]}",
			"hooks.poststart[0].timeout: wants more than 0, got 0" },
		{ "\"hooks\": {\"createContainer\": [{\"path\": \"/a\", \"timeout\": 5}, "
			"{\"path\": \"/b\", \"timeout\": -3}]}",
			"hooks.createContainer[1].timeout: wants more than 0, got -3" },
		{ "\"mounts\": [{\"destination\": \"/a\", \"uidMappings\": [{\"containerID\": 0, "
			"\"hostID\": 0, \"size\": 1}]}]",
			"mounts[0]: uidMappings and gidMappings need each other" },
		{ "\"mounts\": [{\"destination\": \"/a\", \"uidMappings\": [{\"containerID\": 0, "
			"\"hostID\": 0, \"size\": 0}], \"gidMappings\": [{\"containerID\": 0, "
			"\"hostID\": 0, \"size\": 1}]}]",
			"mounts[0].uidMappings[0].size: must not be 0" },
	};

	(void)state;
	CHECK_CASES(TOP, cases);
}

static void the_process_has_rules(void **state)
{
	static const struct rule_case cases[] = {
		{ "\"env\": [\"A=\", \"B=c=d\"]", NULL },
		{ "\"env\": [\"A=b\", \"B\"]",
			"process.env[1]: invalid environment variable: \"B\"" },
		{ "\"env\": [\"=b\"]", "process.env[0]: invalid environment variable: \"=b\"" },
		{ "\"user\": {\"uid\": 4294967294, \"gid\": 5}", NULL },
		{ "\"user\": {\"uid\": 4294967295}", "process.user.uid: 4294967295 is no user" },
		{ "\"user\": {\"gid\": 4294967295}", "process.user.gid: 4294967295 is no group" },
		{ "\"user\": {\"additionalGids\": [1, 4294967295]}",
			"process.user.additionalGids[1]: 4294967295 is no group" },
		{ "\"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"hard\": 5, \"soft\": 5}]", NULL },
		{ "\"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"hard\": 5, \"soft\": 6}]",
			"process.rlimits[0].soft: 6 is above the hard limit 5" },
		{ "\"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"hard\": 5, \"soft\": 5}, "
			"{\"type\": \"RLIMIT_CPU\", \"hard\": 5, \"soft\": 5}, "
			"{\"type\": \"RLIMIT_CORE\", \"hard\": 5, \"soft\": 5}]",
			"process.rlimits[2].type: \"RLIMIT_CORE\" is there twice" },
		{ "\"oomScoreAdj\": -1000", NULL },
		{ "\"oomScoreAdj\": 1001",
			"process.oomScoreAdj: wants an integer from -1000 to 1000, got 1001" },
		{ "\"consoleSize\": {\"height\": 65535, \"width\": 80}", NULL },
		{ "\"consoleSize\": {\"height\": 65536, \"width\": 80}",
			"process.consoleSize: wants at most 65535, got 65536 by 80" },
		{ "\"scheduler\": {\"policy\": \"SCHED_BATCH\", \"nice\": -20}", NULL },
		{ "\"scheduler\": {\"policy\": \"SCHED_OTHER\", \"nice\": 20}",
			"process.scheduler.nice: wants an integer from -20 to 19, got 20" },
		{ "\"scheduler\": {\"policy\": \"SCHED_RR\", \"nice\": 1}", NULL },
		{ "\"scheduler\": {\"policy\": \"SCHED_RR\", \"priority\": 10}", NULL },
		{ "\"scheduler\": {\"policy\": \"SCHED_RR\", \"priority\": -1}",
			"process.scheduler.priority: must not be negative, got -1" },
		{ "\"scheduler\": {\"policy\": \"SCHED_IDLE\", \"priority\": 10}",
			"process.scheduler.priority: needs the policy SCHED_FIFO or SCHED_RR" },
		{ "\"scheduler\": {\"policy\": \"SCHED_DEADLINE\", \"runtime\": 1}", NULL },
		{ "\"scheduler\": {\"policy\": \"SCHED_FIFO\", \"period\": 1}",
			"process.scheduler: runtime, deadline and period need the policy "
			"SCHED_DEADLINE" },
		{ "\"ioPriority\": {\"class\": \"IOPRIO_CLASS_BE\", \"priority\": 7}", NULL },
		{ "\"ioPriority\": {\"class\": \"IOPRIO_CLASS_BE\", \"priority\": 8}",
			"process.ioPriority.priority: wants an integer from 0 to 7, got 8" },
	};

	(void)state;
	CHECK_CASES("{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"r\"},"
		" \"process\": {\"cwd\": \"/\", \"args\": [\"a\"], %s}}", cases);
}

#define LINUX "{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"r\"}," \
	" \"process\": {\"cwd\": \"/\", \"args\": [\"a\"]}, \"linux\": {%s}}"
#define MAP(inside, outside, size) \
	"{\"containerID\": " #inside ", \"hostID\": " #outside ", \"size\": " #size "}"
#define USER(uids, gids) "\"namespaces\": [{\"type\": \"user\"}], \"uidMappings\": [" uids "], " \
	"\"gidMappings\": [" gids "]"
#define TIME "\"namespaces\": [{\"type\": \"time\"}], "

static void namespaces_have_rules(void **state)
{
	static const struct rule_case cases[] = {
		{ "\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"uts\"}, {\"type\": \"pid\"}]",
			"linux.namespaces[2].type: \"pid\" is there twice" },
		{ "\"uidMappings\": [" MAP(0, 0, 1) "]",
			"linux.uidMappings: needs a user namespace in linux.namespaces" },
		{ "\"gidMappings\": [" MAP(0, 0, 1) "]",
			"linux.gidMappings: needs a user namespace in linux.namespaces" },
		{ "\"namespaces\": [{\"type\": \"user\"}]", NULL },
		{ "\"namespaces\": [{\"type\": \"user\"}], \"gidMappings\": [" MAP(0, 0, 1) "]",
			"linux.uidMappings: linux.gidMappings needs it" },
		{ "\"namespaces\": [{\"type\": \"user\"}], \"uidMappings\": [" MAP(0, 0, 1) "]",
			"linux.gidMappings: linux.uidMappings needs it" },
		{ "\"namespaces\": [{\"type\": \"user\", \"path\": \"/x\"}]", NULL },
		{ "\"namespaces\": [{\"type\": \"user\", \"path\": \"/x\"}], \"uidMappings\": ["
			MAP(0, 0, 1) "]", NULL },
		{ USER(MAP(0, 0, 4294967295), MAP(0, 1000, 1) ", " MAP(1, 100000, 65536)), NULL },
		{ USER(MAP(0, 0, 0), MAP(0, 0, 1)), "linux.uidMappings[0].size: must not be 0" },
		{ USER(MAP(0, 0, 1), MAP(1, 0, 4294967295)),
			"linux.gidMappings[0]: goes beyond the last id" },
		{ USER(MAP(0, 4294967295, 1), MAP(0, 0, 1)),
			"linux.uidMappings[0]: goes beyond the last id" },
		{ USER(MAP(0, 1000, 10) ", " MAP(9, 2000, 1), MAP(0, 0, 1)),
			"linux.uidMappings[1]: overlaps linux.uidMappings[0]" },
		{ USER(MAP(0, 0, 1), MAP(0, 1000, 10) ", " MAP(10, 1009, 1)),
			"linux.gidMappings[1]: overlaps linux.gidMappings[0]" },
		{ "\"timeOffsets\": {\"monotonic\": {\"secs\": 1}}",
			"linux.timeOffsets: needs a new time namespace" },
		{ "\"namespaces\": [{\"type\": \"time\", \"path\": \"/x\"}], \"timeOffsets\": "
			"{\"monotonic\": {\"secs\": 1}}",
			"linux.timeOffsets: needs a new time namespace" },
		{ TIME "\"timeOffsets\": {\"boottime\": {\"secs\": -5, \"nanosecs\": 999999999}}", NULL },
		{ TIME "\"timeOffsets\": {\"realtime\": {}}",
			"linux.timeOffsets[\"realtime\"]: wants monotonic or boottime" },
		{ TIME "\"timeOffsets\": {\"boottime\": {\"nanosecs\": 1000000000}}",
			"linux.timeOffsets[\"boottime\"].nanosecs: wants an integer from 0 to 999999999, "
			"got 1000000000" },
		{ "\"netDevices\": {\"eth0\": {}}",
			"linux.netDevices: needs a network namespace in linux.namespaces" },
		{ "\"netDevices\": {}", NULL },
	};

	(void)state;
	CHECK_CASES(LINUX, cases);
}

#define NETWORK "\"namespaces\": [{\"type\": \"network\"}], "

static void devices_have_rules(void **state)
{
	static const struct rule_case cases[] = {
		{ "\"devices\": [{\"type\": \"p\", \"path\": \"/dev/f\"}, {\"type\": \"c\", "
			"\"path\": \"/dev/n\", \"major\": 1, \"minor\": 3}]", NULL },
		{ "\"devices\": [{\"type\": \"c\", \"path\": \"/dev/n\", \"minor\": 3}]",
			"linux.devices[0].major: is required" },
		{ "\"devices\": [{\"type\": \"b\", \"path\": \"/dev/n\", \"major\": 3}]",
			"linux.devices[0].minor: is required" },
		{ "\"devices\": [{\"type\": \"u\", \"path\": \"/dev/n\", \"major\": -1, \"minor\": 3}]",
			"linux.devices[0].major: wants an integer from 0 to 4294967295, got -1" },
		{ "\"devices\": [{\"type\": \"u\", \"path\": \"/dev/n\", \"major\": 1, "
			"\"minor\": 4294967296}]",
			"linux.devices[0].minor: wants an integer from 0 to 4294967295, got "
			"4294967296" },
		{ NETWORK "\"netDevices\": {\"eth0\": {\"name\": \"net%d\"}}", NULL },
		{ NETWORK "\"netDevices\": {\"a\": {\"name\": \"n%d\"}, \"b\": {\"name\": \"n%d\"}}",
			NULL },
		{ NETWORK "\"netDevices\": {\"a\": {\"name\": \"b\"}, \"b\": {\"name\": \"a\"}}",
			NULL },
		{ NETWORK "\"netDevices\": {\"a\": {\"name\": \"b\"}, \"b\": {}}",
			"linux.netDevices[\"b\"].name: another one is to have it" },
		{ NETWORK "\"netDevices\": {\"a%d\": {}}",
			"linux.netDevices[\"a%d\"]: no name of an interface" },
		{ NETWORK "\"netDevices\": {\"a\": {\"name\": \"n%d%d\"}}",
			"linux.netDevices[\"a\"].name: wants one %d at most, and no other %" },
		{ NETWORK "\"netDevices\": {\"a\": {\"name\": \"n%s\"}}",
			"linux.netDevices[\"a\"].name: wants one %d at most, and no other %" },
		{ NETWORK "\"netDevices\": {\"a/b\": {}}",
			"linux.netDevices[\"a/b\"]: no name of an interface" },
		{ NETWORK "\"netDevices\": {\"\": {}}",
			"linux.netDevices[\"\"]: no name of an interface" },
		{ NETWORK "\"netDevices\": {\"0123456789abcdef\": {}}",
			"linux.netDevices[\"0123456789abcdef\"]: no name of an interface" },
		{ NETWORK "\"netDevices\": {\"a\": {\"name\": \"..\"}}",
			"linux.netDevices[\"a\"].name: no name of an interface" },
		{ NETWORK "\"netDevices\": {\"a\": {\"name\": \"b c\"}}",
			"linux.netDevices[\"a\"].name: no name of an interface" },
	};

	(void)state;
	CHECK_CASES(LINUX, cases);
}

static void paths_memory_and_caches_have_rules(void **state)
{
	static const struct rule_case cases[] = {
		{ "\"maskedPaths\": [\"/a\", \"b\"]",
			"linux.maskedPaths[1]: wants an absolute path, got \"b\"" },
		{ "\"readonlyPaths\": [\"\"]",
			"linux.readonlyPaths[0]: wants an absolute path, got \"\"" },
		{ "\"personality\": {\"domain\": \"LINUX32\", \"flags\": []}", NULL },
		{ "\"personality\": {\"domain\": \"LINUX32\", \"flags\": [\"x\"]}",
			"linux.personality.flags[0]: unknown flag \"x\"" },
		{ "\"memoryPolicy\": {}",
			"linux.memoryPolicy.mode: invalid memory policy mode: is required" },
		{ "\"memoryPolicy\": {\"mode\": \"MPOL_X\"}",
			"linux.memoryPolicy.mode: invalid memory policy mode: unknown mode \"MPOL_X\"" },
		{ "\"memoryPolicy\": {\"mode\": \"MPOL_BIND\", \"nodes\": \"0\", \"flags\": [\"x\"]}",
			"linux.memoryPolicy.flags[0]: invalid memory policy flag: unknown flag \"x\"" },
		{ "\"memoryPolicy\": {\"mode\": \"MPOL_DEFAULT\", \"nodes\": \"0\"}",
			"linux.memoryPolicy.nodes: invalid memory policy nodes: MPOL_DEFAULT takes none" },
		{ "\"memoryPolicy\": {\"mode\": \"MPOL_INTERLEAVE\"}",
			"linux.memoryPolicy.nodes: invalid memory policy nodes: MPOL_INTERLEAVE needs some" },
		{ "\"memoryPolicy\": {\"mode\": \"MPOL_PREFERRED\"}", NULL },
		{ "\"memoryPolicy\": {\"mode\": \"MPOL_BIND\", \"nodes\": \"0-1\", "
			"\"flags\": [\"MPOL_F_STATIC_NODES\"]}", NULL },
		{ "\"memoryPolicy\": {\"mode\": \"MPOL_BIND\", \"nodes\": \"0-1\", "
			"\"flags\": [\"MPOL_F_RELATIVE_NODES\", \"MPOL_F_STATIC_NODES\"]}",
			"linux.memoryPolicy.flags: invalid memory policy flag: MPOL_F_STATIC_NODES and "
			"MPOL_F_RELATIVE_NODES exclude each other" },
		{ "\"intelRdt\": {\"closID\": \"/\", \"memBwSchema\": \"MB:0=20\", "
			"\"schemata\": [\"L3:0=f\"]}", NULL },
		{ "\"intelRdt\": {\"closID\": \"..\"}",
			"linux.intelRdt.closID: wants the name of one directory, got \"..\"" },
		{ "\"intelRdt\": {\"closID\": \"a/b\"}",
			"linux.intelRdt.closID: wants the name of one directory, got \"a/b\"" },
		{ "\"intelRdt\": {\"memBwSchema\": \"MB:0=20\\nL3:0=f\"}",
			"linux.intelRdt.memBwSchema: wants one line that begins with \"MB:\"" },
		{ "\"intelRdt\": {\"memBwSchema\": \"L3:0=f\"}",
			"linux.intelRdt.memBwSchema: wants one line that begins with \"MB:\"" },
		{ "\"intelRdt\": {\"schemata\": [\"a\", \"b\\nc\"]}",
			"linux.intelRdt.schemata[1]: has a newline" },
	};

	(void)state;
	CHECK_CASES(LINUX, cases);
}

#define RESOURCES "{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"r\"}, \"process\": " \
	"{\"cwd\": \"/\", \"args\": [\"a\"]}, \"linux\": {\"resources\": {%s}}}"

static void devices_and_memory_have_rules(void **state)
{
	static const struct rule_case cases[] = {
		{ "\"devices\": [{\"allow\": false, \"access\": \"rwm\"}, {\"allow\": true, "
			"\"type\": \"c\", \"major\": -1, \"minor\": 3, \"access\": \"m\"}]", NULL },
		{ "\"devices\": [{\"allow\": false}]",
			"linux.resources.devices[0].access: wants some of r, w and m, got \"\"" },
		{ "\"devices\": [{\"allow\": true, \"access\": \"rx\"}]",
			"linux.resources.devices[0].access: wants some of r, w and m, got \"rx\"" },
		{ "\"devices\": [{\"allow\": true, \"access\": \"r\", \"major\": -2}]",
			"linux.resources.devices[0].major: wants an integer from -1 to 4294967295, "
			"got -2" },
		{ "\"devices\": [{\"allow\": true, \"access\": \"r\", \"minor\": 4294967296}]",
			"linux.resources.devices[0].minor: wants an integer from -1 to 4294967295, "
			"got 4294967296" },
		{ "\"memory\": {\"limit\": -2}",
			"linux.resources.memory.limit: wants bytes, or -1 for no limit, got -2" },
		{ "\"memory\": {\"limit\": 10, \"swap\": 10, \"reservation\": -1}", NULL },
		{ "\"memory\": {\"swap\": -1}", NULL },
		{ "\"memory\": {\"limit\": -1, \"swap\": 0}", NULL },
		{ "\"memory\": {\"swap\": 10}",
			"linux.resources.memory.swap: unable to set swap limit without memory limit" },
		{ "\"memory\": {\"swap\": 10, \"limit\": -1}",
			"linux.resources.memory.swap: unable to set swap limit without memory limit" },
		{ "\"memory\": {\"swap\": 10, \"limit\": 11}",
			"linux.resources.memory.swap: memory+swap limit should be >= memory limit" },
		{ "\"memory\": {\"swappiness\": 101}",
			"linux.resources.memory.swappiness: wants an integer from 0 to 100, got 101" },
	};

	(void)state;
	CHECK_CASES(RESOURCES, cases);
}

static void shares_and_limits_have_rules(void **state)
{
	static const struct rule_case cases[] = {
		{ "\"cpu\": {\"burst\": 10, \"quota\": 10, \"idle\": 1}", NULL },
		{ "\"cpu\": {\"burst\": 10, \"quota\": -1}", NULL },
		{ "\"cpu\": {\"burst\": 11, \"quota\": 10}",
			"linux.resources.cpu.burst: is above the quota" },
		{ "\"cpu\": {\"idle\": 2}", "linux.resources.cpu.idle: wants 0 or 1, got 2" },
		{ "\"blockIO\": {\"weight\": 0, \"leafWeight\": 1000}", NULL },
		{ "\"blockIO\": {\"weight\": 9}",
			"linux.resources.blockIO.weight: wants an integer from 10 to 1000, got 9" },
		{ "\"blockIO\": {\"leafWeight\": 1001}",
			"linux.resources.blockIO.leafWeight: wants an integer from 10 to 1000, "
			"got 1001" },
		{ "\"blockIO\": {\"weightDevice\": [{\"major\": 8, \"minor\": 0}]}",
			"linux.resources.blockIO.weightDevice[0]: wants a weight or a leafWeight" },
		{ "\"blockIO\": {\"weightDevice\": [{\"major\": 8, \"minor\": 0, \"weight\": 9}]}",
			"linux.resources.blockIO.weightDevice[0].weight: wants an integer from 10 to "
			"1000, got 9" },
		{ "\"blockIO\": {\"weightDevice\": [{\"major\": 8, \"minor\": 0, \"weight\": 10, "
			"\"leafWeight\": 1001}]}",
			"linux.resources.blockIO.weightDevice[0].leafWeight: wants an integer from "
			"10 to 1000, got 1001" },
		{ "\"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 0}, "
			"{\"pageSize\": \"64KB\", \"limit\": 1}]", NULL },
		{ "\"hugepageLimits\": [{\"pageSize\": \"../2MB\", \"limit\": 0}]",
			"linux.resources.hugepageLimits[0].pageSize: wants a size such as 2MB, "
			"got \"../2MB\"" },
		{ "\"hugepageLimits\": [{\"pageSize\": \"2\", \"limit\": 0}]",
			"linux.resources.hugepageLimits[0].pageSize: wants a size such as 2MB, "
			"got \"2\"" },
		{ "\"rdma\": {\"mlx\": {\"hcaObjects\": 1}}", NULL },
		{ "\"rdma\": {\"mlx\": {}}",
			"linux.resources.rdma[\"mlx\"]: wants hcaHandles or hcaObjects" },
		{ "\"unified\": {\"memory.max\": \"max\"}", NULL },
		{ "\"unified\": {\"../memory.max\": \"max\"}",
			"linux.resources.unified[\"../memory.max\"]: wants the name of a file of a "
			"cgroup" },
		{ "\"unified\": {\"..\": \"max\"}",
			"linux.resources.unified[\"..\"]: wants the name of a file of a cgroup" },
	};

	(void)state;
	CHECK_CASES(RESOURCES, cases);
}

#define ALLOW "\"defaultAction\": \"SCMP_ACT_ALLOW\", "
#define RULE(names, action, rest) \
	"\"syscalls\": [{\"names\": [" names "], \"action\": \"SCMP_ACT_" action "\"" rest "}]"
#define ARGUMENT(index) ", \"args\": [{\"index\": " #index ", \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}]"

static void seccomp_has_rules(void **state)
{
	static const struct rule_case cases[] = {
		{ "\"defaultAction\": \"SCMP_ACT_NOTIFY\"",
			"linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be used as default "
			"action" },
		{ "\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 1", NULL },
		{ "\"defaultAction\": \"SCMP_ACT_KILL\", \"defaultErrnoRet\": 1",
			"linux.seccomp.defaultErrnoRet: SCMP_ACT_KILL takes no errno" },
		{ "\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 65536",
			"linux.seccomp.defaultErrnoRet: wants an integer from 0 to 65535, got "
			"65536" },
		{ ALLOW RULE("\"ptrace\"", "TRACE", ", \"errnoRet\": 65535"), NULL },
		{ ALLOW RULE("\"ptrace\"", "ERRNO", ", \"errnoRet\": 65536"),
			"linux.seccomp.syscalls[0].errnoRet: wants an integer from 0 to 65535, got "
			"65536" },
		{ ALLOW RULE("\"ptrace\"", "TRACE", ", \"errnoRet\": 1"), NULL },
		{ ALLOW RULE("\"ptrace\"", "KILL", ", \"errnoRet\": 1"),
			"linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_KILL takes no errno" },
		{ ALLOW RULE("\"clone\"", "KILL", ARGUMENT(5)), NULL },
		{ ALLOW RULE("\"clone\"", "KILL", ARGUMENT(6)),
			"linux.seccomp.syscalls[0].args[0].index: wants an integer from 0 to 5, got 6" },
		{ ALLOW "\"listenerMetadata\": \"x\"",
			"linux.seccomp.listenerMetadata: needs a listenerPath" },
		{ ALLOW "\"listenerPath\": \"not absolute, but ignored\"", NULL },
		{ ALLOW "\"listenerPath\": \"/s\", " RULE("\"mkdir\"", "NOTIFY", ""), NULL },
		{ ALLOW RULE("\"mkdir\"", "NOTIFY", ""),
			"linux.seccomp.listenerPath: failed to connect with seccomp agent: "
			"SCMP_ACT_NOTIFY of syscalls[0] needs one" },
		{ ALLOW "\"listenerPath\": \"@s\", " RULE("\"mkdir\"", "NOTIFY", ""),
			"linux.seccomp.listenerPath: failed to connect with seccomp agent: "
			"wants an absolute path, got \"@s\"" },
		{ ALLOW "\"listenerPath\": \"/s\", " RULE("\"mkdir\", \"write\"", "NOTIFY", ""),
			"linux.seccomp.syscalls[0].names[1]: SCMP_ACT_NOTIFY cannot be used for the "
			"write syscall" },
	};

	(void)state;
	CHECK_CASES("{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"r\"}, \"process\": "
		"{\"cwd\": \"/\", \"args\": [\"a\"]}, \"linux\": {\"seccomp\": {%s}}}", cases);
}

/* clang-format on */

static void parts_are_checked_alone(void **state)
{
	struct spec_process process = { .cwd = "/" };
	struct spec_memory memory = { .swap = { true, 5 } };
	struct spec_resources resources = { .memory = &memory };

	(void)state;
	assert_int_equal(rules_check_process(&process), -EINVAL);
	assert_string_equal(error_text(), "process.args: args must not be empty");
	assert_int_equal(rules_check_resources(&resources), -EINVAL);
	memory.limit = (struct maybe_i64){ true, 5 };
	assert_int_equal(rules_check_resources(&resources), 0);
}

static struct str logged;

static void sink(enum log_level level, const char *line, void *context)
{
	(void)context;
	(void)str_printf(&logged, "%d %s\n", level, line);
}

static void what_is_accepted_may_be_warned_of(void **state)
{
	static struct spec_namespace namespaces[] = { { .type = "user", .path = "/x" } };
	static struct spec_id_mapping mapping = { 0, 0, 1 };
	static const char *args[] = { "a" };
	struct spec_process process = { .cwd = "/", .args = { args, 1, true } };
	struct spec_root root = { .path = "r" };
	struct spec_linux linux_ = {
		.namespaces = { namespaces, 1, true },
		.uid_mappings = { &mapping, 1, true },
		.gid_mappings = { &mapping, 1, true },
	};
	struct spec_config config = {
		.oci_version = "1.4.0", .process = &process, .root = &root, .linux_ = &linux_
	};

	(void)state;
	log_set_sink(sink, NULL, LOG_LEVEL_DEBUG);
	assert_int_equal(rules_check(&config), 0);
	process.args.count = 0;
	assert_int_equal(rules_check(&config), -EINVAL);
	log_set_sink(NULL, NULL, LOG_LEVEL_DEBUG);
	assert_string_equal(logged.text,
		"0 ociVersion: \"1.4.0\" is newer than 1.3\n"
		"1 linux.uidMappings, linux.gidMappings: ignored, the user namespace that is "
		"joined has its own\n"
		"0 ociVersion: \"1.4.0\" is newer than 1.3\n"
		"0 the configuration breaks the rule 'args'\n");
	str_done(&logged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_semver),
		cmocka_unit_test(process_and_root_must_be_there),
		cmocka_unit_test(the_top_has_rules),
		cmocka_unit_test(the_process_has_rules),
		cmocka_unit_test(namespaces_have_rules),
		cmocka_unit_test(devices_have_rules),
		cmocka_unit_test(paths_memory_and_caches_have_rules),
		cmocka_unit_test(devices_and_memory_have_rules),
		cmocka_unit_test(shares_and_limits_have_rules),
		cmocka_unit_test(seccomp_has_rules),
		cmocka_unit_test(parts_are_checked_alone),
		cmocka_unit_test(what_is_accepted_may_be_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
