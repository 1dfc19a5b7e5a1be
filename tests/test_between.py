"""Pictures between two ticks: bodies and cameras on their way, the mouse at once, and nothing of it in the episode."""

import numpy as np
import pygame
import pytest

from rumpus import worlds
from rumpus.agents.human import screen
from rumpus.agents.human.between import RATE, Between
from rumpus.agents.human.desk import Desk
from rumpus.agents.human.screen import SEEN, Fineness
from rumpus.agents.human.session import Session
from rumpus.agents.human.window import Window
from rumpus.interface.action import MOUSE_ONE
from rumpus.interface.viewer import open_display
from rumpus.worlds.first_person.between import blend, look_ahead
from rumpus.worlds.first_person.state import CELL, TURN
from rumpus.worlds.room import SMALL as ROOM
from rumpus.worlds.room.between import joints
from rumpus.worlds.room.state import POSE, TOYS_AT

TICK, LATE = 1 / 30, 1e-4


def playing(world, **options):
    """A desk in the middle of an episode, its only person, and the time of its last tick."""
    desk = Desk(Session(worlds.load(world), seed=3, **options), stored=False)
    person = desk.join("Ada")
    desk.paused = False
    desk.advance(1.0)
    person.caught = True
    desk.advance(1.0 + TICK)
    return desk, person, desk.ticked


def shot(desk, between, now):
    return between.views(now, 60, 80)[0]


def test_a_picture_between_ticks_lies_between_them_and_changes_nothing():
    desk, person, now = playing("maze-small")
    twin, other, _ = playing("maze-small")
    between = Between(desk)
    for each in (person, other):
        each.press("w", now)
    shown = []
    for half in range(2, 26):
        at = now + half * TICK / 2 + LATE
        desk.advance(at)
        twin.advance(at)
        shown.append(shot(desk, between, at))
    assert desk.session.batch.save(0) == twin.session.batch.save(0)
    assert np.array_equal(shown[-1], twin.session.views(60, 80)[0])  # the last before a tick is that of the tick
    seen = np.array(shown, int)
    changes, whole = (np.abs(seen[back:] - seen[:-back]).mean((1, 2, 3))[4:] for back in (1, 2))
    assert min(changes) > 0  # a new picture each time
    assert np.mean(changes) < 0.8 * np.mean(whole)  # and none of them jumps all the way


def test_the_camera_follows_the_mouse_at_once_as_the_next_tick_will_have_it():
    desk, person, now = playing("maze-small")
    between, before = Between(desk), shot(desk, Between(desk), now)
    person.look((90, -20))
    at_once = shot(desk, between, now + TICK / 2)
    assert not np.array_equal(at_once, before)
    desk.advance(now + TICK + LATE)
    assert np.array_equal(at_once, desk.session.views(60, 80)[0])
    assert np.array_equal(at_once, shot(desk, between, now + TICK))  # it does not go back with the tick
    person.look((50, 0))
    desk.pause()
    assert np.array_equal(shot(desk, between, now + TICK), at_once)  # nothing moves in a pause


def test_pictures_are_due_between_ticks_alone_and_fewer_where_they_cost_too_much():
    desk, _, now = playing("maze-small")
    between = Between(desk)
    assert between.due(now) == pytest.approx(now + 1 / RATE) and between.share(now) == 0.5
    assert between.due(now + 1 / RATE) == np.inf and between.share(now + 1 / RATE) == 1
    desk.faster(-2)
    quarter = 4 * TICK
    desk.advance(now + TICK + LATE)
    last = desk.ticked
    dues = [last]
    while (due := between.due(dues[-1])) < np.inf:
        dues.append(due)
    assert np.allclose(np.diff(dues), 1 / RATE) and len(dues) == round(quarter * RATE)
    for _ in range(9):
        between.took(0.05, last)
    assert between.due(last) == np.inf  # left out for a while
    desk.advance(last + 2.5)
    assert between.due(desk.ticked) < np.inf
    desk.pause()
    assert between.due(last + 2.5) == np.inf
    assert not Between(Desk(Session(worlds.load("sokoban-small"), seed=1), stored=False)).on


