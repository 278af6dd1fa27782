"""LoRA on vLLM's CPU build, with the tokens of a batch grouped by adapter.

vLLM's own CPU kernels gather a copy of the adapter for every token (64 prompts of 150 tokens at rank 128: over a
minute) and give tokens without an adapter the one in the last slot. Here each adapter in the batch does one matrix
product over its tokens. Loaded into the vLLM worker through the engine argument ``worker_extension_cls``.
"""

from __future__ import annotations

import torch
from vllm.lora.punica_wrapper.punica_cpu import PunicaWrapperCPU
from vllm.platforms import current_platform

Groups = list[tuple[int, torch.Tensor | slice]]


def group_by_adapter(slots: torch.Tensor) -> Groups:
    """The rows of each adapter in ``slots``, which has the adapter slot of each token (-1: none)."""
    present = slots.unique().tolist()
    if len(present) == 1:
        return [(present[0], slice(0, len(slots)))] if present[0] >= 0 else []
    return [(slot, (slots == slot).nonzero().squeeze(1)) for slot in present if slot >= 0]


class GroupedLoRA(PunicaWrapperCPU):
    """Adds ``scale * x A^T B^T`` of each token's adapter to the output of the layers that carry one."""

    def update_metadata(self, *args, **kwargs) -> None:
        super().update_metadata(*args, **kwargs)
        self._groups = group_by_adapter(self.token_lora_indices)
        self._sampled = group_by_adapter(self.sampler_indices)

    def add_lora_linear(self, y, x, lora_a_stacked, lora_b_stacked, scale, output_slices, **kwargs) -> None:
        y, x = y.view(-1, y.shape[-1]), x.view(-1, x.shape[-1])
        for slot, rows in self._groups:
            inputs = x[rows]
            start = 0
            for a, b, width in zip(lora_a_stacked, lora_b_stacked, output_slices, strict=True):
                add(y[:, start : start + width], rows, inputs @ a[slot, 0].T, b[slot, 0].T, scale)
                start += width

    def add_lora_logits(self, y, x, lora_a_stacked, lora_b_stacked, scale, **kwargs) -> None:
        y, x = y.view(-1, y.shape[-1]), x.view(-1, x.shape[-1])
        width = min(y.shape[1], lora_b_stacked.shape[2])  # each is padded in its own way
        for slot, rows in self._sampled:
            hidden = x[rows] @ lora_a_stacked[slot, 0].T
            add(y[:, :width], rows, hidden, lora_b_stacked[slot, 0, :width].T, scale)

    def add_lora_embedding(self, y, x, lora_b_stacked, add_inputs=True, **kwargs) -> None:
        for slot, rows in self._groups:
            add(y, rows, x[rows], lora_b_stacked[slot, 0].T, 1.0)


def add(y: torch.Tensor, rows: torch.Tensor | slice, left: torch.Tensor, right: torch.Tensor, scale: float) -> None:
    """``y[rows] += scale * left @ right`` in place."""
    left, right = left.to(y.dtype), right.to(y.dtype)
    if isinstance(rows, slice):
        y[rows].addmm_(left, right, alpha=scale)
    else:
        y.index_add_(0, rows, left @ right, alpha=scale)


class UseGroupedLoRA:
    """vLLM worker extension: the worker that it is mixed into makes its LoRA layers with :class:`GroupedLoRA`."""


current_platform.get_punica_wrapper = lambda: f"{__name__}.GroupedLoRA"
