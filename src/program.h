/* The program's course: global options, the choice of the command, the error's words. */
#pragma once

/* Runs the command that argv asks for, reports its error, and returns the exit status. */
int program_run(int argc, char **argv);
