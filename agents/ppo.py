"""PPO, from top to bottom: proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347) on a batch of a world.

    train(Settings(world="a-world", steps=1_000_000), "runs/first")
    resume("runs/first")

All players of all rows are *lanes*, which share one network (self-play, where there are several players), or each
player of a row has a network of its own (independent PPO). One update plays `rollout` steps in every lane, works out
how much better than expected each action turned out (generalised advantage estimation, Schulman et al. 2016), and
improves the policy on minibatches of it; learner.py does the learning. With the setting `imitate` it also learns to do
what the world's expert would have done in each state that it came to itself: alone as DAgger does (Ross et al. 2011,
arXiv 1011.0686), from the last `keep` steps, or beside PPO (kickstarting, Schmitt et al. 2018, arXiv 1803.03835). On
CUDA nothing leaves the GPU but a few numbers an update, and with a table of tasks a few numbers for each task.
"""

from __future__ import annotations

import dataclasses
import math
import os
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console

from .. import worlds
from ..interface.progress import hushed
from ..tasks.compile import table
from ..tasks.files import load
from ..tasks.goals import Task
from ..worlds.engine.batch import TALLY, Batch
from ..worlds.engine.judge import MILLI
from ..worlds.engine.look import TILE, Tiles
from ..worlds.engine.threads import cores
from ..worlds.engine.turn import longest_chat
from ..worlds.engine.world import World
from . import checkpoint
from .curricula import Seen, curriculum
from .evaluate import ROWS, episodes_of, interval, play_tasks
from .experts import expert
from .learned import Learned, Reader
from .learner import EpisodeMeans, Learner
from .log import Log
from .networks import Network, Shape, Sight
from .policy import Policy
from .runs import Stop, leftovers, owned
from .settings import PATHS, Settings


