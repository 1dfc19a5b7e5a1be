"""The command line of the language-model player: `rumpus door vlm`, beside the commands of the other doors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ..commands import Json, Limit, Seed, Split, Tasks, frame_size
from ..doors.commands import Size, app


@app.command()
def vlm(
    world: Annotated[str, typer.Argument(help="A world's name or folder; with --suite, anything.")],
    model: Annotated[str, typer.Option(help="The model, as its server names it.")],
    server: Annotated[str, typer.Option(help="URL of an OpenAI-compatible server, such as http://127.0.0.1:8000/v1.")],
    see: Annotated[
        str, typer.Option(help="What the model is shown: pixels, text (things in words), or both.")
    ] = "pixels",
    by: Annotated[str, typer.Option(help="How it answers: tools, or text (named moves, several in a row).")] = "tools",
    memory: Annotated[int, typer.Option(help="Pictures and answers of before that it is shown again.")] = 2,
    size: Size = "320x320",
    calls: Annotated[int | None, typer.Option(help="The most requests that may be sent.")] = None,
    tokens: Annotated[int | None, typer.Option(help="The most tokens that may be used.")] = None,
    cache: Annotated[Path | None, typer.Option(help="A folder of answers, so that a run can be made again.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds in which an answer must be there.")] = 60.0,
    episodes: Annotated[int, typer.Option(help="Episodes to play.")] = 8,
    whole: Annotated[bool, typer.Option("--suite", help="The benchmark, as with rumpus evaluate --suite.")] = False,
    tasks: Tasks = None,
    split: Split = "test",
    seed: Seed = 0,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """Measure a vision-language model as a player; its key, if it needs one, is read from OPENAI_API_KEY.

    Example: rumpus door vlm sokoban-small --model qwen3-vl --server http://127.0.0.1:8000/v1 --see both
    """
    from ... import worlds
    from ..measuring import formatting
    from ..measuring.benchmark import TASKS, benchmark
    from ..measuring.evaluate import evaluate
    from . import Budget, LanguageModel
    from .player import LanguagePlayer

    height_width = frame_size(size)
    loaded = None if whole else worlds.load(world)
    asked = LanguageModel(server, model, timeout=timeout, budget=Budget(calls, tokens), cache=cache)
    player = LanguagePlayer(asked, see=see, by=by, memory=memory, size=height_width)
    if loaded is None:
        rows = benchmark(lambda each: player, tasks or TASKS, seed=seed)
        print(json.dumps(rows, indent=2)) if as_json else Console().print(formatting.benchmark(player.name, rows))
        return
    chosen: dict[str, Any] = {"tasks": tasks} if tasks else {"episodes": episodes, "split": split, "limit": limit}
    result = evaluate(loaded, player, seed=seed, **chosen)
    if as_json:
        print(json.dumps(result, indent=2))
        return
    Console().print(formatting.evaluation(result, str(tasks or f"{split} levels")))
    table = Table(box=None, show_header=False, title="Answers of the model")
    for name, value in player.report().items():
        table.add_row(name, f"{value:,.3f}" if name.startswith("latency") else f"{value:,.0f}")
    Console().print(table)
