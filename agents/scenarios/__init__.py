"""Scenarios: an agent in some seats of a world for several players, beside others that it has not chosen.

records.py   Scenario and CoPlayer, and the files that they are read from
styles.py    co-players: a policy with the knobs of a CoPlayer
cast.py      Cast: who has which seat of which row, as one policy
"""

from .cast import Cast, Company
from .records import FILE, GROUPS, CoPlayer, Scenario, find, read

__all__ = ["FILE", "GROUPS", "Cast", "CoPlayer", "Company", "Scenario", "find", "read"]
