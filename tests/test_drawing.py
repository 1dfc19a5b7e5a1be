"""Worlds of tiles draw the tiles that changed: always the pixels of a whole frame, and by any number of threads."""

import copy
import gc
import pickle
import threading
import time

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

import rumpus.worlds as worlds
from rumpus.interface.changed import changed
from rumpus.tests.batches import random_actions
from rumpus.tests.chosen import EASY
from rumpus.worlds.engine.render import wide
from rumpus.worlds.engine.render.enlarge import FACTORS, enlarge
from rumpus.worlds.engine.render.views import Tiles
from rumpus.worlds.engine.run import threads
from rumpus.worlds.engine.run.table import pack_tasks

TILED = [name for name in worlds.names() if isinstance(worlds.load(name).view, Tiles)]
OF_EACH_FAMILY = ("sokoban", "sokoban-duo", "box-world", "box-world-viewport")


def make(name, n, **options):
    return worlds.batch(name, n, **{"size": (64, 64), "threads": 1, **options})


def whole(batch):
    """The frames that are drawn into an array of nothing but noise."""
    out = np.random.default_rng(0).integers(0, 256, batch.pixels.shape, np.uint8)
    assert batch.draw(out=out) is out
    return out


def check(batch):
    drawn = batch.draw()
    assert drawn is batch.pixels
    assert (drawn == whole(batch)).all()


def disturb(batch, rng, saved):
    """Something that may happen between two draws besides a step. Returns the batch to go on with."""
    rows = rng.random(batch.n) < 0.5
    chance = rng.integers(9)
    if chance == 0:
        batch.reset(rows)
    elif chance == 1 and saved:
        batch.load(int(rng.integers(batch.n)), saved[int(rng.integers(len(saved)))])
    elif chance == 2:
        batch.size = [(40, 40), (64, 64), (97, 64), (33, 120)][int(rng.integers(4))]
    elif chance == 3:
        batch.tensors()["pixels"][int(rng.integers(batch.n))] += 1
    elif chance == 4:
        with torch.inference_mode():
            batch.tensors()["pixels"].view(-1)[::7].zero_()
    elif chance == 5:
        assert (batch.draw(rows)[rows] == whole(batch)[rows]).all()
    elif chance == 6:
        return (batch.clone(), copy.deepcopy(batch), pickle.loads(pickle.dumps(batch)))[int(rng.integers(3))]
    elif chance == 7:
        batch.rows, batch.cols = batch.rows + int(rng.integers(2)), batch.cols + int(rng.integers(2))  # as draw_at does
    else:
        saved.append(batch.save(int(rng.integers(batch.n))))
    return batch


@pytest.mark.parametrize("name", TILED)
def test_changed_tiles_make_whole_frames(name):
    rng = np.random.default_rng(len(name))
    batch = make(name, 5, size=(64, 64))
    batch.reset(seed=3)
    saved = []
    for _ in range(120):
        actions = random_actions(rng, batch)
        actions["mouse"][rng.random(actions.shape) < 0.8] = 0  # with cursors and without
        batch.actions[...] = actions
        if rng.random() < 0.5:
            batch.play()
            assert (batch.pixels == whole(batch)).all()
        else:
            batch.step()
            batch.reset(batch.over)
        if rng.random() < 0.3:
            batch = disturb(batch, rng, saved)
        check(batch)


def test_rooms_of_other_sizes_leave_nothing_behind():
    """Each reset draws a room of another size, with a border of another width."""
    world = worlds.load("box-world")
    knobs = [{**EASY, "size": size} for size in (5, 9, 12)]
    batch = make(world, 6, tasks=pack_tasks(np.concatenate([world.task_record(values) for values in knobs])))
    batch.reset()
    sizes = set()
    for number in range(12):
        batch.reset(np.arange(6) % 3 != number % 3)
        sizes |= set(batch.states["rows"].tolist())
        check(batch)
    assert len(sizes) == 3


