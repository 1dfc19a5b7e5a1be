"""The memory of a network: what remains of a sequence of features. A new core is one file, and one line in CORES.

    lstm   a long short-term memory
    gru    a gated recurrent unit
    drc    a deep repeated ConvLSTM over the map, for puzzles that want planning
    rmc    a relational memory core, whose slots attend to one another
    gtrxl  a gated transformer over the last steps

A network without a memory has no core (`core = "none"`).
"""

from __future__ import annotations

from typing import Any

from .drc import DRC
from .gru import GRU
from .gtrxl import GTrXL
from .lstm import LSTM
from .rmc import RMC

CORES: dict[str, Any] = {"lstm": LSTM, "gru": GRU, "drc": DRC, "rmc": RMC, "gtrxl": GTrXL}
