"""What is run: a bundle for each profile, as an engine would write it."""

import copy
import json
import os
import subprocess

DOCKER_CAPS = ["CAP_" + name for name in (
    "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP"
    " NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE").split()]

# What Docker lets through on this architecture and with these capabilities, and the bundle of the tests
# leaves out.
MORE_CALLS = """_llseek _newselect arch_prctl chroot clock_adjtime64 clock_getres_time64 clock_gettime64
clock_nanosleep_time64 epoll_ctl_old epoll_wait_old fadvise64_64 fchown32 fcntl64 fstat64 fstatat64 fstatfs64
ftruncate64 futex_time64 getegid32 geteuid32 getgid32 getgroups32 getresgid32 getresuid32 getuid32
io_pgetevents io_pgetevents_time64 ipc lchown32 llistxattr lremovexattr lsetxattr lstat64 map_shadow_stack
mlockall mmap2 modify_ldt mq_getsetattr mq_notify mq_timedreceive mq_timedreceive_time64 mq_timedsend
mq_timedsend_time64 mq_unlink msgrcv msgsnd munlockall name_to_handle_at pkey_alloc pkey_free pkey_mprotect
ppoll_time64 process_mrelease pselect6_time64 pwritev pwritev2 recvmmsg recvmmsg_time64 removexattr
rt_sigpending rt_sigqueueinfo rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo
sched_get_priority_max sched_get_priority_min sched_getattr sched_getparam sched_getscheduler
sched_rr_get_interval sched_rr_get_interval_time64 sched_setattr sched_setparam sched_setscheduler semtimedop
semtimedop_time64 sendfile64 set_thread_area setfsgid32 setfsuid setfsuid32 setgid32 setgroups32 setregid32
setresgid32 setresuid32 setreuid32 setuid32 setxattr signalfd4 sigprocmask sigreturn socketcall stat64
statfs64 symlinkat sync_file_range2 timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64
timer_settime timer_settime64 timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 truncate64
ugetrlimit utimensat_time64 waitpid""".split()

# The names of the profiles, with words for people.
PROFILES = {
    "default": "the configuration that `spec` prints",
    "docker": "Docker's default: its seccomp profile, capabilities, masks and sysctls",
    "pod": "a container of a Kubernetes pod: joined namespaces, 30 mounts, 96 masked directories",
    "userns": "a user namespace, with ten mounts whose ids are mapped",
    "rootless": "started by a user, who is root inside",
}

USER = 1000  # who starts rootless containers
BASE_ID = 100000  # the user namespace's root on the host
MAPPED = 10
POD_MOUNTS = 30
THERMAL = 96


def bind(source, target, *options):
    return {"destination": target, "type": "bind", "source": source,
            "options": ["rbind", "rprivate", *options]}


def seccomp_profile(top):
    """Docker's default rules, from the bundle that the reader of configurations is tested with."""
    with open(os.path.join(top, "tests/data/good/docker.json"), encoding="utf-8") as file:
        profile = json.load(file)["linux"]["seccomp"]
    profile["syscalls"].append({"names": MORE_CALLS, "action": "SCMP_ACT_ALLOW"})
    return profile


