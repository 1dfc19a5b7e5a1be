"""Acts and states, and remarks about things."""

from __future__ import annotations

_GO = (
    "(go|walk|run|head|move|come|travel|get|hurry|return|proceed|make your way|find your way|navigate|march|stroll|"
    "rush|dash|race|sprint|jog|trot|wander|hike|advance|sneak|creep|scoot|step|drive|go on|carry on|continue|leg it|"
    "scurry|scamper|dart|bolt|trek|amble|shuffle|hop|swim|paddle|dive|float|saunter|stride|tiptoe|get yourself|zoom|"
    "take yourself|take a walk|go for a walk|make a beeline|make your way back|zip|whizz|waddle|plod|nip|pop|skip)"
)
_STAND = (
    "(stand|stop|sit|end up|end|finish|step|get|go|walk|move|run|head|come|enter|wander|hurry|march|stroll|dash|race|"
    "sneak|creep|tiptoe|travel|position yourself|plant yourself|hang around|hang about|linger|park yourself|sit down|"
    "crawl|skip|trot|jog|sprint|rush|venture|make your way|find your way|place yourself|pop|nip|drive|roll|lie|rest|"
    "be standing|be sitting|be waiting|wind up|get yourself|take up position|plonk yourself|hover|perch|settle|"
    "swim|paddle|float|dive|scurry|dart|hop|leg it|stroll over|stay put)"
)
_STAY = "(stay|wait|be|remain|keep|keep standing|keep sitting|stay standing|remain standing)"
_PUT = (
    "(put|place|set|lay|move|push|shove|bring|carry|drop|shift|slide|transport|deliver|deposit|drag|store|"
    "stick|pop|return|relocate|roll|haul|tip|toss|throw|chuck|fling|kick|pull|knock|sweep|brush|hide|lean|lower|"
    "position|squeeze|stuff|heap|send|guide|steer|nudge|transfer|plonk|plop|stash|shelve|lug|wheel|lift|remove|"
    "bung|sling|cram|nestle|prop|perch|plunk|hurl|sit|budge|jam|wedge|shunt|scoot|ease|manoeuvre|maneuver|cart|"
    "drive|hoist|pick up and move|pick up and place)"
)
_BESIDE = "(next to|beside|close to|against|up against|alongside|adjacent to|by|right next to)"
_FROM = "(from|off|out of|off of|from inside|from off|from on top of|from on|from in)"
_TAKE = (
    "(take|get|grab|pick up|fetch|collect|gather|gather up|pick|snatch|acquire|obtain|secure|go get|go and get|go grab|"
    "get hold of|grab hold of|take hold of|seize|scoop up|nab|claim|retrieve|bag|get yourself|grab yourself|"
    "help yourself to|pick out|choose|go and fetch|go fetch|go and grab|carry off|pick yourself|find and take|nick|"
    "pinch|swipe|pocket|hoover up|scoop|round up|harvest|vacuum up|gobble|take up|get and hold|go pick up|"
    "go and pick up|go and take|go take|find and grab|find and pick up|pick up and hold|"
    "pick up and keep|lift up and carry|bag yourself|snaffle|snap up|go and collect|go collect|have yourself|nick|"
    "get yourself|find and get|find and collect|run and get|run and grab|dig out|snag|swoop up|pluck|latch onto|"
    "lay hold of|get your mitts on|whip up|fish out|go and pick|go pick)"
)
_MODAL = "(should|must|has to|have to|needs to|need to|is to|are to|ought to)"
_FORBID = "(should|must|may|can|shall|is to|are to) (not|never) (|to)"
_OWN_PLACES = "|".join(
    f"{on} {whose} {place}"
    for on in ("on", "onto", "to", "in", "into")
    for whose in ("its", "their", "the right", "the proper", "their own", "its own")
    for place in ("spot", "spots", "place", "places", "target", "targets", "goal", "goals", "square", "squares")
)
_OWN = f"({_OWN_PLACES})"
ACTS: dict[str, tuple[str, ...]] = {
    "go": (
        f"{_GO} (|over|back|up|straight|right|directly|on|across|through|along|round|around|down|all the way|"
        "straight back) (to|toward) {b}",
        "head (for|straight for) {b}",
        "(reach|visit|approach|meet|go see|find your way to|make for|make your way over to) {b}",
        "(navigate to|come up to|get yourself to) {b}",
        "get (right up|all the way) to {b}",
        "be to {b}",
        "(pop|nip|skip|trundle|mosey|crawl|roll) (|over|along|across|up) to {b}",
        "pay {b} a visit",
        f"{{b}} {_MODAL} be (visit|find|reach|approach)",
        "(end up|arrive|stop|wait|be) at {b}",
        "(walk|run|bump|go) into {b}",
        "(check on|go check|discover|come across|make it to|run up to|look out for) {b}",
        "(explore|have a look around|look around|look around in|take a look around) {b}",
        "keep an eye out for {b}",
        "(get|go|walk|come|run) (right|straight|all the way) up to {b}",
        "{b} (will|would) do (|nicely|fine|just fine)",
        "(go|walk|run|head|get) (|to) where {b} (is|are|stands|lies)",
        "(scout out|sniff out|hunt down|hunt|chase down|catch up with|spot and go to|walk up to|join) {b}",
        "(swing by|drop by|stop by|call by|pop by|drop in on|wander over to|pop in on) {b}",
        "get your (self|bum|backside|feet) (|over) to {b}",
        "(go|come|walk|run|get|head) (along|past|by|over|up) to {b}",
        "(find|see) where {b} (is|are) (|and go there|and go to it)",
        "(find|look for|search for|discover|work out) (the|a|your|my) (way|route|path) (|over|back|through|out) "
        "(to|into) {b}",
        "(chase|go after|pursue|catch up to) {b}",
    ),
    "find": (
        "(find|go find|search for|look for|locate|seek|seek out|go looking for|hunt for|track down|go and find) {b}",
        "find me {b}",
        "find {b} for me",
    ),
    "stay-place": (f"{_STAY} (|right|down|up|over) {{p}} {{b}}",),
    "side": (
        f"{_PUT} {{a}} (|right|up) {_BESIDE} (each other|one another)",
        f"(get|have|make) {{a}} (|to be) {_BESIDE} (each other|one another)",
        f"{{a}} (|right|up) {_BESIDE} (each other|one another)",
        "(let|make) {a} touch (|each other|one another)",
        f"(get|{_PUT[1:-1]}) {{a}} (|right|close|up) together",
        "(put|place|set) {a} side by side",
        "(gather|collect|group|bunch|cluster|round up) {a} (|up|close|all) together",
        f"{{a}} {_MODAL} (touch|be together|be side by side) (|each other|one another)",
        f"{{a}} {_MODAL} be {_BESIDE} (each other|one another)",
        "(have|get|make) {a} (touch|touching|side by side) (|each other|one another)",
        "{a} (|should be|must be|to be) (side by side|together|touching each other|touching one another)",
    ),
    "side-players": (
        "(stand|stay|be|remain|keep|walk|go) (next to|beside) (each other|one another)",
        "(stand|stay) side by side",
    ),
    "be-place": (
        f"{_STAND} (|right|down|up|over|back|through|across|out) {{p}} {{b}}",
        "(put|place|position|plant) yourself {p} {b}",
        "(go|stand|move|walk|position yourself|place yourself|run|step) (so|so that|such that|until) you "
        "(are|stand|end up|are standing) (|right|just|exactly|somewhere) {p} {b}",
    ),
    "leap": ("(climb|jump|hop|leap) (|right|down|up|over|back) {p} {b}",),
    "enter": (
        "(set foot|step foot) (in|on|into|inside) {b}",
        "(enter|go inside|step inside|get inside) {b}",
        "(go|step|come|get) (in|inside)",
        "enter",
    ),
    "exit": ("(leave|exit) {b}", "(go|get|walk|step) out of {b}"),
    "touch": (
        "give {b} a (pat|tap|poke|nudge|prod|touch|stroke|little tap|quick tap|quick touch)",
        "(prod|boop|bop|pat|stroke|graze|brush past|brush up against|rub up against|make contact with) {b}",
        f"{{b}} {_MODAL} be (touch|tap)",
        "(touch|tap|feel|poke|make contact with|come into contact with|bump into|run into|hit|bump|bump against|"
        "brush against|knock into|press against|come in contact with|lay a finger on|put a finger on|collide with) {b}",
    ),
    "take": (
        f"{_TAKE} {{b}}",
        "pick {b} up",
        "win {b}",
        "get {b} into your hand",
        "(get|lay) your hands on {b}",
        f"{{b}} {_MODAL} be (take|pick up|collect|grab|fetch|gather)",
        "(take|get) possession of {b}",
        "(get|fetch|grab|take|pick|pick up) me {b}",
        "(get|fetch|grab|pick) {b} for me",
        "(get|fetch|grab|take|pick|pick up) us {b}",
        "i (want|wanted|need|needed|would like|fancy|would love|could do with|am after|said|meant|asked for) {b}",
        "(have|get|be with|end up with|finish with) {b} in your (hand|hands)",
        "(be holding|end up holding|end up with) {b}",
        "get {b} (|up) off the (floor|ground)",
        "(lift|take) {b} into your (hand|hands)",
    ),
    "take-along": ("(take|bring|carry|get) {b} (with you|along|along with you|into your hand|in your hand)",),
    "take-from": (
        f"(grab|pick up|fetch|collect|pick|snatch|seize|choose|retrieve|go get|go and get) {{a}} {_FROM} {{b}}",
        f"(pick|lift) {{a}} up {_FROM} {{b}}",
    ),
    "take-off": (f"(take|get) {{a}} {_FROM} {{b}}",),
    "tread": ("(step|tread|walk|run|roll|stand) (on|onto|over|into|in) {b}",),
    "pass": ("(go|walk|run|pass|move|come|travel|step|cross|cut|head) (|right|straight) through {b}", "cross {b}"),
    "back": (
        "(come|go|run|walk|return|head|get|move|hurry) (|right|straight) back (|here|home|there)",
        "return (|here|home)",
    ),
    "cover": ("(cover|fill|occupy) {b}",),
    "fill-up": (
        "do not leave {b} (empty|uncovered|unoccupied|free|without a box|open|bare)",
        "leave {b} (uncovered|unoccupied|without a box)",
        "{b} (should|must|may|can) not be (empty|uncovered|unoccupied|free)",
    ),
    "catch": ("(catch|tag|get|nab|catch hold of) {b} (|back|again|in turn)",),
    "win-race": ("(get there|arrive|finish|come|come in|be) first", "(beat|outrun) {b}", "win against {b}"),
    "eat-any": ("eat", "(eat|take|touch|collect|grab|pick up) a thing"),
    "via": ("(go|walk|run|pass|move|come|step) (|right|straight) through {a} (into|to|in to|over to) {b}",),
    "get-place": ("get {a} {p} {b}",),
    "first-at": (
        "be (the first|first) (|one|player) (to|to reach|to get to|to touch|to arrive at|at|to be at|to find|past|"
        "over) {b}",
        "(reach|get to|be at|make it to|touch) {b} (first|before anyone else|before anybody else|before the others)",
    ),
    "tie": (
        "(finish|finish the race|end|arrive|get there|cross the line|come in|draw|tie|end level|be there) "
        "(|together|level|a tie|a draw|equal|at the same time|side by side) (with|as|alongside) {a}",
        "(reach|get to|arrive at|be at|touch|cross|go to|make it to) {b} "
        "(together with|at the same time as|at the same moment as|level with|side by side with|alongside) {a}",
    ),
    "be-caught": (
        "(let|have) yourself (|be|get) (caught|tagged|touched|hit|found)",
        "(let|have) yourself (|be|get) (caught|tagged|touched|hit|found) by {b}",
        "(be|get) (caught|tagged|touched)",
        "(be|get) (caught|tagged|touched) by {b}",
    ),
    "beat": (
        "(beat|outrun|overtake) {a} to {b}",
        "(reach|get to|be at|make it to|arrive at|go to|touch|cross) {b} before {a} (|does|do|can|gets there)",
    ),
    "hold": (
        "(hold|keep|carry|wear|keep holding|hold on to|hang on to|keep hold of|be holding|have|keep hold on) {b}",
        "hold {b} in your hand",
        "(carry|take|bring) {b} (around|about) (|with you)",
        "hold (onto|on to|tight to|fast) {b}",
        "(be|stay|keep) in possession of {b}",
    ),
    "swap": (
        "(swap|exchange|trade|switch) {a} (for|with) {b}",
        "(swap|exchange|trade|replace|change) {a} (for|with|by) {b}",
    ),
    "drop": (
        *("(drop|put down|let go of|set down|release|lay down|stop holding) {b}",),
        *(
            "(put|set|lay) {b} (|back) down (|again|somewhere|anywhere|there|here|on the floor|on the ground|gently)",
            "put {b} back down",
            "let {b} go",
            "(drop|put down|set down|release) {b} there",
        ),
        "(let {b} fall|let {b} drop|ditch {b}|leave go of {b}|set {b} aside|put {b} aside)",
        "(put|set|leave|drop) {b} (|down) (where you are|where you stand|on the spot|right here|right there)",
    ),
    "leave-there": ("leave {b} there",),
    "drop-all": (
        "(drop|put down|let go of|release) (whatever|what|everything|anything|all that) you (are|) (holding|carrying)",
        "(drop|put down|let go of|release) (whatever|what|everything|anything|all that) you (have|hold|carry)",
        "(drop|release) everything",
        "empty your (hand|hands)",
    ),
    "eat": (
        f"{{b}} {_MODAL} be eat",
        "(scoff|wolf down|nibble|munch on|nibble on|tuck into|polish off|chomp|eat yourself) {b}",
        "(eat|eat up|consume|devour|swallow|munch|gobble|gobble up|taste|chew|feed on|snack on|have|finish off) {b}",
    ),
    "hide": (
        "hide (|yourself)",
        "hide (|yourself) (somewhere|away|well|out of sight|somewhere safe|quickly)",
        "hide (|yourself) from {b}",
        "(get|go|move|slip) out of (sight|view)",
        "(get|go|move|slip) out of (sight|view) of {b}",
    ),
    "hide-at": ("hide (|yourself|right|just|away|over) {p} {b}", "(get|go|run|slip|duck|crouch) out of sight {p} {b}"),
    "hidden": (
        "(stay|keep|remain|be) (hidden|out of sight|out of view|unseen|concealed)",
        "(stay|keep|remain|be) (hidden|unseen|concealed) from {b}",
        "(stay|keep|remain|be) out of (sight|view) of {b}",
        "(stay|keep|remain|wait|be|stand) (|somewhere) where {b} can (|not|never) see you",
        "do not (be|get) (seen|spotted|noticed|found|discovered)",
        "out of (sight|view)",
        "do not (be|get) (seen|spotted) by {b}",
        "do not let {b} (see|spot) you",
    ),
    "uncaught": (
        "do not (be|get) (caught|tagged|touched|hit)",
        "do not (be|get) (caught|tagged|touched|hit) by {b}",
        "do not let yourself be (caught|tagged|touched)",
        "(escape|escape from|evade|flee from) {b}",
        "(stay|remain) (uncaught|untouched|untagged)",
    ),
    "floor": (
        "(place|set|put|leave|lay|drop|bring|move|get) {a} (|back|down|back down) (on|onto|on to|to) "
        "the (floor|ground)",
    ),
    "short-of": ("(stop|halt|wait|stand|pull up|stay) (|just|right|shortly) (before|short of) {b}",),
    "leave-it": ("leave {a} (|lying|standing) {p} {b}",),
    "use": ("(use|use up) {b}", "(use|try) {b} on (anything|something)"),
    "open": (
        "(open|unlock|open up|crack open|unbolt|unlatch) {a}",
        "(get|force|throw|fling|swing|pull|push|slide|have) {a} (open|opened|unlocked|unbolted)",
        "(open|unlock) {a} (up|wide|wide open) ",
        "(open|unlock|hold) {a} (|open) for (your partner|the other player|your friend|him|her|them)",
        "(open|unlock|open up) {a} (with|using) {b}",
        "use {b} (to open|on|to unlock|for) {a}",
    ),
    "close": (
        "(pull|push|swing|slam|get|have) {a} (shut|closed|to)",
        "(slam|lock|bolt|push to|pull to) {a}",
        "(close|shut) {a}",
        "(close|shut) {a} (again|behind you|up|behind me)",
    ),
    "lift": (
        "(lift|lift up|raise|hoist) {a} (|right|clean|well|all the way|up) off the (floor|ground)",
        "(lift|raise|hold) {a} (|right) up (|high|in the air|above the floor|above your head)",
        "(lift|lift up|raise|hoist|heave) {a}",
        "(hoist|heave) {a} (|right|high|straight) up (|in the air|into the air)",
        "(lift|raise|hold) {a} (up|up in the air|off the floor|in the air|into the air)",
        "(lift|lift up|raise|hold|hoist) {a} (|up|right up) (above|over) your head",
        "(lift|raise|hold) {a} (aloft|high|up high|as high as you can)",
    ),
    "face": (
        "(look at|face|watch|turn to|turn toward|look toward|stare at|gaze at|show me|see|spot|view) {b}",
        "(take a look at|have a look at|keep looking at|turn to face|point at|turn around to|look over at) {b}",
        "(take|have) (a quick|a good|a close|another) look at {b}",
        "(catch sight of|lay eyes on|look straight at|look directly at|observe|inspect|examine|go look at) {b}",
        "(turn|turn yourself|position yourself) so that you (face|look at|are facing|see) {b}",
        "(have|get|keep) {b} in (view|sight)",
        "look {b} in the (eye|eyes|face)",
        "(bring|get) {b} into (view|sight)",
        "keep (an eye|your eyes) on {b}",
        f"{{b}} {_MODAL} be (look at|face|watch|in view|in sight)",
        "(stand|stay|be|wait|end up|keep|remain) (facing|looking at) {b}",
        "(turn|look|face) (to|toward) {b}",
        "give {b} a (|good|quick|long|hard|close) (look|stare|glance|once over)",
        "(glance|peek|peep|peer|stare|gaze|squint|point|gawp|aim) (|over|up|down) (at|toward) {b}",
        "(have|take|get|go and have|go have|go take) a (|quick|good|proper|closer|little) "
        "(look|peek|gander|glance|squint|peep) at {b}",
        "(eye|eyeball|admire|study|regard|keep watching|keep facing|set eyes on|look round at|look up at) {b}",
        "(turn|turn round|turn around|spin round|swing round) (and|to) (face|look at|see) {b}",
        "(turn|turn round|turn around|spin round|swing round) (to|toward) {b}",
        "(have|keep|get|put) {b} (|right|straight) in front of you",
        "point (yourself|your nose|your eyes|your face|your head) at {b}",
        "(turn|move|look|stand|go) so (|that) {b} (is|are) (|right) in front of you",
    ),
    "face-not": (
        "(turn|stand with|have|keep) your back (to|toward|on) {b}",
        "(look away from|turn away from|stop looking at|face away from|turn your back on|stop facing|"
        "stop watching) {b}",
        "(turn|look|move|face|stand) (|around|away|round|somewhere) so (|that) there (is|are) no {b} "
        "(|right) (in front of you|in view|in sight|to be seen)",
        "(turn|look|move|stand) (|around|away|round|somewhere) so (|that) you (do not|can not|no longer) "
        "(see|face|look at) {b}",
        "(turn|look|get|have) {b} out of (view|sight)",
        "(do not|stop) (have|having) {b} in front of you",
        "(look|turn|face) (anywhere|somewhere) (but|other than) (at|to|toward) {b}",
    ),
    "avoid": (
        f"{{b}} {_FORBID} be touch",
        "(avoid|steer clear of|dodge|ignore|shun) {b}",
        "(stay|keep|remain|stay well|keep well) (off|off of|out of) {b}",
        "leave {b} (alone|be|in peace|to me|to us)",
        "(watch out for|beware of|mind|give a miss|pass up|shy away from|stay out of the way of) {b}",
        "give {b} a miss",
        "{b} (is|are) (off limits|taboo|forbidden|not allowed|out of bounds|to be avoided)",
    ),
    "keep-clear": (
        "(stay|keep|remain|stay well|keep well) (|well|right|far) (away from|clear of|far from) {b}",
        "(keep|maintain|stay at) (your|a|a safe|a good) distance (from|to) {b}",
        "(give) {b} a wide berth",
        "(stay|keep|remain|stand) (|well|right|far) back from {b}",
        "(stay|keep|remain) (|well|right) out of (reach|the way) of {b}",
        "(stay|keep|get|remain|be) (|well|right) out of {b} is (way|reach|path)",
        "do not (stand in|be in|get in|block) {b} is (way|path)",
        "do not (stand in|be in|get in|block) the way of {b}",
    ),
    "hands-off": (
        f"{{b}} {_FORBID} be (take|pick up|collect|grab|eat|open|unlock)",
        "keep your (hands|fingers|paws|mitts) off {b}",
        "(hands|paws|mitts) off {b}",
        "leave {b} (untouched|where it is|where they are|as it is|as they are|where it was|where they were)",
        "(keep|let) {b} (where it is|where they are|be where it is)",
        "have nothing to do with {b}",
    ),
    "keep-shut": ("(leave|keep) {a} (shut|closed|locked|unopened)",),
    "spare": ("(leave|spare|skip|leave out) {b}", "leave {b} out"),
    "wield": ("(touch|hit|tap|poke|strike|knock|bash|bump|bang|whack) {a} with {b}",),
    "shove": ("(push|nudge|shove) {a} with {b}",),
    "put-touch": (
        f"{_PUT} {{a}} (|so it is|so that it is|so they are|so that they are) (touching|in contact with) {{b}}",
        "(push|move|shove|slide) {a} until (it|they) (touches|touch|reaches|reach|hits|hit) {b}",
    ),
    "keep-away": ("(keep|hold|leave) {a} (away from|clear of) {b}", f"{{a}} {_FORBID} touch {{b}}"),
    "keep-off": ("(keep|hold|leave) {a} off {b}",),
    "keep-out": ("(keep|hold|leave) {a} out of {b}",),
    "vanish": ("make {a} (disappear|vanish|go away)", "(remove|get rid of) {a}"),
    "follow": (
        "(stick|stay|keep|remain) (close|near|right by|glued|right next) (|to|by) {b}",
        "(stick with|stick to|shadow|tail|escort|accompany|trail|tag along with|stay right behind) {b}",
        "(follow|walk|run) (along|after|behind) {b}",
        "follow {b} (|around|about|everywhere)",
        "(come|go) along with {b}",
        "come with {b}",
        "(walk|go|run|stay) (after|with) {b}",
        "keep up with {b}",
        "(guard|stand guard over|keep watch over|keep close to|keep next to|hang around with|stick by) {b}",
    ),
    "meet-at": ("(meet|meet up with|wait for) {a} (at|by|next to|beside|on|in|near) {b}",),
    "meet": ("meet (|up|each other|your partner|your friend|one another) (at|by|next to|beside|on|in) {b}",),
    "put": (
        f"{{b}} {_MODAL} have {{a}} {{q}} it",
        f"{_PUT} {{a}} (|down|back|up|over|right|straight|through|across|along|round|around|out) {{p}} {{b}}",
        "(get|have|make) {a} stuck {p} {b}",
        "(sort|organise|organize) {a} (into|onto) {b}",
        f"{_PUT} {{a}} (so|so that|such that|until) (it|they|it all) (is|are|stands|stand|lies|lie|sits|sit|rests|"
        "ends up|end up|goes|comes|is standing|is lying|are lying) (|right|just|exactly|somewhere) {p} {b}",
        f"{_PUT} {{a}} (|back|away) {{p}} {{b}} where (it|they) (belongs|belong|goes|go)",
        "(stack|pile|put down|set down|pile up|balance|pick up and put|press) {a} {p} {b}",
        "(take|get) {a} (|down|back|up|over|right|straight) {m} {b}",
        "(take|get) {a} {m} {b} (|that) (it|they) (is|are|stands|lies|is standing|is lying|sits) (on|in)",
        "have {a} {p} {b}",
        "keep {a} {q} {b}",
        "(push|move|shove|slide|keep pushing) {a} until (it|they) (is|are|stands|lies|is standing|ends up) {p} {b}",
        "(tidy|tidy up|tidy away|stow|sort|clear) {a} (|away|up|back) {m} {b}",
        f"{_PUT} {{a}} (away|again) {{q}} {{b}}",
        "(pack|stow|tuck|arrange|install|park|rest|dump|load|stand|hang|put away|pack away|stow away) {a} {p} {b}",
        f"{_PUT} {{a}} {{p}} {{b}} (|that) (it|they) (is|are|stands|lies|is standing|is lying|sits) (on|in)",
    ),
    "rid": ("(free|clear|rid|strip|empty) {b} (of|from) {a}",),
    "put-on": ("(cover) {b} with {a}", "(load) {b} with {a}"),
    "put-in": ("(fill) {b} with {a}", f"{{b}} {_MODAL} (contain|hold) {{a}}"),
    "give": (
        "(give|hand|pass|hand over|give over) {a} (|on|over|across|back) to {b}",
        "(give|hand|pass) {b} {a}",
        "let {b} have {a}",
    ),
    "bring-you": ("(bring|get|fetch) {a} (to me|for me)", "(bring|get|fetch|give|hand|pass) me {a}"),
    "bring-here": ("(bring|get|fetch|carry|take) {a} (|back) (here|over here)", "bring {a} back"),
    "empty": (
        "(empty|clear|clear off|empty out|clean|clean off|clean up|tidy up) {b}",
        "(leave|have|let there be|there should be|there must be) nothing (|at all|lying|left) {q} {b}",
        "do not leave (anything|a thing|a single thing) (|lying) {q} {b}",
    ),
    "take-out": (
        "(take|get|remove|tip) (everything|whatever is|all that is|all|what is) {q} {b} out (|of it)",
        "(take|get|remove) (whatever|everything that|all that|anything that) is {q} {b} (off|out|away) (|of it|it)",
    ),
    "home": (
        "(push|get|bring|move|put|take|send|shove) {a} (home|where it belongs|where they belong|into place|in place)",
        f"(push|get|bring|move|put|take|send|shove) {{a}} {_OWN}",
        f"{{a}} (|should be|must be|has to be|have to be|are to be|is to be) (in place|{_OWN_PLACES})",
        "(do|solve|finish|deal with|take care of|see to|handle|sort|sort out|complete) {a}",
    ),
    "stack": (
        "(build|make|pile up|put up|form|create) (a tower|a stack|a pile) (of|out of|from|with) {a}",
        "(stack|stack up|pile up|pile) {a} (|up|together|on top of each other|on top of one another|on each other)",
        "(put|place) {a} (on top of each other|on top of one another|on each other)",
        "(put|pile|gather|collect|stack|arrange|place|pile up) {a} (in|into|on|as) (a|one) (pile|stack|tower|heap)",
    ),
    "line": (
        "(build|make|lay|form|create) (a row|a line) (of|out of|from|with) {a}",
        "(line up|line) {a} (|up)",
        "(put|arrange|place|set|lay) {a} (in a row|in a line)",
        "(line|set) {a} up (in a row|in a line)",
    ),
    "say": ("(say|shout|answer) {w}", "(say|shout) {w} to {b}", "tell {b} {w}"),
    "win": (
        "(win|solve|finish|complete|beat|clear) (the|this) (game|level|puzzle|world|episode|map|task)",
        "(win|solve|finish|complete|beat) (the|this) room",
        "(win|finish) (the|this) (match|round|race)",
        "(win|finish|solve it|win it|complete it)",
        "(win|solve|beat|finish) (this|this one|this time|the thing|it all)",
        "do what (the game|the world|this world) (wants|rewards)",
    ),
}
"""Patterns of orders to the player, by act. All patterns that fit are read; none is preferred."""
STATED: tuple[str, ...] = (
    f"{{a}} {_MODAL} (all|both) be {{p}} {{b}}",
    "{a} (goes|go) (back|right|straight) {p} {b}",
    "{a} (|should|must|has to|have to|needs to|need to|ought to|is to|are to|shall|will) "
    "(be|is|are|stand|sit|lie|end up|go|goes|come|comes|belong|belongs|ends up|stay|land|get) "
    "(|lying|standing|sitting) {p} {b}",
    "{a} (wants|want|deserves|lives|live) (|to be|to go) {p} {b}",
    "{a} {p} {b}",
    "there (is|are|should be|must be|has to be|have to be|needs to be|will be) {a} (|lying|standing|sitting) {p} {b}",
)
"""Statements about a place; "not" may come after the verb."""
STATED_NOT: tuple[str, ...] = (
    "{a} (is|are|should|must|has|have|need|needs) not (|to) (|be|lie|stand|sit|go|end up|stay|get) {p} {b}",
    "{a} (do|does) not (belong|go|need to be|have to be) {p} {b}",
    "there (must|should|may|can) not be {a} {p} {b}",
)
STATED_NEVER: tuple[str, ...] = (
    "{a} (is|are|should|must|may|shall|can) never (|to) (|be|lie|stand|sit|go|end up|stay|get) {p} {b}",
    "{a} (may|can|shall) not (|ever) (be|lie|stand|sit|go|end up|stay|get) {p} {b}",
)
STATES: dict[str, tuple[str, ...]] = {
    "open": (
        "{a} (is|are|should be|must be|has to be|have to be|needs to be|need to be) (|left) (open|opened|unlocked)",
        "{a} (to be|be|should stand|stands|gets|get|swings) (open|opened|unlocked)",
        "{a} (opens|unlocks) (|up)",
        "(leave|have|get|hold|keep|prop) {a} (open|opened|unlocked)",
        "(leave|hold|keep) {a} open for (your partner|the other player|your friend|him|her|them|each other)",
        "{a} (open|opened|unlocked)",
    ),
    "close": ("{a} (is|are|should be|must be|has to be|have to be|needs to be|be) (closed|shut|locked)",),
    "vanish-all": ("{a} (is|are) (|all) (gone|eaten|eaten up|finished|used up|consumed|taken|collected)",),
    "there": (
        "{a} (is|are|should be|must be|has to be|have to be) (|still) (there|present|left)",
        "{a} still (|lying|standing|being) there",
        "there (is|are) {a} left",
    ),
    "empty": (
        "{b} (is|are|should be|must be|has to be|needs to be|be) (empty|clear|cleared|emptied|cleared off|bare|free)",
        "(leave|keep) {b} (empty|clear|bare|free)",
    ),
    "face": ("you (are|should be|must be) (facing|looking at) {b}", "you (can|) see {b}"),
    "touch": ("you (are|should be|must be) touching {b}",),
    "states-touch": (
        "{a} (should|must|has to|have to|needs to|) (touch|be touching|is touching|are touching|touches) {b}",
    ),
    "hold": ("you (are|should be|must be) (holding|carrying) {b}", "you have {b} in your (hand|hands)"),
}


