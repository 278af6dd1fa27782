"""What a training stage needs before its first step: memory of each worker, arithmetic, hours. Imports no torch.

Memory is counted as the loop holds it (float32 weights that train, their float32 copy in ZeRO's optimizers, AdamW's two
moments, bfloat16 for arithmetic alone), arithmetic by matrix products: twice the parameters for each token and pass.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from metarfft.config import Train
from metarfft.train.shapes import Shape

GIB = 2**30
USABLE = 0.92  # of an accelerator's memory: the rest goes to CUDA itself and to what the allocator cannot use
BUCKET = 10**8  # elements of DeepSpeed's gradient bucket; its default of 5e8 takes up to 4 GiB whatever the model
_LIVE = 10**9  # parameters that ZeRO-3 holds gathered at most (stage3_max_live_parameters)
_MOST_WORKERS = 512


@dataclass(frozen=True)
class Gpu:
    """An accelerator by its vendor's data sheet: dense bfloat16 TFLOP/s and memory in GiB."""

    tflops: float
    memory: int


# NVIDIA's data sheets of the A100, H100, H800 and H200 (SXM) and of the RTX 4090 (bfloat16, accumulated in float32);
# where a sheet gives the figure with sparsity, half of it.
GPUS = {
    "A100-80GB": Gpu(312, 80),
    "H100-80GB": Gpu(989.4, 80),
    "H800-80GB": Gpu(989.4, 80),
    "H200-141GB": Gpu(989.4, 140),
    "RTX-4090-24GB": Gpu(165.2, 24),
}


@dataclass(frozen=True)
class Memory:
    """Bytes on one worker.

    Attributes:
        weights: of the model, and the float32 copy that ZeRO's optimizers keep of those that train.
        optimizer: AdamW's moments, or Muon's momentum.
        copies: bfloat16 copies of float32 weights or, with ZeRO-3, the weights gathered at a time.
        buckets: DeepSpeed's buffers in which gradients are reduced.
        activations: kept for the backward pass, of the largest row.
        logits: of the row's targets, their log-probabilities and the gradients of both.
        update: what the optimizer's step itself needs, when the activations are gone.
    """

    weights: float
    gradients: float
    optimizer: float
    copies: float
    buckets: float
    activations: float
    logits: float
    update: float

    @property
    def total(self) -> float:
        """Bytes at the peak: the backward pass or the optimizer's step."""
        held = self.weights + self.gradients + self.optimizer + self.buckets
        return held + max(self.copies + self.activations + self.logits, self.update)


def trainable(shape: Shape, settings: Train) -> int:
    """Parameters that train."""
    return shape.adapter(settings.rank, settings.head) if settings.update == "pissa" else shape.parameters


def states(shape: Shape, settings: Train, bf16: bool) -> tuple[float, float, float]:
    """Bytes of weights, gradients and optimizer states on each worker (ZeRO: Rajbhandari et al. 2020, section 3).

    Stored weights that train are float32, and so are the copy that ZeRO's optimizers make of them, the gradient and
    AdamW's moments: 4 + 4 + 4 + 8 bytes. DeepSpeed's own estimators take weights and gradients that are stored in 16
    bits, beside 32-bit ones of the optimizer: 2 + 4 + 2 + 4 + 8, and with ZeRO-3 without the 16-bit gradients. What is
    offloaded to the host is not counted; gradients, which then travel through, are, as if they stayed.
    """
    n, stage = settings.fewest_workers, settings.zero_stage
    learnt = trainable(shape, settings)
    frozen = shape.parameters if settings.update == "pissa" else 0
    stored = (frozen * _stored(settings, bf16) + 4 * learnt) / (n if stage == 3 else 1)
    copy = 4 * learnt / n if stage else 0
    moments: float = 8 * learnt
    if settings.optimizer == "muon":  # one for the matrices of the layers, or their adapters
        moments -= 4 * (shape.matrices if settings.update == "full" else shape.adapter(settings.rank))
    if settings.offload_optimizer:
        copy = moments = 0
    weights = copy if settings.offload_parameters else stored + copy
    return weights, 4 * learnt / (n if stage >= 2 else 1), moments / (n if stage else 1)


