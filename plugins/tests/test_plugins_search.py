"""A search on the command line and in pytest."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from gradmark.journal import read
from gradmark_cli.main import main

RIGHT = """
import math

class Tensor:
    def __init__(self, data, requires_grad=False, rule=()):
        self.data, self.rule, self.grad = float(data), rule, None
        self.requires_grad = requires_grad or any(t.requires_grad for t, _ in rule)

    def __add__(self, other):
        return Tensor(self.data + other.data, rule=((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        if not isinstance(other, Tensor):
            other = Tensor(other)
        return Tensor(self.data * other.data, rule=((self, other.data), (other, self.data)))

    def exp(self):
        out = math.exp(self.data)
        return Tensor(out, rule=((self, out),))

    def refuse(self):
        raise RuntimeError("this is refused")

    def live(self):
        return self

    def item(self):
        return self.data

    def numpy(self):
        return self.data

    def backward(self, upstream=1.0):
        if self.requires_grad and not self.rule:
            self.grad = Tensor(upstream + (self.grad.data if self.grad else 0.0))
        for tensor, local in self.rule:
            tensor.backward(upstream * local)

def tensor(data, requires_grad=False):
    return Tensor(data, requires_grad)
"""
# What a small spec does not show: only a product with a result is wrong.
WRONG = RIGHT.replace(
    "rule=((self, other.data), (other, self.data)))",
    "rule=((self, other.data), (other, self.data * (2 if other.rule else 1))))",
)
ASK = ("search", "--profile=scalar", "--examples=60", "--isolation=0")


@pytest.fixture
def engines(tmp_path, monkeypatch):
    """A folder with an engine that is right, and one that is wrong in compositions only."""
    (tmp_path / "righteous.py").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "wrongful.py").write_text(WRONG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for name in ("righteous", "wrongful"):
        sys.modules.pop(name, None)


def test_nothing_found_exits_0(engines, capsys):
    """One line says how much was asked, another what was not."""
    assert main([*ASK, "--backend=righteous", "--seed=3"]) == 0
    left_out, _, line = capsys.readouterr().out.splitlines()
    assert line == "search: nothing found, in 60 examples of seed 3"
    assert left_out.startswith("left out, since the library lacks it: sub, div, pow, neg, log")
    assert sorted(path.name for path in engines.iterdir() if path.is_dir()) in (
        [],
        ["__pycache__"],
    )


def test_a_finding_exits_1_and_prints_both_scripts(engines, capsys):
    """Small, with what was expected and observed, and the command that finds it again."""
    assert main([*ASK, "--backend=wrongful"]) == 1
    out = capsys.readouterr().out
    assert "A composition of 2 operations is not answered as by PyTorch" in out
    assert "search.seed-0 · example · fail" in out
    assert "expected | observed" in out
    assert "  import wrongful as lib\n" in out
    assert "  import torch\n" in out
    assert (
        "again: gradmark search --backend=wrongful --profile=scalar --examples=60 --seed=0 "
        "--isolation=0\n" in out
    )
    assert out.splitlines()[-1].startswith("search: 1 answer not as PyTorch's, in ")


def test_bad_usage_exits_4(engines, capsys, monkeypatch):
    """A misspelt profile, no examples, or no Hypothesis."""
    assert main(["search", "--backend=righteous", "--profile=scala"]) == 4
    assert "did you mean scalar?" in capsys.readouterr().err
    assert main(["search", "--backend=righteous", "--examples=0"]) == 4
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    assert main([*ASK, "--backend=righteous"]) == 4
    assert "pip install 'gradmark[search]'" in capsys.readouterr().err


@pytest.fixture
def searched(graded):
    """A repository in which pytest grades the tiny spec and searches after it."""
    graded.makepyfile(righteous=RIGHT, wrongful=WRONG)

    def run(*arguments):
        return graded.runpytest(*arguments, "--profile=scalar", "--examples=60")

    return run


def test_pytest_searches_after_the_spec(searched):
    """One more item, which passes where nothing is found; the score is the spec's alone."""
    result = searched("--backend=righteous", "-v")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*gradmark::rules::live*",
            "*gradmark::search::seed-0 PASSED*",
            "righteous against PyTorch 2.13.0: 4 of 4 musts hold (100.0 %)",
            "search: nothing found, in 60 examples of seed 0; no part of the score",
        ]
    )


def test_a_finding_fails_its_item_and_no_score(searched, graded):
    """Exit 1 like any failing test; journal and score know nothing of it."""
    result = searched("--backend=wrongful")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "A composition of 2 operations is not answered as by PyTorch",
            "again: pytest --backend=wrongful --gradmark-profile=scalar --gradmark-examples=60 *",
            "wrongful against PyTorch 2.13.0: 4 of 4 musts hold (100.0 %)",
            "search: 1 answer not as PyTorch's, in * of seed 0; no part of the score",
        ]
    )
    run = read(graded.path / "gradmark-report" / "run.jsonl")
    assert run.score == (4, 4)
    assert not run.header.partial
    assert not [entry.id for entry in run.entries if entry.id.startswith("search")]


def test_a_search_travels_over_xdist(searched):
    """The finding's line comes from the worker that searched, also where it did nothing else."""
    result = searched("--backend=wrongful", "-n1", "-k", "seed-")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["search: 1 answer not as PyTorch's, in * no part of the score"])


def test_a_grade_is_never_touched(searched, graded):
    """With points to reach, a finding is shown, and the gate decides."""
    (graded.path / "task.toml").write_text(
        'title = "Task"\nprofile = "scalar"\nisolation = 0\n[[group]]\nname = "All"\npoints = 10\n'
        'behaviours = ["*"]\n',
        encoding="utf-8",
    )
    result = searched("--backend=wrongful", "--assignment=task.toml", "--gradmark-fail-under=100")
    result.stdout.fnmatch_lines(["search: 1 answer not as PyTorch's, in * no part of the score"])
    assert result.ret == 0


def test_pytest_refuses_a_search_without_pytorch(searched, monkeypatch):
    """Before anything is asked."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "torch" else found(name, *a)
    )
    result = searched("--backend=righteous")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*a search asks PyTorch itself*", "*pip install torch==2.13.0"])
