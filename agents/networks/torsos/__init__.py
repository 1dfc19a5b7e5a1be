"""The part of a network that sees: pixels to a feature map. A new torso is one file, and one line in TORSOS.

patches     patches of a frame and a few convolutions: for worlds of tiles, and for small frames on a CPU
relational  attention among the cells of a frame: for worlds of tiles whose things belong together
impala      the residual network of IMPALA: for first-person worlds
"""

from __future__ import annotations

from typing import Any

from .impala import Impala
from .patches import Patches
from .relational import Relational

TORSOS: dict[str, Any] = {"patches": Patches, "impala": Impala, "relational": Relational}
