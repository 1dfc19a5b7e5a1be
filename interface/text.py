"""Text as tokens: one vocabulary for the whole suite, lossless for any text.

A token is a uint16: 0 pads, 1 to 256 spell one byte of UTF-8 each, and from 257 on a token is a whole word of
`assets/vocabulary.txt`. A single space between two vocabulary words is not written; every other character is spelled,
so decoding gives back exactly what was encoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector.utils import read_from_shared_memory

TOKENS = 64
"""An instruction, and what is said in one tick, hold this many tokens."""
CHARACTERS = 512
"""Longest text of the Text spaces, in characters."""
CHARSET = "".join(map(chr, range(32, 127)))
"""Characters of the Text spaces: printable ASCII, the space among them."""

_FIRST_WORD = 257
_PIECE = re.compile(rb"[a-z0-9]+|[^a-z0-9]")


@cache
def vocabulary() -> tuple[str, ...]:
    """All words that have a token of their own, in token order."""
    path = Path(__file__).parent.parent / "assets" / "vocabulary.txt"
    return tuple(path.read_text(encoding="ascii").split())


@cache
def _token_of() -> dict[bytes, int]:
    return {word.encode(): _FIRST_WORD + index for index, word in enumerate(vocabulary())}


def vocabulary_size() -> int:
    """Number of different tokens: padding, 256 bytes, and the words."""
    return _FIRST_WORD + len(vocabulary())


def _tokens(text: str) -> list[int]:
    words = _token_of()
    pieces = _PIECE.findall(text.encode())
    tokens: list[int] = []
    for index, piece in enumerate(pieces):
        token = words.get(piece)
        if token is not None:
            tokens.append(token)
        elif not (
            piece == b" " and 0 < index < len(pieces) - 1 and pieces[index - 1] in words and pieces[index + 1] in words
        ):
            tokens.extend(1 + byte for byte in piece)
    return tokens


@lru_cache(maxsize=4096)
def _encoded(text: str) -> bytes:
    tokens = _tokens(text)
    if len(tokens) > TOKENS:
        raise ValueError(
            f"a text holds {TOKENS} tokens, this one needs {len(tokens)}: {text[:60]!r}… Shorten it; a word outside "
            "the vocabulary costs one token a letter"
        )
    return np.array(tokens + [0] * (TOKENS - len(tokens)), np.uint16).tobytes()


def encode(text: str) -> np.ndarray:
    """Text to uint16 tokens of shape (64,), zero padded. Raises ValueError if it does not fit."""
    return np.frombuffer(_encoded(text), np.uint16)


@lru_cache(maxsize=4096)
def _decoded(raw: bytes) -> str:
    text = bytearray()
    after_word = False
    for token in np.frombuffer(raw, np.uint16).tolist():
        if token == 0:
            break
        is_word = token >= _FIRST_WORD
        if is_word:
            index = token - _FIRST_WORD
            word = vocabulary()[index] if index < len(vocabulary()) else "?"
            text += (b" " if after_word else b"") + word.encode()
        else:
            text.append(token - 1)
        after_word = is_word
    return text.decode(errors="replace")


def decode(tokens: np.ndarray) -> str:
    """Tokens of shape (64,) back to text. A token of no known word reads "?"; padding ends the text."""
    return _decoded(np.ascontiguousarray(tokens, np.uint16).tobytes())


def wrapped(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The words of a text in lines that fit; a word that does not fit on a line of its own is broken."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if fits(longer):
            lines[-1] = longer
            continue
        lines += [""] if lines[-1] else []
        for letter in word:
            if lines[-1] and not fits(lines[-1] + letter):
                lines.append("")
            lines[-1] += letter
    return lines


class TextSpace(gymnasium.spaces.Text):
    """A Gymnasium Text space of printable ASCII whose texts fit the token budget, so that its samples can be said."""

    def __init__(self, seed: int | np.random.Generator | None = None):
        super().__init__(max_length=CHARACTERS, min_length=0, charset=CHARSET, seed=seed)

    def sample(self, mask: Any = None, probability: Any = None) -> str:
        """A random text: a few vocabulary words, or random characters, within the token budget."""
        if mask is not None or probability is not None:
            return super().sample(mask, probability)[:TOKENS]
        length = int(self.np_random.integers(0, TOKENS + 1))
        if self.np_random.random() < 0.5:
            return " ".join(self.np_random.choice(vocabulary(), size=length // 4))
        return "".join(self.np_random.choice(list(CHARSET), size=length))

    def contains(self, x: Any) -> bool:
        """Whether x is a str of these characters that fits the token budget."""
        return super().contains(x) and (x == "" or len(_tokens(x)) <= TOKENS)

    def __repr__(self) -> str:
        return f"TextSpace({TOKENS} tokens)"


class _SharedTexts(Sequence[str]):
    """The texts of environments in other processes, read whenever they are looked at; a copy holds what they are now.

    Gymnasium's AsyncVectorEnv reads the shared memory of texts only once, before there are any.
    """

    def __init__(self, space: TextSpace, shared_memory: Any, n: int):
        self._now: Callable[[], Any] = partial(
            read_from_shared_memory.dispatch(gymnasium.spaces.Text), space, shared_memory, n
        )
        self._n = n

    def __getitem__(self, index: Any) -> Any:
        return self._now()[index]

    def __len__(self) -> int:
        return self._n

    def __deepcopy__(self, memo: Any) -> tuple[str, ...]:
        return self._now()


@read_from_shared_memory.register(TextSpace)
def _read_texts(space: TextSpace, shared_memory: Any, n: int = 1) -> _SharedTexts:
    return _SharedTexts(space, shared_memory, n)
