"""Write what the examples of its prompt say of every sample: which are right, and what is wrong.

What a round of repair shows the model (``passk/repair.py``). Programs run in the sandbox that
judges, on the calls that the prompt shows; the tests play no part. Samples are checked, and
refused, as ``execute.py`` does. A finished file on the same samples stays as it is, since samples
were drawn from it. Lines are ``task_id, draw, passed, feedback``; ``passed`` is null for tasks
without an example.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

from passk import cli, judging
from passk.benchmarks import KINDS
from passk.judging import Judging
from passk.records import UserError, metadata_path, read_metadata
from passk.verifiers import VERIFIERS


def feedback(opened: Judging, output: Path) -> None:
    """Write the feedback on the samples and what describes it.

    :raises UserError: answers that are no functions; as the verifier does.
    """
    kind = opened.benchmark.kind
    if not VERIFIERS[KINDS[kind].suites[opened.suite]].calls:
        raise UserError(f"feedback is on functions, and answers of kind {kind} are none")
    if stands(opened, output):
        logging.info("%s: finished, and stays", output)
        for path in (output, metadata_path(output)):
            path.touch()
        return
    found = {True: 0, False: 0, None: 0}

    def counted() -> Any:
        for one in opened.verifier.feedback(opened.read()):
            found[one.passed] += 1
            yield one

    def about() -> dict[str, Any]:
        return {"passed": found[True], "failed": found[False], "without_examples": found[None]}

    opened.write(output, counted(), about)


def stands(opened: Judging, output: Path) -> bool:
    """Whether the file is finished, whole, and on these samples.

    The samples themselves are read to their end, so that they are those of their metadata.
    """
    path = metadata_path(output)
    if not (output.exists() and path.exists()):
        return False
    try:
        metadata = read_metadata(path, output)
    except UserError:
        return False
    for _ in opened.read():
        pass
    on = opened.snapshot.sha256[opened.samples.path]
    same = {"samples_sha256": on, "benchmark_sha256": opened.benchmark.sha256}
    same["answer"] = opened.answer
    return all(metadata.get(key) == value for key, value in same.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options = ("workers", "require_sandbox", "isolate", "loops")
    judging.run(parser, "feedback", "running the examples on these samples", feedback, options)


if __name__ == "__main__":
    cli.run(main)
