"""Online imitation of a world's expert, DAgger (Ross et al. 2011, arXiv 1011.0686).

The agent plays, and in each state that it comes to the expert says what it would have done. Observations and labels are
aggregated: the newest `buffer_size` steps are kept, and each update draws minibatches from all of them. With a memory
these are whole sequences of `rollout` steps, each with the state of the memory before it: what has to be remembered is
learned where a sequence holds both ends of it. The expert makes a step itself with the chance `beta`, which falls to 0
over the run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from ..contracts import Decision, Setup, State, TimeStep, Transition
from ..data.replay import Replay
from ..data.rollout import Rollout
from ..networks.auxiliary import Steps
from ..observations import Observation, untold
from ..trees import at, joined, tree_map
from .auxiliary import Auxiliaries
from .base import OneNetwork
from .descent import Descent, processes, total
from .terms import cloning, known


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
    untold: float = 0.0  # share of steps whose instruction is withheld, for guidance at play (Ho and Salimans 2022)
    beta_until: float = 1.0  # the part of the run in which it falls to 0; from then on the agent is alone
    gives_up: bool = False  # an episode is truncated when the expert knows no plan for it any more

    def check(self) -> None:
        """Raise ValueError for values that cannot be."""
        if not (self.learning_rate > 0 and self.grad_norm > 0):
            raise ValueError("learning_rate and grad_norm must be greater than 0")
        if not 0 <= self.beta <= 1:
            raise ValueError(f"beta must lie from 0 to 1, got {self.beta}")
        if not 0 <= self.untold <= 1:
            raise ValueError(f"untold is a share from 0 to 1, got {self.untold}")
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
        self.auxiliary = Auxiliaries(self.network, self.descent)
        self._first: list[State] = []
        self._tables = setup.example.tables
        action = torch.zeros(1, self.network.head.parts, dtype=torch.int16)
        one = setup.example.of(slice(0, 1))
        more = {"action": action} | self.auxiliary.example(one) if self.auxiliary else {}
        most = max(min(settings.buffer_size, setup.steps), 1)
        options: dict[str, Any] = {"device": setup.device, "max_bytes": setup.memory}
        self.replay: Replay
        if self.network.spec.remembers:
            number = torch.zeros(1)
            steps = {"seen": one.parts(), "expert": action, "first": number, "mask": number, "more": more}
            length = settings.rollout
            item = tree_map(lambda leaf: leaf.expand(length, *leaf.shape[1:]), steps) | {"state": self.initial(1)}
            most = max(most // length, setup.lanes)
            self.replay = Replay(most, item, length=length, **options)
        else:
            self.replay = Replay(most, (*_kept(one), action, more), **options)

    def act(self, timestep: TimeStep, state: State, progress: float) -> Decision:
        """Draw from the policy, or do what the expert would."""
        assert timestep.expert_action is not None
        generator = self.setup.generator
        logits, _, state = self.descent.act(timestep.observation, state, timestep.is_first)
        action = self.network.head.sample(logits, generator)
        beta = self.settings.beta * max(1 - progress / self.settings.beta_until, 0.0)
        chance = torch.rand(len(action), 1, generator=generator, device=action.device)
        shown = (chance < beta) & known(timestep.expert_action).unsqueeze(-1)
        return Decision(torch.where(shown, timestep.expert_action, action), state, {})

    def observe(self, transition: Transition) -> None:
        """Keep a step of the rollout."""
        observation, is_first, mask, expert, lanes = transition.timestep
        if transition.step == 0:
            self._first = [*(self._first if lanes.start else []), transition.state]
        parts = {"is_first": is_first, "mask": mask, "expert": expert}
        if self.auxiliary:
            parts |= {"action": transition.decision.action, "reward": transition.reward, "ended": transition.ended}
        self.rollout.write(transition.step, lanes, observation, **parts)

    def update(self, timestep: TimeStep, state: State, progress: float) -> dict[str, float]:
        """Minibatches of what the expert has said."""
        rate = self.anneal(progress)
        labels = self._labels(timestep, state)
        sums = (self._whole if self.network.spec.remembers else self._aggregated)(self.replay, labels)
        *losses, share = sums.tolist()
        names = ("imitation_loss", *self.auxiliary.names)
        return {name: loss / share for name, loss in zip(names, losses, strict=True)} | {"learning_rate": rate}

    def _labels(self, timestep: TimeStep, state: State) -> dict[str, torch.Tensor]:
        """The targets of auxiliary losses in the rollout, and what was done, (steps, lanes, …) by names."""
        if not self.auxiliary:
            return {}
        kept = self.rollout
        steps = Steps.of(kept.parts(), kept["observation"][0], timestep.observation.pixels)
        return {"action": steps.action.to(torch.int16)} | self.auxiliary.label(steps, timestep, state)

    def _aggregated(self, replay: Replay, labels: dict[str, torch.Tensor]) -> torch.Tensor:
        """Learn from this and earlier rollouts. Returns the sums of the losses, and of ones."""
        s, kept = self.settings, self.rollout
        playing = (kept["mask"] * known(kept["expert"])).flatten() > 0
        expert = kept.chosen(kept["expert"], playing, False).to(torch.int16)
        own = {name: kept.chosen(values, playing, False) for name, values in labels.items()}
        seen = _kept(kept.observation(playing, False, trim=False))
        replay.add(tree_map(lambda leaf: leaf.unsqueeze(1), (*seen, expert, own)))
        if not len(replay):
            raise ValueError("the expert knew no plan for any state so far, so there is nothing to imitate")
        sums = torch.zeros(2 + len(self.auxiliary.names), device=self.setup.device)
        size = max(self.setup.lanes * s.rollout // s.minibatches, 1)
        for _ in range(s.epochs * s.minibatches):
            *seen, shown, more = tree_map(lambda leaf: leaf.squeeze(1), replay.sample(size, self.setup.generator).items)
            observation = Observation.made(_restored(seen), self._tables)

            def loss(
                part: torch.Tensor, observation: Observation = observation, shown: torch.Tensor = shown,
                more: dict[str, torch.Tensor] = more,
            ) -> Any:  # fmt: skip
                def mean(value: torch.Tensor) -> torch.Tensor:
                    return value.sum() / (size * processes())

                some = self._told((observation.of(part) if len(part) < size else observation).trim(), len(part))
                first, trace = torch.zeros(1, len(part), device=part.device), self.auxiliary.trace()
                logits, _, _ = self.descent.learn(some, None, first, trace)
                found = mean(cloning(self.network.head, logits, shown[part].long()))
                whole, told = self._with_more(found, trace, some, at(more, part), mean)
                return whole, torch.stack([found.detach(), *told, found.new_tensor(len(part) / (size * processes()))])

            sums += self.descent.step(loss, torch.arange(size, device=self.setup.device))
        return sums

    def _told(self, seen: Observation, lanes: int) -> Observation:
        """The same, with the instruction withheld in some lanes."""
        if not self.settings.untold:
            return seen
        chance = torch.rand(lanes, generator=self.setup.generator, device=self.setup.device)
        return untold(seen, (chance < self.settings.untold).repeat(len(seen.instruction) // lanes))

    def _with_more(
        self,
        found: torch.Tensor,
        trace: dict[str, torch.Tensor] | None,
        observation: Observation,
        labels: dict[str, torch.Tensor],
        mean: Callable[[torch.Tensor], torch.Tensor],
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """A loss and the auxiliary ones beside it, and each of the latter."""
        if trace is None:
            return found, []
        action = labels["action"].long()
        more, told = self.auxiliary.loss(trace, observation, action, labels, mean)
        return found + more, told

    def _whole(self, replay: Replay, labels: dict[str, torch.Tensor]) -> torch.Tensor:
        """Learn from the sequences of this and earlier rollouts. Returns the sums of the losses, and of ones."""
        s, kept = self.settings, self.rollout
        expert = kept["expert"].to(torch.int16)
        steps = {"seen": kept["observation"], "expert": expert, "first": kept["is_first"]}
        steps |= {"mask": kept["mask"] * known(kept["expert"])}
        new = tree_map(lambda leaf: leaf.transpose(0, 1), steps | {"more": labels})
        replay.add(new | {"state": tree_map(lambda leaf: leaf.unsqueeze(1), joined(self._first))})
        sums = torch.zeros(2 + len(self.auxiliary.names), device=self.setup.device)
        size = max(self.setup.lanes // s.minibatches, 1)
        for _ in range(s.epochs * s.minibatches):
            items = replay.sample(size, self.setup.generator).items
            count = total(items["mask"].sum()).clamp_min(1)

            def loss(part: torch.Tensor, items: Any = items, count: torch.Tensor = count) -> Any:
                some = at(items, part)
                before = tree_map(lambda leaf: leaf.squeeze(1), some.pop("state"))
                first = some["first"].T.contiguous()
                flat = tree_map(lambda leaf: leaf.transpose(0, 1).flatten(0, 1), some)
                weights = flat["mask"]

                def mean(value: torch.Tensor) -> torch.Tensor:
                    return (value * weights).sum() / count

                observation = Observation.made(flat["seen"], self._tables)
                seen, trace = self._told(observation.trim(), len(part)), self.auxiliary.trace()
                logits, _, _ = self.descent.learn(seen, before, first, trace)
                found = mean(cloning(self.network.head, logits, flat["expert"].long()))
                whole, told = self._with_more(found, trace, seen, flat["more"], mean)
                return whole, torch.stack([found.detach(), *told, weights.sum() / count])

            sums += self.descent.step(loss, torch.arange(size, device=self.setup.device))
        return sums

    def state_dict(self) -> dict[str, Any]:
        """All that it needs to go on."""
        return super().state_dict() | {"replay": self.replay.state_dict()}

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().load_state_dict(content)
        self.replay.load_state_dict(content["replay"])


def _kept(observation: Observation) -> tuple[Any, ...]:
    """The parts of an observation that are kept, indices as int32."""
    pixels, instruction, chat, _, _, controls, targets = observation.parts()
    return pixels, instruction.int(), chat, None if controls is None else controls.int(), targets


def _restored(kept: Any) -> tuple[Any, ...]:
    """The parts of an Observation, but for its tables."""
    pixels, instruction, chat, controls, targets = kept
    return pixels, instruction.long(), chat, None, None, None if controls is None else controls.long(), targets