@pytest.mark.parametrize("name", ["sokoban-small", "maze-small"])
def test_pixels_are_read_only(name):
    batch = make(name, 2)
    batch.reset(seed=0)
    for pixels in (batch.draw(), batch.pixels, batch.pixels[0], batch.pixels.reshape(-1)):
        with pytest.raises(ValueError, match="read-only"):
            pixels[...] = 0
        with pytest.raises(ValueError, match="WRITEABLE"):
            pixels.flags.writeable = True
    with pytest.raises(ValueError, match="read-only"):
        batch.draw(out=batch.pixels[:])
    assert batch.draw(out=batch.pixels) is batch.pixels
    with pytest.raises(AttributeError):
        batch.pixels = np.zeros_like(batch.pixels)


def test_what_goes_round_both_guards_is_drawn_over_when_asked():
    batch = make("sokoban-small", 2)
    batch.reset(seed=0)
    right = batch.draw().copy()
    batch.tensors()["pixels"].numpy()[...] = 7
    assert (batch.draw(whole=True) == right).all()


@pytest.mark.parametrize("name", [*OF_EACH_FAMILY, "maze-small", "hide-and-seek"])
@pytest.mark.parametrize("late", [False, True], ids=["over now", "over before"])
def test_play_is_step_reset_and_draw(name, late):
    one, other = (make(name, 70, size=(40, 40), limit=9, threads=count) for count in (1, 3))
    rng = np.random.default_rng(5)
    for batch in (one, other):
        batch.reset(seed=2)
    for _ in range(25):
        actions = random_actions(rng, one)
        ended = np.array(one.over, bool)
        for batch in (one, other):
            batch.actions[...] = actions
        one.step()
        one.reset(ended if late else one.over)
        one.draw()
        other.play(ended if late else None)
        assert one.states.tobytes() == other.states.tobytes()
        assert (one.outcomes == other.outcomes).all()
        assert (one.pixels == other.pixels).all()


def test_wide_moves_are_copies():
    source = np.arange(200, dtype=np.uint8)
    for size, move in ((8, wide.move_8), (16, wide.move_16), (32, wide.move_32)):

        @njit
        def moved(target, at, source, start, move=move):
            move(target, np.uint64(at), source, np.uint64(start))

        for at, start in ((0, 0), (3, 41), (150, 7)):
            target = np.zeros(200, np.uint8)
            moved(target, at, source, start)
            expected = np.zeros(200, np.uint8)
            expected[at : at + size] = source[start : start + size]
            assert (target == expected).all(), size


# --- threads


class Clock:
    """Time that passes only as jobs say."""

    def __init__(self, monkeypatch, together):
        self.now, self.together, self.parts = 0.0, together, []
        monkeypatch.setattr(threads, "perf_counter", lambda: self.now)
        monkeypatch.setattr(threads, "_spread", self.spread)

    def job(self, seconds, low, high):
        self.parts.append(1)
        self.now += seconds * (high - low)

    def spread(self, kernel, arguments, low, high, parts, lead):
        """Several threads take `together` times the time of one."""
        kernel(arguments[0] * (1 if parts == 1 else self.together), low, high)
        self.parts[-1] = parts

    def run(self, pace, rows, seconds, calls):
        self.parts = []
        for _ in range(calls):
            threads.over_rows(self.job, rows, 2, seconds, pace=pace)
        return self.parts


def test_threads_are_used_where_their_work_is_worth_it(monkeypatch):
    clock = Clock(monkeypatch, together=0.6)
    assert set(clock.run(threads.Pace(), 64, 0.4e-6, 50)) == {1}, "26 microseconds are too few"
    pace = threads.Pace()
    clock.run(pace, 64, 0.4e-6, 2)
    pace.note(64, 1, 4e-3)  # a call in which the system gave the core to another process
    assert set(clock.run(pace, 64, 0.4e-6, 600)) == {1}, "an interruption is no work"
    several = clock.run(threads.Pace(), 1024, 0.4e-6, 600)
    assert several.count(2) > 570, "0.4 milliseconds are enough, but for a measurement now and then"
    assert several.count(1) > 3
    pace = threads.Pace()
    assert clock.run(pace, 1024, 0.4e-6, 20).count(2) > 10
    assert clock.run(pace, 1024, 0.01e-6, 600)[300:].count(2) == 0, "a job that has become quick is left to one"


