/*
 * Rows of the state that `state` prints and hooks read; the last three are runc's additions.
 * Columns: see config.h.  Spec: runtime.md, "State".
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
	ROW(string,    owner,       "owner",       0,        none)

/* clang-format on */
