"""Python's garbage collector, which looks through all objects again and again while many are made that stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection(*, long_lived: bool = False) -> Iterator[None]:
    """Collect no garbage in this block, for work that makes many objects and keeps them. It may be nested.

    long_lived: almost all of the objects stay for long, so they are counted among the old ones at once; otherwise the
    collector looks through them all right behind the block.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            if long_lived and not gc.get_freeze_count():  # else somebody froze objects, which stay so
                gc.freeze()
                gc.unfreeze()  # into the oldest generation
            gc.enable()
