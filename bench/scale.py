"""Whether a shop of 1,000,000 products is as fast as one of 1,000, on both engines, without the cache of answers."""
import json
import statistics
import time

import load
from beside_nginx import product_samples
from cart_work import Add
from client import Client, bytes_of
from plan import MILLION, THOUSAND
from rows import ENGINES, Row, medians, of_ratios
from servers import Request
from shops import empty_carts, fill_carts

CONNECTIONS = 8       # few: a list of so many may take long, and is refused when it waits
MOST_PER_SECOND = 25_000
DEEP = 50_000         # the page
ASKED = 20            # times a block
QUICK_ASKED = 5


class Side:
    """One of the two shops, served."""

    def __init__(self, shop, seconds):
        self.shop, self.haat = shop, shop.haat(CACHE_MEMORY="0")
        self.seconds = seconds
        self.add = Add(shop)

    def __enter__(self):
        self.haat.__enter__()
        self.samples = product_samples(self.shop, self.haat)
        return self

    def __exit__(self, *_):
        self.haat.__exit__()

    def works(self):
        """{route: its load}. A cart is read after each change of it: what is cached of it is of no use then."""
        empty_carts(self.haat, self.shop.customers)
        lines = fill_carts(self.haat, self.shop.customers, self.shop.on_sale, 3)
        count = MOST_PER_SECOND * self.seconds
        return {"list": load.Same(Request("list", "/api/product/all", {})),
                "get": load.gets(f"/api/product/{id_}" for id_ in self.shop.published[:200_000]),
                "cart, changed and read": load.Sequence(
                    each for turn in range(5) for customer, _, line in lines
                    for each in (("PUT", f"/api/cart/update/{line}", customer.token, json.dumps({"quantity": turn + 1})),
                                 ("GET", "/api/cart", customer.token, ""))),
                "add": load.Sequence((method, path, customer.token, json.dumps(body))
                                     for method, path, customer, body in self.add.requests(count))}

    def run(self, route, work):
        if route == "add":
            self.add.begin(self.haat)
        return load.drive(self.haat, work, CONNECTIONS, self.seconds, self.samples)


def costs(shops, plan):
    return [row for engine in ENGINES for row in costs_on(engine, shops, plan)]


def costs_on(engine, shops, plan):
    big, small = (Side(shops.open(engine, products), plan.seconds) for products in (MILLION, THOUSAND))
    rows = []
    with big, small:
        works = {side: side.works() for side in (big, small)}
        for route in works[big]:
            runs = {big: [], small: []}
            for side in (big, small):
                if route != "add":
                    load.warm_up(side.haat, works[side][route])
            for pair in range(plan.pairs):
                for side in (big, small) if pair % 2 == 0 else (small, big):
                    runs[side].append(side.run(route, works[side][route]))
            ratios = [b["cpu_us"] / s["cpu_us"] for b, s in zip(runs[big], runs[small])]
            rows.append(of_ratios("scale", f"{route}, {ENGINES[engine]}", ratios,
                                  ours=f"{medians(runs[big])['cpu_us']:.1f} µs CPU",
                                  reference=f"{medians(runs[small])['cpu_us']:.1f} µs CPU",
                                  runs={"1,000,000": runs[big], "1,000": runs[small]}))
    return rows


def deep_pages(shops, plan):
    return [deep_pages_on(engine, shops, plan) for engine in ENGINES]


def deep_pages_on(engine, shops, plan):
    """Blocks of first and deep pages by turns, one request at a time."""
    shop = shops.open(engine, MILLION)
    asked = QUICK_ASKED if plan.quick else ASKED
    blocks = []
    with shop.haat(CACHE_MEMORY="0") as haat:
        client = Client(haat.port)
        for block in range(plan.pairs):
            first, deep = [], []
            for turn in range(asked):
                first.append(page_ms(client, 1))
                deep.append(page_ms(client, DEEP + block * asked + turn))
            blocks.append((statistics.median(first), statistics.median(deep)))
        client.close()
    return of_ratios("pages", ENGINES[engine], [deep / first for first, deep in blocks],
                     ours=f"{statistics.median(deep for _, deep in blocks):.2f} ms",
                     reference=f"{statistics.median(first for first, _ in blocks):.2f} ms", runs={"blocks": blocks})


def page_ms(client, page):
    begin = time.perf_counter()
    status, body = client.ask(bytes_of("GET", f"/api/product/all?page={page}"))
    took_ms = (time.perf_counter() - begin) * 1e3
    answer = json.loads(body)
    if status != 200 or answer["pagination"]["page"] != page or len(answer["data"]) != 10:
        raise RuntimeError(f"page {page} gave {status}: {body[:200]}")
    return took_ms
