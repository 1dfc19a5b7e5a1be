"""The player that a network has learned to be, and what a batch shows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..interface.text import encode
from ..worlds.engine.batch import Batch
from ..worlds.engine.world import World
from . import checkpoint
from .networks import Network, Shape, Sight


class Reader:
    """Turns what a batch shows into a Sight for a network; tensors share the batch's memory.

    Instructions are read from the batch's table of tasks, by the row that each environment plays, or from its states
    where the world tells players something new during an episode (see World.retold). several: whether they differ, or
    change during an episode. longest: tokens of a chat that are read, always as many; None for as many as there are,
    which waits for the GPU.
    """

    def __init__(self, batch: Batch, longest: int | None = None):
        told = batch.task["instruction"][:, : batch.players]
        retold = [encode(text) for text in batch.world.retold]
        known = np.concatenate([told.reshape(-1, told.shape[-1]), *(tokens[None] for tokens in retold)])
        texts, which = np.unique(known, axis=0, return_inverse=True)
        self.tensors = batch.tensors()
        self.device = self.tensors["pixels"].device
        self.texts = torch.from_numpy(texts[:, : _longest(texts)].astype(np.int64)).to(self.device)
        self.several = len(texts) > 1
        self._told = torch.from_numpy(which[: told.shape[0] * told.shape[1]].reshape(len(told), -1)).to(self.device)
        self._odd = torch.arange(1, 2 * texts.shape[1], 2, device=self.device) ** 3 if retold else None
        if self._odd is not None:  # texts are told apart by a sum
            sums = (torch.from_numpy(texts.astype(np.int64)).to(self.device) * self._odd).sum(1)
            self._sums, self._order = sums.sort()
        self._speaking, self._longest = batch.players > 1, longest

    def sight(self) -> Sight:
        """The observations of all lanes now: `batch.pixels` as last drawn, the instructions, and the chat."""
        chat = self._chat() if self._speaking else None
        if self._odd is None:
            which = self._told[self.tensors["task"].long()].flatten()
        else:
            sums = (self.tensors["instruction"].flatten(0, 1).long() * self._odd).sum(1)
            which = self._order[torch.searchsorted(self._sums, sums).clamp(max=len(self._sums) - 1)]
        return Sight(self.tensors["pixels"].flatten(0, 1), self.texts, which, chat)

    def _chat(self) -> torch.Tensor:
        chat = self.tensors["chat"][:, :, : self._longest].flatten(0, 1).long()
        return chat if self._longest else chat[:, : _longest(chat)]

    def trim(self, sight: Sight) -> Sight:
        """The same with only those texts that some lane has, if there are more texts than lanes: each is encoded."""
        if len(sight.texts) <= len(sight.which):
            return sight
        used, which = sight.which.unique(return_inverse=True)
        return sight._replace(texts=sight.texts[used], which=which)


def _longest(texts: Any) -> int:
    """Tokens of the longest of some texts (k, 64), but at least 1."""
    return max(int((texts != 0).any(0).sum()), 1)


class Learned:
    """Plays with a network for all players, or with one for each; draws their choices by chance with the seed, or
    always takes the likeliest with greedy."""

    def __init__(
        self, networks: Sequence[Network], shape: Shape, *, name: str = "learned", seed: int = 0, greedy: bool = False
    ):
        self.name, self._networks, self._shape, self._seed, self._greedy = name, networks, shape, seed, greedy

    def start(self, batch: Batch) -> None:
        """Set the frame size that the networks were made for, and blank their memories. Raises ValueError if they are
        for another number of players."""
        if len(self._networks) not in (1, batch.players):
            raise ValueError(f"{self.name} is for {len(self._networks)} players, and here are {batch.players}")
        if self._shape.cells:  # tiles as large as in training, also where the room is smaller
            batch.rows = max(batch.rows, self._shape.cells[0])
            batch.cols = max(batch.cols, self._shape.cells[1])
        batch.size = self._shape.size
        self._reader = Reader(batch)
        lanes, seats = batch.n * batch.players, len(self._networks)
        for network in self._networks:
            network.to(self._reader.device)
        self._generator = None if self._greedy else torch.Generator(self._reader.device).manual_seed(self._seed)
        self._memories = [network.blank(lanes // seats) for network in self._networks]
        self._choice = torch.zeros(lanes, self._networks[0].head.parts, dtype=torch.int64, device=self._reader.device)

    @torch.no_grad()
    def act(self, batch: Batch, fresh: np.ndarray) -> None:
        """Look, and choose for every lane."""
        batch.draw()
        begun = torch.from_numpy(np.repeat(fresh, batch.players).reshape(1, -1)).to(self._reader.device)
        sight, paid = self._reader.sight(), self._reader.tensors["reward"].flatten()
        for seat, network in enumerate(self._networks):
            lanes = slice(seat, None, len(self._networks))
            seen = self._reader.trim(sight.of(lanes))._replace(felt=network.felt(self._choice[lanes], paid[lanes]))
            logits, _, self._memories[seat] = network(seen, self._memories[seat], begun[:, lanes])
            self._choice[lanes] = network.head.sample(logits, self._generator)
        self._networks[0].head.write(self._choice, batch, self._reader.tensors)

    def report(self) -> dict[str, float]:
        """Nothing is measured."""
        return {}


def learned(path: str | Path, world: World, *, seed: int = 0, greedy: bool = False) -> tuple[Learned, dict[str, Any]]:
    """The player in a checkpoint (a file, or a run's folder), and the checkpoint.

    Raises ValueError if the file is missing, damaged, or of another world.
    """
    content = checkpoint.load(path, world.name)
    try:
        shape = Shape(**content["shape"])
        networks = [Network(world, shape).eval() for _ in content["learners"]]
        for network, saved in zip(networks, content["learners"], strict=True):
            network.load_state_dict(saved["network"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is damaged, or of another version of Rumpus: {error}") from None
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ValueError(
            f"{path} does not fit today's {world.name} (its keys or moves have changed): {reason}"
        ) from None
    return Learned(networks, shape, name=str(path), seed=seed, greedy=greedy), content
