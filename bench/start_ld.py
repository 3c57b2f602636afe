"""usage: start_ld.py MAP HITS - the linker's script for the functions at the offsets in HITS.

And for all variables that are zero at first and small: what is large lies between them otherwise.
A start writes the head of two large ones, too: it is near what is not zero, or near the smallest."""
import bisect
import re
import sys

SMALL, LARGE = 128, 4096  # bytes

sections, variables, name = [], {}, None
with open(sys.argv[1], errors="replace") as lines:
    for line in lines:
        alone = re.match(r" (\.\S+)$", line)
        if alone:
            name = alone[1]
        whole = re.match(r" (\.\S+)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S.*)$", line)
        if not whole:
            continue
        section, start, size = whole[1] or name, int(whole[2], 16), int(whole[3], 16)
        if start and size and section.startswith(".text"):
            sections.append((start, size, section, whole[4].split("/")[-1]))
        if start and size and section.startswith(".bss"):
            key = section, whole[4].split("/")[-1]
            variables[key] = variables.get(key, 0) + size
sections.sort()
starts = [section[0] for section in sections]

def place(where):
    """The archive and the member of "libc.a(exit.o)"; the latter is empty for a file of its own."""
    library, _, member = where.rstrip(")").partition("(")
    return library, member


def is_ours(section, library):
    """Ours are compiled with a section for each function and variable."""
    return section.count(".") > 1 and library not in ("libc.a", "libseccomp.a", "libcap.a")


own, others = set(), set()
with open(sys.argv[2]) as hits:
    for offset in {int(line, 16) for line in hits}:
        start, size, section, where = sections[bisect.bisect_right(starts, offset) - 1]
        library, member = place(where)
        if not start <= offset < start + size or not member or library == "libentry.a":
            continue
        if is_ours(section, library):
            own.add(section)
        else:
            others.add("*%s:%s" % (library, member))

rooms = """voice lifecycle launch store namespace mount cgroup security process network rdt hook plan
    kernel spec base""".split()
print("""/*
 * What a start runs, side by side, for fewer pages: made by bench/start.  Added to the linker's own
 * script.  A name that is no more does no harm, and a function that is not here costs a page.
 */
SECTIONS
{
	.text.start :
	{
		caisson_start_text = .;
		*libentry.a:*(.text .text.*)
		*crt1.o(.text .text.*)
		*crtbegin*.o(.text .text.*)""")
for member in sorted(others):
    print("\t\t%s(.text .text.*)" % member)
for section in sorted(own):
    print("\t\t*(%s)" % section)
print("""		caisson_start_text_end = .;
	}
}
INSERT BEFORE .text;

SECTIONS
{
	.rodata.start :
	{
		caisson_start_rodata = .;""")
for room in rooms:
    print("\t\t*lib%s.a:*(.rodata .rodata.*)" % room)
print("""		caisson_start_rodata_end = .;
	}
}
INSERT BEFORE .rodata;""")


def print_variables(least, most):
    """Those of least to most bytes."""
    for size, section, where in sorted((size, *key) for key, size in variables.items()):
        library, member = place(where)
        if not least <= size <= most or not member:
            continue
        if is_ours(section, library):
            print("\t\t*(%s)" % section)
        else:
            print("\t\t*%s:%s(%s)" % (library, member, section))


print("""
SECTIONS
{
	.bss.start (NOLOAD) :
	{
		*(.bss.packet)
		*crtbegin*.o(.bss)""")
print_variables(1, SMALL)
print("\t\t*(.bss.kept)")
print_variables(SMALL + 1, LARGE - 1)
print("""	}
}
INSERT BEFORE .bss;""")
