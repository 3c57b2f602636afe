"""The arguments of the floors: what a configuration asks for, as the steps of bench/floor.h."""

import os

ATTRIBUTES = {"ro": 1, "nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 0x10, "strictatime": 0x20,
              "nodiratime": 0x80}
IGNORED = {"rw", "relatime", "rbind", "bind"}
CLONE = {"cgroup": 0x02000000, "uts": 0x04000000, "ipc": 0x08000000, "user": 0x10000000,
         "pid": 0x20000000, "network": 0x40000000, "mount": 0x00020000}
# In the order of their numbers, as the next.
LIMITS = """CPU FSIZE DATA STACK CORE RSS NPROC NOFILE MEMLOCK AS LOCKS SIGPENDING MSGQUEUE NICE RTPRIO
RTTIME""".split()
CAPS = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT
SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE
AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ
PERFMON BPF CHECKPOINT_RESTORE""".split()


def mount_options(mount):
    """The attributes of a mount, and what is left for its file system."""
    attributes, rest = 0, []
    for option in mount.get("options", []):
        if option in ATTRIBUTES:
            attributes |= ATTRIBUTES[option]
        elif option not in IGNORED and option != "rprivate":
            rest.append(option)
    return attributes, rest


def has_user_namespace(config):
    return any(ns["type"] == "user" for ns in config["linux"]["namespaces"])


def mount_step(mount, cgroups1):
    attributes, rest = mount_options(mount)
    target = mount["destination"].lstrip("/")
    options = mount.get("options", [])
    private = ",private" if "rprivate" in options else ""
    source = "source=" + mount.get("source", "none")
    if "uidMappings" in mount:
        return f"idmap={mount['source']},{target},{attributes:x}"
    if "bind" in options or "rbind" in options:
        word = "rbind" if "rbind" in options and has_mounts_below(mount["source"]) else "bind"
        return f"{word}={mount['source']},{target},{attributes:x}{private}"
    if mount["type"] == "cgroup":
        if cgroups1:
            # As /sys/fs/cgroup/NAME/...
            return "cgroups1=" + ",".join(f"{path.split('/')[4]},{path}" for path in cgroups1)
        return f"fs=cgroup2,{target},{attributes:x},{source}"
    words = ",".join([mount["type"], target, f"{attributes:x}", source, *rest])
    return ("dev=" if target == "dev" else "fs=") + words


def has_mounts_below(path):
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        return any(line.split(" ")[4].startswith(path.rstrip("/") + "/") for line in file)


def mask_step(root, path):
    there = root + path if path.startswith("/thermal") else path
    return ("maskdir=" if os.path.isdir(there) else "maskfile=") + path.lstrip("/")


def process_steps(config, filter_file):
    """What init and a process of exec have in common, but for the filter's place among them."""
    process = config["process"]
    steps = []
    for limit in process.get("rlimits", []):
        number = LIMITS.index(limit["type"].removeprefix("RLIMIT_"))
        steps.append(f"rlimit={number},{limit['soft']},{limit['hard']}")
    if not has_user_namespace(config) or config["linux"]["uidMappings"][0]["size"] > 1:
        groups = process["user"].get("additionalGids", [])
        steps.append("groups=" + ",".join(map(str, groups)))
    caps = sum(1 << CAPS.index(name[4:]) for name in process["capabilities"]["bounding"])
    seccomp = ["seccomp=4"] if filter_file else []
    if process.get("noNewPrivileges"):
        return steps + [f"caps={caps:x}", "nnp"] + seccomp
    return steps + seccomp + [f"caps={caps:x}"]


def common(config, filter_file):
    # A user's home is what runtimes add.
    steps = [f"env={word}" for word in [*config["process"]["env"], "HOME=/"]]
    return steps + ([f"filter={filter_file}"] if filter_file else [])


def oom_steps(config):
    return [f"oom={config['process']['oomScoreAdj']}"] if "oomScoreAdj" in config["process"] else []


def maps_step(linux):
    words = []
    for name in ("uidMappings", "gidMappings"):
        first = linux[name][0]
        words.append(f"{first['containerID']} {first['hostID']} {first['size']}")
    if linux["uidMappings"][0]["size"] == 1:
        words.append("deny")  # as a user may map groups only then
    return "maps=" + ",".join(words)


def run(program, bundle, cgroups, filter_file=None, pause=None):
    """cgroups: directories to make, cgroup2's first; there may be none."""
    config = bundle.config
    linux = config["linux"]
    new = [ns["type"] for ns in linux["namespaces"] if "path" not in ns]
    joined = [ns["type"] for ns in linux["namespaces"] if "path" in ns]
    # The root of a cgroup namespace and the owner of message queues are what the process is then.
    late = [word for word in new if word == "cgroup" or word == "ipc" and "user" in new]
    flags = sum(CLONE[word] for word in new if word not in late)
    steps = [("cgroup1=" if index else "cgroup2=") + path for index, path in enumerate(cgroups)]
    steps += oom_steps(config)
    if joined:
        steps.append(f"join={pause},{sum(CLONE[word] for word in joined):x}")
    if "user" in new:
        steps.append(maps_step(linux))
    steps += common(config, filter_file) + [f"clone={flags:x}"]
    if late:
        steps.append(f"unshare={sum(CLONE[word] for word in late):x}")
    if "network" in new:
        steps.append("loopback")
    steps.append(f"root={bundle.root},{int(config['root']['readonly'])}")
    steps += [mount_step(mount, cgroups[1:]) for mount in config["mounts"]]
    steps += [f"sysctl=proc/sys/{name.replace('.', '/')}={value}"
              for name, value in linux.get("sysctl", {}).items()]
    steps.append("nodes=" + ("bind" if has_user_namespace(config) else "make"))
    if os.path.exists("/proc/kcore"):
        steps.append("core=/proc/kcore")
    steps += ["readonly=" + path.lstrip("/") for path in linux["readonlyPaths"]]
    steps += [mask_step(bundle.root, path) for path in linux["maskedPaths"]]
    steps.append("pivot")
    if "hostname" in config:
        steps.append("hostname=" + config["hostname"])
    return [program, *steps, *process_steps(config, filter_file), "--", *config["process"]["args"]]


def execute(program, bundle, pid, cgroups, filter_file=None, words=("/bin/true",)):  # pylint: disable=R0913
    """What exec adds to the container whose init is pid."""
    config = bundle.config
    types = [ns["type"] for ns in config["linux"]["namespaces"]]
    flags = sum(CLONE[word] for word in types if word != "cgroup")
    late = [f"join={CLONE['cgroup']:x}"] if "cgroup" in types else []
    late += ["become_root"] if has_user_namespace(config) else []
    steps = oom_steps(config) + [("cgroup1=" if index else "cgroup2=") + path for index, path in enumerate(cgroups)]
    steps += common(config, filter_file) + [f"join={pid},{flags:x}", "clone"]
    return [program, *steps, *late, *process_steps(config, filter_file), "--", *words]
