"""Solutions made of actions: ACTION records of every tick, stored in a task as runs of ticks with equal actions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..interface.action import ACTION, move_table
from ..interface.keys import BUTTONS, KEYS, button_index, key_index
from ..interface.text import decode, encode
from ..worlds.engine.world import World
from .goals import RecordedAction, Solution


def packed(actions: np.ndarray, by: str = "expert") -> Solution:
    """The solution that these actions are, ACTION records (ticks, players)."""
    runs: list[tuple[int, tuple[RecordedAction, ...]]] = []
    last = None
    for tick in actions:
        now = tick.tobytes()
        if now == last:
            runs[-1] = (runs[-1][0] + 1, runs[-1][1])
        else:
            runs.append((1, tuple(map(_recorded, tick))))
        last = now
    return Solution(actions=tuple(runs), by=by)  # type: ignore[arg-type]


def unpacked(solution: Solution, world: World) -> np.ndarray:
    """The actions of a solution of either form, ACTION records (ticks, players).

    Raises ValueError "solution.PLACE: reason" unless it holds actions or moves of all players of this world.
    """
    if not solution.actions:
        moves = np.concatenate([move_table(world.controls.moves), np.zeros(1, ACTION)])  # the last, -1, is no action
        for tick, chosen in enumerate(solution.moves):
            if len(chosen) != world.players:
                what = f"a move for each of {world.players} players, not {len(chosen)}"
                raise ValueError(f"solution.moves[{tick}]: there is {what}")
            if max(chosen) >= len(world.controls.moves):
                what = f"the world has {len(world.controls.moves)} moves, from 0 on; there is no {max(chosen)}"
                raise ValueError(f"solution.moves[{tick}]: {what}")
        return moves[np.array(solution.moves, np.int64).reshape(-1, world.players)]
    if solution.moves:
        raise ValueError("solution.actions: a solution is made of moves or of actions, not of both")
    return records(solution, world.players)


def records(solution: Solution, players: int) -> np.ndarray:
    """The actions of a solution for this number of players, ACTION records (ticks, players). Raises ValueError as
    `unpacked` does."""
    found = np.zeros((length(solution), players), ACTION)
    at = 0
    for number, (ticks, actions) in enumerate(solution.actions):
        if len(actions) != players:
            what = f"an action for each of {players} players, not {len(actions)}"
            raise ValueError(f"solution.actions[{number}]: there is {what}")
        try:
            found[at : at + ticks] = _records(actions)
        except ValueError as error:
            raise ValueError(f"solution.actions[{number}]: {error}") from None
        at += ticks
    return found


def length(solution: Solution) -> int:
    """The number of ticks of a solution."""
    return len(solution.moves) + sum(ticks for ticks, _ in solution.actions)


def _recorded(record: np.void) -> RecordedAction:
    return RecordedAction(
        keys=tuple(name for name, held in zip(KEYS, record["keys"].tolist(), strict=True) if held),
        buttons=tuple(name for name, held in zip(BUTTONS, record["buttons"].tolist(), strict=True) if held),
        wheel=int(record["wheel"]),
        mouse=tuple(record["mouse"].tolist()),
        say=decode(record["say"]),
    )


def _records(actions: Sequence[RecordedAction]) -> np.ndarray:
    records = np.zeros(len(actions), ACTION)
    for record, action in zip(records, actions, strict=True):
        record["keys"][[key_index(name) for name in action.keys]] = 1
        record["buttons"][[button_index(name) for name in action.buttons]] = 1
        record["wheel"], record["mouse"], record["say"] = action.wheel, action.mouse, encode(action.say)
    return records
