"""Real time, by a clock that the tests move: which tick an action lands in, what is held, and what a replay gives."""

import dataclasses
import json

import numpy as np
import pytest
from rich.console import Console

from rumpus import worlds
from rumpus.agents.measuring import formatting
from rumpus.agents.measuring.benchmark import benchmark
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.policies import RandomPolicy
from rumpus.interface.action import Move, as_action, still
from rumpus.interface.keys import KEY
from rumpus.interface.realtime import RealTime, ticks_of
from rumpus.tasks.files import write_line
from rumpus.tasks.generate import generate
from rumpus.tests.commands import rumpus
from rumpus.worlds.engine.run.replay import Episode, ReplayError

SIZE = (40, 40)
MAZE = worlds.load("maze-small")
PERIOD = 1 / MAZE.controls.tick_hz


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self):
        return self.now


class Slow:
    """The random policy, which takes so many periods for each decision in turn."""

    name = "slow"

    def __init__(self, clock, *periods, period=PERIOD):
        self.clock, self.periods, self.period, self.own = clock, periods, period, RandomPolicy(3)

    def start(self, batch):
        self.own.start(batch)
        self.count = 0

    def act(self, batch, is_first):
        self.own.act(batch, is_first)
        self.clock.now += self.periods[self.count % len(self.periods)] * self.period
        self.count += 1

    def report(self):
        return {}


def live(clock, **options):
    batch = worlds.batch(MAZE, 1, size=SIZE, seed=3, threads=1, limit=40)
    batch.reset()
    return batch, RealTime(batch, clock=clock, **options)


def test_late_actions_land_in_later_ticks_and_keys_stay_down_until_then():
    clock = Clock()
    batch, world = live(clock)
    noted = []
    step = batch.step
    batch.step = lambda: (noted.append(np.flatnonzero(batch.actions[0, 0]["keys"]).tolist()), step())[1]
    w, a = KEY["w"], KEY["a"]
    mouse = Move(("w",), mouse=(0.1, 0.0)).record()
    for action, periods in ((mouse, 1.0), (Move(("a",)).record(), 2.5), (Move().record(), 0.2)):
        batch.actions[0, 0] = action
        clock.now += periods * PERIOD
        world.step()
    assert noted == [[w], [w], [w], [a], []]
    assert [(each.tick, each.missed) for each in world.arrivals] == [(0, 0), (3, 2), (4, 0)]
    assert world.arrivals[0].actions["mouse"].any(), "motion is what arrived"
    made = ticks_of(world.arrivals, 5, world.hold)
    assert [each[0, 0]["mouse"].any() for each in made] == [True, False, False, False, False], "and is not repeated"
    report = world.report()
    assert (report["decisions"], report["ticks"], report["missed"], report["missed_share"]) == (3, 5, 2, 0.4)
    assert report["latency_p50"] == pytest.approx(PERIOD)
    # the picture before tick 0 is answered in ticks 0, 1 and 2, that before tick 1 in tick 3, that before 4 in 4
    assert report["staleness_p50"] == pytest.approx(np.median([0, 1, 2, 2, 0]) * PERIOD)
    assert report["staleness_p99"] == pytest.approx(2 * PERIOD, rel=0.02)


def test_a_quick_player_plays_as_in_a_world_that_waits():
    clock = Clock()
    batch, world = live(clock)
    other = worlds.batch(MAZE, 1, size=SIZE, seed=3, threads=1, limit=40)
    other.reset()
    quick, own = Slow(clock, 0.9), RandomPolicy(3)
    quick.start(batch)
    own.start(other)
    while not batch.over.all():
        quick.act(batch, np.zeros(1, bool))
        own.act(other, np.zeros(1, bool))
        assert world.step().tobytes() == other.step().tobytes() and batch.save(0) == other.save(0)
    assert world.report()["missed"] == 0 and world.report()["staleness_p99"] == 0


def test_where_time_waits_and_for_tools_nothing_is_held():
    batch = worlds.batch("sokoban-small", 1, size=SIZE, threads=1)
    assert not RealTime(batch).hold and RealTime(worlds.batch(MAZE, 1, size=SIZE, threads=1)).hold
    clock = Clock()
    batch, world = live(clock, hold=False)
    for _ in range(2):
        batch.actions[0, 0] = Move(("w",)).record()
        clock.now += 3 * PERIOD
        world.step()
    assert [each[0, 0]["keys"].any() for each in ticks_of(world.arrivals, 6, False)] == [False, False, True] * 2
    with pytest.raises(ValueError, match="leave `repeat` out"):
        RealTime(worlds.batch(MAZE, 1, size=SIZE, threads=1, repeat=2))


