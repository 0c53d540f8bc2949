"""Programs that misbehave must be contained; programs that only look odd must pass.

The programs are files in ``hostile/KIND/`` and ``awkward/`` (see ``hostile/README.md``). They go
through the real command line hundreds in one run, as a user's samples do; each is a test of its
own. Between them stand honest right and wrong programs, whose verdicts must not change, whatever
ran before or beside them.

Not covered: what a program can learn from the time that things take, and the load it causes within
its limits.
"""

from __future__ import annotations

import ast
import builtins
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from passk.benchmarks import read_problem_file
from passk.benchmarks.human_eval import human_eval_file
from passk.records import OUTCOMES, Sample, Verdict, read_verdicts, write_records
from passk.verifiers.inputs_and_outputs import expected_values

HERE = Path(__file__).parent
REPOSITORY = HERE.parent
SECRET = "hunter2-llama-secret"
PROBLEMS = {p.task_id: p for p in read_problem_file(human_eval_file()).problems}
# What a neighbour leans on: another program that shared its interpreter may have spoilt it.
LIBRARY = """
import collections, heapq, itertools, math
from typing import Dict, List, Optional, Union
assert sorted([2, 1, 3]) == [1, 2, 3] and len("abc") == 3 and str(5) + repr("x") == "5'x'"
assert list(itertools.chain([1], [2])) == [1, 2] and math.gcd(4, 6) == 2 and len(bytes(10 ** 7)) > 9
assert collections.defaultdict(list)[1] == [] and heapq.heappop([1, 2]) == 1 and "\u00e9".upper()
assert [List[int], Dict[str, int], Optional[int]] and Union[int, str] != List[int]
"""
WRONG_BODY = "    return 'nothing that any test expects'"
SYSV_KEY = 0x6C6C616D


@dataclass(frozen=True, slots=True)
class Program:
    """One file of ``hostile/`` or ``awkward/``; ``expected`` holds the acceptable outcomes."""

    name: str  # its path there, without suffix: forge/drip_reply
    task_id: str
    expected: frozenset[str]
    completion: str


def read_program(path: Path, name: str) -> Program:
    head: dict[str, str] = {}
    text = path.read_bytes().decode()
    while (line := text.partition("\n")[0]).startswith(("# task:", "# expect:", "# why:")):
        key, _, value = line[2:].partition(": ")
        head[key] = value
        text = text.partition("\n")[2]
    if text.startswith("# text: "):
        # The suite's own expressions, such as "(" * 100000: what no readable file could hold.
        text = eval(text.removeprefix("# text: "))
    outcomes = head["expect"].replace("not passed", "failed|timeout|crashed").split("|")
    return Program(name, head["task"], frozenset(outcomes), text)


def read_programs(folder: str) -> list[Program]:
    paths = sorted((HERE / folder).rglob("*.py"))
    return [read_program(p, p.relative_to(HERE / folder).with_suffix("").as_posix()) for p in paths]


HOSTILE = read_programs("hostile")
LOOPS = [program for program in HOSTILE if program.expected == {"timeout"}]
ATTACKS = [program for program in HOSTILE if program not in LOOPS]
AWKWARD = read_programs("awkward")


def samples_of(programs: list[Program], host: Path) -> Iterator[Sample]:
    """Each program, followed by a right and a wrong neighbour of the same task (draws +1, +2)."""
    for number, program in enumerate(programs):
        text = program.completion.replace("@HOST@", str(host)).replace("@REPO@", str(REPOSITORY))
        text = text.replace("@ABSTRACT@", f"llama-{host.name}-{os.getpid()}")
        solution = PROBLEMS[program.task_id].canonical_solution
        mark = f"\n{LIBRARY}# neighbour {number}\n"
        yield Sample(program.task_id, 3 * number, text)
        yield Sample(program.task_id, 3 * number + 1, solution + mark)
        yield Sample(program.task_id, 3 * number + 2, WRONG_BODY + mark)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of ``execute.py`` left: verdicts by draw, its files and its own text."""

    verdicts: dict[int, Verdict]
    text: str
    host: Path
    scratch: Path
    leftovers: list[str]


def command(samples: Path, verdicts: Path, *options: str) -> list[str]:
    script = REPOSITORY / "scripts" / "execute.py"
    return [
        *(sys.executable, str(script), "--benchmark", str(human_eval_file())),
        *("--suite", "base", "--answer", "verbatim", "--workers", "2"),
        *("--samples", str(samples), "--verdicts", str(verdicts), *options),
    ]


def descendants() -> list[str]:
    """Command lines of this process's children: a subreaper inherits every orphan below it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(status[1]) == os.getpid():
                    found.append(f"{entry.name} {(entry / 'cmdline').read_text()!r} {status[0]}")
            except OSError:
                continue
    return found


