"""The setter `setter-solver`: a network that learns which goals to set (Racaniere et al. 2020, "Automated curricula
through setter-solver interactions", arXiv 1909.12892).

    validity       goals that the agent reached, on purpose or not, are likely under the flow
    feasibility    the chance that a judge network gives a goal of the flow is the chance that was wished for
    coverage       goals of the flow differ: the mean logarithm of their density is small
    desirability   goals of the flow are like those of a file, by a Wasserstein critic with a penalty on its gradient
                   (Gulrajani et al. 2017, arXiv 1704.00028); only where the setting `desired` names one

Each has its weight among the settings, of which 0 leaves it out. The judge network learns from what the loop's judge
said of the agent's own attempts, in the same rounds as the flow; both learn `setter_steps` steps in each round, from
where the last round left them. Their state after a round lies in its folder as setter.pt, so that a run goes on where
it was broken off. `uniform` draws from the same goals by chance, as its control.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ...interface.files import write_atomically
from ...tasks.files import load
from .contracts import Proposal, Request
from .edits import starts
from .goal_space import GoalSpace
from .setter_networks import Chance, Coding, Critic, Flow
from .settings import ImproveSettings
from .straight import OF, looked

FILE = "setter.pt"
BATCH = 128
RATE = 1e-3
ROUNDS = 3
"""The latest rounds whose attempts are learned from: the agent of earlier ones could do less."""
MOST = 2048
"""Tasks and attempts that are learned from at most, the latest."""
EASY = 0.95
"""Chances of success are wished for from 1 - EASY to EASY, all alike often."""
PENALTY, CRITICISED = 10.0, 3
"""The weight of the penalty on the critic's gradient, as in Gulrajani et al. 2017; the critic's steps for one of the
flow's."""


class UniformSetter:
    """Goals of the setter's space by chance, whatever the state and the agent are: its control."""

    needs: ClassVar[str] = "nothing"

    def propose(self, request: Request) -> Iterator[Proposal]:
        """Goals for the states in turn."""
        space = GoalSpace(request.world)
        while True:
            for at, numbers in enumerate(space.uniform(len(request.states), request.rng).tolist()):
                yield Proposal(at, space.goal(numbers))


class Known(NamedTuple):
    """The material of a round, as tensors. things: of the present states; done: (things, goals int (n, 4), share of the
    attempts that were found done (n,)); reached: (things, goals); desired: goals."""

    things: torch.Tensor
    done: tuple[torch.Tensor, np.ndarray, torch.Tensor] | None
    reached: tuple[torch.Tensor, np.ndarray] | None
    desired: np.ndarray | None


class SetterSolver:
    """See this file's docstring. In the first round, when nothing was attempted, its goals are nearly uniform."""

    needs: ClassVar[str] = "the table of things, also in all states of attempts, and the scores of the judge"

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def report(self) -> dict[str, float]:
        """The losses at the end of the last round's learning, and how much there was to learn from."""
        return self._told

    def propose(self, request: Request) -> Iterator[Proposal]:
        """Goals for the states in turn, each of a chance of success that is drawn anew."""
        space = GoalSpace(request.world)
        seed = int(request.rng.integers(1 << 31))
        trainer = Trainer(space, request.settings, seed)
        file = request.folder / FILE
        if not file.exists():
            trainer.read(request.folder.parent / f"{int(request.folder.name) - 1:04}" / FILE)
            trainer.learn(known(space, trainer.coding, request, np.random.default_rng(seed)))
            write_atomically(file, trainer.content())
        trainer.read(file)
        self._told = trainer.told
        noise = torch.Generator().manual_seed(seed + 1)
        things = trainer.coding.scene([one.things for one in request.states])
        while True:
            for at, numbers in enumerate(trainer.drawn(things, noise).tolist()):
                yield Proposal(at, space.goal(numbers))


