"""All worlds by name, and the doors to them. Importing this module registers every world with Gymnasium.

    import gymnasium, rumpus.worlds
    env = gymnasium.make("rumpus/Sokoban-v0")
    envs = gymnasium.make_vec("rumpus/Sokoban-v0", num_envs=64)
    both = rumpus.worlds.parallel("sokoban-duo")            # PettingZoo
    lanes = rumpus.worlds.lanes("sokoban-duo", 64)          # Gymnasium's vector form of it: 128 lanes
    batch = rumpus.worlds.batch("box-world", 1024)          # the engine itself

All of them take `tasks=`, a table made by rumpus.tasks.compile from tasks of a file or your own. Every reset then draws
a task, with its start, its words and its rewards, and infos say which row of the table it is:

    both = rumpus.worlds.parallel("sokoban-duo", tasks=table(tasks, world))
    both.reset(options={"tasks": table(others, world)})     # other tasks from now on

In a process that has not imported this module, `gymnasium.make("rumpus.worlds:rumpus/Sokoban-v0")` does so first.

Wherever a world is asked for, so is a folder anywhere with a world of yours in it: `parallel("path/to/my_world")`, or
`"path/to/my_world:its-variant"` where it holds several.

And so may a guest, a world that others wrote: `single("control/cartpole-swingup")`; see docs/guests.md.

`load` takes what a person types, and may import it. A file of tasks, a checkpoint or a replay may be a stranger's: the
world that it names is found by `named`, which imports nothing but what the suite and its guests are made of.
"""

from __future__ import annotations

import copyreg
import dataclasses
import hashlib
import importlib
import importlib.util
import os
import pkgutil
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any, TypedDict, Unpack

import gymnasium
import numpy as np

from ..interface.lanes import LanesEnvironment
from ..interface.options import most_steps
from ..interface.parallel import ParallelEnvironment
from ..interface.realtime import Clock
from ..interface.single import Environment
from ..interface.vector import VectorEnvironment
from . import guests
from .engine import world as world_parts
from .engine.compile.ingredients import python
from .engine.run.batch import Batch
from .engine.run.table import Table
from .engine.world import World

__all__ = [
    *("Batch", "Options", "Table", "World", "address", "batch"),
    *("lanes", "load", "named", "names", "parallel", "single", "vector"),
]
_NOT_WORLDS = ("engine", "first_person", "guests")


@cache
def _families() -> dict[str, World]:
    packages = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.ispkg and m.name not in _NOT_WORLDS)
    modules = [importlib.import_module(f"{__name__}.{package}") for package in packages]
    return {world.name: world for module in modules for world in module.WORLDS}


def names() -> tuple[str, ...]:
    """The names of all worlds of the suite."""
    return tuple(_families())


def load(name: str | Path | World) -> World:
    """The world that a person asks for: by its name, by a folder `path` or `path:variant`, or a guest. A folder is
    imported, and so is the module of `gym/module:Id`. Raises ValueError with the nearest names."""
    if isinstance(name, World):
        return name
    text = str(name)
    if text in _families():
        return _families()[text]
    if guests.is_guest(text):
        return guests.load(text)
    place = _place(text)
    if place is not None:
        return _choose(_import_folder(place[0]), *place)
    try:
        return named(text)
    except ValueError as error:
        raise ValueError(f"{error} A folder with a world of your own can be given by its path") from None


