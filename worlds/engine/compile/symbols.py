"""Names of compiled functions that are unique beyond this process.

Numba puts two numbers into the name of a compiled function, one counting the functions and one the types that a process
has met. Kernels keep these names on disk. So two processes can write the same name for different code: `begin` for
Sokoban's state in one, for Box-World's in the other. A third process that loads both links every call to whichever came
first, and one world's function works on the other's record. Here the count of functions starts at a random number in
every process instead, so that no two processes give the same names.
"""

import itertools
import os

from numba.core.bytecode import FunctionIdentity

SCHEME = "functions are numbered from a random start"
"""The version of the naming scheme, which distinguishes kernels on disk from those named by another."""


def name_apart() -> None:
    """Number the functions that are compiled from now on from a random start."""
    FunctionIdentity._unique_ids = itertools.count(int.from_bytes(os.urandom(6), "big") << 16)


name_apart()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=name_apart)  # or two children of one parent would give the same names
