"""Checkpoints of Rumpus 0.6, of the one algorithm that there was, in today's format."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .. import worlds

_WEIGHTS = {
    "torso.points.": "pointing.",
    "torso.out.": "flat.",
    "guide.": "film.",
    "head.hands.": "head.acting.",
}
"""How names of weights began, and begin now."""


def converted(content: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Weights, spec and settings in today's format. Raises ValueError, naming the file `where`, if it is damaged or of
    a world that is not known by its name."""
    from .algorithms import ALGORITHMS
    from .networks.heads import ActionSpec
    from .settings import ALIASES, NetworkSettings, RunSettings

    for part, kind in (("world", str), ("shape", dict), ("settings", dict), ("learners", list), ("updates", int)):
        if not isinstance(content.get(part), kind):
            raise ValueError(f"{where} is damaged: its {part!r} is no {kind.__name__}")
    try:
        name, shape, settings = content["world"], dict(content["shape"]), dict(content["settings"])
        try:
            world = worlds.named(name)
        except ValueError as error:
            raise ValueError(
                f"{where} was written by Rumpus 0.6 for {name}, a world in a folder, whose keys it does not "
                f"hold: train it anew ({error})"
            ) from None
        alone = bool(settings.get("imitate")) and not settings.get("reinforce", 1)
        algorithm = "dagger" if alone else "ppo"
        options = {each: shape.pop(each) for each in ("channels", "blocks", "patch")}
        spec = {
            "controls": dataclasses.asdict(ActionSpec.of(world)),
            "torso_options": options,
            "core": "lstm" if shape["units"] else "none",
            "instructed": shape.pop("guided"),
            "hears": world.players > 1,
            "recall": shape.pop("recall", False),
            "queries": shape.pop("points", 0),
            **shape,
        }
        values = {ALIASES.get(each, each): value for each, value in settings.items()} | {"worlds": (name,)}
        kinds = {"run": RunSettings, "network": NetworkSettings, "own": ALGORITHMS[algorithm].Settings}
        parts = {
            part: {each.name: values[each.name] for each in dataclasses.fields(kind) if each.name in values}
            for part, kind in kinds.items()
        }
        parts["network"]["torso_options"] = options
        steps = content["updates"] * settings["rollout"] * settings["envs"] * world.players
        return {
            **{"algorithm": algorithm, "worlds": [name], "spec": spec, **parts},
            "networks": [_renamed(learner["network"]) for learner in content["learners"]],
            **{"updates": content["updates"], "total": content["total"], "steps": steps},
            "seconds": content["seconds"],
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{where} is damaged, or of another version of Rumpus: {error!r}") from None


def _renamed(weights: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in weights.items():
        old = next((old for old in _WEIGHTS if name.startswith(old)), None)
        found[name if old is None else _WEIGHTS[old] + name.removeprefix(old)] = value
    return found
