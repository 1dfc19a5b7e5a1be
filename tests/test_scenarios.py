"""Scenarios: files of them, who has which seat, the knobs of co-players, and what is measured."""

import json

import numpy as np
import pytest

from rumpus import worlds
from rumpus.agents.episodes import interval
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.measuring.scenarios import measure
from rumpus.agents.policies import RandomPolicy
from rumpus.agents.scenarios import FILE, Cast, CoPlayer, Scenario, find, read
from rumpus.agents.scenarios.styles import StillPolicy, Styled
from rumpus.interface.action import ACTION, move_table
from rumpus.interface.keys import key_index
from rumpus.tests.batches import fresh
from rumpus.tests.commands import rumpus
from rumpus.worlds.engine.run.batch import Batch

WORLD = "sokoban-duo"
SHORT = """
[[scenario]]
name = "short"
world = "sokoban-duo"
about = "Six turns beside others."
focal = [0]
limit = 6
background = [{ name = "still", player = "still" }]
held_out = [{ name = "wanderer", player = "random", noise = 0.5, rest = 0.5 }, { name = "bc", player = "sokoban-bc" }]
"""


class Counting:
    """Makes one move for everybody, and moves the other way in rows whose episode has just begun."""

    def __init__(self, move: int, name: str = "counting"):
        self.move, self.name = move, name
        self.seen: list[np.ndarray] = []

    def start(self, batch: Batch) -> None:
        self.seen = []

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        self.seen.append(batch.states["seed"].copy())
        batch.act(np.where(is_first[:, None], self.move ^ 1, self.move).repeat(batch.players, 1))

    def report(self) -> dict[str, float]:
        return {}


def scenario(**changes) -> Scenario:
    plain = {"name": "a", "world": WORLD, "about": "b", "focal": [0], "background": [{"name": "expert"}]}
    return Scenario.model_validate(plain | changes)


def test_the_suite_has_scenarios_of_every_competition_with_strangers_that_are_no_partners():
    known = read(FILE)
    several = {name for name in worlds.names() if worlds.load(name).players > 1} - {"room-duo"}
    assert {each.world for each in known} == several
    for each in known:
        assert each.held_out, each.name
        styles = [[one.told for one in each.players(group)] for group in ("background", "held-out")]
        assert not set(styles[0]) & set(styles[1]) and all(len(set(told)) == len(told) for told in styles), each.name
        for one in each.background + each.held_out:
            assert set(one.without) <= set(worlds.load(each.world).controls.keys), (each.name, one.name)


def test_each_seat_is_played_by_its_own():
    names = {0: "focal", 1: "one", 2: "two", 3: "three"}
    players = {number: Counting(2 * number, name) for number, name in names.items()}
    batch = fresh(worlds.load("race-four"), 6)
    cast = Cast(players[0], [players[number] for number in (1, 2, 3)], (0, 1), turns=2, seed=3)
    cast.start(batch)
    assert [np.flatnonzero(row < 0).tolist() for row in cast.cast] == [[0, 1], [2, 3]] * 3
    assert np.bincount(cast.cast[cast.cast >= 0]).tolist() == [4, 4, 4]
    moves = move_table(batch.world.controls.moves)
    for first in (np.ones(6, bool), np.arange(6) == 2):
        cast.act(batch, first)
        wanted = np.where(first[:, None], 2 * (cast.cast + 1) ^ 1, 2 * (cast.cast + 1))
        assert batch.actions.tobytes() == moves[wanted].tobytes()
    seeds = batch.states["seed"]
    for number, rows in ((number, (cast.cast == number - 1).any(1)) for number in (1, 2, 3)):
        assert [seen.tolist() for seen in players[number].seen] == [seeds[rows].tolist()] * 2
    again = Cast(players[0], [players[1]] * 3, (0, 1), turns=2, seed=3)
    again.start(batch)
    assert (again.cast == cast.cast).all()
    with pytest.raises(ValueError, match="sokoban-small has 1 seats, none of them for co-players"):
        Cast(players[0], [players[1]], (0,)).start(fresh(worlds.load("sokoban-small"), 1))


