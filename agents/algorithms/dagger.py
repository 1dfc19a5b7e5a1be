"""Online imitation of a world's expert, DAgger (Ross et al. 2011, arXiv 1011.0686).

The agent plays, and in each state that it comes to the expert says what it would have done. Without a memory, what was
seen and said is aggregated: the newest `buffer_size` steps are kept, and each update draws minibatches from all of
them. With a memory, each update learns from the whole sequences of its own rollout. The expert makes a step itself
with the chance `beta`, which falls to 0 over the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ..contracts import Decision, Setup, State, TimeStep, Transition
from ..data.replay import Replay
from ..data.rollout import Rollout
from ..observations import Observation
from ..trees import at, joined, tree_map
from .base import OneNetwork
from .descent import Descent, processes, total
from .terms import cloning


@dataclass(frozen=True)
class DAggerSettings:
    """The optimiser's are those of ppo.py; `beta` and its fall in a straight line are one of the schedules of Ross et
    al. 2011; no other number has a source."""

    rollout: int = 32  # steps of each lane before each update
    epochs: int = 4  # with minibatches: how many steps of the optimiser an update makes
    minibatches: int = 8  # parts of a rollout's size, each for one step of the optimiser
    learning_rate: float = 3e-3  # as PPO's
    anneal: bool = True  # the learning rate falls to 0 in a straight line
    grad_norm: float = 0.5  # gradients are cut to this norm
    buffer_size: int = 100_000  # steps that are kept and learned from again; 100,000 frames of 72x96 take 2 GB
    beta: float = 0.5  # the chance that the expert makes a step, at first
    beta_until: float = (
        1.0  # the part of the run in which it falls to 0; sooner, more is learned from the agent's states
    )

    def check(self) -> None:
        """Raise ValueError for values that cannot be."""
        if not (self.learning_rate > 0 and self.grad_norm > 0):
            raise ValueError("learning_rate and grad_norm must be greater than 0")
        if not 0 <= self.beta <= 1:
            raise ValueError(f"beta must lie from 0 to 1, got {self.beta}")
        if not 0 < self.beta_until <= 1:
            raise ValueError(f"beta_until is a part of the run, above 0 and up to 1; got {self.beta_until}")


class DAgger(OneNetwork):
    """See this file's docstring."""

    Settings = DAggerSettings
    source = "Ross et al. 2011, A Reduction of Imitation Learning and Structured Prediction, arXiv 1011.0686"
    wants_expert = True
    errors: torch.Tensor | None = None

    def __init__(self, settings: DAggerSettings, setup: Setup):
        self.settings, self.setup = settings, setup
        self.network = setup.build()
        optimiser = torch.optim.Adam(self.network.parameters(), settings.learning_rate, eps=1e-5, fused=True)
        self.descent = Descent(self.network, optimiser, settings.grad_norm, setup)
        self.rollout = Rollout(settings.rollout, setup.lanes, setup.memory)
        self.replay: Replay | None = None
        self._first: list[State] = []
        self._tables = setup.example.tables
        if not self.network.spec.remembers:
            action = torch.zeros(1, self.network.head.parts, dtype=torch.int16)
            example = (*_kept(setup.example.of(slice(0, 1))), action)
            most = max(min(settings.buffer_size, setup.steps), 1)
            self.replay = Replay(most, example, device=setup.device, max_bytes=setup.memory)

    def act(self, timestep: TimeStep, state: State, progress: float) -> Decision:
        """Draw from the policy, or do what the expert would."""
        assert timestep.expert_action is not None
        generator = self.setup.generator
        logits, _, state = self.descent.act(timestep.observation, state, timestep.is_first)
        action = self.network.head.sample(logits, generator)
        beta = self.settings.beta * max(1 - progress / self.settings.beta_until, 0.0)
        chance = torch.rand(len(action), 1, generator=generator, device=action.device)
        return Decision(torch.where(chance < beta, timestep.expert_action, action), state, {})

    def observe(self, transition: Transition) -> None:
        """Keep a step of the rollout."""
        observation, is_first, mask, expert, lanes = transition.timestep
        if transition.step == 0:
            self._first = [*(self._first if lanes.start else []), transition.state]
        self.rollout.write(transition.step, lanes, observation, is_first=is_first, mask=mask, expert=expert)

    def update(self, timestep: TimeStep, state: State, progress: float) -> dict[str, float]:
        """Minibatches of what the expert has said."""
        rate = self.anneal(progress)
        sums = self._whole() if self.replay is None else self._aggregated(self.replay)
        loss, share = sums.tolist()
        return {"imitation_loss": loss / share, "learning_rate": rate}

    def _aggregated(self, replay: Replay) -> torch.Tensor:
        """Learn from this and earlier rollouts. Returns the sums of the losses, and of ones."""
        s, kept = self.settings, self.rollout
        playing = kept["mask"].flatten() > 0
        expert = kept.chosen(kept["expert"], playing, False).to(torch.int16)
        replay.add(
            tree_map(lambda leaf: leaf.unsqueeze(1), (*_kept(kept.observation(playing, False, trim=False)), expert))
        )
        sums = torch.zeros(2, device=self.setup.device)
        size = max(self.setup.lanes * s.rollout // s.minibatches, 1)
        for _ in range(s.epochs * s.minibatches):
            *seen, shown = tree_map(lambda leaf: leaf.squeeze(1), replay.sample(size, self.setup.generator).items)
            observation = Observation.made(_restored(seen), self._tables)

            def loss(part: torch.Tensor, observation: Observation = observation, shown: torch.Tensor = shown) -> Any:
                some = observation.of(part) if len(part) < size else observation
                first = torch.zeros(1, len(part), device=part.device)
                logits, _, _ = self.descent.learn(some.trim(), None, first)
                found = cloning(self.network.head, logits, shown[part].long()).sum() / (size * processes())
                return found, torch.stack([found.detach(), found.new_tensor(len(part) / (size * processes()))])

            sums += self.descent.step(loss, torch.arange(size, device=self.setup.device))
        return sums

    def _whole(self) -> torch.Tensor:
        """Learn from the sequences of this rollout. Returns the sums of the losses, and of ones."""
        s, kept, before = self.settings, self.rollout, joined(self._first)
        sums = torch.zeros(2, device=self.setup.device)

        def loss(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            logits, _, _ = self.descent.learn(kept.observation(part, True), at(before, part), kept["is_first"][:, part])
            weights = kept.chosen(kept["mask"], part, True)
            found = (
                cloning(self.network.head, logits, kept.chosen(kept["expert"], part, True)) * weights
            ).sum() / count
            return found, torch.stack([found.detach(), weights.sum() / count])

        for _ in range(s.epochs):
            order = torch.randperm(self.setup.lanes, generator=self.setup.generator, device=self.setup.device)
            for index in order.chunk(min(s.minibatches, len(order))):
                count = total(kept.chosen(kept["mask"], index, True).sum()).clamp_min(1)
                sums += self.descent.step(loss, index)
        return sums

    def state_dict(self) -> dict[str, Any]:
        """All that it needs to go on."""
        replay = {} if self.replay is None else {"replay": self.replay.state_dict()}
        return super().state_dict() | replay

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().load_state_dict(content)
        if self.replay is not None:
            self.replay.load_state_dict(content["replay"])


def _kept(observation: Observation) -> tuple[torch.Tensor | None, ...]:
    """The parts of an observation that are kept, indices as int32."""
    pixels, instruction, chat, _, _, controls, _ = observation
    return pixels, instruction.int(), chat, None if controls is None else controls.int()


def _restored(kept: Any) -> tuple[torch.Tensor | None, ...]:
    """The parts of an Observation, but for its tables."""
    pixels, instruction, chat, controls = kept
    return pixels, instruction.long(), chat, None, None, None if controls is None else controls.long()
