"""Rendering: the kinds of views, tiles from above, the ray caster of grids, the renderer of MuJoCo models."""
