"""The page of a world: its docstring, cut at the headings that all pages share, and the facts of its record.

A docstring begins with a paragraph on what the world is, what its objective is and which variants it has. Each of
HEADINGS then begins a paragraph, as in "Rewards: +1 for a coin, 0 otherwise." `facts` adds under these headings what
the record says: shapes, moves, limits, splits, baselines. So a number of the record is never typed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

import gymnasium

from ..interface.devices import listens
from ..interface.text import TOKENS
from .engine.render.raycast.scene import ZOOM
from .engine.render.views import Rays, Tiles
from .engine.run.batch import Batch
from .engine.world import Controller, Planner, World

HEADINGS = ("Observation", "Actions", "Rewards", "Termination", "Splits", "Expert", "Source")
"""The headings of every page, in this order."""
POLICIES = ("random", "expert")
"""The policies whose baselines are kept."""
MANY = 8
"""Texts of an instruction that are listed one by one on a page."""
UNLIMITED = 2**31 - 1
"""The limit of worlds that have none."""
_BASELINES = Path(__file__).parent.parent / "assets" / "baselines.json"


def sections(doc: str) -> dict[str, str]:
    """The text under each heading of a docstring, in its order; under "" the text before the first one."""
    found = {"": ""}
    name = ""
    for paragraph in doc.strip().split("\n\n"):
        first, colon, rest = paragraph.partition(":")
        if colon and first in HEADINGS:
            name, paragraph = first, rest.strip()
        found[name] = f"{found.get(name, '')}\n\n{paragraph}".strip()
    return found


def facts(world: World) -> dict[str, list[str]]:
    """The facts of the record of a world under each heading: a list of short lines, which may be empty."""
    return {
        "Observation": _observation(world),
        "Actions": _actions(world),
        "Rewards": [],
        "Termination": [f"limit: {horizon(world)}"],
        "Splits": _splits(world),
        "Expert": [f"kind: {expert(world)}", *_baselines(world)],
        "Source": _address(world),
    }


def page(world: World) -> dict[str, str]:
    """The whole page by headings: the text of the docstring, then the facts as a list in Markdown."""
    text, lines = sections(world.doc), facts(world)
    whole = {"": text[""]}
    for name in HEADINGS:
        said, listed = text.get(name, ""), "\n".join(f"- {line}" for line in lines[name])
        whole[name] = "\n\n".join(filter(None, (said[:1].upper() + said[1:], listed)))
    return whole


def families(worlds: Sequence[World]) -> list[list[World]]:
    """Worlds grouped by family: those that share a page, in their order."""
    found: dict[str, list[World]] = {}
    for world in worlds:
        found.setdefault(world.doc, []).append(world)
    return list(found.values())


def frame(world: World) -> tuple[int, int, int]:
    """The shape of the pixels that `rumpus train` asks for by default: (height, width, 3)."""
    return (*world.view.frame(*world.view.grid(world.knob_values({}))), 3)


def view(world: World) -> str:
    """The kind of picture, in a few words."""
    if isinstance(world.view, Tiles):
        rows, cols = world.view.grid(world.knob_values({}))
        return f"{rows}x{cols} tiles from above"
    return "first person" if isinstance(world.view, Rays) else "picture of a simulator"


def horizon(world: World) -> str:
    """The limit of steps, and what it is in seconds where time goes on by itself."""
    if world.objective.limit >= UNLIMITED:
        return "none"
    duration = "" if world.controls.turn_based else f" ({seconds(world):g} s)"
    return f"{world.objective.limit:,} steps{duration}"


def seconds(world: World) -> float:
    """The seconds that an episode lasts at most, at the rate at which people play."""
    return world.objective.limit / world.controls.tick_hz


def expert(world: World) -> str:
    """The kind of expert that a world brings: "planner", "scripted controller" or "none"."""
    kinds = {Controller: "scripted controller", Planner: "planner"}
    return kinds[type(world.expert)] if world.expert else "none"


def _observation(world: World) -> list[str]:
    shape = (*signature(Batch).parameters["size"].default, 3)
    lines = [f"pixels: uint8 (height, width, 3), {shape} by default, {frame(world)} in `rumpus train`; {view(world)}"]
    if isinstance(world.view, Rays):
        degrees = 2 * math.degrees(math.atan(float(ZOOM)))
        lines[0] += f", {degrees:.0f} degrees high, and as wide where the picture is square"
    texts = _quoted(world.objective.texts(world.players))
    if world.objective.other_instructions:
        texts += f"; the rules replace it in an episode, from its reset on, by one of {_some(world)}"
    chat = "what the other players said in the step before" if world.players > 1 else "empty, without other players"
    return [*lines, f"instruction: text of up to {TOKENS} tokens: {texts}", f"chat: {chat}"]


def _some(world: World) -> str:
    """The texts that may replace an instruction; of more than MANY their number, the first and the last."""
    others = world.objective.other_instructions
    if len(others) <= MANY:
        return _quoted(others)
    return f"{len(others)} texts, from {_quoted(others[:1])} to {_quoted(others[-1:])}"


def _quoted(texts: Sequence[str]) -> str:
    return "; ".join(f'"{text}"' for text in dict.fromkeys(texts))


def _actions(world: World) -> list[str]:
    controls, (mouse, wheel, _) = world.controls, listens(world)
    devices = [f"keys {', '.join(controls.keys)}"] if controls.keys else []
    devices += [f"buttons {', '.join(controls.buttons)}"] if controls.buttons else []
    devices += ["mouse"] * mouse + ["wheel"] * (wheel or "wheel" in controls.help)
    pace = "the environment waits for actions" if controls.turn_based else f"{controls.tick_hz} steps a second"
    return [
        f"players: {world.players}",
        f"devices: {'; '.join(devices)}",
        f"moves, Discrete({len(controls.moves)}): {', '.join(controls.moves)}",
        f"time: {pace}",
    ]


def _address(world: World) -> list[str]:
    if world.players > 1:
        return [f'PettingZoo: rumpus.worlds.parallel("{world.name}")']
    return [f"Gymnasium: {world.id}" if world.id in gymnasium.registry else f'rumpus.worlds.single("{world.name}")']


def _splits(world: World) -> list[str]:
    lines = []
    for name, turned in world.knobs.splits.items():
        knobs = ", ".join(f"{knob}={value}" for knob, value in turned.items())
        own = "levels" if world.levels and world.levels.bank else "random numbers"
        lines.append(f"{name}: {knobs or f'{own} of its own'}")
    return lines


@cache
def baselines() -> dict[str, Any]:
    """The results of `make baselines`: {split, seed, worlds: {name: {version, episodes, random: sums, expert: sums}}},
    where sums are {success, return, and of each _low and _high, a 95 % interval}."""
    content: dict[str, Any] = json.loads(_BASELINES.read_text(encoding="utf-8"))
    return content


def _baselines(world: World) -> list[str]:
    known = baselines()
    found = known["worlds"].get(world.name)
    if not found:
        return []
    how = f"{found['episodes']} episodes of the {known['split']} split"
    return [f"{name}: success {rate(found[name])}, return {mean_return(found[name])}; {how}" for name in POLICIES]


def rate(sums: Mapping[str, float]) -> str:
    """A success rate with its 95 % interval, in percent."""
    return f"{100 * sums['success']:.0f} % ({100 * sums['success_low']:.0f} to {100 * sums['success_high']:.0f})"


def mean_return(sums: Mapping[str, float]) -> str:
    """A mean return with its 95 % interval."""
    mean = round(sums["return"], 2) + 0.0  # no negative zero
    return f"{mean:.2f} ± {(sums['return_high'] - sums['return_low']) / 2:.2f}"
