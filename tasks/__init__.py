"""Rumpus's tasks floor: what to do in a world. Generators, splits, curricula and judges live here."""
