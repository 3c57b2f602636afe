/*
 * Types into the terminal that is standard input, as if somebody in front of it did: TIOCSTI, and
 * once more after having tried to make it its own.  Prints what came of each.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void type(const char *words)
{
	for (; *words; words++)
		if (ioctl(0, TIOCSTI, words) < 0) {
			printf("refused: %s\n", strerror(errno));
			return;
		}
	printf("typed\n");
}

int main(void)
{
	type("first\n");
	(void)ioctl(0, TIOCSCTTY, 0);
	(void)ioctl(0, TIOCSCTTY, 1);
	type("second\n");
	return 0;
}
