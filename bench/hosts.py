"""Where it is run: cgroups, mounts, containers that are alive, and the programs."""

import json
import os
import struct
import subprocess

from profiles import Bundle, USER


class Failure(Exception):
    """What ends the benchmark, in words for people."""


class Tool:
    def __init__(self, host, name, program):
        self.name, self.program = name, program
        self.root = os.path.join(host.scratch, "state-" + name)
        self.user_root = self.root + "-user"

    def command(self, *words, user=False):
        return [self.program, "--root", self.user_root if user else self.root, *words]

    def runs(self, *words):
        """For what leaves a process, which would keep a pipe open."""
        subprocess.run(self.command(*words), check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def says(self, *words, user=False, check=True):
        return subprocess.run(self.command(*words, user=user), check=check, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True).stdout


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


# Debian's python3-minimal, all that the guest of tests/vm has, knows no shutil, tempfile or difflib.

def which(name):
    if "/" in name:
        return name if os.access(name, os.X_OK) else None
    for directory in os.environ.get("PATH", "").split(":") + ["/usr/sbin", "/usr/local/sbin"]:
        path = os.path.join(directory, name)
        if os.access(path, os.X_OK):
            return path
    return None


def copy_program(source, target):
    with open(source, "rb") as file, open(target, "wb") as out:
        out.write(file.read())
    os.chmod(target, 0o755)


def size_of(program, scratch):
    """Without symbols, which no process loads."""
    stripped = os.path.join(scratch, "stripped")
    if not which("strip") or subprocess.run(["strip", "-o", stripped, program], stderr=subprocess.DEVNULL,
                                            check=False).returncode:
        return os.path.getsize(program)
    return os.path.getsize(stripped)


class Host:
    """All that a run of the benchmark makes, and how it is taken away again."""

    def __init__(self, build, top, hybrid, more):
        self.top, self.build, self.hybrid = top, build, hybrid
        self.name = f"bench-{os.getpid()}"
        # State belongs on a tmpfs, as /run is on every host with systemd; so is ours in its namespace.
        self.scratch = f"/run/{self.name}"
        os.mkdir(self.scratch, 0o755)
        self.caisson = os.path.join(build, "caisson")
        self.busybox = which("busybox") or self.fail("needs busybox-static")
        self.mounts, self.alive, self.pause_pid, self.kept = [], 0, None, []
        self.tools = [Tool(self, name, program) for name, program in self.programs(more)]

    copy_program = staticmethod(copy_program)

    @staticmethod
    def fail(words):
        raise Failure(words)

    def program(self, name):
        return os.path.join(self.build, "bench", name)

    def programs(self, more):
        """caisson as it is where it could be written to, and where it can't; its peers."""
        fixed = os.path.join(self.scratch, "fixed")
        os.mkdir(fixed)
        copy = os.path.join(self.scratch, "installed")
        os.mkdir(copy)
        copy_program(self.caisson, os.path.join(copy, "caisson"))
        self.mount("--bind", copy, fixed)
        self.mount("-o", "remount,bind,ro", fixed)
        yield "caisson", self.caisson
        yield "caisson-ro", os.path.join(fixed, "caisson")
        for name, program in [("crun", "crun"), ("runc", "runc"), *more]:
            path = which(program)
            if path:
                yield name, path
            else:
                print(f"bench: no {program} here")

    def mount(self, *words):
        subprocess.run(["mount", *words], check=True)
        if words[-1] not in self.mounts:
            self.mounts.append(words[-1])

    # ---- cgroups -------------------------------------------------------------------------------

    def hierarchies(self):
        """Where cgroups are made, cgroup2's first."""
        if not self.hybrid:
            return ["/sys/fs/cgroup"]
        lines = [line.split(" ") for line in read("/proc/self/mounts").splitlines()]
        unified = [line[1] for line in lines if line[2] == "cgroup2"]
        return unified[:1] + [line[1] for line in lines if line[2] == "cgroup"]

    @staticmethod
    def own_path(controller):
        """Our cgroup in a hierarchy of version 1, or in cgroup2's where the name is empty."""
        for line in read("/proc/self/cgroup").splitlines():
            _, names, path = line.split(":", 2)
            if controller in (names, names.removeprefix("name=")):
                return path.lstrip("/")
        return ""

    def cgroups(self, name):
        """Where caisson makes them: below ours, and of cgroup2 beside it, as ours has a process."""
        first, *others = self.hierarchies()
        beside = os.path.dirname(self.own_path(""))
        return [os.path.join(first, beside, name)] + [
            os.path.join(top, self.own_path(os.path.basename(top)), name) for top in others]

    def user_cgroup(self):
        """A group that is the user's, with all the processes of this benchmark below it."""
        if self.hybrid:
            return None
        group = os.path.join("/sys/fs/cgroup", self.name + "-user")
        if not os.path.isdir(group):
            os.makedirs(os.path.join(group, "init"))
            for directory in (group, os.path.join(group, "init")):
                for file in ("", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"):
                    os.chown(os.path.join(directory, file), USER, USER)
        return group

    # ---- containers ----------------------------------------------------------------------------

    def pid_of(self, tool, name, user=False):
        return json.loads(tool.says("state", name, user=user))["pid"]

    def keep_running(self, bundle, name):
        """A container of caisson's that lives until the end."""
        tool = self.tools[0]
        tool.runs("run", "--detach", "--bundle", bundle.path, name)
        self.kept.append((tool, name))
        return self.pid_of(tool, name)

    def pause(self):
        if self.pause_pid is None:
            bundle = Bundle(self, "default", "pause", ("/bin/sleep", "1000000"))
            self.pause_pid = self.keep_running(bundle, self.name + "-pause")
        return self.pause_pid

    def populate(self, count):
        """Has that many containers alive."""
        if self.alive < count:
            bundle = Bundle(self, "default", f"alive-{count}", ("/bin/sleep", "1000000"))
            for number in range(self.alive, count):
                tool = self.tools[0]
                name = f"{self.name}-alive-{number}"
                tool.runs("run", "--detach", "--bundle", bundle.path, name)
                self.kept.append((tool, name))
            self.alive = count

    def fill_mounts(self, count):
        """Has at least that many mounts in this mount namespace: many times the same fifty, in one call each."""
        there = len(read("/proc/self/mountinfo").splitlines())
        top = os.path.join(self.scratch, "many")
        if there >= count or os.path.isdir(top):
            return
        first, script = os.path.join(top, "first"), []
        os.mkdir(top)
        self.mount("-t", "tmpfs", "many", top)
        os.mkdir(first)
        script.append(f"mount -t tmpfs first {first}")
        for number in range(49):
            script.append(f"mkdir {first}/{number} && mount --bind {first}/{number} {first}/{number}")
        for number in range((count - there) // 50):
            script.append(f"mkdir {top}/{number} && mount --rbind {first} {top}/{number}")
        subprocess.run(["sh", "-e"], input="\n".join(script), text=True, check=True)

    def empty_mounts(self):
        top = os.path.join(self.scratch, "many")
        if os.path.isdir(top):
            # At once, and without looking for who uses them.
            subprocess.run(["umount", "-l", top], check=True)
            self.mounts.remove(top)
            os.rmdir(top)

    def filter_of(self, bundle):
        """The filter that caisson compiles for the bundle, for the floors to load."""
        if "seccomp" not in bundle.config["linux"]:
            return None
        tool, name = self.tools[0], self.name + "-filter"
        tool.runs("create", "--bundle", bundle.path, name)
        with open(os.path.join(tool.root, name, "filter"), "rb") as file:
            data = file.read()
        tool.runs("delete", "--force", name)
        _, count = struct.unpack("II", data[:8])
        path = os.path.join(bundle.path, "filter")
        with open(path, "wb") as file:
            file.write(data[8:8 + 8 * count])
        return path

    # ---- the end -------------------------------------------------------------------------------

    def clean_up(self):
        for tool in self.tools:
            for root, user in ((tool.root, False), (tool.user_root, True)):
                if not os.path.isdir(root):
                    continue
                for name in os.listdir(root):
                    if name.startswith(self.name):
                        subprocess.run(tool.command("delete", "--force", name, user=user), check=False,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for top in self.hierarchies():
            subprocess.run(["find", top, "-depth", "-type", "d", "-path", f"*/{self.name}-*",
                            "-exec", "rmdir", "{}", "+"], check=False, stderr=subprocess.DEVNULL)
        for path in reversed(self.mounts):
            subprocess.run(["umount", "-R", "-l", path], check=False)
        subprocess.run(["rm", "-rf", "--one-file-system", self.scratch], check=False)
