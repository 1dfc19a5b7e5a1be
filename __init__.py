"""Rumpus: 2D and 3D worlds that people and agents enter through one door.

Pixels and a written instruction come out, keyboard and mouse go in. `import rumpus.worlds` registers every world with
Gymnasium; `rumpus --help` is the command line.
"""

__version__ = "0.1.0"
