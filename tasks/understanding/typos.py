"""Slips of the keyboard: two letters in each other's place, a letter once or twice too often, one letter left out, or a
wrong one in a long word."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from . import lexicon

SHORTEST = 5
"""Letters of the shortest word that a slip is taken for."""
_SURE = 7
"""Letters from which on a name with one letter left out is no other word."""
_SURER = 8
"""Letters from which on any word with one letter left out, or with a wrong one, is no other word."""


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
    if len(word) == len(other):
        wrong = [place for place, (a, b) in enumerate(zip(word, other, strict=True)) if a != b]
        if len(wrong) == 1 and len(word) >= _SURER and wrong[0]:
            return True
        return (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and word[wrong[0]] + word[wrong[1]] == other[wrong[1]] + other[wrong[0]]
        )
    if "".join(_once(word)) == "".join(_once(other)):
        return True
    left_out = len(other) == len(word) + 1 and len(other) >= (_SURE if name else _SURER) and word[-1] == other[-1]
    return left_out and any(other[:place] + other[place + 1 :] == word for place in range(len(other)))


def _once(word: str) -> Iterator[str]:
    return (letter for letter, _ in groupby(word))
