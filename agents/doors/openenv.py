"""The OpenEnv door: reset, step and state over WebSocket and HTTP, for TRL, verifiers, NeMo Gym and other trainers.

    app = openenv_app(worlds.load("sokoban-small"), sessions=64)     # a FastAPI app, for uvicorn

Each WebSocket is a session with an episode of its own; all are rows of the same batches (sessions.py), and steps that
arrive together are taken together. It needs rumpus[openenv], and is imported late.
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import re
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from openenv.core.env_server import http_server
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, EnvironmentMetadata, Observation, State
from pydantic import Field

from ... import __version__
from ...interface.png import png
from ...worlds.engine.world import World
from .sessions import MOST_ACTIONS, MOST_SAVED, Plan, Pool, Session, View
from .words import manual, move_record, record

ENCODINGS = ("png", "raw", "none")
SEEDS = 1 << 31
"""The number of tasks that is told of a split in which every seed is a task: there are more."""
MOST_LISTED = 1000
"""The most tasks that are listed at once."""
_ERROR = re.compile(r'\s*\{\s*"type"\s*:\s*"error"')
LONGEST_TEXT = 2000
"""The most characters of a text that is said."""


class RumpusAction(Action):
    """One action, or several in a row.

    keys: names of the keys that are held, such as ["w", "space"]; buttons: of left, middle, right; mouse: motion (x, y)
    in picture heights, right and down positive, within [-1, 1]; wheel: still, up or down; say: a text for others; move:
    in place of all these, a named move of the world; ticks: for which it is held; then: further actions, in the form of
    this one, which are taken in the same step.
    """

    keys: list[str] = Field(default_factory=list, max_length=64)
    buttons: list[str] = Field(default_factory=list, max_length=8)
    mouse: list[float] = Field(default_factory=lambda: [0.0, 0.0], min_length=2, max_length=2)
    wheel: str = "still"
    say: str = Field(default="", max_length=LONGEST_TEXT)
    move: str | None = Field(default=None, max_length=100)
    ticks: int = 1
    then: list[dict[str, Any]] = Field(default_factory=list, max_length=MOST_ACTIONS)


class RumpusObservation(Observation):
    """The perception of the player, and how the episode stands. All but `pixels` and the texts is in `metadata`, too.

    pixels: the frame, uint8 (height, width, 3), as base64 of a PNG file or of the raw bytes, see `encoding`;
    terminated: ended by the rules; truncated: by the limit of steps; tick: of the episode; ticks: taken in this step;
    goal_pixels: the picture of the goal, like pixels, "" where the task shows none.
    """

    pixels: str = ""
    goal_pixels: str = ""
    encoding: str = "png"
    shape: list[int] = Field(default_factory=list)
    instruction: str = ""
    chat: str = ""
    terminated: bool = False
    truncated: bool = False
    success: bool = False
    tick: int = 0
    ticks: int = 0


class RumpusState(State):
    """The state of a session. moment: for `reset(moment=…)` in any session, which goes on from here to the same bytes;
    None where the world cannot be saved, or no episode has begun."""

    world: str = ""
    split: str = ""
    index: int | None = None
    seed: int | None = None
    total_reward: float = 0.0
    moment: str | None = None


class Gatherer:
    """Steps of many sessions that wait at once are taken together, in one thread beside the event loop."""

    def __init__(self, pool: Pool):
        self._pool, self._waiting, self._busy = pool, [], False  # type: ignore[var-annotated]
        self._thread = ThreadPoolExecutor(1, "rumpus-steps")
        self.groups = self.steps = 0

    async def act(self, session: Session, plan: Plan, make: Callable[[View], Any]) -> Any:
        """The observation that `make` makes of the view of a session after these actions."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((session, plan, make, future))
        if not self._busy:
            self._busy = True
            self._task = asyncio.ensure_future(self._work())
        return await future

    async def other(self, function: Callable[[], Any]) -> Any:
        """The result of a function that is called in that thread, between two groups of steps."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def _work(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(0)  # what has arrived by now is of this group
                group, self._waiting = self._waiting, []
                results = await self.other(partial(self._taken, group))
                for (_, _, _, future), result in zip(group, results, strict=True):
                    if future.done():  # its connection is gone
                        continue
                    future.set_exception(result) if isinstance(result, Exception) else future.set_result(result)
        finally:
            self._busy = False

    def _taken(self, group: list[Any]) -> list[Any]:
        self.groups, self.steps = self.groups + 1, self.steps + len(group)
        views = self._pool.run([(session, plan) for session, plan, _, _ in group])
        made: list[Any] = []
        for view, (_, _, make, _) in zip(views, group, strict=True):
            made.append(view if isinstance(view, Exception) else make(view))
        return made


class RumpusEnvironment(Environment[RumpusAction, RumpusObservation, RumpusState]):
    """A session as OpenEnv's Environment."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, pool: Pool, gatherer: Gatherer, encoding: str = "png"):
        super().__init__()
        self._pool, self._gatherer, self._encoding = pool, gatherer, encoding
        self._session: Session | None = None
        self._episode: str | None = None
        self._steps = 0

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, split: str | None = None,
        index: int | None = None, moment: str | None = None, encoding: str | None = None, **others: Any,
    ) -> RumpusObservation:  # fmt: skip
        """Begin an episode of a seed, or of a task of a split, or go on from a saved moment. encoding: of frames from
        now on, one of ENCODINGS."""
        if others:
            named = ", ".join(map(str, others))[:80]
            raise ValueError(f"reset takes seed, episode_id, split, index, moment and encoding, not {named}")
        if encoding is not None and encoding not in ENCODINGS:
            raise ValueError(f"encoding is one of {', '.join(ENCODINGS)}, got {str(encoding)[:40]!r}")
        if episode_id is not None and not (isinstance(episode_id, str) and 0 < len(episode_id) <= 255):
            raise ValueError("episode_id is a text of 1 to 255 characters")
        if moment is not None and (seed, split, index) != (None, None, None):
            raise ValueError("a moment brings its own seed, split and index: give the moment alone, or these")
        session = self._session or self._pool.session()
        try:
            view = session.reset(seed=seed, split=split, index=index) if moment is None else session.load(moment)
        except (ValueError, RuntimeError):
            if self._session is None:
                session.close()
            raise
        self._session, self._encoding = session, encoding or self._encoding
        self._episode, self._steps = episode_id or uuid.uuid4().hex, view.tick
        return self._observation(view, first=True)

    async def reset_async(self, *args: Any, **options: Any) -> RumpusObservation:
        """The same, beside the event loop."""
        found: RumpusObservation = await self._gatherer.other(lambda: self.reset(*args, **options))
        return found

    def step(self, action: RumpusAction, timeout_s: float | None = None, **_: Any) -> RumpusObservation:
        """Take an action, and those that are to be taken behind it."""
        view = self._going().act(self._plan(action))
        self._steps += 1
        return self._observation(view)

    async def step_async(
        self, action: RumpusAction, timeout_s: float | None = None, **_: Any
    ) -> RumpusObservation:  # fmt: skip
        """The same, together with the steps of other sessions that wait."""
        found: RumpusObservation = await self._gatherer.act(self._going(), self._plan(action), self._observation)
        self._steps += 1
        return found

    @property
    def state(self) -> RumpusState:
        """The state now, with a moment to go on from."""
        if self._session is None:
            return RumpusState(world=self._pool.world.name)
        origin, moment = self._session.origin, None
        if self._session.row >= 0 and self._pool.world.rules.savable:
            moment = self._session.save()
        return RumpusState(
            episode_id=self._episode, step_count=self._steps, world=self._pool.world.name, split=origin.split,
            index=origin.index, seed=origin.seed, total_reward=origin.total, moment=moment,
        )  # fmt: skip

    def get_metadata(self) -> EnvironmentMetadata:
        """The world's page, with its keys and moves."""
        world = self._pool.world
        text = f"{world.doc}\n\n{manual(world)}"
        return EnvironmentMetadata(
            name=f"rumpus-{world.name}", description=world.summary, readme_content=text, version=__version__
        )

    def list_splits(self) -> list[str]:
        """The names of the splits."""
        return self._pool.splits()

    def num_tasks(self, split: str) -> int:
        """The number of tasks of a split; SEEDS where every seed is one."""
        count = self._pool.count(split)
        return SEEDS if count is None else count

    def get_task(self, split: str, index: int) -> dict[str, Any]:
        """A task, for `reset(split=…, index=…)`. Raises IndexError for a number that is none."""
        if isinstance(index, int) and not 0 <= index < self.num_tasks(split):
            raise IndexError(f"the split {split} has {self.num_tasks(split):,} tasks, and none of number {index}")
        return self._pool.task(split, index)

    def get_task_range(self, split: str, start: int | None = None, stop: int | None = None) -> list[dict[str, Any]]:
        """The tasks of a slice, MOST_LISTED at most."""
        numbers = range(self.num_tasks(split))[start:stop]
        return [self.get_task(split, index) for index in numbers[:MOST_LISTED]]

    def list_tasks(self, split: str) -> list[dict[str, Any]]:
        """The first tasks, MOST_LISTED at most."""
        return self.get_task_range(split)

    def close(self) -> None:
        """End the session; more than once does nothing."""
        if self._session is not None:
            self._session.close()

    def _going(self) -> Session:
        if self._session is None:
            raise RuntimeError("no episode has begun: send reset before step")
        return self._session

    def _plan(self, action: RumpusAction) -> list[tuple[np.ndarray, int]]:
        if any("then" in each for each in action.then):
            raise ValueError("an action listed under then has no list of its own: list all behind one another")
        listed = [action, *(RumpusAction.model_validate(each) for each in action.then)]
        return [(self._record(each), each.ticks) for each in listed]

    def _record(self, action: RumpusAction) -> np.ndarray:
        if action.move is None:
            return record(action.keys, action.buttons, action.mouse, action.wheel, action.say)
        made = move_record(self._pool.world, action.move)
        if action.say:
            made["say"] = record(say=action.say)["say"]
        return made

    def _observation(self, view: View, first: bool = False) -> RumpusObservation:
        encoding = self._encoding
        pixels, goal = _encoded(view.pixels, encoding), "" if view.goal is None else _encoded(view.goal, encoding)
        facts: dict[str, Any] = {
            "terminated": view.terminated, "truncated": view.truncated, "success": view.success, "tick": view.tick,
            "ticks": view.ticks,
        }  # fmt: skip
        return RumpusObservation(
            pixels=pixels, goal_pixels=goal, encoding=encoding, shape=list(view.pixels.shape),
            instruction=view.instruction, chat=view.chat, done=view.over, reward=None if first else view.reward,
            metadata=dict(facts), **facts,
        )  # fmt: skip


