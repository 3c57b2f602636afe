#include "libcontainer/kernel/names.h"

#include <ctype.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/personality.h>
#include <sys/resource.h>

#include "libcontainer/base/cleanup.h"
#include "libcontainer/base/error.h"
#include "libcontainer/kernel/syscall.h"

/* The table of the rows above it. */
#define TABLE(name) const struct named_values names_##name = { name##_rows, COUNT_OF(name##_rows) }

/* clang-format off */

static const struct named_value namespaces_rows[] = {
	{ "pid",     CLONE_NEWPID },
	{ "network", CLONE_NEWNET },
	{ "mount",   CLONE_NEWNS },
	{ "ipc",     CLONE_NEWIPC },
	{ "uts",     CLONE_NEWUTS },
	{ "user",    CLONE_NEWUSER },
	{ "cgroup",  CLONE_NEWCGROUP },
	{ "time",    CLONE_NEWTIME },
};
TABLE(namespaces);

static const struct named_value namespace_files_rows[] = {
	{ "pid",    CLONE_NEWPID },
	{ "net",    CLONE_NEWNET },
	{ "mnt",    CLONE_NEWNS },
	{ "ipc",    CLONE_NEWIPC },
	{ "uts",    CLONE_NEWUTS },
	{ "user",   CLONE_NEWUSER },
	{ "cgroup", CLONE_NEWCGROUP },
	{ "time",   CLONE_NEWTIME },
};
TABLE(namespace_files);

/* Second names of a signal stand at the end, so that names_of() finds the first. */
static const struct named_value signals_rows[] = {
	{ "HUP",    SIGHUP },
	{ "INT",    SIGINT },
	{ "QUIT",   SIGQUIT },
	{ "ILL",    SIGILL },
	{ "TRAP",   SIGTRAP },
	{ "ABRT",   SIGABRT },
	{ "BUS",    SIGBUS },
	{ "FPE",    SIGFPE },
	{ "KILL",   SIGKILL },
	{ "USR1",   SIGUSR1 },
	{ "SEGV",   SIGSEGV },
	{ "USR2",   SIGUSR2 },
	{ "PIPE",   SIGPIPE },
	{ "ALRM",   SIGALRM },
	{ "TERM",   SIGTERM },
	{ "STKFLT", SIGSTKFLT },
	{ "CHLD",   SIGCHLD },
	{ "CONT",   SIGCONT },
	{ "STOP",   SIGSTOP },
	{ "TSTP",   SIGTSTP },
	{ "TTIN",   SIGTTIN },
	{ "TTOU",   SIGTTOU },
	{ "URG",    SIGURG },
	{ "XCPU",   SIGXCPU },
	{ "XFSZ",   SIGXFSZ },
	{ "VTALRM", SIGVTALRM },
	{ "PROF",   SIGPROF },
	{ "WINCH",  SIGWINCH },
	{ "IO",     SIGIO },
	{ "PWR",    SIGPWR },
	{ "SYS",    SIGSYS },
	{ "IOT",    SIGIOT },
	{ "CLD",    SIGCLD },
	{ "POLL",   SIGPOLL },
};
TABLE(signals);

static const struct named_value rlimits_rows[] = {
	{ "RLIMIT_CPU",        RLIMIT_CPU },
	{ "RLIMIT_FSIZE",      RLIMIT_FSIZE },
	{ "RLIMIT_DATA",       RLIMIT_DATA },
	{ "RLIMIT_STACK",      RLIMIT_STACK },
	{ "RLIMIT_CORE",       RLIMIT_CORE },
	{ "RLIMIT_RSS",        RLIMIT_RSS },
	{ "RLIMIT_NPROC",      RLIMIT_NPROC },
	{ "RLIMIT_NOFILE",     RLIMIT_NOFILE },
	{ "RLIMIT_MEMLOCK",    RLIMIT_MEMLOCK },
	{ "RLIMIT_AS",         RLIMIT_AS },
	{ "RLIMIT_LOCKS",      RLIMIT_LOCKS },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_MSGQUEUE",   RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE",       RLIMIT_NICE },
	{ "RLIMIT_RTPRIO",     RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME",     RLIMIT_RTTIME },
};
TABLE(rlimits);

