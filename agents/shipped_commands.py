"""The command line of shipped agents: `rumpus agents | agents NAME | agents pack | agents train`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from . import shipped
from .cards import Card, Sums
from .commands import Json, Plugins, Seed, Split, Threads, load_plugins

Worlds = Annotated[str | None, typer.Option(help="With commas between them; by default those that it was trained in.")]


class _Names(TyperGroup):
    """A group in which a first word that is no command is the name of an agent to show."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # of click, or of Typer's own copy of it
        known = args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if known else ["show", *args])


app = typer.Typer(cls=_Names, invoke_without_command=True)


@app.callback()
def listed(context: typer.Context, as_json: Json = False) -> None:
    """List the agents that come with Rumpus, and how well they play; `rumpus agents NAME` prints the card of one.

    Their names stand wherever a run's folder does. Example: rumpus watch sokoban NAME
    """
    if context.invoked_subcommand is not None:
        return
    found = [shipped.card(name) for name in shipped.names()]
    if as_json:
        print(json.dumps([_row(card) for card in found], indent=2))
        return
    title = "Shipped agents: success in percent, with its 95 % interval"
    table = Table(box=None, title=title, pad_edge=False, collapse_padding=True)
    for column in ("agent", "world", "success", "random", "expert", "by", "steps"):
        table.add_column(column, justify="left" if column in ("agent", "world", "by") else "right")
        table.columns[-1].no_wrap = True
    for card in found:
        for number, score in enumerate(card.scores):
            of = [("-" if sums is None else f"{100 * sums.success:.0f}") for sums in (score.random, score.expert)]
            rate = f"{100 * score.success:.0f} ({100 * score.success_low:.0f}-{100 * score.success_high:.0f})"
            about = (card.algorithm, f"{card.steps / 1e6:.1f}M") if number == 0 else ("", "")
            name, where = card.name if number == 0 else "", score.world if score.levels is None else score.levels
            where += f" ({score.against})" if score.against else ""
            table.add_row(escape(name), escape(where), rate, *of, *about)
    Console().print(table)


@app.command()
def show(name: Annotated[str, typer.Argument(help="Of the agent.")], as_json: Json = False) -> None:
    """Print the card of an agent: how it was trained, how well it plays, where it falls short.

    Example: rumpus agents NAME
    """
    card = shipped.card(name)
    if as_json:
        print(json.dumps(_row(card), indent=2))
        return
    console = Console(highlight=False)
    table = Table(box=None, show_header=False)
    rows: list[tuple[str, str]] = [("worlds", ", ".join(card.worlds)), ("algorithm", f"{card.algorithm}: {card.paper}")]
    rows += [("learned from", card.data), ("network", f"{card.network}; {card.parameters:,} weights")]
    rows += [("training", f"{card.steps:,} steps, {card.hours:g} hours on {card.hardware}")]
    rows += [("seeds", ", ".join(map(str, card.seeds))), ("plays", "likeliest" if card.play.greedy else "drawn")]
    rows[-1] = ("plays", f"{rows[-1][1]} actions, unless --greedy or --drawn is given")
    rows += [("limits" if at == 0 else "", text) for at, text in enumerate(card.limits)]
    rows += [("recipe" if at == 0 else "", line) for at, line in enumerate(card.recipe)]
    rows += [("packed by", f"Rumpus {card.rumpus}, sha256 {card.sha256}")]
    console.print(f"[bold]{escape(card.name)}[/bold]")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)
    for score in card.scores:
        knobs = "".join(f", {name}={value}" for name, value in score.knobs.items())
        title = f"{score.world}, {score.where}{knobs}"
        scores = Table(box=None, title=escape(title), title_justify="left", pad_edge=False)
        for column in ("", "success (95 % interval)", "return", "steps", "episodes"):
            scores.add_column(column, justify="right" if column else "left", no_wrap=True)
        players: dict[str, Sums | None] = {"this agent": score, "random": score.random, "expert": score.expert}
        for player, sums in players.items():
            if sums is not None:
                cells = (success(sums), mean_return(sums), f"{sums.length_mean:.1f}", f"{sums.episodes:,}")
                scores.add_row(player, *cells)
        console.print("", scores)


