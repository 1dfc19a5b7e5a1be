"""The command line of runs, `rumpus train | algorithms | report | record`, and options shared with other commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

MIXTURE_STEPS = 50_000
"""Steps of each world that `rumpus record all` stores by default: some half an hour of a core for all worlds."""

World = Annotated[str, typer.Argument(help="A world's name (see `rumpus worlds`) or the folder of one of your own.")]
Tasks = Annotated[
    Path | None, typer.Option(help="A file or folder of tasks (see `rumpus tasks`), in place of the world's objective.")
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
Agent = Annotated[
    str, typer.Argument(help="random, expert, a name of `rumpus agents`, or a run's folder or checkpoint.")
]
Greedy = Annotated[
    bool | None,
    typer.Option(
        "--greedy/--drawn",
        help="Always the likeliest action, or drawn ones.",
        show_default="drawn; of a shipped agent what its card says",
    ),
]
Guidance = Annotated[
    float,
    typer.Option(
        help="How many times what the instruction changes counts, of an agent that was trained with `untold`: 2 "
        "follows it more closely, 0 does not hear it."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Device = Annotated[str, typer.Option(help="cpu or cuda.")]
Plugins = Annotated[
    list[Path] | None,
    typer.Option("--plugin", help="A file with algorithms, torsos, cores or heads of your own; may be repeated."),
]
Threads = Annotated[int | None, typer.Option(help="CPU threads; all cores by default.")]
Search = Annotated[
    str | None,
    typer.Option(help="Look ahead on the simulator: mcts, puct, gumbel or levin, with the agent as its guide."),
]
Simulations = Annotated[
    int | None,
    typer.Option(help="With --search, simulations a move (levin: expansions an episode).", show_default="50"),
]
Seconds = Annotated[float | None, typer.Option(help="With --search, seconds of one core an episode.")]
Shown = Annotated[
    list[str] | None,
    typer.Option(help="Of a trained agent: attention, value or plan (its likeliest moves); may be repeated."),
]
Leaf = Annotated[
    str | None,
    typer.Option(help="With --search, new states are valued by the agent's value or a random rollout."),
]


def search_settings(method: str | None, simulations: int | None, seconds: float | None, leaf: str | None) -> Any:
    """The SearchSettings that were typed, or None. Raises ValueError for budgets without a search."""
    given: dict[str, Any] = {"simulations": simulations, "seconds": seconds, "leaf": leaf}
    given = {name: value for name, value in given.items() if value is not None}
    if method is None:
        if given:
            raise ValueError(f"--{next(iter(given))} is of a search: name one, such as --search puct")
        return None
    from .search.settings import SearchSettings

    return SearchSettings(method=method, **given)


def load_plugins(paths: list[Path] | None) -> None:
    """Register what these files define."""
    if paths:
        from . import plugins

        for path in paths:
            plugins.load(path)


def knob_values(pairs: list[str] | None) -> dict[str, int]:
    """["size=7"] to {"size": 7}. Raises ValueError for what is not NAME=WHOLE NUMBER, and for a name given twice."""
    values: dict[str, int] = {}
    for pair in pairs or []:
        name, _, value = pair.partition("=")
        if not name or not value.removeprefix("-").isdecimal() or len(value) > 20:
            raise ValueError(f"--knob takes NAME=WHOLE NUMBER, such as --knob size=7; got {pair!r}")
        if name in values:
            raise ValueError(f"--knob: {name} is given twice")
        values[name] = int(value)
    return values


def frame_size(text: str) -> tuple[int, int]:
    """ "80" or "96x72" (height x width) to (height, width). Raises ValueError for anything else."""
    height, cross, width = text.partition("x")
    sides = (height, width if cross else height)
    if not all(side.isdecimal() and len(side) <= 5 for side in sides):
        raise ValueError(f"a frame size is HEIGHTxWIDTH or one number, such as 80x80 or 64; got {text!r}")
    return int(sides[0]), int(sides[1])


def train(
    algorithm: Annotated[
        str, typer.Argument(help="How to learn: a name of `rumpus algorithms`, or the file of one of your own.")
    ],
    world: Annotated[
        list[str], typer.Argument(help="Worlds (see `rumpus worlds`), or folders of your own; one agent learns all.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="The run's folder; by default runs/ALGORITHM-WORLD-SEED, numbered if that is there."),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the run in that folder (the last of the default ones). Of the other "
            "options, --steps, paths, --threads, --compile and --evaluate-every may be given anew.",
        ),
    ] = False,
    start: Annotated[
        Path | None,
        typer.Option(
            "--from", help="A run, checkpoint or shipped agent whose weights to start from; see also --set kl=…"
        ),
    ] = None,
    shares: Annotated[
        str | None, typer.Option(help="Of the copies, for each of several worlds, such as 2,1,1.", show_default="alike")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Environment steps in all.", show_default="1000000")] = None,
    envs: Annotated[int | None, typer.Option(help="Copies of the worlds in all.", show_default="64")] = None,
    head: Annotated[
        str | None,
        typer.Option(
            help="Actions: moves, devices (keys, buttons, mouse of a world), universal (all of them), or the file of "
            "one of your own.",
            show_default="moves; of several worlds universal",
        ),
    ] = None,
    torso: Annotated[
        str | None,
        typer.Option(help="patches, relational, impala, or the file of one of your own.", show_default="patches"),
    ] = None,
    core: Annotated[
        str | None,
        typer.Option(
            help="Memory: lstm, gru, drc, rmc, gtrxl, none, or the file of one of your own.",
            show_default="lstm if units",
        ),
    ] = None,
    units: Annotated[int | None, typer.Option(help="Units of the memory; 0 for none.", show_default="0")] = None,
    auxiliary: Annotated[
        str | None,
        typer.Option(
            help="Losses beside the algorithm's, such as depth,closure=0.5: depth, closure, pixels, reward, matching, "
            "forward, or the file of one of your own; with =, its weight."
        ),
    ] = None,
    size: Annotated[str | None, typer.Option(help="Frame size that the agent sees, HEIGHTxWIDTH.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed; the same seed gives the same result.", show_default="0")
    ] = None,
    tasks: Tasks = None,
    curriculum: Annotated[
        str | None,
        typer.Option(help="Which tasks come up: uniform, manual, plr or learnability.", show_default="uniform"),
    ] = None,
    talk: Annotated[
        bool, typer.Option("--talk", help="Several players can say a word to each other in every tick.")
    ] = False,
    policies: Annotated[
        str | None,
        typer.Option(help="Of several players: shared (self-play) or independent.", show_default="shared"),
    ] = None,
    levels: Levels = None,
    split: Annotated[
        str | None, typer.Option(help="Which of the world's levels it learns from.", show_default="train")
    ] = None,
    knob: Knobs = None,
    limit: Limit = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda, of the network.", show_default="cpu")] = None,
    world_device: Annotated[
        str | None, typer.Option(help="cpu or cuda, of the worlds.", show_default="the network's")
    ] = None,
    threads: Threads = None,
    compile_: Annotated[bool, typer.Option("--compile", help="Compile the network with torch.compile.")] = False,
    evaluate_every: Annotated[int | None, typer.Option(help="Updates between evaluations; 0 for none.")] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE, any other setting (see `rumpus algorithms NAME`); may be repeated."),
    ] = None,
    plugin: Plugins = None,
) -> None:
    """Train an agent, in one world or in several. The run's folder holds its metrics, its TensorBoard log and its
    checkpoint.

    Ctrl-C ends it with a checkpoint, from which --resume goes on. `torchrun --nproc-per-node N -m rumpus train …`
    shares it out among N processes.

    Example: rumpus train ppo sokoban-small --steps 5000000 --seed 1
    """
    from .training.distributed import Ranks

    chosen: dict[str, Any] = {"steps": steps, "envs": envs, "head": head, "units": units, "seed": seed, "limit": limit}
    chosen |= {"curriculum": curriculum, "talk": talk or None, "policies": policies, "split": split, "device": device}
    chosen |= {"threads": threads, "compile": compile_ or None, "evaluate_every": evaluate_every, "core": core}
    chosen |= {"size": frame_size(size) if size else None, "knobs": knob_values(knob) if knob else None, "torso": torso}
    chosen |= {"levels": str(levels) if levels else None, "tasks": str(tasks) if tasks else None}
    chosen |= {"start": str(start) if start else None, "world_device": world_device}
    chosen |= {"shares": _numbers(shares) if shares else None}
    chosen |= {"auxiliary": auxiliary}
    chosen = {option: value for option, value in chosen.items() if value is not None}
    with Ranks() as ranks:
        folder = _train(algorithm, world, out, resume, chosen, setting or [], plugin)
        if ranks.first:
            print(folder)


def _train(
    algorithm: str, world: list[str], out: Path | None, resume: bool, chosen: dict[str, Any], setting: list[str],
    plugin: list[Path] | None,
) -> Path:  # fmt: skip
    from .. import worlds
    from . import plugins
    from .settings import Config, parsed, weights
    from .training import folders, run

    load_plugins(plugin)
    algorithm = plugins.typed("ALGORITHMS", algorithm)
    for part, kind in {"torso": "TORSOS", "core": "CORES", "head": "HEADS"}.items():
        if chosen.get(part) not in (None, "none"):
            chosen[part] = plugins.typed(kind, chosen[part])
    if "auxiliary" in chosen:
        chosen["auxiliary"] = weights(",".join(map(_loss, chosen["auxiliary"].split(","))))
    torso, units, core = (chosen.get(name) for name in ("torso", "units", "core"))
    more = parsed(setting, algorithm, torso or "patches", core or ("lstm" if units else "none"))
    if twice := chosen.keys() & more.keys():
        raise ValueError(f"--set: {', '.join(sorted(twice))} is given by an option of its own, too")
    chosen |= more
    config = Config.of(algorithm, *world, **chosen)
    config = config if resume else config.check()  # a run that goes on has settings of its own
    name, seed = worlds.load(world[0]).name, chosen.get("seed", 0)
    name = name if len(world) == 1 else f"{name}-and-{len(world) - 1}"
    folder = out or (folders.last_folder if resume else folders.new_folder)(config.algorithm, name, seed)
    if resume:
        run.resume(folder, algorithm=config.algorithm, names=config.run.worlds, **chosen)
    else:
        run.begin(config, folder)
    return folder


def _loss(text: str) -> str:
    """An auxiliary loss as a person types it, "mine.py=0.5", by its registered name."""
    from . import plugins

    name, equals, weight = text.partition("=")
    return plugins.typed("AUXILIARIES", name) + equals + weight


def _numbers(text: str) -> tuple[float, ...]:
    """ "2,1,1" to (2.0, 1.0, 1.0). Raises ValueError for anything else."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"--shares takes numbers with commas between them, such as 2,1,1; got {text!r}") from None


