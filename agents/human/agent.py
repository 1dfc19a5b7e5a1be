"""Agents beside people: each plays some seats of a session, and watches while people play them.

An agent looks at frames of its own size every `repeat` ticks, as it did in training. A seat changes hands when a person
asks for it, see desk.py.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...episodes.episode import Player
from ...worlds.engine.render.views import Tiles
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..contracts import Policy
from ..policies import NAMES, player

if TYPE_CHECKING:
    from ...episodes.recorder import Recorder


SECONDS = 0.25
"""Seconds between two turns of an agent that plays alone: slow enough to be followed, by trial."""


class Pace:
    """The times of an agent's turns, where a world waits for them. due: that of the next one, None before the first."""

    def __init__(self) -> None:
        self.due: float | None = None

    def beat(self, now: float, speed: float = 1.0) -> bool:
        """Whether a turn is due now; the next one is SECONDS later, less at a higher speed."""
        self.due = now + SECONDS / speed if self.due is None else self.due
        if now < self.due:
            return False
        self.due = now + SECONDS / speed
        return True


class Turns:
    """The record of who played each seat of an episode, step by step."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, tuple[Player, ...]]] = []

    def note(self, step: int, seats: Sequence[Player]) -> None:
        """The players of all seats in the step that follows so many."""
        if not self._runs or self._runs[-1][1] != tuple(seats):
            self._runs.append((step, tuple(seats)))

    def forget(self, steps: int) -> None:
        """Steps were undone, and so many are left."""
        while self._runs and self._runs[-1][0] >= steps:
            self._runs.pop()

    @property
    def alone(self) -> bool:
        """Whether people played all steps, in every seat."""
        return all(who.kind == "person" for _, seats in self._runs for who in seats)

    def credit(self, recorder: Recorder) -> None:
        """Tell a recorder who plays each seat; where a seat changed hands, `hands` in its `extra` tells when:
        [step, player from 1 on, who] of each change, as JSON."""
        by, changes = [], []
        for seat in range(len(self._runs[-1][1])):
            held = [(step, seats[seat]) for step, seats in self._runs]
            turns = [turn for at, turn in enumerate(held) if at == 0 or turn[1] != held[at - 1][1]]
            who = list(dict.fromkeys(str(each) for _, each in turns))
            by.append(turns[0][1] if len(who) == 1 else Player("other", " and ".join(who)))
            changes += [[step, seat + 1, str(each)] for step, each in turns] if len(who) > 1 else []
        recorder.played_by = tuple(by)
        recorder.extra.pop("hands", None)
        if changes:
            recorder.extra["hands"] = json.dumps(sorted(changes, key=lambda change: change[0]))


class Agent:
    """A policy in one session. repeat: ticks that it holds an action; seats: those that it plays now; fills: those that
    it plays where no person does, by default all."""

    def __init__(
        self, policy: Policy, by: Player, seats: Collection[int], *, repeat: int = 1,
        fills: Collection[int] | None = None,
    ):  # fmt: skip
        self.policy, self.by, self.repeat = policy, by, repeat
        self.seats = frozenset(seats)
        self.fills = None if fills is None else frozenset(fills)
        self._watches = getattr(policy, "watched", None)

    @property
    def name(self) -> str:
        """The name of the agent, as it was typed."""
        return self.by.name or self.by.kind

    def start(self, batch: Batch) -> None:
        """Get ready for a session's batch, in which an episode has begun. Raises ValueError if it cannot play there."""
        # frames of tiles are as large as in training, which must not change what the person sees
        self._own = batch.clone() if isinstance(batch.world.view, Tiles) else batch
        self._batch = batch
        self.policy.start(self._own)
        self.begin()

    @property
    def batch(self) -> Batch:
        """The batch that its policy plays: the session's own, or a copy with frames of another size."""
        return self._own

    def begin(self) -> None:
        """Another episode has begun, or steps were undone: go on with an empty memory, since none of the past is
        kept."""
        self._forget()
        self._rewards = np.zeros(self._batch.players, np.float32)

    def instruct(self, text: str) -> None:
        """Hear an instruction, with which an episode has just begun: in place of that of the world, if it reads."""
        tell = getattr(self.policy, "tell", None)
        if tell is not None:
            tell(text)
        else:
            self.policy.start(self._own)

    @property
    def ends(self) -> bool:
        """Whether it can say that it is done."""
        return getattr(self.policy, "done", None) is not None

    @property
    def done(self) -> bool:
        """Whether it says that it has done what its instruction asks for; False for one that never says so."""
        said = getattr(self.policy, "done", None)
        return said is not None and bool(said[0])

    def picture(self, player: int) -> np.ndarray:
        """The frame of a player as it looks at it, uint8 (height, width, 3)."""
        seen = getattr(self.policy, "frame", None)
        return self._own.picture(player=player) if seen is None else seen(self._own, player)

    def hand(self, seats: Collection[int]) -> None:
        """Play these seats from now on."""
        if self.seats == frozenset(seats):
            return
        self.seats = frozenset(seats)
        if self._watches is None:  # it has seen nothing of what was done meanwhile
            self._forget()

    def _forget(self) -> None:
        self._first, self._left, self._chosen = True, 0, False

    def look(self) -> None:
        """Choose for the step that comes, if that is due, so that its thoughts are about the state that is shown."""
        if self._left == 0 and not self._chosen and (self.seats or self._watches):
            self._choose()

    def join(self, actions: np.ndarray) -> np.ndarray:
        """The actions of a step of the session: those of the others, ACTION (players,), with its own in its seats."""
        mine = sorted(self.seats)
        self.look()
        joined = np.array(actions)
        joined[mine] = self._held[mine] if mine else joined[mine]
        if self._chosen and self._watches is not None and len(mine) < len(joined):
            self._own.actions[0] = joined
            self._watches(self._own)
        self._chosen = False
        self._left = max(self._left - 1, 0)
        return joined

    def rewarded(self, rewards: np.ndarray) -> None:
        """The rewards of a step, (players,): it is shown their sum since it looked last, as in training."""
        self._rewards += rewards

    def _choose(self) -> None:
        """Look, and choose for all seats; what a session's own batch holds meanwhile stays as it is."""
        own, batch = self._own, self._batch
        if own is not batch:
            own.states[...] = batch.states
        before = batch.outcomes["reward"][0].copy(), batch.actions[0].copy()
        own.outcomes["reward"][0] = self._rewards
        self.policy.act(own, np.array([self._first]))
        self._held = own.actions[0].copy()
        batch.outcomes["reward"][0], batch.actions[0] = before
        self._rewards[:] = 0
        self._first, self._left, self._chosen = False, self.repeat, True


