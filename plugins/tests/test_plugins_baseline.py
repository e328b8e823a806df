"""A baseline on the command line and in pytest."""

from __future__ import annotations

import pytest

from gradmark.baseline import read
from gradmark_cli.main import main

RUN = ("run", "--backend=mylib", "--profile=tensor", "-q")


@pytest.fixture
def gradmark(tiny, capsys):
    """Run the command line; return exit code and standard output."""

    def call(*arguments):
        code = main(arguments)
        return code, capsys.readouterr().out

    return call


def test_a_baseline_is_written_and_holds(gradmark, tiny):
    """What deviates now is no news the next time, until something changes."""
    code, out = gradmark(*RUN, "--write-baseline=base.toml")
    assert code == 1
    assert "baseline: base.toml, 2 known deviations; write a reason to each" in out
    assert [k.id for k in read(tiny / "base.toml")] == ["sums.mul", "sums.exp"]
    code, out = gradmark(*RUN, "--baseline=base.toml")
    assert (code, "baseline base.toml: 3 known deviations" in out) == (0, True)
    code, out = gradmark("run", "--backend=right", "--profile=tensor", "-q", "--baseline=base.toml")
    assert code == 1
    assert "  stale: sums.mul holds now, so its entry can go" in out.splitlines()


def test_no_baseline_where_one_is_named(gradmark):
    """Bad usage, before anything is asked."""
    assert gradmark(*RUN, "--baseline=none.toml")[0] == 4


def test_pytest_holds_against_a_baseline(graded):
    """Known deviations are shown as ever, and exit is 0; a new one makes it 1."""
    asked = ("--backend=mylib", "--profile=tensor", "--tb=no")
    result = graded.runpytest(*asked, "--gradmark-write-baseline=base.toml")
    assert result.ret == 1
    result = graded.runpytest(*asked, "--gradmark-baseline=base.toml")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["baseline *base.toml: 3 known deviations"])
    base = graded.path / "base.toml"
    base.write_text(base.read_text().replace("sums.exp", "sums.typo"))
    result = graded.runpytest(*asked, "--gradmark-baseline=base.toml")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  new: sums.exp (missing)", "  unknown: *sums.typo"])


def test_pytest_refuses_a_broken_baseline(graded):
    """Exit code 4 and one message."""
    result = graded.runpytest("--backend=right", "--gradmark-baseline=none.toml")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*none.toml can't be read*"])
