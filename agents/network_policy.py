"""A trained network as a player."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..worlds.engine.run.batch import Batch
from ..worlds.engine.world import World
from . import checkpoint
from .lookup import find
from .networks import Network, NetworkSpec
from .observations import ObservationReader, draw_at
from .trees import at, tree_map


class NetworkPolicy:
    """Plays with a network for all players, or with one for each, in any world that its head can play.

    play: how choices come from what a network gives, see Algorithm.play; by chance with the seed, or always the best
    with greedy. think: how often the core runs again on the first frame of an episode before the first action (Guez et
    al. 2019). Raises ValueError if it should think and has no core.
    """

    def __init__(
        self, networks: Sequence[Network], play: Callable[..., torch.Tensor], *, name: str = "learned", seed: int = 0,
        greedy: bool = False, think: int = 0,
    ):  # fmt: skip
        self.name, self._networks, self._play, self._seed, self._greedy = name, list(networks), play, seed, greedy
        self._spec: NetworkSpec = networks[0].spec
        if think < 0 or (think and not self._spec.remembers):
            raise ValueError(
                f"{name} has no memory to think with: leave --think out" if think > 0 else "think is 0 or more"
            )
        self._cores = [partial(thinking, each.core, think) if think and each.core else None for each in networks]

    @property
    def networks(self) -> list[Network]:
        """Its networks: one for all players, or one for each."""
        return self._networks

    def plays(self, world: World) -> bool:
        """Whether it can play this world: its head fits, and it is for one player or as many as there are."""
        try:
            self._networks[0].head.check(world)
        except ValueError:
            return False
        return len(self._networks) in (1, world.players)

    def start(self, batch: Batch) -> None:
        """Set the frame size that the networks were made for, and begin with empty memories. Raises ValueError if they
        are for another number of players, or their head does not fit the world."""
        if len(self._networks) not in (1, batch.players):
            raise ValueError(f"{self.name} is for {len(self._networks)} players, and here are {batch.players}")
        head = self._networks[0].head
        head.check(batch.world)
        draw_at(batch, self._spec.size, self._spec.cells)
        self._reader = ObservationReader([batch], size=self._spec.size)
        self._reader.mask([head.mask(batch.world)])
        lanes, seats, device = batch.n * batch.players, len(self._networks), self._reader.device
        for network in self._networks:
            network.to(device)
        self._generator = None if self._greedy else torch.Generator(device).manual_seed(self._seed)
        self._states = [network.initial(lanes // seats) for network in self._networks]
        self._plans: list[torch.Tensor | None] = [None] * seats
        self._ages = [torch.zeros(lanes // seats, dtype=torch.int64, device=device) for _ in range(seats)]
        self._action = torch.zeros(lanes, head.parts, dtype=torch.int64, device=device)

    @torch.no_grad()
    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """Look, and choose for every lane."""
        batch.draw()
        first = torch.from_numpy(np.repeat(is_first, batch.players)).to(self._reader.device, torch.float32)
        observation, tensors = self._reader.observe(), self._reader.tensors[0]
        observation = observation._replace(last_action=self._action, last_reward=tensors["reward"].flatten())
        for seat, network in enumerate(self._networks):
            lanes = slice(seat, None, len(self._networks))
            logits, values, self._states[seat] = network(
                observation.of(lanes).trim(), self._states[seat], first[lanes].unsqueeze(0), self._cores[seat]
            )
            if network.spec.chunk > 1:
                logits = self._planned(seat, network.chunked(logits), first[lanes] > 0)
            self._action[lanes] = self._play(network, logits, values, self._generator)
        self._networks[0].head.write(self._action, batch, tensors)

    def _planned(self, seat: int, chunk: torch.Tensor, begins: torch.Tensor) -> torch.Tensor:
        """The logits of the actions now, of plans (lanes, chunk, logits), each of which is played for `execute` steps,
        or until the episode ends."""
        plan, age = self._plans[seat], self._ages[seat]
        if plan is None:
            plan = chunk.clone()
        anew = begins | (age >= self._spec.execute) | (age == 0)
        age[anew] = 0
        plan[anew] = chunk[anew]
        now = plan[torch.arange(len(plan), device=plan.device), age]
        self._plans[seat] = plan
        age += 1
        return now

    @torch.no_grad()
    def watched(self, batch: Batch) -> None:
        """Remember the batch's actions as its own last ones: it has looked, by `act`, while another played. A plan that
        it has made meanwhile is given up."""
        tensors = self._reader.tensors[0]
        self._action.copy_(self._networks[0].head.read(batch, tensors))
        for age in self._ages:
            age.zero_()

    def report(self) -> dict[str, float]:
        """Nothing is measured."""
        return {}


def thinking(
    core: Callable[..., tuple[torch.Tensor, Any]],
    ticks: int,
    features: torch.Tensor,
    state: Any,
    is_first: torch.Tensor,
) -> tuple[torch.Tensor, Any]:
    """One step of a core, which is run so many times more in lanes where an episode begins. features: (1, lanes, …)."""
    outputs, state = core(features, state, is_first)
    lanes = is_first[0].nonzero().squeeze(1)
    if len(lanes):
        some, goes_on = at(state, lanes), is_first.new_zeros(1, len(lanes))
        for _ in range(ticks):
            found, some = core(features[:, lanes], some, goes_on)
        outputs = outputs.index_copy(1, lanes, found)
        state = tree_map(lambda whole, part: whole.index_copy(0, lanes, part), state, some)
    return outputs, state


def trained(
    path: str | Path, *, seed: int = 0, greedy: bool | None = None, think: int = 0
) -> tuple[NetworkPolicy, dict[str, Any]]:
    """The player in a checkpoint (a file, a run's folder, or the name of a shipped agent), and the checkpoint. For
    seed, greedy and think see NetworkPolicy; greedy None: as the card of a shipped agent says, else drawn.

    Raises ValueError if the file is missing or damaged, or of an algorithm or network that is not known here.
    """
    from .algorithms import ALGORITHMS

    content = checkpoint.load(path)
    if not content["networks"]:
        raise ValueError(f"{path} is damaged: it holds no network")
    algorithm = find(ALGORITHMS, content["algorithm"], "algorithm")
    try:
        spec = NetworkSpec.saved(content["spec"]).playing()
        networks = [Network(spec).eval() for _ in content["networks"]]
        for network, saved in zip(networks, content["networks"], strict=True):
            network.load_state_dict({k: v for k, v in saved.items() if not k.startswith("auxiliary.")})
    except (KeyError, TypeError, AttributeError, RuntimeError) as error:
        reason = str(error).splitlines()[-1].strip() if str(error) else repr(error)
        raise ValueError(f"{path} is damaged, or of another version of Rumpus: {reason}") from None
    if greedy is None:
        greedy = bool(content.get("play", {}).get("greedy", False))
    return NetworkPolicy(networks, algorithm.play, name=str(path), seed=seed, greedy=greedy, think=think), content
