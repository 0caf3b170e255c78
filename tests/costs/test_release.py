"""What users run is built so that a fault in it is hard to use: checked in the program itself, as the linker left it."""
import re
import subprocess

import pytest

from support.repository import REPOSITORY

PROGRAM = REPOSITORY / "build" / "release" / "haat"


def readelf(*arguments):
    return subprocess.run(["readelf", "--wide", *arguments, str(PROGRAM)], stdout=subprocess.PIPE, text=True, check=True,
                          timeout=120).stdout


@pytest.fixture(scope="module")
def symbols():
    return readelf("--dyn-syms")


def test_it_may_be_loaded_anywhere():
    """PIE."""
    assert re.search(r"Type:\s+DYN", readelf("--file-header"))
    assert "PIE" in readelf("--dynamic")


def test_its_tables_of_addresses_are_read_only():
    """RELRO, all of it: nothing is bound later."""
    assert "GNU_RELRO" in readelf("--program-headers")
    assert re.search(r"\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*NOW", readelf("--dynamic"))


def test_no_memory_can_be_written_and_executed():
    headers = readelf("--program-headers").splitlines()
    flags = {line.split()[0]: line.split()[6:-1] for line in headers if re.match(r"\s+(LOAD|GNU_STACK)", line)}
    assert flags["GNU_STACK"] and "E" not in "".join(flags["GNU_STACK"])
    loaded = ["".join(line.split()[6:-1]) for line in headers if re.match(r"\s+LOAD", line)]
    assert loaded and not [parts for parts in loaded if "W" in parts and "E" in parts]


def test_a_stack_that_was_written_over_is_noticed(symbols):
    assert "__stack_chk_fail" in symbols


def test_copies_know_how_much_fits(symbols):
    """FORTIFY."""
    assert re.search(r"__(memcpy|memmove|memset|snprintf|read|realpath|strncpy)_chk", symbols)


def test_it_names_no_folder_to_load_libraries_from():
    assert not re.search(r"\((RPATH|RUNPATH)\)", readelf("--dynamic"))


def test_it_has_no_fail_points():
    """They are for tests: nobody makes what users run fail by a file."""
    assert b"HAAT_FAIL_FILE" not in PROGRAM.read_bytes()
