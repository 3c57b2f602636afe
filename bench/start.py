"""What src/start.ld is made with: gdb runs this in a caisson that has its symbols.

Each function gets a breakpoint that goes with the first hit; their names come out, one a line.
"""
import os

import gdb

for setting in ("pagination off", "confirm off", "detach-on-fork on", "disable-randomization on",
                "follow-fork-mode " + os.environ["START_FOLLOW"]):
    gdb.execute("set " + setting)
gdb.execute("starti %s </dev/null >/dev/null 2>/dev/null" % os.environ["START_ARGUMENTS"])
program = os.environ["START_PROGRAM"]
base = next(int(line.split()[0], 16)
            for line in gdb.execute("info proc mappings", to_string=True).splitlines()
            if line.endswith(program))


class Function(gdb.Breakpoint):
    def stop(self):
        hits.add(self.offset)
        self.enabled = False
        return False


hits = set()
with open(os.environ["START_FUNCTIONS"]) as functions:
    for offset in {int(line, 16) for line in functions}:
        Function("*%d" % (base + offset), internal=True).offset = offset
try:
    gdb.execute("continue")
except gdb.error:
    pass  # the child executes another program, which has none of these
with open(os.environ["START_HITS"], "a") as out:
    for offset in sorted(hits):
        print("%x" % offset, file=out)
