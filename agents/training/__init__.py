"""Runs: settings, the training loop, checkpoints, logs and curricula. Nothing here knows an algorithm by name."""
