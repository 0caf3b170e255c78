"""Where the sources lie."""
import pathlib

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
