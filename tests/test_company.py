"""Programs that share a process: what one leaves, another neither reads nor suffers from.

Each case plants something with one program and looks for it with another. They run through the fork
server's own code; only the judge's end of the socket is played here. ``without`` takes one of the
two lines of defence away, the gate or the putting away: a plant that bears fruit then shows that
the case can fail.

Not covered: side channels, which ``passk/sandbox/company.py`` names.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from itertools import permutations
from pathlib import Path

import pytest
from test_hostile import AWKWARD, HOSTILE, LIBRARY, PROBLEMS, Program

from execute import execute
from passk.benchmarks.human_eval import human_eval_file
from passk.judging import open_judging
from passk.records import Sample, UserError, read_verdicts, write_records
from passk.sandbox import wire
from passk.sandbox.limits import Limits
from passk.sandbox.protocol import Case
from passk.sandbox.readable import find_readable, interpreter
from passk.sandbox.runner import Result, Runner
from passk.verifiers.assertions import check_case

SERVE = """
import json, marshal, os, resource, socket, struct, sys
sys.path.insert(0, sys.argv[1])
import company, forkserver, purity
without, groups = json.load(sys.stdin)
answers = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
forkserver._silence_streams()
forkserver._warm_up()
if "gate" in without:
    purity.is_tame = lambda code: True
if "putting away" in without:
    company.Company.put_away = lambda self: True
call = marshal.dumps(((), {}), 2)
found = []
for programs in groups:
    ours, theirs = socket.socketpair()
    jobs = [(text, "entry", (call,), False, False, False, (), b"", False) for text in programs]
    request = marshal.dumps(jobs, 2)
    pid = os.fork()
    if pid == 0:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        os.dup2(theirs.fileno(), 3)
        os.closerange(4, 64)
        forkserver.serve_request()
    theirs.close()
    ours.sendall(struct.pack("I", len(request)) + request)
    data = b""
    while part := ours.recv(1 << 16):
        data += part
    os.waitpid(pid, 0)
    frames = []
    while data:
        (length,) = struct.unpack_from("I", data)
        frames.append(data[4 : 4 + length])
        data = data[4 + length :]
    found.append([frame.decode() for frame in frames if frame[:1] != b"D"])
json.dump(found, answers)
answers.flush()
os._exit(0)
"""
NOTHING = "def entry():\n    return 0\n"


def serve(*groups: list[str], without: str = "") -> list[list[str]]:
    """The replies (``V`` and a value, ``E`` and an exception, ``G``) of programs that share a
    process, for each group; shorter than the group where the process ended before the last."""
    command = [interpreter(), "-s", "-S", "-P", "-B", "-W", "ignore", "-c", SERVE]
    answer = subprocess.run(
        [*command, str(Path(wire.__file__).parent)],
        input=json.dumps([without, groups]),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout)


# A generator in a cycle is closed by the collector, in whose time it may be. Its bare `raise` gets
# the exception that is being handled there.
SPY = """
from typing import List
def later(held, List=List):
    try:
        yield
    except BaseException:
        pass
    try:
        raise
    except BaseException as error:
        {harm}
def plant():
    held = []
    held.append(later(held))
    next(held[0])
def entry():
    for _ in range(20):
        plant()
    return 0
"""
HONEST = """
def entry():
    try:
        raise ValueError({value})
    except ValueError as error:
        rubbish = [[] for _ in range(3000)]
        return error.args[0]
"""
SECRET = HONEST.format(value="1234567")
READS_SECRET = """
from typing import List
def entry():
    return [n for n in range(1234560, 1234570) if ".0" in repr(List[n])]
"""
FILLS = "def entry():\n    return len(bytes({size}))\n"
CYCLE = "held = [bytes(800_000_000)]\nheld.append(held)\n" + NOTHING
COUNTS = """
def entry():
    seen = []
    def later(held):
        try:
            yield
        finally:
            seen.append(1)
    held = []
    held.append(later(held))
    next(held[0])
    held = None
    kept = []
    while not seen:
        kept.append([])
    return len(kept)
"""
DEPTH = """
def depth():
    try:
        return 1 + depth()
    except RecursionError:
        return 1
def entry():
    return depth()
