/* Which commands are struck, what is there before, and what is to be there after. */
#include "tests/crash/crash.h"

/* clang-format off */
#define CREATE       { "create", "ID" }
#define RUN_DETACHED { "run", "-d", "ID" }
#define PAUSE        { "pause", "ID" }

const struct scenario scenarios[] = {
	{ .name = "create", .config = "config.json",
		.command = { "create", "--pid-file", "PIDFILE", "ID" },
		.reached = "created", .roles = { "parent", "init" } },
	{ .name = "create-child", .config = "config.json",
		.command = { "create", "--general-road", "ID" },
		.reached = "created", .roles = { "parent", "child", "init" } },
	{ .name = "start", .config = "config.json", .before = { CREATE }, .attach = true,
		.command = { "start", "ID" },
		.reached = "running", .roles = { "parent", "init" } },
	{ .name = "run", .config = "true.json",
		.command = { "run", "ID" },
		.after = AFTER_NOTHING, .roles = { "parent", "init" } },
	{ .name = "run-detached", .config = "hooks.json",
		.command = { "run", "-d", "ID" },
		.reached = "running", .roles = { "parent", "init" } },
	{ .name = "run-userns", .config = "userns.json",
		.command = { "run", "ID" },
		.after = AFTER_NOTHING, .roles = { "parent", "child", "init" } },
	{ .name = "exec", .config = "config.json", .before = { RUN_DETACHED },
		.command = { "exec", "ID", "/bin/true" },
		.reached = "running", .kept = "running", .roles = { "parent", "child", "init" } },
	{ .name = "exec-detached", .config = "config.json", .before = { RUN_DETACHED },
		.command = { "exec", "-d", "--pid-file", "PIDFILE", "ID", "/bin/sleep", "1000" },
		.reached = "running", .kept = "running", .roles = { "parent", "child", "init" } },
	{ .name = "pause", .config = "config.json", .before = { RUN_DETACHED },
		.command = PAUSE,
		.reached = "paused", .kept = "running", .roles = { "parent" } },
	{ .name = "resume", .config = "config.json", .before = { RUN_DETACHED, PAUSE },
		.command = { "resume", "ID" },
		.reached = "running", .roles = { "parent" } },
	{ .name = "kill", .config = "config.json", .before = { RUN_DETACHED },
		.command = { "kill", "ID", "KILL" },
		.reached = "stopped", .roles = { "parent" } },
	{ .name = "kill-all", .config = "config.json", .before = { RUN_DETACHED },
		.command = { "kill", "--all", "ID", "KILL" },
		.reached = "stopped", .roles = { "parent" } },
	{ .name = "delete", .config = "hooks.json", .before = { CREATE }, .end_init = true,
		.command = { "delete", "ID" },
		.after = AFTER_NOTHING, .roles = { "parent" } },
	{ .name = "delete-force", .config = "config.json", .before = { RUN_DETACHED },
		.command = { "delete", "--force", "ID" },
		.after = AFTER_NOTHING, .roles = { "parent" } },
	{ .name = "delete-paused", .config = "config.json", .before = { RUN_DETACHED, PAUSE },
		.command = { "delete", "--force", "ID" },
		.after = AFTER_NOTHING, .roles = { "parent" } },
	/* What can't be known is neither missing nor stopped. */
	{ .name = "create-taken", .config = "config.json", .before = { RUN_DETACHED },
		.command = { "create", "ID" }, .refused = true,
		.kept = "running", .roles = { "parent" } },
	{ .name = "delete-running", .config = "config.json", .before = { RUN_DETACHED },
		.command = { "delete", "ID" }, .refused = true,
		.kept = "running", .roles = { "parent" } },
	{ .name = "state", .config = "config.json", .before = { CREATE },
		.command = { "state", "ID" }, .says = "\"status\": \"created\"",
		.kept = "created", .roles = { "parent" } },
	{ .name = "list", .config = "config.json", .before = { CREATE },
		.command = { "list" }, .says = "ID", /* or a warning has it */
		.kept = "created", .roles = { "parent" } },
};
/* clang-format on */

const size_t scenario_count = sizeof(scenarios) / sizeof(*scenarios);