def named(name: str) -> World:
    """The world that a file names: of the suite, by its name in any case or its id, or a guest. Nothing that the file
    chooses is imported: no folder, and no module of `gym/module:Id`. Raises ValueError with the nearest names."""
    if guests.is_guest(name):
        if ":" in name:
            raise ValueError(f"{name!r} names a module, which is imported only if a person types it, not for a file")
        return guests.load(name)
    known = _families()
    ways = {way.lower(): world for world in known.values() for way in (world.id, world.name)}
    if name.lower() in ways:
        return ways[name.lower()]
    near = get_close_matches(name.lower(), known, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else f"the worlds are {', '.join(known)};"
    raise ValueError(f"unknown world {name!r}: {hint}")


def address(name: str | Path) -> str:
    """The same world as `load` finds by this name, from whatever folder: the path of a folder made absolute."""
    text = str(name)
    place = None if text in _families() or guests.is_guest(text) else _place(text)
    return text if place is None else f"{place[0]}{':' * bool(place[1])}{place[1]}"


def _place(text: str) -> tuple[Path, str] | None:
    """The folder and the variant, or "", of `path` or `path:variant`; None if there is no such folder."""
    folder, _, variant = text.rpartition(":")
    for path, wanted in ((text, ""), (folder, variant)):
        if path and os.path.isdir(path):
            return Path(path).resolve(), wanted
    return None


def _choose(module: ModuleType, folder: Path, variant: str) -> World:
    listed = getattr(module, "WORLDS", ())
    if strange := [each for each in listed if type(each) is not World] if type(listed) in (tuple, list) else [listed]:
        raise ValueError(
            f"{folder}/__init__.py: WORLDS is a tuple of World records, such as WORLDS = (COINS,); got "
            f"{type(strange[0]).__name__} {getattr(strange[0], 'name', strange[0])!r}"
        )
    found = {world.name: world for world in listed}
    if not found:
        raise ValueError(f"{folder}/__init__.py holds no world: it must define WORLDS, a tuple of World records")
    if variant and variant not in found:
        raise ValueError(f"{folder} has no world {variant!r}; it has {', '.join(found)}")
    return found[variant] if variant else next(iter(found.values()))


def _import_folder(folder: Path) -> ModuleType:
    """Import a folder from anywhere as a package under a name of its own, which is the same in every process."""
    start = folder / "__init__.py"
    if not start.exists():
        raise ValueError(f"{folder} is not the folder of a world: it has no __init__.py")
    plain = re.sub(r"\W", "_", folder.name, flags=re.ASCII)  # it stands in import statements of kernels
    name = f"rumpus_world_{plain}_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, start, submodule_search_locations=[str(folder)])
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except (TypeError, ValueError) as error:
            del sys.modules[name]
            raise ValueError(f"{_line(error, folder) or start}: {error}{_hint(error)}") from error
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def _line(error: BaseException, folder: Path) -> str:
    """`file:line` of the last line of a folder that an error came by, or ""."""
    frames = traceback.extract_tb(error.__traceback__)
    found = [f"{frame.filename}:{frame.lineno}" for frame in frames if Path(frame.filename).is_relative_to(folder)]
    return found[-1] if found else ""


def _hint(error: BaseException) -> str:
    """The arguments of a record that was made with wrong ones, as a sentence; "" for other errors."""
    made = re.match(r"(\w+)\.__init__\(\)", str(error))
    kind = getattr(world_parts, made[1], None) if made else None
    return (
        f"; it is made as {made[1]}({', '.join(signature(kind).parameters)}), see docs/your-own-world.md"
        if made and kind
        else ""
    )


def _send(world: World) -> tuple[Any, ...]:
    """How pickle sends a world: by its name or folder, and by what its user has changed of it; or as its call."""
    if world.origin is not None:
        return _remade, (world.origin,)
    home = python(world.rules.reset).__module__
    while home and not hasattr(sys.modules.get(home), "WORLDS"):
        home = home.rpartition(".")[0]
    if not home:
        raise ValueError(
            f"{world.name} cannot be sent to another process, which could not find it: list it in the WORLDS of its "
            "folder, or make it in that process"
        )
    changes = {each.name: _changes(each, world) for each in sys.modules[home].WORLDS}
    nearest = min(changes, key=lambda name: len(changes[name]))
    folder = None if home.startswith(f"{__name__}.") else sys.modules[home].__path__[0]
    return _received, (folder, nearest, changes[nearest])


def _remade(origin: Callable[[], World]) -> World:
    return origin()


def _received(folder: str | None, name: str, changes: dict[str, Any]) -> World:
    return _changed(load(name if folder is None else f"{folder}:{name}"), changes)


def _changes(base: Any, other: Any) -> dict[str, Any]:
    """Which fields of a record differ from those of a base, with their values; of records within, again the changes."""
    found = {}
    for field in dataclasses.fields(base):
        old, new = getattr(base, field.name), getattr(other, field.name)
        if not field.init or new is old or (not isinstance(new, np.ndarray) and new == old):
            continue
        nested = dataclasses.is_dataclass(new) and type(new) is type(old)
        found[field.name] = _Within(_changes(old, new)) if nested else new
    return found


class _Within(dict[str, Any]):
    """Changes of a record that is a field of another."""


def _changed(base: Any, changes: dict[str, Any]) -> Any:
    """The base with these changes; itself if there are none."""
    if not changes:
        return base
    made = {
        name: _changed(getattr(base, name), value) if isinstance(value, _Within) else value
        for name, value in changes.items()
    }
    return dataclasses.replace(base, **made)


copyreg.pickle(World, _send)


class Options(TypedDict, total=False):
    """The options of a Batch, which all faces pass on to it; see there."""

    size: int | Sequence[int] | np.ndarray
    seed: int
    device: str
    threads: int | None
    knobs: Mapping[str, int] | None
    limit: int | None
    split: str
    levels: np.ndarray | str | Path | None
    tasks: Table | None
    repeat: int


def batch(world: str | Path | World, n: int, **options: Unpack[Options]) -> Batch:
    """n copies of a world by name; see Batch for the options."""
    return Batch(load(world), n, **options)


def single(
    world: str | Path | World, *, render_mode: str | None = None, text: bool = True, realtime: bool | Clock = False,
    goal_pixels: bool = False, **options: Unpack[Options],
) -> Environment:  # fmt: skip
    """A Gymnasium environment of a one-player world. text: whether words are str, else tokens, int32 (64,); realtime:
    the world does not wait; goal_pixels: goals are seen as pictures, see Environment; see Batch for the options."""
    return Environment(batch(world, 1, **options), render_mode, text, realtime, goal_pixels)


single.metadata = Environment.metadata  # type: ignore[attr-defined]  # where gymnasium.make looks for render modes


def vector(
    world: str | Path | World,
    num_envs: int = 1,
    *,
    autoreset_mode: gymnasium.vector.AutoresetMode | str = gymnasium.vector.AutoresetMode.NEXT_STEP,
    text: bool = False,
    render_mode: str | None = None,
    max_episode_steps: int | None = None,
    goal_pixels: bool = False,
    realtime: bool | Clock = False,
    **options: Unpack[Options],
) -> VectorEnvironment:
    """A Gymnasium vector environment of a one-player world. text: whether words are tuples of str, else tokens, int32
    (num_envs, 64); max_episode_steps: a limit in steps, where `limit` is one in ticks; goal_pixels,
    realtime: see Environment; see Batch for the options.

    Raises ValueError for a max_episode_steps that is not what `limit` or the tasks say.
    """
    if max_episode_steps is not None and options.get("limit") is None and options.get("tasks") is None:
        options["limit"] = max_episode_steps * options.get("repeat", 1)
    envs = VectorEnvironment(
        batch(world, num_envs, **options), autoreset_mode, text, render_mode, goal_pixels, realtime
    )
    if max_episode_steps not in (None, most_steps(envs.batch)):
        raise ValueError(
            f"max_episode_steps={max_episode_steps} is not what else is asked for: episodes have "
            f"{most_steps(envs.batch)} steps. Give limit=, in ticks, or tasks with their own limits, alone"
        )
    return envs


def parallel(
    world: str | Path | World, *, render_mode: str | None = None, text: bool = True, realtime: bool | Clock = False,
    goal_pixels: bool = False, **options: Unpack[Options],
) -> ParallelEnvironment:  # fmt: skip
    """A PettingZoo ParallelEnv of a world, of any number of players; text, realtime and goal_pixels as for `single`;
    see Batch for the options."""
    return ParallelEnvironment(batch(world, 1, **options), render_mode, text, realtime, goal_pixels)


def lanes(
    world: str | Path | World, num_envs: int = 1, *,
    autoreset_mode: gymnasium.vector.AutoresetMode | str = gymnasium.vector.AutoresetMode.NEXT_STEP,
    text: bool = False, render_mode: str | None = None, goal_pixels: bool = False, realtime: bool | Clock = False,
    **options: Unpack[Options],
) -> LanesEnvironment:  # fmt: skip
    """A Gymnasium vector environment of num_envs rows of a world of any number of players, each player in a lane of
    its own, see LanesEnvironment; text, goal_pixels and realtime as for `vector`; see Batch for the options."""
    made = batch(world, num_envs, **options)
    return LanesEnvironment(made, autoreset_mode, text, render_mode, goal_pixels, realtime)


def _register() -> None:
    for world in _families().values():
        if world.id not in gymnasium.registry and world.players == 1:
            gymnasium.register(
                id=world.id,
                entry_point="rumpus.worlds:single",
                vector_entry_point="rumpus.worlds:vector",
                kwargs={"world": world.name},
            )


_register()
