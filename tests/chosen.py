"""Which worlds tests play that need not play every variant: all of tiles, and of each family of first-person worlds the
shortest one for each number of players."""

from pathlib import Path

from rumpus import worlds
from rumpus.worlds.engine.render.views import Tiles

TINY = str(Path(__file__).parent / "tiny_world")
"""The folder of a world of one's own, which the page about them shows."""
EASY = {"size": 5, "solution_max": 1, "distractors_max": 0}
"""Knobs of Box-World for rooms with one box and one key."""
SMALL_ROOM = {"height": 6, "width": 6, "boxes": 1}
"""Knobs of Sokoban for the smallest rooms."""


def one_of_each() -> list[str]:
    kept: dict[object, str] = {}
    for name in sorted(worlds.names(), key=lambda name: worlds.load(name).objective.limit):
        world = worlds.load(name)
        kept.setdefault(name if isinstance(world.view, Tiles) else (world.rules.reset, world.players), name)
    return [name for name in worlds.names() if name in kept.values()]


ONE_OF_EACH = one_of_each()
EVERY = list(worlds.names())
RULED = [name for name in EVERY if worlds.load(name).rules.simulator is None]
"""Those moved by their rules alone, in integers: the same on every machine and device. Physics is so on one machine."""
