"""The hands: a network's last layer as a distribution over actions, and how a choice becomes an action.

Two kinds. `Moves` picks one of the world's named moves. `Devices` holds the keyboard and the mouse themselves: each key
and button the world listens to is pressed or not, and mouse motion and wheel are picked from a few bins. A choice is a
row of whole numbers, one for each part, int64 (batch, parts). `Talking` gives either a voice beside it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ...interface.action import MOUSE_ONE, move_table, quantise_mouse
from ...interface.devices import BINS, bin_centres, listens
from ...interface.keys import WHEEL, button_index, key_index
from ...interface.text import encode, vocabulary
from ...worlds.engine.batch import Batch
from ...worlds.engine.world import World
from .torso import initialise


def pick(logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
    """A random index along the last axis for each row of logits, or the most likely one without a generator."""
    if generator is None:
        return logits.argmax(-1)
    noise = torch.empty_like(logits, dtype=torch.float32).exponential_(generator=generator)
    return (logits.float() - noise.log()).argmax(-1)  # the Gumbel-max trick


class Moves(nn.Module):
    """One of the world's moves: a categorical distribution. Choices: int64 (batch, 1)."""

    held: torch.Tensor
    turned: torch.Tensor
    motion: torch.Tensor

    def __init__(self, features: int, world: World):
        super().__init__()
        table = move_table(world.moves)
        held = np.concatenate([table["keys"], table["buttons"]], -1)
        for name, values in (("held", held), ("turned", table["wheel"]), ("motion", table["mouse"])):
            self.register_buffer(name, torch.from_numpy(values.copy()), False)
        self.parts, self.echoes = 1, len(world.moves)
        self.layer = initialise(nn.Linear(features, len(world.moves)), 0.01)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features to logits of the moves, float32."""
        return self.layer(features).float()

    def sample(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """A random choice, or the most likely one if generator is None."""
        return pick(logits, generator).unsqueeze(-1)

    def score(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of the choice, entropy), each (batch,)."""
        logs = logits.log_softmax(-1)
        return logs.gather(-1, choice).squeeze(-1), -(logs.exp() * logs).sum(-1)

    def echo(self, choice: torch.Tensor) -> torch.Tensor:
        """The choice as features, float32 (batch, echoes): 1 for the move that was made."""
        return F.one_hot(choice[..., 0], self.echoes).float()

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes (n * players, 1) into the batch's actions."""
        batch.act(choice.view(batch.n, batch.players))

    def read(self, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """The choices of all lanes (n * players, 1) that come nearest to the batch's actions: those with the fewest
        other keys, then with the nearest motion of the mouse."""
        held = torch.cat([tensors["keys"].flatten(0, 1), tensors["buttons"].flatten(0, 1)], -1)
        others = (held.unsqueeze(1) != self.held).sum(-1) + (tensors["wheel"].flatten().unsqueeze(1) != self.turned)
        aside = (tensors["mouse"].flatten(0, 1).unsqueeze(1) - self.motion).abs().sum(-1)
        return (others * 4 * MOUSE_ONE + aside).argmin(-1, keepdim=True)


class Devices(nn.Module):
    """Keyboard and mouse: a Bernoulli for each key and button, a categorical for each mouse axis and the wheel.

    Only what the world listens to has a part: its keys, its buttons, the mouse if it has a cursor or a move uses the
    mouse, the wheel if a move turns it.
    """

    keys: torch.Tensor
    buttons: torch.Tensor
    motion: torch.Tensor

    def __init__(self, features: int, world: World):
        super().__init__()
        mouse, wheel, reach = listens(world)
        self.switches = len(world.keys) + len(world.buttons)
        self.groups = (BINS,) * (2 * mouse) + (len(WHEEL),) * wheel
        self.mouse, self.wheel = mouse, wheel
        self.parts, self.echoes = self.switches + len(self.groups), self.switches + sum(self.groups)
        self.layer: nn.Linear = initialise(nn.Linear(features, self.switches + sum(self.groups)), 0.01)
        with torch.no_grad():  # begin with about one switch held, not with half the keyboard
            self.layer.bias[: self.switches] = -float(np.log(max(self.switches - 1, 1)))
        centres = quantise_mouse(bin_centres() * reach)
        self.register_buffer("keys", torch.tensor([key_index(k) for k in world.keys], dtype=torch.long), False)
        self.register_buffer("buttons", torch.tensor([button_index(b) for b in world.buttons], dtype=torch.long), False)
        self.register_buffer("motion", torch.from_numpy(centres), False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features to the parameters of all parts side by side, float32."""
        return self.layer(features).float()

    def _split(self, logits: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return logits.split((self.switches, *self.groups), -1)

    def sample(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """A random choice, or the most likely one if generator is None."""
        switches, *groups = self._split(logits)
        level = 0.5 if generator is None else torch.rand(switches.shape, generator=generator, device=logits.device)
        held = (switches.sigmoid() > level).long()
        return torch.cat([held, *(pick(group, generator).unsqueeze(-1) for group in groups)], -1)

    def score(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of the choice, entropy), each (batch,): sums over the parts, which are independent."""
        switches, *groups = self._split(logits)
        held = choice[..., : self.switches].to(logits.dtype)
        log_prob = -F.binary_cross_entropy_with_logits(switches, held, reduction="none").sum(-1)
        chance = switches.sigmoid()
        entropy = F.binary_cross_entropy_with_logits(switches, chance, reduction="none").sum(-1)
        for index, group in enumerate(groups, self.switches):
            logs = group.log_softmax(-1)
            log_prob = log_prob + logs.gather(-1, choice[..., index : index + 1]).squeeze(-1)
            entropy = entropy - (logs.exp() * logs).sum(-1)
        return log_prob, entropy

    def echo(self, choice: torch.Tensor) -> torch.Tensor:
        """The choice as features, float32 (batch, echoes): 1 for what was held and for the bins that were picked."""
        picked = choice[..., self.switches :].unbind(-1)
        bins = [F.one_hot(part, size) for part, size in zip(picked, self.groups, strict=True)]
        return torch.cat([choice[..., : self.switches], *bins], -1).float()

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes (n * players, parts) into the batch's actions, through `batch.tensors()`."""
        parts = choice.view(batch.n, batch.players, self.parts)
        keys = len(self.keys)
        tensors["keys"][:, :, self.keys] = parts[..., :keys].to(torch.uint8)
        tensors["buttons"][:, :, self.buttons] = parts[..., keys : self.switches].to(torch.uint8)
        if self.mouse:
            tensors["mouse"][...] = self.motion[parts[..., self.switches : self.switches + 2]]
        if self.wheel:
            tensors["wheel"][...] = parts[..., -1].to(torch.uint8)

    def read(self, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """The choices of all lanes (n * players, parts) that come nearest to the batch's actions."""
        parts = [tensors["keys"][:, :, self.keys], tensors["buttons"][:, :, self.buttons]]
        if self.mouse:
            parts.append((tensors["mouse"].unsqueeze(-1) - self.motion).abs().argmin(-1))
        if self.wheel:
            parts.append(tensors["wheel"].unsqueeze(-1))
        return torch.cat([part.flatten(0, 1).long() for part in parts], -1)


HEADS: dict[str, Any] = {"moves": Moves, "devices": Devices}


def words_of(world: World) -> tuple[str, ...]:
    """The words that a learned player can say in a world, each once and each one token: the colours, kinds and sizes of
    its things, the words that its moves' names are made of, and "yes" and "no"."""
    things = world.things
    named = (*things.colours, *things.kinds, *things.sizes) if things else ()
    moves = (word for name in world.moves for word in name.split())
    known = set(vocabulary())
    return tuple(word for word in dict.fromkeys((*named, *moves, "yes", "no")) if word in known)


class Talking(nn.Module):
    """Hands and a voice: one more part beside those of a head, a categorical of silence and the words of `words_of`.

    Choices: int64 (batch, parts), the last of them 0 for silence or 1 + the index of a word. One word is said in a
    tick. The tokens of the words are kept with the weights, so that a saved network says what it learned to say even
    where the world has come to list its things in another order. Raises ValueError for a world with one player.
    """

    tokens: torch.Tensor

    def __init__(self, hands: Moves | Devices, features: int, world: World):
        super().__init__()
        if world.players < 2:
            raise ValueError(
                f"{world.name} has one player, who has nobody to talk to: leave talk off, or choose a world of several"
            )
        words = words_of(world)
        self.hands = hands
        self.parts, self.echoes = hands.parts + 1, hands.echoes + 1 + len(words)
        self.layer = initialise(nn.Linear(features, 1 + len(words)), 0.01)
        self.register_buffer("tokens", torch.tensor([0, *(int(encode(word)[0]) for word in words)]))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features to the parameters of all parts side by side, float32, the words' last."""
        return torch.cat([self.hands(features), self.layer(features).float()], -1)

    def _split(self, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        words = len(self.tokens)
        return logits[..., :-words], logits[..., -words:]

    def sample(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """A random choice, or the most likely one if generator is None."""
        hands, words = self._split(logits)
        return torch.cat([self.hands.sample(hands, generator), pick(words, generator).unsqueeze(-1)], -1)

    def score(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of the choice, entropy), each (batch,): sums over hands and voice."""
        hands, words = self._split(logits)
        log_prob, entropy = self.hands.score(hands, choice[..., :-1])
        logs = words.log_softmax(-1)
        said = logs.gather(-1, choice[..., -1:]).squeeze(-1)
        return log_prob + said, entropy - (logs.exp() * logs).sum(-1)

    def echo(self, choice: torch.Tensor) -> torch.Tensor:
        """The choice as features, float32 (batch, echoes), the word's last."""
        word = F.one_hot(choice[..., -1], len(self.tokens)).float()
        return torch.cat([self.hands.echo(choice[..., :-1]), word], -1)

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes (n * players, parts) into the batch's actions; who is silent says nothing."""
        self.hands.write(choice[:, :-1], batch, tensors)
        said = self.tokens[choice[:, -1]].view(batch.n, batch.players)
        say = tensors["say"].view(torch.int16)  # torch knows little of uint16, and there are fewer tokens than 32,768
        say.zero_()
        say[:, :, 0] = said.to(torch.int16)

    def read(self, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """The choices of all lanes (n * players, parts) that come nearest to the batch's actions; of what is said, the
        first word, if it is one of its own."""
        said = tensors["say"].view(torch.int16)[:, :, 0].flatten().unsqueeze(-1) == self.tokens
        return torch.cat([self.hands.read(tensors), said.long().argmax(-1, keepdim=True)], -1)


def head_of(name: str, features: int, world: World, talk: bool = False) -> Any:
    """The head of this name in HEADS, with a voice if talk. Raises ValueError for a name that is none, or if nobody is
    there to talk to."""
    if name not in HEADS:
        raise ValueError(f"unknown head {name!r}; it is {' or '.join(HEADS)}")
    hands = HEADS[name](features, world)
    return Talking(hands, features, world) if talk else hands
