"""Points in every export: they add up, no grade is no zero, and hidden ones stay hidden."""

import csv
import io
import json
import re
from dataclasses import replace
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gradmark.assignment import VISIBILITIES
from gradmark.errors import GradmarkError
from gradmark.grade import grade
from gradmark.verdict import Outcome
from gradmark_reports.amounts import settle
from gradmark_reports.exports import FORMATS
from gradmark_reports.exports.sheet import STRICTNESS, make_sheet

_SPEC = spec_from_file_location("exporting_cases", Path(__file__).with_name("export_cases.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
cases = module_from_spec(_SPEC)
_SPEC.loader.exec_module(cases)

REFUSE = {"gradescope", "classroom50", "github-classroom", "canvas", "moodle"}
THIRD = Fraction(1, 3)


def total_and_parts(name: str, text: str) -> tuple[Fraction, list[Fraction] | None]:
    """Return what a format says is the total, and its parts; a format without parts has one."""
    if name == "junit":
        suites = ET.fromstring(text).findall("testsuite/properties/property[@name='earned']")
        parts = [Fraction(suite.attrib["value"]) for suite in suites]
        return sum(parts, Fraction(0)), parts
    if name == "ctrf":
        extra = json.loads(text)["results"]["extra"]
        return Fraction(extra["gradmark.earned"]), None
    if name == "gradescope":
        parts = [Fraction(str(t["score"])) for t in json.loads(text)["tests"]]
        return sum(parts, Fraction(0)), parts
    if name == "classroom50":
        found = json.loads(text)
        return Fraction(found["score"]), [Fraction(t["score"]) for t in found["tests"]]
    if name == "github-classroom":
        parts = [Fraction(t["score"]) for t in cases.unpacked(text)["tests"]]
        return sum(parts, Fraction(0)), parts
    if name in {"markdown", "github-summary"}:
        said = re.findall(r": ([\d.]+) of", text)[0]
        parts = [Fraction(p) for p in re.findall(r"^\|[^|]+\| ([\d.]+) of", text, re.MULTILINE)]
        return Fraction(said), parts
    if name == "github-annotations":
        return Fraction(re.findall(r"::([\d.]+) of", text)[0]), None
    rows = list(csv.reader(io.StringIO(text, newline="")))
    column = rows[0].index("Grade" if name == "moodle" else "Homework 3 (77)")
    return Fraction(rows[-1][column]), None


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"badge"}))
@pytest.mark.parametrize("groups", [cases.PLAIN, cases.WITH_BONUS], ids=["plain", "bonus"])
def test_points_add_up_in_every_format(sample, name, groups):
    """Thirds of points: each format's parts are its total, and the total is the grade's."""
    run = cases.graded(sample, groups)
    graded = grade(run)
    assert graded is not None
    earned = graded.earned
    assert earned == Fraction(35, 9) + len(groups[3:])
    total, parts = total_and_parts(name, cases.export(name, run))
    if parts is not None:
        assert sum(parts) == total
    if name in {"classroom50", "github-classroom"}:
        assert total == round(earned)
    else:
        assert abs(total - earned) <= Fraction(1, 200)
    if name in {"junit", "ctrf"}:
        assert total == earned


def test_gradescope_is_out_of_all_points(sample):
    """The possible points add up to 10 although they are thirds; a bonus is out of none."""
    tests = json.loads(cases.export("gradescope", cases.graded(sample, cases.WITH_BONUS)))["tests"]
    assert sum(Fraction(str(t["max_score"])) for t in tests) == 10
    assert [t["max_score"] for t in tests[-2:]] == [0, 0]
    assert [t["score"] for t in tests[-2:]] == [0.5, 0.5]
    assert [t["score"] for t in tests[:3]] == [0.7778, 0.7778, 0.7778]


def test_a_bonus_never_lifts_classroom_50_above_its_maximum(sample):
    """The score is at most the maximum, and what was cut is cut from the bonus."""
    groups = (
        cases.group("Leaves", 2, *cases.LEAF),
        cases.group("Bonus", 3, "data.shape", bonus=True),
    )
    found = json.loads(cases.export("classroom50", cases.graded(sample, groups)))
    assert (found["score"], found["max-score"]) == (2, 2)
    assert [t["score"] for t in found["tests"]] == [2, 0]


