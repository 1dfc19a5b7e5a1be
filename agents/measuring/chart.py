"""Charts of the pages about runs, as SVG that is the same to the byte for the same numbers."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any


def chart(draw: Callable[[Any], None], height: float) -> str:
    """The text of an SVG picture, 7.5 inches wide and `height` inches high. draw: called with Matplotlib's axes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    style: Any = {"svg.hashsalt": "rumpus", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
    with plt.rc_context(style):
        figure, axes = plt.subplots(figsize=(7.5, height))
        draw(axes)
        figure.tight_layout()
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
        plt.close(figure)
    text = buffer.getvalue()
    return text[text.index("<svg") :]
