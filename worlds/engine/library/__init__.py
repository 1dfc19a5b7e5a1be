"""Functions for the rules of worlds: random numbers, moves on a grid, text files."""
