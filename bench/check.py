"""Proves that a floor does the work of the profile it stands for: what is seen inside is the same."""

import difflib
import os
import re
import subprocess

import floors
from profiles import Bundle, PROFILES, USER

# Prints all that a profile decides; what differs from run to run is taken out below.
SCRIPT = r"""
cat /proc/self/mountinfo
sed -n '/^Uid/p;/^Gid/p;/^Groups/p;/^NSpid/p;/^NSsid/p;/^Cap/p;/^NoNewPrivs/p;/^Seccomp/p;/^Spec/p;/^Umask/p' /proc/self/status
cat /proc/self/limits /proc/self/cgroup /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups
cat /proc/self/oom_score_adj /proc/sys/kernel/hostname
cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/net/dev_snmp6/lo
for name in cgroup ipc mnt net pid user uts; do readlink /proc/self/ns/$name; done
for path in /dev/* /volumes/* /sys/fs/cgroup; do stat -c '%n %F %t,%T %a %u:%g' "$path"; done
ls /proc/acpi /proc/scsi /sys/firmware /thermal/cpu95/thermal_throttle /dev/pts /dev/shm
readlink /dev/core; echo "$PATH $TERM $PWD $HOME $#"
"""


def normalised(text, host_namespaces):
    """The mounts by their targets: the kernel lists them as they were made, not as they are."""
    mounts, lines = [], []
    for line in text.splitlines():
        mount = re.match(r"\d+ \d+ \d+:\d+ (\S+) (\S+) (\S+) (.*)- (\S+) (\S+) (\S+)", line)
        if mount:
            root, target, options, propagation, kind, source, super_options = mount.groups()
            propagation = re.sub(r":\d+", "", propagation)
            mounts.append(" ".join((target, root, options, propagation, kind, source, super_options)))
            continue
        namespace = re.match(r"(\w+):\[\d+\]", line)
        if namespace:
            word = "the host's" if line in host_namespaces else "another"
            line = f"{namespace[1]} {word}"
        lines.append(line)
    return sorted(mounts, key=lambda line: line.split(" ")[0]) + lines


def all_profiles(host, options):
    """Returns whether any differs, with the differences printed."""
    namespaces = {os.readlink(f"/proc/self/ns/{name}")
                  for name in ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")}
    differs = False
    for profile in options.profile or PROFILES:
        bundle = Bundle(host, profile, "check-" + profile, ("/bin/sh", "-c", SCRIPT))
        user = profile == "rootless"
        name = f"{host.name}-check"
        cgroups = [] if user else host.cgroups(name)
        pause = host.pause() if profile == "pod" else None
        tool = host.tools[0]
        identity = {"user": USER, "group": USER, "extra_groups": []} if user else {}
        os.makedirs(tool.user_root, exist_ok=True)
        os.chown(tool.user_root, USER, USER)
        outputs = []
        for command in (floors.run(host.program("floor_run"), bundle, cgroups, host.filter_of(bundle), pause),
                        tool.command("run", "--bundle", bundle.path, name, user=user)):
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False, **identity)
            outputs.append(normalised(done.stdout, namespaces))
        difference = list(difflib.unified_diff(*outputs, "floor", "caisson", lineterm="", n=0))
        # Three quarters of a page at least: a script that failed would be equal too.
        if difference or len(outputs[0]) < 60:
            differs = True
            print("\n".join([f"not ok: {profile}", *(difference or outputs[0])]))
        else:
            print(f"ok: {profile}: {len(outputs[0])} lines are the same")
    return differs
