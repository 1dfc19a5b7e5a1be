"""The command line of measurements: `rumpus evaluate`, of agents and of language models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from .commands import (
    Device,
    Greedy,
    Guidance,
    Json,
    Knobs,
    Leaf,
    Levels,
    Limit,
    Plugins,
    Search,
    Seconds,
    Seed,
    Simulations,
    Split,
    Tasks,
    Threads,
    frame_size,
    knob_values,
    load_plugins,
    search_settings,
)
from .needs import need
from .scenarios_command import measured

MODEL, P2P = "vlm", "open-p2p"
"""The words for a language model, and for a server of Open-P2P, typed in place of an agent."""
OF_MODELS = ("model", "server", "see", "by", "memory", "size", "calls", "tokens", "cache", "timeout")
OF_P2P = ("server", "words", "timeout")
OF_AGENTS = ("greedy", "think", "guidance", "search", "simulations", "seconds", "leaf")
"""The options of language models, of servers of Open-P2P, and of agents that learned."""
FEW = 8
"""Episodes of a language model by default."""
PANEL = "Language models (agent vlm)"

Model = Annotated[str | None, typer.Option(help="The model, as its server names it.", rich_help_panel=PANEL)]
Server = Annotated[
    str | None,
    typer.Option(
        help="URL of an OpenAI-compatible server, such as http://127.0.0.1:8000/v1; for open-p2p the path of its "
        "socket, or HOST:PORT.",
        rich_help_panel=PANEL,
    ),
]
Words = Annotated[
    Path | None,
    typer.Option(
        help="For open-p2p, a pipe that its server reads: instructions are written there, a line each.",
        rich_help_panel=PANEL,
    ),
]
See = Annotated[
    str,
    typer.Option(
        help="What the model is shown: pixels, text (things in words), or both.", rich_help_panel=PANEL
    ),
]  # fmt: skip
By = Annotated[
    str, typer.Option(help="How it answers: tools, or text (named moves, several in a row).", rich_help_panel=PANEL)
]
Memory = Annotated[
    int, typer.Option(help="Pictures and answers of before that it is shown again.", rich_help_panel=PANEL)
]
Size = Annotated[str, typer.Option(help="Size of its pictures, HEIGHTxWIDTH.", rich_help_panel=PANEL)]
Calls = Annotated[int | None, typer.Option(help="The most requests that may be sent.", rich_help_panel=PANEL)]
Tokens = Annotated[int | None, typer.Option(help="The most tokens that may be used.", rich_help_panel=PANEL)]
Cache = Annotated[
    Path | None, typer.Option(help="A folder of answers, so that a run can be made again.", rich_help_panel=PANEL)
]
Timeout = Annotated[float, typer.Option(help="Seconds in which an answer must be there.", rich_help_panel=PANEL)]


def evaluate(
    context: typer.Context,
    world: Annotated[
        str, typer.Argument(help="A world's name or folder; with --suite left out, or `small` for few tasks.")
    ],
    agent: Annotated[
        str | None,
        typer.Argument(
            help="random, expert, a name of `rumpus agents`, a run's folder or checkpoint, vlm: a language model, or "
            "open-p2p: a server of Open-P2P."
        ),
    ] = None,
    tasks: Tasks = None,
    whole: Annotated[
        bool,
        typer.Option(
            "--suite",
            help="The benchmark: all skills and worlds, on a scale to the expert's; `--suite small AGENT`: the task of "
            "each skill and world whose solution is of middle length, beside the shipped agents.",
        ),
    ] = False,
    episodes: Annotated[
        int | None,
        typer.Option(
            help="Episodes to play: 256 by default (of vlm 8), with levels drawn by chance; with --levels each level "
            "once, in the order of the file, or over and over until there are so many; with tasks, all of them are "
            "played."
        ),
    ] = None,
    times: Annotated[int, typer.Option(help="How often each task is played.")] = 1,
    realtime: Annotated[
        bool,
        typer.Option(
            "--realtime", help="Play the same episodes again in a world that does not wait, and show both results."
        ),
    ] = False,
    arrivals: Annotated[
        Path | None,
        typer.Option(help="With --realtime, a folder in which these episodes are stored, with when actions arrived."),
    ] = None,
    human: Annotated[
        Path | None, typer.Option(help="With --suite, the store of what people played; by default this user's own.")
    ] = None,
    split: Split = "test",
    seed: Seed = 0,
    levels: Levels = None,
    knob: Knobs = None,
    limit: Limit = None,
    greedy: Greedy = None,
    think: Annotated[
        int, typer.Option(min=0, help="Times that an agent's memory runs on the first frame before its first action.")
    ] = 0,
    guidance: Guidance = 1.0,
    against: Annotated[
        str | None,
        typer.Option(help="In worlds for several, the player of all seats but the agent's: random, expert or another."),
    ] = None,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="Play a scenario of this world (`rumpus scenarios`), `all` of them, or those of FILE.toml, and show "
            "the return of each of the agent's seats beside random's and the expert's; may be repeated."
        ),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="With --scenario, print the table in Markdown.")] = False,
    search: Search = None,
    simulations: Simulations = None,
    seconds: Seconds = None,
    leaf: Leaf = None,
    device: Device = "cpu",
    threads: Threads = None,
    plugin: Plugins = None,
    as_json: Json = False,
    model: Model = None,
    server: Server = None,
    see: See = "pixels",
    by: By = "tools",
    memory: Memory = 2,
    size: Size = "320x320",
    calls: Calls = None,
    tokens: Tokens = None,
    cache: Cache = None,
    timeout: Timeout = 60.0,
    words: Words = None,
) -> None:
    """Measure a player: success with its 95 % interval, mean return and length; or its score in the benchmark. The key
    of a language model, if it needs one, is read from OPENAI_API_KEY.

    Example: rumpus evaluate box-world expert --episodes 500; of the benchmark: rumpus evaluate --suite random; of a
    model: rumpus evaluate sokoban-small vlm --model qwen3-vl --server http://127.0.0.1:8000/v1 --realtime
    """
    from .measuring.evaluate import evaluate as measure

    load_plugins(plugin)
    typed = (agent or world) if whole else agent
    if typed is None:
        raise ValueError(
            "evaluate needs a world and an agent: rumpus evaluate WORLD AGENT; `rumpus worlds` lists the worlds"
        )
    played: Any = typed
    _check_options(typed, context)
    own = {"see": see, "by": by, "memory": memory, "size": frame_size(size)}
    if typed == MODEL:
        played = player(model, server, own, timeout=timeout, calls=calls, tokens=tokens, cache=cache)
    elif typed == P2P:
        played = p2p_player(server, words, timeout)
    options: dict[str, Any] = {"times": times, "seed": seed, "greedy": greedy, "device": device, "threads": threads}
    if whole:
        if think or search or guidance != 1 or against or scenario:
            raise ValueError(
                "--think, --guidance, --search, --against and --scenario are for one world: leave --suite or them out"
            )
        options |= {"realtime": realtime, "arrivals": arrivals}
        _suite(world if agent else None, played, tasks, as_json, human=human, **options)
        return
    if scenario:
        barred = (
            tasks,
            levels,
            knob,
            limit,
            realtime,
            against,
            search,
            think,
            guidance != 1,
            device != "cpu",
            times > 1,
        )
        if any(barred):
            raise ValueError(
                "--scenario brings world, seats, co-players, knobs and limit: of the other options give --episodes, "
                "--split, --seed, --greedy and --threads alone"
            )
        how: dict[str, Any] = {"split": split, "seed": seed, "threads": threads, "greedy": greedy}
        how |= {} if episodes is None else {"episodes": episodes}
        measured(world, played, scenario, markdown=markdown, as_json=as_json, **how)
        return
    if markdown:
        raise ValueError("--markdown is of the table of scenarios: name one, such as --scenario all")
    chosen: dict[str, Any] = {"levels": levels, "knobs": knob_values(knob) or None, "limit": limit, "tasks": tasks}
    options |= {"think": think, "guidance": guidance, "search": search_settings(search, simulations, seconds, leaf)}
    options |= {"realtime": realtime, "arrivals": arrivals, "against": against}
    if typed in (MODEL, P2P) and tasks is None and levels is None:
        episodes = episodes or FEW
    result = measure(world, played, episodes=episodes, split=split, **chosen, **options)
    if as_json:
        print(json.dumps(result, indent=2))
        return
    from .measuring import formatting

    Console().print(formatting.evaluation(result, str(tasks or levels or f"{split} levels")))
    if typed in (MODEL, P2P):
        Console().print(formatting.answers(played.report()))


def _check_options(agent: str, context: typer.Context) -> None:
    """Raise ValueError, with their names, for options that were typed and mean nothing to this agent."""
    fitting = {MODEL: OF_MODELS, P2P: OF_P2P}.get(agent, OF_AGENTS)
    every = dict.fromkeys((*OF_MODELS, *OF_P2P, *OF_AGENTS))
    sources = {name: context.get_parameter_source(name) for name in every}
    typed = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    strange = [name for name in typed if name not in fitting]
    if strange:
        options = " and ".join(f"--{name}" for name in strange)
        owners = {MODEL: "a language model", P2P: "a server of Open-P2P", "": "agents that learned"}
        sets = {MODEL: OF_MODELS, P2P: OF_P2P, "": OF_AGENTS}
        owner = next(name for name, names in sets.items() if strange[0] in names)
        instead = f"type {owner} in place of {agent!r}" if owner else f"leave {options} out for {agent}"
        raise ValueError(f"{options} {'is' if len(strange) == 1 else 'are'} of {owners[owner]}: {instead}")


def p2p_player(server: str | None, words: Path | None, timeout: float) -> Any:
    """The P2PPlayer of a server, see there. Raises ValueError without server."""
    if server is None:
        raise ValueError(f"{P2P} needs --server, the path of its server's socket, such as /tmp/uds.recap, or HOST:PORT")
    if not timeout > 0:
        raise ValueError(f"--timeout is a number of seconds above 0, got {timeout:g}")
    need("p2p", "google.protobuf")
    from .doors.p2p import P2PPlayer, SocketModel

    return P2PPlayer(lambda: SocketModel(server, words, timeout))


def player(
    model: str | None, server: str | None, own: dict[str, Any], *, timeout: float, calls: int | None,
    tokens: int | None, cache: Path | None,
) -> Any:  # fmt: skip
    """The LanguagePlayer of a model, see there; own: its options. Raises ValueError without model or server."""
    if model is None or server is None:
        raise ValueError(
            f"{MODEL} needs --model and --server, such as --model qwen3-vl --server http://127.0.0.1:8000/v1"
        )
    from .language import Budget, LanguageModel
    from .language.player import LanguagePlayer

    asked = LanguageModel(server, model, timeout=timeout, budget=Budget(calls, tokens), cache=cache)
    return LanguagePlayer(asked, **own)


def _suite(which: str | None, agent: Any, tasks: Path | None, as_json: bool, **options: Any) -> None:
    """Print the score of an agent in the benchmark, or in its small part beside the shipped agents."""
    from .measuring import formatting
    from .measuring.benchmark import SMALL, TASKS, benchmark, beside

    name = agent if isinstance(agent, str) else agent.name
    made = agent if isinstance(agent, str) else lambda world: agent
    if which is None:
        rows = benchmark(made, tasks or TASKS, **options)
        print(json.dumps(rows, indent=2)) if as_json else Console().print(formatting.benchmark(name, rows))
        return
    if which != SMALL:
        raise ValueError(f"--suite is the whole benchmark, or {SMALL}; got {which!r}: type no world with it")
    own = {name: made, "random": "random", "expert": "expert"}
    columns = beside(own, tasks or TASKS, **options)
    print(json.dumps(columns, indent=2)) if as_json else Console().print(formatting.columns(columns, list(own)))