def known(space: GoalSpace, coding: Coding, request: Request, rng: np.random.Generator) -> Known:
    """The material of a round, of its request. rng: another than the request's, which is to be the same whether this is
    asked or not. Raises ValueError for a file of desired goals that has none of the setter's space."""
    things = coding.scene([one.things for one in request.states])
    latest = max((one.round for one in request.past), default=0)
    past = [one for one in request.past if one.round > latest - ROUNDS]
    told = [(one, space.numbers_of(one.goal)) for one in past if one.scores][-MOST:]
    told = [pair for pair in told if pair[1] is not None]
    done = None
    if told:
        shown = coding.scene([one.things for one in starts(request, [one for one, _ in told])])
        shares = [np.mean(np.array(one.scores) >= request.settings.threshold) for one, _ in told]
        done = shown, np.array([numbers for _, numbers in told]), torch.tensor(shares, dtype=torch.float32)
    desired = None
    if request.settings.desired is not None:
        some = [space.numbers_of(one.players[0].goal) for one in load(request.settings.desired, request.world)[0]]
        if not (kept := [one for one in some if one is not None]):
            raise ValueError(
                f"{request.settings.desired} has no goal of one or two plain clauses, which is all it sets"
            )
        desired = np.array(kept)
    return Known(things, done, _reached(space, coding, request, {one.task for one in past}, rng), desired)


def _reached(
    space: GoalSpace, coding: Coding, request: Request, tasks: set[str], rng: np.random.Generator
) -> tuple[torch.Tensor, np.ndarray] | None:
    """The goals that attempts at these tasks reached, and the things at their starts."""
    heads = request.bank.store.index(lambda head: head.extra.get("task") in tasks and OF not in head.extra)
    ids = sorted(head.id for head in heads if head.played_by[0].kind == "policy")
    ids = [ids[index] for index in rng.permutation(len(ids))[:MOST].tolist()]
    shown: list[np.ndarray] = []
    goals: list[np.ndarray] = []
    for seen in looked(request.world, request.bank, ids, request.settings.threads):
        for row, numbers in space.achieved(seen, rng):
            shown.append(seen[row].things[0, : seen[row].counts[0]])
            goals.append(numbers)
    return (coding.scene(shown), np.array(goals)) if goals else None


