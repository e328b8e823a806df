"""A session: for each behaviour ask the reference, ask the backend, judge, and settle the blame."""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from gradmark.behaviour import Behaviour, Spec, owners_first
from gradmark.blame import blame, suspects
from gradmark.compare import Conventions
from gradmark.judge import Judgement, alike, judge
from gradmark.lower import is_pure
from gradmark.order import ONE_QUESTION, one_answer, one_question, order_matters, wavers
from gradmark.poison import culprit
from gradmark.program import Program
from gradmark.questions import Questions
from gradmark.trace import Trace, cut
from gradmark.verdict import LOST, Detail, Outcome, Verdict

HISTORY_LIMIT = 1_000
"""Programs that a worker's history keeps, for naming the one that poisoned it."""

REPEATS = 6
"""How often a library that is not steady is asked again what depends on the order of a walk."""

REPEAT_SECONDS = 0.03
"""Time after which it is not asked any more."""

BELIEVED = 3
"""Time-outs that came twice, after which one is enough: each costs all of a program's time."""

KEPT_WHOLE = 256
"""Verdicts that are kept with all their detail after they were handed over."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a backend said to one program: a trace, or how its worker was lost."""

    trace: Trace | None
    lost: Outcome | None = None
    reason: str = ""
    output: str = ""
    """The tail of what the library printed, for show."""
    loaded: tuple[str, ...] = ()
    """Packages and native libraries that its worker has loaded since it was asked before."""


@dataclass(frozen=True, slots=True)
class BackendInfo:
    """Who is under test, as every header and report says it."""

    name: str
    version: str = ""
    library: str = ""
    adapter: str = ""
    where: str = ""
    python: str = ""
    isolation: int = 0
    profile: str = "tensor"
    recognised: tuple[str, ...] = ()
    spelling: tuple[tuple[str, str], ...] = ()
    """PyTorch's names with the library's, for scripts."""
    search_path: tuple[str, ...] = ()
    packages: tuple[str, ...] | None = None
    """The installed packages that it may import besides NumPy; None where there is no such list."""
    needs: tuple[str, ...] = ()
    """What it was allowed beyond others: a compiler at run time, threads, a GPU."""
    loaded: tuple[str, ...] = ()
    """Packages and native libraries that were loaded when it was imported."""
    conventions: Conventions = field(default_factory=Conventions)
    delivery: str = "attribute"
    """How gradients are handed over: by attribute, returned, or by transform."""


class Backend(Protocol):
    """The library under test, wherever it runs.

    One that works beside us has two things more. What is put into its attribute ``meanwhile`` is
    called while the library works, again and again until that says false or the answer is there.
    Its method ``begin(program)`` sends what is asked next, unless all signs deceive.
    """

    @property
    def info(self) -> BackendInfo:
        """Say who is under test."""

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        """Replay one program; ``fresh`` asks a worker that has run nothing before."""

    def close(self) -> None:
        """Let go of processes and folders."""


class Reference(Protocol):
    """What PyTorch answers.

    ``answers`` says how: ``live`` where it is asked now, ``recorded`` where it was asked before.
    One that has a method ``diagnosed(program, graph, step)`` is asked to fill in the graph of what
    fails: what is saved, and which gradients pass inside.
    """

    @property
    def answers(self) -> str:
        """Return how it answers."""

    @property
    def version(self) -> str:
        """Return the version that answers."""

    @property
    def is_the_specs(self) -> bool:
        """Say whether this is the PyTorch that the spec speaks about."""

    def expected(self, program: Program) -> Trace:
        """Return PyTorch's trace of a program."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of asking about one behaviour, before the blame is settled."""

    judgement: Judgement
    owners: tuple[str, ...] = ()
    output: str = ""
    note: str = ""
    seconds: float = 0.0
    loaded: tuple[str, ...] = ()


