"""Judging traces that no honest engine sends: what was seen too often, too early or not at all."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from gradmark.judge import judge
from gradmark.library import alternative
from gradmark.program import Program
from gradmark.record import record
from gradmark.trace import RETURNED, Seen, Stop, Trace, Value
from gradmark.verdict import Outcome


def number(value: float) -> Value:
    return Value("float", "float64", (), struct.pack("<d", value))


def calls(*values: float) -> Value:
    return Value("calls", items=tuple(number(v) for v in values))


def raised(name: str, step: int) -> Value:
    return Value("raised", names=(*name.split(), "Exception"), step=step)


def program_of(body) -> Program:
    return record(body)


def hooked(lib):
    x = lib.make()
    x.register_hook(lambda g: lib.observe("seen", g, accept=[alternative("halved", 0.5), ALL]))
    lib.observe("value", x)


ALL = alternative("both at once", [3.0, 3.0])
HOOKED = Trace((Seen(0, 3, calls(1.0, 2.0)), Seen(1, 4, number(7.0))))


def outcome_of(observed: Trace) -> tuple[str, str]:
    found = judge(program_of(hooked), HOOKED, observed)
    return found.outcome.value, found.detail.reason


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (calls(1.0, 2.0), ("pass", "")),
        (calls(1.0, 3.0), ("fail", "call 2 of 2: another number")),
        (calls(2.0, 1.0), ("fail", "call 1 of 2: another number")),
        (calls(0.5, 2.0), ("lenient", "call 1 of 2: right in another way: halved")),
        (calls(3.0, 3.0), ("lenient", "right in another way: both at once")),
        (calls(1.0), ("fail", "called once, not 2 times")),
        (calls(1.0, 2.0, 2.0), ("fail", "called 3 times, not 2 times")),
        (number(1.0), ("fail", "not observed in a call")),
    ],
)
def test_calls_are_compared_one_by_one(seen, said):
    """Order and number count; an alternative may be of one call, or of all of them."""
    assert outcome_of(replace(HOOKED, seen=(Seen(0, 3, seen), HOOKED.seen[1]))) == said


def test_what_is_absent_is_told_as_what_it_is():
    """A function that is not called, and an observation that is not made."""
    first, second = HOOKED.seen
    assert outcome_of(Trace((second,))) == ("fail", "never called, though PyTorch calls it")
    assert outcome_of(Trace((first,))) == ("fail", "never reached")


def test_the_order_among_labels_is_nobodys_promise():
    """Which of two functions is called first is asked by one that both share."""
    first, second = HOOKED.seen
    assert outcome_of(Trace((second, first))) == ("pass", "")


def test_what_is_seen_too_much_counts_before_what_comes_after():
    """The first deviation decides, and a surplus is one where it stands."""
    expected = Trace((HOOKED.seen[1],))
    wrong = Seen(1, 4, number(8.0))
    for seen, reason in (
        ((HOOKED.seen[0], wrong), "called where PyTorch does not call it"),
        ((wrong, HOOKED.seen[0]), "another number"),
        ((HOOKED.seen[1], HOOKED.seen[0]), "called where PyTorch does not call it"),
    ):
        found = judge(program_of(hooked), expected, Trace(seen))
        assert (found.outcome, found.detail.reason) == (Outcome.FAIL, reason)


def test_a_reference_that_ends_early_is_our_own_fault():
    """Whatever the library did."""
    found = judge(program_of(hooked), Trace((), Stop("raised", 2, (), "no torch")), HOOKED)
    assert (found.outcome, found.detail.reason) == (
        Outcome.UNGRADED,
        "the reference raised no torch",
    )


def test_an_answer_to_no_question_is_nonsense():
    """A mark that the program does not have breaks the protocol, and not the judge."""
    found = judge(program_of(hooked), HOOKED, Trace((*HOOKED.seen, Seen(2, 9, RETURNED))))
    assert found.outcome is Outcome.PROTOCOL


def refused(lib):
    x = lib.make()
    lib.control("a.owner", x)
    with lib.raises("refusal"):
        x.first()
        x.second()
    lib.observe("after", x)


def steps_of(program: Program) -> tuple[int, int]:
    first, second = (s.number for s in program.walk() if s.op == "method")
    return first, second


@pytest.mark.parametrize(
    ("name", "late", "outcome", "early"),
    [
        ("RuntimeError", True, Outcome.PASS, False),
        ("ValueError", True, Outcome.LENIENT, False),
        ("ValueError", False, Outcome.ERROR, True),
        ("KeyError", True, Outcome.ERROR, True),
        ("Missing", False, Outcome.MISSING, True),
        ("Missing Misplaced", False, Outcome.MISSING, True),
    ],
)
def test_an_accident_in_the_first_refusal_is_early(name, late, outcome, early):
    """Nothing was observed yet, so the owners may be to blame; a control is no observation."""
    program = program_of(refused)
    steps = steps_of(program)
    control, after = Seen(0, 2, number(1.0)), Seen(2, 9, number(1.0))
    expected = Trace((control, Seen(1, 3, raised("RuntimeError", steps[1])), after))
    seen = raised(name, steps[1] if late else steps[0])
    found = judge(program, expected, Trace((control, Seen(1, 3, seen), after)))
    assert (found.outcome, found.early, found.owner) == (outcome, early, "")
    assert found.absent == (name == "Missing")


@pytest.mark.parametrize("misplaced", [False, True])
def test_a_name_is_absent_only_where_it_belongs(misplaced):
    """What is asked of a plain number, where a tensor is due, says little about the library."""
    program = program_of(refused)
    names = ("Missing", *(("Misplaced",) if misplaced else ()), "Exception")
    stop = Stop("missing", 1, names, "no exp", "", "no exp")
    found = judge(program, Trace((Seen(0, 2, number(1.0)),)), Trace((), stop))
    assert (found.outcome, found.absent) == (Outcome.MISSING, not misplaced)


def test_a_control_that_can_not_be_read_names_its_owner():
    """The replay ends at the control's own step or before it: the control is wrong."""
    program = program_of(refused)
    step = next(s.number for s in program.walk() if s.mark == 0)
    expected = Trace((Seen(0, step, number(1.0)),))
    for at in (step, step - 1):
        stop = Stop("unreadable", at, ("Unreadable",), "an array of dtype object")
        found = judge(program, expected, Trace((), stop))
        assert (found.outcome, found.owner, found.early) == (Outcome.FAIL, "a.owner", True)
        assert found.detail.observed == "an array of dtype object"


