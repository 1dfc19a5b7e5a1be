"""Running statistics of arrays too large to be held: extremes, mean, standard deviation and quantiles, as LeRobot's
stats.json has them."""

from __future__ import annotations

from typing import Any

import numpy as np

QUANTILES = (0.01, 0.10, 0.50, 0.90, 0.99)
"""Those that LeRobot's quantile normalisation looks for, as q01 to q99."""


class Statistics:
    """Of rows of `width` numbers. bounds: (low, high, bins), a histogram between these values, from which quantiles are
    read, exact to the width of a bin; None for no quantiles."""

    def __init__(self, width: int = 1, bounds: tuple[float, float, int] | None = None):
        self.count = 0
        self._low, self._high = np.full(width, np.inf), np.full(width, -np.inf)
        self._sum, self._squares = np.zeros(width), np.zeros(width)
        self._bounds = bounds
        self._bins = None if bounds is None else np.zeros((width, bounds[2]), np.int64)

    def add(self, rows: np.ndarray) -> None:
        """Add rows, (n, width) of any numbers, n at least 1."""
        values = rows.astype(np.float64).reshape(len(rows), -1)
        self.count += len(values)
        self._low, self._high = np.minimum(self._low, values.min(0)), np.maximum(self._high, values.max(0))
        self._sum += values.sum(0)
        self._squares += (values**2).sum(0)
        if self._bounds is not None and self._bins is not None:
            low, high, bins = self._bounds
            place = np.rint((values - low) / (high - low) * (bins - 1)).astype(np.int64).clip(0, bins - 1)
            place += np.arange(values.shape[1]) * bins
            self._bins += np.bincount(place.ravel(), minlength=self._bins.size).reshape(self._bins.shape)

    def merge(self, other: Statistics) -> None:
        """Add all that another one of the same kind has counted."""
        self.count += other.count
        self._low, self._high = np.minimum(self._low, other._low), np.maximum(self._high, other._high)
        self._sum += other._sum
        self._squares += other._squares
        if self._bins is not None and other._bins is not None:
            self._bins += other._bins

    def found(self) -> dict[str, Any]:
        """min, max, mean, std and the quantiles as lists of `width` numbers, and count, that of the rows."""
        mean = self._sum / self.count
        deviation = np.sqrt(np.maximum(self._squares / self.count - mean**2, 0))
        values = {"min": self._low, "max": self._high, "mean": mean, "std": deviation}
        if self._bounds is not None and self._bins is not None:
            low, high, bins = self._bounds
            below = self._bins.cumsum(1)
            for share in QUANTILES:
                place = (below < share * self.count).sum(1)
                values[f"q{round(share * 100):02d}"] = low + place * (high - low) / (bins - 1)
        return {name: value.tolist() for name, value in values.items()} | {"count": [self.count]}


class ImageStatistics:
    """Of the colours of pictures, between 0 and 1, from counts of their 256 values: exact, and quick."""

    def __init__(self) -> None:
        self.pictures = 0
        self._counts = np.zeros((3, 256), np.int64)

    def add(self, picture: np.ndarray) -> None:
        """Add a picture, uint8 (height, width, 3)."""
        self.pictures += 1
        for channel in range(3):
            self._counts[channel] += np.bincount(picture[..., channel].ravel(), minlength=256)

    def merge(self, other: ImageStatistics) -> None:
        """Add all that another one has counted."""
        self.pictures += other.pictures
        self._counts += other._counts

    def found(self) -> dict[str, Any]:
        """As Statistics.found, of shape (3, 1, 1), with the number of pictures as the count."""
        values = np.arange(256) / 255
        total = self._counts.sum(1)
        mean = self._counts @ values / total
        there = [np.flatnonzero(counts) for counts in self._counts]
        below = self._counts.cumsum(1)
        found = {
            "min": np.array([values[each[0]] for each in there]),
            "max": np.array([values[each[-1]] for each in there]),
            "mean": mean,
            "std": np.sqrt(np.maximum(self._counts @ values**2 / total - mean**2, 0)),
        }
        for share in QUANTILES:
            found[f"q{round(share * 100):02d}"] = values[(below < share * total[:, None]).sum(1)]
        return {name: value.reshape(3, 1, 1).tolist() for name, value in found.items()} | {"count": [self.pictures]}
