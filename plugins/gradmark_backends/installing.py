"""One step of an environment at a time: what pip says is shown, and why it failed is understood."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from gradmark.errors import GradmarkError
from gradmark_backends.adapter import Adapter

PIP = "--no-input --disable-pip-version-check --progress-bar off --retries 2 --timeout 15".split()
IMPORT_SECONDS = 600.0
"""For a first import, which may compile what later ones only load."""

TAIL = 12
MEBIBYTE = 1 << 20

SHOWN = ("Collecting", "Downloading", "Building", "Installing")
"""Beginnings of pip's lines that say how far it is."""

FULL = ("No space left on device", "Disk quota exceeded")
UNREACHABLE = (
    "NewConnectionError", "Failed to establish a new connection", "Max retries exceeded",
    "Temporary failure in name resolution", "ConnectTimeoutError", "ReadTimeoutError",
    "ProxyError", "Connection refused",
)  # fmt: skip
ABSENT = "No matching distribution found"

_PROBE = """
import importlib, json, os, sys, time
kept = os.dup(1)
os.dup2(2, 1)
started = time.perf_counter()
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
said = [sys.version.split()[0], time.perf_counter() - started]
os.write(kept, json.dumps(said).encode())
os._exit(0)
"""
"""Nothing that a library prints, and nothing that it does at its end, reaches the answer."""


def refuse_small_disk(place: Path, mebibytes: int) -> None:
    """Raise `GradmarkError` where an environment of that size surely does not fit."""
    free = shutil.disk_usage(place).free // MEBIBYTE
    if free < mebibytes:
        raise GradmarkError(
            "disk-full",
            f"it needs about {mebibytes} MiB, and {place} has {free} MiB free",
            hint="make room (gradmark env --list shows what there is), or GRADMARK_HOME=FOLDER",
        )


def installed(
    python: Path, requirements: Sequence[str], say: Callable[[str], None], *options: str
) -> tuple[str, ...]:
    """Let pip install, and return what there is then. Raises `GradmarkError` that says why not."""
    command = [str(python), "-m", "pip", "install", *PIP, *options, *requirements]
    say(f"pip install {' '.join(options)} {' '.join(requirements)}".replace("  ", " "))
    tail: deque[str] = deque(maxlen=200)
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise GradmarkError("not-installed", f"{python} can't be run", cause=str(error)) from None
    with process as running:
        assert running.stdout is not None  # noqa: S101 - it was asked for
        try:
            for line in running.stdout:
                tail.append(line.rstrip())
                if line.lstrip().startswith(SHOWN):
                    say(line.strip())
        except BaseException:
            running.kill()
            raise
    if process.returncode:
        raise _why_not(requirements, list(tail))
    listed = [str(python), "-m", "pip", "list", "--format=json", *PIP[:2]]
    done = subprocess.run(listed, capture_output=True, text=True, check=True)
    packages = json.loads(done.stdout.splitlines()[0])
    return tuple(f"{p['name']}=={p['version']}" for p in packages)


def _why_not(requirements: Sequence[str], lines: list[str]) -> GradmarkError:
    text, what = "\n".join(lines), " ".join(requirements)
    cause = "\n".join([line for line in lines if line.strip()][-TAIL:])
    if any(sign in text for sign in FULL):
        return GradmarkError(
            "disk-full",
            f"the disk was full before {what} was installed",
            cause=cause,
            hint="make room (gradmark env --list shows what there is), or GRADMARK_HOME=FOLDER",
        )
    if any(sign in text for sign in UNREACHABLE):
        return GradmarkError(
            "registry-unreachable",
            f"pip could not reach the registry for {what}",
            cause=cause,
            hint="again when there is a network, or with pip's own PIP_INDEX_URL or PIP_NO_INDEX "
            "and PIP_FIND_LINKS",
        )
    if ABSENT in text:
        return GradmarkError(
            "no-such-version",
            f"the registry has nothing that fits {what} and this interpreter",
            cause=cause,
        )
    return GradmarkError("not-installed", f"pip did not install {what}", cause=cause)


def imported(python: Path, kind: type[Adapter]) -> tuple[str, float]:
    """Import a library where it was installed; return the Python and the seconds of its import.

    Raises `GradmarkError` for one that does not import, or never ends.
    """
    command = [str(python), "-I", "-c", _PROBE, json.dumps([*kind.also, kind.module])]
    environment = {**os.environ, **kind.environment}
    started = time.perf_counter()
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=IMPORT_SECONDS,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise GradmarkError(
            "import-timeout",
            f"{kind.module} was installed, and its import took more than {IMPORT_SECONDS:.0f} s",
        ) from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").splitlines()
        raise GradmarkError(
            "import-failed",
            f"{kind.module} was installed and can't be imported (exit {done.returncode} after "
            f"{time.perf_counter() - started:.0f} s)",
            cause="\n".join([line for line in lines if line.strip()][-TAIL:]),
        )
    version, seconds = json.loads(done.stdout)
    return str(version), float(seconds)
