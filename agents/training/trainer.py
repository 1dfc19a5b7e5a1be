"""A run in memory: its worlds, its algorithm, and everything else that a checkpoint must hold."""

from __future__ import annotations

import copy
import dataclasses
import math
import os
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from ... import worlds
from ...interface.machine import cores
from ...interface.progress import quiet
from ...tasks.goals import Task
from ...worlds.engine.kernels.tick import longest_chat
from ...worlds.engine.render.views import TILE, Tiles
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from .. import checkpoint
from ..algorithms import ALGORITHMS
from ..algorithms.descent import processes, torch_threads
from ..checks import check_errors, check_metrics
from ..contracts import Algorithm, Offline, Setup
from ..data.collector import Collector
from ..data.lanes import Lanes
from ..data.paid import PaidCollector, Payer, fitting
from ..episodes import ROWS, episodes_of, interval, play_tasks
from ..experts import ControllerExpert, Expert, expert
from ..lookup import find
from ..network_policy import NetworkPolicy
from ..networks import Network, NetworkSpec
from ..networks.auxiliary import AUXILIARIES
from ..networks.heads import ActionSpec, head_of
from ..observations import Observation, draw_at
from ..settings import Config, NetworkSettings
from .independent import Independent
from .places import places, tasks_by_world

if TYPE_CHECKING:
    from ...episodes.recorder import Recorder
    from ..data.reader import EpisodeReader
    from ..data.recorded import Recordings

COUNTED = ("update", "steps", "seconds", "steps_per_second", "collecting")
"""Metrics that the loop itself tells."""


def built(spec: NetworkSpec, device: torch.device, weights: Mapping[str, Any] | None = None) -> Network:
    """A new network on a device, with these weights if any are given. No method of Trainer, which an algorithm that
    keeps its Setup would keep alive, and be kept by. Raises ValueError for weights that lack more than the language or
    heads of auxiliary losses."""
    network = Network(spec)
    if weights is not None:
        # language may be new, and changes nothing of what is seen until it has learned; so may later actions of a chunk
        missing = set(network.load_state_dict(weights, strict=False).missing_keys)
        if any(not name.startswith(("language.", "film.", "later.", "auxiliary.")) for name in missing):
            raise ValueError(f"the network to start from does not fit: it lacks {', '.join(sorted(missing))}")
    return network.to(device)


