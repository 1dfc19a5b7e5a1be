"""Goals and tasks as JSON: the published schema, as pydantic models.

A task has a start, a reward, and for each player a goal and an instruction. A goal is a list of stages, reached one
after the other; a stage is a conjunction of clauses; a clause says that at least k things matching `a` stand in a
relation to a thing matching `b`. Nothing here is ever executed: a task is compiled to a record (compile.py) that the
engine's judge reads.

    {"stages": [{"all": [{"a": {"kind": "box", "colour": "red"}, "relation": "on", "b": {"kind": "target"}}]}],
     "never": [{"a": {"kind": "player", "who": "you"}, "relation": "touching", "b": {"kind": "box", "colour": "blue"}}]}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ..interface.action import MOUSE_ONE
from ..interface.keys import BUTTONS, KEYS, WHEEL
from ..worlds.engine.records.judge import CLAUSES, MOST_NAMED, MOST_VISITED, STAGES
from ..worlds.engine.records.relations import CHAINS, EVENTS, RELATIONS, ROWS
from .choices import GROUPS, ORDERS, PLACES
from .kinds import Kind

FORMAT = 1
"""Version of the task format; files of a newer one are refused."""

OTHER_FORMAT = "other_format"
"""The type of the error of a task of another format, beside which its other errors mean nothing."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z-]*$", max_length=24)]
Word = Annotated[str, Field(pattern=r"^[a-z]+$", max_length=24)]
if TYPE_CHECKING:
    Relation = str
else:
    Relation = Literal[RELATIONS]
"""The name of a relation; see worlds/engine/records/relations.py."""
Place = Literal[PLACES]  # type: ignore[valid-type]
"""The name of a place of the map; see named.py."""

