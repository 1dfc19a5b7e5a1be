"""Things as a sentence names them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .names import Noun


@dataclass(frozen=True)
class Ref:
    """Things as they are named. least: at least how many, "all", or 0 for a plural without a number; most: at most how
    many, if that is said; definite: whether there is one; one_of: for "the blue one", whose noun comes from before;
    pronoun: for "it"; bare: a plural that is any of them or all; said: the words.

    Which of them: where: a word of WHERE, a place, and the other thing; first, to: by an order, and from what; but:
    without these; other: without those that were named before; options: any of these; loose: how many places were
    taken as a part of it without a word such as "that"; only: whether "only" was said of it; spare: so many of them
    are to be left; matching: whether it is what belongs to the thing before, such as the lock of a key;
    elliptic: whether a look stands without a noun, as in "the orange"."""

    noun: Noun = field(default_factory=Noun)
    colour: str | None = None
    size: str | None = None
    least: int | str = 1
    negated: bool = False
    most: int | None = None
    definite: bool = False
    pronoun: str = ""
    one_of: bool = False
    bare: bool = False
    where: tuple[str, str, Ref | None] | None = None
    first: str = ""
    to: Ref | None = None
    but: tuple[Ref, ...] = ()
    other: bool = False
    options: tuple[Ref, ...] = ()
    loose: int = 0
    only: bool = False
    spare: int = 0
    matching: bool = False
    elliptic: bool = False
    said: str = field(default="", compare=False)

    @property
    def told(self) -> bool:
        """Whether particular things are named."""
        return bool(self.where or self.first or self.but or self.options or self.other)


@dataclass(frozen=True)
class Refs:
    """Several of them, joined by "and" or "or"."""

    all: tuple[Ref, ...]
    joint: str = "and"


def either(refs: tuple[Ref, ...]) -> Ref:
    """Any of these things, as one."""
    kinds = tuple(dict.fromkeys(kind for ref in refs for kind in ref.noun.kinds))
    said = " or ".join(ref.said for ref in refs)
    return Ref(Noun(kinds), options=refs, definite=True, loose=sum(ref.loose for ref in refs), said=said)


def looking(ref: Ref, what: str, name: str) -> Ref:
    """The things, of a colour or a size."""
    return replace(ref, colour=name) if what == "colour" else replace(ref, size=name)
