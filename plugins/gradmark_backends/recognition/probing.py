"""Trying one way of making a leaf: what holds the value, how backward starts, what it fills.

Names are only where to look first; what decides is the value on a fresh graph: after
``y = x * x + x`` at 3 the numbers of y are 12 and the gradient of x is 7. This module travels to
the worker, so it needs the standard library alone.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from types import ModuleType
from typing import Any

from gradmark_backends.recognition.clearing import cleared_by
from gradmark_backends.recognition.ranking import BACKWARDS, CLASSES, FUNCTIONS
from gradmark_backends.recognition.reading import (
    ABSENT,
    DATA,
    GRADIENTS,
    attributes,
    copied,
    named,
    number,
    opened,
    own,
    peek,
    said,
    text,
)
from gradmark_backends.recognition.spelling import (
    COMPUTES,
    CONSTRUCTS,
    DIFFERENTIATES,
    HOLDS,
    PAYLOADS,
    STARTS,
    Spelling,
    flags,
    keywords,
)
from gradmark_backends.recognition.starting import go_backward

_GRADIENT_LIKE = re.compile(r"_*(grad|gradient|derivative|deriv|adjoint|d|g|dx|bar|slope)_*|.*grad")
"""Names of what can hardly be anything else once backward has changed it."""

POINT, VALUE, SLOPE = 3.0, 12.0, 7.0
ELSEWHERE = ((5.0, 30.0, 11.0), (-2.0, 2.0, -3.0))
"""Other points, which tell a gradient from what is 7 by accident."""


def engines(module: ModuleType) -> Iterator[tuple[str, type]]:
    """Yield the classes of an imported module that may be an engine's, the likeliest first."""
    found = {
        name: value
        for name, value in list(vars(module).items())
        if isinstance(value, type) and own(value, module) and is_engine(value, module)
    }
    here = module.__name__.partition(".")[0]
    rank = {name: number for number, name in enumerate(CLASSES)}
    done: set[type] = set()

    def order(name: str) -> tuple[bool, int]:
        imported = found[name].__module__.partition(".")[0] != here
        return imported, rank.get(name, len(CLASSES))

    for name in sorted(found, key=order):
        if found[name] not in done:
            done.add(found[name])
            yield name, found[name]


def is_engine(value: type, module: ModuleType) -> bool:
    """Say whether a class can add and multiply, and it or a function of its module go backward."""
    try:
        computes = all(hasattr(value, part) for part in ("__add__", "__mul__"))
        return computes and not inspect.isabstract(value) and bool(ways_back(value, module))
    except BaseException:  # noqa: BLE001 - a metaclass of somebody's may raise anything
        return False


def backward_of(kind: type) -> str:
    """Return what a class's way back is called, or nothing."""
    return next((name for name in BACKWARDS if callable(peek(kind, name))), "")


def ways_back(kind: type, module: ModuleType) -> dict[str, Callable[..., Any] | None]:
    """Return what a class's way back is called; functions where it has no method for it."""
    if name := backward_of(kind):
        return {name: None}
    home = sys.modules.get(kind.__module__, module)
    found = {n: f for n, f in list(vars(home).items()) if _goes_back(n, f) and own(f, home)}
    likely = [*BACKWARDS, *(n for n in found if "back" in n.lower()), *found]
    return {n: found[n] for n in dict.fromkeys(likely) if n in found}


def _goes_back(name: str, function: Any) -> bool:
    if not (inspect.isfunction(function) and FUNCTIONS.fullmatch(name)):
        return False
    wanted = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    return [p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD} for p in wanted] == [True]


