"""What is asked about each behaviour, prepared ahead while the library works on another one."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from gradmark.behaviour import Behaviour, Spec, owners
from gradmark.program import Program
from gradmark.trace import Trace

AHEAD = 256
"""Questions that are prepared before they are asked, at most."""


class Answering(Protocol):
    """Whoever knows PyTorch's answers."""

    def expected(self, program: Program) -> Trace:
        """Return PyTorch's trace of a program."""


@dataclass(frozen=True, slots=True)
class Question:
    """A behaviour's program, who owns its controls, and PyTorch's answer."""

    program: Program
    owners: tuple[str, ...]
    expected: Trace


class Questions:
    """The questions of one run. ``settled`` holds what nobody will ask about any more."""

    def __init__(
        self, spec: Spec, reference: Answering, seed: int, settled: Container[str]
    ) -> None:
        """Begin with none prepared, and none expected."""
        self._known = {b.id: b for b in spec}
        self._reference = reference
        self._seed = seed
        self._settled = settled
        self._coming: deque[str] = deque()
        self._prepared: dict[str, Question] = {}

    def expect(self, identities: Iterable[str]) -> None:
        """Learn what will be asked about, in its order; a wrong guess costs time alone."""
        self._coming = deque(identities)

    def of(self, behaviour: Behaviour) -> Question:
        """Return the question about a behaviour. Raises what recording or the reference raises."""
        if self._coming and self._coming[0] == behaviour.id:
            self._coming.popleft()
        return self._prepared.pop(behaviour.id, None) or self._made(behaviour)

    def prepare(self) -> bool:
        """Prepare one question more, or say that there is none to prepare.

        What is wrong with one is raised when it is asked.
        """
        while self._coming and len(self._prepared) < AHEAD:
            identity = self._coming.popleft()
            if identity in self._known and identity not in self._settled:
                with suppress(Exception):
                    self._prepared[identity] = self._made(self._known[identity])
                return True
        return False

    def next(self) -> Program | None:
        """Return the program that is probably asked next, where any is expected."""
        if not self._prepared and not self.prepare():
            return None
        return next((question.program for question in self._prepared.values()), None)

    def _made(self, behaviour: Behaviour) -> Question:
        program = behaviour.program(self._seed)
        return Question(program, owners(behaviour, self._seed), self._reference.expected(program))