class Session:
    """One run of a spec against one backend. Every behaviour is judged once, owners first."""

    def __init__(
        self,
        spec: Spec,
        backend: Backend,
        reference: Reference,
        *,
        seed: int = 0,
        repeats: int = REPEATS,
        graded: bool = False,
    ) -> None:
        """Prepare a run; nothing is asked yet.

        ``spec`` holds all behaviours that may own a control, also those that are not run. Whoever
        is ``graded`` is not believed to be steady everywhere for being so in one question.
        """
        self.spec = spec
        self.backend = backend
        self.reference = reference
        self.seed = seed
        self.repeats = repeats
        self._known = {b.id: b for b in spec}
        self._verdicts: dict[str, Verdict] = {}
        self._sound: dict[str, Behaviour] = {}
        self._handed: deque[str] = deque()
        self._history: deque[str] = deque(maxlen=HISTORY_LIMIT)
        self._loaded: tuple[str, ...] = ()
        self._stale = False
        self._steady: bool | None = False if graded else None
        self._confirmed = 0
        self._questions = Questions(spec, reference, seed, self._verdicts)
        if hasattr(backend, "meanwhile"):
            backend.meanwhile = self._questions.prepare

    def run(self) -> Iterator[Verdict]:
        """Judge every behaviour, in the spec's order."""
        self.expect(self._known)
        for behaviour in self.spec:
            yield self.verdict(behaviour.id)

    def expect(self, identities: Iterable[str]) -> None:
        """Learn which verdicts will be wanted, and prepare them while the library works."""
        self._questions.expect(identities)

    def verdict(self, identity: str) -> Verdict:
        """Return a behaviour's verdict, judging it and the owners that matter now if need be.

        What is long about a verdict is kept for a while only: asked for again much later, a verdict
        has its outcome, root and reason. Raises `GradmarkError` for an unknown behaviour.
        """
        if identity not in self._known:
            self.spec.get(identity)
        waiting = [identity]
        asked: dict[str, _Asked] = {}
        while waiting:
            current = waiting[-1]
            if current in self._verdicts:
                waiting.pop()
                continue
            if current not in asked:
                asked[current] = self._asked(self._known[current])
            found = asked[current]
            suspected = suspects(found.judgement, found.owners)
            if suspected and (problem := self._unsound(current)):
                found = replace(found, judgement=problem)
                suspected = ()
            first = [s for s in suspected if s in self._known and s not in self._verdicts]
            if first:
                waiting += reversed(first)
                continue
            self._verdicts[current] = self._settled(current, found)
            waiting.pop()
        return self._hand_over(identity)

    def _unsound(self, identity: str) -> Judgement | None:
        """Say what is wrong with the owners of a behaviour, whatever was asked before."""
        try:
            owners_first(self._known[identity], self._known, self._sound, self.seed)
        except Exception as error:  # noqa: BLE001 - one broken behaviour must not end the run
            return _broken("there is no telling whose fault it is", error)
        return None

    def _settled(self, identity: str, asked: _Asked) -> Verdict:
        verdict = blame(identity, asked.judgement, asked.owners, self._verdicts.get)
        return replace(
            verdict,
            detail=replace(verdict.detail, output=asked.output) if asked.output else verdict.detail,
            seconds=asked.seconds,
            note=asked.note,
            loaded=asked.loaded,
        )

    def _hand_over(self, identity: str) -> Verdict:
        verdict = self._verdicts[identity]
        if verdict.outcome is not Outcome.PASS:
            self._handed.append(identity)
        elif not self._stale:
            self._begin()
        if len(self._handed) > KEPT_WHOLE:
            old = self._handed.popleft()
            if old not in self._handed:
                self._verdicts[old] = _brief(self._verdicts[old])
        return verdict

    def _asked(self, behaviour: Behaviour) -> _Asked:
        """Ask reference and backend about one behaviour. A mistake of ours is *ungraded*."""
        try:
            question = self._questions.of(behaviour)
        except Exception as error:  # noqa: BLE001 - one broken behaviour must not end the run
            return _Asked(_broken("it could not be asked", error))
        started = time.perf_counter()
        self._loaded = ()
        judgement, output, note = self._ask(behaviour.id, question.program, question.expected)
        seconds = time.perf_counter() - started
        return _Asked(judgement, question.owners, output, note, seconds, self._loaded)

    def _begin(self) -> None:
        """Let the library work on what is asked next while others write down what it said."""
        begin = getattr(self.backend, "begin", None)
        program = self._questions.next() if begin is not None else None
        if begin is not None and program is not None:
            begin(program)

    def _ask(self, identity: str, program: Program, expected: Trace) -> tuple[Judgement, str, str]:
        """Ask, and ask again in a fresh worker unless all is well; the second answer decides."""
        before = self._fresh_history() if self._stale else list(self._history)
        first, output = self._answer(identity, program, expected, fresh=self._stale)
        # Programs of single numbers are quick, and their engines the ones that walk sets.
        chains = self._known[identity].profile == "scalar"
        repeating = self.repeats and first.outcome is Outcome.PASS
        if repeating and order_matters(program, chains=chains) and not self._is_steady():
            return self._steadied(identity, program, expected, first, output)
        if first.outcome in {Outcome.PASS, Outcome.UNGRADED}:
            return first, "", ""
        late = first.outcome is Outcome.TIMEOUT
        if late and self._confirmed >= BELIEVED:
            self._stale = True
            return first, output, ""
        if (not before or self._never_ran(program, first)) and not late:
            return first, output, ""
        second, output = self._answer(identity, program, expected, fresh=True)
        if second.outcome is Outcome.TIMEOUT and not late:
            second, output = self._answer(identity, program, expected, fresh=True)
        if alike(first, second):
            self._confirmed += late
            return second, output, ""
        if late:
            return second, output, "took too long at first, and not when it was asked again alone"
        culprit = self._culprit(before, program, expected, first)
        note = "another answer than in a fresh worker, which decides"
        if culprit:
            return second, output, f"{culprit} left something behind: {note}"
        if self.repeats and second.outcome is Outcome.PASS:
            second, output, told = self._steadied(identity, program, expected, second, output)
            note = told or note
        return second, output, note

    def _never_ran(self, program: Program, first: Judgement) -> bool:
        """Say whether a program was not replayed at all, so that another worker can't differ."""
        asks_more = self.backend.info.delivery != "attribute" and not is_pure(program.steps)
        return asks_more and first.outcome is Outcome.MISSING

    def _is_steady(self) -> bool:
        """Say whether the library is right in many graphs at once, and so in no order of chance."""
        if self._steady is None:
            question, right = one_question(), one_answer()
            said, _ = self._answer(ONE_QUESTION, question, right, fresh=self._stale)
            self._steady = said.outcome is Outcome.PASS
        return self._steady

    def _steadied(
        self, identity: str, program: Program, expected: Trace, passed: Judgement, output: str
    ) -> tuple[Judgement, str, str]:
        """Ask what was right a few times more: an answer that comes and goes is none."""
        until = time.perf_counter() + REPEAT_SECONDS
        wrong: Judgement | None = None

        def again() -> Iterator[bool]:
            nonlocal wrong, output
            for _ in range(self.repeats):
                judgement, printed = self._answer(identity, program, expected, fresh=self._stale)
                good = judgement.outcome is Outcome.PASS
                if not good and wrong is None:
                    wrong, output = judgement, printed
                yield good
                if judgement.outcome in LOST | {Outcome.UNGRADED}:
                    return
                if wrong is None and time.perf_counter() > until:
                    return

        if wavers(again()) and wrong is not None:
            reason = f"differs from run to run: {wrong.detail.reason}"
            outcome = wrong.outcome if wrong.outcome in LOST else Outcome.FAIL
            detail = replace(wrong.detail, reason=reason)
            return replace(wrong, outcome=outcome, detail=detail), output, "right in some runs"
        if wrong is not None:
            self._stale = True  # wrong ever after: its own second run is poisoned, not its first
        return passed, "", ""

    def _fresh_history(self) -> list[str]:
        self._history.clear()
        return []

    def _answer(
        self, identity: str, program: Program, expected: Trace, *, fresh: bool
    ) -> tuple[Judgement, str]:
        """Ask the backend once, and keep account of what its worker has run."""
        answer = self.backend.ask(program, fresh=fresh)
        self._stale = False
        if fresh or answer.lost is not None:
            self._history.clear()
        if answer.lost is None and (not self._history or self._history[-1] != identity):
            self._history.append(identity)
        self._loaded = tuple(dict.fromkeys((*self._loaded, *answer.loaded)))
        return self._say(program, expected, answer), answer.output

    def _say(self, program: Program, expected: Trace, answer: Answer) -> Judgement:
        if answer.lost is not None or answer.trace is None:
            outcome = answer.lost or Outcome.PROTOCOL
            return Judgement(outcome, Detail(reason=answer.reason, observed=answer.reason))
        try:
            return judge(program, expected, answer.trace, self.backend.info.conventions)
        except Exception as error:  # noqa: BLE001 - a bug of the judge's is no fault of the library
            return _broken("it could not be judged", error)

    def _culprit(
        self, history: list[str], program: Program, expected: Trace, wrong: Judgement
    ) -> str:
        """Name the program after which this one goes wrong, by halving the history."""

        def goes_wrong(before: list[str]) -> bool:
            for number, earlier in enumerate(before):
                other = earlier == ONE_QUESTION
                asked = one_question() if other else self._known[earlier].program(self.seed)
                self.backend.ask(asked, fresh=number == 0)
            answer = self.backend.ask(program, fresh=not before)
            return alike(self._say(program, expected, answer), wrong)

        found = culprit(history, goes_wrong)
        self._stale = True  # whatever was tried, the next program begins in a fresh worker
        return found


def _broken(reason: str, error: Exception) -> Judgement:
    said = cut(f"{type(error).__name__}: {error}")
    trace = cut("".join(traceback.format_exception(error)))
    return Judgement(
        Outcome.UNGRADED, Detail(reason=f"{reason}: {said}", message=said, traceback=trace)
    )


def _brief(verdict: Verdict) -> Verdict:
    said = verdict.detail
    detail = Detail(
        label=said.label,
        line=said.line,
        step=said.step,
        reason=cut(said.reason, 200),
        lacks=said.lacks,
    )
    return replace(verdict, detail=detail)
