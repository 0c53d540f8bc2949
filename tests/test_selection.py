"""Selection without tests: against every set of draws, closed forms, and what no majority may do.

The brute force below knows nothing of groups, shares or sampled sets: it looks at each set of draws
and averages over the samples that could be taken from it.
"""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import PROBLEMS, ROOT, Workflow, recorded_lines
from PIL import Image
from scipy import stats

from observe import observe
from passk.analyses.selection import figure, page
from passk.analyses.selection import table as selection
from passk.analyses.selection.table import ABSENT, METHODS, TaskSamples
from passk.benchmarks import find_benchmark
from passk.judging import open_judging
from passk.records import Snapshot, UserError, Verdict, metadata_path, write_metadata, write_records
from passk.sandbox.pool import Pool
from passk.tables import read_table, table_text
from passk.verifiers import Signature
from passk.verifiers.signatures import read_signatures


def task(
    right: Sequence[int],
    outputs: Sequence[Sequence[int]] | None = None,
    text: Sequence[int] | None = None,
    logprob: Sequence[float] | None = None,
    without_value: Sequence[int] = (ABSENT,),
    task_id: str = "T",
    nothing: Sequence[int] = (),
    examples: Sequence[int] | None = None,
    score: Sequence[float] | None = None,
    tests: Sequence[Sequence[int]] | None = None,
) -> TaskSamples:
    """Outputs are numbers; those in ``without_value`` are exceptions or no data, those in
    ``nothing`` are None."""
    n = len(right)
    marks = np.array(outputs if outputs is not None else [[0]] * n, np.int64).reshape(n, -1)
    valued = ~np.isin(marks, list({*without_value, ABSENT}))
    return TaskSamples(
        task_id,
        np.array(right, bool),
        marks,
        valued,
        np.array(text if text is not None else range(n)),
        np.array(logprob if logprob is not None else [math.nan] * n, float),
        (valued & ~np.isin(marks, list(nothing))).any(axis=1),
        np.array(score if score is not None else [math.nan] * n, float),
        None if examples is None else np.array(examples, bool),
        None if tests is None else np.array(tests, np.int64).reshape(n, -1),
    )


Taken = Callable[[TaskSamples, tuple[int, ...]], Sequence[int]]


def expected(one: TaskSamples, n: int, taken: Taken) -> float:
    """The chance that a sample is right which is taken at random from ``taken``, over all sets."""
    total = Fraction(0)
    for drawn in itertools.combinations(range(len(one.right)), n):
        places = taken(one, drawn)
        total += Fraction(sum(int(one.right[i]) for i in places), len(places))
    return float(total / math.comb(len(one.right), n))


def most_frequent(drawn: Sequence[int], key: Callable[[int], Any]) -> list[int]:
    counts = Counter(map(key, drawn))
    return [i for i in drawn if counts[key(i)] == max(counts.values())]


def of_text(one: TaskSamples, drawn: tuple[int, ...]) -> list[int]:
    return most_frequent(drawn, lambda i: int(one.text[i]))


def that_can_win(
    one: TaskSamples, drawn: tuple[int, ...]
) -> tuple[list[int], Callable[[int], tuple[int, ...]]]:
    """Those of the drawn that can be in a winning group, and what the members of one share."""
    voters = [i for i in drawn if one.votes[i]]
    counting = [
        j
        for j in range(one.outputs.shape[1])
        if sum(bool(one.valued[i][j]) for i in voters) > len(voters) / 2
    ]
    able = [
        i
        for i in voters
        if all(one.outputs[i][j] != ABSENT for j in counting)
        and any(one.valued[i][j] for j in counting)
    ]
    return able, lambda i: tuple(int(one.outputs[i][j]) for j in counting)


def of_behaviour(one: TaskSamples, drawn: tuple[int, ...]) -> Sequence[int]:
    able, key = that_can_win(one, drawn)
    return most_frequent(able, key) if able else drawn


def of_weight(weight: np.ndarray, one: TaskSamples, drawn: tuple[int, ...]) -> Sequence[int]:
    able, key = that_can_win(one, drawn)
    sums: Counter[tuple[int, ...]] = Counter()
    for i in able:
        sums[key(i)] += Fraction(weight[i])
    return [i for i in able if sums[key(i)] == max(sums.values())] or drawn


def of_agreement(one: TaskSamples, drawn: tuple[int, ...]) -> Sequence[int]:
    voters = [i for i in drawn if one.votes[i]]
    score = {
        i: sum(
            bool(one.valued[i][j] and one.valued[k][j] and one.outputs[i][j] == one.outputs[k][j])
            for j in range(one.outputs.shape[1])
            for k in voters
        )
        for i in voters
    }
    return [i for i in voters if score[i] == max(score.values())] or drawn


def of_examples(one: TaskSamples, drawn: tuple[int, ...]) -> Sequence[int]:
    if one.examples is None:
        return drawn
    return [i for i in drawn if one.examples[i]] or drawn


def of_both(one: TaskSamples, drawn: tuple[int, ...]) -> Sequence[int]:
    return of_agreement(one, tuple(of_examples(one, drawn)))


