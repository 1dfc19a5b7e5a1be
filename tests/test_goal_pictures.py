"""Goals as pictures: made from solutions, judged by their goals, and seen the same through every door."""

import copy
import json
import pickle
from dataclasses import replace

import gymnasium
import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents.human.session import Session
from rumpus.agents.network_policy import NetworkPolicy
from rumpus.agents.recording import record
from rumpus.agents.settings import Config
from rumpus.agents.training.trainer import Trainer
from rumpus.episodes.moments import load
from rumpus.episodes.redraw import redraw
from rumpus.episodes.store import Store
from rumpus.interface.wrappers import Moves, Pixels, parallel, vector
from rumpus.tasks import generate as generator
from rumpus.tasks.compile import packed_state, table
from rumpus.tasks.files import write_line
from rumpus.tasks.generate import generate, write
from rumpus.tasks.goals import Moment, Task
from rumpus.tasks.pictures import TOLD, pictured
from rumpus.tasks.prove import check, proofs
from rumpus.tasks.replays import solution
from rumpus.tests.commands import rumpus
from rumpus.tests.runs import OWN, SMALL

NAMES = ("box-world-small", "sokoban-duo")


@pytest.fixture(autouse=True, scope="module")
def small_blocks():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"BLOCK": 12, "PLAYS": 24, "FEWEST": 16}.items():
            patch.setattr(generator, name, value)
        yield


@pytest.fixture(scope="module")
def made():
    """Tasks of each world whose goals are shown, some of them without words."""
    return {name: tuple(generate(worlds.load(name), 12, pictures="alone")) for name in NAMES}


def batch_of(name, tasks, **options):
    world = worlds.load(name)
    batch = worlds.batch(world, len(tasks), tasks=table(tasks, world), threads=1, **options)
    batch.reset(tasks=np.arange(len(tasks)))
    return batch


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_what_its_player_sees_at_the_end_of_the_solution(name, made):
    world, tasks = worlds.load(name), made[name]
    shown = 0
    for task in tasks:
        batch, played = batch_of(name, [task], size=(96, 96)), solution(task, world)
        for seat, player in enumerate(task.players):
            if player.picture is None:
                assert not batch.goal_pixels[0, seat].any() and batch.goal_picture(0, seat) is None
                continue
            shown += 1
            frames = list(played.frames(worlds.load, (96, 96), player=seat, tasks=table([task], world)))
            assert any(np.array_equal(batch.goal_pixels[0, seat], frame) for frame in frames[1:])
            assert np.array_equal(batch.goal_picture(0, seat), batch.goal_pixels[0, seat])
            assert (player.instruction == TOLD) <= (len(player.goal.stages) == 1 and not player.goal.never)
    assert shown >= len(tasks) and {how in ("solution", "search") for how in proofs(tasks, world)} == {True}


def test_a_picture_of_something_else_is_refused_and_a_damaged_one_too(made):
    world, tasks = worlds.load("box-world-small"), made["box-world-small"]
    one = next(task for task in tasks if task.skill in ("move", "use", "open"))
    batch = batch_of("box-world-small", [one])
    start = Moment(state=packed_state(world, np.frombuffer(batch.record(0), world.rules.state)))
    text = one.players[0].picture.state
    damaged = Moment(state=text[:120] + text[124:128] + text[120:124] + text[128:])
    other = made["sokoban-duo"][0]
    of_another = next(player.picture for player in other.players if player.picture is not None)
    for picture, reason in ((start, "is not reached in it"), (damaged, "damaged"), (of_another, "no saved state of")):
        wrong = one.model_copy(update={"players": (one.players[0].model_copy(update={"picture": picture}),)})
        (why,) = check([wrong], world)
        assert why and "players[0].picture: " in why and reason in why
    assert check([one], world) == [None]


def test_pictures_follow_the_rows_to_other_tasks_sizes_copies_and_pickles(made):
    tasks = [task for task in made["box-world-small"] if task.players[0].picture]
    batch = batch_of("box-world-small", tasks)
    batch.reset(tasks=np.arange(len(tasks))[::-1])
    turned = batch.goal_pixels.copy()
    batch.reset(tasks=np.arange(len(tasks)))
    assert np.array_equal(batch.goal_pixels, turned[::-1]) and len({frame.tobytes() for frame in turned}) > 3
    twin, sent = copy.deepcopy(batch), pickle.loads(pickle.dumps(batch))
    twin.reset(tasks=np.zeros(len(tasks), int))
    assert (twin.goal_pixels == batch.goal_pixels[0]).all() and np.array_equal(batch.goal_pixels, turned[::-1])
    assert np.array_equal(sent.goal_pixels, turned[::-1])
    batch.size = 48
    assert batch.goal_pixels.shape == (len(tasks), 1, 48, 48, 3) and batch.goal_pixels.any()
    batch.configure()
    batch.reset()
    assert not batch.goal_pixels.any()


