"""A trained run becomes a shipped agent: its weights in the least size that keeps its score, and its card.

The agent is measured with likeliest and with drawn actions; the better way is written into the card, and is how the
name plays unless another way is asked for. Every number of the card is of the weights as they are packed.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from pydantic import ValidationError
from rich.console import Console
from safetensors.torch import save

from .. import __version__, worlds
from ..interface.files import write_atomically
from ..interface.machine import cores
from ..worlds.engine.world import World
from . import cards, checkpoint, shipped
from .algorithms import ALGORITHMS
from .cards import Card, Score, Sums
from .experts import expert
from .lookup import find
from .measuring.evaluate import evaluate
from .measuring.report import commands
from .policies import NAMES
from .settings import PATHS, Config

EPISODES, OTHERS = 1000, 256
"""Episodes of the agent, whose 95 % interval is then at most 6.2 percentage points wide, and of random and expert."""
MOST_STAGES = 10
TOLD = ("data", "hardware", "hours", "recipe", "limits", "paper")
"""Fields of a card that a person may tell."""


def pack(
    run: str | Path,
    name: str,
    *,
    names: Sequence[str] | None = None,
    levels: Mapping[str, str | Path] | None = None,
    episodes: int = EPISODES,
    others: int = OTHERS,
    split: str = "test",
    seed: int = 0,
    against: str | None = None,
    greedy: bool | None = None,
    threads: int | None = None,
    out: str | Path = shipped.FOLDER,
    **told: Any,
) -> Card:
    """Measure the agent of a run, and write NAME.safetensors and NAME.json into the folder `out`. Returns the card.

    run: a run, a checkpoint, or a shipped agent, which is measured anew; names: of the worlds to measure it in, by
    default those it was trained in; levels: files of levels by world, on which it is measured too, each level once up
    to `episodes`; others: episodes of the random policy and of the expert; against: in worlds of several players, the
    player of all seats but one, random or expert, see evaluate; greedy: None for the better way of the two;
    told: fields of the card (data, hardware, hours, recipe, limits, paper) in place of what the run tells.

    The weights have 16 bits where success and return stay within the 95 % intervals of those of 32. Raises ValueError
    for a name that is none, for fields that cannot be, and for a run whose recipe has to be told: one that learned from
    stored episodes.
    """
    if unknown := told.keys() - set(TOLD):
        raise ValueError(f"a card has no {', '.join(sorted(unknown))} to be told: give some of {', '.join(TOLD)}")
    file, content = checkpoint.find(run), checkpoint.load(run)
    fields = _described(name, file, content) | {key: value for key, value in told.items() if value is not None}
    found = [worlds.load(each) for each in names] if names else [worlds.named(each) for each in content["worlds"]]
    fields["worlds"] = tuple(world.name for world in found)
    _checked(fields)  # before hours of measuring
    out, levels = Path(out), dict(levels or {})
    options: dict[str, Any] = {"seed": seed, "threads": threads}
    if unknown := levels.keys() - set(fields["worlds"]):
        raise ValueError(f"levels are of {', '.join(fields['worlds'])}, in which it is measured, not of {min(unknown)}")
    if against is not None and against not in NAMES:
        raise ValueError(f"against is {' or '.join(NAMES)}, which are always there to play against; got {against!r}")
    how = {"split": split} | ({"against": against} if against else {})
    stages: list[tuple[World, dict[str, Any]]] = [(world, how) for world in found]
    stages += [(world, {"split": split, "levels": levels[world.name]}) for world in found if world.name in levels]
    with TemporaryDirectory() as folder:
        chosen = _chosen(content, Path(folder), name, stages, episodes, greedy, options)
        fields |= {"play": {"greedy": chosen.greedy}, "sha256": hashlib.sha256(chosen.data).hexdigest()}
        scores = [
            _score(content, world, how, result, others, options)
            for (world, how), result in zip(stages, chosen.results, strict=True)
        ]
    card = _checked(fields | {"scores": tuple(scores)})
    write_atomically(out / f"{name}{shipped.SUFFIX}", chosen.data)
    write_atomically(out / f"{name}.json", card.text().encode())
    return card


class _Packed:
    """A file of weights, how it plays, and its results at each stage."""

    def __init__(self, data: bytes, greedy: bool, results: list[dict[str, Any]]):
        self.data, self.greedy, self.results = data, greedy, results

    @property
    def merit(self) -> tuple[float, float]:
        """Mean success over the stages and, to decide between equals, mean return."""
        count = len(self.results)
        success, gain = (sum(row[key] for row in self.results) / count for key in ("success", "return_mean"))
        return success, gain


def _chosen(
    content: Mapping[str, Any], folder: Path, name: str, stages: Sequence[tuple[World, dict[str, Any]]], episodes: int,
    greedy: bool | None, options: Mapping[str, Any],
) -> _Packed:  # fmt: skip
    """The weights of 32 bits at their better way to play, or those of 16 if they are as good."""

    console = Console(stderr=True, highlight=False, markup=False)

    def measured(data: bytes, way: bool) -> _Packed:
        file = folder / f"{name}{shipped.SUFFIX}"
        file.write_bytes(data)
        how = {"episodes": episodes, "greedy": way, **options}
        results = [evaluate(world, file, **stage, **how) for world, stage in stages]
        for (world, stage), row in zip(stages, results, strict=True):
            what = f"{'16' if data == small else '32'} bits, {'likeliest' if way else 'drawn'} actions"
            told = f"{row['success']:.1%} success, return {row['return_mean']:.2f}"
            console.print(f"  {world.name}, {stage.get('levels', stage['split'])}: {told}; {what}", soft_wrap=True)
        return _Packed(data, way, results)

    whole = packed(content, half=False)
    try:
        small = packed(content, half=True)
    except OverflowError:
        small = whole
    exact = small == whole or all(
        torch.equal(value.float(), value.half().float())
        for network in content["networks"]
        for value in network.values()
        if value.is_floating_point()
    )
    ways = (False, True) if greedy is None else (greedy,)
    best = max((measured(small if exact else whole, way) for way in ways), key=lambda found: found.merit)
    if exact:
        return best
    halved = measured(small, best.greedy)
    agree = all(
        row["success"] >= before["success_low"] and row["return_mean"] >= before["return_low"]
        for row, before in zip(halved.results, best.results, strict=True)
    )
    return halved if agree else best


def _score(
    content: Mapping[str, Any], world: World, how: Mapping[str, Any], result: Mapping[str, Any], others: int,
    options: Mapping[str, Any],
) -> Score:  # fmt: skip
    """The score at one stage, with those of random and expert on episodes of the same kind."""
    run = Config.saved(content, "").run
    own = world.name in content["worlds"]
    knobs, limit = (dict(run.knobs), run.limit) if own else ({}, None)
    played = {"episodes": others, "knobs": knobs or None, "limit": limit, **how, **options}
    beside: dict[str, Any] = {"random": _sums(evaluate(world, "random", **played)), "expert": None}
    if expert(world, options["seed"]) is not None:
        beside["expert"] = _sums(evaluate(world, "expert", **played))
    levels = how.get("levels")
    where = None if levels is None else _place(Path(levels))
    about = {"world": world.name, "version": world.version, "split": how["split"], "levels": where}
    about["against"] = how.get("against")
    return Score(**about, **cards.sums(result), **beside, knobs=knobs, limit=limit, seed=options["seed"])


def _sums(result: Mapping[str, Any]) -> Sums:
    return Sums(**cards.sums(result))


def _place(path: Path) -> str:
    """A path as a card tells it: what was typed, or the end of a path that is one machine's."""
    return "/".join(path.parts[-3:]) if path.is_absolute() else path.as_posix()


