"""A real SLURM on this machine for a test: munged, slurmctld and slurmd from Debian's packages.

The packages are unpacked off PATH (``make test-slurm`` does it), because with SLURM's commands on
PATH and no slurmctld every call of snakemake waits for seconds. The daemons and all their jobs run
in a PID namespace whose process 1 dies with the test, so nothing is left behind however it ends.
Everything they write is in one folder. Needs root. No cgroups and no accounting: limits of memory
and CPU are not enforced.
"""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DEVICES = 10


@dataclass(frozen=True)
class Cluster:
    """A running SLURM; ``environment`` is what its commands and snakemake need."""

    folder: Path
    environment: dict[str, str]

    def command(self, *words: str) -> str:
        """Run one of SLURM's commands and give what it prints."""
        done = subprocess.run(
            words, env=self.environment, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    def jobs(self) -> list[str]:
        """The ids of the jobs that wait or run."""
        return self.command("squeue", "--noheader", "--format=%i", "--states=PD,R,CG").split()

    def kill_slurmd(self) -> None:
        """Kill the node's daemon; its jobs run on and a new one comes up."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                named = (process / "cmdline").read_bytes().startswith(b"./slurmd\0")
                if named and (process / "cwd").samefile(self.folder):
                    os.kill(int(process.name), signal.SIGKILL)
                    return
            except OSError:  # another process, and gone
                continue
        raise ProcessLookupError("no slurmd runs")

    def logs(self) -> str:
        """The last words of the daemons."""
        return "\n".join(
            f"{path.name}: {path.read_text()[-1500:]}" for path in self.folder.glob("*.log")
        )


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise FileNotFoundError(f"{folder} holds no {pattern}: `make test-slurm` unpacks it")
    return found[0]


def _link_daemons(unpacked: Path, folder: Path) -> None:
    """Debian names them slurmd-wlm and so on, but only one called ``slurmd`` reads Gres= at all."""
    for name in ("munged", "slurmctld", "slurmd", "slurmstepd"):
        (folder / name).symlink_to(_only(unpacked, f"usr/sbin/{name}*"))


def _configure(folder: Path, libraries: Path) -> None:
    controller_port, node_port = _free_ports(2)
    values = {
        "folder": folder,
        "host": socket.gethostname().split(".")[0],
        "plugins": libraries / "slurm-wlm",
        "controller_port": controller_port,
        "node_port": node_port,
    }
    for name in ("slurm.conf", "gres.conf"):
        text = (HERE / name).read_text()
        (folder / name).write_text(text.format(**values))
    for name in ("state", "spool"):
        (folder / name).mkdir()
    for number in range(DEVICES):
        os.mknod(folder / f"gpu{number}", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o600)


def _wrap_srun(unpacked: Path, folder: Path) -> Path:
    """Give a folder for PATH whose srun knows the configuration: within a job Snakemake's plugin
    (jobstep 0.6.1) takes SLURM_CONF from it."""
    wrapper = folder / "bin/srun"
    wrapper.parent.mkdir()
    configuration = shlex.quote(str(folder / "slurm.conf"))
    srun = shlex.quote(str(unpacked / "usr/bin/srun"))
    wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={configuration} exec {srun} "$@"\n')
    wrapper.chmod(0o755)
    return wrapper.parent


@contextmanager
def running(unpacked: Path, folder: Path) -> Iterator[Cluster]:
    """SLURM from the packages in ``unpacked``, with all its files in ``folder``.

    :raises RuntimeError: the node was not ready within a minute; says what the daemons logged.
    """
    libraries = _only(unpacked, "usr/lib/*-linux-gnu")
    _configure(folder, libraries)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SLURM")},
        "PATH": f"{_wrap_srun(unpacked, folder)}:{unpacked / 'usr/bin'}:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": f"{libraries}:{libraries / 'slurm-wlm'}",
        "SLURM_CONF": str(folder / "slurm.conf"),
    }
    cluster = Cluster(folder, environment)
    _link_daemons(unpacked, folder)
    # --kill-child: the namespace dies with unshare; --pdeathsig: and unshare with the test.
    words = ["setpriv", "--pdeathsig", "KILL", "unshare", "--pid", "--mount-proc", "--kill-child"]
    words += ["sh", HERE / "daemons.sh", folder]
    with (folder / "daemons.log").open("wb") as log:
        process = subprocess.Popen(words, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_ready(cluster, process)
        yield cluster
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder / "spool", ignore_errors=True)


def _wait_until_ready(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if "idle" in cluster.command("sinfo", "--noheader", "--format=%t"):
                return
        except subprocess.SubprocessError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"SLURM did not start.\n{cluster.logs()}")
