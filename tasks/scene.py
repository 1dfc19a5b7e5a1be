"""The facts of a start that a sentence depends on, beside the goal: the unit of distances, and the selectors that match
exactly one thing.

say(goal, style, scene(batch.things()[0][row, :count], world.rules.things))     "the red box", or "a red box" of several
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..worlds.engine.records.things import GONE, Things
from .goals import Selector


def _only_your_partner(selector: Selector) -> bool:
    return selector.who == "other"


@dataclass(frozen=True)
class Scene:
    """unit: of distances, one of grammar.UNITS; one: whether exactly one thing matches a selector. Without a start,
    that is so of your partner alone."""

    unit: str = "cell"
    one: Callable[[Selector], bool] = _only_your_partner


ANYWHERE = Scene()
"""No start in particular, in a world of cells."""


class Census:
    """Counts the things of a start that selectors match. things: THING records, (n,), those that are there."""

    def __init__(self, things: np.ndarray, world: Things):
        kinds, colours, sizes = list(world.kinds), world.colours, world.sizes
        parts = {number for number, kind in enumerate(kinds, 1) if "parts" in world.affords.get(kind, ())}
        columns = [things[name].tolist() for name in ("kind", "colour", "size", "state", "player", "y", "x")]
        seen: set[tuple[int, int, int]] = set()
        self._looks: Counter[tuple[str, str, str, bool]] = Counter()
        for kind, colour, size, state, player, y, x in zip(*columns, strict=True):
            if kind in parts:  # several things in one place that are one
                if (kind, y, x) in seen:
                    continue
                seen.add((kind, y, x))
            if state != GONE:
                names = kinds[kind - 1], colours[colour - 1] if colour else "", sizes[size - 1] if size else ""
                self._looks[*names, player > 0] += 1
        self.unit = world.unit

    def count(self, selector: Selector) -> int:
        """The number of things that match; those that are gone at the start do not count. Of particular things it is
        not known here: several, but for the nearest, the largest and the like."""
        if selector.place or (selector.which and not selector.who):
            return 1 if selector.place or (selector.which and selector.which.most) else 2
        found = sum(
            number
            for (kind, colour, size, player), number in self._looks.items()
            if selector.kind in (None, kind)
            and selector.colour in (None, colour)
            and selector.size in (None, size)
            and (player or not selector.who)
        )
        plain = not (selector.colour or selector.size)
        return found - (selector.who == "other" and plain)  # the looks of "you" are not known here

    def one(self, selector: Selector) -> bool:
        """Whether exactly one thing matches."""
        return self.count(selector) == 1


def scene(things: np.ndarray, world: Things) -> Scene:
    """The scene of these things, THING records (n,), in a world of such things."""
    census = Census(things, world)
    return Scene(census.unit, census.one)
