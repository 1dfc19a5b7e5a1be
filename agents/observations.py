"""Observations: what lanes perceive, and the reader that takes it from batches of worlds.

A *lane* is one player of one row of a batch. The lanes of a batch are row by row, in each row player by player.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn import functional as F

from ..interface.text import encode
from ..worlds.engine.render.views import Tiles
from ..worlds.engine.run.batch import Batch
from .transfer import Sender
from .trees import at


class Tables(NamedTuple):
    """Tables of all observations: instructions int64 (k, at most 64), different ones, zero padded; masks
    float32 (c, logits), what is added to a head's logits, by row of `Observation.controls`, or None."""

    instructions: torch.Tensor
    masks: torch.Tensor | None = None


class Observation(NamedTuple):
    """The perceptions of lanes. All but `tables` have lanes (or steps * lanes) as their first axis.

    pixels: uint8 (lanes, height, width, 3), or with the goal as a picture behind it (…, 6); instruction: int64
    (lanes,), the row of `tables.instructions` that each lane is told; chat: int64 (lanes, at most 64) tokens, or None
    where nobody else can speak; last_action: int64 (lanes, parts) of the head, and last_reward: float32 (lanes,), of
    the step before, which count for nothing where an episode begins, or None where they are not asked for; controls:
    int64 (lanes,), the row of `tables.masks`, or None; targets: what the simulator tells auxiliary losses, by their
    names (lanes, …), which no policy reads, or None.
    """

    pixels: torch.Tensor
    instruction: torch.Tensor
    chat: torch.Tensor | None
    last_action: torch.Tensor | None
    last_reward: torch.Tensor | None
    controls: torch.Tensor | None
    tables: Tables
    targets: dict[str, torch.Tensor] | None = None

    def parts(self) -> tuple[Any, ...]:
        """All but the tables: a tree whose first axis is lanes."""
        return (*self[:6], self.targets)

    @classmethod
    def made(cls, parts: Sequence[Any], tables: Tables) -> Observation:
        """From what `parts` gave."""
        pixels, instruction, chat, last_action, last_reward, controls, targets = parts
        return cls(pixels, instruction, chat, last_action, last_reward, controls, tables, targets)

    def of(self, lanes: Any) -> Observation:
        """Those of some of the lanes: a slice, indices, or a mask."""
        return self.made(at(self.parts(), lanes), self.tables)

    def trim(self) -> Observation:
        """The same with only those instructions that some lane has, if there are more instructions than lanes: each is
        encoded. On a GPU, where to count the different ones would wait for it, each lane brings its own."""
        instructions = self.tables.instructions
        if len(instructions) <= len(self.instruction):
            return self
        if self.instruction.is_cuda:
            own = torch.arange(len(self.instruction), device=self.instruction.device)
            return self._replace(
                instruction=own, tables=self.tables._replace(instructions=instructions[self.instruction])
            )
        used, index = self.instruction.unique(return_inverse=True)
        return self._replace(instruction=index, tables=self.tables._replace(instructions=instructions[used]))


def untold(observation: Observation, which: torch.Tensor) -> Observation:
    """The same where some lanes, bool (lanes,), are told nothing: an empty text."""
    instructions = observation.tables.instructions
    told = torch.cat([instructions, torch.zeros_like(instructions[:1])])
    index = torch.where(which, len(instructions), observation.instruction)
    return observation._replace(instruction=index, tables=observation.tables._replace(instructions=told))