def warned(*names: str) -> Value:
    return Value("warned", items=tuple(Value("text", names=(n, "Warning")) for n in names))


@pytest.mark.parametrize(
    ("want", "got", "said"),
    [
        (warned("UserWarning"), warned("FutureWarning", "UserWarning"), ("pass", "")),
        (warned("UserWarning"), warned("Special"), ("lenient", "warned with another category")),
        (warned("UserWarning"), warned(), ("lenient", "right in another way: keeps quiet")),
        (warned("UserWarning"), number(1.0), ("fail", "raised where PyTorch warns")),
        (warned(), warned("UserWarning"), ("fail", "warned where PyTorch is silent")),
    ],
)
def test_warnings_are_compared_by_category(want, got, said):
    """A category counts with all that derive from it, and silence may be an alternative."""

    def body(lib):
        with lib.warns("warnings"):
            x = lib.make()
        lib.observe("x", x)

    program = program_of(body)
    quiet = alternative("keeps quiet", predicate="silent")
    marks = (replace(program.marks[0], accept=(quiet,)), *program.marks[1:])
    tail = Seen(1, 4, number(1.0))
    found = judge(
        replace(program, marks=marks),
        Trace((Seen(0, 1, want), tail)),
        Trace((Seen(0, 1, got), tail)),
    )
    assert (found.outcome.value, found.detail.reason) == said
