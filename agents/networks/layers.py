"""How layers begin, and how saved ones are made to fit."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

Layer = TypeVar("Layer", nn.Linear, nn.Conv2d)


def initialise(layer: Layer, gain: float = 2**0.5) -> Layer:
    """Orthogonal weights of this gain and zero biases, as is usual for PPO (CleanRL, `layer_init`)."""
    nn.init.orthogonal_(layer.weight, gain)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer


def lengthen(saved: dict[str, torch.Tensor], name: str, values: torch.Tensor) -> None:
    """Give a saved tensor, if there is one and it is shorter, the last rows of `values`, so that weights of a smaller
    vocabulary load: its words keep their tokens, and new ones come after them."""
    old = saved.get(name)
    if old is not None and len(old) < len(values) and old.shape[1:] == values.shape[1:]:
        saved[name] = torch.cat([old, values[len(old) :].to(old)])
