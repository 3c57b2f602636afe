#!/bin/sh
# Each test that docs/security.md names is there: a file of bats/security/, bats/ or tests/, and in it the
# first words behind it.
# usage: security_rows.sh [TREE]     lists what is missing; the exit status says whether anything is

set -u
tree=${1:-$(dirname "$0")/..}
cd "$tree" || exit 2

# "file<TAB>words", a line for each "`file`: words" and "`file`" of the tables' last column.
# shellcheck disable=SC2016 # the backquotes are the page's
named() {
	sed -n '/^## Rows with a test/,/^## Rows that/s/^|.*|.*| \(.*\) |$/\1/p' docs/security.md |
		grep -v -e '^test$' -e '^---' | tr ';' '\n' |
		sed -n 's/^ *`\([^`]*\)`:* *\(.*\)$/\1	\2/p'
}

missing=0
rows=0
while IFS='	' read -r file words; do
	rows=$((rows + 1))
	for path in "bats/security/$file" "$file"; do
		[ ! -e "$path" ] || break
	done
	if [ ! -e "$path" ]; then
		echo "docs/security.md: no '$file'"
		missing=$((missing + 1))
		continue
	fi
	# Words may be several tests' beginnings.
	while [ "$words" ]; do
		first=${words%%, *}
		[ "$first" != "$words" ] || first=$words
		if ! grep -qF -e "$first" "$path"; then
			echo "docs/security.md: '$file' has no test '$first'"
			missing=$((missing + 1))
		fi
		[ "$first" != "$words" ] || break
		words=${words#*, }
	done
done <<EOF
$(named)
EOF
echo "security: $rows tests named; $missing missing"
[ "$rows" -ge 40 ] && [ "$missing" -eq 0 ]
