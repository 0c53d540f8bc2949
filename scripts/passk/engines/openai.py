"""Sampling from any OpenAI-compatible endpoint: GPT-4o, a running ``vllm serve``, Ollama.

One request a draw (or for ``draws_per_request``), as many in flight as ``concurrency`` allows. A
failure that may pass is retried after growing, jittered pauses (or the ``Retry-After`` that the
endpoint gives); one that cannot, such as a wrong key or an address where nothing answers from the
start, stops at once. When the attempts are used up the shard fails and keeps what it has: there are
never fewer samples than requested. A refusal or an empty answer is a sample like any other.

What the sampling entry sets is sent, under the names of OpenAI's API and, for ``top_k``, ``min_p``,
``repetition_penalty`` and ``chat_template_kwargs``, of vLLM's server; what is null or not there is
left to the endpoint. Seeds are best effort at most: such samples cannot be drawn again. The
endpoint's chat template is its own and is not recorded. Log-probabilities are not requested. Where
an endpoint demands ``max_completion_tokens``, ``max_tokens`` is sent under that name.

A reasoning model's thoughts (``reasoning_content``, parts of type ``thinking``) are no part of the
completion. Their tokens count where the endpoint counts them, as OpenAI, DeepSeek and vLLM do.
"""

from __future__ import annotations

import datetime
import email.utils
import logging
import os
import re
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import requests
import urllib3
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random_exponential,
)

from passk.benchmarks import Task
from passk.engines import ENGINES, Batch, Request, prompts
from passk.engines.seeds import RULE, draw_seed
from passk.records import Sample, UserError

ATTEMPTS = 8
# Half of each pause is jitter, so that draws which failed together do not return together:
# 0.5 to 1 s after the first attempt, twice that after each further one, at most 30 to 60 s.
BACKOFF = wait_exponential(0.5, max=30) + wait_random_exponential(0.5, max=30)
LONGEST_RETRY_AFTER = 600.0
TIMEOUT = (10.0, 600.0)
"""Seconds to connect, and between two bytes of an answer."""
PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
REFUSED = frozenset({400, 404, 413, 422})
"""Of a request that this server will never take."""
SENT = (
    "temperature",
    "top_p",
    "max_tokens",
    "seed",
    "stop",
    "top_k",
    "min_p",
    "repetition_penalty",
)
SENT += ("chat_template_kwargs",)
"""What of a sampling entry goes into a request as it is."""
SPOKEN = ("text", "output_text")
"""The parts of an answer that are its text; others are thoughts and tools."""
OWN = frozenset(ENGINES["openai"].keys["extra_body"].without)
NEWER = "max_completion_tokens"
"""OpenAI's newer models refuse ``max_tokens`` and name this instead."""