def makers(module: ModuleType, name: str, kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield what may make a leaf: a function ``tensor`` of the library's, then the class."""
    function = peek(module, "tensor")
    if inspect.isfunction(function) and own(function, module):
        yield "tensor", function
    yield name, kind


def spell(
    module: ModuleType,
    name: str,
    kind: type,
    *,
    tried: bool = True,
    given: Mapping[str, str] | None = None,
) -> Spelling:
    """Find the leaf and the attributes of one class; the way that comes farthest is taken."""
    given = given or {}
    backs = _given_back(kind, module, given)
    called = given.get("leaf.call", "")
    made = [(called, peek(module, called))] if called else list(makers(module, name, kind))
    if absent := [name for name, function in backs.items() if function is ABSENT]:
        return Spelling(kind, kind, called or name, why=f"there is no {absent[0]}", given=given)
    best: Spelling | None = None
    for path, maker in made:
        if maker is ABSENT:
            return Spelling(kind, kind, path, why=f"there is no {path}", given=given)
        payloads = (given["leaf.number"],) if "leaf.number" in given else PAYLOADS
        known = keywords(maker)
        flag = given.get("leaf.requires_grad", known["requires_grad"])
        others = [] if flag or "leaf.requires_grad" in given or not tried else flags(maker)
        for payload, switch, back in product(payloads, [flag, *others], backs.items()):
            named_ = {**known, "requires_grad": switch, "backward": back[0], "function": back[1]}
            one = attempt(Spelling(kind, maker, path, payload, tried=tried, given=given, **named_))
            if best is None or (one.score, one.plainly) > (best.score, best.plainly):
                best = one
            if best.score == DIFFERENTIATES or one.plainly:
                return best  # a number that is plainly the engine's own is not explained away
    assert best is not None  # noqa: S101 - the class itself is always tried
    return best


def _given_back(
    kind: type, module: ModuleType, given: Mapping[str, str]
) -> dict[str, Callable[..., Any] | None]:
    """Return the ways back to try: what a table says, what there is, or the usual name."""
    if name := given.get("backward.function"):
        home = sys.modules.get(kind.__module__, module)
        return {name: peek(home, name)}
    if name := given.get("backward.method"):
        return {name: None}
    return ways_back(kind, module) or {"backward": None}


def attempt(spelling: Spelling) -> Spelling:
    """Try one way of making a leaf on a fresh graph, and say how far it came."""
    given = spelling.given
    try:
        x = spelling.leaf(POINT)
    except BaseException as error:  # noqa: BLE001 - an engine may refuse in any way
        return replace(spelling, why=said(error))
    gradients = (given["gradient.attribute"],) if "gradient.attribute" in given else GRADIENTS
    held_as = [n for n in gradients if peek(x, n) is not ABSENT and not callable(peek(x, n))]
    before = peek(x, held_as[0]) if held_as else ABSENT
    places = (given["value.attribute"],) if "value.attribute" in given else DATA
    spelling = replace(
        spelling,
        score=CONSTRUCTS,
        data=named(x, places, POINT) or given.get("value.attribute", ""),
        before=text(before),
        start=copied(before),
        example=x,
    )
    if spelling.data:
        held = opened(peek(x, spelling.data), spelling.data)
        spelling = replace(spelling, score=HOLDS, holds=type(held).__name__, held=held)
    try:
        y = x * x + x
    except BaseException as error:  # noqa: BLE001 - an engine may fail in any way
        return replace(spelling, why=said(error), gradient=named(x, gradients, None))
    spelling = replace(_value(spelling, x, y, places), result=y)
    if not spelling.tried:
        gradient = named(x, gradients, None)
        return replace(spelling, gradient=gradient, why="backward was not tried")
    return cleared_by(_gradient(spelling, gradients))


def _value(spelling: Spelling, x: Any, y: Any, places: tuple[str, ...]) -> Spelling:
    """Find the attribute that is 3 on x and 12 on y, whatever it is called."""
    found = [n for n in places if number(peek(x, n), n) == POINT and number(peek(y, n), n) == VALUE]
    if "value.attribute" not in spelling.given and not (found and _computes(spelling, found[0])):
        held = [n for n in attributes(y) if number(peek(y, n)) == VALUE]
        others = [n for n in held if n not in found and number(peek(x, n)) == POINT]
        others.sort(key=lambda n: n.startswith("_"))
        public = [n for n in others if not n.startswith("_")]
        live = [n for n in (*found[1:], *public) if _computes(spelling, n)]
        found = live or found or others
    if not found:
        known = spelling.data or named(x, attributes(x), POINT)
        return replace(spelling, data=known, score=HOLDS if known else spelling.score)
    held = opened(peek(x, found[0]), found[0])
    return replace(spelling, score=COMPUTES, data=found[0], holds=type(held).__name__, held=held)


def _computes(spelling: Spelling, name: str) -> bool:
    """Say whether an engine computes with an attribute: a mere copy of it changes nothing."""
    try:
        x, (point, value, _) = spelling.leaf(POINT), ELSEWHERE[0]
        setattr(x, name, peek(spelling.leaf(point), name))
        return number(peek(x * x + x, name), name) == value
    except BaseException:  # noqa: BLE001 - an engine may refuse in any way
        return False


def _gradient(spelling: Spelling, gradients: tuple[str, ...]) -> Spelling:
    """Go backward in every way that there is, each on a fresh graph, until one fills a gradient."""
    tries: list[str] = []
    why = ""
    given = spelling.given.get("backward.start", "")
    for start in (given,) if given else STARTS:
        for form in ("number",) if start in {"plain", "sum"} else ("number", "array", "tensor"):
            way = replace(spelling, start_with=start, start_as=form)
            try:
                before, after = _moved(way, POINT)
            except BaseException as error:  # noqa: BLE001 - an engine may fail in any way
                why = why or said(error)
                tries.append(f"{_shown(way)} raised {said(error)}")
                continue
            found = _filled(way, before, after, gradients)
            if found is not None:
                return replace(found, tries=tuple(tries))
            tries.append(f"{_shown(way)} filled no gradient")
    return replace(
        spelling, gradient=named(spelling.example, gradients, None), why=why, tries=tuple(tries)
    )


def _filled(
    way: Spelling, before: dict[str, Any], after: dict[str, Any], gradients: tuple[str, ...]
) -> Spelling | None:
    """Say which attribute a backward has filled, rightly or wrongly; None where it is none."""
    changed = [n for n, value in after.items() if value is not None and value != before.get(n)]
    if "gradient.attribute" in way.given:
        changed = [n for n in changed if n in gradients]
    right = [n for n in changed if after[n] == SLOPE and _holds_elsewhere(way, n)]
    # A gradient of 0 says that nothing arrived: this is not the way to start.
    at_all = [n for n in changed if _GRADIENT_LIKE.fullmatch(n) and after[n] and way.goes_back]
    order = sorted(right, key=lambda n: (n not in gradients, n.startswith("_")))
    wrong = [n for n in gradients if n in at_all and n not in right]
    if order:
        beside = f".{wrong[0]} became {after[wrong[0]]:g}" if wrong and order[0] != "grad" else ""
        return _taken(way, order[0], beside=beside)
    if at_all:
        first = min(at_all, key=lambda n: (n not in gradients, n.startswith("_")))
        return replace(
            _taken(way, first),
            score=way.score,
            why=f"the gradient became {after[first]:g}",
            plainly=True,
        )
    return None


def _taken(way: Spelling, name: str, *, beside: str = "") -> Spelling:
    start = peek(way.leaf(POINT), name)
    computes = way.score == COMPUTES
    return replace(
        way,
        gradient=name,
        before=text(start),
        start=copied(start),
        score=DIFFERENTIATES if computes else way.score,
        beside=beside,
    )


def _moved(way: Spelling, point: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Go backward from x*x + x on a fresh graph; return x's numbers before and after."""
    x = way.leaf(point)
    y = x * x + x
    names = dict.fromkeys((*GRADIENTS, *attributes(x)))
    names.pop(way.data, None)
    before = {n: number(peek(x, n)) for n in names if not callable(peek(x, n))}
    go_backward(way, y)
    x_names = dict.fromkeys((*before, *attributes(x)))
    x_names.pop(way.data, None)
    return before, {n: number(peek(x, n)) for n in x_names if not callable(peek(x, n))}


def _holds_elsewhere(way: Spelling, name: str) -> bool:
    """Say whether an attribute is the gradient at other points too, before 7 is believed."""
    try:
        return all(_moved(way, point)[1].get(name) == slope for point, _, slope in ELSEWHERE)
    except BaseException:  # noqa: BLE001 - an engine may fail in any way
        return False


def _shown(way: Spelling) -> str:
    back = way.shown_back
    one = {"number": "1.0", "array": "an array of 1", "tensor": "a tensor of 1"}[way.start_as]
    return {
        "plain": back(),
        "ones": back(one),
        "sum": back(root="y.sum()"),
        "grad": f"y.{way.given.get('gradient.attribute', 'grad')} = {one}; {back()}",
    }[way.start_with]
