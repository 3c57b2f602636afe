#!/bin/sh
# The first of the two commands of README.md: installs what is needed, builds caisson in build/, makes
# a bundle of busybox and runs a container in it.  Needs root on Debian 12 or later.

set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
sh "$top/tests/packages.sh" build

cd "$top"
[ -x configure ] || ./autogen.sh >/dev/null
mkdir -p build
cd build
[ -e Makefile ] || ../configure -q
make -s -j"$(nproc)"

rm -rf bundle
mkdir -p bundle/rootfs/bin
cp /bin/busybox bundle/rootfs/bin/
for applet in sh hostname mount ps; do
	ln -s busybox "bundle/rootfs/bin/$applet"
done
./caisson spec --bundle bundle
jq '.process.terminal = false | .process.args = ["sh", "-c",
	"echo I am process $$ of $(hostname); ps; mount"]' bundle/config.json >bundle/new
mv bundle/new bundle/config.json

echo "\$ caisson run --bundle build/bundle hello"
exec ./caisson run --bundle bundle hello
