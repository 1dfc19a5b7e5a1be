"""A player's network: eyes and ears, perhaps a memory, a hand, and a guess at how well it will go.

Nothing here knows a world's name. Each player of each row is a *lane* of its own.

An instruction works by way of the eyes alone: it makes channels stronger, weaker, or shifts them (FiLM, Perez et al.
2018, arXiv 1709.07871). By trial, in rooms with several coloured locks and the instruction to touch one of them and no
other, training success after 160,000 steps was 95 % so, 79 % with features of the text beside those of the frame too,
and 64 % with them beside it alone (one seed each); a run whose tasks all say the same learned much slower with a text
beside the frame, so there it is not read at all.

What a player with a voice hears in a tick is read the same way and added to what it is told, so that a word means the
same whoever gives it, and stands beside the features of the frame as well. Where one player was told and another had
to act, it was learned in 40,000 steps that way, and no slower with the chat beside the frame alone: the first sees the
room too, and finds words that need no looking. A person's words may need it.

A memory is told what the hands did last and what that paid, beside what is seen: as in Mirowski et al. 2017, and as
github.com/google-deepmind/scalable_agent does, which cuts the reward to -1 … 1 as here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn

from ...worlds.engine.world import World
from .heads import head_of
from .language import Language
from .recurrent import Memory, Recurrent
from .torso import Torso, initialise


class Sight(NamedTuple):
    """What lanes see and read: pixels uint8 (lanes, height, width, 3); texts int64 (k, at most 64), different
    instructions, and which of them each lane has, int64 (lanes,); chat int64 (lanes, at most 64), or None where nobody
    else can speak; felt float32 (lanes, …): what came before, see Network.felt, or None where no memory asks for
    it."""

    pixels: torch.Tensor
    texts: torch.Tensor
    which: torch.Tensor
    chat: torch.Tensor | None
    felt: torch.Tensor | None = None

    def of(self, lanes: slice | torch.Tensor) -> Sight:
        """What some of the lanes see and read."""
        chat = None if self.chat is None else self.chat[lanes]
        felt = None if self.felt is None else self.felt[lanes]
        return Sight(self.pixels[lanes], self.texts, self.which[lanes], chat, felt)


@dataclass(frozen=True)
class Shape:
    """How large a network is. size: frame (height, width) in pixels; head: "moves" or "devices"; patch: pixels, 0
    to choose by the frame; channels and blocks of the torso; hidden: features it ends in; units: of the LSTM, 0 for
    no memory; recall: whether the memory is told the last action and reward; words: features of a text; guided:
    whether the instruction is read, which is for tasks that do not all say the same; talk: whether it has a voice,
    and looks for what it hears; cells: (rows, columns) of tiles that a frame shows, if it shows tiles;
    points: questions that words ask of a picture, see Torso."""

    size: tuple[int, int]
    head: str = "moves"
    patch: int = 0
    channels: int = 16
    blocks: int = 2
    hidden: int = 128
    units: int = 0
    words: int = 32
    guided: bool = False
    talk: bool = False
    cells: tuple[int, int] | None = None
    recall: bool = False
    points: int = 0


class Network(nn.Module):
    """Sequences of what is seen to parameters of a distribution over actions, and values."""

    def __init__(self, world: World, shape: Shape):
        super().__init__()
        self.guided, self.talk = shape.guided, shape.talk
        points = shape.points if shape.guided or shape.talk else 0
        self.torso = Torso(shape.size, shape.hidden, shape.channels, shape.blocks, shape.patch, points)
        self.language = Language(shape.words) if shape.guided or world.players > 1 else None
        self.guide: nn.Linear | None = None
        if shape.guided or shape.talk:
            self.guide = nn.Linear(shape.words, math.prod(self.torso.guides))
            nn.init.zeros_(self.guide.weight)  # at first words change nothing of what is seen
            nn.init.zeros_(self.guide.bias)
        features = shape.hidden + shape.words * (world.players > 1)
        self.head = head_of(shape.head, shape.units or features, world, shape.talk)
        self.recall = shape.recall and shape.units > 0
        self.core = Recurrent(features + self.recall * (self.head.echoes + 1), shape.units) if shape.units else None
        self.critic = initialise(nn.Linear(shape.units or features, 1), 1.0)

    def blank(self, lanes: int) -> Memory | None:
        """The memory of lanes whose episode begins; None without a memory."""
        return self.core.blank(lanes) if self.core else None

    def felt(self, choice: torch.Tensor, paid: torch.Tensor) -> torch.Tensor | None:
        """What the memory is told of a step that was made: the choice (lanes, parts), and its reward (lanes,) cut to
        -1 … 1. Float32 (lanes, …); None if it is told nothing."""
        return torch.cat([self.head.echo(choice), paid.clamp(-1, 1).unsqueeze(1)], 1) if self.recall else None

    def forward(
        self, sight: Sight, memory: Memory | None, fresh: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, Memory | None]:
        """(head parameters (steps * lanes, …), values (steps * lanes,) float32, memory after the last step).

        sight: of steps * lanes, step by step; fresh: (steps, lanes), 1 where an episode begins.
        """
        guides, heard = None, None
        if self.language is not None:
            if self.guide is not None and self.guided:
                guides = self.guide(self.language(sight.texts))[sight.which]
            if sight.chat is not None:
                heard = self.language(sight.chat)
            if self.guide is not None and self.talk and heard is not None:
                asked = nn.functional.linear(heard, self.guide.weight)
                guides = asked if guides is None else guides + asked
        if guides is not None:
            guides = guides.unflatten(1, self.torso.guides)
        features = self.torso(sight.pixels, guides)
        if heard is not None:
            features = torch.cat([features, heard], 1)
        if self.core:
            assert memory is not None
            if self.recall:
                assert sight.felt is not None
                felt = sight.felt * (
                    1 - fresh.float().view(-1, 1)
                )  # what came before an episode is none of its business
                features = torch.cat([features, felt.to(features.dtype)], 1)
            outputs, memory = self.core(features.view(*fresh.shape, -1), memory, fresh)
            features = outputs.flatten(0, 1)
        return self.head(features), self.critic(features).squeeze(-1).float(), memory
