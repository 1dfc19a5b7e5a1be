"""Words around an act: spellings, openings, joints, and orders to others."""

from __future__ import annotations

SPELLINGS: dict[str, str] = {
    **{"color": "colour", "colors": "colours", "colored": "coloured", "coloured": "coloured"},
    **{"u": "you", "ya": "you", "pls": "please", "plz": "please", "gonna": "going to", "wanna": "want to"},
    **{"cant": "can not", "dont": "do not", "doesnt": "does not", "isnt": "is not", "whats": "what is"},
    **{"wheres": "where is", "thats": "that is", "lets": "let us", "cannot": "can not", "theres": "there is"},
    **{"youre": "you are", "im": "i am", "ive": "i have", "mustnt": "must not", "shouldnt": "should not"},
    **{"straightaway": "now", "airplane": "plane", "centre": "middle", "center": "middle", "mom": "mum"},
    **{"ur": "your", "gimme": "give me", "lemme": "let me", "gotta": "have to", "em": "them", "thx": "thanks"},
    **{"wont": "will not", "arent": "are not", "wasnt": "was not", "couldnt": "could not", "didnt": "did not"},
    **{"whos": "who is", "hows": "how is", "youll": "you will", "theyre": "they are", "thru": "through"},
    **{"infront": "in front", "ontop": "on top", "nextto": "next to", "havent": "have not", "hasnt": "has not"},
    **{"til": "until", "till": "until", "towards": "toward", "upwards": "up", "downwards": "down"},
    **{"shan't": "shall not", "won't": "will not", "can't": "can not", "let's": "let us"},
}
"""Spellings, and contractions without a rule."""
OPENERS: tuple[str, ...] = (
    "be a (good sport|dear|love|darling|star|pal|mate|good lad|good girl|good boy|sweetheart|legend|sweetie) and",
    "(would|could|can) you (possibly|please possibly|be a dear and|be a love and|kindly|maybe|quickly|also|now)",
    "(any|is there any) chance (you could|you can|of you|that you could)",
    "you (could|can) (always|maybe|perhaps|now|also)",
    "(fancy|how about|what about|mind|do you mind|do you fancy|would you mind)",
    "(is not it|it is|it is about|it is high) time (you|that you|to)",
    "(i dare you|i double dare you|i would ask you|i trust you|i invite you) to",
    "(have|take|let us have) a (go|crack|stab|shot) at",
    "(first things first|off you trot|quick march|on your marks) ,",
    "(see|find out) (if|whether) you can (manage to|)",
    "what you (need|have) to do is",
    "your (only|first|next|main) (job|task|goal|aim) is to",
    "(i would rather|i would prefer) (you|it if you|that you)",
    "(you are going|you are meant|you were meant|you were supposed) to",
    "(you|we) (just|only|simply) (need|have|want) to",
    "(i would be|i am) (delighted|pleased|thrilled|so glad|so happy|very happy|very glad) if you (could|would|)",
    "it would be (lovely|wonderful|fantastic|cool|helpful|super|kind|brilliant) if you (could|would|)",
    *("(|let us )see how (quickly|fast|) you can", "how (quickly|fast) can you", "show me how (quickly|fast|) you can"),
    *(
        "(task|mission|quest|goal|challenge|objective|job|your quest|new task|next task|exercise)",
        "try and",
        "go ahead",
    ),
    *(
        "(tidy|clean|sort|straighten) (up|it|things|it out|things out|this up|the room) ,",
        "let us (try to|go and|just)",
    ),
    *(
        "(show me|prove|show) that you can",
        "show me (that|how) you",
        "let me see you",
        "i challenge you to",
        "start to",
    ),
    *("you (will|would) have to", "your turn to", "it is up to you to", "you get to", "see to it to"),
    "(walk|wander|look|stroll|roam|run|go|move) (around|about) (|freely|a bit) (and|but|until you|, but|, and)",
    *("(walk|wander|stroll|roam|move) (around|about) (|freely) ,", "(please|) would you kindly", "why do you not"),
    *("i would be grateful if you (could|would|)", "it would help if you (could|would|)", "would you like to"),
    *("(i|we) (should|would) like (you|) to", "you are (asked|told|expected|required) to", "have a go at"),
    *("(can|could|would|will) you (|please|just|maybe|perhaps)", "i (want|need|would like|would love) you to"),
    *("you (should|must|have to|need to|are to|ought to|could|will)", "(try|make sure|be sure|remember) to"),
    *("(your task|your goal|your job|the task|the goal|the aim) is to", "your task", "let us", "go and", "come and"),
    *(
        "(walk|move|go|run|look|search|keep|wander) around until you",
        "(search|look|walk|go on|keep going) until you",
    ),
    *("(keep|keep on|go on|continue) (walking|going|looking|searching|moving) (|around|on) until you",),
    *("(can|could|would|will) you (try to|manage to|go and|go)", "i (want|would like) you to (go and|try to|go)"),
    *("you (might|may) want to", "attempt to", "see if you can", "the (mission|objective|plan|idea) is to"),
    *("your (mission|objective|challenge|aim) is to", "i am asking you to", "i ask you to", "we want you to"),
    *("do not forget to", "get ready to", "head over and", "(you|we) had better", "better", "(you|we) would better"),
    *("i wish you would", "it would be (nice|great|good) if you (could|would|)", "the thing to do is to", "time to"),
    *("i would be (glad|happy) if you (could|would|)", "be (|so) good (|as) to", "feel free to", "begin to"),
    *(
        "i would appreciate it if you (could|would|)",
        "(you are|you are now) supposed to",
        "it is your job to",
        "step up and",
    ),
    *("(walk|run|come|head) over (|there) and", "(all|what) (i want|i need|you need) is (to|for you to)"),
    *("i (want|would like) to see you", "it is time to", "how about", "you", "why do not you", "go on and", "now"),
    *(
        "next",
        "just",
        "so",
        "and",
        "your (job|goal|mission)",
        "i (need|want) to",
        "simply",
        "go",
        "also",
        "do",
        "what about",
        "be a dear and",
        "help (me|us) (|to)",
    ),
    *(
        "i need you to",
        "i (would|'d) like",
        "you are to",
        "we (should|need to|have to|want to)",
        "maybe you could",
    ),
)
"""Beginnings of an order. NOT_TO has those of what is never to be done."""
NOT_TO: tuple[str, ...] = (
    *(
        "do not (you |)dare (|to)",
        "do not you ever",
        "no need to ever",
        "it is not (ok|okay|fine|allowed) to",
        "refuse to",
    ),
    *(
        "you are forbidden to",
        "you are not (supposed|meant|permitted) to",
        "you (can|may) not ever",
        "whatever you do not",
    ),
    *("do not (let|allow)", "never (let|allow)", "(be sure|make sure) not to (let|allow)"),
    *("do not", "never", "you (must|should|may|can|shall|are|will|are allowed|have) not (|to)", "not", "try not to"),
    *("make sure (|that) you do not", "be careful not to", "make sure not to", "take care not to", "you must never"),
    *("at no time", "under no circumstances", "you are not allowed to", "i do not want you to", "please do not"),
    *("you (had|would) better not", "it is (forbidden|not allowed) to", "under no condition", "see that you do not"),
    *("you do not", "must not", "see to it that you do not", "make sure (|that) you never", "you should never"),
    *("you never", "not to", "you are never to"),
)
WITHOUT: tuple[str, ...] = ("without", "without ever", "without even", "avoid", "avoiding", "no", "refrain from")
"""Words before a verb in -ing that is never to be done."""
THENS: tuple[str, ...] = (
    *("then", "after that", "afterwards", "after this", "finally", "and then", "and after that", "and next"),
    *("and afterwards", "and finally", "and only then", "only then", "after which", "and straight after that"),
    *("straight after that", "and then finally", "then finally", "and lastly", "lastly", "then go on to", "and last"),
    *(
        "last",
        "last of all",
        "and last of all",
        "at last",
        "and thereafter",
        "thereafter",
        "and once (that is|you are) done",
        "once (that is|you are) done",
        "when (that is|this is) done",
    ),
    *(
        "and when (that is|this is) done",
        "and from there",
        "from there",
        "and next go on to",
        "before finally",
        "before you finally",
        "and right after that",
        "right after that",
        "and after this",
        "then next",
    ),
    *("followed by", "before", "before you", "before you go and", "before going on to", "later", "and later"),
)
ANDS: tuple[str, ...] = (
    "and",
    "and also",
    "as well as",
    "while",
    "plus",
    "but",
    "whilst",
    "and while",
    "all the while",
    "yet",
)
SAME_TIME: tuple[str, ...] = (
    "and at the same time",
    "while",
    "whilst",
    "at the same time",
    "and while",
    "all the while",
)
"""Those of ANDS that say that both are to be so at once."""
AT_THE_END: tuple[str, ...] = ("(at|in|by) the (end|very end)", "when (all is|you are|it is) (done|over)")
"""Behind what is to be in the end, as all that a goal asks for is."""
AFTERS: tuple[str, ...] = (
    *("only after", "only after you (|have)", "only once you (|have)", "but only after (|you have|you)"),
    *("once you (have got|got|did|are done)", "the moment you (|have)", "as soon as you (have got|got)"),
    *("after", "after you", "after you have", "once", "once you have", "when", "when you have", "as soon as"),
    *(
        "as soon as you have",
        "after having",
        "having",
        "once you are",
        "when you are",
        "as soon as you are",
        "once you",
    ),
    *("when you", "as soon as you"),
)
BEFORES: tuple[str, ...] = ("before", "before you", "before you have")
"""At the beginning: the act comes after those that follow it."""
UNTILS: tuple[str, ...] = (
    *("until", "until you", "until you have", "until after you have", "before", "before you", "before you have"),
    *("before having", "until after", "unless you (have|have already|already|first)", "as long as you have not"),
)
"""Behind what is forbidden only before something is so."""
FIRST: tuple[str, ...] = ("first", "first of all", "to begin with", "start by", "begin by", "firstly", "at first")
STAYS: tuple[str, ...] = (
    *("(stay|stand|stop|remain|freeze|pause|wait) (still|put|there|right there)", "freeze", "pause"),
    *("do not (move|budge) (|at all|an inch|a muscle)", "(stay|stand|keep) (still|quiet|where you are)", "wait"),
    *("(stay|wait|remain|stand still) (there|here)", "do not (move|leave|go) (|from there|away)"),
    *(
        "(keep|hold) (it|them) (up|lifted|in the air|raised|up in the air)",
        "(keep|hold) (it|them) there",
        "make (it|them) stay there",
        "(it|they) (should|must) stay there",
    ),
    *("(stay|wait|remain) where you are", "hold still", "stand still", "stay put"),
)
"""After something that is reached: that it is to last for STAY turns."""
STAY = 10
STOPS: tuple[str, ...] = (
    "stop (|there|then|right there)",
    "that is (it|all)",
    "you are done",
    "be done",
    "nothing more",
)
"""At the end: a goal that is reached ends the episode anyway."""
FRAMES: tuple[str, ...] = (
    "i would (rather|prefer) (|have|see|that|it if)",
    "(what about|how about) (have|having)",
    "(could we|can we|let us|may we|shall we) have",
    "it would be (nice|great|good|lovely|best|better) (with|to have|if)",
    "(eat|keep eating|go on eating|continue eating|keep collecting|collect) until",
    *(
        "(sort|arrange|fix|set|order|organise) (it|things|them|everything|it out|it up|things out) so (|that)",
        "so that",
    ),
    *("(it should be|it must be|have it) so that", "(the|my) wish is that", "you (win|succeed|are done) (when|if)"),
    *("(tidy|clean) up so (|that)", "do it so (|that)", "end with", "i (wish|hope) (|that)", "it is over when"),
    *(
        "make sure (|that)",
        "see to it that",
        "make it so that",
        "i (want|need|would like|would love|wanted|needed|meant|asked for|am after) (|to see|to have|that)",
    ),
    *(
        "ensure (|that)",
        "check that",
        "get it so that",
        "(wait|keep going|keep at it|carry on|go on|do not stop) until",
        "(it is important|i would be glad|i would be happy|it would be nice|it would be great) (that|if)",
        "i (expect|ask|demand) that",
        "your (goal|task|job|aim) is that",
        "(the|this is the) (goal|task|aim|idea|plan) is that",
        "(all|what) i (want|need) is",
        "(i|we) (require|prefer)",
        "take care that",
        "the (result|outcome) should be that",
        "when you (are|have) finished",
        "when (it is|all is) (over|done|finished)",
        "what i want is",
        "please make sure",
        "we need",
        "arrange that",
    ),
    *("let there be", "in the end", "at the end", "by the end", "at the very end", "when the episode ends"),
)
PARTNER_DOES: tuple[str, ...] = (
    *(
        "let {a}",
        "have {a}",
        "ask {a} to",
        "tell {a} to",
        "get {a} to",
        "make {a}",
        "help {a} to",
        "help {a}",
        "see to it that {a}",
    ),
    "wait for {a} to",
)
"""Orders to another player; only what that player itself reaches, holds or looks at can be judged."""
IRREGULAR: dict[str, str] = {
    **{"took": "take", "taken": "take", "got": "get", "gotten": "get", "went": "go", "gone": "go", "found": "find"},
    **{
        "held": "hold",
        "brought": "bring",
        "ate": "eat",
        "eaten": "eat",
        "laid": "lay",
        "stood": "stand",
        "met": "meet",
    },
    **{"left": "leave", "saw": "see", "seen": "see", "kept": "keep", "built": "build", "made": "make", "gave": "give"},
    **{"given": "give", "said": "say", "ran": "run", "won": "win", "been": "be", "hid": "hide", "lying": "lie"},
}
