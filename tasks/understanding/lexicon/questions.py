"""Forms of questions."""

from __future__ import annotations

_HOME = "|".join(
    (
        *("where it belongs", "where they belong", "where they should be", "in place", "home", "in position"),
        *(
            f"on {whose} {place}"
            for whose in ("", "a", "the", "their")
            for place in ("target", "targets", "goals", "spots")
        ),
    )
)
_WHICH = {"colour": "(what|which) colour {a}", "which": "(what|which) {a}"}


def _which_of(which: str) -> dict[str, tuple[str, ...]]:
    """Forms of questions that tell which thing it is by its colour, or by its kind where any is asked for."""
    return {
        "held": (
            f"{which} (do you have|have you got|have you|do you hold|do you carry) (|on you|in your hand|with you)",
            f"{which} are you (holding|carrying) (|in your hand)",
            f"{which} (is in your hand|do you have in your hand|is with you)",
        ),
        "faced": (f"{which} (are you|do you) (looking at|facing|face|look at)", f"{which} is (|right) in front of you"),
        "beside": (
            f"{which} are you (|standing|waiting|sitting) (at|by|next to|beside|touching)",
            f"{which} (is|stands|lies) (next to|beside|by) you",
        ),
        "open": (f"{which} (is|are) (|still|already|now) (open|unlocked|opened)",),
        "shut": (f"{which} (is|are) (|still|already|now) (closed|locked|shut)",),
    }


