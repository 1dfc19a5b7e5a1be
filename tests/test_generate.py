"""Generated tasks, proven by other means: played anew, judged by a second judge, said back, resumed to the byte."""

import cmath
import json
import math
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.interface.action import ACTION, move_table
from rumpus.tasks import assemble
from rumpus.tasks import generate as generator
from rumpus.tasks.assemble import key
from rumpus.tasks.files import read, write_line
from rumpus.tasks.generate import generate, write
from rumpus.tasks.goals import Task
from rumpus.tasks.kinds import FOR_SEVERAL as KINDS
from rumpus.tasks.language import STYLES, partner_instruction, understand
from rumpus.tasks.prove import check, check_file, proofs
from rumpus.tasks.rollouts import shortcut
from rumpus.tasks.skills import SKILLS, skill_of
from rumpus.tests.batches import begin
from rumpus.tests.chosen import TINY

SETS = [("sokoban-small", None), ("box-world-small", None), (TINY, None), *(("sokoban-duo", kind) for kind in KINDS)]
COUNT = 60
"""Tasks of a set: two blocks and a half."""


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    for name, value in {"BLOCK": 24, "PLAYS": 40, "FEWEST": 24}.items():
        monkeypatch.setattr(generator, name, value)


@cache
def made(name, kind, count=COUNT):
    return tuple(generate(worlds.load(name), count, kind=kind))


def act(batch, moves):
    """One tick of every row with moves (n, players), -1 for hands at rest."""
    moves = np.asarray(moves)
    batch.actions[...] = np.where(moves >= 0, move_table(batch.world.controls.moves)[moves], np.zeros((), ACTION))
    return batch.step().copy()


@pytest.mark.parametrize(("name", "kind"), SETS)
def test_every_task_can_be_done_and_is_not_done_yet(name, kind):
    world, tasks = worlds.load(name), made(name, kind)
    assert len(tasks) == COUNT
    batch = begin(world, tasks)
    batch.draw()
    starts = [pixels.tobytes() for pixels in batch.pixels]
    assert not batch.things()[2].any(), "nothing is reached or broken at the start"
    won = np.zeros((COUNT, world.players), int)
    for tick in range(max(task.steps for task in tasks)):
        moves = [task.solution.moves[tick] if tick < task.steps else (-1,) * world.players for task in tasks]
        success = act(batch, moves)["success"] != 0
        won[success & (won == 0)] = tick + 1
    assert won[:, 0].tolist() == [task.steps for task in tasks]
    assert all(len(task.solution.moves) == task.steps <= task.limit <= world.objective.limit for task in tasks)
    goals = ["|".join(player.goal.model_dump_json() for player in task.players) for task in tasks]
    assert len(set(zip(starts, goals, strict=True))) == COUNT, "no two tasks are alike"
    assert len({task.id for task in tasks}) == COUNT


def test_waiting_is_a_part_of_a_solution(monkeypatch):
    """Of the 33rd task the player slides out of its place and into it again while it waits, so it waits longer."""
    monkeypatch.undo()  # blocks of their own size
    world = worlds.load("maze-small")
    task = list(generate(world, 33))[-1]
    waited = task.solution.moves[::-1].index((0,))
    assert task.skill == "hold-still" and waited > task.players[0].goal.stages[0].hold
    assert check([task], world) == [None]


@pytest.mark.parametrize(("name", "kind"), SETS)
def test_words_mean_the_goal_and_skills_are_balanced(name, kind):
    world, tasks = worlds.load(name), made(name, kind)
    blind = {partner_instruction(style) for style in range(STYLES)}
    for task in tasks:
        assert task.skill == skill_of(task.players[0].goal)
        assert task.kind == (kind or "alone")
        for seat, player in enumerate(task.players):
            if kind == "informed-blind" and seat == 1:
                assert player.instruction in blind
            else:
                assert understand(player.instruction, world.rules.things) == player.goal
    skills = Counter(task.skill for task in tasks)
    assert set(skills) <= set(SKILLS)
    if name != TINY and kind in (None, "partners"):
        assert len(skills) >= 8
        assert max(skills.values()) <= 3 * min(skills.values())


