/* What the one who executes it has become: its effective user, then its permitted capabilities. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];

	printf("%u\n", (unsigned int)geteuid());
	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "CapPrm:\t", 8) == 0)
			printf("%s", line + 8);
	return status ? 0 : 1;
}
