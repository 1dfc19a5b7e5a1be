"""Marks: those that ground truth gives are what the judge says, and those that people give at the window are stored."""

from __future__ import annotations

import json

import numpy as np
import pygame
import pytest

from rumpus import worlds
from rumpus.agents.human.mark_window import MarkWindow
from rumpus.agents.human.marking import Marking
from rumpus.agents.human.reel import Reel
from rumpus.agents.recording import record
from rumpus.episodes.episode import Player
from rumpus.episodes.label import BY, label
from rumpus.episodes.marks import Mark, standing
from rumpus.episodes.store import Store
from rumpus.interface.text import encode
from rumpus.interface.viewer import open_display
from rumpus.tasks.codec import encode as encode_goal
from rumpus.tasks.generate import write as generate
from rumpus.tasks.goals import Goal
from rumpus.tasks.language import understand
from rumpus.tests.commands import rumpus
from rumpus.tests.people import Person
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.run.table import pack_tasks

TASKS = 20
COUNT = TASKS + 12


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Store:
    """Episodes of three worlds, one of them for two players, and of tasks."""
    folder = tmp_path_factory.mktemp("marks")
    generate(worlds.load("box-world-small"), folder / "tasks.jsonl", TASKS)
    record("box-world-small", "expert", folder / "store", tasks=folder / "tasks.jsonl", threads=1)
    record("box-world-small", "random", folder / "store", episodes=6, threads=1)
    record("sokoban-duo", "random", folder / "store", episodes=3, limit=40, threads=1)
    record("maze-small", "expert", folder / "store", episodes=3, threads=1)
    return Store(folder / "store")


@pytest.fixture(scope="module")
def labelled(stored) -> dict[str, list[Mark]]:
    """The marks of each of its episodes."""
    *_, report = label(stored, seed=3, threads=1)
    assert report.episodes == len(stored) == COUNT
    assert not report.left_out
    for again in label(stored, threads=1):
        assert (again.episodes, again.labelled_before) == (0, COUNT)
    found: dict[str, list[Mark]] = {head.id: [] for head in stored.index()}
    for mark in stored.marks():
        found[mark.episode].append(mark)
    assert report.marks.total() == sum(map(len, found.values()))
    return found


def judged_at(episode, goal: Goal, player: int) -> int | None:
    """The step after which the judge gives a player success for a goal, if the episode is played again."""
    world = worlds.load(episode.start.world)
    row, level = episode.start.row(world)
    assert world.rules.things is not None
    encode_goal(goal, world.rules.things).write(row[0], player)
    row["judged"], row["reward"], row["limit"] = 1, (1000, 0, 0, 0), episode.steps + 1
    for other in set(range(world.players)) - {player}:
        row["stages"][0, other], row["clauses"][0, other] = 0, 0  # success at the limit, which is not reached
    if level is None and world.levels is not None:
        level = world.level_bank(episode.start.split, dict(episode.start.knobs))
    batch = Batch(world, 1, tasks=pack_tasks(row, level), threads=1, split=episode.start.split)
    batch.reset(seed=[episode.start.seed])
    for at, actions in enumerate(episode.actions, 1):
        batch.actions[0] = actions
        if batch.step()["success"][0, player]:
            return at
    return None


def test_goals_came_true_where_the_judge_says_so_and_words_mean_them(stored, labelled):
    skills, checked = set(), 0
    for episode in stored.read():
        marks = [mark for mark in labelled[episode.id] if mark.label in ("goal", "sentence")]
        assert marks
        things = worlds.load(episode.start.world).rules.things
        for goal, sentence in zip(marks[::2], marks[1::2], strict=True):
            assert (goal.label, sentence.label, goal.by) == ("goal", "sentence", BY)
            assert (sentence.first, sentence.last, sentence.player) == (0, goal.last, goal.player)
            meant = Goal.model_validate_json(goal.text)
            assert understand(sentence.text, things) == meant
            assert len(encode(sentence.text))
            assert judged_at(episode, meant, goal.player) == goal.first == goal.last
            skills.add(json.dumps([len(meant.stages), bool(meant.never), any(stage.hold for stage in meant.stages)]))
            checked += 1
    assert checked > 60
    assert len(skills) >= 4, "one stage and several, with and without something to avoid or to hold"