def played(style: CoPlayer, steps: int = 40, world: str = "tag", repeat: int = 1) -> np.ndarray:
    """The actions of a styled player that else walks forward (move 0), and back in the first step of an episode: ACTION
    (steps, 8, 2). Row 1 begins anew in step 5."""
    batch = fresh(worlds.load(world), 8, repeat=repeat)
    policy, found = Styled(Counting(0), style, seed=1), []
    policy.start(batch)
    for step in range(steps):
        policy.act(batch, np.full(8, step == 0) | ((np.arange(8) == 1) & (step == 5)))
        found.append(batch.actions.copy())
    return np.stack(found)


def test_knobs_change_what_a_co_player_does():
    moves = move_table(worlds.load("tag").controls.moves)
    plain = played(CoPlayer(name="a"))
    assert (plain[0] == moves[1]).all() and (plain[1:5] == moves[0]).all() and (plain[5, 1] == moves[1]).all()
    late = played(CoPlayer(name="a", delay=3))
    nothing = np.zeros((), ACTION)
    assert (late[:3] == nothing).all() and (late[3:, 0] == plain[:-3, 0]).all()
    assert (late[5:8, 1] == nothing).all() and (late[8:, 1] == plain[5:-3, 1]).all()  # nothing of an episode before
    muted = played(CoPlayer(name="a", without=("w",)))
    assert not muted["keys"][..., key_index("w")].any() and muted["keys"][0, :, :, key_index("s")].all()
    assert (played(CoPlayer(name="a", rest=1.0)) == nothing).all()
    shaky = CoPlayer(name="a", noise=0.25, rest=0.25, stretch=5)
    some = played(shaky, 400)
    assert some.tobytes() == played(shaky, 400).tobytes()
    still = some == nothing
    assert abs(still.mean() - 0.25) < 0.05
    by_stretch = still[:, 0].reshape(-1, 5, 2)  # row 0 begins once, so that its stretches are whole
    assert (by_stretch == by_stretch[:, :1]).all()
    other = ~still & (some != moves[0])
    assert 0.15 < other.mean() < 0.25  # of 8 moves 7 are another
    slow = played(CoPlayer(name="a", noise=1.0), repeat=4)
    assert set(np.unique(slow["mouse"])) == {each // 4 for each in np.unique(moves["mouse"])}


def test_the_measure_is_that_of_each_focal_seat():
    """Beside one that stands still, the same as `evaluate --against` measures; random and expert in the same seats."""
    own = scenario(background=[{"name": "still", "player": "still"}], limit=20)
    [row] = measure(own, "random", episodes=12, seed=5, threads=1)
    against = evaluate(WORLD, "random", against=StillPolicy(), episodes=12, seed=5, limit=20, threads=1)
    assert row["focal_return"] == row["random"] == pytest.approx(against["return_mean"])
    assert row["focal_return_low"] == pytest.approx(against["return_low"]) and row["focal_success"] == 0
    assert (row["focal_success_low"], row["focal_success_high"]) == interval(0, 12)
    assert row["others_return"] == row["focal_return"] and row["expert"] is None  # in Sokoban all get the same
    assert row["by"] == {"still": {"episodes": 12, "focal_return": row["focal_return"]}}
    [led] = measure(own.model_copy(update={"turns": 0}), "expert", episodes=4, threads=1)
    assert led["expert"] == led["focal_return"] >= led["random"]
    [race] = measure(scenario(world="race-four", focal=[0, 2], limit=8), RandomPolicy(), episodes=3, threads=1)
    assert race["by"]["expert"]["episodes"] == 3 and race["random"] is not None and race["score"] is None


def test_it_is_listed_and_played_by_command(tmp_path, capsys):
    assert rumpus("scenarios", "tag-four", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert {each["world"] for each in listed} == {"tag-four"} and len(listed) == 2
    file = tmp_path / "own.toml"
    file.write_text(SHORT)
    assert rumpus("scenarios", "--file", file) == 0
    assert {"short", "wanderer", "bc", "Six"} <= set(capsys.readouterr().out.split())
    play = ("evaluate", WORLD, "random", "--episodes", 2, "--threads", 1, "--scenario")
    assert rumpus(*play, f"{file}:short", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["co_players"], row["agent"]) for row in rows] == [("background", "random"), ("held-out", "random")]
    assert set(rows[1]["by"]) == {"wanderer", "bc"}
    assert rumpus(*play, file, "--markdown") == 0
    assert capsys.readouterr().out.splitlines()[2].startswith("| `short` | background | `random` | ")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("--scenario race-dual", "no scenario of the suite is called 'race-dual': did you mean race-duel?"),
        ("--scenario race-duel", "the scenario race-duel is for race, not for sokoban-duo"),
        ("--scenario all --limit 3", "--scenario brings world, seats, co-players, knobs and limit"),
        ("--scenario x.toml", "x.toml: there is no such file of scenarios"),
        ("--markdown", "--markdown is of the table of scenarios"),
    ],
)
def test_what_cannot_be_played_is_refused(typed, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert rumpus("evaluate", WORLD, "random", *typed.split()) == 1
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"focal": [2]}, "sokoban-duo has the seats 0 to 1, each named once; got [2]"),
        ({"focal": [0, 1]}, "a seat of the 2 of sokoban-duo is left for co-players"),
        ({"world": "sokoban-due"}, "did you mean sokoban-duo"),
        ({"background": []}, "background: Tuple should have at least 1 item"),
        ({"background": [{"name": "a", "noise": 0.6, "rest": 0.6}]}, "parts of one whole, and 0.6 and 0.6"),
        ({"background": [{"name": "a", "without": ["shift"]}]}, "did you mean 'left shift'"),
        ({"held_out": [{"name": "expert"}]}, "two co-players are called expert"),
        ({"knobs": {"boxes": 99}}, "boxes"),
        ({"about": "a\x1b[31m"}, "without control characters"),
        ({"names": 1}, "names: Extra inputs are not permitted"),
    ],
)
def test_files_that_hold_no_scenarios_are_refused_with_the_place(changes, message, tmp_path):
    plain = {"name": "a", "world": WORLD, "about": "b", "focal": [0], "background": [{"name": "expert"}]}

    def toml(value):
        if isinstance(value, dict):
            return f"{{{', '.join(f'{name} = {toml(each)}' for name, each in value.items())}}}"
        return f"[{', '.join(map(toml, value))}]" if isinstance(value, list) else json.dumps(value)

    lines = [f"{name} = {toml(value)}" for name, value in (plain | changes).items()]
    (tmp_path / "s.toml").write_text("\n".join(["[[scenario]]", *lines]))
    with pytest.raises(ValueError, match=r"s\.toml: scenario\[0\]") as error:
        read(tmp_path / "s.toml")
    assert message in str(error.value)


def test_other_files_are_refused(tmp_path):
    file = tmp_path / "s.toml"
    for content, message in (
        (b"a = ", "no TOML"),
        (b"\xff", "no TOML"),
        (b"a = 1", "scenario"),
        (b" " * 2**21, "larger"),
    ):
        file.write_bytes(content)
        with pytest.raises(ValueError, match=message):
            read(file)
    file.write_text(SHORT + SHORT)
    with pytest.raises(ValueError, match="two scenarios are called short"):
        read(file)
    file.write_text(SHORT)
    with pytest.raises(ValueError, match=r"no scenario of .* is for race; they are for sokoban-duo"):
        find(str(file), worlds.load("race"))
