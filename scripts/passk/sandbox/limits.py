"""The limits that a program runs under."""

from __future__ import annotations

from dataclasses import dataclass

# The same for every run, so that the metadata need not say them.
MAX_THREADS = 256
MAX_ENTRIES = 4096  # files and folders of a program
STACK_BYTES = 8 << 20  # of the main thread, and of each other unless a program asks for more


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use.

    ``cpu_seconds`` is CPU time of the whole program, all threads, read from outside.
    ``idle_seconds`` is time in which it neither ran nor waited for a processor (sleeping, stopped,
    blocked). ``wall_seconds`` is the last resort where the kernel does not tell the two apart. Both
    are time in which the judge ran, too.
    """

    cpu_seconds: float = 3.0
    idle_seconds: float = 10.0
    wall_seconds: float = 300.0
    memory_bytes: int = 1 << 30
    reply_bytes: int = 1 << 20
    file_bytes: int = 1 << 20
    scratch_bytes: int = 16 << 20
    descriptors: int = 64
    rounds: int = 12

    @classmethod
    def of(cls, cpu_seconds: float, memory_bytes: int) -> Limits:
        """Limits whose idle time follows the CPU time."""
        return cls(
            cpu_seconds=cpu_seconds,
            idle_seconds=3 * cpu_seconds + 1,
            memory_bytes=memory_bytes,
        )
