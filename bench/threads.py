"""What a second thread brings, on reads that no cache answers.

One thread has core 0 for itself, and the load core 1. Two threads have to share both cores with the load: so their
requests a second are counted for the cores that the load left them (2 cores less what `wrk` used). Where a thread waits
for the other one, a core stays idle, and that counts against them.
"""
import random

import load
import machine
from beside_nginx import product_samples
from plan import HUNDRED_THOUSAND
from rows import of_ratios, per_second

CORES = 2
CONNECTIONS = 250
PAGES = 50


def reads(shop):
    """Three products at random, then a page of the list."""
    drawn = random.Random(3)
    for turn, id_ in enumerate(shop.published):
        yield f"/api/product/{id_}"
        if turn % 3 == 2:
            yield f"/api/product/all?page={drawn.randint(1, PAGES)}"


def speed_up(shops, plan):
    shop = shops.open("sqlite", HUNDRED_THOUSAND)
    work = load.gets(reads(shop))
    runs = {"one": [], "two": []}
    for _ in range(plan.pairs):
        runs["one"].append(run(shop, work, plan, "1", machine.SERVER_CORE, machine.LOAD_CORE))
        runs["two"].append(run(shop, work, plan, "2", machine.BOTH_CORES, machine.BOTH_CORES))
    ratios = [two["rps"] * CORES / (CORES - two["load_cores"]) / one["rps"] for one, two in zip(runs["one"], runs["two"])]
    as_measured = [two["rps"] / one["rps"] for one, two in zip(runs["one"], runs["two"])]
    return [of_ratios("threads", "for the cores that the load left", ratios, ours=per_second(runs["two"]),
                      reference=per_second(runs["one"]), runs=runs),
            of_ratios("", "requests a second as they were", as_measured)]


def run(shop, work, plan, threads, cores, load_cores):
    with shop.haat(cores=cores, THREADS=threads, CACHE_MEMORY="0") as haat:
        samples = product_samples(shop, haat)
        load.warm_up(haat, work, CONNECTIONS, cores=load_cores)
        return load.drive(haat, work, CONNECTIONS, plan.seconds, samples, cores=load_cores)
