"""Makes the levels of Sokoban that come with Rumpus: `python -m rumpus.assets.make_levels` writes assets/levels/*.npz
anew, one file for each size of room of the suite, with the array of a split under its name (see sokoban/bank.py)."""

from __future__ import annotations

import io

import numpy as np

from ..interface.files import write_atomically
from ..worlds.sokoban import WORLDS
from ..worlds.sokoban.bank import ASSETS, DIGITS, bank, packed


def main() -> None:
    """See the module's docstring."""
    for knobs in {tuple(world.knob_values({}).items()): world.knob_values({}) for world in WORLDS}.values():
        file, arrays = io.BytesIO(), {split: packed(bank(split, knobs, anew=True)) for split in DIGITS}
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        path = ASSETS / f"sokoban-{knobs['height']}x{knobs['width']}-{knobs['boxes']}.npz"
        write_atomically(path, file.getvalue())
        print(path)


if __name__ == "__main__":
    main()
