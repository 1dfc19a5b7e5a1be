"""TorchRL: Gymnasium's face by GymWrapper, and the engine itself as an EnvBase whose tensors are its own memory.

Run: python examples/torchrl_env.py
"""

import sys

from rumpus import worlds
from rumpus.interface.wrappers.vector import Moves, Pixels


def wrapped(steps=16):
    """A rollout of the vector environment: a TensorDict of (4, steps)."""
    from torchrl.envs import GymWrapper

    envs = Pixels(Moves(worlds.vector("box-world-small", 4, size=42, autoreset_mode="Disabled")))
    return GymWrapper(envs, device="cpu").rollout(steps, break_when_any_done=False)


def engine(n=64, device="cpu"):
    """A batch of n rows as a TorchRL environment: pictures and rewards are read where the engine writes them, on the
    CPU and on CUDA, without a copy."""
    import torch
    from tensordict import TensorDict
    from torchrl.data import Binary, Categorical, Composite, Unbounded
    from torchrl.envs import EnvBase

    batch = worlds.batch("box-world-small", n, size=42, device=device)
    batch.reset()
    shared = batch.tensors()

    class Engine(EnvBase):
        """Moves by their numbers; a row that has ended begins anew when TorchRL asks for it."""

        def __init__(self):
            super().__init__(device=device, batch_size=(n,))
            pixels = Unbounded((n, *shared["pixels"].shape[2:]), dtype=torch.uint8, device=device)
            self.observation_spec = Composite(pixels=pixels, shape=(n,))
            self.action_spec = Categorical(len(batch.world.controls.moves), (n,), dtype=torch.int64, device=device)
            self.reward_spec = Unbounded((n, 1), device=device)
            end = {name: Binary(1, (n, 1), dtype=torch.bool) for name in ("done", "terminated", "truncated")}
            self.done_spec = Composite(end, shape=(n,), device=device)

        def _reset(self, tensordict=None, **options):
            mask = None if tensordict is None else tensordict.get("_reset", None)
            rows = None if mask is None else mask.reshape(n)
            batch.reset(rows if rows is None or device == "cuda" else rows.numpy())
            batch.draw()
            no = torch.zeros(n, 1, dtype=torch.bool, device=device)
            return self._seen({"done": no, "terminated": no.clone(), "truncated": no.clone()})

        def _step(self, tensordict):
            moves = tensordict["action"]
            batch.act(moves if device == "cuda" else moves.numpy())
            batch.step()
            batch.draw()
            ends = {name: shared[name] != 0 for name in ("terminated", "truncated")}
            return self._seen({**ends, "done": ends["terminated"] | ends["truncated"], "reward": shared["reward"]})

        def _seen(self, values):
            return TensorDict({"pixels": shared["pixels"][:, 0], **values}, (n,), device=device)

        def _set_seed(self, seed):
            batch.reset(seed=seed)

    return Engine()


def main(steps=8):
    """Check the specs of both, and return the shapes of their rollouts."""
    from torchrl.envs.utils import check_env_specs

    env = engine()
    check_env_specs(env)
    return wrapped(steps)["observation"].shape, env.rollout(steps, break_when_any_done=False)["pixels"].shape


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])))
