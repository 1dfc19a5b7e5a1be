"""Which steps of an episode were whose, where a player changed hands: `hands` in its `extra`, JSON of [step, player
from 1 on, who] for each change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import numpy as np

NAME = "hands"

Change = tuple[int, int, str]
"""From this step on this player, from 1 on, is played by this one (see Player.of)."""


def written(changes: Iterable[Change]) -> str:
    """The text that `extra` holds."""
    return json.dumps([list(change) for change in sorted(changes)])


def held_by(kind: str, extra: Mapping[str, str], steps: int, players: int) -> np.ndarray:
    """Whether each step of each player was played by a player of this kind, such as "random", bool (steps, players);
    False where nothing, or nothing that can be read, tells of a change."""
    found = np.zeros((steps, players), bool)
    if NAME not in extra:
        return found
    try:
        changes = [(int(step), int(player), str(who)) for step, player, who in json.loads(extra[NAME])]
    except (ValueError, TypeError, OverflowError, RecursionError):
        return found
    for step, player, who in sorted(changes):
        if 0 <= step < steps and 1 <= player <= players:
            found[step:, player - 1] = who.partition(":")[0] == kind
    return found