class Bundle:
    """A bundle below the scratch directory: busybox, and what the profile's mounts need."""

    def __init__(self, host, profile, name=None, words=("/bin/true",)):
        self.host, self.profile = host, profile
        self.path = os.path.join(host.scratch, "bundle-" + (name or profile))
        self.root = os.path.join(self.path, "rootfs")
        self.make_root()
        self.config = self.read_spec(*(["--rootless"] if profile == "rootless" else []))
        process = self.config["process"]
        process.update(terminal=False, args=list(words))
        process["env"] = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"]
        self.config.update(ociVersion="1.0.2")
        self.config["root"]["readonly"] = False
        if "hostname" in self.config:
            self.config["hostname"] = "bench"
        getattr(self, "make_" + profile)()
        self.write()

    def make_root(self):
        for directory in ("bin", "dev", "etc", "proc", "sys", "volumes", "thermal"):
            os.makedirs(os.path.join(self.root, directory))
        self.host.copy_program(self.host.busybox, os.path.join(self.root, "bin/busybox"))
        for applet in ("true", "sleep", "sh", "cat", "ls", "readlink", "id", "echo", "sed", "umask", "stat"):
            os.symlink("busybox", os.path.join(self.root, "bin", applet))

    def read_spec(self, *options):
        subprocess.run([self.host.caisson, "spec", "--bundle", self.path, *options], check=True,
                       stdout=subprocess.DEVNULL)
        with open(os.path.join(self.path, "config.json"), encoding="utf-8") as file:
            return json.load(file)

    def write(self):
        with open(os.path.join(self.path, "config.json"), "w", encoding="utf-8") as file:
            json.dump(self.config, file, indent=1)

    def source(self, name, text=None):
        """A file with text, or a directory, on the host, and something to mount it on inside."""
        path = os.path.join(self.path, "sources", name)
        target = os.path.join(self.root, "volumes", name)
        if text is None:
            os.makedirs(path)
            os.makedirs(target)
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            for place in (path, target):
                with open(place, "w", encoding="utf-8") as file:
                    file.write(text)
        return path, "/volumes/" + name

    def etc_files(self):
        mounts = []
        for name in ("resolv.conf", "hostname", "hosts"):
            path, _ = self.source(name, "bench\n")
            with open(os.path.join(self.root, "etc", name), "w", encoding="utf-8"):
                pass
            mounts.append(bind(path, "/etc/" + name))
        return mounts

    # ---- the profiles ----------------------------------------------------------------------

    def make_default(self):
        pass

    def engine_process(self):
        process = self.config["process"]
        process["capabilities"] = {name: DOCKER_CAPS for name in ("bounding", "effective", "permitted")}
        del process["noNewPrivileges"]
        del process["rlimits"]
        linux = self.config["linux"]
        linux["seccomp"] = seccomp_profile(self.host.top)
        linux["maskedPaths"] = [
            "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys",
            "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
            "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"]
        for mount in self.config["mounts"]:
            if mount["destination"] == "/proc":
                mount["options"] = ["nosuid", "noexec", "nodev"]

    def make_docker(self):
        self.engine_process()
        self.config["mounts"] += self.etc_files()
        linux = self.config["linux"]
        linux["sysctl"] = {"net.ipv4.ip_unprivileged_port_start": "0",
                           "net.ipv4.ping_group_range": "0 2147483647"}
        linux["namespaces"] = [{"type": word} for word in ("mount", "network", "uts", "pid", "ipc", "cgroup")]

    def make_pod(self):
        self.engine_process()
        pause = self.host.pause()
        config, linux = self.config, self.config["linux"]
        config.pop("hostname", None)
        config["process"]["oomScoreAdj"] = 1000
        linux["namespaces"] = [{"type": "pid"}, {"type": "mount"}, {"type": "cgroup"}] + [
            {"type": word, "path": f"/proc/{pause}/ns/{short}"}
            for word, short in (("ipc", "ipc"), ("uts", "uts"), ("network", "net"))]
        mounts = config["mounts"] + self.etc_files()
        for number in range(POD_MOUNTS - len(mounts)):
            mounts.append(bind(*self.source(f"volume{number}"), *(["ro"] if number % 2 else [])))
        config["mounts"] = mounts
        # This host may have fewer processors, so their directories are the container's own.
        for number in range(THERMAL):
            path = f"/thermal/cpu{number}/thermal_throttle"
            os.makedirs(self.root + path)
            linux["maskedPaths"].append(path)

    def make_userns(self):
        linux = self.config["linux"]
        mapping = [{"containerID": 0, "hostID": BASE_ID, "size": 65536}]
        linux["namespaces"].append({"type": "user"})
        linux["uidMappings"] = linux["gidMappings"] = mapping
        for number in range(MAPPED):
            mount = bind(*self.source(f"volume{number}"))
            mount["options"][0] = "bind"
            mount["uidMappings"] = mount["gidMappings"] = copy.deepcopy(mapping)
            self.config["mounts"].append(mount)

    def make_rootless(self):
        linux = self.config["linux"]
        linux.pop("resources", None)
        linux["uidMappings"] = linux["gidMappings"] = [{"containerID": 0, "hostID": USER, "size": 1}]
        # What /sys has mounted below it on the host comes along, so that it is the same for all.
        for directory, _, _ in os.walk(self.path):
            os.chown(directory, USER, USER)