def test_the_own_task_is_marked_too(stored, labelled):
    progress = 0
    for episode in stored.read():
        ends = [mark for mark in labelled[episode.id] if mark.label in ("success", "failure")]
        for player in range(episode.players):
            own = [mark for mark in ends if mark.player == player]
            assert [mark.label for mark in own] == ["success"] * int(episode.success[:, player].any())
            assert all(episode.success[mark.last - 1, player] for mark in own)
        stages = len((episode.start.task or {"players": [{"goal": {}}]})["players"][0]["goal"].get("stages", [None]))
        some = sum(mark.label == "progress" for mark in labelled[episode.id])
        assert some == (stages - 1 if episode.start.task else 0), "the expert reaches them all"
        progress += some
    assert progress


def test_the_same_labels_come_again(stored, labelled, tmp_path):
    twin = Store(tmp_path / "twin", create=True)
    twin.append(list(stored.read()))
    assert list(label(twin, seed=3, threads=1))

    def told(store):
        return sorted((m.episode, m.label, m.last, m.player or 0, m.text) for m in store.marks() if m.by == BY)

    assert told(twin) == told(stored)


def test_a_reel_shows_what_was_played_at_any_state(stored, tmp_path):
    episode = max(stored.read(), key=lambda each: each.steps * (each.start.world == "maze-small"))
    reel, batch = Reel(episode), None
    row, level = episode.start.row(worlds.load(episode.start.world))
    batch = Batch(
        worlds.load(episode.start.world), 1, tasks=pack_tasks(row, level), threads=1, split=episode.start.split
    )
    batch.reset(seed=[episode.start.seed])
    pictures = [batch.picture(size=(48, 64))]
    for actions in episode.actions:
        batch.actions[0] = actions
        batch.step()
        pictures.append(batch.picture(size=(48, 64)))
    assert episode.steps > 40
    for state in (0, 5, 40, 39, 3, episode.steps + 9, 17, -1):
        at = reel.seek(state)
        assert at == min(max(state, 0), episode.steps)
        assert np.array_equal(reel.views(48, 64)[0], pictures[at]), state
    episode.checksums[20:] = 0
    broken = Reel(episode)
    with pytest.raises(ValueError, match="departs from its recording"):
        broken.seek(40)


