"""The targets of auxiliary losses that the simulator knows, asked for in every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch

from ...worlds.engine.run.batch import Batch
from ..contracts import State
from ..networks.auxiliary import AUXILIARIES


class Senses:
    """The targets of all lanes of some batches, for those of these auxiliary losses that have any."""

    def __init__(self, batches: Sequence[Batch], names: Iterable[str]):
        self._batches = list(batches)
        self._kinds = {name: AUXILIARIES[name] for name in names if hasattr(AUXILIARIES[name], "sense")}

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def begin(self) -> State:
        """The memory of lanes before their first step."""
        return {name: [kind.begin(batch) for batch in self._batches] for name, kind in self._kinds.items()}

    def look(
        self, state: State, is_first: torch.Tensor, send: Callable[[str, torch.Tensor], torch.Tensor]
    ) -> tuple[dict[str, torch.Tensor], State]:
        """The targets now by name, (lanes, …), as `send` brings them to the network, and what is remembered then.
        is_first: (lanes,), on the worlds' device."""
        parts = is_first.split([batch.n * batch.players for batch in self._batches])
        found, after = {}, {}
        for name, kind in self._kinds.items():
            made = [kind.sense(*known) for known in zip(self._batches, state[name], parts, strict=True)]
            found[name] = send(f"target {name}", torch.cat([target for target, _ in made]))
            after[name] = [kept for _, kept in made]
        return found, after
