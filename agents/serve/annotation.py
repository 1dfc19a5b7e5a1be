"""Annotation by invited people: links with tokens, a text to consent to, an id for each, and a queue of tasks.

STORE/annotation.json holds the people (the digest of their token, when they consented, what they have done); the work
itself lies in the store as everybody's does: episodes, with `asked` in their extra, and marks.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from ...episodes.store import Store
from ...interface.files import write_atomically
from .limits import SENTENCE

FILE = "annotation.json"
CONSENT = (
    "Thank you for taking part. All that you play, say in the chat, write and mark here is stored under the id of "
    "your link, without your name, to study and to train agents. You may stop at any time by closing the page."
)
"""The text that people consent to, where no other is given."""


@dataclass(frozen=True)
class Errand:
    """Something to be played: a world, and the instruction in free text."""

    id: str
    world: str
    text: str


def errands_in(path: Path, worlds: Iterable[str]) -> list[Errand]:
    """The errands of a text file: on each line a world, a colon and an instruction. Lines that are empty, or begin with
    #, are left out. Raises ValueError with the number of a line that is none."""
    known, found = set(worlds), []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        world, _, text = (part.strip() for part in line.partition(":"))
        if world not in known or not text or len(text) > SENTENCE:
            raise ValueError(f"{path}, line {number}: expected WORLD: INSTRUCTION, with a world that is served")
        digest = hashlib.sha256(f"{world}:{text}".encode()).hexdigest()[:12]
        found.append(Errand(digest, world, text))
    return found


class Annotation:
    """The people and the queue of a store. All methods may wait for the disk; several threads use it."""

    def __init__(self, place: Path, errands: Sequence[Errand] = (), consent: str = CONSENT):
        self._store, self._file = Store(place, create=True), place / FILE
        self.consent = consent
        self.errands = {errand.id: errand for errand in errands}
        self._lock = Lock()
        self._people: dict[str, dict[str, Any]] = self._read()
        self._ids = {person["token"]: id for id, person in self._people.items()}

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            people = json.loads(self._file.read_text(encoding="utf-8"))["people"]
            for each in people.values():
                if not (isinstance(each["token"], str) and isinstance(each["done"], list) and "agreed" in each):
                    raise TypeError
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(f"{self._file} is damaged: mend it, or move it away to begin with no people") from None
        return people

    def _write(self) -> None:
        write_atomically(self._file, (json.dumps({"people": self._people}, indent=1) + "\n").encode(), durable=True)

    def invite(self) -> tuple[str, str]:
        """A new person: (id, token). The token is shown now and never again: only its digest is kept."""
        with self._lock:
            id, token = f"p-{secrets.token_hex(4)}", secrets.token_urlsafe(15)
            self._people[id] = {"token": _digest(token), "agreed": None, "done": []}
            self._ids[_digest(token)] = id
            self._write()
            return id, token

    def person(self, token: str | None) -> str | None:
        """The id of the person with this token; None for nobody's."""
        return None if token is None else self._ids.get(_digest(token))

    def agreed(self, id: str) -> bool:
        """Whether a person has consented."""
        return self._people[id]["agreed"] is not None

    def agree(self, id: str) -> None:
        """A person consents to the text as it is now, whose digest is kept with the time."""
        with self._lock:
            self._people[id]["agreed"] = datetime.now(UTC).isoformat()
            self._people[id]["text"] = _digest(self.consent)
            self._write()

    def done(self, id: str, item: str) -> None:
        """A person has done something of the queue. Raises ValueError for what is not in it."""
        kind, _, rest = item.partition(":")
        if not ((kind == "play" and rest in self.errands) or (kind == "mark" and rest in self._episodes())):
            raise ValueError("there is nothing of this name in the queue")
        with self._lock:
            if item not in self._people[id]["done"]:
                self._people[id]["done"].append(item)
                self._write()

    def next(self, id: str) -> dict[str, Any]:
        """The next thing for a person: {kind: "play", item, world, text}, {kind: "mark", item, episode} or {kind:
        "nothing"}, with `left`, the number of things in their queue. Each errand is played, and each episode of others
        is marked; those that fewer people have done come first."""
        with self._lock:
            done = set(self._people[id]["done"])
            times: dict[str, int] = {}
            for person in self._people.values():
                for item in person["done"]:
                    times[item] = times.get(item, 0) + 1
        items: dict[str, Mapping[str, Any]] = {}
        for errand in self.errands.values():
            items[f"play:{errand.id}"] = {"kind": "play", "world": errand.world, "text": errand.text}
        for episode, names in self._episodes().items():
            if id not in names:
                items[f"mark:{episode}"] = {"kind": "mark", "episode": episode}
        left = sorted((item for item in items if item not in done), key=lambda item: times.get(item, 0))
        if not left:
            return {"kind": "nothing", "left": 0}
        return {**items[left[0]], "item": left[0], "left": len(left)}

    def _episodes(self) -> dict[str, set[str]]:
        """The names of the players of each episode that was played to its end."""
        with self._lock:
            heads = self._store.index(lambda head: head.result != "left")
            return {head.id: {player.name for player in head.played_by} for head in heads}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
