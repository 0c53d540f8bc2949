"""How far a long step is, as a line in its log every ten seconds.

    small/humaneval/plain/00000-00099: 1,640 of 16,400 samples, 82.0 samples/s, 180 s left (…)

Every step logs the same form: how much is done, the rate of this run, the time left at that rate,
and in parentheses what else the step counts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

INTERVAL = 10.0
"""Seconds between two lines."""


class Progress:
    """Logs how many of ``total`` ``unit`` (a plural, such as ``samples``) are done.

    :param total: None where it is not known; then no time left is given.
    :param prefix: put before each line, such as the name of a shard and a colon.
    :param done: how many an earlier run had done; they do not count for the rate.
    """

    def __init__(
        self,
        unit: str,
        total: int | None = None,
        prefix: str = "",
        done: int = 0,
        log: logging.Logger = logging.root,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._unit = unit
        self._total = total
        self._prefix = prefix
        self._before = done
        self._log = log
        self._clock = clock
        self._started = self._logged = clock()

    def update(
        self, done: int, details: Callable[[float], str] | None = None, last: bool = False
    ) -> None:
        """Log a line if ten seconds have passed since the last one, or if this is the ``last``.

        ``details`` is called only for a line, with the seconds since the beginning.
        """
        if last or self._clock() - self._logged >= INTERVAL:
            self._logged = self._clock()
            self._log.info("%s", self.line(done, details))

    def line(self, done: int, details: Callable[[float], str] | None = None) -> str:
        """The line that is logged."""
        seconds = max(self._clock() - self._started, 1e-9)
        rate = (done - self._before) / seconds
        count = f"{done:,}" if self._total is None else f"{done:,} of {self._total:,}"
        text = f"{self._prefix}{count} {self._unit}, {_number(rate)} {self._unit}/s"
        if self._total is not None:
            left = f"{_time((self._total - done) / rate)} left" if rate else "time left unknown"
            text += f", {left}"
        return f"{text} ({details(seconds)})" if details else text


def _number(value: float) -> str:
    return f"{value:,.1f}" if value >= 1 else f"{value:.2g}"


def _time(seconds: float) -> str:
    if seconds < 600:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
