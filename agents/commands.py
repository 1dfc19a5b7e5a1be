"""The command line of runs, `rumpus train | report`, and the options that it shares with other commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

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
    algorithm: Annotated[str, typer.Argument(help="How to learn: ppo.")],
    world: World,
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
    steps: Annotated[int | None, typer.Option(help="Environment steps in all.", show_default="1000000")] = None,
    envs: Annotated[int | None, typer.Option(help="Copies of the world.")] = None,
    head: Annotated[str | None, typer.Option(help="moves, or devices: keys, buttons and mouse themselves.")] = None,
    units: Annotated[int | None, typer.Option(help="Units of the LSTM; 0 for no memory.")] = None,
    size: Annotated[str | None, typer.Option(help="Frame size that the agent sees, HEIGHTxWIDTH.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed; the same seed gives the same result.", show_default="0")
    ] = None,
    tasks: Tasks = None,
    curriculum: Annotated[
        str | None,
        typer.Option(help="Which tasks come up: uniform, hand, plr or learnability.", show_default="uniform"),
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
    device: Annotated[str | None, typer.Option(help="cpu or cuda.", show_default="cpu")] = None,
    threads: Threads = None,
    compile_: Annotated[bool, typer.Option("--compile", help="Compile the network with torch.compile.")] = False,
    evaluate_every: Annotated[int | None, typer.Option(help="Updates between evaluations; 0 for none.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="NAME=VALUE, any other setting of the algorithm; may be repeated.")
    ] = None,
) -> None:
    """Train an agent. The run's folder holds its metrics, its TensorBoard log and its checkpoint.

    Ctrl-C ends it with a checkpoint, from which --resume goes on.

    Example: rumpus train ppo sokoban-small --steps 5000000 --seed 1
    """
    from .. import worlds
    from .settings import Settings, parsed

    if algorithm != "ppo":
        raise ValueError(f"unknown algorithm {algorithm!r}; it is ppo")
    name = worlds.load(world).name
    chosen: dict[str, Any] = {"steps": steps, "envs": envs, "head": head, "units": units, "seed": seed, "limit": limit}
    chosen |= {"curriculum": curriculum, "talk": talk or None, "policies": policies, "split": split, "device": device}
    chosen |= {"threads": threads, "compile": compile_ or None, "evaluate_every": evaluate_every}
    chosen |= {"size": frame_size(size) if size else None, "knobs": knob_values(knob) if knob else None}
    chosen |= {"levels": str(levels) if levels else None, "tasks": str(tasks) if tasks else None}
    chosen = {option: value for option, value in chosen.items() if value is not None}
    more = parsed(setting or [])
    if twice := chosen.keys() & more.keys():
        raise ValueError(f"--set: {', '.join(sorted(twice))} is given by an option of its own, too")
    chosen |= more
    Settings(world, **chosen).check()
    _train(world, name, out, resume, chosen)


def _train(world: str, name: str, out: Path | None, resume: bool, chosen: dict[str, Any]) -> None:
    from . import ppo, runs

    seed = chosen.get("seed", 0)
    folder = out or (runs.last_folder if resume else runs.new_folder)(name, seed)
    if resume:
        ppo.resume(folder, world=world, **chosen)
    else:
        ppo.train(ppo.Settings(world, **chosen), folder)
    print(folder)


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    world: Annotated[str | None, typer.Option(help="The run's world; needed for one in a folder of your own.")] = None,
    episodes: Annotated[int, typer.Option(help="Episodes on which each player is measured.")] = 500,
) -> None:
    """Measure a run's agent beside a random player and the expert, film it, and write report.html into its folder.

    Example: rumpus report runs/ppo-sokoban-small-0
    """
    from .report import report as made

    print(made(run, world=world, episodes=episodes))
