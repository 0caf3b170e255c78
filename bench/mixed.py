"""How long the slowest hundredth of a mixed load waits, beside nginx at the same rate.

Debian has no wrk2. So wrk's connections rest before each request, as long as makes the rate; both servers are driven in
this way, in turn, at the same rate: a share of what Haat does without rests.
"""
import load
from beside_nginx import product_samples
from mixed_load import MixedLoad
from nginx import Nginx
from plan import HUNDRED_THOUSAND
from rows import Row, medians, of_ratios
from servers import Request

CONNECTIONS = 250
SHARE = 0.7           # of the most that Haat does
ALIKE = 0.05          # how far the two rates may lie apart
SECONDS = 20          # three of these are the minute
QUICK_SECONDS = 3
CALIBRATION_S = 2
STEPS = 4
ATTEMPTS = 3


def nginx_answers(haat, shop):
    """What nginx gives: the list, a product, the categories, a cart, and for all that changes one the same cart."""
    customer = shop.customers[0]
    cart = haat.answer(Request("cart", "/api/cart", customer.headers))
    return {"= /api/product/all": haat.get("/api/product/all"),
            "/api/product/": haat.get(f"/api/product/{shop.published[0]}"),
            "= /api/category/all": haat.get("/api/category/all"),
            "= /api/cart/count": haat.answer(Request("count", "/api/cart/count", customer.headers)),
            "/": cart}


def nearer(think_ms, rate, run):
    """How long a connection has to rest so that all together make the rate, after a run in which they did not."""
    return max(0.5, think_ms + CONNECTIONS / rate * 1e3 - CONNECTIONS / run["rps"] * 1e3)


def think_ms_for(server, work, rate):
    think_ms = CONNECTIONS / rate * 1e3
    for _ in range(STEPS):
        work.begin_on(server)
        run = load.read_wrk(load.wrk(server, work.mixed.sequence, CONNECTIONS, CALIBRATION_S, think_ms=think_ms))
        if abs(run["rps"] / rate - 1) < ALIKE / 5:
            break
        think_ms = nearer(think_ms, rate, run)
    return think_ms


class Work:
    def __init__(self, mixed, haat):
        self.mixed, self.haat = mixed, haat

    def begin_on(self, server):
        if server is self.haat:
            self.mixed.begin(self.haat)


def p99_beside_nginx(shops, plan):
    shop = shops.open("sqlite", HUNDRED_THOUSAND)
    seconds = QUICK_SECONDS if plan.quick else SECONDS
    with shop.haat() as haat:
        work = Work(MixedLoad(shop), haat)
        work.begin_on(haat)
        samples = product_samples(shop, haat)
        load.warm_up(haat, work.mixed.sequence, CONNECTIONS, 1 if plan.quick else 3)
        work.begin_on(haat)
        most = load.drive(haat, work.mixed.sequence, CONNECTIONS, plan.seconds, samples)
        rate = SHARE * most["rps"]
        with Nginx(nginx_answers(haat, shop)) as nginx:
            think = {server.name: think_ms_for(server, work, rate) for server in (haat, nginx)}
            runs = {"haat": [], "nginx": []}
            for pair in range(plan.pairs):
                servers = (haat, nginx) if pair % 2 == 0 else (nginx, haat)
                for name, run in pair_of_runs(servers, work, seconds, samples, think, rate).items():
                    runs[name].append(run)
    return rows_of(runs, most)


def pair_of_runs(servers, work, seconds, samples, think, rate):
    """{name: run}. Where the rates are not the same, it is not a pair: both run again, with rests (`think`) that fit."""
    for _ in range(ATTEMPTS):
        pair = {}
        for server in servers:
            work.begin_on(server)
            looked_at = samples if server is work.haat else load.samples_of(server, [samples[0][0]])
            pair[server.name] = load.drive(server, work.mixed.sequence, CONNECTIONS, seconds, looked_at,
                                           think_ms=think[server.name])
        if abs(pair["haat"]["rps"] / pair["nginx"]["rps"] - 1) <= ALIKE:
            return pair
        think |= {name: nearer(think[name], rate, run) for name, run in pair.items()}
    raise RuntimeError(f"the rates are not the same: {pair['haat']['rps']:.0f} and {pair['nginx']['rps']:.0f} a second")


def rows_of(runs, most):
    haat, nginx = medians(runs["haat"]), medians(runs["nginx"])
    ratios = [h["p99_ms"] / n["p99_ms"] for h, n in zip(runs["haat"], runs["nginx"])]
    return [of_ratios("mixed", f"p99 at {haat['rps']:,.0f}/s", ratios, ours=f"{haat['p99_ms']:.2f} ms",
                      reference=f"{nginx['p99_ms']:.2f} ms", runs=runs),
            Row("", "without rests", most["p99_ms"], [], ours=f"{most['rps']:,.0f}/s, p99 {most['p99_ms']:.1f} ms",
                runs={"haat": [most]})]