"""
READABLE = {  # what plants, what reads
    "the caches of typing": (
        "from typing import List\nList[True]\n" + NOTHING,
        "from typing import List\ndef entry():\n    return repr(List[1])\n",
    ),
    "unions in the caches of typing": (
        "from typing import Union\nUnion[True, str]\n" + NOTHING,
        "from typing import Union\ndef entry():\n    return repr(Union[1, str])\n",
    ),
    "memory in a cycle": (CYCLE, FILLS.format(size=500_000_000)),
    "memory of a generator without handlers": (
        "def later(held):\n    big = bytes(800_000_000)\n    yield\nheld = []\n"
        "held.append(later(held))\nnext(held[0])\n" + NOTHING,
        FILLS.format(size=500_000_000),
    ),
    "counters of the collector": (
        "for n in range(150):\n    kept = []\n    kept.append(kept)\n" + NOTHING,
        COUNTS,
    ),
}  # fmt: skip


def read(without: str) -> set[str]:
    """Of :data:`READABLE` what can be read."""
    # The first program of a process finds it as the fork server left it, so nobody reads first.
    groups = [[NOTHING, one, reads] for pl, reads in READABLE.values() for one in (pl, NOTHING)]
    replies = [one[2:] for one in serve(*groups, without=without)]
    found = zip(READABLE, replies[::2], replies[1::2], strict=True)
    return {name for name, planted, unplanted in found if planted != unplanted}


def test_what_is_planted_is_not_read() -> None:
    assert read(without="") == read(without="gate") == set()
    assert read(without="gate, putting away") == set(READABLE), "these cases show nothing"


def test_an_exception_that_another_handles_is_not_read() -> None:
    spy = SPY.format(harm="List[float(error.args[0])]")
    ((gate, value, read),) = serve([spy, SECRET, READS_SECRET])
    assert (gate, value, read) == ("G", "V1234567", "V[]")
    # Either line of defence holds without the other.
    ((*_, read),) = serve([spy, SECRET, READS_SECRET], without="gate")
    assert read == "V[]"
    ((*_, read),) = serve([spy, SECRET, READS_SECRET], without="gate, putting away")
    assert read == "V[1234567]", "this plant bears no fruit: the case shows nothing"


def test_an_exception_that_another_handles_is_not_changed() -> None:
    spy, victim = SPY.format(harm="error.args[0].clear()"), HONEST.format(value="[1, 2]")
    assert serve([spy, victim]) == [["G", "V[1, 2]"]]
    assert serve([spy, victim], without="gate") == [["V0", "V[1, 2]"]]
    assert serve([spy, victim], without="gate, putting away") == [["V0", "V[]"]]


NEIGHBOURS = {  # what reads, after what plants: as if it were alone
    "scopes": ("secret = 1\n" + NOTHING, "def entry():\n    return secret\n", "ENameError"),
    "builtins": ("len = print = sorted\n" + NOTHING, "def entry():\n    return len('ab')\n", "V2"),
    "an exception that nobody handles": (
        "def entry():\n    raise ValueError(1)\n",
        "def entry():\n    raise\n",
        "ERuntimeError",
    ),
    "counters": (
        "from itertools import count\nc = count()\nnext(c)\n" + NOTHING,
        "from itertools import count\nc = count()\ndef entry():\n    return next(c)\n",
        "V0",
    ),
    "defaults of functions": (
        "def f(a=[]):\n    a.append(1)\n    return a\nf()\n" + NOTHING,
        "def f(a=[]):\n    a.append(1)\n    return a\ndef entry():\n    return f()\n",
        "V[1]",
    ),
    "interned text": (
        "a = 'llama_text'\n" + NOTHING,
        "def entry():\n    return ''.join(['llama_', 'text']) is 'llama_text'\n",
        "Vfalse",
    ),
    "errors of mathematics": (
        "import math\ndef entry():\n    return math.sqrt(-1)\n",
        "import math\ndef entry():\n    return [math.sqrt(4), 1e308 * 10 > 1, math.pow(2, 3)]\n",
        "V[2.0, true, 8.0]",
    ),
    "text that could not be written": (
        "def entry():\n    print('x' * 600_000_000)\n",
        "def entry():\n    print('x')\n    return len(bytes(500_000_000))\n",
        "V500000000",
    ),
    "codecs that were found": (
        "str(b'a', 'utf-16')\n" + NOTHING,
        "def entry():\n    return str(b'a', 'ascii')\n",
        'V"a"',
    ),
    "codecs that were not found": (
        "def entry():\n    return str(b'a', 'latin9')\n",
        "def entry():\n    return str(b'\\xa4', 'latin9')\n",
        'V"\\u20ac"',
    ),
}  # fmt: skip


def test_a_program_computes_what_it_does_alone() -> None:
    groups = [[plants, reads] for plants, reads, _ in NEIGHBOURS.values()]
    together = serve(*groups, *[[reads] for _, reads, _ in NEIGHBOURS.values()])
    for (name, (*_, alone)), found, single in zip(
        NEIGHBOURS.items(), together, together[len(NEIGHBOURS) :], strict=False
    ):
        assert single == [alone], name
        assert found[1:] in ([alone], []), name  # nothing: it runs in another process


def test_hashes_and_the_stack_are_as_when_alone() -> None:
    reads = "def entry():\n    return [*{c + 'x' for c in 'qwertyuiop'}]\n"
    together, single, deep, flat = serve(
        [DEPTH, reads], [reads], [DEPTH, DEPTH, DEPTH], [DEPTH], without="gate"
    )
    assert together[1:] == single and set(deep) == set(flat)


ENDS = {  # whatever it was: the process ends, and what is left runs in another
    "a module": "str(b'a', 'idna')\n" + NOTHING,
    "a codec that is not there": "def entry():\n    return str(b'a', 'x' * 1000)\n",
    "memory in a cache": (
        "import re\nfor n in range(400):\n    re.compile(str(n) * 9)\n" + NOTHING
    ),
    "a large pattern in a cache": "import re\nre.compile('a' * 300_000)\n" + NOTHING,
    "a builtin": "import builtins\nbuiltins.llama = 1\n" + NOTHING,
}  # fmt: skip


def test_a_process_ends_that_is_not_as_it_was() -> None:
    groups = [[NOTHING, text, NOTHING] for text in ENDS.values()]
    assert [*map(len, serve(*groups, without="gate"))] == [2] * len(ENDS)
    assert [*map(len, serve(*groups, without="gate, putting away"))] == [3] * len(ENDS)


STATEFUL = """
sys gc os signal decimal locale random threading time warnings re struct linecache codecs encodings
importlib weakref contextvars asyncio atexit builtins io tempfile ctypes tracemalloc copyreg
"""


def test_modules_with_state_have_no_company() -> None:
    programs = [f"import {name}\n" + NOTHING for name in STATEFUL.split()]
    assert serve(programs) == [["G"] * len(programs)]


def test_every_cache_of_typing_is_emptied() -> None:
    """Those that a walk over the module finds, not those that it lists itself."""
    counted = """
