#!/bin/sh
# Every #include points to a lower rank, and each library has one home: rules 1 and 2 of HACKING.md.
# usage: layers.sh [TREE]     lists what breaks the rules; the exit status says whether anything did

set -u
tree=${1:-$(dirname "$0")/..}
cd "$tree" || exit 2

find oci-spec libcontainer src -name '*.[ch]' 2>/dev/null | LC_ALL=C sort | LC_ALL=C awk '
BEGIN {
	# Rooms, from the bottom up.  An include may point to a lower rank or to its own room.
	rank["libcontainer/base"] = 0
	rank["oci-spec"] = rank["oci-spec/fields"] = rank["libcontainer/kernel"] = 1
	rank["libcontainer/plan"] = 2
	split("namespace mount cgroup security process network hook rdt audit checkpoint store", feature)
	for (i in feature)
		rank["libcontainer/" feature[i]] = 3
	rank["libcontainer/launch"] = 4
	rank["libcontainer/lifecycle"] = 5
	rank["libcontainer"] = 5        # container.h, which lifecycle carries out
	rank["src"] = rank["src/libexec"] = 6

	# Rooms that see less than their rank would allow: all that they may include beside themselves.
	narrow["oci-spec"] = narrow["oci-spec/fields"] = " libcontainer/base oci-spec oci-spec/fields "
	narrow["src"] = " libcontainer/base libcontainer "
	narrow["src/libexec"] = " libcontainer/base libcontainer/kernel "
	narrow["libcontainer"] = " "

	# Rooms that read OCI documents.
	reads["libcontainer/plan"] = reads["libcontainer/store"] = reads["libcontainer/lifecycle"] = 1

	# Headers of libraries, and their homes.
	home["yajl/"] = "^oci-spec/json\\.c$"
	home["seccomp.h"] = "^libcontainer/security/seccomp\\.c$"
	home["sys/capability.h"] = "^libcontainer/security/capabilities\\.c$"
	home["selinux/"] = home["systemd/"] = home["criu/"] = "^src/libexec/"
	# No NSS, no locale, no dlopen.
	split("pwd.h grp.h netdb.h locale.h iconv.h libintl.h dlfcn.h", banned)
	for (i in banned)
		home[banned[i]] = "^$"
}

function room_of(path)
{
	sub(/\/[^\/]*$/, "", path)
	return path
}

function report(words)
{
	printf "%s:%d: %s\n", file, line, words
	broken++
}

function exists(path,    text, found)
{
	if (!(path in known))
		known[path] = (getline text < path) >= 0
	close(path)
	return known[path]
}

function check_own(path,    to)
{
	if (path == "config.h")
		return
	if (path !~ /\// || path ~ /(^|\/)\.\.?\//)
		return report("\"" path "\" is not written from the top folder")
	if (!exists(path))
		return report("\"" path "\" does not exist")
	to = room_of(path)
	if (to == room)
		return
	if (!(to in rank))
		return report("\"" path "\" is in no room")
	if (room in narrow) {
		if (index(narrow[room], " " to " ") == 0)
			report(room "/ may not include " to "/: \"" path "\"")
	} else if (path == "libcontainer/container.h") {
		if (room != "libcontainer/lifecycle")
			report("only lifecycle/ and src/ know container.h")
	} else if (rank[to] >= rank[room]) {
		report(room "/ (rank " rank[room] ") may not include " to "/ (rank " rank[to] "): \"" path "\"")
	} else if (to ~ /^oci-spec/ && !(room in reads)) {
		report("only plan/, store/ and lifecycle/ read OCI documents: \"" path "\"")
	}
}

function check_library(header,    prefix)
{
	for (prefix in home) {
		if (index(header, prefix) != 1 || file ~ home[prefix])
			continue
		if (home[prefix] == "^$")
			report("<" header "> has no place in the runtime")
		else
			report("<" header "> does not live here")
	}
}

{
	file = $0
	room = room_of(file)
	files++
	if (!(room in rank)) {
		line = 0
		report("the folder is in no rank")
		next
	}
	if (room == "libcontainer" && file != "libcontainer/container.h") {
		line = 0
		report("libcontainer/ itself holds container.h alone")
	}
	for (line = 1; (getline text < file) > 0; line++) {
		if (text !~ /^[ \t]*#[ \t]*include[ \t]*["<]/)
			continue
		includes++
		quoted = text ~ /^[^"<]*"/
		sub(/^[^"<]*["<]/, "", text)
		sub(/[">].*/, "", text)
		if (quoted)
			check_own(text)
		else
			check_library(text)
	}
	close(file)
}

END {
	printf "layers: %d includes of %d files, %d against the rules\n", includes, files, broken
	exit broken > 0 || files == 0
}'