def algorithms(
    name: Annotated[str | None, typer.Argument(help="Show the page of this one: source, settings, needs.")] = None,
    as_json: Json = False,
    plugin: Plugins = None,
) -> None:
    """List the algorithms that agents learn by, or show one with its settings and their sources.

    Example: rumpus algorithms ppo
    """
    from . import plugins
    from .algorithms import ALGORITHMS
    from .pages import page, row

    load_plugins(plugin)
    shown = [plugins.typed("ALGORITHMS", name)] if name else list(ALGORITHMS)
    if as_json:
        print(json.dumps([row(each) for each in shown], indent=2))
    elif name:
        page(shown[0])
    else:
        table = Table("algorithm", "summary", "source", title="Algorithms", box=None)
        for each in map(row, shown):
            table.add_row(each["name"], each["summary"], each["source"])
        Console().print(table)


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    world: Annotated[
        list[str] | None, typer.Option(help="The run's worlds; needed if one is in a folder of your own.")
    ] = None,
    episodes: Annotated[int, typer.Option(help="Episodes on which each player is measured.")] = 500,
    plugin: Plugins = None,
) -> None:
    """Measure a run's agent beside a random player and the expert, film it, and write report.html into its folder.

    Example: rumpus report runs/ppo-sokoban-small-0
    """
    from .measuring.report import report as made

    load_plugins(plugin)
    print(made(run, names=world or None, episodes=episodes))