def test_jumps_hands_and_turns_across_the_seam_are_shown_as_they_are():
    state = playing("maze-small")[0].session.batch.states[0]
    before, after, out = state.copy(), state.copy(), state.copy()
    before["yaw"], after["yaw"] = TURN - 100, 100
    before["x"], after["x"] = 3 * CELL, 3 * CELL + 600
    before["y"], after["y"] = CELL, 9 * CELL
    before["thing_x"][0], after["thing_x"][0], out["thing_x"][0] = 0, 1000, 1000
    before["thing_x"][1], after["thing_x"][1], out["thing_x"][1] = 0, 1000, 1000
    after["holder"][1] = 1
    out["y"] = after["y"]
    blend(before, after, 0.25, out)
    assert (out["yaw"][0], out["x"][0], out["y"][0]) == (TURN - 50, after["x"][0], 9 * CELL)  # a jump is whole
    assert (out["thing_x"][0], out["thing_x"][1]) == (250, 1000)
    look_ahead(out, 0, before, after, 0.25, ((MOUSE_ONE, 0), (MOUSE_ONE, 0), (MOUSE_ONE, 0)))
    assert out["yaw"][0] == TURN - 50  # the last tick did not turn by its motion: the mouse does something else


def test_toys_turn_on_the_shorter_way():
    desk = Desk(Session(worlds.load("room-small"), seed=3), stored=False)
    after = desk.session.batch.states[0].copy()
    before, out = after.copy(), after.copy()
    first = slice(TOYS_AT, TOYS_AT + POSE)
    before["qpos"][first] = [1, 1, 0.1, 1, 0, 0, 0]
    after["qpos"][first] = out["qpos"][first] = [1.2, 1, 0.1, -(0.5**0.5), 0, 0, -(0.5**0.5)]  # a quarter turn
    joints(before, after, 0.5, out)
    eighth = np.array([np.cos(np.pi / 8), 0, 0, np.sin(np.pi / 8)])
    assert np.allclose(out["qpos"][first], [1.1, 1, 0.1, *-eighth])
    assert np.allclose(out["qpos"][TOYS_AT + POSE :], after["qpos"][TOYS_AT + POSE :])


def test_pictures_on_fine_screens_are_as_fine_as_their_time_allows():
    fineness, quick, slow = Fineness(), 0.1 / RATE, 1.1 / RATE
    assert [Fineness().fit(height) for height in (50, 1080, 1081, 2084, 3300)] == [1, 1, 2, 2, 4]
    seen = []
    assert fineness.fit(2084) == 2
    for seconds in (slow, slow, 0.5 / RATE, quick, quick):
        for _ in range(SEEN):
            fineness.took(seconds)
        seen.append(fineness.fit(2084))
    assert seen == [3, 3, 3, 2, 2], "3 of the window's pixels leave 694 rows; the time of finer ones is foreseen"
    fineness.took(slow)
    assert fineness.fit(1040) == 1, "a smaller window has the finest"


def test_a_view_of_a_camera_fills_its_place_whatever_its_fineness(tmp_path, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    open_display()
    window = Window(Session(ROOM, seed=3), (1901, 1403), tmp_path)
    for coarse in (2, 1):
        window.draw()
        (view,) = window.place.views
        (picture,) = window._pictures(0.0)
        assert (view.height, view.width) == (coarse * picture.shape[0], coarse * picture.shape[1])
        window.person.do("help", 0.0)
        window.person.press("x", 0.0)
        window.draw()
        shown_there = pygame.surfarray.array3d(window._surface.subsurface(view)).swapaxes(0, 1)
        enlarged = picture.repeat(coarse, 0).repeat(coarse, 1)
        assert np.array_equal(shown_there[: view.height // 3], enlarged[: view.height // 3])
        other = pygame.Surface(view.size, depth=24)
        screen.show(other, picture, other.get_rect())
        assert np.array_equal(pygame.surfarray.array3d(other).swapaxes(0, 1), enlarged), "by pygame alone"
        pygame.display.set_mode((1000, 700), pygame.RESIZABLE)
    pygame.display.quit()