def _stored(settings: Train, bf16: bool) -> int:
    """Bytes of a stored weight of the base: a frozen one is in bfloat16 where that is computed with."""
    return 2 if settings.update == "pissa" and bf16 else 4


def memory(shape: Shape, settings: Train, bf16: bool, learnt_share: float = 1.0) -> Memory:
    """The memory of one worker.

    Args:
        bf16: whether arithmetic is in bfloat16.
        learnt_share: share of the tokens that are targets; logits are computed of no others.
    """
    n, stage, full = settings.fewest_workers, settings.zero_stage, settings.update == "full"
    weights, gradients, optimizer = states(shape, settings, bf16)
    learnt = trainable(shape, settings)
    size = 2 if bf16 else 4
    if stage == 3:
        copies: float = size * min(shape.parameters, _LIVE) if n > 1 or settings.offload_parameters else 0
    else:
        copies = 2 * (shape.matrices + shape.embedding) if full and bf16 else 0
    if stage == 3:  # a bucket for each type in which gradients travel: matrices in the arithmetic's, others in float32
        buckets = BUCKET * (size + (4 if full and bf16 else 0))
    elif stage:
        buckets = BUCKET * 4 * (2 if full and bf16 else 1)
    else:
        buckets = 4 * min(learnt, BUCKET) if n > 1 else 0
    tokens = row_tokens(settings)
    layer = activations(shape, settings, bf16)
    kept = layer * shape.layers
    if settings.gradient_checkpointing:  # the input of every layer, and one layer computed again
        kept = shape.layers * shape.hidden * _stored(settings, bf16) + layer
    # Log-probabilities and two gradients in float32: more than the forward pass, where the logits themselves are held
    logits = 12 * shape.vocabulary * tokens * learnt_share
    # The gradient as one piece, and AdamW's denominator
    update = 0 if settings.offload_optimizer else 8 * learnt / (n if stage else 1)
    return Memory(weights, gradients, optimizer, copies, buckets, kept * tokens, logits, update)


def row_tokens(settings: Train) -> int:
    """Tokens of the largest row: a sample longer than ``micro_batch_tokens`` gets one of its own."""
    return max(settings.micro_batch_tokens, settings.context_length)


def activations(shape: Shape, settings: Train, bf16: bool) -> float:
    """Bytes a token that autograd keeps of one layer, counted tensor by tensor in transformers' Llama and Qwen2.

    Float32 weights make the residual stream float32: each norm keeps its input and what it scales, and every matrix its
    own input in the arithmetic's type. Below a frozen matrix no input is kept; its adapter keeps one.
    """
    h, q, m, rank = shape.hidden, shape.attention, shape.intermediate, settings.rank
    heads = 5 * q  # queries, keys and values (repeated for every head), the output and its joined copy
    if settings.update == "full":
        return 26 * h + 2 * heads + 8 * m if bf16 else 24 * h + 4 * heads + 16 * m
    if bf16:
        return 18 * h + 2 * heads + 8 * m + 14 * rank
    return 16 * h + 4 * heads + 16 * m + 28 * rank


def flops(shape: Shape, settings: Train, tokens: float, length: float, learnt_share: float) -> float:
    """Floating-point operations of training on ``tokens`` tokens, which are in samples of ``length`` tokens on average.

    Six for each parameter and token: two forward, two for the gradient of the inputs and two for that of the weights,
    which frozen ones do not need. Causal attention takes 2 x length x width a token and layer forward, and twice that
    backward.
    Gradient checkpointing adds another forward pass of the layers (Korthikanti et al. 2022, section 4 and appendix A).
    """
    matrices, head = shape.matrices, shape.embedding * learnt_share
    attention = 2 * length * shape.attention * shape.layers
    full = settings.update == "full"
    adapters = 0 if full else shape.adapter(settings.rank, settings.head)
    layers = 2 * (matrices + adapters) + attention
    total = (6 if full else 4) * (matrices + head) + 6 * adapters + 3 * attention
    return tokens * (total + (layers if settings.gradient_checkpointing else 0))


