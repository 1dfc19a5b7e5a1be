"""The steps of one rollout, kept until they have been learned from."""

from __future__ import annotations

from typing import Any

import torch

from ..observations import Observation
from ..trees import nbytes, tree_map


class Rollout:
    """All that was seen and done in `steps` steps of `lanes` lanes: named tensors (steps, lanes, …), allocated by
    the first `write`. most: bytes that they may take.
    """

    def __init__(self, steps: int, lanes: int, most: int | None = None):
        self.steps, self.lanes, self._most = steps, lanes, most
        self._kept: dict[str, Any] = {}
        self._tables: Any = None

    def write(self, index: int, lanes: slice, observation: Observation, **parts: Any) -> None:
        """Keep one step of some lanes: the observation, and other tensors (lanes, …) by name. Raises ValueError if they
        would take more bytes than they may."""
        self._tables = observation.tables
        given = {"observation": observation.parts(), **parts}
        if not self._kept:
            self.allocate(given, lanes.stop - lanes.start)

        def put(kept: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
            kept[index, lanes] = value.to(kept.dtype)
            return kept

        tree_map(put, self._kept, given)

    def allocate(self, given: dict[str, Any], lanes: int) -> None:
        """Take memory for steps like this one of so many lanes. Raises ValueError as `write` does."""
        needed = nbytes(given) // max(lanes, 1) * self.steps * self.lanes
        if self._most is not None and needed > self._most:
            raise ValueError(
                f"a rollout of {self.steps} steps in {self.lanes} lanes takes {needed:,} bytes, and {self._most:,} are "
                "allowed: turn down rollout, envs or the frame size, or raise memory"
            )

        def empty(value: torch.Tensor) -> torch.Tensor:
            return value.new_zeros(self.steps, self.lanes, *value.shape[1:])

        self._kept = tree_map(empty, given)

    @property
    def nbytes(self) -> int:
        """Bytes that are taken."""
        return nbytes(self._kept)

    def __getitem__(self, name: str) -> Any:
        """The tensors kept under this name, (steps, lanes, …)."""
        return self._kept[name]

    def parts(self) -> dict[str, Any]:
        """All that is kept, by name."""
        return self._kept

    def chosen(self, values: torch.Tensor, index: torch.Tensor, whole: bool) -> torch.Tensor:
        """Of values (steps, lanes, …), those of some samples, indices or a mask of (steps * lanes,); with `whole`, of
        all steps of some lanes, indices of (lanes,). (samples, …) or (steps * chosen lanes, …)."""
        if index.dtype == torch.bool:
            index = index.nonzero().squeeze(1)
        if whole:
            return values.index_select(1, index).flatten(0, 1)
        return values.flatten(0, 1).index_select(0, index)  # copies rows as they are, which values[index] does not

    def observation(self, index: torch.Tensor, whole: bool, trim: bool = True) -> Observation:
        """The observations of that time, see `chosen`; with `trim`, only instructions that occur are in its table."""
        parts = tree_map(lambda values: self.chosen(values, index, whole), self._kept["observation"])
        observation = Observation.made(parts, self._tables)
        return observation.trim() if trim else observation