class OpenAIEngine:
    def __init__(
        self,
        weights: dict[str, Any],
        sampling: dict[str, Any],
        manifest: dict[str, Any],
        size: int,
        threads: int = 1,
    ) -> None:
        self._weights = weights
        self._sampling = sampling
        self._size = size
        self._together = weights.get("draws_per_request", 1)
        self._extra = weights.get("extra_body", {})
        if own := OWN & set(self._extra):
            raise UserError(
                f"'extra_body' has {', '.join(sorted(own))}, which this engine sets itself; take "
                "it out (weights and the sampling entry say what it is)"
            )
        self._key = _api_key(weights)
        self._answered = False
        self._local = threading.local()
        self._stop = threading.Event()
        self._retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=stop_after_attempt(ATTEMPTS),
            wait=_pause,
            sleep=self._sleep,
            before_sleep=_log_failure,
            reraise=True,
        )
        self._limit = "max_tokens"
        kind = "chat/completions" if sampling["prompt"] == "chat" else "completions"
        self._url = f"{weights['endpoint'].rstrip('/')}/{kind}"

    @property
    def seed_rule(self) -> str:
        if self._sampling["seed"] is None:
            return "none: the endpoint's own random numbers"
        rule = f"{RULE}; sent with each request, best effort of the endpoint"
        return rule if self._together == 1 else f"{rule}; one for {self._together} draws"

    def describe(self) -> dict[str, Any]:
        unknown = ("version", "torch", "transformers", "cuda", "device", "dtype", "quantization")
        return {"name": "openai", **dict.fromkeys(unknown)}

    def identity(self) -> dict[str, str | None]:
        return {"chat_template_sha256": None, "tokenizer_sha256": None}

    def sample(self, requests: Sequence[Request]) -> Iterator[Batch]:
        waiting = (
            (request.problem, draws)
            for request in requests
            for draws in in_blocks(request.draws, self._together)
        )
        concurrency = self._weights.get("concurrency", 8)
        failure: Exception | None = None
        with ThreadPoolExecutor(concurrency) as pool:
            try:
                running: set[Future[Batch]] = set()
                while True:
                    while failure is None and len(running) < concurrency:
                        work = next(waiting, None)
                        if work is None:
                            break
                        running.add(pool.submit(self._draw, *work))
                    if not running:
                        break
                    done, running = wait(running, timeout=5, return_when=FIRST_COMPLETED)
                    if not done:
                        yield Batch([], 0)
                    for future in done:
                        error = future.exception()
                        if error is None:
                            yield future.result()
                        elif isinstance(error, Exception):
                            # What is in flight may still succeed and is kept; nothing new begins.
                            failure = failure or error
                            self._stop.set()
                        else:
                            raise error
            finally:
                self._stop.set()
        if failure is not None:
            raise failure

    def _draw(self, problem: Task, draws: range) -> Batch:
        try:
            return self._retrying(self._ask, problem, draws)
        except _Passing as failure:
            raise UserError(
                f"{self._url} did not answer {_name(problem, draws)} ({failure}); finished draws "
                "are kept: run again to resume, perhaps with a lower 'concurrency'"
            ) from failure

    def _ask(self, problem: Task, draws: range) -> Batch:
        answer = self._post(self._body(problem, draws))
        batch = self._parse(answer, problem, draws)
        self._answered = True
        return batch

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise UserError("stopped, because another draw failed")

    def _body(self, problem: Task, draws: range) -> dict[str, Any]:
        sampling = self._sampling
        sent = {key: sampling[key] for key in SENT if sampling.get(key) not in (None, [])}
        if "max_tokens" in sent:
            sent[self._limit] = sent.pop("max_tokens")
        if "seed" in sent:
            sent["seed"] = draw_seed(sent["seed"], self._size, problem.index, draws.start)
        if sampling["prompt"] == "chat":
            sent["messages"] = prompts.messages(problem.prompt, sampling)
        else:
            sent["prompt"] = prompts.text_of(problem.prompt, sampling)
        return {"model": self._weights["name"], "n": len(draws), **sent, **self._extra}

    def _post(self, body: dict[str, Any]) -> Any:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            response = self._local.session.post(
                self._url, json=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.exceptions.InvalidURL as error:
            raise UserError(f"{self._url} is not a valid URL; check 'endpoint'") from error
        except requests.exceptions.SSLError as error:
            raise UserError(f"{self._url} has no trusted certificate: {_short(error)}") from error
        except requests.exceptions.RequestException as error:
            if _never_there(error):
                raise self._at_first(
                    f"nothing answers at {self._weights['endpoint']} ({_reason(error)}): start the "
                    "server, or correct 'endpoint'",
                    f"the connection failed: {type(error).__name__}",
                ) from error
            raise _Passing(f"the connection failed: {type(error).__name__}") from error
        if response.status_code == 200:
            try:
                return response.json()
            except ValueError as error:
                if response.text.lstrip()[:1] == "<":
                    raise self._at_first(
                        f"{self._url} answers with a web page instead of JSON; 'endpoint' must be "
                        "the API's base URL, which ends in /v1",
                        "the answer is a web page",
                    ) from error
                raise _Passing("the answer is not whole JSON") from error
        if response.is_redirect:
            raise UserError(
                f"{self._url} redirects to {response.headers['Location']}; give the address that "
                "answers itself as 'endpoint'"
            )
        if response.status_code == 400 and "max_tokens" in body and NEWER in response.text:
            self._limit = NEWER  # for the draws to come
            limit = {NEWER: body["max_tokens"]}
            return self._post({k: v for k, v in body.items() if k != "max_tokens"} | limit)
        raise self._refusal(response, body)

    def _at_first(self, sentence: str, passing: str) -> Exception:
        """What is an address's fault at first, and may pass once the endpoint has answered."""
        return _Passing(passing) if self._answered else UserError(sentence)

    def _refusal(self, response: requests.Response, body: dict[str, Any]) -> Exception:
        status, text = response.status_code, self._message(response)
        if status in PASSING and "insufficient_quota" not in text:
            return _Passing(f"status {status}: {text}", _retry_after(response))
        if status in (401, 403):
            variable = self._weights.get("api_key_variable")
            advice = f"check the key in {variable}" if variable else "set 'api_key_variable'"
            return UserError(f"{self._url} refuses the key (status {status}: {text}); {advice}")
        if status == 404:
            return UserError(
                f"{self._url} does not know the model {self._weights['name']!r} or the address "
                f"(status 404: {text}); check 'name' and 'endpoint'"
            )
        return UserError(
            f"{self._url} refuses the request (status {status}: {text})"
            f"{self._advice(response, body) if status in REFUSED else ''}"
        )

    def _advice(self, response: requests.Response, body: dict[str, Any]) -> str:
        """How to leave out the parameters that a refusal names."""
        named = [key for key in body if re.search(rf"(?<!\w){key}(?!\w)", response.text)]
        ways = []
        for key in named:
            setting = "max_tokens" if key == NEWER else key
            if key in self._extra:
                ways.append(f"take '{key}' out of 'extra_body'")
            elif setting in ("temperature", "top_p", "max_tokens", "seed"):
                ways.append(f"'{setting}: null' in the sampling entry leaves it out")
            elif setting in SENT:
                ways.append(f"take '{setting}' out of the sampling entry")
            elif key == "n" and self._together > 1:
                ways.append("take 'draws_per_request' out of 'weights'")
        return "".join(f"; {way}" for way in ways)

    def _message(self, response: requests.Response) -> str:
        """The endpoint's own words, without the key, which some repeat."""
        try:
            error = response.json()["error"]
            text = error if isinstance(error, str) else f"{error.get('code')}: {error['message']}"
        except (ValueError, KeyError, TypeError, AttributeError):
            text = response.text
        text = " ".join(text.split())[:300]
        return text.replace(self._key, "***") if self._key else text

    def _parse(self, answer: Any, problem: Task, draws: range) -> Batch:
        try:
            choices = answer["choices"]
            found = [(self._text(choice), choice.get("finish_reason")) for choice in choices]
            usage = answer.get("usage") or {}
            tokens, prompt_tokens = usage.get("completion_tokens"), usage.get("prompt_tokens")
        except (KeyError, TypeError, AttributeError) as error:
            raise _Passing("the answer has no choices with a text") from error
        if found and len(found) != len(draws):
            raise UserError(
                f"{self._url} gives {len(found)} of the {len(draws)} draws that a request asks for;"
                " take 'draws_per_request' out of 'weights'"
            )
        if not found or not all(isinstance(text, str) for text, _ in found):
            raise _Passing("the answer has no choices with a text")
        own = tokens if len(draws) == 1 else None  # an answer has one count for all its draws
        samples = [
            Sample(problem.task_id, draw, text, reason, own)
            for draw, (text, reason) in zip(draws, found, strict=True)
        ]
        return Batch(samples, prompt_tokens, tokens)

    def _text(self, choice: dict[str, Any]) -> Any:
        """What a choice says, with the ``prefill``, which llama.cpp repeats and vLLM does not."""
        if self._sampling["prompt"] == "completion":
            return choice["text"] or ""
        message = choice["message"]
        content = message.get("content")
        if isinstance(content, list):
            content = "".join(part["text"] for part in content if part.get("type") in SPOKEN)
        said = content or message.get("refusal") or ""
        prefill = self._sampling.get("prefill", "")
        return said if said.startswith(prefill) else prefill + said


class _Passing(Exception):
    """A failure that may pass, and the seconds that the endpoint asks to wait, or None."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, _Passing) and (error.retry_after or 0) <= LONGEST_RETRY_AFTER


def _pause(state: RetryCallState) -> float:
    """Seconds to wait after a failed attempt."""
    asked = state.outcome.exception().retry_after
    return BACKOFF(state) if asked is None else asked


def _log_failure(state: RetryCallState) -> None:
    failure, pause = state.outcome.exception(), state.next_action.sleep
    logging.info("%s: %s; retrying in %.1f s", _name(*state.args), failure, pause)


def in_blocks(draws: range, size: int) -> Iterator[range]:
    """The draws in blocks that end before multiples of ``size``: alike in any layout of shards."""
    start = draws.start
    while start < draws.stop:
        stop = min(start - start % size + size, draws.stop)
        yield range(start, stop)
        start = stop


def _never_there(error: requests.exceptions.RequestException) -> bool:
    """Whether no connection was made, rather than one that broke."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, urllib3.exceptions.ConnectTimeoutError)


def _reason(error: Exception) -> str:
    """Why no connection was made, in the system's words."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
        cause = cause.__cause__ or cause.__context__
    return _short(error)


def _name(problem: Task, draws: range) -> str:
    if len(draws) == 1:
        return f"draw {draws.start} of {problem.task_id}"
    return f"draws {draws.start} to {draws.stop - 1} of {problem.task_id}"


def _api_key(weights: dict[str, Any]) -> str | None:
    variable = weights.get("api_key_variable")
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        raise UserError(
            f"the environment variable {variable} is not set: it must hold the key for "
            f"{weights['endpoint']} ('api_key_variable' names it)"
        )
    return key


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that a Retry-After header asks for (a number, or a date), or None."""
    text = response.headers.get("Retry-After", "").strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.UTC)
    return max(0.0, when.timestamp() - time.time())


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
