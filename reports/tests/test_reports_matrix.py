"""The matrix of many runs: what is counted, in which order, and what a stranger's text can do."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import zlib
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from gradmark.assignment import Assignment, Group
from gradmark.journal import Run, make_footer
from gradmark.verdict import Outcome
from gradmark_reports.matrix import Matrix, markdown, matrix, render
from gradmark_reports.overview import Tally

_SPEC = spec_from_file_location("parsing", Path(__file__).with_name("parsing.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
parsing = module_from_spec(_SPEC)
sys.modules[_SPEC.name] = parsing
_SPEC.loader.exec_module(parsing)

EVIL = (
    "</script><script>document.title='owned'</script></style></td><img src=//evil.example>"
    '" onmouseover="alert(1)" ](http://evil.example) | `x` \n# {{ header }} '
    "\x00\x1b[31m\u202e\ud800"
)


def renamed(run: Run, name: str, **header: Any) -> Run:
    info = {**run.header.backend, "name": name}
    return replace(run, header=replace(run.header, backend=info, **header))


def right(run: Run) -> Run:
    """The same questions, and every answer PyTorch's."""
    entries = tuple(
        replace(e, verdict=replace(e.verdict, outcome=Outcome.PASS), holds=True)
        for e in run.entries
    )
    return renamed(Run(run.header, entries, make_footer(entries, 1.0)), "right")


def cut(run: Run, number: int) -> Run:
    """The first verdicts of a run that died."""
    return Run(run.header, run.entries[:number])


