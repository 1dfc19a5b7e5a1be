"""Other libraries' PPO with a network of ours, on the same world, with the same batch sizes and numbers of epochs."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium
import numba
import numpy as np
import torch
from torch import nn

from ... import worlds
from ...interface import wrappers
from ...interface.wrappers import vector
from ..networks import Network
from ..observations import Observation, Tables
from ..training.trainer import Trainer, built

Step = Callable[[], Any]


class Missing(Exception):
    """A peer that cannot be measured: why, and what would help."""


class Seen(nn.Module):
    """A network of ours without memory, as a function of pixels alone, uint8 or float (batch, height, width, 3)."""

    def __init__(self, network: Network, tables: Tables):
        super().__init__()
        self.network, self._tables = network, tables

    def observation(self, pixels: torch.Tensor) -> Observation:
        """The observation of a single player from its pixels alone; every instruction is the first one."""
        instruction = torch.zeros(len(pixels), dtype=torch.int64, device=pixels.device)
        return Observation(pixels, instruction, None, None, None, None, self._tables)

    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        """The input of the heads, (batch, features)."""
        return self.network.features(self.observation(pixels), pixels.new_zeros(1, len(pixels)))

    def forward(self, pixels: torch.Tensor, state: Any = None) -> tuple[torch.Tensor, torch.Tensor]:
        """(logits (batch, moves), values (batch, 1)), as PufferLib calls a policy."""
        logits, values, _ = self.network(self.observation(pixels), None, pixels.new_zeros(1, len(pixels)))
        return logits, values.unsqueeze(1)

    forward_eval = forward


def _seen(trainer: Trainer, what: str) -> Seen:
    """A new network like the trainer's. Raises Missing for one that a peer's trainer cannot run."""
    world, spec = trainer.worlds[0], trainer.spec
    if world.players > 1 or spec.remembers or spec.head != "moves":
        raise Missing(f"{what} is measured in worlds of one player with named moves, and {world.name} is none of them")
    return Seen(built(trainer.spec, trainer.device), trainer.lanes[0].reader.tables)


def _world(trainer: Trainer) -> dict[str, Any]:
    """Options of the trainer's world."""
    world = trainer.worlds[0]
    return {"world": world, "size": trainer.spec.size, "repeat": trainer.config.run.ticks(world), "threads": 1}


class StableBaselines3:
    """As a user of it would: single Gymnasium environments, one after the other in a DummyVecEnv."""

    what = "Stable-Baselines3"

    @contextmanager
    def __call__(self, trainer: Trainer) -> Iterator[Step]:
        """Its step, of as many steps of the world as the trainer's."""
        try:
            from stable_baselines3 import PPO
            from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
            from stable_baselines3.common.vec_env import DummyVecEnv
        except ImportError:
            raise Missing("Stable-Baselines3 is missing: pip install stable-baselines3") from None
        seen, own, options = _seen(trainer, "Stable-Baselines3"), trainer.config.own, _world(trainer)

        class Features(BaseFeaturesExtractor):
            def __init__(self, space: gymnasium.Space):
                super().__init__(space, seen.network.head.layer.in_features)
                self.seen = seen

            def forward(self, pixels: torch.Tensor) -> torch.Tensor:
                return self.seen.features(pixels.permute(0, 2, 3, 1))  # it has moved the colours to the front

        def make() -> gymnasium.Env:
            return wrappers.Pixels(wrappers.Moves(worlds.single(**options)))

        envs = DummyVecEnv([make] * trainer.count)
        policy = {"features_extractor_class": Features, "net_arch": [], "normalize_images": False}
        steps = own.rollout * trainer.count
        model = PPO(
            "CnnPolicy", envs, own.learning_rate, n_steps=own.rollout, batch_size=steps // own.minibatches,
            n_epochs=own.epochs, gamma=own.gamma, gae_lambda=own.gae_lambda, clip_range=own.clip,
            ent_coef=own.entropy, vf_coef=own.value, max_grad_norm=own.grad_norm, policy_kwargs=policy, seed=0,
            device=str(trainer.device),
        )  # fmt: skip
        try:
            yield lambda: model.learn(steps, reset_num_timesteps=False)
        finally:
            envs.close()


