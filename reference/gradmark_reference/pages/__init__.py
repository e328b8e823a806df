"""The pages of the docs that are made from the spec and the ledger, never written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gradmark.behaviour import Spec
from gradmark.claims import Claim
from gradmark.session import Reference
from gradmark_reference.pages.catalogue import chapter_page, index_page, kills
from gradmark_reference.pages.errata import errata_page
from gradmark_reference.pages.words import glossary_page

__all__ = ["pages", "stale", "write"]


def pages(spec: Spec, claims: tuple[Claim, ...], reference: Reference) -> dict[str, str]:
    """Return every page's text by its path within the docs."""
    made = {
        "catalogue.md": index_page(spec, claims),
        "errata.md": errata_page(spec, claims, reference.version),
        "glossary.md": glossary_page(),
    }
    killers = kills()
    for name, _ in spec.chapters:
        made[f"catalogue/{name}.md"] = chapter_page(name, spec, claims, reference, killers)
    return made


def stale(folder: Path, made: Mapping[str, str]) -> list[str]:
    """Return the pages of a folder that are missing, out of date, or made no more."""
    kept = {f"catalogue/{path.name}" for path in folder.glob("catalogue/*.md")}
    changed = [name for name, text in made.items() if _read(folder / name) != text]
    return changed + sorted(kept - made.keys())


def write(path: Path, text: str | None) -> None:
    """Write a page, or take one away that is made no more."""
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
