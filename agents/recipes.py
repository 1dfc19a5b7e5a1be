"""Shipped agents trained anew, by the command lines in their cards: `rumpus agents train`, `make agents`.

Each agent has a folder, in which its lines run one after the other. PROGRESS there tells which are done, so that the
same command goes on where it was broken off: a training from its last checkpoint, other lines from their beginning.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..interface.files import write_atomically
from . import checkpoint, packing, shipped
from .cards import Card

PROGRESS = "recipe.json"
"""The file in an agent's folder with the lines that are done, and the one that was begun."""


def train(name: str, out: str | Path, *, into: str | Path | None = None, threads: int | None = None) -> Card:
    """Train a shipped agent anew in the folder OUT/NAME, or go on with it, measure it as its card was, and pack it.
    Returns the new card.

    into: the folder that weights and card are written into, by default OUT/NAME. Levels of files on which it was
    measured are left out where they are not there. Raises ValueError for a name that is none, and for a folder that
    was begun with other lines, RuntimeError for a line that fails.
    """
    card = shipped.card(name)
    folder = Path(out) / name
    folder.mkdir(parents=True, exist_ok=True)
    follow(card.recipe, folder)
    first = card.scores[0]
    levels = {score.world: folder / score.levels for score in card.scores if score.levels is not None}
    told: dict[str, Any] = {"data": card.data, "paper": card.paper, "recipe": card.recipe, "limits": card.limits}
    return packing.pack(
        folder / last_run(card.recipe), name, names=card.worlds, episodes=first.episodes, others=first.random.episodes,
        levels={world: path for world, path in levels.items() if path.exists()}, split=first.split, seed=first.seed,
        against=first.against, threads=threads, out=folder if into is None else into, **told,
    )  # fmt: skip


def follow(recipe: Sequence[str], folder: Path) -> None:
    """Run the lines of a recipe that are not done yet. Raises ValueError for a folder that was begun with others, and
    RuntimeError for one that fails."""
    file = folder / PROGRESS
    done, begun = _progress(file)
    if done != list(recipe[: len(done)]) or (begun is not None and begun not in recipe):
        raise ValueError(f"{folder} was begun with other commands, see {file}: choose another folder, or remove it")
    if begun is not None and _command(begun)[0] == "record":  # half a store: written anew, from its first line on
        store = option(begun, "--out")
        done = done[: min(at for at, line in enumerate(recipe) if option(line, "--out") == store)]
        if store is not None:
            shutil.rmtree(_inside(folder, store), ignore_errors=True)
    for line in recipe[len(done) :]:
        _note(file, done, line)
        words = _command(line)
        run = option(line, "--out")
        if words[0] == "train" and run is not None and (_inside(folder, run) / checkpoint.NAME).is_file():
            words = [*words, "--resume"]
        print(f"{folder}: rumpus {shlex.join(words)}", file=sys.stderr, flush=True)
        status = subprocess.run([sys.executable, "-m", "rumpus", *words], cwd=folder, check=False).returncode
        if status != 0:
            raise RuntimeError(f"in {folder}, this ended with status {status}: {line}; the same command again goes on")
        done = [*done, line]
        _note(file, done, None)


def last_run(recipe: Sequence[str]) -> str:
    """The run's folder of the last training of a recipe. Raises ValueError if none names its folder."""
    runs = [option(line, "--out") for line in recipe if _command(line)[0] == "train"]
    if not runs or runs[-1] is None:
        raise ValueError("the last training of a recipe says where its run goes, by --out FOLDER")
    return runs[-1]


def option(line: str, name: str) -> str | None:
    """The value of an option in a command line, None where it is not given."""
    words = _command(line)
    for at, word in enumerate(words):
        if word == name and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def _command(line: str) -> list[str]:
    """The words of a line, without the first one, which is rumpus."""
    return shlex.split(line)[1:]


def _inside(folder: Path, path: str) -> Path:
    """A path in a folder. Raises ValueError for one that leads out of it."""
    if Path(path).is_absolute() or ".." in Path(path).parts or not Path(path).parts:
        raise ValueError(f"a recipe stays in its own folder, and {path!r} leads out of it")
    return folder / path


def _progress(file: Path) -> tuple[list[str], str | None]:
    """The lines that are done, and the one that was begun. Raises ValueError for a file of something else."""
    if not file.exists():
        return [], None
    try:
        kept: Any = json.loads(file.read_text(encoding="utf-8"))
        done, begun = kept["done"], kept["begun"]
        if not all(isinstance(line, str) for line in done) or not isinstance(begun, str | None):
            raise TypeError
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ValueError(f"{file} does not tell how far a recipe is: remove it to begin anew") from None
    return list(done), begun


def _note(file: Path, done: Sequence[str], begun: str | None) -> None:
    text = json.dumps({"done": list(done), "begun": begun}, indent=1, ensure_ascii=False)
    write_atomically(file, f"{text}\n".encode(), durable=True)