class Trainer:
    """The networks of a setter, and their learning. seed: of its random numbers, for the same networks each time."""

    def __init__(self, space: GoalSpace, settings: ImproveSettings, seed: int):
        self.s, self.coding = settings, Coding(space)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.flow = Flow(self.coding, self.s.conditioned)
            self.chance = Chance(self.coding, self.s.conditioned)
            self.critic = Critic(self.coding)
        self.noise = torch.Generator().manual_seed(seed)
        self.told: dict[str, float] = {}
        self._optimisers = {
            name: torch.optim.Adam(network.parameters(), RATE, betas=(0.0, 0.9) if name == "critic" else (0.9, 0.999))
            for name, network in self._networks().items()
        }

    def _networks(self) -> dict[str, nn.Module]:
        return {"flow": self.flow, "chance": self.chance, "critic": self.critic}

    def content(self) -> bytes:
        """All that a later round goes on from."""
        buffer = io.BytesIO()
        states = {name: network.state_dict() for name, network in self._networks().items()}
        optimisers = {name: one.state_dict() for name, one in self._optimisers.items()}
        torch.save({"networks": states, "optimisers": optimisers, "told": self.told}, buffer)
        return buffer.getvalue()

    def read(self, file: Path) -> None:
        """Go on from a file, if there is one."""
        if not file.exists():
            return
        content: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
        for name, network in self._networks().items():
            network.load_state_dict(content["networks"][name])
            self._optimisers[name].load_state_dict(content["optimisers"][name])
        self.told = dict(content["told"])

    def learn(self, given: Known) -> None:
        """The steps of a round."""
        sums: dict[str, float] = {}
        for _ in range(self.s.setter_steps):
            if given.done is not None:
                things, numbers, shares = given.done
                index = self._some(len(numbers))
                vectors = self.coding.vectors(numbers[index], self.noise)
                logits = self.chance(vectors, things[index])
                self._step("chance", F.binary_cross_entropy_with_logits(logits, shares[index]), sums)
            losses = self._losses(given)
            self._step("flow", torch.stack([weight * loss for weight, loss in losses.values()]).sum(), sums)
            for name, (_, loss) in losses.items():
                sums[name] = sums.get(name, 0.0) + float(loss.detach())
        self.told = {name: total / self.s.setter_steps for name, total in sums.items()}
        self.told |= {
            "attempted": 0.0 if given.done is None else float(len(given.done[1])),
            "reached": 0.0 if given.reached is None else float(len(given.reached[1])),
        }

    def _losses(self, given: Known) -> dict[str, tuple[float, torch.Tensor]]:
        """Those losses of the flow that count, with their weights. Densities are for each number of a goal's vector."""
        s, width, found = self.s, self.coding.width, dict[str, tuple[float, torch.Tensor]]()
        things = given.things[self._some(len(given.things))]
        wished = self._wished(len(things))
        goals, density = self.flow.sample(self._gaussian(len(things)), self.flow.given(things, wished))
        found["coverage"] = s.coverage, density.mean() / width
        if s.validity and given.reached is not None:
            shown, numbers = given.reached
            index = self._some(len(numbers))
            vectors = self.coding.vectors(numbers[index], self.noise)
            likely = self.flow.density(vectors, self.flow.given(shown[index], self._wished(len(index))))
            found["validity"] = s.validity, -likely.mean() / width
        if s.feasibility and given.done is not None:
            apart = self.chance(goals, things) - torch.logit(wished)
            found["feasibility"] = s.feasibility, F.huber_loss(apart, torch.zeros_like(apart))
        if s.desirability and given.desired is not None:
            for _ in range(CRITICISED):
                self._criticise(goals.detach(), given.desired)
            found["desirability"] = s.desirability, -self.critic(goals).mean()
        return found

    def _criticise(self, goals: torch.Tensor, desired: np.ndarray) -> None:
        """A step of the critic."""
        wanted = self.coding.vectors(desired[self._some(len(desired), len(goals))], self.noise)
        share = torch.rand(len(goals), 1, generator=self.noise)
        between = (share * wanted + (1 - share) * goals).requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
        penalty = ((slope.norm(dim=1) - 1) ** 2).mean()
        loss = self.critic(goals).mean() - self.critic(wanted).mean() + PENALTY * penalty
        self._step("critic", loss, {})

    def _step(self, name: str, loss: torch.Tensor, sums: dict[str, float]) -> None:
        """A step of one network's optimiser; the others only pass gradients on."""
        network = self._networks()[name]
        self._optimisers[name].zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        self._optimisers[name].step()
        sums[name] = sums.get(name, 0.0) + float(loss.detach())

    def _some(self, count: int, wanted: int = BATCH) -> np.ndarray:
        """Indices by chance."""
        return torch.randint(count, (wanted,), generator=self.noise).numpy()

    def _wished(self, count: int) -> torch.Tensor:
        """Chances of success to wish for."""
        return 1 - EASY + (2 * EASY - 1) * torch.rand(count, generator=self.noise)

    def _gaussian(self, count: int) -> torch.Tensor:
        return torch.randn(count, self.coding.width, generator=self.noise)

    @torch.no_grad()
    def drawn(self, things: torch.Tensor, noise: torch.Generator) -> np.ndarray:
        """A goal for each state, int (states, 4)."""
        wished = 1 - EASY + (2 * EASY - 1) * torch.rand(len(things), generator=noise)
        gaussian = torch.randn(len(things), self.coding.width, generator=noise)
        goals, _ = self.flow.sample(gaussian, self.flow.given(things, wished))
        return self.coding.numbers(goals)
