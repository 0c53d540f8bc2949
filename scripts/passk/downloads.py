"""Files that are fetched once, by an address and the sha256 of what is in them."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from passk.records import UserError, replace_atomically


def fetch(url: str, sha256: str, path: Path) -> None:
    """Have a file at ``path`` (plain or gzip), downloading it from ``url`` if it is not there.

    :raises UserError: no network, or not the file whose content has ``sha256``.
    """
    if not path.exists():
        import http.client
        import urllib.request  # heavy imports, for one run in many

        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                data = answer.read()
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error or type(error).__name__
            raise UserError(
                f"{url} cannot be downloaded ({reason}); put the file at {path} and run the same "
                "command again"
            ) from None
        check_content(data, sha256, url)
        with replace_atomically(path) as handle:
            handle.write(data)
    else:
        check_content(path.read_bytes(), sha256, str(path))


def check_content(data: bytes, sha256: str, where: str) -> None:
    """Check that the unpacked content of a file is the expected one; ``where`` it is from.

    :raises UserError: it is another.
    """
    try:
        content = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError):
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UserError(
            f"{where} is not the file that config.yaml expects (the sha256 of its unpacked content "
            "differs); replace it, or correct that sha256"
        )
