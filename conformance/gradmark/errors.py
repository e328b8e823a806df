"""What may go wrong for a user, as one kind of error that can say all that they need to know."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class GradmarkError(Exception):
    """A mistake of the user's or of their surroundings: shown as a message, never as a traceback.

    ``code`` is stable and greppable, ``cause`` says what was tried, ``hint`` names the next thing
    to type.
    """

    exit_code = 4

    def __init__(self, code: str, message: str, *, cause: str = "", hint: str = "") -> None:
        """Keep the four parts apart, so that every host can lay them out in its own way."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint

    def __str__(self) -> str:
        """Lay the parts out as plain lines."""
        lines = [f"{self.message} [{self.code}]"]
        lines += [f"  {line}" for line in self.cause.splitlines()]
        lines += [f"  hint: {self.hint}"] if self.hint else []
        return "\n".join(lines)


class Unfaithful(GradmarkError):
    """A behaviour's body cannot be recorded without changing its meaning."""

    def __init__(self, what: str, where: str, instead: str) -> None:
        """Say what was written, where, and what to write instead."""
        super().__init__(
            "unfaithful-body", f"{where}: {what} can't be recorded", hint=f"write {instead}"
        )
        self.what = what
        self.where = where
        self.instead = instead


def near(name: str, known: Iterable[str]) -> str:
    """Return a sentence that offers the known names nearest to a misspelt one, or nothing."""
    matches = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(matches)}?" if matches else ""
