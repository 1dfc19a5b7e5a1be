"""A player in one seat of each row, against another in the others."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.episodes import Episodes
from rumpus.agents.measuring.against import Against
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.tests.commands import rumpus
from rumpus.worlds.engine.run.batch import Batch

WORLD = "sokoban-duo"


class Always:
    """Makes one move for everybody."""

    def __init__(self, move: int, size: int = 40):
        self.name, self.move, self.size = f"always {move}", move, size

    def start(self, batch: Batch) -> None:
        batch.size = self.size

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        batch.act(np.full((batch.n, batch.players), self.move))

    def report(self) -> dict[str, float]:
        return {"moves": float(self.move)}


def test_seats_take_turns_and_each_player_has_its_own() -> None:
    batch, wanted = Batch(worlds.load(WORLD), 4), Batch(worlds.load(WORLD), 4)
    policy = Against(Always(0), Always(1))
    for each in (batch, wanted):
        each.reset(seed=3)
    policy.start(batch)
    policy.act(batch, np.ones(4, bool))
    wanted.act(np.array([[0, 1], [1, 0], [0, 1], [1, 0]]))
    assert batch.actions.tobytes() == wanted.actions.tobytes()
    assert (policy.name, policy.report()) == ("always 0", {"moves": 0.0})


def test_results_are_those_of_its_seat() -> None:
    won = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [0, 1]], bool)
    returns = np.arange(10.0).reshape(5, 2)
    own = Against.own(Episodes(won, returns, *np.zeros((3, 5), int)), rows=3)  # rows 0, 1, 2, 0, 1: seats 0, 1, 0, 0, 1
    assert own.won.tolist() == [[True], [False], [False], [False], [True]]
    assert own.player_returns.tolist() == [[0.0], [3.0], [4.0], [6.0], [9.0]]


def test_it_is_measured_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--episodes", 4, "--limit", 8, "--threads", 1)
    assert rumpus("evaluate", WORLD, "random", "--against", "random", *options, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["against"] == "random" and result["episodes"] == 4 and "success_2" not in result
    assert rumpus("evaluate", WORLD, "random", "--against", "random", *options) == 0
    assert "random against random in sokoban-duo" in " ".join(capsys.readouterr().out.split())


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="sokoban-small is for one player"):
        evaluate("sokoban-small", "random", against="random", episodes=1)
    with pytest.raises(ValueError, match="leave tasks, levels, device and realtime out"):
        evaluate(WORLD, "random", against="random", levels="x.txt")
    with pytest.raises(ValueError, match="frames of 40x40 pixels and always 1 others"):
        Against(Always(0), Always(1, size=80)).start(Batch(worlds.load(WORLD), 2))
    assert not hasattr(Against(Always(0), Always(1)), "rows")
    slow = SimpleNamespace(name="slow", rows=3)
    assert Against(slow, Always(1)).rows == 3
