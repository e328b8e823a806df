"""What of a plan is left when it is graded: the library's own files, and packages on a list."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from importlib.machinery import PathFinder
from pathlib import Path

from gradmark_backends.environments import kind_of
from gradmark_backends.plan import Plan, distribution
from gradmark_backends.recognition.sources import root_of
from gradmark_backends.walls.packages import is_packages


def graded_plan(
    plan: Plan,
    packages: Iterable[str],
    needs: Iterable[str] = (),
    hidden: Iterable[Path] = (),
) -> Plan:
    """Return the plan of a library that is graded.

    It may import the standard library, its own files, NumPy, ``packages``, and what the library
    itself was installed with. ``hidden`` are files inside its folder that it may not read. What a
    submission's own adapter says that it needs is not granted: ``needs`` is.
    """
    if plan.kind == "command":
        return plan  # its files and packages are beyond what a list of Python's packages says
    names, root, home = list(packages), [], []
    if plan.kind == "ready":
        kind = kind_of(plan.name)
        names += [*map(distribution, kind.requirements), kind.module.partition(".")[0]]
    elif plan.kind == "path":
        path = Path(plan.target)
        root = [str(root_of(path))]
        home = [_own(path, Path(root[0]))]
    else:
        top = plan.target.partition(":")[0].partition(".")[0]
        where = _found(top, plan.search_path)
        if where is None or is_packages(str(where)):
            names.append(top)
        else:
            root = home = [str(where)]
    installed = [entry for entry in plan.search_path if is_packages(entry)]
    return replace(
        plan,
        search_path=tuple(dict.fromkeys([*root, *installed])),
        packages=tuple(dict.fromkeys(names)),
        home=tuple(home),
        needs=tuple(dict.fromkeys((*plan.needs, *needs))),
        hidden=tuple(str(path.resolve()) for path in hidden),
    )


def _own(path: Path, root: Path) -> str:
    """Return what belongs to a file or folder that was named: its package, or all of its folder."""
    inside = path.relative_to(root).parts
    first = root / inside[0] if inside else root
    return str(first if first.is_dir() else root)


def _found(top: str, search_path: Iterable[str]) -> Path | None:
    """Return the folder of the search path in which a module is, importing nothing."""
    for entry in (*search_path, *sys.path):
        if entry and PathFinder.find_spec(top, [entry]) is not None:
            return Path(entry)
    return None
