"""``gradmark matrix NAME...``: many libraries are asked at once, and none stops the others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gradmark.journal import read
from gradmark_cli import many
from gradmark_cli.main import main
from gradmark_cli.many import Asked, ask_all

RUN = """\
start-up: 2.00 s, of which 1.50 s the library's own import
"""


@pytest.fixture
def journal(tiny_host: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A finished run of the tiny spec on the engine that is right."""
    tiny_host.install(monkeypatch.setattr)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "right.py").write_text(tiny_host.RIGHT, encoding="utf-8")
    assert main(["run", "--backend=right", "--out=once", "-q"]) == 0
    return tmp_path / "once" / "run.jsonl"


def libraries(journal: Path, asked: list[str]) -> Callable[[str, Path], tuple[str, int]]:
    """Return what stands for asking: one is right, one breaks, one leaves half a journal."""

    def run(name: str, folder: Path) -> tuple[str, int]:
        asked.append(name)
        if name == "micrograd":
            return "error: micrograd fell over [import-crashed]\n  hint: none\n", 4
        shutil.copy(journal, folder)
        if name == "mygrad":
            kept = journal.read_text(encoding="utf-8").splitlines(keepends=True)[:2]
            (folder / "run.jsonl").write_text("".join(kept), encoding="utf-8")
            return "killed\n", 3
        return RUN, 0

    return run


def test_one_that_breaks_stops_no_other_and_what_is_done_is_kept(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second time only what has no verdicts is asked; with ``again`` all are."""
    asked: list[str] = []
    monkeypatch.setattr(many, "_run", libraries(journal, asked))
    names = ["micrograd", "tinygrad", "mygrad"]
    found = {one.name: one for one in ask_all(names, tmp_path / "runs", jobs=2)}
    assert sorted(asked) == sorted(names)
    assert found["micrograd"].trouble.startswith("micrograd fell over [import-crashed]")
    assert found["mygrad"].trouble.startswith("it ended with exit code 3")
    right = found["tinygrad"]
    assert (right.start, right.own_import, right.kept) == (2.0, 1.5, False)
    assert right.journal
    assert read(right.journal).footer

    asked.clear()
    found = {one.name: one for one in ask_all(names, tmp_path / "runs")}
    assert sorted(asked) == ["micrograd", "mygrad"]
    assert found["tinygrad"].kept
    asked.clear()
    assert len(list(ask_all(names, tmp_path / "runs", again=True))) == 3
    assert sorted(asked) == sorted(names)


@pytest.mark.parametrize("harm", ["other sources", "torn journal", "torn note"])
def test_what_no_longer_holds_is_asked_again(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    """A journal is kept only for the same sources, adapter, and environment, and only whole."""
    asked: list[str] = []
    monkeypatch.setattr(many, "_run", libraries(journal, asked))
    list(ask_all(["tinygrad"], tmp_path / "runs"))
    folder = tmp_path / "runs" / "tinygrad"
    if harm == "other sources":
        monkeypatch.setattr(many, "source_of", lambda name: f"another {name}")
    elif harm == "torn journal":
        lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / "run.jsonl").write_text("".join(lines[:-1]), encoding="utf-8")
    else:
        (folder / "asked.json").write_text("{", encoding="utf-8")
    asked.clear()
    list(ask_all(["tinygrad"], tmp_path / "runs"))
    assert asked == ["tinygrad"]


def test_the_command_names_what_is_missing_and_writes_page_and_table(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """What is not installed is named with the command to type; the rest is on the page."""
    monkeypatch.setattr(many, "_run", libraries(journal, []))
    monkeypatch.setattr("gradmark_cli.matrix.available", lambda names: (names[:2], names[2:]))
    board = tmp_path / "board.md"
    code = main(["matrix", "tinygrad", "micrograd", "jax", f"--to=scoreboard={board}"])
    shown = capsys.readouterr()
    assert code == 3
    assert "micrograd: no verdicts: micrograd fell over [import-crashed]" in shown.err
    assert "jax: not installed here: gradmark env jax" in shown.err
    assert "of 2 s of start-up 75% their own imports" in shown.err
    row = board.read_text(encoding="utf-8").splitlines()[2]
    assert row.startswith("| right | `.grad` | scalar | 4 of 4 | 0 | 0 | 0 | 0 | ")
    assert main(["matrix", "tinygrad", "--to=scoreboard"]) == 0
    assert "(kept)" in capsys.readouterr().err


def test_without_any_verdict_there_is_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Nothing named, or nothing that could be asked, is bad usage with a next command."""
    monkeypatch.chdir(tmp_path)
    assert main(["matrix"]) == 4
    assert "gradmark matrix --all" in capsys.readouterr().err
    monkeypatch.setattr("gradmark_cli.matrix.available", lambda names: ([], names))
    assert main(["matrix", "jax"]) == 4
    assert "gradmark env --all makes their environments" in capsys.readouterr().err
    assert not (tmp_path / "matrix.html").exists()


def test_a_library_is_asked_in_a_process_of_its_own(tmp_path: Path) -> None:
    """The real command, run where nothing of the user's lies; how it ended is read from it."""
    said, code = many._run("micrograds", tmp_path)
    assert code == 4
    assert "there is no such backend" in said


def test_what_was_asked_is_written_down_with_what_it_hangs_on(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The note beside a journal has the times and the digest, and no path of this machine."""
    monkeypatch.setattr(many, "_run", libraries(journal, []))
    (one,) = ask_all(["tinygrad"], tmp_path / "runs")
    assert isinstance(one, Asked)
    note = json.loads((tmp_path / "runs" / "tinygrad" / "asked.json").read_text(encoding="utf-8"))
    assert (note["own_import"], note["journal"], len(note["of"])) == (1.5, "run.jsonl", 64)
