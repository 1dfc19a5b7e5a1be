"""The card of a shipped agent: what it plays, how it was trained, how well it plays, and where it falls short.

A card is a JSON file beside the weights, NAME.json beside NAME.safetensors. It may come from a stranger, so every field
is checked where it is read. Nothing here needs PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

FORMAT: Literal["rumpus-agent-1"] = "rumpus-agent-1"
NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""Names of agents: lower-case letters, digits and hyphens, as in a world's name."""
RESERVED = ("random", "expert", "show", "pack", "train", "done")
"""Names that mean something else where an agent's is typed."""
LARGEST = 2**20
"""Bytes of a card at most: a hundred times those of a long one."""


def _printable(text: str) -> str:
    """The text. Raises ValueError for control characters, which could take over a terminal."""
    if not text.isprintable():
        raise ValueError("text on one line, without control characters, is wanted")
    return text


Text = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_printable)]
COMMANDS = ("train", "record", "levels", "tasks generate", "agents done")
"""The commands that lines of a recipe begin with, after `rumpus`."""
Line = Annotated[Text, Field(pattern=rf"^rumpus ({'|'.join(COMMANDS)}) ")]
Count = Annotated[int, Field(ge=0, le=2**50)]
Share = Annotated[float, Field(ge=0, le=1)]
_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Sums(BaseModel):
    """Success (0 to 1) and mean return over `episodes` episodes, each with a 95 % interval, and their mean length in
    steps. An episode succeeds if any of its players does; its return is the mean over its players. Where an agent has
    one seat against others (Score.against), both are those of its seat."""

    model_config = _STRICT

    episodes: Annotated[int, Field(ge=1, le=10**9)]
    success: Share
    success_low: Share
    success_high: Share
    return_mean: float
    return_low: float
    return_high: float
    length_mean: Annotated[float, Field(ge=0)]

    @model_validator(mode="after")
    def _ordered(self) -> Sums:
        for low, mean, high in (
            (self.success_low, self.success, self.success_high),
            (self.return_low, self.return_mean, self.return_high),
        ):
            if not low <= mean + 1e-9 or not mean <= high + 1e-9:
                raise ValueError(f"an interval from {low} to {high} does not hold its mean {mean}")
        return self


class Score(Sums):
    """How well an agent plays in one world, beside the random policy and the expert (None where there is none) on
    episodes of the same kind.

    version: of the world when it was measured; split: of its levels; levels: the file they came from, None for the
    world's own, where every episode draws one; knobs, limit: of the world, None for its own limit; seed: of levels and
    choices; against: the player of all seats but one, which the agent has; None: it has all.
    """

    world: Text
    version: int
    split: Text
    levels: Text | None = None
    against: Text | None = None
    knobs: dict[str, int] = {}
    limit: Annotated[int, Field(ge=1)] | None = None
    seed: Count = 0
    random: Sums
    expert: Sums | None = None

    @property
    def where(self) -> str:
        """The place of it in a few words: levels of the split, or of a file, and against whom."""
        return (self.levels or f"{self.split} levels") + (f", against {self.against}" if self.against else "")


class Play(BaseModel):
    """How an agent plays unless another way is asked for: greedy, always its likeliest action, or not, drawn ones."""

    model_config = _STRICT

    greedy: bool = False


class Card(BaseModel):
    """All that is told of a shipped agent.

    steps: environment steps that it learned from, in all stages together; hours: of training, without those of
    recording; recipe: the command lines that train it anew, in order, from an empty folder; scores: those of `worlds`,
    and perhaps more; limits: known ones; rumpus: the version that wrote the card; sha256: of the file of weights.
    """

    model_config = _STRICT

    format: Literal["rumpus-agent-1"] = FORMAT
    name: Annotated[str, Field(pattern=NAME)]
    worlds: Annotated[tuple[Text, ...], Field(min_length=1)]
    algorithm: Text
    paper: Text
    data: Text
    network: Text
    parameters: Count
    steps: Count
    hours: Annotated[float, Field(ge=0)]
    hardware: Text
    seeds: Annotated[tuple[Count, ...], Field(min_length=1)]
    recipe: Annotated[tuple[Line, ...], Field(min_length=1, max_length=100)]
    play: Play = Play()
    scores: Annotated[tuple[Score, ...], Field(min_length=1)]
    limits: tuple[Text, ...] = ()
    rumpus: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @model_validator(mode="after")
    def _whole(self) -> Card:
        if self.name in RESERVED:
            raise ValueError(f"the name {self.name!r} means something else: choose another")
        if lacking := [world for world in self.worlds if world not in {score.world for score in self.scores}]:
            raise ValueError(f"there is no score in {', '.join(lacking)}")
        if len({(score.world, score.split, score.levels, score.against) for score in self.scores}) < len(self.scores):
            raise ValueError("two scores are of the same world, split, levels and opponent")
        return self

    def text(self) -> str:
        """The card as its file holds it."""
        return json.dumps(self.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"


def read(file: Path) -> Card:
    """The card in a file. Raises ValueError, naming the file and the field, if it is missing or not as it must be."""
    try:
        size = file.stat().st_size
        data = file.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise ValueError(f"{file}: the card cannot be read ({error.strerror})") from None
    if size > LARGEST:
        raise ValueError(f"{file} is no card: it has {size:,} bytes, and a card has at most {LARGEST:,}")
    try:
        card = TypeAdapter(Card).validate_json(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)[0]
        name = ".".join(map(str, found["loc"]))
        near = get_close_matches(str(found["loc"][-1]), Card.model_fields, n=1) if found["loc"] else []
        hint = f"; did you mean {near[0]}?" if found["type"] == "extra_forbidden" and near else ""
        told = found["msg"].removeprefix("Value error, ")
        raise ValueError(f"{file} is no card of an agent: {f'{name}: ' if name else ''}{told}{hint}") from None
    if card.name != file.stem:
        raise ValueError(f"{file} is the card of {card.name!r}: a card is named as its agent is, {card.name}.json")
    return card


def sums(result: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a result of `evaluate` that a card keeps."""
    return {name: result[name] for name in Sums.model_fields}
