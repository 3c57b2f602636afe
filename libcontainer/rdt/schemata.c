#include "libcontainer/rdt/schemata.h"

#include <string.h>
#include <strings.h>

struct part {
	const char *text;
	size_t length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct part trim(struct part part)
{
	while (part.length > 0 && is_blank(part.text[0])) {
		part.text++;
		part.length--;
	}
	while (part.length > 0 && is_blank(part.text[part.length - 1]))
		part.length--;
	return part;
}

/* Cuts what stands before the separator off rest; false where there is no more. */
static bool cut(struct part *rest, char separator, struct part *ret_part)
{
	if (!rest->text)
		return false;
	const char *end = memchr(rest->text, separator, rest->length);
	size_t length = end ? (size_t)(end - rest->text) : rest->length;

	*ret_part = trim((struct part){ rest->text, length });
	if (end)
		*rest = (struct part){ end + 1, rest->length - length - 1 };
	else
		*rest = (struct part){ 0 };
	return true;
}

static struct part without_zeros(struct part part)
{
	while (part.length > 1 && part.text[0] == '0') {
		part.text++;
		part.length--;
	}
	return part;
}

static bool same_name(struct part a, struct part b)
{
	return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static bool same_number(struct part a, struct part b)
{
	a = without_zeros(a);
	b = without_zeros(b);
	return a.length == b.length && strncasecmp(a.text, b.text, a.length) == 0;
}

/* Whether one of the domains, "0=ff;1=ff", is this one. */
static bool has_domain(struct part domains, struct part id, struct part value)
{
	struct part domain, found;

	while (cut(&domains, ';', &domain)) {
		if (cut(&domain, '=', &found) && domain.text && same_number(found, id))
			return same_number(trim(domain), value);
	}
	return false;
}

static bool has_line(struct part present, struct part resource, struct part domains)
{
	struct part line, found, domain, id;

	while (cut(&present, '\n', &line)) {
		if (!cut(&line, ':', &found) || !line.text || !same_name(found, resource))
			continue;
		while (cut(&domains, ';', &domain)) {
			if (domain.length == 0)
				continue;
			if (!cut(&domain, '=', &id) || !domain.text ||
				!has_domain(line, id, trim(domain)))
				return false;
		}
		return true;
	}
	return false;
}

bool schemata_have(
	const char *present, const char *wanted, const char **ret_line, size_t *ret_length)
{
	const struct part all = { present, strlen(present) };
	struct part rest = { wanted, strlen(wanted) }, line, resource;

	while (cut(&rest, '\n', &line)) {
		const struct part whole = line;

		if (line.length == 0)
			continue;
		if (cut(&line, ':', &resource) && line.text && has_line(all, resource, line))
			continue;
		*ret_line = whole.text;
		*ret_length = whole.length;
		return false;
	}
	return true;
}
