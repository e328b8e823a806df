"""Reading a behaviour's source before it runs: what recording would silently change is refused."""

from __future__ import annotations

import ast
import builtins
import linecache
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from gradmark.errors import Unfaithful
from gradmark.withheld import withheld

Problem = tuple[str, str]

QUESTIONS = {
    "isinstance": "lib.kind(value)",
    "issubclass": "lib.kind(value)",
    "hasattr": 'lib.has(value, "name")',
    "id": "lib.same(a, b)",
    "repr": "lib.text(value)",
    "ascii": "lib.text(value)",
    "callable": 'lib.has(value, "name")',
    "dir": 'lib.has(value, "name")',
    "vars": 'lib.has(value, "name")',
    "locals": "the names themselves",
    "globals": "the names themselves",
    "eval": "the lines themselves",
    "exec": "the lines themselves",
}
"""Built-in functions that would be answered while the body is recorded, and what to write."""

_BUILTINS = {getattr(builtins, name): name for name in ("type", *QUESTIONS)}

_STATEMENTS: dict[type[ast.AST], Problem] = {
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

_COMPARISONS: dict[type[ast.cmpop], Problem] = {
    ast.Is: ("`is`", "lib.same(a, b), or lib.kind(value) where None is meant"),
    ast.IsNot: ("`is not`", "lib.same(a, b), or lib.kind(value) where None is meant"),
    ast.In: ("`in`", "a == over plain numbers"),
    ast.NotIn: ("`not in`", "a != over plain numbers"),
}

_MODULES = {
    "weakref": "lib.host.weakref(value) and lib.host.alive(reference)",
    "_weakref": "lib.host.weakref(value) and lib.host.alive(reference)",
    "gc": "lib.host.collect()",
    "copy": "lib.host.copy(value) or lib.host.deepcopy(value)",
    "threading": "lib.host.thread(function)",
    "_thread": "lib.host.thread(function)",
    "concurrent": "lib.host.thread(function)",
    "warnings": 'with lib.warns("label"):',
    "_warnings": 'with lib.warns("label"):',
    "contextlib": "with lib.caught(): or a context of the library",
    "unittest": 'lib.observe("label", value)',
    "pytest": 'with lib.raises("label"): or lib.observe("label", value)',
    "torch": "lib in its place",
    "random": "lib.draw(shape)",
    "sys": "lib.host.weakref(value) and lib.host.alive(reference)",
    "inspect": "lib.kind(value)",
    "operator": "lib.same(a, b), lib.kind(value), or the operator itself",
    "_operator": "lib.same(a, b), lib.kind(value), or the operator itself",
}
"""Modules that act while the body is recorded, where the replay ought to."""


def check(function: Callable[..., Any]) -> None:
    """Refuse a body, or a helper of the same package that it names, which recording would change.

    Raises `Unfaithful` with file, line and the spelling to use.
    """
    pending: list[Any] = [function]
    done: set[CodeType] = set()
    while pending:
        current = pending.pop()
        if not isinstance(current, FunctionType) or current.__code__ in done:
            continue
        done.add(current.__code__)
        check_code(current.__code__, current.__globals__)
        pending.extend(_helpers(current))


def check_code(code: CodeType, known: Mapping[str, Any]) -> None:
    """Refuse one function that recording would change. Raises `Unfaithful`.

    ``known`` holds the names of its module.
    """
    for node in _nodes(code):
        _check_node(node, code.co_filename, known)


def _helpers(function: FunctionType) -> Iterator[Any]:
    package = function.__module__.rpartition(".")[0]
    for value in _named(function):
        home = str(getattr(value, "__module__", ""))
        same = home == function.__module__ or (package and home.rpartition(".")[0] == package)
        if isinstance(value, type) and same:
            yield from vars(value).values()
        elif isinstance(value, FunctionType) and same:
            yield value


def _named(function: FunctionType) -> Iterator[Any]:
    """Yield the functions and classes that a function's code may be about to use."""
    known = function.__globals__
    values = [known[name] for name in _names(function.__code__) if name in known]
    for cell in function.__closure__ or ():
        try:
            values.append(cell.cell_contents)
        except ValueError:  # a name that is bound later
            continue
    # Asked of the type: a recorded value in a closure refuses to be asked itself.
    return (value for value in values if issubclass(type(value), (type, FunctionType)))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _nodes(code: CodeType) -> list[ast.AST]:
    source = "".join(linecache.getlines(code.co_filename))
    found = _index(source).get((code.co_firstlineno, code.co_name))
    if found is None:
        raise Unfaithful(
            f"{code.co_name}(), whose source is not to be found,",
            f"{code.co_filename}:{code.co_firstlineno}",
            "it in a file",
        )
    return found


@lru_cache(maxsize=32)
def _index(source: str) -> dict[tuple[int, str], list[ast.AST]]:
    """Return the functions of a module by first line and name, as code objects have them."""
    found: dict[tuple[int, str], list[ast.AST]] = {}
    for node in _walk(ast.parse(source)):
        if isinstance(node, ast.Lambda):
            found.setdefault((node.lineno, "<lambda>"), []).append(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            found.setdefault((first, node.name), []).append(node)
    return found


def _walk(root: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes below one, in the order in which they are written."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        inside: list[ast.AST] = []
        for name in node._fields:
            if name != "ctx":
                value = getattr(node, name, None)
                values = value if isinstance(value, list) else (value,)
                inside += [item for item in values if isinstance(item, ast.AST)]
        waiting += reversed(inside)


def _check_node(function: ast.AST, filename: str, known: Mapping[str, Any]) -> None:
    body = function.body if isinstance(function, ast.FunctionDef) else [function]
    nodes = [node for statement in body for node in _walk(statement)]
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    if isinstance(function, ast.FunctionDef):
        bound |= {n.arg for n in _walk(function.args) if isinstance(n, ast.arg)}
    called = {id(n.func) for n in nodes if isinstance(n, ast.Call)}
    for node in nodes:
        problem = _problem(node, bound, known)
        if problem is None and _is_getattr_renamed(node, called, bound, known):
            problem = "`getattr` under another name", "getattr(value, name) itself"
        if problem is not None:
            place = node.context_expr if isinstance(node, ast.withitem) else node
            line = getattr(place, "lineno", getattr(function, "lineno", 1))
            raise Unfaithful(problem[0], f"{filename}:{line}", problem[1])
    left = withheld(function)
    if left is not None:
        raise Unfaithful(left[1], f"{filename}:{getattr(left[0], 'lineno', 1)}", left[2])


def _problem(node: ast.AST, bound: set[str], known: Mapping[str, Any]) -> Problem | None:
    match node:
        case ast.Compare():
            found = [_COMPARISONS[type(op)] for op in node.ops if type(op) in _COMPARISONS]
            return found[0] if found else None
        case ast.Name(id=name, ctx=ast.Load()) if name not in bound:
            return _of_name(name, _value(node, known))
        case ast.Call(func=ast.Name(id="getattr"), args=[_, _, _]):
            return "`getattr()` with a default", 'lib.has(value, "name")'
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name))]) if (
            _is_pythons(name)
        ):
            return f"`.{name}`", "lib.kind(value), or the operator that it stands for"
        case ast.Attribute(attr=name) if _is_pythons(name):
            return f"`.{name}`", "lib.kind(value), or the operator that it stands for"
        case ast.Attribute(ctx=ast.Load()) if _root(node) not in bound:
            of_owner = _problem(node.value, bound, known)
            return of_owner or _of_name(ast.unparse(node), _value(node, known))
        case ast.FormattedValue() if node.conversion != -1:
            return "an f-string with a conversion", "lib.text(value)"
        case ast.Delete() if any(isinstance(target, ast.Subscript) for target in node.targets):
            return "`del` of an item", "a new value without it"
        case ast.withitem(context_expr=expression):
            return _of_context(expression, bound, known)
    return _STATEMENTS.get(type(node))


