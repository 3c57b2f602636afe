/* Strict parsers: the whole text or -EINVAL; no signs, spaces or bases that were not asked for. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* Decimal digits only; -ERANGE above max.  No chain: the caller knows the place. */
int parse_u64(const char *text, uint64_t max, uint64_t *ret_value);
int parse_i64(const char *text, int64_t *ret_value);
int parse_u32(const char *text, uint32_t *ret_value);
/* "UID" or "UID:GID"; ret_gid untouched, and 0 returned, without one; 1 with one. */
int parse_user(const char *text, uid_t *ret_uid, gid_t *ret_gid);
/* "5s", "100ms", "1m30s" as Go prints them; result in milliseconds, > 0. */
int parse_duration(const char *text, int64_t *ret_milliseconds);
/* "64k", "1G", "-1": bytes. */
int parse_size(const char *text, int64_t *ret_bytes);
