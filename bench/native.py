"""The references that are programs of their own: native/*.cpp, compiled when they are needed."""
import pathlib

import machine

SOURCES = pathlib.Path(__file__).with_name("native")
LIBRARIES = {"bare_loop": ["-lsqlite3"], "hash_rate": ["-lsodium"]}


def run(name, folder, *arguments):
    """The number that the program prints, run on the servers' core."""
    program = folder / name
    if not program.exists():
        machine.output("g++", "-std=c++20", "-O2", "-Wall", "-Wextra", "-Werror", SOURCES / f"{name}.cpp", "-o", program,
                       *LIBRARIES[name])
    return float(machine.output("taskset", "-c", machine.SERVER_CORE, program, *arguments))
