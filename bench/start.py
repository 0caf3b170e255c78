"""From the start of the process to the first 200 of /readyz."""
import statistics

from plan import MILLION
from rows import ENGINES, Row

STARTS = 7
QUICK_STARTS = 3


def ready(shops, plan):
    return [ready_on(engine, shops, plan) for engine in ENGINES]


def ready_on(engine, shops, plan):
    shop = shops.open(engine, MILLION)
    ready_ms, index_ms = [], []
    for _ in range(QUICK_STARTS if plan.quick else STARTS):
        with shop.haat() as haat:
            ready_ms.append(haat.ready_ms)
            index_ms.append(haat.index_ms)
    return Row("start", ENGINES[engine], statistics.median(ready_ms), ready_ms,
               ours=f"{statistics.median(index_ms):.0f} ms more until the index of the catalogue is loaded",
               runs={"ready_ms": ready_ms, "index_ms": index_ms})
