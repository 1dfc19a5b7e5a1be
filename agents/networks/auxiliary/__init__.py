"""Auxiliary losses, which any algorithm can add to its own. A new one is one file, and one line in AUXILIARIES.

    depth     how far away things are, in first-person worlds
    closure   whether the player has been here before
    pixels    which actions change which part of the picture
    reward    whether the next reward is positive, negative or nothing
    matching  which instruction belongs to which picture
    forward   which picture comes next

Their heads are parts of the network that are trained and saved with it, and left out where it plays.
"""

from __future__ import annotations

from typing import Any

from .base import Auxiliary, Seen, Sensed, Steps
from .closure import Closure
from .depth import Depth
from .forward import Forward
from .matching import Matching
from .pixels import Pixels
from .reward import Reward

AUXILIARIES: dict[str, Any] = {
    "depth": Depth, "closure": Closure, "pixels": Pixels, "reward": Reward, "matching": Matching, "forward": Forward,
}  # fmt: skip

__all__ = ["AUXILIARIES", "Auxiliary", "Seen", "Sensed", "Steps"]
