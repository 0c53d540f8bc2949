"""From a problem's prompt to the token ids that a local model gets, and from its ids back to text.

Token ids, not text, go to the engines: text that a chat template has made would get a second
beginning-of-text token, and ids can be counted and hashed.
"""

from __future__ import annotations

import hashlib
import sys
from typing import Any

from passk.records import UserError

# Some templates (Llama 3.2) write today's date into the prompt; then no two days would draw the
# same samples. This is the date that Llama 3.1's template has when none is given.
DATE = "26 Jul 2024"

CONTEXT = 8
"""Tokens of the prompt that decide how the first ones behind it are read."""


def text_of(prompt: str, sampling: dict[str, Any]) -> str:
    """What the model is given of one problem: its prompt, within the ``template`` if any."""
    return sampling.get("template", "{prompt}").replace("{prompt}", prompt)


def messages(prompt: str, sampling: dict[str, Any]) -> list[dict[str, str]]:
    """The chat messages of one problem; a last one of the assistant's is to be continued."""
    parts = [
        ("system", sampling.get("system_prompt")),
        ("user", text_of(prompt, sampling)),
        ("assistant", sampling.get("prefill")),
    ]
    return [{"role": role, "content": text} for role, text in parts if text]


def prompt_ids(tokenizer: Any, prompt: str, sampling: dict[str, Any]) -> list[int]:
    """The token ids of one problem's prompt, as ``sampling['prompt']`` says (chat, completion).

    :raises UserError: a chat prompt for a tokenizer that has no chat template, or whose template
        refuses it.
    """
    if sampling["prompt"] == "completion":
        return list(tokenizer.encode(text_of(prompt, sampling)))
    if not getattr(tokenizer, "chat_template", None):
        raise UserError(
            "the model's tokenizer has no chat template; set 'prompt: completion' in the sampling "
            "entry, or choose an instruction-tuned model"
        )
    import jinja2

    try:
        ids = tokenizer.apply_chat_template(
            messages(prompt, sampling),
            add_generation_prompt="prefill" not in sampling,
            continue_final_message="prefill" in sampling,
            tokenize=True,
            return_dict=False,
            **{"date_string": DATE, **sampling.get("chat_template_kwargs", {})},
        )
    except jinja2.TemplateError as error:
        raise UserError(
            f"the model's chat template refuses the prompt ({error}); a model without a system "
            "role needs a sampling entry without 'system_prompt'"
        ) from error
    except (ValueError, TypeError) as error:
        raise UserError(
            f"the model's chat template takes no such 'prefill' or 'chat_template_kwargs' ({error})"
            "; change the sampling entry"
        ) from error
    return list(ids)


def fits(tokenizer: Any, prompt: str, sampling: dict[str, Any], model_len: int) -> bool:
    """Whether a problem's prompt leaves room for a completion."""
    tokenizer.model_max_length = sys.maxsize  # or transformers warns of what is only measured
    return len(prompt_ids(tokenizer, prompt, sampling)) < model_len


def completion_text(tokenizer: Any, prompt: list[int], tokens: list[int]) -> str:
    """The text of ``tokens`` behind their prompt: some tokenizers drop a text's first space.

    ``tokens`` come without the one that ended them, which need not be a special one.
    """
    before, both = (
        tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        for ids in (prompt[-CONTEXT:], [*prompt[-CONTEXT:], *tokens])
    )
    if both.startswith(before):
        return both[len(before) :]
    return tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)


def chat_template_sha256(tokenizer: Any, sampling: dict[str, Any]) -> str | None:
    """Of the template that makes the prompts; None for completion prompts, which use none."""
    if sampling["prompt"] == "completion":
        return None
    return hashlib.sha256(str(tokenizer.chat_template).encode()).hexdigest()


def completion_limit(ids: list[int], sampling: dict[str, Any], model_len: int, where: str) -> int:
    """How many tokens may follow a prompt: ``max_tokens``, or what the context leaves.

    :raises UserError: the context leaves none.
    """
    room = model_len - len(ids)
    if room < 1:
        raise UserError(
            f"the prompt of {where} has {len(ids)} tokens, which leaves no room in a context of "
            f"{model_len}: raise 'max_model_len' in the sampling entry, or choose a model with a "
            "longer context"
        )
    return min(sampling["max_tokens"], room)