def likeliest(one: TaskSamples, drawn: tuple[int, ...]) -> list[int]:
    best = max(one.logprob[i] for i in drawn)
    return [i for i in drawn if one.logprob[i] == best]


def best_scored(one: TaskSamples, drawn: tuple[int, ...]) -> list[int]:
    best = max(one.score[i] for i in drawn)
    return [i for i in drawn if one.score[i] == best]


def of_tests(one: TaskSamples, drawn: tuple[int, ...]) -> Sequence[int]:
    """Consensus sets of programs and tests, of the sizes of both."""
    voters = [i for i in drawn if one.votes[i]]
    passed = {i: () if one.tests is None else tuple(map(int, one.tests[i])) for i in voters}
    sizes = Counter(passed.values())
    score = {i: sizes[passed[i]] * sum(passed[i]) ** 2 for i in voters}
    return [i for i in voters if score[i] == max(score.values())] or drawn


def every_set(draws: int, n: int) -> np.ndarray:
    return np.array(list(itertools.combinations(range(draws), n)))


def random_task(rng: np.random.Generator, draws: int) -> TaskSamples:
    """A few behaviours, some of which end early, raise or return what is no data; ties."""
    inputs = int(rng.integers(0, 4))
    outputs = rng.integers(0, 3, (draws, inputs))
    ends = rng.integers(0, inputs + 1, draws) if rng.random() < 0.6 else np.full(draws, inputs)
    outputs[np.arange(inputs) >= ends[:, None]] = ABSENT
    return task(
        rng.integers(0, 2, draws).tolist(),
        outputs.tolist(),
        rng.integers(0, 3, draws).tolist(),
        rng.integers(-2, 1, draws).tolist(),
        without_value=(0,) if rng.random() < 0.5 else (),
        nothing=(1,) if rng.random() < 0.5 else (),
        examples=rng.integers(0, 2, draws).tolist() if rng.random() < 0.8 else None,
        score=(rng.integers(0, 3, draws) / 4).tolist(),
        tests=(rng.integers(0, 2, (draws, 2)) * [1, 2]).tolist() if rng.random() < 0.8 else None,
    )