NOBODY = "nobody"
"""In place of an agent's name: the seat stays empty, and its player does nothing."""


def named(agent: str, world: World, **how: Any) -> tuple[Agent, dict[str, Any]]:
    """The agent that a person types, without a seat, and the knobs and limit that it was trained with. how: as for
    `policies.player`. Raises ValueError for an agent that is none, or does not play this world."""
    policy, trained = player(agent, world, **how)
    plays = getattr(policy, "plays", None)
    if plays is not None and not plays(world):
        raise ValueError(f"{agent} does not play {world.name}, whose keys or players are others: `rumpus agents`")
    by = Player(agent) if agent in NAMES else Player("policy", agent)
    return Agent(policy, by, (), repeat=trained.pop("repeat", 1)), trained


def beside(
    names: str | Sequence[str], world: World, *, seat: int | None = None, people: int = 1, seed: int = 0
) -> tuple[list[Agent], dict[str, Any]]:
    """The agents that fill the seats of a world where no person sits, and the knobs and limit of the first that was
    trained.

    names: one for each such seat in their order, as a person types them; the last stands for all that follow; the first
    plays the seats of people while these play others. seat: of the first person, from 1 on, in worlds for several;
    people: how many there are, in seats one after the other. In a world for one, the agent has the seat until the
    person takes over. Raises ValueError for an agent that is none or does not play this world, for a seat that there is
    not, and for too many.
    """
    names, players = [names] if isinstance(names, str) else list(names), world.players
    mine = seats_of(world, seat, people)
    others = list(range(players)) if players == 1 else [seat for seat in range(players) if seat not in mine]
    if len(names) > max(len(others), 1):
        raise ValueError(f"{world.name} has {len(others)} other seats, and --with names {len(names)} agents")
    fills: dict[str, list[int]] = {}
    for number, place in enumerate(others):
        fills.setdefault(names[min(number, len(names) - 1)], []).append(place)
    agents, options = [], dict[str, Any]()
    for name in dict.fromkeys(names):
        if name != NOBODY:
            agent, trained = named(name, world, seed=seed)
            agent.hand(fills.get(name, ()))
            also = mine if name == names[0] and players > 1 else ()
            agent.fills = agent.seats | frozenset(also)
            agents.append(agent)
            options = options or trained
    return agents, options


def seats_of(world: World, seat: int | None = None, people: int = 1) -> tuple[int, ...]:
    """The seats of people, from 0 on: `people` of them from `seat` on, which counts from 1. Raises ValueError for a
    seat that there is not, and for more people than seats."""
    players = world.players
    if seat is not None and not 1 <= seat <= players:
        raise ValueError(f"--seat is a player of {world.name}, from 1 to {players}; got {seat}")
    if not 1 <= people <= players:
        raise ValueError(f"--people is from 1 to {players} in {world.name}; got {people}")
    return tuple(((seat or 1) - 1 + number) % players for number in range(people))


def default_agent(world: World) -> str:
    """The agent that fills empty seats if none is named: the expert, if the world has one, else the random player."""
    return "random" if world.expert is None else "expert"
