"""Stored episodes made of Minari datasets and of replay files; every one is replayed before it is stored.

| file | content |
|---|---|
| minari.py | datasets of Minari: those that Rumpus exported, and those collected from its environments |
| replays.py | replay files of worlds.engine.run.replay |
| run.py | bring_in: from a path to a store |
"""