import gc
def entry():
    import functools, typing
    gc.unfreeze()
    from typing import Dict, List, Optional, Tuple, Union
    Dict[str, int], List[bool], Optional[int], Tuple[int, ...], Union[int, str], List[List[str]]
    kind = type(functools.lru_cache(len))
    found = [one for one in gc.get_objects() if type(one) is kind and one.__module__ == "typing"]
    return [sum(one.cache_info().currsize for one in found), len(found)]
"""
    emptied = "\n".join(line for line in counted.split("\n") if "Dict[str" not in line)
    ((_, full, empty),) = serve([NOTHING, counted, emptied], without="gate")
    (left, caches), (filled, _) = json.loads(empty[1:]), json.loads(full[1:])
    assert filled > left == 0 and caches >= 5


@pytest.mark.parametrize("isolate", [None, "company", "each"])
def test_the_metadata_say_who_shared_a_process(isolate: str | None, tmp_path: Path) -> None:
    samples, verdicts = tmp_path / "s.jsonl", tmp_path / "v.jsonl.gz"
    write_records(samples, [Sample("HumanEval/53", 0, "    return x + y\n")])
    given = {"benchmark": str(human_eval_file()), "samples": samples, "isolate": isolate}
    execute(open_judging(given), verdicts)
    (verdict,) = read_verdicts(verdicts)
    about = json.loads((tmp_path / "v.meta.json").read_text())
    assert verdict.outcome == "passed" and about["sandbox"]["isolate"] == (isolate or "company")


def test_another_isolation_is_refused(tmp_path: Path) -> None:
    samples = tmp_path / "s.jsonl"
    write_records(samples, [Sample("HumanEval/53", 0, "    return x + y\n")])
    given = {"benchmark": str(human_eval_file()), "samples": samples, "isolate": "none"}
    with pytest.raises(UserError, match="--isolate must be company or each"):
        open_judging(given)


# Every program of the suites, between any two others


TAME_NEIGHBOURS = [
    Program("right", "HumanEval/23", frozenset(("passed",)), "    return len(string)\n"),
    Program("wrong", "HumanEval/23", frozenset(("failed",)), "    return 'nothing'\n"),
    Program(
        "by exception",
        "HumanEval/23",
        frozenset(("passed",)),
        "    try:\n        raise ValueError([len(string)])\n    except ValueError as error:\n"
        "        rubbish = [[] for _ in range(3000)]\n        return error.args[0].pop()\n",
    ),
    Program("raises", "HumanEval/53", frozenset(("failed",)), "    return [] + x\n"),
    Program(
        "library", "HumanEval/53", frozenset(("passed",)), f"    return x + y\n{LIBRARY}"
    ),
    Program(
        "types",
        "HumanEval/53",
        frozenset(("passed",)),
        "    from typing import List\n    return x + y if '[1]' in repr(List[1]) else 0\n",
    ),
]  # fmt: skip
CASES: dict[str, Case] = {}


def verdicts(
    groups: list[tuple[Program, ...]], folder: Path, isolate: str = "company"
) -> list[list[Result]]:
    """The results of programs that are given to one runner group by group."""
    runner = Runner(Limits.of(3.0, 1 << 30), folder, find_readable(), isolate=isolate)
    try:
        return [_together(runner, group) for group in groups]
    finally:
        runner.close()


def _together(runner: Runner, group: tuple[Program, ...]) -> list[Result]:
    for place, program in enumerate(group):
        problem = PROBLEMS[program.task_id]
        case = CASES.setdefault(program.task_id, check_case(problem))
        runner.submit(place, case, problem.prompt + program.completion)
    found: dict[int, Result] = {}
    while len(found) < len(group):
        found.update(runner.results())
    return [found[place] for place in range(len(group))]


def _compare(programs: list[Program], orders: int, folder: Path) -> None:
    """Each program between two random neighbours in ``orders`` of the six orders, against alone."""
    chance = random.Random(0)
    groups = []
    for program in programs:
        trio = [program, *chance.sample([p for p in TAME_NEIGHBOURS if p is not program], 2)]
        groups += chance.sample(list(permutations(trio)), orders)
    known = list({id(one): one for group in groups for one in group}.values())
    singles = verdicts([(one,) for one in known], folder / "each", "each")
    alone = {one.name: (r.outcome, r.error) for one, (r,) in zip(known, singles, strict=True)}
    found = verdicts(groups, folder / "company")
    changed = {
        (" ".join(one.name for one in group), one.name, result.outcome, result.error)
        for group, results in zip(groups, found, strict=True)
        for one, result in zip(group, results, strict=True)
        if (result.outcome, result.error) != alone[one.name]
    }
    assert changed == set()
    for one in TAME_NEIGHBOURS:
        assert alone[one.name][0] in one.expected, one


def test_programs_in_company_have_the_verdicts_that_they_have_alone(tmp_path: Path) -> None:
    chosen = [p for p in HOSTILE if p.name.startswith("purity/")]
    chosen += random.Random(1).sample([p for p in AWKWARD + HOSTILE if p not in chosen], 12)
    quick = [p for p in chosen if "timeout" not in p.expected] + TAME_NEIGHBOURS
    _compare(quick, 2, tmp_path)


@pytest.mark.slow
def test_every_program_has_the_verdict_that_it_has_alone(tmp_path: Path) -> None:
    """In one order of three, by chance; ORDERS=6 tries every one, which takes an hour."""
    every = [*AWKWARD, *HOSTILE, *TAME_NEIGHBOURS]
    quick = [program for program in every if "timeout" not in program.expected]
    _compare(quick, int(os.environ.get("ORDERS", "1")), tmp_path)
