"""Reading a behaviour's source before it runs: what recording would silently change is refused."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

from gradmark.errors import Unfaithful

_CALLS = {
    "type": "lib.kind(value)",
    "isinstance": "lib.kind(value)",
    "issubclass": "lib.kind(value)",
    "hasattr": 'lib.has(value, "name")',
    "id": "lib.same(a, b)",
    "repr": "lib.text(value)",
    "ascii": "lib.text(value)",
    "callable": 'lib.has(value, "name")',
    "dir": 'lib.has(value, "name")',
    "vars": 'lib.has(value, "name")',
}

_STATEMENTS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Try: ("`try`", 'with lib.raises("label"): or with lib.caught():'),
    ast.Match: ("`match`", "one behaviour for each case"),
    ast.Yield: ("`yield`", "the steps one after another"),
    ast.YieldFrom: ("`yield from`", "the steps one after another"),
    ast.Await: ("`await`", "lib.host.thread(function)"),
    ast.AsyncFunctionDef: ("`async def`", "lib.host.thread(function)"),
    ast.AsyncWith: ("`async with`", "with"),
    ast.AsyncFor: ("`async for`", "for"),
    ast.ClassDef: ("`class`", 'lib.subclass("Name", base, method=function)'),
    ast.Global: ("`global`", "a value that the function returns"),
    ast.Nonlocal: ("`nonlocal`", "a value that the function returns"),
    ast.Assert: ("`assert`", 'lib.observe("label", value)'),
    ast.Import: ("`import`", "lib.host.numpy, or an import at the top of the module"),
    ast.ImportFrom: ("`import`", "lib.host.numpy, or an import at the top of the module"),
}
if hasattr(ast, "TryStar"):  # Python 3.11 and later
    _STATEMENTS[ast.TryStar] = _STATEMENTS[ast.Try]

_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Is: ("`is`", "lib.same(a, b), or lib.kind(value) where None is meant"),
    ast.IsNot: ("`is not`", "lib.same(a, b), or lib.kind(value) where None is meant"),
    ast.In: ("`in`", "a == over plain numbers"),
    ast.NotIn: ("`not in`", "a != over plain numbers"),
}


def check(function: Callable[..., Any]) -> None:
    """Refuse a body, or a helper of the same module that it names, which recording would change.

    Raises `Unfaithful` with file, line and the spelling to use.
    """
    pending, done = [function], set()
    while pending:
        current = pending.pop()
        code = getattr(current, "__code__", None)
        if code is None or code in done:
            continue
        done.add(code)
        tree = _tree(current)
        if tree is not None:
            _check_tree(tree, code.co_filename, code.co_firstlineno)
        pending.extend(_helpers(current))


def _helpers(function: Callable[..., Any]) -> list[FunctionType]:
    if not isinstance(function, FunctionType):
        return []
    code = function.__code__
    values = [function.__globals__.get(name) for name in code.co_names]
    for cell in function.__closure__ or ():
        try:
            values.append(cell.cell_contents)
        except ValueError:  # a name that is bound later
            continue
    return [
        value
        for value in values
        if isinstance(value, FunctionType) and value.__module__ == function.__module__
    ]


@cache
def _tree(function: Callable[..., Any]) -> ast.AST | None:
    try:
        source = textwrap.dedent(inspect.getsource(function))
        return ast.parse(source)
    except (OSError, SyntaxError, TypeError):
        # A lambda in the middle of an expression has no source of its own: its text was checked
        # with the function that holds it.
        return None


def _check_tree(tree: ast.AST, filename: str, first_line: int) -> None:
    for node in ast.walk(tree):
        problem: tuple[str, str] | None = _STATEMENTS.get(type(node))
        if isinstance(node, ast.Compare):
            found = [_COMPARISONS[type(op)] for op in node.ops if type(op) in _COMPARISONS]
            problem = found[0] if found else None
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in _CALLS:
                problem = (f"`{node.func.id}()`", _CALLS[node.func.id])
        elif isinstance(node, ast.FormattedValue) and node.conversion != -1:
            problem = ("an f-string with a conversion", "lib.text(value)")
        elif isinstance(node, ast.Delete):
            if any(isinstance(target, ast.Subscript) for target in node.targets):
                problem = ("`del` of an item", "a new value without it")
        if problem is not None:
            line = first_line + getattr(node, "lineno", 1) - 1
            raise Unfaithful(problem[0], f"{filename}:{line}", problem[1])
