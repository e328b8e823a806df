"""Running a file statement by statement, past what raises beside its definitions.

A script that trains at the end, and needs a file or a keyboard for it, has defined its engine by
then. This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations
import __future__

import ast
from pathlib import Path
from types import ModuleType

from gradmark_backends.recognition.reading import said

NEEDED = (ast.Import, ast.ImportFrom, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
"""What an engine is made of: where one of these raises, the file can't be used."""


def run_by_parts(path: Path, module: ModuleType) -> list[str]:
    """Run a file in a module, and return which statements raised. Raises what a definition does."""
    tree = ast.parse(path.read_bytes(), str(path))
    left_out: list[str] = []
    flags = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            flags |= sum(getattr(__future__, a.name).compiler_flag for a in node.names)
        code = compile(ast.Module([node], []), str(path), "exec", flags, dont_inherit=True)
        try:
            exec(code, module.__dict__)  # noqa: S102 - this is what importing it does
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if isinstance(error, ImportError) or any(
                isinstance(part, NEEDED) for part in ast.walk(node)
            ):
                raise
            left_out.append(f"line {node.lineno}, {said(error)}")
    return left_out
