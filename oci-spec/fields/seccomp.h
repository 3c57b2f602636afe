/* Rows of linux.seccomp.  Columns: see config.h.  Spec: config-linux.md, "Seccomp". */
#pragma once

/* clang-format off */

#define SPEC_SECCOMP(ROW) \
	ROW(word,      default_action,    "defaultAction",    REQUIRED, seccomp_actions) \
	ROW(maybe_u32, default_errno_ret, "defaultErrnoRet",  0,        none) \
	ROW(words,     architectures,     "architectures",    0,        seccomp_architectures) \
	ROW(words,     flags,             "flags",            0,        seccomp_flags) \
	ROW(string,    listener_path,     "listenerPath",     0,        none) \
	ROW(string,    listener_metadata, "listenerMetadata", 0,        none) \
	ROW(list,      syscalls,          "syscalls",         0,        seccomp_rule)

#define SPEC_SECCOMP_RULE(ROW) \
	ROW(strings,   names,     "names",    REQUIRED | NONEMPTY, none) \
	ROW(word,      action,    "action",   REQUIRED,            seccomp_actions) \
	ROW(maybe_u32, errno_ret, "errnoRet", 0,                   none) \
	ROW(list,      args,      "args",     0,                   seccomp_argument)

#define SPEC_SECCOMP_ARGUMENT(ROW) \
	ROW(u32,  index,     "index",    REQUIRED, none) \
	ROW(u64,  value,     "value",    REQUIRED, none) \
	ROW(u64,  value_two, "valueTwo", 0,        none) \
	ROW(word, op,        "op",       REQUIRED, seccomp_operators)

/* clang-format on */
