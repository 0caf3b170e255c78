"""Where a server of the tests runs: on the loopback, or on a host of tests/cluster's own making."""


class Host:
    """An address, and the words that stand before a command so that it runs there (none: right here)."""

    def __init__(self, name, address, enter=()):
        self.name, self.address, self.enter = name, address, list(enter)


LOOPBACK = Host("loopback", "127.0.0.1")
