"""The command line: `rumpus worlds | levels | tasks | play | watch | train | evaluate | bench | demo | doctor`.

The roof of the house: it may import everything below, and does so inside each command, so that `rumpus --help` is
quick.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .tasks.commands import app as tasks_app

app = typer.Typer(
    help="Rumpus: worlds of pixels and words, played with keyboard and mouse, by people and by agents.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(tasks_app, name="tasks")

World = Annotated[str, typer.Argument(help="A world's name (see `rumpus worlds`) or the folder of one of your own.")]
Tasks = Annotated[
    Path | None, typer.Option(help="A file of tasks (see `rumpus tasks`), in place of the world's own objective.")
]
Levels = Annotated[Path | None, typer.Option(help="A file or folder of levels, in place of the world's own.")]
Split = Annotated[
    str, typer.Option(help="Which of the world's levels: train, valid, test, or a held-out set it names.")
]
Knobs = Annotated[
    list[str] | None, typer.Option("--knob", help="NAME=VALUE, turns a knob of the world; may be repeated.")
]
Limit = Annotated[int | None, typer.Option(help="Steps in an episode, in place of the world's own limit.")]
Seed = Annotated[int, typer.Option(help="Seed; the same seed gives the same result.")]
Agent = Annotated[str, typer.Argument(help="random, expert, or a run's folder or checkpoint.")]
Greedy = Annotated[bool, typer.Option("--greedy", help="Always the likeliest action, not a drawn one.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Device = Annotated[str, typer.Option(help="cpu or cuda.")]
Threads = Annotated[int | None, typer.Option(help="CPU threads; all cores by default.")]

SUITE = Path(__file__).parent / "assets" / "tasks"
"""The benchmark's tasks."""

FIRST_PERSON = "maze-random-goal"
"""What `rumpus bench --first-person` measures by default."""

# What `rumpus demo` trains on: learned on two cores in three to five minutes.
DEMO_WORLD, DEMO_STEPS = "box-world-small", 1_200_000
DEMO_SETTINGS: dict[str, Any] = {"evaluate_every": 60, "evaluate_split": "test"}


def knob_values(pairs: list[str] | None) -> dict[str, int]:
    """["size=7"] to {"size": 7}. Raises ValueError for what is not NAME=WHOLE NUMBER."""
    values = {}
    for pair in pairs or []:
        name, _, value = pair.partition("=")
        if not name or not value.lstrip("-").isdigit():
            raise ValueError(f"--knob takes NAME=WHOLE NUMBER, such as --knob size=7; got {pair!r}")
        values[name] = int(value)
    return values


def frame_size(text: str) -> tuple[int, int]:
    """ "80" or "96x72" (height x width) to (height, width). Raises ValueError for anything else."""
    height, _, width = text.partition("x")
    if not height.isdigit() or not (width or height).isdigit():
        raise ValueError(f"a frame size is HEIGHTxWIDTH or one number, such as 80x80 or 64; got {text!r}")
    return int(height), int(width or height)


