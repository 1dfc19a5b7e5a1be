"""Gymnasium environments as guests, if they have pixels and an action space that keys and a mouse can fill.

    rumpus play gym/FrozenLake-v1                        # any id of Gymnasium, "module:id" too
    world = guest(lambda: MyMaze(), keys={"w": 0, "s": 1}, instruction="find the way out")
    rumpus.worlds.vector(world, 64)                      # a World like all others

Rewards, terminations and the time limit are the environment's own; the seed of an episode is the seed of its reset. The
pixels are the environment's rendering, or its observation if that is a picture.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from functools import partial
from typing import Any

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec, load_env_creator
from gymnasium.spaces import Box, Discrete

from ....interface.text import encode
from ...engine.world import Controls, Objective, World
from .. import state
from .actions import ActionMap, Keys, action_map_of, declared_keys
from .copies import SUCCESS, Environments, checked, close
from .known import KNOWN, Known

LIMIT = 1000
"""Steps in an episode of an environment without a limit of its own."""
FPS = 30
"""Ticks a second of an environment without a `render_fps`."""
FASTEST, SLOW = 60, 5
"""The most ticks a second; and the most at which an environment with discrete actions is turn-based."""
SIDE = 64
"""The largest height and width of the picture in tiles; its aspect ratio is rounded to stay within them."""
PREFIX = "gym"


def names(prefix: str = PREFIX) -> tuple[str, ...]:
    """The ids registered with Gymnasium, without this suite's own; some need packages that are not installed."""
    return tuple(name for name in gymnasium.registry if not name.startswith(("rumpus/", "GymV2")))


def load(prefix: str, name: str) -> World:
    """The environment of this id, or of "module:id", whose module is imported. Raises ValueError with the nearest ids
    for an unknown id, and for an environment that cannot be a world."""
    return guest(name)


def guest(
    env: str | Callable[..., gymnasium.Env],
    *,
    keys: Keys | None = None,
    mouse: Mapping[str, Any] | None = None,
    idle: int | Sequence[int] | None = ...,  # type: ignore[assignment]
    names: Mapping[Any, str] | None = None,
    instruction: str | None = None,
    success: str | None = None,
    limit: int | None = None,
    tick_hz: float | None = None,
    turn_based: bool | None = None,
    name: str | None = None,
    **options: Any,
) -> World:
    """A Gymnasium environment as a World.

    env: an id, or a function that makes one: env(**options). keys, mouse, idle: the key map, the mouse's axes and the
    action at rest, see actions.py; by default from known.py, else from the environment's `get_keys_to_action`, else
    arrows, digits and letters in order. names: words for values of the key map. success: the episodes that are
    successes: "terminated" (ended by the rules), "paid" (ended by the rules with a reward) or "lasted" (reached the
    time limit); `info["is_success"]` counts in any case. limit: in steps, by default the environment's own. tick_hz: by
    default its `render_fps`, 1 to 60. turn_based: whether time waits for the player, by default if actions are discrete
    and `render_fps` is at most 5.

    Raises ValueError for an unknown id, an environment that cannot be made, one without pixels, an action space that
    keys and a mouse cannot fill, and a key map that does not fit.
    """
    given = {name: value for name, value in locals().items() if name not in ("env", "options")}
    spec = _spec(env) if isinstance(env, str) else None

    def make() -> gymnasium.Env:
        return _make(env, spec, options)

    copy = _made(make, _label(env))
    try:
        about = spec or copy.spec
        label = name or _label(env if isinstance(env, str) else about.id if about else env)
        seen, shape = _picture(copy, label)
        known = KNOWN.get(about.name if about else "", Known(f"play {_words(label)}"))
        space, fps = copy.action_space, copy.metadata.get("render_fps") or FPS
        turns = isinstance(space, Discrete) and fps <= SLOW if turn_based is None else turn_based
        by_chance = _by_chance(copy)
        action_map = _action_map(copy, known, keys, mouse, idle, dict(known.names if names is None else names), turns)
    finally:
        close(copy)
    instruction = known.instruction + known.slips * by_chance if instruction is None else instruction
    encode(instruction)
    won = known.success if success is None else success
    if won is not None and won not in SUCCESS:
        raise ValueError(f"success is {', '.join(SUCCESS)} or None, got {success!r}")
    own = limit or (about and about.max_episode_steps) or LIMIT

    def simulator(world: World, n: int, threads: int) -> Environments:
        return Environments(make, n, action_map, seen, won, world.name)

    source = about.entry_point if about else getattr(env, "__qualname__", env)
    return state.guest(
        f"{PREFIX}/{label}",
        f"{instruction[:1].upper()}{instruction[1:]}.",
        _page(label, source, instruction, action_map, won, seen),
        simulator,
        Controls(
            keys=action_map.keys,
            moves=action_map.moves,
            help=action_map.words,
            cursor=bool(action_map.mouse),
            tick_hz=min(max(round(tick_hz or fps), 1), FASTEST),
            turn_based=turns,
        ),
        Objective(limit=int(own), instruction=instruction),
        shape,
    ).made_by(partial(guest, env, **given, **options))


