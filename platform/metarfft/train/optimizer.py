"""Optimisers, their parameter groups and the learning-rate schedule."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from metarfft.config import Train


class MuonAdamW(torch.optim.Optimizer):
    """Muon on the groups with ``muon=True``, AdamW on the others; the same updates as torch.optim's two classes.

    torch.optim.Muon takes its matrices one by one in bfloat16, which costs a second a step on a CPU without bfloat16
    arithmetic; here matrices of one shape go together, in float32 on CPU (20 times as fast for 28 of 128 x 128).
    """

    def __init__(
        self,
        params: Iterable[dict[str, Any]],
        lr: float,
        betas: tuple[float, float] = (0.9, 0.95),
        eps: float = 1e-8,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(
            params,
            {"lr": lr, "betas": betas, "eps": eps, "momentum": momentum, "weight_decay": weight_decay, "muon": False},
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """One update from the gradients; parameters without one are left alone."""
        if closure is not None:
            raise ValueError("MuonAdamW takes no closure")
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            (self._muon if group["muon"] else self._adamw)(params, group)

    def _muon(self, params: list[Tensor], group: dict[str, Any]) -> None:
        by_shape: dict[torch.Size, list[Tensor]] = defaultdict(list)
        for p in params:
            by_shape[p.shape].append(p)
        for (rows, columns), same in by_shape.items():
            updates = []
            for p in same:
                state = self.state[p]
                buffer = state.setdefault("momentum", torch.zeros_like(p))
                buffer.lerp_(p.grad, 1 - group["momentum"])
                updates.append(p.grad.lerp(buffer, group["momentum"]))
            rate = group["lr"] * math.sqrt(max(1.0, rows / columns))
            for p, update in zip(same, orthogonal(torch.stack(updates)), strict=True):
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-rate)

    def _adamw(self, params: list[Tensor], group: dict[str, Any]) -> None:
        beta1, beta2 = group["betas"]
        for p in params:
            state = self.state[p]
            if not state:
                state.update(step=0, mean=torch.zeros_like(p), square=torch.zeros_like(p))
            state["step"] += 1
            state["mean"].lerp_(p.grad, 1 - beta1)
            state["square"].mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
            scale = (state["square"] / (1 - beta2 ** state["step"])).sqrt_().add_(group["eps"])
            p.mul_(1 - group["lr"] * group["weight_decay"])
            p.addcdiv_(state["mean"], scale, value=-group["lr"] / (1 - beta1 ** state["step"]))


def orthogonal(matrices: Tensor, steps: int = 5) -> Tensor:
    """The (count, rows, columns) matrices with their singular values brought near 1 by Newton-Schulz iterations."""
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x.float() if x.device.type == "cpu" else x.bfloat16()
    x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    for _ in range(steps):  # the quintic of Muon's authors, steepest at zero
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=-4.7750, alpha=2.0315), x, beta=3.4445)
    return (x.mT if tall else x).to(matrices.dtype)


def optimizer(model: nn.Module, settings: Train) -> torch.optim.Optimizer:
    """The optimiser of ``settings`` over the trainable parameters: matrices, embeddings, and the rest (head, norms)."""
    embeddings = {id(p) for m in model.modules() if isinstance(m, nn.Embedding) for p in m.parameters()}
    matrices: list[nn.Parameter] = []
    embedding: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, p in model.named_parameters():
        if p.requires_grad:
            shape = getattr(p, "ds_shape", p.shape)  # under ZeRO-3 a parameter's own shape is empty
            inner = len(shape) == 2 and id(p) not in embeddings and "lm_head" not in name
            (matrices if inner else embedding if id(p) in embeddings else rest).append(p)
    muon = settings.optimizer == "muon"
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": settings.weight_decay},
        {"params": embedding, "lr": settings.embedding_learning_rate or settings.learning_rate},
        {"params": rest},
    ]
    if muon:
        groups[0] |= {"lr": settings.muon_learning_rate, "muon": True}
    kind = MuonAdamW if muon else torch.optim.AdamW
    return kind(
        [group for group in groups if group["params"]],
        lr=settings.learning_rate,
        betas=settings.betas,
        weight_decay=0.0,
    )


def schedule(step: int, settings: Train) -> float:
    """The factor on the learning rates at ``step`` (from 0): linear warm-up, then constant, then the decay.

    The decay, linear or cosine, runs over the last ``decay_share`` of the steps.
    """
    warmup = min(1.0, (step + 1) / settings.warmup_steps) if settings.warmup_steps else 1.0
    begin = max(settings.warmup_steps, round(settings.steps * (1 - settings.decay_share)))
    if settings.schedule == "constant" or step < begin or begin >= settings.steps:
        return warmup
    left = 1 - (step - begin) / (settings.steps - begin)
    return left if settings.schedule == "linear" else 0.5 * (1 - math.cos(math.pi * left))
