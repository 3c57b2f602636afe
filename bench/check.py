"""Proves that a floor does the work of the profile it stands for: what is seen inside is the same."""

import os
import re
import subprocess

import floors
from profiles import Bundle, PROFILES, USER

# Prints all that a profile decides; what differs from run to run is taken out below.
SCRIPT = r"""
cat /proc/self/mountinfo
sed -n '/^Uid/p;/^Gid/p;/^Groups/p;/^PPid/p;/^NSpid/p;/^NSsid/p;/^Cap/p;/^NoNewPrivs/p;/^Seccomp/p;/^Spec/p;/^Umask/p' /proc/self/status
cat /proc/self/limits /proc/self/cgroup /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups
cat /proc/self/oom_score_adj /proc/sys/kernel/hostname
cat /proc/sys/net/ipv4/ip_unprivileged_port_start /sys/class/net/lo/flags
for name in cgroup ipc mnt net pid user uts; do readlink /proc/self/ns/$name; done
for path in /dev/* /volumes/* /sys/fs/cgroup; do stat -c '%n %F %t,%T %a %u:%g' "$path"; done
ls /proc/acpi /proc/scsi /sys/firmware /thermal/cpu95/thermal_throttle /dev/pts /dev/shm
readlink /dev/core; echo "$PATH $TERM $PWD $HOME $#"
"""

WORDS = ("/bin/sh", "-c", SCRIPT)


def normalised(text, host_namespaces):
    """The mounts by their targets: the kernel lists them as they were made, not as they are."""
    mounts, lines, numbers = [], [], {}
    for line in text.splitlines():
        mount = re.match(r"\d+ \d+ \d+:\d+ (\S+) (\S+) (\S+) (.*)- (\S+) (\S+) (\S+)", line)
        if mount:
            root, target, options, propagation, kind, source, super_options = mount.groups()
            propagation = re.sub(r":\d+", "", propagation)
            mounts.append(" ".join((target, root, options, propagation, kind, source, super_options)))
            continue
        number = re.match(r"(PPid|NSpid|NSsid):\s+(.*)", line)
        if number:
            numbers[number[1]] = number[2].split()
            continue
        namespace = re.match(r"(\w+):\[\d+\]", line)
        if namespace:
            word = "the host's" if line in host_namespaces else "another"
            line = f"{namespace[1]} {word}"
        lines.append(line)
    # The shell is sed's parent; its number is another in each process of exec.
    if numbers:
        leads = numbers["NSsid"] == numbers["PPid"]
        lines.append(f"pids of {len(numbers['NSpid'])} namespaces, the shell leads its session: {leads}")
    return sorted(mounts, key=lambda line: line.split(" ")[0]) + lines


def said(command, namespaces, **identity):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **identity)
    return normalised(done.stdout, namespaces)


def run_views(host, profile, namespaces):
    """What a program sees in the floor's container, and in caisson's."""
    bundle = Bundle(host, profile, "check-" + profile, WORDS)
    user = profile == "rootless"
    name, tool = f"{host.name}-check", host.tools[0]
    pause = host.pause() if profile == "pod" else None
    identity = {"user": USER, "group": USER, "extra_groups": []} if user else {}
    os.makedirs(tool.user_root, exist_ok=True)
    os.chown(tool.user_root, USER, USER)
    floor = floors.run(host.program("floor_run"), bundle, [] if user else host.cgroups(name),
                       host.filter_of(bundle), pause)
    return [said(command, namespaces, **identity)
            for command in (floor, tool.command("run", "--bundle", bundle.path, name, user=user))]


def exec_views(host, profile, namespaces):
    """The same for a process that joins a container of caisson's."""
    bundle = Bundle(host, profile, "check-exec-" + profile, ("/bin/sleep", "1000000"))
    name, tool = f"{host.name}-check-{profile}", host.tools[0]
    pid = host.keep_running(bundle, name)
    floor = floors.execute(host.program("floor_exec"), bundle, pid, host.cgroups(name), host.filter_of(bundle), WORDS)
    return [said(command, namespaces) for command in (floor, tool.command("exec", name, *WORDS))]


def all_profiles(host, options):
    """Returns whether any differs, with the differences printed."""
    namespaces = {os.readlink(f"/proc/self/ns/{name}")
                  for name in ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")}
    differs = False
    for profile in options.profile or PROFILES:
        for verb, views in (("run", run_views), ("exec", exec_views)):
            if verb == "exec" and profile == "rootless":
                continue  # which is measured for run alone
            seen = views(host, profile, namespaces)
            difference = [f"the floor alone: {line}" for line in seen[0] if line not in seen[1]] + [
                f"caisson alone: {line}" for line in seen[1] if line not in seen[0]]
            # A script that failed would be equal too.
            if difference or len(seen[0]) != len(seen[1]) or len(seen[0]) < 60:
                differs = True
                words = seen[0] + seen[1] if min(map(len, seen)) < 60 else difference
                print("\n".join([f"not ok: {verb}, {profile}", *words[:16]]))
            else:
                print(f"ok: {verb}, {profile}: {len(seen[0])} lines are the same")
    return differs
