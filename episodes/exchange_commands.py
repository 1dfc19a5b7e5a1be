"""The command line of exports and imports: `rumpus episodes export | import`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from .commands import By, Ids, Json, OfTask, Own, OwnLevels, Place, Result, World, opened, own_worlds, where_of

app = typer.Typer()


def _size(text: str | None) -> tuple[int, int] | None:
    """ "96" or "96x128", height by width, as (height, width). Raises ValueError for anything else."""
    if text is None:
        return None
    height, _, width = text.partition("x")
    sides = height, width or height
    if not all(side.isdecimal() and len(side) <= 4 and int(side) for side in sides):
        raise ValueError(f"--size is HEIGHTxWIDTH or one number, such as 96x128 or 64; got {text!r}")
    return int(sides[0]), int(sides[1])


@app.command()
def export(
    store: Place,
    to: Annotated[str, typer.Option(help="The format: minari, lerobot, video, p2p or owamcap.")],
    out: Annotated[Path, typer.Option(help="The new folder; for Minari ROOT/NAME-v0.")],
    ids: Ids = None,
    size: Annotated[
        str | None, typer.Option(help="Pixels of each picture, HEIGHTxWIDTH; by default those of the format.")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(help="Frames a second; by default the steps a second of the world, for p2p 20.")
    ] = None,
    world: World = None,
    split: Annotated[str | None, typer.Option(help="Episodes of this split only: train, valid, test, …")] = None,
    by: By = None,
    result: Result = None,
    task: OfTask = None,
    player: Annotated[
        int | None, typer.Option(help="In worlds of several players, this one only, from 0; all by default.")
    ] = None,
    own: Own = None,
    levels: OwnLevels = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads; all cores by default.")] = None,
    as_json: Json = False,
) -> None:
    """Write episodes in the format of another library, with pixels drawn anew.

    Each player of an episode is a trajectory of its own. Episodes that cannot be replayed are left out, and named.
    Nothing is overwritten, and a folder is there whole or not at all.

    Example: rumpus episodes export runs/data --to lerobot --out runs/lerobot/sokoban --world sokoban
    """
    from .export.run import check
    from .export.run import export as exported
    from .export.trajectories import Plan

    sides, fits, place = _size(size), where_of(world, by, result, task, ids), opened(store)
    check(to, out)  # before minutes of replaying
    plan = Plan(
        place,
        lambda head: fits(head) and split in (None, head.start.split),
        player=player, own=own_worlds(own), levels=levels, threads=threads,
    )  # fmt: skip
    done = exported(plan, to, out, sides, fps)
    left = [departure._asdict() for departure in done.left_out]
    problems = [{"path": each.path, "id": each.id, "reason": each.reason} for each in place.problems]
    if as_json:
        content = {"out": str(done.out), "trajectories": done.trajectories, "left_out": left, "problems": problems}
        print(json.dumps(content, indent=2))
        return
    _name_left_out(left)
    print(f"{done.trajectories:,} trajectories written to {out}")
    print(_how_to_read(to, done.out))


@app.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="A Minari dataset (its folder or its name), a replay file, or a folder of replays.")
    ],
    out: Annotated[Path, typer.Option(help="The store that the episodes are added to, made if there is none.")],
    by: Annotated[
        str, typer.Option(help="Who played, where the source does not say: person, expert, policy:NAME, …")
    ] = "other",
    own: Own = None,
    levels: OwnLevels = None,
    as_json: Json = False,
) -> None:
    """Add the episodes of a Minari dataset, or of replay files, to a store.

    Each is replayed first: one that departs from its recording is left out, and named.

    Example: rumpus episodes import runs/minari/sokoban-expert-v0 --out runs/data
    """
    from .imports.run import bring_in

    done = bring_in(source, out, played_by=by, own=own_worlds(own), levels=levels)
    left = [departure._asdict() for departure in done.left_out]
    if as_json:
        print(json.dumps({"added": done.added, "known": done.known, "left_out": left}, indent=2))
        return
    _name_left_out(left)
    known = f", {done.known:,} were there already" if done.known else ""
    print(f"{done.added:,} episodes added to {out}{known}")


def _name_left_out(left: list[dict[str, Any]]) -> None:
    for each in left:
        print(f"left out: {each['id']}: {each['reason']}")


def _how_to_read(to: str, out: Path) -> str:
    """A line of code, or a sentence, that says how the export is opened."""
    if to == "minari":
        return f'MINARI_DATASETS_PATH={out.parent} python -c "import minari; minari.load_dataset({out.name!r})"'
    if to == "lerobot":
        return f"LeRobotDataset({f'local/{out.name}'!r}, root={str(out)!r})"
    if to == "p2p":
        return f"Open-P2P: local_prefix: {out}"
    if to == "owamcap":
        return f"OWAMcapReader({str(out / 'ID.mcap')!r}), of mcap-owa-support"
    return f"{out / 'trajectories.jsonl'} lists the files"
