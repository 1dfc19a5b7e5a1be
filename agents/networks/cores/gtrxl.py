"""A gated transformer over the last steps (Parisotto et al. 2020, Stabilizing Transformers for Reinforcement Learning,
arXiv 1910.06764): normalisation before each part, and gates like a GRU's in place of additions.

The memory of a layer is what it was given in the last `window` steps, as in Transformer-XL (Dai et al. 2019, arXiv
1901.02860), so that a step costs the same however long the episode is. Distances are told by a number for each head and
distance that is added to the scores, rather than by the paper's sinusoids.
"""

from __future__ import annotations

import torch
from torch import nn

State = tuple[torch.Tensor, torch.Tensor]
"""The inputs of each layer in the last steps, float32 (lanes, layers, window, units), and which of these steps belong
to the episode, float32 (lanes, window)."""

STAY = 2.0
"""The bias of a gate towards what was there: section 3.2 of the paper."""


class Gate(nn.Module):
    """Puts something new beside what was there, as a GRU would."""

    def __init__(self, width: int):
        super().__init__()
        self.new, self.old = nn.Linear(width, 3 * width), nn.Linear(width, 2 * width, bias=False)
        self.reset = nn.Linear(width, width, bias=False)

    def forward(self, old: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
        """Both (…, width)."""
        reset, change, told = self.new(new).chunk(3, -1)
        old_reset, old_change = self.old(old).chunk(2, -1)
        change = torch.sigmoid(change + old_change - STAY)
        told = torch.tanh(told + self.reset(torch.sigmoid(reset + old_reset) * old))
        return (1 - change) * old + change * told


class Layer(nn.Module):
    """Attention to the last steps, and two layers for each step by itself."""

    def __init__(self, width: int, heads: int, window: int):
        super().__init__()
        self.heads = heads
        self.query, self.both = nn.Linear(width, width, bias=False), nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, width)
        self.distance = nn.Parameter(torch.zeros(heads, window + 1))
        self.alone = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.gates = nn.ModuleList(Gate(width) for _ in range(2))

    def forward(self, steps: torch.Tensor, before: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
        """steps: (lanes, steps, width); before: (lanes, window, width), of the steps before them; allowed: bool (lanes,
        steps, window + steps), what each step may look at."""
        window, count = before.shape[1], steps.shape[1]
        normed = self.norms[0](torch.cat([before, steps], 1))
        query = self._split(self.query(normed[:, window:]))
        key, value = (self._split(part) for part in self.both(normed).chunk(2, -1))
        scores = query @ key.transpose(2, 3) / query.shape[3] ** 0.5
        at = torch.arange(window + count, device=steps.device)
        away = (at[window:, None] - at).clamp(0, window)
        scores = (scores.float() + self.distance[:, away]).masked_fill(~allowed.unsqueeze(1), float("-inf"))
        found = self.out((scores.softmax(-1).to(value.dtype) @ value).transpose(1, 2).flatten(2))
        steps = self.gates[0](steps, torch.relu(found))
        gated: torch.Tensor = self.gates[1](steps, torch.relu(self.alone(self.norms[1](steps))))
        return gated

    def _split(self, part: torch.Tensor) -> torch.Tensor:
        return part.unflatten(2, (self.heads, -1)).transpose(1, 2)


class GTrXL(nn.Module):
    """A sequence of features (steps, lanes, features) and the state before it to (steps, lanes, units) and the state
    after it. layers, heads: 12 and 8 in the paper, for a GPU; window: steps that a layer remembers, 512 there."""

    def __init__(self, features: int, units: int, *, layers: int = 2, heads: int = 4, window: int = 32):
        super().__init__()
        for name, value in {"layers": layers, "heads": heads, "window": window}.items():
            if value < 1:
                raise ValueError(f"{name} of a GTrXL must be at least 1, got {value}")
        if units % heads:
            raise ValueError(f"{heads} heads do not divide {units} units: choose a divisor")
        self.outputs, self.window = units, window
        self.enter = nn.Linear(features, units)
        self.layers = nn.ModuleList(Layer(units, heads, window) for _ in range(layers))

    def initial(self, lanes: int) -> State:
        """The state at the start of an episode."""
        weight = self.enter.weight
        return weight.new_zeros(lanes, len(self.layers), self.window, self.outputs), weight.new_zeros(
            lanes, self.window
        )

    def forward(self, features: torch.Tensor, state: State, is_first: torch.Tensor) -> tuple[torch.Tensor, State]:
        """is_first: (steps, lanes), 1 where an episode begins with this step, so that nothing older is remembered."""
        memory, known = state
        window, count = self.window, len(features)
        episode = is_first.T.bool().cumsum(1)  # of each step, counted from that of the memory
        number = torch.cat([episode.new_zeros(len(episode), window).masked_fill(known == 0, -1), episode], 1)
        at = torch.arange(window + count, device=features.device)
        away = at[window:, None] - at
        allowed = ((away >= 0) & (away <= window)) & (number[:, None] == episode[:, :, None])
        steps, after = self.enter(features).transpose(0, 1), []
        for index, layer in enumerate(self.layers):
            before = memory[:, index].to(steps.dtype)
            after.append(torch.cat([before, steps], 1)[:, -window:].detach().float())
            steps = layer(steps, before, allowed)
        goes_on = (number[:, -window:] == episode[:, -1:]).to(known.dtype)
        return steps.transpose(0, 1), (torch.stack(after, 1), goes_on)
