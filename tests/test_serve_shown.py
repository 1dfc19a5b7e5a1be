"""The server beside play: pictures between ticks, the map, results, and its own speed."""

import asyncio

import cv2
import httpx
import numpy as np
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from rumpus import worlds
from rumpus.agents.human.session import Session
from rumpus.agents.measuring import formatting
from rumpus.agents.serve import bench
from rumpus.agents.serve.drawing import Painter
from rumpus.agents.serve.house import House
from rumpus.agents.serve.limits import Limits
from rumpus.agents.serve.pictures import HEADER, Stream
from rumpus.agents.serve.table import Table
from rumpus.agents.serve.visitor import Visitor
from rumpus.tests.served import PATIENCE, serving, solution


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    loaded = map(worlds.load, ("sokoban-small", "maze-small"))
    with serving(House(loaded, limits=Limits(), record=tmp_path_factory.mktemp("shown") / "store")) as running:
        yield running


class Slow:
    """An outbox that tells what was sent, and whether a picture still waits."""

    def __init__(self):
        self.heads, self.stuck = [], False

    def waits(self, player):
        return self.stuck

    def picture(self, player, data):
        self.heads.append(HEADER.unpack_from(data))


def test_pictures_between_ticks_go_to_those_who_want_and_read_them():
    table = Table(Session(worlds.load("maze-small"), seed=3))
    person = table.join("Ada")
    assert table.sit(person, 0)
    painter = Painter(table)
    painter._between.busy = np.inf
    wants, waits, not_now = (Visitor(number, "", Slow(), person=person) for number in range(3))
    waits.outbox.stuck, not_now.smooth = True, False
    everybody = [wants, waits, not_now]
    table.desk.paused = False
    person.press("w", 1.0)
    table.advance(1.0)
    for tick in range(1, 5):
        now = 1.0 + tick / 30 + 1e-4
        table.advance(now)
        for each in everybody:
            each.ack = tick
        painter.draw(everybody, now)
        due = painter.due()
        assert due == pytest.approx(table.desk.ticked + 1 / 60)
        wants.ack = 99  # what was said after the tick is not seen before the next one
        painter.draw_between(everybody, due)
        assert painter.due() == np.inf
    assert [head[5] for head in wants.outbox.heads] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert [head[3] for head in wants.outbox.heads] == list(range(1, 9))
    assert len(not_now.outbox.heads) == 4 and len(waits.outbox.heads) == 4
    painter.draw([not_now], table.desk.ticked)
    assert painter.due() == np.inf


def test_a_map_is_shown_to_one_who_plays_alone(served):
    with served.join(served.room("maze-small", seed=3)) as ada, served.join(served.room("sokoban-small")) as bob:
        ada.send(t="map", open=True)
        ada.until(lambda: ada.told.get("map", {}).get("rows"))
        told = ada.told["map"]
        assert len(told["cells"]) == told["rows"] * told["cols"] and max(told["cells"]) < len(told["palette"])
        x, y, *ahead = told["eye"]
        assert 1 <= x < told["cols"] - 1 and 1 <= y < told["rows"] - 1
        assert np.hypot(*ahead) == pytest.approx(1, abs=0.01)
        assert told["shapes"] and all(colour[0] == "#" and len(rest) % 2 == 0 for colour, _, *rest in told["shapes"])
        bob.send(t="map", open=True)
        bob.until(lambda: "note" in bob.told)
        assert bob.told["note"]["text"] == "There is no map here" and "map" not in bob.told


def test_results_count_what_people_played_here(served):
    with served.join(served.room("sokoban-small", seed=8), "Dora") as dora:
        dora.until(lambda: dora.pictures)
        for key in solution("sokoban-small", 8):
            dora.press(key)
        dora.until(lambda: "saved" in dora.told)
    rows = httpx.get(f"{served.address}/api/results", timeout=PATIENCE).json()["rows"]
    (row,) = [row for row in rows if row["world"] == "sokoban-small"]
    people = row["people"]
    assert people["episodes"] >= 1 and 0 <= people["low"] < people["success"] <= 1 >= people["high"]
    players = {player["name"]: player for player in row["players"]}
    assert players["random"]["success"] < players["sokoban-small-dagger"]["success"] <= players["expert"]["success"]
    assert all(player["low"] <= player["success"] <= player["high"] for player in row["players"])


def test_a_view_is_new_where_any_row_of_it_has_changed():
    stream, picture = Stream(lossless=False), np.zeros((40, 48, 3), np.uint8)
    assert stream.show(picture) and not stream.show(picture.copy())
    for row in range(len(picture)):
        picture = picture.copy()
        picture[row, 5] += 1
        assert stream.show(picture), row
    assert stream.after(stream.version) is None and stream.after(0).base == 0


def test_the_bench_tells_what_a_picture_takes(served):
    assert cv2.getNumThreads() == 1, "threads of OpenCV that wait take a processor from the rooms"
    row = asyncio.run(bench._measured(served.address, "maze-small", 1, 0.5))
    assert row["presses"] > 0 and row["cpu"] > 0
    result = {"processor": "a processor", "load": None, "rows": [row], "formats": []}
    table = formatting.serving(result).renderables[0]
    assert [column.header for column in table.columns][-1] == "CPU ms a picture"
    assert list(table.columns[-1].cells) == [f"{row['cpu']:.1f}"]
