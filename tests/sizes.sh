#!/bin/sh
# Counts lines, columns and parameters against the budgets of rule 9 of HACKING.md.
# usage: sizes.sh [TREE]      lists what is over budget, then a summary; the exit status says whether
#                             anything was
# Lines between "clang-format off" and "on" are rows of a table, and exempt.

set -u
tree=${1:-$(dirname "$0")/..}
cd "$tree" || exit 2

find oci-spec libcontainer src bench tests -name '*.[ch]' 2>/dev/null | LC_ALL=C sort |
	LC_ALL=C awk '
BEGIN {
	FILE_LINES = 600; HEADER_LINES = 150; FUNCTION_LINES = 60; FUNCTION_P95 = 45
	COLUMNS = 100; PARAMETERS = 5; TAB = 8
	# One long list each, which splitting would only hide: all parts of a plan, all verbs.
	exempt_header["libcontainer/plan/plan.h"] = exempt_header["libcontainer/container.h"] = 1
}

function over(place, words)
{
	printf "%s: %s\n", place, words
	broken++
}

# The width with tabs expanded; bytes that continue a UTF-8 character take no column.
function columns(text,    width, parts, n, i)
{
	gsub(/[\200-\277]/, "", text)
	n = split(text, parts, "\t")
	for (i = 1; i < n; i++) {
		width += length(parts[i])
		width += TAB - width % TAB
	}
	return width + length(parts[n])
}

# The number of parameters of the function whose head is text.
function parameters(text,    i, depth, commas, c, list)
{
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == ")" && --depth == 0)
			break
		if (depth > 0)
			list = list c
		if (c == "(")
			depth++
		if (c == "," && depth == 1)
			commas++
	}
	return list ~ /^[ \t]*(void)?[ \t]*$/ ? 0 : commas + 1
}

function begin_function(    name)
{
	gsub(/__attribute__ *\(\([^()]*(\([^()]*\))?[^()]*\)\)/, "", head)
	name = head
	sub(/[ \t]*\(.*/, "", name)
	sub(/.*[ *\t]/, "", name)
	count = parameters(head)
	function_name = name
	function_line = line
	if (count > PARAMETERS)
		over(file ":" line, name "() takes " count " parameters, " PARAMETERS " are the most")
}

function end_function(    n)
{
	n = line - function_line - 1
	length_of[n]++
	functions++
	if (n > longest)
		longest = n
	if (n > FUNCTION_LINES)
		over(file ":" function_line, function_name "() has " n " lines, " \
			FUNCTION_LINES " are the most")
	function_line = 0
}

# Functions are found by the style that clang-format gives: braces alone in the first column.
function scan(text)
{
	if (function_line) {
		if (text ~ /^}/)
			end_function()
	} else if (text ~ /^{/ && head ~ /\)[ \t]*$/ && head !~ /^[ \t]*#/) {
		begin_function()
	} else if (text ~ /^[ \t]*$|[;}][ \t]*$|^#|\*\/[ \t]*$/) {
		head = ""
	} else {
		head = head " " text
	}
}

{
	file = $0
	files++
	rows = function_line = 0
	fenced = 0
	head = ""
	for (line = 1; (getline text < file) > 0; line++) {
		total++
		if (text ~ /clang-format off/)
			fenced = 1
		rows += fenced
		if (!fenced) {
			scan(text)
			width = columns(text)
			if (width > COLUMNS)
				over(file ":" line, width " columns, " COLUMNS " are the most")
		}
		if (text ~ /clang-format on/)
			fenced = 0
	}
	close(file)
	lines = line - 1 - rows
	if (lines > most_lines)
		most_lines = lines
	if (lines > FILE_LINES)
		over(file, lines " lines, " FILE_LINES " are the most")
	else if (file ~ /\.h$/ && lines > HEADER_LINES && !(file in exempt_header))
		over(file, lines " lines, a header has at most " HEADER_LINES)
}

END {
	# The shortest length that 95 of 100 functions keep to.
	for (p95 = 0; functions > 0; p95++) {
		within += length_of[p95]
		if (within * 100 >= functions * 95)
			break
	}
	if (p95 > FUNCTION_P95)
		over("functions", "95 of 100 have at most " p95 " lines, that should be " FUNCTION_P95)
	printf "sizes: %d lines in %d files (longest %d); %d functions (longest %d, p95 %d); %d over budget\n",
		total, files, most_lines, functions, longest, p95, broken
	exit broken > 0 || files == 0
}'
