"""bubblewrap: the namespaces around a fork server and its workers."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from gradmark_backends.plan import Plan

PRIVATE = ("/home", "/root", "/tmp", "/run", "/var", "/media", "/mnt", "/srv")  # noqa: S108
"""What a worker finds empty, apart from what it needs in them."""


def executable() -> str:
    """Return where bubblewrap is, or nothing."""
    return shutil.which("bwrap") or ""


def command(plan: Plan, python: str, place: Path) -> list[str]:
    """Return the words that come before the interpreter's; ``place`` alone can be written.

    No network, no processes but its own, and of the files those of the system and the plan's.
    """
    # Without --die-with-parent, which means the thread that started it: the server ends by itself
    # when its host is gone.
    words = [executable(), "--unshare-all", "--new-session"]
    words += ["--ro-bind", "/", "/"]
    for folder in PRIVATE:
        if os.path.isdir(folder) and not os.path.islink(folder):  # noqa: PTH112, PTH114
            words += ["--tmpfs", folder]
    words += ["--dev", "/dev", "--proc", "/proc"]
    if "gpu" in plan.needs:
        words += ["--dev-bind", "/dev", "/dev"]
    for folder in dict.fromkeys(_shown(plan, python)):
        words += ["--ro-bind-try", folder, folder]
    return [*words, "--bind", str(place), str(place), "--chdir", "/"]


def _shown(plan: Plan, python: str) -> list[str]:
    # An environment leads to the interpreter that it was made with, by links of its own.
    chain = [Path(python)]
    while chain[-1].is_symlink() and len(chain) < 10:  # noqa: PLR2004 - a loop ends somewhere
        chain.append(chain[-1].parent / chain[-1].readlink())
    prefixes = [str(path.absolute().parent.parent) for path in (*chain, Path(python).resolve())]
    if Path(python).resolve() == Path(sys.executable).resolve():
        prefixes += [sys.prefix, sys.base_prefix]
    found = [*prefixes, *plan.search_path, *plan.home]
    return [folder for folder in found if folder not in {"/", "/usr"}]
