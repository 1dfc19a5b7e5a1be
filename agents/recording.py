"""A policy's episodes into a store: `rumpus record`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import worlds
from ..episodes.episode import Episode, Player
from ..episodes.hands import NAME as HANDS
from ..episodes.hands import Change, written
from ..episodes.moments import load
from ..episodes.recorder import Recorder
from ..episodes.store import Store
from ..interface.action import move_table
from ..tasks.compile import table
from ..tasks.goals import Task
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.table import level_table
from ..worlds.engine.world import World
from .contracts import Policy
from .episodes import ROWS, episodes_of
from .measuring.evaluate import solutions
from .policies import NAMES, player, start

MOST_REPEAT, MOST_DISTURBED, LONGEST_BURST = 64, 0.5, 3
"""Ticks of an action; share of random steps; steps of a disturbance."""


def record(
    world: str | Path | World,
    agent: str | Path,
    out: str | Path,
    *,
    episodes: int | None = None,
    split: str = "train",
    seed: int = 0,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    levels: str | Path | None = None,
    tasks: str | Path | Sequence[Task] | None = None,
    successes: bool = False,
    rows: int = ROWS,
    threads: int | None = None,
    greedy: bool | None = None,
    repeat: int | None = None,
    disturb: float = 0.0,
    extra: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Let a player play episodes and add them to the store at `out`, which is made if there is none.

    agent: "random", "expert", or the path of a checkpoint or run; episodes: how many, by default each task of `tasks`
    or level of `levels` once, else 256; successes: store those alone that succeed; rows: of the batch; repeat: ticks
    for which an action is held, by default as the agent was trained, else 1; disturb: see Disturbed; extra: texts to
    store with each episode; other arguments as for evaluate. Returns {store, world, agent, played, stored, success,
    steps, stored_steps}. The same seed plays the same episodes. Raises ValueError for unknown names, and StoreError if
    `out` is another folder.
    """
    world = worlds.load(world)
    if episodes is not None and (int(episodes) != episodes or episodes < 1):
        raise ValueError(f"episodes must be a whole number of at least 1, got {episodes}")
    if rows < 1:
        raise ValueError(f"rows must be at least 1, got {rows}")
    if repeat is not None and (int(repeat) != repeat or not 1 <= repeat <= MOST_REPEAT):
        raise ValueError(f"repeat is a whole number of ticks from 1 to {MOST_REPEAT}, got {repeat}")
    if not 0 <= disturb <= MOST_DISTURBED:
        raise ValueError(f"disturb is a share of the steps from 0 to {MOST_DISTURBED}, got {disturb}")
    listed = None
    if tasks is not None:
        if knobs or limit is not None or levels is not None:
            raise ValueError("tasks bring their own knobs, limits and levels: give tasks, or these, not both")
        listed = load(tasks, world)[0] if isinstance(tasks, str | Path) else list(tasks)
    known = None if listed is None else solutions(listed)
    policy, trained = player(agent, world, seed=seed, greedy=greedy, solutions=known)
    chosen = start(trained, knobs, limit) | {"split": split}
    options: dict[str, Any] = {"seed": seed, "threads": threads, "repeat": repeat or trained.get("repeat", 1)}
    plan = played = None
    if listed is not None:
        played = table(listed, world)
    elif levels is not None:
        played = level_table(world, levels, **chosen)
    if played is not None:
        plan = np.arange(episodes or len(played)) % len(played)
        chosen = {"tasks": played, "split": split}
    count = len(plan) if plan is not None else episodes or ROWS
    store = Store(out, create=True)
    batch = Batch(world, min(count, rows), **chosen, **options)
    disturbed = Disturbed(policy, disturb, seed) if disturb else None
    kind = str(agent) if agent in NAMES else "policy"
    by = Player(kind, "" if agent in NAMES else str(agent))
    kept = [0]

    def keep(episode: Episode) -> bool:
        wanted = not successes or episode.result == "success"
        kept[0] += wanted * episode.steps
        return wanted

    with Recorder(
        batch,
        store,
        played_by=by,
        tasks=listed,
        source="rumpus record",
        every=5.0,
        keep=keep,
        extra=extra,
    ) as recorder:
        if disturbed is not None:
            disturbed.recorder, disturbed.by = recorder, by
        result = episodes_of(disturbed or policy, batch, count, plan)
    return {
        "store": str(store.path),
        "world": world.name,
        "agent": policy.name,
        "played": count,
        "stored": recorder.count,
        "success": float(result.wins.mean()),
        "steps": int(result.lengths.sum()),
        "stored_steps": kept[0],
    }


class Disturbed:
    """A player that is disturbed: now and then one to LONGEST_BURST steps on end of one player are random moves, and
    then it goes on from where these have led.

    So stored episodes show how one comes back from states to which one would not go: the expert's own are few, and an
    imitator leaves them at its first mistake (noise in demonstrations: Laskey et al. 2017, arXiv 1703.09327). `hands`
    in the `extra` of an episode says which steps were random, and these are not imitated. share: of steps, about.
    """

    recorder: Recorder | None = None
    by: Player

    def __init__(self, policy: Policy, share: float, seed: int = 0):
        self.name, self._policy, self._seed = policy.name, policy, seed
        self._chance = share / (1 - share) / ((1 + LONGEST_BURST) / 2)

    def start(self, batch: Batch) -> None:
        """Begin the sequence of this seed anew."""
        self._policy.start(batch)
        self._rng = np.random.default_rng([self._seed, 0xD1])
        self._moves = move_table(batch.world.controls.moves)
        self._left, self._whose, self._at = (np.zeros(batch.n, np.int64) for _ in range(3))
        self._changes: list[list[Change]] = [[] for _ in range(batch.n)]

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """The player's own action, or random moves of one player."""
        self._policy.act(batch, is_first)
        for row in np.flatnonzero(is_first).tolist():
            self._left[row] = self._at[row] = 0
            self._changes[row] = []
        begins = (self._left == 0) & (self._rng.random(batch.n) < self._chance)
        length = self._rng.integers(1, LONGEST_BURST + 1, batch.n)
        whose = self._rng.integers(batch.players, size=batch.n)
        moves = self._rng.integers(len(self._moves), size=batch.n)
        for row in np.flatnonzero(begins).tolist():
            at, player = int(self._at[row]), int(whose[row])
            self._left[row], self._whose[row] = length[row], player
            kept = [change for change in self._changes[row] if change[0] < at or change[1] != player + 1]
            first = [] if any(change[1] == player + 1 for change in kept) or not at else [(0, player + 1, str(self.by))]
            after = at + int(length[row])
            self._changes[row] = [*kept, *first, (at, player + 1, "random"), (after, player + 1, str(self.by))]
            if self.recorder is not None:
                self.recorder.tell(row, HANDS, written(self._changes[row]))
        for row in np.flatnonzero(self._left > 0).tolist():
            batch.actions[row, self._whose[row]] = self._moves[moves[row]]
        self._left -= self._left > 0
        self._at += 1

    def report(self) -> dict[str, float]:
        """That of the player."""
        return self._policy.report()
