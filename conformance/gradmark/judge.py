"""Judging: two traces in, one judgement out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gradmark.compare import Conventions, difference, matches, show
from gradmark.program import Mark, Program, Step, walk
from gradmark.refusal import NOT_A_REFUSAL, Found, deliberate, lenient, refusal, unasked
from gradmark.trace import RETURNED, Seen, Stop, Trace, Value
from gradmark.values import class_name
from gradmark.verdict import LOST, Detail, Outcome

__all__ = ["NOT_A_REFUSAL", "Judgement", "judge", "line_of"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What two traces say about one behaviour, before anyone asks whose fault it is.

    ``owner`` is set where a control deviates; ``early`` where an exception came before the first
    observation, which counts as a wrong control without a name; ``absent`` where the library has no
    such name, whatever came of the steps before.
    """

    outcome: Outcome
    detail: Detail
    owner: str = ""
    early: bool = False
    absent: bool = False


def judge(
    program: Program, expected: Trace, observed: Trace, conventions: Conventions | None = None
) -> Judgement:
    """Compare what a library did with what PyTorch does; the first deviation decides.

    A reference that ended early is our own fault: the judgement is *ungraded*.
    """
    if expected.stop is not None:
        why = f"the reference raised {expected.stop.message}"
        return Judgement(Outcome.UNGRADED, Detail(step=expected.stop.step, reason=why))
    if any(seen.mark >= len(program.marks) for seen in observed.seen):
        why = "an answer to a question that the program does not ask"
        return Judgement(Outcome.PROTOCOL, Detail(reason=why, observed=why))
    return _Judging(program, expected, observed, conventions or Conventions()).run()


def line_of(program: Program, step: int) -> int:
    """Return the source line of a step, or 0."""
    return next((s.line for s in walk(program.steps) if s.number == step), 0)


