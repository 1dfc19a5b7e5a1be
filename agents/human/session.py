"""Human play without a window: episodes, steps, undo, and the film of an episode."""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...episodes.episode import Player
from ...interface.png import png
from ...interface.text import decode
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.run.table import Table
from ...worlds.engine.world import World
from ...worlds.pages import UNLIMITED
from . import palette
from .agent import Agent, Turns
from .pictures import Film, fitting, pictures
from .playlist import Playlist, of_levels, of_tasks
from .slots import Facts, SlotError, Stored, now, small

if TYPE_CHECKING:
    from ...episodes.recorder import Recorder

MEMORY = 60
"""Seconds of a real-time episode that can be undone, and that a clip shows. Turn-based episodes are kept whole."""
_REHEARSED = (480, 640)  # height and width of the picture that is drawn so that all is compiled


@dataclass(frozen=True)
class Episode:
    """An episode that was played: its seed, steps taken, return of each player, result, steps undone, the id of its
    task, "" for the world's own, and the number of its level in a file, from 1 on, 0 where there is none.

    result: "success" of any player, "failed" (terminated without success), "time up" (truncated), or "left" before its
    end.
    """

    seed: int
    steps: int
    returns: tuple[float, ...]
    result: str
    undone: int
    task: str = ""
    level: int = 0


@dataclass(frozen=True)
class Moment:
    """The record of a step: the packed state after it (None where it cannot be saved), and its outcome.

    ends: the end of the episode for each player: "success", "failed", "too late" (another was first), "time up", or ""
    before it.
    """

    state: bytes | None
    returns: tuple[float, ...]
    ends: tuple[str, ...]
    said: tuple[str, ...] = ()


