"""Sampling from any OpenAI-compatible endpoint: GPT-4o, a running ``vllm serve``, Ollama.

One request a draw, as many in flight as ``concurrency`` allows. A failure that may pass is retried
after growing, jittered pauses (or the ``Retry-After`` that the endpoint gives); one that cannot,
such as a wrong key, stops at once. When the attempts are used up the shard fails and keeps what it
has: there are never fewer samples than requested. A refusal or an empty answer is a sample like any
other.

Seeds are sent, but endpoints promise at most best effort: such samples cannot be drawn again. The
endpoint's chat template is its own and is not recorded. Log-probabilities are not requested.
Where an endpoint demands ``max_completion_tokens``, ``max_tokens`` is sent under that name; a
reasoning model's hidden tokens then count, too.
"""

from __future__ import annotations

import datetime
import email.utils
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential,
    wait_random_exponential,
)

from passk.benchmarks import Task
from passk.engines import Batch, Request, prompts
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
NEWER = "max_completion_tokens"
"""OpenAI's newer models refuse ``max_tokens`` and name this instead."""


class OpenAIEngine:
    seed_rule = f"{RULE}; sent with each request, best effort of the endpoint"

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
        self._key = _api_key(weights)
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

    def describe(self) -> dict[str, Any]:
        unknown = ("version", "torch", "transformers", "cuda", "device", "dtype", "quantization")
        return {"name": "openai", **dict.fromkeys(unknown)}

    def identity(self) -> dict[str, str | None]:
        return {"chat_template_sha256": None, "tokenizer_sha256": None}

    def sample(self, requests: Sequence[Request]) -> Iterator[Batch]:
        waiting = ((request.problem, draw) for request in requests for draw in request.draws)
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

    def _draw(self, problem: Task, draw: int) -> Batch:
        try:
            return self._retrying(self._ask, problem, draw)
        except _Passing as failure:
            raise UserError(
                f"{self._url} did not answer {_name(problem, draw)} ({failure}); finished draws "
                "are kept: run again to resume, perhaps with a lower 'concurrency'"
            ) from failure

    def _ask(self, problem: Task, draw: int) -> Batch:
        return self._parse(self._post(self._body(problem, draw)), problem, draw)

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise UserError("stopped, because another draw failed")

    def _body(self, problem: Task, draw: int) -> dict[str, Any]:
        sampling = self._sampling
        body: dict[str, Any] = {
            "model": self._weights["name"],
            "temperature": sampling["temperature"],
            "top_p": sampling["top_p"],
            self._limit: sampling["max_tokens"],
            "n": 1,
            "seed": draw_seed(sampling["seed"], self._size, problem.index, draw),
        }
        if sampling.get("stop"):
            body["stop"] = sampling["stop"]
        if sampling["prompt"] == "chat":
            body["messages"] = prompts.messages(problem.prompt, sampling)
        else:
            body["prompt"] = problem.prompt
        return body

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
            raise _Passing(f"the connection failed: {type(error).__name__}") from error
        if response.status_code == 200:
            try:
                return response.json()
            except ValueError as error:
                raise _Passing("the answer is not whole JSON") from error
        if response.status_code == 400 and "max_tokens" in body and NEWER in response.text:
            self._limit = NEWER  # for the draws to come
            limit = {NEWER: body["max_tokens"]}
            return self._post({k: v for k, v in body.items() if k != "max_tokens"} | limit)
        raise self._refusal(response)

    def _refusal(self, response: requests.Response) -> Exception:
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
        return UserError(f"{self._url} refuses the request (status {status}: {text})")

    def _message(self, response: requests.Response) -> str:
        """The endpoint's own words, without the key, which some repeat."""
        try:
            error = response.json()["error"]
            text = error if isinstance(error, str) else f"{error.get('code')}: {error['message']}"
        except (ValueError, KeyError, TypeError, AttributeError):
            text = response.text
        text = " ".join(text.split())[:300]
        return text.replace(self._key, "***") if self._key else text

    def _parse(self, answer: Any, problem: Task, draw: int) -> Batch:
        try:
            choice = answer["choices"][0]
            if self._sampling["prompt"] == "chat":
                message = choice["message"]
                text = message.get("content") or message.get("refusal") or ""
            else:
                text = choice["text"] or ""
            usage = answer.get("usage") or {}
            tokens, prompt_tokens = usage.get("completion_tokens"), usage.get("prompt_tokens")
            reason = choice.get("finish_reason")
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise _Passing("the answer has no choices with a text") from error
        if not isinstance(text, str):
            raise _Passing("the answer's text is not a string")
        return Batch([Sample(problem.task_id, draw, text, reason, tokens)], prompt_tokens)


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


def _name(problem: Task, draw: int) -> str:
    return f"draw {draw} of {problem.task_id}"


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