def swap(goal):
    """A goal as the other player would say it."""
    return json.loads(json.dumps(goal).replace('"you"', '"?"').replace('"other"', '"you"').replace('"?"', '"other"'))


@pytest.mark.parametrize("kind", KINDS)
def test_players_are_bound_together_as_their_kind_says(kind):
    for task in made("sokoban-duo", kind):
        one, two = (player.goal.model_dump(mode="json", exclude_defaults=True) for player in task.players)
        hands = np.array(task.solution.moves)
        assert (hands[:, 0 if kind == "informed-blind" else 1] == -1).all(), "only one side acts in the proof"
        assert task.ends == ("first" if kind in ("race", "rivals") else "each")
        assert [player.acts for player in task.players] == [kind != "informed-blind", True]
        if kind == "partners":
            assert one == two
            assert "who" not in json.dumps(one)
        elif kind == "informed-blind":
            assert one == swap(two)
        elif kind == "lookout":
            assert list(two) == ["never"]
            assert two["never"] == swap(one)["stages"][0]["all"]
        elif kind == "race":
            assert len(one["stages"]) == len(two["stages"])
        else:
            sides = [
                {json.dumps(c | {"negated": c.get("negated", False) != flip}, sort_keys=True) for c in clauses}
                for clauses, flip in ((one["stages"][0]["all"], True), (two["stages"][0]["all"], False))
            ]
            assert sides[0] == sides[1], "what one must reach is what the other must not"
        expected = {"partners": {"shared"}, "informed-blind": {"shared"}, "race": {"own", "opposed"}}
        assert task.reward.scheme in expected.get(kind, {"opposed"})


def test_rivals_cannot_both_win_at_once():
    """Whatever is played, the goals of the two never hold in the same tick."""
    tasks = made("sokoban-duo", "rivals")
    batch, rng = begin(worlds.load("sokoban-duo"), tasks), np.random.default_rng(0)
    for _ in range(60):
        act(batch, rng.integers(-1, 4, size=(len(tasks), 2)))
        assert not batch.things()[2][:, :, 0].all(axis=1).any()


def test_the_second_player_of_a_race_can_win_too():
    tasks = [task for kind in ("race", "rivals") for task in made("sokoban-duo", kind)]
    turned = []
    for task in tasks:
        first, second = task.players
        tied = first.model_copy(update={"acts": False})
        turned.append(task.model_copy(update={"players": (tied, second), "solution": None}))
    found = Counter(proofs(turned, worlds.load("sokoban-duo"), nodes=6000))
    assert found["search"] > 0.8 * len(tasks)
    assert not [how for how in found if "cannot" in how]


# a second judge, in plain Python


def matches(thing, selector, world, seat):
    if selector.get("kind") and list(world.rules.things.kinds)[thing["kind"] - 1] != selector["kind"]:
        return False
    if selector.get("colour") and (
        not thing["colour"] or world.rules.things.colours[thing["colour"] - 1] != selector["colour"]
    ):
        return False
    who = selector.get("who")
    return not who or (thing["player"] > 0 and (thing["player"] - 1 == seat) == (who == "you"))


def related(one, other, clause):
    relation = clause["relation"]
    if relation == "holding":
        return 0 < one["player"] == other["holder"]
    if 2 in (one["state"], other["state"]):
        return False
    away, up = math.hypot(one["y"] - other["y"], one["x"] - other["x"]), abs(one["z"] - other["z"])
    if relation == "near":
        return away <= 256 * clause["within"]
    if relation == "touching":
        return away <= one["radius"] + other["radius"] + 16 and up <= one["height"] + other["height"] + 16
    if relation in ("left-of", "right-of"):  # in worlds seen from above
        left, right = (one, other) if relation == "left-of" else (other, one)
        return left["x"] < right["x"] and one["holder"] == one["state"] == other["state"] == 0
    assert relation in ("on", "at")
    here = abs(one["y"] - other["y"]) <= 128 and abs(one["x"] - other["x"]) <= 128
    return here and (relation == "at" or abs(one["z"] - one["height"] - other["z"] - other["height"]) <= 16)


