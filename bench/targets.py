"""What is promised: the targets of `make bench`, in the order of the report."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Target:
    what: str
    reference: str
    bound: float
    unit: str = ""         # none: a ratio
    at_most: bool = False  # else at least

    def is_met(self, figure):
        return figure <= self.bound if self.at_most else figure >= self.bound

    def text(self):
        return f"{'≤' if self.at_most else '≥'} {form(self.bound, self.unit)}"


def form(value, unit):
    """A ratio with two digits behind the point, a figure with about three in all."""
    if not unit:
        return f"{value:.2f}"
    return f"{value:,.0f} {unit}" if value >= 100 or value == int(value) else f"{value:.3g} {unit}"


def at_most(what, reference, bound, unit=""):
    return Target(what, reference, bound, unit, at_most=True)


NGINX = "nginx, the same bytes and headers"

TARGETS = {
    "cached": Target("product list, product by id, categories, in cache", NGINX, 0.90),
    "variants": Target("the same with `If-None-Match` (304), and in brotli", NGINX, 0.85),
    "private": Target("cart, cart count, profile with a token", NGINX, 0.60),
    "product-sqlite": Target("product by id, at random over 100,000, no cache, SQLite", NGINX, 0.30),
    "product-postgres": Target("the same on PostgreSQL", "pgbench, the same statements, 8 clients", 0.70),
    "writes-sqlite": Target("cart add and quantity update, durable, SQLite",
                            "a bare loop of the same statements, 64 a commit", 0.50),
    "writes-postgres": Target("the same on PostgreSQL", "pgbench, the same transaction, 32 clients", 0.70),
    "login": Target("logins a second", "cores × the hash's own rate", 0.90),
    "login-others": at_most("p99 of other routes while many log in", "the same without logins", 2.0),
    "mixed": at_most("p99 of a mixed load, 250 connections", "nginx at the same rate", 3.0),
    "scale": at_most("cost of list, get, cart, add at 1,000,000 products", "the same at 1,000", 1.3),
    "pages": at_most("page 50,000 of the list at 1,000,000 products", "page 1", 10),
    "search-rare-100000": at_most("search at 100,000 products: a rare word, p99", "", 2, "ms"),
    "search-half-100000": at_most("a word in half of all products, p99", "", 15, "ms"),
    "search-two-100000": at_most("two words, p99", "", 10, "ms"),
    "search-rare-1000000": at_most("search at 1,000,000 products: a rare word, p99", "", 5, "ms"),
    "search-half-1000000": at_most("a word in half of all products, p99", "", 40, "ms"),
    "search-two-1000000": at_most("two words, p99", "", 30, "ms"),
    "memory-idle": at_most("memory, idle", "", 25, "MB"),
    "memory-load": at_most("memory, 100,000 products under load of 250 connections", "", 120, "MB"),
    "memory-connections": at_most("memory that 10,000 idle connections take", "", 60, "MB"),
    "start": at_most("start to ready with 1,000,000 products", "", 150, "ms"),
    "threads": Target("two threads on a mix without cache", "one thread", 1.7),
}
