"""Phrases in fewer words, and words that say where everything is."""

from __future__ import annotations

_SCENE = (
    "(maze|level|map|arena|world|track|course|game|puzzle|field|meadow|garden|playground|scene|picture|environment)"
)
_MOVE = "(go|walk|run|head|come|get|move|wander|step|drive|hurry|stroll)"

SHORTER: dict[str, str] = {
    f"{_MOVE} (|over|up|back|right|straight|straight over) there": "go to it",
    **{f"(go|get|walk|step|head|climb|run) {place} there": f"go {place} it" for place in ("in", "on", "into", "onto")},
    **{f"{place} there": f"{place} it" for place in ("in", "on", "into", "onto", "off", "inside")},
    "out of there": "out of it",
    "(where you are|where you are now|where you stand|where you are standing|your position|here where you are)": "you",
    "(every|each) last (|one of the)": "every",
    "(each one|every one|each and every one|every single one) of": "each of",
    "(the|all the|all) other (two|three|four|five|six)": "the others",
    "(the|all the) (two|three|four|five|six) others": "the others",
    "(a|an) (different|second|further) one": "another one",
    "anything at all": "anything",
    "(there is|it has) to be": "there should be",
    "(there had|there would) better be": "there should be",
    "(nobody|no one) else": "no other player",
    "(somebody|someone) else": "someone",
    "(anybody|anyone) else": "anyone",
    "(everybody|everyone) else": "all other players",
    "(a hold|ahold) of": "hold of",
    "(one of the|one of these|one of those|any of the|any one of the) two": "one of the",
    "(in|into|to) the other one": "in the other one",
    "some (kind|sort) of": "some",
    "(plenty|lots|a lot) of": "many",
    "a bunch of": "some",
    "in the (room|place) where": "where",
    "up in the air": "up",
    **{f"away {place}": place for place in ("in", "into", "on", "onto", "inside")},
    "(tidy|stow|pack|put) away": "put",
    **{f"{word} who": f"{word} that" for word in ("player", "players", "one", "guy", "runner", "person", "opponent")},
    "keep your distance (from|to)": "keep your distance from",
    "keep your distance": "keep your distance from it",
    "(out of|in) (everybody|everyone) is (sight|view)": "out of sight",
    "all together at once": "at once",
    "for as long as it takes": "",
}
"""Phrases and the words that they are read as."""
HERE: tuple[str, ...] = (
    *(f"(in|on|around|about|inside|throughout) (the|this|that|our|your) (whole|entire|) {_SCENE}",),
    *(f"(anywhere|somewhere) (in|on) (the|this) {_SCENE}",),
)
"""Where everything is, which says nothing."""
ASKED_HERE: tuple[str, ...] = (
    *(
        "(in|around|round|over|about|out) here",
        "here",
        "in there",
        "in (the|this) (room|place|house|building)",
        "around",
    ),
    *(
        "(lying|standing|hanging|sitting|scattered|strewn) (around|about|here|somewhere)",
        "about",
        "anywhere",
        "somewhere",
    ),
    *(
        "altogether",
        "in (total|all)",
        "all told",
        "right now",
        "now",
        "at (the moment|present)",
        "at the minute",
        "yet",
    ),
    *("(|at all) or (not|none|no)", "or (is not|are not|is|are|does not|do not|have not|has not) (there|it|they|you)"),
    *("so far", "at all", "currently", "today", "still", "left over", "in sight", "in view", "that you (can|) see"),
    *(
        "do you (think|reckon|know)",
        "would you say",
        "by any chance",
        "exactly",
        "as well",
        "again",
        "already",
        "this time",
    ),
)
"""Behind a question about what there is now."""
