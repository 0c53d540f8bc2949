"""Scratch folders of children: how full they are, and emptying them.

What lies there is hostile: folders nested beyond any path's length, locked, renamed as we look.
"""

# ruff: noqa: PTH101, PTH104, PTH106, PTH108, PTH118, PTH208
# (this runs once a program, and pathlib would cost more than the rest of it)

from __future__ import annotations

import math
import os
import secrets
import stat
from pathlib import Path


def usage(folder: Path) -> float:
    """Bytes below a scratch folder, each entry counted as one block at least.

    Infinite where there are more than 4,096 entries or a folder that cannot be looked into.
    """
    total, seen, vanished, folders = 0, 0, 0, [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    seen += 1
                    total += 4096
                    try:
                        info = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    total += info.st_blocks * 512
                    if stat.S_ISDIR(info.st_mode):
                        folders.append(entry.path)
                    if seen > 4096:
                        return math.inf
        except FileNotFoundError:
            vanished += 1  # a folder that is renamed as we look may hide anything
            if vanished > 20:
                return math.inf
            total, seen, folders = 0, 0, [str(folder)]
        except OSError:
            return math.inf
    return total


def wipe(folder: Path) -> None:
    """Empty a scratch folder, however deep or locked what is below it.

    Nested folders are first moved to the top, so that no path grows long.
    """
    if not os.listdir(folder):
        return
    token, serial = secrets.token_hex(8), 0
    while names := os.listdir(folder):
        for name in names:
            path = os.path.join(folder, name)
            if not stat.S_ISDIR(os.lstat(path).st_mode):
                os.unlink(path)
                continue
            os.chmod(path, 0o700)
            for inner in os.listdir(path):
                below = os.path.join(path, inner)
                if stat.S_ISDIR(os.lstat(below).st_mode):
                    os.chmod(below, 0o700)
                    serial += 1
                    os.rename(below, os.path.join(folder, f"{token}-{serial}"))
                else:
                    os.unlink(below)
            os.rmdir(path)
