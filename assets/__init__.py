"""Sprites, vocabulary and other files that worlds are drawn with, and the scripts that made them."""
