"""Grading by an assignment file, by the command line and by pytest."""

from __future__ import annotations

import json

import pytest

from gradmark.grade import grade
from gradmark.journal import read
from gradmark_cli.main import main

PLAN = """\
title = "Homework 3"
backend = "mylib"
profile = "tensor"
isolation = 1

[worth]
lenient = 0.5

[[group]]
name = "Sums"
behaviours = ["sums"]
points = 8

[[group]]
name = "Rules"
behaviours = ["rules"]
points = 2
"""
HERE = PLAN.replace("isolation = 1", "isolation = 0")
"""For runs in this process, which is how most tests of the plugin run the tiny spec."""

LINES = [
    "Homework 3: 3.5 of 10 points (35 %)",
    "  2 of 8  Sums (1 of 4 behaviours)",
    "  1.5 of 2  Rules (2 of 2 behaviours)",
]


@pytest.fixture
def gradmark(tiny, capsys):
    """Run the command line beside an assignment; return exit code, standard output and error."""
    (tiny / "gradmark.toml").write_text(PLAN)

    def call(*arguments):
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_points_come_before_the_score(gradmark, tiny):
    """The total, the groups, then the headline; and the journal keeps what was graded."""
    code, out, err = gradmark("run", "--assignment=gradmark.toml", "--quiet")
    assert (code, err) == (1, "")
    assert out.splitlines()[:4] == [
        *LINES,
        "mylib against PyTorch 2.13.0: 3 of 6 musts hold (50.0 %)",
    ]
    found = grade(read(tiny / "gradmark-report" / "run.jsonl"))
    assert found is not None
    assert str(found.earned) == "7/2"


@pytest.mark.parametrize(
    ("mark", "options", "code"),
    [
        ("pass_mark = 35\n", (), 0),
        ("pass_mark = 36\n", (), 1),
        ("", ("--fail-under=35",), 0),
        ("", ("--fail-under=35.5",), 1),
        ("", ("--backend=right",), 0),
    ],
)
def test_the_exit_code_is_a_gate(gradmark, tiny, mark, options, code):
    """The pass mark or --fail-under decides, or else that everything holds."""
    (tiny / "gradmark.toml").write_text(mark + PLAN)
    assert gradmark("run", "--assignment=gradmark.toml", "-q", *options)[0] == code


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--profile=scalar",), "grades the profile tensor, not scalar"),
        (("--behaviour=sums",), "a selection of behaviours can't be graded"),
        (("--isolation=0",), "asks for isolation level 1, and this run has 0"),
    ],
)
def test_nobody_picks_their_own_terms(gradmark, options, words):
    """What the file settles, the command line can't change."""
    code, _, err = gradmark("run", "--assignment=gradmark.toml", *options)
    assert code == 4
    assert words in err


def test_what_can_be_provoked_is_said(gradmark, tiny):
    """Points for what is missing are warned about where the run begins."""
    (tiny / "gradmark.toml").write_text(PLAN.replace("lenient = 0.5", "missing = 0.5"))
    _, out, _ = gradmark("run", "--assignment=gradmark.toml")
    assert "warning: missing is worth 0.5: it can be provoked" in out.splitlines()


def test_a_baseline_takes_no_gate_away(gradmark, tiny):
    """Both have to be content."""
    gradmark("run", "--assignment=gradmark.toml", "-q", "--write-baseline=known.toml")
    both = ("run", "--assignment=gradmark.toml", "-q", "--baseline=known.toml")
    assert gradmark(*both, "--fail-under=35")[0] == 0
    assert gradmark(*both, "--fail-under=36")[0] == 1


def test_a_broken_file_has_its_line_in_the_message(gradmark, tiny):
    """One message, no traceback."""
    (tiny / "gradmark.toml").write_text(PLAN.replace("sums", "smus"))
    code, _, err = gradmark("run", "--assignment=gradmark.toml")
    assert code == 4
    assert err.startswith("error: gradmark.toml:11: no behaviour matches 'smus'")
    assert "did you mean sums" in err


def test_a_backend_has_to_be_named_somewhere(gradmark, tiny):
    """On the command line or in the file."""
    (tiny / "gradmark.toml").write_text(PLAN.replace('backend = "mylib"\n', ""))
    code, _, err = gradmark("run", "--assignment=gradmark.toml")
    assert code == 4
    assert "there is no library to ask" in err
    assert gradmark("run", "--profile=tensor")[0] == 4


