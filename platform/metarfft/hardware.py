"""What this machine's processor is good at."""

from __future__ import annotations

from pathlib import Path


def fast_bf16() -> bool:
    """Whether the processor has instructions for bfloat16; on others it is many times slower than float32."""
    information = Path("/proc/cpuinfo")
    flags = information.read_text() if information.exists() else ""
    return "avx512_bf16" in flags or "amx_bf16" in flags