def record(
    world: Annotated[
        str,
        typer.Argument(
            help="A world's name (see `rumpus worlds`) or the folder of one of your own; of several, their names with "
            "commas between, or all: every world that has an expert."
        ),
    ],
    agent: Agent,
    out: Annotated[Path, typer.Option(help="The store, made if there is none; see `rumpus episodes`.")],
    episodes: Annotated[
        int | None, typer.Option(help="Episodes to play: by default each task or level of a file once, else 256.")
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            help="Of several worlds, steps of each to store, and of its tasks; fewer where --episodes are there first.",
            show_default="50000",
        ),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Of several worlds, after which it ends; the same command goes on.")
    ] = None,
    tasks: Tasks = None,
    successes: Annotated[bool, typer.Option("--successes", help="Store only episodes that succeed.")] = False,
    disturb: Annotated[
        float,
        typer.Option(
            help="Share of steps that are random moves, so that coming back from mistakes is shown; they are marked, "
            "and not imitated."
        ),
    ] = 0.0,
    repeat: Annotated[
        int | None,
        typer.Option(
            help="Ticks for which an action is held.",
            show_default="as the agent was trained, else 1; of several worlds 4 in real time, as agents are trained",
        ),
    ] = None,
    split: Split = "train",
    seed: Seed = 0,
    levels: Levels = None,
    knob: Knobs = None,
    limit: Limit = None,
    greedy: Greedy = None,
    threads: Threads = None,
    plugin: Plugins = None,
    as_json: Json = False,
) -> None:
    """Let a player play, and store its episodes. Of several worlds it stores so many steps of each, and goes on where
    it was broken off.

    Example: rumpus record box-world expert --episodes 2000 --out runs/data; of all worlds: rumpus record all expert
    --successes --disturb 0.15 --out runs/mixture
    """
    from .mixture import ALL, record_mixture
    from .recording import record as recorded

    load_plugins(plugin)
    common: dict[str, Any] = {"episodes": episodes, "tasks": tasks, "successes": successes, "split": split}
    common |= {"seed": seed, "disturb": disturb, "repeat": repeat, "greedy": greedy, "threads": threads}
    if world == ALL or ("," in world and not Path(world).exists()):
        if levels is not None or knob or limit is not None:
            raise ValueError("levels, knobs and limits are those of one world: leave them out, or record one world")
        tell = None if as_json else Console(stderr=True, highlight=False, markup=False).print
        rows = record_mixture(
            world, agent, out, steps=MIXTURE_STEPS if steps is None else steps, minutes=minutes, tell=tell, **common
        )
        if as_json:
            print(json.dumps(rows, indent=2))
        else:
            print(f"{sum(row['stored'] for row in rows):,} episodes of {len(rows)} worlds and sets of tasks in {out}")
        return
    if steps is not None or minutes is not None:
        raise ValueError("--steps and --minutes are for several worlds: give --episodes, or name several, or all")
    done = recorded(world, agent, out, levels=levels, knobs=knob_values(knob) or None, limit=limit, **common)
    if as_json:
        print(json.dumps(done, indent=2))
    else:
        print(f"{done['stored']:,} of {done['played']:,} episodes stored in {done['store']}, {done['success']:.1%} won")
