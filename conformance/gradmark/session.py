"""A session: for each behaviour ask the reference, ask the backend, judge, and settle the blame."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from gradmark.behaviour import Behaviour, Level, Spec, owners
from gradmark.blame import blame
from gradmark.compare import Conventions
from gradmark.judge import Judgement, judge
from gradmark.program import Program
from gradmark.trace import Trace
from gradmark.verdict import LOST, Detail, Outcome, Verdict

HISTORY_LIMIT = 1_000
"""Programs that a worker's history keeps, for naming the one that poisoned it."""

SUSPECT_ROUNDS = 10
"""Fresh workers that naming a poisoner may cost."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a backend said to one program: a trace, or how its worker was lost."""

    trace: Trace | None
    lost: Outcome | None = None
    reason: str = ""
    output: str = ""
    """The tail of what the library printed, for show."""


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
    search_path: tuple[str, ...] = ()
    conventions: Conventions = field(default_factory=Conventions)


class Backend(Protocol):
    """The library under test, wherever it runs."""

    @property
    def info(self) -> BackendInfo:
        """Say who is under test."""

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        """Replay one program; ``fresh`` asks a worker that has run nothing before."""

    def close(self) -> None:
        """Let go of processes and folders."""


class Reference(Protocol):
    """What PyTorch answers."""

    @property
    def version(self) -> str:
        """Return the version that answers."""

    @property
    def is_the_specs(self) -> bool:
        """Say whether this is the PyTorch that the spec speaks about."""

    def expected(self, program: Program) -> Trace:
        """Return PyTorch's trace of a program."""


def counts(behaviour: Behaviour, profile: str, *, strict: bool) -> bool:
    """Say whether a deviation from a behaviour makes a run fail."""
    if behaviour.level is Level.MUST:
        return True
    if behaviour.level is Level.SHOULD:
        return strict
    return profile == "torch"


def holds(behaviour: Behaviour, verdict: Verdict) -> bool:
    """Say whether a behaviour is met: lenient meets a must, but neither a should nor a detail."""
    if behaviour.level is Level.MUST:
        return verdict.outcome.holds
    return verdict.outcome is Outcome.PASS


class Session:
    """One run of a spec against one backend. Every behaviour is judged once, owners first."""

    def __init__(
        self, spec: Spec, backend: Backend, reference: Reference, *, seed: int = 0
    ) -> None:
        """Prepare a run; nothing is asked yet.

        ``spec`` holds all behaviours that may own a control, also those that are not run.
        """
        self.spec = spec
        self.backend = backend
        self.reference = reference
        self.seed = seed
        self._known = {b.id: b for b in spec}
        self._verdicts: dict[str, Verdict] = {}
        self._asking: set[str] = set()
        self._history: list[Program] = []
        self._names: dict[str, str] = {}

    def run(self) -> Iterator[Verdict]:
        """Judge every behaviour, in the spec's order."""
        for behaviour in self.spec:
            yield self.verdict(behaviour.id)

    def verdict(self, identity: str) -> Verdict:
        """Return a behaviour's verdict, judging it and its owners now if need be."""
        if identity not in self._verdicts:
            self._asking.add(identity)
            self._verdicts[identity] = self._judge(self._known[identity])
            self._asking.discard(identity)
        return self._verdicts[identity]

    def _owner(self, identity: str) -> Verdict | None:
        if identity not in self._known or identity in self._asking:
            return None
        return self.verdict(identity)

    def _judge(self, behaviour: Behaviour) -> Verdict:
        started = time.perf_counter()
        program = behaviour.program(self.seed)
        self._names[program.key] = behaviour.id
        expected = self.reference.expected(program)
        judgement, output, note = self._ask(program, expected)
        verdict = blame(behaviour.id, judgement, owners(behaviour), self._owner)
        detail = replace(verdict.detail, output=output) if output else verdict.detail
        seconds = time.perf_counter() - started
        return replace(verdict, detail=detail, seconds=seconds, note=note)

    def _ask(self, program: Program, expected: Trace) -> tuple[Judgement, str, str]:
        """Ask, and ask again in a fresh worker unless all is well; the second answer decides."""
        alone = not self._history
        answer = self.backend.ask(program)
        history = list(self._history)
        self._remember(program, lost=answer.lost is not None)
        first = self._say(program, expected, answer)
        if first.outcome in {Outcome.PASS, Outcome.UNGRADED}:
            return first, "", ""
        if alone and answer.lost is not Outcome.TIMEOUT:
            return first, answer.output, ""
        self._history = []
        again = self.backend.ask(program, fresh=True)
        self._remember(program, lost=again.lost is not None)
        second = self._say(program, expected, again)
        if _alike(first, second):
            return second, again.output, ""
        culprit = self._culprit(history, program, expected, first)
        note = "another answer than in a fresh worker, which decides"
        if culprit:
            note = f"{culprit} left something behind: {note}"
        return second, again.output, note

    def _remember(self, program: Program, *, lost: bool) -> None:
        self._history = [] if lost else [*self._history, program][-HISTORY_LIMIT:]

    def _say(self, program: Program, expected: Trace, answer: Answer) -> Judgement:
        if answer.lost is not None or answer.trace is None:
            outcome = answer.lost or Outcome.PROTOCOL
            return Judgement(outcome, Detail(reason=answer.reason, observed=answer.reason))
        return judge(program, expected, answer.trace, self.backend.info.conventions)

    def _culprit(
        self, history: list[Program], program: Program, expected: Trace, wrong: Judgement
    ) -> str:
        """Name the program after which this one goes wrong, by halving the history."""

        def goes_wrong(before: list[Program]) -> bool:
            for number, earlier in enumerate(before):
                self.backend.ask(earlier, fresh=number == 0)
            answer = self.backend.ask(program, fresh=not before)
            return _alike(self._say(program, expected, answer), wrong)

        low, high = 0, len(history)  # the culprit is the last whose absence heals: in [low, high)
        rounds = 0
        while high - low > 1 and rounds < SUSPECT_ROUNDS:
            middle = (low + high) // 2
            low, high = (middle, high) if goes_wrong(history[middle:]) else (low, middle)
            rounds += 1
        found = high - low == 1 and goes_wrong([history[low]])
        # Whatever was tried, the next program begins with a clean history.
        self.backend.ask(program, fresh=True)
        self._history = [program]
        return self._names.get(history[low].key, "") if found else ""


def _alike(one: Judgement, other: Judgement) -> bool:
    if one.outcome in LOST or other.outcome in LOST:
        return one.outcome is other.outcome
    return (one.outcome, one.detail.label, one.detail.step) == (
        other.outcome,
        other.detail.label,
        other.detail.step,
    )