def _is_getattr_renamed(
    node: ast.AST, called: set[int], bound: set[str], known: Mapping[str, Any]
) -> bool:
    """Say whether getattr is reached so that nobody can read whether it is given a default."""
    if not isinstance(node, (ast.Name, ast.Attribute)) or _root(node) in bound:
        return False
    plain = isinstance(node, ast.Name) and node.id == "getattr" and id(node) in called
    return not plain and _value(node, known) is getattr


def _is_pythons(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _root(node: ast.AST) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _value(node: ast.AST, known: Mapping[str, Any]) -> Any:
    """Return what a name of the module holds, also as an attribute of a module or a class."""
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, known)
        inside = vars(owner) if issubclass(type(owner), (ModuleType, type)) else {}
        found = inside.get(node.attr)
        return found.__func__ if isinstance(found, staticmethod) else found
    if isinstance(node, ast.Name):
        return known.get(node.id, getattr(builtins, node.id, None))
    return None


def _of_name(name: str, value: Any) -> Problem | None:
    asking = _BUILTINS.get(value) if isinstance(value, (BuiltinFunctionType, type)) else None
    if asking is not None:
        called = f"`{name}()`" if name == asking else f"`{name}()`, which is `{asking}()`,"
        return called, QUESTIONS.get(asking, QUESTIONS["isinstance"])
    home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    if value is builtins:
        return f"`{name}`", "the name itself"
    instead = _MODULES.get(str(home).partition(".")[0])
    return (f"`{name}`, which acts while the body is recorded,", instead) if instead else None


def _of_context(expression: ast.AST, bound: set[str], known: Mapping[str, Any]) -> Problem | None:
    """Refuse a context of Python's own: it would be entered and left while recording."""
    root = expression
    while isinstance(root, (ast.Call, ast.Attribute)):
        root = root.func if isinstance(root, ast.Call) else root.value
    if not isinstance(root, ast.Name) or root.id in bound:
        return None
    if root.id in known or hasattr(builtins, root.id):
        return f"`with {root.id}`", "a block of lib's, or a context of the library"
    return None
