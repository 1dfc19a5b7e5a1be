"""Agents that come with Rumpus: files of weights (safetensors, which run no code when they are read), each with a card.

A file of weights holds all that a checkpoint needs to play: its tensors, and in its metadata the settings of the run
and the spec of the network, as JSON. So `content` gives what a checkpoint gives, except for what only training needs.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from . import cards
from .cards import Card
from .needs import learning

FOLDER = Path(__file__).parent.parent / "assets" / "agents"
SUFFIX = ".safetensors"
CHECKPOINT = "checkpoint.pt"
"""The checkpoint in a run's folder."""
PARTS = ("algorithm", "run", "network", "own", "worlds", "spec", "updates", "total", "steps", "seconds", "threads")
"""The parts of a checkpoint that the metadata hold, beside the weights."""
KEY = "rumpus"
"""Of the metadata."""


def names() -> list[str]:
    """The names of all shipped agents, in order."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def find(text: str | Path) -> Path | None:
    """The file of weights of the shipped agent of this name, None if there is none."""
    name = str(text)
    if os.sep in name or name.startswith(".") or not (FOLDER / f"{name}.json").is_file():
        return None
    return FOLDER / f"{name}{SUFFIX}"


def card(name: str) -> Card:
    """The card of a shipped agent. Raises ValueError, with the names that are near, for one that is none."""
    file = find(name)
    if file is None:
        raise ValueError(f"no shipped agent is called {name!r}{did_you_mean(name)}; `rumpus agents` lists them")
    return cards.read(file.with_suffix(".json"))


def did_you_mean(text: str | Path, also: Iterable[str] = ()) -> str:
    """A question with the name that is nearest to what was typed, "" if none is."""
    near = get_close_matches(str(text), (*also, *names()), n=1)
    return f". Did you mean {near[0]}?" if near else ""


def address(path: str | Path) -> str:
    """A path that does not depend on the folder that it is read in; a shipped agent's name as it is."""
    return str(path) if is_shipped(path) else os.path.abspath(path)


def is_shipped(path: str | Path) -> bool:
    """Whether this is the name of a shipped agent, and no file and no folder of a run is called so here."""
    here = Path(path)
    return find(path) is not None and not here.is_file() and not (here / CHECKPOINT).is_file()


def content(file: Path) -> dict[str, Any]:
    """The parts of a checkpoint, from a file of weights: PARTS and `networks`, the tensors on the CPU; `play`, with the
    card's way to play, if a card lies beside it.

    Raises ValueError if the file is missing, cut short or something else, or is not the one that its card tells of.
    """
    learning()
    import safetensors

    if not file.is_file():
        raise ValueError(f"{file} is missing: its card is there, and its weights are not; install Rumpus anew")
    beside = file.with_suffix(".json")
    told = cards.read(beside) if beside.is_file() else None
    if told is not None and hashlib.sha256(file.read_bytes()).hexdigest() != told.sha256:
        raise ValueError(f"{file} is not the file that {beside.name} tells of (sha256): fetch both of them anew")
    try:
        with safetensors.safe_open(file, framework="pt") as opened:
            metadata = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  it is no dict
    except (safetensors.SafetensorError, OSError, ValueError) as error:
        raise ValueError(f"{file} is damaged or no safetensors: {str(error).splitlines()[0]}") from None
    found = _parts(metadata, file) | {"networks": _networks(tensors, file)}
    return found if told is None else found | {"play": told.play.model_dump()}


def _parts(metadata: Mapping[str, str], file: Path) -> dict[str, Any]:
    """The parts in the metadata of a file. Raises ValueError if they are no agent's."""
    try:
        found = json.loads(metadata.get(KEY, "null"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file} is damaged: its metadata are no JSON ({error})") from None
    if not isinstance(found, dict) or found.pop("format", None) != cards.FORMAT:
        raise ValueError(f"{file} holds weights, but no agent of Rumpus in the format {cards.FORMAT}")
    if found.keys() != set(PARTS):
        wrong = sorted(found.keys() ^ set(PARTS))
        raise ValueError(f"{file} is damaged: its metadata lack, or should not hold, {', '.join(wrong)}")
    settings = {name: _tuples(found[name]) for name in ("run", "network", "own", "spec")}  # as records hold them
    return found | settings


def _tuples(value: Any) -> Any:
    """The same with tuples for lists, which JSON turns them into."""
    if isinstance(value, dict):
        return {name: _tuples(each) for name, each in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _networks(tensors: Mapping[str, Any], file: Path) -> list[dict[str, Any]]:
    """Tensors by `seat.name`, as a list with the weights of each seat. Raises ValueError for other names."""
    networks: dict[int, dict[str, Any]] = {}
    for name, value in tensors.items():
        seat, dot, rest = name.partition(".")
        if not (seat.isdecimal() and seat.isascii() and len(seat) < 4 and dot and rest):
            raise ValueError(f"{file} is damaged: {name!r} is no name of a weight")
        networks.setdefault(int(seat), {})[rest] = value
    if sorted(networks) != list(range(len(networks))):
        raise ValueError(f"{file} is damaged: it holds networks {sorted(networks)}, which leaves some out")
    return [networks[seat] for seat in range(len(networks))]
