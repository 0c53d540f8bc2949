"""A small OpenAI-compatible server on loopback, with faults on demand.

It answers ``/v1/chat/completions`` and ``/v1/completions`` with a text that follows from prompt
and seed alone, and keeps what it was asked. Faults are the names in ``fail``, used up one a
request in the order of arrival; ``limit`` is the number of requests after which it stops answering;
``newer`` models refuse ``max_tokens``; ``refused`` are parameters that it refuses by name.
"""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-0123456789"
MODEL = "test-model"


# Messages as servers of reasoning models give them.
ANSWERS = {
    "parts": {
        "content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
            {"type": "text", "text": "    return "},
            {"type": "text", "text": "1"},
        ]
    },
    "thoughts alone": {"content": [{"type": "reasoning", "text": "Hm."}]},
    "repeated prefill": {"content": "Sure: 1"},
    "reasoning": {"content": "    return 1", "reasoning_content": "Hm.", "reasoning": "Hm."},
}


class OpenAIServer:
    def __init__(
        self,
        faults: list[str] | None = None,
        limit: int | None = None,
        newer: bool = False,
        refused: tuple[str, ...] = (),
    ) -> None:
        self.faults = list(faults or [])
        self.limit = limit
        self.newer = newer
        self.refused = refused
        self.requests: list[dict[str, Any]] = []
        self.in_flight = self.most_in_flight = 0
        self.lock = threading.Lock()
        self.stuck = threading.Event()
        self._release = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> OpenAIServer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for_ever(self) -> None:
        self.stuck.set()
        self._release.wait()


def _handler(server: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            sent = self.rfile.read(length)
            if len(sent) < length:  # The client was killed.
                return
            body = json.loads(sent)
            with server.lock:
                server.requests.append(body)
                server.in_flight += 1
                server.most_in_flight = max(server.most_in_flight, server.in_flight)
                fault = server.faults.pop(0) if server.faults else ""
                stop = server.limit is not None and len(server.requests) > server.limit
            try:
                if stop:
                    server.wait_for_ever()
                    self.close_connection = True
                elif self.headers.get("Authorization") != f"Bearer {KEY}":
                    text = f"Incorrect API key provided: {self.headers.get('Authorization')}"
                    self.answer(401, {"error": {"message": text, "code": "invalid_api_key"}})
                elif body["model"] != MODEL:
                    text = f"The model {body['model']} does not exist"
                    self.answer(404, {"error": {"message": text, "code": "model_not_found"}})
                elif server.newer and "max_tokens" in body:
                    text = (
                        "Unsupported parameter: 'max_tokens' is not supported with this model. "
                        "Use 'max_completion_tokens' instead."
                    )
                    self.answer(400, {"error": {"message": text, "code": "unsupported_parameter"}})
                elif wrong := [key for key in server.refused if key in body]:
                    text = f"Unsupported value: {wrong[0]!r} is not supported with this model."
                    self.answer(400, {"error": {"message": text, "code": "unsupported_value"}})
                elif fault:
                    self.fail(fault)
                else:
                    self.answer(200, self.completion(body))
            finally:
                with server.lock:
                    server.in_flight -= 1

        def completion(self, body: dict[str, Any]) -> dict[str, Any]:
            chat = self.path.endswith("/chat/completions")
            asked = json.dumps([body.get("messages"), body.get("prompt"), body.get("seed")])
            number = int(hashlib.sha256(asked.encode()).hexdigest()[:6], 16)
            choices = []
            for index in range(body["n"]):
                text = f"    return {number + index}\n"
                said = (
                    {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
                )
                choices.append({"index": index, "finish_reason": "stop", **said})
            usage = {"prompt_tokens": 10, "completion_tokens": 5 * body["n"]}
            return {"model": MODEL, "choices": choices, "usage": usage}

        def answer(self, status: int, body: Any, **headers: str) -> None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(data)

        def fail(self, fault: str) -> None:
            refusal = {"role": "assistant", "content": None, "refusal": "I cannot help with that."}
            empty = {"role": "assistant", "content": None}
            usage = {"prompt_tokens": 10, "completion_tokens": 0}
            if fault == "429":
                self.answer(429, {"error": {"message": "slow down"}}, Retry_After="0.05")
            elif fault == "429 for hours":
                self.answer(429, {"error": {"message": "slow down"}}, Retry_After="86400")
            elif fault == "429 in minutes":
                self.answer(429, {"error": {"message": "slow down"}}, Retry_After="300")
            elif fault == "429 by date":
                when = "Wed, 21 Oct 2015 07:28:00 GMT"
                self.answer(429, {"error": {"message": "slow down"}}, Retry_After=when)
            elif fault == "quota":
                error = {"message": "You exceeded your quota", "code": "insufficient_quota"}
                self.answer(429, {"error": error})
            elif fault == "500":
                self.answer(500, b"<html>oops</html>", Retry_After="0")
            elif fault == "400":
                self.answer(400, {"error": {"message": "temperature is too high"}})
            elif fault == "drop":
                self.close_connection = True
                self.connection.close()
            elif fault == "cut":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b'{"choices": [{"mess')
                self.wfile.flush()
                self.close_connection = True
                self.connection.close()
            elif fault == "not json":
                self.answer(200, b'{"choices": [')
            elif fault == "no choices":
                self.answer(200, {"choices": [], "usage": usage})
            elif fault == "refusal":
                choice = {"message": refusal, "finish_reason": "stop"}
                self.answer(200, {"choices": [choice], "usage": usage})
            elif fault in ANSWERS:
                choice = {"message": ANSWERS[fault], "finish_reason": "stop"}
                self.answer(200, {"choices": [choice], "usage": usage})
            elif fault == "web page":
                self.answer(200, b"<!DOCTYPE html><html>Welcome</html>")
            elif fault == "moved":
                self.answer(308, b"", Location="https://example.org/v1/chat/completions")
            elif fault == "empty":
                choice = {"message": empty, "finish_reason": "content_filter"}
                self.answer(200, {"choices": [choice], "usage": usage})
            else:
                raise AssertionError(f"no such fault: {fault}")

    return Handler
