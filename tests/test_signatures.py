"""Behaviour: who gets the same marks, and what hostile programs can do to them (nothing)."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict

import pytest

from passk.records import Sample, UserError, write_records
from passk.sandbox import wire
from passk.sandbox.limits import Limits
from passk.sandbox.pool import Pool, Tally
from passk.sandbox.protocol import Reply, marshal_call
from passk.verifiers import Signature
from passk.verifiers import signatures as behaviour
from passk.verifiers.examples import Example
from passk.verifiers.signatures import (
    SignatureCase,
    mark,
    normalised,
    observed,
    passes_examples,
    text_digest,
)

CALLS = tuple(marshal_call((x,), {}) for x in (1, 2, 3, 0))
LIMITS = Limits.of(0.5, 1 << 28)


def observe(*bodies: str, workers: int = 2) -> list[tuple[str, tuple[str, ...]]]:
    """What each body of f(x) does on 1, 2, 3 and 0, run together as shards are."""
    samples = [Sample("T", draw, body) for draw, body in enumerate(bodies)]
    with Pool({"T": SignatureCase("T", "f", CALLS)}, workers, LIMITS) as judge:
        verdicts = judge.verdicts(samples, lambda s: s.completion, Tally(len(samples)))
        found = sorted(verdicts, key=lambda verdict: verdict.draw)
    return [observed(verdict.outcome, verdict.error) for verdict in found]


def passes(
    *bodies: str, examples: tuple[Example, ...], isolate: str = "company"
) -> list[tuple[str, tuple[str, ...], bool | None]]:
    """What each body of f(x) does on the examples and on 3, and whether it passes them."""
    calls = (*(one.call for one in examples), marshal_call((3,), {}))
    samples = [Sample("T", draw, body) for draw, body in enumerate(bodies)]
    case = SignatureCase("T", "f", calls, examples)
    with Pool({"T": case}, 2, LIMITS, isolate=isolate) as judge:
        found = sorted(
            judge.verdicts(samples, lambda s: s.completion, Tally(len(samples))),
            key=lambda verdict: verdict.draw,
        )
    return [
        (*observed(one.outcome, one.error), passes_examples(len(examples), one.outcome, one.error))
        for one in found
    ]


def body(text: str) -> str:
    return f"def f(x):\n    {text}\n"


def of(value: object) -> str:
    return mark(Reply(wire.encode(value)))


def test_equal_results_have_equal_marks_and_others_have_not() -> None:
    groups = [
        [1, 1.0, True],
        [[1, 2], [1.0, 2]],
        [(1, 2)],
        ["1"],
        [{1, 2}, frozenset({2, 1})],
        [{"a": 1, "b": [2.5]}, {"b": [2.5], "a": 1.0}],
        [None],
        [0.1 + 0.2, 0.3],
        [1e300],
        [[]],
        [""],
    ]
    marks = [{of(value) for value in group} for group in groups]
    assert all(len(same) == 1 for same in marks)
    assert len(set.union(*marks)) == len(groups)
    assert all(" " not in one and one[0] != "!" for same in marks for one in same)


def test_what_compares_with_nothing_and_exceptions_are_no_values() -> None:
    assert {of(math.nan), of(object()), of(iter([1]))} == {behaviour.NO_VALUE}
    assert mark(Reply(exception="KeyError")) == "!KeyError"
    for forged in ("two words", "7XPNeYo1", "", "\ufffd" * 9):
        assert mark(Reply(exception=forged)) == "!Exception"
    for malformed in (b"", b"{", b'{"s":[[1]]}', b"[" * 5000, b'{"i":"zz"}', b"\xff"):
        assert mark(Reply(malformed)) == behaviour.NO_VALUE


def test_samples_that_compute_the_same_have_the_same_outputs() -> None:
    (ran, first), second, third, (_, raising) = observe(
        body("return x * 2"),
        body("return sum([x, x])"),
        body("return x * 2 + (x == 3)"),
        body("return 6 / x"),
    )
    assert (ran, len(first)) == ("ran", len(CALLS))
    assert second == (ran, first)
    assert third[1][:2] == first[:2]
    assert third[1][2] != first[2]
    assert raising[3] == "!ZeroDivisionError"
    assert raising[0] == first[2]


def test_the_calls_after_an_exception_are_made() -> None:
    ((outcome, outputs),) = observe(body("return [][x] if x < 3 and x else x"))
    assert outcome == "ran"
    assert outputs == ("!IndexError", "!IndexError", of(3), of(0))


def test_a_stalled_program_shows_what_it_did_before() -> None:
    started = time.monotonic()
    (outcome, outputs), (honest, _) = observe(
        body("\n    while x == 3: pass\n    return x"), body("return x")
    )
    assert (outcome, outputs) == ("timeout", (of(1), of(2)))
    assert honest == "ran"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("def f(x:\n", "failed"),
        ("raise ValueError\n", "failed"),
        ("def g(x): return x\n", "failed"),
        ("import os\nos._exit(0)\n", "failed"),
        ("import os\nos.abort()\n", "crashed"),
        (body("return [0] * (1 << 40)"), "crashed"),
        ("", "failed"),
    ],
)
def test_what_does_not_run_has_no_value(text: str, outcome: str) -> None:
    (found,) = observe(text)
    assert found[0] == outcome
    assert all(one[0] == "!" for one in found[1])


def test_a_program_cannot_forge_marks_or_touch_those_of_others() -> None:
    """Whatever is written to the channel counts at most as this program's own replies."""
    right = body("return x + 1")
    flood = "import os, struct\n" + body(
        "frame = b'V' + b'[9]'\n    os.write(3, (struct.pack('I', len(frame)) + frame) * 40)\n"
        "    return x"
    )
    marks = "import os\n" + body("os.write(3, b'\\x09\\0\\0\\0V7XPNeYo1' * 99); return x")
    tamper = (
        "import sys, builtins\n"
        "for name, module in list(sys.modules.items()):\n"
        "    for key in list(vars(module)):\n"
        "        if callable(vars(module)[key]) and key in ('encode', 'dumps', '_send'):\n"
        "            setattr(module, key, lambda *a, **k: b'[9]')\n"
    ) + body("return x + 1")
    liar = (
        "class Liar(int):\n    def __eq__(self, other): return True\n"
        "    def __hash__(self): return 1\n    def __int__(self): return 4\n"
    ) + body("return Liar(x)")
    honest, *hostile, again = observe(right, flood, marks, tamper, liar, right + "# again\n")
    assert honest == again == ("ran", tuple(of(x + 1) for x in (1, 2, 3, 0)))
    (_, flooded), (_, marked), (_, tampered), (_, lied) = hostile
    assert set(flooded) <= {of([9]), of(1), of(2), of(3), of(0)}
    assert "7XPNeYo1" not in marked
    assert len(flooded) <= len(CALLS)
    assert len(marked) <= len(CALLS)
    assert set(tampered) <= {of([9]), *honest[1], behaviour.NO_VALUE, "!Exception", "!TypeError"}
    assert lied == tuple(of(x) for x in (1, 2, 3, 0))


