"""Resident memory: idle, under load, and with many connections that do nothing. Pages of files count too, which the kernel
can take back: the program and its libraries."""
import contextlib
import socket

import load
import machine
from beside_nginx import product_samples
from client import bytes_of
from mixed_load import MixedLoad
from plan import HUNDRED_THOUSAND, THOUSAND
from rows import Row

KB = 1 / 1024
IDLE_CONNECTIONS = 10_000
CONNECTIONS = 250
SECONDS = 15
SETTLED_S = 1.0


def row(target, what, kb, of_its_own, runs):
    return Row(target, what, kb * KB, [], ours=f"{kb * KB:.1f} MB, {of_its_own * KB:.1f} MB without files", runs=runs)


def resident(shops, plan):
    small, large = shops.open("sqlite", THOUSAND), shops.open("sqlite", HUNDRED_THOUSAND)
    with small.haat() as haat:
        idle = haat.memory_after(SETTLED_S)
        connected = with_connections(haat)
    with large.haat() as haat:
        idle_large = haat.memory_after(SETTLED_S)
        loaded = under_load(large, haat, plan)
    return [row("memory-idle", "1,000 products", idle["resident"], idle["anonymous"], idle),
            row("", "100,000 products, idle", idle_large["resident"], idle_large["anonymous"], idle_large),
            row("memory-load", "the most during a mixed load", loaded["peak"], loaded["anonymous"], loaded),
            row("memory-connections", "each has been answered once", connected["resident"] - idle["resident"],
                connected["anonymous"] - idle["anonymous"], connected)]


def with_connections(haat):
    """With connections that all have asked for the list once, and wait."""
    request = bytes_of("GET", "/api/product/all")
    with contextlib.ExitStack() as stack:
        sockets = []
        for _ in range(IDLE_CONNECTIONS):
            sockets.append(stack.enter_context(socket.create_connection(("127.0.0.1", haat.port), timeout=10)))
            sockets[-1].sendall(request)
            if not sockets[-1].recv(1 << 16).startswith(b"HTTP/1.1 200 "):
                raise RuntimeError("a connection was not answered")
        memory = haat.memory_after(SETTLED_S)
        open_ = haat.metric("haat_http_connections")
        if open_ < IDLE_CONNECTIONS:
            raise RuntimeError(f"only {open_:.0f} connections are open")
    return memory


def under_load(shop, haat, plan):
    """All products, pages, carts: more than the cache holds."""
    mixed = MixedLoad(shop)
    everything = load.gets(f"/api/product/{id_}" for id_ in shop.published)
    mixed.begin(haat)
    samples = product_samples(shop, haat)
    machine.forget_peak(haat.pid())
    load.drive(haat, everything, CONNECTIONS, 3 if plan.quick else SECONDS, samples)
    run = load.drive(haat, mixed.sequence, CONNECTIONS, 3 if plan.quick else SECONDS, samples)
    return machine.memory_kb(haat.pid()) | {"run": run}
