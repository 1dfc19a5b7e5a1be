"""Offline imitation of the episodes of a store: behaviour cloning (Pomerleau 1991, Efficient Training of Artificial
Neural Networks for Autonomous Navigation).

The policy learns to do what was done in stored episodes, whoever played them. Without a memory it learns from single
steps, shuffled; with one, from whole episodes, whose state is carried from one update to the next. With `chunk` it
predicts the actions of the next steps too (Zhao et al. 2023, arXiv 2304.13705), and plays `execute` of them before it
looks again.

Which episodes are learned from: all of them, those that succeeded (`successes`), those of each task with the best
returns (`best`), or those that a file names, each as much as it says (`counts`). With `temperature` every action counts
exp(advantage / temperature) times, so that what turned out well is imitated more: advantage-weighted regression (Peng
et al. 2019, arXiv 1910.00177) with the returns of whole episodes, as in MARWIL (Wang et al. 2018). Steps of all tasks
come up alike often with `balance`; shares of worlds are those of the run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..contracts import Decision, Recorded, Setup, State, TimeStep, Transition
from ..data.rollout import Rollout
from ..networks.auxiliary import Steps
from ..observations import Observation, untold
from ..trees import at, nbytes, tree_map
from .auxiliary import Auxiliaries, labelled
from .base import OneNetwork
from .descent import Descent, processes, total
from .terms import cloning


@dataclass(frozen=True)
class BCSettings:
    """The optimiser's are those of ppo.py, where nothing else is said; `most_weight` is that of Peng et al. 2019; no
    other number has a source."""

    rollout: int = 32  # steps that are read in each lane before each update
    epochs: int = 1  # times that they are learned from
    minibatches: int = 8  # parts of them, each for one step of the optimiser
    learning_rate: float = 3e-3  # as PPO's; by trial in Sokoban, 1e-3 learned half as much in as many steps
    anneal: bool = True  # the learning rate falls to 0 in a straight line
    warmup: float = 0.0  # first part of the run, in which it rises; deep networks need some
    grad_norm: float = 0.5  # gradients are cut to this norm
    weight_decay: float = 0.01  # of AdamW; stored episodes are few, and are read again and again
    chunk: int = 1  # actions that are predicted at once
    execute: int = 1  # of them are played before the next ones are predicted
    successes: bool = False  # learn from successful episodes alone
    best: float = 1.0  # share of the episodes of each task, those with the greatest returns, that is learned from
    untold: float = 0.0  # share of steps whose instruction is withheld, for guidance at play (Ho and Salimans 2022)
    balance: bool = True  # steps of all tasks of a world come up alike often
    counts: str | None = None  # a JSON file {id of an episode: how much it counts}; those it does not name are left out
    temperature: float = 0.0  # of the weights of advantages; 0: all actions count alike
    most_weight: float = 20.0  # of an action
    gamma: float = 0.97  # the discount of returns, as PPO's
    value: float = 0.5  # weight of the critic's loss, where there is a temperature

    def check(self) -> None:
        """Raise ValueError for values that cannot be."""
        if not (self.learning_rate > 0 and self.grad_norm > 0 and self.most_weight > 0):
            raise ValueError("learning_rate, grad_norm and most_weight must be greater than 0")
        if not 1 <= self.execute <= self.chunk <= MOST_CHUNK:
            raise ValueError(
                f"chunk lies from 1 to {MOST_CHUNK} and execute from 1 to chunk; got {self.chunk} and {self.execute}"
            )
        if not 0 <= self.warmup < 1:
            raise ValueError(f"warmup is a share of the run, from 0 to less than 1; got {self.warmup}")
        if not 0 <= self.untold <= 1:
            raise ValueError(f"untold is a share from 0 to 1, got {self.untold}")
        if not 0 < self.best <= 1:
            raise ValueError(f"best is a share above 0 and up to 1, got {self.best}")


def counted(path: str | Path, ids: Sequence[str]) -> np.ndarray:
    """How much each of these episodes counts, float64 (n,), by a JSON file; 0 where it names none. Raises ValueError
    for a file that is none, or in which all of them are 0 or something is no number from 0 on."""
    try:
        given = json.loads(Path(path).read_text(encoding="utf-8"))
        found = np.array([float(given.get(id, 0.0)) for id in ids])
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"counts={path} is a JSON file with a number for each episode's id: {error}") from None
    if not (np.isfinite(found) & (found >= 0)).all() or not found.any():
        raise ValueError(f"counts={path}: each is a number from 0 on, and one of the store's episodes has to count")
    return found


MOST_CHUNK = 256
NAMES = ("imitation_loss", "agreement", "chunk_loss", "value_loss", "weight")


class BC(OneNetwork):
    """See this file's docstring."""

    Settings = BCSettings
    source = "Pomerleau 1991, Efficient Training of Artificial Neural Networks for Autonomous Navigation"
    needs = ("a store of episodes: --set store=PATH",)
    offline = True
    wants_expert = False
    errors: torch.Tensor | None = None

    def __init__(self, settings: BCSettings, setup: Setup):
        self.settings, self.setup = settings, setup
        self.network = setup.build()
        parameters = self.network.parameters()
        optimiser = torch.optim.AdamW(
            parameters, settings.learning_rate, eps=1e-5, weight_decay=settings.weight_decay, fused=True
        )
        self.descent = Descent(self.network, optimiser, settings.grad_norm, setup)
        self.rollout = Rollout(settings.rollout, setup.lanes, setup.memory // 4)
        self.auxiliary = Auxiliaries(self.network, self.descent)
        self._names = NAMES + self.auxiliary.names
        self._scale = 0.0  # of returns: the largest one of the store
        self._spread = 1.0  # of advantages: the running mean of their squares, as in MARWIL
        self._state: State = self.network.initial(setup.lanes)

    def choose(self, recorded: Recorded) -> np.ndarray:
        """The episodes that the settings ask for, each step of which comes up alike often, or alike often in all
        tasks."""
        s, returns = self.settings, recorded.returns.mean(1)
        kept = recorded.success if s.successes else np.ones(len(returns), bool)
        counts = np.ones(len(returns))
        if s.counts is not None:
            counts = counted(s.counts, recorded.ids)
            kept = kept & (counts > 0)
        if s.best < 1:
            order = np.lexsort((-returns, recorded.task))
            tried = np.bincount(recorded.task)
            rank = np.empty(len(order), np.int64)
            rank[order] = np.arange(len(order)) - (tried.cumsum() - tried)[recorded.task[order]]
            kept = kept & (rank < np.ceil(s.best * tried)[recorded.task])
        largest = torch.tensor(np.abs(recorded.returns[kept]).max(initial=1e-8))
        self._scale = max(self._scale, float(total(largest)) / processes())  # the same in all processes
        if not s.balance:
            return kept * counts
        steps = np.bincount(recorded.task, recorded.steps * kept)
        return np.asarray(kept * counts / np.maximum(steps[recorded.task], 1))

    def label(self, actions: torch.Tensor, rewards: torch.Tensor, playing: torch.Tensor) -> dict[str, torch.Tensor]:
        """The actions of the next steps with a mask of those that there are, and the discounted return."""
        s, steps = self.settings, len(actions)
        found: dict[str, torch.Tensor] = {}
        if s.chunk > 1:
            index = torch.arange(steps).unsqueeze(1) + torch.arange(s.chunk)
            there = (index < steps).float()
            index = index.clamp(max=steps - 1)
            found["chunk"] = actions[index].transpose(1, 2).to(torch.int16)
            found["chunk_mask"] = playing[index].transpose(1, 2) * there.unsqueeze(1)
        if s.temperature:
            future = torch.zeros_like(rewards[0])
            returns = torch.empty_like(rewards)
            for step in range(steps - 1, -1, -1):
                future = rewards[step] + s.gamma * future
                returns[step] = future
            found["return"] = returns
        return found

    def label_steps(self, steps: Steps) -> dict[str, torch.Tensor]:
        """The targets of auxiliary losses in an episode of all players, tensors (steps, players, …) by names."""
        return self.auxiliary.label(steps) if self.auxiliary else {}

    @property
    def label_bytes(self) -> int:
        """Bytes of the labels of a step of a lane for auxiliary losses."""
        return nbytes(self.auxiliary.example(self.setup.example.of(slice(0, 1)))) if self.auxiliary else 0

    def act(self, timestep: TimeStep, state: State, progress: float) -> Decision:
        """Draw from the policy."""
        logits, _, state = self.descent.act(timestep.observation, state, timestep.is_first)
        return Decision(self.network.head.sample(self._first(logits), self.setup.generator), state, {})

    def _first(self, logits: torch.Tensor) -> torch.Tensor:
        """The logits of the next action of each chunk."""
        found: torch.Tensor = self.network.chunked(logits)[:, 0]
        return found

    def observe(self, transition: Transition) -> None:
        """Keep a step."""
        (observation, is_first, mask, _, lanes), decision = transition.timestep, transition.decision
        parts = {"is_first": is_first, "mask": mask, "action": decision.action.to(torch.int16), **decision.extras}
        self.rollout.write(transition.step, lanes, observation, **parts)

    def update(self, timestep: TimeStep, state: State, progress: float) -> dict[str, float]:
        """Minibatches of what was read."""
        s, whole, setup = self.settings, self.network.spec.remembers, self.setup
        rate = self.anneal(progress, s.warmup)
        before = self._state
        count = setup.lanes if whole else setup.lanes * s.rollout
        means = len(self._names) + 1
        sums, squares = torch.zeros(means, device=setup.device), torch.zeros(2, device=setup.device)
        for _ in range(s.epochs):
            order = torch.randperm(count, generator=setup.generator, device=setup.device)
            for index in order.chunk(min(s.minibatches, count)):
                found = self._step(index, before)
                sums, squares = sums + found[:means], squares + found[means:]
        if s.temperature:
            square, weights = total(squares).tolist()
            self._spread += 0.01 * (square / max(weights, 1) - self._spread)
        *values, share = sums.tolist()
        row = {name: value / max(share, 1e-8) for name, value in zip(self._names, values, strict=True)}
        unused = {"chunk_loss": s.chunk > 1, "value_loss": s.temperature, "weight": s.temperature}
        return {name: value for name, value in row.items() if unused.get(name, 1)} | {"learning_rate": rate}

    def _step(self, index: torch.Tensor, before: State) -> torch.Tensor:
        """One step of the optimiser on the steps (or, with a memory, the lanes) of index. Returns the sums of NAMES, of
        auxiliary losses, of ones, of the squares of advantages, and the number of steps."""
        s, kept, network, whole = self.settings, self.rollout, self.network, self.network.spec.remembers
        count = total(kept.chosen(kept["mask"], index, whole).sum()).clamp_min(1)
        ahead = count
        if s.chunk > 1:
            mask = kept.chosen(kept["mask"], index, whole).unsqueeze(-1)
            ahead = total((kept.chosen(kept["chunk_mask"], index, whole) * mask).sum()).clamp_min(1)
        after: list[tuple[torch.Tensor, State]] = []

        def loss(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            def chosen(name: str) -> torch.Tensor:
                return kept.chosen(kept[name], part, whole)

            first = kept["is_first"][:, part] if whole else torch.ones(1, len(part), device=part.device)
            state = at(before, part) if whole else None
            seen, trace = self._seen(part, whole), self.auxiliary.trace()
            logits, values, state = self.descent.learn(seen, state, first, trace)
            after.append((part, state))
            logits, action, mask = network.chunked(logits), chosen("action").long(), chosen("mask")
            missed = cloning(network.head, logits[:, 0], action)
            weights, value_loss, square = mask, torch.zeros_like(missed), torch.zeros_like(missed)
            if s.temperature:
                target = chosen("return") / self._scale
                error = target - values
                value_loss, square = 0.5 * error**2, error.detach() ** 2
                gain = error.detach() / (self._spread**0.5 * s.temperature + 1e-8)
                weights = mask * gain.exp().clamp(max=s.most_weight)
            found = (missed * weights).sum() / count
            chunk_loss = found.detach()
            if s.chunk > 1:
                flat = cloning(network.head, logits.flatten(0, 1), chosen("chunk").long().flatten(0, 1))
                each = flat.view(len(missed), s.chunk) * chosen("chunk_mask") * weights.unsqueeze(-1)
                found = each.sum() / ahead
                chunk_loss = found.detach()
            if s.temperature:
                found = found + s.value * (value_loss * mask).sum() / count
            own = {name: chosen(name) for name in labelled(kept.parts())}
            more, told = self.auxiliary.loss(trace, seen, action, own, lambda value: (value * mask).sum() / count)
            found = found + more if trace is not None else found
            with torch.no_grad():
                same = (network.head.sample(logits[:, 0], None) == action).all(-1).float()
                sums = torch.stack([missed, same, value_loss, weights]) * mask / count
                missed_sum, same_sum, value_sum, weight_sum = sums.sum(1)
                row = [missed_sum, same_sum, chunk_loss, value_sum, weight_sum, *told, mask.sum() / count]
                return found, torch.stack([*row, (square * mask).sum(), mask.sum()])

        sums = self.descent.step(loss, index)
        if whole:
            for part, state in after:
                self._keep(part, state)
        return sums

    def _seen(self, part: torch.Tensor, whole: bool) -> Observation:
        """The observations of some steps, or of all steps of some lanes; some of these without the instruction."""
        seen, share = self.rollout.observation(part, whole), self.settings.untold
        if not share:
            return seen
        generator = self.setup.generator
        which = torch.rand(len(part), generator=generator, device=part.device) < share
        return untold(seen, which.repeat(len(seen.instruction) // len(part)))

    def _keep(self, lanes: torch.Tensor, state: State) -> None:
        """The state of some lanes after what was read."""

        def put(kept: torch.Tensor, new: torch.Tensor) -> torch.Tensor:
            return kept.index_copy(0, lanes, new.detach().to(kept.dtype))

        self._state = tree_map(put, self._state, state)

    def state_dict(self) -> dict[str, Any]:
        """All that it needs to go on."""
        return super().state_dict() | {"state": self._state, "scale": self._scale, "spread": self._spread}

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().load_state_dict(content)
        self._state = tree_map(lambda own, saved: saved.to(own, copy=True), self._state, content["state"])
        self._scale, self._spread = content["scale"], content["spread"]
