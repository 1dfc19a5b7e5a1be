"""Terms of a loss that several algorithms can add."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from ..contracts import State
from ..observations import Observation
from ..trees import to


def cloning(head: Any, logits: torch.Tensor, expert_action: torch.Tensor) -> torch.Tensor:
    """The negative log-likelihood of the expert's actions, (samples,): behaviour cloning, and beside another loss
    kickstarting (Schmitt et al. 2018, arXiv 1803.03835). 0 where the expert knows none, -1 in expert_action."""
    score: torch.Tensor = head.score(logits, expert_action.clamp(min=0))[0]
    return -score * known(expert_action)


def known(expert_action: torch.Tensor) -> torch.Tensor:
    """Where the expert knows an action, bool (…): expert_action is (…, parts), and -1 where it does not."""
    return expert_action[..., 0] >= 0


def scored(head: Any, logits: torch.Tensor, action: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(log-probabilities of the factors of an action, (samples, factors), entropy, (samples,)): the factors that the
    head tells apart (`score_factors`), or else the action as one."""
    if hasattr(head, "score_factors"):
        factors, entropy = head.score_factors(logits, action)
        return factors, entropy
    log_prob, entropy = head.score(logits, action)
    return log_prob.unsqueeze(-1), entropy


def divergence(head: Any, logits: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """The Kullback-Leibler divergence of the policy with these logits from that with the others, (samples,): the sum
    over the parts of an action, which are independent."""
    found = torch.zeros(len(logits), device=logits.device)
    sizes = head.sizes()
    switches = [size == 1 for size in sizes]
    for mine, yours, switch in zip(logits.split(sizes, -1), other.split(sizes, -1), switches, strict=True):
        if switch:
            held = mine.sigmoid()
            found = found + (
                held * (F.logsigmoid(mine) - F.logsigmoid(yours))
                + (1 - held) * (F.logsigmoid(-mine) - F.logsigmoid(-yours))
            ).squeeze(-1)
        else:
            logs = mine.log_softmax(-1)
            found = found + (logs.exp() * (logs - yours.log_softmax(-1))).sum(-1)
    return found


class Reference:
    """A network that is not trained, from which a policy may not stray far: what a run started from."""

    def __init__(self, network: Any, lanes: int):
        self.network = network.requires_grad_(False).eval()
        self._state: State = network.initial(lanes)

    @torch.no_grad()
    def logits(self, observation: Observation, is_first: torch.Tensor) -> torch.Tensor:
        """Its logits for the next rollout of the lanes, (steps * lanes, …). is_first: (steps, lanes)."""
        found, _, self._state = self.network(observation, self._state, is_first)
        return found

    def state_dict(self) -> dict[str, Any]:
        """Its weights and state."""
        return {"network": self.network.state_dict(), "state": self._state}

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to what `state_dict` gave."""
        self.network.load_state_dict(content["network"])
        self._state = to(content["state"], next(self.network.parameters()).device)