static const struct named_value capabilities_rows[] = {
	{ "CAP_CHOWN",              CAP_CHOWN },
	{ "CAP_DAC_OVERRIDE",       CAP_DAC_OVERRIDE },
	{ "CAP_DAC_READ_SEARCH",    CAP_DAC_READ_SEARCH },
	{ "CAP_FOWNER",             CAP_FOWNER },
	{ "CAP_FSETID",             CAP_FSETID },
	{ "CAP_KILL",               CAP_KILL },
	{ "CAP_SETGID",             CAP_SETGID },
	{ "CAP_SETUID",             CAP_SETUID },
	{ "CAP_SETPCAP",            CAP_SETPCAP },
	{ "CAP_LINUX_IMMUTABLE",    CAP_LINUX_IMMUTABLE },
	{ "CAP_NET_BIND_SERVICE",   CAP_NET_BIND_SERVICE },
	{ "CAP_NET_BROADCAST",      CAP_NET_BROADCAST },
	{ "CAP_NET_ADMIN",          CAP_NET_ADMIN },
	{ "CAP_NET_RAW",            CAP_NET_RAW },
	{ "CAP_IPC_LOCK",           CAP_IPC_LOCK },
	{ "CAP_IPC_OWNER",          CAP_IPC_OWNER },
	{ "CAP_SYS_MODULE",         CAP_SYS_MODULE },
	{ "CAP_SYS_RAWIO",          CAP_SYS_RAWIO },
	{ "CAP_SYS_CHROOT",         CAP_SYS_CHROOT },
	{ "CAP_SYS_PTRACE",         CAP_SYS_PTRACE },
	{ "CAP_SYS_PACCT",          CAP_SYS_PACCT },
	{ "CAP_SYS_ADMIN",          CAP_SYS_ADMIN },
	{ "CAP_SYS_BOOT",           CAP_SYS_BOOT },
	{ "CAP_SYS_NICE",           CAP_SYS_NICE },
	{ "CAP_SYS_RESOURCE",       CAP_SYS_RESOURCE },
	{ "CAP_SYS_TIME",           CAP_SYS_TIME },
	{ "CAP_SYS_TTY_CONFIG",     CAP_SYS_TTY_CONFIG },
	{ "CAP_MKNOD",              CAP_MKNOD },
	{ "CAP_LEASE",              CAP_LEASE },
	{ "CAP_AUDIT_WRITE",        CAP_AUDIT_WRITE },
	{ "CAP_AUDIT_CONTROL",      CAP_AUDIT_CONTROL },
	{ "CAP_SETFCAP",            CAP_SETFCAP },
	{ "CAP_MAC_OVERRIDE",       CAP_MAC_OVERRIDE },
	{ "CAP_MAC_ADMIN",          CAP_MAC_ADMIN },
	{ "CAP_SYSLOG",             CAP_SYSLOG },
	{ "CAP_WAKE_ALARM",         CAP_WAKE_ALARM },
	{ "CAP_BLOCK_SUSPEND",      CAP_BLOCK_SUSPEND },
	{ "CAP_AUDIT_READ",         CAP_AUDIT_READ },
	{ "CAP_PERFMON",            CAP_PERFMON },
	{ "CAP_BPF",                CAP_BPF },
	{ "CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE },
};
TABLE(capabilities);

/* The kernel keeps 4 for SCHED_ISO, and refuses it. */
static const struct named_value schedulers_rows[] = {
	{ "SCHED_OTHER",    SCHED_NORMAL },
	{ "SCHED_FIFO",     SCHED_FIFO },
	{ "SCHED_RR",       SCHED_RR },
	{ "SCHED_BATCH",    SCHED_BATCH },
	{ "SCHED_ISO",      4 },
	{ "SCHED_IDLE",     SCHED_IDLE },
	{ "SCHED_DEADLINE", SCHED_DEADLINE },
};
TABLE(schedulers);

static const struct named_value scheduler_flags_rows[] = {
	{ "SCHED_FLAG_RESET_ON_FORK",  SCHED_FLAG_RESET_ON_FORK },
	{ "SCHED_FLAG_RECLAIM",        SCHED_FLAG_RECLAIM },
	{ "SCHED_FLAG_DL_OVERRUN",     SCHED_FLAG_DL_OVERRUN },
	{ "SCHED_FLAG_KEEP_POLICY",    SCHED_FLAG_KEEP_POLICY },
	{ "SCHED_FLAG_KEEP_PARAMS",    SCHED_FLAG_KEEP_PARAMS },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX },
};
TABLE(scheduler_flags);

