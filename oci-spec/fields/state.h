/*
 * Rows of the state that `state` prints and hooks read; rootfs, created and owner are runc's
 * additions, systemd-scope is crun's.  And of what a seccomp agent is sent: config-linux.md, "The
 * Container Process State". Columns: see config.h.  Spec: runtime.md, "State".
 */
#pragma once

/* clang-format off */

#define SPEC_STATE(ROW) \
	ROW(string,    oci_version, "ociVersion",  REQUIRED, none) \
	ROW(string,    id,          "id",          REQUIRED, none) \
	ROW(maybe_i64, pid,         "pid",         0,        none) \
	ROW(string,    status,      "status",      REQUIRED, none) \
	ROW(string,    bundle,      "bundle",      REQUIRED, none) \
	ROW(string,    rootfs,      "rootfs",      0,        none) \
	ROW(string,    created,     "created",     0,        none) \
	ROW(pairs,     annotations, "annotations", 0,        none) \
	ROW(string,    owner,       "owner",       0,        none) \
	ROW(string,    scope,       "systemd-scope", 0,      none)

#define SPEC_PROCESS_STATE(ROW) \
	ROW(string,    oci_version, "ociVersion",  REQUIRED, none) \
	ROW(strings,   fds,         "fds",         0,        none) \
	ROW(i64,       pid,         "pid",         REQUIRED, none) \
	ROW(string,    metadata,    "metadata",    0,        none) \
	ROW(object,    state,       "state",       REQUIRED, state)

/* clang-format on */
