"""Several nodes of one shop, and a caller who speaks to one or the other of them."""
import http.client
import json
import random

from support.server import Server


class Nodes:
    """Servers on one PostgreSQL database, each by an address of its own for it. Settings are for all of them."""

    def __init__(self, database_urls, **settings):
        self.servers = []
        try:
            for url in database_urls:
                self.servers.append(Server(DATABASE_URL=url, **settings).start())
        except BaseException:
            self.discard()
            raise

    def __len__(self):
        return len(self.servers)

    def __getitem__(self, number):
        return self.servers[number]

    def discard(self):
        for server in self.servers:
            server.discard()


class Caller:
    """Calls the API on the node that is named with each call, over one connection to each. Lean, for many calls."""

    TIMEOUT_S = 30

    def __init__(self, nodes):
        self._connections = [http.client.HTTPConnection(server.address, server.port, timeout=self.TIMEOUT_S)
                             for server in nodes.servers]

    def call(self, node, method, path, body=None, token=None):
        """(status, the decoded body; None when it is not JSON, as a proxy's own)"""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        connection = self._connections[node]
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
            is_json = response.getheader("Content-Type", "").startswith("application/json")
            return response.status, json.loads(text) if is_json else None
        except BaseException:
            connection.close()
            raise

    def close(self):
        for connection in self._connections:
            connection.close()


def seeded_random(seed, what):
    """A source of randomness whose seed stands in the output of a test that fails."""
    print(f"{what}: seed {seed}")
    return random.Random(seed)