def traces() -> list[str]:
    """What the programs would leave on the host, found by the marks in its names."""
    found = [
        str(path)
        for folder in {Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/"), Path("/run")}
        | {Path.home(), Path.cwd(), REPOSITORY, HERE, Path("/dev/mqueue")}
        if folder.is_dir()
        for pattern in ("*llama-trace*", "*llama_trace*")
        for path in folder.glob(pattern)
    ]
    for table in ("shm", "sem", "msg"):
        for line in Path(f"/proc/sysvipc/{table}").read_text().splitlines()[1:]:
            if int(line.split()[0]) == SYSV_KEY:
                found.append(f"{table}: {line}")
    for file in ("/proc/net/unix", "/proc/keys"):
        if Path(file).exists():
            found += [x for x in Path(file).read_text().splitlines() if "llama-trace" in x]
    return found


def make_host(folder: Path) -> list[socket.socket]:
    """A user's folder with things to steal, spoil and connect to."""
    folder.mkdir(mode=0o750)
    (folder / "target.txt").write_text(SECRET)
    (folder / "target.txt").chmod(0o640)
    (folder / "answers.py").write_text("answers = [1]\n")
    (folder / "samples.jsonl").write_text("{}\n")
    sockets = []
    name = f"\0llama-{folder.name}-{os.getpid()}"
    for kind, names in (
        (socket.SOCK_STREAM, (str(folder / "socket"), name)),
        (socket.SOCK_DGRAM, (str(folder / "datagram"), f"{name}-datagram")),
    ):
        for address in names:
            listener = socket.socket(socket.AF_UNIX, kind)
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen()
            sockets.append(listener)
    return sockets


def host_state(folder: Path) -> dict[str, tuple[object, ...]]:
    """Modes, owners, times, contents and extended attributes of a folder and what it holds."""
    state: dict[str, tuple[object, ...]] = {}
    for path in (folder, *sorted(folder.iterdir())):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else None
        state[path.name] = (
            *(status.st_mode, status.st_uid, status.st_gid, status.st_nlink),
            *(status.st_mtime_ns, content, tuple(os.listxattr(path, follow_symlinks=False))),
        )
    return state


def execute(programs: list[Program], folder: Path, *options: str) -> Run:
    """Run the programs and their neighbours in one call of the command line."""
    host, scratch, out = folder / "host", folder / "scratch", folder / "out"
    listeners = make_host(host)
    scratch.mkdir()
    samples, verdicts = folder / "samples.jsonl.gz", out / "verdicts.jsonl.gz"
    write_records(samples, samples_of(programs, host))
    before = host_state(host)
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    children = set(descendants())
    try:
        process = subprocess.Popen(
            command(samples, verdicts, *options),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LLAMA_SECRET": SECRET, "TMPDIR": str(scratch)},
            cwd=folder,
            start_new_session=True,
        )
        try:
            text = process.communicate(timeout=400)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            text = process.communicate()[0].decode(errors="replace")
            pytest.fail(f"execute.py hangs; it said:\n{text[-4000:]}")
        assert process.returncode == 0, text[-4000:]
        leftovers = [f"process: {line}" for line in set(descendants()) - children]
    finally:
        ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)
        for listener in listeners:
            listener.close()
    leftovers += [f"trace: {line}" for line in traces()]
    leftovers += [f"scratch: {path}" for path in scratch.iterdir()]
    allowed = {"host", "scratch", "out", "samples.jsonl.gz"}
    leftovers += [f"cwd: {path}" for path in folder.iterdir() if path.name not in allowed]
    leftovers += [f"out: {p}" for p in out.iterdir() if not p.name.startswith("verdicts.")]
    after = host_state(host)
    leftovers += [f"host: {name}" for name in before.keys() ^ after.keys()]
    leftovers += [f"host: {name}" for name in before if before[name] != after.get(name)]
    found = {verdict.draw: verdict for verdict in read_verdicts(verdicts)}
    return Run(found, text, host, scratch, leftovers)


@pytest.fixture(scope="module")
def attack_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return execute(ATTACKS, tmp_path_factory.mktemp("attacks"), "--timeout", "1")


@pytest.fixture(scope="module")
def loop_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return execute(LOOPS, tmp_path_factory.mktemp("loops"), "--timeout", "0.3")