@pytest.mark.parametrize("seed", range(60))
def test_every_method_is_the_mean_over_all_sets_of_draws(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one = random_task(rng, draws := int(rng.integers(1, 8)))
    for n in range(1, draws + 1):
        sets = every_set(draws, n)
        assert selection.by_text(one.right, one.text, sets).mean() == pytest.approx(
            expected(one, n, of_text)
        )
        assert selection.by_behaviour(one, sets).mean() == pytest.approx(
            expected(one, n, of_behaviour)
        )
        assert selection.by_agreement(one, sets).mean() == pytest.approx(
            expected(one, n, of_agreement)
        )
        assert selection.by_agreement(one, sets, filtered=True).mean() == pytest.approx(
            expected(one, n, of_both)
        )
        assert selection.by_dual(one, sets).mean() == pytest.approx(expected(one, n, of_tests))
        assert selection.by_examples(one.right, one.examples, [n])[0] == pytest.approx(
            expected(one, n, of_examples)
        )
        assert selection.by_likelihood(one.right, one.logprob, [n])[0] == pytest.approx(
            expected(one, n, likeliest)
        )
        assert selection.by_likelihood(one.right, one.score, [n])[0] == pytest.approx(
            expected(one, n, best_scored)
        )
        for method in ("score-weighted", "likelihood-weighted"):
            weight = selection.weights(one, method)
            assert selection.by_behaviour(one, sets, weight).mean() == pytest.approx(
                expected(one, n, partial(of_weight, weight))
            )


@pytest.mark.parametrize("seed", range(20))
def test_floor_and_ceiling_and_the_ends_are_exact(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    one = random_task(rng, draws := int(rng.integers(2, 8)))
    n = list(range(1, draws + 1))
    estimates, variances = selection.selected(one, n, subsets=3)
    some = [
        any(one.right[i] for i in drawn) for drawn in itertools.combinations(range(draws), n[1])
    ]
    assert estimates["oracle"][1] == pytest.approx(np.mean(some))
    assert estimates["random"] == pytest.approx([one.right.mean()] * draws)
    assert estimates["examples"] == pytest.approx([expected(one, m, of_examples) for m in n])
    votes = {
        "text": of_text,
        "behaviour": of_behaviour,
        "agreement": of_agreement,
        "examples+agreement": of_both,
        "dual": of_tests,
        "score-weighted": partial(of_weight, one.score),
        "likelihood-weighted": partial(of_weight, np.exp(one.logprob)),
    }
    for method, taken in votes.items():
        for place in (0, -1):
            assert estimates[method][place] == pytest.approx(expected(one, n[place], taken))
            assert variances[method][place] == 0
    exact = ("random", "likelihood", "score", "examples", "oracle")
    assert all((variances[method] == 0).all() for method in exact)


def test_a_vote_that_is_a_random_sample_is_exact_from_seeded_sets() -> None:
    """Of two texts neither is more frequent: the luck of the sets is all that moves the mean."""
    rng = np.random.default_rng(5)
    one = task(rng.integers(0, 2, 60).tolist(), text=range(60))
    estimates, variances = selection.selected(one, [2, 7], subsets=20)
    assert estimates["text"] == pytest.approx([one.right.mean()] * 2)
    assert variances["text"] == pytest.approx([0, 0])


def test_seeded_sets_are_as_far_from_the_truth_as_their_standard_error_says() -> None:
    rng, misses, all_variances = np.random.default_rng(1), [], []
    for number in range(300):
        one = random_task(rng, 9)
        one = replace(one, task_id=f"T/{number}")  # the seed
        estimates, variances = selection.selected(one, [4], subsets=40)
        for method, taken in (
            ("text", of_text),
            ("behaviour", of_behaviour),
            ("examples+agreement", of_both),
            ("score-weighted", partial(of_weight, one.score)),
        ):
            misses.append(estimates[method][0] - expected(one, 4, taken))
            all_variances.append(variances[method][0])
    assert np.count_nonzero(all_variances) > 500
    assert abs(np.sum(misses)) < 4 * math.sqrt(np.sum(all_variances))
    assert 0.7 < np.sum(np.square(misses)) / np.sum(all_variances) < 1.3


@pytest.mark.parametrize(("right", "draws", "n"), [(8, 14, 3), (5, 14, 5), (7, 12, 4), (3, 12, 6)])
def test_two_behaviours_are_a_vote_of_hypergeometric_chances(
    right: int, draws: int, n: int
) -> None:
    """Condorcet's jury, drawn without replacement; an even split is settled by a coin."""
    passed = [1] * right + [0] * (draws - right)
    one = task(passed, [[mark] for mark in passed], passed)
    votes = stats.hypergeom(draws, right, n)
    chance = votes.sf(n // 2) + (votes.pmf(n / 2) / 2 if n % 2 == 0 else 0)
    sets = every_set(draws, n)
    assert selection.by_behaviour(one, sets).mean() == pytest.approx(chance)
    assert selection.by_text(one.right, one.text, sets).mean() == pytest.approx(chance)


def test_a_majority_of_new_draws_is_estimated_without_bias() -> None:
    rate, n, repetitions = 0.6, 3, 400
    truth = stats.binom(n, rate).sf(n // 2)
    rng, found = np.random.default_rng(3), []
    for number in range(repetitions):
        passed = (rng.random(30) < rate).astype(int).tolist()
        one = task(passed, [[mark] for mark in passed], passed, task_id=f"T/{number}")
        found.append(selection.selected(one, [n], subsets=20)[0]["behaviour"][0])
    assert abs(np.mean(found) - truth) < 4 * np.std(found) / math.sqrt(repetitions)


def test_the_likeliest_of_many_is_found_without_looking_at_sets() -> None:
    """All different: the i-th likeliest of N is the best of n with C(N - i, n - 1) / C(N, n)."""
    rng = np.random.default_rng(4)
    logprob, right = rng.normal(size=500), rng.integers(0, 2, 500).astype(bool)
    order = np.argsort(-logprob)
    for n in (1, 20, 499, 500):
        truth = sum(
            Fraction(math.comb(499 - place, n - 1), math.comb(500, n))
            for place, draw in enumerate(order)
            if right[draw]
        )
        assert selection.by_likelihood(right, logprob, [n])[0] == pytest.approx(float(truth))


def test_one_behaviour_only_is_a_random_sample() -> None:
    one = task([1, 0, 0, 1, 0], [[3, 4]] * 5, [7] * 5, [-0.5] * 5)
    for row in selection.model_rows("M", [one, one], [1, 3, 5]):
        if row.method != "oracle":
            assert row.pass_at_1 == pytest.approx(0.4)
            assert row.standard_error == pytest.approx(0)
            assert row.method == "random" or row.gain == 0


def test_what_timed_out_or_raised_everywhere_never_wins_over_what_ran() -> None:
    ran, stalled, raised = [1, 2, 3], [ABSENT] * 3, [0, 0, 0]
    most_stalled = task([1, 0, 0, 0, 0], [ran, stalled, stalled, raised, raised], without_value=[0])
    assert selection.by_behaviour(most_stalled, every_set(5, 5)).tolist() == [1]
    nobody = task([1, 0, 0], [raised, raised, stalled], without_value=[0])
    assert selection.by_behaviour(nobody, every_set(3, 3)).tolist() == pytest.approx([1 / 3])


def test_an_input_that_most_cannot_take_does_not_part_those_that_agree() -> None:
    outputs = [[1, 5, 0], [1, 5, 7], [1, 5, 0], [2, 5, 0], [2, 5, 0]]
    one = task([1, 1, 1, 0, 0], outputs, without_value=[0])
    assert selection.by_behaviour(one, every_set(5, 5)).tolist() == [1]


def test_an_unknown_logprob_makes_the_likeliest_unknown_and_nothing_else() -> None:
    known = task([1, 0], logprob=[-1, -2], task_id="A")
    unknown = task([1, 0], logprob=[-1, math.nan], task_id="B")
    for row in selection.model_rows("M", [known, unknown], [1, 2]):
        unknown = row.method in ("likelihood", "likelihood-weighted")
        assert math.isnan(row.pass_at_1) == math.isnan(row.tasks_low) == unknown


@pytest.mark.parametrize(
    ("scores", "undefined", "told"),
    [
        ([None, None], None, ""),
        ([[0.5, 1], [0, 2]], set(), ""),
        ([[0, 0], [1e308, 1.7e308]], set(), ""),
        ([[0.5, 1], [-1, -2]], {"score-weighted"}, "Some scores are below 0"),
        ([[0.5, 1], None], {"score", "score-weighted"}, "some have a score and others none"),
        ([[0.5, 1], [1, math.nan]], {"score", "score-weighted"}, "a score and others none"),
    ],
)
def test_scores_that_are_unknown_or_cannot_be_summed_are_no_numbers(
    scores: list[list[float] | None], undefined: set[str] | None, told: str
) -> None:
    tasks = [task([1, 0], [[1], [2]], score=one, logprob=[-1, -2]) for one in scores]
    rows = selection.model_rows("M", tasks, [1, 2])
    methods = {row.method for row in rows}
    assert ({"score", "score-weighted"} <= methods) == (undefined is not None)
    for n in (1, 2):
        nan = {row.method for row in rows if row.n == n and math.isnan(row.pass_at_1)}
        assert nan == (undefined or set())
    text = page.paragraph(pd.DataFrame(rows))
    assert ("score" in text) == (undefined is not None)
    assert told.removeprefix("some have ") in text


def test_scores_weigh_and_a_group_of_low_ones_loses() -> None:
    """Three poor samples agree, and two good ones: these have fewer votes and the larger sum."""
    one = task([0, 0, 0, 1, 1], [[1], [1], [1], [2], [2]], score=[0.1, 0.1, 0.2, 0.9, 0.8])
    every = every_set(5, 5)
    assert selection.by_behaviour(one, every).tolist() == [0]
    weight = selection.weights(one, "score-weighted")
    assert selection.by_behaviour(one, every, weight).tolist() == [1]
    thrice = replace(one, score=np.array([0.1, 0.1, 0.1, 0.3, 0]))  # 0.1 + 0.1 + 0.1 is no 0.3
    weight = selection.weights(thrice, "score-weighted")
    assert selection.by_behaviour(thrice, every, weight).tolist() == [2 / 5]


def test_of_proofs_the_most_frequent_the_likeliest_and_the_best_score_are_taken() -> None:
    one = task([1, 0, 0], [[1], [2], [2]], logprob=[-1, -2, -3], score=[3, 1, 2])
    rows = selection.model_rows("M", [one, one], [3], selection.PROOFS)
    found = {row.method: row.pass_at_1 for row in rows if row.n == 3}
    assert found == {
        "random": pytest.approx(1 / 3), "likelihood": 1, "behaviour": 0, "score": 1,
        "score-weighted": 0.5 * 0 + 1 / 3, "likelihood-weighted": 1, "oracle": 1,
    }  # fmt: skip
    text = page.paragraph(pd.DataFrame(rows))
    assert "a majority of equal proofs takes a right one on 0.0 %" in text
    assert "behaviour" not in text and "generated" not in text
    assert "most frequent proof closes" in figure.title(pd.DataFrame(rows), "M")


def test_sizes_end_with_the_fewest_draws_of_a_task() -> None:
    assert selection.sizes(7, [3, 50]) == [1, 2, 3, 5, 7]
    assert selection.sizes(1, [1]) == [1]
    rows = selection.model_rows("M", [task([1] * 6), task([0] * 4)], [1])
    assert sorted({row.n for row in rows}) == [1, 2, 4]
    assert {row.pass_at_1 for row in rows if row.method != "likelihood"} == {0.5}


def test_rows_are_means_over_tasks_and_gains_over_a_random_sample() -> None:
    tasks = [
        task([1, 1, 1, 0], [[1], [1], [1], [2]], task_id="A"),
        task([1, 0, 0, 0], [[1], [2], [2], [3]], task_id="B"),
        task([1, 0, 0, 0], [[1], [2], [3], [4]], task_id="C"),
    ]
    rows = {
        (row.method, row.n): row
        for row in selection.model_rows("M", tasks, [1], "names of 3 tasks")
    }
    most = rows["behaviour", 4]
    assert most.pass_at_1 == pytest.approx((1 + 0 + 1 / 4) / 3)
    assert rows["random", 4].pass_at_1 == pytest.approx((3 / 4 + 1 / 4 + 1 / 4) / 3)
    assert most.gain == pytest.approx(most.pass_at_1 - rows["random", 4].pass_at_1)
    assert most.gain_low < most.gain < most.gain_high
    assert most.tasks_low < most.pass_at_1 < most.tasks_high
    assert math.isnan(rows["random", 4].gain)
    assert (most.inputs, rows["text", 4].inputs, most.tasks) == ("names of 3 tasks", "", 3)


def write_pair(folder: Path, name: str, draws: Sequence[int], tasks: int = 3) -> tuple[Path, Path]:
    """Verdicts and observations in opposite orders: draw 0 is right, and alone in what it does."""
    verdicts, observations = folder / f"{name}-v.jsonl.gz", folder / f"{name}-o.jsonl.gz"
    keys = [(f"T/{number}", draw) for number in range(tasks) for draw in draws]
    write_records(
        verdicts, [Verdict(*key, "failed" if key[1] else "passed", 0.1, None) for key in keys]
    )
    write_records(
        observations,
        [
            Signature(
                key[0], key[1], "ran" if key[1] < 3 else "timeout",
                ("AAAAAAAA", "?") if key[1] in (1, 2) else ("BBBBBBBB", "!KeyError")[: 3 - key[1]],
                f"text {key[1]}", -float(key[1]), score=4.0 - key[1],
            )
            for key in reversed(keys)
        ],
    )  # fmt: skip
    return verdicts, observations


def test_verdicts_and_observations_are_joined_on_task_and_draw(tmp_path: Path) -> None:
    first, second = write_pair(tmp_path, "a", [0, 1]), write_pair(tmp_path, "b", [2, 3])
    pairs = [[first[0], second[0]], [second[1], first[1]]]
    found = selection.read_task_samples(*pairs, Snapshot([]))
    assert [one.task_id for one in found] == ["T/0", "T/1", "T/2"]
    for one in found:
        assert one.right.tolist() == [True, False, False, False]
        assert one.logprob.tolist() == [0, -1, -2, -3]
        assert one.score.tolist() == [4, 3, 2, 1]
        assert len(set(one.text)) == 4
        assert (one.outputs[1] == one.outputs[2]).all()
        assert one.outputs[0, 0] != one.outputs[1, 0]
        assert one.outputs[3].tolist() == [ABSENT, ABSENT]
        assert one.valued.tolist() == [[True, False], [True, False], [True, False], [False, False]]


@pytest.mark.parametrize(
    ("verdicts", "observations", "sentence"),
    [
        ("a", "", "draw 0 of T/0 has no observation"),
        ("a", "ab", "draw 3 of T/2 has no verdict"),
        ("aa", "a", "duplicate draw 0 of T/0"),
        ("a", "aa", "duplicate draw 1 of T/2"),
    ],
)
def test_draws_on_one_side_only_or_twice_are_refused(
    tmp_path: Path, verdicts: str, observations: str, sentence: str
) -> None:
    pairs = {"a": write_pair(tmp_path, "a", [0, 1]), "b": write_pair(tmp_path, "b", [2, 3])}
    with pytest.raises(UserError, match=sentence):
        selection.read_task_samples(
            [pairs[name][0] for name in verdicts],
            [pairs[name][1] for name in observations],
            Snapshot([]),
        )


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts" / script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_command_writes_the_same_table_twice(tmp_path: Path) -> None:
    verdicts, observations = write_pair(tmp_path, "a", [0, 1, 2, 3])
    given = ["--labels", "nan", "--verdicts", verdicts, "--signatures", observations]
    for stem in ("one", "two"):
        table = tmp_path / f"{stem}.csv"
        done = run("analyse.py", "selection", *given, "--k-values", 1, 3, 100, "--output", table)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    table = read_table(tmp_path / "one.csv", selection.COLUMNS)
    last = table[table.n == 4].set_index("method").pass_at_1
    # Two agree on a wrong answer; the likeliest draw, the first, is the right one.
    absent = {*selection.OF_EXAMPLES, "dual"}  # there are no examples and no generated tests
    assert last.index.tolist() == [method for method in METHODS if method not in absent]
    assert last.tolist() == [0.25, 1, 0.25, 0, 0, 1, 0, 1, 1]
    text = page.paragraph(table)
    assert "agrees with most others on generated inputs is a right one on 0.0 % of 3 tasks" in text
    assert "It closes -33.3 % of the gap" in text
    assert "examples" not in text
    assert "Even the best of these ways leaves 0.0 of the 100.0 percentage points" in text
    assert "The inputs come" not in text  # nothing says what they were made from


def described(path: Path, **metadata: Any) -> None:
    write_metadata(metadata_path(path), path, metadata)


@pytest.mark.parametrize(
    ("verdict", "observation", "sentence"),
    [
        ({"samples_sha256": "1"}, {"samples_sha256": "2"}, "are not of the same samples"),
        ({"answer": "markdown"}, {}, "are not of the same samples, read alike"),
        ({}, {"inputs": None}, "has no observations"),
    ],
)
def test_observations_of_something_else_are_one_sentence(
    tmp_path: Path, verdict: dict[str, Any], observation: dict[str, Any], sentence: str
) -> None:
    verdicts, observations = write_pair(tmp_path, "a", [0, 1])
    common = {"samples_sha256": "1", "answer": "verbatim"}
    described(verdicts, **common | verdict)
    inputs = {"sha256": "3", "sources": {"examples": 0, "names": 3}, "examples": {"shared": []}}
    described(observations, **common | {"inputs": inputs} | observation)
    done = run(
        "analyse.py", "selection", "--labels", "M", "--verdicts", verdicts,
        "--signatures", observations, "--k-values", 1, "--output", tmp_path / "t.csv",
    )  # fmt: skip
    assert done.returncode == 2
    assert sentence in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_shards_on_different_inputs_are_one_sentence(tmp_path: Path) -> None:
    pairs = [write_pair(tmp_path, "a", [0, 1]), write_pair(tmp_path, "b", [2, 3])]
    for number, (verdicts, observations) in enumerate(pairs):
        described(verdicts, samples_sha256=f"{number}", answer="verbatim")
        described(
            observations, samples_sha256=f"{number}", answer="verbatim",
            inputs={"sha256": f"{number}", "sources": {}},
        )  # fmt: skip
    verdicts, observations = zip(*pairs, strict=True)
    done = run(
        "analyse.py", "selection", "--labels", "M", "--verdicts", *verdicts,
        "--signatures", *observations, "--k-values", 1, "--output", tmp_path / "t.csv",
    )  # fmt: skip
    assert done.returncode == 2
    assert "not observed on the same inputs" in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("draws", [1, 2, 1000])
@pytest.mark.parametrize("known", [True, False])
def test_every_size_is_drawn_and_nothing_is_cut_off(
    tmp_path: Path, draws: int, known: bool
) -> None:
    rows = []
    for number, method in enumerate(METHODS):
        value = math.nan if method == "likelihood" and not known else number / 7
        for n in selection.sizes(draws, [1]):
            gap = (value - 0.3) if n > 1 else math.nan
            unknown, about_gap = [math.nan] * 3, (gap, gap - 2, gap + 0.2)
            row = ["M", method, n, 9, value, value, value, 0, *unknown, "", *about_gap, 5, 4.0]
            rows.append([*row, *[0.5] * 4])
    path = tmp_path / "t.csv"
    path.write_text(table_text([*selection.COLUMNS], rows))
    done = run("plot.py", "selection", "--table", path, "--output", tmp_path / "t")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "t.png") as image:
        dark = np.asarray(image.convert("L")) < 200
    assert dark.any()
    assert not dark[:, :2].any() and not dark[:, -2:].any()
    assert not dark[:2].any() and not dark[-2:].any()
    table = read_table(path, selection.COLUMNS)
    text = page.paragraph(table)
    assert ("nothing to select from" in text) == (draws == 1)
    assert ("Log-probabilities were not recorded" in text) == (draws > 1 and not known)
    about = (
        "Examples are shown by the prompts of 5 tasks, of 4 of which the first suite's tests make "
        "the call of one; on the other 5, with examples or without, it is 50.0 % against 50.0 % of "
        "a random sample (+50.0 points, +50.0 to +50.0 over tasks)."
    )
    assert (about in text) == (draws > 1)


def test_programs_that_return_nothing_have_no_vote_and_are_not_taken() -> None:
    none, raised, value = [5, 5], [0, 0], [1, 0]
    one = task([0, 0, 0, 1], [none, none, raised, value], without_value=[0], nothing=[5])
    assert selection.by_behaviour(one, every_set(4, 4)).tolist() == [1]
    assert selection.by_agreement(one, every_set(4, 4)).tolist() == [1]
    at_times = task([0, 0, 1], [[5, 5], [5, 2], [5, 2]], nothing=[5])
    assert selection.by_agreement(at_times, every_set(3, 3)).tolist() == [0.5]
    nobody = task([0, 1], [none, raised], without_value=[0], nothing=[5])
    assert selection.by_agreement(nobody, every_set(2, 2)).tolist() == [0.5]


def test_agreement_per_input_finds_what_whole_signatures_do_not() -> None:
    """Each is wrong on one input of its own but the right one, which nobody equals."""
    outputs = [[1, 1, 1], [2, 1, 1], [1, 2, 1], [1, 1, 2]]
    one = task([1, 0, 0, 0], outputs)
    assert selection.by_behaviour(one, every_set(4, 4)).tolist() == [0.25]
    assert selection.by_agreement(one, every_set(4, 4)).tolist() == [1]


def test_only_what_passes_the_examples_votes_where_something_does() -> None:
    outputs = [[1], [1], [1], [2], [2], [3]]
    one = task([0, 0, 0, 1, 1, 0], outputs, examples=[0, 0, 0, 1, 1, 1])
    assert selection.by_agreement(one, every_set(6, 6)).tolist() == [0]
    assert selection.by_agreement(one, every_set(6, 6), filtered=True).tolist() == [1]
    for without in (None, [0] * 6):
        other = task([0, 0, 0, 1, 1, 0], outputs, examples=without)
        assert selection.by_agreement(other, every_set(6, 6), filtered=True).tolist() == [0]
    sets = np.array([[0, 1, 3], [0, 1, 2]])
    assert selection.by_agreement(one, sets, filtered=True).tolist() == [1, 0]


def test_the_gap_closed_and_what_is_left_without_shared_tasks() -> None:
    tasks = [
        task([1, 0, 0, 0], [[1], [2], [2], [3]], task_id="A", examples=[1, 0, 0, 0]),
        task([1, 1, 0, 0], [[1], [1], [2], [3]], task_id="B"),
        task([0, 0, 0, 1], [[1], [1], [2], [3]], task_id="C", examples=[1, 1, 1, 1]),
    ]
    rows = {
        (row.method, row.n): row
        for row in selection.model_rows("M", tasks, [1], "examples", shared=frozenset("A"))
    }
    filtered, voted = rows["examples", 4], rows["examples+agreement", 4]
    random, oracle = (1 / 4 + 2 / 4 + 1 / 4) / 3, 1
    assert filtered.pass_at_1 == pytest.approx((1 + 2 / 4 + 1 / 4) / 3)
    assert filtered.gap_closed == pytest.approx((filtered.pass_at_1 - random) / (oracle - random))
    assert voted.pass_at_1 == pytest.approx((1 + 1 + 0) / 3)
    assert (voted.with_examples, voted.shared) == (2, 1)
    assert voted.unshared_pass_at_1 == pytest.approx((1 + 0) / 2)
    assert voted.unshared_gain == pytest.approx(1 / 2 - 3 / 8)
    assert voted.unshared_gain_low < voted.unshared_gain < voted.unshared_gain_high
    assert (rows["random", 4].gap_closed, rows["oracle", 4].gap_closed) == (0, 1)
    assert all(math.isnan(row.gap_closed) for (_, n), row in rows.items() if n == 1)
    for row in selection.model_rows("M", tasks, [1]):
        assert math.isnan(row.shared) and math.isnan(row.unshared_pass_at_1)
    for row in selection.model_rows("M", tasks, [1], shared=frozenset("ABC")):
        assert math.isnan(row.unshared_gain) and row.shared == 3


def test_few_programs_that_pass_many_tests_beat_many_that_pass_few() -> None:
    """3 tests of one program are 3, and 1 of four √4 = 2; without the root it would be 3 and 4."""
    tests = [[1, 1, 1], *[[0, 0, 1]] * 4]
    one = task([1, 0, 0, 0, 0], tests=tests)
    assert selection.by_dual(one, every_set(5, 5)).tolist() == [1]
    twice = replace(one, tests=one.tests * [1, 1, 3])  # the common test was written three times
    assert selection.by_dual(twice, every_set(5, 5)).tolist() == [0]


def test_what_returns_nothing_has_no_vote_on_tests_either() -> None:
    one = task([0, 0, 1], [[5], [5], [1]], nothing=[5], tests=[[1, 1], [1, 1], [0, 1]])
    assert selection.by_dual(one, every_set(3, 3)).tolist() == [1]
    none = replace(one, tests=np.zeros((3, 2), np.int64))
    assert selection.by_dual(none, every_set(3, 3)).tolist() == [1]


def test_samples_meet_the_tests_that_a_model_wrote(tmp_path: Path) -> None:
    verdicts, observations = write_pair(tmp_path, "a", [0, 1, 2, 3])
    tested = tmp_path / "met.jsonl"

    def meet(*marks: Sequence[str]) -> subprocess.CompletedProcess[str]:
        keys = [(f"T/{number}", draw) for number in range(3) for draw in range(len(marks))]
        write_records(
            tested, [Signature(*key, "ran", tuple(marks[key[1]]), "", None) for key in keys]
        )
        return run(
            "analyse.py", "selection", "--labels", "M", "--verdicts", verdicts, "--signatures",
            observations, "--tested", tested, "--k-values", 1, "--output", tmp_path / "t.csv",
        )  # fmt: skip

    done = meet(["++", "+"], ["--", "+"], ["--", "+"], ["--", "-"])
    assert done.returncode == 0, done.stderr
    table = read_table(tmp_path / "t.csv", selection.COLUMNS)
    assert table[(table.method == "dual") & (table.n == 4)].pass_at_1.tolist() == [1]
    for marks, sentence in (
        ([["+"], ["+"], ["+"]], "not all run on the same tests"),
        ([["+"], ["+"], ["+"], ["+", "-"]], "not all run on the same tests"),
        ([["AAAA"], ["+"], ["+"], ["+"]], "says nothing of tests"),
    ):
        done = meet(*marks)
        assert done.returncode == 2 and sentence in done.stderr, done.stderr
        assert done.stderr.splitlines()[-1].startswith("error: ")


def test_what_does_not_apply_is_left_out() -> None:
    every = {"logprob": [-1, -2], "score": [1, 2], "tests": [[1], [0]]}
    shown, plain = task([1, 0], [[1], [2]], examples=[1, 0], **every), task([1, 0], [[1], [2]])

    def made(one: TaskSamples, inputs: str) -> set[str]:
        return {row.method for row in selection.model_rows("M", [one], [1], inputs)}

    assert made(shown, "") == set(METHODS)
    others = {"score", "score-weighted", "likelihood-weighted", "dual"}
    assert made(plain, "") == set(METHODS) - {"examples", "examples+agreement"} - others
    assert made(plain, selection.FINAL_ANSWERS) == {
        "random", "likelihood", "text", "behaviour", "oracle",
    }  # fmt: skip


def test_draws_observed_with_and_without_examples_are_refused(tmp_path: Path) -> None:
    verdicts, observations = tmp_path / "v.jsonl", tmp_path / "o.jsonl"
    write_records(verdicts, [Verdict("T", draw, "failed", 0.1, None) for draw in (0, 1)])
    write_records(
        observations,
        [
            Signature("T", 0, "ran", ("A",), "t", None, True),
            Signature("T", 1, "ran", (), "t", None),
        ],
    )
    with pytest.raises(UserError, match="with examples and some without; observe all"):
        selection.read_task_samples([verdicts], [observations], Snapshot([]))


SHOWN = [
    {
        "task_id": f"Twice/{number}",
        "prompt": f'def twice(x):\n    """twice({number + 3}) == {2 * number + 6}"""\n',
        "entry_point": "twice",
        "canonical_solution": "    return 2 * x\n",
        "test": "def check(candidate):\n    assert candidate(3.0) == 6\n",
    }
    for number in range(2)
]


def test_observing_says_who_passes_and_which_tests_share_an_example(tmp_path: Path) -> None:
    """The test of the first task calls twice(3.0), which is its example's twice(3)."""
    problems, samples = tmp_path / "problems.jsonl", tmp_path / "samples.jsonl"
    problems.write_text("".join(json.dumps(one) + "\n" for one in SHOWN))
    bodies = ["    return x + x\n", "    return 6\n", "    return None\n", "    return (\n"]
    samples.write_text(
        "".join(
            json.dumps({"task_id": one["task_id"], "draw": draw, "completion": body}) + "\n"
            for one in SHOWN
            for draw, body in enumerate(bodies)
        )
    )
    output = tmp_path / "o.jsonl.gz"
    observe(open_judging({"benchmark": str(problems), "samples": samples}), output)
    found = {(one.task_id, one.draw): one.examples for one in read_signatures(output)}
    assert [found["Twice/0", draw] for draw in range(4)] == [True, True, False, False]
    assert [found["Twice/1", draw] for draw in range(4)] == [True, False, False, False]
    about = json.loads(metadata_path(output).read_text())["inputs"]["examples"]
    assert about == {"tasks": 2, "count": 2, "shared": ["Twice/0"]}


@pytest.fixture
def sums(tmp_path: Path) -> Path:
    """A problem file and four recorded samples of each of its tasks, two of them right."""
    (tmp_path / "problems.jsonl").write_text("".join(json.dumps(p) + "\n" for p in PROBLEMS))
    (tmp_path / "samples.jsonl").write_text(recorded_lines(dict.fromkeys(range(4), 2), draws=4))
    return tmp_path


def test_a_fence_that_is_missing_is_told_and_refused_where_required(
    sums: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("passk.verifiers.programs.Pool", partial(Pool, without=["landlock"]))
    given = {"benchmark": str(sums / "problems.jsonl"), "samples": sums / "samples.jsonl"}
    output = sums / "o.jsonl.gz"
    observe(open_judging(given), output)
    assert "the sandbox lacks landlock" in caplog.text
    assert "landlock" in json.loads(metadata_path(output).read_text())["sandbox"]["missing"]
    with pytest.raises(UserError, match="this host lacks landlock"):
        observe(open_judging(given | {"require_sandbox": True}), sums / "other.jsonl.gz")
    assert not (sums / "other.jsonl.gz").exists()


def test_samples_are_refused_as_execution_refuses_them(sums: Path) -> None:
    samples, common = sums / "samples.jsonl", ["--observations", sums / "o.jsonl.gz"]
    here = ["--benchmark", sums / "problems.jsonl", "--samples", samples, *common]
    sha256 = find_benchmark(str(sums / "problems.jsonl")).sha256
    described(samples, benchmark_sha256=sha256, model={"path": "a"}, sampling={"seed": 0})
    refused = [
        (["--settings", '{"model": {"path": "b"}}'], "was made with model.path"),
        (["--settings", '{"sampling": {"seed": 1}}'], "was made with sampling.seed"),
        (["--workers", "0"], "--workers must be 1 or more"),
        (["--benchmark", "humaneval"], "was drawn for another benchmark"),
    ]
    for options, sentence in refused:
        done = run("observe.py", *here, *options)
        assert done.returncode == 2, done.stderr
        assert sentence in done.stderr and done.stderr.count("\n") == 1
    samples.write_text(samples.read_text() + '{"task_id": "Sum/0"')  # no longer what is described
    done = run("observe.py", *here)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert [path.name for path in sums.iterdir() if path.name.startswith((".o", "o."))] == []


def test_the_workflows_table_is_what_its_samples_say(finished: Workflow) -> None:
    """Right samples behave alike, wrong ones each in their own way: j right of n win from 2 on."""
    table = read_table(
        finished.folder / "figures/paper/base-verbatim/selection.csv", selection.COLUMNS
    )
    own = table[table.model == "Model small"]
    draws, passing = 6, [6, 3, 1, 0]
    assert own.n.max() == draws
    for n in (1, 2, draws):
        chances = [
            votes.sf(1) + votes.pmf(1) / n if n > 1 else right / draws
            for right in passing
            for votes in [stats.hypergeom(draws, right, n)]
        ]
        for method in ("behaviour", "text"):
            row = own[(own.n == n) & (own.method == method)].iloc[0]
            assert row.pass_at_1 == pytest.approx(
                np.mean(chances), abs=4 * row.standard_error + 1e-9
            )
            assert (row.standard_error > 0) == (n == 2)
    assert own[own.method == "likelihood"].pass_at_1.isna().all()  # recorded without any
    assert set(own[own.method == "behaviour"].inputs) == {"parameter names of 4 tasks"}
