"""A hand at a page that knows the state: it turns by a real mouse and walks by real keys until it is where it wants."""

import math
from collections import deque

import numpy as np

from rumpus.agents.human.camera import COUNTS
from rumpus.tests.served import until
from rumpus.worlds.first_person.state import CELL, TURN
from rumpus.worlds.room.state import EYE, TOYS_AT

QUARTER = TURN // 4
MOST = 240
"""Pixels of one motion of the mouse."""


class Pilot:
    """Moves the player of a room through its page, on which the mouse is caught. room: of the house."""

    def __init__(self, page, room):
        self.page, self.room = page, room
        self._at = [400, 300]

    @property
    def state(self):
        return self.room._table.session.batch.states[0]

    def turn(self, yaw, pitch=0):
        """Turn the camera to a direction, in 1/TURN turns, as near as whole pixels of the mouse allow."""

        def off():
            state = self.state
            aside = (yaw - int(state["yaw"][0]) + TURN // 2) % TURN - TURN // 2
            return [round(each * COUNTS / QUARTER) for each in (aside, int(state["pitch"][0]) - pitch)]

        while any(moved := off()):
            before = int(self.state["yaw"][0]), int(self.state["pitch"][0])
            for axis in range(2):
                self._at[axis] += min(max(moved[axis], -MOST), MOST)
            self.page.mouse.move(*self._at)
            until(lambda before=before: (int(self.state["yaw"][0]), int(self.state["pitch"][0])) != before)
            ticks = self.room.ticks
            until(lambda ticks=ticks: self.room.ticks > ticks + 1)  # all of the motion has been taken

    def face(self, x, y):
        """Turn to a place, in cells."""
        self.turn(round(math.atan2(y - self.y, x - self.x) * TURN / math.tau) % TURN)

    @property
    def x(self):
        return int(self.state["x"][0]) / CELL

    @property
    def y(self):
        return int(self.state["y"][0]) / CELL

    def walk(self, x, y, near, done=lambda: False):
        """Walk straight to a place until it is `near`, in cells, or `done`."""
        while math.hypot(x - self.x, y - self.y) > near and not done():
            self.face(x, y)
            way = math.hypot(x - self.x, y - self.y)
            self.page.keyboard.down("w")
            until(lambda way=way: math.hypot(x - self.x, y - self.y) < max(way - 0.8, near) or done())
            self.page.keyboard.up("w")

    def way(self, x, y):
        """The middles of the cells of a shortest way to a place, in cells."""
        free = np.asarray(self.state["walls"]) == 0
        rows, cols = int(self.state["map_rows"]), int(self.state["map_cols"])
        goal, came = (int(y), int(x)), {(int(self.y), int(self.x)): None}
        queue = deque(came)
        while queue and goal not in came:
            row, col = queue.popleft()
            for next_ in ((row + 1, col), (row - 1, col), (row, col + 1), (row, col - 1)):
                if 0 <= next_[0] < rows and 0 <= next_[1] < cols and free[next_] and next_ not in came:
                    came[next_] = (row, col)
                    queue.append(next_)
        back = [goal]
        while came[back[-1]] is not None:
            back.append(came[back[-1]])
        return [(col + 0.5, row + 0.5) for row, col in back[-2::-1]]

    def toy(self):
        """The nearest toy: its number, and x, y, z of its middle, in metres."""
        state = self.state
        places = np.asarray(state["qpos"][TOYS_AT:]).reshape(-1, 7)[: int(state["things"]), :3]
        number = int(np.hypot(places[:, 0] - self.x, places[:, 1] - self.y).argmin())
        return number, places[number]

    def look_at(self, x, y, z):
        """Turn to a place of a room, in metres."""
        yaw, far = math.atan2(y - self.y, x - self.x), math.hypot(x - self.x, y - self.y)
        pitch = math.atan2(z - EYE, far)
        self.turn(round(yaw * TURN / math.tau) % TURN, round(pitch * TURN / math.tau))
