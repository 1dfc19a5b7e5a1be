"""Words of small talk around an order: "Right, new plan:", "think you can …", "… and call it a day".

A part, a beginning or an end of a sentence that has these words alone says nothing of what is to be done. None of them
names a thing, a number, a place, a negation or a condition.
"""

from __future__ import annotations

_WORDS = """
a an the this that these those it is are be am was will would could can may might must should shall has have had do
does did get got go goes going let us me i we you he she they my your our his her their myself yourself of to for with
as about from like so and but because since just really very quite pretty rather actually simply maybe perhaps please
kindly somehow today tonight tomorrow morning evening afternoon soon always right well ok okay alright yes yeah yep
sure fine hello hi hey hiya greetings howdy welcome bye thanks thank cheers ready steady set listen here now instant
guess suppose reckon think believe know hope wish bet want need love enjoy appreciate trust count mind care figure out
how way ways try trying tries attempt effort best better good great nice fun funny cool lovely super easy simple quick
quickly fast speedy hard tricky tough boring tired hungry thirsty bored busy cold late early rush hurry time times
bedtime tidy dinner lunch supper tea breakfast school work party day game games plan plans idea task tasks job jobs
mission quest challenge assignment exercise order orders trick tricks favour favor thing stuff bit big change accept
choose choosing manage able possible sense trouble robot bot buddy dude mate pal friend boy girl star hero champ
champion legend genius angel dear darling sweetie honey sport guys folks boss chief captain man bro team gang kiddo
helper help helpful kind clever smart brave careful happy glad grateful pleased delighted excited moon million heaps
loads lot luck goodbye flash laugh giggle moment relax done finished finish say said ask asking asked tell told show
see prove mess fuss questions counting watching watch deal piece cake peasy pie whenever whatever happens thinking
okie alrighty yup mhm mm oh ah aw ha haha hehe lol hmm feel feeling fancy too also even ever yet knows guessing point
wonder wondering curious mean meant
"""
SMALL_TALK: frozenset[str] = frozenset(_WORDS.split())
"""Words of small talk."""
ENDS_BEFORE: frozenset[str] = frozenset(
    ("to", "you", "and", "can", "could", "is", "should", "so", "but", "now", "just", "would", "we")
) | frozenset(("best", "great", "nice", "good", "lovely", "cool", "fantastic", "brilliant", "helpful"))
"""The last words of a beginning that has no mark behind it: "do me a favour and"."""
BEGINS_BEHIND: frozenset[str] = frozenset(
    (
        "for",
        "like",
        "as",
        "this",
        "now",
        "because",
        "since",
        "so",
        "and",
        "please",
        "thanks",
        "whenever",
        "when",
    )
)
"""The first words of an end that has no mark before it: "for a laugh"."""
SMALL_PHRASES: tuple[str, ...] = (
    "if (you|we|i) (can|could|would|will|like|want|please|wish|fancy|may|dare|must)",
    "if (you|we) (are|feel) (up for it|ready|able|free|bored|not busy|not too busy|so kind|in the mood)",
    "if (you|i|we) (have|have got|get|find) (a|the|some|one) (moment|minute|second|sec|time|chance)",
    "if (that|it|this) is (|not) (ok|okay|alright|fine|possible|easy|too much trouble|too hard|too much|a bother|hard) "
    "(|for you|with you|to ask)",
    "if (i|we) (may|might|can|could) ask (|you)",
    "(when|whenever|once) (you|i|we) (have|get|have got|find) (a|the|some|one) (moment|minute|second|sec|time|chance)",
    "(when|whenever) (you|we) (are|feel) (ready|able|free|up to it)",
    "before (anything else|you do anything else|dinner|lunch|bedtime|tea|supper|it is too late|it gets late|i forget|"
    "you do anything|we go|we leave|you go)",
    "(do not|never) (forget|worry|panic|be shy|be slow|be lazy|be long|mess about|mess around|dawdle|hang about|rush|"
    "let me down|let us down|mess it up|mess this up|screw it up|screw this up|muck about|muck it up|mind me)",
    "try not to (mess about|mess around|mess it up|dawdle|rush|worry|mess this up|screw it up)",
    "(no|without) (|any|much|more|further) (rush|hurry|pressure|worries|fuss|excuses|questions|dawdling|messing|ado|"
    "delay|"
    "hesitation|complaining|arguing|arguments|messing about|messing around|problem|questions asked|buts)",
    "not (hard|difficult|tricky|far|long|much|a problem|that hard|too hard|so hard|very hard|to worry|sure|rocket "
    "science)",
    "(nothing|not) (|too) (fancy|special|difficult|hard|complicated|tricky)",
    "(last|one last|the last|final|first|the first|next|the next) "
    "(thing|task|job|order|mission|request|up|step|thing to do|thing you do|thing i want)",
    "(the|a|one|this|any) (second|minute|moment) (now|please|)",
    "last time",
    "(hello|hi|hey|hiya) there",
    "over the moon",
    "(tidy up|clean up|bed) time",
    "(in|on) (a rush|a hurry|the mood|it|your way|your own time|the way out|my opinion|your marks|with it)",
    "should you (choose|wish|want|decide|care|dare)",
    "(be|being) (a|an) (good|great|little|nice|kind|absolute) (|little) [x]",
    "(make|do) (some|an|your|the) (effort|best|bit)",
    "another (go|round|try)",
    "as (quick|fast|quickly|soon|easy|simple) as (you can|you like|possible|a flash|lightning|pie|that|anything)",
    "or (what|something|whatever|not)",
    "where (it|they) (belongs|belong|goes|go)",
    "where (i|we) can (see|find|reach|get) (it|them)",
    "(and|then) (you are|we are|that is) (done|finished|all|it|through|all done)",
    "all (|that|what) (i|you|we|i am|we are) (|have|have got) (want|need|ask|asking|asking for|to do|got to do)",
    "all (good|set|yours|right|there is|ready)",
    "(at|in) (once|all|short|brief|any case)",
    "(call it a day|take a break|have a break|take a rest|have a rest|take your time|go on|you go)",
    "(let us see|let me see|let us think|let me think|let us try something|let us do this|let us go|see you|listen)",
    "(you can|you could|can you|could you|do you think you can|think you can|i know you can) do (it|that|this)",
    "(straight|right) (off|away|now)",
    "(any|is there any|what are the) (chance|chances|way) (of|that|)",
    "(change|changes) of (plan|plans)",
    "(new|next|final) (plan|task|job|mission|challenge|game|idea|trick|order)",
    "(|for|on to) (your|the|my|our) (new|next|final) (plan|task|job|mission|challenge|game|trick|order)",
    "what if",
    "(|do you|would you) mind if (i|we) (ask|asked)",
    "right this (second|minute|moment|instant)",
    "(here is|that is|this is) (what|why|how)",
    "(what|all) (you|i|we) (need|have|want|would like|should|must) (you|) (|to) do (|is)",
    "(you|i) know what",
    "(guess|know) (what|why)",
    "(quick|easy|simple|tricky|fun|hard) one",
    "(last|first) (thing|up|things first|of all)",
    "(believe|trust|faith) in (you|me|us)",
    "no wait",
    "out of the way",
    "in the way",
)
"""Phrases of small talk with words that alone could change what is to be done; [x] is any word."""
