"""The demo's programs and theorems, benchmarks, training script and shipped models."""

import hashlib
import json
import marshal
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from conftest import TORCH_PYTHON

import write_demo_benchmark as writer
import write_demo_theorems
from passk import demo_rounds, repair
from passk.benchmarks import demo, demo_theorems, read_problem_file
from passk.benchmarks.human_eval import Problem
from passk.benchmarks.theorem import Theorem
from passk.records import Sample, sha256_of
from passk.sandbox.pool import Pool, Tally
from passk.verifiers import feedback
from passk.verifiers import inputs_and_outputs as plus
from passk.verifiers.assertions import check_case
from passk.verifiers.examples import read_examples
from passk.verifiers.proof_term import check_theorem, read_statement

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "resources" / "demo"

needs_torch = pytest.mark.skipif(
    not Path(TORCH_PYTHON).exists(), reason="the transformers environment is not built"
)
slow = pytest.mark.slow  # half a minute writes the benchmark again


@cache
def tasks():
    return writer.tasks()


def streamed(count, seed=0):
    return list(islice(demo.training_stream(Random(seed)), count))


def passes(problem, completion):
    names = {}
    exec(problem.prompt + completion + "\n" + problem.test, names)
    try:
        names["check"](names[problem.entry_point])
    except Exception:
        return False
    return True


@slow
def test_no_held_out_composition_is_in_the_training_stream():
    shapes = {composition.shape for composition, _ in tasks()}
    solutions = {demo.body(composition) for composition, _ in tasks()}
    for composition in streamed(10_000):
        assert composition.shape not in shapes
        assert demo.body(composition) not in solutions


def test_about_one_shape_in_eight_is_held_out():
    rng = Random(0)
    shapes = {c.shape: demo.is_held_out(c) for c in (demo.draw(rng) for _ in range(20_000))}
    assert 0.11 < sum(shapes.values()) / len(shapes) < 0.14


def test_holding_out_ignores_arguments_and_the_order_of_conditions():
    rng = Random(0)
    for composition in streamed(500):
        twin = replace(
            composition,
            source=replace(composition.source, argument=None),
            conditions=composition.conditions[::-1],
            maps=tuple(
                replace(step, argument=rng.choice(step.operation.arguments or (None,)))
                for step in composition.maps
            ),
        )
        assert twin.shape == composition.shape
        assert not demo.is_held_out(twin)


def test_maps_apply_in_the_order_of_the_docstring():
    operations = {operation.name: operation for operation in demo.NUMBERS.maps}
    composition = demo.Composition(
        demo.NUMBERS,
        demo.Step(demo.WHOLE),
        (),
        (demo.Step(operations["add"], 2), demo.Step(operations["times"], 3)),
        demo.Step(demo.KEEP_LIST),
    )
    assert demo.body(composition) == "    return [(x + 2) * 3 for x in xs]\n"
    assert writer.solution(composition)([1]) == [9]
    swapped = replace(composition, maps=composition.maps[::-1])
    assert demo.body(swapped) == "    return [x * 3 + 2 for x in xs]\n"


def test_every_operation_runs_on_any_input():
    rng = Random(0)
    met = set()
    for composition in streamed(5_000):
        solve = writer.solution(composition)
        solve([])
        solve(demo.random_input(composition.domain, rng))
        met |= {step.operation.name for step in composition.steps}
    for domain in (demo.NUMBERS, demo.WORDS):
        tables = (domain.sources, domain.conditions, domain.maps, domain.reductions)
        assert {op.name for table in tables for op in table} - met <= {"list"}


@slow
def test_shipped_benchmark_is_what_the_script_writes():
    assert (SHIPPED / "problems.jsonl").read_text() == writer.benchmark_text(tasks())
    assert (SHIPPED / "plus.jsonl").read_text() == writer.plus_text(tasks())
    assert (SHIPPED / "few.jsonl").read_text() == writer.few_text(tasks())
    assert (SHIPPED / "shown.jsonl").read_text() == writer.shown_text(tasks())


def test_few_asserts_are_the_shortest_of_the_many_and_nothing_else_differs():
    """So that samples are drawn as the demo's, and the second suite holds these asserts, too."""
    many = read_problem_file(SHIPPED / "problems.jsonl").problems
    few = read_problem_file(SHIPPED / "few.jsonl").problems
    for one, other in zip(many, few, strict=True):
        assert replace(one, test="") == replace(other, test="")
        asserts, chosen = (problem.test.splitlines()[1:] for problem in (one, other))
        assert len(chosen) == 4 and set(chosen) < set(asserts)
        assert "candidate([])" in chosen[0]
        check_case(other)


