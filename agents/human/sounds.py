"""The sounds of play, made by numbers: short tones that fade. A painter plays those whose names a desk gives."""

from __future__ import annotations

from functools import cache

import numpy as np

RATE = 22050
"""Samples a second."""
LOUD = 0.25
"""The loudest sample, of 1."""
FADE = 5.0
"""Times by which a tone becomes e times quieter while it lasts."""
NOTES: dict[str, tuple[tuple[float, float], ...]] = {
    "reward": ((880.0, 0.07), (1174.7, 0.14)),
    "loss": ((311.1, 0.12), (233.1, 0.16)),
    "success": ((523.3, 0.1), (659.3, 0.1), (784.0, 0.1), (1046.5, 0.3)),
    "failed": ((392.0, 0.14), (311.1, 0.14), (261.6, 0.3)),
    "time up": ((440.0, 0.12), (440.0, 0.25)),
    "count": ((587.3, 0.1),),
    "start": ((880.0, 0.25),),
}
"""Frequency in Hz and length in seconds of the tones of each sound: intervals of a major scale upwards for what is
good, downwards for what is not; chosen by ear, no source."""


@cache
def samples(name: str) -> np.ndarray:
    """A sound: int16 (samples,), at RATE. Raises KeyError for a name that is not in NOTES."""
    parts = []
    for hertz, seconds in NOTES[name]:
        time = np.arange(round(RATE * seconds)) / RATE
        tone = np.sin(2 * np.pi * hertz * time) + 0.3 * np.sin(4 * np.pi * hertz * time)
        rise = np.minimum(time / 0.004, 1.0)  # without which it clicks
        parts.append(tone / 1.3 * rise * np.exp(-FADE * time / seconds))
    return (np.concatenate(parts) * LOUD * 32767).astype(np.int16)
