/*
 * Memory that lives as long as one command: the spec, the plan and what they point to.  Nothing is
 * freed singly.  Memory is zeroed.  Where it runs out before the first side effect, the program
 * ends with a message (there is nothing to roll back); arena_seal() marks that point, and from
 * then on an allocation is a programming error.
 */
#pragma once

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *block;
	char *next;  /* first free byte of the block in use */
	char *end;   /* first byte behind it */
	int sealed;
};

/* The caller's memory, zeroed, is an empty arena; this frees all that came from it. */
void arena_done(struct arena *arena);

/* Forbids further growth: side effects begin. */
void arena_seal(struct arena *arena);

/* Returns size zeroed bytes, aligned for any type.  Never NULL; text is packed without gaps. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, returns_nonnull));

/* As arena_alloc(), for count items; an overflow of the product ends the program. */
void *arena_array(struct arena *arena, size_t count, size_t size)
	__attribute__((malloc, returns_nonnull));

/* Gives back what lies behind the first size bytes of memory, the last that was asked for. */
void arena_trim(struct arena *arena, void *memory, size_t size);

char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *arena, const char *text, size_t length)
	__attribute__((returns_nonnull));
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull));

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_new_array(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))
