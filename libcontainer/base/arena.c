#include "libcontainer/base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Small enough that a tiny command touches few pages, large enough that a big config needs few. */
#define BLOCK_SIZE ((size_t)16 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

struct arena_block {
	struct arena_block *previous;
	max_align_t data[];
};

/*
 * The first block of whoever is first to need one: a start does with it, and so touches no page of
 * the heap for the list of what is allocated, which fork(2) would have to copy.
 */
static struct {
	bool taken;
	_Alignas(max_align_t) char room[2 * BLOCK_SIZE];
} first;

static _Noreturn void out_of_memory(void)
{
	static const char words[] = "caisson: out of memory\n";

	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	_exit(1);
}

static struct arena_block *make_block(size_t *room)
{
	if (!first.taken && *room <= sizeof(first.room) - sizeof(struct arena_block)) {
		*room = sizeof(first.room) - sizeof(struct arena_block);
		first.taken = true;
		return (struct arena_block *)(void *)first.room;
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

void *arena_alloc(struct arena *arena, size_t size)
{
	assert(!arena->sealed);
	if (size > SIZE_MAX / 2)
		out_of_memory();
	/* An empty list is no NULL, even where it is the first thing that is asked for. */
	if (size == 0)
		size = 1;
	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	/* An empty arena has no byte to point at, not even for a size of 0. */
	if (!arena->block || (size_t)(arena->end - arena->next) < size)
		add_block(arena, size);

	void *memory = arena->next;
	arena->next += size;
	return memset(memory, 0, size);
}

void arena_trim(struct arena *arena, void *memory, size_t size)
{
	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
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
	char *copy = arena_alloc(arena, length + 1);

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

	char *text = arena_alloc(arena, (size_t)length + 1);
	va_start(arguments, format);
	(void)vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return text;
}

void arena_seal(struct arena *arena)
{
	arena->sealed = 1;
}

void arena_done(struct arena *arena)
{
	while (arena->block) {
		struct arena_block *block = arena->block;

		arena->block = block->previous;
		if ((char *)block == first.room)
			first.taken = false;
		else
			free(block);
	}
	*arena = (struct arena){ 0 };
}