class ObservationReader:
    """Turns what batches show into one Observation of all their lanes, batch after batch.

    With one batch on the network's own device, its tensors share the batch's memory.

    Instructions are read from each batch's table of tasks, by the row that each environment plays, or from its states
    where the world tells players something new during an episode (see Objective.other_instructions). several: whether
    they differ, or change during an episode. longest: tokens of a chat that are read, always as many; None for as many
    as there are, which waits for the GPU. size: (height, width) to which larger frames are averaged; None for frames as
    they are. goals: whether the pictures of goals are behind the pixels, see Batch.goal_pixels. device: of the
    observations; by default that of the batches.
    """

    def __init__(
        self,
        batches: Sequence[Batch],
        *,
        longest: int | None = None,
        size: tuple[int, int] | None = None,
        goals: bool = False,
        device: torch.device | None = None,
    ):
        told = [batch.table.instructions(batch.players) for batch in batches]
        retold = [[encode(text) for text in batch.world.objective.other_instructions] for batch in batches]
        known = [
            part
            for (own, _), others in zip(told, retold, strict=True)
            for part in (own, *(tokens[None] for tokens in others))
        ]
        texts, which = np.unique(np.concatenate(known), axis=0, return_inverse=True)
        self.tensors = [batch.tensors() for batch in batches]
        source = self.tensors[0]["pixels"].device
        self.device = device or source
        self._size, self._goals = size, list(batches) if goals else []
        instructions = torch.from_numpy(texts[:, : _longest(texts)].astype(np.int64))
        self.tables = Tables(instructions.to(self.device))
        self.several = len(texts) > 1
        self._instructions, at = [], 0
        for (own, rows_of), others in zip(told, retold, strict=True):
            rows = torch.from_numpy(which[at : at + len(own)].reshape(-1)[rows_of])
            self._instructions.append(_Instructions(rows.to(source), instructions.to(source) if others else None))
            at += len(own) + len(others)
        self._players = [batch.players for batch in batches]
        self._speaking, self._longest = max(self._players) > 1, longest
        self._controls: torch.Tensor | None = None
        self._sent: dict[str, Sender] = {}
        self.counts = [batch.n * batch.players for batch in batches]

    def mask(self, masks: Sequence[torch.Tensor | None]) -> None:
        """Give the lanes of each batch this mask of a head's logits, float32 (logits,) each; None for no masks."""
        given = [mask for mask in masks if mask is not None]
        if given:
            self.tables = self.tables._replace(masks=torch.stack(given).to(self.device))
            index = torch.arange(len(given)).repeat_interleave(torch.tensor(self.counts))
            self._controls = index.to(self.device)

    def observe(self) -> Observation:
        """The observations of all lanes now: `batch.pixels` as last drawn, the instructions, and the chat."""
        shown = [averaged(tensors["pixels"].flatten(0, 1), self._size) for tensors in self.tensors]
        if self._goals:
            pictures = [
                torch.as_tensor(batch.goal_pixels, device=self.tensors[0]["pixels"].device) for batch in self._goals
            ]
            wanted = [averaged(each.flatten(0, 1), self._size) for each in pictures]
            shown = [torch.cat(pair, -1) for pair in zip(shown, wanted, strict=True)]
        pixels = self._joined("pixels", shown)
        found = [known.index(tensors) for known, tensors in zip(self._instructions, self.tensors, strict=True)]
        chat = self._joined("chat", self._chats()) if self._speaking else None
        return Observation(pixels, self._joined("instruction", found), chat, None, None, self._controls, self.tables)

    def _joined(self, name: str, parts: list[torch.Tensor]) -> torch.Tensor:
        """The parts of all batches as one, on the device; copies from the CPU to a GPU go through pinned memory."""
        if parts[0].device == self.device:
            return parts[0] if len(parts) == 1 else torch.cat(parts)
        return self._sent.setdefault(name, Sender(self.device))(parts)

    def _chats(self) -> list[torch.Tensor]:
        chats = [tensors["chat"][:, :, : self._longest].flatten(0, 1).long() for tensors in self.tensors]
        for index, players in enumerate(self._players):
            if players == 1:  # nobody else is there
                chats[index] = torch.zeros_like(chats[index])
        if self._longest:
            return chats
        longest = max(map(_longest, chats))
        return [chat[:, :longest] for chat in chats]


def averaged(pixels: torch.Tensor, size: tuple[int, int] | None) -> torch.Tensor:
    """Frames, uint8 (lanes, height, width, 3), averaged down to a size; as they are if it is theirs, or None."""
    if size is None or tuple(pixels.shape[1:3]) == size:
        return pixels
    smaller = F.interpolate(pixels.permute(0, 3, 1, 2).float(), size, mode="area")
    return smaller.round().to(torch.uint8).permute(0, 2, 3, 1)


def draw_at(batch: Batch, size: tuple[int, int], cells: tuple[int, int] | None) -> None:
    """Let a batch draw frames of this size, or, where that cannot show its world, the smallest multiple that can (which
    an ObservationReader averages to the size). cells: (rows, columns) of tiles that frames have room for at least."""
    if cells is not None and isinstance(
        batch.world.view, Tiles
    ):  # tiles as large as in training, also in smaller rooms
        batch.rows, batch.cols = max(batch.rows, cells[0]), max(batch.cols, cells[1])
    refused: list[ValueError] = []
    for times in range(1, 17):
        try:
            batch.size = (size[0] * times, size[1] * times)
            return
        except ValueError as error:
            refused.append(error)
    raise refused[0]  # of the size that was asked for


class _Instructions:
    """Which row of the table of instructions each lane of a batch has."""

    def __init__(self, told: torch.Tensor, texts: torch.Tensor | None):
        self._told, self._odd = told, None
        if texts is not None:  # texts are told apart by a sum
            self._odd = torch.arange(1, 2 * texts.shape[1], 2, device=texts.device) ** 3
            self._sums, self._order = (texts * self._odd).sum(1).sort()

    def index(self, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """int64 (lanes,)."""
        if self._odd is None:
            return self._told[tensors["task"].long()].flatten()
        tokens = tensors["instruction"][..., : len(self._odd)].flatten(0, 1).long()
        sums = (tokens * self._odd).sum(1)
        return self._order[torch.searchsorted(self._sums, sums).clamp(max=len(self._sums) - 1)]


def _longest(texts: Any) -> int:
    """Tokens of the longest of some texts (k, 64), but at least 1."""
    return max(int((texts != 0).any(0).sum()), 1)
