"""Actor-critic with V-trace, IMPALA (Espeholt et al. 2018, arXiv 1802.01561).

One update plays `rollout` steps in every lane and learns from them: with a memory from whole sequences, from the state
that was stored at their start; without one from single steps in any order. V-trace corrects for how far the policy that
learns has moved from the one that acted, so that the same process can do both and still use each step several times:
in `passes` over the rollout, and, with `replay`, beside sequences of earlier rollouts. When an update begins, both
policies are the same. Unlike in the paper, acting waits for learning, since both share the cores.

With the setting `kickstart` it also learns to do what the world's expert would have done in each state that it came to
itself; with `kl`, not to stray from the policy that the run started from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ..contracts import Decision, Setup, State, TimeStep, Transition
from ..data.replay import Replay
from ..data.sequences import Sequences, observed, timed
from ..networks.auxiliary import Steps
from ..observations import Observation
from ..trees import at, cat, tree_map
from .auxiliary import Auxiliaries, labelled
from .base import OneNetwork
from .descent import Descent, processes, total
from .returns import vtrace
from .scaling import RewardScale
from .terms import Reference, cloning, divergence

REWARDS = ("scaled", "clipped", "raw")


@dataclass(frozen=True)
class IMPALASettings:
    """Defaults marked * are those of the release for DeepMind Lab (github.com/google-deepmind/scalable_agent), = those
    of the planning agents of github.com/AlignmentResearch/train-learned-planner, which learn by V-trace, too. passes,
    learning_rate and reward were chosen by trial in a tiny room with a coin, by two seeds (with scaled rewards some
    seeds came to a single action); the rest has no source.
    """

    rollout: int = 32  # steps of each lane before each update; the release has 100
    passes: int = 4  # times that a rollout is learned from; the release has 1
    minibatches: int = 8  # =: in each pass
    replay: float = 0.0  # share of earlier sequences in a minibatch, drawn uniformly
    capacity: int = 1_000  # sequences that are kept for it
    learning_rate: float = 2e-3  # of Adam; the release has RMSProp with 4.8e-4
    anneal: bool = True  # *: the learning rate falls to 0 in a straight line
    gamma: float = 0.97  # =: the discount; the release has 0.99
    lam: float = 0.95  # factor of the traces; the paper's formula has 1
    rho_clip: float = 1.0  # the most that a ratio counts in temporal-difference errors and policy gradients, equation 1
    c_clip: float = 1.0  # the most that a ratio counts in traces, equation 1
    entropy: float = 0.01  # =: weight of the entropy bonus; the release has 2.5e-4
    value: float = 0.25  # =: weight of the critic's loss; the release has 0.5
    normalise: bool = False  # advantages with mean 0 and deviation 1; by trial policies came to one action with it
    grad_norm: float = 0.5  # largest norm of a gradient; = has 2.5e-4, which makes all of them equally long
    eps: float = 1e-5  # of Adam; = has 1.5625e-7
    reward: str = "clipped"  # *: to -1 … 1; or "scaled" by the deviation of their discounted sum, or "raw"
    kickstart: float = 0.0  # weight of doing what the world's expert would do
    kl: float = 0.0  # weight of the divergence from the policy that the run started from

    def check(self) -> None:
        """Raise ValueError for values that cannot be."""
        for name in ("passes", "capacity"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("learning_rate", "rho_clip", "c_clip", "grad_norm", "eps"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be greater than 0, got {getattr(self, name)}")
        if not 0 <= self.replay < 1 or not 0 <= self.lam <= 1:
            raise ValueError(f"replay lies from 0 to below 1 and lam from 0 to 1, got {self.replay} and {self.lam}")
        if self.reward not in REWARDS:
            raise ValueError(f"reward is one of {', '.join(REWARDS)}, got {self.reward!r}")


NAMES = ("policy_loss", "value_loss", "entropy", "kl", "ratio", "imitation_loss", "kl_from_start")


class IMPALA(OneNetwork):
    """See this file's docstring."""

    Settings = IMPALASettings
    source = "Espeholt et al. 2018, IMPALA: Scalable Distributed Deep-RL, arXiv 1802.01561"

    def __init__(self, settings: IMPALASettings, setup: Setup):
        self.settings, self.setup = settings, setup
        self.network = setup.build()
        self.wants_expert = settings.kickstart > 0
        self.errors: torch.Tensor | None = None
        optimiser = torch.optim.Adam(self.network.parameters(), settings.learning_rate, eps=settings.eps, fused=True)
        self.descent = Descent(self.network, optimiser, settings.grad_norm, setup)
        self.scale = RewardScale(setup.lanes, settings.gamma, setup.device, total if processes() > 1 else None)
        self.reference = Reference(setup.build(), setup.lanes) if settings.kl else None
        self.auxiliary = Auxiliaries(self.network, self.descent)
        self._names = NAMES + self.auxiliary.names
        self.sequences = Sequences(
            settings.rollout, setup.lanes, self._example(), self.network.initial(setup.lanes), before=0,
            most=setup.memory,
        )  # fmt: skip
        self.replay: Replay | None = None
        if settings.replay:
            self.replay = Replay(
                settings.capacity, self.sequences.example(), length=self.sequences.length, device=setup.device,
                max_bytes=setup.memory,
            )  # fmt: skip

    def _example(self) -> dict[str, Any]:
        """The tensors that are kept of a step of a lane."""
        one = self.setup.example.of(slice(0, 1))
        number = torch.zeros(1, device=self.setup.device)
        action = torch.zeros(1, self.network.head.parts, dtype=torch.int64, device=self.setup.device)
        example: dict[str, Any] = dict.fromkeys(
            ("is_first", "mask", "reward", "ended", "log_prob", "value", "future"), number
        )
        example |= {"observation": one.parts(), "action": action}
        example |= {"expert": action} if self.wants_expert else {}
        example |= self.auxiliary.example(one)
        if self.reference is not None:
            with torch.no_grad():
                example["reference"] = self.network(
                    one.trim(), self.network.initial(1), torch.ones(1, 1, device=self.setup.device)
                )[0]
        return example

    def act(self, timestep: TimeStep, state: State, progress: float) -> Decision:
        """Draw from the policy."""
        logits, values, state = self.descent.act(timestep.observation, state, timestep.is_first)
        action = self.network.head.sample(logits, self.setup.generator)
        extras = {"log_prob": self.network.head.score(logits, action)[0], "value": values}
        if self.reference is not None:
            extras["reference"] = torch.zeros_like(logits)  # filled in by `update`
        extras |= self.auxiliary.example(timestep.observation)  # as these
        return Decision(action, state, extras)

    def observe(self, transition: Transition) -> None:
        """Keep a step of the rollout."""
        self.sequences.write(transition, future=self.future(transition, self.settings.gamma))

    def update(self, timestep: TimeStep, state: State, progress: float) -> dict[str, float]:
        """Passes of minibatches of whole sequences."""
        s, setup = self.settings, self.setup
        rate = self.anneal(progress)
        items = self.sequences.finish(timestep)
        self._prepare(items, timestep, state)
        explained = self._judge(items)
        sums = torch.zeros(len(self._names) + 1, device=setup.device)
        for _ in range(s.passes):
            sums += self._sequences(items) if self.network.spec.remembers else self._samples(items)
        if self.replay is not None:
            self.replay.add(items)
        *means, _ = (sums / sums[-1]).tolist()
        row = dict(zip(self._names, means, strict=True)) | {"explained": explained, "learning_rate": rate}
        unused = {"imitation_loss": s.kickstart, "kl_from_start": s.kl}
        return {name: value for name, value in row.items() if unused.get(name, 1)}

    def _prepare(self, items: dict[str, Any], timestep: TimeStep, state: State) -> None:
        """Scale the rewards of a rollout in place, and add what comes after cuts by the clock; fill in what is known
        only now: labels of auxiliary losses, the value of the last observation, and the logits of the policy that the
        run started from."""
        s, rewards = self.settings, items["reward"]
        if self.auxiliary:
            known = {name: items[name].transpose(0, 1)[:-1] for name in ("action", "reward", "ended", "mask")}
            pixels = items["observation"][0].transpose(0, 1)
            steps = Steps.of(known, pixels[:-1], pixels[-1])
            for name, values in self.auxiliary.label(steps, timestep, state).items():
                items[name][:, :-1] = values.transpose(0, 1)
        items["value"][:, -1] = self.descent.act(timestep.observation, state, timestep.is_first)[1]
        if s.reward == "scaled":
            each = zip(*(items[name].T[:-1] for name in ("reward", "ended", "mask")), strict=True)
            rewards[:, :-1] = torch.stack([self.scale(*step) for step in each], 1)
        elif s.reward == "clipped":
            rewards.clamp_(-1, 1)
        rewards += items["future"]
        if self.reference is not None:
            steps = timed(items, torch.arange(self.setup.lanes, device=self.setup.device))
            known = at({name: steps[name] for name in ("observation", "is_first")}, slice(-1))
            found = self.reference.logits(observed(known, self.setup.example.tables), known["is_first"])
            items["reference"][:, :-1] = found.unflatten(0, (s.rollout, self.setup.lanes)).transpose(0, 1)

    def _judge(self, items: dict[str, Any]) -> float:
        """Set `errors`: how far the values of the rollout were from what came of it. Returns the share of the variance
        of the latter that they explained."""
        s = self.settings
        rewards, values, ended, mask = (items[name].T for name in ("reward", "value", "ended", "mask"))
        no_lag = torch.zeros_like(rewards[:-1])
        targets, _ = vtrace(no_lag, rewards[:-1], values[:-1], values[-1], ended[:-1], s.gamma, lam=s.lam)
        wrong = targets - values[:-1]
        self._measure(wrong, mask[:-1])
        self.errors = wrong.abs().where(mask[:-1] > 0, torch.nan)
        return float(1 - wrong.var() / targets.var().clamp_min(1e-8))

    def _measure(self, gain: torch.Tensor, mask: torch.Tensor) -> None:
        """Set `shift` and `spread`, the mean and deviation of advantages, both (steps, lanes), where the mask is 1."""
        playing = total(mask.sum()).clamp_min(1)
        self.shift = total((gain * mask).sum()) / playing
        self.spread = (total(((gain - self.shift) ** 2 * mask).sum()) / playing).sqrt() + 1e-8

    def _mixed(self, items: dict[str, Any]) -> dict[str, Any]:
        """These sequences, and their share of earlier ones."""
        if self.replay is None or not len(self.replay):
            return items
        more = max(round(len(items["mask"]) * self.settings.replay / (1 - self.settings.replay)), 1)
        mixed: dict[str, Any] = cat([items, self.replay.sample(more, self.setup.generator).items])
        return mixed

    def _sequences(self, items: dict[str, Any]) -> torch.Tensor:
        """A pass over whole sequences, with targets of each minibatch by the policy that it finds. Returns the sums of
        NAMES and of auxiliary losses, and of ones."""
        setup, sums = self.setup, torch.zeros(len(self._names) + 1, device=self.setup.device)
        order = torch.randperm(setup.lanes, generator=setup.generator, device=setup.device)
        for index in order.chunk(min(self.settings.minibatches, setup.lanes)):
            mixed = self._mixed(at(items, index))
            playing = total(mixed["mask"].sum()).clamp_min(1)

            def loss(
                part: torch.Tensor, mixed: dict[str, Any] = mixed, playing: torch.Tensor = playing
            ) -> tuple[torch.Tensor, torch.Tensor]:
                steps = timed(mixed, part)
                observation = observed(steps, setup.example.tables)
                trace = self.auxiliary.trace()
                logits, values, _ = self.descent.learn(observation, at(steps["state"], 0), steps["is_first"], trace)
                targets, gain = self._judged(steps, logits.detach(), values.detach())
                count = targets.numel()
                more = self._more(trace, observation, steps, playing)  # in the last step nothing counts: it has no mask
                return self._terms(
                    logits[:count], values[:count], early(steps), targets.flatten(), gain.flatten(), playing, more
                )

            sums += self.descent.step(loss, torch.arange(len(mixed["mask"]), device=setup.device))
        return sums

    def _samples(self, items: dict[str, Any]) -> torch.Tensor:
        """A pass over single steps in any order, which are less alike, with targets by the policy at its start. Returns
        the sums of NAMES and of auxiliary losses, and of ones."""
        setup, sums = self.setup, torch.zeros(len(self._names) + 1, device=self.setup.device)
        mixed = self._mixed(items)
        steps = timed(mixed, torch.arange(len(mixed["mask"]), device=setup.device))
        observation = observed(steps, setup.example.tables)
        logits, values, _ = self.descent.act(observation, None, steps["is_first"].flatten())
        targets, gain = self._judged(steps, logits, values)
        self._measure(gain, steps["mask"][:-1])
        flat = early(steps) | {"targets": targets.flatten(), "gain": gain.flatten()}
        order = torch.randperm(targets.numel(), generator=setup.generator, device=setup.device)
        for index in order.chunk(min(self.settings.minibatches, len(order))):
            playing = total(flat["mask"][index].sum()).clamp_min(1)

            def loss(part: torch.Tensor, playing: torch.Tensor = playing) -> tuple[torch.Tensor, torch.Tensor]:
                some = at(flat, part)
                observation = Observation.made(some["observation"], setup.example.tables).trim()
                trace = self.auxiliary.trace()
                logits, values, _ = self.descent.learn(observation, None, some["is_first"].unsqueeze(0), trace)
                more = self._more(trace, observation, some, playing)
                return self._terms(logits, values, some, some["targets"], some["gain"], playing, more)

            sums += self.descent.step(loss, index)
        return sums

    def _judged(
        self, steps: dict[str, Any], logits: torch.Tensor, values: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Targets by V-trace, and advantages without their ratio, (steps, lanes), from what a network gives for these
        steps, step by step, and for the one after them."""
        s, values = self.settings, values.view_as(steps["mask"])
        old = steps["log_prob"][:-1]
        action = steps["action"][:-1].flatten(0, 1)
        change = self.network.head.score(logits[: len(action)], action)[0].view_as(old) - old
        rewards, ended, now = steps["reward"][:-1], steps["ended"][:-1], values[:-1]
        clips: dict[str, float] = {"lam": s.lam, "rho_clip": s.rho_clip, "c_clip": s.c_clip}
        targets, _ = vtrace(change, rewards, now, values[-1], ended, s.gamma, **clips)
        ahead = torch.cat([s.lam * targets[1:] + (1 - s.lam) * now[1:], values[-1:]])
        return targets, rewards + s.gamma * (1 - ended) * ahead - now

    def _more(
        self,
        trace: dict[str, torch.Tensor] | None,
        observation: Observation,
        steps: dict[str, Any],
        playing: torch.Tensor,
    ) -> tuple[torch.Tensor, list[torch.Tensor]] | None:
        """The auxiliary losses of some steps, tensors (samples, …) or (steps, lanes, …); None if there are none."""
        if trace is None:
            return None
        axes = steps["mask"].dim()
        known = {name: steps[name].flatten(0, axes - 1) for name in ("mask", "action", *labelled(steps))}
        weights, action = known.pop("mask"), known.pop("action")

        def mean(value: torch.Tensor) -> torch.Tensor:
            return (value * weights).sum() / playing

        return self.auxiliary.loss(trace, observation, action, known, mean)

    def _terms(
        self, logits: torch.Tensor, values: torch.Tensor, steps: dict[str, Any], targets: torch.Tensor,
        gain: torch.Tensor, playing: torch.Tensor, more: tuple[torch.Tensor, list[torch.Tensor]] | None,
    ) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
        """The loss of some steps, all tensors (samples, …), of a minibatch in which so many count, and more losses; and
        the sums of NAMES and of auxiliary losses, and 1."""
        s, head, weights = self.settings, self.network.head, steps["mask"]

        def mean(value: torch.Tensor) -> torch.Tensor:
            return (value * weights).sum() / playing

        log_probs, entropies = head.score(logits, steps["action"])
        gain = (gain - self.shift) / self.spread if s.normalise else gain
        change = log_probs - steps["log_prob"]
        ratio = change.detach().exp()
        gain = gain * ratio.clamp(max=s.rho_clip)  # of the policy as it is now: it fades as an action becomes unlikely
        policy_loss, value_loss = -mean(log_probs * gain), 0.5 * mean((values - targets) ** 2)
        entropy = mean(entropies)
        found = policy_loss + s.value * value_loss - s.entropy * entropy
        imitation, strayed = torch.zeros_like(policy_loss), torch.zeros_like(policy_loss)
        if s.kickstart:
            imitation = mean(cloning(head, logits, steps["expert"]))
            found = found + s.kickstart * imitation
        if s.kl:
            strayed = mean(divergence(head, logits, steps["reference"]))
            found = found + s.kl * strayed
        found, told = (found, []) if more is None else (found + more[0], more[1])
        with torch.no_grad():
            kl, cut = mean(ratio - 1 - change), mean(ratio.clamp(max=s.rho_clip))
            row = [policy_loss, value_loss, entropy, kl, cut, imitation, strayed, *told, weights.sum() / playing]
        return found, torch.stack(row).detach()

    def state_dict(self) -> dict[str, Any]:
        """All that it needs to go on."""
        content = super().state_dict() | {"scale": self.scale.state_dict()}
        content |= {"reference": self.reference.state_dict()} if self.reference else {}
        return content | ({"replay": self.replay.state_dict()} if self.replay is not None else {})

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().load_state_dict(content)
        self.scale.load_state_dict(content["scale"])
        if self.reference:
            self.reference.load_state_dict(content["reference"])
        if self.replay is not None:
            self.replay.load_state_dict(content["replay"])


def early(steps: dict[str, Any]) -> dict[str, Any]:
    """The output of `timed`, (steps + 1, lanes, …), without the last step and the state, as (steps * lanes, …)."""
    kept = {name: value for name, value in steps.items() if name != "state"}
    flat: dict[str, Any] = tree_map(lambda leaf: leaf[:-1].flatten(0, 1), kept)
    return flat
