"""What `make bench` measures, in the order of the report. A group can be run by itself: make bench ARGS="search memory"."""
import dataclasses
import typing

import beside_nginx
import beside_pgbench
import login
import memory
import mixed
import scale
import search
import start
import threads
import writes


@dataclasses.dataclass(frozen=True)
class Group:
    title: str
    about: str
    targets: tuple
    parts: tuple  # functions (shops, plan) that give rows
    needs_million: bool = False

    def measure(self, shops, plan) -> typing.Iterable:
        return [row for part in self.parts for row in part(shops, plan)]


GROUPS = {
    "cached": Group("Public reads, in cache", """\
The release build with one thread and nginx with one worker take turns on core 0, `wrk -t1` has core 1. nginx gives the
same bytes from its configuration (`return`), with the same headers and two of its own (`Server`, `Connection`): it has
nothing to work out. The ratio is that of requests a second.""",
                    ("cached",), (beside_nginx.cached,)),
    "variants": Group("The same as 304 and in brotli", """\
With `If-None-Match` nginx does `return 304` with the same headers; with `Accept-Encoding: br` it gives the bytes that Haat
compressed, and `Content-Encoding`.""",
                      ("variants",), (beside_nginx.variants,)),
    "private": Group("Reads with a token", """\
As above. Token and session are checked each time; the cart has three lines.""",
                     ("private",), (beside_nginx.private,)),
    "product": Group("A product by id, at random, without the cache of answers", """\
100,000 products. On SQLite as above; nginx gives a product of median length. On PostgreSQL both Haat (two threads) and
pgbench have both cores, with the server and the load; pgbench, 8 clients, runs the SELECT that Haat does for a product,
prepared, without a transaction around it, and the ratio is that of products a second.

Where the time goes on SQLite (perf, 250 connections, 2026-11-27): kernel 45 % (sending 28 %, half of it to wake the load,
which sleeps between answers here and never beside nginx; reading pages 9 %, locks and size of the file 5 %), Haat 21 %,
SQLite 19 %, allocator 10 %.""",
                     ("product-sqlite", "product-postgres"),
                     (beside_nginx.product_sqlite, beside_pgbench.product_postgres)),
    "writes": Group("Changes of carts, durable, 250 connections", """\
500 customers. On SQLite Haat and a bare loop of the same statements, 64 transactions to a commit, take turns on core 0
(`bench/native/bare_loop.cpp`). On PostgreSQL Haat (two threads, its usual pool) and pgbench, 32 clients, have both cores;
its transaction is all that Haat does from BEGIN to COMMIT. The statements are those of `src/`, and are compared with what
the running program counts. Lines in the database are counted afterwards.""",
                    ("writes-sqlite", "writes-postgres"), (writes.writes_sqlite, writes.writes_postgres)),
    "login": Group("Logins", """\
Two threads on both cores, with the load: as many logins as it takes, and beside them some 1,000 reads a second of other
routes. The hash's own rate is that of `bench/native/hash_rate.cpp` (Argon2id, 19 MiB, 2 passes, in memory that is
kept as in the program) on one core of the idle machine.""",
                   ("login", "login-others"), (login.login_rate,)),
    "mixed": Group("A mixed load", f"""\
80 % public reads, 15 % of carts, 5 % writes, one thread on core 0. Debian has no load generator of constant rate that mixes
methods. So the 250 connections of `wrk` rest at random before each request, as long as makes {mixed.SHARE:.0%} of what Haat
does without rests; nginx is driven in the same way at the same rate. The row without rests is for information: there 250
requests always wait.""",
                   ("mixed",), (mixed.p99_beside_nginx,)),
    "scale": Group("1,000,000 products beside 1,000", """\
CPU time a request, at 32 connections, without the cache of answers; on PostgreSQL that of Haat and the database's processes
together. Products at random, carts read after each change.""",
                   ("scale",), (scale.costs,), needs_million=True),
    "pages": Group("Deep pages", """\
Page 50,000 and those behind it by turns with page 1, ten products each, one request at a time, without the cache of
answers.""",
                   ("pages",), (scale.deep_pages,), needs_million=True),
    "search": Group("Search", """\
One request at a time, ten products a page, without the cache of answers. The texts are words of the seeded catalogue, found
by how many products they are in (`bench/words.py`): each answer has to say that number. Rare is a word in at most one of
2,000; of two words each is in 1 to 10 %.""",
                    tuple(f"search-{kind}-{size}" for size in (100_000, 1_000_000) for kind in search.KINDS),
                    (search.latencies,)),
    "memory": Group("Memory", """\
Resident, of one thread on SQLite. Under load is the peak while each product, then a mixed load is asked for on 250
connections.""",
                    ("memory-idle", "memory-load", "memory-connections"), (memory.resident,)),
    "start": Group("Start", """\
From the start of the process to the first 200 of `/readyz`, files in the page cache.""",
                   ("start",), (start.ready,), needs_million=True),
    "threads": Group("Two threads", """\
Three products by id at random to one page of the list, 250 connections, without the cache of answers, on SQLite. One thread
has core 0 and the load core 1. Two threads share both cores with the load; so their requests a second are counted for the
cores that `wrk` left them: × 2 / (2 − cores that `wrk` used). A core that stays idle counts against them.""",
                     ("threads",), (threads.speed_up,)),
}
