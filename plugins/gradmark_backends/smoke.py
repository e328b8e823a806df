"""Nine questions that tell whether it is the adapter or the library that does not work."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gradmark.errors import GradmarkError
from gradmark.judge import Judgement, judge
from gradmark.program import Program
from gradmark.record import record
from gradmark.session import Answer, Backend
from gradmark.trace import Seen, Trace, Value
from gradmark.verdict import Outcome

LIBRARY, ADAPTER = "library", "adapter"
_ADAPTERS_JOB = frozenset({"leaf", "value"})
_OPERATORS = frozenset({"add", "mul"})
_NUMBERS = frozenset({"tensor", "ndarray", "float", "int", "complex"})
_UNTYPED = ", which is no tensor"
_FRAME = re.compile(r'File "(.+)", line (\d+), in ')
_PLACE = re.compile(r"(.+):(\d+)$", re.MULTILINE)
_LIBRARYS_CODES = frozenset(
    "import-failed syntax-error import-timeout import-memory import-crashed import-protocol".split()
)


@dataclass(frozen=True, slots=True)
class SmokeLine:
    """One of the nine lines: ``fault`` says whose it is that it does not hold."""

    name: str
    ok: bool
    fault: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A program with what is right to observe in it, in this order."""

    name: str
    program: Program
    right: tuple[float | str, ...]


def smoke(backend: Backend) -> list[SmokeLine]:
    """Ask a backend nine small questions, each judged against plain numbers."""
    try:
        info = backend.info
    except GradmarkError as error:
        return unopened(error)
    at = f" {info.version}" if info.version else ""
    lines = [SmokeLine("import", ok=True, detail=f"{info.library or info.name}{at}")]
    for question in QUESTIONS:
        answer = backend.ask(question.program)
        line = _line(question, answer, backend, lines)
        # What fails for the same reason as before fails by the same hand.
        same = next((e for e in lines if not e.ok and e.detail == line.detail), line)
        lines.append(replace(line, fault=same.fault))
    last = QUESTIONS[-2]
    again = backend.ask(last.program)
    judgement = _judged(last, again, backend)
    name = "the worker survives"
    if again.lost is not None:
        lines.append(SmokeLine(name, ok=False, fault=LIBRARY, detail=_lost(again)))
    elif judgement and judgement.outcome is not Outcome.PASS and all(line.ok for line in lines):
        detail = f"the same question has another answer: {_said(judgement)}"
        lines.append(SmokeLine(name, ok=False, fault=LIBRARY, detail=detail))
    else:
        lines.append(SmokeLine(name, ok=True))
    return lines


def unopened(error: GradmarkError, adapter: str = "") -> list[SmokeLine]:
    """Return the nine lines for a backend that could not be opened.

    ``adapter`` is the module of its adapter, where somebody wrote one: what breaks in that file is
    not the library's.
    """
    fault = LIBRARY if error.code in _LIBRARYS_CODES else ADAPTER
    if adapter and error.code in {"import-failed", "syntax-error"}:
        found = _FRAME.findall(error.cause) or _PLACE.findall(error.cause)
        if not found or _is_module(found[-1][0], adapter):
            fault = ADAPTER
    names = [*(q.name for q in QUESTIONS), "the worker survives"]
    return [
        SmokeLine("import", ok=False, fault=fault, detail=error.message),
        *(SmokeLine(name, ok=False, fault=fault, detail="not asked") for name in names),
    ]


def exit_code(lines: list[SmokeLine]) -> int:
    """Return 0, 1 where the library is at fault, 4 where the adapter is."""
    faults = {line.fault for line in lines if not line.ok}
    if ADAPTER in faults:
        return 4
    return 1 if faults else 0


def _judged(question: Question, answer: Answer, backend: Backend) -> Judgement | None:
    if answer.trace is None:
        return None
    steps = {s.mark: s.number for s in question.program.steps if s.mark is not None}
    seen = tuple(Seen(m, steps[m], _value(right)) for m, right in enumerate(question.right))
    return judge(question.program, Trace(seen), answer.trace, backend.info.conventions)


def _value(right: float | str) -> Value:
    if isinstance(right, str):
        return Value("text", text=right)
    return Value("tensor", "float32", (), struct.pack("<f", right))


def _line(
    question: Question, answer: Answer, backend: Backend, before: list[SmokeLine]
) -> SmokeLine:
    name = question.name
    judgement = _judged(question, answer, backend)
    if judgement is None or answer.trace is None:
        return SmokeLine(name, ok=False, fault=LIBRARY, detail=_lost(answer))
    plain = _plain(question, answer.trace)
    if judgement.outcome is Outcome.PASS and not (plain and all(line.ok for line in before)):
        return SmokeLine(name, ok=True, detail=_shown(question))
    if judgement.outcome is Outcome.PASS:
        return SmokeLine(name, ok=False, fault=LIBRARY, detail=f"{plain}{_UNTYPED}")
    fault, hint = _charged(question, answer.trace, backend, before)
    return SmokeLine(name, ok=False, fault=fault, detail=_said(judgement) + hint)


