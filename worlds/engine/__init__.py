"""The batched engine: what a world is made of, how n copies of it step, and how they are drawn."""
