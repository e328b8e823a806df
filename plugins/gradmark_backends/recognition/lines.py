"""What was recognised, in lines for people and as a table that can be written down.

This module travels to the worker, so it needs the standard library alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradmark_backends.recognition.reading import ABSENT, peek
from gradmark_backends.recognition.spelling import DIFFERENTIATES, RAISES, Spelling

LOOKED_FOR = ("no_grad", "enable_grad", "set_grad_enabled")
LOOKED_FOR_IN_VALUES = ("requires_grad", "is_leaf", "grad_fn", "detach", "sum", "shape", "dtype")
_NUMBERS = {
    "number": "3.0", "array": "np.array(3.0)", "vector": "np.array([3.0])",
    "matrix": "np.array([[3.0]])",
}  # fmt: skip
_SEVERAL = {"list": "[1.0, 2.0]", "array": "np.array([1.0, 2.0])"}


def lines_of(engine: Any) -> Iterator[str]:
    """Say what was recognised of an engine, the important things first."""
    spelling = engine.spelling
    flag = f", {spelling.requires_grad}=True" if spelling.requires_grad else ""
    yield f"leaf: {spelling.called}({_NUMBERS[spelling.payload]}{flag})"
    if spelling.score == RAISES:
        yield f"the leaf can't be made: {spelling.why}"
        return
    yield f"value: .{spelling.data} ({spelling.holds})" if spelling.data else "value: not found"
    yield _gradient(spelling, engine.after)
    if spelling.score != DIFFERENTIATES:
        yield f"x*x + x at 3 went wrong: {spelling.why or 'not 12 and 7'}"
    if engine.arrays.form:
        yield f"vectors: {spelling.called}({_SEVERAL[engine.arrays.form]}{flag})"
    else:
        yield "vectors: none, single numbers alone"
    if (spelling.start_with, spelling.shown_back()) != ("plain", "y.backward()"):
        yield f"backward: {_start(spelling)}"
    if engine.seeding.name:
        yield f"backward takes a gradient: {engine.seeding.name}, as {engine.seeding.form}"
    if spelling.clear != "start":
        ways = {"none": ".grad = None", "zero": "zeros", "zero_grad": ".zero_grad()"}
        yield f"a gradient is cleared by {ways[spelling.clear]}"
    if engine.arrays.reductions:
        yield f"reductions: {', '.join(engine.arrays.reductions.values())}"
    if engine.switch not in {"", "no_grad"}:
        yield f"no_grad: {engine.switch}()"
    if engine.detach not in {"", "detach"}:
        yield f"detach: .{engine.detach}()"
    yield from _last(engine)


def _gradient(spelling: Spelling, after: Any) -> str:
    if not spelling.gradient:
        return "gradient: not found"
    kind = "" if after is None or after is ABSENT else type(after).__name__
    about = ", ".join(part for part in (kind, spelling.before) if part)
    return f"gradient: .{spelling.gradient}" + (f" ({about})" if about else "")


def _start(spelling: Spelling) -> str:
    one = {"number": "1.0", "array": "ones", "tensor": f"{spelling.called}(1.0)"}
    back = spelling.shown_back
    return {
        "plain": back(),
        "ones": back(one[spelling.start_as]),
        "sum": back(root="y.sum()"),
        "grad": f"y.{spelling.gradient} = {one[spelling.start_as]}, then {back()}",
    }[spelling.start_with]


def _last(engine: Any) -> Iterator[str]:
    spelling = engine.spelling
    made = [name for name in ("ones", "zeros", "full") if name not in engine.factories]
    if engine.arrays.form and made:
        yield f"made by the leaf's constructor: {', '.join(made)}"
    absent = [name for name in LOOKED_FOR if not engine.there(name)]
    absent += [
        n
        for n in LOOKED_FOR_IN_VALUES
        if f".{n}" not in engine.aliases and peek(spelling.example, n) is ABSENT
    ]
    absent += [] if engine.seeding.name else ["backward(gradient)"]
    if "retain_graph" not in spelling.back_takes():
        absent.append("retain_graph")
    if absent:
        yield f"missing: {', '.join(absent)}"


def table_of(engine: Any, place: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what was recognised as a table: what `Plan.table` takes back."""
    spelling = engine.spelling
    rows = {
        **place,
        "engine.class": spelling.kind.__name__,
        "leaf.call": spelling.called,
        "leaf.number": spelling.payload,
        "leaf.numbers": engine.arrays.form or "none",
        "leaf.requires_grad": spelling.requires_grad,
        "value.attribute": spelling.data,
        "gradient.attribute": spelling.gradient,
        "gradient.clear": spelling.clear,
        "backward.function" if spelling.function else "backward.method": spelling.backward,
        "backward.start": spelling.start_with,
        "backward.gradient": engine.seeding.name,
        "backward.gradient_as": engine.seeding.form,
        "shapes.reshape": engine.arrays.sides,
    }
    if engine.switch not in {"", "no_grad"}:
        rows["names.no_grad"] = engine.switch
    if engine.detach not in {"", "detach"}:
        rows["names..detach"] = engine.detach
    return tuple(rows.items())
