"""The auxiliary losses of a network (networks/auxiliary) beside the loss of any algorithm.

    self.auxiliary = Auxiliaries(self.network, self.descent)
    trace = self.auxiliary.trace()                                    # None without any: nothing is kept or computed
    logits, values, state = self.descent.learn(observation, state, first, trace)
    more, told = self.auxiliary.loss(trace, observation, action, labels, mean)

`labels` come from `label`, of a rollout whose steps are in their order, or with stored episodes from the pool.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from ..contracts import State, TimeStep
from ..networks.auxiliary import Auxiliary, Seen, Steps
from ..observations import Observation
from .descent import Descent

PREFIX = "auxiliary "
"""Of the names under which labels are kept: "auxiliary NAME LABEL"."""


class Auxiliaries:
    """Those of one network; false if it has none. names: of their metrics, in the order of what `loss` tells."""

    def __init__(self, network: Any, descent: Descent):
        self._network, self._descent = network, descent
        self._parts: dict[str, Any] = {k.removesuffix("_loss"): part for k, part in network.auxiliary.items()}
        self._weights: Mapping[str, float] = network.spec.auxiliary
        self.names = tuple(network.auxiliary)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def trace(self) -> dict[str, torch.Tensor] | None:
        """The notes that the network is to make for them in one pass."""
        return {} if self._parts else None

    @torch.no_grad()
    def label(self, steps: Steps, now: TimeStep | None = None, state: State = None) -> dict[str, torch.Tensor]:
        """The targets of the losses in these steps, tensors (steps, lanes, …) by names. now, state: what comes after
        the steps, if the network is to say what it expects of it."""
        found: dict[str, torch.Tensor] = {}
        seen: Seen | None = None
        if now is not None and any(type(part).ahead is not Auxiliary.ahead for part in self._parts.values()):
            seen = self._look(now.observation, state, now.is_first)
        for name, part in self._parts.items():
            with self._descent.cast():
                future = part.ahead(seen) if seen is not None else None
            made = part.label(steps, future)
            found |= {f"{PREFIX}{name} {label}": values for label, values in made.items()}
        return found

    def _look(self, observation: Observation, state: State, is_first: torch.Tensor) -> Seen:
        """The features of lanes now; no action is chosen, and 0 stands for it."""
        trace: dict[str, torch.Tensor] = {}
        action = torch.zeros(len(is_first), self._network.head.parts, dtype=torch.int64, device=is_first.device)
        with self._descent.cast():
            self._network(observation.trim(), state, is_first.unsqueeze(0), trace=trace)
        return Seen(observation, action, **trace)

    def example(self, observation: Observation) -> dict[str, torch.Tensor]:
        """Labels of one step of the lanes of this observation, of which only shapes and types mean anything."""
        lanes, device = len(observation.pixels), observation.pixels.device
        action = torch.zeros(1, lanes, self._network.head.parts, dtype=torch.int64, device=device)
        number = torch.zeros(1, lanes, device=device)
        steps = Steps(observation.pixels.unsqueeze(0), action, number, number, number, observation.pixels)
        return {name: values[0] for name, values in self.label(steps).items()}

    def loss(
        self,
        trace: dict[str, torch.Tensor] | None,
        observation: Observation,
        action: torch.Tensor,
        labels: Mapping[str, torch.Tensor],
        mean: Callable[[torch.Tensor], torch.Tensor],
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The sum of the weighted losses, a scalar, and each loss by itself. trace: of a pass of the network over these
        samples; action: int64 (samples, parts); labels: (samples, …); mean: of values (samples,), as the algorithm
        takes it."""
        if trace is None:
            return action.new_zeros((), dtype=torch.float32), []
        seen, told = Seen(observation, action, **trace), []
        total = torch.zeros((), device=action.device)
        for name, part in self._parts.items():
            own = f"{PREFIX}{name} "
            mine = {label.removeprefix(own): values for label, values in labels.items() if label.startswith(own)}
            with self._descent.cast():
                found = mean(part(self._network, seen, mine))
            total = total + self._weights[name] * found
            told.append(found.detach())
        return total, told


def labelled(kept: Mapping[str, Any]) -> list[str]:
    """The names of the labels among what is kept of steps."""
    return [name for name in kept if name.startswith(PREFIX)]
