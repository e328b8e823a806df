"""Each export against what its reader accepts, with a stranger's strings in it too."""

import json
import re
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from gradmark.errors import GradmarkError
from gradmark.grade import grade
from gradmark.verdict import Outcome
from gradmark_reports.exports import FORMATS, Around, format_named
from gradmark_reports.exports.github import SUMMARY_LIMIT
from gradmark_reports.exports.markdown import text as markdown_text

HERE = Path(__file__).parent
_SPEC = spec_from_file_location("exporting_cases", HERE / "export_cases.py")
assert _SPEC is not None
assert _SPEC.loader is not None
cases = module_from_spec(_SPEC)
_SPEC.loader.exec_module(cases)

EVIL = (
    "</script><script>alert(1)</script>]]>\n::set-output name=x::1\n=1+1\x1b[31m\x00\ud800"
    "\u202e| @all ```\n</pre></details><img src=x> [a](javascript:b) https://evil.example \r%0A"
)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202e\ud800-\udfff]")
TEXTS = sorted(set(FORMATS) - {"canvas", "moodle"})
JSON = ("gradescope", "classroom50", "github-classroom", "ctrf")
TIME = re.compile(r"\d{0,9}\.\d{3}")
ATTRIBUTES = {
    "testsuites": {"name"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"classname", "name", "time"},
    "properties": set(),
    "property": {"name", "value"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "testcase": {"properties", "failure", "error"},
    "properties": {"property"},
}


def check_json(name, text):
    schema = json.loads((HERE / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    found = cases.unpacked(text) if name == "github-classroom" else json.loads(text)
    jsonschema.Draft202012Validator(schema).validate(found)
    return found


def check_junit(text):
    """Apply the rules of the junit-10 schema: elements, attributes, times and counts."""
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
        assert TIME.fullmatch(element.get("time", "0.000"))
    for suite in root:
        suite_cases = suite.findall("testcase")
        for kind, tag in (("failures", "failure"), ("errors", "error")):
            counted = sum(case.find(tag) is not None for case in suite_cases)
            assert int(suite.attrib[kind]) == counted
        assert int(suite.attrib["tests"]) == len(suite_cases)
    return root


def evil_run(run):
    """Return the hostile run with an assignment whose names are as hostile."""
    groups = tuple(replace(g, name=f"{g.name} {EVIL}") for g in cases.PLAIN)
    made = cases.graded(run, groups)
    return replace(
        made, header=replace(made.header, assignment=made.header.assignment | {"title": EVIL})
    )


@pytest.mark.parametrize("hostile_run", [EVIL], indirect=True, ids=["evil"])
@pytest.mark.parametrize("name", JSON)
def test_json_formats_hold_to_their_schemas(sample, hostile_run, name):
    """Unknown keys are refused by the schemas, as their readers do."""
    for run in (sample, cases.graded(sample, cases.WITH_BONUS), evil_run(hostile_run)):
        check_json(name, cases.export(name, run))


@pytest.mark.parametrize("hostile_run", [EVIL], indirect=True, ids=["evil"])
def test_junit_holds_to_its_rules(sample, hostile_run):
    """Elements, attributes, times and counts; a hostile time of the run is left out."""
    for run in (sample, cases.graded(sample, cases.WITH_BONUS)):
        root = check_junit(cases.export("junit", run))
        assert root[0].get("timestamp") == "2026-01-31T12:00:00"
    root = check_junit(cases.export("junit", evil_run(hostile_run)))
    assert root[0].get("timestamp") is None


def test_junit_counts_as_pytest_does(sample):
    """What does not hold is a failure with its verdict, its reason and its text."""
    root = check_junit(cases.export("junit", cases.graded(sample, cases.PLAIN)))
    case = root.find(".//testcase[@name='two-losses']")
    assert case.get("classname") == "gradmark.accumulation"
    found = case.find("failure")
    assert found.get("type") == "fail"
    assert found.get("message").startswith("grad after the second backward: 3 of 4 elements")
    assert "backward assigns to x.grad" in found.text
    assert {p.get("name"): p.get("value") for p in case.iter("property")} == {
        "title": "Backward of a second loss adds to the leaf's grad",
        "group": "Sums",
        "verdict": "fail",
        "level": "must",
        "points": "14/9",
        "earned": "0",
    }


@pytest.mark.parametrize("hostile_run", [EVIL], indirect=True, ids=["evil"])
@pytest.mark.parametrize("name", TEXTS)
def test_hostile_strings_do_nothing(hostile_run, name):
    """Nothing invisible, no tag, no command, no link, no broken table."""
    text = cases.export(name, evil_run(hostile_run))
    said = json.dumps(cases.unpacked(text)) if name == "github-classroom" else text
    said.encode("utf-8")
    assert not UNSEEN.search(said)
    if name in JSON:
        assert not re.search(r"(?<!\\)\\u(00[01]|202e|d8)", said)
        return
    if name != "github-annotations":
        assert "<script" not in said
        assert "<img" not in said
    commands = [line for line in said.splitlines() if line.startswith("::")]
    if name == "github-annotations":
        assert len(commands) == len(said.splitlines())
        assert all(re.match(r"::(error|notice) title=[^:,]*::", line) for line in commands)
        assert "%0A" not in said
    elif name in {"markdown", "github-summary"}:
        assert said.count("</pre>") == said.count("<pre>") == said.count("<details>")
        table = [line for line in said.splitlines() if line.startswith("|")]
        assert all(line.count("|") == 5 for line in table)
        assert "@all" not in said
        head = said[: said.index("<details>")]
        assert "https://" not in head
        assert "](" not in head.replace("\\]", "")


def test_markdown_shows_text_as_it_is():
    """Every character that means something is written so that it does not."""
    assert markdown_text("a_b*c`|<x>&@me") == "a\\_b\\*c\\`&#124;&lt;x&gt;&amp;&#64;me"
    assert markdown_text("see www.x.example\n# no") == "see www&#46;x.example\\\\n\\# no"


def test_the_step_summary_stays_under_its_limit(sample):
    """3,000 long failures: as many as fit, and the number of the others."""
    detail = replace(sample.entries[5].verdict.detail, message="é" * 4000, error="ValueError")
    one = replace(sample.entries[5], script=("x = 'é'" * 400,))
    many = tuple(
        replace(one, verdict=replace(one.verdict, detail=detail, id=f"accumulation.a-{n}"))
        for n in range(3000)
    )
    text = cases.export("github-summary", replace(sample, entries=many))
    size = len(text.encode("utf-8"))
    assert SUMMARY_LIMIT - 20_000 < size <= SUMMARY_LIMIT
    left = int(re.findall(r"(\d+) more behaviours did not hold", text)[0])
    assert left + text.count("<details>") == 3000
    assert len(cases.export("markdown", replace(sample, entries=many)).encode()) > SUMMARY_LIMIT


def test_annotations_are_no_more_than_github_shows(sample):
    """Ten errors: that there is no grade, eight behaviours, and how many more."""
    entries = tuple(replace(sample.entries[5], verdict=replace(
        sample.entries[5].verdict, id=f"accumulation.a-{n}")) for n in range(25))  # fmt: skip
    lines = cases.export("github-annotations", replace(sample, entries=entries)).splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == 10
    assert errors[-1] == "::error title=and more::17 more behaviours did not hold"


def test_classroom_50_needs_its_workflow(sample):
    """Every variable that is not set is named; so is a commit without a date."""
    with pytest.raises(GradmarkError) as caught:
        FORMATS["classroom50"].render(sample, grade(sample), Around({"MODE": "individual"}))
    assert caught.value.code == "no-classroom"
    assert caught.value.cause == (
        "CLASSROOM, ASSIGNMENT, USERNAME, SUBMISSION_TAG, COMMIT_URL, RELEASE_URL, REVIEW_URL "
        "not set"
    )
    with pytest.raises(GradmarkError) as caught:
        FORMATS["classroom50"].render(sample, grade(sample), Around(cases.CLASSROOM, ""))
    assert "date of the commit" in caught.value.cause


def test_a_badge_is_full_only_when_all_is_reached(sample):
    """99.96 % is not written as 100."""
    whole = cases.graded(sample, (cases.group("A", 1, "leaf.computed"),))
    assert ">100.0 %<" in cases.export("badge", whole)
    nearly = cases.group("B", "0.0003", "accumulation.two-losses")
    run = cases.graded(sample, (cases.group("A", 1, "leaf.computed"), nearly))
    assert ">99.9 %<" in cases.export("badge", run)
    ET.fromstring(cases.export("badge", run))


def test_a_name_that_is_nearly_right_is_offered():
    """A misspelt format says which was meant."""
    with pytest.raises(GradmarkError) as caught:
        format_named("gradscope")
    assert caught.value.hint == "did you mean gradescope?"


def test_what_was_not_asked_has_no_verdict(sample):
    """An id without an entry is an error in JUnit and ``other`` in CTRF."""
    entries = tuple(e for e in sample.entries if e.id != "leaf.computed")
    run = cases.graded(replace(sample, entries=entries), cases.PLAIN)
    case = check_junit(cases.export("junit", run)).find(".//testcase[@name='computed']")
    assert case.find("error").get("type") == Outcome.UNGRADED.value
    found = check_json("ctrf", cases.export("ctrf", run))["results"]["tests"]
    assert [t["name"] for t in found if t["status"] == "other"] == ["leaf.computed", "grade"]