def test_both_scores_stand_side_by_side_and_recorded_times_give_the_same_again(tmp_path):
    clock = Clock()
    options = {"episodes": 3, "limit": 30, "threads": 1, "seed": 2}
    times = (0.5, 4.2, 1.5)
    result = evaluate(MAZE, Slow(clock, *times), realtime=clock, arrivals=tmp_path, **options)
    found = result["realtime"]
    assert (found["episodes"], found["length_mean"], found["ticks"]) == (3, 30, 90) and result["length_mean"] == 30
    assert 0.5 < found["missed_share"] < 0.7 and found["latency_p99"] == pytest.approx(4.2 * PERIOD)
    assert evaluate(MAZE, Slow(clock, *times), **options) == {k: v for k, v in result.items() if k != "realtime"}
    kept = [time * PERIOD for time in times] * 20
    again = evaluate(MAZE, Slow(Clock(), 0.0), realtime=kept, **options)["realtime"]
    assert again == pytest.approx(found)
    with pytest.raises(ValueError, match="a finite number of seconds for each decision; that of number 2"):
        evaluate(MAZE, Slow(Clock(), 0.0), realtime=kept[:2], **options)
    with pytest.raises(ValueError, match="ask for these too"):
        evaluate(MAZE, "random", arrivals=tmp_path, **options)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 3
    for file in files:
        episode = Episode.load(file)
        frames = list(episode.frames(worlds.named, SIZE))  # which compares every state with its checksum
        bare = dataclasses.replace(episode, actions=list(episode.actions))
        landed = {tick for tick, _ in episode.arrivals["at"]}
        for tick in set(range(30)) - landed:
            bare.actions[tick] = np.zeros_like(bare.actions[tick])  # only what arrived is left
        again = list(bare.by_arrivals().frames(worlds.named, SIZE))
        assert len(frames) == 31 and 5 < len(landed) < 20
        assert [each.tobytes() for each in again] == [each.tobytes() for each in frames]
    data = json.loads(files[0].read_text())
    for at in ([[0, 0.1], [0, 0.1]], [[99, 0.1]], [["x", 0]], 7, None):
        (tmp_path / "wrong.json").write_text(json.dumps(data | {"arrivals": {"hold": True, "repeat": 1, "at": at}}))
        with pytest.raises(ReplayError, match="has no arrivals"):
            Episode.load(tmp_path / "wrong.json").by_arrivals()


def test_tasks_and_the_benchmark_are_played_again_and_held_for_several_ticks(tmp_path, capsys):
    tasks = list(generate(worlds.load("sokoban-small"), 2, seed=4))
    clock = Clock()
    slow = Slow(clock, 0.0, 2.0, period=1 / worlds.load("sokoban-small").controls.tick_hz)
    result = evaluate("sokoban-small", slow, tasks=tasks, threads=1, realtime=clock, arrivals=tmp_path)
    assert result["realtime"]["missed_share"] == pytest.approx(1 / 3, abs=0.05)
    kept = [Episode.load(file) for file in sorted(tmp_path.iterdir())]
    assert [each.task["id"] for each in kept] == [task.id for task in tasks]
    slow.start(worlds.batch("sokoban-small", 1, threads=1))
    rows = benchmark(lambda world: slow, tasks, random_times=1, threads=1, realtime=clock, arrivals=tmp_path / "suite")
    row = next(row for row in rows if row["of"] == "world")
    both = {"return_mean": ("agent", "live"), "success": ("success", "live_success")}
    for name, (waits, live) in both.items():
        assert (row[waits], row[live]) == pytest.approx((result[name], result["realtime"][name]))
    for name in ("missed_share", "latency_p50", "latency_p99"):
        assert row[name] == pytest.approx(result["realtime"][name])
    assert row["live_low"] <= row["live_score"] <= row["live_high"] and rows[-1]["live_score"] is not None
    assert len(list((tmp_path / "suite" / "sokoban-small").iterdir())) == 2
    with pytest.raises(ValueError, match="played on the CPU"):
        benchmark("random", tasks, realtime=True, device="cuda")
    (tmp_path / "tasks.jsonl").write_text("".join(map(write_line, tasks)))
    Console().print(formatting.columns({"slow": rows}, ["slow"]))
    missed = f"missed ticks {rows[-1]['missed_share']:.1%}"
    assert missed in " ".join(capsys.readouterr().out.split())
    line = ("evaluate", "--suite", "expert", "--tasks", tmp_path / "tasks.jsonl", "--realtime", "--threads", 1)
    assert rumpus(*line) == 0
    assert "real time" in capsys.readouterr().out
    batch = worlds.batch(MAZE, 1, size=SIZE, threads=1, limit=40)
    batch.reset(seed=1)
    world = RealTime(batch, clock=Clock(), repeat=4)
    batch.actions[0, 0] = Move(("w",)).record()
    world.step()
    assert world.report()["ticks"] == 4 and batch.states["tick"][0] == 4


