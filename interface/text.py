"""Text as tokens: one vocabulary for the whole suite, lossless for any text.

A token is a uint16: 0 pads, 1 to 256 spell one byte of UTF-8 each, and from 257 on a token is a whole word of
`assets/vocabulary.txt`. A single space between two vocabulary words is not written; every other character is spelled,
so decoding gives back exactly what was encoded.
"""

from __future__ import annotations

import multiprocessing
import re
from array import array
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces.utils import flatdim, flatten, flatten_space, unflatten
from gymnasium.vector.utils import create_shared_memory, read_from_shared_memory, write_to_shared_memory

TOKENS = 64
"""Tokens of an instruction, and of the text said in one tick."""
CHARSET = "".join(map(chr, range(32, 127)))
"""Characters that samples of the Text spaces are made of, and that people type: printable ASCII."""

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


CHARACTERS = TOKENS * (max(map(len, vocabulary())) + 1) - 1
"""The longest text that TOKENS tokens hold, in characters: the longest word again and again, with spaces between."""


def _tokens(text: str) -> list[int]:
    words = _token_of()
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{text[:60]!r} is no text: it holds half a character at {error.start}") from None
    known = [words.get(word) for word in data.split(b" ")]
    if None not in known:
        return known  # type: ignore[return-value]  # words alone, as most instructions are
    pieces = _PIECE.findall(data)
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
    return array("H", tokens).tobytes().ljust(2 * TOKENS, b"\0")


def encode(text: str) -> np.ndarray:
    """Text to uint16 tokens of shape (64,), zero padded. Raises ValueError if it does not fit."""
    return np.frombuffer(_encoded(text), np.uint16)


def cut(text: str) -> np.ndarray:
    """As `encode`, with what does not fit cut off at the end: a text of any length and script as uint16 tokens (64,).
    Characters that no text of UTF-8 can hold are replaced."""
    text = text[: CHARACTERS + 1].encode("utf-8", "replace").decode("utf-8")
    return _fitting(_tokens(text))


def respelled(tokens: np.ndarray) -> np.ndarray:
    """Any tokens (64,) in the form that `encode` gives their text, uint16 (64,), so that it can be said again: spelled
    words of the vocabulary become word tokens, and an overlong text is cut at the end."""
    return _fitting(_tokens(decode(tokens)))


def _fitting(again: list[int]) -> np.ndarray:
    """The first of these tokens, as many as fit."""
    fitting = again[:TOKENS]
    if len(again) > TOKENS and _is_within_letter(again[TOKENS]):
        while _is_within_letter(fitting.pop()):  # a letter of several bytes is there whole or not at all
            pass
    return np.array(fitting + [0] * (TOKENS - len(fitting)), np.uint16)


def _is_within_letter(token: int) -> bool:
    return 0x80 <= token - 1 < 0xC0


def can_be_said(text: Any) -> bool:
    """Whether this is a str that TOKENS tokens hold."""
    try:
        return isinstance(text, str) and bool(_encoded(text))
    except ValueError:
        return False


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
    if tokens[0] == 0:
        return ""
    return _decoded(np.ascontiguousarray(tokens, np.uint16).tobytes())


def decode_bytes(raw: bytes) -> str:
    """The text of tokens that are given as the bytes of uint16 (64,), as in a state."""
    return "" if raw[:2] == b"\0\0" else _decoded(raw)


def wrapped(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The words of a text in lines that fit; a word that is too long for a line is broken."""
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
    """All texts that fit into TOKENS tokens, of any characters: a Gymnasium Text space whose samples can be said.

    Gymnasium's own Text has a list of characters. Those of this space only make its samples, so it contains more than
    its `character_set`. It flattens to tokens, int32 (64,), and is sent between processes in that form.
    """

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
        """Whether x is a str that fits the token budget."""
        return can_be_said(x)

    def __eq__(self, other: object, /) -> bool:
        """All spaces of this class are equal."""
        return isinstance(other, TextSpace)

    def __repr__(self) -> str:
        return f"TextSpace({TOKENS} tokens)"


def token_space() -> gymnasium.spaces.Box:
    """Texts as tokens: int32 (64,), each below the vocabulary's size. PyTorch knows little of uint16."""
    return gymnasium.spaces.Box(0, vocabulary_size() - 1, (TOKENS,), np.int32)


class _SharedTexts(Sequence[str]):
    """The texts of environments in other processes, read at every access; a copy holds their present values.

    Gymnasium's AsyncVectorEnv reads the shared memory of texts only once, before there are any.
    """

    def __init__(self, shared_memory: Any, n: int):
        self._tokens = np.frombuffer(shared_memory.get_obj(), np.uint16).reshape(n, TOKENS)

    def _now(self) -> tuple[str, ...]:
        return tuple(map(decode, self._tokens))

    def __getitem__(self, index: Any) -> Any:
        return self._now()[index]

    def __len__(self) -> int:
        return len(self._tokens)

    def __deepcopy__(self, memo: Any) -> tuple[str, ...]:
        return self._now()


@create_shared_memory.register(TextSpace)
def _create_texts(space: TextSpace, n: int = 1, ctx: Any = multiprocessing) -> Any:
    return ctx.Array(np.dtype(np.uint16).char, n * TOKENS)


@read_from_shared_memory.register(TextSpace)
def _read_texts(space: TextSpace, shared_memory: Any, n: int = 1) -> _SharedTexts:
    return _SharedTexts(shared_memory, n)


@write_to_shared_memory.register(TextSpace)
def _write_text(space: TextSpace, index: int, value: str, shared_memory: Any) -> None:
    np.frombuffer(shared_memory.get_obj(), np.uint16).reshape(-1, TOKENS)[index] = encode(value)


@flatdim.register(TextSpace)
def _flat_size(space: TextSpace) -> int:
    return TOKENS


@flatten_space.register(TextSpace)
def _flat_space(space: TextSpace) -> gymnasium.spaces.Box:
    return token_space()


@flatten.register(TextSpace)
def _flat(space: TextSpace, x: str) -> np.ndarray:  # type: ignore[misc]
    return encode(x).astype(np.int32)


@unflatten.register(TextSpace)
def _unflat(space: TextSpace, x: np.ndarray) -> str:  # type: ignore[misc]
    return decode(x)
