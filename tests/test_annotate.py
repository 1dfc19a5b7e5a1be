"""Annotation: invited people consent, play what they are asked to, mark what others played, and talk to a partner."""

import json

import httpx
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from websockets.exceptions import InvalidStatus

from rumpus import worlds
from rumpus.agents.serve.annotation import FILE, Annotation, errands_in
from rumpus.agents.serve.house import House
from rumpus.episodes.store import Store
from rumpus.tests.commands import rumpus
from rumpus.tests.served import Visitor, serving, solution

TEXT = "push the boxes home, and hurry"


def person(served, annotation):
    """A new person's client, id, and token."""
    id, token = annotation.invite()
    client = httpx.Client(base_url=served.address, timeout=60)
    assert client.post("/api/annotate/enter", json={"invite": token}).json()["id"] == id
    return client, id, token


def test_a_collection_from_invitation_to_store(tmp_path):
    file = tmp_path / "asked.txt"
    file.write_text(f"# what is asked for\n\nsokoban-small: {TEXT}\n")
    annotation = Annotation(tmp_path / "store", errands_in(file, ["sokoban-small"]), "The text.")
    loaded = [worlds.load("sokoban-small")]
    house = House(loaded, record=tmp_path / "store", annotation=annotation)
    with serving(house, "only-for-the-host") as served:
        assert httpx.get(f"{served.address}/api/annotate/next").status_code == 401
        assert httpx.post(f"{served.address}/api/annotate/enter", json={"invite": "guessed"}).status_code == 401
        ada, ada_id, ada_token = person(served, annotation)
        assert ada.post("/api/rooms", json={"world": "sokoban-small"}).status_code == 403
        assert (
            not ada.get("/api/annotate").json()["agreed"] and ada.get("/api/annotate").json()["consent"] == "The text."
        )
        assert ada.post("/api/annotate/agree", json={}).json()["agreed"]
        errand = ada.get("/api/annotate/next").json()
        assert (errand["kind"], errand["text"], errand["left"]) == ("play", TEXT, 1)
        wishes = {"world": "sokoban-small", "seed": 41, "errand": errand["item"].split(":")[1]}
        room = ada.post("/api/rooms", json=wishes).json()["id"]
        bob, bob_id, bob_token = person(served, annotation)
        with pytest.raises(InvalidStatus):
            Visitor(served.address, room, "Bob", Cookie=f"rumpus-invite={bob_token}")
        bob.post("/api/annotate/agree", json={})
        with (
            Visitor(served.address, room, "not my id", Cookie=f"rumpus-invite={ada_token}") as solver,
            Visitor(served.address, room, "Bob", seat=-1, Cookie=f"rumpus-invite={bob_token}") as setter,
        ):
            setter.until(lambda: setter.told.get("hud", {}).get("headline") == TEXT)
            solver.until(lambda: solver.pictures)
            setter.send(t="say", text="up first")
            solver.until(lambda: "chat" in solver.told)
            assert solver.told["chat"]["name"] == bob_id
            for key in solution("sokoban-small", 41):
                number = solver.press(key)
                solver.until(lambda number=number: solver.ack >= number or solver.mood() == "over")
            solver.until(lambda: "saved" in solver.told)
        assert ada.post("/api/annotate/done", json={"item": "play:none"}).status_code == 404
        assert ada.post("/api/annotate/done", json={"item": errand["item"]}).json() == {"kind": "nothing", "left": 0}
        queue = [bob.get("/api/annotate/next").json()]
        queue.append(bob.post("/api/annotate/done", json={"item": queue[0]["item"]}).json())
        marked = next(item for item in queue if item["kind"] == "mark")
        wish = {"label": "sentence", "text": "it is pushed", "first": 0, "last": 3, "by": "somebody else"}
        assert bob.post(f"/api/replays/{marked['episode']}/marks", json=wish).status_code == 201
    (episode,) = Store(tmp_path / "store").read()
    assert [player.name for player in episode.played_by] == [ada_id]
    assert episode.extra["asked"] == TEXT and json.loads(episode.extra["talk"]) == [[0, bob_id, "up first"]]
    (mark,) = Store(tmp_path / "store").marks()
    assert (mark.text, mark.by.name, mark.episode) == ("it is pushed", bob_id, episode.id)
    again = Annotation(tmp_path / "store")
    assert again.person(ada_token) == ada_id and again.agreed(ada_id) and again.person("other") is None
    assert ada_token not in (tmp_path / "store" / FILE).read_text()


def test_what_does_not_fit_is_said(tmp_path, capfd):
    for text in ("nowhere: go", "sokoban-small:", "sokoban-small push"):
        (tmp_path / "wrong.txt").write_text(text)
        with pytest.raises(ValueError, match="line 1"):
            errands_in(tmp_path / "wrong.txt", ["sokoban-small"])
    Annotation(tmp_path / "store").invite()
    (tmp_path / "store" / FILE).write_text('{"people": {"p": {}}}')
    with pytest.raises(ValueError, match="damaged"):
        Annotation(tmp_path / "store")
    assert rumpus("serve", "--invite", "2") == 1
    assert "--annotate" in capfd.readouterr().err
