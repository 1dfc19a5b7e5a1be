"""Orders and wishes in other forms: passive, with a person who wants it, with a tool, or without the thing again."""

from __future__ import annotations

MOVED = (
    "(put|place|set|lay|move|push|bring|carry|keep|store|leave|stack|deliver|shove|drop|shift|slide|transport|deposit|"
    "drag|stick|return|relocate|roll|haul|tip|toss|throw|chuck|fling|pull|sweep|hide|lean|lower|position|squeeze|stuff|"
    "send|guide|steer|nudge|transfer|stash|lug|lift|remove|take|get|pack|stow|tuck|arrange|park|rest|dump|load|stand|"
    "hang|put away|pack away|stow away|tidy|tidy away|sort|clear|balance|press|put back|set down|put down|pick up "
    "and put)"
)
_WANT = (
    "(i want|i need|i would like|i would love|i would prefer|i wish|we want|we need|get|have|i require|i expect|"
    "i want to see|i want to have|i would like to have|i would like to see|i need to have|i would love to see|"
    "let us have|let us get|can i have|could i have|can i get|could i get|can we have|could we have|can we get|"
    "could we get|may i have|can you get|could you get|can you have|could you have|please have|i would rather have)"
)
_ASK = "(can|could|may|might|shall|should|would|will)"
_TOUCHED = "(touch|hit|tap|poke|strike|knock|bash|bump|bang|whack|prod)"
_AWAY = "(|back|up|down|over|away|out|straight|right)"
INDIRECT: dict[str, tuple[str, ...]] = {
    "put": (
        f"{_WANT} {{a}} {MOVED} {_AWAY} {{p}} {{b}}",
        f"{_ASK} {{a}} (|please|maybe) be {MOVED} {_AWAY} {{p}} {{b}}",
        f"{_ASK} {{a}} (|please|maybe) (go|move|come|live|sit) {_AWAY} {{q}} {{b}}",
        f"{_ASK} (we|i) (get|see|put|move) {{a}} {_AWAY} {{p}} {{b}}",
        "(give|find|make|get) {a} (a|a new|a nice|a good|a proper) (place|spot|home|seat|position) {p} {b}",
        "find (a|a new|a nice|a good) (place|spot|home|seat) for {a} {p} {b}",
        "make (room|space|some room|some space) for {a} {p} {b}",
        "(yeet|lob|hurl|catapult|launch|hoof|boot|flick|whack|bat|plunge|slip|slot|scoot|rest|settle|seat|sit|lodge|"
        f"relocate|convey|escort|ferry|trundle|smuggle|insert|drive|ship|shuffle|scooch) {{a}} {_AWAY} {{p}} {{b}}",
        "(let|make) {a} (sit|lie|rest|stand|go|stay|sleep|live|land|fall|drop|roll|slide|move) {p} {b}",
        "see {a} {p} {b}",
        "(make|see|let|have) (|that|it that) {a} (end up|ends up|lands|land|winds up|wind up|finishes|finish) {p} {b}",
        "drop {a} off {p} {b}",
    ),
    "put-it": (f"(put|place|set|stick|plonk|stash|stow|dump|deposit|store|lay|chuck|throw|toss) {_AWAY} {{q}} {{b}}",),
    "touch-it": ("touch",),
    "go-for": ("(go|run) (for|straight for) {b}",),
    "clear-room": (
        "(clear|clear out|empty|clean|clean out|clean up) (the|this) (whole|entire|) (room|maze|field|meadow|place|"
        "arena|garden)",
    ),
    "look-mutual": ("(look at|face|see|watch|stare at|turn to) (each other|one another)",),
    "hold-on": (
        "do not (let go of|drop|put down|release|lose|let loose of|set down|lay down) {b}",
        "do not let {b} (go|drop|fall)",
        "without (letting go of|dropping|putting down|releasing|setting down) {b}",
        "do not let go",
        "without letting go",
    ),
    "hold": (
        "keep (a hold of|your grip on|a grip on|a tight grip on|a firm grip on|a firm hold of|your hold on) {b}",
        "keep {b} in your (hand|hands|arms|grip|grasp)",
        "(hug|cuddle|clutch|grip|grasp|clasp|cradle|clench) {b}",
        "give {b} a (|big|little|nice|warm|good) (hug|cuddle|squeeze)",
        "(make sure|see|see to it|ensure|be sure) (that|) you (have|hold|are holding|are carrying|end up with) {b}",
        "(hang onto|cling to|cling on to|cling onto|hang on tight to) {b}",
        "(have|be carrying|be wearing) {b} (|in hand|in your hand|in your hands)",
        "hold {b} (in|with) (your|one|both|the) (hand|hands|arms)",
    ),
    "wield": (
        f"use {{b}} to {_TOUCHED} {{a}}",
        f"{_TOUCHED} {{a}} (using|by using|by means of) {{b}}",
        "give {a} a (little|quick|gentle|good|) (tap|poke|whack|hit|bump|touch|prod|knock) (with|using) {b}",
    ),
    "shove": (
        "use {b} to (push|nudge|shove|move) {a}",
        "(push|nudge|shove|move) {a} (using|by means of) {b}",
        "give {a} a (little|quick|gentle|good|) (push|nudge|shove) (with|using) {b}",
    ),
    "push": (
        "(push|shove|go push|go and push|run and push|walk up to and push) {a} "
        "(|away|along|around|about|a bit|a little|a little bit)",
        "give {a} a (|little|gentle|good|quick|small|big|hard|light) (push|shove)",
    ),
    "move": ("(move|shift|budge|displace) {a}",),
    "pass-by": (
        "(go|walk|run|come|pass|move|head|swim|drive|stroll) (|right|straight|close) (past|alongside) {b}",
        "pass (|close) (by|near) {b}",
        "pass {b} by",
    ),
    "look-from": (
        "(look at|watch|face|stare at|see|view|gaze at) {a} from {b}",
        "(look at|watch|face|stare at|gaze at) {a} while (you are|) (standing|sitting|waiting) {p} {b}",
    ),
    "empty-into": (
        "(empty|empty out|tip|tip out|unload|dump out|pour|pour out|dump) {a} (out|) (into|onto|on|in|on to|over) {b}",
    ),
    "floor-at": (
        "(place|set|put|leave|lay|drop|bring|move|get) {a} (|back|down) (on|onto|on to) the (floor|ground) {p} {b}",
        "{a} (on|onto) the (floor|ground) {p} {b}",
    ),
    "go": (
        "(set off|set out|make tracks|set sail|make a run|make a dash|make a beeline) (for|to|toward) {b}",
        "(take|lead|show|guide|bring) (me|us) (the way|) to {b}",
        "(head|walk|run|go|drive|swim|move|stroll) (on|straight|right|directly|quickly|) (over|across|up|down|back|) "
        "to {b}",
        "(get|bring) yourself (over|across|) (to|into) {b}",
        "(aim|walk|swim|make straight) for {b}",
        "(wind up|finish up|finish|end) (over|) at {b}",
        "get (close|closer) up to {b}",
    ),
    "take": (
        "(pick|scoop|take|gather|fish|dig|snatch) {b} up",
        "(can|could|may) (i|we) (get|have|borrow) {b}",
        "(i|we) (really|just|) (want|need|would like) {b}",
        "(get|take|have|grab|lay) (a hold|hold|possession) of {b}",
        "(procure|reach for|bring back|pick out|nick|swipe|obtain|recover|rescue|take away|take up|dig up|"
        "hunt down and take|carry off|go for and take|make off with|run off with|steal|catch|loot|pinch|unearth) {b}",
    ),
    "eat": (
        "(munch|chomp|chow|nosh|dine|feast|graze|nibble|snack|chew) (up|down|on|upon) {b}",
        "(scarf|gulp|wolf|slurp|guzzle|gobble|scoff|bolt|swallow|gorge|put away) (up|down|) {b}",
        "(eat|gobble|munch|devour) {b} up",
        "(help|treat|serve) yourself to {b}",
        "have {b} (for|as) (lunch|dinner|breakfast|a snack|your lunch|your dinner|supper|tea)",
    ),
    "touch": (
        "(place|put|lay|rest|press) (a|your|one) (hand|hands|finger|palm|paw) (on|onto|against) {b}",
        "(get|come|be) in (contact|touch) with {b}",
        "(disturb|bother|upset|mess with|interfere with|fiddle with|play with|disarrange) {b}",
        "(nudge|feel|brush|pet|caress|high five|fist bump|smack|slap|punch|kick|rub|contact|reach out and touch|"
        "walk up to and touch|go up to and touch|walk over and touch|go over and touch|go touch|go and touch|run and "
        "touch) {b}",
        "(walk|run|go|bump|crash|smash|bang|slam|knock|barge) (right|straight|) (into|up against|against) {b}",
        "give {b} a (little|gentle|light|quick|good|friendly|) (touch|tap|pat|poke|prod|stroke|nudge|bump|boop|rub)",
    ),
    "face": (
        "(look|stare|gaze|glance|peek|peer) (over|up|down|back|straight|directly|right|round|across|out|) (at|to|"
        "toward) {b}",
        "(keep|go on|continue) (looking|staring|gazing|watching|facing) (at|toward|) {b}",
        "(keep|have|fix|glue|rest|set|lay) your (eyes|eye|gaze|sight|sights|view|attention) (fixed|glued|) (on|to) {b}",
        "(turn|rotate|swivel|spin|pivot|swing) (yourself|around|round|your head|your face|) (|so as) (to|toward) "
        "(face|look at|see|) {b}",
        "(have|get) (a good|a clear|a proper|a) view of {b}",
        "(be|end up|stand|stay|remain) (turned|pointed|oriented|pointing) (to|toward|at) {b}",
        "(spy|behold|contemplate|have eyes on|get eyes on|check|check out|take in|get a look at|have a peek at|peek "
        "at) {b}",
        "get a (look|good look|glimpse|view|peek) (at|of) {b}",
    ),
    "avoid": (
        "(no|not any) (touching|contact with|bumping into) {b}",
        "(do not|never) (so much as|even) (touch|look at|go near|brush|graze) {b}",
        "{b} (is|are) (lava|taboo|a no go|no go|not to be touched|to be left alone|to be avoided)",
    ),
    "open": (
        "(get|make|have|see) {a} (to open|open up|open|opened up|unlocked)",
        "(make|let) {a} open",
        "open up {a}",
        "{a} (has to|must|should|needs to|need to|have to|is to|are to|ought to) (be|get) (open|unlock|opened up)",
        "{a} (needs|need|wants|want) (opening|unlocking)",
        "(i want|i need|i would like|get|have) {a} (open|unlock|opened up)",
        "(can|could) {a} be (open|unlock)",
    ),
    "close": (
        "{a} (has to|must|should|needs to|need to|have to|is to|are to|ought to) be (close|shut|lock)",
        "{a} (needs|need|wants|want) (closing|shutting)",
        "(i want|i need|i would like|get|have|make sure of) {a} (close|shut)",
        "(can|could) {a} be (close|shut)",
    ),
    "be-place": (
        "(park|station|post|put|plant|place|set|situate|locate) (yourself|your body|your bum|your butt|your feet) "
        "(right|down|over|) {p} {b}",
        "(take|have) (a|your) (seat|place|position|stand|rest|nap) {p} {b}",
        "(be|get) (close|closer|right up) {p} {b}",
        "(make|find) your way (over|) {p} {b}",
        "(hurry|scurry|jog|stroll|step|hop|run|walk|go|move|get|come) (on|) (over|up|) and (stand|wait|stop|sit) {p} "
        "{b}",
    ),
    "drop": (
        "(lose|let fall|get rid of) what you are (holding|carrying)",
        "(drop|let go of|release|free) {b} (again|now|from your hand|from your hands|from your grip)",
    ),
    "stack": (
        "(build|make|create|construct|erect|assemble|form) (me|us|) (a|one) (tower|stack|pile|heap|column) "
        "(of|out of|from|with|using|made of|made from|made out of|that has|consisting of) {a}",
        "(stack|pile|put|place|heap) {a} (up|) (one on top of the other|one on top of another|one on the other|"
        "one upon the other|one above the other|on top of each other|on top of one another|on one another)",
        "(get|have) {a} (stacked|piled) (up|)",
    ),
    "line": (
        "(put|arrange|place|set|lay|line up|line|order|get|have|organise|organize|sort|align) {a} (up|) "
        "(in|into|on|as) (a|one) (straight|single|neat|nice|long|) (row|line)",
        "(build|make|lay|form|create) (me|us|) (a|one) (straight|neat|nice|long|) (row|line) (of|out of|from|with|"
        "using) {a}",
        "(align|line up) {a}",
    ),
    "swap": ("(swap|exchange|trade|switch) {a} (over|around|round) (for|with) {b}",),
    "give": (
        "(give|hand|pass) {a} (on|over|across|back|) to {b}",
        "(throw|bring|fetch|offer|lend) {b} {a}",
    ),
}
"""Patterns of orders as in ACTS, in other forms."""
WISHED: tuple[str, ...] = (
    "{a} (should|must|has to|have to|needs to|need to|ought to|is to|are to|could|would|shall|will|might|can) "
    f"(|all|both|then|really|please) (be|get) {MOVED} {_AWAY} {{p}} {{b}}",
    f"{{a}} (needs|need|wants|want|requires|require|deserves) {MOVED} {_AWAY} {{p}} {{b}}",
    f"{{a}} (to be|gets|get|is|are) {MOVED} {_AWAY} {{p}} {{b}}",
    "{a} (would be|could be|is|are|would look|looks|look) (better off|best|happiest|happier|better|nicer|good|great|"
    "nice) {p} {b}",
    "{a} (finds|makes|find|make) (its|their) way (back|) {p} {b}",
    "{a} (winds up|wind up|comes to rest|come to rest|was|were|could go|could sit|could be|would go|should land|can "
    "go) {p} {b}",
    "{a} (has|have) (its|their) (place|home|spot) {p} {b}",
)
"""Statements about a place, as in STATED."""
