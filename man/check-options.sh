#!/bin/sh
# The man pages and the option tables say the same: every option of each command's --help stands in
# its page as written there, and every .It Fl of a page is an option of the command; every command
# has a page, every page a command, and caisson.8 lists them all.
# usage: check-options.sh [PROGRAM]   lists what differs; the exit status says whether anything did

set -u
program=${1:-./caisson}
man=$(dirname "$0")
differ=0

complain()
{
	echo "check-options: $*"
	differ=1
}

# "   --bundle DIR, -b DIR    directory ..." -> "--bundle DIR, -b DIR"
options_of_help()
{
	sed -n '/OPTIONS:$/,$p' | sed -n 's/^   \(--[^ ].*\)$/\1/p' | sed 's/   *[^ ].*$//' | sort
}

# ".It Fl -bundle Ar dir , Fl b Ar dir" -> "--bundle DIR, -b DIR"
options_of_page()
{
	awk '/^\.It Fl / {
		line = ""
		for (i = 2; i <= NF; i++) {
			if ($i == ",")
				line = line ","
			else if ($i == "Fl")
				line = line (line == "" ? "" : " ") "-" $(++i)
			else if ($i == "Ar")
				line = line " " toupper($(++i))
			else
				line = line " ?" $i
		}
		print line
	}' "$1" | sort
}

compare()
{
	page=$1
	shift
	help=$("$program" "$@" --help) || complain "'$* --help' fails"
	wanted=$(printf '%s\n' "$help" | options_of_help)
	written=$(options_of_page "$page")
	[ -n "$wanted" ] || complain "no options in '$* --help'"
	[ "$wanted" = "$written" ] && return
	printf '%s\n' "$wanted" >"$scratch/wanted"
	printf '%s\n' "$written" >"$scratch/written"
	complain "$page and '${*:-caisson} --help' differ (< page, > program):"
	diff "$scratch/written" "$scratch/wanted" | grep '^[<>]'
}

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

help=$("$program" --help) || {
	echo "check-options: '$program --help' fails"
	exit 1
}
commands=$(printf '%s\n' "$help" | sed -n '/^COMMANDS:$/,/^$/s/^   \([a-z]*\)  .*/\1/p')
[ -n "$commands" ] || complain "no commands in '$program --help'"

compare "$man/caisson.8"
for command in $commands; do
	grep -q "^\.It Cm $command\$\|^\.It Cm $command Op " "$man/caisson.8" ||
		complain "caisson.8 has no command $command"
	# help is described where it is listed: it has nothing of its own.
	[ "$command" = help ] && continue
	if [ -e "$man/caisson-$command.8" ]; then
		compare "$man/caisson-$command.8" "$command"
	else
		complain "$command has no page"
	fi
done
for page in "$man"/caisson-*.8; do
	command=${page##*/caisson-}
	command=${command%.8}
	printf '%s\n' "$commands" | grep -qx "$command" || complain "$page is of no command"
done
exit "$differ"