def _plain(question: Question, trace: Trace) -> str:
    """Say what an operator gave, where that is no tensor."""
    if question.name not in _OPERATORS or not trace.seen:
        return ""
    kind = trace.seen[0].value.kind
    return "" if kind == "tensor" else f"the operator gives a plain {kind}"


def _charged(
    question: Question, trace: Trace, backend: Backend, before: list[SmokeLine]
) -> tuple[str, str]:
    """Say whose fault a wrong answer is, and what to look at."""
    failed = {line.name: line.fault for line in before if not line.ok}
    if any(failed.get(name) == ADAPTER for name in _ADAPTERS_JOB):
        return ADAPTER, ""
    stop, info = trace.stop, backend.info
    if stop is None:
        if question.name in _ADAPTERS_JOB:
            return ADAPTER, ""
        if question.name in _OPERATORS:
            return LIBRARY, _UNTYPED if _plain(question, trace) else ""
        kinds = {seen.value.kind for seen in trace.seen}
        if info.adapter and kinds - _NUMBERS - {"none", "text"}:
            return ADAPTER, "; does .grad lead to something else?"
        if kinds == {"none"} and info.adapter and _unasked(backend):
            return ADAPTER, "; the leaf does not want a gradient: hand requires_grad on"
        return LIBRARY, ""
    place = _FRAME.findall(stop.traceback)
    if place and stop.names[:1] != ("Missing",):
        file, line = place[-1]
        module = info.adapter.partition(":")[0]
        fault = ADAPTER if _is_module(file, module) and file != info.where else LIBRARY
        return fault, f" ({Path(file).name}, line {line})"
    if stop.reason == "raised" and question.name not in _ADAPTERS_JOB:
        return LIBRARY, ""  # out of code that has no frames in Python
    operator = any(s.number == stop.step and s.op == "binary" for s in question.program.steps)
    untyped = any(line.detail.endswith(_UNTYPED) for line in before)
    return (LIBRARY if operator or untyped else ADAPTER), ""


def _unasked(backend: Backend) -> bool:
    """Say whether a leaf that was to get a gradient says itself that it gets none."""
    trace = backend.ask(_WANTS).trace
    return trace is not None and any(seen.value.data == b"\0" for seen in trace.seen)


def _is_module(file: str, module: str) -> bool:
    """Say whether a file is that of a module, by its name."""
    path = Path(file)
    return bool(module) and module == (path.parent.name if path.stem == "__init__" else path.stem)


def _said(judgement: Judgement | None) -> str:
    if judgement is None:
        return ""
    detail = judgement.detail
    if judgement.outcome is Outcome.MISSING:
        return f"{detail.reason}: {detail.observed}"
    return f"{detail.reason}: expected {detail.expected}, observed {detail.observed}"


def _shown(question: Question) -> str:
    return ", ".join(str(right) for right in question.right)


def _lost(answer: Answer) -> str:
    kind = answer.lost.value if answer.lost else "no answer"
    return f"{kind}: {answer.reason}" if answer.reason else kind


def _leaf(lib: Any) -> None:
    lib.observe("kind", lib.kind(lib.tensor(3.0, requires_grad=True)))


def _reading(lib: Any) -> None:
    lib.observe("value", lib.tensor(3.0, requires_grad=True))


def _add(lib: Any) -> None:
    x = lib.tensor(3.0, requires_grad=True)
    lib.observe("x + x", x + x)


def _mul(lib: Any) -> None:
    x = lib.tensor(3.0, requires_grad=True)
    lib.observe("x * x", x * x)


def _wants(lib: Any) -> None:
    lib.observe("requires_grad", lib.tensor(3.0, requires_grad=True).requires_grad)


def _backward(lib: Any) -> None:
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x + x
    y.backward()
    lib.observe("value after backward", y)


def _gradient(lib: Any) -> None:
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x + x
    y.backward()
    lib.observe("gradient", x.grad)


def _second(lib: Any) -> None:
    x = lib.tensor(5.0, requires_grad=True)
    y = x * x + x
    y.backward()
    lib.observe("gradient", x.grad)


def _questions(*asked: tuple[str, Callable[[Any], None], float | str]) -> tuple[Question, ...]:
    return tuple(Question(name, record(body), (right,)) for name, body, right in asked)


QUESTIONS = _questions(
    ("leaf", _leaf, "tensor"),
    ("value", _reading, 3.0),
    ("add", _add, 6.0),
    ("mul", _mul, 9.0),
    ("backward", _backward, 12.0),
    ("gradient", _gradient, 7.0),
    ("a fresh second graph", _second, 11.0),
)
_WANTS = record(_wants)
