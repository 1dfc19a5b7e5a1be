"""Compiling that takes a while is said once, by name, and to the reporter of those who wait for it."""

import threading

from numba import njit
from numba.core import event

from rumpus.interface.progress import Silent, reporting
from rumpus.worlds.engine.compile import slow
from rumpus.worlds.engine.compile.cached import cached
from rumpus.worlds.engine.compile.errors import COMPILING

LONG = 60.0


class Told(Silent):
    def __init__(self):
        self.begins, self.ends, self.one = [], [], threading.Event()

    def begun(self, work):
        self.begins.append(work.title)
        self.one.set()

    def ended(self, work):
        self.ends.append(work.title)


@njit
def thrice(number):
    return 3 * number


def compiling(function):
    """As Numba announces it."""
    return event.trigger_event(COMPILING, data={"dispatcher": function})


def test_what_takes_a_while_is_said_until_it_is_done(tmp_path, monkeypatch):
    monkeypatch.setenv("RUMPUS_CACHE", str(tmp_path))
    monkeypatch.setattr(slow, "AFTER", 0.0)
    function, told = cached(thrice), Told()
    with reporting(told):
        with compiling(function), compiling(thrice):
            assert told.one.wait(LONG)
            assert not told.ends
        (title,) = told.begins
        assert title.startswith("Compiling thrice of ") and "first time on this machine" in title
        assert told.ends == [title]
        with slow.reported(), compiling(function):
            assert not told.one.clear() and not told.one.wait(0.1), "something else reports"
        with compiling(thrice):
            assert not told.one.wait(0.1), "nothing of ours"
        monkeypatch.setattr(slow, "AFTER", LONG)
        with compiling(function):
            pass
    assert len(told.begins) == len(told.ends) == 1
    assert function(4) == 12
