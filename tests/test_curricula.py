"""Learning from tables of tasks: curricula against numbers worked out by hand, words that decide, runs that go on,
players that learn apart, and measures by skill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.measuring.benchmark import benchmark
from rumpus.agents.measuring.evaluate import by_group, evaluate
from rumpus.agents.networks.language import Language
from rumpus.agents.observations import ObservationReader
from rumpus.agents.policies import RandomPolicy
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.curricula import CURRICULA, TaskOutcomes, curriculum
from rumpus.agents.training.log import read_metrics
from rumpus.agents.training.sampling import EpisodeMeans
from rumpus.agents.training.trainer import COUNTED, Trainer
from rumpus.interface.text import encode
from rumpus.tasks.compile import table
from rumpus.tasks.files import write_line
from rumpus.tasks.goals import Goal, Player, Reward, Solution, Start, Task
from rumpus.tests.batches import begin
from rumpus.tests.chosen import EASY, TINY
from rumpus.tests.runs import SMALL, changed, differences, half, observed, process
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.world import Planner

COINS = TINY
HOLD_GEM: dict[str, Any] = {"a": {"kind": "player"}, "relation": "holding", "b": {"kind": "gem"}}
TOUCH: dict[str, Any] = {"a": {"kind": "player"}, "relation": "touching", "b": {"kind": "coin"}}


def task(name: str, world: str, goals: dict[str, Any], **more: Any) -> Task:
    """A task with a player for each instruction and its goal."""
    players = tuple(Player(goal=Goal.model_validate(goal), instruction=words) for words, goal in goals.items())
    return Task(rumpus_task=1, id=name, world=world, players=players, **more)


def written(path: Path, tasks: list[Task]) -> str:
    path.write_text("".join(map(write_line, tasks)))
    return str(path)


def coins(count: int = 2) -> list[Task]:
    """In the same rooms, tasks to go to a coin, and tasks to stay away from it."""
    made = []
    for seed in range(count // 2):
        start, reward = Start(knobs={"coins": 1}, seed=seed), Reward(success=1, failure=-1)
        go, stay = {"stages": [{"all": [TOUCH]}]}, {"never": [TOUCH]}
        for number, (words, goal) in enumerate({"touch the coin": go, "never touch the coin": stay}.items()):
            name = f"{'go' if number == 0 else 'stay'}-{seed}"
            made.append(task(name, "coins", {words: goal}, start=start, reward=reward, limit=8, steps=seed + number))
    return made


def boxes(count: int, skill: str = "gem", solved: bool = True) -> list[Task]:
    """Box-World's own objective in different rooms, judged, each with the solver's plan."""
    world = worlds.load("box-world-small")
    tasks = [
        task(
            f"{skill}-{seed}",
            world.name,
            {"take the gem": {"stages": [{"all": [HOLD_GEM]}]}},
            start=Start(knobs=EASY, seed=seed),
            limit=40,
            skill=skill,
        )
        for seed in range(count)
    ]
    assert isinstance(world.expert, Planner)
    plans = [plan for state in begin(world, tasks).states if (plan := world.expert.plan(state)) is not None]
    return [
        one.model_copy(
            update={
                "steps": len(plan),
                "solution": Solution(moves=tuple((int(move),) for move in plan)) if solved else None,
            }
        )
        for one, plan in zip(tasks, plans, strict=True)
    ]


def seen(attempts: list[int], successes: list[int] | None = None, **more: Any) -> TaskOutcomes:
    counts = np.array(attempts)
    errors = np.array(more["errors"], float) if "errors" in more else None
    return TaskOutcomes(more.get("done", 0.0), counts, np.array(successes or counts * 0), counts * 0.0, errors)


def test_uniform_and_hand_weights() -> None:
    difficulty = np.array([5.0, 1, 3, 3, 9])
    assert curriculum("uniform", difficulty).weigh(seen([1, 2, 3, 4, 5])).tolist() == [1] * 5
    hand = curriculum("manual", difficulty, {"first": 0.2, "full": 0.5})
    for done, weights in {0: [0, 1, 0, 0, 0], 0.2: [0, 1, 1, 1, 0], 0.3: [1, 1, 1, 1, 0], 0.5: [1] * 5}.items():
        assert hand.weigh(seen([0] * 5, done=done)).tolist() == weights


def test_plr_weights() -> None:
    nan = np.nan
    plr = curriculum("plr", np.zeros(4), {"temperature": 1.0, "staleness": 0.5})
    assert plr.weigh(seen([0] * 4, errors=[nan] * 4)) == pytest.approx([1 / 4] * 4)
    # two of four seen: half of the resets are theirs, by ranks 1 and 2
    first = plr.weigh(seen([1, 0, 2, 0], errors=[0.2, nan, 0.8, nan]))
    assert first == pytest.approx([1 / 6, 1 / 4, 1 / 3, 1 / 4])
    # ranks 3, 2, 4, 1 give (1/3, 1/2, 1/4, 1) * 12/25; the first alone was not played again
    second = plr.weigh(seen([0, 1, 1, 1], errors=[nan, 0.5, 0.1, 0.9]))
    assert second == pytest.approx([0.08 + 0.5, 0.12, 0.06, 0.24])
    sharp = curriculum("plr", np.zeros(3))
    weights = sharp.weigh(seen([1, 1, 1], errors=[0.1, 0.3, 0.2]))
    assert weights == pytest.approx(np.array([3.0**-10, 1, 2.0**-10]) / (3.0**-10 + 1 + 2.0**-10))


def test_learnability_weights() -> None:
    made = curriculum("learnability", np.zeros(4), {"uniform": 0.5, "share": 0.25, "decay": 0.5})
    assert made.weigh(seen([0] * 4)) == pytest.approx([1 / 4] * 4)
    # p(1 - p): 1 of 2 leaves Beta(2, 2), 1/5; 4 of 4 leaves Beta(5, 1), 5/42; the others are at 1/6
    assert made.weigh(seen([2, 4, 0, 0], [1, 4, 0, 0])) == pytest.approx([5 / 8, 1 / 8, 1 / 8, 1 / 8])
    # of 4 a quarter is left after two more attempts, none of which succeeds: Beta(2, 3), 1/5 again
    assert made.weigh(seen([0, 2, 0, 0], [0, 0, 0, 0])) == pytest.approx([3 / 8, 3 / 8, 1 / 8, 1 / 8])


@given(data=st.data(), name=st.sampled_from(sorted(CURRICULA)))
def test_weights_can_be_drawn_from_and_state_is_all_there_is(data: st.DataObject, name: str) -> None:
    tasks = data.draw(st.integers(1, 8))
    one, other = (curriculum(name, np.arange(tasks)) for _ in range(2))
    for step in range(data.draw(st.integers(1, 5))):
        attempts = np.array(data.draw(st.lists(st.integers(0, 40), min_size=tasks, max_size=tasks)))
        successes = attempts * np.array(data.draw(st.lists(st.floats(0, 1), min_size=tasks, max_size=tasks)))
        errors = np.where(attempts > 0, successes, np.nan)
        news = TaskOutcomes(step / 5, attempts, successes.astype(int), successes, errors)
        other.restore(one.state())
        weights = one.weigh(news)
        assert np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0
        assert (other.weigh(news) == weights).all()


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("plrr", {}, "uniform, manual, plr, learnability"),
        ("plr", {"decay": 1}, "has no 'decay'"),
        ("plr", {"temperature": 0}, "greater than 0"),
        ("learnability", {"share": 2}, "from 0 to 1"),
        ("manual", {}, "steps"),
    ],
)
def test_impossible_curricula_are_refused(name: str, options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        curriculum(name, np.array([1, np.nan]), options)


def test_errors_are_means_over_whole_episodes() -> None:
    rng = np.random.default_rng(0)
    n, players, tasks, means = 3, 2, 4, EpisodeMeans(3, 4, torch.device("cpu"))
    row = rng.integers(tasks, size=n)
    sums: list[list[float]] = [[] for _ in range(n)]
    for _ in range(6):
        values, weights = rng.random((5, n, players)), (rng.random((5, n, players)) < 0.8) * 1.0
        over, rows = (rng.random((5, n)) < 0.3) * 1.0, np.zeros((5, n), int)
        expected: dict[int, list[float]] = {}
        for step in range(5):
            rows[step] = row
            for i in range(n):
                sums[i] += values[step, i][weights[step, i] > 0].tolist()
                if over[step, i]:
                    expected.setdefault(int(row[i]), []).append(float(np.mean(sums[i] or [0])))
                    sums[i], row[i] = [], rng.integers(tasks)
        numbers = [torch.tensor(part, dtype=torch.float32) for part in (values, weights, over)]
        found = means(numbers[0], numbers[1], numbers[2], torch.from_numpy(rows))
        assert np.isnan(found).tolist() == [index not in expected for index in range(tasks)]
        assert found[sorted(expected)] == pytest.approx([np.mean(expected[k]) for k in sorted(expected)], rel=1e-5)


def test_words_have_an_order_and_padding_has_none() -> None:
    torch.manual_seed(0)
    language = Language(16)
    texts = ["red box on blue target", "blue box on red target", ""]
    tokens = torch.from_numpy(np.stack([encode(text) for text in texts]).astype(np.int64))
    one, other, nothing = language(tokens)
    assert not torch.allclose(one, other, atol=1e-2)
    assert (nothing == 0).all()
    assert torch.equal(language(tokens[:, :8]), language(tokens))


def test_lanes_read_what_their_task_says() -> None:
    world = worlds.load(COINS)
    batch = Batch(world, 40, tasks=table(coins(), world), threads=1)
    reader = ObservationReader([batch])
    assert reader.several
    batch.reset()
    for _ in range(2):
        observation = reader.observe()
        for few in (observation, observation.of(slice(0, 1)).trim()):
            said = few.tables.instructions[few.instruction].numpy()
            told = batch.instruction[: len(said), 0]
            assert (said == told[:, : said.shape[1]]).all() and not told[:, said.shape[1] :].any()
        assert len(np.unique(batch.states["task"])) == 2
        batch.reset(np.arange(40) % 2)


def test_an_agent_learns_to_do_what_it_is_told(tmp_path: Path) -> None:
    """Two tasks ask for opposites in the same room: whoever does not read succeeds in half of them at most."""
    path = written(tmp_path / "tasks.jsonl", coins())
    settings = SMALL | {"rollout": 16, "minibatches": 4, "epochs": 4, "steps": 16_000, "tasks": path}
    run.train("ppo", COINS, folder=tmp_path / "run", bar=False, **settings)
    result = evaluate(COINS, tmp_path / "run", tasks=path, times=40, threads=1)
    assert result["episodes"] == 80
    assert result["success"] > 0.8
    assert {name: part["episodes"] for name, part in result["difficulty"].items()} == {"easy": 40, "hard": 40}


@pytest.mark.parametrize("name", ["plr", "learnability", "manual"])
def test_a_resumed_run_with_a_curriculum_makes_the_same_updates(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "tasks.jsonl", coins(12))
    config = Config.of("ppo", COINS, steps=10 * 128, tasks=path, curriculum=name, **SMALL)
    whole, drawn = Trainer(config), []
    for _ in range(4):
        whole.update()
        drawn.append(whole.places[0].batch.weights)
    checkpoint.save(tmp_path / "half.pt", whole.state())
    other = Trainer(config)
    other.restore(checkpoint.load(tmp_path / "half.pt"))
    for _ in range(4):
        mine, yours = whole.update(), other.update()
        assert all(mine[key] == yours[key] for key in mine if key not in COUNTED)
        assert not differences(whole.own_state(), other.own_state())
        drawn.append(whole.places[0].batch.weights)
    one, again = whole.places[0].batch, other.places[0].batch
    assert (one.states == again.states).all() and (one.weights == again.weights).all()
    assert all((one.tally[key] == again.tally[key]).all() for key in one.tally)
    assert one.tally["attempts"].sum() > 50
    assert any((weights != drawn[0]).any() for weights in drawn)
    Path(path).write_text(Path(path).read_text() + write_line(coins()[0]))
    with pytest.raises(ValueError, match="held 12 of coins"):
        Trainer(config).restore(checkpoint.load(tmp_path / "half.pt"))


def test_a_gpu_is_given_the_same_tasks(tmp_path: Path) -> None:
    """On Numba's CUDA simulator, with torch on the CPU: the same weights of tasks and networks, bit for bit."""
    path = written(tmp_path / "tasks.jsonl", coins(4))
    settings = SMALL | {"envs": 2, "rollout": 12, "hidden": 8, "channels": 4, "steps": 72, "tasks": path}
    settings |= {"curriculum": "plr"}
    run.train("ppo", COINS, folder=tmp_path / "cpu", bar=False, **settings)
    assert process(COINS, tmp_path / "cuda", settings, simulated=True).wait() == 0
    assert not changed(tmp_path / "cpu", tmp_path / "cuda")
    (sampler,) = checkpoint.load(tmp_path / "cuda")["processes"][0]["samplers"]
    assert sampler["tally"]["attempts"].sum() >= 2


