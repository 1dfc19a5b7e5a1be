"""The agents in assets/agents play as their cards tell, and are small enough to be shipped."""

import math
from typing import Any

import pytest
from scipy.stats import binom

from rumpus import worlds
from rumpus.agents import cards, recipes, shipped
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.settings import Config

MOST_BYTES = 60_000_000
"""Of all agents together: what a package may grow by."""
STEPS = 8_000
"""Steps of an agent that are replayed, for some seconds; at least FEWEST and at most MOST episodes of each score."""
FEWEST, MOST = 8, 32
SURE = 1e-4
"""Chance of fewer or more successes than were seen, at the end of the card's interval that is nearer, below which the
card is wrong. Episodes have seeds, so that this passes always or never."""
SPREADS = 5.0
"""Standard errors by which the mean return may differ from the card's."""
SCORES = [(name, score) for name in shipped.names() for score in shipped.card(name).scores if score.levels is None]


def test_agents_are_whole_and_small():
    names = shipped.names()
    assert names and sum(file.stat().st_size for file in shipped.FOLDER.iterdir()) < MOST_BYTES
    kept = {f"{name}{end}" for name in names for end in (".json", shipped.SUFFIX)}
    assert {file.name for file in shipped.FOLDER.iterdir() if not file.name.startswith(("_", "."))} == kept
    for name in names:
        card, content = shipped.card(name), shipped.content(shipped.FOLDER / f"{name}{shipped.SUFFIX}")
        assert Config.saved(content, name).algorithm == card.algorithm
        assert set(content["worlds"]) <= set(card.worlds) and content["steps"] <= card.steps
        assert sum(value.numel() for network in content["networks"] for value in network.values()) == card.parameters
        assert recipes.last_run(card.recipe)


@pytest.mark.parametrize(("name", "score"), SCORES, ids=[f"{name}-{score.world}" for name, score in SCORES])
def test_a_score_comes_out_again(name: str, score: cards.Score) -> None:
    world = worlds.load(score.world)
    assert score.version == world.version, f"{world.name} has changed: rumpus agents pack {name} {name}"
    steps = STEPS / len(shipped.card(name).scores)
    episodes = min(max(int(steps / max(score.length_mean, 1)), FEWEST), MOST)
    options: dict[str, Any] = {"split": score.split, "seed": score.seed, "knobs": score.knobs or None}
    options |= {"limit": score.limit, "against": score.against}
    found = evaluate(score.world, name, episodes=episodes, **options)
    won = round(found["success"] * episodes)
    assert binom.cdf(won, episodes, score.success_low) > SURE, "fewer successes than the card tells"
    assert binom.sf(won - 1, episodes, score.success_high) > SURE, "more successes than the card tells"
    error = (score.return_high - score.return_low) / 2 / 1.96 * math.sqrt(score.episodes / episodes)
    assert abs(found["return_mean"] - score.return_mean) <= SPREADS * error + 1e-6, "another return"
