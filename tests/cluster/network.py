"""The network between the hosts of a cluster, and its faults. What is sent over a link that is cut is lost; nobody is
told, as when a switch has died.

Namespaces: each host is a network namespace with a cable to a switch (a bridge). tests/cluster/run has put this
process into a network namespace of its own, where the switch is, so nothing of the machine's network changes, and all
is gone with the process. Loopback stands in where that is not allowed: links are those of support/link.py.
"""
import os
import subprocess

from support.host import LOOPBACK, Host
from support.link import Link

SWITCH = "lan"
NOBODY = "02:00:00:00:00:01"  # no host's hardware address
COMMAND_WITHIN_S = 20


def make_network():
    return Namespaces() if os.environ.get("HAAT_NETWORK") == "namespaces" else Loopback()


def ip(*words):
    done = subprocess.run(["ip", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=COMMAND_WITHIN_S)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr.strip()}"


class Namespaces:
    def __init__(self):
        self._hosts = []
        ip("link", "add", SWITCH, "type", "bridge")
        ip("address", "add", "10.0.0.1/24", "dev", SWITCH)  # this process, as a client and as an operator
        ip("link", "set", SWITCH, "up")

    def host(self, name, number):
        """A new host, 10.0.0.NUMBER."""
        made = Host(name, f"10.0.0.{number}", ["ip", "netns", "exec", name])
        ip("netns", "add", name)
        self._hosts.append(made)
        ip("link", "add", self._port(made), "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", self._port(made), "master", SWITCH, "up")
        ip("-n", name, "address", "add", f"{made.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", name, "link", "set", device, "up")
        return made

    @staticmethod
    def _port(host):
        return f"port-{host.name}"

    def way(self, source, target, port):
        """Where source finds a port of target: (address, port)."""
        return target.address, port

    def cut(self, host):
        """From everybody: its cable leads nowhere."""
        ip("link", "set", self._port(host), "nomaster")

    def unplug(self, host):
        """From everybody, and it sees that its cable is out."""
        ip("link", "set", self._port(host), "down")

    def part(self, one, other):
        """From each other only: what they send goes to a hardware address that nobody has."""
        for here, there in ((one, other), (other, one)):
            ip("-n", here.name, "neighbour", "replace", there.address, "lladdr", NOBODY, "dev", "eth0", "nud",
               "permanent")

    def join(self, one, other):
        for here, there in ((one, other), (other, one)):
            ip("-n", here.name, "neighbour", "delete", there.address, "dev", "eth0")

    def mend(self, host):
        """After cut() or unplug()."""
        ip("link", "set", self._port(host), "master", SWITCH, "up")

    def discard(self):
        for host in self._hosts:
            ip("netns", "delete", host.name)
        ip("link", "delete", SWITCH)


class Loopback:
    def __init__(self):
        self._links = {}  # (source's name, target's name, port): Link

    def host(self, name, _):
        return Host(name, LOOPBACK.address)

    def way(self, source, target, port):
        key = (source.name, target.name, port)
        if key not in self._links:
            self._links[key] = Link((target.address, port))
        return LOOPBACK.address, self._links[key].port

    def _between(self, one, other=None):
        """The links of one host, or those between two."""
        return [link for (source, target, _), link in self._links.items()
                if one.name in (source, target) and (other is None or other.name in (source, target))]

    def cut(self, host):
        """Connections are closed and refused: what only a lost packet shows, these links cannot."""
        for link in self._between(host):
            link.cut()

    unplug = cut

    def part(self, one, other):
        for link in self._between(one, other):
            link.stall()

    def join(self, one, other):
        for link in self._between(one, other):
            link.mend()

    def mend(self, host):
        for link in self._between(host):
            link.mend()

    def discard(self):
        for link in self._links.values():
            link.mend()
            link.discard()
