"""The command line: `rumpus worlds | levels | tasks | play | serve | door | watch | record | episodes | label | mark |
sts | algorithms | agents | train | improve | study | fleet | evaluate | scenarios | report | bench | demo | warm |
doctor`.

The roof of the house: it may import everything below, and does so inside each command, so that `rumpus --help` is
quick.
"""

from __future__ import annotations

import codecs
import io
import json
import signal
import sys
import unicodedata
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from . import __version__
from .agents import (
    bench_command,
    commands,
    evaluate_command,
    improve_command,
    marking_commands,
    play_command,
    scenarios_command,
    study_command,
)
from .agents.catalogue import app as catalogue_app
from .agents.catalogue import baselines_table, page, spaces_table, things_table, worlds_table
from .agents.commands import (
    Agent,
    Greedy,
    Guidance,
    Json,
    Knobs,
    Leaf,
    Levels,
    Limit,
    Plugins,
    Search,
    Seconds,
    Seed,
    Shown,
    Simulations,
    Split,
    Tasks,
    World,
    frame_size,
    knob_values,
    load_plugins,
    search_settings,
)
from .agents.doors.commands import app as door_app
from .agents.fleet_commands import app as fleet_app
from .agents.needs import missing
from .agents.replay_command import app as replay_app
from .agents.serve.command import serve
from .agents.shipped_commands import app as agents_app
from .episodes.commands import app as episodes_app
from .episodes.exchange_commands import app as exchange_app
from .tasks.commands import app as tasks_app

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(catalogue_app)
app.add_typer(tasks_app, name="tasks")
app.add_typer(fleet_app, name="fleet")
app.add_typer(agents_app, name="agents")
app.add_typer(door_app, name="door")
episodes_app.add_typer(replay_app)
episodes_app.add_typer(exchange_app)
app.add_typer(episodes_app, name="episodes")

# What `rumpus demo` trains on: learned on two cores in two to five minutes.
DEMO_WORLD, DEMO_STEPS = "box-world-small", 1_200_000
DEMO_SETTINGS: dict[str, Any] = {"evaluate_every": 60, "evaluate_split": "test"}


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Print the version and end.", callback=_version, is_eager=True)
]


@app.callback()
def root(version: Version = False) -> None:
    """Rumpus: worlds of pixels and words, played with keyboard and mouse, by people and by agents."""


def print_json(data: Any) -> None:
    """Print data as JSON on standard output."""
    print(json.dumps(data, indent=2))


@app.command()
def worlds(
    name: Annotated[str | None, typer.Argument(help="Show the whole page of this world.")] = None,
    as_json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print players and summaries in Markdown.")] = False,
    things: Annotated[
        bool, typer.Option("--things", help="Print what goals can speak of, as docs/tasks.md does.")
    ] = False,
    spaces: Annotated[
        bool, typer.Option("--spaces", help="Print observation, actions, reward and horizon of each family.")
    ] = False,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Print success and return of a random policy and of the expert.")
    ] = False,
) -> None:
    """List the worlds, or show one.

    Example: rumpus worlds sokoban
    """
    from . import worlds as all_worlds

    shown = [all_worlds.load(each) for each in ([name] if name else all_worlds.names())]
    tables = [
        (markdown, worlds_table),
        (things, things_table),
        (spaces, spaces_table),
        (baselines, baselines_table),
    ]
    if as_json:
        print_json(
            [
                {
                    "name": world.name,
                    "id": world.id,
                    "players": world.players,
                    "tick_hz": world.controls.tick_hz,
                    "keys": list(world.controls.keys),
                    "moves": list(world.controls.moves),
                    "limit": world.objective.limit,
                    "splits": list(world.knobs.splits),
                    "summary": world.summary,
                }
                for world in shown
            ]
        )
    elif printed := [table(shown) for wanted, table in tables if wanted]:
        print("\n\n".join(printed))
    elif name:
        page(shown[0])
    else:
        table = Table("world", "players", "keys", "what it is", title="Worlds", box=None)
        for world in shown:
            table.add_row(world.name, str(world.players), " ".join(world.controls.keys), world.summary)
        Console().print(table)
        Console().print("\nAnd guests by name: control/cartpole-swingup, arm/stack-2-bricks, gym/FrozenLake-v1, …")


@app.command()
def levels(
    world: World,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    count: Annotated[int | None, typer.Option(help="How many; by default as many as the split has.")] = None,
    split: Split = "train",
    knob: Knobs = None,
) -> None:
    """Make levels, all different, and write them to a file that --levels takes.

    Example: rumpus levels sokoban --count 100000 --out levels.txt
    """
    from . import worlds as all_worlds

    chosen = all_worlds.load(world)
    made = chosen.level_bank(split, knob_values(knob), count)
    if made is None or chosen.levels is None or chosen.levels.write is None:
        raise ValueError(f"{chosen.name} makes its levels as it goes and writes none to files")
    chosen.levels.write(out, made, players=chosen.players)
    print(out)


