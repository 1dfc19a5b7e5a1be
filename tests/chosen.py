"""Which worlds tests play that need not play every variant: all of tiles, and of each family of first-person worlds the
shortest one for each number of players."""

from rumpus import worlds
from rumpus.worlds.engine.render.views import Tiles


def one_of_each() -> list[str]:
    kept: dict[object, str] = {}
    for name in sorted(worlds.names(), key=lambda name: worlds.load(name).limit):
        world = worlds.load(name)
        kept.setdefault(name if isinstance(world.look, Tiles) else (world.reset, world.players), name)
    return [name for name in worlds.names() if name in kept.values()]


ONE_OF_EACH = one_of_each()
EVERY = list(worlds.names())
RULED = [name for name in EVERY if worlds.load(name).outside is None]
"""Those moved by their rules alone, in integers: the same on every machine and device. Physics is so on one machine."""
