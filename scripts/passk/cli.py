"""What command lines here share: logging, options, and errors that are one sentence."""

from __future__ import annotations

import argparse
import errno
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from passk.records import UserError, metadata_path, sharing_metadata

MISPLACED = {
    errno.EISDIR: "is a folder, where a file is needed",
    errno.ENOTDIR: "is not a folder, or is below a file",
    errno.EEXIST: "is a file, where a folder is needed",
    errno.ENOENT: "is not there and cannot be made",
    errno.ENAMETOOLONG: "is too long a name",
    errno.ELOOP: "is a link that goes round",
    errno.EINVAL: "is a name that this file system does not take",
}


def run(main: Callable[[], None]) -> None:
    """Run ``main``; turn what the user can mend into one sentence and exit code 2.

    That is a :class:`UserError`, a full disk, a file that is larger than this session may write,
    and a path that may not be used or that has a folder where a file is needed, or the other way
    round.

    Anything else is a fault of this package and keeps its traceback.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        main()
    except UserError as error:
        sys.exit(_fail(str(error)))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit(_fail("the disk is full: free some space and run the same command again"))
        if error.errno == errno.EFBIG:
            larger = "a file would be larger than this session may write (ulimit -f)"
            sys.exit(_fail(f"{larger}: raise that limit and run the same command again"))
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM) and error.filename:
            sys.exit(_fail(f"{error.filename} cannot be written or read ({error.strerror})"))
        path = error.filename2 or error.filename  # a rename has both; the second is the target
        if error.errno in MISPLACED and path:
            sys.exit(_fail(f"{path} {MISPLACED[error.errno]}; give another path"))
        raise
    except KeyboardInterrupt:
        sys.exit(130)


def keep_apart(inputs: Iterable[Path | None], outputs: Iterable[Path | None]) -> None:
    """Check that no output is an input or another output, nor its metadata: under no name.

    :raises UserError: the two that are one file.
    """
    files: dict[object, tuple[Path, Path]] = {}  # a file, and whose it is
    for path in filter(None, inputs):
        for one in (path, metadata_path(path)):
            files[_identity(one)] = one, path
    for path in filter(None, outputs):
        if metadata_path(path).exists() and (others := sharing_metadata(path)):
            raise UserError(
                f"{path} would share {metadata_path(path)} with {others[0]}; give the output "
                "another name"
            )
        for one in (path, metadata_path(path)):
            if found := files.get(_identity(one)):
                other, owner = found
                what = f"be written over {other}" if one == path else f"share {one} with {owner}"
                raise UserError(f"{path} would {what}; give the output another name")
            files[_identity(one)] = one, path


def guard(options: argparse.Namespace, *outputs: str) -> None:
    """:func:`keep_apart` of the options that are ``outputs`` and all others that are paths.

    :raises UserError: as there.
    """
    given = vars(options)
    inputs = [value for name, value in given.items() if name not in outputs]
    keep_apart(_paths(inputs), [given[name] for name in outputs])


def _paths(value: Any) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _paths(one)


def _identity(path: Path) -> object:
    """Equal for all names of a file, whether it is there or not."""
    path = path.resolve()
    try:
        found = path.stat()
    except OSError:
        return path
    return found.st_dev, found.st_ino


def mapping(text: str | bytes, option: str, required: Iterable[str] = ()) -> dict[str, Any]:
    """Read the value of ``option``, YAML (or JSON) text of a mapping.

    :raises UserError: bad YAML, no mapping, or one without a ``required`` key.
    """
    import yaml  # scripts without such options start faster without it

    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"{option} is not YAML: {' '.join(str(error).split())}") from error
    need(value, option, required)
    return value


def need(value: Any, what: str, required: Iterable[str]) -> None:
    """Check that ``value`` is a mapping with the ``required`` keys.

    :raises UserError: it is not.
    """
    if not isinstance(value, Mapping):
        raise UserError(f"{what} must be a mapping such as '{{name: value, ...}}'")
    for key in required:
        if key not in value:
            raise UserError(f"{what} needs {key!r}")


def _fail(sentence: str) -> int:
    print(f"error: {sentence}", file=sys.stderr, flush=True)
    return 2
