/* Rows of process: config.json's, and the file of exec --process.  Columns: see config.h. */
#pragma once

/* clang-format off */

#define SPEC_PROCESS(ROW) \
	ROW(flag,       terminal,          "terminal",        0,                   none) \
	ROW(object,     console_size,      "consoleSize",     0,                   console_size) \
	ROW(object,     user,              "user",            0,                   user) \
	ROW(strings,    args,              "args",            0,                   none) \
	ROW(strings,    env,               "env",             0,                   none) \
	ROW(string,     cwd,               "cwd",             REQUIRED | ABSOLUTE, none) \
	ROW(object,     capabilities,      "capabilities",    0,                   capabilities) \
	ROW(list,       rlimits,           "rlimits",         0,                   rlimit) \
	ROW(maybe_flag, no_new_privileges, "noNewPrivileges", 0,                   none) \
	ROW(string,     apparmor_profile,  "apparmorProfile", 0,                   none) \
	ROW(maybe_i32,  oom_score_adj,     "oomScoreAdj",     0,                   none) \
	ROW(object,     scheduler,         "scheduler",       0,                   scheduler) \
	ROW(string,     selinux_label,     "selinuxLabel",    0,                   none) \
	ROW(object,     io_priority,       "ioPriority",      0,                   io_priority) \
	ROW(object,     exec_cpu_affinity, "execCPUAffinity", 0,                   exec_cpu_affinity)

#define SPEC_CONSOLE_SIZE(ROW) \
	ROW(u64, height, "height", REQUIRED, none) \
	ROW(u64, width,  "width",  REQUIRED, none)

#define SPEC_USER(ROW) \
	ROW(u32,       uid,             "uid",            WRITTEN, none) \
	ROW(u32,       gid,             "gid",            WRITTEN, none) \
	ROW(maybe_u32, umask,           "umask",          0,       none) \
	ROW(u32s,      additional_gids, "additionalGids", 0,       none)

/* Strings, not words: an unknown capability is warned of, not refused. */
#define SPEC_CAPABILITIES(ROW) \
	ROW(strings, bounding,    "bounding",    0, none) \
	ROW(strings, effective,   "effective",   0, none) \
	ROW(strings, inheritable, "inheritable", 0, none) \
	ROW(strings, permitted,   "permitted",   0, none) \
	ROW(strings, ambient,     "ambient",     0, none)

#define SPEC_RLIMIT(ROW) \
	ROW(word, type, "type", REQUIRED, rlimits) \
	ROW(u64,  hard, "hard", REQUIRED, none) \
	ROW(u64,  soft, "soft", REQUIRED, none)

#define SPEC_SCHEDULER(ROW) \
	ROW(word,  policy,   "policy",   REQUIRED, schedulers) \
	ROW(i32,   nice,     "nice",     0,        none) \
	ROW(i32,   priority, "priority", 0,        none) \
	ROW(words, flags,    "flags",    0,        scheduler_flags) \
	ROW(u64,   runtime,  "runtime",  0,        none) \
	ROW(u64,   deadline, "deadline", 0,        none) \
	ROW(u64,   period,   "period",   0,        none)

#define SPEC_IO_PRIORITY(ROW) \
	ROW(word, class_,   "class",    REQUIRED, io_classes) \
	ROW(i32,  priority, "priority", WRITTEN,  none)

#define SPEC_EXEC_CPU_AFFINITY(ROW) \
	ROW(string, initial, "initial", 0, none) \
	ROW(string, final,   "final",   0, none)

/* clang-format on */
