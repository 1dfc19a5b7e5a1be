"""Experience: the lanes of a run, how it is collected, and where it is kept (rollouts and replay buffers)."""
