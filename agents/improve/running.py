"""A run of the loop in a folder: its settings are kept there, so that it goes on as it began, and its report."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from ...interface.files import write_atomically
from ...worlds.engine.world import World
from ..training.folders import owned
from . import registry, report
from .loop import Loop, Say
from .measuring import summary
from .rounds import fitting
from .settings import FREE, ImproveSettings

FILE = "run.json"


def run(
    settings: ImproveSettings, folder: str | Path, say: Say | None = None, own: World | None = None
) -> dict[str, Any]:
    """Run the loop, or go on with it. own: the world, if it is one of your own. Returns its summary with `stopped`, the
    reason for which it ended early or "", and `text`.

    Raises ValueError for settings that differ from those that the folder's run began with, for a folder that holds
    something else, and where another process runs there.
    """
    folder = Path(folder)
    kept = same(settings.check(), folder)
    registry.made(kept)
    fitting(kept, own)  # before anything is written
    folder.mkdir(parents=True, exist_ok=True)
    with owned(folder, True):

        def told(line: str) -> None:
            if say is not None:
                say(line)
            report.write(loop, f"Running: {line}.", live=True)

        loop = Loop(kept, folder, told, own)
        write_atomically(folder / FILE, json.dumps(kept.plain(), indent=2).encode())
        stopped = loop.run()
        ended = f"It stopped: {stopped}." if stopped else f"All {kept.rounds} rounds are made."
        report.write(loop, ended, live=False)
    found = summary(loop)
    return found | {"stopped": stopped, "text": f"{ended} {report.headline(found)}"}


def same(settings: ImproveSettings, folder: Path) -> ImproveSettings:
    """The settings to go on with. Raises ValueError, naming them, for others than the run in this folder began with."""
    file = folder / FILE
    if not file.exists():
        if folder.exists() and any(not each.name.startswith(".") for each in folder.iterdir()):
            raise ValueError(f"{folder} is not empty, and holds no run of the loop: name a new folder")
        return settings
    saved = json.loads(file.read_text())
    now = json.loads(json.dumps(settings.plain()))
    other = [name for name in now if name not in FREE and now[name] != saved.get(name)]
    if other:
        told = "; ".join(f"{name} {saved.get(name)!r}, not {now[name]!r}" for name in other)
        raise ValueError(f"this run began with {told}: leave these out, or name another folder")
    return dataclasses.replace(settings, rounds=max(settings.rounds, saved["rounds"]))
