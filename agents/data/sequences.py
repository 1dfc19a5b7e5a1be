"""Rollouts as sequences that a replay memory can keep: one item for each lane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from ..contracts import State, TimeStep, Transition
from ..observations import Observation, Tables
from ..trees import at, joined, to, tree_map
from .rollout import Rollout


class Sequences:
    """The last `before` + `steps` steps of each of `lanes` lanes, what was perceived after them, and the state before
    them.

    An item is a dict of tensors whose first axis is time, `length` = before + steps + 1, or 1 for `state`; in it whole
    numbers are int32, see `widened`. `before` is at most `steps`; steps that lie before the first rollout have no mask.
    example: of one step of some lanes, with all that `write` is given; most: bytes that may be taken.
    """

    def __init__(self, steps: int, lanes: int, example: Mapping[str, Any], state: State, *, before: int, most: int):
        self.steps, self.before, self.length = steps, before, before + steps + 1
        self._kept = Rollout(self.length, lanes, most)
        self._example = narrowed(at(dict(example), slice(0, 1)))
        self._names = [name for name in self._example if name != "observation"]
        self._state = state
        self._parts: list[State] = []
        self._kept.allocate(self._example, 1)

    def write(self, transition: Transition, **parts: torch.Tensor) -> None:
        """Keep a step of the rollout: what was known, chosen and found, and other tensors (lanes, …) by name."""
        timestep, decision, step = transition.timestep, transition.decision, transition.step
        if step == (self.steps - self.before) % self.steps:
            self._parts = [*(self._parts if timestep.lanes.start else []), transition.state]
        given = {"action": decision.action, "reward": transition.reward, "ended": transition.ended}
        self._write(self.before + step, timestep, given | decision.extras | parts)

    def _write(self, index: int, timestep: TimeStep, given: Mapping[str, Any]) -> None:
        observation, is_first, mask, expert, lanes = timestep
        known = {"is_first": is_first, "mask": mask} | ({} if expert is None else {"expert": expert})
        self._kept.write(index, lanes, observation, **narrowed({**known, **given}))

    def finish(self, timestep: TimeStep) -> dict[str, Any]:
        """The items of the rollout that has ended, views of (lanes, length, …). timestep: of all lanes, after it; what
        is not known of that step is 0."""
        parts = self._kept.parts()
        zeros = {name: torch.zeros_like(parts[name][-1]) for name in self._names if name not in ("is_first", "mask")}
        self._write(self.length - 1, timestep._replace(expert_action=None, mask=timestep.mask * 0), zeros)
        if not self.before:
            self._state = joined(self._parts)
        items: dict[str, Any] = tree_map(lambda kept: kept.transpose(0, 1), parts)
        return items | {"state": tree_map(lambda kept: kept.unsqueeze(1), self._state)}

    def roll(self) -> None:
        """Begin the next rollout: the last `before` steps of this one come before it."""
        if self.before:
            first = self.steps

            def move(kept: torch.Tensor) -> torch.Tensor:
                kept[: self.before] = kept[first : first + self.before].clone()
                return kept

            tree_map(move, self._kept.parts())
            self._state = joined(self._parts)

    def example(self) -> dict[str, Any]:
        """An item, zeros."""
        item: dict[str, Any] = tree_map(lambda kept: kept[:, 0], self._kept.parts())
        return item | {"state": at(self._state, slice(0, 1))}

    def state_dict(self) -> dict[str, Any]:
        """The steps that come before the next rollout, and the state before them."""
        if not self.before:
            return {}
        return {"steps": tree_map(lambda kept: kept[: self.before].clone(), self._kept.parts()), "state": self._state}

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to what `state_dict` gave."""
        if content:
            tree_map(lambda kept, saved: kept[: self.before].copy_(saved), self._kept.parts(), content["steps"])
            self._state = to(content["state"], self._kept["mask"].device)


def narrowed(tree: Any) -> Any:
    """The same with whole numbers as int32."""
    return tree_map(lambda leaf: leaf.int() if leaf.dtype == torch.int64 else leaf, tree)


def widened(tree: Any) -> Any:
    """The same with whole numbers as int64."""
    return tree_map(lambda leaf: leaf.long() if leaf.dtype == torch.int32 else leaf, tree)


def timed(items: Any, part: torch.Tensor) -> Any:
    """Some of the items (k, length, …), with time first, (length, chosen, …), and whole numbers as int64."""
    return widened(tree_map(lambda leaf: leaf.transpose(0, 1)[:, part].contiguous(), items))


def observed(steps: Any, tables: Tables) -> Observation:
    """The observation of steps * lanes in what `timed` gave, (steps, lanes, …)."""
    return Observation.made(tree_map(lambda leaf: leaf.flatten(0, 1), steps["observation"]), tables).trim()