_NOW = "(|still|already|now|really|currently|right now)"
ASKED: dict[str, tuple[str, ...]] = {
    "larger": (
        f"(is|are) {{a}} {_NOW} (|any|a bit|a lot|much) (bigger|larger|greater) than {{b}} (|is)",
        "(does|do) {a} have a (bigger|larger) size than {b}",
    ),
    "larger-swapped": (
        f"(is|are) {{a}} {_NOW} (|any|a bit|a lot|much) (smaller|littler|tinier) than {{b}} (|is)",
        "(does|do) {a} have a smaller size than {b}",
    ),
    "every-is": ("is {a} also {b}",),
    "what-with": (
        "what (is|are) {b} (holding|carrying|wearing|got)",
        "what (does|do|has|have) {b} (have|hold|carry|wear|got) (|in his hand|in her hand|in their hand|in hand|on|"
        "with him|with her)",
        "(what|which) (toy|thing|object|item) (is|does) {b} (holding|carrying|wearing|hold|carry|have|got)",
        "what is in (the hand|the hands) of {b}",
    ),
    "where": (
        "where (has|have) {a} gone",
        "where did {a} go",
        "(have you|do you know|any idea) where {a} (is|are)",
        "where (is|are|lies|stands) {a} (|lying|standing|now)",
        "where (can|do|could|did|should|would) (you|i|we) (see|find|put|leave|look for) {a}",
        "where (on earth|exactly|in the world) (is|are) {a}",
        "where (has|have) {a} (got to|ended up|wandered off to|been put|been left)",
        "whereabouts (is|are) {a}",
        "what (is|are) {a} (sitting|resting|lying|standing) (on|in)",
        "(which|what) room (will|can|do|would) (i|you|we) find {a} in",
        "on what (is|does) {a} (lie|lying|stand|standing)",
        "(in|on|under) (what|which) (room|thing|place|piece of furniture|furniture) (is|are|lies|stands) {a}",
        "(in|on) (what|which) (thing|place|piece of furniture|furniture|) (is|are) (sitting|lying|standing|resting) "
        "{a}",
        "(in|on) (what|which) (thing|place|piece of furniture|furniture) (is|are|do|does) {a} (sit|lie|stand|rest|"
        "sitting|lying|standing|resting)",
        "(what|which) room (is|are) {a} in",
        "what (is|are) {a} (lying on|standing on|lying in|standing in|on|in)",
        "where {a} (is|are)",
        "(which|what) room (has|contains|holds) {a} (|in it)",
    ),
    "more": (
        "(are|is) there more {a} than {b} (|here)",
        "(do|can) you see more {a} than {b}",
        "(is|are) the number of {a} (larger|greater|higher) than the number of {b}",
    ),
    **{f"{what}-{form}": asked for what, word in _WHICH.items() for form, asked in _which_of(word).items()},
    "colour-where": (
        "(what|which) colour {a} (is|are|lies|stands|lie|stand) {p} {b}",
        "(what|which) colour (is|are) {a} {p} {b}",
    ),
    "which-where": ("(what|which) {a} (is|are|lies|stands) {p} {b}",),
    "exists-beside": ("are you (|standing|waiting) (at|by|next to|beside) {a}", "are you touching {a}"),
    "exists-around": ("(are|were) you (|now|still|standing|sitting|waiting|right|already|really) {p} {a}",),
    "which-around": (
        "(what|which) {a} are you (|now|standing|sitting|waiting|right|currently) {p}",
        "(what|which) colour {a} are you (|now|standing|sitting|waiting|right|currently) {p}",
    ),
    "what-around": ("(what|which thing) are you (|now|standing|sitting|waiting) {p}",),
    "who-where": ("who (|else) (is|stands|is standing|is sitting|is waiting) (|right|now) {p} {b}",),
    "exists-reached": ("(has|have) {b} (reached|got to|arrived at|made it to|touched|found|finished at) {a}",),
    "count-homed": (
        f"how many {{a}} (are|are there|have been put|have been pushed) (|still|now) ({_HOME})",
        "how many {a} (are|have been) (solved|done|sorted|delivered)",
    ),
    "count-homeless": (
        "how many {a} (are|are still) (left to do|to do|to go|left to go|to be done|left to be done|unsolved)",
        f"how many {{a}} (are|are still|still are) not (|yet) ({_HOME})",
        "how many {a} (are|are still) off (|the|their) (target|targets|goals|spots)",
    ),
    "count-free": ("how many {b} (are|stand) (|still) (empty|free|uncovered|unoccupied|without a box)",),
    "empty-on": (
        "(is|are) {b} (|still|completely|now) (empty|bare|clear|free|unoccupied|uncovered|vacant)",
        "is there nothing {q} {b}",
    ),
    "who": ("who (|else) (is|are) {a}",),
    "who-holds": (
        "(who|which player|which one|which of you) (has|holds|carries|has got|is got|wears) {a}",
        "(who|which player|which one|which of you) is (holding|carrying|wearing) {a}",
        "in whose (hand|hands) is {a}",
        "who (is|has been) given {a}",
    ),
    "has": (
        "(has|have) {b} got {a} (|in his hand|in her hand|in their hand)",
        "(does|do) {b} (have|hold|carry|wear) {a} (|in his hand|in her hand|in their hand)",
        "is {b} (holding|carrying|wearing) {a}",
    ),
    "less": ("(are|is) there (fewer|less) {a} than {b} (|here)",),
    "alike": (
        "(are|is|do|does) {a} (|all|both) (|have|of|in) the same colour",
        "(are|is) {a} (|all|both) (equally coloured|alike in colour|one colour|of one colour)",
        "do {a} share (a|one|the same) colour",
    ),
    "exists-open": (
        "(is|are) {a} (open|unlocked|opened) or (shut|closed|locked|not)",
        "(is|are) {a} (shut|closed|locked) or (open|unlocked|opened|not)",
        "(is|are) {a} (|still|already|now|really) (open|unlocked|opened)",
    ),
    "exists-shut": ("(is|are) {a} (|still|already|now|really) (locked|closed|shut)",),
    "count-open": ("how many {a} (is|are|stand) (|still|already|now) (open|unlocked|opened)",),
    "count-shut": ("how many {a} (is|are|stand) (|still|already|now) (closed|locked|shut)",),
    "exists-held": (
        "(do|are) you (have|hold|holding|carrying|carry) {a} (|in your hand|in your hands|with you)",
        "have you (got|) {a} (in your hand|in your hands|with you)",
        "have you (|still|already|now) got {a}",
        "(do|did) you (still|already|now) have {a}",
        "is {a} in your (hand|hands)",
    ),
    "what-held": (
        "what are you (holding|carrying)",
        "what do you (hold|carry)",
        "what (is|do you have) in your (hand|hands)",
    ),
    "what-faced": (
        "what are you (looking at|facing)",
        "what (is|do you see|stands|lies) (|right) in front of you",
    ),
    "exists-where": (
        "(is|are) {a} (stuck|right|still|lying|standing|hidden|sitting|close|anywhere) {p} {b}",
        "(is|are) {a} {p} {b}",
        "(is|are) there {a} {p} {b}",
        "(do|can) you see {a} {p} {b}",
    ),
    "what-where": (
        "(what|which thing) (is|lies|stands|is lying|is standing|do you see|is there) {p} {b}",
        "(what|which) (thing|object|item) (is|lies|stands) {p} {b}",
        "(name|tell me) (what is|the thing|the toy) {p} {b}",
    ),
    "count-where": (
        "how many {a} (are|are there|lie|stand|sit|do you see|can you see|are lying|are standing) {p} {b}",
    ),
    "exists-watched": (
        "(can|could|does|do) {b} (see|spot|face|watch) you",
        "is {b} (looking at|facing|watching) you",
        "(do|does) {b} (look at|see) you",
        "can you be seen by {b}",
    ),
    "colour-is": ("which (|one) is {a}",),
    "what-is": (
        "(what|which) (shape|kind of thing|sort of thing|kind of object|type of thing|kind of toy) is {a}",
        "what (kind|sort|type) of (thing|object|toy) is {a}",
        "what shape (has|does) {a} (|have)",
        "(what|which thing|which toy|which|which one) is {a}",
        "(what|which) thing is {a}",
    ),
    "colour": (
        *(
            "(what|which) colour (would you say|do you think|might) (is|be|has|) {a} (|is|has|be)",
            "(what|which) (kind|sort) of colour (is|are|has|have|does|do) {a} (|have)",
            "(what|which) colour (do|does|did) {a} (have|got|come in|show)",
            "(tell me|say|name|give me|describe|state|report) (|me|us) (the|) colour of {a}",
            "(tell|name|say|state|give) (me|us|) {a} is colour",
            "{a} is colour",
            "of (what|which) colour (is|are) {a}",
            "(in|with) (what|which) colour (is|are) {a} (painted|coloured|)",
            "(what|which) colour (was|were) {a} (painted|coloured|made|)",
            "how (is|are) {a} (coloured|painted)",
            "{a} what colour",
            "{a} (is|are) (what|which) colour",
            "(what|which) colour (has|have) {a} (got|)",
            "(what|which) colour (is|are|has|was|were) {a}",
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
    "count-got": ("how many {a} (have|did|do) you (got|get|have|collected|picked up|taken) (|so far|already|on you)",),
    "count": (
        "how much {a} (is|are) there (|here|in the room|altogether)",
        "how much {a}",
        "(what is|tell me|give me|say) (|me) (the|) (total|exact|) (number|amount|count|quantity) of {a}",
        "(number|amount|quantity|total) of {a}",
        "how many {a} (are there|do you see|can you see|are) (left|remaining|around|about|lying around|out there)",
        "{a} (count|how many)",
        "how many {a} (does|do) (this|the) (room|maze|level|map|world|place) (have|contain|hold)",
        "how many {a} (are there|are here|do you see|can you see|is there|are in the room|are there in the room)",
        "how many {a} (are there|are here|do you see|are there here|are there in total|are there in all)",
        "(count|count up) {a}",
        "how many {a} there are (|here|in the room|in total|in all|altogether)",
        "how many {a} (do we have|have we got|do you count|can you count|can you find)",
        "how many {a}",
        "how many {a} (are left|remain|are still there|are still left|are present|are)",
        "how many {a} (have you got left|do you have left)",
        "how many {a} (did you miss|have you missed|are to be found|exist)",
        "how many {a} are still to be (taken|found|eaten|collected)",
        "how many {a} (have|had|do|can|does|could) (we|one|it|the room|i|they) "
        "(|got|have|find|count|see|spot|make out|left)",
        "how many {a} (had|do|can|could) you (|find|count|see|spot|make out)",
        "how many {a} (have you|do you have) left",
        "how many {a} (is|are) (that|it|those) altogether",
        "(how many is|how many are) {a}",
        "how many {a} (is it|is that|are those)",
        "what number of {a} (is|are) there",
        "(what is the|the) number of {a}",
    ),
    "count-place": (
        "how (many|much) {a} (is|are|does|do) (lying|standing|sitting|lie|stand|sit|there|there lying|placed|left|"
        "still|now|currently) {q} {b}",
        "how (many|much) {a} (is|lies) {q} {b}",
        "how many {a} (can|could|do|did) (you|we|i) (find|count|see|spot|make out) {q} {b}",
        "how many {a} (has|have|did) (we|you|i|one) (got|have|put) {q} {b}",
        "how many {a} (has|have) been (put|placed|left) {q} {b}",
        "(what is|tell me|give me|say) (|me) (the|) (total|exact|) (number|amount|count) of {a} (|lying|standing) "
        "{q} {b}",
        "how many {a} (are|are there|lie|stand|sit|do you see|can you see|is there) {q} {b}",
        "how many {a} are (lying|standing|sitting) {q} {b}",
        "how many {a} (there are|there are lying|are there to be seen|lie there) {q} {b}",
        "how many {a} {q} {b}",
        "(count|what is the number of|the number of|number of|what number of) {a} (|is|are) {q} {b}",
    ),
    "exists": (
        "(got|seen|have we got|any sign of|is there any sign of|any trace of) {a} (|here|anywhere|around|in here|"
        "left) (|too)",
        "(is|are) there {a} (left|remaining|about|lying around|lying about|standing around|out there|over here|over "
        "there)",
        "(do|can|could) (you|i|we) happen to (see|spot) {a} (|here|anywhere|around|in here|in the room)",
        "(does|is) there (happen to be|exist) {a}",
        "(is|are) there {a} (|here|anywhere|around|in the room|somewhere|in this room|around here|at all)",
        "(is|are) there {a} in (here|there)",
        "does {a} exist",
        "(are there|is there) such (a thing|things) as {a}",
        "(if|whether) there (is|are) {a} (|here|anywhere|in the room)",
        "(has|have|does|do) (the|this) (room|world|map|level|house|place) (got|have|contain|) {a}",
        "(has|have) (we|they|it) (|got) {a} (|left|here|anywhere|still)",
        "(do|does) (we|they|it) (|still) have {a} (|left|here|anywhere)",
        "(can|could) (i|we|one) (see|find|spot) {a}",
        "(is|are) there (|still) {a} (to be found|to be seen|to eat|to take|to find|to open|to touch|for you)",
        "(is|are) there (|still|really) {a} (|still|left|remaining|lying|hiding|hidden|hanging)",
        "(is|are) there still {a}",
        "(is|are) {a} (here|anywhere|around|in the room|in here|present)",
    ),
    "seen": (
        "(can|do|could) you (spot|notice|see) {a} (|here|anywhere|around|somewhere|in the room)",
        "have you seen {a}",
    ),
    "exists-place": (
        "(is|are) {a} (still|already|now|currently|really|actually|right now|any where) (|lying|standing|sitting) "
        "{q} {b}",
        "(is|are) there (still|already|now|currently) {a} (|lying|standing|left) {q} {b}",
        "(is|are) there {a} (left|still|hidden|placed|put) {q} {b}",
        "(can|could|do) (we|i|one) (find|see|spot) {a} {q} {b}",
        "(have|did) you (see|seen|put|got|find|found) {a} {q} {b}",
        "(has|have) {a} been (put|placed|left) {q} {b}",
        "(is|are) {a} (placed|put|kept|left|to be found|found|located|stored) {q} {b}",
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
    "exists-ellipsis-here": (
        "{a} (here|anywhere|around|in the room|in here|around here|in there|about|in sight|over there|left|nearby)",
    ),
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
    "(can|could|would|will) you (please|kindly|maybe|quickly|) (tell|inform|show|let) (me|us) (know|) (|if|whether)",
    "(do you|have you) (know|any idea|a clue|any clue|an idea|happen to know|remember|recall) (if|whether|)",
    "(i|we) (want|need|would like|would love) to (know|find out|hear|learn) (|from you) (if|whether|)",
    "(tell|inform|show) (me|us) (please|now|quickly|) (,|) (if|whether|)",
    "(is it|would you say it is|would you say) (true|right|correct|the case) that",
    "(can|could) i ask (you|) (if|whether|)",
    "(please|so|now|ok|okay|right|well|hey|and|just|robot) (,|) (tell me|answer|say|)",
    "(my|the|a) (next|quick|first|last|simple|) question (for you|to you|) (is|is this|) (,|)",
    "(just|) (out of|from) (curiosity|interest) (,|)",
    "(i am|i was) (just|) (curious|wondering|asking) (if|whether|)",
    "(let|help) me (see|check|think) (,|)",
    "(figure|work|find) out (for me|) (if|whether|)",
    "(have|take) a look (and|to) (see|tell me|say|check|count) (if|whether|)",
    "(look around|look|look here|look carefully|look closely) (,|) (and|) (tell me|say|)",
    "(give|get) me (the answer|an answer) (,|)",
    "(can|could) you (see|work out|figure out|find out|check|make out|guess) (if|whether|)",
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
    *("and", "(well|ok|right) (|then)", "(just|only) (tell|say)", "remind me", "(can|could) you work out", "help me ,"),
    *("i wonder", "now", "so", "and", "would you tell me", "say to me", "what do you think", "answer"),
)
