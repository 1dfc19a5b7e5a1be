"""Environments in the form that TRL's trainers take: `GRPOTrainer(…, environment_factory=environment("sokoban"))`.

A factory is a class: made without arguments, `reset(**row)` begins the episode of a row of the dataset and gives the
first text, each public method is a tool, and `get_reward` is the episode's reward, so that no reward function is needed
(TRL 1.16; `reward` is the same for reward functions that take `environments`). Needs nothing but Rumpus.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from ... import worlds
from ...worlds.engine.world import World
from .sessions import Pool
from .tools import NAMES, Plans, Tools


def environment(
    world: str | World, *, size: tuple[int, int] = (80, 80), tasks: str | Path | None = None, most: int = 256
) -> type:
    """A class whose objects are players of one pool, see the module.

    Of a row of the dataset, `seed`, `split` and `index` choose the episode; other columns count for nothing. `frames`
    of an object holds the picture of its last call, uint8 (height, width, 3), and `goal` that of its goal, or None.
    most: objects that play at once.
    """
    pool = Pool(worlds.load(world), most, size=size, tasks=tasks)

    class Environment:
        """A player of this world."""

        def __init__(self) -> None:
            self._tools: Tools | None = None
            self.frames: Any = None
            self.goal: Any = None

        @property
        def reward(self) -> float:
            """The sum of the rewards of the episode."""
            return self._tools.total if self._tools else 0.0

        @property
        def refused(self) -> int:
            """The calls of the episode that could not be taken."""
            return self._tools.refused if self._tools else 0

        def reset(self, **row: Any) -> str:
            """Begin the episode of a row, and give the first text."""
            if self._tools is not None:
                self._tools.close()
            self._tools = Tools(pool, **{name: row[name] for name in ("seed", "split", "index") if name in row})
            return self._call("screen", {})

        def get_reward(self) -> float:
            """The same as `reward`; TRL calls it once the rollout is over, and does not take it for a tool."""
            return self.reward

        def _call(self, name: str, arguments: dict[str, Any]) -> str:
            if self._tools is None:
                raise RuntimeError("reset the environment before its tools are called")
            try:
                shown = self._tools.call(name, arguments)
            except (ValueError, RuntimeError) as error:
                return str(error)
            self.frames, self.goal = shown.frame, shown.goal
            return shown.text

        def __del__(self) -> None:
            if getattr(self, "_tools", None) is not None:
                self._tools.close()  # type: ignore[union-attr]

    for name in NAMES:
        setattr(Environment, name, _method(name))
    return Environment


def _method(name: str) -> Any:
    """The tool as a method, with its signature and docstring, whose answer is a text."""
    import inspect

    plan = getattr(Plans, name)
    signature = inspect.signature(plan, eval_str=True)

    @functools.wraps(plan)
    def method(self: Any, *args: Any, **options: Any) -> str:
        bound = signature.bind(self, *args, **options)
        given = {key: value for key, value in bound.arguments.items() if key != "self"}
        found: str = self._call(name, given)
        return found

    del method.__dict__["__wrapped__"]
    method.__signature__ = signature.replace(return_annotation=str)  # type: ignore[attr-defined]
    names = {key: each.annotation for key, each in signature.parameters.items() if key != "self"}
    method.__annotations__ = {**names, "return": str}
    return method
