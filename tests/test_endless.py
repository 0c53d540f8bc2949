"""Proofs of endlessness: what goes round for ever is told early, what would end never is."""

from __future__ import annotations

import pytest

from passk.judge import Judge, Tally
from passk.problems import Problem
from passk.records import Sample, Verdict
from passk.sandbox.limits import Limits
from passk.suites import check_case

TEST = "def check(c):\n    assert c(3000000) == 3000000\n"
PROBLEM = Problem("T/0", "def f(n):\n", "f", "    return n\n", TEST, 0)
LIMITS = Limits(cpu_seconds=6.0)


def judge(bodies: list[str]) -> list[Verdict]:
    samples = [Sample("T/0", number, body) for number, body in enumerate(bodies)]
    with Judge({"T/0": check_case(PROBLEM)}, 2, LIMITS) as judge:
        found = judge.verdicts(samples, lambda s: PROBLEM.prompt + s.completion, Tally(None))
        return sorted(found, key=lambda verdict: verdict.draw)


ENDLESS = {
    "nothing": "    while True: pass\n",
    "same value again": "    while True:\n        n = 1\n",
    "no step": "    i = 0\n    while i < n:\n        i += 0\n    return n\n",
    "in a for": "    for i in range(3):\n        while n > i:\n            y = [i]\n    return n\n",
    "to and fro": "    i = 0\n    while i < 2:\n        i = 1 - i\n    return n\n",
    "in a callee": "    def g(x):\n        while x:\n            x = x or 1\n    return g(n)\n",
    "calls": "    def g(x):\n        return x\n    while g(n):\n        pass\n    return n\n",
    "fixed point": "    a, b = 0.0, 1.0\n    while b - a > -1:\n        a = (a + b) / 2\n",
}
SLOW = {
    "for around a while": "    for i in range(n):\n        j = 0\n        while j < 1:\n"
    "            j += 1\n    return n\n",
    "iterator by hand": "    it = iter(range(n))\n    while True:\n        try:\n"
    "            next(it)\n        except StopIteration:\n            return n\n",
    "iterator in a walrus": "    it = iter(range(n))\n"
    "    while (_ := next(it, None)) is not None:\n        _ = 0\n    return n\n",
    "counter in a closure": "    k = 0\n    def g():\n        nonlocal k\n        k += 1\n"
    "        return k < n\n    while g():\n        pass\n    return n\n",
    "counter held by a function": "    def make():\n        k = [0]\n        def g():\n"
    "            k[0] += 1\n            return k[0] < n\n        return g\n    g = make()\n"
    "    while g():\n        pass\n    return n\n",
    "counter in a default": "    def g(k=[0]):\n        k[0] += 1\n        return k[0] < n\n"
    "    while g():\n        pass\n    return n\n",
    "counter in a global": "    global k\n    k = 0\n    while k < n:\n        step()\n"
    "    return n\ndef step():\n    global k\n    k += 1\n",
    "deque": "    from collections import deque\n    q = deque(range(n))\n    while q:\n"
    "        q.popleft()\n    return n\n",
    "two names of one list": "    a = [0]\n    b = a\n    c = 0\n    while c < n:\n"
    "        b[0] += 1\n        c = a[0]\n    return n\n",
    "list of iterators": "    its = [iter(range(n))]\n    while next(its[0], None) is not None:\n"
    "        pass\n    return n\n",
    "generator": "    def g():\n        for i in range(n):\n            j = 1\n"
    "            while j:\n                j = 0\n            yield 0\n    return n + sum(g())\n",
    "set": "    s = set(range(n))\n    while s:\n        s.pop()\n    return n\n",
    "same loop called often": "    def g():\n        i = 0\n        while i < 3:\n"
    "            i += 1\n    for _ in range(n // 3):\n        g()\n    return n\n",
    "two loops in turn": "    for _ in range(n // 5):\n        i = 0\n        while i < 2:\n"
    "            i += 1\n        while i > 0:\n            i -= 1\n    return n\n",
    "map": "    m = map(abs, range(n))\n    while next(m, None) is not None:\n        pass\n"
    "    return n\n",
    "bound method": "    step = iter(range(n)).__next__\n    try:\n        while True:\n"
    "            step()\n    except StopIteration:\n        return n\n",
    "cached": "    from functools import lru_cache\n    k = [0]\n    @lru_cache\n    def g(i):\n"
    "        return i\n    while k[0] < n:\n        k[0] += 1 + g(0)\n    return n\n",
    "exception": "    k = 0\n    while True:\n        try:\n            k += 1\n"
    "            if k > n:\n                raise ValueError(k)\n        except ValueError:\n"
    "            return n\n",
    "enumerate on one line": "    for i in range(n): [j for j in (1, 2)]\n    return n\n",
}


def test_loop_that_repeats_itself_is_told_early():
    found = judge(list(ENDLESS.values()))
    by_name = dict(zip(ENDLESS, found, strict=True))
    late = [name for name, v in by_name.items() if v.outcome != "timeout" or v.cpu_seconds > 2]
    assert late == []


def test_slow_program_is_never_taken_for_endless():
    found = judge(list(SLOW.values()))
    by_name = dict(zip(SLOW, found, strict=True))
    wrong = {name: v for name, v in by_name.items() if v.outcome != "passed"}
    assert wrong == {}


@pytest.mark.parametrize("name", ["for around a while", "two names of one list"])
def test_slow_program_is_watched_at_all(name: str):
    """The programs above must be slow enough to be traced, or they would prove nothing."""
    (verdict,) = judge([SLOW[name]])
    assert verdict.cpu_seconds > 0.025
