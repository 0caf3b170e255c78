"""Servers with a library before all others (preload/*.cpp), and the numbers that they share with it."""
import contextlib
import mmap
import os
import pathlib
import struct
import subprocess

from support.server import Server

SOURCES = pathlib.Path(__file__).parent / "preload"
ALL_GO_WELL = -1  # for a number of allocations
NUMBER = struct.Struct("=q")
# The sanitizers want to be first, and to see that what C++ allocates C++ frees.
ASAN_OPTIONS = "verify_asan_link_order=0:alloc_dealloc_mismatch=0"


def built(name, folder):
    """The library of preload/NAME.cpp, made in the folder."""
    made = folder / f"{name}.so"
    done = subprocess.run(["g++", "-std=c++20", "-O1", "-shared", "-fPIC", "-o", str(made), str(SOURCES / f"{name}.cpp")],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
    return made


class SharedNumbers:
    """A file of numbers that the library reads while the test writes them."""

    def __init__(self, path, *values):
        self.path = path
        path.write_bytes(b"".join(map(NUMBER.pack, values)))
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)

    def __getitem__(self, place):
        return NUMBER.unpack_from(self._memory, place * NUMBER.size)[0]

    def __setitem__(self, place, value):
        NUMBER.pack_into(self._memory, place * NUMBER.size, value)


def preloaded(library, **settings):
    options = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), ASAN_OPTIONS)))
    return Server(LD_PRELOAD=str(library), ASAN_OPTIONS=options, **settings)


@contextlib.contextmanager
def starved_server(folder, **settings):
    """A server, and the number of allocations that go well before one fails. Its clean end is asked for
    leaks, where there are sanitizers."""
    left = SharedNumbers(folder / "left", ALL_GO_WELL)
    server = preloaded(built("failing_allocation", folder), HAAT_ALLOCATIONS=str(left.path), **settings).start()
    yield server, left
    left[0] = ALL_GO_WELL
    server.discard()
