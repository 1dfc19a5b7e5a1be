"""The memory of a network: what remains of a sequence of features. A new core is one file, and one line in CORES.

    lstm   a long short-term memory
    gru    a gated recurrent unit
    drc    a deep repeated ConvLSTM over the map, for puzzles that want planning

A network without a memory has no core (`core = "none"`).
"""

from __future__ import annotations

from typing import Any

from .drc import DRC
from .gru import GRU
from .lstm import LSTM

CORES: dict[str, Any] = {"lstm": LSTM, "gru": GRU, "drc": DRC}
