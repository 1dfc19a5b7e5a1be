"""Words that are refused, the reasons, and the nearest words."""

from __future__ import annotations

from .real_words import REAL_WORDS
from .things import CLASSES, NOUNS

UNSAID: dict[str, str] = {
    **dict.fromkeys(
        ("under", "beneath", "below", "underneath", "behind", "above", "around", "through", "across", "along"),
        "relation",
    ),
    **dict.fromkeys(
        ("left", "right", "between", "closest", "nearest", "farthest", "furthest", "past", "over", "toward"), "relation"
    ),
    **dict.fromkeys(
        (
            "corner",
            "corners",
            "wall",
            "walls",
            "edge",
            "middle",
            "side",
            "top",
            "bottom",
            "north",
            "south",
            "east",
            "west",
        ),
        "part",
    ),
    **dict.fromkeys(("corridor", "passage", "window", "floor", "ceiling", "opening", "end"), "part"),
    **dict.fromkeys(("step", "steps", "up", "down", "forward", "forwards", "backwards", "turn"), "way"),
    **dict.fromkeys(("except", "other", "else", "apart", "instead", "rest", "others"), "except"),
    **dict.fromkeys(("or", "either", "if", "whether", "unless"), "choice"),
    **dict.fromkeys(("until", "during", "seconds", "minute", "minutes", "last", "twice", "again", "once"), "time"),
    **dict.fromkeys(("only", "many", "some", "several", "most", "few", "more", "as"), "count"),
    **dict.fromkeys(
        (
            "biggest",
            "largest",
            "smallest",
            "heaviest",
            "tallest",
            "longest",
            "bigger",
            "smaller",
            "taller",
            "heavier",
            "lightest",
            "shortest",
        ),
        "most",
    ),
    **dict.fromkeys(
        (
            "wooden",
            "wood",
            "metal",
            "plastic",
            "cloth",
            "soft",
            "hard",
            "material",
            "made",
            "heavy",
            "round",
            "light",
            "dark",
            "pale",
            "bright",
        ),
        "material",
    ),
    **dict.fromkeys(("that", "which", "whose", "who", "where", "its", "their", "his"), "whose"),
    **dict.fromkeys(("swap", "places", "place"), "place"),
    "far": "far",
    "neither": "neither",
    **dict.fromkeys(("me", "i", "us", "my", "here"), "me"),
    **dict.fromkeys(
        (
            "throw",
            "toss",
            "roll",
            "slow",
            "quietly",
            "backward",
            "kick",
            "carefully",
            "slowly",
            "gently",
            "softly",
            "nicely",
        ),
        "manner",
    ),
    **dict.fromkeys(("eat", "drink", "break", "destroy", "buy", "sell", "cut", "draw", "hide"), "deed"),
    **dict.fromkeys(
        (
            "explore",
            "follow",
            "turn",
            "flip",
            "knock",
            "exchange",
            "wash",
            "paint",
            "chase",
            "dance",
            "trap",
            "memorise",
            "remember",
        ),
        "deed",
    ),
    **dict.fromkeys(("always", "exactly", "whatever", "whichever"), "time"),
}
REASONS: dict[str, str] = {
    "relation": "{word!r} is no relation of this world; its relations are {relations}",
    "part": "{word!r} is no thing of this world, and does not fit here as a place: the places of a map are 'a corner', "
    "'a wall' and 'the middle of the room', and 'the place where you started'; the things here are {kinds}",
    "way": "a goal says what is to be reached, and not by which steps or turns; its relations are {relations}",
    "except": "it is not clear what is meant and what is left out: name it, such as 'every box except the red box'",
    "other": "'other' is told by what was named before, such as 'the red box': name what is meant",
    "choice": "a goal has no condition, and of 'or' it knows only one of two things, such as 'the red or the blue box'",
    "time": "a goal judges what is reached and in which order, and not {word!r}: say 'then', or 'for ten turns'",
    "count": "{word!r} is not exact here: say a number, 'at least two', 'exactly two' or 'every'",
    "far": "{word!r} is not exact here: say 'away from', which is not next to it",
    "neither": "{word!r} is not understood here: say 'never', and name each of the things",
    "most": "things are told apart by an order such as 'the nearest' and 'the largest', and not by {word!r} here",
    "material": "things are told apart by kind, colour, size and place, and not by {word!r}",
    "whose": "{word!r} does not fit here: which thing is meant is told as in 'the cup that is on the table', 'the toy "
    "you are holding' and 'the nearest key'",
    "manner": "how something is done is not judged: say 'put', 'push' or 'go', without {word!r}",
    "deed": "to {word} is nothing that can be judged here: the relations of this world are {relations}",
    "place": "a goal names things, and not the places where they were",
    "question": "{word!r} asks for none of what is answered: ask 'what colour is …', 'how many …' or 'is there …'",
    "me": "{word!r} is nobody in this world: name a thing, 'you' or 'your partner'",
}
NEAREST: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("sofa", "couch", "armchair", "mattress", "cot"), ("bed", "stool")),
    **dict.fromkeys(("chair", "bench", "seat"), ("stool", "bed")),
    **dict.fromkeys(("desk", "counter", "nightstand"), ("table", "dresser")),
    **dict.fromkeys(("wardrobe", "cupboard", "cabinet", "drawer", "drawers", "closet"), ("dresser", "shelf")),
    **dict.fromkeys(("pan", "pot", "bowl", "glass", "jug", "kettle"), ("cup", "teapot", "plate")),
    **dict.fromkeys(("doll", "figure", "puppet", "dinosaur", "dog", "cat"), ("teddy", "robot")),
    **dict.fromkeys(("apple", "pear", "orange", "lemon", "fruit"), ("banana", "apple", "lemon")),
    **dict.fromkeys(("truck", "bus", "bike", "bicycle", "tractor"), ("car", "train")),
    **dict.fromkeys(("bag", "bin", "bucket", "barrel", "container"), ("basket", "box")),
    **dict.fromkeys(("brick", "cube", "die"), ("block", "cube", "box")),
    **dict.fromkeys(("pillar", "column", "post", "pole"), ("pillar", "cylinder")),
    **dict.fromkeys(("key", "coin", "pill"), ("capsule", "disc", "key")),
    **dict.fromkeys(("rug", "carpet", "mat"), ("cushion",)),
    **dict.fromkeys(("brown", "gold", "golden", "tan"), ("orange", "yellow", "gold")),
    **{"yellow": ("gold", "lime"), "cyan": ("turquoise", "teal"), "white": ("cream",), "black": ("navy",)},
    **{"violet": ("purple",), "maroon": ("red",), "navy": ("blue",), "lime": ("green",), "pink": ("magenta", "peach")},
    **dict.fromkeys(("gray", "grey", "silver"), ("white", "black")),
    **dict.fromkeys(("under", "below", "beneath", "behind"), ()),
}
"""Kinds and colours that are nearest to words that have none, where they are there; only named in refusals."""
COLOURS: tuple[str, ...] = (
    *("red", "green", "blue", "yellow", "purple", "orange", "cyan", "pink", "white", "black", "brown", "gray", "grey"),
    *("silver", "gold", "golden", "tan", "beige", "navy", "teal", "maroon", "violet", "lime", "olive", "turquoise"),
    *("magenta", "peach", "cream", "indigo", "emerald", "sky", "lilac", "crimson", "bronze", "transparent"),
)
NO_SLIPS: frozenset[str] = frozenset(
    ("latter", "payer", "payers", "planed", "closet", "chess", "form", "dessert", "coral", "loose", "rocker", "sliver")
) | frozenset((*NEAREST, *COLOURS, *REAL_WORDS))
"""Words that are nearly another one and no slip."""
ELSEWHERE: frozenset[str] = frozenset(
    {*COLOURS, *NEAREST, *NOUNS, *(word for others in NOUNS.values() for word in others)}
    | {kind for kinds in CLASSES.values() for kind in kinds}
    | {
        "phone",
        "racket",
        "spoon",
        "fork",
        "knife",
        "shoe",
        "sock",
        "clock",
        "picture",
        "plant",
        "flower",
        "pen",
        "pencil",
    }
    | {"paper", "remote", "laptop", "hammer", "stone", "candle", "toaster", "tv", "television", "toothbrush", "vase"}
)
"""Colours, and words that name things in other worlds or in a home."""
