"""A long time at 70 % of what the server can do: it grows by nothing, holds no more files and connections in the end than
at the start, and makes no error.

HAAT_SOAK_MINUTES says how long, on each engine (`make soak`: 20). Memory is judged from ten minutes on, and caches are
filled before: else one would see them fill.
"""
import os
import statistics

from steady_load import CONNECTIONS, VISITORS, Load, Visitor, Watch, fill_caches
from support.pressure import expect_clean, gauge, held, memory_mb, open_files
from support.report import write_report

MINUTES = float(os.environ.get("HAAT_SOAK_MINUTES", 0.5))
SHARE, LEAST_SHARE = 0.7, 0.5  # of the greatest rate; what others do on the machine may slow it
FULL_SPEED_S = 15
WARM_UP, WINDOW = 0.2, 0.1  # parts of the time: not looked at, and compared with its end
MEMORY_JUDGED_MINUTES = 10
GROWTH = 1.02
SLACK = 6  # files and connections of visitors, who come and go


def pause_of(rate, latency_ms):
    """What each connection waits between two requests, so that all together ask so often."""
    return max(0.0, CONNECTIONS / rate * 1000 - latency_ms)


def run_paced(load, full, seconds):
    """The load at its share. How long answers take at that rate is learnt by a short run."""
    rate = SHARE * full["rate"]
    tried = load.run(5, pause_of(rate, full["median_ms"] * SHARE))
    pause = pause_of(rate, CONNECTIONS / tried["rate"] * 1000 - pause_of(rate, full["median_ms"] * SHARE))
    return load.run(seconds, pause)


def medians(samples):
    return [statistics.median(column) for column in zip(*samples)]


def test_a_long_time_under_load_leaves_nothing(shop, database_engine):
    server, seconds = shop.server, round(60 * MINUTES)
    if MINUTES >= MEMORY_JUDGED_MINUTES:
        fill_caches(shop)
    visitors = [Visitor(shop) for _ in range(VISITORS)]
    with Load(shop) as load:
        before = held(server)
        full = load.run(FULL_SPEED_S)
        watch = Watch(lambda: (memory_mb(server), open_files(server), gauge(server, "haat_http_connections")))
        for thread in [*visitors, watch]:
            thread.start()
        try:
            paced = run_paced(load, full, seconds)
        finally:
            watch.stop()
            for visitor in visitors:
                visitor.stop()
    lasted = watch.samples[-1][0]
    first = medians(watch.between(WARM_UP * lasted, (WARM_UP + WINDOW) * lasted))
    last = medians(watch.between((1 - WINDOW) * lasted, lasted))
    visits = sum(visitor.visits for visitor in visitors)
    problems = problems_of(server, first, last) + ([] if visits > seconds / 10 else [f"only {visits} visits"])
    note(database_engine, full, paced, visits, first, last, problems)
    assert not problems
    assert LEAST_SHARE < paced["rate"] / full["rate"], "it was no load to speak of"
    expect_clean(server, before)


def problems_of(server, first, last):
    """first, last: memory (MB), open files, connections."""
    found = [f"{name}: {was:.0f} became {now:.0f}" for name, was, now in zip(("files", "connections"), first[1:], last[1:])
             if abs(now - was) > SLACK]
    if MINUTES >= MEMORY_JUDGED_MINUTES and last[0] > GROWTH * first[0]:
        found.append(f"memory: {first[0]:.1f} MB became {last[0]:.1f}")
    return found + [str(record) for record in server.log_records() if record["level"] == "error"]


def note(engine, full, paced, visits, first, last, problems):
    write_report("soak", [{
        "what": f"{engine}: {MINUTES:g} minutes under load", "times": paced["requests"], "failures": len(problems),
        "detail": f"{paced['rate']:.0f} requests a second, {100 * paced['rate'] / full['rate']:.0f} % of what it can, and "
                  f"{visits} visits of customers; memory {first[0]:.1f} to {last[0]:.1f} MB "
                  f"({100 * (last[0] / first[0] - 1):+.1f} %); files {first[1]:.0f} to {last[1]:.0f}, connections "
                  f"{first[2]:.0f} to {last[2]:.0f}; 99 % within {paced['p99_ms']:.0f} ms"}])
