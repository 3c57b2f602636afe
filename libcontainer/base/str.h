/* A string that grows, in malloc'ed memory; for texts whose length is not known before. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct str { char *text; size_t length, capacity; };

#define auto_str __attribute__((cleanup(str_done)))

void str_done(struct str *str);
/* -ENOMEM or 0.  The text is always NUL-terminated; NULL before the first append. */
int str_append(struct str *str, const char *text);
int str_append_data(struct str *str, const void *data, size_t size);
int str_printf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Takes the text out, never NULL but where memory is out; the caller frees it. */
char *str_steal(struct str *str);

bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);
