"""Words that tell which things are meant, and names of places."""

from __future__ import annotations

_OF = "(|of the room|of the map|of the floor|of the picture|of the screen|of the field|of the arena|of the place)"
FIRST_OF: dict[str, str] = {
    **dict.fromkeys(("(nearest|closest)", "nearest by", "closest by"), "nearest"),
    **dict.fromkeys(
        ("(farthest|furthest|remotest)", "(most distant|far away|distant)", "(farthest|furthest) away"), "farthest"
    ),
    **dict.fromkeys(("(biggest|largest|hugest|greatest|widest|bigger|larger)",), "largest"),
    **dict.fromkeys(("(smallest|littlest|tiniest|smaller|narrowest)",), "smallest"),
    **dict.fromkeys(("(tallest|taller)",), "tallest"),
    **dict.fromkeys(("(leftmost|left|left hand|left most|far left)",), "leftmost"),
    **dict.fromkeys(("(rightmost|right hand|right most|far right)",), "rightmost"),
    **dict.fromkeys(("(topmost|uppermost|upper|top|highest|top most|northernmost|higher)",), "topmost"),
    **dict.fromkeys(("(lowest|lowermost|lower|bottommost|bottom|bottom most|southernmost)",), "lowest"),
}
"""Adjectives for the first of some things, by an order of ORDERS; "the right box" may be the correct one."""
LAST_OF: dict[str, str] = {
    **dict.fromkeys(
        ("(nearest|closest) (|to you|by)", "(that|which) (is|are|lies|stands) (nearest|closest) (|to you|by)"),
        "nearest",
    ),
    **dict.fromkeys(
        ("(farthest|furthest) (|away) (|from you)", "(that|which) (is|are) (farthest|furthest) (|away) (|from you)"),
        "farthest",
    ),
    **dict.fromkeys(
        (f"(|that is|which is|that are) (on|to) (the|your) left (|side|hand side) {_OF}",),
        "leftmost",
    ),
    **dict.fromkeys(
        (f"(|that is|which is|that are) (on|to) (the|your) right (|side|hand side) {_OF}",),
        "rightmost",
    ),
    **dict.fromkeys(("(that|which) (is|are) (|the) (biggest|largest)",), "largest"),
    **dict.fromkeys(("(that|which) (is|are) (|the) smallest",), "smallest"),
}
"""The same behind a noun."""
LAST_TO: dict[str, str] = {
    "(nearest|closest) to {b}": "nearest",
    "nearest {b}": "nearest",
    "(has|with) the (least|shortest|smallest) (distance|way) (left|to go|) to {b}": "nearest",
    "(that|which) (is|are|lies|stands) (nearest|closest) to {b}": "nearest",
    "(farthest|furthest) (|away) from {b}": "farthest",
    "(that|which) (is|are|lies|stands) (farthest|furthest) (|away) from {b}": "farthest",
}
"""The same with what the distance is from."""
_LYING = "standing|lying|sitting|located|resting|hidden"
WHERE: dict[str, str] = {
    f"(that|which) (is|are|stands|stand|lies|lie|sits|sit) (|right|just|left|placed|kept|{_LYING}) {{p}} {{b}}": "is",
    f"({_LYING}|that you see|that you find|you see|you find) {{p}} {{b}}": "is",
    "(that|which) (is|are) not (|lying|standing) {p} {b}": "is not",
    "{p} {b}": "bare",
    "(that|which) (has|have) {b} {q} it": "has",
    "(that|which) (has|have) (not|no) {b} {q} (it|them)": "has not",
    "(with|having) {b} {q} it": "has",
    "(with|having) no {b} {q} (it|them)": "has not",
    "where {b} (is|are|lies|stands)": "holds",
    "(that|which) (contains|contain) {b}": "holds",
    "(|that|which) you (are holding|are carrying|hold|carry|have in your hand|have got|have got in your hand)": "held",
    "(that|which|) you have": "held",
    "(|that|which) you (have|have got|are holding|are carrying) (in your hands|on you|with you|at the moment)": "held",
    "(that|which) (is|are) (holding|carrying|wearing) {b}": "holding",
    "(that|which) (is|are) (facing|looking at|watching) {b}": "looking",
    "(that|which) (has|holds|wears) {b}": "holding",
    "(|that|which) {b} (is|are) (holding|carrying|wearing)": "held-by",
    "in your (hand|hands)": "held",
    "(|that|which|where) you (are|stand|sit|wait) (|now|standing|sitting|waiting|right|currently) {p}": "around",
    "(|that|which) you (are facing|are looking at|look at|face)": "faced",
    "(|right) in front of you": "faced",
    "(that|which) (is|are) (|right) in front of you": "faced",
}
"""Where things are that are meant: "is", "is not" and "bare" by a word of PLACES; "has": what lies on or in them;
"held" and "faced": by the player."""
STATES_OF: dict[str, tuple[str, bool]] = {
    **dict.fromkeys(("open", "opened", "unlocked"), ("open", False)),
    **dict.fromkeys(("closed", "shut", "locked", "unopened"), ("open", True)),
}
"""Adjectives for things that can be opened: (relation, whether negated)."""
EXCEPT: tuple[str, ...] = (
    *(
        "except",
        "except for",
        "apart from",
        "other than",
        "besides",
        "excluding",
        "aside from",
        "with the exception of",
    ),
    *("leaving out", "save", "save for", "not counting", "bar"),
)
"""Before things that are left out of others. After "every", "all", "no" and "any" it may be "but", too."""
OTHERS: tuple[str, ...] = (
    *("(all|all the|all of the|every one of the) (others|rest|other ones)", "the (others|rest|other ones)"),
    *("(everything|anything) else", "the rest of (them|the things)", "what is left"),
)
"""All things of the kind that was named before, without those that were named."""
PLACE_NAMES: dict[str, str] = {
    f"(the|a|any|one|some) corner {_OF}": "corner",
    f"(the|a|any|one|some) (wall|edge) {_OF}": "wall",
    f"(the|a) side {_OF}": "wall",
    "(walls|the walls|any of the walls) (|of the room)": "wall",
    f"(the|) (middle|centre|center) {_OF}": "middle",
    "(the|) (place|spot|point|position|cell|square) (where|in which|at which|) you (started|began|start)": "start",
    "(the|) (place|spot|point|position|cell|square) (where|at which|) you (were|were in|set out|first stood)": "start",
    "where you (started|began|start|were|set out|first stood|came from) (|from)": "start",
    "(your|the) (starting|first|original) (place|point|position|spot|cell|square)": "start",
    "(your|the) (start|beginning)": "start",
    "the (top|upper) (|edge|wall|row|side|end|part) of the (room|map|screen|picture|field)": "top",
    "the (top|upper) (edge|wall|row|side|part)": "top",
    "the (bottom|lower) (|edge|wall|row|side|end|part) of the (room|map|screen|picture|field)": "bottom",
    "the (bottom|lower) (edge|wall|row|side|part)": "bottom",
    "the (left|left hand) (|edge|wall|column|side|end|part) of the (room|map|screen|picture|field)": "left",
    "the (left|left hand) (edge|wall|column|side)": "left",
    "the (right|right hand) (|edge|wall|column|side|end|part) of the (room|map|screen|picture|field)": "right",
    "the (right|right hand) (edge|wall|column|side)": "right",
    f"the (top|upper) left corner {_OF}": "top-left",
    f"the (top|upper) right corner {_OF}": "top-right",
    f"the (bottom|lower) left corner {_OF}": "bottom-left",
    f"the (bottom|lower) right corner {_OF}": "bottom-right",
    "(the|) (floor|ground) (|of the room)": "floor",
    "the (other|next|second|neighbouring|adjoining|adjacent) room": "other-room",
    "(the|your) (first|starting|original) room": "first-room",
    "(this|your) room": "first-room",
    "the room you are in": "first-room",
    "(the|this) room (where|in which) you (are|started|start|began|were)": "first-room",
}
"""Names of places, by those of PLACES."""
