"""The command line of fleets: `rumpus fleet train | evaluate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from .commands import Device, Greedy, Json, Plugins, Split, load_plugins

app = typer.Typer(help="Many runs or evaluations at once, on this machine or on a Ray cluster.", no_args_is_help=True)


Jobs = Annotated[
    int | None, typer.Option(help="How many at once.", show_default="as many as cores, or GPUs with --device cuda")
]
Address = Annotated[
    str | None, typer.Option(help="Of a Ray cluster, such as ray://HOST:10001 or auto.", show_default="this machine")
]


@app.command()
def train(
    algorithm: Annotated[str, typer.Argument(help="As for `rumpus train`.")],
    world: Annotated[list[str], typer.Argument(help="Worlds; each run learns all of them.")],
    out: Annotated[Path, typer.Option(help="The folder in which each run gets a folder of its own.")],
    seeds: Annotated[str, typer.Option(help="Seeds, with commas between them.")] = "0",
    sweep: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE,VALUE,… of any setting; may be repeated, for all combinations."),
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Environment steps of each run.", show_default="1000000")] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="NAME=VALUE, any setting of all runs (see `rumpus algorithms NAME`)."),
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda, of the networks.", show_default="cpu")] = None,
    jobs: Jobs = None,
    address: Address = None,
    plugin: Plugins = None,
    as_json: Json = False,
) -> None:
    """Train a run for each combination of seeds and swept values. The same command again goes on with what was broken
    off and leaves alone what is finished.

    Example: rumpus fleet train ppo sokoban-small --seeds 0,1,2 --sweep learning_rate=1e-3,3e-3 --out runs/rates
    """
    from . import fleet, plugins
    from .settings import parsed

    load_plugins(plugin)
    name = plugins.typed("ALGORITHMS", algorithm)
    loaded = [str(path.absolute()) for path in plugin or []]
    if plugins.is_path(algorithm):
        loaded.append(str(Path(algorithm.partition(":")[0]).absolute()))
    chosen = parsed(setting or [], name)
    chosen |= {key: value for key, value in {"steps": steps, "device": device}.items() if value is not None}
    chosen.setdefault("threads", 1)
    options: dict[str, Any] = {"seeds": _seeds(seeds), "sweep": sweep or (), "settings": chosen, "loaded": loaded}
    runs = fleet.combinations(name, world, out, **options)
    rows = fleet.train_all(runs, jobs=_checked(jobs), address=address)
    sums = fleet.over_seeds(rows)
    if as_json:
        print(json.dumps({"runs": rows, "means": sums}, indent=2))
    else:
        title = f"{name} on {', '.join(world)}"
        table = Table("settings", "seeds", "success (95 % interval)", "of", box=None, title=title)
        for row in sums:
            varied = ", ".join(f"{key}={value}" for key, value in row["varied"].items()) or "as they are"
            shown = "-" if row["success"] is None else f"{row['success']:.1%}"
            if row["low"] is not None:
                shown += f" ({row['low']:.1%} to {row['high']:.1%})"
            table.add_row(varied, str(row["seeds"]), shown, "held-out" if row["held_out"] else "training")
        Console().print(table)
    _end(rows, "folder")


@app.command()
def evaluate(
    run: Annotated[list[Path], typer.Argument(help="Runs, checkpoints, or folders of runs.")],
    world: Annotated[
        list[str] | None, typer.Option(help="A world; may be repeated. By default each run's own.")
    ] = None,
    benchmark: Annotated[bool, typer.Option("--suite", help="The benchmark in place of worlds.")] = False,
    episodes: Annotated[int, typer.Option(help="Episodes in each world.")] = 256,
    split: Split = "test",
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same result.")] = 0,
    greedy: Greedy = None,
    device: Device = "cpu",
    jobs: Jobs = None,
    address: Address = None,
    plugin: Plugins = None,
    as_json: Json = False,
) -> None:
    """Measure many checkpoints, each in a process of its own.

    Example: rumpus fleet evaluate runs/rates --world sokoban-small --episodes 500
    """
    from . import fleet
    from .measuring import formatting
    from .measuring.benchmark import TASKS

    load_plugins(plugin)
    if benchmark and world:
        raise ValueError("--suite plays its own worlds: leave --world out")
    options: dict[str, Any] = {"seed": seed, "greedy": greedy, "device": device, "threads": 1}
    options |= {} if benchmark else {"episodes": episodes, "split": split}
    where: dict[str, Any] = {"tasks": TASKS} if benchmark else {"worlds": world or ()}
    loaded = [str(path.absolute()) for path in plugin or []]
    rows = fleet.evaluate_all(run, loaded=loaded, jobs=_checked(jobs), address=address, **where, **options)
    good = [row for row in rows if row["status"] == "evaluated"]
    if as_json:
        print(json.dumps(rows, indent=2))
    elif benchmark:
        for row in good:
            Console().print(formatting.benchmark(row["agent"], row["result"]))
    else:
        table = Table("run", "world", "success (95 % interval)", "return", "episodes", box=None)
        for row in good:
            found = row["result"]
            success = f"{found['success']:.1%} ({found['success_low']:.1%} to {found['success_high']:.1%})"
            cells = success, f"{found['return_mean']:.3g}", str(found["episodes"])
            table.add_row(Path(row["agent"]).name, row["world"], *cells)
        Console().print(table)
    _end(rows, "agent")


def _seeds(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"--seeds takes whole numbers with commas between them, such as 0,1,2; got {text!r}") from None


def _checked(jobs: int | None) -> int | None:
    if jobs is not None and jobs < 1:
        raise ValueError(f"--jobs must be at least 1, got {jobs}")
    return jobs


def _end(rows: list[dict[str, Any]], name: str) -> None:
    """Say what failed, and end with status 1 if anything did."""
    failed = [row for row in rows if row["status"] == "failed"]
    for row in failed:
        Console(stderr=True, highlight=False, markup=False).print(f"{row[name]}: {row['error']}", soft_wrap=True)
    if failed:
        raise typer.Exit(1)
