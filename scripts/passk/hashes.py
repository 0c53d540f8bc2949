"""The sha256 of large files, computed once for each state of a file.

A state is size, times and inode; the time of the last change of the inode (ctime) is among them,
which no program can set: a file that was changed in place and given its old time is another. What
was computed is kept in a small JSON file, which may be deleted at any time.
"""

from __future__ import annotations

import json
import logging
import math
from pathlib import Path

from passk.locks import only_writer_of
from passk.records import sha256_of, write_text

LARGE = 1 << 30


def sha256_once(path: Path, memory: Path) -> str:
    """The sha256 of ``path``, computed unless ``memory`` has it of the file as it is now.

    Several jobs that ask at once wait for the first.
    """
    place, state = str(path.resolve()), state_of(path)
    if (known := _read(memory).get(place)) and known[0] == state:
        return known[1]
    with only_writer_of(memory, "hashing these files", patience=math.inf):
        remembered = _read(memory)
        if (known := remembered.get(place)) and known[0] == state:
            return known[1]
        if path.stat().st_size > LARGE:
            logging.info("hashing %s (%.1f GB), once", path, path.stat().st_size / 1e9)
        digest = sha256_of(path)
        # A file that was written to meanwhile is remembered as it was before, and hashed again.
        remembered[place] = [state, digest]
        write_text(memory, json.dumps(remembered, indent=1) + "\n")
    return digest


def state_of(path: Path) -> list[int]:
    """What differs after any change of the file at ``path``."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _read(memory: Path) -> dict[str, list]:
    try:
        content = json.loads(memory.read_text())
    except (OSError, ValueError):
        return {}
    entries = content.items() if isinstance(content, dict) else ()
    return {place: known for place, known in entries if isinstance(known, list) and len(known) == 2}
