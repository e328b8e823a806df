"""``gradmark matrix --all``: many libraries are asked, each by a run of its own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from gradmark.errors import GradmarkError
from gradmark.journal import NAME, read
from gradmark_backends.bundle import TRAVELLERS, source_of
from gradmark_backends.environments import environment, kind_of, whole
from gradmark_backends.resolve import resolve

NOTE = "asked.json"
LOG = "log.txt"
RUN_SECONDS = 1800.0
"""For one library; what takes longer is given up, and the others go on."""

_START = re.compile(r"^start-up: ([\d.]+) s, of which ([\d.]+) s", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one library: its journal, or why there is none."""

    name: str
    journal: Path | None
    trouble: str = ""
    seconds: float = 0.0
    start: float = 0.0
    own_import: float = 0.0
    kept: bool = False


def cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def available(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the libraries that can be opened, and those that need an environment first."""
    here: list[str] = []
    absent: list[str] = []
    for name in names:
        kind_of(name)
        plan = resolve(name, rootdir=Path.cwd(), invocation_dir=Path.cwd())
        found = bool(plan.python) or _importable(name)
        (here if found else absent).append(name)
    return here, absent


def _importable(name: str) -> bool:
    from gradmark_backends.resolve import importable

    kind = kind_of(name)
    return all(importable(module) for module in (*kind.also, kind.module))


def ask_all(
    names: Sequence[str], folder: Path, *, jobs: int = 0, again: bool = False
) -> Iterator[Asked]:
    """Ask libraries, ``jobs`` at a time, and yield each as it is done; finished ones are kept.

    Raises `GradmarkError` where the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise GradmarkError(
            "unwritable-output", f"{folder} can't be written", cause=str(error), hint="--runs=DIR"
        ) from None
    waiting = []
    for name in names:
        kept = None if again else _kept(name, folder / name)
        if kept:
            yield kept
        else:
            waiting.append(name)
    # The slowest first: what begins last should not be what all wait for.
    waiting.sort(key=lambda name: -kind_of(name).mebibytes)
    with ThreadPoolExecutor(jobs or cores()) as pool:
        running = [pool.submit(_asked, name, (folder / name).absolute()) for name in waiting]
        try:
            for done in as_completed(running):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _asked(name: str, folder: Path) -> Asked:
    """Ask one library in a process of its own; whatever happens, it is said and not raised."""
    started = time.perf_counter()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / NOTE).unlink(missing_ok=True)
        said, code = _run(name, folder)
        (folder / LOG).write_text(said, encoding="utf-8")
    except (OSError, subprocess.SubprocessError) as error:
        return Asked(name, None, f"it could not be asked: {error}", time.perf_counter() - started)
    seconds = time.perf_counter() - started
    found = _START.search(said)
    start, own = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    journal = folder / NAME
    if code not in {0, 1} and not (code == 3 and _is_whole(journal)):  # noqa: PLR2004 - ungraded
        lines = [line for line in said.splitlines() if line.startswith("error:")]
        trouble = lines[0].removeprefix("error: ") if lines else f"it ended with exit code {code}"
        return Asked(name, None, f"{trouble} ({folder / LOG})", seconds)
    asked = Asked(name, journal, "", round(seconds, 2), start, own)
    note = {**asdict(asked), "journal": NAME, "of": _made_of(name)}
    (folder / NOTE).write_text(json.dumps(note), encoding="utf-8")
    return asked


def _run(name: str, folder: Path) -> tuple[str, int]:
    command = [sys.executable, "-m", "gradmark_cli", "run", f"--backend={name}", f"--out={folder}"]
    try:
        # From its own folder: nothing that lies where the user is has the library's name there.
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            cwd=folder,
            timeout=RUN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"error: it took more than {RUN_SECONDS:.0f} s", 4
    return done.stdout, done.returncode


def _kept(name: str, folder: Path) -> Asked | None:
    """Return what is there already, if it was asked of the same library by the same Gradmark."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        if note["of"] != _made_of(name) or not _is_whole(folder / NAME):
            return None
        seconds, start, own = (float(note[key]) for key in ("seconds", "start", "own_import"))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Asked(name, folder / NAME, "", seconds, start, own, kept=True)


def _is_whole(journal: Path) -> bool:
    try:
        return read(journal).footer is not None
    except GradmarkError:
        return False


def _made_of(name: str) -> str:
    """Return a digest of all that a run's verdicts hang on: our sources, and the environment."""
    made = whole(name)
    stamp = made.stamp if made else None
    parts = [source_of(module) for module in sorted(TRAVELLERS)]
    parts += [path.read_text(encoding="utf-8") for path in _spec_files()]
    parts += [repr(stamp and (stamp.packages, stamp.python)), str(environment(name).folder)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _spec_files() -> list[Path]:
    import gradmark

    return sorted(Path(gradmark.__file__).parent.rglob("*.py"))
