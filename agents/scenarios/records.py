"""Scenarios as data: the records, and the TOML files that hold them.

    [[scenario]]
    name = "race-duel"
    world = "race"
    about = "One seat in a race against runners that differ from the expert."
    focal = [0]
    background = [{ name = "expert" }]
    held_out = [{ name = "walker", without = ["left shift"] }, { name = "race-dagger", player = "race-dagger" }]

Focal seats, background populations, held-out co-players and per-capita return are as in Melting Pot (Leibo et al. 2021,
"Scalable Evaluation of Multi-Agent Reinforcement Learning with Melting Pot", arXiv 2107.06857).
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ... import worlds
from ...interface.keys import key_index
from ...worlds.engine.world import Planner, World

FILE = Path(__file__).parent.parent.parent / "assets" / "scenarios.toml"
"""The scenarios of the suite."""
LARGEST = 2**20
"""Bytes of a file at most."""
Group = Literal["background", "held-out"]
GROUPS: tuple[Group, ...] = ("background", "held-out")
"""The two populations of a scenario: that which an agent may be trained beside, and the strangers."""
STILL = "still"
"""The player that does nothing."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("text on one line, without control characters, is wanted")
    return text


def _key(name: str) -> str:
    key_index(name)
    return name


Text = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_printable)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Seat = Annotated[int, Field(ge=0, le=15)]
_STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CoPlayer(BaseModel):
    """A player of the seats that are not the focal agent's.

    player: random, expert, still, a shipped agent, or the path of a run or checkpoint. The knobs change what it does:
    of every `stretch` steps the part `noise` is random moves, and the part `rest` nothing; what it does comes `delay`
    steps late; the keys `without` are never held. A step is one decision: four ticks, or a turn.
    """

    model_config = _STRICT

    name: Name
    player: Text = "expert"
    noise: Share = 0.0
    rest: Share = 0.0
    stretch: Annotated[int, Field(ge=1, le=1000)] = 8
    delay: Annotated[int, Field(ge=0, le=100)] = 0
    without: tuple[Annotated[str, AfterValidator(_key)], ...] = ()

    @model_validator(mode="after")
    def _shares(self) -> CoPlayer:
        if self.noise + self.rest > 1:
            raise ValueError(
                f"noise and rest are parts of one whole, and {self.noise} and {self.rest} are more than it"
            )
        return self

    @property
    def told(self) -> str:
        """Its player and knobs, in words."""
        knobs = [f"{name} {value:g}" for name in ("noise", "rest", "delay") if (value := getattr(self, name))]
        knobs += [f"stretch {self.stretch}"] * bool((self.noise or self.rest) and self.stretch != 8)
        knobs += [f"without {key}" for key in self.without]
        return ", ".join([self.player, *knobs])


class Scenario(BaseModel):
    """A world, the seats of the focal agent, and two populations of co-players for the others.

    focal: numbers of seats, from 0, as in the names of PettingZoo's agents; turns: by how many seats they move on from
    row to row, so that no role of a seat is the agent's alone; 0: never. knobs, limit: of the world, its own by
    default.
    """

    model_config = _STRICT

    name: Name
    world: Text
    about: Text
    focal: Annotated[tuple[Seat, ...], Field(min_length=1)]
    turns: Annotated[int, Field(ge=0, le=15)] = 1
    background: Annotated[tuple[CoPlayer, ...], Field(min_length=1, max_length=64)]
    held_out: Annotated[tuple[CoPlayer, ...], Field(max_length=64)] = ()
    knobs: dict[str, int] = {}
    limit: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Scenario:
        world = worlds.named(self.world)
        if len(set(self.focal)) < len(self.focal) or max(self.focal) >= world.players:
            raise ValueError(
                f"focal: {world.name} has the seats 0 to {world.players - 1}, each named once; got {list(self.focal)}"
            )
        if len(self.focal) >= world.players:
            raise ValueError(f"focal: a seat of the {world.players} of {world.name} is left for co-players")
        names = [each.name for group in GROUPS for each in self.players(group)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two co-players are called {', '.join(twice)}")
        world.knob_values(self.knobs)
        return self

    def players(self, group: Group) -> tuple[CoPlayer, ...]:
        """The co-players of one of GROUPS."""
        return self.background if group == "background" else self.held_out

    @property
    def has_expert(self) -> bool:
        """Whether the world's expert can have the focal seats: a Planner plans for the first player alone."""
        made = worlds.named(self.world).expert
        return made is not None and (not isinstance(made, Planner) or (self.focal == (0,) and not self.turns))


class _File(BaseModel):
    model_config = _STRICT

    scenario: Annotated[tuple[Scenario, ...], Field(min_length=1, max_length=1000)]


def read(file: str | Path = FILE) -> tuple[Scenario, ...]:
    """The scenarios of a file. Raises ValueError, with the place in it, for anything else than scenarios."""
    file = Path(file)
    if not file.is_file():
        raise ValueError(f"{file}: there is no such file of scenarios")
    data = file.read_bytes()[: LARGEST + 1]
    if len(data) > LARGEST:
        raise ValueError(f"{file} is larger than {LARGEST:,} bytes, and a file of scenarios is not")
    try:
        found = _File.model_validate(tomllib.loads(data.decode())).scenario
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{file} is no TOML: {error}") from None
    except ValidationError as error:
        raise ValueError(f"{file}: {_told(error)}") from None
    names = [each.name for each in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{file}: two scenarios are called {', '.join(twice)}")
    return found


def _told(error: ValidationError) -> str:
    """The first of its faults, with its place."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ""
    for part in first["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    reason = first["msg"].removeprefix("Value error, ")
    return f"{place}: {reason}" if place else reason


def find(text: str, world: World | None = None) -> list[Scenario]:
    """The scenarios that a person names: `all` of the suite, one of them by its name, those of a file by its path
    FILE.toml, or one of these by FILE.toml:NAME; of `all` and of a file those of this world alone.

    Raises ValueError for a name that none has, with the nearest ones, and for one of another world.
    """
    file, _, name = text.partition(".toml:") if ".toml:" in text else (text, "", "")
    if name or text.endswith(".toml"):
        known = read(f"{file}.toml" if name else file)
        return _chosen(known, name, world, f"{file}.toml") if name else _of(known, world, text)
    known = read()
    return _of(known, world, "the suite") if text == "all" else _chosen(known, text, world, "the suite")


def _of(known: Sequence[Scenario], world: World | None, where: str) -> list[Scenario]:
    found = [each for each in known if world is None or worlds.named(each.world) is world]
    if not found:
        having = ", ".join(sorted({each.world for each in known}))
        raise ValueError(f"no scenario of {where} is for {world.name if world else '?'}; they are for {having}")
    return found


def _chosen(known: Sequence[Scenario], name: str, world: World | None, where: str) -> list[Scenario]:
    by_name: dict[str, Any] = {each.name: each for each in known}
    if name not in by_name:
        near = get_close_matches(name, by_name, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "`rumpus scenarios` lists them, FILE.toml names a file"
        raise ValueError(f"no scenario of {where} is called {name!r}: {hint}")
    chosen = by_name[name]
    if world is not None and worlds.named(chosen.world) is not world:
        raise ValueError(f"the scenario {name} is for {chosen.world}, not for {world.name}")
    return [chosen]
