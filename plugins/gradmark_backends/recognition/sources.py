"""The Python sources of a folder, read without running any of them.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SKIPPED = frozenset(
    "test tests testing example examples venv env build dist docs doc node_modules site-packages "
    "benchmark benchmarks __pycache__ __MACOSX".split()
)
FILES_LIMIT = 500
"""Python files of one folder that are read at most."""

SIZE_LIMIT = 256 << 10
"""Bytes of a file beyond which nobody wrote it by hand."""


_SIGNS = (b"backward", b"backprop", b"back_propagate", b"__add__", b"setattr")
"""Without any of these a file has no part in an engine's class."""

_FROM = re.compile(rb"^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)", re.MULTILINE)
_PUTS = re.compile(rb"(\w+)\s*\.\s*\w+\s*=(?!=)|\bsetattr\s*\(\s*(\w+)")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Source:
    """One file's syntax tree; without one, ``why`` says what is wrong with it, if anything is.

    ``imports`` are the names that it takes from other modules, ``puts`` those on which it may set
    attributes.
    """

    path: Path
    tree: ast.Module | None
    why: str = ""
    imports: frozenset[str] = frozenset()
    puts: frozenset[str] = frozenset()


def python_files(folder: Path) -> Iterator[Path]:
    """Yield the Python files of a folder that may be part of an engine, the outermost first."""
    return _files(folder, ".py")


def notebooks(folder: Path) -> Iterator[Path]:
    """Yield the notebooks of a folder, the outermost first."""
    return _files(folder, ".ipynb")


def _files(folder: Path, suffix: str) -> Iterator[Path]:
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in SKIPPED and not f.startswith("."))
        found += [Path(root, n) for n in sorted(names) if _is_source(n, suffix)]
        if len(found) >= FILES_LIMIT:
            break
    yield from sorted(found[:FILES_LIMIT], key=lambda path: len(path.parts))


def _is_source(name: str, suffix: str) -> bool:
    aside = name.startswith(("test_", ".")) or name.endswith(f"_test{suffix}")
    return name.endswith(suffix) and not aside and name not in {"conftest.py", "setup.py"}


def read_source(path: Path, *, telling: bool = False) -> Source:
    """Parse one file or notebook; with ``telling`` only what can be about an engine."""
    try:
        if path.stat().st_size > SIZE_LIMIT:
            return Source(path, None, "too large to be somebody's own")
        if path.suffix == ".ipynb":
            code = code_of(path)
            tree = definitions(ast.parse(code, str(path)))
            return Source(path, tree, puts=_put_into(code.encode()))
        content = path.read_bytes()
        names = frozenset(
            _WORD.findall(b" ".join(_FROM.findall(content)).decode("utf-8", "replace"))
        )
        if telling and not any(sign in content for sign in _SIGNS):
            return Source(path, None, imports=names)
        return Source(path, ast.parse(content, str(path)), imports=names, puts=_put_into(content))
    except SyntaxError as error:
        old = ", Python 2" if is_python_2(error) else ""
        return Source(path, None, f"line {error.lineno}: {error.msg}{old}")
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        return Source(path, None, type(error).__name__)


def _put_into(content: bytes) -> frozenset[str]:
    names = b" ".join(part for found in _PUTS.findall(content) for part in found)
    return frozenset(names.decode("utf-8", "replace").split())


def is_python_2(error: SyntaxError) -> bool:
    """Say whether a mistake is Python 2's way of printing or of catching."""
    told = str(error.msg)
    return "Missing parentheses" in told or "multiple exception types" in told


def read_sources(path: Path) -> list[Source]:
    """Read a file, or all that may be part of an engine in a folder.

    Notebooks count where a folder has no other code.
    """
    if path.is_file():
        return [read_source(path)]
    files = list(python_files(path)) or list(notebooks(path))
    with _keeping_all():
        return [read_source(file, telling=True) for file in files]


@contextmanager
def _keeping_all() -> Iterator[None]:
    """Look for no garbage meanwhile: among syntax trees it takes longer than parsing them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def code_of(path: Path) -> str:
    """Return the code cells of a notebook, without its magic lines. Raises ValueError."""
    book = json.loads(path.read_text(encoding="utf-8"))
    cells = book.get("cells", []) if isinstance(book, dict) else []
    parts = []
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        code = cell.get("source", "")
        lines = ("".join(code) if isinstance(code, list) else str(code)).splitlines()
        if lines and lines[0].lstrip().startswith("%%"):
            continue
        kept = [line for line in lines if not line.lstrip().startswith(("%", "!", "?"))]
        text = "\n".join(kept)
        try:
            ast.parse(text)
        except SyntaxError:
            continue  # one cell that was left half finished does not spoil the others
        parts.append(text)
    return "\n\n".join(parts)


def definitions(tree: ast.Module) -> ast.Module:
    """Return what a notebook defines, without what its cells do with it."""
    kept = [node for node in tree.body if _defines(node)]
    return ast.Module(kept, [])


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef)):
        return True
    if isinstance(node, ast.Assign):
        method = all(isinstance(target, ast.Attribute) for target in node.targets)
        plain = isinstance(node.value, (ast.Constant, ast.Name, ast.Lambda, ast.Attribute))
        return plain if method else isinstance(node.value, (ast.Constant, ast.Lambda, ast.Name))
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "id", "") == "setattr"


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
