"""Blame: one root for many deviations, and no mark lost without a reason."""

from __future__ import annotations

import pytest

from gradmark.blame import blame, settle, suspects, unblocks
from gradmark.judge import Judgement
from gradmark.verdict import Detail, Outcome, Verdict

WRONG = Detail(label="control: a.one", owner="a.one", reason="another number")


def control(outcome: Outcome = Outcome.FAIL) -> Judgement:
    return Judgement(outcome, WRONG, owner="a.one")


def told(*verdicts: Verdict) -> dict[str, Verdict]:
    return {v.id: v for v in verdicts}


def test_a_wrong_control_waits_for_its_owner():
    """The owner deviates, so this behaviour can't be asked: it names the owner."""
    known = told(Verdict("a.one", Outcome.FAIL))
    found = blame("b.two", control(), ["a.one"], known.get)
    assert (found.outcome, found.root, found.detail) == (Outcome.BLOCKED, "a.one", WRONG)


@pytest.mark.parametrize("outcome", [Outcome.PASS, Outcome.LENIENT])
def test_a_wrong_control_is_its_own_fault_where_the_owner_holds(outcome):
    """What works by itself and fails here fails here."""
    found = blame("b.two", control(), ["a.one"], told(Verdict("a.one", outcome)).get)
    assert (found.outcome, found.root) == (Outcome.FAIL, "")


def test_a_wrong_control_is_its_own_fault_where_the_owner_is_unknown():
    """Without a verdict of the owner there is nobody else to blame."""
    assert blame("b.two", control(), ["a.one"], lambda _: None).outcome is Outcome.FAIL


def test_only_the_owner_of_the_control_is_suspected():
    """Another owner's failure does not excuse this control."""
    known = told(Verdict("a.one", Outcome.PASS), Verdict("a.zero", Outcome.FAIL))
    found = blame("b.two", control(), ["a.zero", "a.one"], known.get)
    assert found.outcome is Outcome.FAIL


def test_the_root_is_named_through_a_chain():
    """A blocked owner hands on whom it waits for itself."""
    known = told(Verdict("a.one", Outcome.BLOCKED, root="z.root"))
    assert blame("b.two", control(), ["a.one"], known.get).root == "z.root"


@pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.MISSING, Outcome.FAIL])
def test_an_early_exception_waits_for_any_owner(outcome):
    """Before the first observation an exception counts as a wrong control."""
    early = Judgement(outcome, Detail(), early=True)
    known = told(Verdict("a.one", Outcome.PASS), Verdict("a.two", Outcome.CRASH))
    found = blame("b.two", early, ["a.one", "a.two"], known.get)
    assert (found.outcome, found.root) == (Outcome.BLOCKED, "a.two")
    assert blame("b.two", early, ["a.one"], known.get).outcome is outcome
    assert blame("b.two", early, [], known.get).outcome is outcome


def test_a_late_deviation_is_ones_own():
    """What was observed wrongly is this behaviour's, whatever its owners did."""
    late = Judgement(Outcome.FAIL, Detail())
    known = told(Verdict("a.one", Outcome.FAIL))
    assert blame("b.two", late, ["a.one"], known.get).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "outcome", [Outcome.TIMEOUT, Outcome.CRASH, Outcome.MEMORY, Outcome.PROTOCOL, Outcome.UNGRADED]
)
def test_losing_the_worker_outranks_all(outcome):
    """A crash is a crash, even if an owner crashed too."""
    known = told(Verdict("a.one", Outcome.CRASH))
    found = blame("b.two", Judgement(outcome, Detail(), early=True), ["a.one"], known.get)
    assert (found.outcome, found.root) == (outcome, "")


def test_an_ungraded_owner_leaves_one_ungraded():
    """Our own fault is nobody's zero; but a root that deviates is found behind it."""
    lost = Verdict("a.one", Outcome.UNGRADED)
    found = blame("b.two", control(), ["a.one"], told(lost).get)
    assert (found.outcome, found.root) == (Outcome.UNGRADED, "a.one")
    early = Judgement(Outcome.ERROR, Detail(), early=True)
    known = told(lost, Verdict("a.two", Outcome.FAIL))
    assert blame("b.two", early, ["a.one", "a.two"], known.get).root == "a.two"


