"""The parts that heads share: what a world listens to, and how an index is drawn from logits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn

from ....interface.action import Move, move_table
from ....interface.devices import listens
from ....interface.text import vocabulary
from ....worlds.engine.world import World

MASKED = -1e4
"""Added to a logit that a world does not listen to: its chance is 0 in float32, and its gradient too."""


@dataclass(frozen=True)
class ActionSpec:
    """The action specification of a narrow head, as plain values that a checkpoint can hold.

    moves: named moves, each as the fields of a `Move`; keys, buttons: the names that the world uses; mouse, wheel:
    whether the world uses their motion; reach: the largest useful motion of the mouse in a tick, in picture heights;
    words: the words that a head can say, each one token; players: the number of players.
    """

    moves: dict[str, dict[str, Any]]
    keys: tuple[str, ...]
    buttons: tuple[str, ...]
    mouse: bool
    wheel: bool
    reach: float
    words: tuple[str, ...]
    players: int

    @classmethod
    def of(cls, world: World) -> ActionSpec:
        """The specification of a world."""
        mouse, wheel, reach = listens(world)
        moves = {name: asdict(move) for name, move in world.controls.moves.items()}
        return cls(
            moves,
            tuple(world.controls.keys),
            tuple(world.controls.buttons),
            mouse,
            wheel,
            reach,
            words_of(world),
            world.players,
        )

    @classmethod
    def saved(cls, fields: Mapping[str, Any]) -> ActionSpec:
        """The specification from the fields of a checkpoint. Raises TypeError for unknown or missing fields."""
        return cls(**_tuples(fields))

    def table(self) -> Any:
        """The moves as ACTION records, (len(moves),)."""
        return move_table({name: Move(**_tuples(fields)) for name, fields in self.moves.items()})

    def same_moves(self, other: ActionSpec) -> bool:
        """Whether the moves are the same keys and motion in the same order; their names do not matter."""
        mine, yours = ([_tuples(fields) for fields in each.moves.values()] for each in (self, other))
        return mine == yours

    def joined(self, other: ActionSpec) -> ActionSpec:
        """The union of two specifications, for a run of several worlds; with moves only if both have the same ones."""
        moves = self.moves if self.same_moves(other) else {}
        keys, buttons, words = (
            tuple(dict.fromkeys((*mine, *yours)))
            for mine, yours in zip(
                (self.keys, self.buttons, self.words), (other.keys, other.buttons, other.words), strict=True
            )
        )
        return ActionSpec(
            moves, keys, buttons, self.mouse or other.mouse, self.wheel or other.wheel, max(self.reach, other.reach),
            words, max(self.players, other.players),
        )  # fmt: skip


class Narrow(nn.Module):
    """A head that is made for the worlds of its run."""

    def mask(self, world: World) -> torch.Tensor | None:
        """Added to the logits in this world, float32 (logits,); None for a head that is made for its world."""
        return None

    def words(self, controls: ActionSpec) -> tuple[str, ...]:
        """The words of a voice beside this head."""
        return controls.words


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Lists as tuples, which files do not tell apart."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def words_of(world: World) -> tuple[str, ...]:
    """The words that a learned player can say in a world, each once and each one token: the colours, kinds and sizes of
    its things, the words that its moves' names are made of, and "yes" and "no"."""
    things = world.rules.things
    named = (*things.colours, *things.kinds, *things.sizes) if things else ()
    moves = (word for name in world.controls.moves for word in name.split())
    known = set(vocabulary())
    return tuple(word for word in dict.fromkeys((*named, *moves, "yes", "no")) if word in known)


def pick(logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
    """A random index along the last axis for each row of logits, or the most likely one without a generator."""
    if generator is None:
        return logits.argmax(-1)
    noise = torch.empty_like(logits, dtype=torch.float32).exponential_(generator=generator)
    return (logits.float() - noise.log()).argmax(-1)  # the Gumbel-max trick
