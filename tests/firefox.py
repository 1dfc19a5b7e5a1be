"""Firefox without a window, driven by WebDriver BiDi, which it speaks itself over a WebSocket: no further program or
client is needed."""

import json
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from rumpus.tests.served import PATIENCE, until

FIREFOX = next(filter(None, map(shutil.which, ("firefox", "firefox-esr"))), None)
"""The path of Firefox, None where none is installed."""
CODES = {"left": "\ue012", "up": "\ue013", "right": "\ue014", "down": "\ue015"}
"""Keys of KEYS as WebDriver writes them; letters are themselves."""


class Firefox:
    """A browser with one page, within a `with` block. `errors`: what pages have logged as errors."""

    def __enter__(self) -> "Firefox":
        self._number, self.errors = 0, list[str]()
        with ExitStack() as stack:
            profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            address = Path(profile) / "WebDriverBiDiServer.json"  # written when it listens
            command = [str(FIREFOX), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
            until(lambda: process.poll() is not None or (address.exists() and address.read_text().endswith("}")))
            assert process.poll() is None, "Firefox has ended at once"
            place = json.loads(address.read_text())
            place = f"ws://{place['ws_host']}:{place['ws_port']}/session"
            self._line = stack.enter_context(connect(place, max_size=None))
            self.say("session.new", capabilities={})
            self.say("session.subscribe", events=["log.entryAdded"])
            self._page = self.say("browsingContext.getTree")["contexts"][0]["context"]
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def say(self, method: str, **params: Any) -> Any:
        """Give a command, and return its result. Raises RuntimeError for one that fails."""
        self._number += 1
        self._line.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            told = json.loads(self._line.recv(timeout=PATIENCE))
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.errors.append(str(told["params"]["text"]))
            if told.get("id") == self._number:
                if told["type"] == "error":
                    raise RuntimeError(f"{method}: {told['message']}")
                return told["result"]

    def go(self, address: str) -> None:
        """Load a page."""
        self.say("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def value(self, expression: str) -> Any:
        """The value of an expression of JavaScript in the page: text, a number, a truth value, or None."""
        target = {"context": self._page}
        told = self.say("script.evaluate", expression=expression, target=target, awaitPromise=True)
        assert told["type"] == "success", told
        return told["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key of the keyboard, by its name in KEYS, and let it go."""
        strokes = [{"type": kind, "value": CODES.get(key, key)} for kind in ("keyDown", "keyUp")]
        self.say(
            "input.performActions", context=self._page, actions=[{"type": "key", "id": "keys", "actions": strokes}]
        )
