"""The page of the server in Firefox, without a window: a level is finished by real keys."""

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
pytest.importorskip("websockets")

from rumpus import worlds
from rumpus.agents.serve.house import House
from rumpus.agents.serve.limits import Limits
from rumpus.tests.firefox import FIREFOX, Firefox
from rumpus.tests.served import serving, solution, until

pytestmark = pytest.mark.skipif(FIREFOX is None, reason="no Firefox is installed here, which this test drives")


def test_a_level_is_finished_in_firefox():
    with serving(House([worlds.load("sokoban-small")], limits=Limits())) as served, Firefox() as page:
        page.go(served.address)
        until(lambda: page.value("document.querySelectorAll('.card').length") == 1)
        page.go(f"{served.address}/room/{served.room('sokoban-small', seed=21)}")
        until(lambda: page.value("Boolean(document.querySelector('canvas[data-version]'))"))
        for number, key in enumerate(solution("sokoban-small", 21), start=1):
            page.press(key)
            step = f"document.querySelector('.facts').textContent.includes('{number} / 120')"
            until(lambda step=step: page.value(step))
        until(lambda: page.value("document.querySelector('.frame').dataset.mood") == "over")
        assert page.value("document.querySelector('.band strong').textContent") == "Success"
        colours = "[...document.querySelector('canvas.screen').getContext('2d').getImageData(0, 0, 200, 200).data]"
        assert page.value(f"new Set({colours}).size") > 20, "a picture was painted"
        assert not page.errors