EXAMPLES = (Example(marshal_call((1,), {}), 2), Example(marshal_call((2,), {}), 4.0))


@pytest.mark.parametrize("isolate", ["company", "each"])
def test_who_passes_the_examples_is_seen_beside_the_marks(isolate: str) -> None:
    right, half, none, later, stalls, ends, dies = passes(
        body("return 2 * x"),
        body("return x + 1"),
        body("pass"),
        body("return 2 * x + (x > 2)"),
        body("\n    while x == 3: pass\n    return 2.0000000001 * x"),
        "import os\n" + body("os._exit(0) if x == 2 else None; return 2 * x"),
        "import os\n" + body("os.abort() if x == 3 else None; return 2 * x"),
        examples=EXAMPLES,
        isolate=isolate,
    )
    assert right == ("ran", (of(2), of(4), of(6)), True)
    assert half == ("ran", (of(2), of(3), of(4)), False)
    assert none == ("ran", (of(None),) * 3, False)
    assert later == ("ran", (of(2), of(4), of(7)), True)
    assert stalls == ("timeout", (of(2), of(4)), True)
    assert ends == ("failed", (of(2),), False)
    assert dies == ("crashed", (of(2), of(4)), True)


def test_an_exception_may_be_an_examples_result() -> None:
    raises = (Example(marshal_call((1,), {}), None, "ValueError"),)
    own, other, returns, loads = passes(
        "class Own(ValueError): pass\n" + body("raise Own(x)"),
        body("raise KeyError(x)"),
        body("return ValueError"),
        "raise ValueError\n",
        examples=raises,
    )
    assert [one[-1] for one in (own, other, returns, loads)] == [True, False, False, False]


