"""What an expert has shown, kept to be learned from again and again: the aggregation of DAgger (Ross et al. 2011)."""

from __future__ import annotations

import torch

from .networks import Sight


class Demonstrations:
    """The newest of what was seen and of what the expert would have done there, at most so many.

    Pixels are nearly all of it: 100,000 frames of 72x96 take 2 GB.
    """

    def __init__(self, most: int, sight: Sight, parts: int):
        device = sight.pixels.device
        self.most, self.count, self._next = most, 0, 0
        self._texts = sight.texts
        self._pixels = torch.zeros(most, *sight.pixels.shape[1:], dtype=torch.uint8, device=device)
        self._which = torch.zeros(most, dtype=torch.int32, device=device)
        self._chat = None if sight.chat is None else sight.chat.new_zeros(most, sight.chat.shape[1])
        self._shown = torch.zeros(most, parts, dtype=torch.int16, device=device)

    def add(self, sight: Sight, shown: torch.Tensor) -> None:
        """Keep what lanes see, and the choices (lanes, parts) that the expert would make, in place of the oldest."""
        count = min(len(shown), self.most)
        at = (self._next + torch.arange(count, device=shown.device)) % self.most
        self._pixels[at], self._which[at] = sight.pixels[-count:], sight.which[-count:].int()
        if self._chat is not None and sight.chat is not None:
            self._chat[at] = sight.chat[-count:]
        self._shown[at] = shown[-count:].short()
        self._next, self.count = (self._next + count) % self.most, min(self.count + count, self.most)

    def draw(self, count: int, generator: torch.Generator) -> tuple[Sight, torch.Tensor]:
        """So many by chance: what was seen, and the choices (count, parts)."""
        at = torch.randint(self.count, (count,), generator=generator, device=self._which.device)
        chat = None if self._chat is None else self._chat[at]
        return Sight(self._pixels[at], self._texts, self._which[at].long(), chat), self._shown[at].long()