class PufferLib:
    """Its trainer on our vector environment, as an environment of its own kind."""

    what = "PufferLib"
    NEEDED = (
        "PufferLib is missing: pip install --no-deps pufferlib-core psutil rich-argparse pyro-ppl pyro-api opt_einsum"
    )

    @contextmanager
    def __call__(self, trainer: Trainer) -> Iterator[Step]:
        """Its step, of as many steps of the world as the trainer's."""
        pufferl = _pufferl()
        seen, own, options = _seen(trainer, "PufferLib").to(trainer.device), trainer.config.own, _world(trainer)
        batch = own.rollout * trainer.count
        config = {
            "torch_deterministic": True, "seed": 0, "batch_size": batch, "bptt_horizon": own.rollout,
            "device": str(trainer.device), "cpu_offload": False, "use_rnn": False, "compile": False,
            "minibatch_size": batch // own.minibatches, "max_minibatch_size": batch, "update_epochs": own.epochs,
            "optimizer": "adam", "learning_rate": own.learning_rate, "adam_beta1": 0.9, "adam_beta2": 0.999,
            "adam_eps": 1e-5, "total_timesteps": 10**9, "precision": "float32", "prio_alpha": 0.0, "prio_beta0": 1.0,
            "clip_coef": own.clip, "vf_clip_coef": own.clip, "vf_coef": own.value, "ent_coef": own.entropy,
            "gamma": own.gamma, "gae_lambda": own.gae_lambda, "vtrace_rho_clip": 1.0, "vtrace_c_clip": 1.0,
            "max_grad_norm": own.grad_norm, "anneal_lr": True, "checkpoint_interval": 10**9, "env": "rumpus",
            "data_dir": "",
        }  # fmt: skip

        class Quiet(pufferl.PuffeRL):  # type: ignore[name-defined]
            def print_dashboard(self, *given: Any, **named: Any) -> None:
                pass

        envs = vector.Pixels(
            vector.Moves(
                worlds.vector(
                    num_envs=trainer.count, autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP, **options
                )
            )
        )
        model = Quiet(config, _puffer_env(envs), seen)

        def step() -> None:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "In CPU autocast")  # float32 is what is asked for
                model.evaluate()
                model.train()

        try:
            yield step
        finally:
            model.utilization.stop()
            envs.close()


def _pufferl() -> Any:
    """Its module, with an advantage function in place of one that was built for another torch."""
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        with warnings.catch_warnings():
            from pufferlib import pufferl
    except ImportError as error:
        raise Missing(f"{PufferLib.NEEDED} ({error})") from None
    finally:
        signal.signal(signal.SIGINT, interrupt)  # it ends the process
    if not getattr(pufferl, "_C_AVAILABLE", True):
        pufferl.compute_puff_advantage = _advantage
    return pufferl


def _advantage(values, rewards, terminals, ratio, advantages, gamma, lam, rho_clip, c_clip):
    given = [each.detach().cpu().numpy() for each in (values, rewards, terminals, ratio, advantages)]
    arguments: list[Any] = [*given, gamma, lam, rho_clip, c_clip]
    _traced(*arguments)
    return torch.from_numpy(given[-1]).to(advantages.device)


@numba.njit(cache=False)
def _traced(values, rewards, ended, ratio, advantages, gamma, lam, rho_clip, c_clip):
    """Advantages of segments (segments, steps) whose rewards and ends are those of the step before, in place."""
    for row in range(values.shape[0]):
        running = 0.0
        for step in range(values.shape[1] - 2, -1, -1):
            goes_on = gamma * (1 - ended[row, step + 1])
            error = min(ratio[row, step], rho_clip) * (
                rewards[row, step + 1] + goes_on * values[row, step + 1] - values[row, step]
            )
            running = error + goes_on * lam * min(ratio[row, step], c_clip) * running
            advantages[row, step] = running


def _puffer_env(envs: Any) -> Any:
    """A vector environment of ours as one of PufferLib's own kind."""
    from pufferlib import PufferEnv

    class Ours(PufferEnv):
        def __init__(self) -> None:
            self.single_observation_space, self.num_agents = envs.single_observation_space, envs.num_envs
            self.single_action_space, self.agents_per_batch = envs.single_action_space, envs.num_envs
            super().__init__()

        def reset(self, seed: int | None = None) -> tuple[np.ndarray, list]:
            self.observations, _ = envs.reset(seed=seed)
            return self.observations, []

        def step(self, actions: np.ndarray) -> tuple[Any, ...]:
            found = envs.step(actions.reshape(-1))
            self.observations, self.rewards[:], self.terminals[:], self.truncations[:] = found[:4]
            return self.observations, self.rewards, self.terminals, self.truncations, []

        def close(self) -> None:
            envs.close()

    return Ours()


PEERS: tuple[Any, ...] = (StableBaselines3(), PufferLib())
