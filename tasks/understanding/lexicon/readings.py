"""The relations that acts come to."""

from __future__ import annotations

from typing import NamedTuple


class Reading(NamedTuple):
    """relation: what an act comes to; subject: whose it is, "you" or the thing "b"; fits: what must be so of the thing:
    a property of PROPERTIES, or "" for no condition."""

    relation: str
    subject: str = "you"
    fits: str = ""


READINGS: dict[str, tuple[Reading, ...]] = {
    "go": (
        *(Reading("in", fits="region"), Reading("at", fits="region"), Reading("on", fits="flat")),
        *(Reading("gone", "b", "eaten"), Reading("touching"), Reading("at"), Reading("near")),
    ),
    "find": (
        Reading("near", fits="eaten"),
        *(Reading("in", fits="region"), Reading("at", fits="region"), Reading("on", fits="flat")),
        *(Reading("gone", "b", "eaten"), Reading("touching"), Reading("at"), Reading("near")),
    ),
    "touch": (Reading("gone", "b", "eaten"), Reading("touching"), Reading("at"), Reading("near")),
    "avoid": (
        *(Reading("gone", "b", "eaten"), Reading("holding", fits="walked-onto"), Reading("open", "b", "lock")),
        *(Reading("in", fits="region"), Reading("at", fits="region")),
        *(Reading("on", fits="flat"), Reading("touching"), Reading("at"), Reading("near")),
    ),
    "keep-clear": (
        *(Reading("gone", "b", "eaten"), Reading("holding", fits="walked-onto"), Reading("in", fits="region")),
        *(Reading("at", fits="region"), Reading("near"), Reading("touching"), Reading("at")),
    ),
    "spare": (*(Reading("gone", "b", "food"), Reading("holding", fits="walked-onto"), Reading("open", "b", "lock")),),
    "hands-off": (
        *(Reading("gone", "b", "food"), Reading("gone", "b", "taken"), Reading("open", "b", "lock")),
        *(Reading("holding", fits="carried"), Reading("touching"), Reading("near")),
    ),
    "keep-shut": (Reading("open", "b"),),
    "there": (Reading("there", "b"),),
    "vanish": (Reading("gone", "b", "food"), Reading("open", "b", "lock"), Reading("gone", "b", "key")),
    "vanish-all": (Reading("gone", "b"),),
    "tread": (
        *(Reading("gone", "b", "eaten"), Reading("touching", fits="trap"), Reading("touching", fits="goal")),
        Reading("touching", fits="platform"),
    ),
    "pass": (Reading("in", fits="region"), Reading("at", fits="region"), Reading("at", fits="door")),
    "follow": (Reading("near"),),
    "catch": (Reading("touching", fits="player"), Reading("near", fits="player")),
    "meet": (Reading("touching"), Reading("at"), Reading("near")),
    "take": (
        *(Reading("gone", "b", "food"), Reading("gone", "b", "taken"), Reading("holding", fits="carried")),
        Reading("touching", fits="no-hands"),
    ),
    "take-along": (Reading("holding", fits="carried"),),
    "take-from": (*(Reading("gone", "b", "food"), Reading("holding", fits="carried")),),
    "hold": (Reading("holding", fits="carried"),),
    "drop": (Reading("holding", fits="carried"),),
    "eat": (Reading("gone", "b", "food"),),
    "use": (Reading("gone", "b", "key"), Reading("gone", "b", "food")),
    "face": (Reading("in", fits="region"), Reading("at", fits="region"), Reading("facing")),
    "face-not": (Reading("facing"),),
    "enter": (
        *(Reading("in", fits="region"), Reading("at", fits="region")),
        *(Reading("touching", fits="goal"), Reading("at", fits="goal")),
    ),
    "exit": (Reading("in", fits="region"), Reading("at", fits="region")),
    "open": (Reading("open", "b", "opened"),),
    "close": (Reading("open", "b", "opened"),),
    "lift": (Reading("lifted", "b"),),
    "stack": (Reading("stacked", "b"),),
    "line": (Reading("lined", "b"),),
}
"""The relation of an act: the first of these that the world knows and that fits the thing, which is

region: a part of the floor; flat: a mark that one stands on; food; eaten: food where touching takes it (the world knows
gone and no touching); carried: what hands can carry; walked-onto: what is taken by walking onto it (the world shows no
direction); taken: a block where to take it is to make it disappear; no-hands: in a world in which nothing is held;
opened: what can be opened; key, lock: of this kind.
"""
