"""What Haat's database has to do for a request: its statements, and what goes into them. Looked up in src/, and checked
against what the running program counts."""
import statements
from client import Client

# The values of each statement, in their order.
VALUES = {
    "cart.lock_owner": ("user",),
    "cart.find_item": ("user", "line"),
    "cart.insert_item": ("new_id", "product", "quantity", "user", "now", "now"),
    "cart.count_items": ("user",),
    "cart.set_quantity": ("user", "line", "quantity", "now"),
    "catalog.find_product": ("product",),
}
PRODUCT = ("catalog.find_product",)
ADD = ("cart.lock_owner", "catalog.find_product", "cart.insert_item", "cart.count_items")
UPDATE = ("cart.find_item", "catalog.find_product", "cart.set_quantity")

TIMES = 5


def of(names, engine):
    """[(SQL, names of its values)]"""
    known = statements.queries()
    missing = [name for name in names if name not in known]
    if missing:
        raise RuntimeError(f"src/ has no statement {missing}: bench/transactions.py is out of date")
    return [(known[name][engine], VALUES[name]) for name in names]


def counts(haat):
    prefix = 'haat_db_statements_total{name="'
    return {name[len(prefix):-2]: value for name, value in haat.metrics().items() if name.startswith(prefix)}


def check(haat, names, requests):
    """Runs the requests (bytes, at least TIMES + 1), and looks whether each takes these statements, and no others of the
    features or of the log of changes that other nodes read."""
    client = Client(haat.port)
    try:
        before = {}
        for turn, request in enumerate(requests[:TIMES + 1]):
            if turn == 1:  # the first one of a client looks for its session as well
                before = counts(haat)
            status, body = client.ask(request)
            if status not in (200, 201):
                raise RuntimeError(f"{request[:80]} gave {status}: {body[:200]}")
    finally:
        client.close()
    after = counts(haat)
    listed = {name: names.count(name) for name in names}
    run = {name: round((after[name] - before.get(name, 0)) / TIMES) for name in after
           if name.startswith(("catalog.", "cart.", "db.append"))}
    run = {name: count for name, count in run.items() if count}
    if run != listed:
        raise RuntimeError(f"a request takes {run}, bench/transactions.py says {listed}")
