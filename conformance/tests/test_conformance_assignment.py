"""The assignment file: what it settles, and the line of every mistake in it."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from gradmark.assignment import Assignment, text
from gradmark.assignment_file import default_text, load, schema
from gradmark.behaviour import Chapter, Spec, load_spec
from gradmark.errors import GradmarkError
from gradmark.verdict import Outcome

sums, rules = Chapter("sums", 'Sums "and" more'), Chapter("rules", "Rules")


def _body(lib):
    lib.observe("x", lib.ones(1))


for _slug, _level, _profile in [
    ("add", "must", "scalar"), ("mul", "must", "scalar"), ("exp", "should", "tensor"),
]:  # fmt: skip
    sums.behaviour(_slug, f"Sum {_slug}", level=_level, profile=_profile)(_body)
rules.behaviour("one", "Rule one", profile="tensor")(_body)
rules.behaviour("far", "Rule far", profile="torch")(_body)
SPEC = Spec(
    (*sums.behaviours.values(), *rules.behaviours.values()),
    ((sums.name, sums.title), (rules.name, rules.title)),
)
GOOD = """\
title = "One"
backend = "./mine"
profile = "tensor"
pass_mark = 62.5
seed = 7

[worth]
lenient = 0.5

[[group]]
name = "Sums"
behaviours = "sums"
points = "7/3"

