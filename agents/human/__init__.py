"""People at a window: `play` opens one for any world and comes back when it is closed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...interface.viewer import open_display
from ...worlds.engine.table import Table

if TYPE_CHECKING:
    from .session import Episode

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_VIDEO_X11_WMCLASS", "rumpus")  # what desktops group windows by


class Played(NamedTuple):
    """What came of playing: the episodes, in order, and the clips and screenshots that were saved."""

    episodes: list[Episode]
    saved: list[Path]


def play(
    world: Any,
    *,
    seed: int | None = None,
    levels: Any = None,
    split: str = "train",
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    tasks: Table | None = None,
    ids: Sequence[str] = (),
    window: tuple[int, int] | None = None,
    out: str | Path = "runs/clips",
) -> Played:
    """Open a window and let people play until it is closed.

    world: a name, a folder, or a World; seed: of the first episode, a random one by default; levels, split, knobs,
    limit: see Batch; tasks: a table to play one after the other, in place of the world's own task, and ids: what to
    call its rows; window: (width, height) in pixels, by default what fits the screen; out: the folder for clips and
    screenshots.

    Raises NoDisplayError where there is no screen, and ValueError for a world, level, knob or table that is none.
    """
    pygame = open_display()
    try:
        from ... import worlds
        from .session import Session
        from .window import Window

        options: dict[str, Any] = {"levels": levels, "split": split, "knobs": knobs, "limit": limit}
        session = Session(worlds.load(world), seed=seed, tasks=tasks, ids=ids, **options)
        view = Window(session, window, out)
    except BaseException:
        pygame.display.quit()
        raise
    view.run()
    return Played(session.episodes, view.saved)
