"""Turn a GGUF file of a Llama into a folder that engines read.

The numbers are those of the file: quantized blocks are multiplied out, to float32, and nothing is
rounded again (an entry's ``dtype`` does that, when the engine loads the folder). A quantized model
is another model than the original; what is printed, and goes into the manifest, says which it is.

Runs in the environment of envs/gguf.txt, started by download_model.py.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFReader, LlamaFileType, dequantize
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from passk import cli
from passk.records import UserError

NORMAL, CONTROL, USER_DEFINED = 1, 3, 4
"""Types of tokens, of the GGUF format: gguf.constants.TokenType."""

NEEDED = {
    "llama.embedding_length": int,
    "llama.feed_forward_length": int,
    "llama.block_count": int,
    "llama.attention.head_count": int,
    "llama.context_length": int,
    "llama.attention.layer_norm_rms_epsilon": float,
    "tokenizer.ggml.model": str,
    "tokenizer.ggml.tokens": list,
    "tokenizer.ggml.merges": list,
}
"""What the format has no default for."""

SPLITS = {
    "smollm": pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    ),
    "gpt-2": pre_tokenizers.ByteLevel(add_prefix_space=False),
}
"""How text is split before the merges, by ``tokenizer.ggml.pre``: llama.cpp's names."""

NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "output": "lm_head",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""A tensor's name in transformers' Llama, by its name in GGUF."""


def convert(file: Path, folder: Path) -> dict[str, str]:
    """Write model.safetensors, config.json, tokenizer.json and its kin into ``folder``.

    :return: what the file says of itself: ``name``, ``quantization``.
    :raises UserError: not a GGUF file, or of another architecture or tokenizer than a Llama's with
        byte-level BPE.
    """
    try:
        reader = GGUFReader(file)
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise UserError(f"{file} is not a GGUF file that is whole ({error})") from error
    facts = said(file, {name: field.contents() for name, field in reader.fields.items()})
    refuse_what_is_left_out(file, facts)
    heads, groups = facts["llama.attention.head_count"], facts["llama.attention.head_count_kv"]
    tensors = {}
    for tensor in reader.tensors:
        name = tensor_name(tensor.name)
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            values = halves(values, heads if "q_proj" in name else groups)
        tensors[name] = np.ascontiguousarray(values)
    if missing := sorted(tensors_of(facts["llama.block_count"]) - tensors.keys()):
        # Whoever loads the folder would take random numbers for them.
        raise UserError(
            f"{file} lacks {len(missing)} tensors of its model, such as {missing[0]}: it is a part "
            "of a model; give 'path:' to its folder of safetensors"
        )
    tokenizer(facts).save(str(folder / "tokenizer.json"))
    tied = "lm_head.weight" not in tensors
    for name, content in {
        "config.json": config(facts, tied),
        "generation_config.json": special_ids(facts),
        "tokenizer_config.json": tokenizer_config(facts),
    }.items():
        (folder / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)  # it is written for its owner alone
    names = {kind.value: kind.name.removeprefix("MOSTLY_") for kind in LlamaFileType}
    kind = names.get(facts.get("general.file_type"), "not said")
    return {"name": str(facts.get("general.name", file.stem)), "quantization": kind}


def said(file: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a Llama's file, with the format's default for each that it may leave out.

    :raises UserError: another architecture, or a fact without a default is missing.
    """
    if facts.get("general.architecture") != "llama":
        raise UserError(
            f"{file} is a model of the architecture {facts.get('general.architecture')!r}; only "
            "Llamas can be converted: give 'path:' to its folder of safetensors"
        )
    for name, kind in NEEDED.items():
        if not isinstance(facts.get(name), kind):
            raise UserError(
                f"{file} does not say {name} as {kind.__name__}, so that its model is not known; "
                "give 'path:' to the model's folder of safetensors"
            )
    return {
        "llama.attention.head_count_kv": facts["llama.attention.head_count"],
        "llama.rope.freq_base": 10000.0,
        "tokenizer.ggml.token_type": [NORMAL] * len(facts["tokenizer.ggml.tokens"]),
        **facts,
    }


def refuse_what_is_left_out(file: Path, facts: dict[str, Any]) -> None:
    """:raises UserError: the file asks for something that the folder would not say."""
    heads = facts["llama.attention.head_count"]
    width = facts["llama.embedding_length"] // heads
    usual = {
        "llama.rope.scaling.type": "none",
        "llama.rope.dimension_count": width,
        "llama.attention.key_length": width,
        "llama.attention.value_length": width,
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.ggml.add_eos_token": False,
    }
    for name, value in usual.items():
        if facts.get(name, value) != value:
            raise UserError(
                f"{file} has {name}: {facts[name]}, which cannot be converted; give 'path:' to the "
                "model's folder of safetensors"
            )


