"""The parts that algorithms which learn one network by descent have in common."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch

from ..contracts import State, Transition
from ..trees import at
from .descent import Descent


class OneNetwork:
    """An algorithm with `network`, which `descent` improves; acts by its policy unless it says otherwise."""

    settings: Any
    network: Any
    descent: Descent

    def initial(self, lanes: int) -> State:
        """The state of lanes whose episode begins."""
        return self.network.initial(lanes)

    def networks(self) -> list[Any]:
        """The one network."""
        return [self.network]

    def anneal(self, progress: float, warmup: float = 0.0) -> float:
        """Learn from now on at the rate of this share of the run: that of the settings, or with `anneal` less of it,
        in a straight line; in the first part of the run, `warmup`, it rises in a straight line too. Returns it."""
        rate: float = self.settings.learning_rate * ((1 - progress) if self.settings.anneal else 1)
        if progress < warmup:
            rate *= max(progress / warmup, 0.01)
        self.descent.rate(rate)
        return rate

    def future(self, transition: Transition, gamma: float) -> torch.Tensor:
        """Gamma times the value of the last frame, (lanes,), for lanes cut off by the clock; 0 elsewhere."""
        future = torch.zeros_like(transition.reward)
        if len(transition.cut):
            state = at(transition.decision.state, transition.cut)
            future[transition.cut] = gamma * self.descent.ahead(transition.final(transition.cut), state)
        return future

    def state_dict(self) -> dict[str, Any]:
        """The network, and the optimiser's memory; an algorithm adds what else it needs to go on."""
        return {"networks": [self.network.state_dict()], "optimiser": self.descent.optimiser.state_dict()}

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.network.load_state_dict(content["networks"][0])
        parameters = [each for group in self.descent.optimiser.param_groups for each in group["params"]]
        for index, kept in content["optimiser"]["state"].items():  # fused optimisers do not look
            for name, value in kept.items():
                if value.shape not in (parameters[index].shape, ()):
                    raise ValueError(
                        f"the optimiser's {name} {index} has shape {tuple(value.shape)}, and its weights have "
                        f"{tuple(parameters[index].shape)}"
                    )
        self.descent.optimiser.load_state_dict(deepcopy(content["optimiser"]))  # which keeps the very tensors

    @staticmethod
    def play(
        network: Any, logits: torch.Tensor, values: torch.Tensor, generator: torch.Generator | None
    ) -> torch.Tensor:
        """Draw from the policy; without a generator, its likeliest action."""
        choice: torch.Tensor = network.head.sample(logits, generator)
        return choice
