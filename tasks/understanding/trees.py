"""The patterns of lexicon/ as trees of words, made once."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..grammar import NUMERALS, UNITS
from . import lexicon
from .normalise import phrases

END = ""
"""Key of a tree for what its phrases mean that end there; and the word behind the last one of a sentence."""
Tree = dict[str, Any]


@cache
def tree_of(*tables: tuple[str, Any]) -> Tree:
    """(pattern, meaning) pairs as a tree of words; END holds the meanings of what ends there."""
    root: Tree = {}
    for pattern, meaning in tables:
        for phrase in phrases(pattern):
            node = root
            for word in phrase:
                node = node.setdefault(word, {})
            node.setdefault(END, [])
            if meaning not in node[END]:
                node[END].append(meaning)
    return root


def _tree(table: dict[str, Any]) -> Tree:
    return tree_of(*((pattern, verb) for verb, patterns in table.items() for pattern in patterns))


ACTS = _tree(lexicon.ACTS)
STATED = tree_of(
    *((pattern, "is") for pattern in lexicon.STATED),
    *((pattern, "is not") for pattern in lexicon.STATED_NOT),
    *((pattern, "is never") for pattern in lexicon.STATED_NEVER),
)
STATES = _tree(lexicon.STATES)
MENTIONED = tree_of(
    *((pattern, "mention") for pattern in lexicon.MENTIONED),
    *((pattern, "if") for pattern in lexicon.CONDITIONS),
)
ASKED = _tree(lexicon.ASKED)
FIRST = tree_of(*lexicon.FIRST_OF.items())
LAST_OF, LAST_TO, WHERE = (tree_of(*table.items()) for table in (lexicon.LAST_OF, lexicon.LAST_TO, lexicon.WHERE))
PLACE_NAMES = tree_of(*lexicon.PLACE_NAMES.items())
QUANTIFIED = tree_of(*lexicon.QUANTITIES.items())
PLACED = {
    unit: tree_of(*((p.replace("{u}", u), place) for p, place in lexicon.PLACES.items() for u in (unit, many)))
    for unit, many in UNITS.items()
}
_NUMERALS = {word: number for number, word in enumerate(NUMERALS)}


def number(word: str) -> int:
    """The number that a word is, from 1 to 1000; 0 if it is none."""
    value = _NUMERALS.get(word) or (int(word) if word.isdecimal() and len(word) < 5 else 0)
    return value if value <= 1000 else 0
