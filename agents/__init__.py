"""Players: people, scripted experts, and networks that learn."""

import os

# Threads of torch that wait for each other shall sleep, not spin: with another program on a core, spinning made an
# update ten times slower on two cores, and costs 5 % to 10 % less than sleeping when nothing else runs. Works before
# torch's import.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
