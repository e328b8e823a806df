"""The report by the command line: beside an earlier run, and for the teacher."""

from __future__ import annotations

import shutil

import pytest

from gradmark_cli.main import main

PLAN = """\
title = "Homework 3"
backend = "mylib"
profile = "tensor"
isolation = 1

[[group]]
name = "Sums"
behaviours = ["sums"]
points = 8

[[group]]
name = "Secret rules"
behaviours = ["rules"]
points = 2
visibility = "hidden"
"""


@pytest.fixture
def gradmark(tiny, capsys):
    """Run the command line; return exit code, standard output and error."""

    def call(*arguments):
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_a_run_is_compared_with_an_earlier_one(gradmark, tiny):
    """Also where the journal of the run takes the place of the earlier one."""
    gradmark("run", "--backend=mylib", "--profile=tensor", "-q")
    old = tiny / "gradmark-report" / "run.jsonl"
    shutil.copy(old, tiny / "old.jsonl")
    code, _, err = gradmark("run", "--backend=right", "--profile=tensor", "-q", f"--compare={old}")
    assert (code, err) == (0, "")
    page = (tiny / "gradmark-report" / "index.html").read_text()
    assert "Since the earlier run" in page
    assert 'data-c="fixed"' in page
    gradmark("report", str(old), "--compare=old.jsonl", "--out=again.html")
    assert (tiny / "again.html").read_text() == page


def test_an_earlier_run_that_is_none_is_said_before_anything_runs(gradmark, tiny):
    """A typed error, and no report."""
    code, _, err = gradmark("run", "--backend=right", "--compare=absent.jsonl")
    assert code == 4
    assert "absent.jsonl" in err
    assert not (tiny / "gradmark-report").exists()


def test_hidden_groups_are_the_teachers(gradmark, tiny):
    """The page that a run writes is the student's; a teacher asks for theirs by name."""
    (tiny / "gradmark.toml").write_text(PLAN)
    gradmark("run", "--assignment=gradmark.toml", "-q")
    journal = str(tiny / "gradmark-report" / "run.jsonl")
    gradmark("report", journal, "--teacher", "--out=teacher.html")
    student = (tiny / "gradmark-report" / "index.html").read_text()
    teacher = (tiny / "teacher.html").read_text()
    assert "Secret rules" in teacher
    assert "rules.live" in teacher
    assert "Secret rules" not in student
    assert "rules." not in student
