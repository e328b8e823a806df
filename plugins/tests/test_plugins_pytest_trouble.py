"""The pytest plugin where something goes wrong: ours, the library's, the user's."""

import html
import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gradmark.journal import read

TENSOR = ("--backend=mylib", "--profile=tensor")


def journal(pytester):
    return read(pytester.path / "gradmark-report" / "run.jsonl")


def verdicts(run):
    return {entry.id: entry.outcome.value for entry in run.entries}


@pytest.mark.parametrize("parallel", [(), ("-n2",)])
def test_a_lost_verdict_is_exit_code_3(graded, parallel):
    """A report that never arrives is listed and ungraded, and never a pass."""
    graded.makeconftest(
        "import tiny_host\ntiny_host.install()\n"
        "def pytest_runtest_protocol(item): return True if item.name == 'live' else None\n"
    )
    result = graded.runpytest("--backend=right", "--profile=tensor", *parallel)
    assert result.ret == 3
    result.stdout.fnmatch_lines(["lost: rules.live has no verdict"])
    run = journal(graded)
    assert verdicts(run)["rules.live"] == "ungraded"
    assert run.score is None
    assert run.footer.exit_code == 3


def test_what_breaks_on_our_side_is_ungraded(graded):
    """A behaviour that can't even be asked is an error and exit code 3, not the library's."""
    graded.makeconftest(
        "import tiny_host, gradmark.session\ntiny_host.install()\n"
        "verdict = gradmark.session.Session.verdict\n"
        "def broken(self, identity):\n"
        "    if identity == 'rules.live': raise ZeroDivisionError('ours')\n"
        "    return verdict(self, identity)\n"
        "gradmark.session.Session.verdict = broken\n"
    )
    result = graded.runpytest_subprocess("--backend=right", "--profile=tensor")
    assert result.ret == 3
    result.assert_outcomes(passed=6, errors=1)
    assert "INTERNALERROR" not in result.stdout.str()


@pytest.mark.parametrize(("level", "outcome", "code"), [("0", "crash", 1), ("1", "ungraded", 3)])
def test_a_worker_of_xdist_that_dies(graded, level, outcome, code):
    """Without isolation it was the library; with it, something of ours or the repository's."""
    pytest.importorskip("xdist")
    graded.makeconftest(
        "import os, tiny_host\ntiny_host.install()\n"
        "def pytest_runtest_makereport(item):\n"
        "    if item.name == 'live': os._exit(9)\n"
    )
    command = ("--backend=right", "--profile=tensor", "-n2", f"--isolation={level}")
    result = graded.runpytest(*command)
    assert result.ret == code
    assert verdicts(journal(graded))["rules.live"] == outcome


def test_with_isolation_pytest_is_told_all_the_same(graded):
    """A monitor sees which behaviour is asked and in which phase, and -x stops at the first."""
    graded.makeconftest(
        "import os, tiny_host\ntiny_host.install()\n"
        "def pytest_runtest_logreport(report):\n"
        "    print('AT', report.nodeid, os.environ['PYTEST_CURRENT_TEST'])\n"
        "def pytest_sessionfinish(): print('AFTER', os.environ.get('PYTEST_CURRENT_TEST'))\n"
    )
    result = graded.runpytest_subprocess(*TENSOR, "--isolation=1", "-x", "-s", "--durations=1")
    said = [line[line.index("AT ") :] for line in result.outlines if "AT " in line]
    assert "AT gradmark::sums::add gradmark::sums::add (call)" in said
    assert said[-1] == "AT gradmark::sums::mul gradmark::sums::mul (teardown)"
    result.stdout.fnmatch_lines(["*AFTER None*", "*stopping after 1 failures*"])
    assert result.ret == 1


def test_with_isolation_a_run_can_be_interrupted(graded):
    """Ctrl-C in the middle of a behaviour is no verdict about it."""
    graded.makeconftest(
        "import tiny_host, gradmark.session\ntiny_host.install()\n"
        "verdict = gradmark.session.Session.verdict\n"
        "def interrupted(self, identity):\n"
        "    if identity == 'sums.mul': raise KeyboardInterrupt\n"
        "    return verdict(self, identity)\n"
        "gradmark.session.Session.verdict = interrupted\n"
    )
    result = graded.runpytest_subprocess(*TENSOR, "--isolation=1")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert verdicts(journal(graded)) == {"sums.add": "pass"}