def test_every_environment_shows_the_same_pictures(made):
    world, tasks = worlds.load("box-world-small"), made["box-world-small"]
    given = table(tasks, world)
    env = gymnasium.make("rumpus/BoxWorldSmall-v1", tasks=given, size=64, goal_pixels=True)
    envs = gymnasium.make_vec("rumpus/BoxWorldSmall-v1", 3, tasks=given, size=64, goal_pixels=True)
    lanes = worlds.lanes(world, 3, tasks=given, size=64, goal_pixels=True)
    seen, info = env.reset(seed=5)
    assert env.observation_space.contains(seen)
    for many in (envs, lanes):
        every, _ = many.reset(seed=5)
        assert many.observation_space.contains(every) and np.array_equal(every["goal_pixels"][0], seen["goal_pixels"])
    reference = worlds.batch(world, 1, tasks=given, size=64)
    reference.reset(tasks=[info["task"]])
    assert np.array_equal(reference.goal_pixels[0, 0], seen["goal_pixels"])
    stacked, _ = Pixels(env).reset(seed=5)
    assert stacked.shape == (64, 64, 6) and np.array_equal(stacked[..., 3:], seen["goal_pixels"])
    wrapped = vector.Pixels(vector.Moves(envs))
    assert wrapped.single_observation_space.contains(wrapped.reset(seed=5)[0][0])
    observations, *_ = wrapped.step(np.zeros(3, int))
    assert observations.shape == (3, 64, 64, 6)
    duo = worlds.load("sokoban-duo")
    both = worlds.parallel(duo, tasks=table(made["sokoban-duo"], duo), goal_pixels=True)
    pair, _ = both.reset(seed=1)
    assert all(both.observation_space(agent).contains(pair[agent]) for agent in pair)
    planes, _ = parallel.Pixels(parallel.Moves(both)).reset(seed=1)
    for agent, own in pair.items():
        assert np.array_equal(planes[agent], np.concatenate([own["pixels"], own["goal_pixels"]], -1))
    plain = Moves(worlds.single(world, tasks=given, size=64))
    assert "goal_pixels" not in plain.observation_space.spaces


def test_the_command_makes_them_and_a_file_begun_is_resumed_to_the_byte(made, tmp_path):
    world, out = worlds.load("box-world-small"), tmp_path / "tasks.jsonl"
    write(world, out, 24, pictures="alone", progress=False)
    whole = out.read_bytes()
    assert [Task.model_validate_json(line) for line in whole.splitlines()[:12]] == list(made["box-world-small"])
    out.write_bytes(whole[:-2000])
    write(world, out, 24, pictures="alone", progress=False)
    assert out.read_bytes() == whole
    with pytest.raises(ValueError, match="beside the words, or in their place; got 'inside'"):
        next(generate(world, 1, pictures="inside"))
    assert not rumpus("tasks", "show", str(out), "--out", str(tmp_path / "sheet.png"))


def test_a_picture_by_reference_is_read_from_its_store(made, tmp_path):
    world, (one, *_) = worlds.load("box-world-small"), [t for t in made["box-world-small"] if t.players[0].picture]
    (tmp_path / "one.jsonl").write_text(write_line(one))
    record("box-world-small", "expert", out=tmp_path / "store", episodes=1, tasks=tmp_path / "one.jsonl")
    (episode,) = Store(tmp_path / "store").read()
    assert episode.start.task["players"][0]["picture"]["state"] == one.players[0].picture.state
    assert len(list(redraw(Store(tmp_path / "store"), (64, 64), rows=1))) == episode.steps
    named = Moment(store="store", episode=episode.id, step=episode.steps)
    told = replace_picture(one, named)
    (tmp_path / "tasks.jsonl").write_text(write_line(told) + write_line(replace_picture(one, named, step=999)))
    with pytest.warns(UserWarning, match=r"players\[0\].picture: episode .* has states 0 to"):
        (read,), _ = load(tmp_path / "tasks.jsonl", world)
    assert check([read], world) == [None]


