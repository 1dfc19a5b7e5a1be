"""What all faces ask of a batch, and what their `reset(options=...)` understands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gymnasium import logger

Options = dict[str, Any] | None
_KNOWN = ("knobs", "limit", "split", "levels", "tasks")


def apply_options(batch: Any, options: Mapping[str, Any] | None) -> None:
    """Configure a batch from `knobs`, `limit`, `split`, `levels` and `tasks`; another name is warned of and ignored.

    What is not named goes back to the world's own value. Without any of them nothing changes.
    """
    if not options:
        return
    unknown = [name for name in options if name not in _KNOWN]
    if unknown:
        logger.warn(f"unknown reset options {unknown} are ignored; the known ones are {', '.join(_KNOWN)}")
    chosen = {name: options[name] for name in _KNOWN if name in options}
    if chosen:
        batch.configure(**chosen)


def check_cpu(batch: Any) -> None:
    """Raise ValueError for a batch on CUDA: faces hand out NumPy arrays and text."""
    if batch.device != "cpu":
        raise ValueError(
            "the faces of Gymnasium and PettingZoo are for the CPU; on CUDA, use the batch and its tensors"
        )