def _encoded(frame: np.ndarray, encoding: str) -> str:
    """A frame as text, by one of ENCODINGS."""
    if encoding == "none":
        return ""
    return base64.b64encode(png(frame) if encoding == "png" else frame.tobytes()).decode()


class IdleLimit:
    """An ASGI app around another, which closes WebSockets that send nothing for so many seconds, sends nothing to those
    that are gone, and counts the answers: "refused" are those that are errors."""

    def __init__(self, app: Any, seconds: float, counts: Counter[str]):
        self.app, self.seconds, self.counts = app, seconds, counts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on everything; a WebSocket that is idle for too long is told so, and disconnected."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        gone = False

        async def limited() -> Any:
            nonlocal gone
            try:
                message = await asyncio.wait_for(receive(), self.seconds)
            except TimeoutError:
                reason = f"nothing was sent for {self.seconds:g} seconds: connect again"
                await send({"type": "websocket.close", "code": 1001, "reason": reason})
                message = {"type": "websocket.disconnect", "code": 1001}
            gone = message["type"] == "websocket.disconnect"
            return message

        async def sent(message: Any) -> None:
            if message["type"] == "websocket.send":
                self.counts["refused" if _ERROR.match(message.get("text") or "") else "taken"] += 1
            if not gone:
                await send(message)

        await self.app(scope, limited, sent)