def _label(env: Any) -> str:
    return env if isinstance(env, str) else str(getattr(env, "__name__", type(env).__name__)).strip("<>")


def _spec(name: str) -> EnvSpec:
    """Gymnasium's spec of an id, or of "module:id", whose module is imported."""
    module, _, name = name.rpartition(":")
    if module:
        _import(module)
    try:
        return gymnasium.spec(name)
    except (gymnasium.error.Error, ImportError) as error:
        ids = names()
        near = get_close_matches(name, ids, n=3, cutoff=0.5) or [each for each in ids if name.lower() in each.lower()]
        hint = f"did you mean {' or '.join(near[:3])}?" if near else f"it knows {', '.join(ids[:8])}, …"
        raise ValueError(
            f"Gymnasium has no environment {name!r} ({' '.join(str(error).split())[:200]}): {hint} Environments of a "
            "package of yours are found as module:id"
        ) from None


def _import(module: str) -> None:
    """Import the module that registers environments."""
    try:
        importlib.import_module(module)
    except Exception as error:
        raise ValueError(
            f"the module {module!r} of environments cannot be imported ({type(error).__name__}: {error}): it must be "
            "installed, or lie in a folder that PYTHONPATH names"
        ) from error


def _make(env: str | Callable[..., gymnasium.Env], spec: EnvSpec | None, options: Mapping[str, Any]) -> gymnasium.Env:
    """A new environment: with pictures if it can render them, and without a time limit, since the engine has one."""
    if spec is None:
        assert not isinstance(env, str)
        return env(**options)
    creator = load_env_creator(spec.entry_point) if isinstance(spec.entry_point, str) else spec.entry_point
    modes = getattr(creator, "metadata", {}).get("render_modes", ())
    pictures = {"render_mode": "rgb_array"} if "rgb_array" in modes else {}
    return gymnasium.make(str(env), max_episode_steps=-1, disable_env_checker=True, **{**pictures, **options})


def _made(make: Callable[[], gymnasium.Env], label: str) -> gymnasium.Env:
    """An environment that has been reset once."""
    try:
        copy = make()
        copy.reset(seed=0)
    except Exception as error:
        raise ValueError(
            f"the environment {label!r} cannot be made here ({type(error).__name__}: {' '.join(str(error).split())})"
        ) from error
    return copy


