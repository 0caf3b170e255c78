"""What changes a cart, durably, at 250 connections: Haat beside a bare loop of the same statements on the embedded engine,
and beside pgbench of the same transaction on PostgreSQL."""
import contextlib
import json
import sqlite3
import time

import load
import machine
import native
import statements
import transactions
from beside_nginx import product_samples
from beside_pgbench import make_table, script_of
from cart_work import CONNECTIONS, Add, Update
from client import bytes_of
from plan import HUNDRED_THOUSAND
from rows import of_ratios, per_second

MOST_PER_SECOND = 25_000        # requests that a run has in store for each second
MOST_BARE_PER_SECOND = 60_000
GROUP = 64                      # transactions in a commit of the bare loop
WRITERS = 32
IN_SCRIPT = 10                  # transactions in one run of pgbench's script
ROWS_PER_SECOND = 40            # of each of pgbench's clients: runs of the script
NEW_ID = "lpad(to_hex((random() * 9e18)::bigint), 24, '0')"


def sequence(work, seconds):
    return load.Sequence((method, path, customer.token, json.dumps(body))
                         for method, path, customer, body in work.requests(MOST_PER_SECOND * seconds))


def count_lines(shop):
    return int(shop.rows("SELECT count(*) FROM cart_items")[0][0])


def check_statements(haat, work):
    work.begin(haat)
    _, _, first, _ = next(work.requests(1))
    own = [request for request in work.requests(100 * len(work.shop.customers)) if request[2] is first]
    transactions.check(haat, work.statements, [bytes_of(method, path, customer.headers, body)
                                               for method, path, customer, body in own])


def run_haat(shop, work, requests, seconds, **how):
    """One run on a server of its own: pgbench and the loop want the database for themselves."""
    with shop.haat(**how) as haat:
        samples = product_samples(shop, haat)
        where = {"cores": how["cores"]} if "cores" in how else {}
        work.begin(haat)
        load.warm_up(haat, requests, CONNECTIONS, **where)
        work.begin(haat)
        before = count_lines(shop)
        run = load.drive(haat, requests, CONNECTIONS, seconds, samples, **where)
        work.check(run, before, count_lines(shop))
    return run


def found(target, what, runs, reference):
    ratios = [h["rps"] / other for h, other in zip(runs["haat"], runs[reference])]
    median = sorted(runs[reference])[len(runs[reference]) // 2]
    return of_ratios(target, what, ratios, ours=per_second(runs["haat"]), reference=f"{median:,.0f}/s", runs=runs)


def bare_database(shop, scratch):
    """A copy, carts and all, for the loop."""
    path = scratch / "bare.db"
    path.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(f"file:{shop.folder}/haat.db?mode=ro", uri=True)) as source, \
            contextlib.closing(sqlite3.connect(path)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = WAL")
    return path


def run_bare(shop, work, scratch, database, seconds):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        if work.reset():
            connection.execute(work.reset())
            connection.commit()
    plan = scratch / "bare.plan"
    lines = [line for sql, names in transactions.of(work.statements, "sqlite") for line in (sql, " ".join(names))]
    plan.write_text("\n".join([statements.pragmas(), *lines]) + "\n")
    values = scratch / "bare.values"
    with values.open("w") as file:
        file.write("\t".join(work.given) + "\n")
        for each in work.values(MOST_BARE_PER_SECOND * seconds):
            file.write("\t".join(each) + "\n")
    rate = native.run("bare_loop", scratch, database, plan, values, seconds, GROUP)
    if work.reset():
        with contextlib.closing(sqlite3.connect(database)) as connection:
            inserted = connection.execute("SELECT count(*) FROM cart_items").fetchone()[0]
        if inserted < 0.9 * rate * seconds:
            raise RuntimeError(f"the bare loop says {rate:.0f} a second, and {inserted} lines are in its database")
    return rate


def writes_sqlite(shops, plan):
    shop = shops.open("sqlite", HUNDRED_THOUSAND)
    rows = []
    for work in (Update(shop), Add(shop)):
        with shop.haat() as haat:
            check_statements(haat, work)
            work.begin(haat)
        database = bare_database(shop, shops.scratch)
        requests = sequence(work, plan.seconds)
        runs = {"haat": [], "bare loop": []}
        for _ in range(plan.pairs):
            runs["haat"].append(run_haat(shop, work, requests, plan.seconds))
            runs["bare loop"].append(run_bare(shop, work, shops.scratch, database, plan.seconds))
        rows.append(found("writes-sqlite", f"{work.what}, {CONNECTIONS} connections", runs, "bare loop"))
    return rows


def pgbench_script(shop, work, seconds):
    """Each client has customers of its own, so that no two wait for each other's carts."""
    block = ROWS_PER_SECOND * seconds
    shares = [[] for _ in range(WRITERS)]
    client_of = {}
    for values in work.values(2 * WRITERS * block * IN_SCRIPT):
        user = values[0]
        shares[client_of.setdefault(user, len(client_of) % WRITERS)].append(values)
    rows = []
    for share in shares:
        for n in range(block):
            some = [share[(n * IN_SCRIPT + i) % len(share)] for i in range(IN_SCRIPT)]
            rows.append({f"{name}_{i}": value for i, values in enumerate(some) for name, value in zip(work.given, values)})
    table = "bench_" + work.what.replace(" ", "_")
    make_table(shop, table, rows)
    columns = [[f"{name}_{i}" for name in work.given] + [f"{NEW_ID} AS new_id_{i}"] for i in range(IN_SCRIPT)]
    return script_of(table, columns, block, transactions.of(work.statements, "postgres"), ("BEGIN;\n", "COMMIT;\n"))


def run_pgbench(shop, work, script, seconds):
    if work.reset():
        shop.rows("TRUNCATE cart_items")
    shop.rows("VACUUM cart_items")
    rate = IN_SCRIPT * shop.server.pgbench(shop.database, script, WRITERS, seconds, turn=0, quantity=2,
                                           now=int(time.time() * 1000))
    if work.reset() and count_lines(shop) < 0.9 * rate * seconds:
        raise RuntimeError(f"pgbench says {rate:.0f} a second, and {count_lines(shop)} lines are in the database")
    return rate


def writes_postgres(shops, plan):
    shop = shops.open("postgres", HUNDRED_THOUSAND)
    both = {"cores": machine.BOTH_CORES, "THREADS": "2"}
    rows = []
    for work in (Update(shop), Add(shop)):
        with shop.haat(**both) as haat:
            check_statements(haat, work)
            work.begin(haat)
        script = pgbench_script(shop, work, plan.seconds)
        requests = sequence(work, plan.seconds)
        runs = {"haat": [], "pgbench": []}
        for _ in range(plan.pairs):
            shop.rows("VACUUM cart_items")
            runs["haat"].append(run_haat(shop, work, requests, plan.seconds, **both))
            runs["pgbench"].append(run_pgbench(shop, work, script, plan.seconds))
        rows.append(found("writes-postgres", f"{work.what}, {CONNECTIONS} connections", runs, "pgbench"))
    return rows
