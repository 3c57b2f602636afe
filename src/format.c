#include "src/format.h"

#include <string.h>

#include "libcontainer/base/error.h"

int format_is_json(const char *word, const char *people, bool *ret_json)
{
	bool json = word && strcmp(word, "json") == 0;

	if (word && !json && strcmp(word, people) != 0)
		return refuse("invalid format '%s': neither %s nor json", word, people);
	*ret_json = json;
	return 0;
}
