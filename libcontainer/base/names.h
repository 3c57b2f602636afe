/*
 * The words that the spec allows for a property, without what the kernel makes of them: so that
 * oci-spec/ can refuse a bad word with its place.  kernel/names.h has the constants.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct words {
	const char *what; /* "namespace type", for messages */
	const char *const *items;
	size_t count;
};

/* Named after the tables that the rows of oci-spec/fields name in their column "inner". */
extern const struct words words_namespaces, words_rlimits, words_schedulers, words_scheduler_flags,
	words_io_classes, words_memory_modes, words_memory_flags, words_personalities,
	words_propagations, words_device_types, words_device_rule_types, words_seccomp_actions,
	words_seccomp_architectures, words_seccomp_flags, words_seccomp_operators,
	words_capabilities;

bool words_has(const struct words *words, const char *word);
