"""A random model of Llama 3.1 8B Instruct's architecture, small, in a Hugging Face cache.

    python tests/workflow/llama.py HF_HOME HumanEval.jsonl.gz

It is put where the hub would put the real one, under the repository and commit of config.yaml: the
weights' entry there need not change. What is as in the real repository: the keys of config.json and
generation_config.json, grouped attention, `rope_scaling` of type llama3, untied bfloat16 weights in
several files with an index, three end tokens, a byte-level BPE with 256 special tokens behind it,
and what the chat template does. What is smaller: layers, widths, the vocabulary. Runs with torch.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM

REPOSITORY = "meta-llama/Llama-3.1-8B-Instruct"
REVISION = "0e9e39f249a16976918f6564b8830bc894c89659"
WORDS = 768  # of 128,000
SPECIAL = 256
# Llama 3.1's, by their place behind the words.
NAMED = {
    0: "<|begin_of_text|>",
    1: "<|end_of_text|>",
    4: "<|finetune_right_pad_id|>",
    6: "<|start_header_id|>",
    7: "<|end_header_id|>",
    8: "<|eom_id|>",
    9: "<|eot_id|>",
    10: "<|python_tag|>",
}
BEGIN, ENDS = WORDS, [WORDS + 1, WORDS + 8, WORDS + 9]
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# As Llama 3.1's without tools: a system turn with two dates, whatever the user's own says.
TEMPLATE = """\
{{- bos_token }}
{%- if not date_string is defined %}
    {%- set date_string = "26 Jul 2024" %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{{- "Cutting Knowledge Date: December 2023\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'
        + message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": BEGIN,
    "eos_token_id": ENDS,
    "head_dim": 32,
    "hidden_act": "silu",
    "hidden_size": 128,
    "initializer_range": 0.02,
    "intermediate_size": 448,
    "max_position_embeddings": 131072,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 1,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-05,
    "rope_scaling": {
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
        "rope_type": "llama3",
    },
    "rope_theta": 500000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "transformers_version": "4.42.3",
    "use_cache": True,
    "vocab_size": WORDS + SPECIAL,
}
GENERATION = {
    "bos_token_id": BEGIN,
    "do_sample": True,
    "eos_token_id": ENDS,
    "temperature": 0.6,
    "top_p": 0.9,
    "transformers_version": "4.42.3",
}


def tokenizer(problems: Path) -> Tokenizer:
    """A byte-level BPE of the problems' prompts with Llama 3's way of splitting."""
    made = Tokenizer(models.BPE(ignore_merges=True))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=WORDS,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    with gzip.open(problems, "rt") as lines:
        made.train_from_iterator([json.loads(line)["prompt"] for line in lines], trainer)
    reserved = (f"<|reserved_special_token_{number}|>" for number in range(SPECIAL))
    made.add_special_tokens([NAMED.get(place) or next(reserved) for place in range(SPECIAL)])
    assert made.token_to_id(NAMED[0]) == BEGIN and made.token_to_id(NAMED[9]) == ENDS[-1]
    made.post_processor = processors.TemplateProcessing(
        single=f"{NAMED[0]} $A", special_tokens=[(NAMED[0], BEGIN)]
    )
    return made


def tensors() -> dict[str, torch.Tensor]:
    """Random weights whose output is far from uniform, so that samples repeat as a model's do."""
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(**CONFIG)).to(torch.bfloat16)
    found = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    found["lm_head.weight"] *= 12
    return found


def write(home: Path, problems: Path) -> None:
    """Put the model into the cache of ``home``: blobs by their sha256, links to them by name."""
    folder = home / "hub" / f"models--{REPOSITORY.replace('/', '--')}"
    snapshot, blobs = folder / "snapshots" / REVISION, folder / "blobs"
    for made in (snapshot, blobs, folder / "refs"):
        made.mkdir(parents=True, exist_ok=True)
    (folder / "refs/main").write_text(REVISION)

    def put(name: str, write_to) -> None:
        written = blobs / "new"
        write_to(written)
        blob = blobs / hashlib.sha256(written.read_bytes()).hexdigest()
        written.rename(blob)
        (snapshot / name).unlink(missing_ok=True)
        (snapshot / name).symlink_to(f"../../blobs/{blob.name}")

    def put_json(name: str, content: dict) -> None:
        put(name, lambda path: path.write_text(json.dumps(content, indent=2)))

    weights = tensors()
    parts = {"model-00001-of-00002.safetensors": {}, "model-00002-of-00002.safetensors": {}}
    first, last = parts
    for name, tensor in weights.items():
        parts[first if "layers.0" in name or "embed" in name else last][name] = tensor
    for name, part in parts.items():
        put(name, lambda path, part=part: save_file(part, path, metadata={"format": "pt"}))
    put_json(
        "model.safetensors.index.json",
        {
            "metadata": {"total_size": sum(t.nbytes for t in weights.values())},
            "weight_map": {name: part for part, held in parts.items() for name in held},
        },
    )
    put_json("config.json", CONFIG)
    put_json("generation_config.json", GENERATION)
    put("tokenizer.json", lambda path: path.write_text(tokenizer(problems).to_str()))
    put_json(
        "tokenizer_config.json",
        {
            "bos_token": NAMED[0],
            "chat_template": TEMPLATE,
            "clean_up_tokenization_spaces": True,
            "eos_token": NAMED[9],
            "model_input_names": ["input_ids", "attention_mask"],
            "model_max_length": 131072,
            "tokenizer_class": "PreTrainedTokenizerFast",
        },
    )


if __name__ == "__main__":
    write(*map(Path, sys.argv[1:]))
