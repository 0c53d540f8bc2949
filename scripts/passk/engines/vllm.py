"""Sampling on GPUs with vLLM: the paper's engine.

Each draw is a request of its own, with its own seed and the prompt's token ids; vLLM's prefix
cache computes a prompt once. Requests are fed as others end, so the device stays full to the
shard's last draws, and each draw can be kept as soon as it is finished. vLLM gives child i of a
request for n samples ``seed + i``, so draws [a, b) are what one request with ``n=b-a`` and
``seed=seed+a`` would give.

vLLM would turn each token into text and its log-probability into objects, in this process. Only
stop texts need that; without them the text is made once a completion is whole, which takes four
fifths of this process's work away (50 to 9 µs a token on a busy CPU, vLLM 0.32).

``logprob`` is vLLM's ``cumulative_logprob``: of the model itself, before temperature and top_p.
On a GPU vLLM promises equal samples in any company only with VLLM_BATCH_INVARIANT=1 (beta, see its
documentation), and between devices never; the metadata records device, dtype and version.

The CPU build of vLLM is driven too, for small models and tests: ``gpus_per_replica: 0``. There it
is told how much memory it may take, computes in this process on the job's threads, and has
``top_p`` done for it: for SmolLM2-135M in float32 a step of 128 sequences on one core without
AVX-512 then took 0.82 s of CPU time in place of 1.34, for the same 128 texts (vLLM 0.32). vLLM's
own cut sums in float32: a token on the edge of the nucleus may be in the one and not in the other,
so that once in a long while a sample differs from one of vLLM's own cut. That a task's draws arrive
together costs little: even those of one step share the whole blocks of a prompt, and each computes
what is behind them, some 18 tokens.

What exact seeds cost (vLLM 0.32, read in its source): its second model runner, the default on a
GPU, makes a draw's noise from (seed, position, token) in one kernel for the whole batch, so seeds
cost only FlashInfer's fused top-p sampler, which takes none. Its first model runner makes the noise
of each seeded row by a call of its own. ``seed: null`` gives the seeds up; ``make bench-sample``
measures both.
"""

from __future__ import annotations

import logging
import math
import os
import secrets
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import wait
from multiprocessing.util import register_after_fork
from threading import Thread
from typing import Any

# Read when vLLM is imported: what it says below a warning would drown the progress lines.
os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
# On a CPU a worker in a process of its own would hold its threads to cores that it chooses: each
# shard of several to the same ones, and as many as there are, whatever OMP_NUM_THREADS says.
os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")

import torch
import transformers
import vllm
from transformers import AutoConfig, AutoTokenizer
from vllm import LLM, EngineArgs, SamplingParams
from vllm.inputs.engine import tokens_input
from vllm.platforms import current_platform
from vllm.sampling_params import RequestOutputKind
from vllm.v1.engine.exceptions import EngineDeadError
from vllm.v1.sample.logits_processor import LogitsProcessor

from passk import cpu, gpu, processes
from passk.engines import Batch, Request, prompts
from passk.engines.nucleus import keep_nucleus
from passk.engines.seeds import RULE, draw_seed
from passk.engines.weights import checked_path, tokenizer_sha256
from passk.records import Sample, UserError

LARGE_GPU = 70 << 30
"""Bytes of memory from which vLLM's own default is 1,024 sequences at once for offline work (256 on
an A100)."""

FURTHER = ("top_k", "min_p", "repetition_penalty")
"""What a sampling entry may have besides, under vLLM's own names."""

MEMORY_ADVICE = (
    "lower 'max_model_len', set 'quantization: fp8_per_tensor', raise 'gpus_per_replica', or raise "
    "'gpu_memory_utilization' where engine_options lower it"
)


