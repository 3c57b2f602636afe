"""compare.py CAISSON-ARGUMENT... - one bundle, made into a container by each road.

The container's program is the inspector (inspector.c), and what it tells of each road is compared
with what it tells of the first: see run for the roads.  Results go to $DIFFERENTIAL_RESULTS: a line
in results.*, and the difference in a file of its own.  Only what python3-minimal has is used."""

import hashlib
import os
import re
import subprocess
import sys
import time

HERE = os.environ["DIFFERENTIAL"]
CAISSON = os.environ["DIFFERENTIAL_CAISSON"]
RESULTS = os.environ["DIFFERENTIAL_RESULTS"]
# "cb-mounts-12-4711": the twelfth test of mounts.bats.  The mark itself is for the test's own processes.
TEST = os.environ.pop("CAISSON_TEST", "?")
# Tests that compare.py finds what differs: a road whose umask is another.
FAULT = os.environ.get("DIFFERENTIAL_FAULT")
PROGRAM = "/.inspector"  # adapt.jq knows it, too
TIMEOUT = 30

WITH_VALUE = {"--root", "--log", "--log-format", "--cgroup-manager", "--rootless", "--bundle", "-b",
              "--config", "-f", "--console-socket", "--pidfd-socket", "--pid-file", "--preserve-fds",
              "--format", "--resctrl"}
# What tells somebody else of the container, or decides about messages alone.
DROPPED = {"--root", "--log", "--log-format", "--debug", "--console-socket", "--pidfd-socket",
           "--pid-file", "--detach", "-d", "--keep", "--bundle", "-b", "--config", "-f",
           "--general-road", "--no-subreaper"}


class Skip(Exception):
    """This bundle can't be compared; its argument says why."""


def split_command(words):
    """The command line as (global options, verb, its options, id, {option: value})."""
    parts, values, verb, ids = {"globals": [], "own": []}, {}, None, []
    words = list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            if verb is None:
                verb = word
            else:
                ids.append(word)
            continue
        name, _, value = word.partition("=")
        kept = [word]
        if name in WITH_VALUE and "=" not in word:
            if not words:
                raise Skip("option without its value")
            value = words.pop(0)
            kept.append(value)
        values[name] = value
        if name not in DROPPED:
            parts["globals" if verb is None else "own"] += kept
    if verb not in ("run", "create") or len(ids) != 1:
        raise Skip("not one container")
    if "--dry-run" in values or "--help" in values or "-h" in values:
        raise Skip("nothing is made")
    return parts["globals"], parts["own"], ids[0], values


