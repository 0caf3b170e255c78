"""Shops with many products: filled once by `haat seed` and kept, used as copies that the run drops."""
import concurrent.futures
import contextlib
import dataclasses
import functools
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess
import time

import machine
import words
from client import Client, bytes_of
from postgres import Postgres
from servers import BINARY, ROOT, TRIES, Haat, environment

KEPT = pathlib.Path(os.environ.get("BENCH_FOLDER") or ROOT / "build/bench")
USERS = 500
SHOPPERS = 16  # who act at the same time while a shop is prepared
WITHIN_S = 3_600


def schema():
    """A digest of the migrations: a shop of others is of no use."""
    files = sorted((ROOT / "src").rglob("migrations/*.sql"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


@dataclasses.dataclass
class Customer:
    id: str
    email: str
    token: str

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.token}"}


class Shop:
    """A copy of a kept shop, with what the groups want to know of it."""
    engine = ""

    def __init__(self, products, folder, seeded):
        self.products, self.folder, self.seeded = products, folder, seeded
        with self.haat(cores=machine.BOTH_CORES, THREADS="2") as haat:
            self.customers = self.logged_in(haat)

    @functools.cached_property
    def published(self):
        """Ids of the published products, in the same disorder each time."""
        return self.shuffled("SELECT id FROM products WHERE publish = 1 ORDER BY id")

    @functools.cached_property
    def on_sale(self):
        """Ids of those that there are enough of for a cart."""
        return self.shuffled("SELECT id FROM products WHERE publish = 1 AND stock > 9 ORDER BY id")

    def shuffled(self, sql):
        ids = [row[0] for row in self.rows(sql)]
        random.Random(1).shuffle(ids)
        return ids

    def logged_in(self, haat):
        """All of the shop's demo users. Their tokens are good for each later start."""
        def log_in(user):
            account = {"email": user[1], "password": self.seeded["password"]}
            return Customer(*user, haat.data("POST", "/api/user/login", account)["accessToken"])
        users = self.rows("SELECT id, email FROM users WHERE email LIKE 'demo%@example.com' ORDER BY id")
        with concurrent.futures.ThreadPoolExecutor(SHOPPERS) as pool:
            return list(pool.map(log_in, users))


def for_all(haat, customers, ask):
    """ask(client, customer) for each, some at the same time; a client is a connection."""
    def some(share):
        client = Client(haat.port)
        try:
            return [ask(client, customer) for customer in share]
        finally:
            client.close()
    with concurrent.futures.ThreadPoolExecutor(SHOPPERS) as pool:
        return [answer for answers in pool.map(some, [customers[i::SHOPPERS] for i in range(SHOPPERS)])
                for answer in answers]


def expect(client, status, *request):
    for attempt in range(TRIES):
        got, body = client.ask(bytes_of(*request))
        if got != 503:
            break
        time.sleep(attempt)
    if got != status:
        raise RuntimeError(f"{request[0]} {request[1]} gave {got}: {body[:200]}")
    return json.loads(body)


def empty_carts(haat, customers):
    for_all(haat, customers, lambda client, customer: expect(client, 200, "DELETE", "/api/cart/clear", customer.headers))


def fill_carts(haat, customers, products, lines=1):
    """Puts so many products into each cart; [(customer, product, id of the line)]."""
    turns = {customer.id: turn for turn, customer in enumerate(customers)}

    def add(client, customer):
        first = turns[customer.id] * lines
        chosen = [products[(first + i) % len(products)] for i in range(lines)]
        return [(customer, product, expect(client, 201, "POST", "/api/cart/add", customer.headers,
                                           {"productId": product})["data"]["_id"]) for product in chosen]
    return [line for cart in for_all(haat, customers, add) for line in cart]


class SqliteShop(Shop):
    engine = "sqlite"

    def haat(self, **how):
        return Haat(self.folder, **how)

    def rows(self, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/haat.db?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def drop(self):
        shutil.rmtree(self.folder)


class PostgresShop(Shop):
    engine = "postgres"

    def __init__(self, products, folder, seeded, server, database):
        self.server, self.database = server, database
        super().__init__(products, folder, seeded)

    def haat(self, **how):
        return Haat(self.folder, database=self.server, DATABASE_URL=self.server.url(self.database), **how)

    def rows(self, sql):
        return [tuple(row) for row in self.server.rows(sql, self.database)]

    def drop(self):
        self.server.drop(self.database)
        shutil.rmtree(self.folder)


class Shops:
    """All shops of a run. Each is copied at its first use, and dropped in the end."""

    def __init__(self, scratch, say):
        self.scratch, self.say, self.used, self.server = scratch, say, {}, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for shop in self.used.values():
            shop.drop()
        if self.server:
            self.server.__exit__()

    def postgres(self):
        if not self.server:
            self.server = Postgres(KEPT / "postgres").__enter__()
        return self.server

    def open(self, engine, products):
        if (engine, products) not in self.used:
            self.say(f"copying the shop of {products:,} products, {engine}")
            make = self.copy_sqlite if engine == "sqlite" else self.copy_postgres
            self.used[engine, products] = make(products)
        return self.used[engine, products]

    def copy_sqlite(self, products):
        kept, seeded = self.kept_folder(f"sqlite-{products}-{schema()}", products, {})
        folder = self.scratch / kept.name
        machine.output("cp", "--recursive", "--reflink=auto", kept, folder)
        return SqliteShop(products, folder, seeded)

    def copy_postgres(self, products):
        server = self.postgres()
        kept, seeded, name = self.kept_database(products)
        copy = f"copy_of_{name}"
        server.drop(copy)
        server.rows(f'CREATE DATABASE "{copy}" TEMPLATE "{name}" STRATEGY file_copy')
        folder = self.scratch / kept.name
        shutil.copytree(kept, folder)
        return PostgresShop(products, folder, seeded, server, copy)

    def kept_database(self, products):
        name = f"shop_{products}_{schema()}"
        server = self.postgres()
        if name not in server.databases():
            shutil.rmtree(KEPT / f"postgres-{products}-{schema()}", ignore_errors=True)
        if not (KEPT / f"postgres-{products}-{schema()}/seeded.json").exists():
            server.drop(name)
            server.rows(f'CREATE DATABASE "{name}" TEMPLATE template0')
        kept, seeded = self.kept_folder(f"postgres-{products}-{schema()}", products, {"DATABASE_URL": server.url(name)})
        return kept, seeded, name

    def kept_folder(self, name, products, settings):
        """The folder, and how it was filled: now, if it is not there yet."""
        folder = KEPT / name
        record = folder / "seeded.json"
        if not record.exists():
            self.say(f"filling a shop with {products:,} products: {name}")
            shutil.rmtree(folder, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            record_text = json.dumps(self.seed(folder, products, settings))
            record.write_text(record_text)
        return folder, json.loads(record.read_text())

    def words(self, products):
        """Texts to search for in a shop of so many products. The same seed makes the same ones on both engines."""
        kept, _ = self.kept_folder(f"sqlite-{products}-{schema()}", products, {})
        path = kept / "words.json"
        if not path.exists():
            self.say(f"choosing words of {products:,} products")
            words.write(path, kept / "haat.db")
        return json.loads(path.read_text())

    def seed(self, folder, products, settings):
        begin = time.monotonic()
        said = subprocess.run(["taskset", "-c", machine.BOTH_CORES, BINARY, "seed", "--products", str(products),
                               "--users", str(USERS)], env=environment(folder, **settings), capture_output=True,
                              text=True, check=True, timeout=WITHIN_S)
        seconds = time.monotonic() - begin
        password = re.search(r"Password of all demo users: (\S+)", said.stdout + said.stderr)[1]
        if "DATABASE_URL" in settings:
            self.server.rows("VACUUM ANALYZE", f"shop_{products}_{schema()}")
        else:
            with contextlib.closing(sqlite3.connect(folder / "haat.db")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return {"products": products, "seconds": seconds, "password": password}
