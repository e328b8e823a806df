"""How often and how late a program uses its values: what may be inlined, and what needs a name."""

from __future__ import annotations

from dataclasses import dataclass, field

from gradmark.expressions import operands, parts
from gradmark.program import Function, Operand, Program, Ref, Step

FOREVER = 1 << 62
"""Later than any step: a function that was given away may still be called."""

_LIFETIMES = frozenset({"weakref", "alive", "collect"})


@dataclass(slots=True)
class Uses:
    """For every slot the number of its uses and the last step that uses it."""

    counts: dict[int, int] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    captured: set[int] = field(default_factory=set)
    lifetimes: bool = False
    """Whether the program looks at when its values die."""

    throws: bool = False

    def once(self, slot: int) -> bool:
        """Say whether a value is used in one place, and by no function that is given away."""
        return self.counts.get(slot) == 1 and slot not in self.captured

    def over(self, slot: int, number: int) -> bool:
        """Say whether nothing after a step uses a value."""
        return self.last.get(slot, 0) <= number

    def _add(self, value: Operand, number: int) -> None:
        for part in parts(value):
            if isinstance(part, Ref):
                self.counts[part.slot] = self.counts.get(part.slot, 0) + 1
                self.last[part.slot] = max(number, self.last.get(part.slot, 0))
            elif isinstance(part, Function):
                self._add(part.result, part.body[-1].number + 1 if part.body else 0)
                for slot in part.captures:
                    self.captured.add(slot)
                    self.last[slot] = FOREVER

    def step(self, step: Step) -> None:
        """Count the uses of one step."""
        if step.op != "release":
            for value in operands(step):
                self._add(value, step.number)


def uses_of(program: Program) -> Uses:
    """Go through a program and count."""
    found = Uses()
    for step in program.walk():
        found.step(step)
        found.lifetimes |= step.op == "host" and step.name in _LIFETIMES
        found.throws |= step.op == "throw"
    return found