def test_a_person_marks_at_the_window(stored, monkeypatch, tmp_path):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    open_display()
    store = Store(tmp_path / "store", create=True)
    store.append([each for each in stored.read() if each.players == 2 or each.start.world == "box-world-small"])
    game = Marking(store, list(store.index()), Player("person", "Ada"))
    pygame.display.set_mode((700, 620))
    window = MarkWindow(game)
    first = game.head

    def at(state):
        return lambda: game.state == state

    def script(person):
        person.press(pygame.K_RIGHT)
        person.until(at(1), "a step")
        person.press(pygame.K_b)
        person.press(pygame.K_m)
        person.press(pygame.K_RIGHT)
        person.until(at(2), "another step")
        person.press(pygame.K_LEFT, pygame.KMOD_SHIFT)
        person.until(at(0), "a leap back")
        person.press(pygame.K_w)
        person.until(lambda: len(game.marks) == 2, "two marks")
        person.press(pygame.K_BACKSPACE)
        person.until(lambda: len(game.marks) == 1, "one taken back")
        person.press(pygame.K_t)
        person.until(lambda: window.typing == "", "typing")
        for letter in "go to the gem":
            pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text=letter))
        person.press(pygame.K_s)  # a letter, not a mark
        pygame.event.post(pygame.event.Event(pygame.TEXTINPUT, text="\u20ac"))
        person.until(lambda: "no others" in window.note, "a sign that cannot be said")
        person.press(pygame.K_RETURN)
        person.until(lambda: len(game.marks) == 2, "a sentence")
        middle = (window.line.left + window.line.width // 2, window.line.centery)
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=middle, button=1))
        person.until(lambda: abs(game.state - game.head.steps / 2) <= 1, "the line of time")
        pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONUP, pos=middle, button=1))
        person.press(pygame.K_HOME)
        for _ in range(4):
            person.press(pygame.K_UP)
        person.press(pygame.K_SPACE)
        person.until(lambda: game.state == game.head.steps and not game.playing, "played to the end")
        person.press(pygame.K_s)
        person.until(lambda: len(game.marks) == 3, "success")
        person.press(pygame.K_F1)
        person.until(lambda: window.help, "help")
        person.press(pygame.K_n)
        person.press(pygame.K_p)
        person.until(lambda: game.place == len(game.heads) - 1 and not window.busy, "round and round")
        person.press(pygame.K_2)
        person.press(pygame.K_f)
        person.until(lambda: game.marks and game.marks[-1].player == 1, "about the second player")
        person.press(pygame.K_3)
        person.until(lambda: "2 player(s)" in window.note, "there is no third")

    person = Person(window, script)
    person.start()
    window.run()
    person.join()
    if person.error:
        raise person.error
    held = standing(store.marks(first.id))
    assert [(m.label, m.first, m.last, m.text) for m in held] == [
        ("progress", 1, 1, ""),
        ("sentence", 0, 0, "go to the gem"),
        ("success", first.steps, first.steps, ""),
    ]
    assert {m.by for m in held} == {Player("person", "Ada")}
    assert [m.label for m in store.marks(first.id)].count("removed") == 1
    again = Marking(store, list(store.index()), Player("person", "Ada"))
    assert [m.label for m in again.marks] == ["progress", "sentence", "success"]


def test_a_replay_is_looked_through_and_takes_no_marks(stored, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    whole = next(each for each in stored.read() if each.start.world == "box-world-small")
    place = tmp_path / "store"
    Store(place, create=True).append([whole])
    seen = []

    def play(window):
        game = window.marking
        assert game.playing and game.hz == 40.0
        for key, state in ((pygame.K_END, whole.steps), (pygame.K_LEFT, whole.steps - 1), (pygame.K_HOME, 0)):
            window.handle(pygame.event.Event(pygame.KEYDOWN, key=key, mod=0))
            window.draw()
            seen.append(game.state == state)
        pressed = pygame.K_s, pygame.K_b, pygame.K_t, pygame.K_m, pygame.K_n, pygame.K_BACKSPACE, pygame.K_1
        for key in (*pressed, pygame.K_F1):
            window.handle(pygame.event.Event(pygame.KEYDOWN, key=key, mod=0))
        window.draw()
        seen.extend((window.help, window.typing is None, not game.marks, bool(game.mark("success"))))
        middle = window.line.left + window.line.width // 2, window.line.centery
        window.handle(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=middle, button=1))
        seen.append(abs(game.state - whole.steps / 2) <= 1)

    monkeypatch.setattr(MarkWindow, "run", play)
    assert rumpus("episodes", "replay", place, whole.id[:6], "--hz", "40") == 0
    assert len(seen) == 8 and all(seen)
    assert not list(Store(place).marks(whole.id))
    assert rumpus("episodes", "replay", place, whole.id, "--hz", "0") == 1
    assert "--hz is more than 0" in capsys.readouterr().err


def test_the_command_line_labels_and_refuses(stored, tmp_path, capsys):
    store = Store(tmp_path / "store", create=True)
    store.append(list(stored.read(lambda head: head.world == "box-world-small")))
    assert rumpus("label", store.path, "--most", 2, "--json", "--threads", 1) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["episodes"] == COUNT - 6
    assert COUNT - 6 < told["marks"]["goal"] <= 2 * (COUNT - 6)
    for words, reason in (
        (("label", tmp_path), "is no store"),
        (("label", store.path, "--world", "maze"), "holds no such episode"),
        (("label", store.path, "--most", "0"), "at least 1 goal"),
        (("mark", store.path, "ffffffffffffffffff"), "holds no such episode"),
    ):
        assert rumpus(*words) == 1
        assert reason in capsys.readouterr().err
