"""The networks of the setter `setter-solver`: a flow over goals, a judge of what the agent can do, and a critic.

A goal of four numbers (goal_space.py) is a vector of one-hot parts in (-1, 1): about RIM where a part is chosen and
-RIM elsewhere, with noise, so that it has a density. The flow (real NVP: Dinh et al. 2017, arXiv 1605.08803) makes such
vectors of Gaussian noise, conditioned on the things of a state and on the chance of success that is wished for. Sizes
were chosen without trial.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ...worlds.engine.records.things import ONE
from .goal_space import NONE, GoalSpace

HIDDEN, SCENE, LAYERS = 96, 32, 6
RIM, NOISE = 0.6, 0.3
"""The number of a part that is chosen, and the largest noise that is added."""
FAR = 8 * ONE
"""The distance from the player that is 1 to the networks."""
_EDGE = 1 - 1e-5


class Coding:
    """Goals as vectors, and things as features. width: of a vector; features: of a thing."""

    def __init__(self, space: GoalSpace):
        colours = 1 + space.colours
        self.parts = (len(space.sorts), colours, 1 + len(space.sorts), colours)
        self.width = sum(self.parts)
        self.kinds, self.colours = len(space.things.kinds), colours
        self.features = self.kinds + colours + 3 + 1 + 2
        self.most = space.things.most

    def vectors(self, numbers: np.ndarray, noise: torch.Generator) -> torch.Tensor:
        """Goals int (n, 4) as vectors (n, width), with noise."""
        places = numbers.copy()
        places[:, 2] -= NONE  # none is the first
        parts = [F.one_hot(torch.as_tensor(places[:, n]), size) for n, size in enumerate(self.parts)]
        plain = torch.cat(parts, 1) * 2.0 * RIM - RIM
        return plain + NOISE * (2 * torch.rand(plain.shape, generator=noise) - 1)

    def numbers(self, vectors: torch.Tensor) -> np.ndarray:
        """The goals int (n, 4) that vectors (n, width) are nearest to."""
        chosen = np.stack([part.argmax(1).numpy() for part in vectors.split(self.parts, 1)], 1)
        chosen[:, 2] += NONE
        return chosen

    def scene(self, things: Sequence[np.ndarray]) -> torch.Tensor:
        """The things of some states, THING (k,) each, as (states, most, features + 1): the last is 1 where there is
        one. Places are told from the first player, who comes first."""
        found = np.zeros((len(things), self.most, self.features + 1), np.float32)
        for row, some in enumerate(things):
            at, k = np.arange(len(some)), self.kinds
            found[row, at, some["kind"] - 1] = 1
            found[row, at, k + some["colour"]] = 1
            found[row, at, k + self.colours + some["state"]] = 1
            found[row, at, k + self.colours + 3] = some["holder"] != 0
            for n, axis in enumerate("yx"):
                apart = (some[axis].astype(np.int64) - int(some[axis][0])) / FAR
                found[row, at, self.features - 2 + n] = np.clip(apart, -2, 2)
            found[row, at, -1] = 1
        return torch.from_numpy(found)


class Scene(nn.Module):
    """Things (n, most, features + 1) to (n, SCENE), in no order. seen: whether it looks at them; else zeros."""

    def __init__(self, coding: Coding, seen: bool):
        super().__init__()
        self.seen = seen
        self.each = nn.Sequential(nn.Linear(coding.features, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, SCENE), nn.ReLU())
        self.all = nn.Linear(2 * SCENE, SCENE)

    def forward(self, things: torch.Tensor) -> torch.Tensor:
        """The features of the whole."""
        if not self.seen:
            return things.new_zeros(len(things), SCENE)
        there = things[..., -1:]
        each = self.each(things[..., :-1]) * there
        pooled = torch.cat([each.sum(1) / there.sum(1).clamp(min=1), each.amax(1)], 1)
        return torch.as_tensor(torch.tanh(self.all(pooled)))


class Flow(nn.Module):
    """The setter: real NVP with a tanh at its end. Conditions are (n, SCENE + 1): the scene, and the wished chance of
    success from 0 to 1."""

    def __init__(self, coding: Coding, seen: bool):
        super().__init__()
        self.scene, self.width = Scene(coding, seen), coding.width
        order = torch.rand(LAYERS, self.width).argsort(1)
        self.masks: torch.Tensor
        self.register_buffer("masks", (order < self.width // 2).float())
        self.couplings = nn.ModuleList(
            nn.Sequential(
                *(nn.Linear(self.width + SCENE + 1, HIDDEN), nn.ReLU()),
                *(nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2 * self.width)),
            )
            for _ in range(LAYERS)
        )
        for one in self.couplings:  # it begins as noise alone
            for weights in list(one.parameters())[-2:]:
                nn.init.zeros_(weights)

    def _moves(self, layer: int, kept: torch.Tensor, given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        scale, shift = self.couplings[layer](torch.cat([kept, given], 1)).chunk(2, 1)
        free = 1 - self.masks[layer]
        return torch.tanh(scale) * free, shift * free

    def given(self, things: torch.Tensor, wished: torch.Tensor) -> torch.Tensor:
        """The conditions, of things (n, most, features + 1) and wished chances (n,)."""
        return torch.cat([self.scene(things), 2 * wished[:, None] - 1], 1)

    def sample(self, noise: torch.Tensor, given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors (n, width) of Gaussian noise (n, width), and the logarithms of their densities (n,)."""
        density, x = _gaussian(noise), noise
        for layer in range(LAYERS):
            kept = x * self.masks[layer]
            scale, shift = self._moves(layer, kept, given)
            x = kept + (1 - self.masks[layer]) * (x * scale.exp() + shift)
            density = density - scale.sum(1)
        return torch.tanh(x), density - _steepness(x)

    def density(self, vectors: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        """The logarithm of the density (n,) of vectors (n, width)."""
        x = torch.atanh(vectors.clamp(-_EDGE, _EDGE))
        found = -_steepness(x)
        for layer in reversed(range(LAYERS)):
            kept = x * self.masks[layer]
            scale, shift = self._moves(layer, kept, given)
            x = kept + (1 - self.masks[layer]) * (x - shift) * (-scale).exp()
            found = found - scale.sum(1)
        return found + _gaussian(x)


def _gaussian(x: torch.Tensor) -> torch.Tensor:
    return -0.5 * (x * x + math.log(2 * math.pi)).sum(1)


def _steepness(x: torch.Tensor) -> torch.Tensor:
    """The logarithm of the derivative of tanh, summed."""
    return 2 * (math.log(2) - x - F.softplus(-2 * x)).sum(1)


class Chance(nn.Module):
    """The judge of the agent: the logit of its chance (n,) to reach goals, vectors (n, width), from the states of these
    things."""

    def __init__(self, coding: Coding, seen: bool):
        super().__init__()
        self.scene = Scene(coding, seen)
        self.layers = nn.Sequential(
            *(nn.Linear(coding.width + SCENE, HIDDEN), nn.ReLU()),
            *(nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1)),
        )

    def forward(self, vectors: torch.Tensor, things: torch.Tensor) -> torch.Tensor:
        """The logits."""
        return torch.as_tensor(self.layers(torch.cat([vectors, self.scene(things)], 1))[:, 0])


class Critic(nn.Module):
    """A number (n,) for vectors (n, width) that is greater for desired goals than for those of the flow (Arjovsky et
    al. 2017, arXiv 1701.07875)."""

    def __init__(self, coding: Coding):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(coding.width, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """The numbers."""
        return torch.as_tensor(self.layers(vectors)[:, 0])
