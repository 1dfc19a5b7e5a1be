"""Solutions that are hands: ACTION records of every tick, kept in a task as runs of ticks with the same hands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..interface.action import ACTION, move_table
from ..interface.keys import BUTTONS, KEYS, button_index, key_index
from ..interface.text import decode, encode
from ..worlds.engine.world import World
from .goals import Hand, Solution


def packed(hands: np.ndarray, by: str = "expert") -> Solution:
    """A solution of hands, ACTION records (ticks, players)."""
    runs: list[tuple[int, tuple[Hand, ...]]] = []
    last = None
    for tick in hands:
        now = tick.tobytes()
        if now == last:
            runs[-1] = (runs[-1][0] + 1, runs[-1][1])
        else:
            runs.append((1, tuple(map(_hand, tick))))
        last = now
    return Solution(hands=tuple(runs), by=by)  # type: ignore[arg-type]


def unpacked(solution: Solution, world: World) -> np.ndarray:
    """What all players' hands do to solve a task, ACTION records (ticks, players), whichever way it is written.

    Raises ValueError "solution.PLACE: reason" for what is not made of hands or moves of all players of this world.
    """
    if not solution.hands:
        moves = np.concatenate([move_table(world.moves), np.zeros(1, ACTION)])  # the last, -1, is rest
        for tick, chosen in enumerate(solution.moves):
            if len(chosen) != world.players:
                what = f"a move for each of {world.players} players, not {len(chosen)}"
                raise ValueError(f"solution.moves[{tick}]: there is {what}")
            if max(chosen) >= len(world.moves):
                what = f"the world has {len(world.moves)} moves, from 0 on; there is no {max(chosen)}"
                raise ValueError(f"solution.moves[{tick}]: {what}")
        return moves[np.array(solution.moves, np.int64).reshape(-1, world.players)]
    if solution.moves:
        raise ValueError("solution.hands: a solution is made of moves or of hands, not of both")
    return records(solution, world.players)


def records(solution: Solution, players: int) -> np.ndarray:
    """The hands of so many players that a solution is made of, ACTION records (ticks, players). Raises ValueError as
    `unpacked` does."""
    found = np.zeros((length(solution), players), ACTION)
    at = 0
    for number, (ticks, hands) in enumerate(solution.hands):
        if len(hands) != players:
            raise ValueError(
                f"solution.hands[{number}]: there are hands for each of {players} players, not {len(hands)}"
            )
        try:
            found[at : at + ticks] = _records(hands)
        except ValueError as error:
            raise ValueError(f"solution.hands[{number}]: {error}") from None
        at += ticks
    return found


def length(solution: Solution) -> int:
    """How many ticks a solution takes."""
    return len(solution.moves) + sum(ticks for ticks, _ in solution.hands)


def _hand(record: np.void) -> Hand:
    return Hand(
        keys=tuple(name for name, held in zip(KEYS, record["keys"].tolist(), strict=True) if held),
        buttons=tuple(name for name, held in zip(BUTTONS, record["buttons"].tolist(), strict=True) if held),
        wheel=int(record["wheel"]),
        mouse=tuple(record["mouse"].tolist()),
        say=decode(record["say"]),
    )


def _records(hands: Sequence[Hand]) -> np.ndarray:
    records = np.zeros(len(hands), ACTION)
    for record, hand in zip(records, hands, strict=True):
        record["keys"][[key_index(name) for name in hand.keys]] = 1
        record["buttons"][[button_index(name) for name in hand.buttons]] = 1
        record["wheel"], record["mouse"], record["say"] = hand.wheel, hand.mouse, encode(hand.say)
    return records