def test_with_isolation_a_hook_can_end_the_run(graded):
    """What somebody's plugin asks pytest for is done between two phases as ever."""
    graded.makeconftest(
        "import pytest, tiny_host\ntiny_host.install()\n"
        "def pytest_runtest_logreport(report): pytest.exit('enough', returncode=7)\n"
    )
    result = graded.runpytest_subprocess(*TENSOR, "--isolation=1")
    assert result.ret == 7
    result.stdout.fnmatch_lines(["*Exit: enough*"])


@pytest.mark.parametrize("parallel", [(), ("-n2",)])
def test_hostile_messages_survive(graded, parallel):
    """Surrogates, control characters and markup reach no file and no terminal as they are."""
    result = graded.runpytest(
        "--backend=hostile", "--profile=tensor", "--junitxml=j.xml", "--isolation=1", *parallel
    )
    assert result.ret == 1
    result.assert_outcomes(passed=6, failed=1)
    assert "INTERNALERROR" not in result.stdout.str()
    assert "\x1b[31m \\" not in result.stdout.str()
    assert verdicts(journal(graded))["sums.exp"] == "error"
    ET.parse(graded.path / "j.xml")


def test_a_users_own_surrogate_is_not_lost_either(graded):
    """Xdist can't send a lone surrogate; a test that fails with one still fails."""
    pytest.importorskip("xdist")
    graded.makepyfile(test_own=r"def test_own(): raise ValueError('bad \udcff bytes')")
    result = graded.runpytest("--backend=right", "-n2")
    result.assert_outcomes(passed=4, failed=1)
    assert result.ret == 1


def test_junit_names_verdict_level_and_root(graded):
    """A tool that reads JUnit's format gets the verdicts as properties."""
    graded.runpytest(*TENSOR, "--junitxml=j.xml")
    cases = {
        case.get("name"): {p.get("name"): p.get("value") for p in case.iter("property")}
        for case in ET.parse(graded.path / "j.xml").iter("testcase")
    }
    assert cases["again"] == {
        "gradmark_verdict": "blocked",
        "gradmark_level": "must",
        "gradmark_root": "sums.mul",
    }
    assert cases["add"]["gradmark_verdict"] == "pass"


def test_pytest_html_is_escaped(graded):
    """pytest-html writes ids and metadata as they are; with a backend they are escaped."""
    pytest.importorskip("pytest_html")
    graded.makepyfile(
        test_own="import pytest\n"
        "@pytest.mark.parametrize('x', ['<img src=a onerror=alert(1)>'])\n"
        "def test_own(x): pass\n"
    )
    graded.runpytest(
        "--backend=hostile", "--profile=tensor", "--html=h.html", "--self-contained-html",
        "--metadata", "Where", "<img src=b onerror=alert(2)>",
    )  # fmt: skip
    page = (graded.path / "h.html").read_text()
    start = page.index('data-jsonblob="') + len('data-jsonblob="')
    data = json.loads(html.unescape(page[start : page.index('"', start)]))
    rows = [
        cell for tests in data["tests"].values() for t in tests for cell in t["resultsTableRow"]
    ]
    assert not [cell for cell in rows if "<img" in cell]
    assert any("&lt;img src=a" in cell for cell in rows)
    assert any("error</td>" in cell for cell in rows)
    assert data["environment"]["Where"] == "&lt;img src=b onerror=alert(2)&gt;"
    assert data["environment"]["Gradmark backend"] == "hostile"


def test_the_debugger_stops_in_the_library(graded):
    """At level 0, --pdb stops where the library raised."""
    result = graded.run(
        sys.executable, "-m", "pytest", "--backend=hostile", "--profile=tensor",
        "--gradmark-isolation=0", "--pdb", "-k", "exp",
        stdin=b"",
    )  # fmt: skip
    result.stdout.fnmatch_lines(["> *hostile.py(*)exp()", "-> raise ValueError*"])


def test_the_debugger_does_not_stop_in_our_code(graded):
    """A wrong number is no exception, so there is nothing to stop at."""
    level_0 = ("--gradmark-isolation=0", "--pdb", "-k", "mul")
    result = graded.run(sys.executable, "-m", "pytest", *TENSOR, *level_0, stdin=b"")
    assert "entering PDB" not in result.stdout.str()
    assert result.ret == 1


