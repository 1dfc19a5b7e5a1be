"""The kernels of a family of worlds: its tick, and the source text that is compiled."""
