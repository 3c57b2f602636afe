/* The groups of rules, one file each, and what they share.  For rules*.c only. */
#pragma once

#include <stddef.h>

#include "oci-spec/types.h"

/* What a rule may look at.  What its group is about is never NULL. */
struct rules_subject {
	const struct spec_config *config;
	const struct spec_process *process;
	const struct spec_linux *linux_;
	const struct spec_resources *resources;
	const struct spec_seccomp *seccomp;
};

struct rule {
	const char *name;
	int (*check)(const struct rules_subject *subject);
};

struct rules {
	const struct rule *items;
	size_t count;
};

extern const struct rules rules_config;    /* rules.c */
extern const struct rules rules_process;   /* rules_process.c */
extern const struct rules rules_linux;     /* rules_linux.c */
extern const struct rules rules_resources; /* rules_resources.c */
extern const struct rules rules_seccomp;   /* rules_seccomp.c */

/* Room for a quoted text in a message; see json_quote(). */
#define RULES_QUOTE_SIZE 128

/* NULL where it is not listed: the container shares that of the runtime. */
const struct spec_namespace *rules_namespace(const struct spec_linux *linux_, const char *type);

/* Whether all of the ranges of one list are what the kernel takes.  place is that of the list. */
int rules_mappings(const struct spec_id_mapping_list *list, const char *place);
