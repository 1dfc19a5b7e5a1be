"""The contracts of this floor: what a policy, an algorithm, and the parts of a network are, and who calls whom.

    Collector      steps worlds: for each step it calls Algorithm.act, writes the action, and hands back a Transition
    EpisodeReader  reads stored episodes in its place, for an Offline algorithm: each step becomes a Transition
    Algorithm      acts, keeps what it is handed, learns from it when asked to; one file each in algorithms/
    Network        Torso -> (language, film) -> Core -> Head and critic, made from a NetworkSpec
    Auxiliary      a loss beside that of any algorithm, with a head of its own in the Network
    Policy         plays a batch: a random player, an expert, or what an algorithm has learned

A *lane* is one player of one row of a batch: the first axis of every tensor here is lanes. A *state* is the memory of
lanes between steps: any nesting of tuples, dicts and None around tensors with lanes as their first axis (trees.py), or
None. Choices of an action are int64 (lanes, parts), as the head defines them.

A new algorithm, torso, core, head or auxiliary loss is one class that keeps its contract, in a file of this package or
anywhere (see plugins.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    import torch

    from ..worlds.engine.run.batch import Batch
    from .observations import Observation

State = Any


@runtime_checkable
class Policy(Protocol):
    """A player of every lane of a batch.

    `start` is called once with the batch that will be played, before the first `act`. `act` writes `batch.actions` for
    the next step from what can be seen now; is_first (n,) bools tells the rows whose episode has just begun. `report`
    tells what the player measured of itself, as numbers by name. A player with a memory may have `watched(batch)` too:
    it is called after `act` where the batch's actions are those of another instead, in recorded steps that are shown.
    """

    name: str

    def start(self, batch: Batch) -> None:
        """Get ready to play this batch."""

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """Choose the next action of every row."""

    def report(self) -> dict[str, float]:
        """Measurements of the player itself."""
        return {}


class TimeStep(NamedTuple):
    """The knowledge of lanes before they act.

    is_first: float32 (lanes,), 1 where an episode begins; mask: float32 (lanes,), 1 where the lane plays, 0 where this
    player is done and waits for the others; expert_action: int64 (lanes, parts), what the world's expert would do, -1
    where it knows no plan, if the algorithm wants it, else None; lanes: which of the run's lanes these are.
    """

    observation: Observation
    is_first: torch.Tensor
    mask: torch.Tensor
    expert_action: torch.Tensor | None
    lanes: slice


class Decision(NamedTuple):
    """The choice of an algorithm: action int64 (lanes, parts); state after it; extras: tensors (lanes, …) that it wants
    back with the transition, such as log-probabilities and values."""

    action: torch.Tensor
    state: State
    extras: dict[str, torch.Tensor]


class Transition(NamedTuple):
    """One step of some lanes.

    timestep, state: what was known before it; decision: what was chosen; reward: float32 (lanes,), 0 where the mask is;
    ended: float32 (lanes,), 1 where the episode ended with this step for this player; cut: int64 (k,), indices of those
    that the clock alone cut off (truncated and not terminated), whose future has a value; final(indices): what those of
    these lanes see after the step, before any reset; step: its number in this rollout, from 0.
    """

    timestep: TimeStep
    state: State
    decision: Decision
    reward: torch.Tensor
    ended: torch.Tensor
    cut: torch.Tensor
    final: Callable[[torch.Tensor], Observation]
    step: int


class Recorded(NamedTuple):
    """The stored episodes of a world that an algorithm could learn from.

    steps: int64 (n,), of each episode; returns: float64 (n, players), sums of rewards; success: bool (n,), whether any
    player succeeded; task: int64 (n,), the same number for the same task, or for the same instructions where tasks have
    no names; ids: of the episodes.
    """

    steps: np.ndarray
    returns: np.ndarray
    success: np.ndarray
    task: np.ndarray
    ids: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Setup:
    """The things that an algorithm is given to begin with.

    build(): a new Network of the run's spec (networks/spec.py), on its device: network(observation, state, is_first)
    takes is_first of (steps, lanes), and gives logits of `network.head`, values and the state after it;
    network.initial(lanes) is the first state; lanes: how many it learns in; example: an observation of them; steps: of
    the whole run, in these lanes; rollout: steps of each lane before each update; generator: of all random numbers that
    learning uses; threads: of the CPU; compile, bf16: how the network is run; memory: bytes that rollouts and replay
    buffers may take at most.
    """

    build: Callable[[], Any]
    lanes: int
    example: Observation
    steps: int
    rollout: int
    generator: torch.Generator
    device: torch.device
    threads: int
    compile: bool
    bf16: bool
    memory: int


class Algorithm(Protocol):
    """A way of learning: `act` and `observe` for each step of a rollout, without gradients, then `update`, with them.
    Tensors of time steps and transitions may be kept: no later step changes them.

    Settings: a frozen dataclass of its own settings, each with a default and, in the comment beside it, its source. One
    is `rollout`, the steps of each lane before each update; check() raises ValueError for values that cannot be.
    source: the paper. needs (optional): texts, what it asks of worlds and networks.
    """

    Settings: ClassVar[type]
    source: ClassVar[str]

    def __init__(self, settings: Any, setup: Setup):
        """Make networks, optimiser and storage."""

    @property
    def wants_expert(self) -> bool:
        """Whether time steps bring the action of the world's expert."""

    @property
    def errors(self) -> torch.Tensor | None:
        """After an update, float32 (rollout, lanes): how wrong values were, NaN where a lane did not play, for
        curricula that ask; None if it estimates none."""

    def initial(self, lanes: int) -> State:
        """The state of lanes whose episode begins."""

    def act(self, timestep: TimeStep, state: State, progress: float) -> Decision:
        """Choose in training. progress: share of the run that lies behind, 0 to 1."""

    def observe(self, transition: Transition) -> None:
        """Take in what came of a decision; called in the order of the steps, for all lanes of the run."""

    def update(self, timestep: TimeStep, state: State, progress: float) -> dict[str, float]:
        """Learn. timestep, state: of all lanes now, after the rollout. Returns metrics by name, finite numbers; the
        same names each time, but fewer while nothing is learned yet."""

    def networks(self) -> list[Any]:
        """The networks that play, see `play`: one, or one for each player."""

    def state_dict(self) -> dict[str, Any]:
        """All that a run needs to go on: nested dicts and lists of tensors, numbers and texts. `networks` holds the
        state_dict of each of `networks()`."""

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to what `state_dict` gave."""

    @staticmethod
    def play(
        network: Any, logits: torch.Tensor, values: torch.Tensor, generator: torch.Generator | None
    ) -> torch.Tensor:
        """How a trained network acts: choices int64 (lanes, parts) from what it gave; the best ones without a
        generator."""


class Offline(Algorithm, Protocol):
    """An algorithm that learns from a store of episodes, and does not play: `offline` is True. The transitions that it
    observes are steps of stored episodes, one after the other with a memory and shuffled without one. Their decisions
    are what was done, with the labels of the step as extras; their states are those of lanes whose episode begins,
    since no network was run. `act` is not called. With label_steps (optional) it labels episodes from their
    frames, too, see auxiliary.Steps, and label_bytes is how many bytes that takes for a step."""

    offline: ClassVar[bool]

    def choose(self, recorded: Recorded) -> np.ndarray:
        """How often steps of each episode come up beside those of the others, float64 (n,), 0 for episodes that are
        left out; called once for each world, in their order."""

    def label(self, actions: torch.Tensor, rewards: torch.Tensor, playing: torch.Tensor) -> dict[str, torch.Tensor]:
        """The facts that it wants of each step of an episode, tensors (steps, players, …) by name: actions are int64
        (steps, players, parts), rewards float32 (steps, players), and playing float32 (steps, players), 0 after a
        player's end and where the head cannot make what was done."""


