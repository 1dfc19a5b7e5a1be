"""Instructions, key maps and conditions of success for the environments that come with Gymnasium.

Instructions and conditions of success are ours; rewards, terminations and time limits are the environments' own. The
meanings of actions are those of the environments' own documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Known:
    """Facts about an environment. keys: the key map, None for the default of its space; names: of its actions; idle:
    the action without input, ... for the default; success: see SUCCESS in copies.py; mouse: the axes that the mouse
    moves; slips: appended to the instruction if transitions are stochastic."""

    instruction: str
    keys: Mapping[str | tuple[str, ...], Any] | None = None
    names: Mapping[Any, str] = field(default_factory=dict)
    idle: Any = ...
    success: str | None = None
    mouse: Mapping[str, Any] | None = None
    slips: str = ""


def _walk(**keys: Any) -> dict[Any, Any]:
    """Arrows, and W A S D beside them."""
    return keys | {{"up": "w", "left": "a", "down": "s", "right": "d"}[name]: what for name, what in keys.items()}


_CAR = "drive up to the flag on the right hill: take a run-up"
_LAND = "land on the pad between the two flags"
_LAKE = Known(
    "walk over the frozen lake to the goal, and not into a hole",
    _walk(left=0, down=1, right=2, up=3),
    {0: "walk left", 1: "walk down", 2: "walk right", 3: "walk up"},
    success="paid",
    slips="; it is slippery: often you slide aside",
)
_CLIFF = Known(
    "walk along the cliff to the goal, and do not fall",
    _walk(up=0, right=1, down=2, left=3),
    {0: "walk up", 1: "walk right", 2: "walk down", 3: "walk left"},
    success="terminated",
    slips="; it is slippery: often you slide aside",
)

KNOWN = {
    "CartPole": Known(
        "keep the pole upright by moving the cart",
        _walk(left=0, right=1),
        {0: "push left", 1: "push right"},
        idle=(0, 1),  # it must be pushed one way or the other: left and right in turn come nearest to neither
        success="lasted",
    ),
    "MountainCar": Known(
        _CAR, _walk(left=0, right=2), {0: "drive left", 1: "coast", 2: "drive right"}, idle=1, success="terminated"
    ),
    "MountainCarContinuous": Known(
        _CAR,
        _walk(left=(0, -1.0), right=(0, 1.0)),
        {(0, -1.0): "drive left", (0, 1.0): "drive right"},
        success="terminated",
        mouse={"x": 0},
    ),
    "Pendulum": Known(
        "swing the pendulum up and keep it upright",
        _walk(left=(0, 1.0), right=(0, -1.0)),
        {(0, 1.0): "turn left", (0, -1.0): "turn right"},
        mouse={"x": (0, -1.0)},
    ),
    "Acrobot": Known(
        "swing the tip of the lower arm up over the line",
        _walk(left=0, right=2),
        {0: "bend one way", 1: "hang loose", 2: "bend the other way"},
        idle=1,
        success="terminated",
    ),
    "FrozenLake": _LAKE,
    "FrozenLake8x8": _LAKE,
    "CliffWalking": _CLIFF,
    "CliffWalkingSlippery": _CLIFF,
    "Taxi": Known(
        "pick up the passenger, drive to the coloured place, and let them out there",
        _walk(down=0, up=1, right=2, left=3) | {"p": 4, "o": 5},
        {0: "drive down", 1: "drive up", 2: "drive right", 3: "drive left", 4: "pick up", 5: "let out"},
        success="terminated",
    ),
    "Blackjack": Known(
        "come closer to 21 than the dealer, and not over it",
        {"s": 0, "h": 1},
        {0: "stick", 1: "hit"},
        success="paid",
    ),
    "LunarLander": Known(
        _LAND,
        _walk(left=1, up=2, right=3),
        {0: "nothing", 1: "left engine", 2: "main engine", 3: "right engine"},
        idle=0,
        success="paid",
    ),
    "LunarLanderContinuous": Known(
        _LAND,
        _walk(up=(0, 1.0), left=(1, -1.0), right=(1, 1.0)),
        {(0, 1.0): "main engine", (1, -1.0): "left engine", (1, 1.0): "right engine"},
        success="paid",
    ),
    "BipedalWalker": Known("walk to the far end and do not fall"),
    "BipedalWalkerHardcore": Known("walk to the far end, over stumps and pits, and do not fall"),
    "CarRacing": Known(
        "drive once around the track",
        _walk(left=(0, -1.0), right=(0, 1.0), up=(1, 1.0), down=(2, 1.0)),
        {(0, -1.0): "steer left", (0, 1.0): "steer right", (1, 1.0): "gas", (2, 1.0): "brake"},
    ),
}
"""By the name of the environment, without its version."""
