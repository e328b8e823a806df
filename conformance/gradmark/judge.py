"""Judging: two traces in, one judgement out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from gradmark.compare import Conventions, Difference, difference, matches, show
from gradmark.program import Alternative, Mark, Program, walk
from gradmark.trace import RETURNED, Stop, Trace, Value
from gradmark.verdict import Detail, Outcome

NOT_A_REFUSAL = frozenset(
    "AttributeError NameError UnboundLocalError RecursionError MemoryError NotImplementedError "
    "IndexError KeyError".split()
)
"""Exceptions that no library raises on purpose; they refuse only where PyTorch's own is one."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What two traces say about one behaviour, before anyone asks whose fault it is.

    ``owner`` is set where a control deviates; ``early`` where the replay ended before the first
    observation, which counts as a wrong control without a name.
    """

    outcome: Outcome
    detail: Detail
    owner: str = ""
    early: bool = False


def judge(
    program: Program, expected: Trace, observed: Trace, conventions: Conventions | None = None
) -> Judgement:
    """Compare what a library did with what PyTorch does; the first deviation decides.

    A reference that ended early is our own fault: the judgement is *ungraded*.
    """
    conventions = conventions or Conventions()
    if expected.stop is not None:
        why = f"the reference raised {expected.stop.message}"
        return Judgement(Outcome.UNGRADED, Detail(step=expected.stop.step, reason=why))
    skipped: set[int] = set()
    lenient: Judgement | None = None
    about = False
    for seen in expected.seen:
        if seen.mark in skipped:
            continue
        mark = program.marks[seen.mark]
        value = observed.value(seen.mark)
        if value is None:
            return _unseen(program, mark, seen.value, seen.step, observed.stop, early=not about)
        found = _one(program, observed, mark, seen.value, value, conventions)
        about = about or not mark.is_control
        if found is None:
            continue
        outcome, detail = found
        placed = _place(program, detail, mark, seen.step)
        if outcome is not Outcome.LENIENT:
            return Judgement(outcome, placed, mark.owner)
        lenient = lenient or Judgement(outcome, placed)
        if value.kind == "raised":
            skipped |= _inside(program, seen.step)
    if observed.stop is not None:
        return _stopped(program, observed.stop, early=not about)
    return lenient or Judgement(Outcome.PASS, Detail())


def line_of(program: Program, step: int) -> int:
    """Return the source line of a step, or 0."""
    return next((s.line for s in walk(program.steps) if s.number == step), 0)


def _place(program: Program, detail: Detail, mark: Mark, step: int) -> Detail:
    fields = {name: getattr(detail, name) for name in Detail.__slots__}
    fields |= {"label": mark.label, "owner": mark.owner, "step": detail.step or step}
    fields["line"] = line_of(program, fields["step"])
    return Detail(**fields)


def _inside(program: Program, step: int) -> set[int]:
    for candidate in walk(program.steps):
        if candidate.number == step:
            return {s.mark for s in walk(candidate.body) if s.mark is not None}
    return set()


def _unseen(  # noqa: PLR0913 - all that is known about an observation that never came
    program: Program, mark: Mark, expected: Value, step: int, stop: Stop | None, *, early: bool
) -> Judgement:
    if stop is None:
        detail = Detail(expected=show(expected), observed="never observed", reason="never reached")
        return Judgement(Outcome.FAIL, _place(program, detail, mark, step), mark.owner)
    return _stopped(program, stop, early=early, expected=show(expected), label=mark.label)


def _stopped(
    program: Program, stop: Stop, *, early: bool, expected: str = "no exception", label: str = ""
) -> Judgement:
    outcome = {
        "missing": Outcome.MISSING,
        "raised": Outcome.ERROR,
        "unreadable": Outcome.FAIL,
        "memory": Outcome.MEMORY,
    }[stop.reason]
    name = stop.names[0] if stop.names else "an exception"
    detail = Detail(
        label=label,
        line=line_of(program, stop.step),
        step=stop.step,
        expected=expected,
        observed=stop.lacks if stop.lacks else f"{name}: {stop.message}",
        reason={
            "missing": "the library lacks this",
            "raised": "raised where PyTorch does not",
            "unreadable": "a value that can't be read as numbers",
            "memory": "out of memory",
        }[stop.reason],
        error=name,
        message=stop.message,
        traceback=stop.traceback,
        lacks=stop.lacks,
    )
    return Judgement(outcome, detail, early=early)


def _one(  # noqa: PLR0913 - one observation and all that judges it
    program: Program,
    observed: Trace,
    mark: Mark,
    want: Value,
    got: Value,
    conventions: Conventions,
) -> tuple[Outcome, Detail] | None:
    """Judge one observation: None where it agrees."""
    if want.kind == "raised":
        found = _refusal(program, observed, mark, want, got, conventions)
    elif want.kind == "returned":
        found = None if got == RETURNED else _unasked(want, got)
    elif want.kind == "warned":
        found = _warning(want, got)
    else:
        differs = difference(want, got, mark, conventions)
        found = None if differs is None else (Outcome.FAIL, _detail(differs))
    if found is None or found[0] is Outcome.LENIENT:
        return found
    for alternative in mark.accept:
        if alternative.predicate == "refused" and not _deliberate(got, want):
            continue
        if matches(alternative, got, want, mark, conventions):
            return Outcome.LENIENT, _lenient(show(want), show(got), alternative)
    return found


def _detail(found: Difference) -> Detail:
    return Detail(**{name: getattr(found, name) for name in Difference.__slots__})


def _lenient(expected: str, observed: str, alternative: Alternative) -> Detail:
    return Detail(
        expected=expected,
        observed=observed,
        reason=f"right in another way: {alternative.name}",
        alternative=alternative.name,
    )


def _deliberate(got: Value, want: Value) -> bool:
    return got.kind == "raised" and not (
        set(got.names[:1]) & ({"Missing"} | NOT_A_REFUSAL) - set(want.names[:1])
    )


def _unasked(want: Value, got: Value) -> tuple[Outcome, Detail]:
    """Judge an exception in a block that PyTorch runs through."""
    absent = got.names[:1] in {("Missing",), ("NotImplementedError",)}
    detail = Detail(
        step=got.step,
        expected=show(want),
        observed=show(got),
        reason="the library lacks this" if absent else "raised where PyTorch does not",
        error=got.names[0] if got.names else "",
        message=got.text,
        lacks=got.text if absent else "",
    )
    return (Outcome.MISSING if absent else Outcome.ERROR), detail


def _refusal(  # noqa: PLR0913 - one refusal and all that judges it
    program: Program,
    observed: Trace,
    mark: Mark,
    want: Value,
    got: Value,
    conventions: Conventions,
) -> tuple[Outcome, Detail] | None:
    expected, actual = show(want), show(got)
    if got.kind != "raised":
        return _not_refused(program, observed, mark, want, conventions)
    earlier = got.step < want.step and not mark.or_earlier
    if earlier or not _deliberate(got, want):
        return _unasked(want, got)
    if got.step > want.step:
        reason = "refused later than PyTorch refuses"
        return Outcome.FAIL, Detail(
            step=got.step, expected=expected, observed=actual, reason=reason
        )
    wanted = want.names[1] if want.names[0] == "Missing" else want.names[0]
    if wanted not in got.names:
        reason = f"refused with {got.names[0]}, not with {wanted}"
        return Outcome.LENIENT, Detail(
            step=got.step, expected=expected, observed=actual, reason=reason,
            alternative="another deliberate refusal",
        )  # fmt: skip
    if mark.message and mark.message not in got.text:
        reason = f"the message lacks {mark.message!r}"
        return Outcome.LENIENT, Detail(
            step=got.step, expected=expected, observed=actual, reason=reason,
            alternative="another message",
        )  # fmt: skip
    return None


def _not_refused(
    program: Program, observed: Trace, mark: Mark, want: Value, conventions: Conventions
) -> tuple[Outcome, Detail]:
    expected = show(want)
    numbers = {m.label: number for number, m in enumerate(program.marks)}
    names, values = [], []
    for label, alternative in mark.instead:
        value = observed.value(numbers[label])
        inner = program.marks[numbers[label]]
        if value is None or not matches(alternative, value, value, inner, conventions):
            shown = "nothing" if value is None else show(value)
            reason = f"neither refused nor {alternative.name}: {label} is {shown}"
            return Outcome.FAIL, Detail(
                step=want.step, expected=expected, observed=f"no exception, {label}: {shown}",
                reason=reason,
            )  # fmt: skip
        names.append(alternative)
        values.append(f"{label}: {show(value)}")
    if names:
        return Outcome.LENIENT, _lenient(expected, "; ".join(values), names[0])
    reason = "returned where PyTorch refuses"
    return Outcome.FAIL, Detail(
        step=want.step, expected=expected, observed="no exception", reason=reason
    )


def _warning(want: Value, got: Value) -> tuple[Outcome, Detail] | None:
    if got.kind != "warned":
        reason = "raised where PyTorch warns"
        return Outcome.FAIL, Detail(expected=show(want), observed=show(got), reason=reason)
    for item in want.items:
        if any(item.names[0] in other.names for other in got.items):
            continue
        if got.items:
            return Outcome.LENIENT, Detail(
                expected=show(want), observed=show(got), reason="warned with another category",
                alternative="another warning",
            )  # fmt: skip
        return Outcome.FAIL, Detail(
            expected=show(want), observed=show(got), reason="silent where PyTorch warns"
        )
    return None
