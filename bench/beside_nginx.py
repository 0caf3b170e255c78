"""Haat and nginx in turn on core 0, the load on core 1: the routes of the most requests."""
import itertools
import json

import brotli

import load
from nginx import Nginx
from plan import HUNDRED_THOUSAND
from rows import of_ratios, per_second
from servers import Request

PUBLIC = ("product list", "product by id", "category list")
PRIVATE = ("cart view", "cart count", "profile")
SAMPLED = 20


def compare(haat, nginx, work, connections, plan, samples):
    """Pairs of runs, Haat and nginx by turns."""
    runs = {"haat": [], "nginx": []}
    for pair in range(plan.pairs):
        for server in (haat, nginx) if pair % 2 == 0 else (nginx, haat):
            looked_at = samples if server is haat else load.samples_of(nginx, [samples[0][0]])
            runs[server.name].append(load.drive(server, work, connections, plan.seconds, looked_at))
    return runs


def row(target, what, runs):
    ratios = [h["rps"] / n["rps"] for h, n in zip(runs["haat"], runs["nginx"])]
    return of_ratios(target, what, ratios, ours=per_second(runs["haat"]), reference=per_second(runs["nginx"]), runs=runs)


def check_same(haat, nginx, request):
    """Both give the same status and body, and nginx every header that Haat has."""
    ours, theirs = haat.answer(request), nginx.answer(request)
    if ours.body != theirs.body:
        raise RuntimeError(f"nginx does not give the body of {request.path}")
    names = {name.lower() for name, _ in theirs.headers}
    missing = [name for name, _ in ours.headers if name.lower() not in names | {"content-length"}]
    if missing:
        raise RuntimeError(f"nginx does not give {missing}")


def check_right(haat, request):
    """A plain answer is JSON of success; another form of it says the same."""
    answer = haat.answer(request)
    if request.status == 304:
        if answer.body:
            raise RuntimeError(f"{request.path}: 304 with a body")
    elif "Accept-Encoding" in request.headers:
        plain = haat.get(request.path, {**request.headers, "Accept-Encoding": "identity"})
        if answer.header("Content-Encoding") != "br" or brotli.decompress(answer.body) != plain.body:
            raise RuntimeError(f"{request.path}: is not the answer in brotli")
    elif json.loads(answer.body)["success"] is not True:
        raise RuntimeError(f"{request.path}: {answer.body[:200]}")


def measured(haat, target, request, plan):
    check_right(haat, request)
    with Nginx(haat.answer(request)) as nginx:
        check_same(haat, nginx, request)
        load.warm_up(haat, load.Same(request))
        for connections in plan.connections:
            runs = compare(haat, nginx, load.Same(request), connections, plan, load.samples_of(haat, [request]))
            yield row(target, f"{request.name}, {connections} connections", runs)


def with_etag(haat, request):
    etag = haat.answer(request).header("ETag")
    return Request(f"{request.name}, 304", request.path, {**request.headers, "If-None-Match": etag}, 304)


def in_brotli(request):
    return Request(f"{request.name}, brotli", request.path, {**request.headers, "Accept-Encoding": "br"})


def chosen(haat, names):
    return [request for request in haat.requests() if request.name in names]


def cached(shops, plan):
    with shops.open("sqlite", HUNDRED_THOUSAND).haat() as haat:
        return [found for request in chosen(haat, PUBLIC) for found in measured(haat, "cached", request, plan)]


def variants(shops, plan):
    with shops.open("sqlite", HUNDRED_THOUSAND).haat() as haat:
        requests = itertools.chain.from_iterable((with_etag(haat, request), in_brotli(request))
                                                 for request in chosen(haat, PUBLIC))
        return [found for request in requests for found in measured(haat, "variants", request, plan)]


def private(shops, plan):
    with shops.open("sqlite", HUNDRED_THOUSAND).haat() as haat:
        return [found for request in chosen(haat, PRIVATE) for found in measured(haat, "private", request, plan)]


def product_samples(shop, haat):
    """Some products' answers, which say what the database says."""
    ids = shop.published[:SAMPLED]
    known = dict(shop.rows(f"SELECT id, name FROM products WHERE id IN ({','.join(repr(id_) for id_ in ids)})"))
    samples = load.samples_of(haat, [Request(id_, f"/api/product/{id_}", {}) for id_ in ids])
    for request, body in samples:
        if json.loads(body)["data"]["name"] != known[request.name]:
            raise RuntimeError(f"{request.path} is another product: {body[:200]}")
    return samples


def product_sqlite(shops, plan):
    """nginx gives one product's bytes, of median length."""
    shop = shops.open("sqlite", HUNDRED_THOUSAND)
    work = load.gets(f"/api/product/{id_}" for id_ in shop.published)
    with shop.haat(CACHE_MEMORY="0") as haat:
        samples = product_samples(shop, haat)
        median, _ = sorted(samples, key=lambda sample: len(sample[1]))[len(samples) // 2]
        with Nginx(haat.answer(median)) as nginx:
            check_same(haat, nginx, median)
            load.warm_up(haat, work)
            return [row("product-sqlite", f"product by id, at random, {connections} connections",
                        compare(haat, nginx, work, connections, plan, samples)) for connections in plan.connections]
