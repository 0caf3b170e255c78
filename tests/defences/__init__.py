"""Defences that are a few words in one source, and the tests that must fail without them (tools/without_defences)."""
from defences import accounts, bounds, parsing, pictures, races, storage

DEFENCES = [defence for part in (storage, races, parsing, accounts, pictures, bounds) for defence in part.DEFENCES]