def between(one, others):
    """Whether a thing nobody holds sees two others in opposite directions, to 22 degrees."""
    ways = [complex(other["x"] - one["x"], other["y"] - one["y"]) for other in others if other["state"] == 0]
    free = one["holder"] == one["state"] == 0
    turns = [abs(cmath.phase(-a / b)) for a, b in combinations(filter(None, ways), 2)]
    return free and any(turn <= math.acos(math.sqrt(6 / 7)) for turn in turns)


def closest(one, others, things):
    """Whether a thing is nearer to one of the others than the rest of its kind is."""

    def away(rival, other):
        return math.hypot(rival["y"] - other["y"], rival["x"] - other["x"])

    here = [thing for thing in things if thing["state"] == 0]
    rivals = [thing for thing in here if thing is not one and thing["kind"] == one["kind"]]
    near = [
        all(away(one, other) < away(rival, other) for rival in rivals if rival is not other)
        for other in others
        if other["state"] == 0
    ]
    return one["state"] == 0 and any(near)


def holds(clause, things, world, seat):
    states = {"there": 0, "open": 1, "gone": 2}
    found = total = 0
    for thing in things:
        if matches(thing, clause["a"], world, seat):
            if clause["relation"] in states:
                good, counts = thing["state"] == states[clause["relation"]], True
            else:
                others = [other for other in things if other is not thing and matches(other, clause["b"], world, seat)]
                if clause["relation"] == "between":
                    good = between(thing, others)
                elif clause["relation"] == "closest-to":
                    good = closest(thing, others, things)
                else:
                    good = any(related(thing, other, clause) for other in others)
                counts = good or thing["state"] == 0
            found, total = found + good, total + counts
    least = clause.get("least", 1)
    enough = total > 0 and found == total if least == "all" else found >= least
    return enough != clause.get("negated", False)


class PlainJudge:
    def __init__(self, task, world, seat):
        self.goal = task.players[seat].goal.model_dump(mode="json", exclude_defaults=True)
        self.world, self.seat, self.limit, self.stage, self.lasted, self.tick = world, seat, task.limit, 0, 0, 0

    def __call__(self, things):
        """(success, failure) of this tick."""
        self.tick += 1
        if any(holds(clause, things, self.world, self.seat) for clause in self.goal.get("never", [])):
            return False, True
        stages = self.goal.get("stages", [])
        if not stages:
            return self.tick == self.limit, False
        stage = stages[self.stage]
        if not all(holds(clause, things, self.world, self.seat) for clause in stage["all"]):
            self.lasted = 0
            return False, False
        self.lasted += 1
        if self.lasted > stage.get("hold", 0):
            self.stage, self.lasted = self.stage + 1, 0
        return self.stage == len(stages), False


@pytest.mark.parametrize(("name", "kind"), [*SETS[:3], ("sokoban-duo", "race"), ("sokoban-duo", "lookout")])
def test_a_second_judge_agrees_along_any_play(name, kind):
    world = worlds.load(name)
    tasks = [task.model_copy(update={"ends": "each"}) for task in made(name, kind)]
    batch, rng = begin(world, tasks), np.random.default_rng(1)
    judges = {
        (row, seat): PlainJudge(task, world, seat) for row, task in enumerate(tasks) for seat in range(world.players)
    }
    seen = Counter()
    last = rng.integers(4, size=(len(tasks), world.players))
    for tick in range(50):
        last = np.where(rng.random(last.shape) < 0.6, last, rng.integers(-1, 4, size=last.shape))
        moves = last.copy()
        for row, task in enumerate(tasks):
            if row % 3 and tick < task.steps:
                moves[row] = task.solution.moves[tick]
        outcomes = act(batch, moves)
        things, counts, _ = batch.things()
        for row in range(len(tasks)):
            some = [dict(zip(things.dtype.names, thing.tolist(), strict=True)) for thing in things[row, : counts[row]]]
            for seat in range(world.players):
                if (row, seat) in judges:
                    success, failure = judges[row, seat](some)
                    outcome = outcomes[row, seat]
                    assert (outcome["success"], outcome["terminated"]) == (success, success or failure), (
                        tick,
                        tasks[row],
                    )
                    seen[success, failure] += 1
                    if success or failure or outcome["truncated"]:
                        del judges[row, seat]
    assert seen[True, False] > 20
    assert seen[False, False] > 200


