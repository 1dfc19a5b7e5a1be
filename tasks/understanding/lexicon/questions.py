"""Forms of questions."""

from __future__ import annotations

ASKED: dict[str, tuple[str, ...]] = {
    "colour": (
        *(
            "(what|which) colour (is|are|has) {a}",
            "(what|which) colour does {a} have",
            "(what|which) is the colour of {a}",
        ),
        *("the colour of {a}", "(name|give|say) (|me) the colour of {a}", "(what|which) colour {a} (is|are)"),
    ),
    "count": (
        "how many {a} (are there|are here|do you see|can you see|exist|is there|are in the room|are there in the room)",
        "how many {a} (are there|are here|do you see|are there here|are there in total|are there in all)",
        "(count|count up) {a}",
        "how many {a} there are",
        "(what is the|the) number of {a}",
    ),
    "count-place": (
        "how many {a} (are|are there|lie|stand|do you see|are lying|are standing|is there) {q} {b}",
        "(count|what is the number of|the number of) {a} {q} {b}",
    ),
    "exists": (
        "(is|are) there {a} (|here|anywhere|around|in the room|somewhere|in this room|around here|at all)",
        "(do|can) you see {a} (|here|anywhere|around|somewhere)",
        "does {a} exist",
        "have you (got|seen) {a}",
        "(if|whether) there (is|are) {a} (|here|anywhere|in the room)",
    ),
    "exists-place": (
        "(is|are) there {a} (|lying|standing) {q} {b}",
        "(is|are) {a} (|lying|standing|sitting) {q} {b}",
        "(do|can) you see {a} {q} {b}",
        "(if|whether) {a} (is|are) {q} {b}",
        "does {a} (lie|stand|sit) {q} {b}",
    ),
    "what-place": (
        "(what|which thing) (is|lies|stands|sits|is lying|is standing|is there|do you see|can you see) {q} {b}",
        "(what|which) (things|objects|toys|thing|object|toy) (is|are|lie|lies) {q} {b}",
        "(what|which) (things|objects|toys) (are there|do you see) {q} {b}",
        "(name|tell) what is {q} {b}",
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
    *("i wonder", "now", "so", "and", "would you tell me", "say to me", "what do you think", "answer"),
)
