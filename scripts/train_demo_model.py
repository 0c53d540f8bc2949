"""Train one of the demo's language models on texts that a generator writes: from scratch, and the
one that repairs from the small one on.

The models are real, tiny Llamas (``LlamaForCausalLM``, safetensors, a fast tokenizer) that
transformers and vLLM load by path. The folder that ships, ``resources/demo/``, was made by this
script; training again on the same CPU type, torch version and thread count gives the same bytes
(the script fixes the threads and asks torch for deterministic algorithms), elsewhere a similar
model. ``training.json`` beside the weights says how they came to be.

The loss is taken over what follows the prompt only: prompts are given, never predicted.

Not covered: any program outside the family of ``passk/benchmarks/demo.py`` (for the model that
repairs, as ``passk/demo_rounds.py`` words it), any theorem outside that of
``passk/benchmarks/demo_theorems.py``.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random

from passk import cli, demo_rounds, training
from passk.benchmarks import demo, demo_theorems
from passk.records import UserError, sha256_of, write_text

try:
    import torch
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM
except ModuleNotFoundError as error:  # --help needs none of them
    MISSING = error.name
else:
    MISSING = None

log = logging.getLogger(__name__)

PAD, END = "<|pad|>", "<|end|>"
SHIPPED = Path(__file__).parents[1] / "resources" / "demo"
VOCABULARY_SIZE = 512
BATCH = 64
BUCKET = 16
"""Batches that are drawn together, so that texts of like length share one."""
TEXTS = 20_000
"""Training texts that the tokenizer's words are counted in."""

PIECES = r"\n| {4}| ?[0-9]| ?[A-Za-z_]{1,16}| ?[^\sA-Za-z0-9_]{1,8}|\s"
"""What the tokenizer never joins across: a line's end, its indent, each digit, each word. So a
prompt that ends in a newline ends at a token's end, and the body starts with a token of its own.
Runs are bounded because looking for the longest known piece takes time cubed in their length."""
SIGNS = r" ?[A-Za-z]{1,16}| ?(?:=>|:=)|\.[12]| ?[^\sA-Za-z0-9]|[0-9]|\s"
"""The same for statements and proofs: each sign is a token, with the space before it."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model's shape and how long it is trained.

    Each stops long before its loss stops falling, so that there is something left for repeated
    sampling to find.
    """

    hidden_size: int
    intermediate_size: int
    layers: int
    heads: int
    steps: int
    learning_rate: float


@dataclass(frozen=True, slots=True)
class Family:
    """What a model is trained on: ``texts`` yields endless prompts and what follows each;
    ``pieces`` is what its tokenizer never joins across."""

    texts: Callable[[Random], Iterator[tuple[str, str]]]
    pieces: str
    half: bool
    """Whether the arithmetic is bfloat16: twice as fast on CPUs that have it, five times as slow on
    others. Weights stay whole."""
    context: int = 256
    """The tokens that a model reads and writes at most."""
    base: str = ""
    """The shipped model that this one is trained on from; none if not given."""


PROGRAMS = Family(demo.training_texts, PIECES, half=True)
ROUNDS = Family(demo_rounds.training_texts, PIECES, half=True, context=512, base="small")
THEOREMS = Family(demo_theorems.training_texts, SIGNS, half=False)
MODELS = {
    "small": (PROGRAMS, Recipe(64, 256, 4, 2, steps=400, learning_rate=4e-3)),
    "large": (PROGRAMS, Recipe(256, 512, 4, 8, steps=300, learning_rate=2e-3)),
    "repairer": (ROUNDS, Recipe(64, 256, 4, 2, steps=160, learning_rate=4e-3)),
    "prover": (THEOREMS, Recipe(64, 256, 4, 2, steps=800, learning_rate=4e-3)),
}


def build_tokenizer(family: Family) -> Tokenizer:
    """The tokenizer that a family's models share: 256 bytes, and its most common words.

    The longest known piece is taken first, so nothing is learned and nothing can vary.
    """
    if family.base:
        return Tokenizer.from_file(str(SHIPPED / family.base / "tokenizer.json"))
    counts: Counter[str] = Counter()
    for given, written in islice(family.texts(Random(0)), TEXTS):
        counts.update(re.findall(family.pieces, given + written))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    words = [PAD, END, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    for piece, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        ((word, _),) = byte_level.pre_tokenize_str(piece)
        if word not in words and len(words) < VOCABULARY_SIZE:
            words.append(word)
    tokenizer = Tokenizer(
        models.WordPiece(
            {word: number for number, word in enumerate(words)},
            unk_token=PAD,
            continuing_subword_prefix="",
        )
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(family.pieces), behavior="isolated"), byte_level]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([PAD, END])
    return tokenizer


