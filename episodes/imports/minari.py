"""Minari datasets as stored episodes.

A stored episode is a replay, so only datasets of Rumpus's environments can be imported: those that `rumpus episodes
export --to minari` wrote come back as they were; those that others collected from `gymnasium.make("rumpus/…")`, as they
are or with Moves or Devices around them, are played again from the seeds that Minari keeps.

A dataset may be a stranger's: its environment is never made, and nothing that its metadata name is imported.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from gymnasium import spaces

from ... import worlds
from ...interface.action import ACTION, FIELDS, write_actions
from ...interface.devices import DeviceParts, MoveNumbers
from ...interface.options import apply_options
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..columns import HEAD, check_shapes, summaries
from ..episode import Episode, Player
from ..recorder import Recorder
from ..step import Departure
from ..store import Store
from ..video import encode
from .replays import taking

_TAKEN = ("knobs", "limit", "split", "repeat")
"""Options of an environment that a dataset may choose; levels and tasks would be files of its own choice."""
_IGNORED = ("world", "size", "text", "render_mode", "seed", "threads", "device")
_BROKEN = (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, OSError, pa.ArrowException)


def data_of(source: Path) -> Path | None:
    """The folder of the data of a dataset, which is given by its own folder, by that folder, or by its name among those
    of MINARI_DATASETS_PATH; None if there is none. Raises ModuleNotFoundError where minari is missing."""
    for path in (source / "data", source):
        if (path / "metadata.json").is_file():
            return path
    if source.exists() or source.is_absolute():
        return None
    from minari.storage.datasets_root_dir import get_dataset_path

    path = Path(get_dataset_path(str(source))) / "data"
    return path if ".." not in source.parts and (path / "metadata.json").is_file() else None


def episodes(data: Path, between: Store, played_by: str) -> Iterator[Episode | Departure]:
    """The episodes of the dataset in this folder, one after the other; for one that cannot be, the reason, with its
    number as the id. between: a store that is not written to. Raises ValueError for a dataset that cannot be read."""
    from minari.dataset.minari_storage import MinariStorage

    try:
        metadata = json.loads((data / "metadata.json").read_text(encoding="utf-8"))
        if not {"observation_space", "action_space"} <= metadata.keys():
            raise ValueError("it does not tell its spaces")  # Minari would make the environment that it names
        storage: Any = MinariStorage.read(data)
        total = int(metadata["total_episodes"])
    except (*_BROKEN, NotImplementedError, AssertionError) as error:
        raise ValueError(f"{data} is no dataset that Minari can read: {error}") from None
    again: _Again | None = None
    for number in range(total):
        try:
            (kept,) = storage.get_episode_metadata([number])
            (content,) = storage.get_episodes([number])
            if "rumpus" in kept:
                yield _restored(json.loads(kept["rumpus"]), content)
            else:
                again = again or _Again(metadata, storage.action_space, between, played_by)
                yield again.played(kept, content)
        except _Unfit as error:
            raise ValueError(f"{data}: {error}") from None
        except (*_BROKEN, AssertionError) as error:
            reason = f"there is no {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
            yield Departure(str(number), None, " ".join(reason.split()))


class _Unfit(Exception):
    """A dataset of which no episode can be imported."""


def _restored(kept: Mapping[str, Any], content: Mapping[str, Any]) -> Episode:
    """The stored episode that was exported. Raises ValueError if it cannot be made of this."""
    head = {**kept["head"], "began": datetime.fromisoformat(kept["head"]["began"])}
    (found,) = summaries(pa.Table.from_pylist([head], HEAD), "")
    if isinstance(found, Exception):
        raise found
    if found.players != 1:
        raise ValueError(
            f"{found.world} has {found.players} players, and Minari holds the actions of one: merge the store itself"
        )
    actions = np.zeros(found.steps, ACTION)
    write_actions(actions, {**content["actions"], "say": list(content["actions"]["say"])})
    frames = content["observations"]["pixels"]
    hz = 10.0  # of a video that is only read frame by frame
    episode = Episode(
        start=found.start,
        actions=actions[:, None],
        rewards=_column(content["rewards"], np.float32),
        terminated=_column(content["terminations"], bool),
        truncated=_column(content["truncations"], bool),
        success=_column(content["infos"]["success"], bool)[1:],
        checksums=np.array(kept["checksums"], np.uint32),
        instructions=found.instructions,
        played_by=found.played_by,
        latency=None if kept["latency"] is None else np.array(kept["latency"], np.float32),
        chat=kept["chat"],
        video=[encode(iter(frames), hz)] if found.filmed else None,
        began=found.began,
        software=found.software,
        source=found.source,
        extra=found.extra,
        id=found.id,
    )
    check_shapes(episode)
    return episode


def _column(values: Any, kind: Any) -> np.ndarray:
    return np.asarray(values).astype(kind).reshape(-1, 1)


class _Again:
    """Plays episodes again that others collected from an environment of Rumpus. Raises _Unfit, with the reason, for
    another environment."""

    def __init__(self, metadata: Mapping[str, Any], space: spaces.Space, between: Store, played_by: str):
        spec = json.loads(metadata.get("env_spec") or "{}")
        name, options = str(spec.get("id", "an environment that is not told")), dict(spec.get("kwargs") or {})
        try:
            world = worlds.named(str(options.get("world", name)))
        except ValueError:
            raise _Unfit(
                f"it is of {name}, and only episodes of environments of Rumpus can be stored: an episode is its world, "
                "seed and actions, which play it again"
            ) from None
        if name != world.id:
            raise _Unfit(f"it is of {name}, and here is {world.id}, which plays otherwise")
        strange = [key for key in options if key not in (*_TAKEN, *_IGNORED)]
        if strange:
            raise _Unfit(f"its environment was made with {', '.join(strange)}, which the dataset does not hold")
        if world.players != 1:
            raise _Unfit(f"{world.name} has {world.players} players, and the dataset the actions of one")
        self.batch = Batch(world, 1, threads=1, **{key: options[key] for key in _TAKEN if key in options})
        self._codec = _codec(world, space)
        self._between, self._by = between, Player.of(played_by)

    def played(self, kept: Mapping[str, Any], content: Mapping[str, Any]) -> Episode:
        """The episode with this seed and these actions. Raises ValueError if its rewards are others."""
        if kept.get("seed") is None:
            raise ValueError("it has no seed, so it cannot be played again")
        options = {key: value for key, value in (kept.get("options") or {}).items() if value is not None}
        if strange := [key for key in options if key not in _TAKEN]:
            raise ValueError(f"it was reset with {', '.join(strange)}, which the dataset does not hold")
        batch, steps = self.batch, len(content["rewards"])
        actions = self._records(content["actions"], steps)
        taken: list[Episode] = []
        with Recorder(batch, self._between, played_by=self._by, source="import", keep=taking(taken)):
            apply_options(batch, options)
            batch.reset(seed=int(kept["seed"]))
            for step in range(steps):
                if batch.over[0]:
                    raise ValueError(f"the episode ends after {step} steps here, and has {steps} in the dataset")
                batch.actions[0, 0] = actions[step]
                outcome = batch.step()[0, 0]
                if outcome["reward"] != np.float32(content["rewards"][step]):
                    raise ValueError(
                        f"step {step} earns {outcome['reward']:g} here, and {content['rewards'][step]:g} in the "
                        "dataset: the environment has changed since, or was wrapped"
                    )
        if not taken:
            raise ValueError("it has no steps")
        return taken[0]

    def _records(self, actions: Any, steps: int) -> np.ndarray:
        records = np.zeros(steps, ACTION)
        full = actions if self._codec is None else self._codec.actions(np.asarray(actions), (steps,))
        say = full["say"]
        write_actions(records, {**full, "say": say if isinstance(say, np.ndarray) else list(say)})
        return records


def _codec(world: World, space: spaces.Space) -> MoveNumbers | DeviceParts | None:
    """The function that turns actions of this space into full ones; None for the face's own. Raises _Unfit for another
    space."""
    if isinstance(space, spaces.Dict) and set(space.spaces) == set(FIELDS):
        return None
    for codec in (MoveNumbers(world), DeviceParts(world), DeviceParts(world, box=True)):
        if codec.space == space:
            return codec
    raise _Unfit(
        f"its actions are {space}, which are neither those of {world.name} nor those of Moves or Devices around it"
    )
