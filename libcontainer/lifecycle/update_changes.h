/* What the options of update ask for, as resources of the spec. */
#pragma once

struct arena;
struct container_update_options;
struct spec_resources;

/* The document comes first, then single options, which overrule it.  -EINVAL names the option. */
int update_changes(struct arena *arena, const struct container_update_options *o,
	struct spec_resources *ret_changes);
