"""Words to the listener, corrections, numbers and times."""

from __future__ import annotations

VOCATIVES: tuple[str, ...] = (
    *("robot", "little robot", "my robot", "dear robot", "bot", "computer", "ai", "assistant", "baby", "babe", "love"),
    *("my love", "sweetheart", "sweetie pie", "son", "sunshine", "treasure", "mister", "miss", "madam", "ladies"),
    *(
        "lad",
        "lads",
        "boy",
        "girl",
        "good boy",
        "good girl",
        "old chap",
        "old friend",
        "my little friend",
        "you",
        "team",
    ),
    *("please", "thanks", "you guys", "everybody", "you lot", "there", "comrade", "partner", "hun", "hon", "ma'am"),
    *("mate", "buddy", "pal", "friend", "my friend", "dude", "man", "bro", "dear", "my dear", "sir", "boss", "chief"),
    *("darling", "honey", "sweetie", "champ", "kid", "folks", "guys", "you two", "everyone", "agent", "player", "ok"),
    *("right", "yeah", "yes", "you hear", "got it", "understood", "deal", "if you would", "now", "quick", "fast", "go"),
)
"""Words to the listener, at the beginning or the end, parted by a comma."""
CORRECTIONS: tuple[str, ...] = (
    *("no wait", "no , wait", "wait no", "wait , no", "sorry i mean", "sorry , i mean", "i mean", "or rather", "sorry"),
    *("no ,", "or no ,", "no i mean", "i mean ,", "oh wait", "oh wait ,", "wait ,", "no hang on ,", "hang on ,"),
    *("no sorry", "no , sorry", "scratch that", "correction", "oh no", "uh no", "ah no", "make that", "actually no"),
    *("no actually", "not that", "no , make that"),
)
"""Words that take back the thing that was named last."""
TENS: dict[str, str] = {
    **{"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70"},
    **{"eighty": "80", "ninety": "90", "a hundred": "100", "one hundred": "100", "two hundred": "200"},
    **{"three hundred": "300", "four hundred": "400", "five hundred": "500", "a thousand": "1000"},
}
TIMES: dict[str, str] = {
    **{"half a minute": "30 seconds", "a minute and a half": "90 seconds", "a couple of seconds": "2 seconds"},
    **{f"{word} a {unit}": f"{word} 1 {unit}" for word in ("for", "in", "within") for unit in ("minute", "second")},
    "than a minute": "than 1 minute",
    **{
        f"a {word} {unit}": f"{n} {unit}" for word, n in (("few", 3), ("couple of", 2)) for unit in ("seconds", "turns")
    },
    "for a sec": "for 1 second",
    "within a metre of": "within 1 metre of",
    "within a cell of": "within 1 cell of",
    **{
        f"for {some}": "for 10 turns"
        for some in (
            "a while",
            "a bit",
            "a moment",
            "a little while",
            "some time",
            "a little bit",
            "a tick",
            "a mo",
            "a jiffy",
            "a short while",
        )
    },
}
LIMITS: tuple[str, ...] = (
    "(within|in|in under|in less than|inside|in at most|in no more than|in fewer than|under|before|in only|in just) "
    "(|the next|the first|the) {n} {t} (|are over|have passed|are up|from now|or less|or fewer|have gone by)",
    "{n} {t} (max|maximum|at most|at the most|tops)",
    "(you have|you have got|you get|you are given|with|using|taking) (|only|just|at most|no more than) {n} {t} "
    "(|to do it|for it|for that|to do that|for this)",
)
"""In how many turns, {n} {t}, something is to be done."""