[[group]]
name = "Rules"
behaviours = ["rules", "sums.exp"]
points = 4
rule = "min"
require = "Sums"
visibility = "hidden"
bonus = true
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to write into."""
    return tmp_path / "gradmark.toml"


def test_everything_that_is_written_is_read(file: Path) -> None:
    """Patterns become ids, fractions stay exact, and an id of another level counts by itself."""
    file.write_text(GOOD)
    assignment, seed = load(file, SPEC)
    first, second = assignment.groups
    assert (assignment.title, assignment.backend, assignment.profile, seed) == (
        "One", "./mine", "tensor", 7,
    )  # fmt: skip
    assert assignment.pass_mark == Fraction(5, 8)
    assert assignment.worth[Outcome.LENIENT] == Fraction(1, 2)
    assert (first.behaviours, first.points) == (("sums.add", "sums.mul"), Fraction(7, 3))
    assert first.share == Fraction(7, 6)
    assert (second.behaviours, second.rule) == (("sums.exp", "rules.one"), "min")
    assert (second.require, second.visibility, second.bonus) == (("Sums",), "hidden", True)
    assert assignment.points == Fraction(7, 3)
    assert assignment.ids == ("sums.add", "sums.mul", "sums.exp", "rules.one")


def test_a_header_keeps_it_exactly(file: Path) -> None:
    """What a journal says about an assignment is read back as it was."""
    file.write_text(GOOD)
    assignment, _ = load(file, SPEC)
    kept = json.loads(json.dumps(assignment.to_json()))
    assert Assignment.from_json(kept).to_json() == assignment.to_json()
    assert Assignment.from_json(kept).groups[0].points == Fraction(7, 3)


MISTAKES = [
    ("pass_mark = 62.5", "pas_mark = 1", 4, "unknown key 'pas_mark'", "pass_mark"),
    ("pass_mark = 62.5", 'pass_mark = "x"', 4, "pass_mark can't be 'x'", "60"),
    ('title = "One"', "title = 1", 1, "title has to be a text", ""),
    ('title = "One"', "", 1, "there is no 'title'", "headed"),
    ('title = "One"', 'title = ""', 1, "title is empty", "headed"),
    ('name = "Rules"', 'name = ""', 16, "name is empty", "called"),
    ('"tensor"', '"tensors"', 3, "profile can't be 'tensors'", "tensor"),
    ("seed = 7", "seed = 1.5", 5, "seed has to be a whole number", ""),
    ("pass_mark = 62.5", "pass_mark = 120", 4, "pass_mark can't be 120", "percentage"),
    ("pass_mark = 62.5", "pass_mark = 0.6", 4, "pass_mark can't be 0.6", "60, not 0.6"),
    ("pass_mark = 62.5", "isolation = 4", 4, "isolation can't be 4", "0, 1, 2 or 3"),
    ("pass_mark = 62.5", "isolation = -1", 4, "isolation can't be -1", "0, 1, 2 or 3"),
    ("pass_mark = 62.5", "pass_mark = inf", 4, "pass_mark can't be inf", "60"),
    ("pass_mark = 62.5", "'pas_mark' = 1", 4, "unknown key 'pas_mark'", "pass_mark"),
    ("[worth]\nlenient = 0.5", "worth.lenent = 1", 7, "no verdict 'lenent'", "lenient"),
    ("pass_mark = 62.5", "wort.lenient = 1", 4, "unknown key 'wort'", "worth"),
    ("seed = 7", "secret = true", 5, "secret needs a seed", "$"),
    ("seed = 7", "secret = true\nseed = 0", 5, "secret needs a seed", "$"),
    ("seed = 7", 'seed = "$A-B"', 5, "seed has to be a whole number", ""),
    ("seed = 7", 'seed = "$NO_SUCH_SEED"', 5, "no whole number $NO_SUCH_SEED", ""),
    ("lenient = 0.5", "leniet = 1", 8, "no verdict 'leniet'", "lenient"),
    ("lenient = 0.5", "lenient = 2", 8, "more than all", ""),
    ("lenient = 0.5", "ungraded = 1", 8, "no verdict 'ungraded'", ""),
    ('"7/3"', '"7/0"', 13, "points can't be '7/0'", "7/3"),
    ('"7/3"', "nan", 13, "points can't be nan", "7/3"),
    ('"7/3"', "0", 13, "no group has points", ""),
    ('"7/3"', "3\nbonus = true", 13, "no group has points", ""),
    ('name = "Rules"', 'name = "Sums"', 16, "two groups are called 'Sums'", ""),
    ('name = "Rules"', "'nam' = 1", 16, "unknown key 'nam'", "name"),
    ('require = "Sums"', 'require = ["Sumz"]', 20, "requires 'Sumz'", "Sums"),
    ('require = "Sums"', '"require" = "Rules"', 20, "'Rules' can't require itself", "before"),
    ('"7/3"', "-1", 13, "points can't be -1", ""),
    ('"7/3"', "true", 13, "points can't be True", ""),
    ('points = "7/3"', "", 10, "there is no 'points'", "number"),
    ('"sums"', '"smus"', 12, "no behaviour matches 'smus'", "sums"),
    ('"sums"', "[]", 12, "needs behaviours", ""),
    ('"sums"', "[1]", 12, "list of texts", ""),
    ('["rules", "sums.exp"]', '["rules.far"]', 17, "matches nothing that is graded", "profile"),
    ('["rules", "sums.exp"]', '["rules", "sums.add"]', 17, "in 'Sums' and in 'Rules'", "except"),
    ('rule = "min"', 'rule = "mni"', 19, "rule can't be 'mni'", "min"),
    ('rule = "min"', 'levels = ["musts"]', 19, "no level 'musts'", "must"),
    ('"hidden"', '"hiden"', 21, "visibility can't be 'hiden'", "hidden"),
    ("bonus = true", "bonus = 1", 22, "true or false", ""),
    ("bonus = true", "bonsu = true", 22, "unknown key 'bonsu'", "bonus"),
]


@pytest.mark.parametrize(("old", "new", "line", "words", "hint"), MISTAKES)
def test_a_mistake_is_told_with_its_line(
    file: Path, old: str, new: str, line: int, words: str, hint: str
) -> None:
    """The message has the file, the line, what is wrong, and the nearest right thing."""
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(GradmarkError) as error:
        load(file, SPEC)
    assert words in error.value.message
    assert error.value.message.startswith(f"{file}:{line}: ")
    assert hint in error.value.hint


def test_an_unknown_table_is_told(file: Path) -> None:
    """A group under another name grades nothing."""
    file.write_text(GOOD.replace("[[group]]", "[[gruop]]"))
    with pytest.raises(GradmarkError, match="toml:10: unknown key 'gruop'"):
        load(file, SPEC)


@pytest.mark.parametrize(
    ("source", "line"),
    [('title = "One"\nseed = \n', 2), ('title = "One"\nseed = [1,\n\n', 2), ("", None)],
)
def test_what_is_no_toml_is_told_with_its_line(file: Path, source: str, line: int | None) -> None:
    """The parser's own line; an open bracket is told at the end."""
    file.write_text(source or f"seed = {'1' * 5000}")
    with pytest.raises(GradmarkError) as error:
        load(file, SPEC)
    where = f"{file}:{line}: " if line else f"{file}: "
    assert error.value.message == f"{where}this is no TOML"
    assert error.value.cause


