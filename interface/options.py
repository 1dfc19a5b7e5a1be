"""Checks that all environments share, and the options of their `reset(options=...)`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymnasium import error, logger
from gymnasium.envs.registration import EnvSpec

Options = dict[str, Any] | None
_KNOWN = ("knobs", "limit", "split", "levels", "tasks")
_OF_TASKS = ("knobs", "limit", "levels")  # set by each row of a table of tasks


def apply_options(batch: Any, options: Mapping[str, Any] | None) -> None:
    """Configure a batch from `knobs`, `limit`, `split`, `levels` and `tasks`; another name is ignored with a warning.

    Options that are not named keep their last value, from here or from the constructor, knob by knob. None restores the
    world's own value: {"knobs": None} of all knobs, {"knobs": {"boxes": None}} of one, {"tasks": None} ends a table of
    tasks. A table replaces knobs, limit and levels, and so ends these. Raises ValueError, and changes nothing, for
    options that exclude each other.
    """
    if not options:
        return
    unknown = [name for name in options if name not in _KNOWN]
    if unknown:
        logger.warn(f"unknown reset options {unknown} are ignored; the known ones are {', '.join(_KNOWN)}")
    named = {name: options[name] for name in _KNOWN if name in options}
    if not named:
        return
    chosen = {**batch.chosen, **named}
    if named.get("knobs"):
        knobs = {**batch.chosen["knobs"], **named["knobs"]}
        chosen["knobs"] = {name: value for name, value in knobs.items() if value is not None}
    if chosen["tasks"] is not None:
        if batch.chosen["tasks"] is not None and not named.get("tasks"):
            _refuse([name for name in _OF_TASKS if named.get(name) is not None])
        chosen |= {name: named.get(name) for name in _OF_TASKS}
    batch.configure(**{**chosen, "split": chosen["split"] or "train"})


def _refuse(names: list[str]) -> None:
    if names:
        raise ValueError(
            f"tasks bring their own knobs, limits and levels, so {' and '.join(names)} cannot be set while a table of "
            "tasks is played; {'tasks': None} among the options ends it"
        )


def check_cpu(batch: Any) -> None:
    """Raise ValueError for a batch on CUDA: environments return NumPy arrays and text."""
    if batch.device != "cpu":
        raise ValueError(
            "the faces of Gymnasium and PettingZoo are for the CPU; on CUDA, use the batch and its tensors"
        )


def check_mode(render_mode: str | None, known: list[str]) -> None:
    """Raise ValueError for a render mode that an environment does not have."""
    if render_mode not in (None, *known):
        raise ValueError(
            f"unknown render_mode {render_mode!r}; it is {', '.join(map(repr, known))} or None. Frames of a whole "
            "episode, as in 'rgb_array_list', are gymnasium.make's"
        )


def check_going(was_reset: bool, closed: bool) -> None:
    """Raise the error of Gymnasium for a step before a reset, or after close()."""
    if closed:
        raise error.ClosedEnvironmentError("this environment is closed: reset() opens it anew")
    if not was_reset:
        raise error.ResetNeeded("call reset() before step()")


def most_steps(batch: Any) -> int:
    """Steps in the longest episode of a batch: limits count ticks, of which a step has `batch.repeat`."""
    return -(-int(batch.task_table["limit"].max()) // batch.repeat)


class Specified:
    """The spec of an environment that Gymnasium made. The engine enforces the limit of an episode instead of a wrapper,
    so the spec's max_episode_steps is read from there: the limit of the longest episode."""

    batch: Any
    _spec: EnvSpec | None = None

    @property
    def spec(self) -> EnvSpec | None:
        """The spec that the environment was made from, or None."""
        if self._spec is not None:
            self._spec.max_episode_steps = most_steps(self.batch)
        return self._spec

    @spec.setter
    def spec(self, spec: EnvSpec | None) -> None:
        """Gymnasium sets it when it has made the environment."""
        self._spec = spec
