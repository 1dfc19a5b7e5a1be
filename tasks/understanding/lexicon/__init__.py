"""The words of people, as data: what each of them comes to in the terms of a goal.

A pattern is words with choices in brackets, "(take|get) {b}", of which one may be empty, and with slots: {a} and {b}
are things, {p} a word of PLACES, {m} one of TOWARD, {q} one of those that questions ask for, {n} a number, {u} the unit
of distances, {w} a word that is said. READINGS turns the act into a relation: the first that the world knows and that
fits the thing.
"""

from .acts import ACTS, PLACES, READINGS, STATED, STATED_NEVER, STATED_NOT, STATES, TOWARD, Reading
from .frames import (
    AFTERS,
    ANDS,
    BEFORES,
    FIRST,
    FRAMES,
    IRREGULAR,
    NOT_TO,
    OPENERS,
    PARTNER_DOES,
    SAID_BY_THE_WAY,
    SAME_TIME,
    SPELLINGS,
    STAY,
    STAYS,
    STOPS,
    THENS,
    WITHOUT,
)
from .questions import ASKED, ASKERS
from .refusals import NEAREST, REASONS, UNSAID
from .things import (
    AFTER_NUMBER,
    ALL_OF_IT,
    BOTH_PLAYERS,
    CLASS_NOUNS,
    CLASSES,
    FLAT,
    FOOD,
    GENERAL,
    LOOKS,
    NOUNS,
    PARTNER,
    PARTNER_PRONOUNS,
    QUANTITIES,
)

__all__ = [
    "ACTS",
    "AFTERS",
    "AFTER_NUMBER",
    "ALL_OF_IT",
    "ANDS",
    "ASKED",
    "ASKERS",
    "BEFORES",
    "BOTH_PLAYERS",
    "CLASSES",
    "CLASS_NOUNS",
    "FIRST",
    "FLAT",
    "FOOD",
    "FRAMES",
    "GENERAL",
    "IRREGULAR",
    "LOOKS",
    "NEAREST",
    "NOT_TO",
    "NOUNS",
    "OPENERS",
    "PARTNER",
    "PARTNER_DOES",
    "PARTNER_PRONOUNS",
    "PLACES",
    "QUANTITIES",
    "READINGS",
    "REASONS",
    "SAID_BY_THE_WAY",
    "SAME_TIME",
    "SPELLINGS",
    "STATED",
    "STATED_NEVER",
    "STATED_NOT",
    "STATES",
    "STAY",
    "STAYS",
    "STOPS",
    "THENS",
    "TOWARD",
    "UNSAID",
    "WITHOUT",
    "Reading",
]