@app.command()
def pack(
    run: Annotated[str, typer.Argument(help="A run's folder or checkpoint; or a shipped agent, to be measured anew.")],
    name: Annotated[str, typer.Argument(help="What it will be called.")],
    worlds: Worlds = None,
    levels: Annotated[
        list[str] | None,
        typer.Option(help="WORLD=FILE, levels to measure it on besides those of the split; may be repeated."),
    ] = None,
    episodes: Annotated[int, typer.Option(help="Episodes of the agent in each world.")] = 1000,
    others: Annotated[int, typer.Option(help="Episodes of the random policy, and of the expert.")] = 256,
    against: Annotated[
        str | None,
        typer.Option(help="In worlds for several, the player of all seats but the agent's: random or expert."),
    ] = None,
    greedy: Annotated[
        bool | None, typer.Option("--greedy/--drawn", help="How it plays.", show_default="whichever is better")
    ] = None,
    limits: Annotated[list[str] | None, typer.Option(help="A known limit, in words; may be repeated.")] = None,
    data: Annotated[str | None, typer.Option(help="What it learned from.", show_default="what its run tells")] = None,
    paper: Annotated[str | None, typer.Option(help="The source.", show_default="that of the algorithm")] = None,
    hardware: Annotated[str | None, typer.Option(help="What it was trained on.", show_default="this machine")] = None,
    hours: Annotated[float | None, typer.Option(help="Of training.", show_default="what its run tells")] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(help="A file with the commands that train it, one on a line.", show_default="that of its run"),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder that it goes into.", show_default="the package's")] = (
        shipped.FOLDER
    ),
    split: Split = "test",
    seed: Seed = 0,
    threads: Threads = None,
    plugin: Plugins = None,
    as_json: Json = False,
) -> None:
    """Make a shipped agent of a run: measure it beside the random policy and the expert, and write weights and card.

    Example: rumpus agents pack runs/ppo-box-world-small-0 my-boxes --out agents
    """
    from . import packing

    load_plugins(plugin)
    told: dict[str, Any] = {"data": data, "paper": paper, "hardware": hardware, "hours": hours}
    told |= {"limits": tuple(limits) if limits else None, "recipe": lines(recipe) if recipe else None}
    card = packing.pack(
        run, name, names=worlds.split(",") if worlds else None, levels=_pairs(levels), episodes=episodes,
        others=others, split=split, seed=seed, against=against, greedy=greedy, threads=threads, out=out, **told,
    )  # fmt: skip
    if as_json:
        print(json.dumps(_row(card), indent=2))
        return
    for score in card.scores:
        print(f"{score.world}, {score.where}: {success(score)}")
    print(out / f"{name}{shipped.SUFFIX}")


@app.command()
def done(
    run: Annotated[str, typer.Argument(help="A run's folder or checkpoint, or a shipped agent.")],
    out: Annotated[Path, typer.Option(help="The folder of the checkpoint that is made.")],
    worlds: Worlds = None,
    tasks: Annotated[
        Path | None, typer.Option(help="A folder with WORLD.jsonl for worlds whose tasks count, too.")
    ] = None,
    episodes: Annotated[int, typer.Option(help="Episodes of each world, and of its tasks.")] = 256,
    seed: Seed = 0,
    threads: Threads = None,
    plugin: Plugins = None,
    as_json: Json = False,
) -> None:
    """Teach an agent to say when its instruction is fulfilled; what it does stays as it is.

    Example: rumpus agents done generalist --worlds box-world-small --out runs/done
    """
    from .ending import learn

    load_plugins(plugin)
    names = worlds.split(",") if worlds else ()
    result = learn(run, out, names=names, tasks=tasks, episodes=episodes, seed=seed, threads=threads)
    if as_json:
        print(json.dumps(result, indent=2))
        return
    print(f"rightly done: {result['precision']:.1%} of those said, {result['recall']:.1%} of those that succeeded")
    print(out)


@app.command()
def train(
    name: Annotated[list[str] | None, typer.Argument(help="Which ones; by default all of them.")] = None,
    out: Annotated[Path, typer.Option(help="The folder in which each has a folder of its own.")] = Path("runs/agents"),
    ship: Annotated[
        bool, typer.Option("--ship", help="Put them into the package, in place of those that are there.")
    ] = False,
    threads: Threads = None,
) -> None:
    """Train shipped agents anew by the commands in their cards, measure and pack them. The same command again goes on
    with what was broken off.

    Example: rumpus agents train NAME --out runs/agents
    """
    from . import recipes

    for each in [shipped.card(one) for one in name or shipped.names()]:
        made = recipes.train(each.name, out, into=shipped.FOLDER if ship else None, threads=threads)
        for score in made.scores:
            before = [old for old in each.scores if (old.world, old.where) == (score.world, score.where)]
            was = f", and was {success(before[0])}" if before else ""
            print(f"{each.name}, {score.world}, {score.where}: {success(score)}{was}")


def lines(file: Path) -> tuple[str, ...]:
    """The commands of a file, without empty lines and comments; a line that ends in a backslash goes on."""
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")
    return tuple(" ".join(line.split()) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def success(sums: Sums) -> str:
    """A success rate with its 95 % interval."""
    return f"{sums.success:.1%} ({sums.success_low:.1%} to {sums.success_high:.1%})"


def mean_return(sums: Sums) -> str:
    """A mean return with its 95 % interval."""
    half = (sums.return_high - sums.return_low) / 2
    return f"{sums.return_mean:.2f} ± {half:.2f}"


def _row(card: Card) -> dict[str, Any]:
    return card.model_dump(mode="json")


def _pairs(pairs: list[str] | None) -> dict[str, str]:
    """["some-world=a.txt"] to {"some-world": "a.txt"}. Raises ValueError for anything else."""
    found: dict[str, str] = {}
    for pair in pairs or []:
        world, equals, path = pair.partition("=")
        if not (world and equals and path):
            raise ValueError(f"--levels takes WORLD=FILE, a world's name and a file of its levels; got {pair!r}")
        if world in found:
            raise ValueError(f"--levels: {world} is given twice")
        found[world] = path
    return found