def test_held_out_tasks_are_measured_in_a_run(tmp_path: Path) -> None:
    """Also larger ones than those of the training: frames have room for both."""
    large = task(
        "large", "coins", {"touch the coin": {"stages": [{"all": [TOUCH]}]}}, limit=5, start=Start(knobs={"size": 7})
    )
    path, held = written(tmp_path / "tasks.jsonl", coins()), written(tmp_path / "held.jsonl", [large])
    settings = SMALL | {"steps": 128, "tasks": path, "evaluate_tasks": held, "evaluate_every": 1}
    run.train("ppo", COINS, folder=tmp_path / "run", bar=False, **settings)
    rows = read_metrics(tmp_path / "run")
    assert rows and all(0 <= row["held_out_low"] <= row["held_out_success"] <= 1 for row in rows)
    assert checkpoint.load(tmp_path / "run")["spec"]["size"] == (28, 28)
    assert evaluate(COINS, tmp_path / "run", tasks=held, times=3, threads=1)["episodes"] == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tasks": "x.jsonl", "knobs": {"coins": 2}}, "not both"),
        ({"curriculum": "plr"}, "give a file of them"),
        ({"policies": "apart"}, "shared or independent"),
        ({"tasks": "nowhere.jsonl"}, "no such file"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Trainer(Config.of("ppo", COINS, **SMALL, **change))


ROOM = "######\n#@ $.#\n#    #\n#&   #\n######\n"


def duo(**more: Any) -> Task:
    """The first player is to touch the box, which it soon does; the second must never touch it."""
    touch = {"a": {"kind": "player", "who": "you"}, "relation": "touching", "b": {"kind": "box"}}
    goals: dict[str, Any] = {"touch the box": {"stages": [{"all": [touch]}]}, "never touch the box": {"never": [touch]}}
    return task("duo", "sokoban-duo", goals, start=Start(level=ROOM), limit=12, **more)


@pytest.mark.parametrize("policies", ["shared", "independent"])
def test_a_player_that_is_done_stops_counting(tmp_path: Path, policies: str) -> None:
    path, steps = written(tmp_path / "tasks.jsonl", [duo()]), 64
    trainer = Trainer(
        Config.of("ppo", "sokoban-duo", steps=1024, tasks=path, policies=policies, **SMALL | {"rollout": steps})
    )
    came = observed(trainer.algorithm)
    trainer.collector.collect(steps, 0.0)
    alone = 0
    for env in range(16):
        playing, lanes = np.ones(2), slice(2 * env, 2 * env + 2)
        for transition in came:
            if transition.timestep.is_first[2 * env]:
                playing = np.ones(2)
            assert transition.timestep.mask[lanes].tolist() == playing.tolist()
            ended = transition.ended[lanes].numpy()
            assert (ended <= playing).all()
            assert (transition.reward[lanes].numpy()[playing == 0] == 0).all()
            playing = playing * (1 - ended)
            alone += playing.sum() == 1
    assert alone > 20
    trainer.algorithm.update(*trainer.collector.now(), 0.0)
    assert trainer.algorithm.errors is not None
    masks = torch.stack([transition.timestep.mask for transition in came])
    assert (trainer.algorithm.errors.isnan() == (masks == 0)).all(), "what a player that is done would do is no error"


@pytest.mark.parametrize("units", [0, 4])
def test_players_learn_apart_and_go_on_and_play(tmp_path: Path, units: int) -> None:
    path = written(tmp_path / "tasks.jsonl", [duo(skill="distance")])
    settings = SMALL | {"steps": 4 * 256, "tasks": path, "policies": "independent", "curriculum": "plr", "units": units}
    config = Config.of("ppo", "sokoban-duo", **settings)
    run.begin(config, tmp_path / "whole", bar=False)
    half(Trainer(config), tmp_path / "half")
    run.resume(tmp_path / "half", bar=False)
    assert not changed(tmp_path / "whole", tmp_path / "half")
    one, other = checkpoint.load(tmp_path / "whole")["networks"]
    assert differences(one, other)
    assert any("success_2" in row for row in read_metrics(tmp_path / "whole"))
    result = evaluate("sokoban-duo", tmp_path / "whole", tasks=path, times=6, threads=1)
    assert result["skills"]["distance"]["episodes"] == 6 and 0 <= result["success_2"] <= 1


def test_success_is_told_by_skill_and_difficulty() -> None:
    tasks = [
        one.model_copy(update={"skill": "ab"[i % 2], "steps": [1, 2, 3, 4, 5, None][i]})
        for i, one in enumerate(coins(6))
    ]
    wins = np.array([1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 0]) == 1  # each task twice
    groups = by_group(tasks, wins)
    assert {name: part["success"] for name, part in groups["skills"].items()} == pytest.approx({"a": 5 / 6, "b": 1 / 6})
    assert {name: (part["episodes"], part["success"]) for name, part in groups["difficulty"].items()} == {
        "easy": (4, 0.75),
        "middle": (2, 1.0),
        "hard": (4, 0.25),
    }


def test_the_expert_follows_solutions_and_searches_without() -> None:
    tasks = boxes(4)
    for listed, plans in ((tasks, 0), ([one.model_copy(update={"solution": None}) for one in tasks], 4)):
        result = evaluate("box-world-small", "expert", tasks=listed, threads=1)
        assert result["success"] == 1 and result["plans"] == plans and result["plans_failed"] == 0
        assert result["length_mean"] <= np.mean([one.steps for one in tasks])


def test_a_suite_has_random_at_0_and_the_expert_at_1(tmp_path: Path) -> None:
    written(tmp_path / "near.jsonl", boxes(6, "near"))
    written(tmp_path / "far.jsonl", boxes(5, "far"))
    rows = {name: benchmark(name, tmp_path, threads=1) for name in ("random", "expert")}
    rows["nobody"] = benchmark(lambda world: None, tmp_path, threads=1)
    rows["chance"] = benchmark(lambda world: RandomPolicy(1), tmp_path, threads=1)
    assert rows["chance"] == rows["random"]
    whole = [("skill", "far", 5), ("skill", "near", 6), ("world", "box-world-small", 11), ("mean", "mean", 11)]
    for name, table_ in rows.items():
        assert [(row["of"], row["name"], row["tasks"]) for row in table_] == whole
        assert [row["attempted"] for row in table_] == ([0] * 4 if name == "nobody" else [5, 6, 11, 11])
    assert all(row["score"] == row["low"] == row["high"] == 1 for row in rows["expert"])
    assert all(row["score"] is row["low"] is row["success"] is None for row in rows["nobody"])
    for row in rows["random"]:
        assert row["low"] <= row["score"] <= row["high"] and row["low"] < 0.3 and row["high"] < 1
        assert row["expert"] == 1 and 0 <= row["random"] < 1
    mean = [row["score"] for row in rows["random"]]
    assert mean[3] == pytest.approx((mean[0] + mean[1]) / 2)
    for world, attempted in {COINS: [5, 6, 11, 11], "maze-small": [0] * 4}.items():  # the one has the same moves
        run.train("ppo", world, folder=tmp_path / "run", overwrite=True, bar=False, steps=128, **SMALL)
        assert [row["attempted"] for row in benchmark(tmp_path / "run", tmp_path, threads=1)] == attempted
    written(tmp_path / "open.jsonl", boxes(1, "open", solved=False))
    with pytest.raises(ValueError, match=r"open\.jsonl:1: solution"):
        benchmark("random", tmp_path)
