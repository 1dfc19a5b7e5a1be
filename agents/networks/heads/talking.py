"""A voice beside the actions of another head."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ....interface.text import encode
from ....tasks.grammar import NUMERALS
from ....worlds.engine.run.batch import Batch
from ....worlds.engine.world import World
from ..layers import initialise, lengthen
from .base import MASKED, ActionSpec, pick, words_of

UNSAID = -20.0
"""The logit of a word that weights know nothing of."""


def spoken(world: World) -> tuple[str, ...]:
    """The words that have a use in a world: those of `words_of` where somebody else is there to hear them; these and
    numerals where tasks ask questions, which one player answers alone."""
    things = world.rules.things
    answers = things is not None and "misspoke" in things.relations
    if world.players < 2 and not answers:
        return ()
    return (*words_of(world), *NUMERALS) if answers else words_of(world)


class Talking(nn.Module):
    """An acting head and a voice: one more part beside those of a head, a categorical of silence and the words of
    `words_of`.

    Choices: int64 (batch, parts), the last of them 0 for silence or 1 + the index of a word. One word is said in a
    tick. The tokens of the words are kept with the weights, so that a saved network says what it learned to say even
    where the world has come to list its things in another order. Raises ValueError for a world with one player.
    """

    tokens: torch.Tensor

    def __init__(self, acting: Any, features: int, controls: ActionSpec):
        super().__init__()
        if controls.players < 2:
            raise ValueError(
                "there is one player, who has nobody to talk to: leave talk off, or choose a world of several players"
            )
        self.acting = acting
        words = acting.words(controls)
        self.parts, self.encoding_size = acting.parts + 1, acting.encoding_size + 1 + len(words)
        self.layer = initialise(nn.Linear(features, 1 + len(words)), 0.01)
        self.register_buffer("tokens", torch.tensor([0, *(int(encode(word)[0]) for word in words)]))

    def _load_from_state_dict(self, state_dict: dict[str, torch.Tensor], prefix: str, *rest: Any) -> None:
        """Words that have come into the vocabulary since the weights were saved are hardly ever said."""
        weight, bias = self.layer.weight, self.layer.bias
        longer = {"layer.weight": torch.zeros_like(weight), "layer.bias": torch.full_like(bias, UNSAID)}
        for name, values in (longer | {"tokens": self.tokens}).items():
            lengthen(state_dict, f"{prefix}{name}", values)
        super()._load_from_state_dict(state_dict, prefix, *rest)

    def check(self, world: World) -> None:
        """Raise ValueError if the world does not listen to what this head does."""
        self.acting.check(world)

    def mask(self, world: World) -> torch.Tensor | None:
        """Added to the logits in this world, float32 (logits,): what is silent there stays so; None without a mask."""
        acting = self.acting.mask(world)
        if acting is None:
            return None
        own = {int(encode(word)[0]) for word in spoken(world)}
        voice = [0.0 if not token or token in own else MASKED for token in self.tokens.tolist()]
        return torch.cat([acting, torch.tensor(voice)])

    def sizes(self) -> tuple[int, ...]:
        """How many logits each part of a choice has, in their order; a switch has 1, of being held."""
        return (*self.acting.sizes(), len(self.tokens))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features to the parameters of all parts side by side, float32, the words' last."""
        return torch.cat([self.acting(features), self.layer(features).float()], -1)

    def _split(self, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        words = len(self.tokens)
        return logits[..., :-words], logits[..., -words:]

    def sample(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """A random choice, or the most likely one if generator is None."""
        acting, words = self._split(logits)
        return torch.cat([self.acting.sample(acting, generator), pick(words, generator).unsqueeze(-1)], -1)

    def score(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of the choice, entropy), each (batch,): sums over both."""
        acting, words = self._split(logits)
        log_prob, entropy = self.acting.score(acting, choice[..., :-1])
        said, spoken = self._score_word(words, choice)
        return log_prob + said, entropy + spoken

    def score_factors(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probabilities, (batch, factors), entropy of all, (batch,)): the factors of the acting head and the word,
        or all as one if that head is one."""
        if not hasattr(self.acting, "score_factors"):
            log_prob, entropy = self.score(logits, choice)
            return log_prob.unsqueeze(-1), entropy
        acting, words = self._split(logits)
        factors, entropy = self.acting.score_factors(acting, choice[..., :-1])
        said, spoken = self._score_word(words, choice)
        return torch.cat([factors, said.unsqueeze(-1)], -1), entropy + spoken

    def _score_word(self, words: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logs = words.log_softmax(-1)
        return logs.gather(-1, choice[..., -1:]).squeeze(-1), -(logs.exp() * logs).sum(-1)

    def encode(self, choice: torch.Tensor) -> torch.Tensor:
        """The choice as features, float32 (batch, encoding_size), the word's last."""
        word = F.one_hot(choice[..., -1], len(self.tokens)).float()
        return torch.cat([self.acting.encode(choice[..., :-1]), word], -1)

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes (n * players, parts) into the batch's actions; who is silent says nothing."""
        self.acting.write(choice[:, :-1], batch, tensors)
        said = self.tokens[choice[:, -1]].view(batch.n, batch.players)
        say = tensors["say"].view(torch.int16)  # torch knows little of uint16, and there are fewer tokens than 32,768
        say.zero_()
        say[:, :, 0] = said.to(torch.int16)

    def read(self, batch: Batch, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """The choices of all lanes (n * players, parts) that come nearest to the batch's actions; of what is said, the
        first word, if it is one of its own."""
        said = tensors["say"].view(torch.int16)[:, :, 0].flatten().unsqueeze(-1) == self.tokens
        return torch.cat([self.acting.read(batch, tensors), said.long().argmax(-1, keepdim=True)], -1)
