#!/bin/sh
# Installs Debian's packages for what is named:
#
#   build     to build caisson and to run a first container
#   tests     the tests of the program, with gcc, clang, sanitizers and fuzzers
#   engines   tests/engines, and the runtimes that bench/bench compares with
#
# usage: packages.sh SET...      as root, on Debian 12 or later

set -eu

build='gcc libc6-dev make autoconf automake pkg-config git ca-certificates busybox-static jq
	libyajl-dev libseccomp-dev libcap-dev libselinux1-dev|libselinux-dev libsystemd-dev
	libcmocka-dev'
tests='clang libclang-rt-dev| bats jq uidmap iproute2 procps util-linux mount bsdextrautils strace binutils
	python3-minimal shellcheck'
engines='podman buildah docker.io docker-cli| docker-buildx| docker-compose containerd runc crun
	conmon iptables iproute2 procps jq bats busybox-static netavark| aardvark-dns|
	containernetworking-plugins| catatonit| strace binutils util-linux mount python3'

exists()
{
	apt-cache show --no-all-versions "$1" >/dev/null 2>&1
}

# "a|b" is the first that this Debian has; "a|" is left out where it has none.
choose()
{
	for word; do
		case $word in
		*'|'*)
			if exists "${word%%|*}"; then
				echo "${word%%|*}"
			elif [ -n "${word#*|}" ]; then
				echo "${word#*|}"
			fi
			;;
		*) echo "$word" ;;
		esac
	done
}

[ $# -gt 0 ] || { sed -n '2,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
wanted=''
for set_name; do
	case $set_name in
	build) wanted="$wanted $build" ;;
	tests) wanted="$wanted $tests" ;;
	engines) wanted="$wanted $engines" ;;
	*) echo "packages.sh: no set '$set_name'" >&2; exit 2 ;;
	esac
done

[ -n "$(find /var/lib/apt/lists -name '*_Packages*' -print -quit)" ] || apt-get -qq update
missing=''
# shellcheck disable=SC2046,SC2086 # lists of words
for package in $(choose $wanted); do
	case $(dpkg-query -Wf '${db:Status-Abbrev}' "$package" 2>/dev/null) in
	ii*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

# No package may start a service: the tests start their own, in namespaces.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap 'rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
