"""Turns the figures into docs/performance.md."""
import statistics

MB = 1024
TARGETS = {"idle_mb": 40, "load_mb": 200, "start_ms": 200, "seed_s": 60}


def met(is_met):
    return "met" if is_met else "**not met**"


def spread(values, form):
    return f"{form.format(min(values))} to {form.format(max(values))}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def route_row(result):
    median = {name: {key: statistics.median(run[key] for run in runs) for key in ("rps", "cpu_us", "p99_ms")}
              for name, runs in result["runs"].items()}
    haat, nginx = median["haat"], median["nginx"]
    return [result["route"], f"{result['body_bytes']:,}", str(result["connections"]), f"{haat['rps']:,.0f}",
            f"{nginx['rps']:,.0f}", f"{result['ratio']:.2f}", spread(result["ratios"], "{:.2f}"),
            f"{haat['cpu_us']:.1f}", f"{nginx['cpu_us']:.1f}", f"{result['cpu_ratio']:.2f}", f"{haat['p99_ms']:.1f}", f"≥ {result['target']}",
            met(result["ratio"] >= result["target"])]


def routes(results):
    header = ["route", "bytes", "connections", "Haat/s", "nginx/s", "ratio", "its spread", "Haat µs CPU", "nginx µs CPU",
              "CPU ratio", "Haat p99 ms", "target", ""]
    return table(header, [route_row(result) for result in results["routes"]])


def resources(results):
    memory, start = results["memory"], results["start_ms"]
    idle, full, mixed = memory["idle"], memory["idle_full"], memory["mixed"]
    demo_mb, load_mb = idle["resident"] / MB, mixed["memory"]["resident"] / MB
    ready, seed = statistics.median(start), results["seed"]["seconds"]

    def both(kb):
        return f"{kb['resident'] / MB:.0f} MB ({kb['anonymous'] / MB:.0f} MB without files)"

    return table(["what", "figure", "target", ""], [
        ["resident, idle, demo data", both(idle), f"< {TARGETS['idle_mb']} MB", met(demo_mb < TARGETS["idle_mb"])],
        [f"resident, idle, {results['products']:,} products", both(full), "", ""],
        [f"resident, {results['products']:,} products, 250 connections", both(mixed["memory"]),
         f"< {TARGETS['load_mb']} MB", met(load_mb < TARGETS["load_mb"])],
        [f"start to ready, {results['products']:,} products", f"{ready:.0f} ms ({spread(start, '{:.0f}')})",
         f"< {TARGETS['start_ms']} ms", met(ready < TARGETS["start_ms"])],
        [f"seeding {results['seed']['products']:,} products", f"{seed:.1f} s", f"< {TARGETS['seed_s']} s",
         met(seed < TARGETS["seed_s"])],
    ])


def others(results):
    shares = [run["others"] for result in results["routes"] for runs in result["runs"].values() for run in runs]
    busiest = max(shares)
    text = f"Other processes had {statistics.median(shares):.2f} cores in the median run, {busiest:.2f} at most."
    if busiest > 0.1:
        text += " The machine was not quiet: ratios and milliseconds are provisional, µs of CPU suffer less."
    return text


def render(results):
    machine, mixed = results["machine"], results["memory"]["mixed"]
    quick = " Short runs (QUICK=1): figures to look at, not to quote." if results["quick"] else ""
    return f"""# Performance

Written by `make bench`; the figures of each run are in `bench/results.json`. `QUICK=1 make bench` does less.

{machine['cpu']}, {machine['cores']} cores, {machine['memory_mb'] // 1024} GB, Linux {machine['kernel']}; nginx \
{machine['nginx']}; commit {machine['commit']}; {machine['date']}.{quick}
{others(results)}

## Requests a second, beside nginx
The release build with one thread and nginx with one worker take turns on core 0, `wrk -t1` has core 1. nginx gives
the same bytes from its configuration (`return 200`), with the same headers and two of its own (`Server`,
`Connection`): it has nothing to work out. {results['pairs']} pairs of {results['seconds']} s each; the ratio is the
median of the pairs. Haat's answers are compared with the right ones under load, and any status but 200 fails the run.
The CPU ratio compares the servers' CPU time a request: it says more where others keep the machine busy, or where
`wrk` is what cannot go on.

{routes(results)}

By turns products all over the catalogue and pages of the list, 250 connections, more than the cache holds:
{mixed['rps']:,.0f} a second, p99 {mixed['p99_ms']:.0f} ms, {mixed['cpu_us']:.0f} µs of CPU a request.

## Memory and time
Resident memory counts pages of files, which the kernel can take back: the program and its libraries.

{resources(results)}
"""
