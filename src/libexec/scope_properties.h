/* Properties of systemd-scope's arguments, and how they become a D-Bus message. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-bus.h>

struct property {
	char *name;
	const char *signature;
	char **words; /* as many as the signature wants */
	bool optional, dropped;
};

/*
 * Reads NAME[?] SIGNATURE WORD... as often as there are; the arguments' memory is used and changed.
 * -EINVAL where they are not complete or a word is not of its type.  The caller frees *ret_items.
 */
int properties_parse(char **arguments, struct property **ret_items, size_t *ret_count);

/* Appends those that are not dropped, as a(sv).  Returns -errno of sd-bus. */
int properties_append(sd_bus_message *message, const struct property *items, size_t count);

/* Drops the optional one that the error speaks of; false where there is none. */
bool properties_drop(struct property *items, size_t count, const sd_bus_error *error);