def _picture(copy: gymnasium.Env, label: str) -> tuple[bool, tuple[int, int]]:
    """Whether the observation is the picture, and the picture's shape in small numbers. Raises ValueError if there is
    no picture."""
    seen = copy.render_mode != "rgb_array"
    space = copy.observation_space
    image = isinstance(space, Box) and space.dtype == np.uint8 and len(space.shape) in (2, 3)
    if seen and not image:
        raise ValueError(
            f"{label} has no pixels: it renders no rgb_array (render_mode is {copy.render_mode!r}) and its observation "
            f"is no picture but {space}. Make it with render_mode='rgb_array' if it has one"
        )
    try:
        height, width = checked(space.sample() if seen else copy.render()).shape[:2]
    except Exception as error:
        raise ValueError(
            f"{label} has no pixels: its picture cannot be had ({type(error).__name__}: {error})"
        ) from error
    if min(height, width) < 2:
        raise ValueError(f"{label} has no pixels: its observation of shape {space.shape} is no picture")
    ratio = Fraction(height, width)
    ratio = ratio.limit_denominator(SIDE) if ratio <= 1 else 1 / (1 / ratio).limit_denominator(SIDE)
    return seen, (max(ratio.numerator, 1), ratio.denominator)


def _action_map(
    copy: gymnasium.Env,
    known: Known,
    keys: Keys | None,
    mouse: Mapping[str, Any] | None,
    idle: Any,
    words: dict[Any, str],
    turns: bool,
) -> ActionMap:
    """The action map of an environment: as given, else as known, else its own, else the default of its space."""
    space, rest = copy.action_space, known.idle
    own = copy.unwrapped
    if keys is None and known.keys is None and isinstance(space, Discrete) and hasattr(own, "get_keys_to_action"):
        given, rest = declared_keys(own.get_keys_to_action())
        keys = given or None
    if not words and isinstance(space, Discrete) and hasattr(own, "get_action_meanings"):
        meanings = own.get_action_meanings()
        words = {int(space.start) + number: str(word).lower() for number, word in enumerate(meanings)}
    fits = keys is None and known.keys is not None
    if rest is ... and isinstance(space, Discrete):
        rest = None if turns else int(space.start)
    rest = rest if idle is ... else idle
    keys, mouse = (known.keys, known.mouse if mouse is None else mouse) if fits else (keys, mouse)
    return action_map_of(space, keys, words, rest, mouse)


def _by_chance(copy: gymnasium.Env) -> bool:
    """Whether transitions are stochastic, by an environment's transition table P; False if it has no table."""
    table = getattr(copy.unwrapped, "P", None)
    if not isinstance(table, Mapping):
        return False
    return any(len({after[1] for after in chances}) > 1 for acts in table.values() for chances in acts.values())


def _words(label: str) -> str:
    """A name as words: "ale/SpaceInvaders-v5" is "space invaders"."""
    plain = re.sub(r"-v\d+$", "", re.split(r"[/:]", label)[-1])
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", plain)).lower()[:40] or "this"


_WON = {
    None: "Success is known only where the environment itself reports it.",
    "terminated": "An episode is a success if it ends before the limit.",
    "paid": "An episode is a success if it ends with a reward.",
    "lasted": "An episode is a success if it goes on until the limit.",
}


def _page(label: str, source: Any, instruction: str, action_map: ActionMap, won: str | None, seen: bool) -> str:
    """The page of the world, with the headings of all worlds."""
    keys = "; ".join(f"{key}: {what}" for key, what in action_map.uses.items())
    mouse = "".join(f" The mouse's {'xy'[way]} moves axis {axis}." for way, axis, _ in action_map.mouse)
    picture = "its own, which is a picture" if seen else "the picture that it renders (rgb_array)"
    return (
        f"{label}, an environment of Gymnasium, as a guest: {instruction}.\n\n"
        f"Observation: {picture}, brought to the size that is asked for.\n\n"
        f"Actions: {keys}.{mouse}\n\n"
        "Rewards: the environment's own, as float32.\n\n"
        f"Termination: by the environment's own rules. {_WON[won]}\n\n"
        "Splits: train, valid and test differ in their seeds alone; those of train are the environment's own.\n\n"
        "Expert: none.\n\n"
        f"Source: the environment {source}, by way of Gymnasium (Towers et al. 2024, arXiv 2407.17032)."
    )