def test_shown_examples_are_right_and_in_neither_suite():
    many = read_problem_file(SHIPPED / "problems.jsonl").problems
    shown = read_problem_file(SHIPPED / "shown.jsonl").problems
    lines = [json.loads(line) for line in (SHIPPED / "plus.jsonl").read_text().splitlines()]
    for one, other, line in zip(many, shown, lines, strict=True):
        assert replace(one, prompt="") == replace(other, prompt="")
        assert other.prompt.startswith(one.prompt.removesuffix('"""\n') + "\n\n    >>> solve([")
        assert passes(other, other.canonical_solution)
        names = {}
        exec(other.prompt + other.canonical_solution, names)
        examples = read_examples(other)
        assert len(examples) == demo.EXAMPLES
        for example in examples:
            ((values,), _) = marshal.loads(example.call)
            assert names["solve"](values) == example.value
            assert f"candidate({values!r})" not in other.test
            assert [values] not in line["base_input"] + line["plus_input"]


def functions(text):
    """The functions that a text has one after another, with the lines between."""
    return re.split(r"^(?=def )", text, flags=re.M)[1:]


def test_repairer_sees_programs_that_fail_as_the_sentence_says_and_no_held_out_one():
    texts = list(islice(demo_rounds.training_texts(Random(3)), 400))
    rounds = [(functions(given), body) for given, body in texts if given.count("def ") > 1]
    assert 150 < len(rounds) < 250
    cases, samples, wanted = {}, [], []
    for number, ((wrong, prompt), body) in enumerate(rounds):
        name = f"T/{number}"
        program, _, said = wrong.rstrip("\n").rpartition("\n# ")
        assert program.startswith(prompt)
        cases[name] = feedback.case(Problem(name, prompt, demo.ENTRY_POINT, "", "", number))
        samples += [Sample(name, 0, program.removeprefix(prompt)), Sample(name, 1, body)]
        wanted += [said, None]
    prompts = {f"T/{number}": prompt for number, ((_, prompt), _) in enumerate(rounds)}
    with Pool(cases, 2) as judge:
        text = lambda sample: prompts[sample.task_id] + sample.completion  # noqa: E731
        found = {
            (v.task_id, v.draw): cases[v.task_id].feedback(v)
            for v in judge.verdicts(samples, text, Tally(len(samples)))
        }
    silent = 0
    for sample, said in zip(samples, wanted, strict=True):
        one = found[sample.task_id, sample.draw]
        assert one.passed is (said is None)
        silent += said == repair.FAILS
        assert said == repair.FAILS or one.feedback == said
    assert 25 < silent < 80


def test_a_slip_that_the_repairer_is_shown_is_of_no_held_out_shape(monkeypatch):
    made = []
    solution = demo.solution
    monkeypatch.setattr(demo, "solution", lambda one: made.append(one) or solution(one))
    list(islice(demo_rounds.training_texts(Random(5)), 1000))
    assert len(made) > 1000
    assert not any(map(demo.is_held_out, made))


def test_few_asserts_let_a_bound_pass_that_is_off_by_one():
    files = [SHIPPED / f"{name}.jsonl" for name in ("problems", "few")]
    let_pass = 0
    for many, few in zip(*(read_problem_file(file).problems for file in files), strict=True):
        wrong = re.sub(
            r"([<>]=?) (\d+)", lambda m: f"{m[1]} {int(m[2]) + 1}", many.canonical_solution
        )
        assert passes(few, many.canonical_solution)
        let_pass += passes(few, wrong) and not passes(many, wrong)
    assert let_pass >= 3


@slow
def test_benchmark_has_held_out_tasks_of_two_to_five_steps():
    compositions = [composition for composition, _ in tasks()]
    assert len(compositions) >= 100
    assert len({composition.shape for composition in compositions}) == len(compositions)
    assert {len(composition.steps) for composition in compositions} == {2, 3, 4, 5}
    assert all(demo.is_held_out(composition) for composition in compositions)


@slow
def test_second_suite_has_the_first_ones_inputs_and_many_more():
    lines = [json.loads(line) for line in (SHIPPED / "plus.jsonl").read_text().splitlines()]
    problems = read_problem_file(SHIPPED / "problems.jsonl").problems
    assert [line["task_id"] for line in lines] == [problem.task_id for problem in problems]
    for line, problem, (_, inputs) in zip(lines, problems, tasks(), strict=True):
        assert (line["prompt"], line["canonical_solution"]) == (
            problem.prompt,
            problem.canonical_solution,
        )
        assert line["base_input"] == [[values] for values in inputs]
        given = [repr(values) for values in line["base_input"] + line["plus_input"]]
        assert len(set(given)) == len(given) >= 40


