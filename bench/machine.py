"""The machine that measures: what it is, and how busy others keep it."""
import datetime
import os
import pathlib
import platform
import shutil
import subprocess
import sys

TICKS = os.sysconf("SC_CLK_TCK")


def require_two_cores():
    if not {0, 1} <= os.sched_getaffinity(0):
        sys.exit("bench: needs cores 0 and 1, one for the server and one for the load")


def output(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout.strip()


def cpu_model():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def describe(root):
    changed = output("git", "status", "--porcelain", "--untracked-files=no", cwd=root)
    return {"cpu": cpu_model(), "cores": os.cpu_count(), "kernel": platform.release(),
            "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
            "commit": output("git", "rev-parse", "--short=12", "HEAD", cwd=root) + (" with changes" if changed else ""),
            "nginx": subprocess.run(["nginx", "-v"], capture_output=True, text=True,
                                    check=True).stderr.strip().rpartition("/")[2],
            "load_average": os.getloadavg()[0],
            "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")}


def copy_folder(source, target):
    shutil.copytree(source, target)
    return target


def busy_s():
    """Seconds that all cores together have worked, by any process."""
    fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, soft_irq = map(int, fields[:7])
    return (user + nice + system + irq + soft_irq) / TICKS


def process_s(pid):
    """Seconds of CPU that a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_kb(pid):
    """Resident kilobytes: all, and of them the process's own (the rest is files: program, libraries, database)."""
    kb = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(("VmRSS:", "RssAnon:")):
            name, value = line.split()[:2]
            kb[name] = int(value)
    return {"resident": kb["VmRSS:"], "anonymous": kb["RssAnon:"]}
