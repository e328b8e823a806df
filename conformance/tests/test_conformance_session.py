"""Sessions: who is asked, how often, in which worker, and what is kept."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from gradmark.behaviour import Behaviour, Level, Spec, owners
from gradmark.errors import GradmarkError
from gradmark.levels import counts, holds
from gradmark.program import Program
from gradmark.session import Answer, BackendInfo, Session
from gradmark.trace import Seen, Stop, Trace, Value
from gradmark.verdict import Outcome, Verdict

ONE, TWO = Value("text", text="right"), Value("text", text="wrong")
EARLY = Stop("raised", 1, ("ValueError",), "broken before anything was seen")


def trace(value: Value, program: Program) -> Trace:
    return Trace(tuple(Seen(s.mark, s.number, value) for s in program.steps if s.mark is not None))


class Reference:
    answers, version, is_the_specs = "live", "0", True

    def expected(self, program: Program) -> Trace:
        return trace(ONE, program)


class Backend:
    """A library in name: ``answers`` says what it does to a behaviour after others ran."""

    info = BackendInfo("fake")

    def __init__(self, spec: Spec, answers: Callable[[str, list[str]], Any]) -> None:
        self.ids = {b.program().key: b.id for b in spec}
        self.answers = answers
        self.worker: list[str] = []
        self.log: list[tuple[str, bool]] = []

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        identity = self.ids[program.key]
        self.worker = [] if fresh else self.worker
        self.log.append((identity, fresh))
        answer = self.answers(identity, list(self.worker))
        self.worker.append(identity)
        if isinstance(answer, Outcome):
            self.worker = []
            return Answer(None, answer, f"lost by {identity}", "last words")
        return Answer(answer if isinstance(answer, Trace) else trace(answer, program))

    def close(self) -> None:
        """Nothing to let go of."""


def made(identity: str, *after: str, control: str = "") -> Behaviour:
    def body(lib):
        x = lib.make(identity)
        if control:
            lib.control(control, x)
        lib.observe("value", x)

    return Behaviour(identity, "X does Y", Level.MUST, "tensor", body, after=after)


def session(spec: Spec, answers: Callable[[str, list[str]], Any]) -> tuple[Session, Backend]:
    backend = Backend(spec, answers)
    return Session(spec, backend, Reference()), backend


def outcomes(found: Session, order: list[str]) -> dict[str, tuple[str, str]]:
    verdicts = [found.verdict(identity) for identity in order]
    return {v.id: (v.outcome.value, v.root) for v in sorted(verdicts, key=lambda v: v.id)}


TEN = Spec(tuple(made(f"a.x{n}") for n in range(10)))


def test_who_passes_is_asked_once():
    """A library without fault costs one question a behaviour, in one worker."""
    found, backend = session(TEN, lambda identity, before: ONE)
    assert [v.outcome for v in found.run()] == [Outcome.PASS] * 10
    assert [fresh for _, fresh in backend.log] == [False] * 10
    assert found.verdict("a.x3").outcome is Outcome.PASS
    assert len(backend.log) == 10


def test_a_deviation_is_asked_again_in_a_fresh_worker():
    """What is wrong twice is believed; the first worker was fresh as it was."""
    found, backend = session(TEN, lambda identity, before: TWO)
    assert {v.outcome for v in found.run()} == {Outcome.FAIL}
    assert backend.log[:3] == [("a.x0", False), ("a.x1", False), ("a.x1", True)]
    assert len(backend.log) == 19


def leaking(identity: str, before: list[str]) -> Value:
    return TWO if "a.x4" in before else ONE


def test_who_leaves_something_behind_is_named():
    """The fresh worker decides, and the note says who poisoned the other one."""
    found, _ = session(TEN, leaking)
    verdicts = {v.id: v for v in found.run()}
    assert {v.outcome for v in verdicts.values()} == {Outcome.PASS}
    assert [i for i, v in verdicts.items() if v.note] == ["a.x5"]
    assert verdicts["a.x5"].note.startswith("a.x4 left something behind")


@pytest.mark.parametrize("culprit", range(9))
def test_every_poisoner_can_be_named(culprit):
    """Halving the history finds the last one whose absence heals, wherever it stands."""
    name = f"a.x{culprit}"
    found, backend = session(TEN, lambda i, before: TWO if i == "a.x9" and name in before else ONE)
    last = list(found.run())[-1]
    assert (last.outcome, last.note[:4]) == (Outcome.PASS, name)
    assert len(backend.log) < 50


def test_what_only_several_cause_has_no_name():
    """A note without a culprit is better than a wrong one."""
    both = {"a.x1", "a.x6"}
    found, _ = session(TEN, lambda i, before: TWO if both <= set(before) else ONE)
    notes = [v.note for v in found.run() if v.note]
    assert notes == ["another answer than in a fresh worker, which decides"]


def test_the_next_program_after_a_search_has_a_worker_of_its_own():
    """What was tried to find the culprit poisons nobody."""
    found, backend = session(TEN, leaking)
    list(found.run())
    at = max(n for n, (identity, _) in enumerate(backend.log) if identity == "a.x5")
    assert backend.log[at + 1] == ("a.x6", True)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_makes_no_difference(seed):
    """Forwards, backwards and shuffled, a leaking and dying library gets the same verdicts."""
    spec = Spec(
        (*TEN.behaviours, made("b.one", "a.x3"), made("b.two", control="b.one"), made("c.one"))
    )

    def answers(identity: str, before: list[str]) -> Any:
        if identity in {"a.x3", "b.one"}:
            return Trace((), EARLY)
        if identity in {"a.x7", "c.one"}:
            return {"a.x7": Outcome.CRASH, "c.one": Outcome.TIMEOUT}[identity]
        return TWO if identity == "b.two" or {"a.x2", "a.x8"} & set(before) else ONE

    order = [b.id for b in spec]
    forwards = outcomes(session(spec, answers)[0], order)
    assert forwards["b.one"] == forwards["b.two"] == ("blocked", "a.x3")
    assert outcomes(session(spec, answers)[0], order[::-1]) == forwards
    random.Random(seed).shuffle(order)
    assert outcomes(session(spec, answers)[0], order) == forwards


def test_dying_costs_one_program():
    """The next one is asked in a fresh worker, and the loss outranks what an owner did."""
    spec = Spec((made("a.one"), made("a.two", "a.one"), made("a.three")))
    lost = {"a.one": TWO, "a.two": Outcome.CRASH, "a.three": ONE}
    found, backend = session(spec, lambda identity, before: lost[identity])
    verdicts = list(found.run())
    assert [v.outcome for v in verdicts] == [Outcome.FAIL, Outcome.CRASH, Outcome.PASS]
    assert verdicts[1].detail.reason == "lost by a.two"
    assert verdicts[1].detail.output == "last words"
    assert backend.log[-1] == ("a.three", False)


def test_a_timeout_is_tried_once_more_alone():
    """A slow moment is no verdict: the second answer decides, and no culprit is looked for."""
    times: list[bool] = []

    def once(identity: str, before: list[str]) -> Any:
        if identity == "a.x6":
            times.append(not before)
            return Outcome.TIMEOUT if len(times) == 1 else ONE
        return ONE

    found, backend = session(TEN, once)
    verdict = {v.id: v for v in found.run()}["a.x6"]
    assert (verdict.outcome, times) == (Outcome.PASS, [False, True])
    assert "took too long at first" in verdict.note
    assert len(backend.log) == 11


def test_the_first_program_may_time_out_too():
    """Even in a worker that was fresh already, once is not believed."""
    found, backend = session(TEN, lambda identity, before: Outcome.TIMEOUT)
    assert found.verdict("a.x0").outcome is Outcome.TIMEOUT
    assert backend.log == [("a.x0", False), ("a.x0", True)]


def test_time_outs_are_believed_in_the_end():
    """An engine that hangs everywhere costs twice the limit three times, and then once."""
    found, backend = session(TEN, lambda identity, before: Outcome.TIMEOUT)
    assert {v.outcome for v in found.run()} == {Outcome.TIMEOUT}
    assert len(backend.log) == 13


def test_a_timeout_of_the_second_answer_is_tried_once_more_too():
    """Wrong, then late, then wrong again: it is wrong."""
    answers = iter([ONE, TWO, Outcome.TIMEOUT, TWO])
    found, _ = session(TEN, lambda identity, before: next(answers))
    found.verdict("a.x0")
    verdict = found.verdict("a.x1")
    assert (verdict.outcome, verdict.note) == (Outcome.FAIL, "")


def test_a_liar_is_judged_by_the_fresh_worker():
    """Whoever answers differently every time is told so, and nothing breaks."""
    answers = iter([TWO, ONE] * 200)
    found, _ = session(TEN, lambda identity, before: next(answers))
    verdicts = list(found.run())
    assert {v.outcome for v in verdicts} <= {Outcome.PASS, Outcome.FAIL}
    assert any("differs from run to run" in v.detail.reason for v in verdicts)


@pytest.mark.parametrize(
    "nonsense",
    [
        Trace((Seen(99, 1, ONE),)),
        Trace((Seen(0, 2, Value("raised")),)),
        Trace((Seen(0, 2, Value("tensor", "float99", (3,))),)),
        Trace((), Stop("raised", 10**9)),
        Trace(),
    ],
)
def test_nonsense_is_the_librarys(nonsense):
    """Whatever is sent in the right form gets a verdict, and never our own fault."""
    found, _ = session(TEN, lambda identity, before: nonsense)
    verdict = found.verdict("a.x0")
    assert not verdict.outcome.holds
    assert verdict.outcome is not Outcome.UNGRADED


def test_a_mistake_of_ours_is_ungraded_and_the_run_goes_on():
    """A reference or a judge that breaks is nobody's zero."""

    class Broken(Reference):
        def expected(self, program: Program) -> Trace:
            if program.steps[0].args == ("a.x1",):
                raise OSError("the answers are gone")
            return super().expected(program)

    found = Session(TEN, Backend(TEN, lambda identity, before: ONE), Broken())
    verdicts = {v.id: v for v in found.run()}
    assert [i for i, v in verdicts.items() if v.outcome is Outcome.UNGRADED] == ["a.x1"]
    assert "OSError: the answers are gone" in verdicts["a.x1"].detail.reason
    assert "test_conformance_session.py" in verdicts["a.x1"].detail.traceback


