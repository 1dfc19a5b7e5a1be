"""Tasks for three and four players: made, proven, told apart by colours, split, and served by PettingZoo."""

import json
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from rumpus import worlds
from rumpus.interface.action import as_action
from rumpus.tasks import generate as generator
from rumpus.tasks.codec import encode
from rumpus.tasks.compile import reward_weights, table
from rumpus.tasks.generate import generate
from rumpus.tasks.goals import Reward
from rumpus.tasks.hindsight.players import player_looks
from rumpus.tasks.kinds import FOR_SEVERAL
from rumpus.tasks.language import STYLES, partner_instruction, understand
from rumpus.tasks.prove import proofs
from rumpus.tasks.recorded import unpacked
from rumpus.tasks.splits import split_of
from rumpus.tests.batches import begin, random_actions

SETS = [*(("plates-trio", kind) for kind in FOR_SEVERAL), ("race-four", "race"), ("race-four", "rivals")]
COUNT = 6


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    for name, value in {"SEVERAL_BLOCK": COUNT, "FEWEST": 48, "PATIENCE": 1, "NODES": 50}.items():
        monkeypatch.setattr(generator, name, value)


@cache
def made(name, kind, split="train"):
    return tuple(generate(worlds.load(name), COUNT, kind=kind, split=split, seed=3))


@pytest.mark.parametrize(("name", "kind"), SETS)
def test_every_task_is_proven_and_its_words_are_its_goals(name, kind):
    world, tasks = worlds.load(name), made(name, kind)
    assert len({task.id for task in tasks}) == COUNT
    assert proofs(tasks, world) == ["solution"] * COUNT
    blind = {partner_instruction(style) for style in range(STYLES)}
    colours = world.rules.things.kinds["player"]
    for task in tasks:
        assert len(task.players) == world.players == len(task.solution.moves[0])
        assert split_of(task, world) == ("train", ())
        for seat, player in enumerate(task.players):
            if kind == "informed-blind" and seat:
                assert player.instruction in blind and player.question is None
            else:
                assert understand(player.instruction, world.rules.things) == player.goal
            text = json.dumps(player.goal.model_dump(mode="json", exclude_defaults=True))
            assert '"other"' not in text, "of several others none is the other"
            assert f'"kind": "player", "colour": "{colours[seat]}"' not in text, "a player is you to itself"


@pytest.mark.parametrize(("name", "kind"), SETS)
def test_players_are_bound_together_as_their_kind_says(name, kind):
    world = worlds.load(name)
    looks, things = player_looks(world), world.rules.things
    for task in made(name, kind):
        seen = [encode(p.goal, things).called(look) for p, look in zip(task.players, looks, strict=True)]
        moving = (np.array(task.solution.moves) >= 0).any(axis=0)
        assert moving.tolist() == [seat == (kind == "informed-blind") for seat in range(world.players)]
        assert [player.acts for player in task.players] == [kind != "informed-blind"] + [True] * (world.players - 1)
        if kind in ("partners", "informed-blind"):
            assert {frozenset(map(frozenset, each.stages)) for each in seen} == {
                frozenset(map(frozenset, seen[0].stages))
            }
            assert task.reward.scheme == "shared"
        elif kind == "lookout":
            assert all(set(each.never) == set(seen[0].stages[0]) and not each.stages for each in seen[1:])
        elif kind == "race":
            assert len({len(each.stages) for each in seen}) == 1 and task.ends == "first"
        else:
            assert all(len(each.stages[0]) == world.players for each in seen)


@pytest.mark.parametrize("name", ["plates-trio", "race-four"])
def test_no_two_rivals_win_at_once(name):
    tasks = made(name, "rivals")
    batch, rng = begin(worlds.load(name), tasks), np.random.default_rng(0)
    for _ in range(40):
        batch.actions[...] = random_actions(rng, batch)
        batch.step()
        held = batch.things()[2][:, :, 0]
        for one, other in combinations(range(batch.players), 2):
            assert not (held[:, one] & held[:, other]).any()


def test_contents_of_the_test_split_are_never_trained_on():
    for task in made("plates-trio", "partners", "test"):
        split, held = split_of(task, worlds.load("plates-trio"))
        assert split == task.split == "test" and held == task.held != ()


def test_pettingzoo_serves_them():
    world, tasks = worlds.load("plates-trio"), made("plates-trio", "partners")
    env = worlds.parallel(world, tasks=table(tasks, world), size=32)
    for row, task in enumerate(tasks[:3]):
        seed = 0
        while env.reset(seed=seed)[1]["player_0"]["task"] != row:
            seed += 1
        observations, _ = env.reset(seed=seed)
        for seat, player in enumerate(task.players):
            assert observations[f"player_{seat}"]["instruction"] == player.instruction
        for actions in unpacked(task.solution, world):
            assert set(env.agents) == set(env.possible_agents)
            _, rewards, ended, _, infos = env.step(
                {agent: as_action(actions[seat]) for seat, agent in enumerate(env.agents)}
            )
        assert set(ended.values()) == {True} and not env.agents
        assert rewards == pytest.approx(dict.fromkeys(env.possible_agents, 1.0))
        assert all(info["success"] for info in infos.values())
    env.close()


@pytest.mark.parametrize("players", [2, 3, 4])
def test_rewards_that_do_not_divide_are_neither_lost_nor_made(players):
    shared, opposed = (reward_weights(Reward(scheme=scheme), players) for scheme in ("shared", "opposed"))
    assert shared[0] + players * shared[1] == 1000 and 0 <= shared[0] <= 1
    assert opposed[0] + players * opposed[1] == 0 and 999 <= sum(opposed) <= 1000


def test_what_cannot_be_made_is_refused():
    with pytest.raises(ValueError, match="the expert proves tasks of one or two players, and tag-four is for 4"):
        next(generate(worlds.load("tag-four"), 1, by="expert"))
    with pytest.raises(ValueError, match="its kinds: partners, informed-blind, race, rivals, lookout"):
        next(generate(worlds.load("tag-four"), 1, kind="alone"))