@pytest.fixture(scope="module")
def awkward_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return execute(AWKWARD, tmp_path_factory.mktemp("awkward"))


PLUS_INPUTS = {
    "HumanEval/8": ([[1, 2]], [[]]),
    "HumanEval/27": (["aB"], ["Cd"]),
    "HumanEval/42": ([[1]], [[2, 3]]),
    "HumanEval/45": ([5.0, 3.0], [2.0, 8.0]),
    "HumanEval/53": ([1, 2], [3, 4]),
    "HumanEval/60": ([1], [6]),
    "HumanEval/111": (["a b b a"], ["r t g"]),
}
PLUS_ATTACKS = [
    program
    for program in ATTACKS
    if program.task_id in PLUS_INPUTS and program.name.startswith(("lie/", "tamper/", "wire/"))
]
# A right program that replies once more than it is asked: the judge must bear it.
ONE_REPLY_TOO_MANY = """\
    import os, struct, sys
    runner = sys._getframe(1).f_locals
    reply = b"V" + runner["encode"](x + y)
    os.write(3, struct.pack("I", len(reply)) + reply)
    return x + y
"""


@pytest.fixture(scope="module")
def plus_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The programs that attack the comparison, against digests and tolerances of HumanEval+."""
    folder = tmp_path_factory.mktemp("plus")
    lines = []
    for task_id, (base, plus) in PLUS_INPUTS.items():
        record = asdict(PROBLEMS[task_id]) | {"base_input": [base], "plus_input": [plus]}
        record["atol"] = 1e-6 if task_id == "HumanEval/45" else 0
        lines.append(json.dumps(record) + "\n")
    (folder / "tests.jsonl").write_text("".join(lines))
    expected_values(folder / "tests.jsonl", "0" * 64, folder / "expected.jsonl.gz")
    extra = Program("one_reply_too_many", "HumanEval/53", frozenset(OUTCOMES), ONE_REPLY_TOO_MANY)
    (folder / "run").mkdir()
    options = ("--suite", "plus", "--expected", str(folder / "expected.jsonl.gz"))
    return execute([*PLUS_ATTACKS, extra], folder / "run", *options, "--timeout", "0.5")


def test_attacks_on_the_comparison_do_not_pass_humaneval_plus(plus_run: Run) -> None:
    passed = {
        program.name
        for number, program in enumerate(PLUS_ATTACKS)
        if plus_run.verdicts[3 * number].outcome == "passed"
    }
    assert passed == set()
    assert all(plus_run.verdicts[3 * n + 1].outcome == "passed" for n in range(len(PLUS_ATTACKS)))


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=[p.name for p in ATTACKS])
def test_hostile_program_does_not_pass(attack_run: Run, number: int) -> None:
    verdict = attack_run.verdicts[3 * number]
    assert verdict.outcome in ATTACKS[number].expected, verdict


@pytest.mark.parametrize("number", range(len(LOOPS)), ids=[p.name for p in LOOPS])
def test_endless_program_times_out(loop_run: Run, number: int) -> None:
    assert loop_run.verdicts[3 * number].outcome == "timeout"


@pytest.mark.parametrize("number", range(len(AWKWARD)), ids=[p.name for p in AWKWARD])
def test_awkward_program_passes(awkward_run: Run, number: int) -> None:
    verdict = awkward_run.verdicts[3 * number]
    assert verdict.outcome in AWKWARD[number].expected, verdict


EVERY_RUN = [
    pytest.param("attack_run", ATTACKS, id="attacks"),
    pytest.param("loop_run", LOOPS, id="loops"),
    pytest.param("awkward_run", AWKWARD, id="awkward"),
]


@pytest.mark.parametrize(("run", "programs"), EVERY_RUN)
def test_programs_change_no_verdict_of_their_neighbours(
    run: str, programs: list[Program], request: pytest.FixtureRequest
) -> None:
    verdicts = request.getfixturevalue(run).verdicts
    changed = {
        program.name: neighbours
        for number, program in enumerate(programs)
        if (neighbours := [verdicts[3 * number + i].outcome for i in (1, 2)])
        != ["passed", "failed"]
    }
    assert changed == {}


@pytest.mark.parametrize(("run", "programs"), EVERY_RUN)
def test_every_program_has_exactly_one_verdict(
    run: str, programs: list[Program], request: pytest.FixtureRequest
) -> None:
    verdicts = request.getfixturevalue(run).verdicts
    assert verdicts.keys() == set(range(3 * len(programs)))


@pytest.mark.parametrize(("run", "programs"), EVERY_RUN)
def test_programs_leave_no_trace_on_the_host(
    run: str, programs: list[Program], request: pytest.FixtureRequest
) -> None:
    assert request.getfixturevalue(run).leftovers == []


def test_no_text_of_a_program_or_the_environment_is_reported(attack_run: Run) -> None:
    """Class names, messages and outputs are the candidate's; only built-in names are ours."""
    names = {v.error for v in attack_run.verdicts.values()} - {None}
    assert {n for n in names if not isinstance(getattr(builtins, n, None), type)} == set()
    for text in (attack_run.text, *map(str, attack_run.verdicts.values())):
        assert SECRET not in text and "llama_leak" not in text and "llama-trace" not in text
    for line in attack_run.text.splitlines():
        assert len(line) < 2000 and "Traceback" not in line


