"""The command line of people: `rumpus play`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .commands import Knobs, Levels, Limit, Plugins, Split, knob_values, load_plugins

if TYPE_CHECKING:
    from ..worlds.engine.world import World


def play(
    world: Annotated[
        str,
        typer.Argument(help="A world's name or the folder of one of your own; without it you choose in a gallery."),
    ] = "",
    seed: Annotated[int | None, typer.Option(help="Seed of the first episode; random by default.")] = None,
    task: Annotated[
        str | None, typer.Option(help="FILE:ID, one task of a file by its id or line; or FILE for all.")
    ] = None,
    goal: Annotated[str | None, typer.Option(help="What to do, in your own words; said back as it is judged.")] = None,
    moment: Annotated[
        str | None, typer.Option(help="STORE#ID@STEP: go on from there in a stored episode, perhaps to another --goal.")
    ] = None,
    levels: Levels = None,
    split: Split = "train",
    knob: Knobs = None,
    limit: Limit = None,
    strict_time: Annotated[
        bool, typer.Option("--strict-time", help="The tasks' own limits, which are made for agents.")
    ] = False,
    practice: Annotated[bool, typer.Option("--practice", help="No limit: an episode ends by the rules alone.")] = False,
    record: Annotated[Path | None, typer.Option(help="Add the episodes to this store, see `rumpus episodes`.")] = None,
    name: Annotated[str, typer.Option(help="With --record or --suite, who plays.")] = "",
    benchmark: Annotated[
        bool,
        typer.Option("--suite", help="A sample of the benchmark, under an agent's limits; it is stored."),
    ] = False,
    count: Annotated[int, typer.Option(help="With --suite, tasks of the sample.")] = 20,
    agent: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help="random, expert, a name of `rumpus agents`, a run, or nobody: it plays until you take over by F2, and "
            "on when you hand back. In worlds for several it fills the seats of others; once for each, or one for all. "
            "There the expert does, if you name none.",
        ),
    ] = None,
    ask: Annotated[
        str | None,
        typer.Option(
            help="A name of `rumpus agents`, a run, or expert: it does what you type, perhaps a --goal first. All is "
            "stored, in runs/asked or by --record."
        ),
    ] = None,
    alone: Annotated[bool, typer.Option("--alone", help="No agent plays; seats without a person stay empty.")] = False,
    seat: Annotated[int | None, typer.Option(help="In worlds for several, your player.")] = None,
    people: Annotated[int, typer.Option(help="People at this keyboard; the second one has its right half.")] = 1,
    mute: Annotated[bool, typer.Option("--mute", help="Begin without sounds.")] = False,
    number: Annotated[int, typer.Option(help="Of --levels or --task FILE, the first to play; they go on from it.")] = 1,
    load: Annotated[str, typer.Option(help="Go on from a save slot: its number, 1 to 9, or its file.")] = "",
    plugin: Plugins = None,
) -> None:
    """Play a world yourself, in a window, alone or with agents; `rumpus play` alone shows all worlds to choose from.
    F1 shows the keys. Levels of a file come in their order.

    Example: rumpus play sokoban --seed 7
    """
    from .. import worlds as all_worlds
    from ..worlds.pages import UNLIMITED
    from . import human
    from .human.agent import Agent, beside, default_agent, seats_of
    from .human.chosen import to_play
    from .human.playlist import PATIENCE
    from .human.settings import keep_played
    from .human.slots import named

    if benchmark:
        if any((task, goal, moment, levels, knob, limit, agent, seat, alone, load, number != 1)):
            raise ValueError("--suite brings its own tasks: give it perhaps a world, --count, --seed, --name, --record")
        from .human.suite import play_suite

        number, place = play_suite(count, world=world or None, seed=seed or 0, name=name, record=record)
        print(f"{number:,} tasks played; stored in {place}")
        return
    if number < 1:
        raise ValueError(f"--number counts levels and tasks from 1, got {number}")
    if load:
        named(load)
    if practice and any((task, goal, moment, limit, benchmark)):
        raise ValueError("--practice is play without a limit: leave --task, --goal, --moment, --limit and --suite out")
    if not world:
        if any((task, goal, moment, levels, knob, limit, agent, ask, seat, alone, record, load, seed is not None)):
            raise ValueError("these options need a world, such as: rumpus play WORLD --seed 7; see `rumpus worlds`")
        _from_gallery(practice, mute)
        return
    if ask is not None and any((task, moment, benchmark, agent, alone, seat, people > 1, practice)):
        raise ValueError(
            "--ask is for a world, perhaps with a first --goal, --seed, --knob, --levels, --limit, --record"
        )
    limit = UNLIMITED if practice else limit
    loaded, knobs = all_worlds.load(world), knob_values(knob)
    if alone and (agent or seat or people > 1):
        raise ValueError("--alone leaves all seats to those at this keyboard: leave --with, --seat and --people out")
    if loaded.players == 1 and (seat or people > 1):
        raise ValueError(f"{loaded.name} is for one player: --seat and --people are for worlds for several")
    load_plugins(plugin)
    others, trained = list[Agent](), dict[str, Any]()
    if ask is not None:
        start: dict[str, Any] = {"seed": seed, "levels": levels, "split": split, "knobs": knobs, "limit": limit}
        _ask(loaded, ask, goal or "", {**start, "record": record, "name": name, "mute": mute})
        return
    seats = seats_of(loaded, seat, people) if loaded.players > 1 and not alone else None
    full = loaded.players == 1 or len(seats or ()) == loaded.players
    names = agent or ([] if alone or full else [default_agent(loaded)])
    if names:
        others, trained = beside(names, loaded, seat=seat, people=people, seed=seed or 0)
    if not (task or goal or moment or levels or knobs):  # it plays what it has learned
        knobs, limit = trained.get("knobs") or knobs, trained.get("limit") if limit is None else limit
    start = {"seed": seed, "levels": levels, "split": split, "knobs": knobs}
    options, lines = to_play(loaded, task=task, goal=goal, moment=moment, start=start, limit=limit)
    for line in lines:
        print(line)
    if "written" in options and not (strict_time or limit or loaded.controls.turn_based):
        print(f"Tasks have limits for agents; people have {PATIENCE} times as long (--strict-time keeps those)")
    options |= {**start, "limit": limit, "strict_time": strict_time, "record": record, "name": name, "agents": others}
    if number != 1 and not (levels or (task and "ids" in options)):
        raise ValueError("--number is the place of a level or task in a list: give --levels FILE or --task FILE, too")
    options |= {"seats": seats, "mute": mute, "begin": number, "load": load}
    keep_played(world)
    for path in human.play(loaded, **options).saved:
        print(path)


def _ask(world: World, agent: str, first: str, options: dict[str, Any]) -> None:
    """Let a person ask an agent for one thing after the other, in a window; `first` at once."""
    from . import human, policies
    from .human.agent import named
    from .human.asking import PLACE, Asking, reads
    from .human.settings import keep_played

    made, trained = named(agent, world, seed=options["seed"] or 0)
    reads(made)
    made.hand(range(world.players))
    if not (options["levels"] or options["knobs"]):  # it plays what it has learned
        options |= policies.start(trained, options["knobs"] or None, options["limit"])
    place = options.pop("record") or PLACE
    asking = Asking(place, options["name"], first)
    keep_played(world.name)
    played = human.play(world, agents=[made], seats=(), asking=asking, **options)
    for path in played.saved:
        print(path)
    print(f"{asking.count} asked; stored in {place}: see `rumpus episodes list {place}`")


def _from_gallery(practice: bool, mute: bool) -> None:
    """Play what is chosen in the gallery, one world after the other."""
    from .. import worlds as all_worlds
    from ..worlds.pages import UNLIMITED
    from . import human
    from .human.agent import Agent, beside, default_agent, seats_of
    from .human.gallery_window import browse
    from .human.settings import keep_played

    def play_one(name: str, practice: bool) -> bool:
        world = all_worlds.load(name)
        others, seats = list[Agent](), None
        if world.players > 1:
            others, seats = beside(default_agent(world), world)[0], seats_of(world)
        limit = UNLIMITED if practice else None
        played = human.play(world, agents=others, seats=seats, limit=limit, keep=True, mute=mute)
        keep_played(name)
        for path in played.saved:
            print(path)
        return not played.closed

    browse(play_one, practice)
