"""The command line of marks: `rumpus label | mark | sts`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from ..episodes.commands import By, Ids, Json, OfTask, Own, OwnLevels, Place, Result, World, own_worlds, where_of
from .commands import Device, Greedy, Plugins, Seed, Threads, load_plugins

if TYPE_CHECKING:
    from ..episodes.episode import Summary
    from ..episodes.store import Store

Name = Annotated[str, typer.Option(help="Who gives the marks.")]


def label(
    store: Place,
    ids: Ids = None,
    world: World = None,
    by: By = None,
    result: Result = None,
    task: OfTask = None,
    most: Annotated[int, typer.Option(help="Goals marked in an episode, for each of its players, at most.")] = 8,
    seed: Annotated[int, typer.Option(help="Of the goals that are tried.")] = 0,
    again: Annotated[bool, typer.Option("--again", help="Also episodes that are labelled already.")] = False,
    threads: Annotated[int | None, typer.Option(help="CPU threads; all cores by default.")] = None,
    own: Own = None,
    levels: OwnLevels = None,
    as_json: Json = False,
) -> None:
    """Mark which goals came true in stored episodes, when, and in which words, from the states themselves.

    Example: rumpus label runs/data --world box-world-small
    """
    from ..episodes.label import Report
    from ..episodes.label import label as labelled
    from ..episodes.store import Store
    from ..interface.progress import work

    place, chosen = Store(store), where_of(world, by, result, task, ids)
    total, report = sum(1 for _ in place.index(chosen)), Report()
    if not total:
        raise ValueError(f"{store} holds no such episode: see `rumpus episodes list {store}`")
    with work(f"Labelling {total:,} episodes", total) as job:
        done = 0
        for report in labelled(
            place, chosen, most=most, seed=seed, again=again, threads=threads, own=own_worlds(own), levels=levels
        ):
            job.advance(report.episodes - done)
            done = report.episodes
    if as_json:
        print(json.dumps({**vars(report), "marks": dict(report.marks)}, indent=2))
        return
    console = Console(highlight=False)
    marks = ", ".join(f"{count:,} {name}" for name, count in sorted(report.marks.items())) or "none"
    console.print(f"{report.episodes:,} episodes labelled: {marks}")
    if report.labelled_before:
        console.print(f"{report.labelled_before:,} were labelled before (--again labels them anew)")
    for reason in dict.fromkeys(report.left_out.values()):
        count = sum(each == reason for each in report.left_out.values())
        console.print(f"{count:,} left out: {reason}", markup=False, soft_wrap=True)


def mark(
    store: Place,
    ids: Ids = None,
    name: Name = "",
    world: World = None,
    by: By = None,
    result: Result = None,
    task: OfTask = None,
    unmarked: Annotated[bool, typer.Option("--unmarked", help="Only episodes without a mark of this person.")] = False,
    blind: Annotated[
        bool, typer.Option("--blind", help="Hide who played and how it ended, and mix the order.")
    ] = False,
    own: Own = None,
    levels: OwnLevels = None,
) -> None:
    """Play stored episodes back in a window, and mark success, failure, better, worse, or write a sentence. F1 shows
    the keys.

    Example: rumpus mark runs/data --name Ada --unmarked
    """
    from ..episodes.episode import Player
    from .human.mark_window import mark as marked

    fits = where_of(world, by, result, task, ids)

    def chosen(place: Store) -> Sequence[Summary]:
        me = Player("person", name)
        done = {each.episode for each in place.marks() if each.by == me} if unmarked else set()
        heads = list(place.index(lambda head: fits(head) and head.id not in done))
        return sorted(heads, key=lambda head: head.id) if blind else heads  # ids are random

    count = marked(store, chosen, name=name, blind=blind, own=own_worlds(own), levels=levels)
    print(f"{count:,} marks given in {store}")


def sts(
    agent: Annotated[
        list[str] | None,
        typer.Argument(help="Players to rank: random, expert, shipped agents, runs' folders or checkpoints."),
    ] = None,
    contexts: Annotated[
        Path | None, typer.Option(help="A file of contexts, in place of the 200 that Rumpus brings.")
    ] = None,
    times: Annotated[int, typer.Option(help="How often each context is played.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Add what they do to this store, to be marked.")] = None,
    marks: Annotated[
        Path | None, typer.Option(help="Rank by the marks of people in this store, in place of the goals' programs.")
    ] = None,
    seed: Seed = 0,
    greedy: Greedy = None,
    device: Device = "cpu",
    threads: Threads = None,
    own: Own = None,
    plugin: Plugins = None,
    as_json: Json = False,
) -> None:
    """Rank players by the Standardised Test Suite: each sees the beginning of stored episodes, takes over, and has
    something to do from there on.

    Example: rumpus sts random expert runs/one runs/other
    """
    from .measuring import formatting
    from .measuring import sts as measured

    load_plugins(plugin)
    path, known = contexts or measured.CONTEXTS, own_worlds(own)
    if marks is not None:
        if agent or out:
            raise ValueError("--marks ranks what is in a store: give it without players and --out")
        ranking = measured.marked(marks, path, seed=seed, own=known)
    else:
        options: dict[str, Any] = {"seed": seed, "greedy": greedy, "device": device, "threads": threads, "own": known}
        ranking = measured.sts(agent or [], path, times=times, record=out, **options)
    print(json.dumps(ranking, indent=2)) if as_json else Console().print(formatting.sts(ranking))
