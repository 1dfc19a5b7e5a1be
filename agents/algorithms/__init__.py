"""Algorithms by name. A new one is one file, and one line here; one of your own may lie anywhere (see plugins.py).

ppo      proximal policy optimisation
dagger   online imitation of a world's expert
"""

from __future__ import annotations

from typing import Any

from .dagger import DAgger
from .ppo import PPO

ALGORITHMS: dict[str, Any] = {"ppo": PPO, "dagger": DAgger}
