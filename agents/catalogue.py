"""The commands over worlds: the page of one, the tables of all, and `rumpus warm`, which compiles them ahead."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

app = typer.Typer()


@app.command()
def warm(
    world: Annotated[list[str] | None, typer.Argument(help="Worlds to make ready; all by default.")] = None,
) -> None:
    """Compile worlds and make their levels ahead, so that they start at once when they are played or learned.

    Example: rumpus warm sokoban maze-small
    """
    from .. import worlds as all_worlds
    from ..interface.machine import cores
    from ..worlds.engine.compile.modules import cache_folder
    from ..worlds.engine.tools.warm import warm_all

    chosen = [all_worlds.load(name) for name in world or all_worlds.names()]
    warm_all(chosen, cores())
    print(f"ready: {', '.join(each.name for each in chosen)}; in {cache_folder()}")


def worlds_table(shown: list[Any]) -> str:
    """All worlds with their players and summaries, as Markdown."""
    rows = [f"| `{w.name}` | {w.players} | {w.summary} |" for w in shown]
    return "\n".join(["| world | players | what it is |", "|---|---|---|", *rows])


def things_table(shown: list[Any]) -> str:
    """The things of each world that goals can name, as Markdown: kinds with their colours, relations, events."""
    from ..worlds.engine.records.relations import EVENTS

    rows: dict[tuple[str, ...], list[str]] = {}
    for world in [world for world in shown if world.rules.things]:
        kinds = [
            f"{kind} ({', '.join(colours)})" if colours else kind for kind, colours in world.rules.things.kinds.items()
        ]
        events = [name for name in world.rules.things.relations if name in EVENTS]
        relations = [name for name in world.rules.things.relations if name not in EVENTS]
        cells = ("; ".join(kinds), ", ".join(relations), ", ".join(events) or "-")
        rows.setdefault(cells, []).append(f"`{world.name}`")
    lines = [f"| {', '.join(names)} | {' | '.join(cells)} |" for cells, names in rows.items()]
    return "\n".join(["| world | things, and their colours | relations | events |", "|---|---|---|---|", *lines])


def spaces_table(shown: list[Any]) -> str:
    """Observation, actions, reward and horizon of each family, as Markdown, from its records and its page."""
    from ..worlds.pages import families, sections, view

    rows = []
    for family in families(shown):
        world = family[0]
        reward = _first_sentence(sections(world.doc).get("Rewards", ""))
        names = f"`{world.name}`" + f" and {len(family) - 1} more" * (len(family) > 1)
        acts = f"{len(world.controls.moves)} moves; {', '.join(_devices(world))}"
        rows.append(f"| {names} | {view(world)} | {acts} | {reward} | {_horizons(family)} |")
    head = "| family | observation | actions | reward | horizon |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def _horizons(family: list[Any]) -> str:
    """The limits of a family: of its shortest and its longest variant, if these differ."""
    from ..worlds.pages import horizon, seconds

    first, last = (choose(family, key=lambda world: world.objective.limit) for choose in (min, max))
    if first.objective.limit == last.objective.limit:
        return horizon(first)
    times = "" if first.controls.turn_based else f" ({seconds(first):g} to {seconds(last):g} s)"
    return f"{first.objective.limit:,} to {last.objective.limit:,} steps{times}"


def _devices(world: Any) -> list[str]:
    from ..interface.devices import listens

    mouse, wheel, _ = listens(world)
    keys, buttons = len(world.controls.keys), len(world.controls.buttons)
    counts = [f"{keys} keys"] + [f"{buttons} button{'s' * (buttons > 1)}"] * (buttons > 0)
    return counts + ["mouse"] * mouse + ["wheel"] * (wheel or "wheel" in world.controls.help)


def _first_sentence(text: str) -> str:
    """The first sentence, without its full stop."""
    return " ".join(text.split()).split(". ")[0].rstrip(".")


def baselines_table(shown: list[Any]) -> str:
    """Success and return of the baselines in each world that was measured, with 95 % intervals, as Markdown."""
    from ..worlds.pages import POLICIES, baselines, mean_return, rate

    known = baselines()["worlds"]
    rows = []
    for world in [world for world in shown if world.name in known]:
        cells = [text(known[world.name][name]) for name in POLICIES for text in (rate, mean_return)]
        rows.append(f"| `{world.name}` | {known[world.name]['episodes']} | {' | '.join(cells)} |")
    head = " | ".join(f"{name}: {what}" for name in POLICIES for what in ("success", "return"))
    return "\n".join([f"| world | episodes | {head} |", "|---|---|---|---|---|---|", *rows])


def agents_table() -> str:
    """The shipped agents with their scores, from their cards, as Markdown."""
    from . import shipped

    rows = []
    for card in map(shipped.card, shipped.names()):
        for number, score in enumerate(card.scores):
            where = f"`{score.world}`" + (f", `{score.levels}`" if score.levels else "")
            where += f", against {score.against}" if score.against else ""
            own = f"{100 * score.success:.1f} ({100 * score.success_low:.1f} to {100 * score.success_high:.1f})"
            of = [("-" if sums is None else f"{100 * sums.success:.1f}") for sums in (score.random, score.expert)]
            about = (f"`{card.algorithm}`", f"{card.steps:,}", f"{card.hours:g} h, {card.hardware}")
            cells = (f"`{card.name}`" if number == 0 else "", where, own, *of, *(about if number == 0 else ("",) * 3))
            rows.append(f"| {' | '.join(cells)} |")
    head = "| agent | environment | success, % | random | expert | learned by | steps | trained in |"
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])


def page(world: Any) -> None:
    """Print the page of a world, its knobs, and the things that goals can name."""
    from ..worlds.pages import page as page_of

    console = Console(highlight=False)
    console.print(f"[bold]{escape(world.name)}[/bold]  {escape(world.summary)}\n")
    for heading, text in page_of(world).items():
        title = f"[bold]{heading}[/bold]\n" if heading else ""
        console.print(f"{title}{escape(flowing(text))}\n")
    values = world.knob_values({})
    if world.knobs.declared:
        table = Table("knob", "value", "from", "to", "meaning", box=None)
        for knob, record in world.knobs.declared.items():
            table.add_row(knob, str(values[knob]), str(record.low), str(record.high), record.meaning)
        console.print(table, "")
    if world.rules.things:
        console.print("Goals can speak of:")
        table = Table("thing", "colours", box=None)
        for kind, colours in world.rules.things.kinds.items():
            table.add_row(kind, ", ".join(colours) or "-")
        console.print(table)
        console.print(f"relations and events: {', '.join(world.rules.things.relations)}")


def flowing(doc: str) -> str:
    """A page whose paragraphs are single lines, so that a terminal of any width breaks them once. Lines that are
    indented, or begin a list or a table, stay."""
    lines: list[str] = []
    for line in doc.strip().splitlines():
        goes_on = lines and lines[-1] and line and not line.startswith((" ", "-", "*", "|", "#"))
        if goes_on and not lines[-1].startswith((" ", "|", "#")):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return "\n".join(lines)