def sound(page: str) -> Any:
    """A page whose policy names what it runs, whose links lead somewhere, and no more."""
    found = parsing.parsed(page.replace("<wbr>", ""))
    ids = found.all("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in found.all("href") if link.startswith("#")} <= set(ids)
    assert {link for link in found.all("href") if not link.startswith("#")} == {"data:,"}
    assert set(found.all("aria-labelledby")) <= set(ids)
    assert [found.count(tag) for tag in ("h1", "title", "style", "script")] == [1, 1, 1, 2]
    assert {tag for tag, _ in found.tags} <= parsing.TAGS | {"fieldset", "legend"}
    names = {name for _, attributes in found.tags for name in attributes}
    assert names <= parsing.ATTRIBUTES | {"aria-pressed", "data-chapter"}
    assert found.others == []
    assert not set(page) & parsing.page_breakers()
    policy = found.tags[[tag for tag, _ in found.tags].index("meta") + 1][1]["content"]
    for tag, kind in (("style", "style-src"), ("script", "script-src")):
        text = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    return found


def unpacked(page: str) -> Any:
    packed = re.findall(r'id="cells">([A-Za-z0-9+/=]+)</script>', page)
    assert len(packed) == 1
    return json.loads(zlib.decompress(base64.b64decode(packed[0])))


@pytest.fixture
def both(sample: Run) -> Matrix:
    """A student's engine and one without bugs."""
    return matrix([("a/run.jsonl", sample), ("b/run.jsonl", right(sample))])


def test_runs_stand_by_their_musts(both: Matrix) -> None:
    """The run with the most musts is first, wherever it was named."""
    assert [(c.name, c.score) for c in both.columns] == [
        ("right 0.1", (12, 12)),
        ("mylib 0.1", (5, 12)),
    ]
    assert [c.total.holds for c in both.columns] == [16, 7]


def test_cells_say_each_verdict(both: Matrix) -> None:
    """A letter a run; what holds is counted."""
    rows = {row.id: (row.cells, row.holds, row.asked) for row in both.rows}
    assert rows["leaf.requires-grad"] == ("PP", 2, 2)
    assert rows["leaf.starts-at-none"] == ("PL", 2, 2)
    assert rows["second-backward.kind"] == ("PL", 1, 2)
    assert rows["accumulation.two-losses"] == ("PF", 1, 2)
    assert rows["accumulation.loop"] == ("PB", 1, 2)
    assert rows["no-grad.nested"] == ("PC", 1, 2)


def test_every_outcome_has_a_letter_of_its_own() -> None:
    """None is forgotten, and none looks like another."""
    from gradmark_reports.matrix.table import LETTERS, NO_VERDICT, NOT_ASKED

    assert list(LETTERS) == list(Outcome)
    assert len({*LETTERS.values(), NO_VERDICT, NOT_ASKED}) == len(Outcome) + 2


def test_what_divides_most_comes_first(sample: Run) -> None:
    """The even split before the single deviation, agreement last, the spec's order within."""
    table = matrix([("a", sample), ("b", right(sample)), ("c", renamed(right(sample), "other"))])
    halved = matrix([*((str(n), renamed(sample, f"s{n}")) for n in range(2)), ("b", right(sample))])
    assert [row.holds for row in halved.contested] == [1] * 9
    leaf = table.chapters[0]
    assert [leaf.rows[at].id for at in leaf.ranked][-1] == "leaf.grad-fn"
    adding = table.chapters[1]
    assert adding.differing == 4
    mixed = matrix([
        ("a", sample),
        ("b", right(sample)),
        ("c", cut(sample, 6)),
        ("d", renamed(right(sample), "other")),
    ])  # fmt: skip
    assert mixed.contested[0].id == "accumulation.two-losses"
    assert mixed.contested[0].cells == "PPFF"


def test_not_asked_and_no_verdict_are_no_deviations(sample: Run) -> None:
    """A shorter profile and a run that died say nothing about the rest."""
    some = sample.entries[:3]
    header = replace(
        sample.header, planned=tuple(e.id for e in some), size=3, musts=3, profile="scalar"
    )
    small = renamed(Run(header, some, make_footer(some, 1.0)), "small")
    table = matrix([("a", sample), ("b", small), ("c", renamed(cut(sample, 5), "died"))])
    row = {row.id: row for row in table.rows}["accumulation.loop"]
    assert [c.name for c in table.columns] == ["mylib 0.1", "small 0.1", "died 0.1"]
    assert (row.cells, row.asked, row.differs) == ("B-?", 1, False)
    assert table.columns[2].notes == (
        "no score: incomplete run: 5 of 16 behaviours have a verdict, and it has no end",
    )
    assert "different profiles (tensor, scalar)" in table.notes[0]
    assert table.chapters[1].tallies[1].size == 0


def test_a_column_says_what_is_odd_about_it(sample: Run) -> None:
    """Another spec, another seed, a selection: said, not refused."""
    odd = renamed(sample, "odd", spec="9", seed=7, partial=True)
    table = matrix([("a", sample), ("b", right(sample)), ("c", odd)])
    assert table.columns[2].notes == (
        "no score: partial selection",
        "spec 9, where others have 0.1",
        "data drawn from another seed",
    )
    assert "different versions of the spec" in table.notes[0]


@pytest.mark.parametrize(
    ("sources", "labels"),
    [
        (("runs/ada/run.jsonl", "runs/bob/run.jsonl"), ["ada", "bob"]),
        (("runs/ada.jsonl", "runs/bob.jsonl"), ["ada", "bob"]),
        (("ada/1/out/run.jsonl", "bob/1/out/run.jsonl"), ["ada", "bob"]),
        (("run.jsonl", "run.jsonl"), ["1", "2"]),
        (("a/b/1.jsonl", "b/b/1.jsonl"), ["a", "b"]),
        (("x/a/1.jsonl", "x/b/1.jsonl", "y/a/1.jsonl"), ["x/a", "x/b", "y/a"]),
        (("", "a/b"), ["", "b"]),
        (("run.jsonl", "ada/run.jsonl"), ["", "ada"]),
    ],
)
def test_runs_of_one_name_are_told_apart(
    sample: Run, sources: tuple[str, ...], labels: list[str]
) -> None:
    """Two students' runs of `submission` bear the part of the path that differs."""
    table = matrix([(source, sample) for source in sources])
    assert [c.label for c in table.columns] == labels
    assert [c.short for c in table.columns] == [label or "mylib" for label in labels]


def test_a_path_is_called_by_its_last_part(sample: Run) -> None:
    """Nobody needs to know where on a machine a library lay."""
    (column,) = matrix([("a", renamed(sample, "/home/ada/engine"))]).columns
    assert (column.name, column.short) == ("engine 0.1", "engine")


def test_an_ungraded_verdict_is_nobodys_deviation(sample: Run) -> None:
    """Neither for nor against: the run loses its score, the behaviour no vote."""
    first = replace(
        sample.entries[0],
        verdict=replace(sample.entries[0].verdict, outcome=Outcome.UNGRADED),
        holds=False,
    )
    lost = replace(sample, entries=(first, *sample.entries[1:]))
    table = matrix([("a", lost), ("b", right(sample))])
    assert table.rows[0].cells == "PU"
    assert (table.rows[0].holds, table.rows[0].asked) == (1, 1)
    assert table.columns[1].score is None


def test_the_page_shows_counts_without_its_script(both: Matrix) -> None:
    """Chapters, totals and the runs' facts stand in the page itself."""
    text = sound(render(both)).text()
    assert "2 runs beside each other" in text
    assert "Everything 16 behaviours 16/16 7/16" in text
    assert "Gradients add up 4 behaviours, 4 differ 4/4 0/4" in text
    assert (
        "mylib 0.1 profile tensor · isolation 1 · spec 0.1 · 2026-01-31 12:00 41.6 % 5 of 12"
        in text
    )
    assert "Where the runs differ most" in text
    assert "fail mylib" in text


@pytest.mark.parametrize(
    ("holds", "drawn"),
    [(0, "s0"), (1, "s1"), (20, "s2"), (199, "s19"), (200, "all")],
)
def test_a_bar_is_full_only_where_all_hold(holds: int, drawn: str) -> None:
    """And empty only where nothing does."""
    from gradmark_reports.matrix.page import share

    assert share(Tally("all", "All", 200, holds, {})) == drawn
    assert share(Tally("all", "All", 0, 0, {})) == "none"


def test_the_packed_block_holds_every_cell(both: Matrix) -> None:
    """What the script opens is what was counted."""
    data = unpacked(render(both))
    leaf = data["chapters"]["leaf"]
    assert data["runs"] == ["right", "mylib"]
    assert leaf["cells"] == ["PPPPP", "PPPLP"]
    assert leaf["slugs"][3] == "starts-at-none"
    assert leaf["titles"][3] == "A leaf's grad is None before backward"
    assert leaf["levels"] == ["must", "must", "must", "must", "should"]


def test_equal_runs_give_equal_pages(sample: Run) -> None:
    """No clock and no order of a set gets into it."""
    pages = {render(matrix([("a", sample), ("b", right(sample))])) for _ in range(3)}
    assert len(pages) == 1


def test_one_run_and_an_empty_run_make_a_page(sample: Run) -> None:
    """There is nothing to compare, and nothing to crash about."""
    assert (
        sound(render(matrix([("a", sample)])))
        .text()
        .startswith("1 run beside each other · Gradmark")
    )
    empty = Run(replace(sample.header, planned=(), size=0, musts=0), ())
    for runs in ([("a", empty)], [("a", empty), ("b", sample)], [("a", cut(sample, 0))]):
        sound(render(matrix(runs)))
        markdown(matrix(runs))


@pytest.mark.parametrize("hostile_run", [EVIL], indirect=True, ids=["everything"])
def test_a_hostile_run_is_only_text(sample: Run, hostile_run: Run) -> None:
    """No markup of theirs in the page, nor in what its script unpacks, nor in Markdown."""
    odd = replace(hostile_run, header=replace(hostile_run.header, spec=EVIL, profile=EVIL))
    table = matrix([(f"{EVIL}/1", odd), (f"{EVIL}/2", odd), ("c", sample)])
    page = sound(render(table))
    assert page.inside("title") == "3 runs beside each other · Gradmark"
    assert "\\x1b[31m\\u202e" in page.text()
    assert "\x1b" not in json.dumps(unpacked(render(table)), ensure_ascii=False)
    text = markdown(table)
    assert not re.search(r"<(?!/?$)[a-z/]", text)
    assert not re.search(r"(?<!\\)\]\(", text)
    assert not set(text) & parsing.page_breakers()
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {9, 5}


def test_what_an_assignment_hides_leaves_no_trace(sample: Run) -> None:
    """A matrix for a class shows students what their reports show, and its teacher all."""
    groups = (
        Group("Leaves", Fraction(4), ("leaf.requires-grad", "leaf.computed")),
        Group("Adding up", Fraction(6), ("accumulation.two-losses",), visibility="hidden"),
    )
    assignment = Assignment("Homework", "tensor", groups, isolation=1).to_json()
    run = replace(sample, header=replace(sample.header, assignment=assignment))
    table = matrix([("a", run)])
    assert [row.id for row in table.rows] == ["leaf.requires-grad", "leaf.computed"]
    assert table.columns[0].notes[-1] == "1 group of the assignment not shown"
    assert "accumulation" not in json.dumps(unpacked(render(table)))
    assert len(matrix([("a", run)], teacher=True).rows) == 16


def test_markdown_has_the_same_numbers(both: Matrix) -> None:
    """Runs, chapters, totals, and each difference with who does what."""
    lines = markdown(both).splitlines()
    assert lines[0] == "## 2 runs, 16 behaviours"
    assert "| right 0.1 | 12 of 12 | 16/16 | tensor | 1 | 0.1 | 2026-01-31 12:00 |  |" in lines
    assert "| Gradients add up | 4/4 | 0/4 |" in lines
    assert "| **all** | 16/16 | 7/16 |" in lines
    assert (
        "- `accumulation.two-losses` Backward of a second loss adds to the leaf's grad"
        " (pass: right; fail: mylib)"
    ) in lines


def test_a_class_is_not_named_one_by_one(sample: Run) -> None:
    """Three hundred names say nothing; twelve and a number do."""
    table = matrix([(f"{n}.jsonl", sample) for n in range(15)] + [("right", right(sample))])
    assert "fail 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more" in sound(render(table)).text()
    assert "; fail: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more)" in markdown(table)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_ink_can_be_read_on_its_tint(scheme: int) -> None:
    """WCAG's 4.5 for each verdict's letter, in both schemes."""
    style = files("gradmark_reports.matrix").joinpath("matrix.css").read_text(encoding="utf-8")
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", roots[scheme]))
    pairs = [(f"ink-{n}", f"tint-{n}") for n in ("good", "lenient", "bad", "missing", "blocked")]
    pairs += [("ink-soft", "tint-none"), ("ink-soft", "paper"), ("ink-soft", "paper-raised")]
    pairs += [("ink-lenient", "paper"), ("ink-lenient", "paper-mark"), ("ink-link", "paper")]
    for ink, paper in pairs:
        light, dark = sorted((luminance(tokens[ink]), luminance(tokens[paper])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)
