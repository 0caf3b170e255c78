#!/usr/bin/env python3
"""What one request costs in instructions and allocations, counted by callgrind: the same on a busy machine.

    bench/costs.py            counts, and prints the table
    bench/costs.py --write    and keeps it in bench/costs.json, which tests/costs compares with
"""
import argparse
import json
import pathlib
import re
import subprocess
import tempfile

from client import Client, bytes_of
from servers import BINARY, Haat, environment

KEPT = pathlib.Path(__file__).with_name("costs.json")
PRODUCTS = 1_000
WARM_UP = 50
REQUESTS = 400
ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"}


class CountedHaat(Haat):
    """Haat within callgrind, which counts from `reset` to `dump`."""
    ready_within_s = 120

    def __init__(self, folder):
        super().__init__(folder)
        self.dumps = folder / "callgrind"
        self.dumps.mkdir()

    def start(self):
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self.dumps}/out", BINARY, "serve"]
        self.start_process(command, environment(self.folder, PORT=str(self.port)), "/readyz")
        self.wait_for_index()

    def control(self, *arguments):
        # In the environment of the program: USER and HOST are part of the name by which valgrind is found.
        subprocess.run(["callgrind_control", *arguments, str(self.process.pid)], env=environment(self.folder),
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def reset(self):
        self.control("--zero")

    def dump(self):
        """Instructions, and allocations, since the reset."""
        self.control("--dump=request")
        newest = max(self.dumps.glob("out.*"), key=lambda path: int(path.name.rpartition(".")[2]))
        return read_dump(newest)


def read_dump(path):
    names, instructions, allocations, callee = {}, 0, 0, None
    for line in path.read_text().splitlines():
        if line.startswith("totals:") or line.startswith("summary:"):
            instructions = int(line.split()[1])
        elif match := re.match(r"c?fn=\((\d+)\)(?: (.*))?", line):
            number, name = match.groups()
            if name:
                names[number] = name
            callee = names[number] if line.startswith("c") else None
        elif line.startswith("calls=") and callee in ALLOCATORS:
            allocations += int(line[6:].split()[0])
    return instructions, allocations


def routes(haat):
    """Name, status, and the requests sent by turns. No search: what it costs is the database's, and within valgrind
    it takes longer than a scan may."""
    products = [product["_id"] for product in haat.data("GET", "/api/product/all?limit=100")]
    hot = {request.name: request for request in haat.requests()}
    customer = hot["cart view"].headers
    line = haat.data("GET", "/api/cart", None, customer)[0]["_id"]
    etag = dict(haat.get(hot["product list"].path).headers)["ETag"]

    def get(path, headers=None):
        return bytes_of("GET", path, headers or {})

    yield "product list", 200, [get("/api/product/all")]
    yield "product list, 304", 304, [get("/api/product/all", {"If-None-Match": etag})]
    yield "product list, br", 200, [get("/api/product/all", {"Accept-Encoding": "br"})]
    yield "product by id", 200, [get(hot["product by id"].path)]
    yield "category list", 200, [get("/api/category/all")]
    yield "cart view", 200, [get("/api/cart", customer)]
    yield "cart count", 200, [get("/api/cart/count", customer)]
    yield "profile", 200, [get("/api/user/profile", customer)]
    yield "address list", 200, [get("/api/address/all", customer)]
    yield "cart quantity update", 200, [bytes_of("PUT", f"/api/cart/update/{line}", customer, {"quantity": quantity})
                                        for quantity in (1, 2)]


def count():
    """{name: {"instructions": a request, "allocations": a request}}, on a shop of 1,000 products."""
    with tempfile.TemporaryDirectory(prefix="haat-costs-") as folder:
        folder = pathlib.Path(folder)
        subprocess.run([BINARY, "seed", "--products", str(PRODUCTS)], env=environment(folder), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with CountedHaat(folder) as haat:
            return {name: cost_of(haat, status, requests) for name, status, requests in routes(haat)}


def cost_of(haat, status, requests):
    client = Client(haat.port)
    for turn in range(WARM_UP + REQUESTS):
        if turn == WARM_UP:
            haat.reset()
        got, _ = client.ask(requests[turn % len(requests)])
        if got != status:
            raise RuntimeError(f"{requests[0]!r} gave {got}")
    instructions, allocations = haat.dump()
    return {"instructions": round(instructions / REQUESTS), "allocations": round(allocations / REQUESTS, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    table = count()
    for name, cost in table.items():
        print(f"{name:24} {cost['instructions']:>10,} {cost['allocations']:>8}")
    if options.write:
        KEPT.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
