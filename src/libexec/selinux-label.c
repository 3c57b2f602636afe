/*
 * selinux-label: whether SELinux labels are valid in the policy that is loaded.
 *
 *	selinux-label KIND LABEL [KIND LABEL]
 *
 * KIND is a word for messages ("process", "mount").  Ends with 0 where all are valid, with 1 and a
 * line on stderr where one is not, and with 2 where it was called wrongly.  A program of its own
 *since libselinux is a shared library whose constructor reads files in every process that has it,
 *and the runtime is static.
 */
#include <errno.h>
#include <selinux/selinux.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char *argv[])
{
	if (argc < 3 || argc % 2 != 1) {
		(void)fprintf(stderr, "usage: selinux-label KIND LABEL [KIND LABEL]\n");
		return 2;
	}
	if (is_selinux_enabled() != 1) {
		(void)fprintf(stderr, "selinux is disabled or not supported\n");
		return 1;
	}
	for (int i = 1; i < argc; i += 2) {
		/* Raw: config.json has the policy's own words, not those of a translation daemon.
		 */
		if (security_check_context_raw(argv[i + 1]) == 0)
			continue;
		(void)fprintf(stderr, "%s label '%s': %s\n", argv[i], argv[i + 1],
			errno == EINVAL ? "not valid in the loaded policy" : strerror(errno));
		return 1;
	}
	return 0;
}
