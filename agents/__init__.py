"""Players: people, scripted experts, and networks that learn."""

import os

# How long a thread of torch spins before it sleeps while it waits for the others, where several work inside one
# operation: networks that are evaluated or compiled. (PPO shares out its minibatches instead: algorithms/descent.py.)
# Measured on two cores with networks that learned so, in steps a second, against the default: 6,000 and 6,700 when
# nothing else runs, 2,200 and 1,500 to 1,900 while another program keeps one core busy. It works if this is imported
# before torch.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
