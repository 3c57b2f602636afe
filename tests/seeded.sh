#!/bin/sh
# Tests layers.sh, sizes.sh, symbols.sh and docs/check.sh: a violation of each kind is seeded into a small tree, and
# has to be reported by its words; the tree without it has to pass.

set -u
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d) || exit 2
trap 'rm -r "$tree" "$tree.in"' EXIT
passed=0
failed=0

# A tree that keeps the rules.
fresh()
{
	rm -rf "${tree:?}"/*
	mkdir -p "$tree/oci-spec" "$tree/src/libexec" "$tree/tests" "$tree/bench"
	for room in base kernel plan mount store launch lifecycle security; do
		mkdir -p "$tree/libcontainer/$room"
		printf '#pragma once\n' >"$tree/libcontainer/$room/room.h"
	done
	printf '#pragma once\n' >"$tree/oci-spec/room.h"
	printf '#pragma once\n' >"$tree/libcontainer/container.h"
	printf '#include "libcontainer/base/room.h"\n#include <yajl/yajl_tree.h>\n' \
		>"$tree/oci-spec/json.c"
	printf '#include "libcontainer/container.h"\n#include "libcontainer/base/room.h"\n' \
		>"$tree/src/main.c"
	printf '#include "config.h"\n#include "oci-spec/room.h"\n#include <linux/seccomp.h>\n' \
		>"$tree/libcontainer/plan/plan.c"
}

# verdict NAME WANTED STATUS: compares what the check said (in $output) and its status.
verdict()
{
	if { [ -z "$2" ] && [ "$3" -eq 0 ]; } ||
		{ [ -n "$2" ] && [ "$3" -eq 1 ] && printf '%s\n' "$output" | grep -qF "$2"; }; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED: %s: status %s, wanted "%s", got:\n%s\n' "$1" "$3" "$2" "$output"
	fi
}

# include FILE HEADER WANTED: "" is wanted where the rules allow it.
include()
{
	fresh
	printf '#include %s\n' "$2" >>"$tree/$1"
	output=$(sh "$here/layers.sh" "$tree" 2>&1)
	verdict "include $2 in $1" "$3" $?
}

# size FILE WANTED: what is in $tree.in becomes the file.
size()
{
	fresh
	cp "$tree.in" "$tree/$1"
	output=$(sh "$here/sizes.sh" "$tree" 2>&1)
	verdict "size of $1" "$2" $?
}

# symbol FILE CODE WANTED: "caisson" is linked from FILE with the given code.
symbol()
{
	fresh
	printf '#include <stddef.h>\n%s\n' "$2" >"$tree/$1.c"
	(cd "$tree" && ${CC:-cc} -w -c -o "$1.o" "$1.c" && ${CC:-cc} -static -Wl,--gc-sections -o caisson "$1.o") \
		2>/dev/null || { echo "FAILED: cannot build $2"; failed=$((failed + 1)); return; }
	output=$(sh "$here/symbols.sh" "$tree" 2>&1)
	verdict "symbols of $1: $2" "$3" $?
}

# lines N TEXT: N times the text.
lines()
{
	awk -v n="$1" -v text="$2" 'BEGIN { for (i = 0; i < n; i++) print text }'
}

include libcontainer/plan/plan.c '"libcontainer/kernel/room.h"' ''
include libcontainer/lifecycle/run.c '"libcontainer/container.h"' ''
include libcontainer/lifecycle/run.c '"oci-spec/room.h"' ''
include libcontainer/base/error.c '"libcontainer/kernel/room.h"' \
	'libcontainer/base/error.c:1: libcontainer/base/ (rank 0) may not include'
include libcontainer/mount/apply.c '"libcontainer/store/room.h"' 'libcontainer/mount/ (rank 3) may not'
include libcontainer/mount/apply.c '"libcontainer/launch/room.h"' '(rank 3) may not include'
include libcontainer/mount/apply.c '"oci-spec/room.h"' 'only plan/, store/ and lifecycle/ read'
include libcontainer/launch/init.c '"oci-spec/room.h"' 'only plan/, store/ and lifecycle/ read'
include libcontainer/launch/init.c '"libcontainer/container.h"' 'only lifecycle/ and src/ know'
include libcontainer/kernel/fd.c '"oci-spec/room.h"' '(rank 1) may not include oci-spec/ (rank 1)'
include oci-spec/read.c '"libcontainer/kernel/room.h"' 'oci-spec/ may not include libcontainer/kernel/'
include src/run.c '"libcontainer/lifecycle/room.h"' 'src/ may not include libcontainer/lifecycle/'
include src/run.c '"libcontainer/kernel/room.h"' 'src/ may not include libcontainer/kernel/'
include src/libexec/scope.c '"libcontainer/kernel/room.h"' ''
include src/libexec/scope.c '"libcontainer/plan/room.h"' 'src/libexec/ may not include'
include libcontainer/container.h '"libcontainer/plan/room.h"' 'libcontainer/ may not include'
include libcontainer/mount/apply.c '"room.h"' 'not written from the top folder'
include libcontainer/mount/apply.c '"../mount/room.h"' 'not written from the top folder'
include libcontainer/mount/apply.c '"libcontainer/mount/none.h"' 'does not exist'
include libcontainer/plan/plan.c '<yajl/yajl_tree.h>' '<yajl/yajl_tree.h> does not live here'
include libcontainer/security/seccomp.c '<seccomp.h>' ''
include libcontainer/security/labels.c '<seccomp.h>' '<seccomp.h> does not live here'
include libcontainer/security/labels.c '<sys/capability.h>' 'does not live here'
include libcontainer/security/labels.c '<selinux/selinux.h>' 'does not live here'
include src/libexec/label.c '<selinux/selinux.h>' ''
include src/main.c '<pwd.h>' '<pwd.h> has no place in the runtime'
include libcontainer/misc.c '<stdio.h>' 'libcontainer/ itself holds container.h alone'

lines 600 'int x;' >"$tree.in"
size libcontainer/base/x.c ''
lines 601 'int x;' >"$tree.in"
size libcontainer/base/x.c '601 lines, 600 are the most'
lines 150 'int x;' >"$tree.in"
size libcontainer/base/x.h ''
lines 151 'int x;' >"$tree.in"
size libcontainer/base/x.h 'a header has at most 150'
lines 400 'int x;' >"$tree.in"
size libcontainer/plan/plan.h ''
{ echo '/* clang-format off */'; lines 700 'ROW'; echo '/* clang-format on */'; } >"$tree.in"
size libcontainer/base/x.c ''
printf '\t\t%084d\n' 1 >"$tree.in"
size src/x.c ''
printf '\t\t%085d\n' 1 >"$tree.in"
size src/x.c 'src/x.c:1: 101 columns'
printf 'a\t%092d\n' 1 >"$tree.in"
size src/x.c ''
printf 'a\t%093d\n' 1 >"$tree.in"
size src/x.c '101 columns'
{ printf 'int f(void)\n{\n'; lines 60 ';'; echo '}'; lines 30 'int g(void)
{
}'; } >"$tree.in"
size src/x.c ''
{ printf 'int f(void)\n{\n'; lines 61 ';'; echo '}'; lines 30 'int g(void)
{
}'; } >"$tree.in"
size src/x.c 'src/x.c:2: f() has 61 lines'
{ printf 'int f(void)\n{\n'; lines 46 ';'; echo '}'; } >"$tree.in"
size src/x.c '95 of 100 have at most 46 lines'
lines 1 'int f(int a, int b, int (*c)(int, int), int d,
	int e)
{
}' >"$tree.in"
size src/x.c ''
lines 1 'static void f(int a, int b, int (*c)(int, int), int d,
	int e, int f)
{
}' >"$tree.in"
size src/x.c 'f() takes 6 parameters'
lines 1 '__attribute__((format(printf, 1, 2))) int f(const char *x, ...)
{
}' >"$tree.in"
size src/x.c ''

symbol src/main 'int puts(const char *); int main(void) { return puts("hi"); }' ''
symbol src/main 'void *getpwnam(const char *); int main(void) { return getpwnam("x") != NULL; }' \
	'src/main.o: asks for getpwnam'
symbol src/main 'void *getpwnam(const char *); int main(void) { return getpwnam("x") != NULL; }' \
	'caisson: has linked getpwnam'
symbol src/main 'int getgrouplist(); int main(void) { return getgrouplist(); }' 'getgrouplist'
symbol src/main 'void *iconv_open(); int main(void) { return iconv_open("a", "b") != NULL; }' \
	'has linked iconv_open'
symbol src/main 'char *setlocale(); int main(void) { return setlocale(0, "") != NULL; }' \
	'asks for setlocale'
symbol src/main 'void *dlopen(); int main(void) { return dlopen("x", 1) != NULL; }' 'asks for dlopen'
symbol src/main 'char *gettext(); int main(void) { return gettext("x") != NULL; }' 'asks for gettext'
symbol src/main 'char *strerror(); int main(void) { return strerror(1) != NULL; }' 'asks for strerror'
symbol src/main 'int getaddrinfo(); int main(void) { return getaddrinfo(0, 0, 0, 0); }' \
	'has linked getaddrinfo'
symbol src/main 'int system(); int main(void) { return system("x"); }' 'asks for system'

# documents WANTED: $tree.in in place of docs/config.md; in the build directory alone.
documents()
{
	output=$(sh "$here/../docs/check.sh" "$tree.in" 2>&1)
	verdict 'docs/config.md' "$1" $?
}

if [ -x docs/describe ]; then
	cp "$here/../docs/config.md" "$tree.in"
	documents ''
	sed 's/SemVer/version/' "$here/../docs/config.md" >"$tree.in"
	documents 'config.md is not what'
	sed '/execCPUAffinity/d' "$here/../docs/config.md" >"$tree.in"
	documents 'config.md is not what'
fi

printf 'seeded: %s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
