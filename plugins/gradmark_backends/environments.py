"""Environments of their own for libraries: a virtual environment with what an adapter pins.

Each is made once, and counts only when it is whole: its stamp is the last thing that is written.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path

from gradmark.errors import GradmarkError, near
from gradmark.strict import build
from gradmark_backends.adapter import Adapter
from gradmark_backends.installing import imported, installed, refuse_small_disk
from gradmark_backends.ready import READY

STAMP = "gradmark.json"
HOME = "GRADMARK_HOME"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a whole environment says about itself; ``packages`` are as pip lists them."""

    requirements: tuple[str, ...]
    python: str
    packages: tuple[str, ...]
    mebibytes: int
    seconds: float
    import_seconds: float


@dataclass(frozen=True, slots=True)
class Environment:
    """The place of one library's environment, whether it is there or not."""

    name: str
    folder: Path

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Stamp | None:
        """Return what it says about itself, None for one that is half made or was never made."""
        try:
            data = json.loads((self.folder / STAMP).read_text(encoding="utf-8"))
            stamp = build(Stamp, data)
        except (OSError, ValueError):
            return None
        return stamp if os.access(self.python, os.X_OK) else None

    @property
    def state(self) -> str:
        """Say how it stands: made, of other pins, half made, not made."""
        stamp = self.stamp
        if stamp is None:
            return "half made" if self.folder.exists() else "not made"
        return "made" if stamp.requirements == pins(self.name) else "of other pins"


def home() -> Path:
    """Return the folder of all environments: in ``GRADMARK_HOME``, or the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    chosen = os.environ.get(HOME) or f"{cache}/gradmark"
    return Path(chosen).expanduser().absolute() / "envs"


def kind_of(name: str) -> type[Adapter]:
    """Return the ready adapter of a name; its library is not imported. Raises `GradmarkError`."""
    if name not in READY:
        raise GradmarkError(
            "no-such-library",
            f"there is no ready adapter {name!r}, so nothing says what {name!r} needs",
            hint=near(name, READY) or f"there are {', '.join(READY)}",
        )
    module, _, kind = READY[name].partition(":")
    found: type[Adapter] = getattr(import_module(f"gradmark_backends.{module}"), kind)
    return found


def pins(name: str) -> tuple[str, ...]:
    """Return all that is installed for a library, in this order."""
    kind = kind_of(name)
    return (*kind.build_requirements, *kind.requirements)


def environment(name: str) -> Environment:
    """Return the place of a library's environment. Raises `GradmarkError` for an unknown name."""
    kind_of(name)
    return Environment(name, home() / name)


def whole(name: str) -> Environment | None:
    """Return a library's environment if it is made, of the present pins, and whole."""
    found = environment(name)
    return found if found.state == "made" else None


def everything() -> list[Environment]:
    """Return the environments of all ready adapters."""
    return [environment(name) for name in READY]


def remove(name: str) -> bool:
    """Remove an environment; False where there was none. Raises `GradmarkError`."""
    found = environment(name)
    there = found.folder.exists()
    if there:
        with _alone(found, lambda _: None):
            _clear(found.folder)
    return there


def make(name: str, say: Say, *, again: bool = False) -> Environment:
    """Make a library's environment, unless it is there; what is half made is made anew.

    ``say`` is told every step. Raises `GradmarkError` where a step fails, and then nothing is left.
    """
    found, kind = environment(name), kind_of(name)
    with _alone(found, say):
        state = found.state
        if state == "made" and not again:
            return found
        if found.folder.exists():
            say(f"removing the one that is {state}")
            _clear(found.folder)
        refuse_small_disk(found.folder.parent, kind.mebibytes)
        try:
            _fill(found, kind, say)
        except BaseException:
            shutil.rmtree(found.folder, ignore_errors=True)
            raise
    return found


def _fill(found: Environment, kind: type[Adapter], say: Say) -> None:
    started = time.perf_counter()
    base = interpreter(kind)
    say(f"a virtual environment of {base} in {found.folder}")
    _venv(base, found.folder)
    if kind.build_requirements:
        installed(found.python, kind.build_requirements, say)
    more = ("--no-build-isolation",) if kind.build_requirements else ()
    packages = installed(found.python, kind.requirements, say, *more)
    say(f"importing {kind.module} for the first time")
    version, import_seconds = imported(found.python, kind)
    stamp = Stamp(
        pins(found.name), version, packages, _size(found.folder), 0.0, round(import_seconds, 2)
    )
    stamp = replace(stamp, seconds=round(time.perf_counter() - started, 1))
    part = found.folder / f"{STAMP}.part"
    part.write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")
    part.replace(found.folder / STAMP)
    say(f"made: {stamp.mebibytes} MiB in {stamp.seconds:.0f} s, imports in {import_seconds:.1f} s")


def _venv(base: str, folder: Path) -> None:
    command = [base, "-m", "venv", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GradmarkError(
            "no-venv",
            f"{base} could not make a virtual environment in {folder}",
            cause="\n".join((done.stdout + done.stderr).splitlines()[-8:]),
            hint="another place: GRADMARK_HOME=FOLDER; Debian has venv in the package python3-venv",
        )


def interpreter(kind: type[Adapter]) -> str:
    """Return the Python that an adapter's pins are made for. Raises `GradmarkError`."""
    present = "{}.{}".format(*sys.version_info)
    if not kind.pythons or present in kind.pythons:
        return sys.executable
    for wanted in kind.pythons:
        for path in _named(f"python{wanted}"):
            # A shim of pyenv's is there whether or not the version is.
            if _says(path) == wanted:
                return path
    raise GradmarkError(
        "no-interpreter",
        f"{kind.name} needs Python {' or '.join(kind.pythons)}, and this is Python {present}",
        hint=f"install it, so that python{kind.pythons[0]} is found in PATH",
    )


def _named(executable: str) -> Iterator[str]:
    for folder in os.get_exec_path():
        if found := shutil.which(executable, path=folder):
            yield found


def _says(python: str) -> str:
    code = "import sys; print('{}.{}'.format(*sys.version_info))"
    done = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


@contextlib.contextmanager
def _alone(found: Environment, say: Say) -> Iterator[None]:
    """Hold an environment's lock, so that two makers never meet in one folder."""
    place = found.folder.parent
    try:
        place.mkdir(parents=True, exist_ok=True)
        stream = (place / f".{found.name}.lock").open("w")
    except OSError as error:
        raise GradmarkError(
            "unwritable-home", f"{place} can't be written", cause=str(error), hint=f"{HOME}=FOLDER"
        ) from None
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("waiting for another process that is making it")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _clear(folder: Path) -> None:
    # The stamp goes first: what is half removed is half made.
    (folder / STAMP).unlink(missing_ok=True)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise GradmarkError(
            "unwritable-home", f"{folder} can't be removed", cause=str(error)
        ) from None


def _size(folder: Path) -> int:
    files = (Path(place) / name for place, _, names in os.walk(folder) for name in names)
    return sum(f.lstat().st_blocks * 512 for f in files) >> 20