_Motion = Annotated[int, Field(ge=-MOUSE_ONE, le=MOUSE_ONE)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Selector(_Strict):
    """The things that have every property that is given. `who` is for players only; `which` tells particular things
    apart, and `place` is no thing but a place of the map. These two count as they are at the start of the episode."""

    kind: Name | None = None
    colour: Name | None = None
    size: Name | None = None
    who: Literal["you", "other"] | None = None
    which: Which | None = None
    place: Place | None = None

    @model_validator(mode="after")
    def _players_only(self) -> Selector:
        if self.who and self.kind not in (None, "player"):
            raise ValueError(f"who is for players, and this is a {self.kind}")
        if self.who and self.which:
            raise ValueError("which is for things, and this is a player")
        if self.place and (self.kind or self.colour or self.size or self.who or self.which):
            raise ValueError(f"the place {self.place!r} is no thing, so it has no other properties")
        return self


class Which(_Strict):
    """The things that are meant of those that a selector matches, told by how things are at the start.

    group: those of a class of kinds; one_of: those that match one of these; but: without those that match one of these;
    relation, b: those that stand in this relation to something matching `b` (or inverse: to which such a thing does, as
    what a player `b` is holding), or, if negated, those that do not; most: then the first by this order, nearest or
    farthest from what matches `to`, or else from the player; all of them that are as near. these: the numbers of things
    in the table of things, in place of all others.
    """

    group: Literal[GROUPS] | None = None  # type: ignore[valid-type]
    one_of: Annotated[tuple[Selector, ...], Field(max_length=8)] = ()
    but: Annotated[tuple[Selector, ...], Field(max_length=8)] = ()
    relation: Relation | None = None
    b: Selector | None = None
    negated: bool = False
    inverse: bool = False
    most: Literal[ORDERS] | None = None  # type: ignore[valid-type]
    to: Selector | None = None
    these: Annotated[tuple[Annotated[int, Field(ge=0, lt=MOST_NAMED)], ...], Field(max_length=MOST_NAMED)] = ()

    @model_validator(mode="after")
    def _fits(self) -> Which:
        row = ROWS.get(self.relation or "")
        if self.relation in (*EVENTS, *CHAINS):
            raise ValueError(f"things are not told apart by {self.relation!r}")
        if (self.b is not None) != (row is not None and "b" in row.takes):
            raise ValueError("which has a relation and what it is to, b, or neither")
        if self.to and self.most not in ("nearest", "farthest"):
            raise ValueError("to is for the nearest and the farthest")
        if self.these and (self.group or self.one_of or self.but or self.relation or self.most):
            raise ValueError("things that are given by their numbers are not told apart further")
        return self


Selector.model_rebuild()


class Clause(_Strict):
    """At least `least` things matching `a` ("all": every one there is, and there is one) stand in `relation` to
    something matching `b`; or, if negated, they do not.

    within: cells (metres in rooms), for near; number: how many things matching `a`, each on or beside the next, for
    stacked and lined; word: for said and misspoke, one word of the vocabulary, and the player who says it matches `a`.
    visits: how many of the things that match `b`, or "all" of them, one that matches `a` is to have stood in the
    relation to, one at a time and in any order, since its stage began; no other clause is of that stage.
    """

    a: Selector
    relation: Relation
    b: Selector | None = None
    least: Annotated[int, Field(ge=1, le=64)] | Literal["all"] = 1
    negated: bool = False
    within: Annotated[int, Field(ge=1, le=64)] | None = None
    number: Annotated[int, Field(ge=2, le=64)] | None = None
    word: Word | None = None
    visits: Annotated[int, Field(ge=1, le=MOST_VISITED)] | Literal["all"] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Clause:
        takes = ROWS[self.relation].takes
        placed = self.b is None or self.b.place is not None or ROWS[self.relation].two
        if self.visits and (placed or self.negated or self.least != 1):
            raise ValueError("visits are of things that match b, by one that matches a, and cannot be negated")
        if (self.b is not None) != ("b" in takes):
            needs = "needs" if "b" in takes else "takes no"
            raise ValueError(f"the relation {self.relation!r} {needs} b")
        for given, value in (("within", self.within), ("number", self.number), ("word", self.word)):
            if (value is not None) != (given in takes):
                takers = [one.name for one in ROWS.values() if given in one.takes]
                need = "relation {}, which needs it" if len(takers) == 1 else "relations {}, which need it"
                raise ValueError(f"{given} is for the {need.format(' and '.join(takers))}")
        if self.a.place or (self.b is not None and self.b.place and self.relation != "at"):
            raise ValueError("of a place goals ask what is `at` it")
        if self.relation in EVENTS and self.a.kind not in (None, "player"):
            raise ValueError(f"only players say something, and a is a {self.a.kind}")
        return self

    def is_opposite(self, other: Clause) -> bool:
        """Whether the other clause says that this one does not hold, in the same words."""
        return (
            self.negated != other.negated
            and self.relation == other.relation
            and (self.a, self.b, self.least) == (other.a, other.b, other.least)
            and (self.within, self.number, self.word) == (other.within, other.number, other.word)
            and self.visits == other.visits
        )


class Stage(_Strict):
    """A conjunction of clauses, which must hold for `hold` ticks in a row after the first (0: for a moment). before:
    clauses that must not hold before this stage is reached."""

    all: Annotated[tuple[Clause, ...], Field(min_length=1, max_length=CLAUSES)]
    hold: Annotated[int, Field(ge=0, le=1000)] = 0
    before: Annotated[tuple[Clause, ...], Field(max_length=CLAUSES)] = ()

    @model_validator(mode="after")
    def _fits(self) -> Stage:
        if any(clause.visits for clause in self.before):
            raise ValueError("visits are what is to be reached, and not what must not be before")
        if any(clause.visits for clause in self.all) and (len(self.all) > 1 or self.hold):
            raise ValueError("a stage of visits has one clause, and lasts for no time")
        return self


class Goal(_Strict):
    """Stages in order, and clauses that must never hold: as soon as one of `never` does, the player fails.

    Without stages, the goal is reached at the time limit if no clause of `never` has held.
    """

    stages: Annotated[tuple[Stage, ...], Field(max_length=STAGES)] = ()
    never: Annotated[tuple[Clause, ...], Field(max_length=CLAUSES)] = ()

    @model_validator(mode="after")
    def _fits(self) -> Goal:
        if any(clause.visits for clause in self.never):
            raise ValueError("visits are what is to be reached, and not what must never be")
        clauses = sum([len(stage.all) + len(stage.before) for stage in self.stages]) + len(self.never)
        if not clauses:
            raise ValueError("a goal needs a stage, or something that must never be")
        if clauses > CLAUSES:
            raise ValueError(f"a goal holds {CLAUSES} clauses, stages and never together; this one has {clauses}")
        for stage in self.stages if clauses > 1 else ():
            for clause in stage.all:
                if any(map(clause.is_opposite, stage.all)) or clause in (*self.never, *stage.before):
                    raise ValueError("this goal contradicts itself: it asks for something and for its opposite")
        return self


class Question(_Strict):
    """A question about the things at the start: the colour of those matching `a`; their number, or whether there is
    one, of those in `relation` to a thing matching `b` if that is given; the kind of the things in `relation` to `b`,
    or of those matching `a`; where `a` is; whether there are more of `a` than of `b`; whether all of `a` have one
    colour; whether `a` is larger than `b`; whether every one of `a` matches `b`. least, most: so many at least, and at
    most, are to be there of what is asked whether it exists. See questions.py."""

    asks: Literal["colour", "count", "exists", "what", "where", "more", "alike", "larger", "every"]
    a: Selector = Selector()
    relation: Literal["on", "in"] | None = None
    b: Selector | None = None
    least: Annotated[int, Field(ge=1, le=64)] | None = None
    most: Annotated[int, Field(ge=0, le=64)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Question:
        two = self.asks in ("more", "larger", "every")
        if (self.least is not None or self.most is not None) and (self.asks != "exists" or self.relation):
            raise ValueError("least and most are for a question whether so many of some things exist")
        if two and (self.relation or self.b is None):
            raise ValueError("a question that compares one thing with another has a and b")
        if not two and (self.relation is None) != (self.b is None):
            raise ValueError("a question has a relation and b, or neither")
        told = self.a.which is not None
        if (self.asks in ("colour", "where", "alike") and self.b) or (self.asks == "what" and not self.b and not told):
            raise ValueError(f"a question for {self.asks} {'takes no' if self.b else 'needs'} b")
        if self.asks == "what" and self.a != Selector() and (self.b or not told):
            raise ValueError("a question for what something is takes no a")
        if self.asks == "alike" and self.a.colour:
            raise ValueError("a question for a colour names none")
        if self.asks == "colour" and self.a.colour:
            raise ValueError("a question for a colour names none")
        if self.a.who or (self.b and self.b.who):
            raise ValueError("questions are about things, not about who is who")
        return self


class Moment(_Strict):
    """A state of a stored episode that a task begins from, or shows as a goal: by reference, or itself.

    store: the path of a store, from the folder of the task's file, in it or below it; episode: an id; step: a number of
    steps after which the state is meant. state: the saved state, compressed by zlib, in base64; it has a checksum.
    """

    store: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    episode: Annotated[str, Field(pattern=r"^[A-Za-z0-9]+$", max_length=64)] | None = None
    step: Annotated[int, Field(ge=0)] | None = None
    state: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/=]*$", max_length=1 << 17)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Moment:
        reference = [each is not None for each in (self.store, self.episode, self.step)]
        if any(reference) != all(reference) or all(reference) == (self.state is not None):
            raise ValueError("a moment is a store, an episode and a step; or a state")
        return self


class Player(_Strict):
    """One player's part. question: the question that the instruction asks, if the goal is to answer one; instruction:
    the text that the player reads; public: whether the other players read it too; acts: whether the player's keys,
    buttons and mouse have an effect (it can speak in any case); picture: a moment that the player is shown as its goal,
    in which the goal is reached. The judge looks at the goal alone."""

    goal: Goal
    question: Question | None = None
    instruction: Annotated[str, Field(max_length=512)]
    public: bool = False
    acts: bool = True
    picture: Moment | None = None


class Reward(_Strict):
    """Rewards, in steps of 0.001. success, failure: when the goal is reached, or can no longer be; stage: for each
    stage but the last; step: every tick.

    scheme: "own": each player its own; "shared": each the mean of all; "opposed": each its own less the mean of the
    others; "mixed": (1 - weight) of the own and weight of the mean; "world": the world's own rewards and endings, and
    its own objective must be the goal.
    """

    scheme: Literal["own", "shared", "opposed", "mixed", "world"] = "own"
    weight: Annotated[float, Field(ge=0, le=1)] = 0.0
    success: Annotated[float, Field(ge=-1000, le=1000)] = 1.0
    failure: Annotated[float, Field(ge=-1000, le=1000)] = 0.0
    stage: Annotated[float, Field(ge=-1000, le=1000)] = 0.0
    step: Annotated[float, Field(ge=-1000, le=1000)] = 0.0


class Start(_Strict):
    """The start of an episode. knobs: those that differ from the world's own; seed: of its generator; level: its text,
    in worlds that read levels; moment: a state of another episode that it goes on from."""

    knobs: dict[Name | Annotated[str, Field(pattern=r"^[a-z_]+$", max_length=32)], int] = {}
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    level: Annotated[str, Field(max_length=4096)] | None = None
    moment: Moment | None = None


class RecordedAction(_Strict):
    """The action of one player in one tick. keys, buttons: those that are held, by name; wheel: 0 still, 1 up, 2 down;
    mouse: its motion (x, y) in 1/65536 picture heights; say: the text that the player says."""

    keys: Annotated[tuple[str, ...], Field(max_length=len(KEYS))] = ()
    buttons: Annotated[tuple[str, ...], Field(max_length=len(BUTTONS))] = ()
    wheel: Annotated[int, Field(ge=0, lt=len(WHEEL))] = 0
    mouse: tuple[_Motion, _Motion] = (0, 0)
    say: Annotated[str, Field(max_length=512)] = ""


class Solution(_Strict):
    """A proof that the task can be done: a trajectory of actions, tick by tick, in one of two forms.

    moves: for each tick the moves of all players, as indices into the world's moves (-1: no action); actions: runs of
    ticks with the same actions, each with its length and the action of each player; by: the source of the solution.
    Files that call `actions` by its former name, "hands", are read.
    """

    moves: tuple[tuple[Annotated[int, Field(ge=-1, le=255)], ...], ...] = ()
    actions: Annotated[
        tuple[tuple[Annotated[int, Field(ge=1, le=100_000)], tuple[RecordedAction, ...]], ...],
        Field(validation_alias=AliasChoices("actions", "hands")),
    ] = ()
    by: Literal["expert", "search", "play"] = "search"


class Task(_Strict):
    """One task. version: of the world that it was made for, None for any; kind: how its players are bound together, see
    kinds.py; skill: one of skills.SKILLS; held: the axes of its contents that keep it out of training; steps,
    branching: its difficulty, see generate.py."""

    rumpus_task: int
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=64)]
    world: Annotated[str, Field(max_length=256)]
    version: Annotated[int, Field(ge=0)] | None = None
    start: Start = Start()
    limit: Annotated[int, Field(ge=1, le=1_000_000)]
    players: Annotated[tuple[Player, ...], Field(min_length=1, max_length=16)]
    reward: Reward = Reward()
    ends: Literal["each", "first"] = "each"
    kind: Kind = "alone"
    skill: Annotated[str, Field(max_length=32)] = ""
    split: Literal["train", "valid", "test"] = "train"
    held: tuple[Literal["pair", "verb", "size", "form", "words"], ...] = ()
    steps: Annotated[int, Field(ge=0)] | None = None
    branching: Annotated[float, Field(ge=0)] | None = None
    solution: Solution | None = None

    @field_validator("rumpus_task")
    @classmethod
    def _known(cls, number: int) -> int:
        if number != FORMAT:
            told = f"this task is of format {number}; this version of Rumpus reads format {FORMAT}"
            raise PydanticCustomError(OTHER_FORMAT, told)
        return number
