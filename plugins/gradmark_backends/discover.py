"""Finding the files of a folder that define an engine, without running them.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

SKIPPED = frozenset(
    "test tests example examples venv env build dist docs node_modules site-packages".split()
)
PARTS = frozenset({"backward", "__add__", "__mul__"})
FILES_LIMIT = 500
"""Python files of one folder that are read at most."""


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the Python files of a folder that may be part of an engine, the outermost first."""
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and not f.startswith("."))
        found += [Path(root, n) for n in sorted(names) if _is_source(n)]
        if len(found) >= FILES_LIMIT:
            break
    yield from sorted(found[:FILES_LIMIT], key=lambda path: len(path.parts))


def _is_source(name: str) -> bool:
    return name.endswith(".py") and not name.startswith(("test_", ".")) and name != "conftest.py"


def definers(folder: Path) -> list[Path]:
    """Return the files that define a class with ``backward``, ``+`` and ``*``, likeliest first."""
    ranked = [(found, path) for path in python_files(folder) if (found := _defines(path))]
    return [path for _, path in sorted(ranked, key=lambda pair: -pair[0])]


def _defines(path: Path) -> int:
    """Return how much of an engine's class a file holds: all of it, its backward, or nothing."""
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return 0
    best = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            names |= {
                target.id
                for part in node.body
                if isinstance(part, ast.Assign)
                for target in part.targets
                if isinstance(target, ast.Name)
            }
            best = max(best, 2 if names >= PARTS else int("backward" in names))
    return best


def root_of(path: Path) -> Path:
    """Return the folder from which a file or package is imported by its whole name."""
    folder = path if path.is_dir() else path.parent
    if path.is_dir() and not (path / "__init__.py").is_file():
        return folder
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder


def dotted(path: Path, root: Path) -> str:
    """Return the name under which a file or package is imported from a folder."""
    parts = list(path.relative_to(root).with_suffix("").parts)
    if parts and parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)
