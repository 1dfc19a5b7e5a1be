"""How layers begin."""

from __future__ import annotations

from typing import TypeVar

from torch import nn

Layer = TypeVar("Layer", nn.Linear, nn.Conv2d)


def initialise(layer: Layer, gain: float = 2**0.5) -> Layer:
    """Orthogonal weights of this gain and zero biases, as is usual for PPO (CleanRL, `layer_init`)."""
    nn.init.orthogonal_(layer.weight, gain)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer
