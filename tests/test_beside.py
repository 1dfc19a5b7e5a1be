"""An agent beside a person: it takes over and hands back with a memory of all that was done, sits in the other seats,
and who played is told rightly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest
import torch

from rumpus.agents import human
from rumpus.agents.algorithms.ppo import PPO
from rumpus.agents.human import Played, facts
from rumpus.agents.human.agent import Agent, beside
from rumpus.agents.human.camera import input_of
from rumpus.agents.human.commands import Commands
from rumpus.agents.human.desk import REST
from rumpus.agents.human.session import Session
from rumpus.agents.human.shown import hints
from rumpus.agents.human.window import Window
from rumpus.agents.network_policy import NetworkPolicy
from rumpus.agents.networks import Network, NetworkSpec
from rumpus.agents.networks.heads import ActionSpec
from rumpus.episodes.episode import Player
from rumpus.episodes.recorder import Recorder
from rumpus.episodes.store import Store
from rumpus.interface.action import ACTION
from rumpus.interface.keys import KEY
from rumpus.interface.viewer import open_display
from rumpus.tests.commands import rumpus
from rumpus.tests.people import KNOBS, REAL_TIME, at_window, do, play, real_window, room, session
from rumpus.tests.tiny_hall import DUO as HALL_DUO
from rumpus.tests.tiny_hall import HALL
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.world import World
from rumpus.worlds.sokoban import DUO, SOKOBAN

BY = Player("policy", "mine")


def network(world: World, **options: Any) -> NetworkPolicy:
    """A policy with a memory, of random weights."""
    torch.manual_seed(0)
    spec = NetworkSpec((24, 24), ActionSpec.of(world), hidden=16, core="lstm", units=16, recall=True, cells=(6, 6))
    return NetworkPolicy([Network(spec).eval()], PPO.play, name="mine", **options)


def moves(world: World) -> dict[str, np.ndarray]:
    """The actions of a world's moves, ACTION (players,) with the first player's."""
    made = {}
    batch = Batch(world, 1)
    batch.reset()
    for number, name in enumerate(world.controls.moves):
        batch.act(np.full((1, world.players), number))
        made[name] = batch.actions[0].copy()
    return made


def nothing(world: World) -> np.ndarray:
    return np.zeros(world.players, ACTION)


@pytest.mark.parametrize(("world", "repeat"), [(SOKOBAN, 1), (REAL_TIME, 4), (HALL, 4)])
def test_an_agent_alone_plays_as_it_does_in_a_batch(world, repeat):
    """Frames, rewards and the ticks of its steps are those of training, though the session goes tick by tick."""
    options: dict[str, Any] = {"seed": 5, "limit": 40}
    game = Session(world, **options, agents=[Agent(network(world, seed=1), BY, [0], repeat=repeat)])
    grid = game.batch.rows, game.batch.cols
    alone, batch = network(world, seed=1), Batch(world, 1, threads=1, repeat=repeat, **options)
    batch.reset(seed=5, tasks=[0])
    alone.start(batch)
    is_first = np.ones(1, bool)
    while not batch.over[0]:
        alone.act(batch, is_first)
        batch.step()
        is_first = np.zeros(1, bool)
        for _ in range(repeat):
            game.act(nothing(world))
        assert game.batch.save(0) == batch.save(0)
    assert game.over and (game.batch.rows, game.batch.cols) == grid, "what the person sees stays as large as it was"


@pytest.mark.parametrize("repeat", [1, 3])
def test_an_agent_that_watches_remembers_what_the_person_did(repeat):
    """A person who does what it would have done hands over, and it goes on as if it had done so itself."""
    world, ticks = REAL_TIME, 10 * repeat
    alone = Session(world, seed=5, agents=[Agent(network(world, greedy=True), BY, [0], repeat=repeat)])
    done = []
    for _ in range(2 * ticks):
        alone.act(nothing(world))
        done.append(alone.batch.actions[0].copy())
    agent = Agent(network(world, greedy=True), BY, [], repeat=repeat)
    game = Session(world, seed=5, agents=[agent])
    for step in range(ticks):
        game.act(done[step])
    agent.hand([0])
    forgetful = network(world, greedy=True)
    other = Agent(forgetful, BY, [0], repeat=repeat)
    fresh = Session(world, seed=5)
    for step in range(ticks):
        fresh.act(done[step])
    other.start(fresh.batch)
    for step in range(ticks, 2 * ticks):
        game.act(nothing(world))
        assert (game.batch.actions[0] == done[step]).all(), step
    states = [policy._states for policy in (alone.agents[0].policy, agent.policy)]
    assert all(torch.equal(*pair) for pair in zip(*(tuple(state[0]) for state in states), strict=True))
    for _ in range(repeat):
        other.join(nothing(world))
    assert not torch.equal(forgetful._states[0][0], states[0][0][0]), "a memory that begins now is another one"


class Told:
    """A policy that writes down what it is shown, and moves by a list."""

    name = "told"

    def __init__(self, world, script=()):
        self.moves, self.script, self.told = moves(world), list(script), []

    def start(self, batch):
        self.told.append("start")

    def act(self, batch, is_first):
        self.told.append(("first" if is_first[0] else "look", float(batch.outcomes["reward"][0, 0])))
        batch.actions[0] = self.moves[self.script.pop(0)] if self.script else np.zeros((), ACTION)

    def report(self):
        return {}


class Watching(Told):
    """One that has a memory."""

    def watched(self, batch):
        self.told.append(batch.actions[0].copy())


def test_it_looks_when_it_must_and_is_told_what_was_done():
    for kind, looks in ((Watching, 6), (Told, 0)):
        policy = kind(REAL_TIME)
        agent = Agent(policy, BY, [], repeat=3)
        game = session(REAL_TIME, agents=[agent])
        down = policy.moves["push down"]
        for _ in range(16):
            game.act(down)
        assert sum(isinstance(each, tuple) for each in policy.told) == looks
        seen = [each for each in policy.told if isinstance(each, np.ndarray)]
        assert len(seen) == looks and all((each == down).all() for each in seen)
        agent.hand([0])
        game.act(nothing(REAL_TIME))
        game.act(nothing(REAL_TIME))
        kinds = [each[0] for each in policy.told if isinstance(each, tuple)]
        assert kinds.count("first") == 1 and len(kinds) == max(looks, 1), (
            "one without a memory begins where it takes over"
        )
    game.restart()
    game.act(nothing(REAL_TIME))
    assert policy.told[-1] == ("first", 0.0)
    game.undo()
    game.act(nothing(REAL_TIME))
    assert policy.told[-1][0] == "first", "nothing of what was taken back is remembered"


def recorded(store: Path, made: list[Recorder]) -> Any:
    def attached(batch: Batch) -> Recorder:
        made.append(
            Recorder(batch, Store(store, create=True), played_by=Player("person", "Ada"), every=0, source="test")
        )
        return made[-1]

    return attached


def test_who_played_is_stored_and_a_seat_that_changed_hands_says_when(tmp_path):
    policy = Told(SOKOBAN, ["push down", "push right", "push down", "push down", "push right"])
    agent, made = Agent(policy, BY, [0]), []
    game = session(record=recorded(tmp_path / "store", made), agents=[agent])
    still = nothing(SOKOBAN)
    game.act(still)
    game.act(still)
    assert game.result == "success" and not game.solved, "the agent solved it, and no person"
    game.restart()
    game.act(still)
    agent.hand([])
    play(game, "d")
    assert game.result == "success" and not game.solved
    game.restart()
    agent.hand([])
    play(game, "wwa")
    agent.hand([0])
    game.act(still)
    game.undo(2)  # its step, and one of the person's
    agent.hand([])
    play(game, "sd")
    assert game.result == "success" and game.solved
    for each in made:
        each.close()
    heads = list(Store(tmp_path / "store").index())
    stored = [(head.steps, head.played_by, json.loads(head.extra.get("hands", "[]"))) for head in heads]
    both = Player("other", "policy:mine and person:Ada")
    assert stored == [
        (2, (BY,), []),
        (2, (both,), [[0, 1, "policy:mine"], [1, 1, "person:Ada"]]),
        (4, (Player("person", "Ada"),), []),
    ]


def test_the_agent_takes_the_other_seats(tmp_path):
    policy, made = Told(DUO, ["push left", "push down"]), []
    agent = Agent(policy, BY, [1])
    game = session(DUO, record=recorded(tmp_path / "store", made), agents=[agent])
    inputs = input_of(DUO)
    inputs.sit(0)
    inputs.press(KEY["down"], 0.0)  # arrows are the person's, too
    actions = inputs.take(0.0, game.cursors)
    assert actions is not None
    game.act(actions)
    assert game.batch.states["y"][0, 0] == 2 and game.batch.states["x"][0, 1] == 3, "both moved in one step"
    assert not game.watching
    made[0].close()
    (head,) = Store(tmp_path / "store").index()
    assert head.played_by == (Player("person", "Ada"), BY) and "hands" not in head.extra


def test_a_seated_person_has_all_devices_and_the_help_page_says_so():
    for world in (DUO, HALL_DUO):
        inputs = input_of(world)
        inputs.sit(1)
        assert {inputs.owner(key) for key in inputs.keys} == {1}
        assert inputs.who(1) and not inputs.who(0)
        commands = Commands(world, inputs)
        assert "switch" in commands.table and "hand" not in commands.table
    alone = Commands(SOKOBAN, input_of(SOKOBAN), takes_over=True)
    assert "hand" in alone.table and "switch" not in alone.table
    assert "hand" not in Commands(SOKOBAN, input_of(SOKOBAN)).table


def test_every_agent_plays_beside_a_person():
    for name, world in (("random", SOKOBAN), ("expert", SOKOBAN), ("random", HALL_DUO)):
        (agent,), options = beside(name, world, seat=world.players)
        assert options == {} and agent.name == name
        game = Session(
            world, seed=2, agents=[agent], **({"levels": room(), "knobs": KNOBS} if world is SOKOBAN else {})
        )
        for _ in range(4):
            game.act(nothing(world))
        assert (game.result == "success") == (name == "expert" and world is SOKOBAN)
    (agent,), _ = beside("expert", SOKOBAN)
    game = session(agents=[agent])
    agent.hand([])
    play(game, "w")
    agent.hand([0])
    for _ in range(2):
        game.act(nothing(SOKOBAN))
    assert game.result == "success", "it plans from where the person left off"


@pytest.fixture
def dummy(monkeypatch, tmp_path):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path / "config"))
    yield open_display()
    pygame.display.quit()


def test_a_person_takes_over_at_the_window_and_hands_back(dummy, tmp_path):
    agent = Agent(Told(SOKOBAN, ["push up", "push left", "push up", "push down"]), BY, [0])
    game = session(agents=[agent])

    def script(person):
        window = person.window
        person.until(lambda: game.steps >= 2, "it takes turns by itself")
        assert facts.facts(game)[0] == ("plays", "mine")
        person.press(pygame.K_s)
        person.until(lambda: "mine plays: F2 takes over" in window.person.note, "a key says who plays")
        person.press(pygame.K_F2)
        person.until(lambda: not agent.seats, "taken over")
        steps = game.steps
        assert facts.facts(game)[0] == ("plays", "you")
        assert "F2 let it play" in hints(window.person)
        person.press(pygame.K_s)
        person.until(lambda: game.steps == steps + 1, "a step of the person's")
        person.press(pygame.K_F2)
        person.until(lambda: game.steps > steps + 2, "and it goes on")
        person.press(pygame.K_F7)
        person.until(lambda: window.person.paused, "a pause is one for it, too")

    at_window(game, tmp_path, script)


def test_a_person_changes_seats_at_the_window(dummy, tmp_path):
    agent = Agent(Told(DUO), BY, [1])
    game = session(DUO, agents=[agent])

    def script(person):
        window = person.window
        assert facts.seat(game, window.person.inputs, 1) == "Player 2   mine"
        person.press(pygame.K_DOWN)
        person.until(lambda: game.steps == 1, "the arrows are those of player 1")
        assert game.batch.states["y"][0].tolist() == [2, 1]
        person.press(pygame.K_F2)
        person.until(lambda: agent.seats == {0}, "the other seat")
        assert facts.seat(game, window.person.inputs, 0) == "Player 1   mine"
        person.press(pygame.K_s)
        person.until(lambda: game.steps == 2, "a step of player 2")
        assert game.batch.states["y"][0].tolist() == [2, 2]

    at_window(game, tmp_path, script, (420, 800))


def test_real_keys_take_over_from_an_agent(display, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path))
    with real_window(tmp_path, "agent") as (process, _):
        do("key", "w", "s", "F2", "sleep", "4")  # from where the person stops, the expert ends it
        do("key", "F5", "F2", "w", "w", "Escape", "Up", "Return")
        played = json.loads(process.communicate(timeout=60)[0].splitlines()[-1])
    first, second = played["episodes"]
    assert (first["steps"], first["result"]) == (3, "success")
    assert second["result"] == "left" and 2 <= second["steps"] <= 3, "taken over before the expert could end it"


def test_watching_is_a_desk_with_agents_in_all_seats(dummy, monkeypatch):
    """From the command line on; a clock of its own in place of the window's loop."""
    seen = []

    def run(window: Window) -> None:
        desk, now = window.desk, 0.0
        desk.advance(now)
        assert (window.person.seats, desk.session.watching) == ((), True)
        while window.open:
            now = max(desk.due(), now + 0.001)
            assert now < 1e4
            if desk.advance(now):
                window.draw()
        seen.append((len(desk.session.episodes), now))
        window.session.leave()
        pygame.display.quit()

    monkeypatch.setattr(Window, "run", run)
    assert rumpus("watch", "box-world-small", "expert", "--episodes", 2, "--hz", 50, "--size", "120x120") == 0
    assert seen[0][0] == 1 and seen[0][1] > 2 * REST


@pytest.mark.parametrize(("people", "names"), [(1, ["expert"]), (2, [])])
def test_no_agent_is_brought_where_people_have_all_seats(people, names, monkeypatch, tmp_path):
    monkeypatch.setenv("RUMPUS_CONFIG", str(tmp_path))
    seen = []
    monkeypatch.setattr(human, "play", lambda world, **options: seen.append(options) or Played([], []))
    assert rumpus("play", "sokoban-duo", "--people", people) == 0
    assert [agent.name for agent in seen[0]["agents"]] == names and seen[0]["seats"] == tuple(range(people))


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("play sokoban --with exprt", "Did you mean expert?"),
        ("play sokoban-duo --with random --seat 3", "from 1 to 2; got 3"),
        ("play sokoban-duo --with random --seat 0", "from 1 to 2; got 0"),
        ("play sokoban --seat 1", "is for one player"),
        ("play sokoban-duo --people 3", "from 1 to 2 in sokoban-duo; got 3"),
        ("play sokoban-duo --with random --with expert", "has 1 other seats, and --with names 2"),
        ("play sokoban-duo --alone --with expert", "leave --with, --seat and --people out"),
        ("play --suite --with random", "--suite brings its own tasks"),
    ],
)
def test_wrong_partners(typed, message, capsys, monkeypatch):
    for screen in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(screen, raising=False)
    assert rumpus(*typed.split()) == 1
    assert message in " ".join(capsys.readouterr().err.split())
