"""``gradmark matrix``: what it writes where, and what it refuses before it writes."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from gradmark.journal import Writer
from gradmark.run import Entry, Header
from gradmark.session import BackendInfo
from gradmark.verdict import Outcome, Verdict
from gradmark_cli.main import main


def journal(path, name, *outcomes, ended=True):
    """Write a journal of some verdicts."""
    entries = [
        Entry(Verdict(f"sums.number-{n}", outcome), f"Sum {n} adds up", "must", "tensor",
              gradient=True, counted=True, holds=outcome.holds)
        for n, outcome in enumerate(outcomes)
    ]  # fmt: skip
    header = Header(
        backend=asdict(BackendInfo(name, version="1.0", isolation=1)),
        reference={"name": "PyTorch", "version": "2.13.0", "is_the_specs": True},
        profile="tensor",
        size=len(entries),
        musts=len(entries),
        started="2026-01-31T12:00:00+00:00",
        chapters=(("sums", "Sums"),),
        planned=tuple(e.id for e in entries),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with Writer(path, header) as writer:
        for entry in entries[: None if ended else -1]:
            writer.add(entry)
        if ended:
            writer.finish(1.0)
    return str(path)


@pytest.fixture
def called(tmp_path, monkeypatch, capsys):
    """Run the command in an empty folder; return exit code, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main(("matrix", *arguments))
        return (code, *capsys.readouterr())

    return call


@pytest.fixture
def two(tmp_path):
    """Two journals that differ in one of two behaviours."""
    return (
        journal(tmp_path / "good.jsonl", "good", Outcome.PASS, Outcome.PASS),
        journal(tmp_path / "bad.jsonl", "bad", Outcome.PASS, Outcome.FAIL),
    )


def test_the_page_is_written_here(called, two):
    """Without an option it is matrix.html in the folder where one is."""
    assert called(*two) == (0, "matrix: matrix.html\n", "")
    text = Path("matrix.html").read_text(encoding="utf-8")
    assert "<title>2 runs beside each other · Gradmark</title>" in text
    assert called(*two, "--out=there.html")[1] == "matrix: there.html\n"
    assert Path("there.html").read_text(encoding="utf-8") == text


def test_markdown_goes_to_standard_output_or_a_file(called, two):
    """As with a report's exports; the page is written only where it was asked for."""
    code, out, err = called(*two, "--to=markdown")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "## 2 runs, 2 behaviours"
    assert not Path("matrix.html").exists()
    said = called(*two, "--to=markdown=table.md", "--out=page.html")[1]
    assert said == "markdown: table.md\nmatrix: page.html\n"
    assert Path("table.md").read_text(encoding="utf-8") == out


def test_a_class_of_one_name_is_told_apart(called, tmp_path):
    """Three hundred submissions bear the folder that differs."""
    runs = [
        journal(tmp_path / who / "run.jsonl", "submission", Outcome.PASS) for who in ("ada", "bob")
    ]
    assert "| chapter | ada | bob |" in called(*runs, "--to=markdown")[1]


def test_a_run_that_died_is_shown_as_it_is(called, two, tmp_path):
    """Its column says that it has no score, and the others are compared."""
    died = journal(tmp_path / "died.jsonl", "died", Outcome.PASS, Outcome.PASS, ended=False)
    code, out, _ = called(*two, died, "--to=markdown")
    assert code == 0
    assert "| died 1.0 | no score | 1/2 | tensor |" in out
    assert "no score: incomplete run: 1 of 2 behaviours have a verdict" in out


def test_a_broken_journal_stops_it(called, two, tmp_path):
    """The error is the journal's own, and nothing is written."""
    broken = tmp_path / "broken.jsonl"
    broken.write_text("no journal\n")
    code, out, err = called(*two, str(broken))
    assert (code, out) == (4, "")
    assert "broken.jsonl: line 1 is no JSON" in err
    assert "[broken-journal]" in err
    assert not Path("matrix.html").exists()


def test_all_broken_journals_are_named_at_once(called, two, tmp_path):
    """A teacher with three hundred mends them in one go; a foreign one is among them."""
    lines = Path(two[0]).read_text().splitlines()
    foreign = tmp_path / "foreign.jsonl"
    foreign.write_text(json.dumps({**json.loads(lines[0]), "format": 99}) + "\n")
    merged = tmp_path / "merged.jsonl"
    merged.write_text("\n".join(lines + lines) + "\n")
    code, _, err = called(two[1], str(foreign), str(merged), "missing.jsonl")
    assert code == 4
    assert "3 of 4 journals can't be read [broken-journals]" in err
    assert "foreign.jsonl is of format 99" in err
    assert "merged.jsonl: line 5 is a 'header'" in err
    assert "missing.jsonl: it can't be read" in err


def test_a_broken_assignment_is_said(called, two, tmp_path):
    """A journal whose assignment nobody can read is no journal of ours."""
    first, *rest = Path(two[0]).read_text().splitlines()
    odd = tmp_path / "odd.jsonl"
    odd.write_text(
        "\n".join([json.dumps({**json.loads(first), "assignment": {"title": 3}}), *rest]) + "\n"
    )
    code, _, err = called(two[1], str(odd))
    assert (code, "[broken-journal]" in err) == (4, True)
    assert "odd.jsonl" in err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("good.jsonl", "./good.jsonl"), "doubled-run"),
        (("good.jsonl", "bad.jsonl", "--out=bad.jsonl"), "same-file"),
        (("good.jsonl", "--to=markdown=x", "--to=html=x"), "same-file"),
        (("good.jsonl", "--to=markdown", "--to=html"), "same-file"),
        (("good.jsonl", "--to=markdown="), "no-file"),
        (("good.jsonl", "--to=markdwon"), "no-such-format"),
        (("good.jsonl", "--out=no/such/folder.html"), "unwritable-output"),
    ],
)
def test_what_can_not_be_meant_is_refused(called, two, arguments, code):
    """Before anything is written."""
    before = sorted(path.name for path in Path().iterdir())
    exit_code, out, err = called(*arguments)
    assert (exit_code, out) == (4, "")
    assert f"[{code}]" in err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_no_journal_is_bad_usage(called):
    """There is nothing to compare."""
    code, _, err = called()
    assert code == 4
    assert "RUN.jsonl" in err