def test_what_a_backend_says_to_the_user_reaches_the_user():
    """A library that can't be opened is not a library that fails."""

    def closed(identity: str, before: list[str]) -> Any:
        raise GradmarkError("import-failed", "it can't be imported")

    with pytest.raises(GradmarkError, match="import-failed"):
        session(TEN, closed)[0].verdict("a.x0")


def test_an_unknown_behaviour_is_a_users_mistake():
    """Near matches are offered."""
    with pytest.raises(GradmarkError, match=r"did you mean a\.x1"):
        session(TEN, leaking)[0].verdict("a.x11")


def test_owners_are_asked_only_where_it_matters():
    """One behaviour that passes is one question; one that deviates asks for its owners."""
    spec = Spec((made("a.one"), made("a.two", "a.one"), made("b.one", "a.two")))
    found, backend = session(spec, lambda identity, before: ONE)
    found.verdict("b.one")
    assert backend.log == [("b.one", False)]
    found, backend = session(spec, lambda identity, before: Trace((), EARLY))
    verdict = found.verdict("b.one")
    assert (verdict.outcome, verdict.root) == (Outcome.BLOCKED, "a.one")
    assert {identity for identity, _ in backend.log} == {"a.one", "a.two", "b.one"}


def test_a_long_chain_of_owners_needs_no_stack():
    """A thousand behaviours, each waiting for the next, and one root."""
    chain = [made(f"a.x{n}", f"a.x{n + 1}") for n in range(1_000)]
    spec = Spec((*chain, made("a.x1000")))
    found, _ = session(spec, lambda identity, before: Trace((), EARLY))
    verdict = found.verdict("a.x0")
    assert (verdict.outcome, verdict.root) == (Outcome.BLOCKED, "a.x1000")
    assert found.verdict("a.x1000").outcome is Outcome.ERROR


