"""The machine that measures: what it is, and how busy others keep it."""
import datetime
import os
import pathlib
import platform
import resource
import subprocess
import sys

TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE = "0"
LOAD_CORE = "1"
BOTH_CORES = "0,1"
FILES = 12_000  # 10,000 connections, and what else is open


def prepare():
    """Takes the load's core for this process and what it starts; servers are given another one."""
    if not {0, 1} <= os.sched_getaffinity(0):
        sys.exit("bench: needs cores 0 and 1, one for the server and one for the load")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < FILES:
        sys.exit(f"bench: may open {most} files, and needs {FILES}: ulimit -Hn {FILES}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))
    os.sched_setaffinity(0, {int(LOAD_CORE)})


def output(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))[:300]}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def describe():
    nginx = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    return {"cpu": cpu_model(), "cores": os.cpu_count(), "kernel": platform.release(),
            "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
            "nginx": nginx.strip().rpartition("/")[2]}


def now():
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")


def commit(root):
    changed = output("git", "status", "--porcelain", "--untracked-files=no", cwd=root)
    return output("git", "rev-parse", "--short=12", "HEAD", cwd=root) + (" with changes" if changed else "")


def busy_s():
    """Seconds that all cores together have worked, by any process."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, soft_irq = map(int, fields[:7])
    return (user + nice + system + irq + soft_irq) / TICKS


def process_s(pid):
    """Seconds of CPU that a process has used."""
    fields = stat_of(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS


def tree_s(pid):
    """Seconds of CPU that a process and its children have used, those that have ended as well."""
    fields = stat_of(pid)
    total = sum(int(field) for field in fields[11:15]) / TICKS
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            total += tree_s(int(child))
        except (FileNotFoundError, ProcessLookupError):
            pass  # ended meanwhile
    return total


def stat_of(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def own_s():
    """Seconds of CPU that this process and its ended children have used."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def children_s():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def memory_kb(pid):
    """Resident kilobytes: all, of them the process's own (the rest is files: program, libraries), and the most since
    the start or forget_peak()."""
    kb = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(("VmRSS:", "RssAnon:", "VmHWM:")):
            name, value = line.split()[:2]
            kb[name] = int(value)
    return {"resident": kb["VmRSS:"], "anonymous": kb["RssAnon:"], "peak": kb["VmHWM:"]}


def forget_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
