"""Blocks that a refusal ends early: plain Python in them runs while recording, and only then."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_CHANGING = frozenset(
    {
        *("append", "appendleft", "extend", "insert", "pop", "popleft", "remove", "clear"),
        *("update", "add", "discard", "setdefault", "sort", "reverse"),
    }
)
_ALWAYS_PLAIN = frozenset({"append", "appendleft", "extend", "insert", "setdefault"})
_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_MAKERS = frozenset({"list", "dict", "set", "deque", "bytearray", "SimpleNamespace", "defaultdict"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (ast.For, ast.While)
_FIRST = ("iter", "value", "generators")
"""The fields that Python evaluates before those which are written in front of them."""

Withheld = tuple[ast.AST, str, str]


def withheld(function: ast.AST) -> Withheld | None:
    """Return what a function takes out of a block of lib.raises, with a message and an advice."""
    if not isinstance(function, ast.FunctionDef):
        return None
    order = [node for statement in function.body for node in _evaluated(statement)]
    plain = {name for node in order for name in _plain(node)}
    for block in order:
        if isinstance(block, ast.With) and any(_is_raises(item) for item in block.items):
            found = _changed(block, plain) or _read(block, order, plain)
            if found is not None:
                return found
    return None


def _is_raises(item: ast.withitem) -> bool:
    match item.context_expr:
        case ast.Call(func=ast.Attribute(attr="raises")):
            return True
    return False


def _evaluated(root: ast.AST, *, scopes: bool = True) -> Iterator[ast.AST]:
    """Yield the nodes of a statement in the order in which Python comes to them."""
    yield root
    if not scopes and isinstance(root, _SCOPES):
        return
    names = sorted(root._fields, key=lambda name: name not in _FIRST)
    if isinstance(root, (ast.Attribute, ast.Subscript, ast.keyword, ast.Dict)):
        names = list(root._fields)
    for name in names:
        if name in {"ctx", "op", "ops"}:
            continue  # one object stands for all of them
        value = getattr(root, name, None)
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, ast.AST):
                yield from _evaluated(item, scopes=scopes)


def _plain(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds to a number or a container of Python's own."""
    if not isinstance(node, (ast.Assign, ast.AnnAssign)):
        return
    match node.value:
        case ast.Constant() | ast.Call(func=ast.Name(id=_) | ast.Attribute()):
            maker = node.value.func if isinstance(node.value, ast.Call) else None
            name = getattr(maker, "id", getattr(maker, "attr", None))
            if maker is not None and name not in _MAKERS:
                return
        case value if not isinstance(value, _DISPLAYS):
            return
    for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
        if isinstance(target, ast.Name):
            yield target.id


def _bound(block: ast.With, plain: set[str]) -> set[str]:
    """Return the names that a block binds; `x -= 1` binds a tensor to the name that it had."""
    nodes = [node for statement in block.body for node in _evaluated(statement, scopes=False)]
    own = {
        id(name)
        for node in nodes
        if isinstance(node, ast.comprehension)
        for name in _evaluated(node.target)
    }
    own |= {
        id(node.target)
        for node in nodes
        if isinstance(node, ast.AugAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id not in plain
    }
    found = {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    return found | {
        n.id
        for n in nodes
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and id(n) not in own
    }


def _changed(block: ast.With, plain: set[str]) -> Withheld | None:
    made = _bound(block, plain)
    for statement in block.body:
        for node in _evaluated(statement, scopes=False):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if (
                    method in _CHANGING and (name in plain or method in _ALWAYS_PLAIN)
                ):
                    what = f"`{name}.{method}()` in a block of lib.raises"
                case (
                    ast.Subscript(value=ast.Name(id=name)) | ast.Attribute(value=ast.Name(id=name))
                ) if isinstance(node.ctx, (ast.Store, ast.Del)) and name in plain:
                    what = f"a change of {name!r} in a block of lib.raises"
                case _:
                    continue
            if name not in made:
                return node, f"{what}, which a refusal would leave out,", "bind it before the block"
    return None


def _read(block: ast.With, order: list[ast.AST], plain: set[str]) -> Withheld | None:
    first = order.index(block)
    before = {n.id for n in order[:first] if isinstance(n, ast.Name)}
    # What has no other value is unbound after the block, and that the replay tells by itself.
    names = _bound(block, plain) & (plain | before)
    if not names:
        return None
    inside = _ids(block)
    last = max(number for number, node in enumerate(order) if id(node) in inside)
    paths = [order[last + 1 :]]
    for loop in order[:first]:
        if isinstance(loop, _LOOPS):
            around = _ids(loop)
            if id(block) in around:  # the next round comes to what is written before the block
                paths.append([n for n in order[last + 1 :] if id(n) in around])
                paths[-1] += [n for n in order[:first] if id(n) in around]
    earlier = [n for n in order[:first] if isinstance(n, _SCOPES) and id(block) not in _ids(n)]
    paths += [list(_evaluated(n)) for n in earlier]  # they may be called after the block
    for path in paths:
        found = _first_read(path, names)
        if found is not None:
            return found
    return None


def _ids(root: ast.AST) -> set[int]:
    return {id(node) for node in _evaluated(root)}


def _first_read(path: list[ast.AST], names: set[str]) -> Withheld | None:
    left = set(names)
    for node in path:
        match node:
            case ast.Name(id=name, ctx=ast.Load()) if name in left:
                what = f"{name!r}, which is bound in a block of lib.raises and read after it,"
                return node, what, "bind it before the block"
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                left.discard(name)
    return None
