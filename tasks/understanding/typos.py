"""Slips of the keyboard: two letters in each other's place, a letter once or twice too often, one letter left out, or a
wrong one in a long word."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from . import lexicon

SHORTEST = 4
"""Letters of the shortest word that a slip is taken for; a name of so many letters may lack one: "duk"."""
_SURE = 5
"""Letters from which on a name with one letter left out, or one too many, is no other word but those of NO_SLIPS."""
_SURER = 6
"""Letters from which on any word with one letter left out, or one too many, is no other word."""
_WRONG = 7
"""Letters from which on a word with a wrong letter is no other word."""


def mended(said: list[str], familiar: Collection[int], words: Collection[str], names: Collection[str]) -> list[str]:
    """The words with slips corrected. familiar: places of the words that are known; words: all that a slip may be for;
    names: those of them that name things. A word that may be two others is left as it is."""
    whole = list(said)
    for place, word in enumerate(said):
        if place in familiar or len(word) < SHORTEST - 1 or not word.isalpha() or word in lexicon.NO_SLIPS:
            continue
        meant = {one for one in words if len(one) >= SHORTEST and _slip(word, one, one in names)}
        if len(meant) == 1:
            whole[place] = meant.pop()
    return whole


def _slip(word: str, other: str, name: bool) -> bool:
    if word[0] != other[0] or abs(len(word) - len(other)) > 1:
        return False
    if len(word) < SHORTEST:
        return name and any(other[:place] + other[place + 1 :] == word for place in range(1, len(other)))
    if len(word) == len(other):
        wrong = [place for place, (a, b) in enumerate(zip(word, other, strict=True)) if a != b]
        if len(wrong) == 1 and len(word) >= _WRONG and wrong[0]:
            return True
        return (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and word[wrong[0]] + word[wrong[1]] == other[wrong[1]] + other[wrong[0]]
        )
    if "".join(_once(word)) == "".join(_once(other)):
        return True
    long, short = (other, word) if len(other) > len(word) else (word, other)
    sure = len(long) > len(short) and len(other) >= (_SURE if name else _SURER) and (word[-1] == other[-1] or name)
    return sure and any(long[:place] + long[place + 1 :] == short for place in range(1, len(long)))


def _once(word: str) -> Iterator[str]:
    return (letter for letter, _ in groupby(word))