class Trainer:
    """One run. found: its worlds, if they are loaded already; payer: who pays for its attempts in place of the worlds'
    rewards, each of which is to fit in a rollout."""

    def __init__(self, config: Config, found: Sequence[World] | None = None, payer: Payer | None = None):
        self.config, s = config.check(), config.run
        self.worlds = list(found) if found is not None else [worlds.load(name) for name in s.worlds]
        self.payer = payer
        self.rank, self.processes = (torch.distributed.get_rank() if processes() > 1 else 0), processes()
        self.threads = s.threads or max(cores() // self.processes, 1)
        choose_gpu(s.device, s.world_device)
        self.device = torch_device(s.device, self.rank)
        self.bf16 = hardware_bf16(self.device) if s.bf16 is None else s.bf16
        self.started = checkpoint.load(s.start) if s.start else None
        goals = self._goals()
        self._held = tasks_by_world(s.evaluate_tasks, self.worlds)
        self.places = places(config, self.worlds, self._held, self.threads, self.rank)
        self.recordings = self._recordings()
        size, cells = self._size()
        for place in self.places:
            draw_at(place.batch, size, cells)
        self.world_device = self.places[0].batch.device
        self.lanes: list[Lanes] = []
        heard = longest_chat(max(world.players for world in self.worlds), words=1)
        for group in range(max(place.group for place in self.places) + 1):
            here = [place for place in self.places if place.group == group]
            start = self.lanes[-1].slice.stop if self.lanes else 0
            options: dict[str, Any] = {"start": start, "longest": heard, "size": size, "goals": goals}
            self.lanes.append(Lanes([place.batch for place in here], self.device, **options))
        self.spec = self._spec(size, cells)
        self.generator = torch.Generator(self.device).manual_seed(s.seed + self.rank)
        self.count = sum(lanes.count for lanes in self.lanes)
        self.updates, self.seconds = 0, 0.0
        self.recorders: list[Recorder] = []
        self._record()
        for lanes in self.lanes:
            lanes.reset()
            if s.stagger:
                lanes.stagger(np.random.default_rng(s.seed + self.rank))
            for name in self.spec.auxiliary:
                for batch in lanes.batches:
                    find(AUXILIARIES, name, "auxiliary loss").check(self.spec, batch.world)
            lanes.sense(self.spec.auxiliary)
        self._join_partners()
        with torch_threads(self.threads), torch.random.fork_rng(devices=[]):
            self._head = head_of(self.spec.head, 1, self.spec.controls, self.spec.talk)  # for its actions alone
            for lanes in self.lanes:
                lanes.lead(self._head)
            torch.manual_seed(s.seed)
            self.algorithm: Algorithm = self._algorithm()
        if self.algorithm.wants_expert:
            for lanes in self.lanes:
                experts = [self._expert(batch.world) for batch in lanes.batches]
                lanes.teach(experts, getattr(self.config.own, "gives_up", False))
        self.collector = self._reader() if self.recordings else self._collector()

    def _join_partners(self) -> None:
        """Seat the background players of the scenario that the run names, if it does, in the rows that have begun."""
        s = self.config.run
        if s.partners is None:
            return
        from ..scenarios import Company, find
        from ..scenarios.styles import co_player

        (world,), (scenario, *more) = self.worlds, find(s.partners, self.worlds[0])
        if more:
            raise ValueError(f"partners are of one scenario, and {s.partners} names several: name one of them")
        if scenario.knobs != s.knobs or scenario.limit != s.limit:
            raise ValueError(
                f"the scenario {scenario.name} has the knobs {scenario.knobs} and the limit {scenario.limit}: give the "
                "run the same"
            )
        folder = Path(s.partners.partition(".toml")[0]).parent if ".toml" in s.partners else None
        for number, lanes in enumerate(self.lanes):
            seed = 1_000 * (s.seed + 1) + 100 * number + self.rank
            members = [
                co_player(each, world, repeat=s.ticks(world), seed=seed + index, folder=folder)
                for index, each in enumerate(scenario.background)
            ]
            lanes.join([Company(members, scenario.focal, turns=scenario.turns, seed=seed) for _ in lanes.batches])

    def _collector(self) -> Collector:
        """The collector, with whatever follows the episodes of tasks."""
        watchers = [[place.sampler for place in self.places if place.group == g] for g in range(len(self.lanes))]
        given = self.lanes, self.algorithm, self._head.parts, self.spec.recall, watchers
        if self.payer is None:
            return Collector(*given)
        fitting([place.batch for place in self.places], self.config.own.rollout)
        return PaidCollector(self.payer, *given)

    def _recordings(self) -> Recordings | None:
        """The stored episodes to learn from, if the algorithm does; frames are to have room for them."""
        s = self.config.run
        if not self.config.offline:
            return None
        from ..data.recorded import recordings

        assert s.store is not None
        found = recordings(s.store, self.worlds, s.ticks, s.split, (self.rank, self.processes))
        for place in self.places:
            if isinstance(place.world.view, Tiles):
                batch, (rows, cols) = place.batch, found.cells
                place.cells = max(place.cells[0], rows), max(place.cells[1], cols)
                batch.rows, batch.cols = max(batch.rows, rows), max(batch.cols, cols)
        return found

    def _reader(self) -> EpisodeReader:
        """The reader that hands over stored episodes in place of a collector."""
        from ..data.pool import Stage
        from ..data.reader import EpisodeReader

        s, (lanes,) = self.config.run, self.lanes
        assert self.recordings is not None and lanes.head is not None
        example = self._example()
        heard = 0 if example.chat is None else example.chat.shape[1]
        head = copy.deepcopy(self._head)
        beside = tuple(self.spec.auxiliary), getattr(self.algorithm, "label_bytes", 0)
        stages = [Stage(batch, self.spec.size, head, heard, self.threads, *beside) for batch in lanes.batches]
        return EpisodeReader(
            self.recordings, stages, cast("Offline", self.algorithm), example, whole=self.spec.remembers,
            recall=self.spec.recall, memory=s.memory, seed=s.seed, rank=self.rank, levels=s.levels,
        )  # fmt: skip

    def _size(self) -> tuple[tuple[int, int], tuple[int, int] | None]:
        """(height, width) of frames, and the (rows, columns) of tiles that they show: if all worlds are of tiles, or if
        any is and stored episodes are learned from, which are drawn side by side with room for the largest of them."""
        s, tiles = self.config.run, [isinstance(place.world.view, Tiles) for place in self.places]
        shown = any(tiles) if self.recordings else all(tiles)
        tiled = [place for place, of_tiles in zip(self.places, tiles, strict=True) if of_tiles or not shown]
        cells = [max(place.cells[axis] for place in tiled) for axis in (0, 1)]
        if self.started is not None:
            spec = NetworkSpec.saved(self.started["spec"])
            return spec.size, spec.cells
        if s.size:
            return s.size, (cells[0], cells[1]) if shown else None
        sizes = [place.world.view.frame(*(cells if all(tiles) else place.cells)) for place in self.places]
        height, width = max(size[0] for size in sizes), max(size[1] for size in sizes)
        return (height, width), (cells[0], cells[1]) if shown else None

    def _goals(self) -> bool:
        """Whether pictures of goals are seen beside frames. Raises ValueError where stored episodes are learned from,
        which have none."""
        own = self.config.network.goals
        goals = own if self.started is None else NetworkSpec.saved(self.started["spec"]).goals
        if goals and self.config.offline:
            raise ValueError("goals=True needs tasks that are played: stored episodes have no pictures of goals")
        return goals

    def _spec(self, size: tuple[int, int], cells: tuple[int, int] | None) -> NetworkSpec:
        """The spec of this run's network."""
        s, n = self.config.run, self.config.network
        several = any(lanes.reader.several for lanes in self.lanes) or len(self.worlds) > 1
        several |= self.recordings is not None and len(self.recordings.texts) > 1
        chunk: dict[str, Any] = {name: getattr(self.config.own, name, 1) for name in ("chunk", "execute")}
        if self.started is not None:
            spec = NetworkSpec.saved(self.started["spec"])
            typed = {name: value for name, value in vars(n).items() if value != getattr(NetworkSettings(), name)}
            if typed.get("torso_options", {}).items() <= spec.torso_options.items():
                typed.pop("torso_options", None)
            typed |= {"size": tuple(s.size)} if s.size else {}
            chunk["auxiliary"] = typed.pop("auxiliary", {})
            given = [name for name, value in typed.items() if value != getattr(spec, name)]
            if given:
                raise ValueError(f"--from brings a network of its own, with other {', '.join(given)}: leave them out")
            return NetworkSpec(**vars(spec) | {"instructed": spec.instructed or several} | chunk)
        controls = ActionSpec.of(self.worlds[0])
        for world in self.worlds[1:]:
            controls = controls.joined(ActionSpec.of(world))
        head = n.head or ("moves" if len(self.worlds) == 1 else "universal")
        tiled = all(isinstance(world.view, Tiles) for world in self.worlds)
        tiles = tiled and not s.size and n.torso == "patches"
        torso = ({"patch": TILE} if tiles else {}) | n.torso_options
        made = find(ALGORITHMS, self.config.algorithm, "algorithm")
        imitates = self.config.offline or getattr(made, "wants_expert", False) is True
        normed = imitates if n.normed is None else n.normed
        return NetworkSpec(
            size, controls, torso=n.torso, torso_options=torso, core=n.memory, core_options=n.core_options, head=head,
            hidden=n.hidden, units=n.units, recall=n.recall and n.memory != "none", words=n.words, instructed=several,
            hears=controls.players > 1, talk=n.talk or (head == "universal" and controls.players > 1),
            queries=n.queries, whole=n.whole, normed=normed, direct=n.direct, cells=cells, auxiliary=n.auxiliary,
            goals=n.goals, **chunk,
        )  # fmt: skip

    def _expert(self, world: World) -> Expert | ControllerExpert:
        """The expert that is imitated in a batch of a world. Raises ValueError for a world without one."""
        found = expert(world)
        if found is None:
            raise ValueError(f"{world.name} has no expert to imitate: choose another algorithm or world")
        return found

    def _algorithm(self) -> Any:
        """The algorithm, or one for each player."""
        s, own = self.config.run, self.config.own
        made = find(ALGORITHMS, self.config.algorithm, "algorithm")
        players = {world.players for world in self.worlds}
        seats = 1
        if s.policies == "independent":
            if len(players) > 1:
                raise ValueError("independent policies are one for each player: choose worlds of as many players")
            seats = players.pop()
        example = self._example()
        saved = None if self.started is None else self.started["networks"]
        if saved is not None and len(saved) not in (1, seats):
            raise ValueError(f"{s.start} holds networks of {len(saved)} players, and here are {seats}")
        algorithms = []
        for seat in range(seats):
            weights = None if saved is None else saved[seat % len(saved)]
            setup = Setup(
                build=partial(built, self.spec, self.device, weights), lanes=self.count // seats,
                example=example.of(slice(seat, None, seats)), steps=max(s.steps // self.processes, 1),
                rollout=own.rollout, generator=self.generator, device=self.device, threads=self.threads,
                compile=s.compile, bf16=self.bf16, memory=s.memory // seats,
            )  # fmt: skip
            algorithms.append(made(own, setup))
        return algorithms[0] if seats == 1 else Independent(algorithms)

    def _example(self) -> Observation:
        """An observation of the first group of lanes."""
        example, lanes = self.lanes[0].observe(), self.lanes[0].count
        if senses := self.lanes[0].senses:
            first = torch.ones(lanes, device=self.lanes[0].world_device)
            example = example._replace(targets=senses.look(senses.begin(), first, self.lanes[0].send)[0])
        if not self.spec.recall:
            return example
        action = torch.zeros(lanes, self._head.parts, dtype=torch.int64, device=self.device)
        return example._replace(last_action=action, last_reward=torch.zeros(lanes, device=self.device))

    @property
    def per_update(self) -> int:
        """Steps of all lanes of all processes in an update."""
        return self.config.own.rollout * self.count * self.processes

    @property
    def total(self) -> int:
        """How many updates the run has."""
        return max(self.config.run.steps // self.per_update, 1)

    @property
    def steps(self) -> int:
        """Steps of all lanes together so far."""
        return self.updates * self.per_update

    @property
    def progress(self) -> float:
        """Share of the run that lies behind: of its steps or, with `minutes`, of its time, whichever is more."""
        minutes = self.config.run.minutes
        return min(max(self.updates / self.total, self.seconds / (60 * minutes) if minutes else 0.0), 1.0)

    @property
    def finished(self) -> bool:
        """Whether there is no update left."""
        return self.progress >= 1

    def update(self) -> dict[str, float]:
        """One rollout and what is learned from it. Returns the row of metrics; its `collecting` is the share of the
        time that the rollout took, a GPU's work included."""
        began, progress = time.perf_counter(), self.progress
        shared = self.config.run.compile or self.processes > 1  # among the threads of torch, not of the algorithm
        with torch_threads(self.threads if shared else 1):
            row = self.collector.collect(self.config.own.rollout, progress)
            collected = time.perf_counter()
            found = check_metrics(self.algorithm.update(*self.collector.now(), progress), (*COUNTED, *row))
        row |= found
        self._choose_tasks(progress + 1 / self.total)
        wrong = [name for name, value in row.items() if not math.isfinite(value)]
        if wrong:
            raise RuntimeError(
                f"learning diverged in update {self.updates + 1}: {', '.join(wrong)} is no finite number ({row}); try "
                "a smaller learning rate"
            )
        took = time.perf_counter() - began
        self.updates += 1
        self.seconds += took
        self._tell_recorders()
        head = {"update": self.updates, "steps": self.steps, "seconds": self.seconds}
        return head | {"steps_per_second": self.per_update / took, "collecting": (collected - began) / took} | row

    def _choose_tasks(self, done: float) -> None:
        """Let each curriculum choose what comes up next, when this share of the run is done."""
        errors, at = self.algorithm.errors, 0
        check_errors(errors, (self.config.own.rollout, self.count))
        for place in self.places:
            count = place.batch.n * place.batch.players
            if place.sampler:
                place.sampler.choose(None if errors is None else errors[:, at : at + count], done)
            at += count

    def _record(self) -> None:
        """Store the episodes of training, if the run is to record them."""
        place = self.config.run.record
        if place is None:
            return
        from ...episodes.recorder import Recorder
        from ...episodes.store import Store

        store = Store(place, create=True)
        options: dict[str, Any] = {
            "played_by": f"policy:{self.config.algorithm}",
            "source": "rumpus train",
            "every": 20.0,
        }
        for each in self.places:
            self.recorders.append(Recorder(each.batch, store, tasks=each.tasks or None, unfinished=False, **options))
        self._tell_recorders()

    def close(self) -> None:
        """Store what the recorders hold."""
        for recorder in self.recorders:
            recorder.close()
        self.recorders = []

    def _tell_recorders(self) -> None:
        for recorder in self.recorders:
            recorder.extra |= {"update": str(self.updates), "seed": str(self.config.run.seed)}

    def policy(self) -> NetworkPolicy:
        """The networks as they are now, as a player."""
        return NetworkPolicy(self.algorithm.networks(), self.algorithm.play, seed=self.config.run.seed)

    def evaluate(self) -> dict[str, float]:
        """Success on `evaluate_tasks`, or else on the levels of `evaluate_split`, with its interval; the same tasks or
        levels every time. In several worlds, also of each."""
        with quiet(), torch_threads(self.threads):  # a run has a bar of its own
            wins = {world.name: self._held_out(world) for world in self.worlds}
        row = _held(np.concatenate(list(wins.values())))
        if len(wins) > 1:
            row |= {f"{world}/{name}": value for world, won in wins.items() for name, value in _held(won).items()}
        return row

    def _held_out(self, world: World) -> np.ndarray:
        """Whether each held-out episode in a world was won."""
        s, tasks = self.config.run, spread(self._held.get(world.name, []), self.config.run.evaluate_episodes)
        options: dict[str, Any] = {"device": self.world_device, "threads": self.threads, "repeat": s.ticks(world)}
        if tasks:
            times = max(s.evaluate_episodes // len(tasks), 1)
            return play_tasks(self.policy(), world, tasks, times, seed=s.seed, **options).wins
        levels: dict[str, Any] = {"knobs": s.knobs, "limit": s.limit, "levels": s.levels, "split": s.evaluate_split}
        batch = Batch(world, min(s.evaluate_episodes, ROWS), seed=s.seed, **levels, **options)
        return episodes_of(self.policy(), batch, s.evaluate_episodes).wins

    def state(self) -> dict[str, Any]:
        """Everything that the run needs to go on."""
        return {
            **self.config.state(),
            "worlds": [world.name for world in self.worlds],
            "spec": dataclasses.asdict(self.spec),
            "networks": [network.state_dict() for network in self.algorithm.networks()],
            "processes": [self.own_state()],
            "threads": self.threads,
            "updates": self.updates,
            "total": self.total,
            "steps": self.steps,
            "seconds": self.seconds,
            "paid": self.payer is not None,
        }

    def own_state(self) -> dict[str, Any]:
        """The part of the state that this process alone knows."""
        return {
            "algorithm": self.algorithm.state_dict(),
            "collector": self.collector.state_dict(),
            "samplers": [place.sampler.state_dict() if place.sampler else None for place in self.places],
            "generator": self.generator.get_state(),
        }

    def restore(self, content: dict[str, Any]) -> None:
        """Go back to a saved state. Raises ValueError if it is of another version of a world, or of other tasks."""
        if len(content["processes"]) != self.processes:
            saved = len(content["processes"])
            how = f"by torchrun --nproc-per-node {saved}" if saved > 1 else "without torchrun"
            raise ValueError(
                f"this run is shared out among {saved} processes, and here are {self.processes}: go on with it {how}"
            )
        if content.get("paid", False) != (self.payer is not None):
            raise ValueError(
                "this run is paid by a judge: go on with it by the command that began it, `rumpus improve`"
                if self.payer is None
                else "this run was paid by its worlds, and not by a judge"
            )
        own = content["processes"][self.rank]
        self.algorithm.load_state_dict(own["algorithm"])
        self.generator.set_state(own["generator"])
        self.collector.load_state_dict(own["collector"])
        for place, saved in zip(self.places, own["samplers"], strict=True):
            if place.sampler:
                place.sampler.load_state_dict(saved)
        self.updates, self.seconds = content["updates"], content["seconds"]


def choose_gpu(*devices: str | None) -> None:
    """Of several processes of a machine that use GPUs, let each have the one of its number. Raises ValueError if there
    are fewer GPUs."""
    if processes() > 1 and "cuda" in devices and torch.cuda.is_available():
        own, count = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
        if own >= count:
            raise ValueError(
                f"each process of a machine needs a GPU of its own, and here are {count}: turn down --nproc-per-node"
            )
        torch.cuda.set_device(own)


def torch_device(name: str, rank: int) -> torch.device:
    """The device of this process. "cuda" without a GPU is the CPU, where Numba simulates CUDA for worlds."""
    if name == "cuda" and torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", rank)))
    if name not in ("cpu", "cuda"):
        raise ValueError(f"unknown device {name!r}; it is 'cpu' or 'cuda'")
    return torch.device("cpu")


def hardware_bf16(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 in hardware."""
    if device.type == "cuda":
        return True
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def spread(tasks: Sequence[Task], most: int) -> list[Task]:
    """At most so many of the tasks, spread evenly over them."""
    if len(tasks) <= most:
        return list(tasks)
    return [tasks[index] for index in np.linspace(0, len(tasks) - 1, most).round().astype(int)]


def _held(wins: np.ndarray) -> dict[str, float]:
    low, high = interval(int(wins.sum()), len(wins))
    return {"held_out_success": float(wins.mean()), "held_out_low": low, "held_out_high": high}