def settings_of(kind: type, pairs: list[str] | None) -> dict[str, Any]:
    """["clip=0.1"] to {"clip": 0.1}, for fields of a settings dataclass that are numbers, switches or texts.

    Raises ValueError for a name that is no field, with the nearest ones, and for a value of another type.
    """
    known = {field.name: field for field in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for pair in pairs or []:
        name, _, text = pair.partition("=")
        if name not in known:
            near = get_close_matches(name, known, n=3)
            raise ValueError(f"--set: unknown setting {name!r}; {f'did you mean {near}?' if near else sorted(known)}")
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            value = text
        wanted = type(known[name].default)
        if wanted is float and type(value) is int:
            value = float(value)
        if wanted in (int, float, bool, str) and type(value) is not wanted:
            raise ValueError(f"--set: {name} takes a {wanted.__name__}, such as {known[name].default}; got {text!r}")
        values[name] = value
    return values


def print_json(data: Any) -> None:
    """Print data as JSON on standard output."""
    print(json.dumps(data, indent=2))


@app.command()
def worlds(
    name: Annotated[str | None, typer.Argument(help="Show the whole page of this world.")] = None,
    as_json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as the README holds it.")] = False,
    things: Annotated[
        bool, typer.Option("--things", help="Print what goals can speak of, as docs/tasks.md does.")
    ] = False,
) -> None:
    """List the worlds, or show one.

    Example: rumpus worlds sokoban
    """
    from . import worlds as all_worlds

    shown = [all_worlds.load(each) for each in ([name] if name else all_worlds.names())]
    if as_json:
        print_json(
            [
                {
                    "name": world.name,
                    "id": world.id,
                    "players": world.players,
                    "tick_hz": world.tick_hz,
                    "keys": list(world.keys),
                    "moves": list(world.moves),
                    "summary": world.summary,
                }
                for world in shown
            ]
        )
    elif markdown or things:
        print(things_table(shown) if things else markdown_table(shown))
    elif name:
        page(shown[0])
    else:
        table = Table("world", "players", "keys", "what it is", title="Worlds", box=None)
        for world in shown:
            table.add_row(world.name, str(world.players), " ".join(world.keys), world.summary)
        Console().print(table)
        Console().print("\nAnd guests by name: control/cartpole-swingup, arm/stack-2-bricks, gym/FrozenLake-v1, …")


def markdown_table(shown: list[Any]) -> str:
    """The README's table of worlds, from the worlds' own words."""
    rows = [f"| `{w.name}` | {w.players} | {w.summary} |" for w in shown]
    return "\n".join(["| world | players | what it is |", "|---|---|---|", *rows])


def page(world: Any) -> None:
    """Print all that a world says of itself."""
    console = Console(highlight=False)
    known = "" if "/" in world.name else world.id  # guests are not registered with Gymnasium
    console.print(f"[bold]{world.name}[/bold]  {known}\n{world.summary}\n\n{world.doc.strip()}\n", markup=True)
    values = world.knob_values({})
    table = Table("knob", "value", "from", "to", "meaning", box=None)
    for knob, record in world.knobs.items():
        table.add_row(knob, str(values[knob]), str(record.low), str(record.high), record.meaning)
    console.print(table)
    if world.things:
        console.print("\nGoals can speak of:")
        table = Table("thing", "colours", box=None)
        for kind, colours in world.things.kinds.items():
            table.add_row(kind, ", ".join(colours) or "-")
        console.print(table)
        console.print(f"relations and events: {', '.join(world.things.relations)}")
    console.print(f"\nmoves: {', '.join(world.moves)}\nsplits: {', '.join(world.splits)}\nlimit: {world.limit} steps")


def things_table(shown: list[Any]) -> str:
    """What goals can speak of in each world, as Markdown: kinds with their colours, relations, events."""
    from .worlds.engine.things import EVENTS

    rows: dict[tuple[str, ...], list[str]] = {}
    for world in [world for world in shown if world.things]:
        kinds = [f"{kind} ({', '.join(colours)})" if colours else kind for kind, colours in world.things.kinds.items()]
        events = [name for name in world.things.relations if name in EVENTS]
        relations = [name for name in world.things.relations if name not in EVENTS]
        cells = ("; ".join(kinds), ", ".join(relations), ", ".join(events) or "-")
        rows.setdefault(cells, []).append(f"`{world.name}`")
    lines = [f"| {', '.join(names)} | {' | '.join(cells)} |" for cells, names in rows.items()]
    return "\n".join(["| world | things, and their colours | relations | events |", "|---|---|---|---|", *lines])


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
    if chosen.write is None or chosen.bank is None:
        raise ValueError(f"{chosen.name} makes its levels as it goes and writes none to files")
    made = chosen.levels(split, knob_values(knob), count)
    chosen.write(out, made, players=chosen.players)
    print(out)


@app.command()
def play(
    world: World,
    seed: Annotated[int | None, typer.Option(help="Seed of the first episode; random by default.")] = None,
    task: Annotated[
        str | None, typer.Option(help="FILE:ID, one task of a file by its id or line; or FILE for all.")
    ] = None,
    levels: Levels = None,
    split: Split = "train",
    knob: Knobs = None,
    limit: Limit = None,
) -> None:
    """Play a world yourself, in a window. F1 shows the keys.

    Example: rumpus play sokoban --seed 7
    """
    from . import worlds as all_worlds
    from .agents import human
    from .tasks.compile import table
    from .tasks.files import chosen

    loaded = all_worlds.load(world)
    options: dict[str, Any] = {"seed": seed, "levels": levels, "split": split, "limit": limit}
    if task is not None:
        tasks = chosen(task, loaded)
        options |= {"tasks": table(tasks, loaded), "ids": [each.id for each in tasks]}
    for path in human.play(loaded, knobs=knob_values(knob), **options).saved:
        print(path)


@app.command()
def train(
    algorithm: Annotated[str, typer.Argument(help="How to learn: ppo.")],
    world: World,
    out: Annotated[Path | None, typer.Option(help="The run's folder; runs/ALGORITHM-WORLD-SEED by default.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in that folder where it stopped.")
    ] = False,
    steps: Annotated[int, typer.Option(help="Environment steps in all.")] = 1_000_000,
    envs: Annotated[int | None, typer.Option(help="Copies of the world.")] = None,
    head: Annotated[str | None, typer.Option(help="moves, or devices: keys, buttons and mouse themselves.")] = None,
    units: Annotated[int | None, typer.Option(help="Units of the LSTM; 0 for no memory.")] = None,
    size: Annotated[str | None, typer.Option(help="Frame size that the agent sees, HEIGHTxWIDTH.")] = None,
    seed: Seed = 0,
    tasks: Tasks = None,
    curriculum: Annotated[
        str, typer.Option(help="Which tasks come up: uniform, hand, plr or learnability.")
    ] = "uniform",
    talk: Annotated[
        bool, typer.Option("--talk", help="Several players can say a word to each other in every tick.")
    ] = False,
    policies: Annotated[str, typer.Option(help="Of several players: shared (self-play) or independent.")] = "shared",
    levels: Levels = None,
    split: Split = "train",
    knob: Knobs = None,
    limit: Limit = None,
    device: Device = "cpu",
    threads: Threads = None,
    compile_: Annotated[bool, typer.Option("--compile", help="Compile the network with torch.compile.")] = False,
    evaluate_every: Annotated[int | None, typer.Option(help="Updates between evaluations; 0 for none.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE, any other setting of the algorithm; may be repeated.")
    ] = None,
) -> None:
    """Train an agent. The run's folder holds its metrics, its TensorBoard log and its checkpoint.

    Example: rumpus train ppo sokoban-small --steps 5000000 --seed 1
    """
    from .agents import ppo

    if algorithm != "ppo":
        raise ValueError(f"unknown algorithm {algorithm!r}; it is ppo")
    folder = out or Path("runs") / f"ppo-{Path(world).name}-{seed}"
    if resume:
        ppo.resume(folder)
        return
    chosen: dict[str, Any] = {"envs": envs, "head": head, "units": units, "evaluate_every": evaluate_every}
    chosen |= {"size": frame_size(size) if size else None, "levels": str(levels) if levels else None}
    chosen |= {"tasks": str(tasks) if tasks else None, "curriculum": curriculum, "policies": policies, "talk": talk}
    chosen = {name: value for name, value in chosen.items() if value is not None} | settings_of(ppo.Settings, setting)
    settings = ppo.Settings(
        world=world,
        steps=steps,
        seed=seed,
        split=split,
        knobs=knob_values(knob),
        limit=limit,
        device=device,
        threads=threads,
        compile=compile_,
        **chosen,
    )
    ppo.train(settings, folder)


@app.command()
def evaluate(
    world: Annotated[str, typer.Argument(help="A world's name or folder; left out with --suite.")],
    agent: Annotated[str | None, typer.Argument(help="random, expert, or a run's folder or checkpoint.")] = None,
    tasks: Tasks = None,
    suite: Annotated[
        bool, typer.Option("--suite", help="The benchmark: all skills, on a scale to the expert's.")
    ] = False,
    episodes: Annotated[
        int | None,
        typer.Option(
            help="Episodes to play: 256 by default, with levels drawn by chance; with --levels each level once, in the "
            "order of the file, or over and over until there are so many; with tasks, all of them are played."
        ),
    ] = None,
    times: Annotated[int, typer.Option(help="How often each task is played.")] = 1,
    split: Split = "test",
    seed: Seed = 0,
    levels: Levels = None,
    knob: Knobs = None,
    limit: Limit = None,
    greedy: Greedy = False,
    device: Device = "cpu",
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Measure a player: success with its 95 % interval, mean return and length; or its score in the benchmark.

    Example: rumpus evaluate box-world expert --episodes 500; of the benchmark: rumpus evaluate --suite random
    """
    from .agents import tables
    from .agents.evaluate import evaluate as measure
    from .agents.suite import suite as benchmark

    options: dict[str, Any] = {"times": times, "seed": seed, "greedy": greedy, "device": device, "threads": threads}
    if suite:
        rows = benchmark(agent or world, tasks or SUITE, **options)
        print_json(rows) if as_json else Console().print(tables.suite(agent or world, rows))
        return
    if agent is None:
        raise ValueError("evaluate needs a world and an agent, such as: rumpus evaluate sokoban random")
    chosen: dict[str, Any] = {"levels": levels, "knobs": knob_values(knob) or None, "limit": limit, "tasks": tasks}
    result = measure(world, agent, episodes=episodes, split=split, **chosen, **options)
    what = str(tasks or levels or f"{split} levels")
    print_json(result) if as_json else Console().print(tables.evaluation(result, what))


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
    greedy: Greedy = False,
) -> None:
    """Watch a player in a window, or record it.

    Example: rumpus watch sokoban expert --out clip.mp4
    """
    from . import worlds as all_worlds
    from .agents.watch import watch as show
    from .tasks.files import load

    show(
        world,
        agent,
        out=out,
        episodes=episodes,
        size=frame_size(size) if size else None,
        hz=hz,
        tasks=load(tasks, all_worlds.load(world))[0] if tasks else (),
        split=split,
        seed=seed,
        levels=levels,
        knobs=knob_values(knob) or None,
        limit=limit,
        greedy=greedy,
    )
    if out:
        print(out)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="The folder of the run and its report.")] = Path("runs/demo"),
    steps: Annotated[int, typer.Option(help="Environment steps to train for.")] = DEMO_STEPS,
) -> None:
    """Train an agent on a small world for three to five minutes, measure it on held-out levels, and write a report.

    Example: rumpus demo
    """
    from .agents import ppo
    from .agents.demo import demo as show

    show(out, ppo.Settings(world=DEMO_WORLD, steps=steps, **DEMO_SETTINGS))


@app.command()
def bench(
    world: Annotated[list[str] | None, typer.Argument(help="Worlds to measure; all by default.")] = None,
    envs: Annotated[int, typer.Option(help="Copies of the world.")] = 1024,
    size: Annotated[str, typer.Option(help="Frame size, HEIGHTxWIDTH.")] = "80x80",
    threads: Annotated[int, typer.Option(help="CPU threads.")] = 1,
    seconds: Annotated[float, typer.Option(help="Seconds a world, besides its starts.")] = 6.0,
    device: Device = "cpu",
    first_person: Annotated[
        bool, typer.Option("--first-person", help="First-person worlds, at the sizes that agents are fed.")
    ] = False,
    against: Annotated[str | None, typer.Option(help="With --first-person, a peer to measure too: vizdoom.")] = None,
    guests: Annotated[
        bool, typer.Option("--guests", help="An arm of dm_control, here and with its own renderer.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure the speed of worlds, beside a memory copy of the same frames, or of another library's.

    Example: rumpus bench sokoban box-world --envs 1024 --threads 1
    """
    from . import worlds as all_worlds
    from .agents import tables
    from .tasks.compile import judged
    from .worlds.engine.bench import bench as measure
    from .worlds.engine.rays.bench import first_person as seen

    if guests:
        from .worlds.guests.dm_control import bench as at_home

        results = at_home.guests(all_worlds.load(at_home.TASK), 4 * seconds)
        print_json(results) if as_json else Console().print(tables.guests(results))
        return
    chosen = {each: all_worlds.load(each) for each in world or ([FIRST_PERSON] if first_person else all_worlds.names())}
    if first_person or against:
        results = [row for each in chosen.values() for row in seen(each, 2 * seconds, against)]
        print_json(results) if as_json else Console().print(tables.first_person(results))
        return
    options: dict[str, Any] = {"envs": envs, "threads": threads, "seconds": seconds, "device": device}
    results = [
        measure(w, each, size=frame_size(size), judged=judged(w) if w.things else None, **options)
        for each, w in chosen.items()
    ]
    title = f"{envs} copies, {size} pixels, {device}, {threads} thread(s)"
    print_json(results) if as_json else Console().print(tables.speeds(results, title))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what this machine can do: cores, screen, CUDA, video.

    Example: rumpus doctor
    """
    from .interface.machine import lines, machine
    from .worlds.engine.kernels import cache_folder

    report = machine() | {"cache": str(cache_folder())}
    if as_json:
        print_json(report)
        return
    table = Table(box=None, show_header=False)
    for row in [*lines(report), ("cache", "", report["cache"])]:
        table.add_row(*row)
    Console().print(table)


def main() -> None:
    """Run the command line. What a person can mend is printed as one message, with exit status 1."""
    try:
        app()
    except (ValueError, OSError, RuntimeError) as error:
        Console(stderr=True, highlight=False).print(f"[bold red]rumpus:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
