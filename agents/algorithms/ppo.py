"""Proximal policy optimisation, PPO (Schulman et al. 2017, arXiv 1707.06347).

One update plays `rollout` steps in every lane, works out how much better than expected each action turned out
(generalised advantage estimation, Schulman et al. 2016, arXiv 1506.02438), and improves the policy on minibatches of
it, several times over. Of the universal head, whose actions have many parts, the ratio of each part is clipped by
itself: with one ratio for all of them, parts without any effect use the range up. With the setting `kickstart` it also
learns to do what the world's expert would have done in each state that it came to itself; with `kl`, not to stray from
the policy that the run started from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ..contracts import Decision, Setup, State, TimeStep, Transition
from ..data.rollout import Rollout
from ..networks.auxiliary import Steps
from ..trees import at, joined
from .auxiliary import Auxiliaries
from .base import OneNetwork
from .descent import Descent, processes, total
from .returns import gae
from .scaling import RewardScale
from .terms import Reference, cloning, divergence, scored


@dataclass(frozen=True)
class PPOSettings:
    """Defaults marked * are CleanRL's for procedurally generated levels (github.com/vwxyzjn/cleanrl, ppo_procgen.py), +
    those of its ppo_atari_lstm.py, = those of the planning agents of
    github.com/AlignmentResearch/train-learned-planner. Numbers without a mark were chosen by trial in a small world of
    keys and boxes, on two cores. Minibatches of 256 samples learned quicker than of 1,024; a fast learning rate with
    a weak critic much quicker than the usual ones: at 870,000 of a million steps, 3e-3 with 0.2 had 93 % of success on
    held-out levels, 2e-3 with 0.1 85 %, 1e-3 with 0.1 71 %, 1e-3 with 0.5 52 % (one seed each).
    """

    rollout: int = 32  # steps of each lane before each update
    epochs: int = 4  # +: times that a rollout is learned from
    minibatches: int = 8  # *: parts of a rollout, each for one step of the optimiser
    learning_rate: float = 3e-3  # by trial, see above
    anneal: bool = True  # +: the learning rate falls to 0 in a straight line
    gamma: float = 0.97  # =: the discount
    gae_lambda: float = 0.95  # *: the decay of the traces of advantages
    clip: float = 0.2  # *: how far the ratio of probabilities may move
    entropy: float = 0.01  # *: weight of the entropy bonus
    value: float = 0.2  # weight of the critic's loss, by trial
    grad_norm: float = 0.5  # *: gradients are cut to this norm
    normalise_reward: bool = True  # *: rewards are divided by the deviation of their running discounted sum
    kickstart: float = 0.0  # weight of doing what the world's expert would do
    kl: float = 0.0  # weight of the divergence from the policy that the run started from

    def check(self) -> None:
        """Raise ValueError for values that cannot be."""
        if not (self.learning_rate > 0 and self.clip > 0 and self.grad_norm > 0):
            raise ValueError("learning_rate, clip and grad_norm must be greater than 0")


NAMES = ("policy_loss", "value_loss", "entropy", "kl", "clipped", "imitation_loss", "kl_from_start")


class PPO(OneNetwork):
    """See this file's docstring."""

    Settings = PPOSettings
    source = "Schulman et al. 2017, Proximal Policy Optimization Algorithms, arXiv 1707.06347"

    def __init__(self, settings: PPOSettings, setup: Setup):
        self.settings, self.setup = settings, setup
        self.network = setup.build()
        self.wants_expert = settings.kickstart > 0
        self.errors: torch.Tensor | None = None
        optimiser = torch.optim.Adam(self.network.parameters(), settings.learning_rate, eps=1e-5, fused=True)  # eps: *
        self.descent = Descent(self.network, optimiser, settings.grad_norm, setup)
        self.scale = RewardScale(setup.lanes, settings.gamma, setup.device, total if processes() > 1 else None)
        self.rollout = Rollout(settings.rollout, setup.lanes, setup.memory)
        self.reference = Reference(setup.build(), setup.lanes) if settings.kl else None
        self.auxiliary = Auxiliaries(self.network, self.descent)
        self._first: list[State] = []  # before the rollout, of each group of lanes

    def act(self, timestep: TimeStep, state: State, progress: float) -> Decision:
        """Draw from the policy."""
        logits, values, state = self.descent.act(timestep.observation, state, timestep.is_first)
        action = self.network.head.sample(logits, self.setup.generator)
        log_prob = scored(self.network.head, logits, action)[0]
        return Decision(action, state, {"log_prob": log_prob, "value": values})

    def observe(self, transition: Transition) -> None:
        """Keep a step of the rollout."""
        (observation, is_first, mask, expert, lanes), decision = transition.timestep, transition.decision
        if transition.step == 0:
            self._first = [*(self._first if lanes.start else []), transition.state]
        parts = {"is_first": is_first, "mask": mask, "reward": transition.reward, "ended": transition.ended}
        parts |= {"action": decision.action, "future": self.future(transition, self.settings.gamma), **decision.extras}
        if expert is not None:
            parts["expert"] = expert
        self.rollout.write(transition.step, lanes, observation, **parts)

    def update(self, timestep: TimeStep, state: State, progress: float) -> dict[str, float]:
        """Advantages, and then epochs of minibatches."""
        s, kept, setup = self.settings, self.rollout, self.setup
        rate = self.anneal(progress)
        before = joined(self._first)
        _, last, _ = self.descent.act(timestep.observation, state, timestep.is_first)
        rewards = kept["reward"]
        if s.normalise_reward:
            steps = zip(rewards, kept["ended"], kept["mask"], strict=True)
            rewards = torch.stack([self.scale(*step) for step in steps])
        rewards = rewards + kept["future"]
        advantages = gae(rewards, kept["value"], last, kept["ended"], s.gamma, s.gae_lambda)
        targets = advantages + kept["value"]
        self.errors = advantages.abs().where(kept["mask"] > 0, torch.nan)
        if self.reference is not None:
            everything = torch.arange(setup.lanes, device=setup.device)
            found = self.reference.logits(kept.observation(everything, True), kept["is_first"])
            reference = found.view(s.rollout, setup.lanes, -1)
        else:
            reference = None
        numbers = torch.stack([kept["mask"], advantages, targets], -1)
        numbers = torch.cat([numbers, kept["log_prob"]], -1)  # to be gathered at once
        labels = self._labels(timestep, state)
        whole = before is not None  # sequences stay whole if there is a memory
        count = setup.lanes if whole else setup.lanes * s.rollout
        names = NAMES + self.auxiliary.names
        sums = torch.zeros(len(names) + 1, device=setup.device)
        for _ in range(s.epochs):
            order = torch.randperm(count, generator=setup.generator, device=setup.device)
            for index in order.chunk(min(s.minibatches, count)):
                sums += self._step(index, before, numbers, reference, labels)
        *means, _ = (sums / sums[-1]).tolist()
        row = dict(zip(names, means, strict=True))
        row["explained"] = float(1 - (targets - kept["value"]).var() / targets.var().clamp_min(1e-8))
        unused = {"imitation_loss": s.kickstart, "kl_from_start": s.kl}
        return {name: value for name, value in row.items() if unused.get(name, 1)} | {"learning_rate": rate}

    def _labels(self, timestep: TimeStep, state: State) -> dict[str, torch.Tensor]:
        """The targets of auxiliary losses in the rollout, (steps, lanes, …) by names."""
        if not self.auxiliary:
            return {}
        kept = self.rollout
        steps = Steps.of(kept.parts(), kept["observation"][0], timestep.observation.pixels)
        return self.auxiliary.label(steps, timestep, state)

    def _step(
        self,
        index: torch.Tensor,
        before: State,
        numbers: torch.Tensor,
        reference: torch.Tensor | None,
        labels: dict[str, torch.Tensor],
    ) -> torch.Tensor:
        """One step of the optimiser on the samples (or, with a memory, the lanes) of index. numbers: mask, advantage,
        target of the value, and log-probabilities of the action's factors, (steps, lanes, 3 + factors). Returns the
        sums of NAMES and of auxiliary losses, and 1."""
        s, kept, head, whole = self.settings, self.rollout, self.network.head, before is not None
        weights, gain, *_ = kept.chosen(numbers, index, whole).unbind(-1)
        count = total(weights.sum()).clamp_min(1)
        shift = total((gain * weights).sum()) / count
        scale = (total(((gain - shift) ** 2 * weights).sum()) / count).sqrt() + 1e-8

        def loss(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            def chosen(values: torch.Tensor) -> torch.Tensor:
                return kept.chosen(values, part, whole)

            weights, advantages, targets, *old_log_probs = chosen(numbers).unbind(-1)

            def mean(value: torch.Tensor) -> torch.Tensor:
                return (value * weights).sum() / count

            first = kept["is_first"][:, part] if whole else chosen(kept["is_first"]).unsqueeze(0)
            trace, seen, action = self.auxiliary.trace(), kept.observation(part, whole), chosen(kept["action"])
            logits, values, _ = self.descent.learn(seen, at(before, part), first, trace)
            log_probs, entropies = scored(head, logits, action)
            gain = ((advantages - shift) / scale).unsqueeze(-1)
            change = log_probs - torch.stack(old_log_probs, -1)
            ratio = change.exp()
            surrogate = torch.minimum(ratio * gain, ratio.clamp(1 - s.clip, 1 + s.clip) * gain)
            policy_loss = -mean(surrogate.sum(-1))
            value_loss = 0.5 * mean((values - targets) ** 2)
            entropy = mean(entropies)
            found = policy_loss + s.value * value_loss - s.entropy * entropy
            imitation, strayed = torch.zeros_like(policy_loss), torch.zeros_like(policy_loss)
            if s.kickstart:
                imitation = mean(cloning(head, logits, chosen(kept["expert"])))
                found = found + s.kickstart * imitation
            if reference is not None:
                strayed = mean(divergence(head, logits, chosen(reference)))
                found = found + s.kl * strayed
            own = {name: chosen(values) for name, values in labels.items()}
            more, told = self.auxiliary.loss(trace, seen, action, own, mean)
            found = found + more if trace is not None else found
            with torch.no_grad():
                # the low-variance estimate of Schulman, joschu.net/blog/kl-approx.html
                kl = mean((ratio - 1 - change).sum(-1))
                clipped = mean(((ratio - 1).abs() > s.clip).float().mean(-1))
                share = weights.sum() / count
            row = [policy_loss, value_loss, entropy, kl, clipped, imitation, strayed, *told, share]
            return found, torch.stack(row).detach()

        return self.descent.step(loss, index)

    def state_dict(self) -> dict[str, Any]:
        """All that it needs to go on."""
        content = super().state_dict() | {"scale": self.scale.state_dict()}
        return content | ({"reference": self.reference.state_dict()} if self.reference else {})

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().load_state_dict(content)
        self.scale.load_state_dict(content["scale"])
        if self.reference:
            self.reference.load_state_dict(content["reference"])
