"""Instructions that a person types while an agent plays: what is asked, how it is judged, and what is stored of it.

No window and no page is known here; the desk asks.

    asking = Asking("runs/asked", name="Ada")
    session = Session(world, record=asking.attach, agents=[agent])
    desk = Desk(session, asking=asking)
    desk.ask("lift the red ball")           # the agent begins to try
    desk.asking.mark("success")             # the person's verdict
    asking.close()                          # all is on the disk

Each instruction is an episode of its own, which goes on from the state in which it was given, so that one can ask for
one thing after the other in the same room. An instruction that is understood is judged by program, in the words that
are said back; any other is played under the world's own rules, and judged by the person. A person who takes over, or
says something else, interrupts nothing that is stored: the episode tells who played each step.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...episodes.episode import Episode, Player
from ...episodes.marks import Mark
from ...episodes.store import Store
from ...interface.text import cut, decode
from ...tasks.compile import objective, packed_state, table
from ...tasks.goals import FORMAT, Goal, Moment, Reward, Start, Task
from ...tasks.goals import Player as Seat
from ...tasks.language import asked, understand
from ...tasks.named import chosen, clauses, situation
from ...tasks.understanding import Understood, needs_start, retold, tasked, understood_in
from ...worlds.engine.records.things import Things
from ...worlds.engine.run.batch import Batch
from .agent import Agent
from .host import MOST_ASKED
from .playlist import of_tasks
from .session import Session

if TYPE_CHECKING:
    from ...episodes.recorder import Recorder

PLACE = Path("runs/asked")
"""The store, unless another is named."""
SOURCE = "rumpus play --ask"
"""The source of stored episodes."""
MOST_PARSED = 256
"""Characters of a text that is tried to be understood: the time that this takes grows with the square."""
MOST_TOLD = 512
"""Characters of an instruction in a task."""
MOST_SAID = 40
"""Lines of the conversation that are kept."""


def reads(agent: Agent) -> str:
    """The way to direct an agent: "words" that it reads, or "goals", which only what is understood has.

    Raises ValueError for one that reads no instructions.
    """
    policy = agent.policy
    if getattr(policy, "reads", False):
        return "words"
    if agent.by.kind == "expert":
        return "goals"
    raise ValueError(
        f"{agent.name} reads no instructions, so it cannot be asked for anything: name an agent that learned several "
        "tasks, such as generalist, or expert, which follows what is understood; `rumpus agents` lists them"
    )


class Asking:
    """The conversation of a person with the agent that plays, and its record.

    place: of the store, made if there is none; None to store nothing; name: of the person; first: what is asked for as
    soon as it begins, "" to wait. `text` is what was asked last, as it was typed, "" before; `instruction` the words
    that agents read of it; `judge` "program" where it was understood, else "person"; `said` the lines of the
    conversation; `reply` the answer to what was asked last; `waits` whether the agent waits for an instruction: before
    the first one, and after a verdict; `verdict` the person's own, "success" or "failure", "" before it; `done` whether
    the agent says that it is done; `count` the number of attempts.
    """

    session: Session

    def __init__(self, place: str | Path | None, name: str = "", first: str = ""):
        self.first = first
        self.store = None if place is None else Store(place, create=True)
        self.by = Player("person", name)
        self.said: tuple[str, ...] = ()
        self.reply = ""
        self.count = 0
        self._recorder: Recorder | None = None
        self._last: tuple[str, int] | None = None  # id and steps of the episode that was stored last, if it is this one
        self._given: list[tuple[str, int]] = []  # verdicts on the present attempt, and the states that they are about
        self._unsent: list[Mark] = []
        self._before = ""  # the id of the attempt from whose end this one goes on
        self._forget()

    def _forget(self) -> None:
        """Nothing is asked."""
        self.text = self.judge = self.instruction = self._restated = self.verdict = ""
        self.waits, self.done = True, False

    def attach(self, batch: Batch) -> Recorder:
        """A recorder of the session's batch; for Session's `record`. Raises ValueError if nothing is to be stored."""
        from ...episodes.recorder import Recorder

        if self.store is None:
            raise ValueError("this conversation has no store")
        options: dict[str, Any] = {"source": SOURCE, "latency": True, "every": 0.0, "keep": self._keep}
        self._recorder = Recorder(batch, self.store, played_by=self.by, **options)
        return self._recorder

    def begin(self, session: Session) -> None:
        """The session in which agents are asked. Raises ValueError where none plays, or one reads no instructions."""
        if not session.agents:
            raise ValueError("nobody is there to be asked: a session needs an agent")
        self.session, self._goes_by = session, {agent: reads(agent) for agent in session.agents}
        self._limit = min(session.limit, 1_000_000)

    @property
    def name(self) -> str:
        """The name of the agent that is asked."""
        return self.session.agents[0].name

    def ask(self, text: str) -> bool:
        """Ask for something: the agent begins to try, from the state that is shown. False, with a line that says why,
        if it cannot. Any text is taken; only of white space nothing comes."""
        text = text[:MOST_ASKED].encode("utf-8", "replace").decode()
        text = "".join(letter if letter.isprintable() else " " for letter in text).strip()
        self.reply = ""
        if not text:
            return False
        self._say(f"You: {text}")
        world = self.session.world
        possible = world.rules.savable and world.rules.things is not None
        if not possible and "goals" in self._goes_by.values():
            self._say(f"{self.name} follows goals, and {world.name} has none")
            return False
        if possible and not self._turn_to(text):
            return False
        if not possible:
            self._anew(0)
            self.judge, self.instruction, self._restated = "person", decode(cut(text)), ""
            self._say(f"{world.name} has no goals: the agent reads what you say, and yours is the verdict")
        self.text, self.verdict, self.waits, self.done = text, "", False, False
        self._settle()
        self._began()
        return True

    def again(self) -> None:
        """The same attempt has begun again from its start."""
        before = self._before
        self._settle()
        self._before = before
        if self.text:
            self.verdict, self.waits, self.done = "", False, False
            self._began()

    def anew(self, by: int = 1) -> None:
        """Go to another start of the world, `by` places on, where nothing is asked yet."""
        self._anew(by)
        self._forget()

    def mark(self, label: str) -> None:
        """The person's verdict, "success" or "failure", on the state that is shown: the attempt is over. Another one
        takes its place."""
        state, before = self.session.steps, self.verdict
        if not self.text or label == before:
            return
        self.verdict, self.waits = label, True
        self._say(f"You: {'that is what I asked for' if label == 'success' else 'that is not what I asked for'}")
        if self._last is None:
            self._given = [(label, state)]
            return
        if before:
            id, at = self._last[0], self._given[-1][1]
            self._unsent.append(Mark(id, "removed", at, at, text=before, by=self.by))
        self._given = [(label, state)]
        self._unsent.append(Mark(self._last[0], label, state, state, by=self.by))
        self._send()

    def undone(self) -> None:
        """Steps were taken back: what was said about later ones holds no more."""
        if self.text:
            self._given = [each for each in self._given if each[1] <= self.session.steps]
            self.verdict = self._given[-1][0] if self._given else ""
            self.done = False
            self.waits = bool(self.verdict)
            self._last = None

    def stepped(self) -> None:
        """A step was taken: agents that can say so look whether it is done; then all wait."""
        asked = [agent for agent in self.session.agents if agent.seats and self.text and not self.session.over]
        for agent in asked:
            if agent.ends:
                agent.look()
        self.done = any(agent.done for agent in asked)
        if self.done:
            self.waits = True
            self._say(f"{self.name}: done")
            if self._recorder is not None:
                self._recorder.tell(0, "done", str(self.session.steps))

    def close(self) -> None:
        """Store all that is left."""
        if self._recorder is not None:
            self._recorder.close()
        self._send()

    def _turn_to(self, text: str) -> bool:
        """Begin the attempt as a task that goes on from the state that is shown. False if the agent can do nothing with
        this text, which is said."""
        session, world = self.session, self.session.world
        if session.over and not session.judged and "time up" not in session.ends:
            self._anew(1)  # the world's own rules have ended this episode, and would end the next at once
        task, judge, restated, lines = self._task(text)
        if judge == "person" and "goals" in self._goes_by.values():
            self._say(*lines, f"{self.name} follows only what is understood")
            return False
        try:
            made = table([task], world)
        except ValueError as error:  # such as words of a goal for which there is no room
            task, judge, restated, lines = self._free(text, str(error))
            made = table([task], world)
        words = task.players[0].instruction
        self.judge, self.instruction, self._restated = judge, words, restated
        self._say(*lines)
        session.leave()
        if self._recorder is not None:
            self._recorder.tasks = [task]
        session.turn_to(of_tasks(world, made, [task.id], strict=True))
        return True

    def _task(self, text: str) -> tuple[Task, str, str, list[str]]:
        """The task of a text, who judges it, what was understood, and lines that say so."""
        world = self.session.world
        things = world.rules.things
        assert things is not None
        if len(text) > MOST_PARSED:
            return self._free(text, "it is too long")
        try:
            found = understood_in(text, world)
            restated = retold(found, things)
            words = text if _plainly(text, found, things) else restated
            if needs_start(found):
                task, more = tasked(found, world, start=self._start())
                seats = tuple(seat.model_copy(update={"instruction": words}) for seat in task.players)
                task = task.model_copy(update={"id": self._id, "players": seats})
            else:
                assert found.goal is not None
                task, more = self._made(found.goal, words), self._missing(found.goal)
        except ValueError as error:
            return self._free(text, str(error).partition("\n")[0])
        return task, "program", restated, [f"Understood: {restated}", *more]

    def _free(self, text: str, why: str) -> tuple[Task, str, str, list[str]]:
        """The same for a text that no goal says: the world's own rules, with this instruction."""
        words = decode(cut(text))[:MOST_TOLD]
        task = self._made(objective(self.session.world), words, Reward(scheme="world"))
        return task, "person", "", [f"Not understood, so yours is the verdict: {why}"]

    def _made(self, goal: Goal, words: str, reward: Reward | None = None) -> Task:
        world = self.session.world
        words = decode(cut(words))[:MOST_TOLD]
        players = tuple(Seat(goal=goal, instruction=words) for _ in range(world.players))
        return Task(
            rumpus_task=FORMAT, id=self._id, world=world.name, version=world.version, players=players,
            start=self._start(words), limit=self._limit, reward=reward or Reward(),
        )  # fmt: skip

    @property
    def _id(self) -> str:
        return f"asked-{self.count + 1}"

    def _start(self, words: str = "") -> Start:
        """The state that is shown, as one from which an episode begins; it says what agents read where rules do not
        judge."""
        session = self.session
        state = np.frombuffer(bytearray(session.batch.record(0)), session.world.rules.state)
        state["over"] = 0
        if words:
            state["instruction"][0, : session.world.players] = cut(words)
        seed = session.seed & ((1 << 63) - 1)
        return Start(knobs=session.batch.knobs, seed=seed, moment=Moment(state=packed_state(session.world, state)))

    def _missing(self, goal: Goal) -> list[str]:
        """Lines about what a goal names and what is not here."""
        here, things = situation(self.session.batch, 0), self.session.world.rules.things
        named = [side for clause in clauses(goal) if not clause.negated for side in (clause.a, clause.b) if side]
        gone = [side for side in named if not side.place and not side.who and not chosen(side, here)]
        words = (" ".join(filter(None, (side.size, side.colour, side.kind or "thing"))) for side in gone)
        return [f"There is no {each} here" for each in dict.fromkeys(words)] if things else []

    def _began(self) -> None:
        """An attempt begins: agents are words, and the record notes what was asked."""
        self.count += 1
        for agent in self.session.agents:
            agent.instruct(self.instruction)
        if self._recorder is not None:
            extra = {"asked": self.text, "understood": self._restated, "after": self._before}
            for name, value in extra.items():
                if value:
                    self._recorder.tell(0, name, value)

    def _anew(self, by: int) -> None:
        """Another start of the world, and nothing goes on from the episode before."""
        if self._recorder is not None:
            self._recorder.tasks = None
        self.session.back(by)
        self._settle()
        self._before = ""

    def _settle(self) -> None:
        """Another episode has begun, so that the one before is in the store with its marks."""
        if self._last is not None:
            self._before = self._last[0]
        self._given, self._last = [], None
        self._send()

    def _keep(self, episode: Episode) -> bool:
        """An episode is about to be stored: the verdicts on it are marks of it from now on."""
        self._last = (episode.id, episode.steps)
        for label, state in self._given:
            at = min(state, episode.steps)
            self._unsent.append(Mark(episode.id, label, at, at, by=self.by))
        return True

    def _send(self) -> None:
        """Store the marks whose episodes are there. The recorder says that a disk is full; marks wait, too."""
        if self.store is None or not self._unsent:
            return
        try:
            self.store.mark(self._unsent)
        except OSError as error:
            self._say(f"Your verdict could not be stored yet: {error.strerror or error}")
            return
        self._unsent = []

    def _say(self, *lines: str) -> None:
        self.said = (*self.said, *lines)[-MOST_SAID:]
        self.reply = "    ".join(line for line in lines if not line.startswith("You: ")) or self.reply


def _plainly(text: str, found: Understood, things: Things) -> bool:
    """Whether a text is itself a sentence of the grammar, as agents learn it, and says what was understood."""
    try:
        return understand(text, things) == found.goal if found.goal else asked(text, things) == found.question
    except ValueError:
        return False
