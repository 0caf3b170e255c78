"""Runs commands of the program that print something and end, and tools from npm that look at it."""
import os
import subprocess
import tempfile

import pytest

from support.server import DEFAULT_SETTINGS, PASSED_ON, REPOSITORY, find_binary

TOOLS = REPOSITORY / "build" / "tools" / "node_modules" / ".bin"
WITHIN_S = 120


def output_of(*arguments):
    """What `haat ARGUMENTS…` prints, with no setting from this machine."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="haat-api-") as folder:
        done = subprocess.run([find_binary(), *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=WITHIN_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


def end_of(*arguments, **settings):
    """`haat ARGUMENTS…` with the tests' settings and these, which ends by itself: (exit code, what it printed)."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="haat-api-") as folder:
        done = subprocess.run([find_binary(), *arguments], cwd=folder, env={**environment, **DEFAULT_SETTINGS, **settings},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=WITHIN_S)
    return done.returncode, done.stdout


def run_tool(name, *arguments):
    """Runs a program of tests/tools/package.json; (exit code, what it printed)."""
    if not (TOOLS / name).exists():
        pytest.skip(f"{name} is not installed: npm ci, as tools/run_tests does it")
    done = subprocess.run([TOOLS / name, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=WITHIN_S)
    return done.returncode, done.stdout
