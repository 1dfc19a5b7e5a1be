"""The names by which goals choose particular things and places, and the words for them."""

from __future__ import annotations

from collections.abc import Mapping

from ..worlds.engine.records.things import Things

CLASSES: Mapping[str, tuple[str, ...]] = {
    "fruit": ("apple", "banana", "lemon", "strawberry"),
    "food": ("apple", "banana", "lemon", "strawberry", "mushroom"),
    "good": ("apple", "strawberry"),
    "bad": ("lemon", "mushroom"),
    "furniture": ("chest", "table", "shelf", "bed", "tray", "box", "basket", "stool", "dresser"),
    "vehicle": ("car", "train", "boat", "plane", "rocket"),
}
"""The kinds of each class, where the world has them."""
CLASS_WORDS: Mapping[str, tuple[str, str]] = {
    "fruit": ("fruit", "fruits"),
    "food": ("thing to eat", "things to eat"),
    "good": ("good thing", "good things"),
    "bad": ("bad thing", "bad things"),
    "furniture": ("piece of furniture", "pieces of furniture"),
    "vehicle": ("vehicle", "vehicles"),
    "toy": ("toy", "toys"),
    "thing": ("thing", "things"),
}
"""A class in words, one and several. A thing is no player and no part of the floor. A toy is what one player can carry,
or in worlds that do not tell what can be carried, any thing."""
GROUPS = tuple(CLASS_WORDS)
ORDERS = ("nearest", "farthest", "largest", "smallest", "tallest", "leftmost", "rightmost", "topmost", "lowest")
"""Orders of things: by the distance of their middles, by how much room they take, by their height; from left to right
as the player of the goal sees them; and from top to bottom: of a picture from above, or else in space."""
PLACE_WORDS: Mapping[str, str] = {
    "start": "the place where you started",
    "corner": "a corner of the room",
    "wall": "a wall of the room",
    "middle": "the middle of the room",
    "top": "the top of the room",
    "bottom": "the bottom of the room",
    "left": "the left side of the room",
    "right": "the right side of the room",
    "top-left": "the top left corner of the room",
    "top-right": "the top right corner of the room",
    "bottom-left": "the bottom left corner of the room",
    "bottom-right": "the bottom right corner of the room",
    "other-room": "the other room",
    "first-room": "the room where you started",
    "floor": "the floor",
}
"""Places in words. Things are told apart by whether they lie on the floor; no goal asks for that. The room is the one
in which the player starts. A place ends one cell (or metre) from its walls; a wall is any of the four. Top, bottom,
left and right are those of a picture from above."""
PLACES = tuple(PLACE_WORDS)
ABOVE = tuple(name for name in PLACES if {*name.split("-")} & {"top", "bottom", "left", "right"})
"""Places that only a picture from above has."""


def members(group: str, things: Things) -> tuple[str, ...]:
    """The kinds of a class in a world."""
    if group == "thing":
        return tuple(kind for kind in things.kinds if kind not in ("player", *things.regions))
    if group != "toy":
        return tuple(kind for kind in things.kinds if kind in CLASSES[group])
    if any("carry" in affords for affords in things.affords.values()):
        return tuple(kind for kind in things.kinds if "carry" in things.affords.get(kind, ()))
    return tuple(kind for kind in things.kinds if kind not in ("player", *things.regions))