class Trainer:
    """One run: the batch, the networks, and everything else that a checkpoint must hold."""

    def __init__(self, settings: Settings, world: World | None = None):
        settings.check()
        self.settings = s = settings
        self.threads = s.threads or cores()
        world = world or worlds.load(s.world)
        self.options: dict[str, Any] = {"device": s.device, "threads": self.threads, "repeat": s.ticks(world)}
        self.levels: dict[str, Any] = {"knobs": s.knobs, "limit": s.limit, "levels": s.levels}
        self.tasks = load(s.tasks, world)[0] if s.tasks else []
        given = {"tasks": table(self.tasks, world)} if self.tasks else self.levels
        self.batch = Batch(world, s.envs, seed=s.seed, split=s.split, **given, **self.options)
        self.held = held_out(load(s.evaluate_tasks, world)[0], s.evaluate_episodes) if s.evaluate_tasks else []
        if self.held:  # frames are large enough for them too
            largest = table(self.held, world).records
            self.batch.rows = max(self.batch.rows, int(largest["rows"].max()))
            self.batch.cols = max(self.batch.cols, int(largest["cols"].max()))
        cells = (self.batch.rows, self.batch.cols)
        self.batch.size = size = s.size or world.look.frame(*cells)
        tiles = isinstance(world.look, Tiles) and not s.size
        heard = longest_chat(self.batch.players, words=1)  # a learned player says one word at most
        self.reader = Reader(self.batch, longest=heard)
        self.device = self.reader.device
        self.shape = Shape(
            size, s.head, TILE if tiles else 0, s.channels, s.blocks, s.hidden, s.units, s.words,
            guided=self.reader.several, talk=s.talk, cells=cells, recall=s.recall and s.units > 0, points=s.points,
        )  # fmt: skip
        self.generator = torch.Generator(self.device).manual_seed(s.seed)
        self.lanes = self.batch.n * self.batch.players
        with _threads(self.threads), torch.random.fork_rng(devices=[]):
            torch.manual_seed(s.seed)
            networks = [Network(world, self.shape) for _ in range(seats(s.policies, self.batch.players))]
        self.learners = [
            Learner(s, network.to(self.device), slice(seat, None, len(networks)), self.reader, self.generator)
            for seat, network in enumerate(networks)
        ]
        self.teacher = teacher(world) if s.imitate else None
        if self.teacher:
            self.teacher.start(self.batch)
        self.updates, self.seconds = 0, 0.0
        self.fresh, self.playing = self._full(1.0), self._full(1.0)  # 1 where an episode begins, where a lane plays
        self.returns, self.lengths, self.won = self._full(0.0), self._full(0.0), self._full(0.0)
        self._begin_curriculum()
        self.batch.reset()
        self.batch.draw()

    def _full(self, value: float) -> torch.Tensor:
        return torch.full((self.lanes,), value, device=self.device)

    def _begin_curriculum(self) -> None:
        """The curriculum and what it is told of; a run without tasks has none."""
        s, n, tasks = self.settings, self.batch.n, len(self.batch.task)
        self.curriculum = None
        if not self.tasks:
            return
        difficulty = np.array([np.nan if task.steps is None else task.steps for task in self.tasks])
        self.curriculum = curriculum(s.curriculum, difficulty, s.curriculum_options)
        self.counted = {name: np.zeros(tasks, np.int64) for name in TALLY}
        self.means = EpisodeMeans(n, tasks, self.device)
        self.over = torch.zeros(s.rollout, n, device=self.device)
        self.rows = torch.zeros(s.rollout, n, dtype=torch.int64, device=self.device)
        nothing = np.zeros(tasks, np.int64)
        self.batch.weights = self.curriculum.weigh(
            Seen(0.0, nothing, nothing, np.zeros(tasks), np.full(tasks, np.nan) if self.curriculum.errors else None)
        )

    @property
    def total(self) -> int:
        """How many updates the run has."""
        return max(self.settings.steps // (self.settings.rollout * self.lanes), 1)

    @property
    def steps(self) -> int:
        """Steps of all lanes together so far."""
        return self.updates * self.settings.rollout * self.lanes

    @torch.no_grad()
    def play(self) -> dict[str, float]:
        """Fill the storage with one rollout. Returns episodes, success, return_mean and length_mean of what ended in
        it, and with several players success and return of each."""
        tensors = self.reader.tensors
        finished = torch.zeros(4, self.batch.players, device=self.device)  # episodes, successes, returns, lengths
        choice = torch.zeros(self.lanes, self.learners[0].network.head.parts, dtype=torch.int64, device=self.device)
        for step in range(self.settings.rollout):
            sight = self.reader.sight()
            shown = self._shown()
            for learner in self.learners:
                at = learner.lanes
                choice[at] = learner.choose(step, sight.of(at), self.fresh[at], self.playing[at])
                if shown is not None and learner.shown is not None:
                    learner.shown[step] = shown[at]
            if shown is not None:
                led = torch.rand(self.lanes, 1, generator=self.generator, device=self.device) < self._lead
                choice = torch.where(led, shown, choice)
            if self.curriculum:
                self.rows[step] = tensors["task"]
            self.learners[0].network.head.write(choice, self.batch, tensors)
            self.batch.step()
            raw = tensors["reward"].flatten() * self.playing
            terminated, truncated = tensors["terminated"].flatten().float(), tensors["truncated"].flatten().float()
            ended = (terminated + truncated).clamp(max=1)
            cut = truncated * (1 - terminated)
            for learner in self.learners:
                at = learner.lanes
                learner.reward(step, raw[at], ended[at], cut[at], partial(self._look, at))
            self.returns += raw
            self.lengths += self.playing
            self.won += tensors["success"].flatten()
            sums = torch.stack([ended, ended * self.won, ended * self.returns, ended * self.lengths])
            finished += sums.view(4, self.batch.n, self.batch.players).sum(1)
            self.playing = self.playing * (1 - ended)
            over = tensors["over"].bool()
            if self.curriculum:
                self.over[step] = over
            self.fresh = over.repeat_interleave(self.batch.players).float()
            for tally in (self.returns, self.lengths, self.won):
                tally *= 1 - self.fresh
            self.playing = torch.maximum(self.playing, self.fresh)
            self.batch.reset(over)
            self.batch.draw()
        sight = self.reader.sight()
        for learner in self.learners:
            learner.close(sight.of(learner.lanes), self.fresh[learner.lanes])
        return _means(finished.tolist())

    def _shown(self) -> torch.Tensor | None:
        """What the expert would do now, as choices of all lanes; None if nobody imitates it."""
        if self.teacher is None:
            return None
        self.teacher.act(self.batch, self.fresh.view(self.batch.n, -1)[:, 0].bool().numpy())
        return self.learners[0].network.head.read(self.reader.tensors)

    @property
    def _lead(self) -> float:
        """With what chance a step is the expert's."""
        s = self.settings
        return 0.0 if s.reinforce else s.lead * (1 - self.updates / self.total)

    def _look(self, lanes: slice) -> Sight:
        """What these lanes see at this moment."""
        self.batch.draw()
        return self.reader.sight().of(lanes)

    def choose_tasks(self) -> None:
        """Tell the curriculum what has ended in this rollout, and take its weights."""
        if self.curriculum is None:
            return
        errors = None
        if self.curriculum.errors:
            shape = (self.settings.rollout, self.lanes)
            size, weights = torch.zeros(shape, device=self.device), torch.zeros(shape, device=self.device)
            for learner in self.learners:
                size[:, learner.lanes], weights[:, learner.lanes] = learner.gained.abs(), learner.store["weights"]
            by_player = (self.settings.rollout, self.batch.n, self.batch.players)
            errors = self.means(size.view(by_player), weights.view(by_player), self.over, self.rows)
        counts = {name: torch.as_tensor(self.batch.tally[name]).cpu().numpy().copy() for name in TALLY}
        new = {name: counts[name] - self.counted[name] for name in TALLY}
        self.counted = counts
        done = (self.updates + 1) / self.total
        seen = Seen(done, new["attempts"], new["successes"], new["returns"] / MILLI, errors)
        self.batch.weights = self.curriculum.weigh(seen)

    def update(self) -> dict[str, float]:
        """One rollout and what is learned from it. Returns the row of metrics."""
        begun = time.perf_counter()
        rate = self.settings.learning_rate * ((1 - self.updates / self.total) if self.settings.anneal else 1)
        with _threads(self.threads):
            row = self.play()
            self.choose_tasks()
            losses = [learner.learn(rate) for learner in self.learners]
        row |= {name: sum(loss[name] for loss in losses) / len(losses) for name in losses[0]}
        if not all(map(math.isfinite, row.values())):
            raise RuntimeError(f"learning diverged in update {self.updates + 1}: {row}; try a smaller learning rate")
        took = time.perf_counter() - begun
        self.updates += 1
        self.seconds += took
        speed = self.settings.rollout * self.lanes / took
        head = {"update": self.updates, "steps": self.steps, "seconds": self.seconds, "steps_per_second": speed}
        return head | row | {"learning_rate": rate}

    def player(self) -> Learned:
        """The networks as they are now, as a player."""
        return Learned([learner.network for learner in self.learners], self.shape, seed=self.settings.seed)

    def evaluate(self) -> dict[str, float]:
        """Success on `evaluate_tasks`, or else on the levels of `evaluate_split`, with its interval; the same tasks or
        levels every time."""
        with hushed(), _threads(self.threads):  # a run has a bar of its own
            wins = self._held_out()
        low, high = interval(int(wins.sum()), len(wins))
        return {"held_out_success": float(wins.mean()), "held_out_low": low, "held_out_high": high}

    def _held_out(self) -> np.ndarray:
        """Whether each held-out episode was won."""
        s, world = self.settings, self.batch.world
        if self.held:
            times = max(s.evaluate_episodes // len(self.held), 1)
            return play_tasks(self.player(), world, self.held, times, seed=s.seed, **self.options).wins
        batch = Batch(
            world,
            min(s.evaluate_episodes, ROWS),
            split=s.evaluate_split,
            seed=s.seed,
            **self.levels,
            **self.options,
        )
        return episodes_of(self.player(), batch, s.evaluate_episodes).wins

    def state(self) -> dict[str, Any]:
        """Everything that the run needs to go on."""
        content: dict[str, Any] = {
            "world": self.batch.world.name,
            "settings": dataclasses.asdict(self.settings),
            "threads": self.threads,
            "shape": dataclasses.asdict(self.shape),
            "learners": [learner.state() for learner in self.learners],
            "generator": self.generator.get_state(),
            "tallies": [self.fresh, self.playing, self.returns, self.lengths, self.won],
            "states": self._packed(),
            "updates": self.updates,
            "total": self.total,
            "seconds": self.seconds,
        }
        if self.curriculum:
            content["curriculum"] = {
                "tasks": len(self.tasks),
                "state": {name: torch.from_numpy(part.copy()) for name, part in self.curriculum.state().items()},
                "weights": torch.from_numpy(self.batch.weights.copy()),
                "tally": {name: torch.from_numpy(counts) for name, counts in self.counted.items()},
                "means": [self.means.sums, self.means.counts],
            }
        return content

    def restore(self, content: dict[str, Any]) -> None:
        """Go back to a saved state. Raises ValueError if it is of another version of this world, or of other tasks."""
        device = self.device
        for learner, saved in zip(self.learners, content["learners"], strict=True):
            learner.restore(saved)
        self.generator.set_state(content["generator"])
        self.fresh, self.playing, self.returns, self.lengths, self.won = (t.to(device) for t in content["tallies"])
        self._unpack(content["states"].view(self.batch.n, -1).numpy())
        if self.curriculum:
            self._restore_curriculum(content["curriculum"])
        self.batch.draw()
        self.updates, self.seconds = content["updates"], content["seconds"]

    def _packed(self) -> torch.Tensor:
        """The rows of the batch as bytes; of worlds that cannot be saved, what their next episodes are drawn from."""
        if self.batch.world.savable:
            rows = b"".join(map(self.batch.save, range(self.batch.n)))
        else:
            rows = self.batch.states["stream"].tobytes()
        return torch.from_numpy(np.frombuffer(rows, np.uint8).copy())

    def _unpack(self, rows: np.ndarray) -> None:
        """Go back to what `_packed` gave, bytes (n, …); worlds that cannot be saved begin new episodes."""
        if self.batch.world.savable:
            self.batch.load_rows(slice(None), [data.tobytes() for data in rows])
            return
        self.batch.states["stream"] = rows.copy().view(np.uint64)[:, 0]
        self.batch.reset()
        for tally, value in zip(
            (self.fresh, self.playing, self.returns, self.lengths, self.won), (1, 1, 0, 0, 0), strict=True
        ):
            tally.fill_(value)

    def _restore_curriculum(self, saved: dict[str, Any]) -> None:
        assert self.curriculum is not None
        if saved["tasks"] != len(self.tasks):
            raise ValueError(
                f"{self.settings.tasks} held {saved['tasks']} tasks when this run began, and now it holds "
                f"{len(self.tasks)}: a run goes on only with the file as it was"
            )
        self.curriculum.restore({name: part.numpy() for name, part in saved["state"].items()})
        self.batch.weights = saved["weights"].numpy()
        for name, counts in saved["tally"].items():
            self.counted[name] = counts.numpy()
            torch.as_tensor(self.batch.tally[name]).copy_(counts)
        self.means.sums, self.means.counts = (part.to(self.device) for part in saved["means"])


def teacher(world: World) -> Policy:
    """The expert that is imitated. Raises ValueError for a world without one."""
    found = expert(world)
    if found is None:
        raise ValueError(f"{world.name} has no expert to imitate: leave imitate at 0")
    return found


def seats(policies: str, players: int) -> int:
    """How many networks there are: 1 for all players, or one for each."""
    return players if policies == "independent" else 1


def held_out(tasks: list[Task], most: int) -> list[Task]:
    """At most so many of the tasks, spread evenly over them."""
    if len(tasks) <= most:
        return tasks
    return [tasks[index] for index in np.linspace(0, len(tasks) - 1, most).round().astype(int)]


def _means(finished: list[list[float]]) -> dict[str, float]:
    """The metrics of what ended in a rollout, from the sums of episodes, successes, returns and lengths by player."""
    episodes = sum(finished[0])
    if not episodes:
        return {"episodes": 0}
    names = ("success", "return_mean", "length_mean")
    row = {"episodes": episodes} | {name: sum(part) / episodes for name, part in zip(names, finished[1:], strict=True)}
    if len(finished[0]) > 1:
        for player, (count, wins, total, _) in enumerate(zip(*finished, strict=True)):
            if count:
                row |= {f"success_{player + 1}": wins / count, f"return_{player + 1}": total / count}
    return row


def train(settings: Settings, folder: str | Path, *, overwrite: bool = False, bar: bool = True) -> Path:
    """Train from the beginning in a run's folder; returns the path of the last checkpoint.

    The folder gets checkpoint.pt, metrics.csv and tensorboard/. Ctrl-C and SIGTERM end the run after the update that it
    is in, with a checkpoint. Raises ValueError if the folder holds a run already, unless overwrite, or files of such
    names that are no run's, or if another process trains in it, and OSError if the disk is full.
    """
    folder, settings = Path(folder), settings.absolute()
    leftovers(folder, overwrite)
    trainer = Trainer(settings)
    with owned(folder):
        for old in leftovers(folder, overwrite):
            old.unlink(missing_ok=True)
        return _run(trainer, folder, bar)


def resume(folder: str | Path, *, world: str | Path | None = None, bar: bool = True, **changes: Any) -> Path:
    """Go on with a run from its last checkpoint, as if it had never stopped (but for what imitation has
    kept, which is gathered anew); returns the path of the last checkpoint.

    world: that of the run, which is wanted if it is in a folder of one's own, since a checkpoint's folder is not
    imported for its name. changes: settings to go on with, of those that are FREE; with more `steps`, a finished run is
    trained on. Raises ValueError for any other that differs from the run's, for a world that is not the run's, for
    files that are not where they were, and if another process trains in the folder.
    """
    file = checkpoint.find(folder)
    with owned(file.parent):
        settings, found, content = saved_run(file, world, changes)
        trainer = Trainer(settings, found)
        try:
            trainer.restore(content)
        except (KeyError, TypeError, AttributeError, IndexError, RuntimeError) as error:
            raise ValueError(f"{file} is damaged, or of another version of Rumpus: {error}") from None
        return _run(trainer, file.parent, bar)


def saved_run(
    file: Path, world: str | Path | None = None, changes: Mapping[str, Any] | None = None
) -> tuple[Settings, World, dict[str, Any]]:
    """The settings of a run with these changes, its world, and what its checkpoint holds; see resume for all of it."""
    changes = changes or {}
    content = checkpoint.load(file, None if world is None else worlds.load(world).name)
    saved = Settings.of(content["settings"], str(file))
    settings = dataclasses.replace(saved, threads=saved.threads or content.get("threads")).changed(changes)
    _check_paths(settings, changes)
    found = _world_of(saved, content["world"]) if world is None else worlds.load(world)
    named = found.name if world is None else str(world)
    return dataclasses.replace(settings, world=named).absolute(), found, content


def _world_of(saved: Settings, name: str) -> World:
    """The world of a run whose world nobody has typed."""
    try:
        return worlds.named(name)
    except ValueError as error:
        raise ValueError(
            f"this run is of {name} in {saved.world}; type that world to go on with it ({error})"
        ) from None


def _check_paths(settings: Settings, given: Mapping[str, Any]) -> None:
    """Raise ValueError if files that a checkpoint names are not there; what is no file or folder is not opened."""
    for name in PATHS:
        path = getattr(settings, name)
        if path is not None and name not in given and not (os.path.isfile(path) or os.path.isdir(path)):
            raise ValueError(f"this run takes its {name} from {path}, where they are no longer: say where, as {name}")


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let torch use so many threads, and afterwards as many as before: sums of floats depend on it."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _run(trainer: Trainer, folder: Path, bar: bool) -> Path:
    """Update after update, with a row of metrics each, and a checkpoint now and then and at the end."""
    s, path, console = trainer.settings, folder / checkpoint.NAME, Console(stderr=True, quiet=not bar, soft_wrap=True)
    steps = trainer.total * s.rollout * trainer.lanes
    if trainer.updates >= trainer.total:
        console.print(
            f"{folder} is finished at {trainer.steps:,} of {steps:,} steps; with more --steps it is trained on"
        )
        return path
    saved = time.monotonic()
    if not trainer.updates:
        checkpoint.save(path, trainer.state())
    options: dict[str, Any] = {"tensorboard": s.tensorboard, "bar": bar, "players": trainer.batch.players}
    with (
        Log(folder, f"ppo on {s.world}", steps, update=trainer.updates, done=trainer.steps, **options) as log,
        Stop(lambda: log.say("Stopping after this update; once more stops at once")) as stop,
    ):
        if not trainer.updates and s.evaluate_every:
            log.write({"update": 0, "steps": 0, "seconds": 0.0, "steps_per_second": 0.0} | trainer.evaluate())
        while trainer.updates < trainer.total and not stop.asked:
            row = trainer.update()
            last = trainer.updates == trainer.total
            if s.evaluate_every and (last or trainer.updates % s.evaluate_every == 0):
                row |= trainer.evaluate()
            log.write(row)
            if last or stop.asked or time.monotonic() - saved >= s.checkpoint_seconds:
                checkpoint.save(path, trainer.state())
                saved = time.monotonic()
    if trainer.updates < trainer.total:
        how = f"rumpus train ppo {shlex.quote(s.world)} --resume --out {shlex.quote(str(folder))}"
        console.print(f"Stopped at {trainer.steps:,} of {steps:,} steps. Go on with: {how}")
        stop.end()
    return path
