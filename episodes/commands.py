"""The command line of stores: `rumpus episodes list | show | moment | verify | merge | prune`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from .episode import Summary
    from .store import Store, Where

app = typer.Typer(
    help="List, show, replay, verify, merge and prune stored episodes; tasks of moments.",
    no_args_is_help=True,
)

Place = Annotated[Path, typer.Argument(help="A store: the folder that --record or `rumpus record` wrote.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
World = Annotated[str | None, typer.Option(help="Episodes of this world only.")]
By = Annotated[
    str | None, typer.Option(help="Of this kind of player only: person, expert, random, policy, model or other.")
]
Result = Annotated[str | None, typer.Option(help="With this result only: success, failed, 'time up' or left.")]
OfTask = Annotated[str | None, typer.Option("--task", help="Of the task of this id only.")]
Own = Annotated[
    list[Path] | None,
    typer.Option("--own", help="The folder of a world of your own that episodes are of; may be repeated."),
]
OwnLevels = Annotated[
    Path | None, typer.Option("--levels", help="The file or folder of levels that episodes drew theirs from.")
]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids of episodes, or how they begin; all by default.")]


def where_of(
    world: str | None = None,
    by: str | None = None,
    result: str | None = None,
    task: str | None = None,
    ids: list[str] | None = None,
) -> Where:
    """The filter of these options. Raises ValueError for an unknown kind of player or result."""
    from .episode import KINDS, RESULTS

    for name, value, known in (("--by", by, KINDS), ("--result", result, RESULTS)):
        if value is not None and value not in known:
            raise ValueError(f"{name} takes one of {', '.join(known)}; got {value!r}")

    def fits(head: Summary) -> bool:
        return (
            world in (None, head.world)
            and (by is None or any(player.kind == by for player in head.played_by))
            and result in (None, head.result)
            and task in (None, head.task)
            and (not ids or head.id.startswith(tuple(ids)))
        )

    return fits


def opened(place: Path) -> Store:
    """The store at a path, whose problems are printed as warnings."""
    from .store import Store

    return Store(place)


def _row(head: Summary) -> dict[str, Any]:
    return {
        "id": head.id, "world": head.world, "version": head.start.version, "task": head.task, "split": head.start.split,
        "seed": head.start.seed, "players": head.players, "played_by": [str(player) for player in head.played_by],
        "steps": head.steps, "returns": list(head.returns), "success": list(head.success), "result": head.result,
        "began": head.began.isoformat(), "source": head.source, "software": head.software, "file": head.file,
    }  # fmt: skip


def _problems(store: Store) -> list[dict[str, str]]:
    return [{"path": each.path, "id": each.id, "reason": each.reason} for each in store.problems]


@app.command("list")
def list_(
    store: Place,
    world: World = None,
    by: By = None,
    result: Result = None,
    task: OfTask = None,
    last: Annotated[int, typer.Option(help="At most so many, the newest.")] = 30,
    as_json: Json = False,
) -> None:
    """List episodes, the newest last, and count all of them.

    Example: rumpus episodes list runs/data --result success
    """
    from collections import deque

    place = opened(store)
    counts: Counter[tuple[str, ...]] = Counter()
    shown: deque[Summary] = deque(maxlen=max(last, 0))
    steps = 0
    for head in place.index(where_of(world, by, result, task)):
        counts[head.world, str(head.played_by[0].kind), head.result] += 1
        steps += head.steps
        shown.append(head)
    if as_json:
        whole = {"episodes": sum(counts.values()), "steps": steps, "shown": [_row(head) for head in shown]}
        print(json.dumps(whole | {"problems": _problems(place)}, indent=2))
        return
    table = Table(box=None)
    for column in ("id", "world", "task", "played by", "steps", "return", "result", "began"):
        table.add_column(
            column, no_wrap=column in ("id", "result", "began"), justify="right" if column == "steps" else "left"
        )
    for head in shown:
        returns = " ".join(f"{value:.2f}" for value in head.returns)
        players = " ".join(dict.fromkeys(map(str, head.played_by)))
        began = f"{head.began:%Y-%m-%d %H:%M}"
        table.add_row(head.id, head.world, head.task, players, str(head.steps), returns, head.result, began)
    console = Console(highlight=False)
    console.print(table)
    for (name, kind, how), count in sorted(counts.items()):
        console.print(f"{count:,} of {name} by {kind}: {how}", markup=False)
    console.print(f"{sum(counts.values()):,} episodes, {steps:,} steps")


@app.command()
def show(
    store: Place,
    id: Annotated[str, typer.Argument(help="The id of an episode, or how it begins.")],
    as_json: Json = False,
) -> None:
    """Show all that is known of an episode: how it began, who played, what was done, and its marks.

    Example: rumpus episodes show runs/data 3f2a
    """
    from dataclasses import asdict

    from ..interface.text import decode
    from .columns import to_table

    place = opened(store)
    episode = place.get(id)
    columns = to_table([episode]).to_pylist()[0]
    marks = [{**asdict(mark), "by": str(mark.by), "at": mark.at.isoformat()} for mark in place.marks(episode.id)]
    if as_json:
        plain = {name: value for name, value in columns.items() if name not in ("video", "say_tokens")}
        for name in ("knobs", "task", "extra"):
            plain[name] = json.loads(plain[name]) if plain[name] else plain[name]
        print(json.dumps(plain | {"began": episode.began.isoformat(), "marks": marks}, indent=2))
        return
    table = Table(box=None, show_header=False, title=f"episode {episode.id}")
    lengthy = ("id", "checksums", "video", "say_tokens", "rewards", "keys", "buttons", "wheel", "mouse_x", "mouse_y")
    for name, value in columns.items():
        if name in (*lengthy, "say", "terminated", "truncated", "success", "chat") or value in (None, "", [], {}):
            continue
        if name == "latency":
            value = f"{sum(value) / max(len(value), 1):.2f} s a step, {max(value, default=0):.2f} s at most"
        table.add_row(name, str([str(player) for player in episode.played_by] if name == "played_by" else value))
    held = Counter(text for text in columns["keys"])
    table.add_row("keys", ", ".join(f"{text or 'none'} {count}" for text, count in held.most_common(12)))
    said = [decode(each) for each in episode.actions["say"].reshape(-1, episode.actions["say"].shape[-1]) if each.any()]
    if said:
        table.add_row("said", " / ".join(said[:12]))
    if episode.video:
        table.add_row("video", ", ".join(f"{len(each):,} bytes" for each in episode.video))
    for mark in marks:
        table.add_row("mark", f"{mark['label']} {mark['text']} by {mark['by']}")
    Console(highlight=False).print(table)


@app.command()
def moment(
    store: Place,
    id: Annotated[str, typer.Argument(help="The id of an episode, or how it begins.")],
    step: Annotated[int, typer.Argument(help="After how many of its steps the task begins.")],
    out: Annotated[Path, typer.Option(help="The file of tasks to which the task is added.")],
    goal: Annotated[
        str | None, typer.Option(help="What to do from there on, in your own words; else what was to do.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Steps from there on; by default those of the episode.")] = None,
    reference: Annotated[
        bool, typer.Option("--reference", help="Name store, episode and step in place of the state itself.")
    ] = False,
    own: Own = None,
) -> None:
    """Make a task that begins from a step of an episode, and add it to a file of tasks.

    Example: rumpus episodes moment runs/data 3f2a 40 --goal "open the red lock" --out tasks.jsonl
    """
    import os

    from ..interface.files import write_atomically
    from ..tasks.files import write_line
    from ..tasks.understanding import spoken
    from .moments import task_at
    from .redraw import world_of

    place, worlds = opened(store), own_worlds(own)
    named = None
    if reference:
        named = Path(os.path.relpath(store.resolve(), out.resolve().parent)).as_posix()
        if named.startswith(".."):
            raise ValueError(
                f"--reference wants {out} beside or above {store}: its tasks may not name what is elsewhere"
            )
    options: dict[str, Any] = {"limit": limit, "reference": named, "own": worlds}
    if goal is not None:
        wanted, text = spoken(goal, world_of(place.get(id).start.world, worlds))
        print(f"Understood: {text}")
        options |= {"goal": wanted, "text": text}
    line = write_line(task_at(place, id, step, **options))
    before = out.read_bytes() if out.exists() else b""
    write_atomically(out, before + line.encode())
    print(out)


@app.command()
def verify(
    store: Place,
    ids: Ids = None,
    world: World = None,
    own: Own = None,
    levels: OwnLevels = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; all cores by default.")] = None,
    as_json: Json = False,
) -> None:
    """Replay episodes to the byte. The exit status is 1 if one differs, or cannot be read; its first step is named.

    Example: rumpus episodes verify runs/data
    """
    from ..interface.progress import work
    from .verify import verify as verdicts

    place, same, other = opened(store), 0, []
    chosen = where_of(world, ids=ids)
    total = sum(1 for _ in place.index(chosen))
    if ids and not total:
        raise ValueError(f"{store} holds no episode {', '.join(ids)}: see `rumpus episodes list`")
    with work(f"Verifying {total:,} episodes", total) as job:
        for verdict in verdicts(place, chosen, own=own_worlds(own), levels=levels, threads=threads):
            same += verdict.same
            other += [] if verdict.same else [verdict]
            job.advance()
    if as_json:
        differing = [verdict._asdict() for verdict in other]
        print(json.dumps({"same": same, "differing": differing, "problems": _problems(place)}, indent=2))
    else:
        console = Console(highlight=False)
        for verdict in other:
            console.print(f"{verdict.id} of {verdict.world}: {verdict.reason}", markup=False, soft_wrap=True)
        unread = f", {len(place.problems)} cannot be read" if place.problems else ""
        console.print(f"{same:,} episodes replay to the byte, {len(other):,} do not{unread}")
    if other or place.problems:
        raise typer.Exit(1)


@app.command()
def merge(
    store: Place,
    others: Annotated[list[Path] | None, typer.Argument(help="Stores whose episodes and marks are added.")] = None,
    as_json: Json = False,
) -> None:
    """Add the episodes of other stores, and make few files of many. Episodes that are there already are not doubled.

    Example: rumpus episodes merge runs/data runs/more runs/yet-more
    """
    from .store import Store
    from .upkeep import merge as merged

    sources = [Store(other) for other in others or ()]
    place = Store(store, create=True)
    added = merged(place, sources)
    count, parts = len(place), len(place.parts())
    problems = [problem for each in (place, *sources) for problem in _problems(each)]
    if as_json:
        print(json.dumps({"added": added, "episodes": count, "files": parts, "problems": problems}, indent=2))
    else:
        print(f"{added:,} episodes added; {store} holds {count:,} in {parts:,} file(s)")


@app.command()
def prune(
    store: Place,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of episodes to take out, or how they begin.")] = None,
    world: World = None,
    by: By = None,
    result: Result = None,
    task: OfTask = None,
    before: Annotated[str | None, typer.Option(help="That began before this day, such as 2026-01-31.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be taken out, and leave it.")] = False,
    as_json: Json = False,
) -> None:
    """Take out the episodes that fit all of the options, with their marks.

    Example: rumpus episodes prune runs/data --by random --result failed
    """
    from datetime import UTC, datetime

    from .upkeep import prune as pruned

    if not any((ids, world, by, result, task, before)):
        raise ValueError("prune takes out what fits its options: name ids, or give --world, --by, --result, --before …")
    try:
        day = None if before is None else datetime.fromisoformat(before)
    except ValueError:
        raise ValueError(f"--before takes a day, such as 2026-01-31; got {before!r}") from None
    if day is not None and day.tzinfo is None:
        day = day.replace(tzinfo=UTC)
    fits = where_of(world, by, result, task, ids)

    def gone(head: Summary) -> bool:
        return fits(head) and (day is None or head.began < day)

    place = opened(store)
    count = sum(1 for _ in place.index(gone)) if dry_run else pruned(place, gone)
    left = len(place) - (count if dry_run else 0)
    if as_json:
        print(json.dumps({"taken_out": count, "left": left, "dry_run": dry_run}, indent=2))
    else:
        print(f"{count:,} episodes {'would be' if dry_run else 'were'} taken out, {left:,} stay")


def own_worlds(folders: list[Path] | None) -> dict[str, Any]:
    """The worlds of these folders by name."""
    from .. import worlds

    return {world.name: world for world in [worlds.load(folder) for folder in folders or ()]}
