"""Which Python the tests run in."""
import importlib.util
import sys

MODULES = ("pytest", "requests", "jsonschema", "aiosmtpd", "psycopg2")


def python_of_the_tests():
    """This one if it has the modules, else the system's, for which tools/install_packages installs them."""
    return sys.executable if all(importlib.util.find_spec(module) for module in MODULES) else "/usr/bin/python3"
