"""Measurements of players: evaluation, the benchmark, reports, and recordings."""
