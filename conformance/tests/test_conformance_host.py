"""What both hosts lean on: choosing, opening, judging without ever raising, and saying who."""

import pytest

from gradmark.behaviour import Chapter, Spec
from gradmark.errors import GradmarkError
from gradmark.host import (
    Terms,
    broken,
    choose,
    default_profile,
    describe,
    entry_of,
    header_of,
    judged,
    open_both,
    report_folder,
    settled,
)
from gradmark.session import BackendInfo
from gradmark.verdict import Outcome, Verdict

TERMS = Terms("mine", "tensor")
REFERENCE = {"name": "PyTorch", "version": "2.13.0", "is_the_specs": True}


@pytest.fixture
def spec():
    chapter = Chapter("sums", "Sums")

    def body(lib):
        x = lib.tensor(3.0, requires_grad=True)
        y = x + x
        y.backward()
        lib.observe("gradient", x.grad)

    for slug, profile in (("add", "scalar"), ("mul", "tensor"), ("exp", "torch")):
        chapter.behaviour(slug, f"The {slug} of two values", profile=profile)(body)
    return Spec(tuple(chapter.behaviours.values()), (("sums", "Sums"),))


def answering(answer):
    return Answering(answer)


class Answering:
    """A session that has made up its mind."""

    def __init__(self, answer):
        self.answer = answer
        self.backend = self
        self.info = BackendInfo("mine")

    def verdict(self, identity):
        if isinstance(self.answer, Exception):
            raise self.answer
        return Verdict(identity, self.answer)


@pytest.mark.parametrize(
    ("claimed", "has_adapter", "expected"),
    [("torch", True, "torch"), ("torch", False, "tensor"), ("scalar", False, "scalar")],
)
def test_nobody_claims_all_of_pytorch_without_an_adapter(claimed, has_adapter, expected):
    """The default profile is what is claimed, below `torch` where nobody is there to claim it."""
    info = BackendInfo("mine", profile=claimed)
    assert default_profile(info, has_adapter=has_adapter) == expected


def test_choosing(spec):
    """A profile is whole, a selection is partial and keeps the spec's order."""
    assert [b.id for b in choose(spec, "tensor")] == ["sums.add", "sums.mul"]
    assert not choose(spec, "tensor").partial
    chosen = choose(spec, "torch", ["sums.e*", "sums.add"])
    assert [b.id for b in chosen] == ["sums.add", "sums.exp"]
    assert chosen.partial


def test_choosing_what_the_profile_lacks_is_refused(spec):
    """A pattern that matches beyond the profile says so, instead of choosing nothing."""
    with pytest.raises(GradmarkError, match="matches nothing in the profile tensor") as caught:
        choose(spec, "tensor", ["sums.add", "sums.exp"])
    assert caught.value.hint == "--profile=torch"


def test_our_own_exception_is_ungraded(spec):
    """Whatever is raised while judging is nobody's failed behaviour."""
    entry = judged(answering(ZeroDivisionError("ours")), spec.get("sums.add"), TERMS)
    assert entry.outcome is Outcome.UNGRADED
    assert entry.verdict.detail.reason == "ZeroDivisionError: ours"
    assert not entry.holds


def test_a_verdict_stands_without_its_script(spec, monkeypatch):
    """A program that can't be printed costs the script and nothing else."""

    def unprintable(*_, **__):
        raise KeyError("x")

    monkeypatch.setattr("gradmark.host.make_entry", unprintable)
    entry = judged(answering(Outcome.FAIL), spec.get("sums.add"), TERMS)
    assert entry.outcome is Outcome.FAIL
    assert entry.counted
    assert entry.verdict.note == "its program can't be printed: KeyError: 'x'"


def test_an_entry_has_a_script_in_the_librarys_own_words(spec):
    """Its module, and its names for PyTorch's, are what the backend says of itself."""
    info = BackendInfo("mine", library="mylib", spelling=(("tensor", "Value"),))
    add = spec.get("sums.add")
    entry = entry_of(add, Verdict(add.id, Outcome.FAIL), TERMS, info)
    assert entry.script[0] == "import mylib as lib"
    assert "x = lib.Value(3.0, requires_grad=True)" in entry.script
    assert entry.torch_script[0] == "import torch"


