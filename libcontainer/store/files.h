/* What is in a state directory, beside the directories of others (notify). */
#pragma once

#define STORE_RECORD "record"
#define STORE_CONFIG "config"
/* The compiled system call filter of a container that has one: security/seccomp.h. */
#define STORE_FILTER "filter"
/* What the program is to be once it is executed, for `start`: audit/audit.h. */
#define STORE_EXPECTED "expected"
#define STORE_START "start.fifo"
#define STORE_REPORT "report.fifo"
