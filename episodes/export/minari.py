"""Minari 0.5: the observations and actions of the face itself, as if they had been collected from it.

    OUT/data/metadata.json, OUT/data/0/*.parquet, …

OUT is named as Minari names datasets, such as sokoban-expert-v0, and lies where Minari looks for them:
`MINARI_DATASETS_PATH=runs/minari` for `--out runs/minari/sokoban-expert-v0`. Pixels are stored without loss, where
Minari by default has JPEG; so reading needs Minari 0.5.4 or newer. Each episode brings its seed, and the options for
`reset` that begin it again unless it is of a task or a given level; `rumpus`, in its metadata, is what `rumpus episodes
import` makes a stored episode of.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from ... import __version__
from ...interface.action import as_actions
from ...interface.spaces import action_space, observation_space
from ...interface.text import CHARSET, decode
from ..columns import HEAD, to_table
from ..redraw import Together
from .trajectories import Plan, Trajectory

_NAME = re.compile(r"[-_A-Za-z0-9]+-v\d+")


def check_name(out: Path) -> str:
    """The name of the dataset at this path. Raises ValueError for one that Minari would not load."""
    if not _NAME.fullmatch(out.name):
        raise ValueError(
            f"a Minari dataset has a name of letters, digits, - and _ that ends with its version, such as --out "
            f"runs/minari/expert-v0; got {out.name!r}"
        )
    return out.name


def write(plan: Plan, folder: Path, name: str, size: tuple[int, int] | None) -> Iterator[None]:
    """Write the dataset `name` into an empty folder; yields after each trajectory.

    size: by default that of the face. Raises ValueError for episodes of several worlds, or of pictures of several
    sizes, and ModuleNotFoundError where minari is missing.
    """
    import minari
    from minari.data_collector.episode_buffer import EpisodeBuffer
    from minari.dataset.minari_storage import MinariStorage

    world = plan.one_world("a Minari dataset")
    size = size or _size(plan)
    (folder / "data").mkdir()
    storage: Any = MinariStorage.new(
        folder / "data", observation_space(*size), action_space(), _spec(plan, size), "parquet", jpeg_encoding=False
    )
    by: dict[str, None] = {}
    storage.get_size = float  # it lists all files, and would be asked for after each episode
    letters: set[str] = set()
    for number, trajectory in enumerate(plan.trajectories(size)):
        parts = _parts(trajectory, size)
        buffer = EpisodeBuffer(seed=trajectory.episode.start.seed, options=_options(trajectory), **parts)
        storage.update_episodes([buffer])
        storage.update_episode_metadata([{"rumpus": _kept(trajectory)}], [number])
        by[str(trajectory.episode.played_by[trajectory.player])] = None
        texts = [*parts["observations"]["instruction"], *parts["observations"]["chat"], *parts["actions"]["say"]]
        letters |= set().union(*texts)
        yield
    del storage.get_size
    storage.update_metadata(
        {
            "dataset_id": name, "minari_version": minari.__version__, "dataset_size": float(storage.get_size()),
            "algorithm_name": ", ".join(by), "requirements": [f"rumpus=={__version__}"],
            "description": f"Episodes of {world}, a world of Rumpus, played by {', '.join(by)}.",
        }
    )  # fmt: skip
    _widen(folder / "data" / "metadata.json", letters - set(CHARSET))


def _size(plan: Plan) -> tuple[int, int]:
    """The size that the face draws. Raises ValueError if it differs between the episodes."""
    sizes = {_face_size(plan, kind) for kind in plan.kinds}
    if len(sizes) > 1:
        listed = ", ".join(f"{height}x{width}" for height, width in sorted(sizes))
        raise ValueError(f"these pictures are of several sizes ({listed}): choose one, such as --size 64")
    return sizes.pop()


def _face_size(plan: Plan, kind: Together) -> tuple[int, int]:
    return plan.shape(kind, 64) if kind.filmed else plan.world(kind.world).view.frame(*kind.grid)


def _spec(plan: Plan, size: tuple[int, int]) -> Any:
    """The specification from which Gymnasium makes the environment; None for worlds that have none. Raises ValueError
    if the steps of the episodes have different numbers of ticks."""
    repeats = {kind.repeat for kind in plan.kinds}
    if len(repeats) > 1:
        raise ValueError(f"steps of these episodes are of {sorted(repeats)} ticks, and a dataset is of one environment")
    if any(kind.filmed for kind in plan.kinds):
        return None
    world = plan.world(plan.worlds[0])
    if world.id not in gymnasium.registry:
        return None
    spec = copy.deepcopy(gymnasium.spec(world.id))
    spec.kwargs |= {"size": list(size), **({"repeat": repeats.pop()} if repeats != {1} else {})}
    return spec


def _parts(trajectory: Trajectory, size: tuple[int, int]) -> dict[str, Any]:
    """The fields of Minari's EpisodeBuffer."""
    steps, player, episode = trajectory.steps, trajectory.player, trajectory.episode
    pixels = np.zeros((steps + 1, *size, 3), np.uint8)
    words: dict[str, list[str]] = {"instruction": [], "chat": []}
    for frame in trajectory.frames:
        pixels[frame.number] = frame.pixels
        words["instruction"].append(frame.instruction)
        words["chat"].append(frame.chat)
    actions = as_actions(episode.actions[:, player])
    actions["say"] = [decode(tokens) for tokens in episode.actions["say"][:, player]]
    actions["wheel"] = actions["wheel"].astype(np.int64)
    return {
        "observations": {"pixels": pixels, **words},
        "actions": actions,
        "rewards": episode.rewards[:, player].astype(np.float64).tolist(),
        "terminations": episode.terminated[:, player].tolist(),
        "truncations": episode.truncated[:, player].tolist(),
        "infos": {"success": [False, *episode.success[:, player].tolist()]},
    }


def _options(trajectory: Trajectory) -> dict[str, Any] | None:
    """The options of `reset` that begin this episode, with its seed; None for episodes of tasks and of given levels."""
    start = trajectory.episode.start
    if start.task is not None or not start.drawn or start.level_set:
        return None
    return {"knobs": dict(start.knobs), "limit": start.limit, "split": start.split}


def _kept(trajectory: Trajectory) -> str:
    """All that the store has of an episode and Minari has no place for, as JSON: its head, checksums, latency and
    chat."""
    episode = trajectory.episode
    head = to_table([episode]).select(HEAD.names).to_pylist()[0]
    latency = None if episode.latency is None else [round(float(value), 6) for value in episode.latency]
    kept = {
        "player": trajectory.player, "head": head | {"began": episode.began.isoformat()},
        "checksums": episode.checksums.tolist(), "latency": latency,
        "chat": None if episode.chat is None else list(episode.chat),
    }  # fmt: skip
    return json.dumps(kept, ensure_ascii=False)


def _widen(metadata: Path, letters: set[str]) -> None:
    """Add letters to the characters of the text spaces, so that these hold all texts of the dataset."""
    if not letters:
        return
    content = json.loads(metadata.read_text(encoding="utf-8"))
    for name in ("observation_space", "action_space"):
        space = json.loads(content[name])
        for part in space["subspaces"].values():
            if part["type"] == spaces.Text.__name__:
                part["charset"] += "".join(sorted(letters))
        content[name] = json.dumps(space)
    metadata.write_text(json.dumps(content), encoding="utf-8")