def test_a_blocked_entry_without_a_root_is_ungraded(spec):
    """No mark is lost without a reason, and the other entries stay the objects they were."""
    add = judged(answering(Outcome.PASS), spec.get("sums.add"), TERMS)
    blocked = judged(answering(Outcome.BLOCKED), spec.get("sums.mul"), TERMS)
    first, second = settled([add, blocked], partial=False)
    assert first is add
    assert second.outcome is Outcome.UNGRADED


def test_a_reference_that_fails_closes_the_library():
    """Opened at the same time, neither is left behind by the other's failure."""
    closed = []

    class Library:
        def close(self):
            closed.append(self)

    def library():
        return Library()

    def absent():
        raise GradmarkError("no-reference", "PyTorch is not installed")

    with pytest.raises(GradmarkError, match="PyTorch is not installed"):
        open_both(library, absent, isolation=1)
    assert len(closed) == 1


def test_a_report_folder_is_ignored_by_git(tmp_path):
    """It is made with everything above it; a .gitignore of the user's is left alone."""
    folder = report_folder(tmp_path / "a" / "b")
    assert (folder / ".gitignore").read_text() == "*\n"
    (folder / ".gitignore").write_text("mine\n")
    report_folder(folder)
    assert [(p.name, p.read_text()) for p in folder.iterdir()] == [(".gitignore", "mine\n")]


def test_a_report_folder_that_cant_be_made_is_said(tmp_path):
    """The message names the folder and the way out."""
    (tmp_path / "file").touch()
    with pytest.raises(GradmarkError, match="can't be written") as caught:
        report_folder(tmp_path / "file" / "folder")
    assert "--out=DIR" in caught.value.hint


def test_describe(spec):
    """The header of both hosts, short and long."""
    recognised = tuple(f"name {number}: found" for number in range(40))
    info = BackendInfo(
        "mine", "1.2", "mylib", "conftest:Mine", "/here/mylib.py", "3.11.7", 1, "tensor",
        recognised, search_path=("/here", "/there"),
    )  # fmt: skip
    header = header_of(choose(spec, "tensor"), TERMS, info, REFERENCE)
    lines = describe(header, whole=2)
    assert lines[:2] == ["backend: mine (mylib 1.2), /here/mylib.py", "adapter: conftest:Mine"]
    assert lines[2].startswith("recognised: name 0: found; name 1: found; ")
    assert lines[2].endswith("…")
    assert lines[3:] == [
        "reference: PyTorch 2.13.0",
        "profile: tensor, 2 behaviours, 2 musts about gradients",
        "isolation: 1, seed: 0",
    ]
    verbose = describe(header, whole=2, verbose=True)
    assert "recognised: name 39: found" in verbose
    assert "search path: /there" in verbose


def test_describe_says_what_is_not_as_usual(spec):
    """A selection, another PyTorch, strictness and a debugger's level are pointed out."""
    chosen = choose(spec, "tensor", ["sums.add"])
    terms = Terms("mine", "tensor", strict=True, seed=3)
    other = {**REFERENCE, "version": "2.1.0", "is_the_specs": False}
    header = header_of(chosen, terms, BackendInfo("mine"), other, ["--behaviour=sums.add"])
    assert describe(header, whole=2) == [
        "backend: mine",
        "reference: PyTorch 2.1.0, not the spec's reference: no score",
        "profile: tensor, 1 of 2 behaviours, 1 musts about gradients, shoulds count",
        "isolation: 0 (for a debugger: what one program leaves behind reaches the next), seed: 3",
    ]
    assert header.partial
    assert header.selection == ("--behaviour=sums.add",)


def test_what_broke_is_cut(spec):
    """A reason that never ends does not make a journal that nobody can read."""
    entry = broken(spec.get("sums.add"), "x" * 100_000, TERMS)
    assert len(entry.verdict.detail.reason) < 3_000
