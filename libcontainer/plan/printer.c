/* The two shapes of a printed plan. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "libcontainer/base/str.h"
#include "libcontainer/plan/print.h"

void printer_begin(struct plan_printer *printer, struct str *out, bool json)
{
	*printer = (struct plan_printer){
		.json = { .out = out, .indent = true },
		.out = out,
		.text = !json,
	};
	if (json)
		json_open(&printer->json, '{');
}

int printer_end(struct plan_printer *printer)
{
	if (!printer->text)
		json_close(&printer->json, '}');
	return printer->json.code;
}

/* Appends ".key" or "[n]" to the place; returns the length before. */
static size_t go_to(struct plan_printer *printer, const char *key)
{
	size_t before = printer->length[printer->depth];
	char *end = printer->place + before;
	size_t room = sizeof(printer->place) - before;

	if (key)
		(void)snprintf(end, room, "%s%s", before ? "." : "", key);
	else
		(void)snprintf(end, room, "[%zu]", printer->count[printer->depth]++);
	return before;
}

void print_open(struct plan_printer *printer, const char *key, bool list)
{
	if (!printer->text) {
		if (key)
			json_key(&printer->json, key);
		else
			json_item(&printer->json);
		json_open(&printer->json, list ? '[' : '{');
		return;
	}
	assert(printer->depth + 1 < PRINTER_DEPTH);
	(void)go_to(printer, key);
	size_t length = 0;
	while (printer->place[length])
		length++;
	printer->depth++;
	printer->length[printer->depth] = length;
	printer->count[printer->depth] = 0;
}

void print_close(struct plan_printer *printer, bool list)
{
	if (printer->text)
		printer->depth--;
	else
		json_close(&printer->json, list ? ']' : '}');
}

static void print_line(struct plan_printer *printer, const char *key, const char *value)
{
	size_t before = go_to(printer, key);

	if (printer->json.code == 0)
		printer->json.code = str_printf(printer->out, "%s: %s\n", printer->place, value);
	printer->place[before] = '\0';
}

static void begin_value(struct plan_printer *printer, const char *key)
{
	if (key)
		json_key(&printer->json, key);
	else
		json_item(&printer->json);
}

void print_string(struct plan_printer *printer, const char *key, const char *value)
{
	char quoted[1024];

	if (!value)
		return;
	if (printer->text) {
		print_line(printer, key, json_quote(quoted, sizeof(quoted), value));
		return;
	}
	begin_value(printer, key);
	json_string(&printer->json, value);
}

void print_number(struct plan_printer *printer, const char *key, int64_t value)
{
	char text[32];

	if (printer->text) {
		(void)snprintf(text, sizeof(text), "%" PRId64, value);
		print_line(printer, key, text);
		return;
	}
	begin_value(printer, key);
	json_signed(&printer->json, value);
}

void print_octal(struct plan_printer *printer, const char *key, unsigned int value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "0%o", value);
	if (printer->text)
		print_line(printer, key, text);
	else
		print_string(printer, key, text);
}

void print_bool(struct plan_printer *printer, const char *key, bool value)
{
	if (!value)
		return;
	if (printer->text) {
		print_line(printer, key, "yes");
		return;
	}
	begin_value(printer, key);
	json_bool(&printer->json, true);
}