def test_second_suite_catches_a_slip_that_only_a_large_number_shows(tmp_path):
    line = json.loads((SHIPPED / "plus.jsonl").read_text().splitlines()[0])
    assert "x + 15" in line["canonical_solution"]
    text = (SHIPPED / "plus.jsonl").read_text()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    plus.expected_values(SHIPPED / "plus.jsonl", sha256, tmp_path / "expected.jsonl.gz")
    expected = plus.ExpectedValues(tmp_path / "expected.jsonl.gz", 1.0)
    problem = read_problem_file(SHIPPED / "problems.jsonl").problems[0]
    bodies = [
        problem.canonical_solution,
        "    return sum(min(x, 999) + 15 for x in xs)\n",
        "    return sum(x + 15 for x in xs[:30])\n",
    ]
    found = {}
    for name, case in (("base", check_case(problem)), ("plus", expected.case(problem))):
        samples = [Sample(problem.task_id, draw, body) for draw, body in enumerate(bodies)]
        with Pool({problem.task_id: case}) as judge:
            verdicts = judge.verdicts(samples, lambda s: problem.prompt + s.completion, Tally(3))
            found[name] = [v.outcome for v in sorted(verdicts, key=lambda v: v.draw)]
    assert found == {"base": ["passed"] * 3, "plus": ["passed", "failed", "failed"]}


def test_canonical_solutions_pass_and_stubs_fail():
    for problem in read_problem_file(SHIPPED / "problems.jsonl").problems:
        assert problem.test.count("assert") >= 12
        assert passes(problem, problem.canonical_solution)
        for stub in ("    pass\n", "    return 0\n", "    return []\n", '    return ""\n'):
            assert not passes(problem, stub)


@slow
def test_a_slip_that_shows_on_one_list_in_ten_fails_the_asserts():
    problems = read_problem_file(SHIPPED / "problems.jsonl").problems
    rng = Random(2)
    wrong = 0
    for problem, (composition, _) in list(zip(problems, tasks(), strict=True))[::8]:
        fresh = [demo.random_input(composition.domain, rng) for _ in range(50)]
        right = writer.results(composition, fresh)
        for slip in writer.slips(composition):
            pairs = zip(writer.results(slip, fresh), right, strict=True)
            if sum(a != b for a, b in pairs) >= 5:
                wrong += 1
                assert not passes(problem, demo.body(slip)), demo.body(slip)
    assert wrong > 1000


def test_drawn_theorems_have_the_proof_that_comes_with_them():
    rng = Random(4)
    for number in range(800):
        theorem = demo_theorems.draw(rng)
        prompt, proof = demo_theorems.prompt(theorem), demo_theorems.body(theorem)
        assert read_statement(prompt) == theorem.formula
        check_theorem(Theorem("T", prompt, proof, number))
        assert 0 < theorem.steps <= demo_theorems.LARGEST


def renamed(formula, names):
    if isinstance(formula, str):
        return names[formula]
    return formula[0], renamed(formula[1], names), renamed(formula[2], names)


def test_a_shape_knows_no_names_and_no_order_of_hypotheses():
    rng = Random(5)
    for theorem in (demo_theorems.draw(rng) for _ in range(300)):
        names = dict(zip(demo_theorems.ATOMS, rng.sample("pqrstuvw", 6), strict=True))
        twin = renamed(theorem.formula, names)
        assert demo_theorems.shape(twin) == demo_theorems.shape(theorem.formula)
        twin = ("→", "p", ("→", twin, "q"))
        other = ("→", ("∧", theorem.formula, "r"), "s")
        assert demo_theorems.shape(twin) == demo_theorems.shape(other)
    one, other = ("→", "p", ("→", "p", "q")), ("→", ("→", "p", "p"), "q")
    assert demo_theorems.shape(one) != demo_theorems.shape(other)


def test_no_theorem_of_the_benchmark_is_in_the_training_stream():
    tasks = read_problem_file(SHIPPED / "theorems.jsonl", "theorem").problems
    formulas = [read_statement(task.prompt) for task in tasks]
    shapes = {demo_theorems.shape(formula) for formula in formulas}
    assert len({task.prompt for task in tasks}) == len(tasks) == 120
    assert len(shapes) >= 120 / write_demo_theorems.OF_A_SHAPE
    assert all(map(demo_theorems.is_held_out, formulas))
    statements = {task.prompt for task in tasks}
    for theorem in islice(demo_theorems.training_stream(Random(0)), 1500):
        assert demo_theorems.shape(theorem.formula) not in shapes
        assert demo_theorems.prompt(theorem) not in statements


