"""What can be said about the systemd units on a machine that systemd does not run."""
import ctypes
import os
import re
import shutil
import signal
import subprocess

import pytest

from support.images import JPEG_ON_ITS_SIDE, WEBP, png
from support.server import REPOSITORY, Server
from support.shop import Shop

UNIT = REPOSITORY / "packaging" / "haat.service"
WORST_EXPOSURE = 3.0
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1

os.environ.setdefault("HAAT_BINARY", str(REPOSITORY / "build" / "release" / "haat"))


def test_the_sandbox_is_tight():
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT],
                          capture_output=True, text=True)
    exposure = re.search(r"Overall exposure level.*: ([\d.]+)", done.stdout)
    assert exposure and float(exposure[1]) < WORST_EXPOSURE, done.stdout + done.stderr


def allowed_calls():
    """What the unit's SystemCallFilter leaves."""
    def expand(names):
        calls = set()
        for name in names:
            if not name.startswith("@"):
                calls.add(name)
                continue
            listed = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, capture_output=True,
                                    text=True).stdout.splitlines()[1:]
            calls |= expand([line.strip() for line in listed if line.strip() and not line.strip().startswith("#")])
        return calls

    allowed = set()
    for value in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(), re.MULTILINE):
        if value.startswith("~"):
            allowed -= expand(value[1:].split())
        else:
            allowed |= expand(value.split())
    return allowed


def use(shop):
    """What a shop does: logins, which hash, and images, which libvips decodes and writes with all it can."""
    account = shop.user()
    assert account.is_alive()
    for image in (png(), JPEG_ON_ITS_SIDE, WEBP, png(2000, 1500)):
        answer = shop.admin.post("/api/image", files={"image": ("a", image, "image/png")})
        assert answer.status_code == 200, answer.text
    shop.product()
    assert shop.anyone.get("/api/product/search?search=product").status_code == 200
    assert shop.anyone.get("/metrics").status_code == 200


class ConfinedServer(Server):
    """Started by a command or with something done to the process first."""
    wrapper, prepare = (), None

    def start(self):
        popen = subprocess.Popen

        def started(command, **options):
            return popen([*self.wrapper, *map(str, command)], preexec_fn=self.prepare, **options)

        subprocess.Popen = started
        try:
            return super().start()
        finally:
            subprocess.Popen = popen


def test_it_works_without_writable_memory_that_can_be_executed():
    def deny():
        if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
            os._exit(99)

    if subprocess.run(["true"], preexec_fn=deny).returncode == 99:
        pytest.skip("this kernel has no PR_SET_MDWE")
    server = ConfinedServer()
    server.prepare = deny
    server.start()
    use(Shop(server))
    server.discard()


def calls_made(*options):
    """The system calls of a server that is used, under strace with these options."""
    server = ConfinedServer()
    trace = server.folder / "trace"
    server.wrapper = ("strace", "-f", "-qq", "-o", str(trace), *options)
    server.start()
    use(Shop(server))
    pid = int(re.match(r"\d+", trace.read_text())[0])
    tracer, server.process = server.process, None
    os.kill(pid, signal.SIGTERM)
    assert tracer.wait(20) == 0
    made = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(errors="replace"), re.MULTILINE))
    server.discard()
    return made


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")
def test_it_does_without_the_system_calls_that_the_sandbox_refuses():
    made = calls_made()
    assert len(made) > 30
    refused = made - allowed_calls()
    if refused:
        calls_made(f"--inject={','.join(sorted(refused))}:error=EPERM")
