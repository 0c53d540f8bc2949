"""What every command line here shares: logging, and errors that are one sentence."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Callable

from passk.records import UserError


def run(main: Callable[[], None]) -> None:
    """Run ``main``; turn a :class:`UserError` or a full disk into one sentence and exit code 2.

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
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM) and error.filename:
            sys.exit(_fail(f"{error.filename} cannot be written or read ({error.strerror})"))
        raise
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(sentence: str) -> int:
    print(f"error: {sentence}", file=sys.stderr, flush=True)
    return 2