class Session:
    """One world being played by people.

    seed: of the first episode, a random one by default; split, knobs, limit: see Batch, whose ValueErrors pass. levels:
    a file, a folder or an array of them, which are played in their order, again and again; tasks: a table that is
    played so, in place of the world's own task, with time for people unless `strict`; ids: names of its rows, by
    default their numbers from 1 on; once: each of them is played once, and then it is `finished`; record: called with
    the batch before the first episode, returns the Recorder that it attached; agents: each plays its seats. `list` is
    the playlist, None for the world's own levels, and `place` the present row of it; `solved` holds the marks of levels
    that are solved, `episodes` the finished ones, `undone` the number of steps that were undone in this one, `people`
    the players who are stored for the seats that no agent plays, one for each seat, `before` the state before the last
    step, None where none was taken since the episode began or went back.
    """

    def __init__(
        self,
        world: World,
        *,
        seed: int | None = None,
        levels: np.ndarray | str | Path | None = None,
        split: str = "train",
        knobs: Mapping[str, int] | None = None,
        limit: int | None = None,
        tasks: Table | None = None,
        ids: Sequence[str] = (),
        strict: bool = False,
        record: Callable[[Batch], Recorder] | None = None,
        once: bool = False,
        agents: Sequence[Agent] = (),
    ):
        seed = int(np.random.default_rng().integers(2**32)) if seed is None else seed
        self.world = world
        self.list: Playlist | None = None
        options: dict[str, Any] = {"split": split, "knobs": knobs, "limit": limit}
        if tasks is not None:
            if knobs or levels is not None:
                raise ValueError("tasks bring their own knobs and levels: give tasks, or these, not both")
            self.list = of_tasks(world, tasks, ids, limit=limit, strict=strict)
        elif levels is not None:
            self.list = of_levels(world, levels, **options)
        if self.list is not None:
            options = {"tasks": self.list.table}
        self.batch = Batch(world, 1, seed=seed, threads=1, **options)
        self._home: tuple[Playlist | None, int, dict[str, Any]] = (self.list, 0, {"split": split} | options)
        self._recorder = None if record is None else record(self.batch)
        self.people = (Player("person"),) * world.players if self._recorder is None else self._recorder.played_by
        self.agents: tuple[Agent, ...] = ()
        self._marked: Batch | None = None
        self.before: np.void | None = None
        self.once, self.finished = once, False
        self.episodes: list[Episode] = []
        self.solved: set[str] = set()
        self._begin(0, seed)
        for agent in agents:
            agent.start(self.batch)
        self.agents = tuple(agents)

    @property
    def seed(self) -> int:
        """The seed that gives this episode's start again."""
        return int(self.batch.states["seed"][0])

    @property
    def task(self) -> str:
        """The id of the task that is played; "" for the world's own."""
        return self.list.names[self.place] if self.list and self.list.what == "task" else ""

    @property
    def level(self) -> int:
        """The number of the level in the file that is played, from 1 on; 0 for those of the world's own."""
        return self.place + 1 if self.list and self.list.what == "level" else 0

    @property
    def mark(self) -> str:
        """The digest under which a solved level is stored; "" where none is stored."""
        return self.list.mark(self.place) if self.list else ""

    @property
    def listed(self) -> str:
        """The digest of the list that is played; "" for the world's own levels."""
        return self.list.digest if self.list else ""

    @property
    def name(self) -> str:
        """A name for files about this episode."""
        what = self.task or (f"level{self.level}" if self.level else f"seed{self.seed}")
        return re.sub(r"[^\w.-]", "-", f"{self.world.name}-{what}")

    @property
    def judged(self) -> bool:
        """Whether goals decide the end of the episode, in place of the world's own rules."""
        return bool(self.batch.states["judged"][0])

    @property
    def stages(self) -> tuple[tuple[int, int], ...]:
        """(stages of its goal that are reached, all of them) for each player; (0, 0) under the world's own rules, and
        for goals that only forbid."""
        state, players = self.batch.states[0], self.world.players
        if not self.judged:
            return ((0, 0),) * players
        return tuple((int(state["stage"][player]), int(state["stages"][player])) for player in range(players))

    @property
    def muted(self) -> tuple[bool, ...]:
        """Whether each player's keyboard and mouse are disabled, so that it can only talk."""
        return tuple(map(bool, self.batch.states["muted_devices"][0, : self.world.players]))

    @property
    def steps(self) -> int:
        """Steps taken in this episode, without those undone, and those before the moment that it began from."""
        return int(self.batch.states["tick"][0]) - self._first

    @property
    def limit(self) -> int:
        """Steps after which the episode is truncated."""
        return int(self.batch.states["limit"][0]) - self._first

    @property
    def returns(self) -> tuple[float, ...]:
        """The sum of each player's rewards in this episode."""
        return self._moments[-1].returns

    @property
    def over(self) -> bool:
        """Whether the episode has ended for every player."""
        return bool(self.batch.states["over"][0])

    @property
    def result(self) -> str:
        """The result of the episode, as Episode names it; "" before its end."""
        return next((end for end in ("success", "time up") if end in self.ends), "failed") if self.over else ""

    @property
    def ends(self) -> tuple[str, ...]:
        """The end of the episode for each player, as Moment names it; "" before it."""
        return self._moments[-1].ends

    @property
    def said(self) -> tuple[str, ...]:
        """The chat of this episode, line by line."""
        return self._moments[-1].said

    @property
    def cursors(self) -> np.ndarray:
        """The places of the cursors: (players, 2), in 1/MOUSE_ONE picture heights."""
        return self.batch.states["cursor"][0, : self.world.players]

    @property
    def instructions(self) -> tuple[str, ...]:
        """The instruction of each player."""
        return tuple(decode(tokens) for tokens in self.batch.instruction[0])

    @property
    def watching(self) -> bool:
        """Whether agents play all seats whose episode goes on, so that nothing waits for a person."""
        return bool(self.agents) and all(end or self.agent_of(seat) for seat, end in enumerate(self.ends))

    def agent_of(self, seat: int) -> Agent | None:
        """The agent that plays a seat now; None if none does."""
        return next((agent for agent in self.agents if seat in agent.seats), None)

    def aimed(self, player: int) -> tuple[str, bool]:
        """The thing that a player aims at, in words, and whether it is in reach; "" in worlds without this query."""
        world = self.world
        if world.controls.aimed is None or world.rules.things is None:
            return "", False
        row, near = world.controls.aimed(self.batch.states[0], player)
        return (world.rules.things.name(self.batch.things()[0][0, row]), near) if row >= 0 else ("", False)

    def act(self, actions: np.ndarray) -> bool:
        """One step with the actions of all players, ACTION (players,). Returns False, without a step, after the end of
        the episode."""
        if self.over:
            return False
        for agent in self.agents:
            actions = agent.join(actions)
        holders = map(self.agent_of, range(self.world.players))
        seats = zip(holders, self.people, strict=True)
        self._turns.note(self.steps, [agent.by if agent else person for agent, person in seats])
        if self._recorder is not None:
            self._turns.credit(self._recorder)
        self.batch.actions[0] = actions
        self.before = self.batch.states[0].copy()
        outcomes, before = self.batch.step()[0], self._moments[-1]
        for agent in self.agents:
            agent.rewarded(outcomes["reward"])
        self._moments.append(
            Moment(
                self._packed(),
                tuple(total + float(reward) for total, reward in zip(before.returns, outcomes["reward"], strict=True)),
                tuple(was or end for was, end in zip(before.ends, self._ends(outcomes), strict=True)),
                before.said + tuple(self._lines(actions)),
            )
        )
        if self.list and self.result == "success" and self._fair and self._turns.alone:
            self.solved.add(self.mark)
        return True

    def rehearse(self) -> None:
        """Draw, and take a step in a copy, so that all kernels are compiled."""
        self.views(*_REHEARSED)
        if self.world.rules.savable:
            twin = self.batch.clone()
            twin.step()
            twin.things()

    def undo(self, steps: int = 1) -> int:
        """Undo up to this many steps of this episode, even after its end. Returns the number of undone steps, limited
        by the memory."""
        back = min(steps, len(self._moments) - 1)
        if back:
            self.before = None
            for _ in range(back):
                self._moments.pop()
            self.batch.load(0, zlib.decompress(self._moments[-1].state or b""))
            self.undone += back
            self._turns.forget(self.steps)
            for agent in self.agents:
                agent.begin()
        return back

    def restart(self) -> None:
        """Begin this episode again."""
        seed = self.seed
        self.leave()
        self._begin(self.place, seed)

    def next(self, by: int = 1) -> None:
        """Begin another episode: of the level or task `by` places further on, or else with the next seed."""
        self.leave()
        self.finished = self.once and self.place + by >= len(self.list or (0,))
        if not self.finished:
            self._begin((self.place + by) % len(self.list or (0,)))

    def turn_to(self, tasks: Playlist) -> None:
        """Play other tasks of this world from now on, the first of them at once."""
        self.leave()
        if self.list is self._home[0]:
            self._home = (self.list, self.place, self._home[2])
        self.list = tasks
        self.batch.configure(tasks=tasks.table, split=self.batch.split)
        self._begin(0)

    def back(self, by: int = 1) -> None:
        """Begin another episode of what was played at first: of the level or task `by` places further on, or else with
        the next seed."""
        self.leave()
        listed, place, options = self._home
        if self.list is not listed:
            self.list, self.place = listed, place
            self.batch.configure(**options)
        self._begin((self.place + by) % len(listed or (0,)))

    def go(self, place: int) -> None:
        """Begin the level or task of this row of the list, from 0 on. Raises IndexError for a row that there is not."""
        if not 0 <= place < len(self.list or (0,)):
            raise IndexError(f"the list has {len(self.list or (0,))} rows, and {place} is none of them")
        self.leave()
        self._begin(place)

    def stored(self) -> Stored:
        """The episode as it is now, for a save slot. Raises SlotError in a world that cannot be saved."""
        if not self.world.rules.savable:
            raise SlotError(f"{self.world.name} cannot be saved")
        what = self.task or (f"level {self.level}" if self.level else f"seed {self.seed}")
        if self.world.controls.turn_based:
            what = f"{what[:160]}, step {self.steps}"
        else:
            what = f"{what[:160]}, {self.steps // self.world.controls.tick_hz} s"
        facts = Facts(
            world=self.world.name,
            list=self.listed,
            place=self.place,
            what=what,
            when=now(),
            first=self._first,
            undone=self.undone,
            returns=self.returns,
            ends=self.ends,  # type: ignore[arg-type]
            said=self.said[-1000:],
            alone=self._fair and self._turns.alone,
        )
        picture = self.batch.picture(size=small(self.batch.rows, self.batch.cols))
        return Stored(facts, self.batch.save(0), png(picture))

    def resume(self, stored: Stored) -> None:
        """Go on from a slot, in place of this episode, which is left. Raises SlotError, and changes nothing, for one
        that is damaged, or of another world, list or version. Later steps are not recorded until another episode
        begins, since a record is of whole episodes."""
        facts, world = stored.facts, self.world
        if facts.world != world.name:
            raise SlotError(f"this slot is of {facts.world[:60]}, and {world.name} is played here")
        if facts.list != self.listed:
            raise SlotError("this slot is of another list of levels or tasks: start with that one to load it")
        if not (len(facts.returns) == len(facts.ends) == world.players and facts.place < len(self.list or (0,))):
            raise SlotError("this slot is damaged: it is of other players or levels")
        if not world.rules.savable:
            raise SlotError(f"{world.name} cannot be saved")
        twin = self.batch.clone()
        try:
            twin.load(0, stored.state)
        except ValueError as error:
            raise SlotError(f"this slot cannot be loaded: {error}") from None
        state = twin.states[0]
        if facts.first > state["tick"] or (self.list and int(state["task"]) != facts.place):
            raise SlotError("this slot is damaged: its state is of another episode")
        self.leave()
        self._begin(facts.place)
        endless = int(self.batch.states["limit"][0]) >= UNLIMITED  # practice goes on without the limit of before
        self.batch.load(0, stored.state)
        if endless:
            self.batch.states["limit"] = UNLIMITED
        self._first, self.undone, self._fair = facts.first, facts.undone, facts.alone
        moment = Moment(self._packed(), facts.returns, facts.ends, facts.said)
        self._moments = deque([moment], self._most)
        for agent in self.agents:
            agent.begin()

    def leave(self) -> None:
        """Record the episode, if any step was taken."""
        if self.steps and not self.finished:
            result = self.result or "left"
            self.episodes.append(
                Episode(self.seed, self.steps, self.returns, result, self.undone, self.task, self.level)
            )

    def goal(self, player: int, edge: int) -> np.ndarray | None:
        """The picture that a player is shown as its goal, uint8 (height, width, 3), of a size that fits into a square
        of `edge` pixels, if the world can be drawn so small; None where there is none."""
        return self.batch.goal_picture(0, player, fitting(self.batch, edge, edge))

    def views(self, height: int, width: int, marked: bool = False) -> np.ndarray:
        """The present view of each player: uint8 (players, height, width, 3), of any size. marked: drawn for people who
        tell few colours apart, in worlds with such a sheet, see palette.py."""
        if not (marked and palette.sheet(self.world)):
            return pictures(self.batch, height, width)
        if self._marked is None:
            self._marked = palette.marked(self.batch)
        self._marked.states[...] = self.batch.states
        return pictures(self._marked, height, width)

    def film(self) -> Film:
        """The remembered part of the episode up to now, for drawing at any size. Raises ValueError in a world that
        cannot be saved."""
        if not self.world.rules.savable:
            raise ValueError(f"{self.world.name} cannot be saved, so there is nothing to make a clip of")
        states = tuple(moment.state or b"" for moment in self._moments)
        return Film(self.batch.clone(), states)

    def _begin(self, row: int, seed: int | None = None) -> None:
        self.batch.reset(seed=seed, tasks=[row])
        self.before = None
        self.place, self.undone, self._fair = row, 0, True
        self._first = int(self.batch.states["tick"][0])  # not 0 where a task begins from a moment
        players, world = self.world.players, self.world
        most = None if world.controls.turn_based else MEMORY * world.controls.tick_hz + 1
        self._most = most if world.rules.savable else 1
        start = Moment(self._packed(), (0.0,) * players, ("",) * players)
        self._moments = deque([start], self._most)
        self._turns = Turns()
        for agent in self.agents:
            agent.begin()

    def _ends(self, outcomes: np.ndarray) -> Iterator[str]:
        """The end of the episode for each player, by the outcomes of the step."""
        late = np.zeros(len(outcomes), bool)
        if outcomes["success"].any() and self.batch.states["first"][0]:
            late = self.batch.things()[2][0, :, 1] == 0
        for outcome, beaten in zip(outcomes, late, strict=True):
            if outcome["terminated"]:
                yield "success" if outcome["success"] else "too late" if beaten else "failed"
            else:
                yield "time up" if outcome["truncated"] else ""

    def _packed(self) -> bytes | None:
        return zlib.compress(self.batch.save(0), 1) if self.world.rules.savable else None

    def _lines(self, actions: np.ndarray) -> Iterator[str]:
        """The text said in this step; for a single player, the text heard too."""
        alone = self.world.players == 1
        for player, say in enumerate(actions["say"]):
            if say.any():
                yield f"{'You' if alone else f'Player {player + 1}'}: {decode(say)}"
        if alone and self.batch.chat[0, 0].any():
            yield decode(self.batch.chat[0, 0])
