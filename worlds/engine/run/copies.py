"""Copies of a batch: clones, and the content of pickles."""

from __future__ import annotations

from typing import Any

from .devices import device_of

OWN = ("states", "actions", "outcomes", "_seeds", "_spare")
"""Arrays that a clone copies."""
REMADE = (
    *("_device", "simulator", "_any", "_all", "_moves", "_task", "_table_parts", "_levels", "_weights", "_things"),
    *("_screen", "_goals", "listeners"),
)
"""Attributes that no pickle holds, since they are made again."""


def twin_of(batch: Any) -> Any:
    """An independent batch in the same state, see Batch.clone."""
    twin = object.__new__(type(batch))
    twin.__dict__.update(batch.__dict__)
    twin.simulator, twin._things, twin.listeners = twin._make_simulator(), twin._new_things(), []
    twin._goals = None
    for name in OWN:
        setattr(twin, name, batch._device.copy(getattr(batch, name)))
    twin._screen = twin._make_screen()
    twin._screen.frames[...] = batch._screen.frames
    twin.tally = {name: batch._device.copy(counts) for name, counts in batch.tally.items()}
    return twin


def content_of(batch: Any) -> dict[str, Any]:
    """The content of a batch's pickle, with all arrays on the CPU."""
    content = {name: value for name, value in batch.__dict__.items() if name not in REMADE}
    content |= {name: batch._device.get(content[name]) for name in OWN}
    content["pixels"] = batch._device.get(batch._screen.frames)
    content["tally"] = {name: batch._device.get(counts) for name, counts in batch.tally.items()}
    return content | {"device": (batch.device, batch.threads or None)}


def restore(batch: Any, content: dict[str, Any]) -> None:
    """Make a batch from what `content_of` gave, on a device of the same name."""
    name, threads = content.pop("device")
    pixels = content.pop("pixels")
    batch.__dict__.update(content | {"listeners": []})
    batch._device = device_of(name, batch.world, threads)
    batch._screen = batch._make_screen()
    batch._screen.frames[...] = batch._device.put(pixels)
    for own in OWN:
        setattr(batch, own, batch._device.copy(batch._device.put(content[own])))
    batch.tally = {name: batch._device.copy(batch._device.put(counts)) for name, counts in content["tally"].items()}
    batch._place()
    batch.weights = batch._shares
    batch.simulator = batch._make_simulator()