static const struct named_value io_classes_rows[] = {
	{ "IOPRIO_CLASS_RT",   IOPRIO_CLASS_RT },
	{ "IOPRIO_CLASS_BE",   IOPRIO_CLASS_BE },
	{ "IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE },
};
TABLE(io_classes);

/* The last is younger (6.9) than our oldest headers; an enum, so no #ifndef could tell. */
static const struct named_value memory_modes_rows[] = {
	{ "MPOL_DEFAULT",             MPOL_DEFAULT },
	{ "MPOL_PREFERRED",           MPOL_PREFERRED },
	{ "MPOL_BIND",                MPOL_BIND },
	{ "MPOL_INTERLEAVE",          MPOL_INTERLEAVE },
	{ "MPOL_LOCAL",               MPOL_LOCAL },
	{ "MPOL_PREFERRED_MANY",      MPOL_PREFERRED_MANY },
	{ "MPOL_WEIGHTED_INTERLEAVE", 6 },
};
TABLE(memory_modes);

static const struct named_value memory_flags_rows[] = {
	{ "MPOL_F_NUMA_BALANCING", MPOL_F_NUMA_BALANCING },
	{ "MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES },
	{ "MPOL_F_STATIC_NODES",   MPOL_F_STATIC_NODES },
};
TABLE(memory_flags);

static const struct named_value personalities_rows[] = {
	{ "LINUX",   PER_LINUX },
	{ "LINUX32", PER_LINUX32 },
};
TABLE(personalities);

static const struct named_value propagations_rows[] = {
	{ "shared",      MS_SHARED },
	{ "rshared",     MS_SHARED | MS_REC },
	{ "slave",       MS_SLAVE },
	{ "rslave",      MS_SLAVE | MS_REC },
	{ "private",     MS_PRIVATE },
	{ "rprivate",    MS_PRIVATE | MS_REC },
	{ "unbindable",  MS_UNBINDABLE },
	{ "runbindable", MS_UNBINDABLE | MS_REC },
};
TABLE(propagations);

#define ATTRIBUTE   MOUNT_OPTION_ATTRIBUTE
#define RECURSIVE   MOUNT_OPTION_RECURSIVE
#define SUPERBLOCK  MOUNT_OPTION_SUPERBLOCK
#define PROPAGATION MOUNT_OPTION_PROPAGATION
#define BIND        MOUNT_OPTION_BIND
#define OWN         MOUNT_OPTION_OWN

/*
 * "noatime" and its like replace the whole atime field; what takes one back clears its bits,
 * so that "noatime,nostrictatime" stays noatime.  relatime is the kernel's default: "norelatime" asks
 * for nothing.  The r-forms of superblock flags are crun's: a superblock has no mounts below it.
 * The BIND rows set 1 where they are recursive.
 */
const struct mount_option names_mount_options[] = {
	{ "defaults",       ATTRIBUTE,   0,                      0 },
	{ "ro",             ATTRIBUTE,   MOUNT_ATTR_RDONLY,      0 },
	{ "rw",             ATTRIBUTE,   0,                      MOUNT_ATTR_RDONLY },
	{ "nosuid",         ATTRIBUTE,   MOUNT_ATTR_NOSUID,      0 },
	{ "suid",           ATTRIBUTE,   0,                      MOUNT_ATTR_NOSUID },
	{ "nodev",          ATTRIBUTE,   MOUNT_ATTR_NODEV,       0 },
	{ "dev",            ATTRIBUTE,   0,                      MOUNT_ATTR_NODEV },
	{ "noexec",         ATTRIBUTE,   MOUNT_ATTR_NOEXEC,      0 },
	{ "exec",           ATTRIBUTE,   0,                      MOUNT_ATTR_NOEXEC },
	{ "nodiratime",     ATTRIBUTE,   MOUNT_ATTR_NODIRATIME,  0 },
	{ "diratime",       ATTRIBUTE,   0,                      MOUNT_ATTR_NODIRATIME },
	{ "noatime",        ATTRIBUTE,   MOUNT_ATTR_NOATIME,     MOUNT_ATTR__ATIME },
	{ "atime",          ATTRIBUTE,   0,                      MOUNT_ATTR_NOATIME },
	{ "relatime",       ATTRIBUTE,   MOUNT_ATTR_RELATIME,    MOUNT_ATTR__ATIME },
	{ "norelatime",     ATTRIBUTE,   0,                      0 },
	{ "strictatime",    ATTRIBUTE,   MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
	{ "nostrictatime",  ATTRIBUTE,   0,                      MOUNT_ATTR_STRICTATIME },
	{ "nosymfollow",    ATTRIBUTE,   MOUNT_ATTR_NOSYMFOLLOW, 0 },
	{ "symfollow",      ATTRIBUTE,   0,                      MOUNT_ATTR_NOSYMFOLLOW },
	{ "rro",            RECURSIVE,   MOUNT_ATTR_RDONLY,      0 },
	{ "rrw",            RECURSIVE,   0,                      MOUNT_ATTR_RDONLY },
	{ "rnosuid",        RECURSIVE,   MOUNT_ATTR_NOSUID,      0 },
	{ "rsuid",          RECURSIVE,   0,                      MOUNT_ATTR_NOSUID },
	{ "rnodev",         RECURSIVE,   MOUNT_ATTR_NODEV,       0 },
	{ "rdev",           RECURSIVE,   0,                      MOUNT_ATTR_NODEV },
	{ "rnoexec",        RECURSIVE,   MOUNT_ATTR_NOEXEC,      0 },
	{ "rexec",          RECURSIVE,   0,                      MOUNT_ATTR_NOEXEC },
	{ "rnodiratime",    RECURSIVE,   MOUNT_ATTR_NODIRATIME,  0 },
	{ "rdiratime",      RECURSIVE,   0,                      MOUNT_ATTR_NODIRATIME },
	{ "rnoatime",       RECURSIVE,   MOUNT_ATTR_NOATIME,     MOUNT_ATTR__ATIME },
	{ "ratime",         RECURSIVE,   0,                      MOUNT_ATTR_NOATIME },
	{ "rrelatime",      RECURSIVE,   MOUNT_ATTR_RELATIME,    MOUNT_ATTR__ATIME },
	{ "rnorelatime",    RECURSIVE,   0,                      0 },
	{ "rstrictatime",   RECURSIVE,   MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME },
	{ "rnostrictatime", RECURSIVE,   0,                      MOUNT_ATTR_STRICTATIME },
	{ "rnosymfollow",   RECURSIVE,   MOUNT_ATTR_NOSYMFOLLOW, 0 },
	{ "rsymfollow",     RECURSIVE,   0,                      MOUNT_ATTR_NOSYMFOLLOW },
	{ "sync",           SUPERBLOCK,  MS_SYNCHRONOUS,         0 },
	{ "async",          SUPERBLOCK,  0,                      MS_SYNCHRONOUS },
	{ "dirsync",        SUPERBLOCK,  MS_DIRSYNC,             0 },
	{ "mand",           SUPERBLOCK,  MS_MANDLOCK,            0 },
	{ "nomand",         SUPERBLOCK,  0,                      MS_MANDLOCK },
	{ "rsync",          SUPERBLOCK,  MS_SYNCHRONOUS,         0 },
	{ "rasync",         SUPERBLOCK,  0,                      MS_SYNCHRONOUS },
	{ "rdirsync",       SUPERBLOCK,  MS_DIRSYNC,             0 },
	{ "rmand",          SUPERBLOCK,  MS_MANDLOCK,            0 },
	{ "rnomand",        SUPERBLOCK,  0,                      MS_MANDLOCK },
	{ "iversion",       SUPERBLOCK,  MS_I_VERSION,           0 },
	{ "noiversion",     SUPERBLOCK,  0,                      MS_I_VERSION },
	{ "lazytime",       SUPERBLOCK,  MS_LAZYTIME,            0 },
	{ "nolazytime",     SUPERBLOCK,  0,                      MS_LAZYTIME },
	{ "silent",         SUPERBLOCK,  MS_SILENT,              0 },
	{ "loud",           SUPERBLOCK,  0,                      MS_SILENT },
	{ "shared",         PROPAGATION, MS_SHARED,              0 },
	{ "rshared",        PROPAGATION, MS_SHARED | MS_REC,     0 },
	{ "slave",          PROPAGATION, MS_SLAVE,               0 },
	{ "rslave",         PROPAGATION, MS_SLAVE | MS_REC,      0 },
	{ "private",        PROPAGATION, MS_PRIVATE,             0 },
	{ "rprivate",       PROPAGATION, MS_PRIVATE | MS_REC,    0 },
	{ "unbindable",     PROPAGATION, MS_UNBINDABLE,          0 },
	{ "runbindable",    PROPAGATION, MS_UNBINDABLE | MS_REC, 0 },
	{ "bind",           BIND,        0,                      0 },
	{ "rbind",          BIND,        1,                      0 },
	{ "remount",        OWN,         0,                      0 },
	{ "tmpcopyup",      OWN,         0,                      0 },
	{ "idmap",          OWN,         0,                      0 },
	{ "ridmap",         OWN,         0,                      0 },
	{ "copy-symlink",   OWN,         0,                      0 },
	{ "src-nofollow",   OWN,         0,                      0 },
	{ "dest-nofollow",  OWN,         0,                      0 },
};

/* clang-format on */

const size_t names_mount_option_count = COUNT_OF(names_mount_options);

const struct mount_option *names_mount_option(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(names_mount_options); i++)
		if (strcmp(names_mount_options[i].name, word) == 0)
			return &names_mount_options[i];
	return NULL;
}

int names_find(const struct named_values *table, const char *name, uint64_t *ret_value)
{
	for (size_t i = 0; i < table->count; i++) {
		if (strcmp(table->items[i].name, name) == 0) {
			*ret_value = table->items[i].value;
			return 0;
		}
	}
	return -ENOENT;
}

const char *names_of(const struct named_values *table, uint64_t value)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->items[i].value == value)
			return table->items[i].name;
	return NULL;
}

