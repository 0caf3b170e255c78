"""Turns the figures into a page in Markdown with its pictures."""
import statistics

import plots
from groups import GROUPS
from targets import TARGETS, form

INTRODUCTION = """# Performance

Written by `make bench`, which measures the release build beside what the machine can do at most, by turns in pairs (the
order changes from pair to pair). A ratio is the median of the pairs', its spread is from the least to the most. Any error
fails the run, and answers are looked at under load: they have to be right. All figures of all runs are in
`bench/results.json`.

    make bench                          # all of it, some 35 minutes once the shops are filled
    make bench ARGS="search memory"     # some groups; the figures of the others stay
    make bench QUICK=1                  # short runs, some 3 minutes: to look at, not to quote

It needs two cores, and nobody else on the machine. The shops (`haat seed`) stay in `build/bench`.
"""
BUSY = 0.1  # cores that others may have had in a run, before the report speaks of it


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def verdict(row):
    if row["met"] is None:
        return ""
    return "met" if row["met"] else f"**missed**{': ' + row['fault'] if row['fault'] else ''}"


def unit_of(row):
    return TARGETS[row["target"]].unit if row["target"] else ""


def spread(row):
    return f"{form(min(row['values']), unit_of(row))} to {form(max(row['values']), unit_of(row))}" if row["values"] else ""


def figure(row):
    """A row for information that has neither a target nor values says it in Haat's column."""
    return form(row["figure"], unit_of(row)) if row["target"] or row["values"] else ""


def detail(row):
    bound = TARGETS[row["target"]].text() if row["target"] else ""
    return [row["what"], row["ours"], row["reference"], figure(row), spread(row), bound, verdict(row)]


def others(record):
    """What is said of a group that others disturbed."""
    shares = [run["others"] for row in record.get("rows", []) for runs in row["runs"].values() if isinstance(runs, list)
              for run in runs if isinstance(run, dict) and "others" in run]
    if not shares or max(shares) <= BUSY:
        return ""
    return (f" Other processes had {statistics.median(shares):.2f} cores in the median run, {max(shares):.2f} at most: the "
            "machine was not quiet, and these figures are provisional.")


def section(name, record):
    group = GROUPS[name]
    short = " Short runs (QUICK=1): figures to look at, not to quote." if record["quick"] else ""
    text = f"## {group.title}\n\n{group.about}\n\n"
    text += f"`make bench ARGS={name}`, {record['date']}, commit {record['commit']}.{short}{others(record)}\n\n"
    if "failed" in record:
        return text + f"**Could not be measured:** `{record['failed'].splitlines()[0]}`\n"
    return text + table(["what", "Haat", "reference", "figure", "spread", "target", ""],
                        [detail(row) for row in record["rows"]]) + "\n"


def worst(key, rows):
    """The row that decides about a target."""
    ranked = sorted(rows, key=lambda row: row["figure"], reverse=TARGETS[key].at_most)
    return next((row for row in ranked if row["fault"]), ranked[0])


def summary(groups):
    rows = []
    for name, group in GROUPS.items():
        record = groups.get(name, {})
        for key in group.targets:
            target = TARGETS[key]
            of_target = [row for row in record.get("rows", []) if row["target"] == key]
            if of_target:
                row = worst(key, of_target)
                missed = sum(not row["met"] for row in of_target)
                result = [form(row["figure"], target.unit),
                          f"**missed** ({missed} of {len(of_target)} rows)" if missed else "met"]
            else:
                result = ["", "**could not be measured**" if "failed" in record else "not measured"]
            rows.append([target.what, target.reference, target.text(), *result])
    return table(["what", "beside", "target", "worst figure", ""], rows)


def machine_line(machine):
    parts = [machine["cpu"], f"{machine['cores']} cores", f"{machine['memory_mb'] // 1024} GB", f"Linux {machine['kernel']}",
             f"nginx {machine['nginx']}"]
    if "postgres" in machine:
        parts.append(f"PostgreSQL {machine['postgres']}")
    return ", ".join(parts) + "."


def write(page, results):
    groups = results["groups"]
    rows = [row for name in GROUPS for row in groups.get(name, {}).get("rows", [])]
    pictures = page.with_suffix("")
    pictures.mkdir(exist_ok=True)
    (pictures / "targets.svg").write_text(plots.targets(rows))
    (pictures / "nginx.svg").write_text(plots.nginx(rows))
    (pictures / "search.svg").write_text(plots.search(rows))
    sections = [section(name, groups[name]) for name in GROUPS if name in groups]
    page.write_text("\n".join([
        INTRODUCTION, machine_line(results["machine"]) + "\n", "## Targets\n", summary(groups) + "\n",
        f"![How far each figure is from its target]({pictures.name}/targets.svg)\n",
        f"![Requests a second, beside nginx]({pictures.name}/nginx.svg)\n",
        f"![How long searches take]({pictures.name}/search.svg)\n", *sections]))