class VllmEngine:
    """vLLM's engine, fed by a window that rolls over all draws of the shard.

    ``more`` goes to vLLM's ``LLM`` on top of what is set here, for the benchmark.
    """

    def __init__(
        self,
        weights: dict[str, Any],
        sampling: dict[str, Any],
        manifest: dict[str, Any],
        size: int,
        threads: int = 1,  # OMP_NUM_THREADS is what vLLM reads
        **more: Any,
    ) -> None:
        if not current_platform.is_cpu():
            _refuse_machine(weights)
        folder = checked_path(manifest)
        self._sampling = sampling
        self._manifest = manifest
        self._weights = weights
        self._size = size
        self._tokenizer, self._llm = _load(str(folder), weights, sampling, threads, more)
        self._engine_death = _watch(self._llm.llm_engine.engine_core)
        self._vllm_config = self._llm.llm_engine.vllm_config
        self._config = self._vllm_config.model_config
        if current_platform.is_cpu():
            cpu.warn_of_bfloat16(str(self._config.dtype))
        # Twice what is computed at once: a request that ends is replaced without waiting for us.
        self._window = 2 * self._vllm_config.scheduler_config.max_num_seqs

    @property
    def seed_rule(self) -> str:
        if self._sampling["seed"] is None:
            return "none: vLLM's own random numbers"
        return f"{RULE}; vLLM seeded request per draw"

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
            "options": self._weights.get("engine_options", {}),
            "model_runner": "V2" if _second_runner(self._vllm_config) else "V1",
            "batch_invariant": vllm.envs.VLLM_BATCH_INVARIANT,
        }

    def identity(self) -> dict[str, str | None]:
        return {
            "chat_template_sha256": prompts.chat_template_sha256(self._tokenizer, self._sampling),
            "tokenizer_sha256": tokenizer_sha256(self._manifest),
        }

    def fits(self, prompt: str) -> bool:
        """Whether a problem's prompt leaves room for a completion."""
        return prompts.fits(self._tokenizer, prompt, self._sampling, self._config.max_model_len)

    def sample(self, requests: Sequence[Request]) -> Iterator[Batch]:
        waiting = self._waiting(requests)
        running: dict[str, tuple[Request, int, list[int]]] = {}
        try:
            while True:
                self._fill(running, waiting)
                if not running:
                    return
                yield self._finished(running)
        except torch.OutOfMemoryError as error:
            raise _out_of_memory(error) from error
        except EngineDeadError as error:
            raise UserError(
                self._engine_death()
                or "vLLM's engine died (see its reason above); finished draws are kept: run again "
                f"to resume; if the reason is memory: {MEMORY_ADVICE}"
            ) from error

    def _fill(
        self,
        running: dict[str, tuple[Request, int, list[int]]],
        waiting: Iterator[tuple[Request, int, list[int], int]],
    ) -> None:
        """Hand over draws until the window is full or none is left."""
        while len(running) < self._window:
            work = next(waiting, None)
            if work is None:
                return
            request, draw, ids, limit = work
            name = f"{request.problem.index}-{draw}"
            running[name] = (request, draw, ids)
            parameters = self._parameters(request, draw, limit)
            self._llm.llm_engine.add_request(name, tokens_input(ids), parameters)

    def _finished(self, running: dict[str, tuple[Request, int, list[int]]]) -> Batch:
        """One step of the engine, and the draws that it ended."""
        samples, prompt_tokens = [], 0
        for output in self._llm.llm_engine.step():
            if not output.finished:
                continue
            request, draw, ids = running.pop(output.request_id)
            prompt_tokens += len(ids)
            samples.append(self._sample(request.problem.task_id, draw, ids, output.outputs[0]))
        return Batch(samples, prompt_tokens)

    def _sample(self, task_id: str, draw: int, ids: list[int], output: Any) -> Sample:
        tokens = list(output.token_ids)
        if output.finish_reason not in ("stop", "length"):
            raise UserError(
                f"vLLM gave up draw {draw} of {task_id} ({output.finish_reason}); finished draws "
                "are kept: run again to resume"
            )
        if math.isnan(output.cumulative_logprob):
            raise UserError(
                f"the model gave logits that are no numbers in draw {draw} of {task_id}; if its "
                "arithmetic is float16, set 'dtype: bfloat16' or 'float32' in the model's weights"
            )
        if self._sampling.get("stop"):
            text = output.text
        else:
            ended = output.finish_reason == "stop"
            text = prompts.completion_text(self._tokenizer, ids, tokens[:-1] if ended else tokens)
        return Sample(
            task_id=task_id,
            draw=draw,
            completion=self._sampling.get("prefill", "") + text,
            finish_reason=output.finish_reason,
            tokens=len(tokens),
            logprob=output.cumulative_logprob,
        )

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
        # vLLM cuts at top_k before it cuts at top_p, so it has to do both.
        ours = current_platform.is_cpu() and "top_k" not in sampling
        return SamplingParams(
            n=1,
            temperature=sampling["temperature"],
            top_p=1.0 if ours else sampling["top_p"],
            extra_args={"top_p": sampling["top_p"]} if ours else None,
            max_tokens=limit,
            stop=sampling.get("stop") or None,
            **{key: sampling[key] for key in FURTHER if key in sampling},
            seed=None
            if sampling["seed"] is None
            else draw_seed(sampling["seed"], self._size, request.problem.index, draw),
            logprobs=0,
            flat_logprobs=True,
            detokenize=bool(sampling.get("stop")),
            output_kind=RequestOutputKind.FINAL_ONLY,
        )


