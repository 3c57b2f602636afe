/*
 * Annotations of the configuration that change what is done: our own, and those of crun that make
 * sense here.
 * Others are the engines' own and go unread; of the family "run.oci." they are told at debug level,
 * as somebody expects something of them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "oci-spec/types.h"

/* Their names, for the features document; ascending. */
extern const size_t annotations_count;
const char *annotations_name(size_t index);

/* Seconds that a created container waits for `start`, 0 where that is not limited.  -EINVAL. */
int annotations_created_timeout(const struct spec_pairs *annotations, uint32_t *ret_seconds);
