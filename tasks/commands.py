"""The command line of tasks: `rumpus tasks schema | relations | generate | check | show | understand`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from .kinds import KINDS

app = typer.Typer(help="Make, check and show tasks: files of JSON, one task a line.", no_args_is_help=True)

World = Annotated[str, typer.Argument(help="A world's name (see `rumpus worlds`) or the folder of one of your own.")]
File = Annotated[Path, typer.Argument(help="A file of tasks, JSON Lines.")]
Own = Annotated[
    str | None,
    typer.Option("--world", help="The world of the tasks, for one of your own: a file may name no folder."),
]
_SHOWN = 20  # problems printed before the rest is only counted


@app.command()
def schema() -> None:
    """Print the JSON schema of a task, for editors, validators and language models.

    Example: rumpus tasks schema > task.schema.json
    """
    from .goals import Task

    print(json.dumps(Task.model_json_schema(), indent=2))


@app.command()
def relations() -> None:
    """Print the relations that goals ask for, as Markdown: what a clause gives with each, and when it holds.

    Example: rumpus tasks relations
    """
    from ..worlds.engine.records.relations import table

    print(table())


@app.command()
def generate(
    world: World,
    out: Annotated[Path, typer.Option(help="The file to write; an unfinished file is resumed.")],
    count: Annotated[int, typer.Option(help="How many tasks.")] = 1000,
    players: Annotated[int | None, typer.Option(help="How many players the world must be for.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"How the players are bound together: {', '.join(KINDS)}.")] = None,
    split: Annotated[
        str, typer.Option(help="train, valid or test, by the contents of the tasks; see docs/tasks.md.")
    ] = "train",
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same file.")] = 0,
    by: Annotated[
        str | None,
        typer.Option(help="play: goals that rollouts reached; expert: families that the world's expert solves."),
    ] = None,
    pictures: Annotated[
        str | None,
        typer.Option(help="Goals are shown as pictures, too: beside the words, or alone, in place of them."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that make them, as many as cores by default.")
    ] = None,
) -> None:
    """Make tasks, each proven to be feasible, no two alike.

    Example: rumpus tasks generate box-world-small --count 10000 --out tasks.jsonl
    """
    from .. import worlds
    from ..interface.machine import cores
    from .generate import write

    chosen = worlds.load(world)
    if players is not None and players != chosen.players:
        fitting = [name for name in worlds.names() if worlds.load(name).players == players]
        hint = f"worlds for {players}: {', '.join(fitting)}" if fitting else f"no world is for {players}"
        raise ValueError(f"{chosen.name} is for {chosen.players} player(s), not {players}; {hint}")
    write(chosen, out, count, kind=kind, split=split, seed=seed, by=by, pictures=pictures, workers=workers or cores())
    print(out)


@app.command()
def check(
    file: File,
    world: Own = None,
    nodes: Annotated[int, typer.Option(help="States to look at for a task without a solution.")] = 20_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Check a file from anywhere: schema, bounds, words, and that each task can be done. Nothing in it is executed.

    The exit status is 1 if a task is refused. Example: rumpus tasks check tasks.jsonl
    """
    from .. import worlds
    from .prove import check_file

    if nodes < 1:
        raise ValueError(f"--nodes must be at least 1, got {nodes}")
    report = check_file(file, own=worlds.load(world) if world else None, nodes=nodes)
    if as_json:
        problems = [{"line": problem.line, "reason": problem.reason} for problem in report.problems]
        print(json.dumps({"good": report.good, "by": dict(report.by), "problems": problems}, indent=2))
    else:
        _print_report(file, report)
    if report.problems:
        raise typer.Exit(1)


def _print_report(file: Path, report) -> None:  # type: ignore[no-untyped-def]
    console = Console(highlight=False)
    for problem in report.problems[:_SHOWN]:
        console.print(str(problem), markup=False, soft_wrap=True)
    if len(report.problems) > _SHOWN:
        console.print(f"… and {len(report.problems) - _SHOWN} more")
    proofs = ", ".join(f"{count} {how}" for how, count in sorted(report.by.items()))
    console.print(f"{file}: {report.good} good ({proofs or 'none'}), {len(report.problems)} refused")


@app.command()
def show(
    file: File,
    world: Own = None,
    out: Annotated[Path, typer.Option(help="The picture to write.")] = Path("tasks.png"),
    count: Annotated[int, typer.Option(help="How many tasks.")] = 24,
) -> None:
    """Draw the starts of a file's first tasks with their instructions, on one sheet, and count its tasks.

    Example: rumpus tasks show tasks.jsonl --out sheet.png
    """
    from .. import worlds
    from .files import read, usable
    from .goals import Task
    from .show import sheet

    if count < 1:
        raise ValueError(f"--count must be at least 1, got {count}")
    lines = list(read(file))
    tasks = [task for _, task in lines if isinstance(task, Task)]
    if not tasks:
        raise ValueError(f"{file}: there is no task in it; `rumpus tasks check` says why")
    played = worlds.load(world) if world else worlds.named(tasks[0].world)
    sheet(usable(file, lines, played)[0][:count], played, out)
    table = Table("world", "skill", "tasks", "steps", "kind", box=None, title=f"{len(tasks)} tasks")
    for what, number in sorted(Counter((t.world, t.skill, t.kind) for t in tasks).items()):
        steps = [t.steps or 0 for t in tasks if (t.world, t.skill, t.kind) == what]
        table.add_row(what[0], what[1], str(number), f"{min(steps)} to {max(steps)}", what[2])
    Console().print(table)
    print(out)


@app.command()
def understand(
    world: World,
    text: Annotated[str, typer.Argument(help="The goal in words.")],
    seed: Annotated[int | None, typer.Option(help="Also tell which things are meant at the start of a seed.")] = None,
) -> None:
    """Turn a sentence into a goal, or a question; print what was understood, its JSON, and every way to say it.

    Example: rumpus tasks understand sokoban "put the red crate on the blue spot"
    """
    from .. import worlds
    from .language import STYLES, ask, say
    from .questions import answered
    from .understanding import retold, said_of, tasked, understood_in

    played = worlds.load(world)
    things = played.rules.things
    if things is None:
        raise ValueError(f"{world} shows no things, so it has no goals")
    found = understood_in(text, played)
    scene = said_of(found, things)
    print(f"Understood: {retold(found, things)}")
    for note in found.notes:
        print(f"Note: {note}")
    if seed is not None:
        task, lines = tasked(found, played, seed=seed)
        word = answered(task.players[0].goal) if found.question else None
        print("\n".join([f"At the start of seed {seed}:", *lines, *([f"the answer is {word}"] if word else [])]))
    if found.question:
        print(found.question.model_dump_json(exclude_defaults=True))
        print("\n".join(ask(found.question, style, scene) for style in range(STYLES)))
    elif found.goal:
        print(found.goal.model_dump_json(exclude_defaults=True))
        print("\n".join(say(found.goal, style, scene) for style in range(STYLES)))


@app.command()
def words() -> None:
    """Print the words of people that are understood besides the grammar's, as docs/instructions.md does.

    Example: rumpus tasks words
    """
    from .understanding.names import table

    print(table())
