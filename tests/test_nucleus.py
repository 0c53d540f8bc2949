"""The nucleus without a sort of the vocabulary, and keys and values that grow in place."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ROOT, TORCH_PYTHON

from passk import cpu

ASKED = """
import json, torch
import numpy as np
from transformers.cache_utils import DynamicCache
from passk.engines import nucleus
from passk.engines.transformers import _choose, _GrowingLayer, _inverse_transform, _preallocate
from passk.records import UserError

torch.manual_seed(0)
torch.set_num_threads(1)
answers, sizes = {}, set()
found = nucleus.likeliest
def noted(probabilities, size):
    sizes.add((probabilities.shape[-1], size))
    return found(probabilities, size)
nucleus.likeliest = noted

def by_sorting(probabilities, chance, top_p):
    ordered, order = probabilities.sort(dim=-1, descending=True, stable=True)
    sums = ordered.double().cumsum(dim=-1)
    last = (sums - ordered < top_p).sum(dim=-1, keepdim=True) - 1
    place = torch.searchsorted(sums, chance[:, None] * sums.gather(-1, last), right=True)
    inside = torch.zeros_like(probabilities, dtype=torch.bool)
    inside.scatter_(-1, order, torch.arange(order.shape[-1]) <= last)
    return order.gather(-1, torch.minimum(place, last)).squeeze(-1), inside

same = cases = 0
for vocabulary in (3, 64, 65, 700, 5000):
    for spread in (0.0, 0.3, 3.0, 12.0):  # from flat to one token that has nearly all
        for steps in (2, 30, 100000):  # how many logits differ at all
            for top_p in (1e-6, 0.5, 0.9, 0.999999):
                logits = torch.randn(12, vocabulary) * spread
                logits = (logits * steps).round() / steps
                chance = torch.rand(12, dtype=torch.float64)
                probabilities = logits.softmax(-1)
                tokens, inside = by_sorting(probabilities, chance, top_p)
                kept = logits.clone()
                nucleus.keep_nucleus(kept, top_p)
                cases += 1
                same += (
                    bool((_inverse_transform(probabilities, chance, top_p) == tokens).all())
                    and bool(((kept > -torch.inf) == inside).all())
                    and bool((kept[inside] == logits[inside]).all())
                )
answers["same"], answers["cases"] = same, cases
answers["sizes"] = sorted(sizes)

# Rows are looked at a few at a time: none may learn of another.
logits = torch.randn(23, 50_000) * 4
sampling = {"temperature": 0.7, "top_p": 0.9}
chance = np.random.default_rng(0).random(23)
tokens, logprobs = _choose(logits, None, chance, sampling)
alone = [_choose(logits[i : i + 1], None, chance[i : i + 1], sampling) for i in range(23)]
answers["alone"] = [
    bool((torch.cat([one[part] for one in alone]) == whole).all())
    for part, whole in enumerate((tokens, logprobs))
]
whole = torch.log_softmax(logits, -1).gather(-1, tokens[:, None]).squeeze(-1)
answers["logprobs"] = bool((whole == logprobs).all())

answers["refused"] = []
for number in (torch.nan, torch.inf):
    for sampling in ({"temperature": 0, "top_p": 1}, {"temperature": 1, "top_p": 1}, sampling):
        broken = logits[:3].clone()
        broken[1, 7] = number
        try:
            _choose(broken, None, chance[:3], sampling)
        except UserError as error:
            answers["refused"].append(str(error))

plain, ours = DynamicCache(), DynamicCache()
def added(tokens, rows):
    states = [torch.randn(rows, 2, tokens, 4) for _ in range(2)]
    return [cache.update(*states, 0) for cache in (plain, ours)]
added(5, 1)
for cache in (plain, ours):
    cache.batch_repeat_interleave(6)
_preallocate(ours)
answers["grows"], moved, place = type(ours.layers[0]) is _GrowingLayer, 0, None
equal, rows, ends = [], 6, {100: [0, 2, 3, 4], 101: [1, 2, 3], 260: [0, 1, 2]}
for step in range(300):
    if step in ends:
        rows = len(ends[step])
        for cache in (plain, ours):
            cache.batch_select_indices(torch.tensor(ends[step]))
    one, other = added(1, rows)
    equal.append(all(bool(torch.equal(a, b)) for a, b in zip(one, other)))
    moved += other[0].data_ptr() != place
    place = other[0].data_ptr()
    equal.append(ours.get_seq_length() == plain.get_seq_length() == step + 6)
answers["equal"], answers["moved"] = all(equal), moved
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What a process that has torch says."""
    if not TORCH_PYTHON.exists():
        pytest.skip("the transformers environment is not built: run `make test`, which builds it")
    done = subprocess.run(
        [TORCH_PYTHON, "-c", ASKED],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nucleus_is_that_of_a_stable_sort_of_all(answers: dict[str, Any]) -> None:
    """With ties of any length, at the edge of what was looked at and of the nucleus, too."""
    assert answers["same"] == answers["cases"] == 240
    assert answers["sizes"][-3:] == [[5000, 64], [5000, 1024], [5000, 5000]], "each way was taken"


def test_a_rows_token_does_not_depend_on_the_rows_beside_it(answers: dict[str, Any]) -> None:
    assert answers["alone"] == [True, True]
    assert answers["logprobs"], "those of the whole batch at once"


def test_logits_that_are_no_numbers_are_refused(answers: dict[str, Any]) -> None:
    assert len(answers["refused"]) == 6
    assert all("logits that are no numbers" in said for said in answers["refused"])


def test_keys_and_values_grow_in_place_to_what_copies_would_hold(answers: dict[str, Any]) -> None:
    assert answers["grows"]
    assert answers["equal"]
    assert answers["moved"] < 9, "of 300 tokens"


@pytest.mark.parametrize(
    ("machine", "has", "dtype", "warns"),
    [
        ("x86_64", (False, False), "torch.bfloat16", True),
        ("x86_64", (False, False), "torch.float32", False),
        ("x86_64", (True, False), "torch.bfloat16", False),
        ("x86_64", (False, True), "torch.bfloat16", False),
        ("aarch64", (False, False), "torch.bfloat16", False),
    ],
)
def test_bfloat16_is_warned_of_where_the_processor_lacks_it(
    machine: str,
    has: tuple[bool, bool],
    dtype: str,
    warns: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    looks = SimpleNamespace(
        _is_avx512_bf16_supported=lambda: has[0], _is_amx_tile_supported=lambda: has[1]
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cpu=looks))
    monkeypatch.setattr("platform.machine", lambda: machine)
    with caplog.at_level(logging.WARNING):
        cpu.warn_of_bfloat16(dtype)
    assert ("set 'dtype: float32'" in caplog.text) == warns
