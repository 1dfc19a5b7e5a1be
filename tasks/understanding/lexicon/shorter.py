"""Phrases in fewer words, and words that say where everything is."""

from __future__ import annotations

_SCENE = (
    "(maze|level|map|arena|world|track|course|game|puzzle|field|meadow|garden|playground|scene|picture|environment)"
)
_MOVE = "(go|walk|run|head|come|get|move|wander|step|drive|hurry|stroll)"

SHORTER: dict[str, str] = {
    "one of them": "one of these",
    "(leave|exit) (the|this|your) room": "get out of this room",
    "(walk|wander|move|roam|stroll|go|run|swim) (around|about) (freely|) without": "avoid",
    "is it (true|right|correct|the case|so) that": "whether",
    "(to|into|in|up to|up in) bed": "on the bed",
    "(less|fewer) then": "less than",
    "more then": "more than",
    "you guys": "you",
    "(we|you) have (which|that)": "which",
    "(whatever|whichever one) (is|was) (closest|nearest)": "the thing that is nearest",
    "(whatever|whichever one) (is|was) (farthest|furthest)": "the thing that is farthest",
    "(mum|dad|gran|grandpa|teacher|the teacher|the boss|my boss|my mum|my dad|my wife|my husband|my son|my daughter) "
    "(says|said|thinks|told me|reckons|knows|heard) (that|)": "",
    "how (many|much) of (the|these|those|your|my|our|all the|all of the)": "how many",
    "everything (that is|which is|) (good|healthy|tasty|nice)": "every good thing",
    "everything (that is|which is|) (bad|rotten|nasty|unhealthy)": "every bad thing",
    "(mum|dad|gran|grandpa|teacher|the teacher|the boss|my boss|my mum|my dad|my wife|my husband|my son|my daughter|"
    "my kid|the kids|everybody|everyone|people|they) (wants|want|needs|need|would like|would love) (you|us) to": (
        "i want you to"
    ),
    "out from (under|underneath|beneath|below)": "from-under",
    "from (under|underneath|beneath|below)": "from-under",
    "(out from|from|away from) behind": "from-behind",
    "in a (perfectly|nice|neat|good|long|single) (straight|) (row|line)": "in a row",
    "in a straight (row|line)": "in a row",
    "(no more|not more) (|,|and|or|nor|but) (no|not) (less|fewer)": "exactly-so",
    "(no less|not less|no fewer) (|,|and|or|nor|but) (no|not) more": "exactly-so",
    "(neither|not) more (nor|or) less": "exactly-so",
    "two times": "twice",
    "2 times": "twice",
    "(one|1|a single) time": "once",
    "(is it|are they) not": "is not",
    "(all|each|every one|both) of (em|those things|the things|these things)": "all of them",
    "(a|one|any) (couple|few|pair)": "some",
    "in (a|the) (very|same|exact) (room|place) (that|in which|where)": "in the room where",
    "(not|no) (any|) longer": "not",
    "(not) (any more|anymore)": "not",
    "(minimum|at minimum|a minimum of|min|at the very least|at the least|no less than|not less than)": "at least",
    "(maximum|at maximum|a maximum of|max|at the very most|a max of|no more than|not more than)": "at most",
    f"{_MOVE} (|over|up|back|right|straight|straight over) there": "go to it",
    **{f"(go|get|walk|step|head|climb|run) {place} there": f"go {place} it" for place in ("in", "on", "into", "onto")},
    **{f"{place} there": f"{place} it" for place in ("in", "on", "into", "onto", "off", "inside")},
    "out of there": "out of it",
    f"{_MOVE} (|over|through) (next door|into the next room|to the next room)": "go to the other room",
    "from (next door|the room next door)": "that is in the other room",
    "next door": "in the other room",
    "(comes|passes|arrives|gets there|turns up|shows up|walks|runs) (past|by|along|over|up|there)": "goes to it",
    "as far as the": "to the",
    "(is|are|gets|has gone|has got|has come|have gone) through": "goes through it",
    "until it opens": "until it is open",
    "per": "on each",
    "go nowhere near": "do not go near",
    "(get|be|stay) nowhere near": "do not go near",
    "(something|one thing) (good|healthy|tasty|nice) (|to eat)": "a good thing",
    "(something|one thing) (bad|rotten|nasty|unhealthy) (|to eat)": "a bad thing",
    "anything (bad|rotten|nasty|unhealthy)": "any bad thing",
    "anything (good|healthy|tasty|nice)": "any good thing",
    "(whoever|who ever) is (|the) (nearest|closest) (|to you)": "the nearest player",
    "(whoever|who ever) is (|the) (farthest|furthest) (|away|from you)": "the farthest player",
    "(whoever|who ever) (has|has got|is holding|is wearing|is carrying|wears)": "the player that is holding",
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
    "for (a few|a couple of|several|some) (seconds|moments|turns|ticks|minutes)": "for a while",
    **{f"hold up {word}": f"lift {word}" for word in ("the", "a", "an", "your", "any", "every", "one", "two")},
}
"""Phrases and the words that they are read as."""
LOCAL_SHORTER: dict[tuple[str, ...], dict[str, str]] = {
    ("platform",): {
        "(edge|side|rim|wall) of the (pool|water|tank)": "wall of the room",
        "the (pool|water|tank)": "the room",
    },
    ("player", "goal", "hurdle"): {
        "(cross|go over|run over|run across|go through) the (finish|finishing) line": "go to the goal",
        "(cross|go over|run over) the line": "go to the goal",
        "the (finish|finishing) line": "the goal",
        "who is (|currently|now) (winning|leading|ahead|in front|in the lead|first|in first place)": (
            "who is nearest to the goal"
        ),
        "which (player|runner|one of you) is (winning|leading|ahead|in front|in the lead|first|in first place)": (
            "who is nearest to the goal"
        ),
    },
    ("player", "block", "crown"): {
        "the (one|player|person|guy|kid|other player|other one) (that|who) (is|has been) (hiding|hidden|seeking|"
        "looking|looking for you)": "the other player",
        "(whoever|who ever|the one that|anyone who) is (hiding|hidden)": "the other player",
    },
    ("player", "hat", "crown"): {
        "(the one|the player|the person|the guy|whoever) (with|wearing|in|has|who has|who is wearing) the hat": (
            "the player that is holding the hat"
        ),
        "(put|get|pull) on the hat": "hold the hat",
        "(put|get) the hat on (|your head)": "hold the hat",
        "(run|get|keep running|flee) away from": "keep away from",
        "(stay|keep|remain) out of reach of": "keep away from",
        "(stay|keep|remain) out of reach": "do not get caught",
        "(run away|flee|get away|keep running)": "do not get caught",
        "(whoever|who ever|the one that|the one who|the player that|the player who|whichever player|the person that) "
        "(is|has been) it": "the player that is holding the hat",
        "(tag|and tag) , you are it": "",
        "who is (|currently|now) it": "who has the hat",
        "(are you|you are not) (|still|currently|now|already) it": "do you have the hat",
        "(not|never) (be|get|become|end up|finish) it": "not hold the hat",
        "(be|become|stay|remain|end up) it": "hold the hat",
        "(make|let) sure (|that) you are it": "hold the hat",
    },
}
"""The same where these kinds are in the world."""
HERE: tuple[str, ...] = (
    *(f"(in|on|around|about|inside|throughout) (the|this|that|our|your) (whole|entire|) {_SCENE}",),
    *(f"(anywhere|somewhere) (in|on) (the|this) {_SCENE}",),
)
"""Where everything is, which says nothing."""
ASKED_HERE: tuple[str, ...] = (
    "(|as seen|seen) from (you|here|there|your side|your place|your spot|your point of view|your angle)",
    "(at|for) (all|now|the time being)",
    *(
        "(in|around|round|over|about|out) here",
        "here",
        "in there",
        "in (the room|this place|the place|this house|the house|this building|the building)",
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
