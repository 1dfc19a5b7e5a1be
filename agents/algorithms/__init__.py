"""Algorithms by name. A new one is one file, and one line here; one of your own may lie anywhere (see plugins.py).

ppo      proximal policy optimisation
impala   actor-critic with V-trace, which learns from each rollout several times, and from earlier ones
r2d2     Q-learning from a replay memory of sequences
dagger   online imitation of a world's expert
bc       offline imitation of stored episodes
"""

from __future__ import annotations

from typing import Any

from ..needs import learning

learning()

from .bc import BC  # noqa: E402  not before the sentence that says what is missing
from .dagger import DAgger  # noqa: E402
from .impala import IMPALA  # noqa: E402
from .ppo import PPO  # noqa: E402
from .r2d2 import R2D2  # noqa: E402

ALGORITHMS: dict[str, Any] = {"ppo": PPO, "impala": IMPALA, "r2d2": R2D2, "dagger": DAgger, "bc": BC}
