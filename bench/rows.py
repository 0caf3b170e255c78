"""What a group finds out: rows of the report."""
import dataclasses
import statistics

from targets import TARGETS

ENGINES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


@dataclasses.dataclass
class Row:
    """One figure beside its target. values: those of the pairs or starts that it is the median of."""
    target: str           # of TARGETS, or empty
    what: str
    figure: float
    values: list
    ours: str = ""        # Haat's own figure, for the reader
    reference: str = ""
    fault: str = ""       # why the row counts as missed, whatever its figure says
    runs: dict = dataclasses.field(default_factory=dict)

    def record(self):
        """As it is kept. met is None for a row without a target, which is for information."""
        is_met = not self.fault and TARGETS[self.target].is_met(self.figure) if self.target else None
        return dataclasses.asdict(self) | {"met": is_met}


def of_ratios(target, what, values, **more):
    return Row(target, what, statistics.median(values), values, **more)


def medians(runs):
    """The medians of the runs' figures."""
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def per_second(runs):
    median = medians(runs)
    return f"{median['rps']:,.0f}/s, {median['cpu_us']:.1f} µs CPU, p99 {median['p99_ms']:.1f} ms"