def test_who_holds_suspects_nobody():
    """Owners are asked about deviations only."""
    assert suspects(Judgement(Outcome.LENIENT, Detail(), early=True), ["a.one"]) == ()
    assert suspects(control(), ["a.two"]) == ("a.one",)
    both = Judgement(Outcome.FAIL, Detail(), owner="a.one", early=True)
    assert suspects(both, ["a.zero", "a.one"]) == ("a.one", "a.zero")


def test_a_blocked_verdict_that_leads_nowhere_is_ungraded():
    """No mark is lost to a root that holds, waits itself, or does not exist."""
    verdicts = [
        Verdict("a.fails", Outcome.FAIL),
        Verdict("a.holds", Outcome.PASS),
        Verdict("b.one", Outcome.BLOCKED, WRONG, root="a.fails"),
        Verdict("b.two", Outcome.BLOCKED, WRONG, root="a.holds"),
        Verdict("b.three", Outcome.BLOCKED, root="b.one"),
        Verdict("b.four", Outcome.BLOCKED, root="b.four"),
        Verdict("b.five", Outcome.BLOCKED, root="a.gone"),
        Verdict("b.six", Outcome.BLOCKED),
    ]
    settled = {v.id: v for v in settle(verdicts)}
    assert [i for i, v in settled.items() if v.outcome is Outcome.BLOCKED] == ["b.one"]
    assert settled["b.two"].outcome is Outcome.UNGRADED
    assert settled["b.two"].detail.label == "control: a.one"
    assert settled["b.two"].detail.reason == "blocked by a.holds, which is not at fault"


def test_in_a_partial_run_the_root_may_be_elsewhere():
    """The root was asked, but it was not selected."""
    (kept,) = settle([Verdict("b.one", Outcome.BLOCKED, root="a.gone")], partial=True)
    assert kept.outcome is Outcome.BLOCKED
    (lost,) = settle([Verdict("b.one", Outcome.BLOCKED)], partial=True)
    assert lost.outcome is Outcome.UNGRADED


def test_roots_are_counted_by_what_waits_for_them():
    """Repairing the largest first helps most."""
    blocked = [Verdict(f"b.{n}", Outcome.BLOCKED, root="a.one") for n in "xyz"]
    other = [Verdict("a.one", Outcome.FAIL), Verdict("c.x", Outcome.BLOCKED, root="a.two")]
    assert unblocks([*blocked, *other]) == {"a.one": 3, "a.two": 1}


def absent(lacks: str) -> Judgement:
    return Judgement(Outcome.MISSING, Detail(lacks=lacks), early=True, absent=True)


@pytest.mark.parametrize(
    ("owner", "outcome"),
    [
        (Verdict("a.one", Outcome.FAIL), Outcome.MISSING),
        (Verdict("a.one", Outcome.UNGRADED), Outcome.MISSING),
        (Verdict("a.one", Outcome.MISSING, Detail(lacks="no exp")), Outcome.MISSING),
        (Verdict("a.one", Outcome.MISSING, Detail(lacks="no *: 'T' and 'T'")), Outcome.MISSING),
        (Verdict("a.one", Outcome.MISSING, Detail(lacks="no +: 'T' and 'T'")), Outcome.BLOCKED),
    ],
)
def test_what_is_absent_waits_only_for_who_lacks_the_same(owner, outcome):
    """No repair of anything else brings the name; an operator is one, whatever its operands."""
    found = blame("b.two", absent("no +: 'int' and 'T'"), ["a.one"], told(owner).get)
    assert (found.outcome, found.root) == (outcome, "a.one" * (outcome is Outcome.BLOCKED))


def test_who_changes_nothing_in_place_lacks_that_once():
    """One augmented assignment after another is no new gap."""
    lacking = Detail(lacks="T has no in-place +=")
    known = told(Verdict("a.one", Outcome.MISSING, lacking))
    found = blame("b.two", absent("T has no in-place *="), ["a.one"], known.get)
    assert (found.outcome, found.root) == (Outcome.BLOCKED, "a.one")


def test_what_is_absent_passes_over_an_owner_that_lacks_another_thing():
    """The next owner may lack the same."""
    known = told(
        Verdict("a.one", Outcome.FAIL),
        Verdict("a.two", Outcome.BLOCKED, Detail(lacks="no exp"), root="a.root"),
    )
    found = blame("b.two", absent("no exp"), ["a.one", "a.two"], known.get)
    assert (found.outcome, found.root) == (Outcome.BLOCKED, "a.root")