def jq(program, config, *arguments):
    done = subprocess.run(["jq", "-cSr", *arguments, *program, config], check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise Skip("the configuration: " + done.stderr.decode(errors="replace").split(": ")[-1].strip()[:60])
    return done.stdout.decode().strip()


def load(values):
    """Bundle, root and the inspector's configuration, as text; with the fault's umask, too."""
    bundle = os.path.abspath(values.get("--bundle", values.get("-b", ".")))
    config = os.path.join(bundle, values.get("--config", values.get("-f", "config.json")))
    if not os.path.isfile(config):
        raise Skip("no configuration")
    root = os.path.join(bundle, jq([".root.path // error(\"no root\")"], config))
    if not os.path.isdir(root):
        raise Skip("no root")
    program = ["-f", os.path.join(HERE, "adapt.jq")]
    return bundle, root, [jq(program, config, "--arg", "bundle", bundle, "--arg", "umask", umask)
                          for umask in ("", "56")[:2 if FAULT else 1]]


def seen_before(spec, options, bundle):
    """Most tests change one thing of one bundle: what is left is compared once."""
    top = os.path.dirname(bundle)
    text = repr([spec, options, os.geteuid(), os.environ.get("NOTIFY_SOCKET")])
    digest = hashlib.sha256(text.replace(top, "").encode()).hexdigest()
    try:
        os.close(os.open(os.path.join(RESULTS, "seen", digest), os.O_CREAT | os.O_EXCL, 0o644))
    except FileExistsError:
        return True
    return False


class Roads:
    """One bundle, and the ways to it."""

    def __init__(self, directory, options, container):
        self.directory = directory
        self.bundle = os.path.join(directory, "bundle")
        self.globals, self.own = options
        self.id = container
        os.mkdir(self.bundle, 0o755)

    def write(self, spec):
        with open(os.path.join(self.bundle, "config.json"), "w", encoding="utf-8") as file:
            file.write(spec)

    def command(self, program, root, verb, *more):
        own = self.own + ["--bundle", self.bundle] if verb in ("run", "create") else []
        return program + ["--root", os.path.join(self.directory, root)] + self.globals + \
            [verb] + own + list(more) + [self.id]

    def call(self, command, output):
        try:
            return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output[0],
                                  stderr=output[1], close_fds=False,
                                  timeout=TIMEOUT, check=False).returncode
        except subprocess.TimeoutExpired:
            return "timeout"

    def view(self, program, root, *options, create=False):
        """What the container of this road prints, then what is said of it, and how it ends."""
        texts, readers = [], []
        for name in ("output", "words"):
            # Through a pipe: a limit of RLIMIT_FSIZE is for files.
            with open(os.path.join(self.directory, name), "wb") as file:
                readers.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=file))
        status = self.take(program, root, options, [reader.stdin for reader in readers], create)
        subprocess.run(self.command([CAISSON], root, "delete", "--force"), check=False,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for reader, name in zip(readers, ("output", "words")):
            reader.stdin.close()
            try:
                reader.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                reader.kill()
            with open(os.path.join(self.directory, name), "rb") as file:
                texts.append(file.read().decode(errors="backslashreplace"))
        return "\n".join(texts), status

    def take(self, program, root, options, output, create):
        if not create:
            return self.call(self.command(program, root, "run", *options), output)
        status = self.call(self.command(program, root, "create", *options), output)
        if status == 0:
            status = self.call(self.command(program, root, "start"), output)
            self.wait_for_end(root)
        return status

    def wait_for_end(self, root):
        for _ in range(TIMEOUT * 50):
            state = subprocess.run(self.command([CAISSON], root, "state"), check=False,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL).stdout
            if not state or b'"stopped"' in state:
                return
            time.sleep(0.02)


def own_namespaces():
    names = {}
    for name in os.listdir("/proc/self/ns"):
        names[os.readlink("/proc/self/ns/" + name)] = "the caller's"
    return names


OWN = own_namespaces()
# Numbers that are new with each container or process, or that time changes.
CHANCE = re.compile(
    r"^/proc/self/status: (Pid|Tgid|Ngid|NStgid|NSpid|NSpgid|NSsid|PPid|Vm\w+|Rss\w+|Threads|SigQ"
    r"|\w*ctxt\w*|x86_\w+|Hugetlb\w*|Cpus_allowed_list|Mems_allowed\w*|HugetlbPages|CoreDumping"
    r"|THP_enabled|untag_mask):|^time=.* level=warning msg=.NOTIFY_SOCKET: nobody is told")


def normal_mounts(words, ids):
    """mountinfo without its numbers: which mount is on which stays, by their order."""
    ids.setdefault(words[0], "m%d" % len(ids))
    parent = ids.get(words[1], "outside")
    optional = [re.sub(r":\d+$", "", word) for word in words[5:]]
    return " ".join([ids[words[0]], "on", parent, words[3], words[4]] + optional)


def normalise(text, roads):
    lines, ids = [], {}
    for line in text.splitlines():
        if CHANCE.match(line):
            continue
        line = re.sub(r'^time="[^"]*"|"time":"[^"]*"', "time", line)
        line = re.sub(re.escape(roads.directory) + r"(/[-a-z]+)", "DIRECTORY", line)
        topic, _, rest = line.partition(": ")
        if topic == "/proc/self/mountinfo" and len(rest.split()) > 6:
            line = topic + ": " + normal_mounts(rest.split(" "), ids)
        elif topic.startswith("namespace "):
            line = topic + ": " + OWN.get(rest, "its own" if rest else "none")
        elif topic.startswith("pid "):
            # 1 in a namespace of its own; any other number is the next one that was free.
            line = re.sub(r"^pid (?!1 )\d+", "pid N", re.sub(r"parent [1-9]\d*", "parent N", line))
        lines.append(re.sub(r"\bpid \d{3,}\b", "pid N", line))
    return lines


# What a filter on caisson itself changes in the program, by design.
OF_LEGACY = re.compile(r"^(/proc/self/status: Seccomp|call 437:)")


# What can't be had without these calls: most is said so.  Without open_tree(2) nobody but init of a user
# namespace opens a source, and may be kept out of the directory that it is in.
NEEDS = re.compile(r'need [^"]*mount_setattr\(2\)|mount the file systems: .* open .*: permission denied')
# mount(2) does not say which option it did not like.
NAMELESS = re.compile(r"(mount the file systems: mounts\[\d+\]: mount '[^']*' to '[^']*'): .*")


def comparable(lines, road):
    if road == "created":
        # The program's status is nobody's; that it failed is in its output.
        return [line for line in lines if not line.startswith("status: ")]
    if road.startswith("legacy"):
        return [NAMELESS.sub(r"\1", line) for line in lines if not OF_LEGACY.match(line)]
    return lines


def roads_of(roads):
    """Name, and how to take it.  The first is what the others are compared with."""
    legacy = [os.path.join(HERE, "legacy"), CAISSON]
    read_only = [os.environ["DIFFERENTIAL_READ_ONLY"]]
    yield "short", lambda: roads.view([CAISSON], "cold")
    yield "general", lambda: roads.view([CAISSON], "general", "--general-road")
    yield "cached", lambda: roads.view([CAISSON], "cold")
    yield "created", lambda: roads.view([CAISSON], "created", create=True)
    yield "read-only", lambda: roads.view(read_only, "read-only")
    if os.environ.get("DIFFERENTIAL_LEGACY"):
        yield "legacy", lambda: roads.view(legacy, "legacy")
        yield "legacy-general", lambda: roads.view(legacy, "legacy-general", "--general-road")


def report(verdict, detail=""):
    with open(os.path.join(RESULTS, "results.%d" % os.geteuid()), "a", encoding="utf-8") as file:
        file.write("%s\t%s\t%s\n" % (verdict, TEST, detail))


def difference(directory, expected, lines):
    """What diff prints of the two, each (road, lines)."""
    words = ["diff", "-U0"]
    for road, content in (expected, lines):
        name = os.path.join(directory, "view-" + road)
        with open(name, "w", encoding="utf-8") as file:
            file.write("\n".join(content) + "\n")
        words += ["--label", road, name]
    return subprocess.run(words, check=False, stdout=subprocess.PIPE).stdout.decode(errors="replace")


def compare(roads, specs):
    expected, first = None, None
    for name, take in roads_of(roads):
        roads.write(specs[-1] if FAULT == name else specs[0])
        text, status = take()
        lines = normalise(text, roads) + ["status: %s" % status]
        if expected is None:
            # The first run makes the mount points, which are there for all others.
            text, status = take()
            if "caisson run [options] ID" in text:
                report("skipped", "a command line that is not understood")
                return
            expected, first = normalise(text, roads) + ["status: %s" % status], name
        elif "legacy: load the filter" in text:
            report("skipped", "this user may not take calls away")
        elif comparable(expected, name) == comparable(lines, name):
            report("same", name)
        elif name.startswith("legacy") and NEEDS.search("\n".join(lines)):
            report("refused", name)
        else:
            report("DIFFERENT", name)
            found = difference(roads.directory, (first, comparable(expected, name)),
                               (name, comparable(lines, name)))
            with open("%s/difference.%d.%s" % (RESULTS, os.getpid(), name), "w",
                      encoding="utf-8") as file:
                file.write("# %s: %s\n%s\n%s\n" % (TEST, name, specs[0], found))
    report("program" if "end" in expected else "error", expected[-2] if len(expected) > 1 else "")


def main(words):
    try:
        globals_, own, container, values = split_command(words)
        bundle, root, specs = load(values)
        if seen_before(specs[0], globals_ + own, bundle):
            raise Skip("seen before")
        inspector = root + PROGRAM
        try:
            with open(os.path.join(HERE, "inspector"), "rb") as source, open(inspector, "wb") as file:
                file.write(source.read())
            os.chmod(inspector, 0o755)
        except OSError as error:
            raise Skip("the root can't be written to") from error
    except Skip as reason:
        report("skipped", str(reason))
        return
    directory = os.path.join(RESULTS, "scratch", str(os.getpid()))
    os.mkdir(directory, 0o755)
    try:
        compare(Roads(directory, (globals_, own), container + "-d"), specs)
    finally:
        os.unlink(inspector)
        subprocess.run(["rm", "-rf", directory], check=False)


main(sys.argv[1:])