def _visible_gpus() -> int:
    """The devices that ``with_gpu.py`` or SLURM gave to this job; one where nobody chose."""
    return len(_devices()) or 1


def _devices() -> list[str]:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return [device.strip() for device in visible.split(",") if device.strip()]


def gpu_settings(count: int, memory: int, sequences: int | None = None) -> dict[str, Any]:
    """vLLM's settings on ``count`` GPUs of ``memory`` bytes each; all else is its default.

    Its defaults that matter here (0.32) are 92 % of the memory, asynchronous scheduling and 8,192
    or 16,384 tokens a step. Set are: several sequences at once than it would on a small GPU (256),
    since the draws of a task share their prompt in memory and take little of it each; on a large
    one as many as it does itself, and CUDA graphs up to that many (it stops at 512, and computes
    larger batches without a graph). 1,024 were measured, once, on an H200 (docs/scale.md).
    """
    sequences = sequences or (1024 if memory >= LARGE_GPU else 512)
    return {
        "tensor_parallel_size": count,
        "max_num_seqs": sequences,
        "enable_prefix_caching": True,
        "compilation_config": {"max_cudagraph_capture_size": sequences},
    }


CPU_SETTINGS: dict[str, Any] = {
    "max_num_seqs": 512,
    "enforce_eager": True,
    # With it, seeded requests stop the CPU engine.
    "enable_chunked_prefill": False,
    "block_size": 32,
}


def cpu_memory(config: Any, dtype: str, length: int | None, sequences: int, share: int) -> int:
    """Bytes for keys and values on a CPU: what ``sequences`` need at most, as far as there are.

    :param config: the model's, as transformers reads it; a shape that is not known takes all.
    :param dtype: of the keys and values; taken for float32 where it is not named.
    :param length: tokens of a sequence; the model's own limit if None.
    :param share: bytes that this shard may take; 4 GiB are the most, 256 MiB the least.
    """
    text = config.get_text_config()
    most = min(share, 4 << 30)
    try:
        heads = getattr(text, "num_key_value_heads", None) or text.num_attention_heads
        width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
        values = 2 * text.num_hidden_layers * heads * width
        need = values * (length or text.max_position_embeddings) * sequences
    except (AttributeError, TypeError):
        return max(most, 256 << 20)
    return max(min(need * getattr(torch, dtype, torch.float32).itemsize, most), 256 << 20)