BAD = [
    (("--backend=rihgt",), "did you mean right*"),
    (("--backend=right", "--profile=tensr"), "did you mean tensor*"),
    (("--backend=right", "--behaviour=sums.mull"), "did you mean sums.mul*"),
    (("--backend=right", "--profile=scalar", "--behaviour=sums.exp"), "matches nothing in the *"),
    (("--backend=right", "--isolation=high"), "wants a whole number*"),
    (("--backend=right", "--isolation=7"), "isolation level 7*"),
    (("--backend=./nothing.py",), "there is no */nothing.py*"),
    (("--backend=broken",), "*broken.py*"),
    (("--backend=raises",), "*ZeroDivisionError*"),
    (("--backend=empty",), "*"),
    (("--backend=nopython/",), "there are no Python files*"),
    (("--backend=right", "--gradmark-report=right.py/x"), "can't be written*"),
    (("--behaviour=sums.mul",), "*--backend=X"),
    (("--gradmark-profile=tensor",), "*--backend=X"),
]


@pytest.mark.parametrize(("options", "said"), BAD, ids=[" ".join(o) for o, _ in BAD])
def test_bad_input_is_one_message(graded, options, said):
    """Exit code 4, a message that helps, and no traceback of ours."""
    graded.makepyfile(broken="def (", raises="1 / 0", empty="")
    (graded.path / "nopython").mkdir()
    result = graded.runpytest(*options)
    assert result.ret == 4
    result.stderr.fnmatch_lines([f"*{said}"])
    printed = result.stdout.str() + result.stderr.str()
    assert "INTERNALERROR" not in printed
    assert "pytest_gradmark" not in printed
    assert "gradmark_backends/" not in printed


def test_bad_input_under_xdist(graded):
    """The controller finds out before any worker is started."""
    pytest.importorskip("xdist")
    result = graded.runpytest("--backend=rihgt", "-n2")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: --backend=rihgt*", "*did you mean right*"])


def test_without_pytorch(graded):
    """Where PyTorch has to be asked: one line with the install command, and exit code 4."""
    graded.makeconftest(
        "import sys, tiny_host, gradmark_reference.recorded as recorded\n"
        "real = recorded.open_reference\n"
        "tiny_host.install()\nrecorded.open_reference = real\nsys.modules['torch'] = None\n"
    )
    for asked in ("--gradmark-reference=live", "--gradmark-seed=1"):
        result = graded.runpytest_subprocess("--backend=right", asked)
        assert result.ret == 4
        result.stderr.fnmatch_lines(["*PyTorch is not installed*", "*pip install torch==2.13.0"])


def test_a_misspelt_reference_is_refused(graded):
    """There are two ways to have PyTorch's answers, and the message names both."""
    graded.makeconftest("import sys\n")
    result = graded.runpytest_subprocess("--backend=torch", "--gradmark-reference=reocrded")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*no reference 'reocrded'*", "*recorded*live*"])


def test_another_pytorch_has_no_score(graded):
    """It runs, says so, and grades nothing."""
    graded.makeconftest(
        "import tiny_host\ntiny_host.install()\n"
        "tiny_host.Reference.version, tiny_host.Reference.is_the_specs = '2.1.0', False\n"
    )
    result = graded.runpytest_subprocess("--backend=right", "--profile=tensor")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["  reference: PyTorch 2.1.0, not the spec's*", "*: no score"])
    assert journal(graded).score is None


def test_help_names_the_options(graded):
    """--help opens no library, even where one is named."""
    result = graded.runpytest("--help", "--backend=nonsense")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*--gradmark-backend*"])


def test_collect_only_writes_nothing(graded):
    """The ids are shown, and a former report is left alone."""
    result = graded.runpytest(*TENSOR, "--collect-only", "-q")
    result.stdout.fnmatch_lines(["gradmark::sums::add", "gradmark::rules::live"])
    assert not (graded.path / "gradmark-report").exists()


def test_a_former_report_survives_a_bad_command(graded):
    """A run that can't start takes nothing away."""
    graded.runpytest(*TENSOR)
    before = Path(graded.path / "gradmark-report" / "run.jsonl").read_bytes()
    graded.runpytest("--backend=rihgt")
    assert Path(graded.path / "gradmark-report" / "run.jsonl").read_bytes() == before
