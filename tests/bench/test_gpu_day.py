"""The day with a GPU: what was done is kept, what fails or has no time is named."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gpu_day
import pytest
from gpu_day import limited, papers_run, run, summary

from passk.records import UserError

ROW = {
    "model": "small", "dtype": "float32", "quantization": None, "device": "CPU", "vllm": "0.32.0",
    "tasks": 2, "n": 8, "prompt_tokens": 50, "tokens": 96, "sequences": 512, "seconds": 2.0,
    "bandwidth": 1e9, "flops": 1e9, "load_seconds": 9.0, "memory": None, "kv_tokens": 100,
}  # fmt: skip
ROWS = [
    {**ROW, "way": way, "tokens_per_second": rate, "of_plain": rate / 50, "of_roofline": rate / 90}
    for way, rate in (("seeds", 40.0), ("no seeds", 45.0), ("plain", 50.0), ("roofline", 90.0))
]


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that were begun; the second fails the first time."""
    begun: list[str] = []

    def step(name: str, gives: dict[str, Any]) -> Callable[[float], dict[str, Any]]:
        def work(seconds: float) -> dict[str, Any]:
            begun.append(name)
            if name == "rates" and begun.count(name) == 1:
                raise UserError("no memory")
            return dict(gives)

        return work

    steps = {
        "tests": (10, step("tests", {"tests": {"test_one": "passed", "test_two": "failure"}})),
        "rates": (10, step("rates", {"rows": ROWS})),
        "long": (10_000, step("long", {"rows": ROWS})),
    }
    monkeypatch.setattr(gpu_day, "steps", lambda python, gpu: steps)
    monkeypatch.setattr(gpu_day, "engine_python", lambda gpu: Path(sys.executable))
    return begun


def test_what_is_done_stays_and_what_failed_is_tried_again(done: list[str], tmp_path: Path) -> None:
    output = tmp_path / "day.json"
    known = run(output, False, 25)
    assert known["steps"]["rates"]["error"] == "no memory"
    assert known["steps"]["long"]["error"] == "no time was left of the 25 minutes"
    assert not (tmp_path / "day.png").exists()
    known = run(output, False, 25)
    assert done == ["tests", "rates", "rates"]
    assert json.loads(output.read_text())["steps"]["rates"]["rows"] == ROWS
    assert (tmp_path / "day.png").exists() and (tmp_path / "day.csv").exists()
    lines = summary(known).splitlines()
    assert lines[1:3] == ["tests: 1 passed, 1 failure", "  failed: test_two"]
    assert "rates, n = 8, seeds: 40 tokens/s, 0.80 of plain, 0.44 of the roofline" in lines
    assert "long: not done: no time was left of the 25 minutes" in lines


def test_another_state_of_the_package_begins_anew(
    done: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "day.json", False, 25)
    monkeypatch.setattr(gpu_day, "state", lambda: "another")
    run(tmp_path / "day.json", False, 25)
    assert done == ["tests", "rates", "tests", "rates"]


def test_a_step_over_its_time_ends_with_all_that_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"sleep 60 & echo $! > {pid}; wait"
    with pytest.raises(UserError, match="did not end within"):
        limited(["sh", "-c", code], dict(os.environ), 1)
    deadline = time.monotonic() + 10
    while (stat := Path("/proc", pid.read_text().strip(), "stat")).exists():
        if stat.read_text().rpartition(")")[2].split()[0] == "Z":
            break
        assert time.monotonic() < deadline, "the child of the step still runs"
        time.sleep(0.05)


def test_the_papers_run_takes_its_tokens_at_the_rate_with_seeds() -> None:
    (cost,) = papers_run(ROWS)
    assert cost["tokens"] == 164 * 1000 * 150
    assert cost["gpu_hours"] == pytest.approx(cost["tokens"] / 40 / 3600)
    assert cost["usd"] == pytest.approx(cost["gpu_hours"] * 1.29)
