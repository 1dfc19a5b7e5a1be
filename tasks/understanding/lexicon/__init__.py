"""The words of people, as data: what each of them comes to in the terms of a goal.

A pattern is words with choices in brackets, "(take|get) {b}", of which one may be empty, and with slots: {a} and {b}
are things, {p} a word of PLACES, {m} one of TOWARD, {q} one of those that questions ask for, {n} a number, {u} the unit
of distances, {w} a word that is said. READINGS turns the act into a relation: the first that the world knows and that
fits the thing.
"""

from . import acts, indirect
from .acts import CONDITIONS, MENTIONED, STATED_NEVER, STATED_NOT, STATES
from .chosen import EXCEPT, FIRST_OF, LAST_OF, LAST_TO, OTHERS, PLACE_NAMES, STATES_OF, WHERE
from .frames import (
    AFTERS,
    ANDS,
    AT_THE_END,
    BEFORES,
    FIRST,
    FRAMES,
    IRREGULAR,
    KEPT_FROM,
    NOT_TO,
    OPENERS,
    PARTNER_DOES,
    SAME_TIME,
    SPELLINGS,
    STAY,
    STAYS,
    STOPS,
    THENS,
    TO_THE_END,
    UNTILS,
    WITHOUT,
)
from .heard import CORRECTIONS, LIMITS, TENS, TIMES, VOCATIVES
from .local import LOCAL_NOTES, LOCAL_SHORTER
from .places import PLACES, TOWARD
from .politeness import AT_THE_VERY_END, MANNER, SAID_BY_THE_WAY
from .questions import ASKED, ASKERS
from .readings import READINGS, Reading
from .refusals import COLOURS, ELSEWHERE, NEAREST, NO_SLIPS, REASONS, UNSAID
from .remarks import HARMLESS_NEGATIONS, LIGHT_VERBS, NEEDLESS, REMARKS, TELLING
from .shorter import ASKED_HERE, HERE, SHORTER
from .smalltalk import BEGINS_BEHIND, ENDS_BEFORE, SMALL_PHRASES, SMALL_TALK
from .things import (
    AFTER_NUMBER,
    ALL_OF_IT,
    BELONGED,
    BELONGING,
    BOTH_PLAYERS,
    CLASS_NOUNS,
    CLASSES,
    FLAT,
    FOOD,
    GENERAL,
    LOCAL_NOUNS,
    LOOKS,
    MATCHING,
    NOUNS,
    PAIRS,
    PARTNER,
    PARTNER_PRONOUNS,
    PLAYER_NOUNS,
    QUANTITIES,
    SOME_PLAYER,
)

ACTS: dict[str, tuple[str, ...]] = {
    verb: (*acts.ACTS.get(verb, ()), *indirect.INDIRECT.get(verb, ())) for verb in (*acts.ACTS, *indirect.INDIRECT)
}
"""Patterns of orders to the player, by act. All patterns that fit are read; none is preferred."""
STATED = (*acts.STATED, *indirect.WISHED)
"""Statements about a place; "not" may come after the verb."""

__all__ = [
    "ACTS",
    "AFTERS",
    "AFTER_NUMBER",
    "ALL_OF_IT",
    "ANDS",
    "ASKED",
    "ASKED_HERE",
    "ASKERS",
    "AT_THE_END",
    "AT_THE_VERY_END",
    "BEFORES",
    "BEGINS_BEHIND",
    "BELONGED",
    "BELONGING",
    "BOTH_PLAYERS",
    "CLASSES",
    "CLASS_NOUNS",
    "COLOURS",
    "CONDITIONS",
    "CORRECTIONS",
    "ELSEWHERE",
    "ENDS_BEFORE",
    "EXCEPT",
    "FIRST",
    "FIRST_OF",
    "FLAT",
    "FOOD",
    "FRAMES",
    "GENERAL",
    "HARMLESS_NEGATIONS",
    "HERE",
    "IRREGULAR",
    "KEPT_FROM",
    "LAST_OF",
    "LAST_TO",
    "LIGHT_VERBS",
    "LIMITS",
    "LOCAL_NOTES",
    "LOCAL_NOUNS",
    "LOCAL_SHORTER",
    "LOOKS",
    "MANNER",
    "MATCHING",
    "MENTIONED",
    "NEAREST",
    "NEEDLESS",
    "NOT_TO",
    "NOUNS",
    "NO_SLIPS",
    "OPENERS",
    "OTHERS",
    "PAIRS",
    "PARTNER",
    "PARTNER_DOES",
    "PARTNER_PRONOUNS",
    "PLACES",
    "PLACE_NAMES",
    "PLAYER_NOUNS",
    "QUANTITIES",
    "READINGS",
    "REASONS",
    "REMARKS",
    "SAID_BY_THE_WAY",
    "SAME_TIME",
    "SHORTER",
    "SMALL_PHRASES",
    "SMALL_TALK",
    "SOME_PLAYER",
    "SPELLINGS",
    "STATED",
    "STATED_NEVER",
    "STATED_NOT",
    "STATES",
    "STATES_OF",
    "STAY",
    "STAYS",
    "STOPS",
    "TELLING",
    "TENS",
    "THENS",
    "TIMES",
    "TOWARD",
    "TO_THE_END",
    "UNSAID",
    "UNTILS",
    "VOCATIVES",
    "WHERE",
    "WITHOUT",
    "Reading",
]
