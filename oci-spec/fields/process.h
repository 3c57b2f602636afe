/* Rows of process: config.json's, and the file of exec --process.  Columns: see config.h. */
#pragma once

/* clang-format off */

#define SPEC_PROCESS(ROW) \
	ROW(flag,       terminal,          "terminal",        0,                   none, \
		"1.0.0", "", "", "a pseudoterminal is stdio and /dev/console", "") \
	ROW(object,     console_size,      "consoleSize",     0,                   console_size, \
		"1.0.0", "", "0 by 0", "size of the terminal; ignored without one", "") \
	ROW(object,     user,              "user",            0,                   user, \
		"1.0.0", "", "root", "ids of the process", "") \
	ROW(strings,    args,              "args",            0,                   none, \
		"1.0.0", "", "refused", \
		"arguments; the first is looked up in the PATH of env", "absent; empty") \
	ROW(strings,    env,               "env",             0,                   none, \
		"1.0.0", "", "empty", \
		"environment; of a name that is there twice the last counts", \
		"no \"=\"; an empty name") \
	ROW(string,     cwd,               "cwd",             REQUIRED | ABSOLUTE, none, \
		"1.0.0", "", "", "made where it is missing; proven to be inside", \
		"what is no directory") \
	ROW(object,     capabilities,      "capabilities",    0,                   capabilities, \
		"1.0.0", "", "none at all", "sets of capabilities", "") \
	ROW(list,       rlimits,           "rlimits",         0,                   rlimit, \
		"1.0.0", "", "those of caisson", "resource limits", \
		"a type that is there twice") \
	ROW(maybe_flag, no_new_privileges, "noNewPrivileges", 0,                   none, \
		"1.0.0", "", "as caisson has it", "prctl(2), before the program", "") \
	ROW(string,     apparmor_profile,  "apparmorProfile", 0,                   none, \
		"1.0.0", "", "that of caisson", "profile from execve on", \
		"where AppArmor is off") \
	ROW(maybe_i32,  oom_score_adj,     "oomScoreAdj",     0,                   none, \
		"1.0.0", "", "left alone", \
		"oom_score_adj; where it may not be lowered that is warned of", \
		"below -1000; above 1000") \
	ROW(object,     scheduler,         "scheduler",       0,                   scheduler, \
		"1.1.0", "", "that of caisson", "sched_setattr(2)", "") \
	ROW(string,     selinux_label,     "selinuxLabel",    0,                   none, \
		"1.0.0", "", "that of caisson", "label from execve on", \
		"where SELinux is off") \
	ROW(object,     io_priority,       "ioPriority",      0,                   io_priority, \
		"1.1.0", "", "that of caisson", "ioprio_set(2)", "") \
	ROW(object,     exec_cpu_affinity, "execCPUAffinity", 0,                   exec_cpu_affinity, \
		"1.2.1", "", "all of the cpuset", \
		"processors of exec's processes, not of init", "")

#define SPEC_CONSOLE_SIZE(ROW) \
	ROW(u64, height, "height", REQUIRED, none, \
		"1.0.0", "", "", "characters", "above 65535") \
	ROW(u64, width,  "width",  REQUIRED, none, \
		"1.0.0", "", "", "characters", "above 65535")

#define SPEC_USER(ROW) \
	ROW(u32,       uid,             "uid",            WRITTEN, none, \
		"1.0.0", "", "", "user id in the container", \
		"4294967295; one that is not mapped") \
	ROW(u32,       gid,             "gid",            WRITTEN, none, \
		"1.0.0", "", "", "group id in the container", \
		"4294967295; one that is not mapped") \
	ROW(maybe_u32, umask,           "umask",          0,       none, \
		"1.0.2", "", "022, or by annotation our caller's", \
		"of the program; bits beyond 0777 are dropped", "") \
	ROW(u32s,      additional_gids, "additionalGids", 0,       none, \
		"1.0.0", "", "none", "further groups", \
		"4294967295; any where setgroups(2) is denied")

/* Strings, not words: an unknown capability is warned of, not refused. */
#define SPEC_CAPABILITIES(ROW) \
	ROW(strings, bounding,    "bounding",    0, none, \
		"1.0.0", "", "none", \
		"unknown ones, and what can't be granted, are warned of and left out", "") \
	ROW(strings, effective,   "effective",   0, none, \
		"1.0.0", "", "none", "as bounding", "") \
	ROW(strings, inheritable, "inheritable", 0, none, \
		"1.0.0", "", "none", "as bounding", "") \
	ROW(strings, permitted,   "permitted",   0, none, \
		"1.0.0", "", "none", "as bounding", "") \
	ROW(strings, ambient,     "ambient",     0, none, \
		"1.0.0", "4.3", "none", \
		"as bounding; also what is not both permitted and inheritable", "")

#define SPEC_RLIMIT(ROW) \
	ROW(word, type, "type", REQUIRED, rlimits, \
		"1.0.0", "", "", "which of them", "a second one of this type") \
	ROW(u64,  hard, "hard", REQUIRED, none, \
		"1.0.0", "", "", "18446744073709551615 is no limit", \
		"what the kernel does not grant") \
	ROW(u64,  soft, "soft", REQUIRED, none, \
		"1.0.0", "", "", "18446744073709551615 is no limit", "above hard")

#define SPEC_SCHEDULER(ROW) \
	ROW(word,  policy,   "policy",   REQUIRED, schedulers, \
		"1.1.0", "", "", "SCHED_ISO is the kernel's to refuse", "") \
	ROW(i32,   nice,     "nice",     0,        none, \
		"1.1.0", "", "", "of use for SCHED_OTHER and SCHED_BATCH alone", \
		"below -20; above 19") \
	ROW(i32,   priority, "priority", 0,        none, \
		"1.1.0", "", "", "for SCHED_FIFO and SCHED_RR, 1 to 99", \
		"out of that range; for other policies") \
	ROW(words, flags,    "flags",    0,        scheduler_flags, \
		"1.1.0", "", "none", "of sched_setattr(2)", "") \
	ROW(u64,   runtime,  "runtime",  0,        none, \
		"1.1.0", "", "", "ns, for SCHED_DEADLINE", \
		"above deadline; for other policies") \
	ROW(u64,   deadline, "deadline", 0,        none, \
		"1.1.0", "", "", "ns, for SCHED_DEADLINE", \
		"above period; for other policies") \
	ROW(u64,   period,   "period",   0,        none, \
		"1.1.0", "", "", "ns, for SCHED_DEADLINE", "for other policies")

#define SPEC_IO_PRIORITY(ROW) \
	ROW(word, class_,   "class",    REQUIRED, io_classes, \
		"1.1.0", "", "", "class of I/O", "") \
	ROW(i32,  priority, "priority", WRITTEN,  none, \
		"1.1.0", "", "", "0 is the highest", "below 0; above 7")

#define SPEC_EXEC_CPU_AFFINITY(ROW) \
	ROW(string, initial, "initial", 0, none, \
		"1.2.1", "", "left alone", \
		"processors as in 0-3,7, before the process moves to the cgroup", \
		"what is no list") \
	ROW(string, final,   "final",   0, none, \
		"1.2.1", "", "all of the cpuset", "processors as in 0-3,7, of the program", \
		"what is no list")

/* clang-format on */