INLINE = """\
title = "One, {seed = 1}"
profile = "tensor"
worth = {lenient = 0.5, "fail" = 0}
group = [
  {name = "Sums", behaviours = "sums", points = 1},
  {name = "Rules", behaviours = ["rules",
    "sums.exp"], 'points' = 2},
]
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"fail"', '"fial"', 3),
        ('"rules"', '"ruels"', 6),
        ("'points' = 2", "'points' = nan", 7),
        ('"Rules"', '"Sums"', 6),
        ('"Rules"', '"Rules", bonsu = true', 6),
        ('"sums", points', '"sums", pionts', 5),
    ],
)
def test_inline_tables_have_lines_too(file: Path, old: str, new: str, line: int) -> None:
    """Groups may be written as a list of tables."""
    file.write_text(INLINE)
    assert [g.points for g in load(file, SPEC)[0].groups] == [1, 2]
    file.write_text(INLINE.replace(old, new, 1))
    with pytest.raises(GradmarkError) as error:
        load(file, SPEC)
    assert error.value.message.startswith(f"{file}:{line}: ")


def test_a_byte_order_mark_is_read_over(file: Path) -> None:
    """As some editors on Windows write it."""
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(file, SPEC)[0].title == "One"


def test_no_file_is_told_how_to_get_one(tmp_path: Path) -> None:
    """The command that writes one is named."""
    with pytest.raises(GradmarkError) as error:
        load(tmp_path / "nothing.toml", SPEC)
    assert "gradmark init" in error.value.hint


def test_what_can_be_provoked_is_warned_about(file: Path) -> None:
    """Points for what is missing can be earned by deleting code."""
    file.write_text(GOOD.replace("lenient = 0.5", "missing = 0.25"))
    assignment, _ = load(file, SPEC)
    assert assignment.warnings == ("missing is worth 0.25: it can be provoked",)


def test_a_seed_may_come_from_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the file can be public and the data not."""
    file.write_text(GOOD.replace("seed = 7", 'seed = "$COURSE_SEED"\nsecret = true'))
    monkeypatch.setenv("COURSE_SEED", "4711")
    assignment, seed = load(file, SPEC)
    assert (assignment.secret, seed) == (True, 4711)
    assert "4711" not in json.dumps(assignment.to_json())


@pytest.mark.parametrize("profile", ["scalar", "tensor", "torch"])
def test_the_default_file_is_right(file: Path, profile: str) -> None:
    """What `gradmark init` writes is read without a word, and every must is worth one point."""
    spec = load_spec()
    file.write_text(default_text(spec, backend="./x", profile=profile))
    assignment, seed = load(file, spec)
    musts = [b.id for b in spec.profile(profile) if b.level.value == "must"]
    assert sorted(assignment.ids) == sorted(musts)
    assert {g.share for g in assignment.groups} == {Fraction(1)}
    assert seed is None


def test_the_schema_says_the_same(file: Path) -> None:
    """Editors accept what we accept, and refuse the mistakes of form that we refuse."""
    jsonschema = pytest.importorskip("jsonschema")
    tomllib = pytest.importorskip("tomllib")
    check = jsonschema.Draft202012Validator(schema())
    for source in (GOOD, default_text(load_spec(), backend="./x", profile="torch")):
        assert list(check.iter_errors(tomllib.loads(source))) == []
    about_content = (
        "smus", "rules.far", "sums.add", "NO_SUCH", "lenient = 2", '"7/0"', "[]", "worth.lenent",
        "seed = 0", "nan", "inf", '= "Sums"', "Sumz", '"Rules"',
    )  # fmt: skip
    for old, new, _, words, _ in MISTAKES:
        about_points = words == "no group has points"
        if not about_points and not any(part in new for part in about_content):
            assert list(check.iter_errors(tomllib.loads(GOOD.replace(old, new, 1)))), new


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Fraction(3), "3"),
        (Fraction(5, 2), "2.5"),
        (Fraction(7, 3), "7/3"),
        (Fraction(1, 8), "0.125"),
    ],
)
def test_fractions_are_written_exactly(value: Fraction, written: str) -> None:
    """A decimal number where it is one, and it reads back the same."""
    assert text(value) == written
    assert Fraction(text(value)) == value
