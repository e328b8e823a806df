"""What a worker may use up, each with its reason."""

from __future__ import annotations

from gradmark_backends.disk import FILE_BYTES

MEMORY_BYTES = 8 << 30
"""Address space, not resident memory: thread stacks and mapped libraries count in full."""


def limits(memory_bytes: int | None = MEMORY_BYTES) -> dict[str, int]:
    """Return the resource limits of a worker by name; no memory limit for None.

    The number of processes is not among them: it counts all that the user runs, so a limit would
    fail on a busy machine and hold nothing on a quiet one.
    """
    chosen = {
        # A crash is a verdict here; gigabytes of core files would be the only trace left of it.
        "RLIMIT_CORE": 0,
        # Leaking descriptors must not take those of the whole system.
        "RLIMIT_NOFILE": 1024,
        # A library that prints for ever fills this much of the disk; caches fit in it.
        "RLIMIT_FSIZE": FILE_BYTES,
    }
    if memory_bytes:
        # Without it, one runaway allocation makes the whole machine swap before any clock runs out.
        chosen["RLIMIT_AS"] = memory_bytes
    return chosen