@pytest.mark.parametrize(
    ("parts", "scale", "earned", "points"),
    [
        ([(THIRD, THIRD)] * 3, 1, (1, 0, 0), (1, 0, 0)),
        ([(Fraction(0), THIRD), (THIRD, THIRD), (THIRD, THIRD)], 1, (1, 0, 0), (1, 0, 0)),
        ([(THIRD, THIRD)] * 3, 100, (34, 33, 33), (34, 33, 33)),
        ([(Fraction(1, 2), Fraction(1)), (Fraction(1), Fraction(1))], 1, (1, 1), (1, 1)),
        ([], 1, (), ()),
    ],
)
def test_parts_are_settled_by_the_largest_remainder(parts, scale, earned, points):
    """Sums are kept and no part gets more than it is out of."""
    amounts = settle(parts, scale)
    assert (amounts.earned, amounts.points) == (earned, points)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_grade_is_never_a_zero(sample, name):
    """Something ungraded: each format says that there is no grade, or refuses."""
    run = cases.changed(cases.graded(sample, cases.PLAIN), computed=Outcome.UNGRADED)
    if name in REFUSE:
        with pytest.raises(GradmarkError) as caught:
            cases.export(name, run)
        assert caught.value.code == "no-grade"
        assert "1 ungraded" in caught.value.cause
        return
    text = cases.export(name, run)
    assert "no grade" in text
    if name == "badge":
        assert "%" not in text


def test_no_grade_is_an_error_in_junit_and_other_in_ctrf(sample):
    """The behaviour without a verdict is an error of its own as well."""
    run = cases.changed(cases.graded(sample, cases.PLAIN), computed=Outcome.UNGRADED)
    root = ET.fromstring(cases.export("junit", run))
    assert [c.get("name") for c in root.iter("testcase") if c.find("error") is not None] == [
        "computed",
        "grade",
    ]
    assert json.loads(cases.export("ctrf", run))["results"]["summary"]["other"] == 2


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"gradescope"}))
def test_hidden_groups_stay_hidden(sample, name):
    """No name, id, title or point of a hidden group, nor the whole total where students read."""
    run = cases.graded(sample, cases.HIDDEN)
    if name in {"classroom50", "github-classroom"}:
        with pytest.raises(GradmarkError) as caught:
            cases.export(name, run)
        assert caught.value.code == "hidden-groups"
        return
    text = cases.export(name, run)
    for said in ("two-losses", "accumulation.loop", "Secret", "Later", "14/3", "shares"):
        assert said not in text
    assert "second loss adds" not in text
    if name == "github-annotations":
        assert "2.33 of 4.33 points in the visible groups" in text
    if name in {"canvas", "moodle"}:
        assert "3.33" in text


@pytest.mark.parametrize("name", ["markdown", "junit", "ctrf"])
def test_a_program_names_no_hidden_owner(sample, name):
    """A visible one that fails shows its program, whose controls may be a hidden one's."""
    script = ("print('control: accumulation.two-losses', x.grad)",)
    entries = tuple(replace(e, script=script if e.script else ()) for e in sample.entries)
    text = cases.export(name, cases.graded(replace(sample, entries=entries), cases.HIDDEN))
    assert "control: a behaviour that is not shown" in text
    assert "accumulation.two-losses" not in text


def test_a_total_says_that_it_is_not_the_whole(sample):
    """Markdown and the badge say that they show only the visible groups."""
    run = cases.graded(sample, cases.HIDDEN)
    assert "the visible groups" in cases.export("markdown", run)
    assert "53.8 % of the visible groups" in cases.export("badge", run)
    only = cases.graded(sample, cases.HIDDEN[1:2])
    assert "points are not shown" in cases.export("markdown", only)
    assert "not shown" in cases.export("badge", only)


def test_gradescope_keeps_each_groups_visibility(sample):
    """Rows carry the four levels; what is visible does not name what is not."""
    run = cases.graded(sample, cases.HIDDEN)
    found = json.loads(cases.export("gradescope", run))
    assert [t["visibility"] for t in found["tests"]] == [
        *["visible"] * 3, "hidden", "hidden", "after_due_date", "visible", "visible",
    ]  # fmt: skip
    assert "score" not in found
    shown = json.dumps([t for t in found["tests"] if t["visibility"] == "visible"])
    assert "two-losses" not in shown
    assert "waits for a behaviour that is not shown" in shown
    assert "grad through the first path" not in shown


def test_what_requires_a_hidden_group_is_hidden_too(sample):
    """Its points would tell whether the hidden group holds."""
    secret, *_ = (g for g in cases.HIDDEN if g.visibility == "hidden")
    groups = (secret, cases.group("Open", 2, *cases.LEAF, require=("Secret sums",)))
    sheet = make_sheet(run := cases.graded(sample, groups), grade(run))
    assert sheet.parts == ()
    assert set(STRICTNESS) == set(VISIBILITIES)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"canvas", "moodle"}))
def test_a_run_without_an_assignment_is_exported_by_its_musts(sample, name):
    """A group a chapter; the total is the headline score."""
    text = cases.export(name, sample)
    if name == "badge":
        assert "41.6 %" in text
        return
    assert sample.score == (5, 12)
    assert total_and_parts(name, text)[0] == 5
