"""A trained network as a player."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from ..interface.text import cut
from ..worlds.engine.render.views import Tiles
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.world import World
from . import checkpoint
from .contracts import State
from .lookup import find
from .networks import Network, NetworkSpec
from .observations import Observation, ObservationReader, averaged, draw_at, untold
from .trees import at, tree_map

MOST_GUIDANCE = 100.0
_NOTICED: set[str] = set()
"""Notices about frames that were given, each once."""


class Note(NamedTuple):
    """The last input of a network when it acted, and its results: the observation of its lanes, its state
    before, is_first float32 (1, lanes), and values float32 (lanes,)."""

    observation: Observation
    state: State
    is_first: torch.Tensor
    values: torch.Tensor


class NetworkPolicy:
    """Plays with a network for all players, or with one for each, in any world that its head can play.

    play: how choices come from what a network gives, see Algorithm.play; by chance with the seed, or always the best
    with greedy. think: how often the core runs again on the first frame of an episode before the first action (Guez et
    al. 2019). guidance: how many times what the instruction changes of the logits counts, beside those of a lane that
    is told nothing (classifier-free guidance, Ho and Salimans 2022, arXiv 2207.12598): 1 for the policy as it is, 0 for
    that without words. Raises ValueError if it should think and has no core, or be guided and reads no instruction.
    notes: once it is a list, what each network noted when it acted last. done: whether each row's players say, of the
    state that they looked at last, that their instruction is fulfilled, bool (n,); None for networks that never say so.
    """

    notes: list[Note] | None = None
    done: np.ndarray | None = None
    _told: np.ndarray | None = None

    def __init__(
        self, networks: Sequence[Network], play: Callable[..., torch.Tensor], *, name: str = "learned", seed: int = 0,
        greedy: bool = False, think: int = 0, guidance: float = 1.0,
    ):  # fmt: skip
        self.name, self._networks, self._play, self._seed, self._greedy = name, list(networks), play, seed, greedy
        self._spec: NetworkSpec = networks[0].spec
        if think < 0 or (think and not self._spec.remembers):
            raise ValueError(
                f"{name} has no memory to think with: leave --think out" if think > 0 else "think is 0 or more"
            )
        if not 0 <= guidance <= MOST_GUIDANCE:  # which NaN is not, either
            raise ValueError(f"guidance is a number from 0 to {MOST_GUIDANCE}, got {guidance}")
        if guidance != 1 and not self._spec.instructed:
            raise ValueError(f"{name} reads no instructions, so there is nothing to guide it by: leave --guidance out")
        self._guidance = guidance
        self._counts = np.zeros(3, np.int64)  # episodes: that succeeded, that were said to be done, and rightly so
        self._cores = [partial(thinking, each.core, think) if think and each.core else None for each in networks]

    @property
    def networks(self) -> list[Network]:
        """Its networks: one for all players, or one for each."""
        return self._networks

    @property
    def reads(self) -> bool:
        """Whether it reads instructions."""
        return self._spec.instructed

    def frame(self, batch: Batch, player: int) -> np.ndarray:
        """The frame of a player of the first row as it looks at it, uint8 (height, width, 3): smaller where a batch
        must be drawn larger than the frames that it was trained on."""
        picture = torch.from_numpy(batch.picture(player=player))
        return averaged(picture[None], self._spec.size)[0].numpy()

    def plays(self, world: World) -> bool:
        """Whether it can play this world: its head fits, and it is for one player or as many as there are."""
        try:
            self._networks[0].head.check(world)
        except ValueError:
            return False
        return len(self._networks) in (1, world.players)

    def tell(self, text: str | None) -> None:
        """Read this in place of the instruction of the world or task, from now on: any text, of which so much is read
        as has room; None: the world's again."""
        self._told = None if text is None else cut(text)

    def start(self, batch: Batch) -> None:
        """Set the frame size that the networks were made for, and begin with empty memories. Raises ValueError if they
        are for another number of players, or their head does not fit the world."""
        if len(self._networks) not in (1, batch.players):
            raise ValueError(f"{self.name} is for {len(self._networks)} players, and here are {batch.players}")
        head, self._players = self._networks[0].head, batch.players
        head.check(batch.world)
        draw_at(batch, self._spec.size, self._spec.cells)
        self._notice(batch)
        self._reader = ObservationReader([batch], size=self._spec.size, goals=self._spec.goals)
        self._reader.mask([head.mask(batch.world)])
        lanes, seats, device = batch.n * batch.players, len(self._networks), self._reader.device
        for network in self._networks:
            network.to(device)
        self._generator = None if self._greedy else torch.Generator(device).manual_seed(self._seed)
        self._states = [network.initial(lanes // seats) for network in self._networks]
        self._untold = [network.initial(lanes // seats) for network in self._networks]
        self._plans: list[torch.Tensor | None] = [None] * seats
        self._ages = [torch.zeros(lanes // seats, dtype=torch.int64, device=device) for _ in range(seats)]
        self._action = torch.zeros(lanes, head.parts, dtype=torch.int64, device=device)
        self.done = np.zeros(batch.n, bool) if self._spec.done else None
        self._early = np.zeros(batch.n, bool)

    def _notice(self, batch: Batch) -> None:
        """Say once for each world where its frames are not drawn as those that the networks were trained on."""
        (height, width), cells, name = self._spec.size, self._spec.cells, batch.world.name
        if batch.size != (height, width):
            told = f"{name} is drawn at {batch.size[0]}x{batch.size[1]} and averaged to the {height}x{width}"
        elif cells and isinstance(batch.world.view, Tiles) and (batch.rows > cells[0] or batch.cols > cells[1]):
            told = f"{name} shows {batch.rows}x{batch.cols} tiles, smaller than the {cells[0]}x{cells[1]}"
        else:
            return
        told = f"{told} that {self.name} was trained on"
        if told not in _NOTICED:
            _NOTICED.add(told)
            warnings.warn(told, stacklevel=3)

    @torch.no_grad()
    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """Look, and choose for every lane."""
        first = torch.from_numpy(np.repeat(is_first, batch.players)).to(self._reader.device, torch.float32)
        observation, tensors = self._observed(batch), self._reader.tensors[0]
        ends = torch.zeros(len(first), dtype=torch.bool)
        for seat, network in enumerate(self._networks):
            lanes = slice(seat, None, len(self._networks))
            given = observation.of(lanes).trim(), self._states[seat], first[lanes].unsqueeze(0)
            trace: dict[str, torch.Tensor] | None = {} if network.ending else None
            logits, values, self._states[seat] = network(*given, self._cores[seat], trace)
            if network.ending and trace is not None:
                ends[lanes] = network.ending(trace["outputs"].float())[:, 0].cpu() > 0
            if self._guidance != 1:
                logits = self._guided(seat, given[0], first[lanes].unsqueeze(0), logits)
            if self.notes is not None:
                seen = given[0]._replace(pixels=given[0].pixels.clone(), last_action=self._action[lanes].clone())
                self.notes[seat : seat + 1] = [Note(seen, *given[1:], values)]
            if network.spec.chunk > 1:
                logits = self._planned(seat, network.chunked(logits), first[lanes] > 0)
            self._action[lanes] = self._play(network, logits, values, self._generator)
        if self.done is not None:
            self.done = ends.view(batch.n, -1).all(1).numpy()
            self._early = (self._early & ~is_first) | self.done
        self._networks[0].head.write(self._action, batch, tensors)

    def _observed(self, batch: Batch) -> Observation:
        """The observations of all lanes now."""
        batch.draw()
        observation, tensors = self._reader.observe(), self._reader.tensors[0]
        observation = observation._replace(last_action=self._action, last_reward=tensors["reward"].flatten())
        if self._told is None:
            return observation
        told = torch.from_numpy(self._told[None].astype(np.int64)).to(self._reader.device)
        tables = observation.tables._replace(instructions=told)
        return observation._replace(instruction=torch.zeros_like(observation.instruction), tables=tables)

    @torch.no_grad()
    def features(self, batch: Batch, is_first: np.ndarray) -> torch.Tensor:
        """The features from which heads read, float32 (lanes, outputs), of the states of a batch now, one network for
        all players; nothing is remembered of this look."""
        first = torch.from_numpy(np.repeat(is_first, batch.players)).to(self._reader.device, torch.float32)
        trace: dict[str, torch.Tensor] = {}
        self._networks[0](self._observed(batch).trim(), self._states[0], first.unsqueeze(0), self._cores[0], trace)
        return trace["outputs"].float()

    def ended(self, batch: Batch, rows: np.ndarray, success: np.ndarray) -> None:
        """Episodes have ended, or have just succeeded, in these rows, bool (n,), some of them with success, bool (n,):
        note whether the networks say so now, and did not before."""
        network = self._networks[0]
        if self.done is None or network.ending is None or not rows.any():
            return
        with torch.no_grad():
            says = network.ending(self.features(batch, np.zeros(batch.n, bool)))[:, 0].view(batch.n, -1) > 0
        now = says.all(1).cpu().numpy()
        right = now & success & ~self._early & rows
        self._counts += [int((rows & success).sum()), int((rows & (now | self._early)).sum()), int(right.sum())]

    def _guided(
        self, seat: int, observation: Observation, is_first: torch.Tensor, logits: torch.Tensor
    ) -> torch.Tensor:
        """The logits, with what the instruction changes of them counting `guidance` times."""
        silent = untold(observation, torch.ones_like(observation.instruction, dtype=torch.bool))
        plain, _, self._untold[seat] = self._networks[seat](silent, self._untold[seat], is_first, self._cores[seat])
        return plain + self._guidance * (logits - plain)

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

    @property
    def attends(self) -> bool:
        """Whether it has any attention, see `attention`."""
        return self._networks[0].attends

    def values(self) -> list[float]:
        """Of the notes: the value that each player of the first row expects."""
        return [float(note.values[lane]) for note, lane in self._noted()]

    def attention(self) -> list[dict[str, np.ndarray]]:
        """Of the notes: what each player of the first row attends to, see Network.attention."""
        found = []
        for seat, (note, lane) in enumerate(self._noted()):
            network = self._networks[seat if len(self._networks) > 1 else 0]
            weights = network.attention(note.observation, note.state, note.is_first)
            found.append({name: part[lane].float().cpu().numpy() for name, part in weights.items()})
        return found

    def _noted(self) -> list[tuple[Note, int]]:
        """For each player of the first row the note of its network, and its lane there."""
        assert self.notes
        if len(self._networks) > 1:
            return [(note, 0) for note in self.notes]
        return [(self.notes[0], player) for player in range(self._players)]

    def following(self, batch: Batch) -> NetworkPolicy:
        """One with the same networks, for this batch, which always does what is likeliest."""
        twin = NetworkPolicy(self._networks, self._play, name=self.name, greedy=True)
        twin.start(batch)
        return twin

    def recall(self, notes: Sequence[Note]) -> None:
        """Go on from what another player of the same networks had noted, as if it were this one's."""
        for seat, note in enumerate(notes):
            lanes = slice(seat, None, len(self._networks))
            self._states[seat] = tree_map(torch.clone, note.state)
            if note.observation.last_action is not None:
                self._action[lanes] = note.observation.last_action
        self._plans = [None] * len(self._networks)
        for age in self._ages:
            age.zero_()

    @torch.no_grad()
    def watched(self, batch: Batch) -> None:
        """Remember the batch's actions as its own last ones: it has looked, by `act`, while another played. A plan that
        it has made meanwhile is given up."""
        tensors = self._reader.tensors[0]
        self._action.copy_(self._networks[0].head.read(batch, tensors))
        for age in self._ages:
            age.zero_()

    def report(self) -> dict[str, float]:
        """Of networks that say when they are done: the shares of episodes that were rightly said to be done, when they
        had just succeeded and not before, among those that were said to be done at all (`done_precision`), and among
        those that succeeded (`done_recall`)."""
        succeeded, said, right = self._counts.tolist()
        found = {"done_precision": (right, said), "done_recall": (right, succeeded)}
        return {name: part / whole for name, (part, whole) in found.items() if whole}


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
    path: str | Path, *, seed: int = 0, greedy: bool | None = None, think: int = 0, guidance: float = 1.0
) -> tuple[NetworkPolicy, dict[str, Any]]:
    """The player in a checkpoint (a file, a run's folder, or the name of a shipped agent), and the checkpoint. For
    seed, greedy, think and guidance see NetworkPolicy; greedy None: as the card of a shipped agent says, else drawn.

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
    if guidance != 1 and not content["own"].get("untold"):
        raise ValueError(
            f"{path} has never acted without an instruction, so nothing tells what one changes: train with --set "
            "untold=0.1, or leave --guidance out"
        )
    how: dict[str, Any] = {"seed": seed, "greedy": greedy, "think": think, "guidance": guidance}
    return NetworkPolicy(networks, algorithm.play, name=str(path), **how), content
