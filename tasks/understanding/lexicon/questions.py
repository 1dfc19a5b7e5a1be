"""Forms of questions."""

from __future__ import annotations

ASKED: dict[str, tuple[str, ...]] = {
    "colour": (
        *(
            "(what|which) colour (is|are|has) {a}",
            "(what|which) colour does {a} have",
            "(what|which) is the colour of {a}",
        ),
        *(
            "the colour of {a}",
            "(name|give|say) (|me) the colour of {a}",
            "(what|which) colour {a} (is|are)",
            "(what|which) (is|are) {a} is colour",
            "(what|which) colour (do|does) {a} (have|come in)",
            "what (is|are) the colour (that|which) {a} (has|have)",
        ),
    ),
    "count": (
        "how many {a} (are there|are here|do you see|can you see|exist|is there|are in the room|are there in the room)",
        "how many {a} (are there|are here|do you see|are there here|are there in total|are there in all)",
        "(count|count up) {a}",
        "how many {a} there are (|here|in the room|in total|in all|altogether)",
        "how many {a} (do we have|have we got|have you got|do you count|can you count|can you find)",
        "how many {a}",
        "how many {a} (are left|remain|are still there|are still left|are present)",
        "(what is the|the) number of {a}",
    ),
    "count-place": (
        "how many {a} (are|are there|lie|stand|sit|do you see|can you see|is there) {q} {b}",
        "how many {a} are (lying|standing|sitting) {q} {b}",
        "how many {a} (there are|there are lying|are there to be seen|lie there) {q} {b}",
        "how many {a} {q} {b}",
        "(count|what is the number of|the number of|number of|what number of) {a} (|is|are) {q} {b}",
    ),
    "exists": (
        "(is|are) there {a} (|here|anywhere|around|in the room|somewhere|in this room|around here|at all)",
        "(is|are) there {a} in (here|there)",
        "(do|can) you see {a} (|here|anywhere|around|somewhere)",
        "does {a} exist",
        "(are there|is there) such (a thing|things) as {a}",
        "(can|do|could) you (spot|notice|see) {a} (|here|anywhere|around|somewhere|in the room)",
        "have you (got|seen) {a}",
        "(if|whether) there (is|are) {a} (|here|anywhere|in the room)",
    ),
    "exists-place": (
        "(is|are) there {a} (|lying|standing) {q} {b}",
        "(is|are) {a} (|lying|standing|sitting) {q} {b}",
        "(do|can) you see {a} {q} {b}",
        "(if|whether) {a} (is|are) {q} {b}",
        "(do|does) {a} (lie|stand|sit) {q} {b}",
        "(has|have) {b} (got|) {a} {q} it",
        "(do|does) {b} have {a} {q} it",
        "(if|whether) there (is|are) {a} {q} {b}",
        "(can|do) you (spot|notice) {a} {q} {b}",
    ),
    "exists-in": (
        "(do|does) {b} (contain|hold) {a} (|inside)",
        "(if|whether) {b} (contains|holds|contain) {a}",
    ),
    "count-in": ("how many {a} (do|does) {b} (contain|hold) (|inside)",),
    "what-in": ("what (do|does) {b} (contain|hold)", "(name|what are) the contents of {b}"),
    "exists-ellipsis": ("{a} {q} {b}",),
    "exists-ellipsis-here": ("{a} (here|anywhere|around|in the room)",),
    "what-place": (
        "(what|which thing) (is|lies|stands|sits|is lying|is standing|is there|do you see|can you see) {q} {b}",
        "(what|which) (things|objects|toys|thing|object|toy) (is|are|lie|lies) {q} {b}",
        "(what|which) (things|objects|toys) (are there|do you see) {q} {b}",
        "(name|tell) what is {q} {b}",
        "what (there is|is there) {q} {b}",
        "(name|tell me|say) (the thing|the object|the toy) {q} {b}",
    ),
}
"""Questions; {q} is one of PLACES that is asked for, on or in."""
ASKERS: tuple[str, ...] = (
    *("tell me", "can you tell me", "could you tell me", "do you know", "i want to know", "i would like to know"),
    *(
        "answer this",
        "say",
        "please answer",
        "i want you to tell me",
        "let me know",
        "quick question",
        "answer me this",
    ),
    *(
        "could you say",
        "can you say",
        "(can|could) you please tell me",
        "do you happen to know",
        "any idea",
        "i ask you",
    ),
    *(
        "please say",
        "would you (please|) say",
        "find out",
        "check",
        "count",
        "i need to know",
        "please count",
        "can you say",
        "any clue",
    ),
    *("(can|could) you (check|find out)", "what i want to know is", "question", "in your opinion", "i am wondering"),
    *("i wonder", "now", "so", "and", "would you tell me", "say to me", "what do you think", "answer"),
)
