"""The command line of speeds: `rumpus bench`."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from rich.console import Console

from .commands import Device, Json, frame_size

SESSIONS_OF, SESSIONS = "sokoban-small", 64
"""The world of the sessions of the OpenEnv door that `--serve` measures, and their number."""
FRAME, WINDOW = "80x80", "2160x3840"
"""Default sizes of frames, and of the window of `--play`."""
DAY = 24 * 60 * 60
"""The longest measurement, in seconds."""


def print_json(data: Any) -> None:
    """Print data as JSON on standard output."""
    print(json.dumps(data, indent=2))


def bench(
    world: Annotated[list[str] | None, typer.Argument(help="Worlds to measure; all by default.")] = None,
    envs: Annotated[int, typer.Option(help="Copies of the world.")] = 1024,
    size: Annotated[str | None, typer.Option(help="Frame size, HEIGHTxWIDTH.", show_default=FRAME)] = None,
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 1,
    seconds: Annotated[float, typer.Option(help="Seconds a world, besides its starts.")] = 6.0,
    device: Device = "cpu",
    first_person: Annotated[
        bool, typer.Option("--first-person", help="First-person worlds, at the sizes that agents are fed.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="All speeds in one run, with spreads; --seconds are of each part.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(help="Peers too: vizdoom; with --all also minigrid, dm_control (with commas), or installed."),
    ] = None,
    starts: Annotated[
        bool, typer.Option("--starts/--no-starts", help="Whether to time new processes, which compile a world, too.")
    ] = True,
    guests: Annotated[
        bool, typer.Option("--guests", help="An arm of dm_control, here and with its own renderer.")
    ] = False,
    train: Annotated[
        bool,
        typer.Option(
            "--train",
            help="PPO in one world, as rumpus train runs it by default, beside the limit of this machine's arithmetic "
            "and other libraries' trainers; --seconds are of each row, --envs, --size and --threads mean nothing.",
        ),
    ] = False,
    data: Annotated[
        bool, typer.Option("--data", help="How fast episodes are recorded, and read again with pixels, at 64x64.")
    ] = False,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve",
            help="From key to picture with `rumpus serve` on loopback, and with rumpus[openenv] steps a second of 64 "
            "sessions of `rumpus serve --openenv` in one process; --seconds are of each row.",
        ),
    ] = False,
    play: Annotated[
        bool,
        typer.Option(
            "--play",
            help="The processor's time for a picture in the window of `rumpus play`, on the screen that there is; "
            "--size is the window's, HEIGHTxWIDTH (2160x3840 by default), --seconds are of each world.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure the speed of worlds, beside a memory copy of the same frames, or of another library's; or of training.

    Example: rumpus bench sokoban box-world --envs 1024 --threads 1; of all of it: rumpus bench --all --json
    """
    from .. import worlds as all_worlds
    from ..interface.progress import Stderr, reporting, work
    from ..tasks.compile import judged
    from ..worlds.engine.tools.bench import bench as measure
    from ..worlds.engine.tools.raycast_bench import first_person as seen
    from .measuring import formatting, speeds

    size, asked = size or FRAME, size
    if not 0 < seconds <= DAY:
        raise ValueError(f"--seconds must be more than 0 and at most {DAY}, got {seconds}")
    if everything:
        named = [] if against is None else speeds.installed() if against == "installed" else against.split(",")
        whole = speeds.speeds(speeds.Worlds(**speeds.ALL_WORLDS), seconds, named, starts=starts)
        print_json(whole) if as_json else Console().print(formatting.everything(whole))
        return
    if train:
        from .measuring.train_bench import train_bench

        if world and len(world) > 1:
            raise ValueError(f"--train measures one world, got {', '.join(world)}")
        measured = train_bench(world[0] if world else speeds.TRAINED, seconds, device)
        print_json(measured) if as_json else Console().print(formatting.training(measured))
        return
    if serve:
        from .serve.bench import serve_bench

        served = serve_bench(*speeds.SERVED, seconds=seconds)
        if all(map(find_spec, ("openenv", "uvicorn", "websockets"))):
            from .doors.bench import bench as door_bench

            served["sessions"] = door_bench(all_worlds.load(SESSIONS_OF), SESSIONS, frame_size(size), seconds)
        print_json(served) if as_json else Console().print(formatting.serving(served))
        return
    if play:
        from .human.bench import play_bench

        height, width = frame_size(asked or WINDOW)
        played = [all_worlds.load(each) for each in world or speeds.PLAYED]
        shown = play_bench(played, (width, height), seconds)
        print_json(shown) if as_json else Console().print(formatting.playing(shown))
        return
    if data:
        from ..episodes.bench import data_bench

        chosen = world or speeds.DATA_WORLDS
        read = [data_bench(all_worlds.load(each), seconds=seconds, threads=threads) for each in chosen]
        print_json(read) if as_json else Console().print(formatting.data(read))
        return
    if guests:
        from ..worlds.guests.dm_control import bench as at_home

        results = at_home.guests(all_worlds.load(at_home.TASK), 4 * seconds)
        print_json(results) if as_json else Console().print(formatting.guests(results))
        return
    every = [speeds.FIRST_PERSON] if first_person else all_worlds.names()
    loaded = {each: all_worlds.load(each) for each in world or every}
    if first_person or against:
        results = [row for each in loaded.values() for row in seen(each, 2 * seconds, against)]
        print_json(results) if as_json else Console().print(formatting.first_person(results))
        return
    options: dict[str, Any] = {"envs": envs, "threads": threads, "seconds": seconds, "device": device, "starts": starts}
    results = []
    with reporting(Stderr(bars=False)), work("Measuring speeds", len(loaded)) as job:  # a bar would take part of a core
        for each, w in loaded.items():
            found = measure(w, each, size=frame_size(size), judged=judged(w) if w.rules.things else None, **options)
            results.append(found)
            job.advance()
    title = f"{envs} copies, {size} pixels, {device}, {threads} thread(s)"
    print_json(results) if as_json else Console().print(formatting.speeds(results, title))
