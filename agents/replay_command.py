"""The command line of replays: `rumpus episodes replay`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..episodes.commands import Own, OwnLevels, Place, opened, own_worlds

app = typer.Typer()


@app.command()
def replay(
    store: Place,
    id: Annotated[str, typer.Argument(help="The id of an episode, or how it begins.")],
    out: Annotated[Path | None, typer.Option(help="Write this .mp4 or .gif instead of opening a window.")] = None,
    size: Annotated[int, typer.Option(help="With --out, pixels of the longer side of a player's picture.")] = 480,
    hz: Annotated[float | None, typer.Option(help="Steps shown a second.")] = None,
    own: Own = None,
    levels: OwnLevels = None,
) -> None:
    """Play an episode again, in a window or as a clip, drawn anew at any size. In the window, F1 tells the keys that
    stop, step, leap and change the speed; a click on the line of time goes there.

    Example: rumpus episodes replay runs/data 3f2a --out clip.mp4
    """
    from ..episodes.showing import frames, speed
    from ..interface.clip import FASTEST, check_path, rested, write_clip

    if not 8 <= size <= 4096:
        raise ValueError(f"--size is 8 to 4096 pixels, got {size}")
    if hz is not None and not 0 < hz <= FASTEST:
        raise ValueError(f"--hz is more than 0 and at most {FASTEST} steps a second, got {hz:g}")
    episode, worlds = opened(store).get(id), own_worlds(own)
    if out is None:
        from .human.mark_window import replay as shown

        shown(store, episode.id, hz=hz, own=worlds, levels=levels)
        return
    hz = hz or speed(episode, worlds)
    check_path(out)
    write_clip(out, rested(frames(episode, size, own=worlds, levels=levels), hz), hz)
    print(out)