# files


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(part=st.floats(0, 1))
def test_a_file_that_was_cut_anywhere_is_finished_byte_by_byte(tmp_path_factory, part):
    world = worlds.load("box-world-small")
    whole = "".join(map(write_line, made("box-world-small", None))).encode()
    path = tmp_path_factory.mktemp("cut") / "tasks.jsonl"
    path.write_bytes(whole[: round(part * len(whole))])
    write(world, path, COUNT, progress=False)
    assert path.read_bytes() == whole


def test_few_tasks_are_the_first_of_many_and_other_files_are_left_alone(tmp_path):
    world, path = worlds.load("box-world-small"), tmp_path / "tasks.jsonl"
    assert tuple(generate(world, 30)) == made("box-world-small", None)[:30]
    write(world, path, 30, progress=False)
    kept = path.read_bytes()
    for arguments in ({"count": 30, "seed": 1}, {"count": 30, "split": "test"}, {"count": 29}):
        with pytest.raises(ValueError, match=r"holds something else than the first of these tasks"):
            write(world, path, **arguments, progress=False)
    (tmp_path / "notes.txt").write_text("buy milk")
    with pytest.raises(ValueError, match="holds something else"):
        write(world, tmp_path / "notes.txt", 30, progress=False)
    assert path.read_bytes() == kept
    assert (tmp_path / "notes.txt").read_text() == "buy milk"


def test_threads_change_nothing(monkeypatch):
    for module in ("worlds.engine.run.cpu", "worlds.engine.run.search", "tasks.rollouts", "tasks.hindsight.clauses"):
        monkeypatch.setattr(f"rumpus.{module}.cores", lambda: 1)
    assert tuple(generate(worlds.load("sokoban-small"), COUNT)) == made("sokoban-small", None)


@pytest.mark.parametrize("keys", [1 << 64, 499])
def test_blocks_made_ahead_are_the_same(keys, monkeypatch):
    """With 499 keys, many tasks pass for one that is there already, and their blocks are made again."""
    numbers, making = [], generator._Maker._made

    def noted(maker, number):
        numbers.append(number)
        return making(maker, number)

    monkeypatch.setattr(assemble, "key", lambda *given: key(*given) % keys)
    world = worlds.load("sokoban-duo")
    alone = list(generate(world, COUNT))
    monkeypatch.setattr(generator._Maker, "_made", noted)
    monkeypatch.setattr(
        generator,
        "ProcessPoolExecutor",
        lambda workers, context, prepare, arguments: ThreadPoolExecutor(1, initializer=prepare, initargs=arguments),
    )
    assert list(generate(world, COUNT, workers=3)) == alone
    assert sorted(set(numbers)) == [0, 1, 2]
    assert (len(numbers) > 3) == (keys == 499)


def test_two_processes_write_the_same_file(tmp_path):
    written = []
    for workers in ("1", "2"):
        out = tmp_path / f"{workers}.jsonl"
        command = ["tasks", "generate", "sokoban-small", "--count", "410", "--workers", workers, "--out", str(out)]
        subprocess.run([sys.executable, "-m", "rumpus", *command], check=True, capture_output=True)
        written.append(out.read_bytes())
    assert written[0] == written[1]
    assert written[0].count(b"\n") == 410


@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("sokoban-small", {"kind": "race"}, r"is for 1 player\(s\), and has no tasks of the kind 'race'"),
        ("sokoban-duo", {"kind": "alone"}, "its kinds: partners"),
        ("sokoban-small", {"split": "dev"}, "there is no split 'dev' of tasks; the splits are train, valid, test"),
    ],
)
def test_impossible_requests_are_refused(name, arguments, reason):
    with pytest.raises(ValueError, match=reason):
        next(generate(worlds.load(name), 10, **arguments))


