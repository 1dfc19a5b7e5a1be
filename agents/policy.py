"""Players that are not people: what one must do, the random one, and the one a network has learned."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch

from ..worlds.engine.batch import Batch
from ..worlds.engine.world import World
from . import checkpoint
from .networks import Network, Shape, Sight


@runtime_checkable
class Policy(Protocol):
    """A player of every lane of a batch.

    `start` is called once with the batch that will be played, before the first `act`. `act` writes `batch.actions` for
    the next step from what can be seen now; fresh (n,) bools tells the rows whose episode has just begun. `report`
    tells what the player measured of itself, as numbers by name.
    """

    name: str

    def start(self, batch: Batch) -> None:
        """Get ready to play this batch."""

    def act(self, batch: Batch, fresh: np.ndarray) -> None:
        """Choose the next action of every row."""

    def report(self) -> dict[str, float]:
        """Measurements of the player itself."""
        return {}


class Random:
    """Picks each of the world's moves with the same chance."""

    name = "random"

    def __init__(self, seed: int = 0):
        self._seed = seed

    def start(self, batch: Batch) -> None:
        """Begin the sequence of this seed anew."""
        self._device = batch.tensors()["over"].device
        self._generator = torch.Generator(self._device).manual_seed(self._seed)

    def act(self, batch: Batch, fresh: np.ndarray) -> None:
        """A random move for every player."""
        shape = (batch.n, batch.players)
        batch.act(torch.randint(len(batch.world.moves), shape, generator=self._generator, device=self._device))

    def report(self) -> dict[str, float]:
        """Nothing is measured."""
        return {}


class Reader:
    """Turns what a batch shows into a Sight for a network; tensors share the batch's memory."""

    def __init__(self, batch: Batch):
        texts, which = np.unique(batch.instruction.reshape(batch.n * batch.players, -1), axis=0, return_inverse=True)
        self.tensors = batch.tensors()
        self.device = self.tensors["pixels"].device
        self.texts = torch.from_numpy(texts.astype(np.int64)).to(self.device)
        self.which = torch.from_numpy(which.reshape(-1)).to(self.device)
        self._speaking = batch.players > 1

    def sight(self) -> Sight:
        """What all lanes see now: `batch.pixels` as last drawn, and the chat."""
        chat = self.tensors["chat"].flatten(0, 1) if self._speaking else None
        return Sight(self.tensors["pixels"].flatten(0, 1), self.texts, self.which, chat)


class Learned:
    """Plays with a network: draws its choices by chance with the seed, or always takes the likeliest with greedy."""

    def __init__(self, network: Network, shape: Shape, *, name: str = "learned", seed: int = 0, greedy: bool = False):
        self.name, self._network, self._size, self._seed, self._greedy = name, network, shape.size, seed, greedy

    def start(self, batch: Batch) -> None:
        """Set the frame size the network was made for, and blank its memory."""
        batch.size = self._size
        self._reader = Reader(batch)
        self._network.to(self._reader.device)
        self._generator = None if self._greedy else torch.Generator(self._reader.device).manual_seed(self._seed)
        self._memory = self._network.blank(batch.n * batch.players)

    @torch.no_grad()
    def act(self, batch: Batch, fresh: np.ndarray) -> None:
        """Look, and choose for every lane."""
        batch.draw()
        lanes = torch.from_numpy(np.repeat(fresh, batch.players).reshape(1, -1)).to(self._reader.device)
        logits, _, self._memory = self._network(self._reader.sight(), self._memory, lanes)
        self._network.head.write(self._network.head.sample(logits, self._generator), batch, self._reader.tensors)

    def report(self) -> dict[str, float]:
        """Nothing is measured."""
        return {}


def learned(path: str | Path, world: World, *, seed: int = 0, greedy: bool = False) -> tuple[Learned, dict[str, Any]]:
    """The player in a checkpoint (a file, or a run's folder), and the checkpoint.

    Raises ValueError if the file is missing, damaged, or of another world.
    """
    content = checkpoint.load(path, world.name)
    shape = Shape(**{**content["shape"], "size": tuple(content["shape"]["size"])})
    network = Network(world, shape)
    try:
        network.load_state_dict(content["network"])
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ValueError(
            f"{path} does not fit today's {world.name} (its keys or moves have changed): {reason}"
        ) from None
    return Learned(network.eval(), shape, name=str(path), seed=seed, greedy=greedy), content


def player(agent: str | Path, world: World, *, seed: int = 0, greedy: bool = False) -> tuple[Policy, dict[str, Any]]:
    """A player by what a person types: "random", "expert", or the path of a checkpoint or run.

    Returns it with the options of the batch that it was trained on (`knobs` and `limit`), empty for the first two.
    Raises ValueError for what is none of them.
    """
    if agent == "random":
        return Random(seed), {}
    if agent == "expert":
        from .experts import expert

        made = expert(world, seed)
        if made is None:
            raise ValueError(f"{world.name} has no solver, so no expert plays it; choose random or a checkpoint")
        return made, {}
    policy, content = learned(agent, world, seed=seed, greedy=greedy)
    return policy, {name: content["settings"][name] for name in ("knobs", "limit")}
