/*
 * Rows of config.json: top level, root, mounts, hooks.  The columns:
 *
 *	ROW(kind, member, "jsonName", flags, inner, "since", "kernel", "absent", "does", "refused")
 *
 * kind    flag            bool, absent is false
 *         maybe_flag      struct maybe_flag { set, value }: absent differs from false
 *         u16 u32 u64 i32 i64             number, absent is 0 (mostly REQUIRED ones)
 *         maybe_u16 ... maybe_i64         struct { bool set; T value; }
 *         string          const char *, NULL if absent; "" counts as absent, as it does for Go
 *         word            const char *, one of the words of table inner (base/names.h)
 *         strings, words  struct spec_strings { const char **items; size_t count; bool set; }
 *         u32s            struct spec_u32s { uint32_t *items; size_t count; bool set; }
 *         pairs           JSON object of strings: struct spec_pairs, whose items have key and value
 *         object          struct spec_<inner> *, NULL if absent
 *         list            struct spec_<inner>_list, as strings, with struct spec_<inner> *items
 *         map             JSON object of objects: as list; the key goes into the member "key" of
 *                         the inner struct, which its first row declares with kind "key"
 * flags   or'ed, or 0:
 *         REQUIRED        must be there, and is always written
 *         ABSOLUTE        wants an absolute path
 *         NONEMPTY        wants a text, or a list, that is not empty
 *         WRITTEN         may be absent when read, but is written even when zero, as Go does it
 * inner   name of the inner object or of the table of words; else none
 *
 * The others are words for docs/config.md, which docs/describe.c makes (`make docs`), and in no
 * program that is installed.  Rows that are not of config.json do without.
 *
 * since   version of the specification that has it first
 * kernel  the Linux that it needs, where that is more than caisson does
 * absent  what holds where it is not there; "" for what the kind says: 0, false, none
 * does    what caisson does with it, and what its value is
 * refused what is refused beyond what kind, flags and words say; "; " between several
 *
 * Rows only, no code.  Order is the order of writing.  Spec: runtime-spec 1.3, config.md.
 */
#pragma once

/* clang-format off */

#define SPEC_CONFIG(ROW) \
	ROW(string,   oci_version, "ociVersion",  REQUIRED | NONEMPTY, none, \
		"1.0.0", "", "", \
		"a newer minor version is accepted, and named at debug level", \
		"no SemVer 2.0.0; another major version") \
	ROW(object,   process,     "process",     0,                   process, \
		"1.0.0", "", "refused", "what the container executes", \
		"absent, at create already") \
	ROW(object,   root,        "root",        0,                   root, \
		"1.0.0", "", "refused", "root file system", "absent") \
	ROW(string,   hostname,    "hostname",    0,                   none, \
		"1.0.0", "", "left alone", "host name in the uts namespace", \
		"without a uts namespace; above 64 bytes") \
	ROW(string,   domainname,  "domainname",  0,                   none, \
		"1.1.0", "", "left alone", "NIS domain name in the uts namespace", \
		"without a uts namespace; above 64 bytes") \
	ROW(list,     mounts,      "mounts",      0,                   mount, \
		"1.0.0", "", "none", "made in this order, before devices and hooks", \
		"any without a mount namespace") \
	ROW(object,   hooks,       "hooks",       0,                   hooks, \
		"1.0.0", "", "none", "executed at their points of the life of the container", \
		"") \
	ROW(pairs,    annotations, "annotations", 0,                   none, \
		"1.0.0", "", "none", "shown by state and to hooks; some change what is " \
		"done: caisson features lists them", "an empty key") \
	ROW(object,   linux_,      "linux",       0,                   linux, \
		"1.0.0", "", "refused", "what only Linux has", "absent")

#define SPEC_ROOT(ROW) \
	ROW(string,   path,        "path",        REQUIRED | NONEMPTY, none, \
		"1.0.0", "", "", "directory that becomes /; relative to the bundle", \
		"no directory; a last part that is a symlink") \
	ROW(flag,     readonly,    "readonly",    0,                   none, \
		"1.0.0", "", "", "/ is made read-only when all is in place", \
		"without a mount namespace")

#define SPEC_MOUNT(ROW) \
	ROW(string,   destination, "destination", REQUIRED | NONEMPTY, none, \
		"1.0.0", "", "", "made where it is missing; symlinks stay inside the root; " \
		"a relative one is warned of", "/; another file system on /proc; what is in " \
		"/proc, but for a few files; a symlink where proc or sysfs goes") \
	ROW(string,   type,        "type",        0,                   none, \
		"1.0.0", "", "bind, with such an option", \
		"file system; cgroup becomes what the host's version has", \
		"absent without bind or rbind") \
	ROW(string,   source,      "source",      0,                   none, \
		"1.0.0", "", "by type", "bind: path on the host, relative to the bundle", \
		"absent for a bind") \
	ROW(strings,  options,     "options",     0,                   none, \
		"1.0.0", "by option", "none", \
		"flags, propagation and ours; others are handed to the file system", \
		"others for a bind; tmpcopyup but for tmpfs; idmap without maps, or where " \
		"the file system refuses; to clear a flag that a user namespace locks") \
	ROW(list,     uid_mappings, "uidMappings", 0,                  id_mapping, \
		"1.1.0", "5.12", "those of the user namespace", \
		"user ids of an id-mapped mount", "without gidMappings; overlaps; over 340") \
	ROW(list,     gid_mappings, "gidMappings", 0,                  id_mapping, \
		"1.1.0", "5.12", "those of the user namespace", \
		"group ids of an id-mapped mount", "without uidMappings; overlaps; over 340")

#define SPEC_HOOKS(ROW) \
	ROW(list,     prestart,         "prestart",        0, hook, \
		"1.0.0", "", "none", \
		"create, in the host's namespaces, when mounts and devices are made", "") \
	ROW(list,     create_runtime,   "createRuntime",   0, hook, \
		"1.0.2", "", "none", "create, after prestart, in the same place", "") \
	ROW(list,     create_container, "createContainer", 0, hook, \
		"1.0.2", "", "none", "create, of the host's files in the container's " \
		"namespaces, before the root is entered", "") \
	ROW(list,     start_container,  "startContainer",  0, hook, \
		"1.0.2", "", "none", "start, in the container, before the program", \
		"with pids.limit 0 or 1") \
	ROW(list,     poststart,        "poststart",       0, hook, \
		"1.0.0", "", "none", \
		"start, in the host's namespaces, when the program runs; a failure ends it", \
		"") \
	ROW(list,     poststop,         "poststop",        0, hook, \
		"1.0.0", "", "none", \
		"delete, in the host's namespaces, when all is gone; a failure is a warning", \
		"")

#define SPEC_HOOK(ROW) \
	ROW(string,    path,    "path",    REQUIRED | ABSOLUTE, none, \
		"1.0.0", "", "", "program, found where the hook runs", "") \
	ROW(strings,   args,    "args",    0,                   none, \
		"1.0.0", "", "the path alone", \
		"arguments, the first is the name of the program", "") \
	ROW(strings,   env,     "env",     0,                   none, \
		"1.0.0", "", "empty; startContainer: that of process", "environment", "") \
	ROW(maybe_i64, timeout, "timeout", 0,                   none, \
		"1.0.0", "", "none", \
		"seconds, after which the hook is killed, and has failed", "0 and less")

/* clang-format on */
