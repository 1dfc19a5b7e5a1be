"""The last layer of a network as a distribution over actions, and how a choice becomes an action.

A head is built for an `ActionSpec`, the part of the action space that a world uses. Its choices are rows of whole
numbers, one for each of its `parts`, int64 (batch, parts). A new head is one file, and one line in HEADS.

    moves      one of the world's named moves
    devices    each key and button that the world listens to, the mouse and the wheel
    universal  all 96 keys, the buttons, the mouse and the wheel, for any world; what a world ignores is masked
"""

from __future__ import annotations

from ...lookup import find
from .base import ActionSpec, words_of
from .devices import Devices
from .moves import Moves
from .talking import Talking
from .universal import Universal

HEADS: dict[str, type] = {"moves": Moves, "devices": Devices, "universal": Universal}

__all__ = ["HEADS", "ActionSpec", "Devices", "Moves", "Talking", "Universal", "head_of", "words_of"]


def head_of(
    name: str, features: int, controls: ActionSpec, talk: bool = False
) -> Moves | Devices | Universal | Talking:
    """The head of this name, with a voice if `talk`.

    Raises ValueError for a name that is none, or if nobody is there to talk to.
    """
    acting = find(HEADS, name, "head")(features, controls)
    return Talking(acting, features, controls) if talk else acting
