"""What can be said without a library under test: the spec, one behaviour, an old journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from gradmark import behaviour as registry
from gradmark.behaviour import Behaviour, Spec, owners
from gradmark.claims import load_claims
from gradmark.compare import show
from gradmark.errors import GradmarkError
from gradmark.glossary import GLOSSARY, terms_in
from gradmark.journal import read
from gradmark.program import Program
from gradmark_reports.visible import visible, visible_line

WIDTH = 80


def listed(profile: str = "") -> Iterator[str]:
    """Yield the spec, or what a profile holds of it. Raises `GradmarkError` for a misspelt one."""
    spec = _spec(profile)
    titles = dict(spec.chapters)
    for name in dict.fromkeys(b.chapter for b in spec):
        yield f"{name}: {titles.get(name, name)}"
        for behaviour in spec:
            if behaviour.chapter != name:
                continue
            yield f"  {behaviour.id}  ({behaviour.level.value}, {behaviour.profile})"
            yield f"      {behaviour.title}"
        yield ""
    yield _counted(len(spec), "behaviour", "behaviours") + _within(profile)


def claimed(profile: str = "") -> Iterator[str]:
    """Yield what the documents claim, and which behaviours of a profile check it.

    Raises `GradmarkError` for a misspelt profile.
    """
    spec, claims = _spec(profile), load_claims()
    covering: dict[str, list[str]] = {}
    for behaviour in spec:
        for name in behaviour.claims:
            covering.setdefault(name, []).append(behaviour.id)
    titles = dict(spec.chapters)
    for chapter in dict.fromkeys(claim.chapter for claim in claims):
        yield f"{chapter}: {titles[chapter]}" if chapter in titles else chapter
        for claim in claims:
            if claim.chapter != chapter:
                continue
            verdict = "" if claim.verdict == "holds" else f", {claim.verdict}"
            yield f"  {claim.id}  ({claim.level}{verdict})"
            yield from _wrapped(claim.statement, "      ")
            if claim.id in covering:
                yield from _wrapped("checked by " + ", ".join(covering[claim.id]), "      ")
            elif claim.out_of_scope:
                yield from _wrapped(f"out of scope: {claim.out_of_scope}", "      ")
            else:
                yield f"      not checked{_within(profile)}"
        yield ""
    outside = sum(bool(claim.out_of_scope) for claim in claims)
    checked = sum(claim.id in covering and not claim.out_of_scope for claim in claims)
    yield (
        f"{_counted(len(claims), 'claim', 'claims')}: {checked} checked, {outside} out of scope, "
        f"{len(claims) - checked - outside} not checked{_within(profile)}"
    )


def _spec(profile: str) -> Spec:
    spec = registry.load_spec()
    return spec.profile(profile) if profile else spec


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _within(profile: str) -> str:
    return f" in the profile {profile}" if profile else ""


def explained(identity: str) -> Iterator[str]:
    """Yield what there is to know about one behaviour. Raises `GradmarkError` with near matches."""
    behaviour = registry.load_spec().get(identity)
    yield behaviour.title
    yield f"{behaviour.id} · {behaviour.level.value} · profile {behaviour.profile}"
    for title, text in (("why it matters", behaviour.why), ("usual mistake", behaviour.mistake)):
        if text:
            yield from ("", title, *_wrapped(" ".join(text.split())))
    built_on = owners(behaviour)
    if built_on:
        yield from ("", "builds on", *(f"  {owner}" for owner in built_on))
    yield from _words(behaviour)
    if behaviour.claims:
        statements = {claim.id: claim.statement for claim in load_claims()}
        yield from ("", "claims")
        for name in behaviour.claims:
            yield f"  {name}"
            yield from _wrapped(statements.get(name, ""), "      ")
    yield from ("", "program", *(f"  {line}".rstrip() for line in _script(behaviour)), "")
    yield from _answers(behaviour.program())


def _words(behaviour: Behaviour) -> Iterator[str]:
    found = terms_in(f"{behaviour.title} {behaviour.why} {behaviour.mistake}")
    if found:
        yield from ("", "words")
        for name in found:
            yield from _wrapped(f"{name}: {GLOSSARY[name].means}")


def _script(behaviour: Behaviour) -> tuple[str, ...]:
    from gradmark.script import as_torch

    return as_torch(behaviour.program())


def _answers(program: Program) -> Iterator[str]:
    from gradmark_reference.recorded import Recorded

    reference = Recorded()
    try:
        trace = reference.expected(program)
    except GradmarkError as error:
        yield f"what PyTorch answers: {error.message}"
        yield f"  {error.hint}"
        return
    yield f"what PyTorch {reference.version} answers"
    for seen in trace.seen:
        label = visible_line(program.marks[seen.mark].label)
        first, *rest = visible(show(seen.value)).splitlines() or [""]
        yield f"  {label}: {first}"
        yield from (f"    {line}" for line in rest)


def _wrapped(text: str, margin: str = "  ") -> list[str]:
    return wrap(
        text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
    )


def reported(
    journal: Path, page: Path | None, *, compare: Path | None = None, teacher: bool = False
) -> str:
    """Write a journal's report and say where it is. Raises `GradmarkError` for a broken journal."""
    from gradmark_reports.html import write

    run = read(journal)
    page = page or journal.with_name("index.html")
    write(run, page, teacher=teacher, before=read(compare) if compare else None)
    ended = "" if run.complete else " (the run is incomplete)"
    return f"report: {page}{ended}"
