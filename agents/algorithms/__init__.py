"""Algorithms by name. A new one is one file, and one line here; one of your own may lie anywhere (see plugins.py).

ppo      proximal policy optimisation
impala   actor-critic with V-trace, which learns from each rollout several times, and from earlier ones
r2d2     Q-learning from a replay memory of sequences
dagger   online imitation of a world's expert
"""

from __future__ import annotations

from typing import Any

from .dagger import DAgger
from .impala import IMPALA
from .ppo import PPO
from .r2d2 import R2D2

ALGORITHMS: dict[str, Any] = {"ppo": PPO, "impala": IMPALA, "r2d2": R2D2, "dagger": DAgger}
