"""Recurrent replay distributed DQN, R2D2 (Kapturowski et al. 2019, openreview.net/forum?id=r1lyTjAqYX).

Q-learning from a replay memory of whole sequences, each with the state of the network's memory that was stored at its
start. The first `burn_in` steps of a sequence only bring that state up to date; the others are learned from, by n-step
double Q-learning with rescaled values and a target network. Sequences with large errors are drawn more often.
Each lane explores with a chance of its own (Horgan et al. 2018, arXiv 1803.00933).

The values are those of a dueling network (Wang et al. 2016, arXiv 1511.06581): the critic is V, and the logits of the
head are advantages. Where an action has several parts, each is a branch with advantages of its own, and a target is the
mean over the branches (Tavakoli et al. 2018, arXiv 1711.08946). A part in which a world leaves no choice is no branch.

Without a memory (units 0) there is no burn-in, and it is a prioritised, dueling, double DQN; with n_step 1, eta 0,
alpha 0 and beta 0 the updates are those of a double DQN whose samples are stretches of `rollout` steps.
"""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import torch

from ..contracts import Decision, Setup, State, TimeStep, Transition
from ..data.replay import Replay
from ..data.sequences import Sequences, observed, timed
from ..networks.auxiliary import Steps
from ..networks.heads.base import MASKED
from ..observations import Observation
from ..trees import at
from .auxiliary import Auxiliaries, labelled
from .base import OneNetwork
from .descent import Descent, total
from .returns import n_step
from .scaling import rescale, unscale

