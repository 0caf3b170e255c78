"""How many can log in in a second, and what others notice of it. All on both cores."""
import json
import statistics

import load
import machine
import native
from beside_nginx import product_samples
from plan import HUNDRED_THOUSAND
from rows import of_ratios
from servers import Request

CORES = 2
CONNECTIONS = 16         # of those who log in
OTHERS = 8               # connections of those who do something else …
OTHERS_THINK_MS = 8      # … together about 1,000 requests a second
SECONDS = 5
QUICK_SECONDS = 2
BOTH = {"cores": machine.BOTH_CORES}


def logins(shop):
    return load.Sequence(("POST", "/api/user/login", "", json.dumps(account_of(customer, shop)))
                         for customer in shop.customers)


def account_of(customer, shop):
    return {"email": customer.email, "password": shop.seeded["password"]}


def other_routes(shop):
    """Reads of all kinds by customers."""
    return load.Sequence(
        line for turn, customer in enumerate(shop.customers)
        for line in (("GET", "/api/product/all", "", ""), ("GET", f"/api/product/{shop.published[turn]}", "", ""),
                     ("GET", "/api/category/all", "", ""), ("GET", "/api/cart", customer.token, "")))


def login_rate(shops, plan):
    shop = shops.open("sqlite", HUNDRED_THOUSAND)
    seconds = QUICK_SECONDS if plan.quick else SECONDS
    entrance, others = logins(shop), other_routes(shop)
    runs = {"logins": [], "quiet": [], "busy": [], "hash": []}
    with shop.haat(**BOTH, THREADS=str(CORES)) as haat:
        check_login(shop, haat)
        samples = product_samples(shop, haat)
        load.warm_up(haat, others, **BOTH)
        load.warm_up(haat, entrance, CONNECTIONS, **BOTH)
        for _ in range(plan.pairs):
            runs["hash"].append(native.run("hash_rate", shops.scratch, seconds))
            runs["quiet"].append(load.drive(haat, others, OTHERS, seconds, samples, think_ms=OTHERS_THINK_MS, **BOTH))
            with load.Beside(haat, entrance, CONNECTIONS, seconds + 1, **BOTH) as beside:
                runs["busy"].append(load.drive(haat, others, OTHERS, seconds, samples, think_ms=OTHERS_THINK_MS, **BOTH))
            runs["logins"].append(beside.figures)
    return rows_of(runs)


def check_login(shop, haat):
    """A token that a login gives is good."""
    customer = shop.customers[0]
    tokens = haat.data("POST", "/api/user/login", account_of(customer, shop))
    profile = haat.answer(Request("profile", "/api/user/profile", {"Authorization": f"Bearer {tokens['accessToken']}"}))
    if json.loads(profile.body)["data"]["email"] != customer.email:
        raise RuntimeError(f"{customer.email} logged in, and is somebody else: {profile.body[:200]}")


def rows_of(runs):
    def middle(values):
        return statistics.median(values)
    rates = [login["rps"] / (CORES * hash_rate) for login, hash_rate in zip(runs["logins"], runs["hash"])]
    waits = [busy["p99_ms"] / quiet["p99_ms"] for busy, quiet in zip(runs["busy"], runs["quiet"])]
    return [of_ratios("login", f"{CONNECTIONS} connections", rates,
                      ours=f"{middle(login['rps'] for login in runs['logins']):.1f}/s",
                      reference=f"{CORES} × {middle(runs['hash']):.1f}/s", runs=runs),
            of_ratios("login-others", f"at {middle(run['rps'] for run in runs['busy']):,.0f} requests a second", waits,
                      ours=f"p99 {middle(run['p99_ms'] for run in runs['busy']):.2f} ms",
                      reference=f"p99 {middle(run['p99_ms'] for run in runs['quiet']):.2f} ms")]
