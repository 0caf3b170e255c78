"""Ports for servers that the tests start."""
import random
import socket

# Below the range from which systems take the ports of outgoing connections (Linux: 32768 and up), so that none of
# those gets one before the server does.
RANGE = range(10_000, 32_000)
ATTEMPTS = 100


def free_port():
    """A TCP port of the loopback on which nobody listens."""
    for port in random.SystemRandom().sample(RANGE, ATTEMPTS):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")
