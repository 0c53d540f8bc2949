"""What an engine that computes on a CPU should know of it; needs torch only where it looks."""

from __future__ import annotations

import logging
import platform


def has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 (AVX-512 BF16 or AMX); true where not known."""
    import torch

    if platform.machine() not in ("x86_64", "AMD64"):
        return True
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def warn_of_bfloat16(dtype: str) -> None:
    """Say so where a model computes in ``dtype`` and the processor can only imitate it."""
    if dtype.removeprefix("torch.") == "bfloat16" and not has_bfloat16():
        logging.warning(
            "this processor has no instructions for bfloat16 (AVX-512 BF16 or AMX), which makes it "
            "several times slower than float32: set 'dtype: float32' in the model's weights"
        )