class Torso(Protocol):
    """Pixels to a feature map: an nn.Module, made by Class(size, **options) for frames of (height, width).

    shape: (channels, rows, columns) of the map; film: how many vectors of `channels` numbers modulate it, 0 for none.
    """

    shape: tuple[int, int, int]
    film: int

    def forward(self, pixels: torch.Tensor, film: torch.Tensor | None) -> torch.Tensor:
        """uint8 (batch, height, width, 3), and float (batch, film, channels) or None, to float (batch, *shape)."""


class Core(Protocol):
    """A memory: an nn.Module, made by Class(features, units, **options). outputs: features that it gives, as many as
    units; takes_map (optional): True for one that takes a map, and is made with features = (channels, rows,
    columns)."""

    outputs: int

    def initial(self, lanes: int) -> State:
        """The state at the start of an episode."""

    def forward(self, features: torch.Tensor, state: State, is_first: torch.Tensor) -> tuple[torch.Tensor, State]:
        """(steps, lanes, features), or a map (steps, lanes, channels, rows, columns), to (steps, lanes, outputs).
        is_first: float32 (steps, lanes), 1 where an episode begins with this step: nothing older may have an effect."""


class Head(Protocol):
    """Features to a distribution over actions: an nn.Module, made by Class(features, controls).

    parts: whole numbers in a choice; encoding_size: features of `encode`. score_factors (optional): as `score`, with
    log-probabilities (batch, factors) of parts that PPO clips one by one, and which add up to that of the choice.
    """

    parts: int
    encoding_size: int

    def check(self, world: Any) -> None:
        """Raise ValueError unless its actions can be played in this world."""

    def mask(self, world: Any) -> torch.Tensor | None:
        """Added to the logits in this world, float32 (logits,); None for a head that is made for its world."""

    def words(self, controls: Any) -> tuple[str, ...]:
        """The words of a voice beside this head."""

    def sizes(self) -> tuple[int, ...]:
        """How many logits each part of a choice has, in their order; a switch has 1, of being held."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(batch, features) to logits, float32 (batch, …)."""

    def sample(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """A random choice, int64 (batch, parts), or the most likely one without a generator."""

    def score(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of the choice, entropy), each (batch,)."""

    def encode(self, choice: torch.Tensor) -> torch.Tensor:
        """The choice as features, float32 (batch, encoding_size)."""

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes of a batch into its actions, through `batch.tensors()`."""

    def read(self, batch: Batch, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """The choices of all lanes of a batch that come nearest to its actions."""


class Auxiliary(Protocol):
    """A loss beside that of any algorithm: an nn.Module, made by Class(network), whose parts it may use and must not
    keep: network.encoded and network.outputs are the features of a frame and of what the head reads.

    source: the paper; weight: by which the loss is multiplied unless a run says otherwise. begin(batch) and
    sense(batch, state, is_first) (optional, static): a target that the simulator knows, (target of each lane now, state
    after it), which comes with `observation.targets` under the name of the loss; is_first: float32 (lanes,).
    """

    source: ClassVar[str]
    weight: ClassVar[float]

    @staticmethod
    def check(spec: Any, world: Any) -> None:
        """Raise ValueError where this world, or a network of this spec, has nothing to learn from."""

    def label(self, steps: Any, future: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """The targets of steps (auxiliary.Steps) that one of them does not show by itself, tensors (steps,
        lanes, …) by name. future: what `ahead` gave of the lanes after them, None if nobody has looked. The shapes are
        the same for one step."""

    def ahead(self, seen: Any) -> torch.Tensor | None:
        """The expectation of lanes from now on, (lanes, …), from what the network sees (auxiliary.Seen)."""

    def forward(self, network: Any, seen: Any, labels: dict[str, torch.Tensor]) -> torch.Tensor:
        """The loss of each sample, float32 (samples,). seen: auxiliary.Seen; labels: those of `label`, (samples, …)."""
