"""The names of a world's things as people say them: kinds and their synonyms, colours and sizes, general words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ...worlds.engine.records.things import Things
from .. import grammar
from . import lexicon
from .normalise import expanded


@dataclass(frozen=True)
class Noun:
    """The meaning of a noun: things of one of these kinds (None: of any), a player, or a place of the map. many:
    whether it is a plural, or either for a word that is both; group: the class of the kinds, if they are one."""

    kinds: tuple[str | None, ...] = ()
    who: str | None = None
    many: bool | None = False
    toys: bool = False
    group: str = ""
    place: str = ""


@dataclass(frozen=True)
class Names:
    """nouns: by their words; looks: ("colour" or "size", name) by word; players: colours that players are called."""

    nouns: dict[tuple[str, ...], tuple[Noun, ...]]
    looks: dict[str, tuple[str, str]]
    hyphened: frozenset[str]
    players: frozenset[str] = frozenset()

    def words(self) -> set[str]:
        """All words of which names are made."""
        return {word for phrase in self.nouns for word in phrase} | set(self.looks)


def many(noun: str) -> str:
    """The plural of a noun, by the regular rules, of its last word."""
    if noun == "chest of drawers":
        return "chests of drawers"
    head, _, last = noun.rpartition(" ")
    if last in ("shelf", "bookshelf"):
        last = f"{last[:-1]}ves"
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        last = f"{last}es"
    elif last.endswith("y") and last[-2:-1] not in ("", *"aeiou"):
        last = f"{last[:-1]}ies"
    elif last == "fish":
        pass
    else:
        last = f"{last}s"
    return f"{head} {last}".strip()


def _misspelt(one: str, plural: str) -> tuple[str, ...]:
    """Plurals without the rule of their ending: "strawberrys", "boxs", "shelfs"."""
    return (f"{one}s",) if plural not in (one, f"{one}s") and one[-1:] in "yxf" else ()


def synonyms(here: Collection[str]) -> dict[str, str]:
    """The kind that each synonym means where there are these kinds: it is no kind itself, and one kind has it."""
    found: dict[str, list[str]] = {}
    for kind, others in lexicon.NOUNS.items():
        for other in others if kind in here else ():
            if other not in here:
                found.setdefault(other, []).append(kind)
    for kinds, others in lexicon.LOCAL_NOUNS.items():
        if set(kinds) <= set(here):
            found |= {other: [kinds[0]] for other in others if other not in here}
    return {other: kinds[0] for other, kinds in found.items() if len(kinds) == 1}


def carried(things: Things) -> tuple[str, ...]:
    """The kinds that one player can carry, where the world tells."""
    return tuple(kind for kind in things.kinds if "carry" in things.affords.get(kind, ()))


@lru_cache(maxsize=64)
def _names(
    kinds: tuple[str, ...],
    colours: tuple[str, ...],
    sizes: tuple[str, ...],
    toys: tuple[str, ...],
    heavy: tuple[str, ...],
    called: tuple[str, ...],
) -> Names:
    nouns: dict[tuple[str, ...], list[Noun]] = {}

    def add(one: str, plural: str, mass: str = "", **what: Any) -> None:
        numbers: dict[str, bool | None] = dict.fromkeys(_misspelt(one, plural), True)
        numbers |= {mass: True, plural: True, one: None if one in (plural, mass) else False}
        for words, number in numbers.items():
            if words:
                nouns.setdefault(tuple(words.split()), []).append(Noun(many=number, **what))

    def new(words: str) -> bool:
        return tuple(words.split()) not in nouns

    for kind in kinds:
        if kind not in grammar.RESERVED and kind != "player":
            add(kind, many(kind), kinds=(kind,))
            if kind in heavy and new(f"heavy {kind}"):
                add(f"heavy {kind}", many(f"heavy {kind}"), kinds=(kind,))
            if kind in toys and new(f"toy {kind}"):
                add(f"toy {kind}", many(f"toy {kind}"), kinds=(kind,))
    for other, kind in synonyms(kinds).items():
        add(other, many(other), kinds=(kind,))
    for one, several in lexicon.GENERAL.items():
        if new(one):
            add(one, several, kinds=(None,))
    for one, (name, several, mass) in lexicon.CLASS_NOUNS.items():
        members = toys if name == "toy" else tuple(kind for kind in lexicon.CLASSES[name] if kind in kinds)
        if members and new(one):
            add(
                one,
                several,
                mass if mass == one or (mass and new(mass)) else "",
                kinds=members,
                toys=name == "toy",
                group=name,
            )
    if "player" in kinds:
        add("player", "players", kinds=("player",))
        for word in lexicon.PARTNER:
            if new(word):
                add(word, many(word), who="other")
        for word in lexicon.PLAYER_NOUNS if called else ():
            if new(word):
                add(word, _plurals.get(word, many(word)), kinds=("player",))
    looks = {colour: ("colour", colour) for colour in colours if colour not in grammar.RESERVED}
    looks |= {size: ("size", size) for size in sizes if size not in grammar.RESERVED}
    for other, name in lexicon.LOOKS.items():
        if name in looks and other not in looks:
            looks[other] = looks[name]
    hyphened = frozenset(kind for kind in kinds if "-" in kind) | {other for other in lexicon.LOOKS if "-" in other}
    found = {words: tuple(each) for words, each in nouns.items()}
    return Names(found, looks, hyphened, frozenset(other for other, (_, name) in looks.items() if name in called))


_plurals = {"man": "men", "woman": "women", "child": "children", "person": "people", "lady": "ladies"}


def names(things: Things, players: int | None = None) -> Names:
    """The names of a world's things. players: how many play; several are called by their colours, too."""
    called = tuple(things.kinds.get("player", ())) if (players or 1) > 1 else ()
    heavy = tuple(kind for kind in things.kinds if "heavy" in things.affords.get(kind, ()))
    return _names(tuple(things.kinds), things.colours, things.sizes, carried(things), heavy, called)


def table() -> str:
    """The other names of kinds and the verbs of acts, as Markdown."""
    lines = ["| thing | also called |", "|---|---|"]
    lines += [f"| {kind} | {', '.join(others)} |" for kind, others in lexicon.NOUNS.items()]
    lines += [
        f"| your partner | {', '.join(lexicon.PARTNER)} |",
        f"| all players | {', '.join(lexicon.BOTH_PLAYERS)} |",
    ]
    lines += [f"| {', '.join(kinds)} | {name} |" for name, kinds in lexicon.CLASSES.items()]
    lines += ["", "| act | verbs | relations, the first that the world knows and that fits |", "|---|---|---|"]
    for act, patterns in lexicon.ACTS.items():
        readings = ", ".join(dict.fromkeys(reading.relation for reading in lexicon.READINGS.get(act, ())))
        verbs = ", ".join(dict.fromkeys(verb for pattern in patterns for verb in _verbs(pattern)))
        lines.append(f"| {act} | {verbs} | {readings or '-'} |")
    return "\n".join(lines)


def _verbs(pattern: str) -> list[str]:
    """The beginnings of a pattern: its first choice, or all before its first thing."""
    start = pattern.split("{")[0].strip()
    if start.startswith("("):
        return start[1:].split(")")[0].split("|")
    return [" ".join(phrase) for phrase in expanded(start)]