def test_threads_are_left_alone_where_they_are_slower(monkeypatch):
    clock = Clock(monkeypatch, together=2.0)  # beside a busy neighbour
    pace = threads.Pace()
    assert clock.run(pace, 1024, 1e-6, 2000).count(2) < 20
    clock.together = 0.55
    assert clock.run(pace, 1024, 1e-6, 4000)[2000:].count(2) > 1900, "and tried again when it is gone"


def test_every_row_is_done_once_and_errors_are_raised():
    done = np.zeros(1000, int)

    def job(low, high):
        time.sleep(0.001)  # so that several threads are worth it
        done[low:high] += 1

    pace = threads.Pace()
    for call in range(1, 30):
        threads.over_rows(job, 1000, 4, pace=pace)
        assert (done == call).all()
    for units in (1, 3, 999):
        threads.over_rows(job, 1000, 4, pace=pace, units=units)

    def broken(low, high):
        if high == 1000:
            raise ArithmeticError("the last part")
        done[low:high] = -1

    with pytest.raises(ArithmeticError, match="the last part"):
        threads.over_rows(broken, 1000, 4)
    assert (done[:750] == -1).all()
    before = threading.active_count()
    threads.over_rows(job, 1000, 4)
    assert threading.active_count() == before, "helpers are used again, also after an error"


def test_helpers_keep_no_arrays():
    class Job:
        def __call__(self, low, high):
            pass

    job = Job()
    threads.over_rows(job, 1000, 3)
    found = len([each for each in gc.get_referrers(job) if not isinstance(each, dict)])
    assert found <= 1, "only this frame"


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("size", [(1, 1), (5, 7), (9, 8), (3, 29)])
def test_a_picture_is_enlarged_into_the_words_of_a_screen_and_nothing_beside_them(factor, size):
    rng, (height, width) = np.random.default_rng(0), size
    picture = rng.integers(0, 256, (height, width + 1, 3), np.uint8)[:, :width]
    window = np.full((factor * height + 2, factor * width + 3), 7, np.uint32)
    wanted = window.copy()
    red, green, blue = np.moveaxis(picture.astype(np.uint32), 2, 0)
    wanted[1:-1, 2:-1] = (red << 16 | green << 8 | blue).repeat(factor, 0).repeat(factor, 1)
    enlarge(picture, window[1:-1, 2:-1], factor)
    assert (window == wanted).all()


def test_a_screen_that_does_not_fit_a_picture_is_refused():
    picture, screen = np.zeros((4, 6, 3), np.uint8), np.zeros((8, 12), np.uint32)
    for other in (screen[:, 1:], screen.astype(np.int64), screen.T, np.zeros((8, 24), np.uint32)[:, ::2]):
        with pytest.raises(ValueError, match="whose pixels lie together"):
            enlarge(picture, other, 2)
    with pytest.raises(ValueError, match="by 1 to 4"):
        enlarge(picture, np.zeros((20, 30), np.uint32), 5)


@given(st.data())
def test_the_part_that_changed_is_the_smallest_rectangle_whatever_lies_between_rows(data):
    height, width, beside = (data.draw(st.integers(low, 9)) for low in (1, 1, 0))
    before = np.random.default_rng(0).integers(0, 256, (height, width + beside, 3), np.uint8)
    after = before.copy()
    for _ in range(data.draw(st.integers(0, 4))):
        after[tuple(data.draw(st.integers(0, edge - 1)) for edge in after.shape)] ^= 1
    before, after = before[:, :width], after[:, :width]
    rows, cols = np.nonzero((before != after).any(2))
    wanted = (cols.min(), rows.min(), cols.max() + 1, rows.max() + 1) if len(rows) else None
    assert changed(before, after) == wanted
    assert changed(before.copy(), after) == wanted