def test_no_program_can_forge_that_it_passes_examples() -> None:
    """What it writes counts at most as its own reply, and those are compared elsewhere."""
    liar = (
        "class Liar(int):\n    def __eq__(self, other): return True\n"
        "    def __hash__(self): return 1\n    def __int__(self): return 9\n"
    ) + body("return Liar(x + 7)")
    names = "class E(Exception): pass\nE.__name__ = E.__qualname__ = '=++'\n" + body(
        "raise E('=++')"
    )
    text = body("return '=++ ' + '7XPNeYo1'")
    frames = [
        "import os, struct\n"
        + body(
            f"frame = {frame!r}\n"
            "    os.write(3, (struct.pack('I', len(frame)) + frame) * 9)\n"
            "    return 0"
        )
        for frame in (
            b"V=++",
            b"E=++",
            b"E=++ 7XPNeYo1",
            b"D=++",
            b"=++",
            b'V"=++"',
            b"ESyntaxError",
        )
    ]
    tamper = (
        "import sys\n"
        "for module in list(sys.modules.values()):\n"
        "    for key in list(vars(module)):\n"
        "        if key in ('agrees', 'judge', '_equal', 'mark', 'observed', 'passes_examples'):\n"
        "            setattr(module, key, lambda *a, **k: True)\n"
    ) + body("return 0")
    reads = "import gc\n" + body(
        "found = [o for o in gc.get_objects() if type(o).__name__ == 'Example']\n"
        "    return found[x - 1].value if found else str(gc.get_objects())[:99]"
    )
    right, *hostile = passes(
        body("return 2 * x"), liar, names, text, *frames, tamper, reads, examples=EXAMPLES
    )
    assert right[-1] is True
    assert [one[-1] for one in hostile] == [False] * len(hostile)
    assert not any(mark.startswith("=") for one in hostile for mark in one[1])


def test_without_examples_nothing_is_said_of_them() -> None:
    assert passes_examples(0, "ran", "=+ abc") is None
    assert passes_examples(1, "passed", None) is False
    assert passes_examples(1, "passed", "=+") is True
    assert passes_examples(2, "passed", "=+ abc") is False
    assert passes_examples(1, "failed", "=+ abc") is False


def test_texts_that_differ_in_layout_alone_have_one_digest() -> None:
    plain = "def f(x):\n    if x:\n        return 'a' + str(x)\n    return [1, 2]\n"
    others = [
        'def f( x ) :  # a comment\n\n  """Doc."""\n'
        '  if x:\n\n    return "a"+str(x)\n  return [\n1,\n2]',
        "def f(x):\r\n\tif x:\r\n\t\treturn 'a' + str(x)\r\n\treturn [1, 2]\r\n# end\r\n",
    ]
    assert {text_digest(text) for text in others} == {text_digest(plain)}
    for other in (
        plain.replace("'a'", "'b'"),
        plain.replace("'a'", "'a '"),
        plain.replace("    return [", "        return ["),
        plain.replace("x:", "y:"),
        plain.replace("[1, 2]", "[12]"),
        plain.replace("return [", "return# ["),
    ):
        assert text_digest(other) != text_digest(plain)


def test_a_string_that_looks_like_a_comment_is_kept() -> None:
    assert "# not" in normalised("x = '# not'  # but this\n")
    assert "but" not in normalised("x = '# not'  # but this\n")


@pytest.mark.parametrize(
    "unit", ["'", '"', "'''", '"""', "\\", "(", "\n ", "#", "a'", "{'", "\\\n"]
)
def test_hostile_text_is_read_in_linear_time(unit: str) -> None:
    started = time.process_time()
    text_digest(unit * 100_000)
    assert time.process_time() - started < 3


def test_signatures_are_read_back_as_written(tmp_path) -> None:
    path = tmp_path / "observations.jsonl.gz"
    written = [
        Signature("T", 0, "ran", ("abc", "!KeyError"), "t0", -0.25),
        Signature("T", 1, "timeout", (), "t1", None),
        Signature("T", 2, "ran", ("abc",), "t1", None, True),
    ]
    write_records(path, written)
    assert list(behaviour.read_signatures(path)) == written
    earlier = {key: value for key, value in asdict(written[0]).items() if key != "examples"}
    path.unlink()
    for line in (earlier, asdict(written[0]) | {"examples": "yes"}):
        plain = tmp_path / "observations.jsonl"
        plain.write_text(json.dumps(line) + "\n")
        with pytest.raises(UserError, match="line 1 is no signature; delete the file and observe"):
            list(behaviour.read_signatures(plain))
    write_records(path, [Sample("T", 0, "x")])
    with pytest.raises(UserError, match="line 1 is no signature"):
        list(behaviour.read_signatures(path))
