"""Attempts: an agent plays tasks, and what it did is stored.

A judge that is no ground truth must not be helped by it: an episode that ends when the goal program says so tells by
its length whether it succeeded. So the agent then plays each task with a goal that nobody reaches, to its time limit,
and the true goal is judged in a second batch beside it, which begins alike and takes the same actions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...episodes.episode import Episode, Player
from ...episodes.recorder import Recorder
from ...episodes.store import Store
from ...interface.action import ACTION
from ...tasks.compile import table
from ...tasks.goals import Clause, Goal, Selector, Stage, Task
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..contracts import Policy

ROWS = 128
"""Attempts that are played side by side."""
TRUTH = "truth"
"""The key of an episode's `extra` that holds what the goal program found, as JSON: see `Found`."""
_HIDDEN = Goal(stages=(Stage(all=(Clause(a=Selector(kind="player", who="you"), relation="said", word="yet"),)),))
"""The goal in place of the true one where a judge is not to be helped: to say a word that no instruction asks for."""
_FRAME = (40, 40)  # of batches that are not drawn


class Found:
    """The findings of the goal program. stages: the steps after which each stage was reached, as far as they
    were; of: their number; won: the step after which the goal was reached, 0 if it never was; lost: likewise for what
    must never be."""

    def __init__(self, stages: Sequence[int] = (), of: int = 1, won: int = 0, lost: int = 0):
        self.stages, self.of, self.won, self.lost = list(stages), of, won, lost

    def text(self) -> str:
        """As JSON."""
        return json.dumps(vars(self))

    @classmethod
    def read(cls, text: str) -> Found:
        """From JSON."""
        return cls(**json.loads(text))


def hidden(task: Task) -> Task:
    """The same task with a goal that nobody reaches, and the same instruction."""
    players = tuple(player.model_copy(update={"goal": _HIDDEN, "question": None}) for player in task.players)
    return task.model_copy(update={"players": players, "solution": None})


def new_id(*what: object) -> str:
    """The id of an episode, 16 hex digits: the same for the same things."""
    return hashlib.sha256("/".join(map(str, what)).encode()).hexdigest()[:16]


class Replayed:
    """A policy that does what was done: actions, ACTION (steps, players) of each row; afterwards nothing."""

    name = "replayed"

    def __init__(self, actions: Sequence[np.ndarray]):
        self._actions, self._at = actions, 0

    def start(self, batch: Batch) -> None:
        """Begin with the first step."""
        self._at = 0

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """The next action of each row."""
        batch.actions[...] = np.zeros(batch.actions.shape, ACTION)
        for row, actions in enumerate(self._actions):
            if self._at < len(actions):
                batch.actions[row] = actions[self._at]
        self._at += 1

    def report(self) -> dict[str, float]:
        """Nothing is measured."""
        return {}


class Truth:
    """A listener of a batch whose rows are attempts: it follows what the goal program finds."""

    def __init__(self) -> None:
        self.step, self.found = 0, list[Found]()
        self._stage = np.zeros(0, np.int64)

    def began(self, batch: Batch, mask: np.ndarray) -> None:
        """All rows have begun."""
        self.step, self._stage = 0, batch.states["stage"][:, 0].astype(np.int64)
        self.found = [Found(of=max(int(of), 1)) for of in batch.states["stages"][:, 0]]

    def stepped(self, batch: Batch) -> None:
        """Look at the step that the batch has just made."""
        self.step += 1
        stage = batch.states["stage"][:, 0].astype(np.int64)
        success, ended = (batch.outcomes[name][:, 0] != 0 for name in ("success", "terminated"))
        for row, found in enumerate(self.found):
            if found.won or found.lost:
                continue
            found.stages += [self.step] * int(max(stage[row] - self._stage[row], 0))
            if success[row]:
                found.won = self.step
            elif ended[row]:
                found.lost = self.step
        self._stage = stage

    def loaded(self, batch: Batch, rows: np.ndarray) -> None:
        """No state is loaded here."""


class Beside:
    """A listener of a batch of hidden tasks: a second batch, of the true ones, begins alike and takes the same actions,
    and `truth` follows what their goal programs find.

    tasks: of the rows of the first batch's table; n: of its rows, which all begin at once.
    """

    def __init__(self, world: World, tasks: Sequence[Task], n: int, **options: Any):
        self._batch, self.truth = Batch(world, n, size=_FRAME, tasks=table(list(tasks), world), **options), Truth()
        self._batch.listeners.append(self.truth)

    def began(self, batch: Batch, mask: np.ndarray) -> None:
        """Begin the same rows of the table."""
        self._batch.reset(tasks=batch._device.get(batch.states["task"]))

    def stepped(self, batch: Batch) -> None:
        """Do the same."""
        self._batch.actions[...] = batch._device.get(batch.actions)
        self._batch.step()

    def loaded(self, batch: Batch, rows: np.ndarray) -> None:
        """Nothing is known of restored states until the next reset, since they have begun elsewhere."""


def play(
    world: World,
    policy: Policy,
    tasks: Sequence[Task],
    *,
    blind: bool,
    repeat: int = 1,
    threads: int | None = None,
    store: Store | None = None,
    ids: Sequence[str] = (),
    by: Player = Player("policy"),  # noqa: B008  a constant
    extra: Mapping[str, str] | None = None,
    extras: Sequence[Mapping[str, str]] = (),
) -> list[Found]:
    """Let a policy attempt each task once, side by side, and tell what the goal program found.

    blind: whether goals are hidden from whoever plays and from the episodes. store: where the episodes are kept, those
    with an id of `ids`, one for each task, that are not there yet; all of them at once, at the end. Tasks have
    different ids. extra: kept with all of these episodes; extras: with each its own.
    """
    n, rows = len(tasks), np.arange(len(tasks))
    options: dict[str, Any] = {"repeat": repeat, "threads": threads}
    if blind:
        shown = [hidden(task) for task in tasks]
        played, beside = Batch(world, n, tasks=table(shown, world), **options), Beside(world, tasks, n, **options)
        truth = beside.truth
        played.listeners.append(beside)
    else:
        shown, truth = list(tasks), Truth()
        played = Batch(world, n, size=_FRAME, tasks=table(shown, world), **options)
        played.listeners.append(truth)
    known = {head.id for head in store.index()} if store is not None else set()
    numbers = {task.id: number for number, task in enumerate(tasks)}

    def keep(episode: Episode) -> bool:
        number = numbers[str((episode.start.task or {}).get("id"))]
        episode.id = ids[number]
        own = extras[number] if extras else {}
        episode.extra = {"task": tasks[number].id, **(extra or {}), **own, TRUTH: truth.found[number].text()}
        return episode.id not in known

    recorder = None
    if store is not None:
        given: dict[str, Any] = {"tasks": shown, "source": "rumpus improve", "every": 1e9}
        recorder = Recorder(played, store, played_by=by, keep=keep, **given)
    played.reset(tasks=rows)
    policy.start(played)
    is_first = np.ones(n, bool)
    while not (played.over != 0).all():
        policy.act(played, is_first)
        played.step()
        is_first = np.zeros(n, bool)
    if recorder is not None:
        recorder.close()
    return truth.found
