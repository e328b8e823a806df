"""What can be said without a library under test: the spec, one behaviour, an old journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from gradmark import behaviour as registry
from gradmark.behaviour import Behaviour, owners
from gradmark.compare import show
from gradmark.errors import GradmarkError
from gradmark.journal import read
from gradmark.program import Program
from gradmark_reports.visible import visible, visible_line

WIDTH = 80


def listed(profile: str = "", *, claims: bool = False) -> Iterator[str]:
    """Yield the spec, or what a profile holds of it. Raises `GradmarkError` for a misspelt one."""
    spec = registry.load_spec()
    if profile:
        spec = spec.profile(profile)
    titles = dict(spec.chapters)
    for name in dict.fromkeys(b.chapter for b in spec):
        yield f"{name}: {titles.get(name, name)}"
        for behaviour in spec:
            if behaviour.chapter != name:
                continue
            yield f"  {behaviour.id}  ({behaviour.level.value}, {behaviour.profile})"
            yield f"      {behaviour.title}"
            if claims and behaviour.claims:
                yield from _wrapped("claims: " + ", ".join(behaviour.claims), "      ")
        yield ""
    noun = "behaviour" if len(spec) == 1 else "behaviours"
    yield f"{len(spec)} {noun}" + (f" in the profile {profile}" if profile else "")


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
    if behaviour.claims:
        yield from ("", "claims", *(f"  {claim}" for claim in behaviour.claims))
    yield from ("", "program", *(f"  {line}".rstrip() for line in _script(behaviour)), "")
    yield from _answers(behaviour.program())


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


def reported(journal: Path, page: Path | None) -> str:
    """Write a journal's report and say where it is. Raises `GradmarkError` for a broken journal."""
    from gradmark_reports.html import write

    run = read(journal)
    page = page or journal.with_name("index.html")
    write(run, page)
    ended = "" if run.complete else " (the run is incomplete)"
    return f"report: {page}{ended}"
