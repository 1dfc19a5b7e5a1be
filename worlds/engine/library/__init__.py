"""Functions for the rules and levels of worlds: random numbers, splits, grids, breadth-first search, level files."""
