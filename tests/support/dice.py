"""Random numbers that HAAT_SEED repeats."""
import os
import random


def seeded_dice(name):
    """For what has this name; a failure shows the seed, as pytest prints what a fixture printed."""
    seed = int(os.environ.get("HAAT_SEED", random.SystemRandom().randrange(2**32)))
    print(f"HAAT_SEED={seed} repeats {name}")
    dice = random.Random(seed)
    dice.seed_of_run = seed
    return dice
