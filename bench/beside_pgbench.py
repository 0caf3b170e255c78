"""Haat on PostgreSQL beside pgbench on the same database, both on all cores."""
import load
import machine
import transactions
from beside_nginx import product_samples
from client import bytes_of
from plan import HUNDRED_THOUSAND
from rows import of_ratios, per_second

READERS = 8
READS = 20  # products that one run of the script reads: what says which ones then counts for little
ROWS = 3_000
CONSTANT = ("now", "quantity")  # values that may be the same each time


def in_pgbench(sql, names, suffix):
    """The statement with variables of pgbench for its values."""
    for number, name in reversed(list(enumerate(names, 1))):
        sql = sql.replace(f"${number}", f":{name}" if name in CONSTANT else f":{name}{suffix}")
    return sql + ";\n"


def script_of(table, columns, block, statements, frame):
    """A script that takes a row of the table, never twice the same by one client, and runs the statements for each of
    the sets of values in it. frame: what stands before and behind each."""
    sets = len(columns)
    wanted = ", ".join(column for numbered in columns for column in numbered)
    text = (f"\\set row :client_id * {block} + :turn % {block}\n\\set turn :turn + 1\n"
            f"SELECT {wanted} FROM {table} WHERE n = :row \\gset\n")
    for number in range(sets):
        body = "".join(in_pgbench(sql, names, f"_{number}") for sql, names in statements)
        text += frame[0] + body + frame[1]
    return text


def make_table(shop, table, rows):
    """rows: [{column: text}], numbered from 0."""
    columns = list(rows[0])
    lines = ["\t".join([str(n), *row.values()]) for n, row in enumerate(rows)]
    shop.rows(f"DROP TABLE IF EXISTS {table};\nCREATE TABLE {table} (n bigint PRIMARY KEY, "
              f"{', '.join(f'{column} text NOT NULL' for column in columns)});\n"
              f"COPY {table} FROM STDIN;\n" + "\n".join(lines) + f"\n\\.\nANALYZE {table};\n")


def reads_script(shop):
    ids = shop.published
    rows = [{f"product_{i}": ids[(n * READS + i) % len(ids)] for i in range(READS)} for n in range(ROWS)]
    make_table(shop, "bench_reads", rows)
    columns = [(f"product_{i}",) for i in range(READS)]
    return script_of("bench_reads", columns, ROWS // READERS, transactions.of(transactions.PRODUCT, "postgres"), ("", ""))


def product_postgres(shops, plan):
    """The statement of a product by id, without a transaction around it, as in Haat."""
    shop = shops.open("postgres", HUNDRED_THOUSAND)
    script = reads_script(shop)
    work = load.gets(f"/api/product/{id_}" for id_ in shop.published)
    both = {"cores": machine.BOTH_CORES}
    rows = []
    with shop.haat(**both, THREADS="2", CACHE_MEMORY="0") as haat:
        transactions.check(haat, transactions.PRODUCT, [bytes_of("GET", f"/api/product/{id_}") for id_ in shop.published[:6]])
        samples = product_samples(shop, haat)
        load.warm_up(haat, work, **both)
        for connections in plan.connections:
            runs = {"haat": [], "pgbench": []}
            for _ in range(plan.pairs):
                runs["haat"].append(load.drive(haat, work, connections, plan.seconds, samples, **both))
                runs["pgbench"].append(READS * shop.server.pgbench(shop.database, script, READERS, plan.seconds, turn=0))
            ratios = [h["rps"] / p for h, p in zip(runs["haat"], runs["pgbench"])]
            rows.append(of_ratios("product-postgres", f"product by id, at random, {connections} connections", ratios,
                                  ours=per_second(runs["haat"]),
                                  reference=f"{sorted(runs['pgbench'])[plan.pairs // 2]:,.0f}/s", runs=runs))
    return rows
