"""A steady load of cheap requests by wrk, reads and writes that can be repeated, and customers who check each answer."""
import pathlib
import re
import subprocess
import tempfile
import threading
import time

import requests

from support import tokens
from support.images import png
from support.parallel import at_once
from support.server import ACCESS_KEY
from support.shop import PASSWORD, Account, address_body

MIXED = pathlib.Path(__file__).with_name("mixed.lua")
CONNECTIONS = 64
SHOPPERS, PRODUCTS = 20, 60
VISITORS = 2
CATALOGUE, PAGE = 20_000, 100
TOKENS, FILLERS = 40_000, 8
ENDS_WITHIN_S = 60
MS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


def fill_caches(shop):
    """Asks for products, each time with another token, and changes each of them once. Caches are bounded by their bytes:
    answers, admissions, and the pages of the database, which each connection has of its own, the writer too. What visitors
    leave in them would fill them in hours."""
    products = [product["_id"] for page in range(1, CATALOGUE // PAGE + 1)
                for product in shop.anyone.get(f"/api/product/all?limit={PAGE}&page={page}").json()["data"]]
    account = shop.user()
    good = tokens.payload_of(account.token)

    def ask(first):
        with requests.Session() as session:
            for number in range(first, TOKENS, FILLERS):
                token = tokens.sign({**good, "iat": good["iat"] - number}, ACCESS_KEY)
                for path in (f"/api/product/{products[number % len(products)]}", "/api/cart/count"):
                    answer = session.get(shop.server.base_url + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)
                    assert answer.status_code == 200, answer.text
            for product in products[first::FILLERS]:
                answer = session.put(f"{shop.server.base_url}/api/product/update/{product}", json={"price": 1 + first},
                                     headers={"Authorization": f"Bearer {shop.admin.token}"}, timeout=30)
                assert answer.status_code == 200, answer.text

    at_once(FILLERS, ask)


def lines_of(shop):
    """The requests of the mix: of each shopper nine reads to one write, which leaves as much as was there."""
    products = [shop.product()["_id"] for _ in range(PRODUCTS)]
    lines = []
    for number in range(SHOPPERS):
        shopper = shop.user()
        item = shop.cart_item(shopper, {"_id": products[number]})["_id"]
        address = shop.address(shopper)["_id"]
        writes = [("PUT", f"/api/cart/update/{item}", f'{{"quantity":{1 + number % 9}}}'),
                  ("PUT", f"/api/address/update/{address}", '{"city":"Pune"}')]
        for turn, write in enumerate(writes):
            product = products[(2 * number + turn) % PRODUCTS]
            reads = ["/api/product/all?limit=20", f"/api/product/{product}", "/api/category/all", "/api/cart",
                     "/api/cart/count", f"/api/product/search?search=product&page={1 + turn}", "/api/subcategory/all",
                     "/api/address/all", f"/api/product/all?page={1 + number % 3}"]
            for method, target, body in [*(("GET", read, "") for read in reads), write]:
                lines.append(f"{method}\t{target}\t{shopper.token}\t{body}")
    return lines


class Load:
    """wrk with the mix."""

    def __init__(self, shop):
        self._url = shop.server.base_url
        self._file = tempfile.NamedTemporaryFile("w", suffix=".requests")
        self._file.write("\n".join(lines_of(shop)) + "\n")
        self._file.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def run(self, seconds, pause_ms=0):
        """{"rate": a second, "requests", "median_ms", "p99_ms"}. An answer that is no success is an error."""
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "10s", "-s", str(MIXED),
                   self._url, "--", self._file.name, str(pause_ms)]
        text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True,
                              timeout=seconds + ENDS_WITHIN_S).stdout
        assert "Non-2xx" not in text and "Socket errors" not in text, text
        return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
                "requests": int(re.search(r"(\d+) requests in", text)[1]),
                "median_ms": percentile(text, 50), "p99_ms": percentile(text, 99)}


def percentile(text, number):
    value, unit = re.search(rf"\s{number}%\s+([\d.]+)(us|ms|s|m)\b", text).groups()
    return float(value) * MS[unit]


class Visitor(threading.Thread):
    """A customer who comes again and again: logs in, does what leaves something and takes it away, and logs out."""

    def __init__(self, shop, pause_s=0.5):
        super().__init__()
        self.visits, self.failure = 0, None
        self._shop, self._pause_s = shop, pause_s
        self._account, self._product = shop.user(), shop.product()
        self._stopping = threading.Event()

    def run(self):
        try:
            while not self._stopping.wait(self._pause_s):
                self._visit()
                self.visits += 1
        except Exception as failure:
            self.failure = failure

    def stop(self):
        self._stopping.set()
        self.join()
        if self.failure is not None:
            raise self.failure

    def _visit(self):
        account = Account(self._shop.server, self._account.email, PASSWORD)
        item = self._shop.cart_item(account, self._product)["_id"]
        expect(account.delete(f"/api/cart/remove/{item}"), 200)
        address = expect(account.post("/api/address/add", json=address_body()), 201).json()["data"]["_id"]
        expect(account.put(f"/api/address/set-default/{address}"), 200)
        expect(account.delete(f"/api/address/delete/{address}"), 200)
        expect(account.put("/api/user/update-user", json={"name": f"Asha {self.visits}"}), 200)
        expect(account.put("/api/user/upload-avatar", files={"avatar": ("a.png", png(), "image/png")}), 200)
        expect(account.put("/api/user/forget-password", json={"email": account.email}), 200)
        self._shop.update_product(self._product["_id"], price=1 + self.visits % 500)
        expect(account.get("/api/product/no-such-id"), 404, 400)
        expect(account.post("/api/user/logout"), 200)
        account.close()


def expect(response, *allowed):
    assert response.status_code in allowed, (response.url, response.status_code, response.text)
    return response


class Watch(threading.Thread):
    """Looks at something every second: `look` returns a tuple of figures. samples: (seconds since the start, figures)."""

    def __init__(self, look, every_s=1):
        super().__init__()
        self.samples = []
        self._look, self._every_s = look, every_s
        self._stopping, self._began = threading.Event(), time.monotonic()

    def run(self):
        while not self._stopping.wait(self._every_s):
            self.samples.append((time.monotonic() - self._began, self._look()))

    def stop(self):
        self._stopping.set()
        self.join()

    def between(self, from_s, to_s):
        return [figures for at_s, figures in self.samples if from_s <= at_s < to_s]
