/*
 * JSON text to the structs of types.h, by the rows.  Checks what a row says of one property: kind,
 * range, required, absolute, non-empty, one of the words.  What lies between properties is for
 * rules.h.
 *
 * A message names the place, what is wanted there and what was found:
 *
 *	linux.resources.pids.limit: wants an integer, got "x"
 *	mounts[3].options[1]: wants a string, got 5
 *	linux.sysctl["net.core.somaxconn"]: wants a string, got 1024
 *	process.cwd: is required
 *
 * Unknown properties are ignored, as the spec demands ("Extensibility" in config.md), and named
 *with log_debug().  null counts as absent.  All memory is the arena's; text is not kept.
 */
#pragma once

#include <stddef.h>

struct arena;
struct spec_config;
struct spec_process;
struct spec_resources;
struct spec_schema;
struct spec_state;

/* config.json */
int spec_read_config(
	struct arena *arena, const char *text, size_t size, struct spec_config **ret_config);
/* The file of exec --process. */
int spec_read_process(
	struct arena *arena, const char *text, size_t size, struct spec_process **ret_process);
/* The document of update --resources. */
int spec_read_resources(
	struct arena *arena, const char *text, size_t size, struct spec_resources **ret_resources);
int spec_read_state(
	struct arena *arena, const char *text, size_t size, struct spec_state **ret_state);

/* Any object; places begin with the schema's name. */
int spec_read(struct arena *arena, const struct spec_schema *schema, const char *text, size_t size,
	void **ret_object);
