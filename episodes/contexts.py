"""Contexts: places in stored episodes where a player takes over, with a task to do from there on.

A file of contexts is JSON Lines in or above the folder of a store. Each line names an episode, a step, and a task. The
episode up to the step is the context; what the episode did from there on, for as many steps as the task says, solves
it. After Abramson et al. 2022, Evaluating Multimodal Interactive Agents: the Standardised Test Suite (STS).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .. import worlds
from ..tasks.compile import packed_state, table
from ..tasks.files import LONGEST
from ..tasks.goals import Moment, Task
from ..worlds.engine.world import World
from .episode import Episode, Summary
from .moments import folder_of, state_at
from .redraw import Together, Worlds
from .store import Store


class Line(BaseModel):
    """A line of a file of contexts. store: the folder of the store, from that of the file, in it or below it; episode:
    an id; step: a number of steps; task: with its world, goal and limit, without a start: it begins there. If it has
    one, a moment's state, this takes the place of a replay: physics repeats on the same machine only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rumpus_sts: Literal[1]
    store: Annotated[str, Field(min_length=1, max_length=1024)] = "."
    episode: Annotated[str, Field(pattern=r"^[0-9a-f]{4,16}$")]
    step: Annotated[int, Field(ge=0, lt=2**31)]
    task: Task


@dataclass(frozen=True, eq=False)
class Context:
    """A context, ready to be played: its episode, the steps of it that are shown, and the task from there on, whose
    start holds the state."""

    episode: Episode
    step: int
    task: Task

    @property
    def kind(self) -> Together:
        """The kind of its episode: contexts of one kind can be played in one batch."""
        return Together.of(self.episode)

    @property
    def solution(self) -> np.ndarray | None:
        """The actions of the episode that solve the task, ACTION (ticks, players); None if it says of none."""
        if not self.task.steps:
            return None
        return self.episode.actions[self.step :].repeat(self.episode.start.repeat, 0)[: self.task.steps]


def load(path: str | Path, own: Worlds = None) -> list[Context]:
    """All contexts of a file, in order. own: worlds of your own by name.

    Raises ValueError, with the place and the reason, for the first line that is none: a test of which a part is left
    out is another test.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file of contexts")
    stores: dict[str, dict[str, Episode]] = {}
    lines: list[tuple[int, Line]] = []
    with path.open("rb") as file:
        for number, text in enumerate(iter(lambda: file.readline(LONGEST + 1), b""), 1):
            if len(text) > LONGEST:
                raise ValueError(f"{path}:{number}: this line is longer than {LONGEST:,} bytes")
            if text.strip():
                lines.append((number, _parsed(path, number, text)))
    if not lines:
        raise ValueError(f"{path}: there is no context in it")
    for place in dict.fromkeys(line.store for _, line in lines):
        wanted = tuple({line.episode for _, line in lines if line.store == place})
        store = Store(folder_of(path.parent, place))
        stores[place] = {each.id: each for each in store.read(partial(_begins, wanted))}
    found, ids = [], set()
    for number, line in lines:
        try:
            found.append(_context(line, stores[line.store], own))
        except ValueError as error:
            raise ValueError(f"{path}:{number}: {error}") from None
        if line.task.id in ids:
            raise ValueError(f"{path}:{number}: there is another context of the name {line.task.id}")
        ids.add(line.task.id)
    return found


def _begins(ids: tuple[str, ...], head: Summary) -> bool:
    return head.id.startswith(ids)


def _parsed(path: Path, number: int, text: bytes) -> Line:
    try:
        return Line.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "line"
        raise ValueError(f"{path}:{number}: {place}: {first['msg'].removeprefix('Value error, ')}") from None


def world_of(name: str, own: Worlds = None) -> World:
    """The world of a context by its name, among one's own or of the suite."""
    return own[name] if own and name in own else worlds.named(name)


def _context(line: Line, known: dict[str, Episode], own: Worlds) -> Context:
    some = [episode for id, episode in known.items() if id.startswith(line.episode)]
    if len(some) != 1:
        raise ValueError(f"episode: {len(some)} episodes of {line.store} have ids that begin with {line.episode!r}")
    (episode,), task = some, line.task
    if task.world != episode.start.world:
        raise ValueError(f"task.world: episode {episode.id} is of {episode.start.world}, not of {task.world}")
    if line.step >= episode.steps:
        raise ValueError(
            f"step: episode {episode.id} has {episode.steps} steps, and a player takes over before the last"
        )
    world, given = world_of(task.world, own), task.start.moment
    if given is not None and given.state is None:
        raise ValueError("task.start.moment: the place is given by episode and step: leave it out, or give a state")
    if given is None:
        given = Moment(state=packed_state(world, state_at(episode, line.step, own=own)))
    start = task.start.model_copy(update={"moment": given, "level": episode.start.level})
    whole = task.model_copy(update={"start": start})
    table([whole], world)
    return Context(episode, line.step, whole)


def grouped(contexts: Sequence[Context], most: int) -> list[list[int]]:
    """Indices of contexts of one kind each, at most so many together, in order."""
    groups: dict[Together, list[int]] = {}
    for index, context in enumerate(contexts):
        groups.setdefault(context.kind, []).append(index)
    return [some[first : first + most] for some in groups.values() for first in range(0, len(some), most)]
