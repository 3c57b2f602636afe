/* Rows of linux.seccomp.  Columns: see config.h.  Spec: config-linux.md, "Seccomp". */
#pragma once

/* clang-format off */

#define SPEC_SECCOMP(ROW) \
	ROW(word,      default_action,    "defaultAction",    REQUIRED, seccomp_actions, \
		"1.0.0", "by action", "", \
		"what no rule speaks of; calls newer than the profile are ENOSYS", \
		"SCMP_ACT_NOTIFY") \
	ROW(maybe_u32, default_errno_ret, "defaultErrnoRet",  0,        none, \
		"1.1.0", "", "EPERM", "errno of the default action", \
		"with an action that takes none; above 65535") \
	ROW(words,     architectures,     "architectures",    0,        seccomp_architectures, \
		"1.0.0", "", "the own one", "further ones that the filter speaks of", \
		"what libseccomp does not know") \
	ROW(words,     flags,             "flags",            0,        seccomp_flags, \
		"1.0.2", "by flag", "SPEC_ALLOW", "of seccomp(2); an empty list is none", \
		"what the kernel has not") \
	ROW(string,    listener_path,     "listenerPath",     0,        none, \
		"1.1.0", "5.6", "none", "socket that is told of the filter's listener; " \
		"ignored where no rule notifies", "a relative path") \
	ROW(string,    listener_metadata, "listenerMetadata", 0,        none, \
		"1.1.0", "5.6", "none", "goes along", "without listenerPath") \
	ROW(list,      syscalls,          "syscalls",         0,        seccomp_rule, \
		"1.0.0", "", "none", "rules", "")

#define SPEC_SECCOMP_RULE(ROW) \
	ROW(strings,   names,     "names",    REQUIRED | NONEMPTY, none, \
		"1.0.0", "", "", "system calls; unknown ones are left out", \
		"write, of SCMP_ACT_NOTIFY") \
	ROW(word,      action,    "action",   REQUIRED,            seccomp_actions, \
		"1.0.0", "by action", "", "SCMP_ACT_LOG needs 4.14, SCMP_ACT_NOTIFY 5.6", \
		"SCMP_ACT_NOTIFY without listenerPath") \
	ROW(maybe_u32, errno_ret, "errnoRet", 0,                   none, \
		"1.1.0", "", "EPERM", "errno of this rule", \
		"with an action that takes none; above 65535") \
	ROW(list,      args,      "args",     0,                   seccomp_argument, \
		"1.0.0", "", "any", "all are to hold; of one index each is an alternative", \
		"what libseccomp before 2.6.1 mistakes for another; see deviations.md")

#define SPEC_SECCOMP_ARGUMENT(ROW) \
	ROW(u32,  index,     "index",    REQUIRED, none, \
		"1.0.0", "", "", "which argument, from 0", "above 5") \
	ROW(u64,  value,     "value",    REQUIRED, none, \
		"1.0.0", "", "", "compared with; the mask of SCMP_CMP_MASKED_EQ", "") \
	ROW(u64,  value_two, "valueTwo", 0,        none, \
		"1.0.0", "", "", "value of SCMP_CMP_MASKED_EQ", "") \
	ROW(word, op,        "op",       REQUIRED, seccomp_operators, \
		"1.0.0", "", "", "how it compares", "")

/* clang-format on */