def openenv_app(
    world: World, *, sessions: int = 64, size: tuple[int, int] = (80, 80), tasks: str | Path | None = None,
    encoding: str = "png", idle: float = 600.0, name: str = "rumpus",
) -> Any:  # fmt: skip
    """A FastAPI app that serves a world by OpenEnv's contract, see the module.

    sessions: that hold an episode at once; size: (height, width) of frames; tasks: a file or folder of tasks; encoding:
    of frames, one of ENCODINGS, unless a session asks for another; idle: seconds after which a silent connection is
    closed; name: of the environment in the Task API. `app.state.pool` is the Pool. Raises ValueError as Pool does.
    """
    from fastapi import Request
    from fastapi.responses import JSONResponse

    if encoding not in ENCODINGS:
        raise ValueError(f"encoding is one of {', '.join(ENCODINGS)}, got {encoding!r}")
    pool = Pool(world, sessions, size=size, tasks=tasks, idle=idle)
    gatherer = Gatherer(pool)
    options: dict[str, Any] = {"max_concurrent_envs": sessions}
    known = inspect.signature(http_server.create_fastapi_app).parameters
    options |= {key: value for key, value in {"env_name": name, "state_cls": RumpusState}.items() if key in known}

    def made() -> RumpusEnvironment:
        return RumpusEnvironment(pool, gatherer, encoding)

    app = http_server.create_fastapi_app(made, RumpusAction, RumpusObservation, **options)
    app.state.pool, app.state.gatherer = pool, gatherer
    if not any(getattr(route, "path", "").endswith("/num_tasks") for route in app.routes):
        _add_task_routes(app, made(), name)

    async def refused(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 400)

    for kind in (ValueError, RuntimeError, IndexError):
        app.add_exception_handler(kind, refused)
    app.add_middleware(IdleLimit, seconds=idle, counts=pool.counts)

    async def counts() -> dict[str, int]:
        own = {"taken": pool.counts["taken"], "refused": pool.counts["refused"]}
        return {**own, "sessions": pool.open_sessions}

    app.get(f"/{name}/counts")(counts)
    return app