def replace_picture(task, moment, **changes):
    player = task.players[0].model_copy(update={"picture": moment.model_copy(update=changes)})
    return task.model_copy(update={"players": (player,)})


def test_tasks_without_solutions_have_none(made):
    world, (one, *_) = worlds.load("box-world-small"), made["box-world-small"]
    with pytest.raises(ValueError, match="has no solution"):
        pictured([one.model_copy(update={"solution": None})], world)


def test_people_see_them_in_the_window_and_players_through_the_doors(made, monkeypatch):
    pygame = pytest.importorskip("pygame")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    from rumpus.agents.human.window import Window
    from rumpus.interface.viewer import open_display

    world, tasks = worlds.load("box-world-small"), [t for t in made["box-world-small"] if t.players[0].picture][:1]
    given = table(tasks, world)
    open_display()
    try:
        for size in ((700, 700), (1100, 500)):
            window = Window(Session(world, tasks=given, ids=[tasks[0].id]), size)
            window.draw()
            with_goal = pygame.surfarray.array3d(pygame.display.get_surface())
            window.session.batch.table = replace(given, pictures={})
            window.draw()
            without = pygame.surfarray.array3d(pygame.display.get_surface())
            panel = window.place.panel
            changed = np.argwhere((with_goal != without).any(2))
            assert len(changed) > 1000 and all(panel.collidepoint(*place) for place in changed[::50].tolist())
            pygame.display.quit()
            open_display()
    finally:
        pygame.display.quit()


def test_doors_and_language_models_are_given_both_pictures(made, tmp_path):
    from rumpus.agents.doors.sessions import Pool
    from rumpus.agents.doors.tools import GOAL, Tools
    from rumpus.agents.language.player import LanguagePlayer

    world, tasks = worlds.load("box-world-small"), [t for t in made["box-world-small"] if t.players[0].picture][:2]
    (tmp_path / "tasks.jsonl").write_text("".join(map(write_line, tasks)))
    pool = Pool(world, 2, tasks=tmp_path / "tasks.jsonl")
    tools = Tools(pool, index=1)
    shown = tools.call("screen", {})
    batch = batch_of("box-world-small", tasks)
    assert np.array_equal(shown.goal, batch.goal_pixels[1, 0]) and GOAL in shown.text

    class Told:
        name = "told"

    player = LanguagePlayer(Told(), see="both", size=(160, 160))
    player.start(batch)
    request = player._request(batch, 0)
    assert len(request.messages[-1].images) == 2 and GOAL in request.messages[-1].text
    openenv = pytest.importorskip("rumpus.agents.doors.openenv")
    environment = openenv.RumpusEnvironment(pool, openenv.Gatherer(pool), "raw")
    seen = environment.reset(index=1)
    import base64

    assert base64.b64decode(seen.goal_pixels) == shown.goal.tobytes() and json.loads(seen.model_dump_json())
    environment.close()
    tools.close()


def test_networks_learn_from_pictures_of_goals_and_play_by_them(made, tmp_path):
    """An update of imitation changes the part that reads them, and what is chosen depends on the picture alone."""
    name, file = "box-world-small", tmp_path / "tasks.jsonl"
    file.write_text("".join(map(write_line, made[name])))
    given = {**SMALL, **OWN["dagger"], "tasks": str(file)}
    trainer = Trainer(Config.of("dagger", name, goals=True, **given))
    before = trainer.algorithm.networks()[0].wanted.weight.clone()
    trainer.update()
    (network,) = trainer.algorithm.networks()
    assert not torch.equal(network.wanted.weight, before)

    batch = batch_of(name, made[name])
    policy = NetworkPolicy([network], trainer.algorithm.play, greedy=True)
    policy.start(batch)
    batch.draw()
    observation = policy._reader.observe()
    frames, goals = observation.pixels.split(3, -1)
    assert np.array_equal(goals, batch.goal_pixels[:, 0]) and np.array_equal(frames, batch.pixels[:, 0])
    first = torch.ones(1, len(frames))
    swapped = observation._replace(pixels=torch.cat([frames, goals.roll(1, 0)], -1))
    one, other = (network(each, network.initial(len(frames)), first)[0] for each in (observation, swapped))
    alike = (goals == goals.roll(1, 0)).flatten(1).all(1)
    assert torch.equal(one[alike], other[alike]) and (one != other).any(1)[~alike].all() and not alike.all()
    with pytest.raises(ValueError, match="stored episodes have no pictures of goals"):
        Trainer(Config.of("bc", name, goals=True, store=str(tmp_path)))
