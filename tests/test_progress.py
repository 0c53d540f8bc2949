"""Progress: one line every ten seconds, in one form."""

from __future__ import annotations

import logging

import pytest

from passk.progress import Progress


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_line_tells_what_is_done_its_rate_and_the_time_left(clock: Clock) -> None:
    progress = Progress("samples", 16_400, "a/b/00000-00099: ", clock=clock)
    clock.now += 20
    said = progress.line(1640, lambda seconds: f"{1640 * 100 / seconds:,.0f} tokens/s")
    assert said == (
        "a/b/00000-00099: 1,640 of 16,400 samples, 82.0 samples/s, 180 s left (8,200 tokens/s)"
    )


@pytest.mark.parametrize(
    ("total", "left"), [(110, "100 s"), (1010, "17 min"), (7200, "120 min"), (36_010, "10.0 h")]
)
def test_time_left_has_a_unit_that_suits_it(clock: Clock, total: int, left: str) -> None:
    progress = Progress("files", total, clock=clock)
    clock.now += 10
    assert progress.line(10).endswith(f"1.0 files/s, {left} left")


def test_what_an_earlier_run_did_is_done_but_is_no_speed(clock: Clock) -> None:
    progress = Progress("samples", 100, done=60, clock=clock)
    clock.now += 100
    assert progress.line(60) == "60 of 100 samples, 0 samples/s, time left unknown"
    assert progress.line(70) == "70 of 100 samples, 0.1 samples/s, 300 s left"


def test_unknown_total_has_no_time_left(clock: Clock) -> None:
    progress = Progress("files", clock=clock)
    clock.now += 1
    assert progress.line(3) == "3 files, 3.0 files/s"


def test_a_line_comes_every_ten_seconds_and_at_the_end(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    progress = Progress("shards", 100, clock=clock)
    asked = []
    for second in range(1, 26):
        clock.now += 1
        progress.update(second, lambda _: str(asked.append(None)))
    assert len(caplog.records) == len(asked) == 2
    progress.update(100, last=True)
    assert caplog.messages[-1] == "100 of 100 shards, 4.0 shards/s, 0 s left"
