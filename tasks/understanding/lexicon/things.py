"""Names of things, of players and of how many."""

from __future__ import annotations

from ...choices import CLASSES

NOUNS: dict[str, tuple[str, ...]] = {
    "box": ("crate", "carton", "packing case"),
    "target": (
        "goal",
        "target square",
        "coloured square",
        "coloured spot",
        "coloured target",
        "coloured goal",
        "goal square",
        "square",
        "spot",
        "target spot",
        "storage spot",
        "marked square",
        "storage location",
        "goal spot",
        "destination",
        "destination square",
        "marker",
        "marked spot",
        "target cell",
        "pad",
        "circle",
    ),
    "goal": (
        "exit",
        "finish",
        "finish line",
        "golden ring",
        "golden goal",
        "gold ring",
        "ring",
        "goal room",
        "way out",
        *("destination", "end point", "endpoint", "finish point", "reward", "flag", "marker", "target"),
    ),
    "lock": ("box", "locked box", "padlock", "chest", "closed box"),
    "gem": ("jewel", "treasure", "diamond", "gemstone", "prize", "crystal", "precious stone"),
    "teddy": ("teddy bear", "bear", "teddybear", "stuffed bear", "plush bear"),
    "cushion": ("pillow",),
    "dresser": ("chest of drawers",),
    "plane": ("aeroplane", "airplane", "aircraft", "jet"),
    "boat": ("ship", "sailboat", "sailing boat"),
    "car": ("automobile", "auto", "motor car", "race car", "racing car"),
    "train": ("locomotive", "railway engine"),
    "rocket": ("spaceship", "space ship", "rocket ship"),
    "shelf": ("bookshelf", "bookcase"),
    "stool": ("footstool", "foot stool", "chair", "seat"),
    "cup": ("mug", "teacup", "tea cup", "coffee cup", "coffee mug"),
    "hat": ("cap",),
    "house": ("dollhouse", "doll house", "toy house"),
    "teapot": ("tea pot",),
    "block": ("brick", "building block", "cube", "cube shaped block"),
    "cube": ("block",),
    "duck": ("rubber duck", "ducky", "duckie", "duckling"),
    "lamp": ("table lamp", "desk lamp", "reading lamp"),
    "basket": ("hamper",),
    "bottle": ("flask",),
    "capsule": ("pill",),
    "strawberry": ("berry",),
    "lemon": ("citrus fruit",),
    "cylinder": ("pillar", "column", "tube"),
    "ball": ("sphere", "orb"),
    "disc": ("disk",),
    "chest": ("treasure chest", "trunk"),
    "plate": ("pressure plate", "dish", "pressure pad", "floor plate", "switch"),
    "door": ("gate", "doorway"),
    "mushroom": ("toadstool",),
    "hurdle": ("obstacle", "barrier"),
    "platform": ("hidden platform",),
    "sign": ("signpost",),
}
"""Other names of a kind. One is known where its kind is in the world, where it is no kind itself, and where no second
kind of the world has it."""
LOCAL_NOUNS: dict[tuple[str, ...], tuple[str, ...]] = {
    ("goal", "plate"): (
        *("yellow room", "room with the yellow floor", "yellow floor", "room with a yellow floor", "room of the goal"),
        *("room where the floor is yellow", "last room", "final room", "yellow area"),
    ),
    ("shell", "core", "chest"): ("stone", "rock", "pebble"),
}
"""Other names of the first of these kinds where all of them are in the world."""
PARTNER: tuple[str, ...] = (
    *("partner", "other player", "friend", "buddy", "mate", "teammate", "team mate", "other one", "fellow player"),
    *("companion", "pal", "second player", "co-player", "opponent", "rival", "enemy", "adversary", "other agent"),
    *("other robot", "other guy", "hider", "seeker", "other runner", "competitor", "colleague"),
)
PARTNER_PRONOUNS: tuple[str, ...] = ("he", "she", "him", "her")
"""The other player, in a world for two."""
PLAYER_NOUNS: tuple[str, ...] = (
    *("guy", "man", "fellow", "chap", "bloke", "lad", "boy", "girl", "lady", "woman", "person", "kid", "child"),
    *("runner", "racer", "contestant", "participant", "agent", "character", "figure", "team", "bot"),
)
"""Nouns for any player, in a world for several."""
SOME_PLAYER: dict[str, bool] = {
    **dict.fromkeys(("someone", "somebody", "anyone", "anybody"), False),
    **dict.fromkeys(("nobody", "no one", "noone"), True),
}
"""Words for any other player, and whether they say that there is none."""
BOTH_PLAYERS: tuple[str, ...] = (
    *("both of you", "you both", "each of you", "both players", "you two", "the two of you", "all of you", "you all"),
    *("each player", "every player", "all players", "all the players", "everybody", "everyone", "the two players"),
)
CLASS_NOUNS: dict[str, tuple[str, str, str]] = {
    "fruit": ("fruit", "fruits", "fruit"),
    "piece of fruit": ("fruit", "pieces of fruit", ""),
    "food": ("food", "food", "food"),
    "good fruit": ("good", "good fruits", "good fruit"),
    "bad fruit": ("bad", "bad fruits", "bad fruit"),
    "rotten fruit": ("bad", "rotten fruits", "rotten fruit"),
    "healthy thing": ("good", "healthy things", "healthy stuff"),
    "good food": ("good", "good food", "good food"),
    "bad food": ("bad", "bad food", "bad food"),
    "good item": ("good", "good items", ""),
    "bad item": ("bad", "bad items", ""),
    "snack": ("food", "snacks", ""),
    "bite to eat": ("food", "bites to eat", ""),
    "thing to eat": ("food", "things to eat", ""),
    "good thing": ("good", "good things", "good stuff"),
    "bad thing": ("bad", "bad things", "bad stuff"),
    "rotten thing": ("bad", "rotten things", "rotten stuff"),
    "good one": ("good", "good ones", ""),
    "bad one": ("bad", "bad ones", ""),
    "rotten one": ("bad", "rotten ones", ""),
    "piece of furniture": ("furniture", "pieces of furniture", "furniture"),
    "vehicle": ("vehicle", "vehicles", ""),
    "toy": ("toy", "toys", ""),
}
"""General words: (class, plural, a word without a number for it). A toy is what one player can carry (`affords`)."""
GENERAL: dict[str, str] = {
    **{"thing": "things", "object": "objects", "item": "items", "piece": "pieces", "thingy": "thingies"},
    "bit of stuff": "stuff",
}
ALL_OF_IT: dict[str, str] = {
    "everything": "all",
    "anything": "any",
    "something": "any",
    "nothing": "no",
    "it all": "all",
}
LOOKS: dict[str, str] = {
    "big": "large",
    "little": "small",
    "huge": "large",
    "giant": "large",
    "tiny": "small",
    "mini": "small",
    "medium-size": "medium",
    "mid-size": "medium",
    "middle-sized": "medium",
    "violet": "purple",
    "golden": "gold",
    "mid-sized": "medium",
    **dict.fromkeys(("titchy", "dinky", "smallish"), "small"),
    **dict.fromkeys(("whopping", "biggish"), "large"),
    **dict.fromkeys(("massive", "enormous", "gigantic", "bulky"), "large"),
    **dict.fromkeys(("teeny", "wee", "miniature"), "small"),
    **dict.fromkeys(("scarlet", "crimson", "ruby"), "red"),
    **{"azure": "blue", "aqua": "cyan", "rose": "pink"},
    "medium-sized": "medium",
}
"""Other names of colours and sizes."""
QUANTITIES: dict[str, tuple[int | str, bool, str, str]] = {
    "any": (1, False, "", "any"),
    "some": (1, False, "", "some"),
    "(a|an|another|any single|a single)": (1, False, "", "one"),
    "(any|either|one|any one|whichever|a single one|just one) of (the|these|those|your|all the)": (1, False, "", "of"),
    "(a single|one single|just any|any old)": (1, False, "", "one"),
    "(my|our)": (1, False, "", "the"),
    "any one": (1, False, "", "one"),
    "(the|this|that|your|these|those)": (1, False, "", "the"),
    "(every|each|every single|each single|each and every)": ("all", False, "", "one"),
    "(all|all the|all of the|all these|all those|every one of the|each of the|all your|the whole|all of your)": (
        *("all", False, "", "many"),
    ),
    "(both|both the|both of the|the two|both of)": (2, False, "", "many"),
    "(a couple of|a couple of the|a pair of|a pair of the|two of the|the pair of|both of those|both of these)": (
        2,
        False,
        "",
        "many",
    ),
    "(no|none of the|not any|not a single|not one)": (1, True, "", "either"),
    "(not every|not all|not all the|not each)": ("all", True, "", "either"),
    "({n}|at least {n}|{n} of the|no fewer than {n}|at least {n} of the|no less than {n}|the {n}|any {n})": (
        *(0, False, "", "count"),
    ),
    "(all {n}|all the {n}|all {n} of the)": (0, False, "", "count"),
    "more than {n}": (0, False, "more", "count"),
    "(fewer than|less than) {n}": (0, True, "", "count"),
    "(at most|no more than|not more than|up to|a maximum of) {n}": (0, True, "more", "count"),
    "(exactly|only|precisely|just|exactly the) {n}": (0, False, "exactly", "count"),
}
AFTER_NUMBER: tuple[str, ...] = ("or more", "at least", "or more of the")
FLAT = ("target", "plate", "platform")
FOOD = CLASSES["food"]
PAIRS: dict[str, tuple[str, ...]] = {
    "key": ("lock", "door"),
    "lock": ("key",),
    "door": ("key", "plate"),
    "plate": ("door",),
}
"""Kinds that belong together where they have one colour: a key and what it opens, a plate and its door."""
MATCHING: tuple[str, ...] = (
    *("matching", "right", "correct", "corresponding", "fitting", "same colour", "same coloured", "proper"),
)
"""Adjectives of a thing that belongs to the one that was named before."""
BELONGING: tuple[str, ...] = (
    "(that|which) (fits|opens|unlocks|goes with|goes to|goes in|matches|is for|belongs to|fits in|fits into|works on)",
    "(for|to|of|matching|to open|to unlock|that will open|that can open)",
    "(that|which) (is|has) the (colour of|same colour as)",
    "(of|in|with) the (colour of|same colour as)",
    "the (colour of|same colour as)",
)
"""Between a thing and the one that it belongs to: "the key that fits the red door"."""
BELONGED: tuple[str, ...] = ("opens", "fits", "unlocks", "is for", "goes with", "belongs to", "goes to", "goes in")
"""Behind a thing and the one that belongs to it: "the door that the red key opens"."""
