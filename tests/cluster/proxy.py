"""HAProxy on a host of the cluster, on deploy/haproxy.cfg: changed only in its addresses, with one node more and a
socket that says which nodes it sends requests to."""
import csv
import re
import shutil
import socket
import subprocess

import pytest

from support.repository import REPOSITORY
from support.ports import free_port

COMMAND_WITHIN_S = 20


class HaProxy:
    def __init__(self, host, folder, nodes):
        """nodes: name: (address, port), as this host finds them."""
        self.host, self.folder = host, folder
        self.program = shutil.which("haproxy") or pytest.fail("no haproxy: tools/install_packages cluster")
        self.port = free_port()
        text = (REPOSITORY / "deploy" / "haproxy.cfg").read_text()
        text, addresses = re.subn(r"bind :8080", f"bind {host.address}:{self.port}", text)
        text, servers = re.subn(r"\n    server node\d \S+", "", text)
        text, globals_ = re.subn(r"^global$", f"global\n    stats socket {folder}/haproxy.sock mode 600", text,
                                 flags=re.MULTILINE)
        assert (addresses, servers, globals_) == (1, 2, 1)
        self.path = folder / "haproxy.cfg"
        self.path.write_text(text.rstrip() + "".join(f"\n    server {name} {address}:{port}"
                                                     for name, (address, port) in nodes.items()) + "\n")
        self.process = None

    @property
    def address(self):
        return self.host.address

    @property
    def base_url(self):
        return f"http://{self.address}:{self.port}"

    def start(self):
        checked = subprocess.run([self.program, "-c", "-f", self.path], capture_output=True, text=True,
                                 timeout=COMMAND_WITHIN_S)
        assert checked.returncode == 0, checked.stderr
        with open(self.folder / "haproxy.log", "wb") as log:
            self.process = subprocess.Popen([*self.host.enter, self.program, "-f", self.path], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        return self

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(COMMAND_WITHIN_S)

    def in_use(self):
        """The names of the nodes that get requests; none while it does not say."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(COMMAND_WITHIN_S)
                connection.connect(str(self.folder / "haproxy.sock"))
                connection.sendall(b"show stat\n")
                with connection.makefile("r") as answer:
                    rows = csv.DictReader(answer.read().lstrip("# ").splitlines())
        except (ConnectionError, FileNotFoundError):
            return set()
        return {row["svname"] for row in rows if row["pxname"] == "nodes" and row["svname"].startswith("node") and
                row["status"].startswith("UP")}
