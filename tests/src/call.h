/*
 * Calls of the program, each in a process of its own, with the containers of fake.c behind it: for
 * tests of what the command line answers.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

extern char call_directory[64];     /* current directory of all calls */
extern char out[16384], err[16384]; /* of the last call */
extern pid_t call_child;            /* its pid */

/* Set up and tear down of a group of tests. */
int call_begin(void **state);
int call_end(void **state);

/* Calls the program; leaves its outputs in out and err, and returns its exit status. */
int call_words(const char *const *words);
#define CALL(...) call_words((const char *const[]){ "caisson", __VA_ARGS__, NULL })

/* Reads a file of the directory; an empty text where there is none. */
void call_read(const char *name, char *text, size_t size);

void assert_starts(const char *text, const char *start);
void assert_has(const char *text, const char *part);
size_t lines_of(const char *text);
