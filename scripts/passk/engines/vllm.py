"""Sampling on GPUs with vLLM: the paper's engine.

Each draw is a request of its own, with its own seed and the prompt's token ids; vLLM's prefix
cache computes a prompt once. Requests are fed as others end, so the device stays full to the
shard's last draws, and each draw can be kept as soon as it is finished. vLLM gives child i of a
request for n samples ``seed + i``, so draws [a, b) are what one request with ``n=b-a`` and
``seed=seed+a`` would give.

``logprob`` is vLLM's ``cumulative_logprob``: of the model itself, before temperature and top_p.
vLLM does not promise equal samples between batches or devices on a GPU; the metadata records
device, dtype and version. The CPU build of vLLM is driven too, for tests and small models.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

# Read when vLLM is imported: what it says below a warning would drown the progress lines.
os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")

import torch
import transformers
import vllm
from transformers import AutoTokenizer
from vllm import LLM, SamplingParams
from vllm.platforms import current_platform
from vllm.sampling_params import RequestOutputKind
from vllm.v1.engine.exceptions import EngineDeadError

from passk import prompts
from passk.engines import Batch, Request
from passk.engines.weights import checked_path, tokenizer_sha256
from passk.records import Sample, UserError
from passk.seeds import RULE, draw_seed

SEQUENCES = 512
"""Sequences that the engine computes at once, at most; its memory may allow fewer."""

MEMORY_ADVICE = "lower 'max_model_len', set 'quantization: fp8', or raise the model's 'gpus'"

QUEUE = 2 * SEQUENCES
"""Requests handed over and not finished: more than are computed, so that none waits for us."""


class VllmEngine:
    chunk = 1
    seed_rule = f"{RULE}; vLLM seeded request per draw"

    def __init__(
        self,
        weights: dict[str, Any],
        sampling: dict[str, Any],
        manifest: dict[str, Any],
        size: int,
    ) -> None:
        if not current_platform.is_cpu() and not torch.cuda.is_available():
            raise UserError(
                "there is no GPU here and the model's engine is vllm: run on a machine with one, "
                "or set 'engine: transformers' (small models) or 'engine: openai' in its weights"
            )
        folder = checked_path(manifest)
        self._sampling = sampling
        self._manifest = manifest
        self._weights = weights
        self._size = size
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._llm = _load(str(folder), weights, sampling)
        self._config = self._llm.llm_engine.vllm_config.model_config

    def describe(self) -> dict[str, Any]:
        cpu = current_platform.is_cpu()
        count = _visible_gpus()
        return {
            "name": "vllm",
            "version": vllm.__version__,
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "cuda": None if cpu else torch.version.cuda,
            "device": "cpu" if cpu else f"{count} x {current_platform.get_device_name()}",
            "dtype": str(self._config.dtype).removeprefix("torch."),
            "quantization": self._config.quantization,
        }

    def identity(self) -> dict[str, str | None]:
        return {
            "chat_template_sha256": prompts.chat_template_sha256(self._tokenizer, self._sampling),
            "tokenizer_sha256": tokenizer_sha256(self._manifest),
        }

    def sample(self, requests: Sequence[Request]) -> Iterator[Batch]:
        engine = self._llm.llm_engine
        waiting = self._waiting(requests)
        running: dict[str, tuple[Request, int, int]] = {}
        while True:
            while len(running) < QUEUE:
                work = next(waiting, None)
                if work is None:
                    break
                request, draw, ids, limit = work
                name = f"{request.problem.index}-{draw}"
                running[name] = (request, draw, len(ids))
                prompt = {"prompt_token_ids": ids}
                engine.add_request(name, prompt, self._parameters(request, draw, limit))
            if not running:
                return
            samples, prompt_tokens = [], 0
            try:
                outputs = engine.step()
            except torch.OutOfMemoryError as error:
                raise _out_of_memory(error) from error
            except EngineDeadError as error:
                raise UserError(
                    "vLLM's engine died (its reason stands above); what was drawn is kept: run "
                    "again to go on"
                ) from error
            for output in outputs:
                if not output.finished:
                    continue
                request, draw, length = running.pop(output.request_id)
                prompt_tokens += length
                samples.append(_sample(request.problem.task_id, draw, output.outputs[0]))
            yield Batch(samples, prompt_tokens)

    def _waiting(
        self, requests: Sequence[Request]
    ) -> Iterator[tuple[Request, int, list[int], int]]:
        prompted = []
        length = self._config.max_model_len
        for request in requests:
            ids = prompts.prompt_ids(self._tokenizer, request.problem.prompt, self._sampling)
            where = request.problem.task_id
            limit = prompts.completion_limit(ids, self._sampling, length, where)
            prompted.append((request, ids, limit))
        return (
            (request, draw, ids, limit)
            for request, ids, limit in prompted
            for draw in request.draws
        )

    def _parameters(self, request: Request, draw: int, limit: int) -> SamplingParams:
        sampling = self._sampling
        return SamplingParams(
            n=1,
            temperature=sampling["temperature"],
            top_p=sampling["top_p"],
            max_tokens=limit,
            stop=sampling.get("stop") or None,
            seed=draw_seed(sampling["seed"], self._size, request.problem.index, draw),
            logprobs=0,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )


def _sample(task_id: str, draw: int, output: Any) -> Sample:
    return Sample(
        task_id=task_id,
        draw=draw,
        completion=output.text,
        finish_reason=output.finish_reason,
        tokens=len(output.token_ids),
        logprob=output.cumulative_logprob,
    )


def _visible_gpus() -> int:
    """The devices that ``with_gpu.py`` or SLURM gave to this job; one where nobody chose."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return len([device for device in visible.split(",") if device.strip()]) or 1


def _load(folder: str, weights: dict[str, Any], sampling: dict[str, Any]) -> LLM:
    settings: dict[str, Any] = {
        "model": folder,
        "dtype": weights.get("dtype", "auto"),
        "quantization": weights.get("quantization"),
        "max_model_len": sampling.get("max_model_len"),
        "max_num_seqs": SEQUENCES,
        "seed": 0,
    }
    if current_platform.is_cpu():
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
        # Chunked prefill with seeded requests stops the CPU engine.
        settings |= {
            "enforce_eager": True,
            "enable_chunked_prefill": False,
            "block_size": 32,
            "kv_cache_memory_bytes": 256 << 20,
        }
    else:
        settings["tensor_parallel_size"] = _visible_gpus()
    try:
        return LLM(**settings)
    except torch.OutOfMemoryError as error:
        raise _out_of_memory(error) from error
    except (ValueError, RuntimeError) as error:
        # The engine's own process may have said why, and only that it failed comes here.
        reason = " ".join(str(error).split())[:300]
        if "memory" in reason.lower():
            raise _out_of_memory(error) from error
        raise UserError(
            f"vLLM cannot load the model in {folder} ({reason}); if what stands above names "
            f"memory: {MEMORY_ADVICE}"
        ) from error


def _out_of_memory(error: Exception) -> UserError:
    reason = " ".join(str(error).split())[:200]
    return UserError(f"the GPU's memory is too small ({reason}): {MEMORY_ADVICE}")