def test_a_world_that_runs_out_of_tasks_says_so(monkeypatch):
    monkeypatch.setattr(generator, "ATTEMPTS", 2)
    monkeypatch.setattr(generator, "PLAYS", 2)
    monkeypatch.setattr(generator, "FEWEST", 2)
    tasks = generate(worlds.load("box-world-small"), 2000)
    with pytest.raises(ValueError, match=r"has \d+ different tasks"):
        list(tasks)


def test_loops_are_cut_out_of_solutions():
    assert shortcut([1, 2, 3, 4], [7, 8, 9, 8, 5]) == [1, 4]
    assert shortcut([1, 2], [7, 8, 7]) == []
    assert shortcut([1, 2, 3], [7, 7, 8, 9]) == [2, 3]


# checking


def changed(task, **more):
    return Task.model_validate(task.model_dump(mode="json") | more)


def test_strangers_tasks_are_proven_or_refused():
    world = worlds.load("sokoban-small")
    task = next(task for task in made("sokoban-small", None) if task.skill == "move" and 2 < task.steps < 20)
    moves, goal = [list(hands) for hands in task.solution.moves], task.players[0].goal.model_dump(mode="json")
    told = {"instruction": "do it"}
    box, target = {"kind": "box"}, {"kind": "target"}
    never = {"a": box, "relation": "near", "b": target, "within": 40}
    on_wall = {"a": target, "relation": "on", "b": box}

    def goals(**parts):
        return {"players": [{"goal": parts, **told}], "solution": None, "steps": None}

    cases = {
        "": {},
        "steps: the solution takes": {"steps": task.steps + 1},
        "solution.moves: they do not bring": {"solution": {"moves": moves[:-1]}, "steps": None},
        "solution.moves: a solution takes 1 to limit": {"limit": task.steps - 1},
        "solution.moves[0]: the world has 4 moves": {"solution": {"moves": [[4], *moves]}},
        "solution.moves[1]: there is a move for each of 1 players": {"solution": {"moves": [[0], [0, 0]]}},
        "players[0].goal: it cannot be reached": goals(stages=[{"all": [on_wall]}]),
        "players[0].goal: it is reached already": goals(stages=[{"all": [never]}]),
        "players[0].goal.never: what must never be is so": goals(never=[never]),
        "players[0].goal.stages[0].all[0].a.kind: there is no 'gem'": goals(
            stages=[{"all": [{"a": {"kind": "gem"}, "relation": "on", "b": target}]}]
        ),
    }
    tasks = [changed(task, **more) for more in cases.values()]
    for reason, found in zip(cases, check(tasks, world), strict=True):
        assert (found or "").startswith(reason) if reason else found is None
    assert check([changed(task, **goals(**goal))], world, nodes=2) == [
        "players[0].goal: not shown to be feasible within 2 states"
    ]
    unproven = [changed(task, solution=None, steps=None, limit=limit) for limit in (task.steps, 1)]
    waiting = changed(task, **goals(never=[on_wall]), limit=9)
    assert proofs([*unproven, waiting], world) == [
        "search",
        "players[0].goal: it cannot be reached in 1 ticks, whatever is done",
        "rest",
    ]


def test_a_file_from_strangers_opens_no_folder(tmp_path):
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "__init__.py").write_text("raise SystemExit('this code must never run')\n")
    tasks = made("box-world-small", None)
    lines = [
        write_line(task).strip() for task in (*tasks, changed(tasks[0], world=str(trap)), *made("sokoban-small", None))
    ]
    path = tmp_path / "tasks.jsonl"
    path.write_text("\n".join([*lines, "[" * 5000, '{"rumpus_task": 2}']))
    report = check_file(path)
    assert report.good == 2 * COUNT
    assert report.by == {"solution": 2 * COUNT}
    assert [problem.line for problem in report.problems] == [COUNT + 1, 2 * COUNT + 2, 2 * COUNT + 3]
    assert "there is no world" in report.problems[0].reason
    assert sum(isinstance(task, Task) for _, task in read(path)) == 2 * COUNT + 1
