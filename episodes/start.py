"""How an episode begins: taken from a row of a batch, and made into a task record again.

All of it is plain values, so that it can be stored and read by others. A level from a file is kept as its text, a task
as its JSON; a task that a batch holds as numbers alone (a goal typed by a person, a table of one's own) is written as
JSON again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from pydantic import ValidationError

from ..interface.text import decode as text_of
from ..tasks.codec import EncodedGoal
from ..tasks.codec import decode as goal_of
from ..tasks.compile import moment, packed_state, reward_weights, task_row
from ..tasks.goals import FORMAT, Moment, Player, Reward, Task
from ..tasks.goals import Start as TaskStart
from ..worlds.engine.records import judge as j
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.world import World, check_limit

_NOT_COMPARED = ("seed", "seeded", "level", "limit")
"""Fields of a task record that a Start keeps in other ways."""
_SEEDS = 1 << 63  # of tasks, whose seeds are below it


@dataclass(frozen=True)
class Start:
    """The start of an episode.

    world, version: of its world; knobs: values of all of them; limit: ticks; split: "train", …; seed: 64 bits; repeat:
    ticks of a step; grid: (rows, columns) of the picture; task: its JSON, None for the world's own task.

    level: the text of its level, None if the world made it. drawn: whether the level was drawn at random. level_set: if
    the level is one of levels of a user that no text gives back, or was drawn from them, their digest (see `digest`):
    such an episode is replayed only with these levels; level_index: its index in them, -1 if it was drawn.
    """

    world: str
    version: int
    knobs: Mapping[str, int]
    limit: int
    split: str
    seed: int
    repeat: int = 1
    grid: tuple[int, int] = (1, 1)
    task: Mapping[str, Any] | None = None
    level: str | None = None
    drawn: bool = True
    level_set: str = ""
    level_index: int = -1

    def row(self, world: World) -> tuple[np.ndarray, np.ndarray | None]:
        """The task record of this start, (1,), and its level, (1,) LEVEL; None for a level that is drawn from a bank
        (the record's `level` is then -1, else 0), and in a world without levels.

        Raises ValueError, with the reason, for values that this world cannot have: stored episodes may be a stranger's.
        """
        if self.task is None:
            record = world.task_record(dict(self.knobs), limit=self.limit, split=self.split)
        else:
            record = task_row(task_of(self.task), world)
        record["limit"], record["seeded"], record["seed"] = check_limit(self.limit), 0, 0
        given = moment_of(self, world)
        if given is not None:
            record["rows"], record["cols"] = given["rows"][0], given["cols"][0]
        rows, cols = self.grid
        if not (rows >= record["rows"][0] and cols >= record["cols"][0] and max(rows, cols) < 1 << 12):
            raise ValueError(f"its picture has {rows}x{cols} tiles, too few for this world, or too many")
        record["rows"], record["cols"] = rows, cols
        if self.drawn:
            return record, None
        record["level"] = 0
        if self.level is None:
            return record, None if world.levels is None else world.levels.generated_level
        if world.levels is None or world.levels.parse is None:
            raise ValueError(f"{world.name} makes its own levels and reads none")
        return record, world.levels.parse(self.level)


def moment_of(start: Start, world: World) -> np.ndarray | None:
    """The state that an episode began from, (1,); None if it began as its world begins. Raises ValueError as
    rumpus.tasks.compile does."""
    if start.task is None or not (start.task.get("start") or {}).get("moment"):
        return None
    return moment(task_of(start.task), world)


def start_of(batch: Batch, row: int, task: Task | None = None) -> Start:
    """The start of the episode that has just begun in this row. task: the row's task, if it is known, which is
    kept without its solution; otherwise it is written from the row's record.

    Raises ValueError for a task that cannot be written so that it is the same when read.
    """
    world, at = batch.world, int(batch.states["task"][row])
    own = batch.table.unpacked(slice(at, at + 1))[0]
    seed, limit = int(batch.states["seed"][row]), int(own["limit"])
    known = {name: int(own[name]) for name in world.knobs.declared}
    grid = int(own["rows"]), int(own["cols"])
    head = (world.name, world.version, known, limit, batch.split, seed, batch.repeat, grid)
    for written in _candidates(own, world, seed, task, batch.moments.get(at)):
        start = Start(*head, written, *_level(batch, own))
        if _same(start.row(world)[0][0], own):
            return start
    raise ValueError(
        f"row {at} of this table of tasks of {world.name} cannot be written as a task in JSON, so its episodes cannot "
        "be stored: make the table with rumpus.tasks.compile"
    )


def digest(levels: np.ndarray) -> str:
    """The digest of a set of levels, 16 hex digits."""
    total = hashlib.sha256(str(levels.shape).encode())
    for name in levels.dtype.names or ():  # field by field, since the bytes between them are undefined
        total.update(name.encode() + np.ascontiguousarray(levels[name]).tobytes())
    if levels.dtype.names is None:
        total.update(levels.tobytes())
    return total.hexdigest()[:16]


def _candidates(own: np.void, world: World, seed: int, task: Task | None, began: np.ndarray | None) -> Any:
    """Ways to write the task of a record, the nearest first; None is the world's own. began: the state that it begins
    from, if it begins from one."""
    if task is not None:
        yield task.model_dump(mode="json", exclude_defaults=True, exclude={"solution"})
    if began is None:
        yield None
    if world.rules.things is not None:
        try:
            found = written(own, world, seed)
            if began is not None:
                start = found.start.model_copy(update={"moment": Moment(state=packed_state(world, began))})
                found = found.model_copy(update={"start": start})
            yield found.model_dump(mode="json", exclude_defaults=True)
        except (ValueError, KeyError, IndexError):
            return


def _level(batch: Batch, own: np.void) -> tuple[str | None, bool, str, int]:
    """(level, drawn, level_set, level_index) of an episode of this task."""
    levels, world, at = batch.levels, batch.world, int(own["level"])
    if at < 0:
        given: Any = batch.chosen["tasks"]
        foreign = batch.chosen["levels"] is not None
        if given is not None and given.levels is not None:
            bank = world.level_bank(batch.split, batch.knobs)
            foreign = bank is None or digest(levels) != digest(bank)
        return None, True, digest(levels) if foreign else "", -1
    generated = None if world.levels is None else world.levels.generated_level
    if generated is not None and digest(levels[at : at + 1]) == digest(generated):
        return None, False, "", -1
    if world.levels is not None and world.levels.show is not None and world.levels.parse is not None:
        text = world.levels.show(levels[at], players=world.players)
        if digest(world.levels.parse(text)) == digest(levels[at : at + 1]):
            return text, False, "", -1
    return None, False, digest(levels), at


def _same(one: np.void, other: np.void) -> bool:
    """Whether two task records are alike in all that an episode depends on, but for what a Start has of its own."""
    names = [name for name in one.dtype.names or () if name not in _NOT_COMPARED]
    if not (one["judged"] or other["judged"]):  # then no goal is looked at
        goals = ("reward", "reward_weights", "stages", "clauses", "hold", "goal")
        names = [name for name in names if name not in goals]
    return all(np.array_equal(one[name], other[name]) for name in names)


def written(record: np.void, world: World, seed: int) -> Task:
    """A task record as a Task again. Raises ValueError if its goals contradict themselves or cannot be written."""
    assert world.rules.things is not None
    players = []
    for seat in range(world.players):
        goal = goal_of(_encoded(record, seat), world.rules.things)
        text = text_of(record["instruction"][seat])
        players.append(Player(goal=goal, instruction=text, acts=not record["muted_devices"][seat]))
    defaults = world.knob_values({})
    knobs = {name: int(record[name]) for name in defaults if record[name] != defaults[name]}
    return Task(
        rumpus_task=FORMAT, id="written", world=world.name, version=world.version,
        start=TaskStart(knobs=knobs, seed=seed if seed < _SEEDS else 0), limit=min(int(record["limit"]), 1_000_000),
        players=tuple(players), reward=_reward(record, world.players), ends="first" if record["first"] else "each",
    )  # fmt: skip


def _encoded(record: np.void, seat: int) -> EncodedGoal:
    """The goal of a player in a task record."""
    rows = [tuple(map(int, row)) for row in record["goal"][seat][: int(record["clauses"][seat])]]
    stages: list[list[tuple[int, ...]]] = [[] for _ in range(int(record["stages"][seat]))]
    for row in rows:
        if row[0] != j.NEVER:
            stages[row[0]].append((0, *row[1:]))
    never = tuple((0, *row[1:]) for row in rows if row[0] == j.NEVER)
    holds = tuple(map(int, record["hold"][seat][: len(stages)]))
    return EncodedGoal(tuple(map(tuple, stages)), holds, never)


def _reward(record: np.void, players: int) -> Reward:
    """The reward scheme of a task record. Raises ValueError for weights that no scheme gives."""
    success, stage, step, failure = (value / j.MILLI for value in record["reward"].tolist())
    paid = {"success": success, "stage": stage, "step": step, "failure": failure}
    if not record["judged"]:
        return Reward(scheme="world", **paid)
    weights = tuple(record["reward_weights"].tolist())
    mixed = Reward(scheme="mixed", weight=min(max(1 - weights[0] / j.MILLI, 0.0), 1.0), **paid)
    for reward in (*(Reward(scheme=scheme, **paid) for scheme in cast(Any, ("own", "shared", "opposed"))), mixed):
        if reward_weights(reward, players) == weights:
            return reward
    raise ValueError(f"no reward scheme has the weights {weights}")


def task_of(content: Mapping[str, Any]) -> Task:
    """The Task in stored JSON. Raises ValueError with the first fault."""
    try:
        return Task.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise ValueError(f"its task: {'.'.join(map(str, first['loc'])) or 'task'}: {first['msg']}") from None