void names_of_bits(const struct named_values *table, uint64_t bits, char *text, size_t size)
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < table->count && length < size; i++) {
		if (bits >> table->items[i].value & 1)
			length += (size_t)snprintf(text + length, size - length, "%s%s",
				length > 0 ? ", " : "", table->items[i].name);
	}
}

/* glibc keeps the two real-time signals below for itself; engines count from 34, too. */
#define REALTIME_FIRST 34
#define REALTIME_LAST 64

/* One or two digits and nothing else; -1 otherwise. */
static int parse_digits(const char *text)
{
	size_t length = strspn(text, "0123456789");

	return length == 0 || length > 2 || text[length] ? -1 : atoi(text);
}

/* "RTMIN", "RTMIN+3", "RTMAX-1"; base and direction belong together. */
static int parse_realtime(const char *word)
{
	bool up = strncasecmp(word, "RTMIN", 5) == 0;
	int offset = 0;

	if (!up && strncasecmp(word, "RTMAX", 5) != 0)
		return -1;
	if (word[5]) {
		offset = word[5] == (up ? '+' : '-') ? parse_digits(word + 6) : -1;
		if (offset < 0 || offset > REALTIME_LAST - REALTIME_FIRST)
			return -1;
	}
	return up ? REALTIME_FIRST + offset : REALTIME_LAST - offset;
}

int signal_parse(const char *word, int *ret_signal)
{
	const char *name = strncasecmp(word, "SIG", 3) == 0 ? word + 3 : word;
	int number = parse_digits(word);

	for (size_t i = 0; number < 0 && i < names_signals.count; i++)
		if (strcasecmp(names_signals.items[i].name, name) == 0)
			number = (int)names_signals.items[i].value;
	if (number < 0)
		number = parse_realtime(name);
	if (number < 1 || number > REALTIME_LAST)
		return refuse("unknown signal \"%s\"", word);
	*ret_signal = number;
	return 0;
}
