/* Standard output: what a command answers.  Written whole, so that a full disk is an error. */
#pragma once

/* text may be NULL, for where memory was out. */
int output_text(const char *text);
/* As above, with the end of a line behind it. */
int output_line(const char *text);
