"""Moments: any state of a stored episode of a world that can be saved, as the start of a task.

task = task_at(store, "3f2a", 40, goal=None)       # the task of that episode, from its 40th step on
tasks, problems = load("tasks.jsonl", world)       # a file with moments by reference, or as bytes
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from ..tasks import files
from ..tasks.compile import objective, packed_state
from ..tasks.goals import FORMAT, Goal, Moment, Player, Task
from ..tasks.goals import Start as TaskStart
from ..worlds.engine.world import World
from .episode import Episode
from .step import Departure

if TYPE_CHECKING:
    from .store import Store

Worlds = Mapping[str, World] | None
"""Worlds of your own by name."""
_PLACE = re.compile(r"(?P<store>.+)#(?P<id>\w+)@(?P<step>\d{1,9})")


def state_at(
    episode: Episode, step: int, *, own: Worlds = None, levels: str | Path | np.ndarray | None = None
) -> np.ndarray:
    """The state of an episode after so many steps, a record (1,), by a replay. Raises ValueError for a step that it
    does not have, for a world that cannot be saved, and where the replay departs from its recording."""
    from .redraw import Redrawing, world_of

    world = world_of(episode.start.world, own)
    if not world.rules.savable:
        raise ValueError(f"{world.name} cannot be saved, so its episodes have no moments")
    if not 0 <= step <= episode.steps:
        raise ValueError(f"episode {episode.id} has states 0 to {episode.steps}, not {step}")

    def refuse(departure: Departure) -> None:
        raise ValueError(f"episode {departure.id}: {departure.reason}")

    options: dict[str, Any] = {"rows": 1, "threads": 1, "draw": False, "final": True, "on_problem": refuse}
    replaying = Redrawing([episode], world, levels=levels, **options)
    for shown in replaying:
        if shown.number[0] == step:
            return np.frombuffer(bytearray(replaying.batch.record(0)), world.rules.state)
    raise AssertionError("its last step is shown")


def task_at(
    store: Store,
    id: str,
    step: int,
    *,
    goal: Goal | None = None,
    text: str = "",
    limit: int | None = None,
    reference: str | None = None,
    own: Worlds = None,
) -> Task:
    """A task that begins from a state of a stored episode.

    goal: of every player, with its instruction `text`; by default the goals and instructions of the episode's own task,
    or of its world. limit: steps from there on; by default that of the episode. reference: the path of the store as the
    task names it, in place of the state itself. Raises ValueError as state_at does, for a state that is over, and for a
    goal that the world does not know.
    """
    from .redraw import world_of

    episode = store.get(id)
    world = world_of(episode.start.world, own)
    state = state_at(episode, step, own=own)
    if state["over"][0]:
        raise ValueError(f"episode {episode.id} is over after step {step}: name an earlier one")
    if reference is None:
        moment = Moment(state=packed_state(world, state))
    else:
        moment = Moment(store=reference, episode=episode.id, step=step)
    start = TaskStart(knobs=dict(episode.start.knobs), level=episode.start.level, moment=moment)
    name = f"{episode.id}-{step}"
    values: dict[str, Any] = {"id": name, "start": start, "limit": limit or episode.start.limit, "solution": None}
    if goal is None and episode.start.task is not None:
        return Task.model_validate({**episode.start.task}).model_copy(update=values)
    wanted = goal or objective(world)
    players = tuple(Player(goal=wanted, instruction=text or each) for each in episode.instructions)
    return Task(rumpus_task=FORMAT, world=world.name, version=world.version, players=players, **values)


def from_place(place: str, world: World, goal: Goal | None = None, text: str = "", *, limit: int | None = None) -> Task:
    """The task that begins at "STORE#ID@STEP", as task_at has it, with the state itself. Raises ValueError for anything
    else, and for an episode of another world."""
    from .store import Store

    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"a moment is given as STORE#ID@STEP, such as runs/data#3f2a@40; got {place!r}")
    store = Store(found["store"])
    episode = store.get(found["id"])
    if episode.start.world != world.name:
        raise ValueError(f"episode {episode.id} is of {episode.start.world}, not of {world.name}")
    step = int(found["step"])
    return task_at(store, episode.id, step, goal=goal, text=text, limit=limit, own={world.name: world})


def resolver(folder: str | Path, own: Worlds = None) -> Callable[[Task], Task]:
    """A function that turns a task's moments by reference, of its start and its pictures, into bytes, and leaves other
    tasks as they are. folder: the one that references start from, which they may not leave. It raises ValueError, with
    the reason."""
    return partial(_resolved, Path(folder), own)


def folder_of(folder: Path, name: str) -> Path:
    """The store that a file in this folder names. Raises ValueError "store: reason" for a path that leaves it."""
    place = PurePosixPath(name)
    whole = folder / place
    if place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name:
        raise ValueError(f"store: {name!r} leads out of the folder of this file")
    if not whole.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"store: {name!r} leads out of the folder of this file")
    return whole


def _resolved(folder: Path, own: Worlds, task: Task) -> Task:
    start, players = task.start, list(task.players)
    if start.moment is not None and start.moment.store is not None:
        given, level = _read(folder, own, task.world, start.moment, "start.moment")
        start = start.model_copy(update={"moment": given, "level": level})
    for seat, player in enumerate(players):
        if player.picture is not None and player.picture.store is not None:
            given, _ = _read(folder, own, task.world, player.picture, f"players[{seat}].picture")
            players[seat] = player.model_copy(update={"picture": given})
    return task.model_copy(update={"start": start, "players": tuple(players)})


def _read(folder: Path, own: Worlds, world: str, moment: Moment, place: str) -> tuple[Moment, str | None]:
    """A moment by reference as bytes, and the level of its episode. Raises ValueError "place: reason"."""
    try:
        whole = folder_of(folder, moment.store or "")
    except ValueError as error:
        raise ValueError(f"{place}.{error}") from None
    from .redraw import world_of
    from .store import Store

    try:
        episode = Store(whole).get(moment.episode or "")
        if episode.start.world != world:
            raise ValueError(f"it is of {episode.start.world}, not of {world}")
        state = state_at(episode, moment.step or 0, own=own)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    return Moment(state=packed_state(world_of(world, own), state)), episode.start.level


def load(path: str | Path, world: World) -> tuple[list[Task], list[files.Problem]]:
    """As rumpus.tasks.files.load, with moments by reference read from their stores."""
    return files.load(path, world, resolve=resolver(_folder(path), {world.name: world}))


def of_world(path: str | Path, world: World) -> tuple[list[Task], list[files.Problem]]:
    """As rumpus.tasks.files.of_world, likewise."""
    return files.of_world(path, world, resolve=resolver(_folder(path), {world.name: world}))


def chosen(place: str, world: World) -> list[Task]:
    """As rumpus.tasks.files.chosen, likewise."""
    path = place if Path(place).exists() else place.rpartition(":")[0] or place
    return files.chosen(place, world, resolve=resolver(_folder(path), {world.name: world}))


def _folder(path: str | Path) -> Path:
    return Path(path) if Path(path).is_dir() else Path(path).parent
