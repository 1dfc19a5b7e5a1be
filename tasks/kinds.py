"""The kinds of tasks, by how their players are bound together.

| kind | goals | who acts | reward | proof, the others standing still |
|---|---|---|---|---|
| alone | a goal | the player | own | the player reaches it |
| partners | the same for both | both | shared | the first reaches it |
| informed-blind | the same for both; only the first is told | the others | shared | the second reaches it |
| race | each its own, of the same form | both | own or opposed | each reaches its own |
| rivals | "this and not that" and "that and not this" | both | opposed | each reaches its own |
| lookout | the second's is that the first's never comes true | both | opposed | the first reaches it |

With three and more players, goals are the same for all, each of a race has its own, "this" of each rival is not "this"
of any other, and all but the first are lookouts. Players are called by their colours then, since "your partner" is
nobody in particular.

The first success ends a race and a rivalry. A task stores the solution of the first player, or for informed-blind of
the second.
"""

from typing import Literal, get_args

Kind = Literal["alone", "partners", "informed-blind", "race", "rivals", "lookout"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FOR_SEVERAL = KINDS[1:]
"""The kinds of tasks for two and more players."""
PAIRED = ("race", "rivals")
"""The kinds for which each start is played by every player in turn."""
LED_KINDS = ("partners", "informed-blind")
"""The kinds of tasks for two players that are made from families."""
