/* The option --format of commands that answer in two ways. */
#pragma once

#include <stdbool.h>

/* word is "json", or the name of the form for people, or NULL, which stands for that. */
int format_is_json(const char *word, const char *people, bool *ret_json);