def test_metadata_reports_no_secret_and_no_forged_pass(attack_run: Run) -> None:
    (metadata,) = (attack_run.host.parent / "out").glob("*.meta.json")
    text = metadata.read_text()
    assert SECRET not in text and "LLAMA_SECRET" not in text and "llama_leak" not in text
    assert json.loads(text)["outcomes"]["passed"] == len(ATTACKS)


def test_programs_that_reach_the_interpreter_never_share_a_process() -> None:
    """Asked of the gate in the interpreter of the fork server: what it has loaded matters."""
    script = (
        "import json, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from forkserver import purity\n"
        "for name, program in json.load(sys.stdin):\n"
        "    if purity.is_tame(compile(program, '<candidate>', 'exec', dont_inherit=True)):\n"
        "        print(name)\n"
    )
    texts = [
        (program.name, PROBLEMS[program.task_id].prompt + program.completion)
        for program in HOSTILE
        if program.name.startswith(("untame/", "read/", "process/", "tamper/frames", "wire/"))
    ]
    assert len(texts) > 80
    texts.append(("neighbour", PROBLEMS["HumanEval/23"].prompt + "    return 0\n" + LIBRARY))
    done = subprocess.run(
        [sys.executable, "-s", "-S", "-P", "-c", script, str(REPOSITORY / "scripts/passk/sandbox")],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["neighbour"]


@pytest.mark.slow
def test_awkward_programs_are_right_by_plain_exec(tmp_path: Path) -> None:
    """The suite's own claim: each passes HumanEval's test inside one ordinary interpreter."""
    script = (
        "import json, os, sys\n"
        "for name, program in json.load(sys.stdin):\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        null = os.open(os.devnull, os.O_WRONLY)\n"
        "        os.dup2(null, 1)\n"
        "        os.dup2(null, 2)\n"
        "        exec(program, {})\n"
        "        os._exit(0)\n"
        "    if os.waitpid(pid, 0)[1]:\n"
        "        print(name)\n"
    )
    programs = []
    for program in AWKWARD:
        problem = PROBLEMS[program.task_id]
        text = f"{problem.prompt}{program.completion}\n{problem.test}\ncheck({problem.entry_point})"
        programs.append((program.name, text))
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.split() == []


def test_killed_run_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    """SIGKILL gives execute.py no chance to clean up; its helpers must notice by themselves."""
    host, scratch, out = tmp_path / "host", tmp_path / "scratch", tmp_path / "out"
    scratch.mkdir()
    write_records(tmp_path / "samples.jsonl.gz", samples_of(LOOPS[:6], host))
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    try:
        process = subprocess.Popen(
            command(tmp_path / "samples.jsonl.gz", out / "v.jsonl.gz", "--timeout", "30"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(scratch)},
        )
        deadline = time.monotonic() + 20
        while not list(scratch.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(2)
        assert process.poll() is None, "the loops are expected to run still"
        process.kill()
        process.wait()
        deadline = time.monotonic() + 15
        while (left := descendants()) and time.monotonic() < deadline:
            time.sleep(0.2)
            _reap()
        assert left == []
    finally:
        ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)
    assert not (out / "v.jsonl.gz").exists()
    assert list(scratch.iterdir()) == []


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def test_every_program_is_documented_and_parses_where_it_should() -> None:
    """The suites' own order: enough programs, distinct texts, awkward ones valid Python."""
    texts = [p.completion for p in HOSTILE + AWKWARD]
    assert len(set(texts)) == len(texts)
    assert len(HOSTILE) >= 100 and len(AWKWARD) >= 40
    assert len(LOOPS) >= 12 and len(PLUS_ATTACKS) >= 50
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one of them has a deprecated escape
        for program in AWKWARD:
            ast.parse(PROBLEMS[program.task_id].prompt + program.completion)
