"""What a claim is, and how one is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Literal

Level = Literal["must", "should", "detail"]
"""How binding a claim is; a behaviour's level has the same names."""

KINDS = ("behaviour", "value", "error", "definition", "context")
"""Something that happens, a worked example, a refusal, what a word means, and the rest."""

VERDICTS = ("holds", "partly", "contradicted")
"""How a document fares against PyTorch."""

OLDEST = "1.13.1 or earlier"
"""The oldest version that was asked beside the spec's own is 1.13.1."""

_PLACE = re.compile(r"(\d{3}):(\d+)(?:-(\d+))?")


Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """One of the documents that the spec goes by."""

    number: str
    about: str
    lines: int


DOCUMENTS = (
    Document("000", "a lesson on gradients", 169),
    Document("001", "an article on backward", 65),
    Document("002", "notes on gradients", 196),
    Document("003", "an introduction to PyTorch's tensors and gradients", 546),
    Document("004", "the article of 001 in another layout", 103),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that the documents say, as PyTorch has it.

    ``statement`` is true of the spec's PyTorch. Where a document differs, ``verdict`` is *partly*
    or *contradicted*, ``says`` is the document's version and ``since`` the PyTorch version from
    which on the statement holds. ``documents`` are places: a document's number, the first and the
    last line; ``differs`` are those of them where the document is not right. What can't be checked
    gives its reason in ``out_of_scope``.
    """

    id: str
    statement: str
    kind: str
    level: Level
    verdict: str
    documents: tuple[Place, ...]
    differs: tuple[Place, ...] = ()
    says: str = ""
    since: str = ""
    out_of_scope: str = ""

    @property
    def chapter(self) -> str:
        """Return the part of the id before the full stop."""
        return self.id.partition(".")[0]


def _written(  # noqa: PLR0913 - each keyword is one thing that a claim may say
    level: Level,
    identity: str,
    statement: str,
    documents: str,
    kind: str = "behaviour",
    *,
    partly: str = "",
    contradicted: str = "",
    where: str = "",
    since: str = "",
    out_of_scope: str = "",
) -> Claim:
    """Return a claim; what the document says is given under the verdict on it.

    ``where`` names the places that differ, if not all do. Raises ValueError for a kind or a place
    that can't be.
    """
    if kind not in KINDS:
        message = f"{identity}: kind {kind!r} is none of {', '.join(KINDS)}"
        raise ValueError(message)
    verdict = "contradicted" if contradicted else "partly" if partly else "holds"
    differs = "" if verdict == "holds" else where or documents
    return Claim(
        identity, statement, kind, level, verdict, _places(documents), _places(differs),
        contradicted or partly, since, out_of_scope,
    )  # fmt: skip


def _places(text: str) -> tuple[Place, ...]:
    places = []
    for word in text.split():
        found = _PLACE.fullmatch(word)
        if found is None:
            message = f"{word!r} is no place: document:line or document:first-last"
            raise ValueError(message)
        number, first, last = found.groups()
        places.append((number, int(first), int(last or first)))
    return tuple(places)


must = partial(_written, "must")
should = partial(_written, "should")
detail = partial(_written, "detail")
