"""A Hugging Face Hub on this machine, with one repository, whose connection can break."""

from __future__ import annotations

import hashlib
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

REPOSITORY = "some/model"
REVISION = "0123456789" * 4


class HubServer:
    """Serves ``files``; ``breaks`` times the connection breaks at a file's byte ``break_at``.

    ``asked`` has the first byte that each download of a file asked for.
    """

    def __init__(self, files: dict[str, bytes], break_at: int, breaks: int) -> None:
        self.files, self.break_at, self.breaks = files, break_at, breaks
        self.asked: list[tuple[str, int]] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def do_HEAD(self) -> None:
                self._answer(body=False)

            def do_GET(self) -> None:
                self._answer(body=True)

            def _answer(self, body: bool) -> None:
                if self.path.startswith("/api/"):
                    return self._send(200, hub.about(self.path), {}, body)
                name = self.path.rpartition("/")[2]
                content = hub.files.get(name)
                if content is None:
                    return self._send(404, b"{}", {"X-Error-Code": "EntryNotFound"}, body)
                headers = {
                    "ETag": f'"{hashlib.sha256(content).hexdigest()}"',
                    "X-Repo-Commit": REVISION,
                    "Accept-Ranges": "bytes",
                }
                first = 0
                if given := re.match(r"bytes=(\d+)-", self.headers.get("Range", "")):
                    first = int(given[1])
                    headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
                end = None
                if body and hub.breaks and len(content) > hub.break_at:
                    hub.breaks -= 1
                    end = max(0, hub.break_at - first)
                if body:
                    hub.asked.append((name, first))
                self._send(206 if first else 200, content[first:], headers, body, end)

            def _send(
                self, code: int, content: bytes, headers: dict, body: bool, end: int | None = None
            ) -> None:
                self.send_response(code)
                for key, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(key, value)
                self.end_headers()
                if body:
                    self.wfile.write(content[:end])
                    self.close_connection = end is not None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def about(self, path: str) -> bytes:
        """What the Hub's API says of the repository."""
        if "/tree/" in path:
            tree = [
                {"type": "file", "path": name, "size": len(content), "oid": "0" * 40}
                for name, content in self.files.items()
            ]
            return json.dumps(tree).encode()
        siblings = [{"rfilename": name} for name in self.files]
        about = {"id": REPOSITORY, "sha": REVISION, "siblings": siblings}
        return json.dumps(about).encode()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> HubServer:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
