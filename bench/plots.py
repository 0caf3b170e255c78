"""Pictures of the figures, as SVG."""
import math
from xml.sax.saxutils import escape

from targets import TARGETS, form

LABELS = 430           # pixels for the labels at the left
WIDTH = 460            # of the plot itself
AT_RIGHT = 90
LINE = 20
TOP = 34
GOOD, BAD, MARK, GREY = "#2a7f62", "#b3402e", "#222", "#999"


class Chart:
    """Lines of bars or points beside their labels, on one scale."""

    def __init__(self, title, low, high, logarithmic=False):
        self.title, self.logarithmic = title, logarithmic
        self.low, self.high = low, high
        self.parts, self.lines = [], 0

    def x(self, value):
        low, high, value = (math.log10(max(v, 1e-9)) if self.logarithmic else v
                            for v in (self.low, self.high, value))
        return LABELS + WIDTH * min(1.0, max(0.0, (value - low) / (high - low)))

    def label(self, text, at_right):
        y = TOP + self.lines * LINE + 14
        self.text(LABELS - 8, y, text, "end")
        self.text(LABELS + WIDTH + 8, y, at_right, "start")

    def text(self, x, y, text, anchor):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')

    def bar(self, begin, end, colour, thick=12):
        left, right = sorted((self.x(begin), self.x(end)))
        y = TOP + self.lines * LINE + (LINE - thick) / 2
        self.parts.append(f'<rect x="{left:.1f}" y="{y:.1f}" width="{max(1.0, right - left):.1f}" height="{thick}" '
                          f'fill="{colour}"/>')

    def mark(self, value, colour=MARK):
        x, y = self.x(value), TOP + self.lines * LINE
        self.parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y + 1}" y2="{y + LINE - 1}" stroke="{colour}" '
                          f'stroke-width="2"/>')

    def next_line(self):
        self.lines += 1

    def svg(self):
        width, height = LABELS + WIDTH + AT_RIGHT, TOP + self.lines * LINE + 10
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
                f'font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
                f'<text x="10" y="20" font-weight="bold">{escape(self.title)}</text>\n' + "\n".join(self.parts) +
                "\n</svg>\n")


def colour(row):
    return GOOD if row["met"] else BAD


def short(row):
    """The row's name in few words."""
    key = row["target"]
    words = TARGETS[key].what if key.startswith(("memory", "start", "threads", "pages")) else row["what"]
    prefix = {"scale": "cost: ", "login-others": "p99 beside logins, ", "login": "logins, "}.get(key, "")
    suffix = {"product-sqlite": ", SQLite", "product-postgres": ", PostgreSQL", "writes-sqlite": ", SQLite",
              "writes-postgres": ", PostgreSQL", "pages": f", {row['what']}", "start": f", {row['what']}"}.get(key, "")
    return (prefix + words + suffix).replace("`", "")


def targets(rows):
    """Each figure as a multiple of its target, better to the right."""
    chart = Chart("Times better than the target (black line: the target)", 0.05, 20, logarithmic=True)
    for row in rows:
        if not row["target"]:
            continue
        target = TARGETS[row["target"]]
        figure = max(row["figure"], 1e-9)
        chart.label(short(row), form(row["figure"], target.unit))
        chart.bar(1, target.bound / figure if target.at_most else figure / target.bound, colour(row))
        chart.mark(1)
        chart.next_line()
    return chart.svg()


def nginx(rows):
    """Ratios of requests a second, with their spread."""
    chart = Chart("Requests a second, as a share of nginx's (black line: the target; grey: spread of the pairs)", 0, 1.3)
    for row in rows:
        if row["target"] not in ("cached", "variants", "private", "product-sqlite"):
            continue
        chart.label(short(row), form(row["figure"], ""))
        chart.bar(0, row["figure"], colour(row))
        chart.bar(min(row["values"]), max(row["values"]), GREY, thick=4)
        chart.mark(TARGETS[row["target"]].bound)
        chart.next_line()
    return chart.svg()


def search(rows):
    """From the median to the 99th percentile."""
    chart = Chart("Milliseconds of a search, median to p99, logarithmic (black line: the target)", 0.1, 3_000,
                  logarithmic=True)
    for row in rows:
        if not row["target"].startswith("search-"):
            continue
        chart.label(row["what"], form(row["figure"], "ms"))
        chart.bar(row["runs"]["percentiles_ms"]["50"], row["figure"], colour(row))
        chart.mark(TARGETS[row["target"]].bound)
        chart.next_line()
    return chart.svg()
