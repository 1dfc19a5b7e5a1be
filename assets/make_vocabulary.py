"""Writes the vocabulary, the words that have a token of their own: python -m rumpus.assets.make_vocabulary

They are the words of the grammar, the names and instructions of all worlds, numbers, and EVERYDAY words for players to
talk with. A word keeps its token for good, since trained agents know it by that: new words go to the end of the file.
"""

from __future__ import annotations

import re
from pathlib import Path

from .. import worlds
from ..interface.files import write_atomically
from ..tasks import grammar
from ..tasks.language import partner_instruction, public

PATH = Path(__file__).parent / "vocabulary.txt"
LARGEST = 100
"""Numbers up to this one have a token of their own; others are spelled."""

EVERYDAY = """
a about above across after all and any are around as ask at away back ball be because bed before behind below beside
between big black blue board book both bottom box boxes bring brown building by can car carry castle ceiling chair
close colour colours come corner could count cup cyan dark day did do does done door down drop duck each east either
empty end enter even every exactly exist explore face far few find first five fix floor follow food for forward four
from front full gem get give go goal gold good got grab green grey ground had half hand has have he hello help her
here hide high him hold holding how i if in inside into is it its jump just keep key keys knife lamp large last later
least leave left less let lift light like lilac lock locked locks long look lose low magenta make man many map maroon
match me medium middle mind mine mint more most move much must my navy near nearest never new next nine no north not
nothing now number object odd of off ok old olive on once one only onto open opposite or orange other our out outside
over own paint pair partner pick picture piece pillow pink place plate play player please point pull purple push put
quick ready red rest right robot room round row said same say second see seek sell set seven shape shelf short show
side six small so solve some south space square stack stand star start stay step still stop switch table take tall
target targets teal tell ten than thank thanks that the them then there these thing things this three through to
together top touch touching toward tower toy train tray turn two under until up use violet wait walk wall walls want
water way we well west what wheel when where which while white who why will win window wine with without word work
world would yellow yes yet you your zero
"""
"""Words for players to talk with, kept by hand."""


def texts() -> list[str]:
    """All texts whose words are in the vocabulary."""
    found = [EVERYDAY, *grammar.RESERVED, *map(str, range(LARGEST + 1))]
    found += [public(partner_instruction(style), [""]) for style in range(len(grammar.PARTNER_INSTRUCTIONS))]
    for world in map(worlds.load, worlds.names()):
        found += (
            [world.objective.instruction]
            if isinstance(world.objective.instruction, str)
            else world.objective.instruction
        )
        if world.rules.things:
            kinds = world.rules.things.kinds
            found += [*kinds, *map(grammar.plural, kinds), *world.rules.things.colours, *world.rules.things.sizes]
    return found


def vocabulary() -> str:
    """The contents of the vocabulary file: a word a line, those that are there in their places, new ones behind."""
    known = PATH.read_text(encoding="ascii").split()
    words = {word for text in texts() for word in re.findall("[a-z0-9]+", text)}
    return "".join(f"{word}\n" for word in [*known, *sorted(words - set(known))])


if __name__ == "__main__":
    write_atomically(PATH, vocabulary().encode("ascii"))
