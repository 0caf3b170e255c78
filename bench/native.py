"""The references that are programs of their own: native/*.cpp, compiled when they are needed."""
import pathlib

import machine
from servers import ROOT

SOURCES = pathlib.Path(__file__).with_name("native")
NEEDS = {"bare_loop": ["-lsqlite3"], "hash_rate": [ROOT / "src/platform/crypto/hash_memory.cpp", "-lsodium"]}


def run(name, folder, *arguments):
    """The number that the program prints, run on the servers' core."""
    program = folder / name
    if not program.exists():
        machine.output("g++", "-std=c++23", "-O2", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "src", SOURCES / f"{name}.cpp",
                       "-o", program, *NEEDS[name])
    return float(machine.output("taskset", "-c", machine.SERVER_CORE, program, *arguments))
