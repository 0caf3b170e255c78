"""How many times longer than usual the tests wait: HAAT_PATIENCE, for a program that runs under a slow tool."""
import os

PATIENCE = float(os.environ.get("HAAT_PATIENCE", 1))