def _add_task_routes(app: Any, environment: RumpusEnvironment, name: str) -> None:
    """The Task API of newer versions of OpenEnv, for those that lack it."""
    from fastapi import Body

    async def environments() -> list[str]:
        return [name]

    async def splits() -> list[dict[str, str]]:
        kinds = {"train": "train", "test": "test"}
        return [{"name": each, "type": kinds.get(each, "validation")} for each in environment.list_splits()]

    async def listed(split: str = Body(embed=True)) -> dict[str, Any]:
        return {"tasks": environment.list_tasks(split), "env_name": name}

    async def number(split: str = Body(embed=True)) -> dict[str, int]:
        return {"num_tasks": environment.num_tasks(split)}

    async def one(split: str = Body(), index: int = Body()) -> dict[str, Any]:
        return {"task": environment.get_task(split, index)}

    async def some(
        split: str = Body(), start: int | None = Body(default=None), stop: int | None = Body(default=None)
    ) -> dict[str, Any]:
        return {"tasks": environment.get_task_range(split, start, stop)}

    app.get("/list_environments")(environments)
    app.get(f"/{name}/splits")(splits)
    for path, function in {"tasks": listed, "num_tasks": number, "task": one, "task_range": some}.items():
        app.post(f"/{name}/{path}")(function)


assert MOST_SAVED < 16 << 20  # what a message of uvicorn's WebSockets may hold