def test_atoms_and_variables_are_named_in_their_order():
    """So that two texts are one theorem only where they are the same text."""
    for prompt, body in islice(demo_theorems.training_texts(Random(6)), 500):
        atoms = re.findall(r"\b[a-z]\b", prompt.partition(") : ")[2])
        assert "".join(dict.fromkeys(atoms)) == demo_theorems.ATOMS[: len(set(atoms))]
        variables = re.findall(r"\b[a-z]\b", body)
        assert set(variables) <= set(demo_theorems.VARIABLES)


@slow
def test_shipped_theorems_are_what_the_script_writes():
    found = write_demo_theorems.theorems()
    text = (SHIPPED / "theorems.jsonl").read_text()
    assert text == write_demo_theorems.benchmark_text(found)


def test_training_without_torch_explains_itself(tmp_path):
    command = [sys.executable, "scripts/train_demo_model.py"]
    options = ["--size", "small", "--output", str(tmp_path / "model")]
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(name='torch')\n")
    settings = {"cwd": ROOT, "env": {**os.environ, "PYTHONPATH": str(tmp_path)}}
    helped, refused = (
        subprocess.run([*command, *rest], capture_output=True, text=True, **settings)
        for rest in (["--help"], options)
    )
    assert (helped.returncode, "--output" in helped.stdout) == (0, True), helped.stderr
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert "'torch'" in line
    assert "resources/envs/transformers" in line
    assert not (tmp_path / "model").exists()


@needs_torch
@slow
@pytest.mark.parametrize("size", ["small", "prover", "repairer"])
def test_training_twice_gives_the_same_bytes_and_a_lower_loss(size, tmp_path):
    hashes = []
    for name in ("first", "second"):
        command = [TORCH_PYTHON, "scripts/train_demo_model.py", "--size", size]
        command += ["--steps", "15", "--output", tmp_path / name]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        files = sorted((tmp_path / name).iterdir())
        hashes.append([(file.name, sha256_of(file)) for file in files])
    assert hashes[0] == hashes[1]
    training = json.loads((tmp_path / "first" / "training.json").read_text())
    margin = 0.03 if "base" in training else 0.1  # which had learned most of it before
    assert training["last_loss"] < training["first_loss"] - margin


@needs_torch
def test_a_prompt_ends_at_a_token_and_text_comes_back():
    composed = [(c, Random(n)) for n, c in enumerate(streamed(300))]
    pairs = [[demo.prompt(c, rng), demo.body(c)] for c, rng in composed]
    theorems = list(islice(demo_theorems.training_texts(Random(0)), 300))
    pairs.append(["def été(x):\n\t'''“ ” \r\n'''\n\n", "        return 1234567890\n#   ~\x00"])
    script = """
import json, sys
from transformers import AutoTokenizer
pairs, theorems = json.load(sys.stdin)
for folder, texts in (("small", pairs), ("large", []), ("prover", theorems + pairs[-1:])):
    tokenizer = AutoTokenizer.from_pretrained(f"resources/demo/{folder}")
    encode = lambda text: tokenizer(text).input_ids
    for prompt, body in texts:
        assert encode(prompt) + encode(body) == encode(prompt + body), (prompt, body)
        assert tokenizer.decode(encode(prompt + body)) == prompt + body, (prompt, body)
    assert tokenizer.pad_token_id not in encode("".join(map(chr, range(1, 3000))))
"""
    command = [TORCH_PYTHON, "-c", script]
    subprocess.run(command, cwd=ROOT, check=True, input=json.dumps([pairs, theorems]), text=True)


@pytest.mark.parametrize("size", ["small", "large", "prover", "repairer"])
def test_shipped_model_is_a_llama_of_the_size_it_says(size):
    config = json.loads((SHIPPED / size / "config.json").read_text())
    training = json.loads((SHIPPED / size / "training.json").read_text())
    assert config["architectures"] == ["LlamaForCausalLM"]
    assert config["hidden_size"] == training["recipe"]["hidden_size"]
    weights = SHIPPED / size / "model.safetensors"
    assert 0 < weights.stat().st_size - 2 * training["parameters"] < 10_000


def test_readme_lists_the_shipped_files_hashes():
    listed = re.findall(
        r"^\| (\S+) \| ([0-9a-f]{64}) \|$", (SHIPPED / "README.md").read_text(), re.M
    )
    assert {name for name, _ in listed} == {
        "problems.jsonl",
        "plus.jsonl",
        "few.jsonl",
        "shown.jsonl",
        "theorems.jsonl",
        "prover/model.safetensors",
        "repairer/model.safetensors",
        "small/model.safetensors",
        "large/model.safetensors",
    }
    for name, sha256 in listed:
        assert sha256_of(SHIPPED / name) == sha256
