"""A small Llama as a GGUF file, for the tests: run with the Python of envs/gguf.txt.

Its projections' rows are numbered, so that a test sees where each went; one tensor is quantized.
Arguments: the file, and as JSON what is to be other than usual.
"""

import json
import sys

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, quantize

WIDTH, HEADS, GROUPS, LAYERS = 32, 4, 2, 2
TOKENS = ["<end>", "<start>", "a", "b", "1", "2", "\u0120", "\u0120\u0120", "ab", "\u010a"]

path, changes = sys.argv[1], json.loads(sys.argv[2])
writer = GGUFWriter(path, changes.get("architecture", "llama"))
writer.add_name("Small")
writer.add_file_type(7)  # mostly Q8_0
writer.add_block_count(LAYERS)
writer.add_context_length(64)
writer.add_embedding_length(WIDTH)
writer.add_feed_forward_length(64)
writer.add_head_count(HEADS)
writer.add_head_count_kv(GROUPS)
writer.add_rope_freq_base(10000.0)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_tokenizer_model(changes.get("tokenizer", "gpt2"))
writer.add_tokenizer_pre(changes.get("pre", "smollm"))
writer.add_token_list(TOKENS)
writer.add_token_types([3, 3, *[1] * (len(TOKENS) - 2)])
writer.add_token_merges(["\u0120 \u0120", "a b"])
writer.add_eos_token_id(0)
writer.add_bos_token_id(1)
writer.add_chat_template("{{ messages }}")
for fact in changes.get("without", []):
    del writer.kv_data[0][fact]
for fact, value in changes.get("facts", {}).items():
    kinds = {bool: writer.add_bool, str: writer.add_string, int: writer.add_uint32}
    kinds[type(value)](fact, value)


def rows(count: int, width: int = WIDTH) -> np.ndarray:
    return np.repeat(np.arange(count, dtype=np.float32)[:, None], width, axis=1)


SIZE = WIDTH // HEADS
writer.add_tensor("token_embd.weight", rows(len(TOKENS)))
writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
for layer in range(changes.get("layers", LAYERS)):
    for name, count in {"attn_q": WIDTH, "attn_k": GROUPS * SIZE, "attn_v": GROUPS * SIZE}.items():
        writer.add_tensor(f"blk.{layer}.{name}.weight", rows(count))
    writer.add_tensor(f"blk.{layer}.attn_output.weight", rows(WIDTH))
    writer.add_tensor(f"blk.{layer}.attn_norm.weight", np.ones(WIDTH, np.float32))
    writer.add_tensor(f"blk.{layer}.ffn_norm.weight", np.ones(WIDTH, np.float32))
    writer.add_tensor(f"blk.{layer}.ffn_gate.weight", rows(64))
    writer.add_tensor(f"blk.{layer}.ffn_up.weight", rows(64))
    kind = GGMLQuantizationType.Q8_0
    writer.add_tensor(
        f"blk.{layer}.ffn_down.weight", quantize(rows(WIDTH, 64), kind), raw_dtype=kind
    )
if name := changes.get("tensor"):
    writer.add_tensor(name, np.ones(WIDTH, np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