def _cpu_settings(
    folder: str, weights: dict[str, Any], sampling: dict[str, Any], threads: int
) -> dict[str, Any]:
    """Half of the free memory is for the keys and values of as many shards as the cores compute."""
    options = weights.get("engine_options", {})
    shards = max(1, len(os.sched_getaffinity(0)) // threads)
    memory = cpu_memory(
        AutoConfig.from_pretrained(folder),
        weights.get("dtype", "auto"),
        sampling.get("max_model_len"),
        options.get("max_num_seqs", CPU_SETTINGS["max_num_seqs"]),
        processes.available_memory() // 2 // shards,
    )
    ours = {"kv_cache_memory_bytes": memory, "logits_processors": [NucleusProcessor]}
    return CPU_SETTINGS | ours


class NucleusProcessor(LogitsProcessor):
    """``top_p`` on a CPU, where vLLM (0.32) sorts the whole vocabulary for it: a seventh of a step.

    vLLM calls it where it would cut itself: behind the temperature and min-p. All requests of an
    engine have the same ``top_p``, in ``extra_args``.
    """

    def __init__(self, vllm_config: Any, device: torch.device, is_pin_memory: bool) -> None:
        self._top_p = 1.0

    def is_argmax_invariant(self) -> bool:
        return True

    def update_state(self, batch_update: Any) -> None:
        for _, parameters, *_ in batch_update.added if batch_update else ():
            self._top_p = (parameters.extra_args or {}).get("top_p", 1.0)

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        if self._top_p < 1:
            keep_nucleus(logits, self._top_p)
        return logits


# vLLM's engine is a process of its own on a GPU. After `kill -9` of the job it would wait for
# requests forever, and hold the GPU's memory and the lock that `with_gpu.py` took.
register_after_fork(processes.end_with_parent, processes.end_with_parent)


def _second_runner(config: Any) -> bool:
    """Whether vLLM's second model runner computes; releases for CUDA 12 do not know of it."""
    chosen = getattr(config, "use_v2_model_runner", None)
    return vllm.envs.VLLM_USE_V2_MODEL_RUNNER if chosen is None else chosen


def _watch(client: Any) -> Callable[[], str | None]:
    """Have ``step`` raise when the engine's process was killed.

    vLLM (0.32) notices that, says so, and lets whoever waits for outputs wait forever.

    :returns: a function that says what killed it, once it has ended; None where nothing did.
    """
    outputs = getattr(client, "outputs_queue", None)
    if outputs is None:  # the engine is in this process
        return lambda: None
    manager, kills = client.resources.engine_manager, processes.oom_kills()
    sentinels = manager.sentinels()

    def report_death() -> None:
        wait(sentinels)
        outputs.put(EngineDeadError())

    def reason() -> str | None:
        wait(sentinels, timeout=5)
        if -signal.SIGKILL in [process.exitcode for process in manager.processes]:
            return processes.killed("vLLM's engine", kills)
        return None

    Thread(target=report_death, daemon=True).start()
    return reason


def _refuse_machine(weights: dict[str, Any]) -> None:
    """Look at what vLLM needs of a machine with GPUs, before it takes minutes to fail.

    :raises UserError: a driver that is too old, no GPU, or too little free memory on it.
    """
    driver, built = gpu.driver_cuda(), int((torch.version.cuda or "0").split(".")[0])
    if driver and driver[0] < built:
        raise UserError(gpu.too_old(driver, built, f"this vLLM ({vllm.__version__})"))
    if not torch.cuda.is_available():
        raise UserError(
            "engine vllm finds no GPU: run on a machine with one, "
            "or set 'engine: transformers' (small models) or 'engine: openai' in its weights"
        )
    options = weights.get("engine_options", {})
    if "kv_cache_memory_bytes" not in options:
        share = options.get("gpu_memory_utilization", EngineArgs.gpu_memory_utilization)
        refuse_full_gpus(_devices() or ["0"], share)


def refuse_full_gpus(devices: Sequence[str], share: float) -> None:
    """:raises UserError: less than ``share`` of a device's memory is free."""
    for device in devices:
        free, total = gpu.memory(device) or (1, 1)
        if free < share * total:
            raise UserError(
                f"GPU {device} has {free / (1 << 30):.1f} of {total / (1 << 30):.1f} GiB free, and "
                f"vLLM takes {share:.0%} of it: end what else runs there (nvidia-smi lists it), or "
                f"set 'engine_options: {{gpu_memory_utilization: {0.97 * free / total:.2f}}}' "
                "beside the model's weights"
            )


def _load(
    folder: str,
    weights: dict[str, Any],
    sampling: dict[str, Any],
    threads: int,
    more: dict[str, Any],
) -> tuple[Any, LLM]:
    """The tokenizer and the engine."""
    options = weights.get("engine_options", {})
    settings: dict[str, Any] = {
        "model": folder,
        "dtype": weights.get("dtype", "auto"),
        "quantization": weights.get("quantization"),
        "max_model_len": sampling.get("max_model_len"),
        # Without seeds two shards of one engine seed would hold the same samples.
        "seed": secrets.randbits(31) if sampling["seed"] is None else 0,
    }
    if current_platform.is_cpu():
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    else:
        memory = current_platform.get_device_total_memory()
        settings |= gpu_settings(_visible_gpus(), memory, options.get("max_num_seqs"))
    no_compiler = None if current_platform.is_cpu() else gpu.cannot_compile()
    if no_compiler:  # which a cache of earlier runs may make up for
        logging.warning("%s", no_compiler)
    kills = processes.oom_kills()
    try:
        if current_platform.is_cpu():
            settings |= _cpu_settings(folder, weights, sampling, threads)
        settings |= {**options, **more}
        return AutoTokenizer.from_pretrained(folder), LLM(**settings)
    except torch.OutOfMemoryError as error:
        raise _out_of_memory(error) from error
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # of the disk, not of the model
        # The engine's own process may have said why, and only that it failed comes here.
        reason = " ".join(str(error).split())[:300]
        if no_compiler:
            raise UserError(no_compiler) from error
        if processes.oom_kills() > kills:
            raise UserError(processes.killed("vLLM's engine", kills)) from error
        if "max_model_len" in reason and "greater than" in reason:
            raise UserError(
                f"'max_model_len: {settings['max_model_len']}' exceeds the context of the "
                f"model in {folder}; lower it in the sampling entry"
            ) from error
        if "memory" in reason.lower():
            raise _out_of_memory(error) from error
        raise UserError(
            f"vLLM cannot load the model in {folder} ({reason}); if the message above names "
            f"memory: {MEMORY_ADVICE}"
        ) from error


def _out_of_memory(error: Exception) -> UserError:
    reason = " ".join(str(error).split())[:200]
    return UserError(f"the GPU's memory is too small ({reason}): {MEMORY_ADVICE}")
