/*
 * Showing a plan: to people one line per decision ("root.mounts[3].target: "/dev""), to programs as
 * JSON; the same tree either way.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oci-spec/json.h"

struct plan;
struct str;

#define PRINTER_DEPTH 8

struct plan_printer {
	struct json_writer json; /* used for JSON only */
	struct str *out;
	bool text;
	unsigned int depth;
	char place[256];              /* text: where we are */
	size_t length[PRINTER_DEPTH]; /* of place, by depth */
	size_t count[PRINTER_DEPTH];  /* items so far of the list at this depth */
};

void printer_begin(struct plan_printer *printer, struct str *out, bool json);
/* Returns 0 or -ENOMEM. */
int printer_end(struct plan_printer *printer);

/* key is NULL for the items of a list. */
void print_open(struct plan_printer *printer, const char *key, bool list);
void print_close(struct plan_printer *printer, bool list);
void print_string(struct plan_printer *printer, const char *key, const char *value); /* NULL: not */
void print_number(struct plan_printer *printer, const char *key, int64_t value);
void print_octal(struct plan_printer *printer, const char *key, unsigned int value);
void print_bool(struct plan_printer *printer, const char *key, bool value); /* false: not */

/* The members of an open object: all that was decided, as the rooms will read it. */
void plan_print(struct plan_printer *printer, const struct plan *plan);
