"""Check all finished files against what was recorded of them; change nothing.

Exit code 0: all are intact. 1: some are damaged or changed; it lists them, and the commands that
regenerate them. 2: nothing to check. How it knows, and what it cannot know: passk/integrity.py.
"""

from __future__ import annotations

import argparse
import logging
import shlex
import sys
import time
from pathlib import Path

from passk import cli, config
from passk.experiment import Experiment
from passk.integrity import Report, verify
from passk.progress import Progress
from passk.records import UserError

log = logging.getLogger("verify")


def lines(report: Report, root: Path, seconds: float) -> list[str]:
    """What a person reads."""

    def name(path: Path) -> str:
        return shlex.quote(str(path.relative_to(root) if path.is_relative_to(root) else path))

    size = report.bytes / 1e6
    text = [f"{report.files:,} files, {size:,.1f} MB in {seconds:.1f} s"]
    text += [f"note: {note}" for note in report.notes]
    if not report.findings:
        return [*text, "all files are intact"]
    text += [f"{name(f.path)}: {f.why}" for f in report.findings]
    remove = sorted({name(path) for f in report.findings for path in f.remove if path.exists()})
    make = sorted({name(f.make) for f in report.findings if f.make})
    count = len(report.findings)
    damaged = f"{count} {'file is' if count == 1 else 'files are'} damaged or changed"
    if make:
        text.append(f"{damaged}; to regenerate {'it' if count == 1 else 'them'}:")
        text.append(f"  rm {' '.join(remove)}")
        text.append(f"  snakemake --cores all {' '.join(make)}")
        if any("/samples/" in path for path in make):
            text.append("with --resources gpu=N at its end where samples are drawn on GPUs")
        text.append("and then the command of your experiment.")
    else:
        text.append(f"{damaged}.")
    return text


def asked(root: Path) -> set[Path] | None:
    """The shards of samples that config.yaml asks for; None without one that can be read."""
    try:
        found = config.read(root / "config.yaml")
        config.check(found)
    except (UserError, OSError):
        return None
    return {file for name in found["experiments"] for file in Experiment(name, found).drawn_for_it}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--folder", type=Path, default=Path(), help="of the workflow (default: the current one)"
    )
    root = parser.parse_args().folder
    started = time.monotonic()
    progress = Progress("files", log=log)
    report = verify(
        root,
        lambda files, size: progress.update(
            files, lambda seconds: f"{size / 1e9:.1f} GB, {size / 1e9 / seconds:.1f} GB/s"
        ),
        asked(root),
    )
    print("\n".join(lines(report, root, time.monotonic() - started)))
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    cli.run(main)
