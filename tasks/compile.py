"""Tasks to the records that a world's resets and the judge read. All faults of a task that depend on its world are
found here."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import cast

import numpy as np

from ..interface.text import encode
from ..worlds.engine.records import judge as j
from ..worlds.engine.records.bounds import sealed
from ..worlds.engine.records.states import task_dtype
from ..worlds.engine.records.things import Things
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.pictures import packed_picture
from ..worlds.engine.run.saved import copied, mark_of, opened_state
from ..worlds.engine.run.table import Packer, Table, pack_tasks
from ..worlds.engine.world import World
from .codec import EncodedGoal
from .codec import encode as encode_goal
from .goals import Goal, Moment, Player, Reward, Task
from .language import asked, public
from .named import particular, situation
from .questions import answered

_UNBANKED = "tasks of {} bring their levels as text (start.level), and some of these do not"
_ANY = "\0"
"""In place of the text of a level: any of the bank."""
_FRAME = (40, 40)  # of batches that are not drawn
_TOGETHER = 1 << 12  # tasks that are written as whole records before these are packed


def table(tasks: Sequence[Task], world: World) -> Table:
    """The tasks as a table for a batch of their world, row by row. Levels that tasks share are kept once.

    All pictures get the size of the largest. Raises ValueError "task ID: place: reason" for the first that cannot be.
    """
    if not tasks:
        raise ValueError("a table needs at least one task")
    packer, moments, levels = Packer(), dict[int, np.ndarray](), _Levels(world)
    pictures: dict[tuple[int, int], bytes] = {}
    for first in range(0, len(tasks), _TOGETHER):
        some = tasks[first : first + _TOGETHER]
        records = np.zeros(len(some), task_dtype(world.knobs.declared, world.rules.max_players))
        for row, (record, task) in enumerate(zip(records, some, strict=True), first):
            try:
                _fill(record, task, world)
                if task.start.moment is not None:
                    moments[row] = _located("start.moment", moment, task, world)
                    record["rows"], record["cols"] = moments[row]["rows"][0], moments[row]["cols"][0]
                for seat, shown in pictures_of(task, world).items():
                    pictures[row, seat] = packed_picture(sealed(mark_of(world), shown.tobytes()))
                    for axis in ("rows", "cols"):
                        record[axis] = max(int(record[axis]), int(shown[axis][0]))
                record["level"] = levels.place(task)
            except ValueError as error:
                raise ValueError(f"task {task.id}: {error}") from None
        packer.add(records)
    made = packer.table(levels.array(), moments, pictures)
    records = made.records
    records["rows"], records["cols"] = records["rows"].max(), records["cols"].max()
    banked = world.levels is not None and world.levels.bank is not None
    if banked and (made.levels is None or (records["level"] < 0).any()):
        raise ValueError(_UNBANKED.format(world.name))
    return made


class _Levels:
    """The levels of tasks, each text once."""

    def __init__(self, world: World):
        self._world = world
        self._generated = None if world.levels is None else world.levels.generated_level
        self._places: dict[str | None, int] = {}  # None: the level that a world makes
        self._levels: list[np.ndarray] = []

    def place(self, task: Task) -> int:
        """The index of the level of a task, -1 where it has none. Raises ValueError "place: reason"."""
        text, levels = task.start.level, self._world.levels
        bank = self._world.level_bank() if text is None and task.start.moment is not None else None
        text = text if bank is None else _ANY  # of the bank any level will do: the moment takes its place
        if text in self._places:
            return self._places[text]
        if bank is not None:
            return self._added(text, bank[:1])
        if text is not None:
            assert levels is not None and levels.parse is not None
            return self._added(text, _located("start.level", levels.parse, text))
        return -1 if self._generated is None else self._added(None, self._generated)

    def _added(self, text: str | None, level: np.ndarray) -> int:
        self._places[text] = len(self._levels)
        self._levels.append(level)
        return self._places[text]

    def array(self) -> np.ndarray | None:
        """All levels, (k,); None if there are none."""
        return np.concatenate(self._levels) if self._levels else None


def task_row(task: Task, world: World) -> np.ndarray:
    """A task as a record without its level, (1,) of the world's `task_dtype`. Raises ValueError as `table` does."""
    record = np.zeros(1, task_dtype(world.knobs.declared, world.rules.max_players))
    try:
        _fill(record[0], task, world)
    except ValueError as error:
        raise ValueError(f"task {task.id}: {error}") from None
    record["level"] = -1
    return record