PLAYED = 0.01
"""The chance of a random action in `play`: chosen, no source."""
LEAST = 1e-3
"""Added to priorities, so that none is 0: chosen, no source."""
GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class R2D2Settings:
    """Defaults marked * are those of the paper as github.com/michaelnny/deep_rl_zoo has them, + those of Horgan et al.
    2018, as we remember them. n_step, replay_ratio and learning_rate were chosen by trial in a tiny room with a coin,
    by one seed each; the rest has no source.
    """

    rollout: int = 8  # steps of each lane before each update, and of a sequence that is learned from; the paper has 80
    burn_in: int = 4  # steps before them, from the rollout before; none without a memory
    n_step: int = 3  # rewards in a target; the paper has 5
    gamma: float = 0.97  # the discount; the paper has 0.997
    capacity: int = 8_192  # sequences that are kept
    learning_starts: int = 128  # sequences that are there before anything is learned
    replay_ratio: float = 8.0  # how many times a step is learned from, on average
    batch: int = 16  # sequences in a minibatch
    learning_rate: float = 3e-3  # of Adam; the paper has 1e-4
    adam_eps: float = 1e-8  # the paper has 1e-4, which is more than most gradients here
    grad_norm: float = 40.0  # *: largest norm of a gradient
    target_every: int = 25  # steps of the optimiser until the target network is renewed
    alpha: float = 0.9  # *: exponent of priorities
    beta: float = 0.6  # *: exponent of importance weights
    eta: float = 0.9  # *: share of the largest error in a priority; the rest is the mean error's
    epsilon: float = 0.4  # +: the chance of a random action in the lane that explores most
    spread: float = 3.0  # the lane that explores least has epsilon ** (1 + spread); + have 7, for hundreds of lanes
    warm: float = 0.2  # share of the run in which the chance of a random action falls from 1 to that of the lane

    def check(self) -> None:
        """Raise ValueError for values that cannot be."""
        for name in ("n_step", "capacity", "batch", "target_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        for name in ("learning_rate", "adam_eps", "grad_norm", "replay_ratio"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be greater than 0, got {getattr(self, name)}")
        for name in ("alpha", "beta", "spread", "learning_starts"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must not be below 0, got {getattr(self, name)}")
        for name in ("eta", "epsilon", "warm"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie from 0 to 1, got {getattr(self, name)}")
        if not 0 <= self.burn_in <= self.rollout:
            raise ValueError(f"burn_in must lie from 0 to rollout, {self.rollout}, got {self.burn_in}")
        if self.learning_starts > self.capacity:
            raise ValueError(f"learning_starts must be at most capacity, {self.capacity}, got {self.learning_starts}")


class Branches(NamedTuple):
    """The values of all choices: q, of each run of parts of one size, float32 (samples, parts, options); free, float32
    (samples, parts), 1 where a part has a choice; prior, float32 (samples, logits), logits of a random action."""

    q: list[torch.Tensor]
    free: torch.Tensor
    prior: torch.Tensor

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """The mean over the branches of values (samples, parts), (samples,)."""
        return (values * self.free).sum(1) / self.free.sum(1).clamp_min(1)

    def of(self, choice: torch.Tensor) -> torch.Tensor:
        """The value of each part of a choice, int64 (samples, parts), float32 (samples, parts)."""
        picked = choice.unsqueeze(-1).split([q.shape[1] for q in self.q], 1)
        return torch.cat([q.gather(2, index).squeeze(2) for q, index in zip(self.q, picked, strict=True)], 1)

    def best(self) -> torch.Tensor:
        """The best choice, int64 (samples, parts)."""
        return torch.cat([q.argmax(2) for q in self.q], 1)


def branches(head: Any, logits: torch.Tensor, values: torch.Tensor) -> Branches:
    """From logits (samples, logits) and values (samples,) of a network: Q = V + A - mean of A, part by part.

    Heads begin with about one switch held, by their bias or mask: that number is no advantage, and is taken away here.
    A masked choice has no part in the mean, and a value below all others.
    """
    sizes = head.sizes()
    switches = torch.tensor([size == 1 for size in sizes], device=logits.device).repeat_interleave(
        torch.tensor(sizes, device=logits.device)
    )
    allowed = logits > MASKED / 2
    held = -(allowed & switches).sum(1, keepdim=True).sub(1).clamp_min(1).float().log()
    prior = torch.where(allowed, held * switches, MASKED)
    runs = [(size, len(list(same))) for size, same in groupby(sizes)]
    widths = [size * parts for size, parts in runs]
    q, free = [], []
    for (size, parts), part, may in zip(
        runs, (logits - held * switches).split(widths, 1), allowed.split(widths, 1), strict=True
    ):
        part, may = part.unflatten(1, (parts, size)), may.unflatten(1, (parts, size))
        if size == 1:
            part, may = torch.cat([torch.zeros_like(part), part], 2), torch.cat([torch.ones_like(may), may], 2)
        count = may.sum(2, keepdim=True)
        mean = part.where(may, 0).sum(2, keepdim=True) / count.clamp_min(1)
        q.append((values.view(-1, 1, 1) + part - mean).where(may, MASKED))
        free.append((count.squeeze(2) > 1).float())
    return Branches(q, torch.cat(free, 1), prior)


class R2D2(OneNetwork):
    """See this file's docstring."""

    Settings = R2D2Settings
    source = "Kapturowski et al. 2019, Recurrent Experience Replay in Distributed Reinforcement Learning, ICLR"
    wants_expert = False

    def __init__(self, settings: R2D2Settings, setup: Setup):
        self.settings, self.setup = settings, setup
        self.network = setup.build()
        self.target = deepcopy(self.network).requires_grad_(False)
        self.errors: torch.Tensor | None = None
        self.steps = 0
        optimiser = torch.optim.Adam(
            self.network.parameters(), settings.learning_rate, eps=settings.adam_eps, fused=True
        )
        self.descent = Descent(self.network, optimiser, settings.grad_norm, setup)
        self.auxiliary = Auxiliaries(self.network, self.descent)
        self._names = NAMES + self.auxiliary.names
        number = torch.zeros(1, device=setup.device)
        example: dict[str, Any] = dict.fromkeys(("is_first", "mask", "reward", "ended", "value", "q", "cut"), number)
        example["action"] = torch.zeros(1, self.network.head.parts, dtype=torch.int64, device=setup.device)
        one = setup.example.of(slice(0, 1))
        example |= {"observation": one.parts()} | self.auxiliary.example(one)
        before = settings.burn_in if self.network.spec.remembers else 0
        state = self.network.initial(setup.lanes)
        self.sequences = Sequences(settings.rollout, setup.lanes, example, state, before=before, most=setup.memory)
        self.replay = Replay(
            settings.capacity, self.sequences.example(), length=self.sequences.length, prioritised=True,
            alpha=settings.alpha, device=setup.device, max_bytes=setup.memory,
        )  # fmt: skip
        place = torch.arange(setup.lanes, device=setup.device) * GOLDEN % 1  # even in each world of a run
        self.epsilon = settings.epsilon ** (1 + settings.spread * place)

    def act(self, timestep: TimeStep, state: State, progress: float) -> Decision:
        """The best action, or a random one."""
        logits, values, state = self.descent.act(timestep.observation, state, timestep.is_first)
        found = branches(self.network.head, logits, values)
        best = found.best()
        epsilon = self.epsilon[timestep.lanes]
        epsilon = epsilon + (1 - epsilon) * max(1 - progress / self.settings.warm, 0) if self.settings.warm else epsilon
        action = explored(self.network.head, found, epsilon, self.setup.generator)
        extras = {"value": found.mean(found.of(best)), "q": found.mean(found.of(action))}
        return Decision(action, state, extras)

    def observe(self, transition: Transition) -> None:
        """Keep a step of the rollout."""
        cut = torch.zeros_like(transition.reward)
        cut[transition.cut] = 1
        labels = self.auxiliary.example(transition.timestep.observation)  # filled in by `update`
        self.sequences.write(transition, cut=cut, **labels)

    def update(self, timestep: TimeStep, state: State, progress: float) -> dict[str, float]:
        """Add the rollout to the replay memory, and learn from what is drawn from it."""
        s, setup = self.settings, self.setup
        items = self.sequences.finish(timestep)
        self._label(items, timestep, state)
        found = branches(self.network.head, *self.descent.act(timestep.observation, state, timestep.is_first)[:2])
        items["value"][:, -1] = found.mean(found.of(found.best()))
        errors, playing = self._errors({name: items[name].T[self.sequences.before :] for name in KEPT})
        self.errors = errors.where(playing > 0, torch.nan)
        self.replay.add(items, self._priorities(errors, playing))
        self.sequences.roll()
        row = {
            "replayed": float(len(self.replay)),
            "td_error": float((errors * playing).sum() / playing.sum().clamp_min(1)),
        }
        if len(self.replay) < s.learning_starts:
            return row
        sums = torch.zeros(len(self._names) + 1, device=setup.device)
        for _ in range(max(round(s.replay_ratio * setup.lanes / s.batch), 1)):
            sums += self._step()
        *means, _ = (sums / sums[-1]).tolist()
        return row | dict(zip(self._names, means, strict=True))

    def _label(self, items: dict[str, Any], timestep: TimeStep, state: State) -> None:
        """Fill in what auxiliary losses want to know of the rollout."""
        if self.auxiliary:
            first = self.sequences.before
            known = {name: items[name].transpose(0, 1)[first:-1] for name in ("action", "reward", "ended", "mask")}
            pixels = items["observation"][0].transpose(0, 1)
            steps = Steps.of(known, pixels[first:-1], pixels[-1])
            for name, values in self.auxiliary.label(steps, timestep, state).items():
                items[name][:, first:-1] = values.transpose(0, 1)

    def _errors(self, steps: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
        """|TD| of the rollout from the values with which it was acted, and where they count, both (rollout, lanes)."""
        return (self.targets(steps, steps["value"]) - steps["q"][:-1]).abs(), _learned(steps)

    def targets(self, steps: dict[str, Any], values: torch.Tensor) -> torch.Tensor:
        """Rescaled n-step targets, (steps, lanes), from what was kept and rescaled values, (steps + 1, lanes).

        Where the clock cut an episode off, what came after is not known here: the value before that step stands in for
        its reward and all that would follow, and nothing is learned from that step itself, see `_learned`.
        """
        s, known = self.settings, unscale(values)
        rewards = torch.where(steps["cut"] > 0, known, steps["reward"])[:-1]
        return rescale(n_step(rewards, known, steps["ended"][:-1], s.gamma, s.n_step))

    def _priorities(self, errors: torch.Tensor, playing: torch.Tensor) -> torch.Tensor:
        """Of each lane, (lanes,): eta times its largest error, and 1 - eta times its mean error."""
        errors, eta = errors * playing, self.settings.eta
        return eta * errors.max(0).values + (1 - eta) * errors.sum(0) / playing.sum(0).clamp_min(1) + LEAST

    def _step(self) -> torch.Tensor:
        """One step of the optimiser on sequences from the replay memory. Returns the sums of NAMES and of auxiliary
        losses, and 1."""
        s, setup, before = self.settings, self.setup, self.sequences.before
        items, indices, weights = self.replay.sample(s.batch, setup.generator, beta=s.beta)
        count = total(_learned({name: items[name].T[before:] for name in ("mask", "cut")}).sum()).clamp_min(1)
        priorities = torch.ones(s.batch, device=setup.device)

        def loss(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            steps = timed(items, part)
            state, first = at(steps.pop("state"), 0), steps["is_first"]
            observation = observed(steps, setup.example.tables)
            head, lanes = self.network.head, len(part)
            with torch.no_grad(), self.descent.cast():
                logits, values, _ = self.target(observation, state, first)
                target = branches(head, logits[before * lanes :], values[before * lanes :])
                if before:
                    early = observed(at(steps, slice(before)), setup.example.tables)
                    state = self.network(early, state, first[:before])[2]
            steps = at(steps, slice(before, None))
            late = observed(steps, setup.example.tables) if before else observation
            trace = self.auxiliary.trace()
            logits, values, _ = self.descent.learn(late, state, steps["is_first"], trace)
            found = branches(head, logits, values)
            with torch.no_grad():
                following = target.mean(target.of(found.best())).view_as(steps["mask"])
                targets = self.targets(steps, following)
            playing = _learned(steps)
            chosen = found.of(steps["action"].flatten(0, 1)).unflatten(0, (-1, lanes))[:-1]
            wrong = chosen - targets.unsqueeze(2)
            free = found.free.unflatten(0, (-1, lanes))[:-1]
            share = free / free.sum(2, keepdim=True).clamp_min(1)
            squares, value = (wrong**2 * share).sum(2), (chosen * share).sum(2)
            errors = (wrong.detach().abs() * share).sum(2)
            priorities[part] = self._priorities(errors, playing)

            def mean(value: torch.Tensor) -> torch.Tensor:
                return (value * playing).sum() / count

            td_loss = 0.5 * mean(squares * weights[part])
            more, told = self._more(trace, late, steps, count)
            row = [
                td_loss,
                mean(value),
                mean(targets),
                mean(weights[part].expand_as(targets)),
                *told,
                mean(torch.ones_like(targets)),
            ]
            return td_loss if trace is None else td_loss + more, torch.stack(row).detach()

        found = self.descent.step(loss, torch.arange(s.batch, device=setup.device))
        self.replay.update(indices, priorities)
        self.steps += 1
        if self.steps % s.target_every == 0:
            self.target.load_state_dict(self.network.state_dict())
        return found

    def _more(
        self,
        trace: dict[str, torch.Tensor] | None,
        observation: Observation,
        steps: dict[str, Any],
        count: torch.Tensor,
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The auxiliary losses of steps (steps + 1, lanes, …), the last of which does not count."""
        labels = {name: steps[name].flatten(0, 1) for name in labelled(steps)}
        weights = torch.cat([_learned(steps), torch.zeros_like(steps["mask"][:1])]).flatten()
        action = steps["action"].flatten(0, 1)
        return self.auxiliary.loss(trace, observation, action, labels, lambda value: (value * weights).sum() / count)

    def state_dict(self) -> dict[str, Any]:
        """All that it needs to go on."""
        own = {"target": self.target.state_dict(), "steps": self.steps}
        kept = {"replay": self.replay.state_dict(), "sequences": self.sequences.state_dict()}
        return super().state_dict() | own | kept

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().load_state_dict(content)
        self.target.load_state_dict(content["target"])
        self.replay.load_state_dict(content["replay"])
        self.sequences.load_state_dict(content["sequences"])
        self.steps = content["steps"]

    @staticmethod
    def play(
        network: Any, logits: torch.Tensor, values: torch.Tensor, generator: torch.Generator | None
    ) -> torch.Tensor:
        """The best action; with a generator, a random one now and then."""
        found = branches(network.head, logits, values)
        if generator is None:
            return found.best()
        return explored(network.head, found, torch.full_like(values, PLAYED), generator)


KEPT = ("q", "value", "reward", "ended", "cut", "mask")
NAMES = ("td_loss", "q", "target", "weight")


def explored(head: Any, found: Branches, epsilon: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """The best choice of each sample, or with the chance epsilon (samples,) a random one, int64 (samples, parts)."""
    chance = torch.rand(len(epsilon), 1, generator=generator, device=epsilon.device)
    return torch.where(chance < epsilon.unsqueeze(1), head.sample(found.prior, generator), found.best())


def _learned(steps: dict[str, Any]) -> torch.Tensor:
    """1 where a step is learned from, (steps, lanes): where a lane plays, and the clock does not cut it off."""
    return (steps["mask"] * (1 - steps["cut"]))[:-1]