MENTIONED: tuple[str, ...] = (
    "there (is|are) {a} (|lying|standing|sitting) {p} {b}",
    "there (is|are) {a} (|somewhere|here|in here|around here|over there|in this room|in the room|around)",
    "(do|can) you see {a} (|over there|there|here)",
    "where (is|are) {a} (|now|then|hiding)",
    "{a} (is|are|looks|look|seems|seem|was|were) (|so|too|very|a bit|a little|all|really|rather|quite) {x}",
    "{a} (is|are) (a trap|traps|dangerous|poisonous|fragile|precious|over there|somewhere|somewhere here|heavy)",
    "i (can not|could not|do not) (|seem to) (find|see|spot|reach|get to|get at|get) {a} (|anywhere|myself)",
    "i (keep|always) (tripping over|bumping into|stepping on|losing|forgetting) {a}",
    "i (love|hate|like|do not like|do not need|do not want) {a} (|so much|most|a lot)",
    "i (lost|have lost|am looking for|miss|am missing|dropped|have dropped|forgot|see|can see|spotted|left) {a}",
)
"""Remarks, after which "it" is the thing that they name; no goal by themselves."""

CONDITIONS: tuple[str, ...] = (
    "if there (is|are) {a} (|here|around|somewhere|in the room) (|then)",
    "if you (see|find|can see|can find) {a} (|then)",
    "(is|are) there {a} (|here|anywhere|around) . if (so|there is|yes|there are)",
    "(is|are) there {a} (|here|anywhere|around) . then",
)
"""Conditions that there is a thing: "it" is that thing, and where there is none the goal cannot be reached."""
