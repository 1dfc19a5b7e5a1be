"""Independent learning: each player of a row has an algorithm of its own, which knows nothing of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import torch

from ..contracts import Algorithm, Decision, Offline, Recorded, State, TimeStep, Transition
from ..networks.auxiliary import Steps
from ..observations import Observation
from ..trees import at


class Independent:
    """Several algorithms as one: of k, number s learns in the lanes s, s + k, s + 2k, …"""

    def __init__(self, algorithms: Sequence[Algorithm]):
        self._all, self._count = list(algorithms), len(algorithms)
        self.wants_expert = algorithms[0].wants_expert
        self.play = algorithms[0].play

    def _of(self, timestep: TimeStep, seat: int) -> TimeStep:
        some = slice(seat, None, self._count)
        observation, is_first, mask, expert, lanes = timestep
        own = slice(lanes.start // self._count, lanes.stop // self._count)
        shown = None if expert is None else expert[some]
        return TimeStep(observation.of(some), is_first[some], mask[some], shown, own)

    def initial(self, lanes: int) -> State:
        """The states of all of them."""
        return tuple(each.initial(lanes // self._count) for each in self._all)

    def act(self, timestep: TimeStep, state: State, progress: float) -> Decision:
        """Each for its own lanes."""
        found = [each.act(self._of(timestep, seat), state[seat], progress) for seat, each in enumerate(self._all)]
        action = torch.stack([each.action for each in found], 1).flatten(0, 1)
        extras = {name: torch.stack([each.extras[name] for each in found], 1).flatten(0, 1) for name in found[0].extras}
        return Decision(action, tuple(each.state for each in found), extras)

    def observe(self, transition: Transition) -> None:
        """Each its own lanes."""
        for seat, each in enumerate(self._all):
            some = slice(seat, None, self._count)
            decision = transition.decision
            own = Decision(decision.action[some], decision.state[seat], at(decision.extras, some))
            cut = transition.cut
            if len(cut):  # of none there is nothing to choose, for which a GPU would have to be waited for
                cut = cut[cut % self._count == seat] // self._count
            each.observe(
                Transition(
                    self._of(transition.timestep, seat), transition.state[seat], own, transition.reward[some],
                    transition.ended[some], cut, self._final(transition, seat), transition.step,
                )
            )  # fmt: skip

    def _final(self, transition: Transition, seat: int) -> Callable[[torch.Tensor], Observation]:
        return lambda indices: transition.final(indices * self._count + seat)

    def update(self, timestep: TimeStep, state: State, progress: float) -> dict[str, float]:
        """Each on its own; returns the means of their metrics."""
        rows = [each.update(self._of(timestep, seat), state[seat], progress) for seat, each in enumerate(self._all)]
        return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}

    @property
    def errors(self) -> torch.Tensor | None:
        """Those of all lanes, float32 (rollout, lanes)."""
        found = [each.errors for each in self._all]
        if any(part is None for part in found):
            return None
        return torch.stack(found, 2).flatten(1, 2)  # type: ignore[arg-type]

    def choose(self, recorded: Recorded) -> np.ndarray:
        """As all of them choose."""
        first, *_ = [each.choose(recorded) for each in self._offline()]
        return first

    def label(self, actions: torch.Tensor, rewards: torch.Tensor, playing: torch.Tensor) -> dict[str, torch.Tensor]:
        """As all of them do."""
        return self._offline()[0].label(actions, rewards, playing)

    def label_steps(self, steps: Steps) -> dict[str, torch.Tensor]:
        """As all of them do, if they do."""
        found: dict[str, torch.Tensor] = getattr(self._all[0], "label_steps", lambda _: {})(steps)
        return found

    @property
    def label_bytes(self) -> int:
        """Those of each."""
        return getattr(self._all[0], "label_bytes", 0)

    def _offline(self) -> list[Offline]:
        return cast("list[Offline]", self._all)

    def networks(self) -> list[Any]:
        """One for each player."""
        return [network for each in self._all for network in each.networks()]

    def state_dict(self) -> dict[str, Any]:
        """Those of all of them."""
        return {"independent": [each.state_dict() for each in self._all]}

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state."""
        for each, saved in zip(self._all, content["independent"], strict=True):
            each.load_state_dict(saved)
