"""A bare Debian in a folder of its own: what debootstrap calls minbase, with this machine's archives."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

BASE = REPOSITORY / "build" / "deb" / "bare.tar"  # kept: debootstrap takes a minute
SOURCES = pathlib.Path("/etc/apt/sources.list.d")
WITHIN_S = 900


def debian_archives():
    """The parts of this machine's sources that are Debian's own, in the format of .sources files."""
    for path in sorted(SOURCES.glob("*.sources")):
        for paragraph in re.split(r"\n\s*\n", path.read_text()):
            fields = dict(re.findall(r"^(\w[\w-]*):\s*(.*)$", paragraph, re.MULTILINE))
            if "debian" in fields.get("Signed-By", "") and "main" in fields.get("Components", ""):
                yield fields, paragraph


class Machine:
    def __init__(self, root):
        self.root = root

    def run(self, *command, user=None, check=True, **environment):
        """Runs a command in there, as root or as this user."""
        whole = ["chroot", *([f"--userspec={user}"] if user else []), str(self.root), *command]
        done = subprocess.run(whole, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=WITHIN_S,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                                   "LC_ALL": "C.UTF-8", **environment})
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}"
        return done

    def path(self, name):
        return self.root / name.lstrip("/")

    def files(self):
        """Every path below the root but what the kernel shows there."""
        found = set()
        for folder, folders, files in os.walk(self.root):
            if pathlib.Path(folder) == self.root:
                folders[:] = [name for name in folders if name not in ("proc", "sys", "dev")]
            found |= {os.path.relpath(os.path.join(folder, name), self.root) for name in [*folders, *files]}
        return found


def make_base(folder):
    archives = list(debian_archives())
    assert archives, f"no archive of Debian in {SOURCES}"
    fields, _ = archives[0]
    suite, address = fields["Suites"].split()[0], fields["URIs"].split()[0]
    subprocess.run(["debootstrap", "--variant=minbase", suite, folder, address], check=True,
                   stdout=subprocess.DEVNULL, timeout=WITHIN_S)
    (folder / "etc/apt/sources.list").unlink(missing_ok=True)
    (folder / "etc/apt/sources.list.d/debian.sources").write_text(
        "\n\n".join(paragraph for _, paragraph in archives) + "\n")
    subprocess.run(["tar", "-cf", BASE, "-C", folder, "."], check=True)


@pytest.fixture(scope="session")
def machine():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="haat-package-"))
    if BASE.exists():
        subprocess.run(["tar", "-xpf", BASE, "-C", folder], check=True)
    else:
        make_base(folder)
    folder.chmod(0o755)
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(name, folder / name.lstrip("/"))
    for path in pathlib.Path("/etc/apt/apt.conf.d").glob("*proxy*"):
        shutil.copy(path, folder / "etc/apt/apt.conf.d")
    subprocess.run(["mount", "-t", "proc", "proc", folder / "proc"], check=True)
    made = Machine(folder)
    made.run("apt-get", "-qq", "update", **{name: os.environ[name] for name in os.environ if "proxy" in name.lower()})
    yield made
    subprocess.run(["umount", folder / "proc"], check=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def package():
    packages = sorted((REPOSITORY / "build" / "deb").glob("haat_*.deb"), key=lambda path: path.stat().st_mtime)
    assert packages, "run: make deb"
    return packages[-1]
