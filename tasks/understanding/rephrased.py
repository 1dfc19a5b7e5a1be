"""Turns of speech in plain form: "on the robot's left", "over to where the duck is", "…, the red ball I mean"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import lexicon
from .normalise import COMMA, STOP, phrases

_NAMED = r"(?:the|a|an|your|any|every|each) (?:[a-z]+ ){1,4}?"
_ENDS = r"(?= (?:,|\.|and|then|but|without|before|after|please|for) | $)"
_SIDE = re.compile(rf" (?:on|to|at|onto) (?:({_NAMED})is|its|their) (left|right)(?: side| hand side| hand)?{_ENDS}")
_WHERE_IT_IS = re.compile(
    rf" (?:to|at|near|by|towards?) where ({_NAMED}|it |they |you )(?:is|are|stands?|lies|sits|was|were)"
    rf"(?: (?:standing|lying|sitting|now))?{_ENDS}"
)
_REMOVED = re.compile(r" (removed?|removing) ((?:(?!,|\.|and |from )\S+ )+?)from (?!under|behind)")
_MEANT = (
    re.compile(
        r" , (?:i mean|meaning|namely|that is|that being|by (?:it|that) i mean) ((?:the|a|an|every|all) [^,.]+?) $"
    ),
    re.compile(r" , ((?:the|a|an|every|all) [^,.]+?) (?:i mean|i meant|that is|obviously|is what i mean) $"),
)
_UNTIL = re.compile(
    r"(^|,|\.|and|then) (?:keep (?:on )?)?(?:walk|go|run|move|swim|head|drive|carry on|continue)(?:ing)?"
    r"(?: (?:straight|right|forwards?|ahead|on|onwards?))* (?:until|till) you (?:have )?"
    r"(?:hit|reach|reached|get to|come to|arrive at|bump into|touch|run into) "
)
_PICKED_UP = re.compile(
    rf" (?:get|pick|take|grab|lift) ({_NAMED[:-1]})up(?: off (?:the )?(?:floor|ground|carpet))?{_ENDS}"
)
_BOTH_PLACED = re.compile(
    r"( and (?:the|a|an) [a-z]+(?: [a-z]+)?) both(?= (?:on|in|into|onto|by|near|under|beside|next) )"
)
_ON_TO = re.compile(r" then (?:on|onwards?|over|back|across) to (?=the |a |an )")
_LET_THEM = re.compile(r"^( (?:please )?(?:do not|never)) let them ")
_WALKS = frozenset(("go", "head", "walk", "run", "swim", "make", "drive", "hurry", "travel"))
_FORBIDDEN = re.compile(
    r"( |, |\. )(?:(?:no|any) )?([a-z]+ing(?: up| on| into| to| at)? [^,.]+?) (?:is|are) (?:strictly |absolutely "
    r")?(?:not allowed|"
    r"forbidden|not on|off limits|against the rules|a no go|banned|prohibited|out of bounds|not permitted)(?= ,| \.| $)"
)
_FIRST = re.compile(r"^ (.+?)(?: ,)? but (?:first|before that|before you do(?: that)?|beforehand)(?: ,)? (.+?) $")
_INSTEAD = re.compile(rf"(?<=[a-z]) (?:,? ?and not|instead of|rather than|in place of|as opposed to) ({_NAMED[:-1]})$")
_INSTEAD_FIRST = re.compile(rf"^ (?:instead of|rather than) ({_NAMED[:-1]}), (.+?) $")
_CLOSE = re.compile(rf" (?:as|so) (?:close|near) to ({_NAMED[:-1]})as (?:you can|possible|you dare|can be) ")
_WANTED = (
    re.compile(
        rf"^ (?:it|this) is ({_NAMED[:-1]})(?:that |which )?(?:you|we|i) (?:want|need|are after|am after|would like|"
        rf"are looking for|are here for|should find|should get|have to find|must find)(?={_ENDS[3:]}"
    ),
    re.compile(
        rf"^ ({_NAMED[:-1]})(?:is|are) (?:what|the one|the ones|the thing|the things) (?:that |which )?(?:you|we|i) "
        rf"(?:want|need|are after|am after|would like|are looking for|am looking for|are here for)(?={_ENDS[3:]}"
    ),
)
_PROBLEM = re.compile(
    rf"^ (?:what|why|how come|look) (?:is |, )?({_NAMED})(?:is )?(?:doing |lying |sitting |standing )?"
    r"(?:on|in|under|by|over|near|here|there|down)(?: [a-z]+){0,4} [.,] (?=[a-z]+ (?:it|that|them)\b)"
)
_BEFORE_THEM = re.compile(
    rf"^ (?:finish|arrive|get there|be there|cross the line|finish the race) before (him |her |them |{_NAMED[:-1]})"
    r"(?:does |do |can )?$"
)
_IT_IS = re.compile(
    rf"( (?:find|get|fetch|grab|take|pick up|look for|go to|bring me|go and get) )({_NAMED})[,.] (?:it is|it should "
    rf"be) "
    r"(?!in the way|on me|on you|on fire|at all)((?:on|in|under|behind|next to|near|by|beside|inside) (?:the|a) "
    r"[a-z ]+?)(?= $| [,.])"
)
_BESIDE_YOU = re.compile(
    rf" (open|unlock|take|grab|pick up|touch|look at|eat|use|face) ({_NAMED[:-1]})"
    r"((?<!is )(?:right )?(?:next to|beside|near|close to|by) you)(?= )"
)
_WITHOUT_DROPPING = re.compile(
    rf"^ (?:carry|bring|take|move) ({_NAMED})(?:over |back |up )?to ({_NAMED[:-1]})(?:, |but )?(?:without|do not|"
    rf"never) "
    r"(?:dropping|drop|putting down|put down|letting go of|let go of|lose|losing) (?:it|that|the [a-z]+) $"
)
_UP_EXCEPT = re.compile(
    r" pick (anything|something|everything|any [a-z]+|every [a-z]+) up (?=(?:except|but|apart|other|besides) )"
)
_FIND_OTHERS = re.compile(
    r"^( (?:please )?(?:look for|go find|go and find|find|chase|follow|catch|hide from) "
    r")the others $"
)
_FROM_TO = re.compile(
    rf"^ (?:start|begin) (?:with|at) ({_NAMED[:-1]})(?:, )?(?:and|then|and then) (?:finish|end|finish up|end up) "
    rf"(?:with|at|on) ({_NAMED[:-1]})$"
)
_THEN_FIRST = re.compile(r"^ ([^,.]+?) (?:, )?(?:but|and) ([^,.]+?) (?:first|beforehand|before that) $")
_ROOM_WITH = re.compile(rf" room (?:with|containing|that (?:has|contains)) ({_NAMED[:-1]})(?:in it )?(?={_ENDS[3:]}")
_NOT_A = re.compile(
    r" (something|anything|a thing|an object|any object|any thing) that is not ((?:a|an|the) [a-z]+)(?= )"
)
_WILL_DO = re.compile(r"^ any ((?:[a-z]+ ){1,3}?)will do [.,] (.+?) (?:one|it|that) (?=$|,|\.|and |then )")
_AS_MANY = re.compile(
    r" as many ((?:[a-z]+ ){1,3}?)as (?:you (?:can|could|like|are able to|can find|can carry)|possible)(?= )"
)
_IT = re.compile(r" (it|that|them|those|this)(?= )")
_TO_ALL = phrases(*lexicon.BOTH_PLAYERS)


def rephrased(said: list[str], players: int | None) -> list[str]:
    """The words of a sentence with turns of speech in plain form."""
    if (players or 1) > 1:
        said = _called(said)
    text = f" {' '.join(said)} "
    if (players or 1) > 1:
        text = _FIND_OTHERS.sub(r"\1all other players ", text)
        text = _BEFORE_THEM.sub(r" beat \1", text)
    if players == 2:
        text = _LET_THEM.sub(r"\1 let the other player ", text)
    text = _SIDE.sub(lambda found: f" to the {found[2]} of {found[1] or _OF[found[0].split()[1]]}", text)
    text = _REMOVED.sub(r" \1 \2 removed-from ", text)
    text = _WHERE_IT_IS.sub(lambda found: f" {found[0].split()[0]} {found[1].replace('they ', 'them ')}", text)
    text = _UNTIL.sub(r"\1 go to ", text)
    text = _PICKED_UP.sub(r" lift \1", text)
    text = _BOTH_PLACED.sub(r"\1", text)
    text = _FORBIDDEN.sub(r"\1never \2", text)
    text = _CLOSE.sub(r" right next to \1", text)
    text = _INSTEAD.sub(r" , not \1", text)
    text = _INSTEAD_FIRST.sub(r" \2 , not \1", text)
    for pattern in _WANTED:
        text = pattern.sub(r" \1", text)
    text = _WILL_DO.sub(r" \2 a \1", text)
    text = _PROBLEM.sub(r" \1, ", text)
    text = _AS_MANY.sub(r" all \1", text) if "before" not in said else text
    text = _BESIDE_YOU.sub(r" \1 \2that is \3", text)
    text = _WITHOUT_DROPPING.sub(r" go to \2with \1", text)
    text = _UP_EXCEPT.sub(r" pick up \1 ", text)
    text = _FROM_TO.sub(r" go to \1, then go to \2", text)
    text = _IT_IS.sub(r"\1\2that is \3", text)
    text = _NOT_A.sub(r" \1 except \2", text)
    text = _ROOM_WITH.sub(lambda found: f" room where {found[1]}is ", text)
    text = _ordered(text)
    if said[:1] and said[0] in _WALKS:
        text = _ON_TO.sub(" then go to ", text)
    return _explained(text).split()


def _ordered(text: str) -> str:
    """With what is to be first at the beginning: "put the ball on the bed, but first open the box"."""
    found = _FIRST.match(text) or _THEN_FIRST.match(text)
    if found is None or _REFERS & set(text.split()):
        return text
    return f" first {found[2]} , then {found[1]} "


_REFERS = frozenset(("it", "them", "one", "ones", "that", "then", "other", "others", "first-of", "not", "never", "no"))
_OF = {"its": "it ", "their": "them "}


def _called(said: list[str]) -> list[str]:
    """ "Both of you, stand on a target": what all players are to do, where it is said to them."""
    for phrase in _TO_ALL:
        size = len(phrase)
        if tuple(said[:size]) == phrase and phrase[0] in ("you", "the", "both", "all", "everybody", "everyone", "each"):
            comma = said[size : size + 1] == [COMMA]
            begun = ["both", "of", "you"] if "two" in phrase else said[:size]  # the number is of players
            return [*begun, *said[size + comma :]]
    return said


def _explained(text: str) -> str:
    """With the thing that is named behind a sentence in the place of its one "it"."""
    for pattern in _MEANT:
        found = pattern.search(text)
        before = text[: found.start()] + " " if found else ""
        if found and len(_IT.findall(before)) == 1 and not _IT.search(f" {found[1]} "):
            return _IT.sub(f" {found[1]}", before, count=1)
    return text


def run_on(said: list[str]) -> Iterator[tuple[list[str], str]]:
    """The words with a comma before an order that has none: "put the ball on the bed go to the door"; and the word
    behind it. At most MOST_RUN_ON."""
    places = [at for at in range(2, len(said) - 1) if _begins_order(said, at)]
    for at in places[:MOST_RUN_ON]:
        yield [*said[:at], COMMA, *said[at:]], said[at]


MOST_RUN_ON = 3
"""Places of one sentence at which a comma is tried."""
_ORDERS = frozenset(
    (
        *(
            "go",
            "put",
            "take",
            "pick",
            "open",
            "unlock",
            "close",
            "look",
            "find",
            "push",
            "get",
            "grab",
            "stand",
            "bring",
        ),
        *("walk", "run", "drop", "lift", "move", "eat", "collect", "fetch", "step", "climb", "place", "leave", "stay"),
        *("do", "never", "avoid", "carry", "face", "turn", "touch", "throw", "head"),
    )
)
_AFTER_ORDER = frozenset(
    (
        *(
            "the",
            "a",
            "an",
            "it",
            "them",
            "to",
            "on",
            "onto",
            "into",
            "in",
            "up",
            "over",
            "at",
            "every",
            "all",
            "any",
            "not",
        ),
        *(
            "one",
            "two",
            "three",
            "both",
            "near",
            "next",
            "for",
            "away",
            "between",
            "back",
            "down",
            "touch",
            "go",
            "put",
        ),
    )
)
_NOT_BEFORE = frozenset(
    (
        *(
            "to",
            "and",
            "then",
            "or",
            "but",
            COMMA,
            STOP,
            "you",
            "i",
            "we",
            "can",
            "could",
            "will",
            "would",
            "not",
            "never",
        ),
        *(
            "please",
            "must",
            "should",
            "may",
            "might",
            "the",
            "a",
            "an",
            "go",
            "come",
            "do",
            "does",
            "did",
            "just",
            "help",
        ),
        *("that", "which", "who", "what", "how", "where", "let", "make", "have", "has", "without", "only", "always"),
    )
)
_OF_OTHERS = frozenset(
    (
        *(
            "see",
            "watch",
            "let",
            "make",
            "makes",
            "have",
            "help",
            "want",
            "need",
            "if",
            "when",
            "until",
            "before",
            "after",
        ),
        *("while", "once", "should", "must", "because", "so", "whether", "ask", "tell", "like", "love", "unless"),
        *("lets", "sees", "watching", "seeing", "what", "which", "how", "where", "who", "is", "are"),
    )
)


def _begins_order(said: list[str], at: int) -> bool:
    """Whether an order may begin at a place without a word or a mark that joins it."""
    just = said[at] in ("just", "instead")
    verb = at + just
    if verb + 1 >= len(said) or said[verb] not in _ORDERS or said[verb + 1] not in _AFTER_ORDER:
        return False
    if said[verb] == "do" and said[verb + 1] != "not":
        return False
    return said[at - 1] not in _NOT_BEFORE and not _OF_OTHERS & set(said[:at])
