/*
 * Rows of config.json: top level, root, mounts, hooks.  The columns:
 *
 *	ROW(kind, member, "jsonName", flags, inner)
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
 * Rows only, no code.  Order is the order of writing.  Spec: runtime-spec 1.3, config.md.
 */
#pragma once

/* clang-format off */

#define SPEC_CONFIG(ROW) \
	ROW(string,   oci_version, "ociVersion",  REQUIRED | NONEMPTY, none) \
	ROW(object,   process,     "process",     0,                   process) \
	ROW(object,   root,        "root",        0,                   root) \
	ROW(string,   hostname,    "hostname",    0,                   none) \
	ROW(string,   domainname,  "domainname",  0,                   none) \
	ROW(list,     mounts,      "mounts",      0,                   mount) \
	ROW(object,   hooks,       "hooks",       0,                   hooks) \
	ROW(pairs,    annotations, "annotations", 0,                   none) \
	ROW(object,   linux_,      "linux",       0,                   linux)

#define SPEC_ROOT(ROW) \
	ROW(string,   path,        "path",        REQUIRED | NONEMPTY, none) \
	ROW(flag,     readonly,    "readonly",    0,                   none)

#define SPEC_MOUNT(ROW) \
	ROW(string,   destination, "destination", REQUIRED | NONEMPTY, none) \
	ROW(string,   type,        "type",        0,                   none) \
	ROW(string,   source,      "source",      0,                   none) \
	ROW(strings,  options,     "options",     0,                   none) \
	ROW(list,     uid_mappings, "uidMappings", 0,                  id_mapping) \
	ROW(list,     gid_mappings, "gidMappings", 0,                  id_mapping)

#define SPEC_HOOKS(ROW) \
	ROW(list,     prestart,         "prestart",        0, hook) \
	ROW(list,     create_runtime,   "createRuntime",   0, hook) \
	ROW(list,     create_container, "createContainer", 0, hook) \
	ROW(list,     start_container,  "startContainer",  0, hook) \
	ROW(list,     poststart,        "poststart",       0, hook) \
	ROW(list,     poststop,         "poststop",        0, hook)

#define SPEC_HOOK(ROW) \
	ROW(string,    path,    "path",    REQUIRED | ABSOLUTE, none) \
	ROW(strings,   args,    "args",    0,                   none) \
	ROW(strings,   env,     "env",     0,                   none) \
	ROW(maybe_i64, timeout, "timeout", 0,                   none)

/* clang-format on */
