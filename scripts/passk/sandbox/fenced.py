"""Become a command within fences: ``python fenced.py SPEC COMMAND…`` sets limits and goes on as it.

``SPEC`` is JSON with ``limits`` (names of ``resource`` and their values), ``read`` (paths to read
and execute) and ``write`` (the folder to write in, which is the working directory). The fences are
``isolation``'s. Not covered: asking whether a file exists and how large it is, where there is no
Landlock to read with, and the time that it takes: that is the caller's to end.
"""

# ruff: noqa: PTH120 (pathlib is a heavy import for what starts once a proof)

from __future__ import annotations

import json
import os
import resource
import signal
import sys

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
ALWAYS = ("/usr", "/lib", "/lib64", "/bin", "/etc", "/proc/self")


def main() -> None:
    spec, command = json.loads(sys.argv[1]), sys.argv[2:]
    sys.path.insert(0, os.path.dirname(__file__))
    import isolation

    isolation.set_parent_death_signal(signal.SIGKILL)
    if os.getppid() != spec["parent"]:
        os._exit(1)  # it ended before
    for name, value in spec["limits"].items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        more = value + (name == "RLIMIT_CPU")  # SIGXCPU first, then SIGKILL
        most = more if hard == resource.RLIM_INFINITY else min(more, hard)
        resource.setrlimit(kind, (value, most))
    layers = ["rlimits"]
    if isolation.forbid_new_privileges():
        read = (*ALWAYS, *spec["read"])
        if isolation.landlock(read, (), (spec["write"],), DEVICES, execute=read):
            layers.append("landlock")
        if isolation.drop_capabilities():
            layers.append("capabilities")
        refused = isolation.command_filter()
        if refused is not None and refused.install():
            layers.append("seccomp")
    if command:
        os.execv(command[0], command)
    print(json.dumps(layers))


if __name__ == "__main__":
    main()
