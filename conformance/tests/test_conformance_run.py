"""A run: when it has a score, what it exits with, and what its lines are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gradmark.behaviour import Behaviour, Chapter, Level, Spec
from gradmark.journal import exit_code, make_footer
from gradmark.run import Entry, Header, Run, make_entry, make_header
from gradmark.session import BackendInfo
from gradmark.verdict import Detail, Outcome, Verdict

REFERENCE = {"name": "PyTorch", "version": "2.13.0", "is_the_specs": True}
HEADER = Header({"name": "mylib"}, REFERENCE, "tensor", size=3, musts=2)


def entry(identity: str, outcome: Outcome = Outcome.PASS, **about: Any) -> Entry:
    about = {"level": "must", "gradient": True, "counted": True, **about}
    return Entry(
        Verdict(identity, outcome), "X does Y", profile="tensor", holds=outcome.holds, **about
    )


ENTRIES = (
    entry("leaf.one"),
    entry("leaf.two", Outcome.FAIL),
    entry("data.three", level="should", counted=False),
)


def test_a_complete_run_has_a_score() -> None:
    """Musts passed and musts of the profile; a should is not among them."""
    assert complete().score == (1, 2)
    assert complete().unscored == ()


def complete(entries: tuple[Entry, ...] = ENTRIES, **changes: Any) -> Run:
    return Run(replace(HEADER, **changes), entries, make_footer(entries, 0.0))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (complete(partial=True), "partial selection"),
        (
            Run(HEADER, ENTRIES),
            "incomplete run: 3 of 3 behaviours have a verdict, and it has no end",
        ),
        (complete(ENTRIES[:2]), "incomplete run: 2 of 3 behaviours have a verdict"),
        (
            complete((*ENTRIES[:2], entry("data.three", Outcome.UNGRADED))),
            "1 ungraded, which is not the library's fault",
        ),
        (
            complete(reference={"version": "2.12.0", "is_the_specs": False}),
            "compared with PyTorch 2.12.0, which is not the spec's reference",
        ),
        (complete(musts=0), "nothing that counts in this run"),
    ],
)
def test_a_run_without_a_score_says_why(found: Run, reason: str) -> None:
    """A denominator is the spec's, or there is none."""
    assert found.score is None
    assert found.unscored == (reason,)


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ((entry("a.b"), entry("a.c", Outcome.LENIENT)), 0),
        ((entry("a.b", Outcome.FAIL, counted=False),), 0),
        ((entry("a.b", Outcome.FAIL),), 1),
        ((entry("a.b", Outcome.FAIL), entry("a.c", Outcome.UNGRADED)), 3),
    ],
)
def test_the_exit_code_says_what_came_out(entries: tuple[Entry, ...], code: int) -> None:
    """What counts decides between 0 and 1, and our own fault outranks both."""
    assert exit_code(entries) == code


chapter = Chapter("leaf", "Leaves")


@chapter.behaviour("one", "A leaf doubles", why="it matters", mistake="it is forgotten")
def doubles(lib: Any) -> None:
    x = lib.ones(2, requires_grad=True)
    lib.observe("twice", 2 * x)


@chapter.behaviour("two", "A leaf has a kind", level="should", gradient=False)
def kind(lib: Any) -> None:
    lib.observe("kind", lib.kind(lib.ones(2)))


SPEC = Spec((doubles, kind), (("leaf", "Leaves"),))


def test_a_header_names_the_denominator() -> None:
    """The size and the musts are the spec's, not what happens to run."""
    header = make_header(
        SPEC, BackendInfo("mylib"), REFERENCE, profile="tensor", strict=False, seed=0,
        started="", host={},
    )  # fmt: skip
    assert (header.size, header.musts, header.partial) == (2, 1, False)
    assert header.planned == ("leaf.one", "leaf.two")
    assert header.chapters == (("leaf", "Leaves"),)


def test_a_pass_carries_no_script() -> None:
    """What holds needs no program to look at."""
    made = entry_of(doubles, Outcome.PASS)
    assert (made.script, made.torch_script, made.reproduce) == ((), (), "")
    assert (made.why, made.mistake) == ("it matters", "it is forgotten")


def entry_of(
    behaviour: Behaviour, outcome: Outcome, backend: str = "mylib", seed: int = 0
) -> Entry:
    verdict = Verdict(behaviour.id, outcome, Detail(step=1))
    return make_entry(
        behaviour, verdict, profile="tensor", strict=False, seed=seed, backend=backend
    )


def test_a_deviation_carries_the_command_that_shows_it_again() -> None:
    """The command can be pasted into a shell, whatever the backend is called."""
    made = entry_of(doubles, Outcome.FAIL, backend="my lib; rm -rf ~", seed=5)
    command = "gradmark run --backend='my lib; rm -rf ~' --profile=tensor --behaviour=leaf.one"
    assert made.reproduce == f"{command} --seed=5"
    assert made.script
    assert made.torch_script


def test_an_explanation_says_whose_numbers_it_names() -> None:
    """At another seed the program has other numbers than the text beside it."""

    def body(lib: Any) -> None:
        lib.observe("twice", lib.tensor(1.5) * 2)

    said = " (The numbers of this explanation are those of seed 0.)"
    told = Behaviour("leaf.x", "X", Level.MUST, "tensor", body, why="1.5·2 is 3", mistake="it's 2")
    silent = replace(told, why="it doubles", mistake="it does not")
    assert entry_of(told, Outcome.FAIL, seed=5).why == told.why + said
    assert entry_of(told, Outcome.FAIL).why == told.why
    assert entry_of(silent, Outcome.FAIL, seed=5).why == silent.why
    assert entry_of(replace(told, exact="it is"), Outcome.FAIL, seed=5).why == told.why


def test_a_should_counts_only_when_asked() -> None:
    """Without --strict a should that deviates fails nothing, and lenient does not meet it."""
    made = entry_of(kind, Outcome.PASS)
    assert (made.level, made.counted, made.holds) == (Level.SHOULD.value, False, True)