def moment(task: Task, world: World) -> np.ndarray:
    """The state that a task begins from, a validated record (1,). Raises ValueError for bytes that are none of this
    world and its players, and for a moment by reference: rumpus.episodes.moments turns it into bytes."""
    record = _state(task.start.moment, world)
    if record["over"][0]:
        raise ValueError("the episode is over there: name an earlier step")
    return record


def packed_state(world: World, state: np.ndarray) -> str:
    """A state record, (1,), as the text of a task's moment. Facts that a batch alone knows of its rows are left out."""
    bare = copied(state)
    bare["task"], bare["stream"] = 0, 0
    return base64.b64encode(zlib.compress(sealed(mark_of(world), bare.tobytes()), 9)).decode()


def pictures_of(task: Task, world: World) -> dict[int, np.ndarray]:
    """The states that players are shown as their goals, records (1,), by the player's number. Raises ValueError
    "place: reason" as `moment` does, but for a state that is over."""
    shown = {seat: player.picture for seat, player in enumerate(task.players) if player.picture is not None}
    return {seat: _located(f"players[{seat}].picture", _state, given, world) for seat, given in shown.items()}


def _state(given: Moment | None, world: World) -> np.ndarray:
    """The state of a moment, a validated record (1,), of any number of ticks. Raises ValueError."""
    if given is None or given.state is None:
        raise ValueError(
            "it names an episode of a store: read the file by rumpus.episodes.moments, as the commands do, or give the "
            "state itself"
        )
    if not world.rules.savable:
        raise ValueError(f"{world.name} cannot be saved, so no task begins from its states, or shows one")
    largest = world.rules.state.itemsize + 64
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(base64.b64decode(given.state, validate=True), largest)
    except (ValueError, zlib.error) as error:
        raise ValueError(f"its state is damaged: {error}") from None
    record = opened_state(world, data)
    if record["players"][0] != world.players:
        raise ValueError(f"it is of {record['players'][0]} player(s), and {world.name} is for {world.players}")
    return record


def judged(world: World, goal: Goal | None = None, told: str = "") -> Table:
    """A goal, by default the world's own objective, with the judge in place of the world's rules, for every player and
    on any level: a table of one row. told: the instruction; by default the world's own. Raises ValueError
    "place: reason"."""
    record = world.task_record()
    encoded = encode_goal(goal or objective(world), cast(Things, world.rules.things))
    for seat in range(world.players):
        encoded.write(record[0], seat)
    if told:
        record["instruction"][:, : world.players] = _located("instruction", encode, told)
    record["judged"], record["reward"], record["reward_weights"] = 1, (j.MILLI, 0, 0, 0), (j.MILLI, 0)
    return pack_tasks(record, world.level_bank())


def check(task: Task, world: World) -> None:
    """Raise ValueError "place: reason" unless the task can be compiled for its world."""
    try:
        _read(task, world)
        if task.start.moment is not None:
            _located("start.moment", moment, task, world)
        pictures_of(task, world)
        if task.start.level is not None:
            assert world.levels is not None and world.levels.parse is not None
            _located("start.level", world.levels.parse, task.start.level)
        elif task.start.moment is None and world.levels is not None and world.levels.bank is not None:
            raise ValueError(_UNBANKED.format(world.name))
    except ValueError as error:
        raise ValueError(f"task {task.id}: {error}") from None


def reward_weights(reward: Reward, players: int) -> tuple[int, int]:
    """The weights of a player's own reward, and of the sum of all rewards, in thousandths. Where these do not divide by
    the players, all together get what they would get, and opposed ones nothing."""
    one, each = j.MILLI, round(j.MILLI / players)
    if reward.scheme == "shared":
        return one - each * players, each
    if reward.scheme == "opposed" and players > 1:
        others = round(j.MILLI / (players - 1))
        return others * players, -others
    if reward.scheme == "mixed":
        return round(one * (1 - reward.weight)), round(one / players * reward.weight)
    return one, 0


def instructions(task: Task) -> list[str]:
    """The text that each player reads: its own instruction, and those of the others that are public."""
    texts = []
    for seat, player in enumerate(task.players):
        others = [other.instruction for index, other in enumerate(task.players) if index != seat and other.public]
        texts.append(public(player.instruction, others) if others else player.instruction)
    return texts


