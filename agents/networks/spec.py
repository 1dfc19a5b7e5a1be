"""A player's network, and the record from which it is made.

Nothing here knows a world's name. Each player of each row is a *lane* of its own.

An instruction works by way of the torso alone: it makes channels stronger, weaker, or shifts them (FiLM, Perez et al.
2018, arXiv 1709.07871). By trial, in rooms with several coloured locks and the instruction to touch one of them and no
other, training success after 160,000 steps was 95 % so, 79 % with features of the text beside those of the frame too,
and 64 % with them beside it alone (one seed each); a run whose tasks all say the same learned much slower with a text
beside the frame, so there it is not read at all.

Chat that a player hears in a tick is read the same way and added to the instruction, so that a word means the same
from either source, and stands beside the features of the frame as well. Where one player was told and another had
to act, it was learned in 40,000 steps that way, and no slower with the chat beside the frame alone: the first sees the
room too, and finds words that need no looking. A person's words may need it.

A core is given the last action and its reward, beside what is seen: as in Mirowski et al. 2017, and as
github.com/google-deepmind/scalable_agent does, which cuts the reward to -1 … 1 as here.

Features of a frame are normalised before a core that learns from an expert: with DAgger's learning rate they grew from
1 to some 60 in the first update, which closed the gates of an LSTM for good. R2D2 learned less in a small room with
it, so by reinforcement it has to be asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from ..lookup import find
from ..observations import Observation
from .auxiliary import AUXILIARIES
from .cores import CORES
from .heads import ActionSpec, head_of
from .language import Language
from .layers import initialise
from .pointing import Pointing
from .torsos import TORSOS

State = Any


@dataclass(frozen=True)
class NetworkSpec:
    """All that decides a network but its weights, as plain values that a checkpoint holds.

    size: frame (height, width) in pixels; controls: the actions that its head is made of; torso, core, head: names of
    the registries, core "none" for no memory; torso_options, core_options: their own numbers; hidden: features that the
    map of the torso becomes; units: of the core; recall: whether the core is given the last action and reward; words:
    features of a text; instructed: whether the instruction is read, which is for tasks that do not all say the same;
    hears: whether chat is read; talk: whether it has a voice, and looks for what it hears; queries: attention queries
    that words ask of the feature map, or that are learned, where no words are read; whole: whether the map is read cell
    by cell too, or by the queries alone; normed: whether the features of a frame are layer-normalised before a core;
    direct: whether the heads read them beside what the core gives (both for cores that take no map); goals: whether the
    picture of the goal is seen by the same torso, and a 1x1 convolution joins both maps; cells: (rows, columns) of
    tiles that a frame shows, if it shows tiles; chunk: how many actions are predicted at once, this one and those that
    follow; execute: how many of them are played before the next ones are asked for; auxiliary: the weights of auxiliary
    losses by their names, whose heads it has too; done: hidden units of a head that says whether the instruction is
    fulfilled, 0 for none (see agents/ending.py).
    """

    size: tuple[int, int]
    controls: ActionSpec
    torso: str = "patches"
    torso_options: dict[str, Any] = field(default_factory=dict)
    core: str = "none"
    core_options: dict[str, Any] = field(default_factory=dict)
    head: str = "moves"
    hidden: int = 128
    units: int = 0
    recall: bool = False
    words: int = 32
    instructed: bool = False
    hears: bool = False
    talk: bool = False
    queries: int = 0
    whole: bool = True
    normed: bool = False
    direct: bool = False
    goals: bool = False
    cells: tuple[int, int] | None = None
    chunk: int = 1
    execute: int = 1
    auxiliary: dict[str, float] = field(default_factory=dict)
    done: int = 0

    @classmethod
    def saved(cls, fields: Mapping[str, Any]) -> NetworkSpec:
        """From the fields that a checkpoint holds. Raises TypeError or KeyError for others."""
        values = dict(fields) | {"controls": ActionSpec.saved(fields["controls"]), "size": tuple(fields["size"])}
        return cls(**values | {"cells": values.get("cells") and tuple(values["cells"])})

    def playing(self) -> NetworkSpec:
        """That of the same network without what it only learned with."""
        return replace(self, auxiliary={})

    @property
    def remembers(self) -> bool:
        """Whether there is a core."""
        return self.core != "none"


def ending(inputs: int, units: int) -> nn.Sequential:
    """A head that says whether the instruction is fulfilled: (batch, inputs) to a logit (batch, 1), done above 0."""
    return nn.Sequential(nn.Linear(inputs, units), nn.ReLU(), nn.Linear(units, 1))


class Network(nn.Module):
    """Sequences of observations to logits of a head, and values."""

    def __init__(self, spec: NetworkSpec):
        super().__init__()
        self.spec = spec
        conditioned = spec.instructed or spec.talk
        queries = spec.queries
        self.torso = find(TORSOS, spec.torso, "torso")(spec.size, **spec.torso_options)
        channels, rows, columns = self.torso.shape
        self.wanted = initialise(nn.Conv2d(2 * channels, channels, 1)) if spec.goals else None
        self.pointing = Pointing(rows, columns, channels) if queries else None
        spread = getattr(find(CORES, spec.core, "core"), "takes_map", False) if spec.remembers else False
        self.asked = nn.Parameter(torch.randn(queries, channels)) if queries and not conditioned else None
        flat = channels * rows * columns * spec.whole + queries * (channels + 3)
        self.flat = None if spread else initialise(nn.Linear(flat, spec.hidden))
        self.encoded = channels * rows * columns if spread else spec.hidden  # features of a frame, see `encode`
        self.language = Language(spec.words) if spec.instructed or spec.hears else None
        self.modulations = (self.torso.film + queries, channels)
        self.film: nn.Linear | None = None
        if conditioned:
            self.film = nn.Linear(spec.words, math.prod(self.modulations))
            nn.init.zeros_(self.film.weight)  # at first words change nothing of what is seen
            nn.init.zeros_(self.film.bias)
        beside = spec.words * spec.hears
        features = spec.hidden + beside
        self.direct = spec.direct and spec.remembers and not spread
        outputs = spec.units + self.direct * spec.hidden if spec.remembers else features
        self.head = head_of(spec.head, outputs, spec.controls, spec.talk)
        ahead = range(1, spec.chunk)
        self.later = nn.ModuleList(head_of(spec.head, outputs, spec.controls, spec.talk) for _ in ahead)
        self.norm = nn.LayerNorm(spec.hidden) if spec.normed and spec.remembers and not spread else None
        self.recall = spec.recall and spec.remembers
        self.core = None
        if spec.remembers:
            more = self.recall * (self.head.encoding_size + 1)
            inputs = (channels + queries * (channels + 3) + beside + more, rows, columns) if spread else features + more
            self.core = find(CORES, spec.core, "core")(inputs, spec.units, **spec.core_options)
            if self.core.outputs != spec.units:
                raise ValueError(
                    f"the core {spec.core!r} gives {self.core.outputs} outputs: its contract is as many as units"
                )
        self.critic = initialise(nn.Linear(outputs, 1), 1.0)
        self.outputs = outputs
        # last, so that all else begins with the same weights whether they are there or not
        losses = {f"{name}_loss": find(AUXILIARIES, name, "auxiliary loss")(self) for name in spec.auxiliary}
        self.auxiliary = nn.ModuleDict(losses)  # a module may not be named as a method, such as "forward"
        self.ending = ending(outputs, spec.done) if spec.done else None

    def initial(self, lanes: int) -> State:
        """The state of lanes whose episode begins; None without a core."""
        return self.core.initial(lanes) if self.core else None

    def forward(
        self,
        observation: Observation,
        state: State,
        is_first: torch.Tensor,
        core: Callable[..., tuple[torch.Tensor, State]] | None = None,
        trace: dict[str, torch.Tensor] | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor, State]:
        """(logits of the head (steps * lanes, …), values (steps * lanes,), both float32, state after the last step). Of
        a chunk of actions the logits lie side by side, see `chunked`.

        observation: of steps * lanes, step by step; is_first: (steps, lanes), 1 where an episode begins; core: what
        runs in place of the core, such as graphs of it; trace: is given what lies between, see auxiliary.Seen.
        """
        features = self.features(observation, is_first, trace)
        if self.core:
            outputs, state = (core or self.core)(features.view(*is_first.shape, *features.shape[1:]), state, is_first)
            remembered = outputs.flatten(0, 1)
            features = torch.cat([remembered, features[:, : self.spec.hidden]], 1) if self.direct else remembered
        if trace is not None:
            trace["outputs"] = features
        with torch.autocast(features.device.type, enabled=False):  # ratios of probabilities need all digits
            features = features.to(self.critic.weight.dtype)
            chunk, values = [head(features) for head in (self.head, *self.later)], self.critic(features).squeeze(-1)
        tables = observation.tables
        if tables.masks is not None:
            assert observation.controls is not None
            mask = tables.masks[observation.controls]
            chunk = [logits + mask for logits in chunk]
        logits = chunk[0] if len(chunk) == 1 else torch.cat(chunk, -1)
        if trace is not None:
            trace["logits"] = chunk[0]
        return logits, values, state

    def chunked(self, logits: torch.Tensor) -> torch.Tensor:
        """The logits of each action of a chunk, (batch, chunk, logits)."""
        return logits.unflatten(-1, (self.spec.chunk, -1))

    def encode(self, observation: Observation) -> torch.Tensor:
        """The features of frames and instructions alone, (batch, encoded)."""
        return self._encode(observation, self._read(observation)[0])[1]

    def _encode(
        self, observation: Observation, film: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
        """The map of the torso, the features of it, and, for a core that takes a map, those that stand beside it."""
        cells = self._map(observation.pixels, None if film is None else film[:, : self.torso.film])
        beside = []
        if self.pointing is not None:
            beside.append(self.pointing(cells, self._queries(film)))
        flat = cells.flatten(1)
        if self.flat is None:
            return cells, flat, beside
        read = [flat, *beside] if self.spec.whole else beside
        encoded = torch.relu(self.flat(read[0] if len(read) == 1 else torch.cat(read, 1)))
        return cells, encoded, [encoded if self.norm is None else self.norm(encoded)]

    def _map(self, pixels: torch.Tensor, film: torch.Tensor | None) -> torch.Tensor:
        """The map of frames, or of frames and the pictures of goals behind them."""
        if self.wanted is None:
            return self.torso(pixels, film)
        maps = self.torso(pixels[..., :3], film), self.torso(pixels[..., 3:])
        return torch.relu(self.wanted(torch.cat(maps, 1)))

    def _queries(self, film: torch.Tensor | None) -> torch.Tensor:
        """The attention queries: those that words ask, (lanes, queries, channels), or the learned ones, (queries,
        channels)."""
        queries = self.asked if film is None else film[:, self.torso.film :]
        assert queries is not None
        return queries

    def features(
        self, observation: Observation, is_first: torch.Tensor, trace: dict[str, torch.Tensor] | None = None
    ) -> torch.Tensor:
        """The input of the core, or else of the head: (steps * lanes, features), or a map (…, channels, rows, columns)
        for a core that takes one. trace: see `forward`."""
        film, heard = self._read(observation)
        cells, encoded, beside = self._encode(observation, film)
        if trace is not None:
            trace |= {"cells": cells, "encoded": encoded}
        if heard is not None:
            beside.append(heard)
        if self.recall:
            assert observation.last_action is not None and observation.last_reward is not None
            reward = observation.last_reward.clamp(-1, 1).unsqueeze(1)
            last = torch.cat([self.head.encode(observation.last_action), reward], 1)
            beside.append((last * (1 - is_first.float().view(-1, 1))).to(beside[0].dtype if beside else cells.dtype))
        if self.flat is not None:
            return beside[0] if len(beside) == 1 else torch.cat(beside, 1)
        spread = [part.to(cells.dtype)[..., None, None].expand(-1, -1, *cells.shape[2:]) for part in beside]
        return torch.cat([cells, *spread], 1)

    @property
    def attends(self) -> bool:
        """Whether any part of it attends to something, see `attention`."""
        return self.pointing is not None or any(hasattr(part, "attention") for part in (self.torso, self.core))

    @torch.no_grad()
    def attention(self, observation: Observation, state: State, is_first: torch.Tensor) -> dict[str, torch.Tensor]:
        """The weights of attention in one step of lanes: `cells` (lanes, rows, columns), how much each cell of the
        frame is looked at, by the torso or by queries, the mean over all that look; `memory` (lanes, slots, slots + 1),
        what each slot of the core takes from the slots and, last, from the input."""
        found, cells = {}, []
        film = self._read(observation)[0]
        map_film = None if film is None else film[:, : self.torso.film]
        if hasattr(self.torso, "attention"):
            looked = self.torso.attention(observation.pixels[..., :3], map_film).mean((1, 2, 3))
            cells.append(looked.unflatten(1, self.torso.grid))
        if self.pointing is not None:
            seen = self._map(observation.pixels, map_film)
            where = self.pointing.where(seen, self._queries(film))
            cells.append(where.mean(1).unflatten(1, seen.shape[2:]))
        if cells and all(each.shape == cells[0].shape for each in cells):
            found["cells"] = torch.stack(cells).mean(0)
        elif cells:
            found["cells"] = cells[0]
        if self.core is not None and hasattr(self.core, "attention"):
            features = self.features(observation, is_first)
            found["memory"] = self.core.attention(features, state, is_first[0])
        return found

    def _read(self, observation: Observation) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """Effects of words on the torso, (lanes, *modulations), or None; and features of the chat, (lanes, words), or
        None."""
        if self.language is None:
            return None, None
        film, heard = None, None
        if self.film is not None and self.spec.instructed:
            film = self.film(self.language(observation.tables.instructions))[observation.instruction]
        if self.spec.hears:
            heard = self._silence(observation) if observation.chat is None else self.language(observation.chat)
            if self.film is not None and self.spec.talk:
                asked = nn.functional.linear(heard, self.film.weight)
                film = asked if film is None else film + asked
        return None if film is None else film.unflatten(1, self.modulations), heard

    def _silence(self, observation: Observation) -> torch.Tensor:
        """Features of silence, where nobody else is there to be heard."""
        return self.critic.weight.new_zeros(len(observation.pixels), self.spec.words)
