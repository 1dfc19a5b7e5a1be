"""Beginnings of remarks, and the words that no remark has."""

from __future__ import annotations

_SELF = "(i|we|my daughter|my son|my wife|my husband|my mum|my dad|my kids|my boss|the kids|the children|the baby)"
REMARKS: tuple[str, ...] = (
    "(my|our|his|her|their|the|mum|dad|gran|someone|somebody|people) [x] (is|are|was|were|has|have|had|needs|need|"
    "wants|"
    "want|likes|like|loves|love|says|say|said|hates|looks|look|gets|can|could|will|would|does|do|did|keeps|thinks|"
    "think|"
    "comes|came|is coming|hurts|hurt|aches|ache|feels|feel)",
    "(my|our|his|her|their|the) [x] [x] (is|are|was|were|has|have|had|needs|wants|hurts|hurt|will|would|can|does|do)",
    "(mum|dad|gran|grandpa|we|i|he|she|they) [x]",
    "(otherwise|so that|that way|or else|or|then) (i|we|it|he|she|they|there|everyone|someone|somebody|the [x]|my [x])",
    "(this|that|it) (makes|made|needs|does|did|can|could|just|really|also|only|always|never)",
    "(what|such) (a|an) [x]",
    "(like|just like|the way|as) (a|an|we|i|you|in|my|they|he|she) [x]",
    "(hope|hoping|wish|wishing|guess|bet|love|miss|sorry|thanks|thank|cheers|welcome|morning|evening|happy|hurray) ",
    f"{_SELF} (am|are|is|was|were|have|has|had|will|would|hope|hopes|bet|know|hate|love|loves|heard|hear|feel|keep|"
    "lost)",
    f"{_SELF} (can|could|did|do|does) (not|hardly|barely|never|only just|just)",
    f"{_SELF} (just|always|only|really|still) (want to see|want to know|like|love|think|hope|thought|tidied|cleaned)",
    f"{_SELF} (want to see|want to know|like|likes|miss|misses|get|gets|got|think|thought|said|asked|fancy a|trust) ",
    "i (want|would like|would love) to see (what happens|that|how that goes|how it goes|if it works|how you do|"
    "you try)",
    "(it|that|this) (is|was|has|looks|gets|seems|feels|will be|would be|could be|might be|drives|hurts|smells)",
    "(it|that|this) (will|would|should|might|could) (do|help|look|make|save|cheer|work)",
    "(it|that|this) will not (hurt|kill|bite|harm|take long|be long|mind|do any harm|be for long)",
    "(there is|there was|there are|there will be|there might be)",
    "(they|he|she|everyone|everybody|somebody|someone|the others) (are|is|have|has|were|was|will|looks|look)",
    "you (are|were) (doing|being|so|such|very|really|good|great|a|an|brilliant|nearly|almost|wrong|right|mistaken)",
    "you (will|would|might|may) (love|like|enjoy|see|need it|thank|be fine|be ok|be okay|be great|be glad|regret)",
    "you (know|look|have been|did|deserve|love|like|seem|always|have done)",
    "(a|an|the|some|any|your|my) [x] (is|would be|might be|is always) "
    "(nice|lovely|great|fine|good|perfect|fun|ideal|best|better|late|over|on|coming|near|starting|waiting|wonderful)",
    "(how|what) (hard|difficult|about it|a|an|lovely|nice|fun|exciting|clever|on earth|is the worst)",
    "(no|nothing|not) (pressure|hurry|rush|worries|problem|offence|fuss|excuses|peeking|cheating|dawdling|dithering)",
    "(nice|lovely|good|great|beautiful|perfect|easy|simple|tricky|careful|brilliant|super|fantastic|excellent) ",
    "(for|if) (goodness|heaven|pity|my|old times) sake",
    "(time|dinner|supper|tea|lunch|bedtime|breakfast) (is|is nearly|will be) ",
    "(trust|believe|forgive|excuse|bear with|help) me",
    "(not) (to|a) (worry|problem|bother|hurry)",
)
"""Beginnings of remarks, about the speaker or about how things are; [x] is any one word."""
NEEDLESS: tuple[str, ...] = (
    "(do not|never) bother (with|about|to|even)",
    "you (do not|need not|will not|would not) (have|need|even need|even have|really need|really have|have got) to",
    "you need not",
    "(there is|there is really) no need (to|for)",
    "no need (to|for)",
    "(do not|never) (worry|bother|fret|mind|fuss|panic|be shy|be scared|be afraid|be silly|be long|dawdle|hang about)",
    "it (does not|need not) (matter|have to be|need to be)",
    "(i|we) (do not|could not) (mind|care|really mind|really care|much care) (which|what|where|how|who|if|whether|"
    "when)",
    "(i|we) (do not|could not) (mind|care)",
    "(never mind|forget) (about|why|how)",
    "(|then|we can|you can|we will|you will|i will|we could) (worry|bother) (about|with)",
    "(we|you|i) (can|will|could) (think about|deal with|come back for|come to|get to|sort out|look at) [x] later",
)
"""Beginnings of what is not needed, which forbids nothing: "you don't have to lift it"."""
HARMLESS_NEGATIONS: tuple[str, ...] = (
    "not (mind|care|know|matter|remember|believe|think|like|want any trouble|stand|bear|sleep|wait|help|say|tell|hurt)",
    "not (sure|fussy|bothered|picky|hard|difficult|far|long|easy|my|a problem|the point|fair|funny|well)",
    "(can|could) not (reach|move|lift|get|bend|see|find) (it|that|them|this|there) (|myself|ourselves|anymore)",
    "no (idea|rush|hurry|trouble|problem|doubt|good|use|need|point|matter|time|room|space|longer|sense)",
    "not (allowed|supposed) to",
)
"""Negations in remarks that forbid nothing to the listener."""
TELLING: tuple[str, ...] = (
    *("not", "no", "never", "without", "none", "nothing", "neither", "nor", "nobody", "avoid", "hardly"),
    *("if", "unless", "until", "when", "while", "before", "after", "then", "first", "last", "once", "twice", "next"),
    *(
        "only",
        "except",
        "but",
        "instead",
        "rather",
        "other",
        "another",
        "else",
        "or",
        "both",
        "either",
        "each",
        "every",
    ),
    *("all", "everything", "anything", "something", "someone", "anyone", "everyone", "most", "more", "least", "less"),
    *("few", "fewer", "many", "exactly", "half", "seconds", "second", "minutes", "minute", "turns", "steps", "times"),
    *("goes", "belongs", "belong", "should", "must", "shall", "trap", "poisonous", "dangerous", "forbidden", "allowed"),
    *("near", "beside", "behind", "under", "between", "front", "corner", "wall", "middle", "away", "off", "same"),
    *(
        "partner",
        "opponent",
        "rival",
        "player",
        "yours",
        "mine",
        "matching",
        "correct",
        "wrong",
        "which",
        "where",
        "who",
    ),
)
"""Words that could change what is to be done."""
LIGHT_VERBS: tuple[str, ...] = (
    *("be", "have", "get", "do", "see", "look", "make", "come", "go", "use", "say", "mind", "need", "find", "tell"),
    *("it", "that", "this", "there", "you", "i", "a", "the", "of", "out", "up", "right", "not", "keep", "like", "want"),
    *("in", "on", "to", "leave", "end", "clean", "clear", "feel", "watch", "win", "finish", "help", "sleep", "hunt"),
    *(
        "let",
        "give",
        "turn",
        "miss",
        "save",
        "crawl",
        "stand",
        "fall",
        "drop",
        "run",
        "hurry",
        "rest",
        "trip",
        "escape",
    ),
)
"""Verbs of acts, and other first words of them, that a remark may have."""
