"""Phrases of one family of worlds: its own things, and its own objective, as people speak of them."""

from __future__ import annotations

_GET = "(make|create|get|find|build|craft|form|produce|mix|work out|figure out)"
_BRING = "(bring|take|carry|deliver|get|put|give|drop|place|stick|pop)"
_SIDE = "(side|arm|end|branch|direction|way|corner|path|turn|turning)"
_THERE = (
    "(go there|turn there|go that way|turn that way|turn to that side|go to that side|go to it|choose that side|"
    "pick that side|go the same way|turn the same way|turn to the same side|go to the same side|head there|"
    "head that way|turn to it)"
)
_ARM = "(arm|branch|corridor|hallway|passage|place|spot|part|area|end)"
_PASS = "(go|walk|head|run|get|pass|step|move|come)"
_REACH = "(reach|touch|go to|get to|find|head to|run to|walk to|head for|get|grab|make for)"
LOCAL_SHORTER: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (
        ("platform",),
        {
            "(edge|side|rim|wall) of the (pool|water|tank)": "wall of the room",
            "the (pool|water|tank)": "the room",
        },
    ),
    (
        ("player", "goal", "hurdle"),
        {
            "(cross|go over|run over|run across|go through) the (finish|finishing) line": "go to the goal",
            "(cross|go over|run over) the line": "go to the goal",
            "the (finish|finishing) line": "the goal",
            "(win|win it|win the race|win this race|win the game|win this game|win this)": "come first",
            "(beat|outrun) (everybody|everyone|them all|all of them|the others|all the others|the other players|all "
            "other "
            "players|everyone else|all the other players|the rest|the lot) (|to the goal|to the finish line|to the "
            "finish|to "
            "it|there)": "come first",
            "(do not|never) lose (|the race|this race|this)": "come first",
            "(do not|never) let (him|her|them|the other player|your partner|anyone|anybody|the other runner|the other "
            "one) (win|beat you|get there first|finish first|finish before you|overtake you|come first)": "come first",
            "(finish|arrive|get there|be there|cross) at the same time": "go to the goal together",
            "who is (|currently|now) (winning|leading|ahead|in front|in the lead|first|in first place)": (
                "who is nearest to the goal"
            ),
            "which (player|runner|one of you) is (winning|leading|ahead|in front|in the lead|first|in first place)": (
                "who is nearest to the goal"
            ),
        },
    ),
    (
        ("player", "block", "crown"),
        {
            "the (one|player|person|guy|kid|other player|other one) (that|who) (is|has been) (hiding|hidden|seeking|"
            "looking|looking for you)": "the other player",
            "(whoever|who ever|the one that|anyone who) is (hiding|hidden)": "the other player",
            "(find|get to|go to|look for|pick|choose) (a|some|any|the best|yourself a) (|good|great|nice|safe|better) "
            "(hiding place|hiding spot|place to hide|spot to hide|hiding hole)": "hide",
            "(go|run|go and|run and|quick|go off and|run off and) hide": "hide",
            "(do not|never) let (anyone|anybody|someone|any player|him|her|them|the other player|your partner) "
            "(see|spot|notice|find|discover) you": "do not be seen",
            "(make|be) sure (|that) (nobody|no one|noone) (can|) (see|sees|spot|spots|find|finds) you": "stay hidden",
            "(make|be) sure (|that) (they|he|she|the other player|your partner) (can not|does not|do not|never) "
            "(see|sees|spot|spots|find|finds) you": "stay hidden",
            "(go|get|run|find somewhere|find a place|find a spot|go somewhere|be somewhere) where (nobody|no one) "
            "(can|will|) (see|find|spot|sees|finds) you": "hide",
            "(go|get|run|find somewhere|find a place|find a spot|go somewhere) where (they|he|she|the other player|"
            "your "
            "partner) (can not|will not) (see|find|spot) you": "hide",
            "so (that|) (they|he|she|your partner|the other player|the seeker) (can not|does not|do not) "
            "(see|find|spot|notice) you": "",
            "so (that|) (nobody|no one) (can|) (see|find|spot|sees|finds|spots) you": "",
            "hide (|quickly|quick|now) before (you are|you get) (seen|spotted|found|caught)": "hide",
            "hide (|quickly|quick|now) before (they|he|she|anyone|anybody|somebody|someone|the seeker|the other "
            "player) "
            "(sees|see|spots|spot|finds|find|catches|catch) you": "hide",
        },
    ),
    (
        ("player", "hat", "crown"),
        {
            "(the one|the player|the person|the guy|whoever) (with|wearing|in|has|who has|who is wearing) the hat": (
                "the player that is holding the hat"
            ),
            "(put|get|pull) on the hat": "hold the hat",
            "(put|get) the hat on (|your head)": "hold the hat",
            "(run|get|keep running|flee) away from": "keep away from",
            "(stay|keep|remain) out of reach of": "keep away from",
            "(stay|keep|remain) out of reach": "do not get caught",
            "(run away|flee|get away|keep running)": "do not get caught",
            "(whoever|who ever|the one that|the one who|the player that|the player who|whichever player|the person "
            "that) (is|has been) it": "the player that is holding the hat",
            "(tag|and tag) , you are it": "",
            "who is (|currently|now) it": "who has the hat",
            "(are you|you are not) (|still|currently|now|already) it": "do you have the hat",
            "(not|never) (be|get|become|end up|finish) it": "not hold the hat",
            "(be|become|stay|remain|end up) it": "hold the hat",
            "(make|let) sure (|that) you are it": "hold the hat",
            "(run|go|chase) after": "chase",
            "make (him|her|them|the other player|your partner|the other one|someone|somebody) it": "tag the other "
            "player",
            "(survive|last|hold out|make it) for": "do not get caught for",
            "before (he|she|they|it|the other player) (gets|get|runs|run) (away|off)": "",
        },
    ),
    (
        ("chest", "shell", "core"),
        {
            "the (stone|one) (|that|which) (the chest|it) (wants|shows|needs|asks for|is asking for|is showing|"
            "wants to "
            "have|would like|likes|displays)": "the wanted stone",
            "the stone (on|in|of|from|for) the chest": "the wanted stone",
            "(join|mix|combine|merge|fuse|blend|put together)": "combine",
            "(stones|stone|ones|them) together": "stones combined",
            "(a|the|any) stone (with|that has|having) (a|the) {w} shell": "the {w} shell",
            "(a|the|any) stone (with|that has|having) (a|the) {w} core": "the {w} core",
            "(the|a) (right|correct|needed|required|proper|matching|requested) stone": "the wanted stone",
            "(what|whatever|the thing) (the chest|it) (wants|shows|needs|asks for|is asking for)": "the wanted stone",
        },
    ),
    (
        ("chest", "shell", "core"),
        {
            f"{_GET} the wanted stone": "solve it",
            f"{_BRING} the wanted stone (to|into|in|over to|onto) (the chest|it)": "solve it",
            f"{_BRING} (it|the chest) the wanted stone": "solve it",
            "(a|the|any) (stone|stones) with (a|an|the) {w} shell and (a|an|the) {w} core": "the {w} shell and {w} "
            "core",
        },
    ),
    (
        ("chest", "shell", "core"),
        {
            f"solve it (and|then|and then|, then) {_BRING} (it|that) (to|into|in|over to|onto|over) (the chest|it|"
            f"there)": ("solve it"),
            f"solve it (and|then|and then|, then) {_BRING} (it|that) (there|over|over there|back|to go to it)": (
                "solve it"
            ),
        },
    ),
    (
        ("apple", "lemon", "mushroom"),
        {"(clear|clear away|clean up) (all|all the|every|all of the)": "get rid of all the"},
    ),
    (
        ("box", "target"),
        {
            "(each|every|all|all of|each of) (|the) (target|targets|spot|spots|goal|goals|square|squares) "
            "(has|have|needs|need|gets|get|should have|must have) (a|its|their|its own|one) (box|boxes) "
            "(|on it|on them|on top|on top of it)": "every box is on a target",
        },
    ),
    (
        ("platform", "star", "moon"),
        {
            "the {w} (picture|sign|symbol)": "the {w}",
            "the (picture|sign|symbol|drawing|image) (of|with|showing) (the|a) {w}": "the {w}",
            "the wall with (the|a) {w} (|on it)": "the {w}",
            "the wall with (the|a) (picture|sign) of (the|a) {w} (|on it)": "the {w}",
        },
    ),
    (
        ("=", "player", "block", "door"),
        {
            "(|both|both of) the (|two) (right|correct|wanted|asked for|proper) (|two) (blocks|ones|colours)": (
                "what is wanted"
            ),
            "the (|two) (blocks|colours) (|that are) (of|in|from|named in|asked for in|on) the (instruction|task)": (
                "what is wanted"
            ),
        },
    ),
    (
        ("=", "player", "block", "door"),
        {"(take|get|grab|pick up|collect|find) what is wanted": "solve it"},
    ),
    (
        ("=", "player", "ball", "goal", "trap"),
        {
            f"remember (where|which side|on which side|what side) the ball (was|is|was on|is on) (and|then|and then|, "
            f"then|,) {_THERE}": "go to the goal",
            f"the (correct|proper|matching|good|winning) {_SIDE}": "the goal",
            f"the (same|) {_SIDE} (|that|where|on which|which|as|with|of) (|you saw) the ball "
            "(|was|was on|was at|is|is on|had been|had been on|appeared on|came from)": "the goal",
            f"the ball is {_SIDE}": "the goal",
            f"the (wrong|incorrect|bad|losing) {_SIDE}": "the trap",
            f"the {_SIDE} (without the ball|where the ball was not|where there was no ball)": "the trap",
        },
    ),
    (
        ("=", "player", "ball", "goal", "trap"),
        {
            "(turn|go|head|walk|run) (to|toward|into|in|down|up|for) the goal": "go to the goal",
            "(choose|pick|take|select) the goal": "go to the goal",
        },
    ),
    (
        ("goal", "room"),
        {
            f"(check|check out|try|visit) the {_ARM} (with|that has|containing) the goal (|in it)": "go to the goal",
            f"the {_ARM} (with|that has|that holds|containing|that contains|where you find) the goal (|in it|at the "
            f"end)": ("the goal"),
            f"the {_ARM} (|that|where|in which) the goal is (|in|at|hidden|hiding)": "the goal",
            "(try|check|search|explore|look in|go through|go down|visit) (each|every|all|all the|the) "
            "(arm|arms|corridor|corridors|room|rooms|path|paths|way|ways|branch|branches|place|places) "
            "(|one by one|in turn) until you": "",
        },
    ),
    (
        ("goal", "room"),
        {
            "(glowing|shining|shiny|golden|gold|bright|glittering|glittery|spinning|floating|lit up) (goal|ring|tile|"
            "square|spot|marker|thing|light|hoop|circle|object)": "goal",
        },
    ),
    (
        ("key", "door", "goal"),
        {
            "the goal (|that is|which is) (behind|beyond|past|on the other side of|on the other side) "
            "(|it|them|there|that|the door|the doors|the locked door|all the doors|the last door)": "the goal",
            "through (it|the door|the doorway|there|) (to|and to|on to|and on to|and up to|toward) the goal": (
                "to the goal"
            ),
            f"{_PASS} through (it|the door|the doorway|there|) (and|then|and then|, then|,) {_REACH} the goal": (
                "go to the goal"
            ),
            "(put|stick|use|try|turn) (the|your) key (in|into|on) the (lock|keyhole|key hole|door lock)": "open the "
            "door",
        },
    ),
    (
        ("pillar", "sign"),
        {
            "the (door|gate|pillar|column|post|one) (with|of|in|that has|having) the (same|) colour (as|of) the sign": (
                "the wanted pillar"
            ),
            "the (pillar|column|post|one|door) (that|which) (matches|has the colour of|fits|goes with) (the sign|it)": (
                "the wanted pillar"
            ),
            "the (same coloured|matching|correct|right|proper) (pillar|column|post|one)": "the wanted pillar",
            "the pillar matching the sign": "the wanted pillar",
            "the pillar (of|in|with) (that|the right|the correct|the same) colour": "the wanted pillar",
            "remember (the|what|which) (colour|sign) (|you saw|of the sign|it was|the sign was|is on the sign|the sign "
            "is|the sign has) (and|then|and then|, then|,)": "",
        },
    ),
    (
        ("pillar", "sign"),
        {
            "(open|choose|pick|find|touch|go to|take|select|walk to|run to|head to|reach|get to|go for|head for) the "
            "wanted pillar": "solve it",
        },
    ),
)
"""The same where these kinds are in the world; behind "=", where no others are. They are read in this order."""
LOCAL_NOTES: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("chest", "shell", "core"), ("stone", "stones"), "a stone is told by its shell"),
)
"""How a word is meant in worlds of these kinds: (kinds, words, note)."""
