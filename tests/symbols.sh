#!/bin/sh
# No NSS, no locale, no threads, no dlopen, no shell in the runtime: rule 2 of HACKING.md.
# usage: symbols.sh [BUILD]   looks at the caisson that was built in BUILD (default: here)
#
# First at what the project's own objects ask for.  Then at what the linker took along: a static
# glibc puts its own dlopen, gconv and dcgettext into every program, even an empty one (_start's
# assert() translates its words), so those are looked for in the objects alone; none of them is
# reached, as the runtime sets no locale.

set -u
cd "${1:-.}" || exit 2
LC_ALL=C
export LC_ALL
if [ ! -e caisson ]; then
	echo "symbols: no caisson is built here"
	exit 1
fi

# Extended regular expressions of whole names.
nss='_*(nss_.*|getpw.*|getgr(ent|nam|gid|ouplist).*|fgetpw.*|fgetgr.*|initgroups|getlogin.*|getsp.*'
nss="$nss|gethostby.*|getaddrinfo|getnameinfo|getservby.*|getprotoby.*|res_n?init)"
locale='_*(iconv(_open|_close)?|setlocale|newlocale|uselocale|duplocale|nl_langinfo.*|localeconv)'
words='_*(d?c?n?gettext|bindtextdomain|textdomain|(xpg_)?strerror(_[rl])?|strsignal|perror|psignal)'
# Each brings threads, and these the resolver.
threads='_*(pthread_create.*|timer_create|mq_notify|aio_.*|lio_listio|getaddrinfo_a)'
# These bring floating point of every width: 80 KB that each start copies.
scanning='_*(isoc(99|23)_)?v?f?s?scanf'
loading='_*(dlopen|dlsym|dlmopen|libc_dlopen_mode)|system|popen|wordexp|exec[lv]pe?'

# The words for the forbidden among the names that come in as "OBJECT: TYPE NAME".
report()
{
	awk -v what="$1" -v bad="^($2)$" '$NF ~ bad { printf "%s %s %s\n", $1, what, $NF; n++ }
		END { exit n > 0 }' || failed=1
}

failed=0
objects=$(find oci-spec libcontainer src -name '*.o' ! -path 'src/libexec/*' 2>/dev/null)
# shellcheck disable=SC2086 # our build names no object with a space
names=$(nm -A -u $objects) || exit 2
count=$(printf '%s\n' "$names" | wc -l)
report "asks for" "$nss|$locale|$words|$threads|$scanning|$loading" <<NAMES
$names
NAMES

linked="left out: the program is not linked statically"
if ! readelf -lW caisson | grep -q INTERP; then
	names=$(nm caisson) || exit 2
	linked="$(printf '%s\n' "$names" | wc -l) linked"
	report "caisson: has linked" "$nss|$locale|$threads" <<NAMES
$(printf '%s\n' "$names" | sed 's/^[0-9a-f ]*/caisson /')
NAMES
fi
printf 'symbols: %s asked for, %s\n' "$count" "$linked"
exit "$failed"
