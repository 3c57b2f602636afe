/* Which commands are attacked. */
#include "tests/attack/attack.h"

/* clang-format off */
#define SLEEPING { "run", "-d", "ID" }

const struct attack_scenario attack_scenarios[] = {
	{ .name = "run", .bundle = "run", .command = { "run", "ID" },
		.roles = { "parent", "init" } },
	{ .name = "run-child", .bundle = "run", .command = { "run", "--general-road", "ID" },
		.own = true, .roles = { "parent", "child", "init" } },
	{ .name = "run-image-dev", .bundle = "image-dev", .command = { "run", "ID" },
		.roles = { "parent", "init" } },
	{ .name = "run-words", .bundle = "words", .command = { "run", "ID" },
		.own = true, .roles = { "parent", "init" } },
	{ .name = "run-userns", .bundle = "userns", .command = { "run", "ID" }, .mapped = true,
		.roles = { "parent", "child", "init" } },
	{ .name = "run-terminal", .bundle = "terminal", .command = { "run", "ID" }, .terminal = true,
		.roles = { "parent", "init" } },
	{ .name = "create", .bundle = "run", .command = { "create", "ID" },
		.after = { "start", "ID" }, .roles = { "parent", "init" } },
	{ .name = "start", .bundle = "run", .before = { "create", "ID" }, .attach = true,
		.command = { "start", "ID" }, .roles = { "parent", "init" } },
	{ .name = "exec", .bundle = "sleep", .before = SLEEPING,
		.command = { "exec", "--cwd", "/vol/work/deep", "ID", "/bin/probe" },
		.roles = { "parent", "child", "init" } },
	{ .name = "exec-terminal", .bundle = "sleep", .before = SLEEPING, .terminal = true,
		.command = { "exec", "-t", "--cwd", "/vol/work/deep", "ID", "/bin/probe" },
		.roles = { "parent", "child", "init" } },
};
/* clang-format on */

const size_t attack_scenario_count = sizeof(attack_scenarios) / sizeof(*attack_scenarios);
