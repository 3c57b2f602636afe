#include "libcontainer/base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libcontainer/base/cleanup.h"

/* Small enough that a tiny command touches few pages, large enough that a big config needs few. */
#define BLOCK_SIZE ((size_t)16 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

struct arena_block {
	struct arena_block *previous;
	max_align_t data[];
};

/*
 * The first blocks of who is first to need one, and of the next at the same time: a start does with
 * them, and so touches no page of the heap for the list of what is allocated, which fork(2) would
 * have to copy.  At the beginning of a page, for as few as can be.
 */
struct room {
	_Alignas(4096) char data[2 * BLOCK_SIZE];
};

static struct room rooms[2];
static bool taken[COUNT_OF(rooms)]; /* not in their pages, which may never be needed */

static _Noreturn void out_of_memory(void)
{
	static const char words[] = "caisson: out of memory\n";

	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	_exit(1);
}

static struct arena_block *make_block(size_t *room)
{
	for (size_t i = 0; i < COUNT_OF(rooms); i++) {
		if (taken[i] || *room > sizeof(rooms[i]) - sizeof(struct arena_block))
			continue;
		*room = sizeof(rooms[i]) - sizeof(struct arena_block);
		taken[i] = true;
		return (struct arena_block *)(void *)&rooms[i];
	}
	if (*room < BLOCK_SIZE - sizeof(struct arena_block))
		*room = BLOCK_SIZE - sizeof(struct arena_block);
	return malloc(sizeof(struct arena_block) + *room);
}

static void add_block(struct arena *arena, size_t size)
{
	struct arena_block *block = make_block(&size);

	if (!block)
		out_of_memory();
	block->previous = arena->block;
	arena->block = block;
	arena->next = (char *)block->data;
	arena->end = arena->next + size;
}

static void *take(struct arena *arena, size_t size, size_t alignment)
{
	assert(!arena->sealed);
	if (size > SIZE_MAX / 2)
		out_of_memory();
	size_t gap = -(uintptr_t)arena->next % alignment;
	/* An empty arena has no byte to point at, not even for a size of 0. */
	if (!arena->block || (size_t)(arena->end - arena->next) < gap + size) {
		add_block(arena, size);
		gap = 0;
	}

	void *memory = arena->next + gap;
	arena->next = (char *)memory + size;
	return memset(memory, 0, size);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	/* An empty list is no NULL, even where it is the first thing that is asked for. */
	return take(arena, size ? size : 1, ALIGNMENT);
}

void arena_trim(struct arena *arena, void *memory, size_t size)
{
	assert((char *)memory + size <= arena->next);
	arena->next = (char *)memory + size;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		out_of_memory();
	return arena_alloc(arena, bytes);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = take(arena, length + 1, 1);

	memcpy(copy, text, length);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	assert(length >= 0);

	char *text = take(arena, (size_t)length + 1, 1);
	va_start(arguments, format);
	(void)vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

void arena_seal(struct arena *arena)
{
	arena->sealed = 1;
}

static void forget_block(struct arena_block *block)
{
	for (size_t i = 0; i < COUNT_OF(rooms); i++) {
		if ((void *)block == &rooms[i]) {
			taken[i] = false;
			return;
		}
	}
	free(block);
}

void arena_done(struct arena *arena)
{
	while (arena->block) {
		struct arena_block *block = arena->block;

		arena->block = block->previous;
		forget_block(block);
	}
	*arena = (struct arena){ 0 };
}
