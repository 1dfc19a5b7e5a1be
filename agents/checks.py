"""Checks that classes, decisions and metrics keep the contracts of contracts.py: each names the rule that is broken."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from .contracts import Algorithm, Auxiliary, Core, Decision, Head, State, Torso
from .lookup import ADDED, KINDS

_CONTRACTS: dict[str, Any] = {
    "ALGORITHMS": Algorithm, "TORSOS": Torso, "CORES": Core, "HEADS": Head, "AUXILIARIES": Auxiliary,
}  # fmt: skip


def check(kind: str, name: str, made: Any) -> None:
    """Raise ValueError, naming the rule, for a class that breaks the contract of its kind (see lookup.KINDS) in a way
    that can be seen without making one."""
    contract = _CONTRACTS[kind] if kind in _CONTRACTS else ADDED[kind][1]
    where = f"{KINDS[kind]} {name!r}"
    if not inspect.isclass(made):
        raise ValueError(f"the {where} must be a class, and is {made!r}")
    for rule, value in vars(contract).items():
        if rule.startswith("_") or not callable(getattr(value, "__func__", value)):
            continue
        own = getattr(made, rule, None)
        if not callable(own):
            raise ValueError(
                f"the {where} ({made.__name__}) has no method {rule}: see agents/contracts.py, {contract.__name__}"
            )
        wanted = [p for p in inspect.signature(getattr(contract, rule)).parameters if p != "self"]
        given = [p for p in inspect.signature(own).parameters.values() if p.name != "self"]
        least = sum(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in given)
        most = len(wanted) if any(p.kind is p.VAR_POSITIONAL for p in given) else len(given)
        if not least <= len(wanted) <= most:
            raise ValueError(
                f"the {where} ({made.__name__}): {rule} takes {', '.join(p.name for p in given) or 'nothing'}, and is "
                f"called with {', '.join(wanted) or 'nothing'}: see agents/contracts.py, {contract.__name__}"
            )
    if kind == "AUXILIARIES" and not (getattr(made, "source", "") and isinstance(getattr(made, "weight", None), Real)):
        raise ValueError(f"the {where} needs source, a text that says where it is from, and weight, a number")
    if kind == "ALGORITHMS":
        settings = getattr(made, "Settings", None)
        if not dataclasses.is_dataclass(settings) or not getattr(made, "source", ""):
            raise ValueError(
                f"the {where} needs Settings, a frozen dataclass, and source, a text that says where it is from"
            )
        if "rollout" not in {each.name for each in dataclasses.fields(settings)} or not callable(
            getattr(settings, "check", None)
        ):
            raise ValueError(f"the {where}: its Settings need `rollout`, steps before an update, and a method check()")
        for each in dataclasses.fields(settings):
            if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
                raise ValueError(f"the {where}: its setting {each.name} has no default")


def check_decision(decision: Any, state: State, lanes: int, head: Any, values: bool) -> None:
    """Raise ValueError, naming the rule, for what an algorithm's `act` may not return. state: before it; head: of the
    run's actions; values: whether the choices are looked at too, which waits for a GPU."""
    import torch

    from .trees import tree_map

    rule = "an algorithm's act returns Decision(action, state, extras)"
    if not isinstance(decision, Decision):
        raise ValueError(f"{rule}, and this returned {type(decision).__name__}")
    action, shape = decision.action, (lanes, head.parts)
    if not isinstance(action, torch.Tensor) or action.dtype != torch.int64 or tuple(action.shape) != shape:
        found = f"{action.dtype} {tuple(action.shape)}" if isinstance(action, torch.Tensor) else type(action).__name__
        raise ValueError(f"{rule}: action is int64 {shape}, (lanes, parts), and this is {found}")
    if values:
        most = torch.tensor([max(size, 2) for size in head.sizes()], device=action.device)
        if bool(((action < 0) | (action >= most)).any()):
            raise ValueError(f"{rule}: an action's parts are from 0 to below {most.tolist()}, and this holds others")
    kept: list[bool] = []
    try:
        tree_map(lambda old, new: kept.append(old.shape == new.shape), state, decision.state)
    except (ValueError, TypeError, KeyError, AttributeError):
        kept.append(False)
    if not all(kept):
        raise ValueError(
            f"{rule}: state has the nesting and the shapes that `initial` gave, tensors with {lanes} lanes first, and "
            f"this is {_shapes(decision.state)} after {_shapes(state)}"
        )
    if not isinstance(decision.extras, dict) or any(
        not isinstance(each, torch.Tensor) or each.shape[:1] != (lanes,) for each in decision.extras.values()
    ):
        raise ValueError(f"{rule}: extras is a dict of tensors with {lanes} lanes first, and this is not")


def _shapes(tree: Any) -> str:
    """The shapes of a tree, for a message."""
    if isinstance(tree, tuple | list):
        return f"({', '.join(map(_shapes, tree))})"
    if isinstance(tree, dict):
        return f"{{{', '.join(f'{name}: {_shapes(part)}' for name, part in tree.items())}}}"
    return str(tuple(tree.shape)) if hasattr(tree, "shape") else repr(tree)[:40]


def check_metrics(row: Any, taken: Sequence[str]) -> dict[str, float]:
    """The metrics that an algorithm's `update` returned, as floats. Raises ValueError, naming the rule, for anything
    but a dict of texts and numbers, and for names in taken, which are the loop's own."""
    rule = "an algorithm's update returns a dict of metrics, numbers by name"
    if not isinstance(row, Mapping):
        raise ValueError(f"{rule}, and this returned {type(row).__name__}")
    found = {}
    for name, value in row.items():
        if not isinstance(name, str) or name in taken:
            raise ValueError(f"{rule}: {name!r} is no name, or one that the loop itself has; choose another")
        if not isinstance(value, Real):
            raise ValueError(
                f"{rule}: {name} is {type(value).__name__}, and not a number (float(...) of a tensor is one)"
            )
        found[name] = float(value)
    return found


def check_errors(errors: Any, shape: tuple[int, int]) -> None:
    """Raise ValueError unless an algorithm's `errors` are None or of this shape, (rollout, lanes)."""
    if errors is not None and tuple(getattr(errors, "shape", ())) != shape:
        raise ValueError(
            f"an algorithm's errors are float32 {shape}, (rollout, lanes), or None, and these are {_shapes(errors)}"
        )