def test_the_faces_of_gymnasium_and_pettingzoo(capsys):
    clock = Clock()
    env = worlds.single(MAZE, size=SIZE, limit=12, realtime=clock)
    plain = worlds.single(MAZE, size=SIZE, limit=12)
    both = worlds.parallel(MAZE, size=SIZE, limit=12, realtime=clock)
    walk = as_action(Move(("w",)).record())
    for each in (env, plain, both):
        each.reset(seed=5)
    for periods, missed in ((0.5, 0), (3.0, 2), (1.0, 0)):
        clock.now += periods * PERIOD
        env.live._since, both.live._since = clock.now - periods * PERIOD, clock.now - periods * PERIOD
        observation, reward, _, truncated, info = env.step(walk)
        observations, rewards, *_, infos = both.step({"player_0": walk})
        assert info["missed"] == infos["player_0"]["missed"] == missed
        assert info["latency"] == pytest.approx(periods * PERIOD) and not truncated
        own = [plain.step(walk) for _ in range(1 + missed)]
        assert reward == rewards["player_0"] == sum(each[1] for each in own)
        assert (observation["pixels"] == own[-1][0]["pixels"]).all()
        assert (observations["player_0"]["pixels"] == observation["pixels"]).all()
    clock.now += 1000.0
    *_, truncated, info = env.step(still())
    assert truncated and info["missed"] == 12 - 5, "the end came while it was thought about"
    assert "missed" not in plain.reset()[1]
    with pytest.raises(TypeError, match="realtime is True, False, or a function"):
        worlds.single(MAZE, realtime="yes")
    assert rumpus("evaluate", "maze-small", "random", "--episodes", "2", "--limit", "5", "--realtime") == 0
    told = capsys.readouterr().out
    assert "real time" in told and "missed ticks" in told and "staleness" in told


@pytest.mark.parametrize("mode", ["NextStep", "SameStep", "Disabled"])
@pytest.mark.parametrize("make", [worlds.vector, worlds.lanes])
def test_rows_of_a_vector_do_not_wait_and_hold_what_was_theirs_alone(make, mode):
    """As a batch of each row would play, whose keys are held until it ends, and no longer."""
    clock, rng = Clock(), np.random.default_rng(0)
    envs = make(MAZE, 3, size=SIZE, limit=9, threads=1, autoreset_mode=mode, realtime=clock)
    plain = worlds.batch(MAZE, 3, size=SIZE, limit=9, threads=1)
    _, infos = envs.reset(seed=4)
    plain.reset(seed=4)
    assert "missed" not in infos
    down, ended = np.zeros((3, 96), np.uint8), np.zeros(3, bool)
    for late in (0, 2, 0, 3, 1, 0, 4, 1, 5, 0, 3):
        clock.now += (late + 0.5) * PERIOD
        keys = np.zeros((3, 96), np.int8)
        keys[np.arange(3), [KEY[each] for each in rng.choice(list("wasd"), 3)]] = 1
        actions = {**{name: space.sample() * 0 for name, space in envs.action_space.items()}, "keys": keys}
        observations, rewards, terminations, truncations, infos = envs.step(actions)
        earned, over = np.zeros(3), plain.over.astype(bool)
        ticks = 0
        for tick in range(late + 1):
            if tick < late and plain.over.all():
                continue
            if plain.over.all():
                break
            plain.actions[...] = np.zeros((), plain.actions.dtype)
            plain.actions["keys"][:, 0] = down if tick < late else keys
            ticks += tick < late
            earned += plain.step()["reward"][:, 0]
        assert rewards == pytest.approx(earned) and (infos["missed"] == ticks).all()
        assert infos["latency"] == pytest.approx((late + 0.5) * PERIOD)
        ended = terminations | truncations
        assert (ended == (plain.over.astype(bool) & ~over)).all()
        again = over if mode == "NextStep" else plain.over.astype(bool)
        down = keys.astype(np.uint8)
        if mode == "Disabled" and ended.any():
            observations, _ = envs.reset(options={"reset_mask": ended})
        if again.any():
            plain.reset(again)
            down[again] = 0
        assert np.array_equal(observations["pixels"], plain.draw()[:, 0])
