"""The exported trajectories, each of one player of one episode, frame by frame with the pixels that it saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...interface.text import decode
from ...worlds.engine.world import World
from ..episode import Episode, Summary
from ..redraw import Together, Worlds, of_kind, redraw, world_of
from ..showing import shape
from ..step import Departure, Step
from ..store import Store, Where

Size = tuple[int, int] | Callable[[Together], tuple[int, int]]
"""(height, width), or a function from a kind of episodes to it."""
_CHECKED_AT = 16, 16
"""The size of video that is decoded only to see whether it is whole."""
_ORDER = ("train", "valid", "test")


class Frame(NamedTuple):
    """A frame: all that a player saw, did and got in a step. The last frame of a trajectory is what was seen at the
    end: its action is at rest, its reward 0, and nothing ends there.

    number: from 0; pixels: uint8 (height, width, 3), overwritten by the next frame; action: an ACTION record; reward,
    terminated, truncated, success: what came of the action.
    """

    number: int
    pixels: np.ndarray
    instruction: str
    chat: str
    action: np.void
    reward: float
    terminated: bool
    truncated: bool
    success: bool


class Trajectory(NamedTuple):
    """One player's part of an episode. name: of its files, the id, with the player behind it in worlds of several;
    frames: steps + 1 Frames, to be taken to the last one before the next trajectory is."""

    episode: Episode
    player: int
    name: str
    frames: Iterator[Frame]

    @property
    def instruction(self) -> str:
        """The instruction of the player, "" for nothing."""
        return self.episode.instructions[self.player]

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return self.episode.steps

    @property
    def facts(self) -> dict[str, object]:
        """Where it comes from, as plain values."""
        start, episode = self.episode.start, self.episode
        return {
            "id": episode.id, "world": start.world, "version": start.version, "split": start.split, "seed": start.seed,
            "player": self.player, "played_by": str(episode.played_by[self.player]), "steps": self.steps,
            "task": str((start.task or {}).get("id", "")), "instruction": self.instruction,
            "return": round(float(episode.rewards[:, self.player].sum(dtype=np.float64)), 6),
            "success": bool(episode.success[:, self.player].any()), "result": episode.result,
        }  # fmt: skip


class Plan:
    """The episodes of a store that are exported: those that fulfil `where`, have steps, and can be replayed to their
    end, which is found out here by replaying them once without drawing. The others are in `left_out`; files that cannot
    be read are in the store's `problems`.

    player: the only player whose trajectories are taken, None for all of them. own, levels, threads: as for redraw.
    groups: {(split, kind): number of episodes}, the training split first. len() is the number of trajectories.

    Raises ValueError, with the reason, if nothing is left.
    """

    def __init__(
        self,
        store: Store,
        where: Where | None = None,
        *,
        player: int | None = None,
        own: Worlds = None,
        levels: str | Path | np.ndarray | None = None,
        threads: int | None = None,
    ):
        self.store, self.player, self.own = store, player, own
        self._options = {"own": own, "levels": levels, "threads": threads}
        self._where = where
        self.left_out: list[Departure] = []
        wanted = sum(1 for _ in store.index(self._chosen))
        if not wanted:
            about = f" with a player {player}" if player is not None else ""
            raise ValueError(f"{store.path} holds no episode{about} that fits: see `rumpus episodes list {store.path}`")
        for _ in redraw(store, _CHECKED_AT, where=self._chosen, draw=False, final=True, on_problem=self._leave_out,
                        **self._options):  # type: ignore[arg-type]  # fmt: skip
            pass
        self._gone = {departure.id for departure in self.left_out}
        found: dict[tuple[str, Together], int] = {}
        for head in store.index(self._fits):
            key = head.start.split, Together.of(head)
            found[key] = found.get(key, 0) + 1
        if not found:
            first = self.left_out[0] if self.left_out else None
            reason = f"the first, {first.id}: {first.reason}" if first else str(store.problems[0])
            raise ValueError(f"none of {wanted} episodes of {store.path} can be exported; {reason}")
        rank = {split: number for number, split in enumerate(_ORDER)}
        self.groups = dict(sorted(found.items(), key=lambda item: (rank.get(item[0][0], len(rank)), item[0][0])))

    def __len__(self) -> int:
        return sum(count * len(self._players(kind)) for (_, kind), count in self.groups.items())

    @property
    def kinds(self) -> list[Together]:
        """The different kinds of episodes."""
        return list(dict.fromkeys(kind for _, kind in self.groups))

    @property
    def worlds(self) -> list[str]:
        """The names of their worlds."""
        return list(dict.fromkeys(kind.world for kind in self.kinds))

    def world(self, name: str) -> World:
        """The world of this name."""
        return world_of(name, self.own)

    def one_world(self, what: str) -> str:
        """The name of the world of all episodes. Raises ValueError, with what to type, if there are several."""
        if len(self.worlds) > 1:
            raise ValueError(
                f"{what} is of one world, and these episodes are of {', '.join(self.worlds)}: export one at a time, "
                f"with --world {self.worlds[0]}, and so on"
            )
        return self.worlds[0]

    def hz(self, kind: Together) -> float:
        """Steps a second of a kind of episodes: ticks of its world, at most 8 where time waits for the player."""
        controls = self.world(kind.world).controls
        hz = controls.tick_hz / kind.repeat
        return min(hz, 8.0) if controls.turn_based else hz

    def turn_based(self, kind: Together) -> bool:
        """Whether time waits for the player in the world of this kind."""
        return self.world(kind.world).controls.turn_based

    def shape(self, kind: Together, edge: int) -> tuple[int, int]:
        """(height, width) of whole tiles, both even, about `edge` pixels at the longer side."""
        return shape(kind.grid, edge, None if kind.filmed else self.world(kind.world))

    def one_size(self, edge: int, size: tuple[int, int] | None) -> tuple[int, int]:
        """The size of all pictures: as given, or the shape of their world's. Raises ValueError if these differ."""
        shapes = {self.shape(kind, edge) for kind in self.kinds} if size is None else {size}
        if len(shapes) > 1:
            listed = ", ".join(f"{height}x{width}" for height, width in sorted(shapes))
            raise ValueError(
                f"these episodes have pictures of several shapes ({listed}): choose one, such as --size 96"
            )
        return shapes.pop()

    def trajectories(self, size: Size) -> Iterator[Trajectory]:
        """Split by split, kind by kind and player by player, one at a time."""
        for split, kind in self.groups:
            chosen = of_kind(kind, lambda head, split=split: head.start.split == split and self._fits(head))  # type: ignore[misc]
            pixels = size(kind) if callable(size) else size
            for player in self._players(kind):
                steps = redraw(self.store, pixels, where=chosen, rows=1, final=True, on_problem=_refuse,
                               **self._options)  # type: ignore[arg-type]  # fmt: skip
                for step in steps:
                    episode = step.episodes[0]
                    assert episode is not None
                    name = episode.id if kind.players == 1 else f"{episode.id}-player-{player}"
                    yield Trajectory(episode, player, name, _frames(step, steps, player))

    def _players(self, kind: Together) -> range:
        return range(kind.players) if self.player is None else range(self.player, self.player + 1)

    def _chosen(self, head: Summary) -> bool:
        there = self.player is None or 0 <= self.player < head.players
        return head.steps > 0 and there and (self._where is None or self._where(head))

    def _fits(self, head: Summary) -> bool:
        return head.id not in self._gone and self._chosen(head)

    def _leave_out(self, departure: Departure) -> None:
        self.left_out.append(departure)


def _frames(step: Step, steps: Iterator[Step], player: int) -> Iterator[Frame]:
    """The frames of the episode that begins with this step."""
    while True:
        assert step.pixels is not None
        at = 0, player
        outcome = (bool(part[at]) for part in (step.terminated, step.truncated, step.success))
        yield Frame(
            int(step.number[0]), step.pixels[at], decode(step.instruction[at]), decode(step.chat[at]),
            step.actions[at], float(step.rewards[at]), *outcome,
        )  # fmt: skip
        if step.is_last[0]:
            return
        step = next(steps)


def _refuse(departure: Departure) -> None:
    raise ValueError(
        f"episode {departure.id}: {departure.reason}; it could be replayed a moment ago: if its store was merged or "
        "pruned meanwhile, export again"
    )