class _Judging:
    """One pass over two traces, in the order in which the program observes."""

    def __init__(
        self, program: Program, expected: Trace, observed: Trace, conventions: Conventions
    ) -> None:
        self.program = program
        self.expected = expected
        self.observed = observed
        self.conventions = conventions
        self.blocks = _blocks(program)
        self.places: dict[int, int] = {}
        for place, seen in enumerate(observed.seen):
            self.places.setdefault(seen.mark, place)
        self.skipped: set[int] = set()
        self.about = False
        self.lenient: Judgement | None = None

    def run(self) -> Judgement:
        wanted = {seen.mark for seen in self.expected.seen}
        wanted |= self._after_refusals()
        at = 0
        for number, seen in enumerate(self.expected.seen):
            if seen.mark in self.skipped:
                continue
            decided: Judgement | None
            if seen.mark not in self.places:
                block = self._refused_block(number)
                decided = self._unseen(seen) if block is None else self._look(block)
            else:
                place = self.places[seen.mark]
                survived = seen.value.kind == "raised" and self._got(seen.mark) == RETURNED
                decided = None if survived else self._surplus(at, place, wanted)
                at = max(at, place + 1)
                decided = decided or self._look(seen)
            if decided is not None:
                return decided
        surplus = self._surplus(at, len(self.observed.seen), wanted)
        if surplus is not None:
            return surplus
        if self.observed.stop is not None:
            return self._stopped(self.observed.stop)
        return self.lenient or Judgement(Outcome.PASS, Detail())

    def _got(self, mark: int) -> Value:
        return self.observed.seen[self.places[mark]].value

    def _look(self, seen: Seen) -> Judgement | None:
        """Judge one observation that was made; None lets the pass go on."""
        mark, got = self.program.marks[seen.mark], self._got(seen.mark)
        found = self._one(mark, seen.value, got)
        if found is not None and found[0] is not Outcome.LENIENT:
            outcome, detail = found
            early = not self.about and not mark.is_control and bool(detail.error)
            detail = self._place(detail, mark, seen.step)
            return Judgement(outcome, detail, mark.owner, early, _absent(outcome, got.names))
        if not mark.is_control:
            self.about = True
            # A convention that a control shows is its owner's to be marked down for.
            if found is not None and self.lenient is None:
                self.lenient = Judgement(found[0], self._place(found[1], mark, seen.step))
        if got.kind == "raised" and (found is not None or got.step != seen.value.step):
            self.skipped |= self._inside(seen)
        return None

    def _place(self, detail: Detail, mark: Mark, step: int) -> Detail:
        step = detail.step or step
        line = line_of(self.program, step)
        return replace(detail, label=mark.label, owner=mark.owner, step=step, line=line)

    def _inside(self, seen: Seen) -> set[int]:
        return self.blocks.get(seen.step, set())

    def _after_refusals(self) -> set[int]:
        """Return the marks that PyTorch never came to because it refused what stands before."""
        refused = (s for s in self.expected.seen if s.value.kind == "raised")
        return {mark for seen in refused for mark in self._inside(seen)}

    def _refused_block(self, number: int) -> Seen | None:
        """Return the block whose refusal is why an observation is absent.

        A block is noted when it is left, after everything that is observed inside it or in a
        function that it calls.
        """
        absent = self.expected.seen[number].mark
        for end, seen in enumerate(self.expected.seen[number:], number):
            if seen.mark not in self.places:
                continue
            got = self._got(seen.mark)
            if got.kind != "raised" or seen.value.kind not in {"raised", "returned"}:
                return None
            unlike = seen.value.kind == "returned" or got.step < seen.value.step
            if not unlike and absent not in self._inside(seen):
                return None
            self.skipped |= {s.mark for s in self.expected.seen[number:end]}
            return seen
        return None

    def _surplus(self, start: int, end: int, wanted: set[int]) -> Judgement | None:
        """Judge what was observed although PyTorch never comes to it: a hook that is called."""
        for seen in self.observed.seen[start:end]:
            if seen.mark in wanted:
                continue
            mark = self.program.marks[seen.mark]
            detail = Detail(
                expected="never called" if mark.repeats else "never observed",
                observed=show(seen.value),
                reason="called where PyTorch does not call it"
                if mark.repeats
                else "observed where PyTorch does not come to it",
            )
            return Judgement(Outcome.FAIL, self._place(detail, mark, seen.step), mark.owner)
        return None

    def _unseen(self, seen: Seen) -> Judgement:
        mark, stop = self.program.marks[seen.mark], self.observed.stop
        if stop is not None:
            # A control that was never reached is a wrong one.
            return self._stopped(
                stop, expected=show(seen.value), label=mark.label, owner=mark.owner
            )
        detail = Detail(
            expected=show(seen.value),
            observed="never called" if mark.repeats else "never observed",
            reason="never called, though PyTorch calls it" if mark.repeats else "never reached",
        )
        return Judgement(Outcome.FAIL, self._place(detail, mark, seen.step), mark.owner)

    def _stopped(
        self, stop: Stop, *, expected: str = "no exception", label: str = "", owner: str = ""
    ) -> Judgement:
        outcome = {
            "missing": Outcome.MISSING,
            "raised": Outcome.ERROR,
            "unreadable": Outcome.FAIL,
            "memory": Outcome.MEMORY,
        }[stop.reason]
        if stop.reason == "missing":
            # What was due next is no concern of a name that is not there.
            label, expected = "", "PyTorch has it"
        name = stop.names[0] if stop.names else "an exception"
        said = f"{name}: {stop.message}" if stop.message else name
        detail = Detail(
            label=label,
            owner=owner,
            line=line_of(self.program, stop.step),
            step=stop.step,
            expected=expected,
            observed=stop.lacks or (stop.message if stop.reason == "unreadable" else said),
            reason={
                "missing": "the library lacks this",
                "raised": "raised where PyTorch does not",
                "unreadable": "a value that can't be read as numbers",
                "memory": "out of memory",
            }[stop.reason],
            error="" if stop.reason == "unreadable" else name,
            message=stop.message,
            traceback=stop.traceback,
            lacks=stop.lacks,
        )
        absent = _absent(outcome, stop.names)
        return Judgement(outcome, detail, owner, early=not self.about, absent=absent)

    def _one(self, mark: Mark, want: Value, got: Value) -> Found:
        """Judge one value: None where it agrees."""
        if want == got:
            return None
        if want.kind == "calls":
            found = self._calls(mark, want, got)
        elif want.kind == "raised":
            labels = [label for label, _ in mark.instead]
            found = refusal(mark, want, got, self._labelled(labels), self.conventions)
        elif want.kind == "returned":
            found = None if got == RETURNED else unasked(want, got)
        elif want.kind == "warned":
            found = _warning(want, got)
        else:
            found = self._value(mark, want, got)
        if found is None or found[0] is Outcome.LENIENT:
            return found
        for alternative in mark.accept:
            if alternative.predicate == "refused" and not deliberate(got, want):
                continue
            if matches(alternative, got, want, mark, self.conventions):
                return lenient(show(want), show(got), alternative)
        return found

    def _value(self, mark: Mark, want: Value, got: Value) -> Found:
        differs = difference(want, got, mark, self.conventions)
        if differs is None:
            return None
        fields = {name: getattr(differs, name) for name in type(differs).__slots__}
        return Outcome.FAIL, Detail(**fields)

    def _calls(self, mark: Mark, want: Value, got: Value) -> Found:
        """Judge what a function observed, call by call."""
        if got.kind != "calls":
            reason = "not observed in a call"
            return Outcome.FAIL, Detail(expected=show(want), observed=show(got), reason=reason)
        allowed: Found = None
        for number, (one, other) in enumerate(zip(want.items, got.items, strict=False), 1):
            found = self._one(mark, one, other)
            if found is None:
                continue
            outcome, detail = found
            told = f"call {number} of {len(want.items)}: {detail.reason}"
            if outcome is not Outcome.LENIENT:
                return outcome, replace(detail, reason=told)
            allowed = allowed or (outcome, replace(detail, reason=told))
        if len(want.items) != len(got.items):
            times = "once" if len(got.items) == 1 else f"{len(got.items)} times"
            reason = f"called {times}, not {len(want.items)} times"
            if len(want.items) == 1:
                reason = f"called {times}, not once"
            return Outcome.FAIL, Detail(expected=show(want), observed=show(got), reason=reason)
        return allowed

    def _labelled(self, labels: list[str]) -> dict[str, tuple[Mark, Value | None]]:
        numbers = {mark.label: number for number, mark in enumerate(self.program.marks)}
        return {
            label: (self.program.marks[numbers[label]], self.observed.value(numbers[label]))
            for label in labels
        }