@pytest.mark.parametrize("order", [["a.x", "b.x", "c.x"], ["c.x", "b.x", "a.x"]])
def test_a_cycle_of_owners_is_our_own_fault(order):
    """Nobody can be blamed in a circle, wherever one enters it; who passes is not concerned."""
    spec = Spec((made("a.x", "b.x"), made("b.x", "a.x"), made("c.x", "a.x")))

    def answers(identity: str, before: list[str]) -> Any:
        return ONE if identity == "b.x" else Trace((), EARLY)

    found, _ = session(spec, answers)
    verdicts = outcomes(found, order)
    assert {i: o for i, (o, _) in verdicts.items()} == {
        "a.x": "ungraded", "b.x": "pass", "c.x": "ungraded",
    }  # fmt: skip
    assert "owners in a cycle" in found.verdict("a.x").detail.reason


def test_levels_decide_what_counts_and_what_holds():
    """A lenient answer meets a must only; details count in profile torch."""
    must, should, detail = (
        Behaviour("a.one", "X does Y", level, "tensor", lambda lib: None) for level in Level
    )
    assert counts(must, "scalar", strict=False)
    assert [counts(should, "torch", strict=s) for s in (False, True)] == [False, True]
    assert [counts(detail, p, strict=True) for p in ("tensor", "torch")] == [False, True]
    lenient = Verdict("a.one", Outcome.LENIENT)
    assert [holds(b, lenient) for b in (must, should, detail)] == [True, False, False]


def test_memory_does_not_grow_with_the_number_of_programs():
    """A thousand failures with long explanations cost next to nothing once handed over."""
    spec = Spec(tuple(made(f"a.x{n}") for n in range(1_600)))
    long = Stop("raised", 1, ("ValueError",), "m" * 2_000, "t" * 6_000)

    class Plain(Backend):
        def __init__(self) -> None:
            self.log = []

        def ask(self, program: Program, *, fresh: bool = False) -> Answer:
            stop = Stop(long.reason, 1, long.names, f"{program.key}{long.message}", "t" * 6_000)
            return Answer(Trace((), stop), output="o" * 2_000)

    found = Session(spec, Plain(), Reference())
    for behaviour in spec:
        owners(behaviour)
    verdicts = found.run()
    for _ in range(600):
        next(verdicts)
    tracemalloc.start()
    for _ in range(1_000):
        next(verdicts)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 4_500_000  # of which the kept ones: 256 × 10 kB
    assert found.verdict("a.x0").detail.reason == "raised where PyTorch does not"
