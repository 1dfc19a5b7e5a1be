"""Words for where something is or is to be."""

from __future__ import annotations

_PLACES: dict[str, str] = {
    **dict.fromkeys(("on", "onto", "on to", "on top of", "upon", "atop", "up on", "down on"), "on"),
    **dict.fromkeys(("in", "into", "inside", "in to", "inside of"), "in"),
    **dict.fromkeys(("next to", "beside", "alongside", "by", "against", "adjacent to", "right next to"), "touching"),
    **dict.fromkeys(("up against", "right beside", "directly next to", "side by side with", "up to"), "touching"),
    **dict.fromkeys(("near", "close to", "near to", "somewhere near", "over by", "over near", "closer to"), "near"),
    **dict.fromkeys(("in the neighbourhood of", "right near", "somewhere by", "up close to", "round by"), "near"),
    **dict.fromkeys(("flush with", "at the foot of", "hard against"), "touching"),
    **dict.fromkeys(("on the left side of", "on the left hand side of", "left from"), "left-of"),
    **dict.fromkeys(("on the right side of", "on the right hand side of", "right from"), "right-of"),
    **{
        f"(just|directly|immediately|right) {words}": f"by-{side}"
        for side in ("left", "right")
        for words in (f"{side} of", f"to the {side} of", f"on the {side} of")
    },
    **dict.fromkeys(("to", "over to", "back to"), "to"),
    **dict.fromkeys(("left of", "to the left of", "on the left of"), "left-of"),
    **dict.fromkeys(("right of", "to the right of", "on the right of"), "right-of"),
    **dict.fromkeys(("between", "in between", "in the middle between"), "between"),
    **dict.fromkeys(("closest to", "nearest to", "nearest"), "closest-to"),
    "at": "at",
    **dict.fromkeys(("in front of", "right in front of", "just in front of"), "front"),
    **dict.fromkeys(("on the top of", "over onto", "over on"), "on"),
    **dict.fromkeys(("under", "underneath", "beneath", "below"), "under"),
    **dict.fromkeys(("behind", "in back of", "at the back of", "right behind", "just behind"), "behind"),
    "within {n} {u} of": "within",
    **dict.fromkeys(("off", "off of", "down from", "down off"), "off"),
    **dict.fromkeys(("out of", "from inside"), "out"),
    "from": "from",
    "removed-from": "removed",
    "from-under": "from-under",
    "from-behind": "from-behind",
    "arrow": "arrow",
    "away from": "away",
    **dict.fromkeys(("adjoining", "bordering", "close beside", "at the side of", "by the side of"), "touching"),
    **dict.fromkeys(("not far from", "in the vicinity of", "within reach of", "close by", "nearby"), "near"),
    **dict.fromkeys(("(|at least|more than) {n} {u} (|away) from", "(|at least|more than) {n} {u} off"), "beyond"),
}
PLACES: dict[str, str] = {
    **{
        f"(right|directly|just|squarely|exactly|straight) {phrase}": place
        for phrase, place in _PLACES.items()
        if not phrase.startswith(
            ("right", "(", "just", "directly", "within", "left", "off", "from", "away", "immediately")
        )
        and " left" not in phrase
        and " right" not in phrase
    },
    **_PLACES,
}
"""Words for where something is or is to be; several of them with "right" or "directly" before them."""
TOWARD: tuple[str, ...] = (
    *("onto", "on to", "into", "in to", "to", "over to", "back to", "up to", "off", "off of", "down from", "out of"),
    *("from", "removed-from", "from inside", "away from", "from-under", "from-behind"),
)
"""Places behind "take" that are where it is to be taken; "take the cup on the table" is the cup that is there."""
