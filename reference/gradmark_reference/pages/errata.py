"""The errata: where the documents and PyTorch differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradmark.behaviour import Spec
from gradmark.claims import DOCUMENTS, Claim, Document
from gradmark_reference.pages.markdown import code, plain, table

HEADS = ("line", "what it says", "what PyTorch does", "since", "checked by")


def errata_page(spec: Spec, claims: Iterable[Claim], version: str) -> str:
    """Return the page: document by document, what is wrong and what is only partly right."""
    known = tuple(claims)
    checks: dict[str, list[str]] = {}
    for behaviour in spec:
        for name in behaviour.claims:
            checks.setdefault(name, []).append(behaviour.id)
    wrong = sum(c.verdict == "contradicted" for c in known)
    partly = sum(c.verdict == "partly" for c in known)
    lines = [
        "# Errata of the documents",
        "",
        f"Where a document and PyTorch {version} differ, PyTorch decides.",
        f"Of the {len(known)} claims that the documents make, {wrong} are wrong and {partly} are",
        "partly right: too general, incomplete or overtaken.",
        "*Since* is the PyTorch version from which on it is as it is said here; 1.13.1 is the",
        "oldest one that was asked.",
        "",
    ]
    for document in DOCUMENTS:
        lines += _document(document, known, checks)
    return "\n".join(lines).rstrip() + "\n"


def _document(
    document: Document, claims: Iterable[Claim], checks: dict[str, list[str]]
) -> Iterator[str]:
    yield from (f"## {document.number}: {document.about}", "")
    mine = [c for c in claims if _places(c, document)]
    mine.sort(key=lambda claim: _places(claim, document))
    for verdict, title in (("contradicted", "Wrong"), ("partly", "Partly right")):
        held = [c for c in mine if c.verdict == verdict]
        if held:
            rows = [_row(claim, document, checks.get(claim.id, [])) for claim in held]
            yield from (f"### {title}", "", *table(HEADS, rows), "")


def _row(claim: Claim, document: Document, checks: Iterable[str]) -> list[str]:
    places = [f"{a}" if a == b else f"{a}–{b}" for a, b in _places(claim, document)]
    unchecked = f"out of scope: {claim.out_of_scope}" if claim.out_of_scope else "nothing yet"
    named = ", ".join(map(_link, checks)) or plain(unchecked)
    return [
        ", ".join(places),
        plain(claim.says),
        plain(claim.statement),
        plain(claim.since or "–"),
        named,
    ]


def _link(identity: str) -> str:
    chapter, _, slug = identity.partition(".")
    return f"[{code(identity)}](catalogue/{chapter}.md#{slug})"


def _places(claim: Claim, document: Document) -> list[tuple[int, int]]:
    """Return the lines of one document that differ, in their order."""
    return sorted((a, b) for number, a, b in claim.differs if number == document.number)
