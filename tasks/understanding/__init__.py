"""Sentences of people as goals and questions: generous about words, strict about meaning.

    found = understood("grab the red crate and put it on a blue spot", world.things, world.players)
    found.goal, found.question      what will be judged
    found.notes                     the rules by which an open point was settled

The grammar of grammar.py is read first, exactly. Other sentences take four steps:

    normalise.py    words in plain spelling, without contractions and politeness
    names.py        what the things of the world are called
    syntax.py       every way in which all of the words can be read, by the tables of lexicon/
    meaning.py      the goal that a way comes to (kinds.py, clauses.py and joined.py are parts of it)

One goal is understood. None, or more than one, is refused with the reason. No word is skipped but those of the tables
SAID_BY_THE_WAY and OPENERS, and no number and no negation is lost.
"""

from .kinds import Refusal
from .reader import Understood, retold, said_of, spoken, understood, understood_in
from .tasked import needs_start, tasked

__all__ = [
    "Refusal",
    "Understood",
    "needs_start",
    "retold",
    "said_of",
    "spoken",
    "tasked",
    "understood",
    "understood_in",
]
