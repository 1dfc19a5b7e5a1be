"""PufferLib: its emulation of Gymnasium and PettingZoo environments, and its vectorization.

Install: pip install --no-deps pufferlib-core psutil rich-argparse. Run: python examples/pufferlib_env.py
"""

import sys

import numpy as np

from rumpus import worlds
from rumpus.interface import wrappers
from rumpus.interface.wrappers import parallel


def one(buf=None, seed=0):
    """One player: pictures with counts of words, flattened to bytes; keys and mouse as MultiDiscrete."""
    from pufferlib.emulation import GymnasiumPufferEnv

    env = wrappers.BagOfWords(wrappers.Devices(worlds.single("box-world-small", size=42)))
    return GymnasiumPufferEnv(env, buf=buf, seed=seed)


def several(buf=None, seed=0):
    """Four players with Discrete actions and pictures, each an agent of PufferLib's."""
    from pufferlib.emulation import PettingZooPufferEnv

    return PettingZooPufferEnv(
        parallel.Pixels(parallel.Moves(worlds.parallel("tag-four", size=42))), buf=buf, seed=seed
    )


def main(steps=32):
    """Play random actions in two environments of each kind; returns the shapes of what is seen."""
    import pufferlib.vector

    shapes = []
    for make in (one, several):
        envs = pufferlib.vector.make(make, num_envs=2, backend=pufferlib.vector.Serial)
        seen, _ = envs.reset(seed=0)
        rng = np.random.default_rng(0)
        for _ in range(steps):
            space = envs.single_action_space
            nvec = getattr(space, "nvec", None)
            size = (envs.num_agents,) if nvec is None else (envs.num_agents, len(nvec))
            seen, *_ = envs.step(rng.integers(space.n if nvec is None else nvec, size=size).astype(np.int32))
        shapes.append(seen.shape)
        envs.close()
    return tuple(shapes)


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])))
