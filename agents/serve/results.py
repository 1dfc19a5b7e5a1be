"""The results of the suite for pages: how well players do in each world, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ...episodes.store import Store
from ...worlds.pages import POLICIES, baselines
from .. import shipped
from ..cards import Card
from ..episodes import interval


def results(names: Iterable[str], record: Path | None = None) -> dict[str, Any]:
    """{rows}, one for each world of these names that was measured or played: {world, players, people}. Players are
    {name, success, low, high, episodes, where}, success a share from 0 to 1 with its interval, where: the levels, in
    words: those of `make baselines`, and the shipped agents by their cards. People are one such row of all episodes in
    the store `record` that people played to their end, None if there are none."""
    known, people = baselines(), _people(record)
    cards = [shipped.card(name) for name in shipped.names()]
    rows = []
    for name in names:
        players = _baselines(known["worlds"].get(name), known["split"]) + _agents(cards, name)
        if players or name in people:
            rows.append({"world": name, "players": players, "people": people.get(name)})
    return {"rows": rows}


def _baselines(found: Mapping[str, Any] | None, split: str) -> list[dict[str, Any]]:
    if found is None:
        return []
    return [_row(name, found[name], found["episodes"], f"{split} levels") for name in POLICIES]


def _agents(cards: Iterable[Card], world: str) -> list[dict[str, Any]]:
    """The scores of shipped agents in a world."""
    return [
        _row(card.name, score.model_dump(), score.episodes, score.where)
        for card in cards
        for score in card.scores
        if score.world == world
    ]


def _row(name: str, sums: Mapping[str, Any], episodes: int, where: str) -> dict[str, Any]:
    return {
        "name": name,
        "success": sums["success"],
        "low": sums["success_low"],
        "high": sums["success_high"],
        "episodes": episodes,
        "where": where,
    }


def _people(record: Path | None) -> dict[str, dict[str, Any]]:
    """Success of people by the name of the world, whatever levels and tasks they played."""
    counts: dict[str, list[int]] = {}
    for head in Store(record).index() if record is not None else ():
        own = [success for success, who in zip(head.success, head.played_by, strict=True) if who.kind == "person"]
        if own and head.result != "left":
            count = counts.setdefault(head.world, [0, 0])
            count[0] += 1
            count[1] += any(own)
    found = {}
    for world, (episodes, won) in counts.items():
        low, high = interval(won, episodes)
        sums = {"success": won / episodes, "success_low": low, "success_high": high}
        found[world] = _row("people here", sums, episodes, "all that was played here to its end")
    return found
