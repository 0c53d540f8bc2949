"""Finished shards of samples that a run plans to draw again: which stay, and which are removed.

Snakemake removes the outputs of each job that it starts. Those of `sample` are marked ``update()``,
so that it leaves them, and a job that finds its shard finished and as it is asked ends at once
(passk/engines/finished.py). What is left of Snakemake's part is done here, at the moment at which
Snakemake would: a shard that is to be drawn again goes as its job starts. A job that fails later
would otherwise give the old one back, and Snakemake take it for new.

This is a handler of Snakemake's logger, since that is where it tells of its plan and its jobs.
"""

from __future__ import annotations

import logging
import os
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.common import LogEvent

from passk.engines.finished import is_there
from passk.records import bring_back, metadata_path
from passk.words import counted

DRAW = ("sample", "sample_round")  # the rules whose jobs draw a shard
DRY_RUN = ("-n", "--dry-run", "--dryrun")
OfWildcards = Callable[[Any], Any]


class Redraw(logging.Handler):
    """Says before the first job what is to become of finished shards, and does it.

    Of the wildcards of a job ``shard_of`` tells where its samples are, and ``why_drawn`` why it has
    to draw them; None: they stay.
    """

    def __init__(self, workflow: Any, shard_of: OfWildcards, why_drawn: OfWildcards) -> None:
        super().__init__()
        self._workflow, self._shard_of, self._why_drawn = workflow, shard_of, why_drawn

    def emit(self, record: logging.LogRecord) -> None:
        match getattr(record, "event", None):
            case LogEvent.RUN_INFO:
                said = self._plan()
                if not self._workflow.dryrun:
                    said += set_back(self._workflow.dag.jobs)
                for sentence in said:
                    self._workflow.logger_manager.logger.warning(sentence)
            case LogEvent.JOB_INFO if record.rule_name in DRAW and not self._workflow.dryrun:
                samples = self._shard_of(record.wildcards)
                if self._why_drawn(record.wildcards):
                    for path in (metadata_path(samples), samples):
                        path.unlink(missing_ok=True)

    def _plan(self) -> list[str]:
        planned = [job for job in self._workflow.dag.needrun_jobs() if job.rule.name in DRAW]
        shards = {self._shard_of(job.wildcards_dict): job.wildcards_dict for job in planned}
        finished = {
            str(shard): self._why_drawn(wildcards)
            for shard, wildcards in sorted(shards.items())
            if is_there(shard)
        }
        return sentences(finished, command(sys.argv[1:]))


def set_back(jobs: Iterable[Any]) -> list[str]:
    """Bring back the files of ``jobs`` that are of a time to come; what is to be said of it."""
    files = {str(file) for job in jobs for file in (*job.input, *job.output) if not file.is_storage}
    found = len(bring_back(map(Path, sorted(files))))
    if not found:
        return []
    return [
        f"{found:,} {'file was' if found == 1 else 'files were'} of a time to come, as after a "
        "clock was set back: they got the present one, so that Snakemake removes no output as older"
    ]


def is_forced(samples: Path, settings: Any, rule: str = DRAW[0]) -> bool:
    """Whether ``settings``, Snakemake's of its DAG, say to run this shard's job in any case."""
    again = settings.forcerun | (settings.targets if settings.forcetargets else set())
    named = {os.path.normpath(name) for name in again}
    mine = (rule, str(samples), str(metadata_path(samples)))
    return settings.forceall or not named.isdisjoint(mine)


def command(arguments: Sequence[str]) -> str:
    """Snakemake's command line, without what makes it a dry run."""
    return shlex.join(["snakemake", *(word for word in arguments if word not in DRY_RUN)])


def sentences(finished: dict[str, str | None], command: str) -> list[str]:
    """What is to be said of finished shards for which jobs are planned: each with why it is drawn
    again, or None where it stays."""
    again = {shard: why for shard, why in finished.items() if why}
    said = []
    if stay := len(finished) - len(again):
        said.append(
            f"{counted(stay, 'finished shard')} will stay: nothing that decides their samples has "
            f"changed. To draw them again: {command} -R sample. To run nothing again at all: "
            f"{command} --touch"
        )
    if again:
        shard, why = next(iter(again.items()))
        said.append(
            f"{counted(len(again), 'finished shard')} will be drawn again: {shard}, for one: {why}"
        )
    return said


def watch(workflow: Any, shard_of: OfWildcards, why_drawn: OfWildcards) -> None:
    """Watch the run of ``workflow``, if this is the process that a person started."""
    if workflow.is_main_process and not workflow.touch:
        workflow.logger_manager.logger.addHandler(Redraw(workflow, shard_of, why_drawn))