def packed(saved: Mapping[str, Any], half: bool) -> bytes:
    """The file of weights of what a checkpoint holds; half: with floats of 16 bits. Paths of this machine are left out,
    since nothing that plays needs them. The same content gives the same bytes. Raises OverflowError for weights that 16
    bits cannot hold."""
    tensors = {}
    for seat, network in enumerate(saved["networks"]):
        for name, value in network.items():
            kept = value.to(torch.float16 if half else torch.float32) if value.is_floating_point() else value
            if not torch.isfinite(kept).all():
                raise OverflowError(f"{name} holds numbers too large for 16 bits")
            tensors[f"{seat}.{name}"] = kept.clone().contiguous()
    parts: dict[str, Any] = {name: saved.get(name) for name in shipped.PARTS}
    nowhere = dict.fromkeys((*PATHS, "record"))
    parts["run"] = {name: nowhere.get(name, value) for name, value in saved["run"].items()}
    parts["run"]["worlds"] = list(saved["worlds"])
    written = json.dumps({"format": cards.FORMAT} | parts, allow_nan=False)
    return bytes(save(tensors, metadata={shipped.KEY: written}))


def _described(name: str, file: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a card that the run itself tells; those of the card of an agent that is packed anew."""
    parameters = sum(value.numel() for network in content["networks"] for value in network.values())
    now = {"name": name, "rumpus": __version__, "parameters": parameters, "network": _network(content)}
    beside = file.with_suffix(".json")
    if file.suffix == shipped.SUFFIX and beside.is_file():
        kept = cards.read(beside).model_dump()
        return {key: kept[key] for key in ("algorithm", *TOLD, "steps", "seeds")} | now
    stages = _stages(content)
    s = Config.saved(content, str(file)).run
    gpu = s.device.startswith("cuda") and torch.cuda.is_available()
    machine = torch.cuda.get_device_name() if gpu else f"{s.threads or cores()} threads of a CPU, {platform.machine()}"
    first = [path for path in PATHS if getattr(s, path) is not None and not shipped.is_shipped(getattr(s, path))]
    line = commands(Config.saved(content, str(file)), Path(name), EPISODES).splitlines()[0]
    return now | {
        "algorithm": content["algorithm"],
        "paper": find(ALGORITHMS, content["algorithm"], "algorithm").source,
        "data": _data(content),
        "steps": sum(int(stage["steps"]) for stage in stages),
        "hours": round(sum(float(stage.get("seconds") or 0.0) for stage in stages) / 3600, 2),
        "hardware": machine,
        "seeds": tuple(dict.fromkeys(int(stage["run"]["seed"]) for stage in stages)),
        "recipe": None if first else (line,),
    }


def _stages(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The contents of the checkpoints that led to this one by --from, as far as they are there, the first one first."""
    found, start = [content], content["run"].get("start")
    while start is not None and not shipped.is_shipped(start) and len(found) < MOST_STAGES:
        try:
            found.insert(0, checkpoint.load(start))
        except ValueError:
            break
        start = found[0]["run"].get("start")
    return found


def _data(content: Mapping[str, Any]) -> str:
    """The data that an algorithm learned from, in a few words."""
    made = find(ALGORITHMS, content["algorithm"], "algorithm")
    if getattr(made, "offline", False):
        return "stored episodes"
    expert_too = getattr(made, "wants_expert", False) is True or content["own"].get("kickstart", 0)
    return "its own episodes, and what the expert would do in them" if expert_too else "its own episodes"


def _network(content: Mapping[str, Any]) -> str:
    """The parts of a network, in a few words."""
    spec = content["spec"]
    core = f", core {spec['core']} of {spec['units']} units" if spec["core"] != "none" else ", no memory"
    count = len(content["networks"])
    each = f", one for each of {count} players" if count > 1 else ""
    return f"torso {spec['torso']}{core}, head {spec['head']}, {spec['size'][0]}x{spec['size'][1]} pixels{each}"


def _checked(fields: Mapping[str, Any]) -> Card:
    """The card of these fields. Raises ValueError, naming the field, if it cannot be."""
    if fields.get("recipe") is None:
        raise ValueError(
            "what a run that learned from stored episodes, or began with another run, needs beforehand is not in its "
            "checkpoint: give --recipe FILE, with a command on each line, from recording to the last training"
        )
    whole = {"scores": (), "sha256": "0" * 64, **fields}
    kinds = {**whole, "recipe": tuple(whole["recipe"]), "limits": tuple(whole.get("limits", ()))}
    trial = kinds if kinds["scores"] else kinds | {"scores": tuple(_blank(world) for world in kinds["worlds"])}
    try:
        return Card(**trial)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)[0]
        name = ".".join(map(str, found["loc"]))
        told = found["msg"].removeprefix("Value error, ")
        raise ValueError(f"this makes no card: {f'{name}: ' if name else ''}{told}") from None


def _blank(world: str) -> Score:
    """A score in place of one that is not measured yet."""
    sums: dict[str, Any] = dict.fromkeys(Sums.model_fields, 0.0) | {"episodes": 1}
    return Score(world=world, version=0, split="test", **sums, random=Sums(**sums))
