"""Unpacking what was handed in as one file, without letting anything out of its folder.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import atexit
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from gradmark_backends.plan import CannotOpen

SUFFIXES = (".zip", ".tar.gz", ".tgz", ".tar")
MEMBERS_LIMIT = 5_000
BYTES_LIMIT = 200 << 20
"""Bytes that one archive may hold, unpacked."""


def is_archive(path: Path) -> bool:
    """Say whether a file is named as an archive."""
    return path.name.lower().endswith(SUFFIXES)


def unpacked(path: Path) -> Path:
    """Unpack an archive and return the folder. Raises `CannotOpen`.

    In a worker it is in the scratch folder, and goes with it.
    """
    target = Path(tempfile.mkdtemp(prefix="unpacked-")).resolve()
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    try:
        total = 0
        for number, (name, size, content) in enumerate(_members(path)):
            total += size
            if number >= MEMBERS_LIMIT or total > BYTES_LIMIT:
                raise _refused(path, "it holds more than anybody writes by hand")
            place = _inside(target, name)
            if place is None:
                raise _refused(path, f"{name!a} leads out of the archive")
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as file, content:
                left = size
                while chunk := content.read(min(1 << 16, left + 1)):
                    left -= len(chunk)
                    if left < 0:
                        raise _refused(path, f"{name!a} is larger than it says")
                    file.write(chunk)
    except (OSError, zipfile.BadZipFile, tarfile.TarError, EOFError, RuntimeError) as error:
        raise _refused(path, f"{type(error).__name__}: {error}") from None
    inner = [p for p in target.iterdir() if p.name != "__MACOSX"]
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else target


def _inside(target: Path, name: str) -> Path | None:
    """Return where a member goes, None where that is not below the folder."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or any(part in {"..", "/"} or ":" in part or "\0" in part for part in parts):
        return None
    return target.joinpath(*parts)


def _members(path: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Yield the plain files of an archive; links and devices are left out."""
    if path.name.lower().endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, info.file_size, archive.open(info)
        return
    with tarfile.open(path) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None:
                yield member.name, member.size, content


def _refused(path: Path, why: str) -> CannotOpen:
    return CannotOpen(
        "bad-archive", f"{path.name} can't be unpacked", cause=why, hint="unpack it by hand"
    )
