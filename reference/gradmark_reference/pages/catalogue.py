"""The catalogue: every behaviour with its reason, its program, PyTorch's answer and its killers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gradmark.behaviour import Behaviour, Spec
from gradmark.claims import Claim
from gradmark.compare import show
from gradmark.program import Program
from gradmark.script import as_torch
from gradmark.session import Reference
from gradmark.trace import Trace
from gradmark_reference.bends import Bend, load_bends
from gradmark_reference.mutants import Mutant, load_bank
from gradmark_reference.pages.markdown import code, fenced, plain, table

Killers = Mapping[str, list[str]]

LEVELS = ("must", "should", "detail")


def kills() -> dict[str, list[str]]:
    """Return the mutants and bends that each behaviour kills as its own, as Markdown."""
    found: dict[str, list[str]] = {}
    killers: list[Mutant | Bend] = [*load_bank(), *load_bends()]
    for killer in killers:
        link = f"[{code(killer.id)}](../kill-matrix.md#{killer.id})"
        for name in killer.own:
            found.setdefault(name, []).append(f"{link}: {plain(killer.title)}.")
    return found


def index_page(spec: Spec, claims: Iterable[Claim]) -> str:
    """Return the page that leads to the chapters and counts what they hold."""
    rows = []
    for name, title in spec.chapters:
        held = [b for b in spec if b.chapter == name]
        counts = [sum(b.level.value == level for b in held) for level in LEVELS]
        pure = sum(not b.impure for b in held)
        link = f"[{plain(title)}](catalogue/{name}.md)"
        rows.append([link, str(len(held)), *map(str, counts), str(pure)])
    everything = [sum(b.level.value == level for b in spec) for level in LEVELS]
    pure = sum(not b.impure for b in spec)
    rows.append(["all", str(len(spec)), *map(str, everything), str(pure)])
    known = tuple(claims)
    named = {name for b in spec for name in b.claims}
    checked = sum(c.id in named for c in known)
    outside = [c for c in known if c.out_of_scope]
    lines = [
        "# The catalogue",
        "",
        "Everything that the spec asks, chapter by chapter: why it matters, the usual mistake, the",
        "program, what PyTorch answers, and the bugs that it catches.",
        "Words of the trade are in the [glossary](glossary.md), what the documents got wrong in",
        "the [errata](errata.md), and the bugs in the [kill matrix](kill-matrix.md).",
        "",
        *table(["chapter", "behaviours", *LEVELS, "pure"], rows),
        "",
        "A *pure* behaviour creates leaves, computes, goes backward once and reads gradients; it",
        "can be asked of libraries without `.grad` too.",
        "",
        "## Claims",
        "",
        f"The documents make {len(known)} claims: {checked} are checked by a behaviour, and",
        f"{len(outside)} are out of scope.",
        "",
        *table(
            ["out of scope", "what it says", "why it is not checked"],
            ([code(c.id), plain(c.statement), plain(c.out_of_scope)] for c in outside),
        ),
    ]
    return "\n".join(lines) + "\n"


def chapter_page(
    name: str, spec: Spec, claims: Iterable[Claim], reference: Reference, killers: Killers
) -> str:
    """Return the page of one chapter."""
    statements = {claim.id: claim for claim in claims}
    title = dict(spec.chapters)[name]
    held = [b for b in spec if b.chapter == name]
    noun = "behaviour" if len(held) == 1 else "behaviours"
    lines = [f"# {plain(title)}", "", f"{len(held)} {noun}. [All chapters](../catalogue.md)", ""]
    for behaviour in held:
        lines += _entry(behaviour, statements, reference, killers.get(behaviour.id, []))
    return "\n".join(lines).rstrip() + "\n"


def _entry(
    behaviour: Behaviour,
    claims: Mapping[str, Claim],
    reference: Reference,
    killers: list[str],
) -> Iterator[str]:
    program = behaviour.program()
    slug = behaviour.id.partition(".")[2]
    yield from (f'<a id="{slug}"></a>', "", f"## {plain(behaviour.title)}", "")
    marks = [code(behaviour.id), behaviour.level.value, f"profile {behaviour.profile}"]
    marks.append(f"not pure: {plain(behaviour.impure)}" if behaviour.impure else "pure")
    if behaviour.exact:
        marks.append(f"the same numbers at every seed: {plain(behaviour.exact)}")
    if not behaviour.gradient:
        marks.append("needs no gradient")
    yield from (" · ".join(marks), "")
    yield from (plain(behaviour.why), "", f"*Usual mistake:* {plain(behaviour.mistake)}", "")
    yield from (*fenced(as_torch(program), "python"), "")
    yield from (f"PyTorch {reference.version} answers:", "")
    yield from (*fenced(_answers(program, reference.expected(program))), "")
    if killers:
        yield from ("Bugs that it catches:", "", *(f"- {killer}" for killer in killers), "")
    if behaviour.claims:
        yield from ("Claims that it checks:", "", *_claims(behaviour, claims), "")
    if behaviour.source:
        yield from (f"Source: {plain(behaviour.source)}", "")


def _answers(program: Program, trace: Trace) -> Iterator[str]:
    for seen in trace.seen:
        mark = program.marks[seen.mark]
        if mark.owner:
            continue
        first, *rest = show(seen.value).splitlines() or [""]
        yield f"{mark.label}: {first}".rstrip()
        yield from (f"    {line}".rstrip() for line in rest)


def _claims(behaviour: Behaviour, claims: Mapping[str, Claim]) -> Iterator[str]:
    for name in behaviour.claims:
        if name not in claims:
            continue
        claim = claims[name]
        differs = "" if claim.verdict == "holds" else " ([erratum](../errata.md))"
        yield f"- {code(name)}: {plain(claim.statement)}{differs}"