def test_a_secret_seed_stays_out_of_everything(gradmark, tiny):
    """The data are drawn from it, and neither terminal, journal nor page says it."""
    (tiny / "gradmark.toml").write_text("seed = 918273\nsecret = true\n" + PLAN)
    code, out, _ = gradmark("run", "--assignment=gradmark.toml")
    assert code == 1
    assert "seed: secret" in out
    assert "918273" not in out
    for path in (tiny / "gradmark-report").rglob("*.*"):
        assert "918273" not in path.read_text(encoding="utf-8")


def test_init_writes_a_file_that_grades(gradmark, tiny):
    """A file to start from, that is never overwritten."""
    code, out, _ = gradmark("init", "new.toml", "--backend=right")
    assert (code, out) == (0, "new.toml written; grade with: gradmark run --assignment=new.toml\n")
    assert gradmark("run", "--assignment=new.toml", "-q")[0] == 0
    code, _, err = gradmark("init", "new.toml")
    assert code == 4
    assert "new.toml is there already" in err


def journal(pytester):
    return read(pytester.path / "gradmark-report" / "run.jsonl")


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])
def test_pytest_grades(graded, workers):
    """The points stand in the summary and in the journal, also where workers ask."""
    (graded.path / "gradmark.toml").write_text(HERE)
    result = graded.runpytest_subprocess("--assignment=gradmark.toml", *workers)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  assignment: Homework 3, 2 groups", *LINES])
    found = grade(journal(graded))
    assert found is not None
    assert str(found.earned) == "7/2"


@pytest.mark.parametrize(("mark", "code"), [("35", 0), ("36", 1)])
def test_the_pass_mark_decides_in_pytest_too(graded, mark, code):
    """What the file calls enough is exit code 0, though behaviours fail."""
    (graded.path / "gradmark.toml").write_text(f"pass_mark = {mark}\n" + HERE)
    assert graded.runpytest("--assignment=gradmark.toml", "--tb=no").ret == code


@pytest.mark.parametrize(("share", "code"), [("35", 0), ("36", 1)])
def test_pytest_is_a_gate(graded, share, code):
    """With --gradmark-fail-under the points decide over the exit code."""
    (graded.path / "gradmark.toml").write_text(HERE)
    result = graded.runpytest(
        "--assignment=gradmark.toml", f"--gradmark-fail-under={share}", "--tb=no"
    )
    assert result.ret == code


@pytest.mark.parametrize(("share", "code"), [("50", 0), ("50.1", 1)])
def test_pytest_is_a_gate_without_points(graded, share, code):
    """Three of six musts hold, and the profile is named."""
    options = ("--backend=mylib", "--profile=tensor", "--tb=no")
    assert graded.runpytest(*options, f"--gradmark-fail-under={share}").ret == code


def test_own_failing_tests_still_fail(graded):
    """Enough points do not excuse a failing test of the repository's own."""
    (graded.path / "gradmark.toml").write_text(HERE)
    graded.makepyfile(test_own="def test_own(): assert False")
    result = graded.runpytest("--assignment=gradmark.toml", "--gradmark-fail-under=1", "--tb=no")
    assert result.ret == 1


def test_a_selection_gets_no_grade_from_pytest(graded):
    """-k leaves behaviours out, and what was not asked is no zero."""
    (graded.path / "gradmark.toml").write_text(HERE)
    result = graded.runpytest("--assignment=gradmark.toml", "-k", "add", "--gradmark-fail-under=0")
    assert result.ret == 3
    result.stdout.fnmatch_lines(["Homework 3: no grade, of 10 points", "*were not asked*"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--assignment=none.toml",), "*none.toml can't be read*"),
        (("--assignment=gradmark.toml", "--profile=torch"), "*grades the profile tensor*"),
        (("--backend=right", "--gradmark-fail-under=5"), "*needs a profile that is named*"),
        (("--assignment=gradmark.toml", "--gradmark-fail-under=x"), "*wants a percentage*"),
    ],
)
def test_bad_input_is_usage(graded, options, words):
    """Exit code 4 and one message."""
    (graded.path / "gradmark.toml").write_text(HERE)
    result = graded.runpytest(*options)
    assert result.ret == 4
    result.stderr.fnmatch_lines([words])


def test_the_schema_of_the_journal_knows_the_assignment(graded):
    """The header is valid with an assignment in it."""
    jsonschema = pytest.importorskip("jsonschema")
    from gradmark.journal import schema

    (graded.path / "gradmark.toml").write_text(HERE)
    graded.runpytest("--assignment=gradmark.toml", "--tb=no")
    lines = (graded.path / "gradmark-report" / "run.jsonl").read_text().splitlines()
    check = jsonschema.Draft202012Validator(schema())
    assert [list(check.iter_errors(json.loads(line))) for line in lines] == [[]] * len(lines)
