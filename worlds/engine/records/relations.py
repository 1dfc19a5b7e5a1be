"""The relations of goals, one row each: the fields of a clause that it takes, its meaning, its words and its skill.

The schema of goals, the grammar, the skills, the proposals and the table in docs/tasks.md are derived from TABLE.
Kernels compare numbers, which are indices into TABLE: stored states hold them, so a new row goes to the end. The
predicates of the numbers are `alone` and `related` in things.py, and in judge.py those that need the whole table of
things. No kernel is defined here, so that a change of words recompiles nothing.

Words have slots: {a} and {b} are the things of a clause, {n} its number, {w} its word, {u} the unit of distances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Orders:
    """The phrases that order a clause.

    reach: to make it hold. keep: to let it hold for some turns. avoid: after "never". leave: to end that it holds, for
    the one thing or for every one. also: phrases that are understood, and never said.
    """

    reach: tuple[str, ...]
    keep: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relation:
    """One relation.

    takes: the fields of a clause that it needs besides `a`: "b" for a relation between two selectors, "within" for a
        distance, "number" for a number of things, "word" for a word that is said.
    meaning: when it holds, for the table of relations in docs/tasks.md.
    states: the words for it after "is", "are" and "is not".
    yours: orders to the player that reads the instruction.
    things: orders about things, by (kind of a, kind of b); "" is any. The best match is said, all are understood.
    found: for chains, the words for "there is one" and for "there is none".
    skill: of skills.py, for a clause about one thing; None: "reach" if `a` is a player, else "move".
    by_players: only players can be `a`. regions: it is defined for a region of the floor, which has no side to touch
        and no middle to measure from. into: the affordance that the kind of `b` needs in worlds that declare any.
    sight: in first-person worlds it depends on the view of the player of the goal. two: it takes two things that match
        `b`. among: it compares `a` with the others of its kind. proposed: whether generated tasks ask for it.
    """

    name: str
    takes: tuple[Literal["b", "within", "number", "word"], ...]
    meaning: str
    states: tuple[str, ...]
    yours: Orders | None = None
    things: Mapping[tuple[str, str], Orders] = field(default_factory=dict)
    found: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    skill: str | None = None
    by_players: bool = False
    regions: bool = False
    into: str = ""
    sight: bool = False
    two: bool = False
    among: bool = False
    proposed: bool = True


def _side(side: str) -> Relation:
    """The relation left-of or right-of."""
    return Relation(
        f"{side}-of",
        takes=("b",),
        meaning=f"`a`, which nobody holds, is to the {side} of `b` as the player of the goal sees them: in a picture "
        f"from above it is in a column farther {side}; in a first-person picture the player is `facing` both, and they "
        "are 3.6 degrees apart or more",
        states=(f"{side} of {{b}}", f"to the {side} of {{b}}"),
        yours=Orders(
            (f"go {side} of {{b}}", f"stand {side} of {{b}}", f"walk {side} of {{b}}", f"move to the {side} of {{b}}"),
            keep=(f"stay {side} of {{b}}", f"stay to the {side} of {{b}}"),
        ),
        things={
            ("box", ""): Orders(
                (f"push {{a}} {side} of {{b}}", f"get {{a}} {side} of {{b}}", f"move {{a}} {side} of {{b}}"),
                keep=(f"keep {{a}} {side} of {{b}}", f"leave {{a}} {side} of {{b}}"),
            ),
            ("", ""): Orders(
                (f"see {{a}} {side} of {{b}}", f"get {{a}} {side} of {{b}}", f"see {{a}} to the {side} of {{b}}"),
                keep=(f"keep {{a}} {side} of {{b}}", f"keep {{a}} to the {side} of {{b}}"),
                also=(
                    f"put {{a}} {side} of {{b}}",
                    f"put {{a}} to the {side} of {{b}}",
                    f"place {{a}} {side} of {{b}}",
                ),
            ),
        },
        skill="arrange",
        sight=True,
    )


def _depth(name: str, far: str) -> Relation:
    """The relation behind or in-front-of."""
    words = name.replace("-", " ")
    return Relation(
        name,
        takes=("b",),
        meaning=f"`a`, which nobody holds, is {words} `b` as the player of the goal sees them: the player is turned "
        f"towards both, to 22 degrees, `a` is {far}, and they are 11.3 degrees apart at most",
        states=(f"{words} {{b}}",),
        things={
            ("", ""): Orders(
                (f"put {{a}} {words} {{b}}", f"place {{a}} {words} {{b}}", f"move {{a}} {words} {{b}}"),
                keep=(f"keep {{a}} {words} {{b}}", f"leave {{a}} {words} {{b}}"),
            )
        },
        skill="arrange",
        sight=True,
        proposed=False,
    )


TABLE = (
    Relation(
        "there",
        takes=(),
        meaning="`a` is in the world, and shut if it can be opened",
        states=("there", "present"),
        skill="make",
        regions=True,
    ),
    Relation(
        "open",
        takes=(),
        meaning="`a` is open",
        states=("open",),
        things={
            ("lock", ""): Orders(("open {a}", "unlock {a}"), keep=("keep {a} open",)),
            ("", ""): Orders(("open {a}",), keep=("keep {a} open",), leave=("close {a}",)),
        },
        skill="open",
    ),
    Relation(
        "gone",
        takes=(),
        meaning="`a` is used up or taken out of the world",
        states=("gone",),
        things={
            ("key", ""): Orders(("use {a}", "use up {a}")),
            ("", ""): Orders(("use up {a}", "get rid of {a}", "remove {a}")),
        },
        skill="use",
    ),
    Relation(
        "lifted",
        takes=(),
        meaning="somebody holds `a`, its underside 0.3 cells above the floor or more",
        states=("lifted", "held up"),
        things={("", ""): Orders(("lift {a}", "lift up {a}", "raise {a}"), keep=("keep {a} lifted",))},
        skill="lift",
    ),
    Relation(
        "stacked",
        takes=("number",),
        meaning="`a` is the top of a tower of `number` things, all of which match `a`, and each lies on the next",
        states=("stacked {n} high",),
        things={("", ""): Orders(("build a tower of {n} {a}", "pile up a tower of {n} {a}"))},
        found=(("there is a tower of {n} {a}",), ("there is no tower of {n} {a}",)),
        skill="build",
    ),
    Relation(
        "lined",
        takes=("number",),
        meaning="`a` is the end of a row of `number` things, all of which match `a`, each next to the next, straight "
        "to 22 degrees",
        states=("the end of a row of {n}",),
        things={("", ""): Orders(("build a row of {n} {a}", "lay a row of {n} {a}"))},
        found=(("there is a row of {n} {a}",), ("there is no row of {n} {a}",)),
        skill="build",
    ),
    Relation(
        "on",
        takes=("b",),
        meaning="`a` rests on the top of `b`, its middle above it, and nobody holds it; furniture rests on nothing",
        states=("on {b}", "on top of {b}"),
        yours=Orders(
            ("step onto {b}", "stand on {b}", "walk onto {b}", "go onto {b}"),
            keep=("stand on {b}", "stay on {b}"),
            leave=("step off {b}", "walk off {b}", "get off {b}"),
        ),
        things={
            ("box", "target"): Orders(
                ("push {a} onto {b}", "put {a} on {b}", "move {a} onto {b}", "get {a} onto {b}"),
                keep=("keep {a} on {b}", "leave {a} on {b}"),
                leave=("push {a} off {b}", "move {a} off {b}", "get {a} off {b}"),
            ),
            ("", ""): Orders(
                ("put {a} on {b}", "place {a} on {b}", "move {a} onto {b}", "get {a} onto {b}"),
                keep=("keep {a} on {b}", "leave {a} on {b}"),
                leave=("take {a} off {b}", "move {a} off {b}", "get {a} off {b}"),
            ),
        },
    ),
    Relation(
        "in",
        takes=("b",),
        meaning="the middle of `a` lies inside `b`, and nobody holds it",
        states=("in {b}", "inside {b}"),
        yours=Orders(
            ("go into {b}", "enter {b}", "walk into {b}", "step into {b}"),
            keep=("stay in {b}", "stand in {b}"),
            leave=("go out of {b}", "walk out of {b}", "get out of {b}"),
        ),
        things={
            ("", ""): Orders(
                ("put {a} in {b}", "place {a} in {b}", "move {a} into {b}", "get {a} into {b}"),
                keep=("keep {a} in {b}", "leave {a} in {b}"),
                leave=("take {a} out of {b}", "move {a} out of {b}", "get {a} out of {b}"),
            )
        },
        regions=True,
        into="in",
    ),
    Relation(
        "at",
        takes=("b",),
        meaning="`a` and `b` are in the same place, whatever their heights",
        states=("at {b}",),
        yours=Orders(
            ("go to {b}", "walk to {b}", "reach {b}", "get to {b}"),
            keep=("stay at {b}", "stand at {b}"),
            leave=("leave {b}", "go away from {b}"),
        ),
        things={
            ("", ""): Orders(
                ("bring {a} to {b}", "move {a} to {b}", "carry {a} to {b}"),
                keep=("keep {a} at {b}",),
                leave=("take {a} from {b}", "carry {a} from {b}"),
            )
        },
        regions=True,
    ),
    Relation(
        "touching",
        takes=("b",),
        meaning="they are side by side (not corner to corner)",
        states=("next to {b}", "touching {b}", "beside {b}"),
        yours=Orders(
            ("stand next to {b}", "go beside {b}", "walk next to {b}", "go next to {b}"),
            keep=("stand next to {b}", "stay beside {b}", "stay next to {b}"),
            avoid=("touch {b}", "stand next to {b}", "go beside {b}"),
            leave=("step away from {b}", "move away from {b}"),
        ),
        things={
            ("box", ""): Orders(
                ("push {a} next to {b}", "put {a} next to {b}", "move {a} beside {b}"),
                keep=("keep {a} next to {b}", "leave {a} next to {b}"),
                leave=("push {a} away from {b}", "move {a} away from {b}"),
            ),
            ("", ""): Orders(
                ("put {a} next to {b}", "move {a} beside {b}", "place {a} next to {b}"),
                keep=("keep {a} next to {b}", "leave {a} next to {b}"),
                leave=("take {a} away from {b}", "move {a} away from {b}"),
            ),
        },
    ),
    Relation(
        "near",
        takes=("b", "within"),
        meaning="their middles are at most `within` cells apart, or metres where that is the world's unit "
        "(`Things.unit`)",
        states=("within {n} {u} of {b}",),
        yours=Orders(
            ("go within {n} {u} of {b}", "get within {n} {u} of {b}", "walk within {n} {u} of {b}"),
            keep=("stay within {n} {u} of {b}", "stand within {n} {u} of {b}"),
            leave=("go more than {n} {u} away from {b}", "get more than {n} {u} away from {b}"),
        ),
        things={
            ("box", ""): Orders(
                ("push {a} within {n} {u} of {b}", "bring {a} within {n} {u} of {b}", "move {a} within {n} {u} of {b}"),
                keep=("keep {a} within {n} {u} of {b}",),
                leave=("push {a} more than {n} {u} away from {b}", "move {a} more than {n} {u} away from {b}"),
            ),
            ("", ""): Orders(
                ("bring {a} within {n} {u} of {b}", "move {a} within {n} {u} of {b}"),
                keep=("keep {a} within {n} {u} of {b}",),
                leave=("take {a} more than {n} {u} away from {b}", "move {a} more than {n} {u} away from {b}"),
            ),
        },
    ),
    Relation(
        "holding",
        takes=("b",),
        meaning="the player `a` has `b` in hand",
        states=("holding {b}",),
        yours=Orders(
            ("take {b}", "get {b}", "pick up {b}", "grab {b}"),
            keep=("hold {b}", "keep hold of {b}"),
            avoid=("hold {b}", "take {b}", "pick up {b}"),
            leave=("put down {b}", "let go of {b}"),
        ),
        skill="collect",
        by_players=True,
    ),
    Relation(
        "facing",
        takes=("b",),
        meaning="the player `a` is turned towards `b`, to 22 degrees, and sees it "
        "([what seeing is](first-person.md#seeing))",
        states=("facing {b}", "looking at {b}"),
        yours=Orders(
            ("face {b}", "look at {b}", "turn to {b}", "turn toward {b}"),
            keep=("face {b}", "keep looking at {b}"),
            leave=("look away from {b}", "turn away from {b}"),
        ),
        things={("", ""): Orders(("turn {a} toward {b}", "turn {a} to {b}", "point {a} at {b}"))},
        by_players=True,
    ),
    Relation(
        "touched",
        takes=("b",),
        meaning="`a` is next to `b`, and a player holds `b`",
        states=("touched with {b}", "touched by {b}"),
        things={("", ""): Orders(("touch {a} with {b}",), keep=("keep touching {a} with {b}",))},
        skill="wield",
    ),
    Relation(
        "pushed",
        takes=("b",),
        meaning="`a` moves, nobody holds it, and it is next to `b`, which is a player or what a player holds",
        states=("pushed with {b}", "pushed by {b}"),
        things={("", ""): Orders(("push {a} with {b}",), keep=("keep pushing {a} with {b}",))},
        skill="wield",
    ),
    Relation(
        "said",
        takes=("word",),
        meaning="the player `a` says `word` in this tick",
        states=("saying {w}",),
        yours=Orders(("say {w}", "shout {w}")),
        skill="speak",
        by_players=True,
    ),
    Relation(
        "misspoke",
        takes=("word",),
        meaning="the player `a` says anything but `word` alone in this tick",
        states=("answering anything but {w}",),
        yours=Orders(("answer anything but {w}",)),
        skill="speak",
        by_players=True,
    ),
    _side("left"),
    _side("right"),
    Relation(
        "between",
        takes=("b",),
        meaning="`a`, which nobody holds, lies between two things that match `b`, seen from above: the ways from it to "
        "them lead apart straight to 22 degrees",
        states=("between two {b}",),
        yours=Orders(
            ("stand between two {b}", "go between two {b}", "walk between two {b}"),
            keep=("stay between two {b}", "stand between two {b}"),
            leave=("step out from between two {b}", "go out from between two {b}"),
        ),
        things={
            ("box", ""): Orders(
                ("push {a} between two {b}", "get {a} between two {b}", "move {a} between two {b}"),
                keep=("keep {a} between two {b}", "leave {a} between two {b}"),
            ),
            ("", ""): Orders(
                ("put {a} between two {b}", "place {a} between two {b}", "move {a} between two {b}"),
                keep=("keep {a} between two {b}", "leave {a} between two {b}"),
            ),
        },
        skill="arrange",
        two=True,
    ),
    Relation(
        "closest-to",
        takes=("b",),
        meaning="of all things of its kind that are there, `a` is the one whose middle is nearest to that of `b`, seen "
        "from above; none is as near",
        states=("closest to {b}", "nearest to {b}"),
        yours=Orders(
            ("get closest to {b}", "come closest to {b}", "get nearest to {b}"),
            keep=("stay closest to {b}", "stay nearest to {b}"),
        ),
        things={
            ("box", ""): Orders(
                ("push {a} closest to {b}", "get {a} closest to {b}", "move {a} nearest to {b}"),
                keep=("keep {a} closest to {b}", "leave {a} closest to {b}"),
            ),
            ("", ""): Orders(
                ("get {a} closest to {b}", "make {a} closest to {b}", "make {a} nearest to {b}"),
                keep=("keep {a} closest to {b}", "keep {a} nearest to {b}"),
                also=("bring {a} closest to {b}", "put {a} closest to {b}", "move {a} closest to {b}"),
            ),
        },
        skill="arrange",
        among=True,
    ),
    Relation(
        "under",
        takes=("b",),
        meaning="`a`, which nobody holds, lies below `b`: the middle of `a` is below it, and the top of `a` no higher "
        "than the underside of `b`",
        states=("under {b}",),
        things={
            ("", ""): Orders(
                ("put {a} under {b}", "place {a} under {b}", "move {a} under {b}", "get {a} under {b}"),
                keep=("keep {a} under {b}", "leave {a} under {b}"),
            )
        },
        skill="arrange",
        proposed=False,
    ),
    _depth("behind", "farther away"),
    _depth("in-front-of", "nearer"),
)
"""All relations. The number of a relation is its index, which never changes."""

ROWS: Mapping[str, Relation] = {row.name: row for row in TABLE}
RELATIONS = tuple(ROWS)
BINARY = tuple(row.name for row in TABLE if "b" in row.takes)
"""Relations between the things that match `a` and the things that match `b`."""
CHAINS = tuple(row.name for row in TABLE if "number" in row.takes)
"""Relations that take a number of things."""
EVENTS = tuple(row.name for row in TABLE if "word" in row.takes)
"""Relations about words that players say; every world has them."""
OF_REGIONS = tuple(row.name for row in TABLE if row.regions)
"""Relations that are defined for a region of the floor."""


def number_of(name: str) -> int:
    """The number of a relation in clauses and kernels. Raises KeyError for an unknown name."""
    return _NUMBERS[name]


_NUMBERS = {name: place for place, name in enumerate(RELATIONS)}
STACKED, LINED, ON, TOUCHING, NEAR = map(number_of, ("stacked", "lined", "on", "touching", "near"))
SAID, MISSPOKE = map(number_of, EVENTS)
LEFT_OF, RIGHT_OF, BETWEEN = map(number_of, ("left-of", "right-of", "between"))
CLOSEST_TO = number_of("closest-to")
UNDER, BEHIND, IN_FRONT_OF = map(number_of, ("under", "behind", "in-front-of"))
ALONE = tuple(number_of(row.name) for row in TABLE if not {"b", "word"} & {*row.takes})
"""The numbers of unary relations."""
SPOKEN = tuple(map(number_of, EVENTS))
"""The numbers of EVENTS."""


def table() -> str:
    """All relations and when they hold, as Markdown."""
    takes = {row.name: ", ".join(f"`{name}`" for name in row.takes) or "-" for row in TABLE}
    lines = [f"| `{row.name}` | {takes[row.name]} | {row.meaning} |" for row in TABLE]
    return "\n".join(["| relation | with | holds when |", "|---|---|---|", *lines])