def batches(
    family: Family, tokenizer: Tokenizer, rng: Random
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless ``(tokens, labels)`` of shape (BATCH, longest); -100 labels what is not learned."""
    pad, end = tokenizer.token_to_id(PAD), tokenizer.token_to_id(END)
    stream = family.texts(rng)
    while True:
        texts = [
            (tokenizer.encode(given).ids, [*tokenizer.encode(written).ids, end])
            for given, written in islice(stream, BATCH * BUCKET)
        ]
        texts.sort(key=lambda text: len(text[0]) + len(text[1]))
        for start in rng.sample(range(0, len(texts), BATCH), BUCKET):
            batch = texts[start : start + BATCH]
            yield training.batch_of(batch, pad)


def build_model(
    family: Family, recipe: Recipe, tokenizer: Tokenizer, seed: int
) -> LlamaForCausalLM:
    """A Llama of the recipe's shape with random weights, or with those of the family's base."""
    if family.base:
        return LlamaForCausalLM.from_pretrained(
            SHIPPED / family.base,
            dtype=torch.float32,
            max_position_embeddings=family.context,
        )
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=recipe.hidden_size,
        intermediate_size=recipe.intermediate_size,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.heads,
        max_position_embeddings=family.context,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.token_to_id(END),
        pad_token_id=tokenizer.token_to_id(PAD),
    )
    return LlamaForCausalLM(config)


def train(
    model: LlamaForCausalLM, family: Family, tokenizer: Tokenizer, recipe: Recipe, seed: int
) -> list[float]:
    """Train in place for ``recipe.steps`` steps of AdamW; return each step's loss (nats/token)."""
    stream = batches(family, tokenizer, Random(seed))
    return training.train(model, stream, recipe.steps, recipe.learning_rate, half=family.half)


def about_base(family: Family) -> dict[str, str]:
    """Which weights a model was trained on from; nothing where from none."""
    if not family.base:
        return {}
    weights = SHIPPED / family.base / "model.safetensors"
    return {"base": family.base, "base_sha256": sha256_of(weights)}


def save(
    folder: Path, model: LlamaForCausalLM, tokenizer: Tokenizer, about: dict[str, object]
) -> None:
    """Write what transformers and vLLM load, weights in float16, and ``training.json``."""
    model.to(torch.float16).save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # safetensors gives it to its owner alone
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END,
        "pad_token": PAD,
        "model_max_length": model.config.max_position_embeddings,
        "clean_up_tokenization_spaces": False,
    }
    write_text(folder / "tokenizer_config.json", json.dumps(settings, indent=2) + "\n")
    write_text(folder / "training.json", json.dumps(about, indent=2) + "\n")


def train_demo_model(size: str, seed: int, steps: int | None, output: Path) -> None:
    """Train the model called ``size`` and write it to the folder ``output``.

    :raises UserError: this Python lacks torch, transformers or tokenizers.
    """
    if MISSING:
        raise UserError(
            f"training needs the package {MISSING!r}, which this Python does not have; use "
            "resources/envs/transformers/bin/python, which `make demo` builds"
        )
    training.make_deterministic()
    family, recipe = MODELS[size]
    if steps is not None:
        recipe = Recipe(**{**asdict(recipe), "steps": steps})
    tokenizer = build_tokenizer(family)
    model = build_model(family, recipe, tokenizer, seed)
    log.info("%s: %d parameters, %d steps", size, model.num_parameters(), recipe.steps)
    losses = train(model, family, tokenizer, recipe, seed)
    last = losses[-100:]
    about = {
        "size": size,
        "parameters": model.num_parameters(),
        **about_base(family),
        "recipe": asdict(recipe),
        "batch": BATCH,
        "seed": seed,
        "threads": training.THREADS,
        "torch": torch.__version__,
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "first_loss": losses[0],
        "last_loss": sum(last) / len(last),
    }
    save(output, model, tokenizer, about)


def main() -> None:
    """Bind the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--size", choices=MODELS, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="fewer or more than the recipe's, for a trial")
    parser.add_argument("--output", type=Path, required=True, help="folder to write the model to")
    args = parser.parse_args()
    train_demo_model(args.size, args.seed, args.steps, args.output)


if __name__ == "__main__":
    cli.run(main)
