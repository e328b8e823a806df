"""Points: exact, added up, and never a zero for what has no verdict."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from gradmark.assignment import Assignment, Group
from gradmark.grade import Grade, decimal, gate, grade, rounded, whole_numbers
from gradmark.run import Entry, Footer, Header, Run
from gradmark.verdict import Outcome, Verdict

IDS = ("a.x0", "a.x1", "a.x2", "b.y")
FIRST = Group("First", Fraction(10), IDS[:3])
SECOND = Group("Second", Fraction(5), IDS[3:])
PLAN = Assignment("One", "tensor", (FIRST, SECOND))


def entry(identity: str, outcome: Outcome, level: str = "must") -> Entry:
    holds = outcome.holds if level == "must" else outcome is Outcome.PASS
    return Entry(Verdict(identity, outcome), "A title", level, "tensor", True, True, holds)


def run(plan: Assignment, *outcomes: Outcome, **header: Any) -> Run:
    known = tuple(entry(i, o) for i, o in zip(IDS, outcomes, strict=False))
    made = Header(
        backend={"name": "mine", "isolation": 2},
        reference={"version": "2.13.0", "is_the_specs": True},
        profile="tensor",
        size=len(IDS),
        musts=len(IDS),
        assignment=plan.to_json(),
    )
    return Run(replace(made, **header), known, Footer({}, 0, 0.0, 0))


def graded(plan: Assignment, *outcomes: Outcome, **header: Any) -> Grade:
    found = grade(run(plan, *outcomes, **header))
    assert found is not None
    return found


PASS, FAIL, LENIENT = Outcome.PASS, Outcome.FAIL, Outcome.LENIENT


def test_shares_are_exact() -> None:
    """A third of ten points is ten thirds, and three of them are ten."""
    found = graded(PLAN, PASS, FAIL, FAIL, PASS)
    assert [g.earned for g in found.groups] == [Fraction(10, 3), Fraction(5)]
    assert found.earned == Fraction(25, 3)
    assert graded(PLAN, PASS, PASS, PASS, PASS).earned == 15
    assert [row.points for row in found.groups[0].rows] == [Fraction(10, 3)] * 3


def test_a_run_without_an_assignment_has_no_grade() -> None:
    """Points are what a teacher gives."""
    assert grade(run(PLAN, *[PASS] * 4, assignment={})) is None


def test_all_or_nothing() -> None:
    """Under the rule min the least worth decides over all the points of a group."""
    plan = replace(PLAN, groups=(replace(FIRST, rule="min"), SECOND))
    assert graded(plan, PASS, PASS, FAIL, PASS).earned == 5
    found = graded(plan, PASS, PASS, PASS, FAIL)
    assert found.earned == 10
    assert {row.points for row in found.groups[0].rows} == {None}


def test_what_lenient_is_worth_is_the_teachers() -> None:
    """Half of a share, if the file says so; and under min half of the group."""
    worth = {**PLAN.worth, LENIENT: Fraction(1, 2)}
    assert graded(replace(PLAN, worth=worth), LENIENT, PASS, PASS, PASS).earned == Fraction(40, 3)
    harsh = replace(PLAN, worth=worth, groups=(replace(FIRST, rule="min"), SECOND))
    assert graded(harsh, LENIENT, PASS, PASS, PASS).earned == 10


def test_a_should_wants_pytorchs_own_way() -> None:
    """Lenient meets a must, and is worth nothing for a should."""
    made = run(PLAN, LENIENT, PASS, PASS, PASS)
    first = entry(IDS[0], LENIENT, level="should")
    found = grade(replace(made, entries=(first, *made.entries[1:])))
    assert found is not None
    assert found.groups[0].earned == Fraction(20, 3)


@pytest.mark.parametrize(
    "outcome", [o for o in Outcome if o not in {PASS, LENIENT, Outcome.UNGRADED}]
)
def test_other_verdicts_are_worth_nothing(outcome: Outcome) -> None:
    """Whatever the reason: what does not hold earns no points, unless the file says so."""
    assert graded(PLAN, outcome, PASS, PASS, PASS).groups[0].earned == Fraction(20, 3)
    generous = replace(PLAN, worth={**PLAN.worth, outcome: Fraction(1, 4)})
    assert graded(generous, outcome, PASS, PASS, PASS).groups[0].earned == Fraction(15, 2)


def test_a_required_group_comes_first() -> None:
    """Nothing is earned before everything in the required group holds."""
    plan = replace(PLAN, groups=(FIRST, replace(SECOND, require=("First",))))
    found = graded(plan, PASS, PASS, FAIL, PASS)
    assert (found.groups[1].earned, found.groups[1].waits_for) == (Fraction(0), "First")
    assert [row.earned for row in found.groups[1].rows] == [0]
    assert graded(plan, PASS, LENIENT, PASS, PASS).earned == 15


def test_a_bonus_is_on_top() -> None:
    """It adds to what was earned, and not to what can be."""
    plan = replace(PLAN, groups=(FIRST, replace(SECOND, bonus=True)))
    found = graded(plan, PASS, PASS, PASS, PASS)
    assert (found.earned, found.points, found.share) == (
        Fraction(15),
        Fraction(10),
        Fraction(3, 2),
    )


def test_a_lenient_should_completes_no_group() -> None:
    """What earns nothing opens no other group either, and is not all that was asked."""
    plan = replace(PLAN, groups=(FIRST, replace(SECOND, require=("First",))))
    made = run(plan, LENIENT, PASS, PASS, PASS)
    first = entry(IDS[0], LENIENT, level="should")
    made = replace(made, entries=(first, *made.entries[1:]))
    found = grade(made)
    assert found is not None
    assert (found.groups[0].complete, found.groups[1].waits_for) == (False, "First")
    assert gate(made) == 1


def test_a_share_that_is_reached_exactly_is_enough() -> None:
    """99.9 typed is 99.9, though no float is."""
    plan = replace(
        PLAN, groups=(replace(FIRST, points=Fraction(999)), replace(SECOND, points=Fraction(1)))
    )
    assert gate(run(plan, PASS, PASS, PASS, FAIL), 99.9) == 0
    assert gate(run(plan, PASS, PASS, PASS, FAIL), 99.91) == 1


NO_GRADE = [
    ({}, (PASS, Outcome.UNGRADED, PASS, PASS), "1 ungraded"),
    ({}, (PASS, PASS), "2 behaviours were not asked, a.x2 for one"),
    ({"backend": {"isolation": 1}}, (PASS,) * 4, "isolation level 1, and a grade needs 2"),
    ({"reference": {"is_the_specs": False}}, (PASS,) * 4, "not the spec's reference"),
]


@pytest.mark.parametrize(("header", "outcomes", "words"), NO_GRADE)
def test_what_was_not_asked_is_no_zero(
    header: dict[str, Any], outcomes: tuple[Outcome, ...], words: str
) -> None:
    """There is no total, the reason is said, and a gate answers 3."""
    found = graded(PLAN, *outcomes, **header)
    assert (found.earned, found.share, found.passed) == (None, None, None)
    assert words in found.problems[0]
    assert gate(run(PLAN, *outcomes, **header)) == 3
    assert gate(run(PLAN, *outcomes, **header), 0) == 3


def test_a_run_without_an_end_has_no_grade() -> None:
    """The rest may have been lost."""
    found = grade(replace(run(PLAN, *[PASS] * 4), footer=None))
    assert found is not None
    assert found.problems == ("the run has no end",)


def test_one_ungraded_leaves_its_group_open_and_no_other() -> None:
    """What has a verdict can still be seen."""
    found = graded(PLAN, PASS, Outcome.UNGRADED, PASS, PASS)
    assert [g.earned for g in found.groups] == [None, 5]
    assert [row.earned for row in found.groups[0].rows] == [Fraction(10, 3), None, Fraction(10, 3)]


@pytest.mark.parametrize(
    ("mark", "under", "code"),
    [
        (None, None, 1), (Fraction(3, 4), None, 1), (Fraction(2, 3), None, 0), (None, 66.6, 0),
        (None, 66.7, 1), (Fraction(1), 50.0, 0),
    ],
)  # fmt: skip
def test_the_gate(mark: Fraction | None, under: float | None, code: int) -> None:
    """Ten of fifteen points: enough for what is asked, or not."""
    plan = replace(PLAN, pass_mark=mark)
    assert gate(run(plan, PASS, PASS, PASS, FAIL), under) == code


def test_without_points_the_musts_decide() -> None:
    """As exactly: three of four musts are 75 %, and a run without a score is none."""
    bare = run(PLAN, PASS, PASS, PASS, FAIL, assignment={})
    assert (gate(bare, 75), gate(bare, 75.1), gate(bare)) == (0, 1, 1)
    header = replace(bare.header, size=161, musts=250)
    many = Run(header, (entry(IDS[0], PASS),) * 161, bare.footer)
    assert (many.score, gate(many, 64.4)) == ((161, 250), 0)
    assert gate(run(PLAN, PASS, assignment={}, partial=True), 0) == 3


def test_without_a_mark_everything_has_to_hold() -> None:
    """A gate that nobody set is the strictest."""
    assert gate(run(PLAN, PASS, LENIENT, PASS, PASS)) == 0


@pytest.mark.parametrize(
    ("parts", "scale", "whole"),
    [
        ([Fraction(10, 3)] * 3, 1, [4, 3, 3]),
        ([Fraction(1, 3), Fraction(2, 3)], 1, [0, 1]),
        ([Fraction(1, 2)] * 2, 1, [1, 0]),
        ([Fraction(10, 3), Fraction(5, 3)], 100, [333, 167]),
        ([], 1, []),
    ],
)
def test_whole_numbers_add_up(parts: list[Fraction], scale: int, whole: list[int]) -> None:
    """The parts are rounded so that their sum is the rounded sum."""
    assert whole_numbers(parts, scale) == whole
    assert sum(whole) == rounded(sum(parts, Fraction(0)) * scale)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (Fraction(25, 3), 2, "8.33"), (Fraction(5), 2, "5"), (Fraction(5, 2), 2, "2.5"),
        (Fraction(1, 200), 2, "0.01"), (Fraction(-5, 2), 1, "-2.5"), (Fraction(2, 3), 0, "1"),
    ],
)  # fmt: skip
def test_points_for_people(value: Fraction, digits: int, text: str) -> None:
    """Rounded half up, without zeros at the end."""
    assert decimal(value, digits) == text