def fits(need: Memory, gpu: Gpu) -> bool:
    """Whether it fits the usable part of the accelerator's memory."""
    return need.total <= USABLE * gpu.memory * GIB


def remedies(shape: Shape, settings: Train, bf16: bool, learnt_share: float, gpu: Gpu) -> list[dict[str, Any]]:
    """Changes of settings each of which makes the stage fit; without any such, the least that does so together.

    A shorter row is a shorter context too, and leaves longer samples out.
    """

    def helps(change: dict[str, Any]) -> bool:
        return fits(memory(shape, settings.model_copy(update=change), bf16, learnt_share), gpu)

    def workers(change: dict[str, Any]) -> dict[str, Any] | None:
        n = settings.fewest_workers * 2
        while n <= _MOST_WORKERS:
            if helps({**change, "workers": n}):
                return {**change, "workers": n}
            n *= 2
        return None

    checkpointing: dict[str, Any] = {} if settings.gradient_checkpointing else {"gradient_checkpointing": True}
    zero: dict[str, Any] = {} if settings.optimizer == "muon" or settings.zero_stage == 3 else {"zero_stage": 3}
    pissa: dict[str, Any] = {} if settings.update == "pissa" else {"update": "pissa"}
    now = {"micro_batch_tokens": settings.micro_batch_tokens, "context_length": settings.context_length}
    rows = [{key: min(r, size) for key, size in now.items()} for r in _halves(row_tokens(settings))]
    offload = {"offload_optimizer": True} if zero or settings.zero_stage == 3 else {}
    singles = [checkpointing, *({"zero_stage": s} for s in (1, 2, 3) if zero and s > settings.zero_stage), pissa]
    found = [change for change in singles if change and helps(change)]
    found += [change for change in [workers({})] if change]
    found += [change for change in rows if helps(change)][:1]
    if found:
        return found
    together = {**checkpointing, **zero}
    tried = [
        together,
        {**together, **pissa},
        *({**together, **r} for r in rows),
        *({**together, **pissa, **r} for r in rows),
        {**together, **offload},
        {**together, **offload, "offload_parameters": True} if offload else {},
    ]
    found = [change for change in tried if change and helps(change)][:1]
    return found + [change for change in [workers(together)] if change]


def _halves(tokens: int) -> list[int]:
    return [tokens >> k for k in range(1, 8) if tokens >> k >= 512]


def hours(operations: float, workers: int, gpu: Gpu, utilisation: float) -> float:
    """Hours that ``workers`` accelerators take at a share ``utilisation`` of their peak."""
    return operations / (workers * gpu.tflops * 1e12 * utilisation) / 3600


def utilisation(
    shape: Shape, settings: Train, tokens_per_second: float, length: float, learnt_share: float, peak: float
) -> float:
    """Model FLOPs utilisation (Chowdhery et al. 2022, appendix B): the share of ``peak`` FLOP/s, of all accelerators
    together, that training needs; what gradient checkpointing computes again does not count."""
    once = settings.model_copy(update={"gradient_checkpointing": False})
    return flops(shape, once, tokens_per_second, length, learnt_share) / peak


def gpu_called(name: str) -> Gpu | None:
    """The accelerator in `GPUS` that CUDA calls ``name``, as in "NVIDIA H100 80GB HBM3"; None: it is not there, or is a
    slower variant of one that is."""
    if re.search(r"PCIe|NVL|Laptop|4090 D", name) and "A100" not in name:
        return None
    return next((gpu for key, gpu in GPUS.items() if all(part in name for part in key.split("-")[:-1])), None)


def at_peak(need: Memory) -> dict[str, float]:
    """The parts of ``need`` that add up to its total, in GiB."""
    passing = need.copies + need.activations + need.logits
    absent = ("copies", "activations", "logits") if need.update > passing else ("update",)
    return {part: size / GIB for part, size in asdict(need).items() if part not in absent}
