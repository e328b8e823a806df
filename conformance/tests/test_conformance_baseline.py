"""The baseline: what is known is excused, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradmark.baseline import Known, compare, gate, lines, read, write, written
from gradmark.errors import GradmarkError
from gradmark.run import Entry, Footer, Header, Run
from gradmark.verdict import Outcome, Verdict

ROWS = [("a.fine", "pass"), ("a.bad", "fail"), ("a.waits", "blocked"), ("b.gone", "missing")]
KNOWN = (
    Known("a.bad", "fail", "by design", "https://example.org/1"),
    Known("b.gone", "missing", "soon"),
)
IDS = [*(identity for identity, _ in ROWS), "c.elsewhere"]


def run(*rows: tuple[str, str], counted: bool = True) -> Run:
    entries = tuple(
        Entry(
            Verdict(i, Outcome(o), root="a.bad" if o == "blocked" else ""),
            "A title", "must", "tensor", True, counted, Outcome(o).holds,
        )
        for i, o in rows
    )  # fmt: skip
    header = Header({"name": "mine"}, {"version": "2.13.0"}, "tensor", len(rows), len(rows))
    return Run(header, entries, Footer({}, 0, 0.0, 0))


def test_what_is_known_is_excused() -> None:
    """Also what waits for it, which needs no entry of its own."""
    found = compare(run(*ROWS), KNOWN, IDS)
    assert (found.agrees, gate(run(*ROWS), found)) == (True, 0)
    assert [e.id for e in found.excused] == ["a.bad", "a.waits", "b.gone"]


@pytest.mark.parametrize(
    ("rows", "known", "said"),
    [
        (ROWS, KNOWN[:1], "  new: b.gone (missing)"),
        (ROWS, (*KNOWN, Known("a.fine", "fail")), "  stale: a.fine holds now"),
        (ROWS, (*KNOWN, Known("a.typo", "fail")), "  unknown: there is no behaviour a.typo"),
        ([("a.bad", "crash")], KNOWN, "  new: a.bad (crash)"),
        ([("a.waits", "blocked")], KNOWN[1:], "  new: a.waits (blocked)"),
    ],
    ids=["new", "stale", "unknown", "another verdict", "waits for something unlisted"],
)
def test_every_difference_fails(
    rows: list[tuple[str, str]], known: tuple[Known, ...], said: str
) -> None:
    """A new deviation, an entry that holds by now and an id that does not exist each fail."""
    found = compare(run(*rows), known, IDS)
    assert gate(run(*rows), found) == 1
    told = lines(found, Path("base.toml"))
    assert [line for line in told[1:] if line.startswith(said)] == told[1:]
    assert len(told) == 2


def test_an_entry_without_a_reason_is_told_and_fails_nothing() -> None:
    """Whoever wrote the deviations down is reminded of what is left to do."""
    found = compare(run(*ROWS), (KNOWN[0], Known("b.gone", "missing", " ")), IDS)
    assert found.agrees
    said = lines(found, Path("base.toml"))
    assert said[1:] == ["  without a reason: 1 of its entries, b.gone for one"]


def test_what_was_not_asked_is_not_stale() -> None:
    """A selection says nothing about the rest."""
    assert compare(run(ROWS[1]), (*KNOWN, Known("c.elsewhere", "fail")), IDS).agrees


def test_what_does_not_count_needs_no_entry() -> None:
    """A should that fails is advice."""
    assert compare(run(*ROWS, counted=False), (), IDS).agrees


def test_a_run_with_something_ungraded_is_neither() -> None:
    """Exit 3: something of ours broke."""
    broken = run(("a.bad", "ungraded"))
    assert gate(broken, compare(broken, KNOWN, IDS)) == 3
    stopped = Run(run(*ROWS).header, run(*ROWS).entries)
    assert gate(stopped, compare(stopped, KNOWN, IDS)) == 3


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """One entry a deviation, blocked ones left out, reasons and links kept."""
    path = tmp_path / "base.toml"
    text = 'a "quoted" reason \x7f with\nlines and ü'
    path.write_text(written(run(ROWS[1]), [Known("a.bad", "error", text, "link")]), "utf-8")
    assert read(path) == (Known("a.bad", "fail", text, "link"),)
    said = write(path, run(*ROWS))
    assert said.endswith("2 known deviations; write a reason to each")
    assert read(path) == (Known("a.bad", "fail", text, "link"), Known("b.gone", "missing"))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x", "no TOML"),
        ("knwon = 1", "unknown key 'knwon'"),
        ("known = 1", "[[known]]"),
        ("known = [1]", "entry 1 has to be written"),
        ("[[known]]\nid = 'a.b'", "entry 1 has no 'verdict'"),
        ("[[known]]\nid = 'a.b'\nverdict = 'fial'", "there is no verdict 'fial'"),
        ("[[known]]\nid = 'a.b'\nverdict = 'fail'\nresaon = ''", "unknown key 'resaon'"),
        ("[[known]]\nid = 1\nverdict = 'fail'", "id has to be a text"),
        ("[[known]]\nid = 'a'\nverdict = 'fail'\n" * 2, "a is listed twice"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, source: str, words: str) -> None:
    """With what is wrong in it."""
    path = tmp_path / "base.toml"
    path.write_text(source)
    with pytest.raises(GradmarkError) as error:
        read(path)
    assert words in error.value.message


def test_no_file_is_told_how_to_get_one(tmp_path: Path) -> None:
    """The option that writes one is named."""
    with pytest.raises(GradmarkError) as error:
        read(tmp_path / "base.toml")
    assert "--write-baseline=" in error.value.hint
