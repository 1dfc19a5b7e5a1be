"""The page of the server in a real browser, headless: played by real keys and a real mouse."""

import shutil

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
pytest.importorskip("playwright.sync_api")

from playwright import sync_api as api

from rumpus import worlds
from rumpus.agents.human.pictures import fitting
from rumpus.agents.measuring.benchmark import TASKS
from rumpus.agents.serve.house import House
from rumpus.agents.serve.limits import Limits
from rumpus.agents.serve.shown import GOAL
from rumpus.interface.png import png_url
from rumpus.tasks.compile import table
from rumpus.tasks.files import load, write_line
from rumpus.tasks.pictures import pictured
from rumpus.tests.pilot import Pilot
from rumpus.tests.served import PATIENCE, serving, solution, until
from rumpus.worlds.room.state import TOYS_AT

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed here, which these tests drive")
NAMES = {key: f"Arrow{key.title()}" for key in ("up", "down", "left", "right")}
EVIL = "<img src=x onerror=\"document.title='markup'\">"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    loaded = map(worlds.load, ("sokoban-small", "sokoban-duo", "maze-small", "room-small"))
    folder, small = tmp_path_factory.mktemp("page"), worlds.load("sokoban-small")
    (shown,) = pictured(load(TASKS / "sokoban-small.jsonl", small)[0][:1], small)
    (folder / "shown.jsonl").write_text(write_line(shown))
    house = House(loaded, limits=Limits(), record=folder / "store", tasks=[folder / "shown.jsonl"])
    with serving(house) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with api.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def person(served, browser):
    """Opens a page of a person of their own; errors of any page fail the test."""
    contexts, errors = [], []

    def open_page(name, path="/", **options):
        viewport = {"width": 900, "height": 600}
        context = browser.new_context(**{"viewport": viewport, "base_url": served.address} | options)
        context.set_default_timeout(1000 * PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto("/")
        page.fill("#name", name)
        page.locator("#name").blur()
        if path != "/":
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors


def seen(page):
    """The number of pictures that the page has shown."""
    return int(page.locator("canvas.screen").get_attribute("data-version") or 0)


def mood(page, wanted):
    page.wait_for_selector(f".frame[data-mood='{wanted}']")


def test_a_world_is_found_and_a_level_finished_by_keys(person, served):
    page = person("Ada")
    page.fill("input[type=search]", "sokoban small")
    assert page.locator(".card").count() == 1
    page.get_by_role("button", name="Options of sokoban-small").click()
    page.get_by_label("Seed").fill("21")
    page.locator("dialog").get_by_role("button", name="Play", exact=True).click()
    page.wait_for_selector("canvas[data-version]")
    for number, key in enumerate(solution("sokoban-small", 21), start=1):
        page.keyboard.press(NAMES.get(key, key))
        page.wait_for_function("n => document.querySelector('.facts').textContent.includes(`${n} / 120`)", arg=number)
    mood(page, "over")
    assert page.locator(".band strong").text_content() == "Success"
    page.wait_for_function("() => document.querySelector('.foot').textContent.includes('1 episode saved')")
    page.keyboard.press("u")
    mood(page, "play")
    page.keyboard.press("n")
    page.wait_for_function("() => document.querySelector('.facts').textContent.includes('0 / 120')")


STEPS = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
STEPS |= dict(zip("wsad", STEPS.values(), strict=True))
ON_ITS_SIDE = {"viewport": {"width": 820, "height": 380}, "has_touch": True, "is_mobile": True}
PICTURE = """() => {
  const canvas = document.querySelector('canvas.screen'), box = canvas.getBoundingClientRect();
  const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
  const [width, height] = [canvas.width * scale, canvas.height * scale];
  return [box.left + (box.width - width) / 2, box.top + (box.height - height) / 2, width, height];
}"""
"""Left, top, width and height in CSS pixels of the picture within its canvas."""


@pytest.mark.parametrize("options", [{"viewport": {"width": 1500, "height": 500}}, ON_ITS_SIDE], ids=["mouse", "touch"])
def test_a_level_is_finished_by_clicks_and_by_taps(person, served, options):
    id = served.room("sokoban-small", seed=21)
    page = person("Ada", f"/room/{id}", **options)
    page.wait_for_selector("canvas[data-version]")
    batch = served.house.rooms[id]._table.session.batch
    until(lambda: page.evaluate(PICTURE)[3] > 300)  # as high as the window, whatever is beside it
    point = page.touchscreen.tap if "has_touch" in options else page.mouse.click
    for number, key in enumerate(solution("sokoban-small", 21), start=1):
        left, top, width, height = page.evaluate(PICTURE)
        x, y = (int(batch.states[name][0, 0]) + by for name, by in zip("xy", STEPS[key], strict=True))
        point(left + (x + 0.5) * width / batch.cols, top + (y + 0.5) * height / batch.rows)
        page.wait_for_function("n => document.querySelector('.facts').textContent.includes(`${n} / 120`)", arg=number)
    mood(page, "over")
    assert page.locator(".band strong").text_content() == "Success"


def test_a_maze_is_walked_and_looked_around_in(person):
    page = person("Ada")
    page.locator(".card", has_text="maze-small").get_by_role("button", name="Play", exact=True).click()
    mood(page, "ready")
    page.wait_for_selector("canvas[data-version]")
    page.mouse.move(300, 300)
    page.mouse.down()
    page.mouse.up()
    mood(page, "play")
    assert page.evaluate("document.pointerLockElement === document.querySelector('canvas')")
    before = seen(page)
    page.mouse.move(420, 300, steps=5)
    until(lambda: seen(page) > before)
    before = seen(page)
    page.keyboard.down("w")
    page.keyboard.down("ArrowLeft")
    until(lambda: seen(page) > before + 5)
    page.keyboard.up("w")
    page.evaluate("document.exitPointerLock()")
    mood(page, "paused")


def test_a_finger_begins_looks_around_and_walks(person, served):
    id = served.room("maze-small", seed=5)
    page = person("Tim", f"/room/{id}", **ON_ITS_SIDE)
    mood(page, "ready")
    assert page.locator(".band strong").text_content() == "Tap to play"
    page.touchscreen.tap(200, 150)
    mood(page, "play")
    hands = page.context.new_cdp_session(page)

    def finger(kind, *places):
        points = [{"x": x, "y": y} for x, y in places]
        hands.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    hand = Pilot(page, served.house.rooms[id])
    yaw, place = int(hand.state["yaw"][0]), (hand.x, hand.y)
    finger("Start", (150, 150))
    for x in range(160, 300, 10):
        finger("Move", (x, 150))
    finger("End")
    until(lambda: int(hand.state["yaw"][0]) != yaw)
    assert (hand.x, hand.y) == place
    box = page.locator(".pad.up").bounding_box()
    finger("Start", (box["x"] + 9, box["y"] + 9))
    until(lambda: (hand.x, hand.y) != place)
    finger("End")


def at_room(person, served, world, seed):
    """A page in a room of its own, on which the mouse is caught, and the hand that plays there."""
    id = served.room(world, seed=seed)
    page = person("Ada", f"/room/{id}")
    page.wait_for_selector("canvas[data-version]")
    mood(page, "ready")
    page.mouse.move(400, 300)
    page.mouse.down()
    page.mouse.up()
    mood(page, "play")
    until(lambda: page.evaluate("document.pointerLockElement !== null"))
    return page, Pilot(page, served.house.rooms[id])


def test_a_maze_is_walked_to_its_goal(person, served):
    page, hand = at_room(person, served, "maze-small", 5)
    state = hand.state
    goal = int(state["thing_x"][0]) / (1 << 16), int(state["thing_y"][0]) / (1 << 16)
    page.keyboard.press("m")
    page.wait_for_selector(".chart:not([hidden])")
    for place in hand.way(*goal):
        hand.walk(*place, near=0.3, done=lambda: int(hand.state["found"]) > 0)
    until(lambda: float(page.text_content(".score")) > 0)
    page.evaluate("document.exitPointerLock()")


def test_a_toy_is_lifted(person, served):
    page, hand = at_room(person, served, "room-small", 5)
    number, (x, y, _) = hand.toy()
    hand.walk(x, y, near=1.1)
    at = TOYS_AT + 7 * number
    low = float(hand.state["qpos"][at + 2])
    hand.look_at(*hand.state["qpos"][at : at + 3])
    until(lambda: int(hand.state["aim"][0]) == number)
    page.mouse.down()
    until(lambda: int(hand.state["grip"][0]) == number)
    page.keyboard.down(" ")
    until(lambda: float(hand.state["qpos"][at + 2]) > low + 0.3)
    page.keyboard.up(" ")
    page.mouse.up()
    until(lambda: int(hand.state["grip"][0]) != number)
    page.evaluate("document.exitPointerLock()")


def test_keys_get_other_places_and_keep_them(person, served):
    id = served.room("sokoban-small", seed=21)
    page = person("Ada", f"/room/{id}")
    first, *_ = solution("sokoban-small", 21)
    code = NAMES.get(first, f"Key{first.upper()}")
    page.wait_for_selector("canvas[data-version]")
    page.get_by_role("button", name="Keys", exact=True).click()
    page.locator(f"[data-code={code}]").click()
    page.keyboard.press("k")
    assert page.text_content(f"[data-code={code}]") == "K"
    page.get_by_role("button", name="Done").click()
    page.reload()
    page.wait_for_selector("canvas[data-version]")
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('.facts').textContent.includes('1 / 120')")
    page.get_by_role("button", name="Keys", exact=True).click()
    page.get_by_role("button", name="All keys as they were").click()
    assert page.evaluate("localStorage.getItem('rumpus.keys')") == "{}"


def test_results_tell_how_players_do_and_lead_to_play(person):
    page = person("Ada", "/results")
    page.fill("input[type=search]", "sokoban-small")
    card = page.locator(".resultcard[data-world=sokoban-small]")
    known = [each.text_content() for each in card.locator(".who").all()]
    assert known[:2] == ["random", "expert"] and "sokoban-small-dagger" in known
    assert "95 % interval" in card.locator("li.agent").first.get_attribute("title")
    card.get_by_role("button", name="Play sokoban-small").click()
    page.wait_for_selector("canvas[data-version]")


def test_a_task_is_chosen_and_play_is_saved_and_gone_on_from(person, served):
    room = served.room("sokoban-small", list="sokoban-small", seed=4)
    page = person("Ada", f"/room/{room}")
    page.wait_for_selector("canvas[data-version]")
    page.keyboard.press("l")
    page.locator(".levels .level").nth(2).click()
    page.wait_for_selector("dialog", state="detached")
    facts = page.locator(".facts").text_content()
    for act in ("Save", "Load"):
        page.get_by_role("button", name="Save and load").click()
        if act == "Load":
            page.wait_for_function("document.activeElement.matches('.slots li:nth-child(5) .newest')")
        page.locator(".slots li").nth(4).get_by_role("button", name=act).click()
        page.wait_for_selector(f".toast >> text={'Saved in' if act == 'Save' else 'Loaded from'} slot 5")
        if act == "Save":
            facts = page.locator(".facts").text_content()
            page.keyboard.press("ArrowUp")
            page.wait_for_function("old => document.querySelector('.facts').textContent !== old", arg=facts)
    page.wait_for_function("old => document.querySelector('.facts').textContent === old", arg=facts)


def test_a_goal_is_seen_as_a_picture_and_gone_where_there_is_none(person, served):
    room = served.room("sokoban-small", list="shown")
    page = person("Ada", f"/room/{room}")
    page.wait_for_selector(".goal:visible")
    small = worlds.load("sokoban-small")
    tasks = load(served.house._lists["sokoban-small"]["shown"], small)[0]
    batch = worlds.batch(small, 1, tasks=table(tasks, small), threads=1)
    batch.reset()
    wanted = png_url(batch.goal_picture(size=fitting(batch, GOAL, GOAL)))
    assert page.locator(".goal").get_attribute("src") == wanted
    page = person("Ada", f"/room/{served.room('sokoban-small', seed=3)}")
    page.wait_for_selector("canvas[data-version]")
    assert not page.locator(".goal").is_visible()


def test_two_people_play_in_one_room_and_talk(person, served):
    room = served.room("sokoban-duo", agent="nobody", seed=2)
    ada, bob = person("Ada", f"/room/{room}"), person(f"Bob {EVIL}"[:24], f"/room/{room}")
    for page in (ada, bob):
        page.wait_for_selector("canvas[data-version]")
        page.wait_for_function("() => document.querySelectorAll('.seat.person').length === 2")
    says = ada.locator(".says").bounding_box()
    assert says["y"] + says["height"] <= ada.viewport_size["height"], "the chat is in sight in a low window"
    facts = ada.locator(".facts").text_content()
    bob.keyboard.press("ArrowUp")
    ada.wait_for_function("old => document.querySelector('.facts').textContent !== old", arg=facts)
    ada.keyboard.press("Enter")
    ada.keyboard.type(EVIL)
    ada.keyboard.press("Enter")
    bob.wait_for_function("() => document.querySelector('.heard b')")
    assert bob.locator(".heard li").last.text_content() == f"Ada {EVIL}"
    assert not bob.locator(".heard img").count() and bob.title() == "sokoban-duo · Rumpus"
    ada.close()
    bob.wait_for_function("() => document.querySelectorAll('.seat.person').length === 1")


def test_a_person_takes_over_from_an_agent(person):
    page = person("Ada")
    page.locator(".card", has_text="sokoban-small").get_by_role("button", name="Watch the expert").click()
    page.wait_for_selector(".seat.agent")
    before = page.locator(".facts").text_content()
    page.wait_for_function("old => document.querySelector('.facts').textContent !== old", arg=before)
    page.keyboard.press("t")
    page.wait_for_selector(".seat.person.mine")
    mood(page, "play")
    before = page.locator(".facts").text_content()
    page.keyboard.press("ArrowUp")
    page.wait_for_function("old => document.querySelector('.facts').textContent !== old", arg=before)
    page.keyboard.press("t")
    page.wait_for_selector(".seat.agent")


def test_a_replay_is_looked_through_and_marked(person, served):
    with served.join(served.room("sokoban-small", seed=31), "Cleo") as cleo:
        cleo.until(lambda: cleo.pictures)
        for key in solution("sokoban-small", 31):
            number = cleo.press(key)
            cleo.until(lambda number=number: cleo.ack >= number or cleo.mood() == "over")
        cleo.until(lambda: "saved" in cleo.told)
    page = person("Ada", "/replays")
    page.locator(".episode", has_text="Cleo").first.click()
    page.wait_for_selector("img.still[data-state='0']")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("img.still[data-state='1']")
    first = page.locator("img.still").get_attribute("src")
    page.keyboard.press("s")
    page.wait_for_selector(".marks li.success")
    page.keyboard.press("End")
    page.wait_for_function("old => document.querySelector('img.still').src !== old", arg=first)
    page.fill("textarea", EVIL)
    page.get_by_role("button", name="Add the sentence").click()
    page.wait_for_selector(".marks li.sentence")
    assert EVIL in page.locator(".marks li.sentence").text_content() and not page.locator(".marks img").count()
    page.locator(".marks li.success .gone").click()
    page.wait_for_function("() => !document.querySelector('.marks li.success')")
    page.locator(".player button.primary").click()
