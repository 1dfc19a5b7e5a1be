"""English words of three letters and more that differ from a word of this vocabulary as a slip of the keyboard does.

Derived from the word list of Debian's package wamerican, version 2020.12.07, by the rules of typos.py: every word of it
that is in no table here and would be corrected to one that is.
"""

from __future__ import annotations

_WORDS = """
afterwords aground alight alloyed anther applies aright assembly backslide ballsy bandana bandanas battles beards
bedside bedsides bellow beta betides bets biddies bloats bloc blocs blot boas boast boasts bonds boos booth bootless
boxers brooks brother budgies bulk burping bushiness busyness cantons carbons caries carrier carriers cartoon cartoons
cashes castes causes ceases cellos champs chess chid chose circlet circlets circumstanced citrous claps clearer
cleaved clones cloning closets cloying collie collude color colored commend compete congealed consents conses
constrict consumer contends contests contexts continua contract convents cornier coroner coupe courting covey crater
craters creamy cremate crepe cress crones crow crows cues curate curates curios currant curries currying cusp darning
deliverer deserved dickies diner dink discos discus diss donors dose dressed dresses dressier dripped dripping droop
drooped drooping dropper duchies elating emptier ensue entourage enure equably escapee ether excerpt exorcise explode
fallowed fallows fats favor feats fiend fiends filed finale finders finer finis finises finisher finishers fishers
flak flitting follower fried fruity gals garb gentile glazing graceful grander grater grates halving hammers hardest
hart harts health hearth hearths hearty heat heats hied hinder hinders hinging holing hooding hooping hording hose
hoses huddles hurdler hurdlers hurtles implode inert insect inset instal instals instill jest juts laddies lager lams
laps largess lats latter leafing leaking leasing leis lemony lien liens linens liner liners litter locution locutions
loner looming looping maker makers mange mantes markets massing matte mattes meres messing mete meter meters metes
missive misting misused misusing mono moor moos morons mussing neatest needled neighborhood neighboring nether noose
notching obliges opining organism organist oust paced paces pacing paddock paddocks pained painter painting palaces
palate palates pane panes panted pate payer payers pease pecking persona pickled pierce pierces piked pitting placers
planet planets platen platens pleaded pleated plied plushy pocking pointer positron prayers preach pres preset prevent
previous pricked pries printed printing prosper punting purpler puttying quantify rackets racking rally reacted
reaming reaping rearing regaining regally relaying remover rending renting replying reprieve requite requited requites
responsibly retaining retards retched retches retrain reuse rewords rickets rigs roached roaches rockers roes root
roots rubbery runnels runnier rusting sacked sallow sanding sands sapling scalper scammer scaring scuffed scuffle
scupper searing selves shallow sharped sheaves shingle shoot shuttling sifting sighs silting sing singe sings sins
sips sitars slacked sleeker slights slitting smarted smarting smiling snailing snaring sniffle snitches snorted
snuffed snuffle snuggle soaring soiling soled sortied sots spacey spatted spitted spitting spotter spouted spouts
squarer squarest squires staffed staging stairs staked staking staling stalked starching starlet starling starter
startled startling starved starving staving steep steeping stiffed stitches stocked stoke stoner stoners stoney stoop
storied stormed straighter stranding strands string stuffy suppler swatches swigs switcher tablet tablets tacks tale
tales tams tankful tarp tarps teen teensy tees thin thins thorough though thralled three threes thriller thrusting
tidiest ting tings tinnier tinniest tinny toady toddies toniest topmast torched torches torching tort tramps trans
treasurer treasurers treasuries treasury trial trilled tripling trough trussing trysting tubers tuned unblock
unblocked unblocking unblocks untaught varnish vesicle vesicles violent wader wafting wailing waiving waking waling
wanderer waned wasting weaning wearying weaving weer whipping whist whit whiten whiter whither whiz whooping wildest
witching wounder writing
are bar bat bed boa boo bot box boy can cap car con cub cue cup dis foo gal gem god goo guy has hat hue hug jet key
kid lad lam lap lat lay lie mat min moo mug nay one orb out pad pal pas pin pot rig roe rub sin sip sot sun tam tap
tea tee tel tin toy try tub wit pls
"""
REAL_WORDS: frozenset[str] = frozenset(_WORDS.split())
