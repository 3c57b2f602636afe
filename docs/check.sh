#!/bin/sh
# docs/config.md is what the rows of oci-spec/fields/ say.
# usage: check.sh [FILE]      in the build directory, where the program docs/describe is; FILE is looked
#                             at in place of docs/config.md

set -eu
committed=${1:-$(dirname "$0")/config.md}
made=$(mktemp)
trap 'rm -f "$made"' EXIT
docs/describe >"$made"
if ! diff -u "$committed" "$made"; then
	echo "check: docs/config.md is not what oci-spec/fields/ says: run 'make docs', and look at what changed"
	exit 1
fi