def _played(task: Task, world: World) -> dict[str, int]:
    """The values of all knobs. Raises ValueError "place: reason" unless the task, but for its level and for what its
    players are to do, can be played in this world."""
    if task.world != world.name:
        raise ValueError(f"world: it is of {task.world}, not of {world.name}")
    if task.version not in (None, world.version):
        raise ValueError(f"version: it is of {task.world} version {task.version}; this is version {world.version}")
    if world.rules.things is None:
        raise ValueError(f"world: {world.name} shows no things, so it has no goals")
    if len(task.players) != world.players:
        raise ValueError(f"players: {world.name} is for {world.players} player(s), not {len(task.players)}")
    if task.start.level is not None and (world.levels is None or world.levels.parse is None):
        raise ValueError(f"start.level: {world.name} makes its own levels and reads none")
    if task.reward.scheme == "world" and any(p.goal != objective(world) for p in task.players):
        raise ValueError("reward.scheme: 'world' pays for the world's own objective, and this is another goal")
    values: dict[str, int] = _located("start.knobs", world.knob_values, task.start.knobs)
    return values


def _read(task: Task, world: World) -> tuple[dict[str, int], list[tuple[EncodedGoal, np.ndarray]]]:
    """The values of all knobs, and for each player its goal as numbers and its instruction as tokens. Raises ValueError
    "place: reason" unless the task, but for its level, can be played in this world."""
    values, things = _played(task, world), cast(Things, world.rules.things)
    batch: Batch | None = None
    seats = []
    for seat, (player, text) in enumerate(zip(task.players, instructions(task), strict=True)):
        place, here = f"players[{seat}]", None
        if player.question is not None:
            _located(f"{place}.question", _check_question, player, things)
        if particular(player.goal):
            batch = batch or started(task, world)
            here = situation(batch, 0, seat)
        goal = encode_goal(player.goal, things, f"{place}.goal", here)
        seats.append((goal, _located(f"{place}.instruction", encode, text)))
    return values, seats


def _begin(record: np.void, values: dict[str, int], task: Task, world: World) -> None:
    """Write all of a task into its record but for what its players are to do."""
    for name, value in values.items():
        record[name] = value
    record["rows"], record["cols"] = world.view.grid(values)
    record["seed"], record["seeded"], record["limit"] = task.start.seed, 1, task.limit
    record["players"], record["first"] = len(task.players), task.ends == "first"
    record["judged"] = task.reward.scheme != "world"
    reward = task.reward
    rewards = (reward.success, reward.stage, reward.step, reward.failure)
    record["reward"] = [round(value * j.MILLI) for value in rewards]
    record["reward_weights"] = reward_weights(reward, len(task.players))


def started(task: Task, world: World) -> Batch:
    """A batch of one row in which a task has just begun, without its goals. Raises ValueError as `table` does."""
    record = np.zeros(1, task_dtype(world.knobs.declared, world.rules.max_players))
    _begin(record[0], _played(task, world), task, world)
    levels = None if world.levels is None else world.levels.generated_level
    if task.start.level is not None and world.levels is not None and world.levels.parse is not None:
        levels = _located("start.level", world.levels.parse, task.start.level)
    moments: dict[int, np.ndarray] = {}
    if task.start.moment is not None:
        moments[0] = _located("start.moment", moment, task, world)
        record["rows"], record["cols"] = moments[0]["rows"][0], moments[0]["cols"][0]
        bank = world.level_bank() if levels is None else None
        levels = levels if bank is None else bank[:1]
    record["judged"], record["level"] = 0, -1 if levels is None else 0
    batch = Batch(world, 1, size=_FRAME, tasks=pack_tasks(record, levels, moments))
    batch.reset(tasks=np.zeros(1, np.int64))
    return batch


def _fill(record: np.void, task: Task, world: World) -> None:
    values, seats = _read(task, world)
    _begin(record, values, task, world)
    for seat, (goal, tokens) in enumerate(seats):
        goal.write(record, seat)
        record["muted_devices"][seat] = not task.players[seat].acts
        record["instruction"][seat] = tokens


def _check_question(player: Player, things: Things) -> None:
    """Raise ValueError unless a player's instruction asks its question, and its goal is to answer it."""
    if asked(player.instruction, things) != player.question:
        raise ValueError("the instruction asks something else")
    if answered(player.goal) is None:
        raise ValueError("the goal must be to answer it: to say one word, and never to answer anything else")


def objective(world: World) -> Goal:
    """The goal that a world's own rules reward."""
    assert world.rules.things is not None
    return Goal.model_validate(world.rules.things.objective)


def _located(place: str, function, *arguments):  # type: ignore[no-untyped-def]
    """Call a function; its ValueError gets the place in the task where its arguments stand."""
    try:
        return function(*arguments)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