app.command()(play_command.play)
app.command()(serve)
app.command()(commands.algorithms)
app.command()(commands.train)
app.command()(study_command.study)
app.command()(improve_command.improve)
app.command()(commands.report)
app.command()(commands.record)
app.command()(marking_commands.label)
app.command()(marking_commands.mark)
app.command()(marking_commands.sts)
app.command()(bench_command.bench)
app.command()(evaluate_command.evaluate)
app.command()(scenarios_command.scenarios)


@app.command()
def watch(
    world: World,
    agent: Agent,
    out: Annotated[Path | None, typer.Option(help="Record to this .mp4 or .gif instead of opening a window.")] = None,
    episodes: Annotated[int, typer.Option(help="Episodes to show.")] = 3,
    size: Annotated[str | None, typer.Option(help="Size of the picture, HEIGHTxWIDTH.")] = None,
    hz: Annotated[float | None, typer.Option(help="Steps shown a second.")] = None,
    tasks: Tasks = None,
    split: Split = "test",
    seed: Seed = 0,
    levels: Levels = None,
    knob: Knobs = None,
    limit: Limit = None,
    greedy: Greedy = None,
    guidance: Guidance = 1.0,
    search: Search = None,
    simulations: Simulations = None,
    seconds: Seconds = None,
    leaf: Leaf = None,
    show: Shown = None,
    plugin: Plugins = None,
) -> None:
    """Watch a player in a window, where F2 takes over from it, or record it.

    Example: rumpus watch sokoban expert --out clip.mp4
    """
    from . import worlds as all_worlds
    from .agents.human.watching import watch as shown
    from .episodes.moments import load

    load_plugins(plugin)
    loaded = all_worlds.load(world)
    chosen: dict[str, Any] = {"split": split, "seed": seed, "levels": levels, "limit": limit}
    chosen |= {"greedy": greedy, "guidance": guidance}
    shown(
        loaded,
        agent,
        out=out,
        episodes=episodes,
        size=frame_size(size) if size else None,
        hz=hz,
        tasks=load(tasks, loaded)[0] if tasks else (),
        knobs=knob_values(knob) or None,
        **chosen,
        search=search_settings(search, simulations, seconds, leaf),
        show=show or (),
    )
    if out:
        print(out)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="The folder of the run and its report.")] = Path("runs/demo"),
    steps: Annotated[int, typer.Option(help="Environment steps to train for.")] = DEMO_STEPS,
) -> None:
    """Train an agent on a small world for two to five minutes, measure it on held-out levels, and write a report.

    Example: rumpus demo
    """
    from .agents.measuring.demo import demo as show
    from .agents.settings import Config

    show(out, Config.of("ppo", DEMO_WORLD, steps=steps, **DEMO_SETTINGS))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what this machine can do: cores, screen, CUDA, video.

    Example: rumpus doctor
    """
    from .interface.machine import lines, machine
    from .worlds.engine.compile.modules import cache_folder

    report = machine() | {"cache": str(cache_folder())}
    if as_json:
        print_json(report)
        return
    table = Table(box=None, show_header=False)
    for row in [*lines(report), ("cache", "", report["cache"])]:
        table.add_row(*row)
    Console().print(table)


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What a terminal that lacks a character gets in its place: its nearest ASCII, "..." for "…", else "?"."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    near = (unicodedata.normalize("NFKD", each).encode("ascii", "ignore").decode() or "?" for each in lacking)
    return "".join(near), error.end


def _tell(text: str) -> None:
    """Print one message on stderr."""
    Console(stderr=True, highlight=False).print(f"[bold red]rumpus:[/] {escape(text)}", soft_wrap=True)


def _reason(error: BaseException) -> str:
    """The message for an error that a person can mend."""
    if isinstance(error, ModuleNotFoundError) and "pip install" not in str(error):
        return missing((error.name or "").partition(".")[0])
    if isinstance(error, MemoryError):
        return str(error) if str(error) else "there is not enough memory for this: choose smaller numbers"
    if isinstance(error, FileExistsError):
        return f"{error.filename}: this is a file, and a folder is needed in its place"
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def main() -> None:
    """Run the command line. What a person can mend is printed as one message, with exit status 1."""
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")
    warnings.showwarning = lambda message, *_, **__: _tell(str(message))
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # what is half written is removed
    try:
        app()
    except Exception as error:
        plugins = sys.modules.get(f"{__package__}.agents.plugins")
        if plugins and (place := plugins.place(error)):  # a person's own file, which may raise anything
            _tell(f"{place}: {type(error).__name__}: {error}")
        elif isinstance(error, ModuleNotFoundError) and (error.name or "rumpus").partition(".")[0] == "rumpus":
            raise
        elif isinstance(error, (ModuleNotFoundError, ValueError, OSError, RuntimeError, MemoryError)):
            _tell(_reason(error))
        else:
            raise
        sys.exit(1)


if __name__ == "__main__":
    main()
