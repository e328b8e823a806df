"""Nine questions that tell whether it is the adapter or the library that does not work."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
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
_NAMED_BY_ADAPTER = frozenset({"leaf", "value", "backward", "gradient"})
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
        line = _line(question, answer, _judged(question, answer, backend))
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


def unopened(error: GradmarkError) -> list[SmokeLine]:
    """Return the nine lines for a backend that could not be opened."""
    fault = LIBRARY if error.code in _LIBRARYS_CODES else ADAPTER
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


def _line(question: Question, answer: Answer, judgement: Judgement | None) -> SmokeLine:
    name = question.name
    if judgement is None:
        return SmokeLine(name, ok=False, fault=LIBRARY, detail=_lost(answer))
    if judgement.outcome is Outcome.PASS:
        return SmokeLine(name, ok=True, detail=_shown(question))
    stop = answer.trace.stop if answer.trace else None
    unread = stop is not None and stop.reason in {"missing", "unreadable"}
    absent = judgement.outcome is Outcome.MISSING
    adapters = (
        (name in _ADAPTERS_JOB and not judgement.detail.traceback)
        or (name in _NAMED_BY_ADAPTER and (absent or unread))
        or (stop is not None and stop.reason == "unreadable")
    )
    fault = ADAPTER if adapters else LIBRARY
    return SmokeLine(name, ok=False, fault=fault, detail=_said(judgement))


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