def tensors_of(layers: int) -> set[str]:
    """The names of a Llama's tensors; its output layer may be the embedding."""
    alone = ("token_embd", "output_norm")
    parts = [part for name, part in NAMES.items() if name not in (*alone, "output")]
    found = {f"{NAMES[name]}.weight" for name in alone}
    return found | {f"model.layers.{i}.{part}.weight" for i in range(layers) for part in parts}


def tensor_name(name: str) -> str:
    """The name in transformers' Llama of a tensor of a GGUF file.

    :raises UserError: such a tensor is unknown, so that the model would be another without it.
    """
    match = re.fullmatch(r"(?:blk\.(\d+)\.)?(\w+)\.weight", name)
    if not match or match[2] not in NAMES:
        raise UserError(
            f"a tensor {name!r} is unknown: the model is no plain Llama; give 'path:' to its "
            "folder of safetensors"
        )
    layer = f"model.layers.{match[1]}." if match[1] else ""
    return f"{layer}{NAMES[match[2]]}.weight"


def halves(values: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head with a rotation's pairs as two halves, as transformers has them.

    GGUF has the two of a pair side by side. Shape (heads x size of a head, width), as given.
    """
    rows, width = values.shape
    return values.reshape(heads, rows // heads // 2, 2, width).swapaxes(1, 2).reshape(rows, width)


def config(facts: dict[str, Any], tied: bool) -> dict[str, Any]:
    """``config.json`` of transformers' Llama; ``tied``: the output layer is the embedding."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "hidden_size": facts["llama.embedding_length"],
        "intermediate_size": facts["llama.feed_forward_length"],
        "num_hidden_layers": facts["llama.block_count"],
        "num_attention_heads": facts["llama.attention.head_count"],
        "num_key_value_heads": facts["llama.attention.head_count_kv"],
        "max_position_embeddings": facts["llama.context_length"],
        "rms_norm_eps": float(np.float32(facts["llama.attention.layer_norm_rms_epsilon"])),
        "rope_theta": facts["llama.rope.freq_base"],
        "vocab_size": len(facts["tokenizer.ggml.tokens"]),
        "tie_word_embeddings": tied,
        "torch_dtype": "float32",
        **special_ids(facts),
    }


def special_ids(facts: dict[str, Any]) -> dict[str, int]:
    """The ids of the tokens that begin, end and pad a text."""
    given = {"bos": "bos", "eos": "eos", "padding": "pad"}
    return {
        f"{ours}_token_id": facts[f"tokenizer.ggml.{theirs}_token_id"]
        for theirs, ours in given.items()
        if f"tokenizer.ggml.{theirs}_token_id" in facts
    }


def tokenizer(facts: dict[str, Any]) -> Tokenizer:
    """The byte-level BPE of the file.

    :raises UserError: it has another tokenizer, or splits text in a way that is unknown here.
    """
    kind, split = facts["tokenizer.ggml.model"], facts.get("tokenizer.ggml.pre")
    if kind != "gpt2" or split not in SPLITS:
        raise UserError(
            f"the tokenizer ({kind}, {split}) is unknown: only byte-level BPE that splits as "
            f"{' or '.join(SPLITS)} can be converted; give 'path:' to a folder of safetensors"
        )
    tokens, types = facts["tokenizer.ggml.tokens"], facts["tokenizer.ggml.token_type"]
    merges = [tuple(merge.split(" ")) for merge in facts["tokenizer.ggml.merges"]]
    made = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    made.pre_tokenizer = SPLITS[split]
    made.decoder = decoders.ByteLevel()
    for token, type_ in zip(tokens, types, strict=True):
        if type_ in (CONTROL, USER_DEFINED):
            added = AddedToken(token, special=type_ == CONTROL, normalized=False)
            (made.add_special_tokens if type_ == CONTROL else made.add_tokens)([added])
    return made


def tokenizer_config(facts: dict[str, Any]) -> dict[str, Any]:
    """``tokenizer_config.json``, with the chat template."""
    tokens = facts["tokenizer.ggml.tokens"]
    names = {key.replace("_id", ""): tokens[number] for key, number in special_ids(facts).items()}
    template = facts.get("tokenizer.chat_template")
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "model_max_length": facts["llama.context_length"],
        **names,
        **({"chat_template": template} if template else {}),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--file", required=True, type=Path, help="the .gguf")
    parser.add_argument("--folder", required=True, type=Path, help="which is there, to write into")
    arguments = parser.parse_args()
    print(json.dumps(convert(arguments.file, arguments.folder)))


if __name__ == "__main__":
    cli.run(main)