def _absent(outcome: Outcome, names: tuple[str, ...]) -> bool:
    """Say whether a name is absent that was looked for where it belongs."""
    return outcome is Outcome.MISSING and "Misplaced" not in names


def _blocks(program: Program) -> dict[int, set[int]]:
    """Return the marks inside each block that observes how it is left, by the block's step."""

    def marks(steps: tuple[Step, ...]) -> Iterator[int]:
        return (s.mark for s in walk(steps) if s.mark is not None)

    return {s.number: set(marks(s.body)) for s in program.walk() if s.op == "raises"}


def _warning(want: Value, got: Value) -> Found:
    detail = Detail(expected=show(want), observed=show(got))
    if got.kind != "warned":
        return Outcome.FAIL, replace(detail, reason="raised where PyTorch warns")
    if not want.items and got.items:
        return Outcome.FAIL, replace(detail, reason="warned where PyTorch is silent")
    for item in want.items:
        if any(class_name(item) in other.names for other in got.items):
            continue
        if not got.items:
            return Outcome.FAIL, replace(detail, reason="silent where PyTorch warns")
        reason = "warned with another category"
        return Outcome.LENIENT, replace(detail, reason=reason, alternative="another warning")
    return None


def alike(one: Judgement, other: Judgement) -> bool:
    """Say whether two judgements of one program are of the same deviation."""
    if one.outcome in LOST or other.outcome in LOST:
        return one.outcome is other.outcome
    return (one.outcome, one.detail.label, one.detail.step) == (
        other.outcome,
        other.detail.label,
        other.detail.step,
    )
