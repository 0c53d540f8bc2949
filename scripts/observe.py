"""Write what every sample answers where no test tells: the signature that equal answers share.

A program's signature is what it does on inputs made from its task's prompt
(``passk/verifiers/signatures.py``), in the sandbox that judges, with the same limits but for the
CPU time. Samples are checked, and refused, as ``execute.py`` does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from passk import cli, judging
from passk.formats import read_samples
from passk.judging import Judging


def observe(opened: Judging, observations: Path) -> None:
    """Write the signatures of the samples and what describes them.

    :raises UserError: as the verifier does.
    """
    signatures = opened.verifier.signatures(read_samples(opened.samples))
    opened.write(observations, signatures, dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options = ("workers", "require_sandbox")
    judging.run(parser, "observations", "observing these samples", observe, options)


if __name__ == "__main__":
    cli.run(main)
