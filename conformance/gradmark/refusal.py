"""Judging exceptions: which are refusals, which are absences, which are accidents. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from gradmark.compare import Conventions, matches, show
from gradmark.program import Alternative, Mark
from gradmark.trace import Value
from gradmark.values import class_name
from gradmark.verdict import Detail, Outcome

NOT_A_REFUSAL = frozenset(
    "AttributeError NameError UnboundLocalError RecursionError MemoryError NotImplementedError "
    "IndexError KeyError".split()
)
"""Exceptions that no library raises on purpose; they refuse only where PyTorch's own is one."""

_NEVER = frozenset("SystemExit KeyboardInterrupt GeneratorExit".split())

Found = tuple[Outcome, Detail] | None


def kind_of(value: Value) -> str:
    """Return the class that an exception counts as: what Python raises for what is absent."""
    if value.names[:1] != ("Missing",):
        return value.names[0] if value.names else ""
    return "TypeError" if "TypeError" in value.names else "AttributeError"


def deliberate(got: Value, want: Value) -> bool:
    """Say whether an exception is a refusal: one that is raised on purpose, or PyTorch's own.

    What Python itself refuses with a TypeError is one where PyTorch raises a TypeError too.
    """
    if got.kind != "raised" or not got.names or _NEVER & set(got.names):
        return False
    if got.names[0] == "Missing":
        return want.names[:1] == ("Missing",) or {"TypeError"} == {kind_of(got), *want.names[:1]}
    return got.names[0] not in NOT_A_REFUSAL - {kind_of(want)}


def unasked(want: Value, got: Value, reason: str = "raised where PyTorch does not") -> Found:
    """Judge an exception that is no refusal, or that comes where PyTorch raises none."""
    outcome = Outcome.ERROR
    if got.names[:1] == ("Missing",) or "NotImplementedError" in got.names:
        outcome, reason = Outcome.MISSING, "the library lacks this"
    elif "MemoryError" in got.names:
        outcome, reason = Outcome.MEMORY, "out of memory"
    return outcome, Detail(
        step=got.step,
        expected=show(want),
        observed=show(got),
        reason=reason,
        error=class_name(got),
        message=got.text,
        lacks=got.text if outcome is Outcome.MISSING else "",
    )


def refusal(
    mark: Mark,
    want: Value,
    got: Value,
    inside: Mapping[str, tuple[Mark, Value | None]],
    conventions: Conventions,
) -> Found:
    """Judge a block that PyTorch refuses: None where the library refuses it likewise.

    ``inside`` holds what was observed under the labels of the right answers that count instead.
    """
    if got.kind != "raised":
        return _not_refused(mark, want, inside, conventions)
    if got.step < want.step and not mark.or_earlier:
        return unasked(want, got, "raised earlier than PyTorch refuses")
    if not deliberate(got, want):
        return unasked(want, got, f"{class_name(got)} is an accident, not a refusal")
    detail = Detail(step=got.step, expected=show(want), observed=show(got))
    if got.step > want.step:
        return Outcome.FAIL, _because(detail, "refused later than PyTorch refuses")
    wanted = kind_of(want)
    if wanted not in got.names and wanted != kind_of(got):
        reason = f"refused with {class_name(got)}, not with {wanted}"
        return Outcome.LENIENT, _because(detail, reason, "another deliberate refusal")
    if mark.message and mark.message not in got.text:
        reason = f"the message lacks {mark.message!r}"
        return Outcome.LENIENT, _because(detail, reason, "another message")
    return None


def _because(detail: Detail, reason: str, alternative: str = "") -> Detail:
    return Detail(
        step=detail.step,
        expected=detail.expected,
        observed=detail.observed,
        reason=reason,
        alternative=alternative,
    )


def _not_refused(
    mark: Mark,
    want: Value,
    inside: Mapping[str, tuple[Mark, Value | None]],
    conventions: Conventions,
) -> Found:
    expected, shown = show(want), []
    for label, alternative in mark.instead:
        inner, value = inside[label]
        if value is None or not matches(alternative, value, want, inner, conventions):
            text = "nothing" if value is None else show(value)
            return Outcome.FAIL, Detail(
                step=want.step,
                expected=expected,
                observed=f"no exception, {label}: {text}",
                reason=f"neither refused nor {alternative.name}: {label} is {text}",
            )
        shown.append(f"{label}: {show(value)}")
    if mark.instead:
        return lenient(expected, "; ".join(shown), mark.instead[0][1])
    return Outcome.FAIL, Detail(
        step=want.step,
        expected=expected,
        observed="no exception",
        reason="returned where PyTorch refuses",
    )


def lenient(expected: str, observed: str, alternative: Alternative) -> Found:
    """Say that an outcome is right, and by which alternative."""
    return Outcome.LENIENT, Detail(
        expected=expected,
        observed=observed,
        reason=f"right in another way: {alternative.name}",
        alternative=alternative.name,
    )
