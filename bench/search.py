"""How long a search takes, one at a time, on both engines, without the cache of answers.

The words come from the catalogue itself (words.py), with the number of products that each is in: an answer with another
number of them does not count.
"""
import json
import statistics
import time
import urllib.parse

from client import Client, bytes_of
from plan import HUNDRED_THOUSAND, MILLION
from rows import ENGINES, Row

KINDS = {"rare": "a rare word", "half": "a word in half of all", "two": "two words"}
SAMPLES = 600
AT_LEAST = 500
LIMIT_S = 30          # then it is too slow for its target anyway
QUICK_SAMPLES = 60
QUICK_LIMIT_S = 4
PAGE = 10
PERCENTILES = (0, 10, 25, 50, 75, 90, 95, 99, 100)


def latencies(shops, plan):
    sizes = (HUNDRED_THOUSAND, MILLION) if plan.with_million else (HUNDRED_THOUSAND,)
    return [row for products in sizes for engine in ENGINES for row in latencies_of(engine, products, shops, plan)]


def latencies_of(engine, products, shops, plan):
    queries = shops.words(products)
    with shops.open(engine, products).haat(CACHE_MEMORY="0") as haat:
        client = Client(haat.port)
        rows = [row_of(kind, engine, products, client, queries[kind], plan) for kind in KINDS]
        client.close()
    return rows


def row_of(kind, engine, products, client, queries, plan):
    asked, limit_s = (QUICK_SAMPLES, QUICK_LIMIT_S) if plan.quick else (SAMPLES, LIMIT_S)
    if not queries:
        raise RuntimeError(f"the catalogue has no {KINDS[kind]}")
    times, refused, begin = [], 0, time.monotonic()
    for turn in range(asked):
        if time.monotonic() - begin > limit_s:
            break
        took_ms, answered = search_ms(client, queries[turn % len(queries)])
        times.append(took_ms)
        refused += not answered
    times.sort()
    return Row(f"search-{kind}-{products}", f"{KINDS[kind]}, {products:,} products, {ENGINES[engine]}", at(times, 99), [],
               ours=f"median {statistics.median(times):.2f} ms, {len(times)} searches for {len(queries)} texts in "
                    f"{share(queries, products)} of the products", fault=fault(times, refused, plan),
               runs={"percentiles_ms": {str(percent): round(at(times, percent), 3) for percent in PERCENTILES},
                     "queries": queries, "refused": refused})


def at(times, percent):
    """Of sorted times: so many percent are below it."""
    return times[min(len(times) - 1, len(times) * percent // 100)]


def share(queries, products):
    shares = [query["found"] / products for query in queries]
    return f"{min(shares):.2%} to {max(shares):.2%}"


def fault(times, refused, plan):
    if refused:
        return f"{refused} of {len(times)} searches were refused"
    if not plan.quick and len(times) < AT_LEAST:
        return f"only {len(times)} searches in {LIMIT_S} s"
    return ""


def request_of(query):
    return bytes_of("GET", f"/api/product/search?search={urllib.parse.quote(query['query'])}&limit={PAGE}")


def search_ms(client, query):
    """Milliseconds, and whether there was an answer: 503 is what comes when the search takes too long."""
    request = request_of(query)
    begin = time.perf_counter()
    status, body = client.ask(request)
    took_ms = (time.perf_counter() - begin) * 1e3
    if status == 503:
        return took_ms, False
    answer = json.loads(body)
    found = answer.get("pagination", {}).get("totalProducts")
    if status != 200 or found != query["found"] or len(answer["data"]) != min(PAGE, found):
        raise RuntimeError(f"{query} gave {status}, {found} products: {body[:200]}")
    return took_ms, True
