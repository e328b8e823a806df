"""The bank of mutants: each bug is seen, is named rightly, and is seen in whatever order."""

from __future__ import annotations

import fnmatch
import json
import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from gradmark.behaviour import Level, load_spec
from gradmark.session import Session
from gradmark.verdict import Outcome, Verdict
from gradmark_reference.bends import Bend, load_bends
from gradmark_reference.live import Live
from gradmark_reference.mutants import Edit, Mutant, build, load_bank
from gradmark_reference.mutants.bank import grad_mode, pairs
from gradmark_reference.mutants.matrix import (
    Here,
    Row,
    Stored,
    held,
    render,
    run,
    run_bend,
    survivors,
)

SPEC = load_spec()
HELD = held(SPEC)
BANK = load_bank()
BENDS = load_bends()
IDS = [behaviour.id for behaviour in HELD]
PAGE = Path(__file__).resolve().parents[2] / "conformance/docs/kill-matrix.md"
UNCHANGED = Mutant("unchanged", "The model as it is", (), ())
mutants = pytest.mark.parametrize("mutant", BANK, ids=lambda mutant: mutant.id)
REORDERED = [
    m for n, m in enumerate(BANK) if n % 24 == 0 or m in (*grad_mode.MUTANTS, *pairs.MUTANTS)
]
"""Those that leave something behind or have two bugs, and a few of the others."""

bends = pytest.mark.parametrize("bend", BENDS, ids=lambda bend: bend.id)
BOTH: list[Mutant | Bend] = [*BANK, *BENDS]
both = pytest.mark.parametrize("mutant", BOTH, ids=lambda mutant: mutant.id)


SHELF: list[Path] = []


@cache
def live() -> Live:
    return Live()


@cache
def rows() -> dict[str, Row]:
    """The rows that were worked out so far, by the mutant's id."""
    return {}


@pytest.fixture(scope="session", autouse=True)
def _shared_rows(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let two workers of xdist work each row out but once."""
    own = tmp_path_factory.getbasetemp()
    shelf = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "rows"
    shelf.mkdir(exist_ok=True)
    SHELF.append(shelf)


def forwards(mutant: Mutant | Bend) -> Row:
    """The mutant's verdicts in the spec's order, worked out once."""
    if mutant.id not in rows():
        kept = SHELF[0] / f"{mutant.id}.json"
        if not kept.exists():
            if isinstance(mutant, Bend):
                row = run_bend(mutant, SPEC, live())
            else:
                row = run(mutant, SPEC, live())
            draft = kept.with_suffix(f".{os.getpid()}")
            draft.write_text(json.dumps([(v.id, v.outcome.value, v.root) for v in row.verdicts]))
            draft.replace(kept)
        # Without their details: every program that collects garbage would count them all again.
        verdicts = [Verdict(i, Outcome(o), root=r) for i, o, r in json.loads(kept.read_text())]
        rows()[mutant.id] = Row(mutant, tuple(verdicts))
    return rows()[mutant.id]


def asked(package: Path, identities: Iterable[str]) -> dict[str, tuple[Outcome, str]]:
    """Outcome and root by id, asked in one session in the order that is given."""
    backend = Here(package, Stored)
    try:
        session = Session(HELD, backend, live(), repeats=0)
        return brief(session.verdict(identity) for identity in identities)
    finally:
        backend.close()


def brief(verdicts: Iterable[Verdict]) -> dict[str, tuple[Outcome, str]]:
    return {verdict.id: (verdict.outcome, verdict.root) for verdict in verdicts}


def test_the_model_passes_everything() -> None:
    """Without a bug, what the mutants are made from passes everything, and nothing leniently."""
    outcomes = {v.id: v.outcome for v in forwards(UNCHANGED).verdicts}
    assert outcomes == dict.fromkeys(IDS, Outcome.PASS)


@both
def test_a_mutant_shows_where_it_says(mutant: Mutant | Bend) -> None:
    """What deviates by itself is named with the reason, and what is named does deviate."""
    row = forwards(mutant)
    assert row.unexplained == ()
    assert row.unkept == ()
    assert {v.outcome for v in row.verdicts} & {Outcome.UNGRADED, Outcome.PROTOCOL} == set()


@pytest.mark.parametrize("mutant", REORDERED, ids=lambda mutant: mutant.id)
def test_the_order_does_not_matter(mutant: Mutant, tmp_path: Path) -> None:
    """Backwards, and in two halves that are asked apart, each verdict is the same."""
    expected = brief(forwards(mutant).verdicts)
    package = build(mutant, tmp_path, "in_another_order")
    assert asked(package, reversed(IDS)) == expected
    assert asked(package, IDS[::2]) | asked(package, IDS[1::2]) == expected


@both
def test_a_mutant_is_well_written(mutant: Mutant | Bend) -> None:
    """Each has an id, one sentence, behaviours that exist, and a reason for all but its own."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", mutant.id)
    assert len(mutant.title) > 15
    assert not mutant.title.endswith(".")
    assert mutant.own
    assert {*mutant.own} <= {b.id for b in SPEC}
    assert all(fnmatch.filter([b.id for b in SPEC], name) for name in mutant.others)
    assert {name for name in mutant.others if "*" in name} <= {"operations.*", "kinks.*"}
    assert not {*mutant.own} & {*mutant.others}
    assert all(len(reason) > 10 and "\n" not in reason for reason in mutant.others.values())


@bends
def test_a_bend_alters_one_chapter(bend: Bend) -> None:
    """A bend that raises at everything, or shows in several chapters, proves nothing."""
    assert {name.partition(".")[0] for name in forwards(bend).killed} == {
        bend.own[0].partition(".")[0]
    }


def test_the_model_holds_every_must() -> None:
    """Bends are there for what is PyTorch's own, never for what every engine is asked."""
    assert [b.id for b in SPEC if b.level is Level.MUST and b not in HELD.behaviours] == []


def test_no_behaviour_survives() -> None:
    """Every behaviour is failed by a mutant or a bend whose own it is."""
    assert survivors([forwards(mutant) for mutant in BOTH], SPEC) == ()


def test_the_page_is_what_the_command_writes() -> None:
    """The kill matrix in the docs is the one that the mutants give today."""
    page = render([forwards(mutant) for mutant in BOTH], SPEC)
    assert PAGE.read_text(encoding="utf-8") == page


def test_ids_are_unique() -> None:
    """A mutant is known by its id alone, in folders that take no hyphens too."""
    names = [mutant.id.replace("-", "_") for mutant in BOTH]
    assert len({*names}) == len(names)


def test_pairs_show_both_bugs() -> None:
    """Ten mutants or more have two bugs, and in each of them both bugs deviate by themselves."""
    assert len(pairs.MUTANTS) >= 10
    assert {mutant.bugs for mutant in pairs.MUTANTS} == {2}
    for mutant in pairs.MUTANTS:
        assert len(mutant.own) >= 2
        assert {*mutant.own} <= {*forwards(mutant).killed}


@pytest.mark.parametrize(("old", "times"), [("no such line", 0), ("return self", 15)])
def test_an_edit_that_does_not_fit_is_refused(old: str, times: int, tmp_path: Path) -> None:
    """An edit names a place in the model, and only one."""
    mutant = Mutant("misfit", "An edit that fits nowhere", (Edit("tensor.py", old, ""),), ())
    with pytest.raises(ValueError, match=f"stands {times}"):
        build(mutant, tmp_path)
