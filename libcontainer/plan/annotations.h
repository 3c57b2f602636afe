/*
 * Annotations of the configuration that change what is done: those of crun that make sense here.
 * Others are the engines' own and go unread; of the family "run.oci." they are told at debug level,
 * as somebody expects something of them.
 */
#pragma once

#include <stddef.h>

/* Their names, for the features document; ascending. */
extern const size_t annotations_count;
const char *annotations_name(size_t index);
