import html
import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gradmark.journal import read

VERDICTS = {
    "sums.add": "pass",
    "sums.mul": "fail",
    "sums.again": "blocked",
    "sums.exp": "missing",
    "rules.refuse": "lenient",
    "rules.item": "fail",
    "rules.live": "pass",
}
TENSOR = ("--backend=mylib", "--profile=tensor")


def journal(pytester, folder="gradmark-report"):
    return read(pytester.path / folder / "run.jsonl")


def verdicts(run):
    return {entry.id: entry.outcome.value for entry in run.entries}


def test_without_a_backend_nothing_of_ours_happens(graded):
    """A repository in which the plugin is installed runs its own tests and nothing else."""
    graded.makepyfile(test_own="def test_own(): pass")
    result = graded.runpytest()
    result.assert_outcomes(passed=1)
    assert "gradmark:" not in result.stdout.str()
    assert not (graded.path / "gradmark-report").exists()


def test_the_plugin_imports_nothing_heavy(pytester):
    """Every pytest in an environment loads the plugin, also those that grade nothing."""
    code = (
        "import sys, pytest_gradmark.plugin; print(*{'numpy', 'torch', 'gradmark'}-{*sys.modules})"
    )
    result = pytester.runpython_c(code)
    assert sorted(result.outlines[-1].split()) == ["gradmark", "numpy", "torch"]


def test_outcomes_letters_and_exit_code(graded):
    """Pass and lenient are passed, what deviates is failed with a letter of its own."""
    result = graded.runpytest(*TENSOR, "--isolation=1")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["gradmark .Fbmla. *"])
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"]) == (2, 3)
    assert (outcomes["lenient"], outcomes["advice"]) == (1, 1)


def test_words_in_verbose_output(graded):
    """With -v each verdict is written out."""
    result = graded.runpytest(*TENSOR, "-v", "--tb=no")
    result.stdout.fnmatch_lines(
        [
            "gradmark::sums::add PASSED *",
            "gradmark::sums::mul FAILED *",
            "gradmark::sums::again BLOCKED *",
            "gradmark::sums::exp MISSING *",
            "gradmark::rules::refuse LENIENT *",
            "gradmark::rules::item ADVICE (fail) *",
        ]
    )


def test_the_header_says_who_is_asked(graded):
    """Backend, reference, profile, isolation and seed stand above the first verdict."""
    result = graded.runpytest(*TENSOR, "--gradmark-seed=7", "--isolation=1")
    result.stdout.fnmatch_lines(
        [
            "  backend: mylib*",
            "  recognised: leaf: *",
            "  reference: PyTorch 2.13.0",
            "  profile: tensor, 7 behaviours, 6 musts about gradients",
            "  isolation: 1, seed: 7",
        ]
    )
    assert "search path" not in result.stdout.str()


def test_the_verbose_header_shows_the_search_path(graded):
    """With -v everything recognised and every folder of the search path is said."""
    result = graded.runpytest(*TENSOR, "-v", "--tb=no")
    result.stdout.fnmatch_lines(["  recognised: *", f"  search path: {graded.path}"])


def test_a_failure_is_explained_without_our_traceback(graded):
    """Statement, comparison, meaning and command are printed, and no frame of ours."""
    result = graded.runpytest(*TENSOR, "--behaviour=sums.mul")
    result.stdout.fnmatch_lines(
        [
            "A product passes each side the other",
            "sums.mul · must · fail",
            "*expected | observed",
            "*6        | 3",
            "*It is the product rule.",
            "again: pytest --backend=mylib --profile=tensor --behaviour=sums.mul",
        ]
    )
    for ours in ("pytest_gradmark", "session.py", "Traceback"):
        assert ours not in result.stdout.str()


def test_the_summary_has_score_roots_and_report(graded):
    """The section at the end shows the arithmetic and what to fix first."""
    result = graded.runpytest(*TENSOR, "--tb=no")
    result.stdout.fnmatch_lines(
        [
            "mylib against PyTorch 2.13.0: 3 of 6 musts hold (50.0 %)",
            "fix first:",
            "  sums.mul*may unblock 1*",
            "report: gradmark-report/index.html",
        ]
    )


def test_the_quiet_summary_is_short(graded):
    """With -q the score and the report's place are left."""
    result = graded.runpytest(*TENSOR, "-q", "--tb=no")
    result.stdout.fnmatch_lines(["mylib against *", "  2 pass, *", "report: *"])
    assert "fix first" not in result.stdout.str()


def test_the_journal_is_in_the_order_of_the_spec(graded):
    """The files of a run are complete, and git ignores their folder."""
    graded.runpytest(*TENSOR)
    run = journal(graded)
    assert verdicts(run) == VERDICTS
    assert list(verdicts(run)) == list(VERDICTS)
    assert run.score == (3, 6)
    assert run.footer.exit_code == 1
    folder = graded.path / "gradmark-report"
    assert (folder / ".gitignore").read_text() == "*\n"
    assert "sums.mul" in (folder / "index.html").read_text()
    assert sorted(p.name for p in folder.iterdir()) == [".gitignore", "index.html", "run.jsonl"]


@pytest.mark.parametrize("dist", ["load", "loadscope"])
def test_xdist_gives_the_same_verdicts(graded, dist):
    """Two workers with an engine each say what one process says."""
    pytest.importorskip("xdist")
    result = graded.runpytest(*TENSOR, "-n2", f"--dist={dist}", "--isolation=1")
    assert result.ret == 1
    assert verdicts(journal(graded)) == VERDICTS
    assert list(verdicts(journal(graded))) == list(VERDICTS)
    assert journal(graded).score == (3, 6)


def test_a_correct_engine_passes(graded):
    """Exit code 0 and all musts, also without a profile: the largest that is claimed."""
    result = graded.runpytest("--backend=right", "--profile=tensor")
    assert result.ret == 0
    result.assert_outcomes(passed=7)
    assert journal(graded).score == (6, 6)


def test_the_default_profile_is_what_is_claimed(graded):
    """An engine of single numbers is asked the scalar profile, and the header says so."""
    result = graded.runpytest("--backend=right")
    result.stdout.fnmatch_lines(["  profile: scalar, 4 behaviours, *"])


@pytest.mark.parametrize("option", ["--strict", "--gradmark-strict"])
def test_strict_lets_shoulds_count(graded, option):
    """Both spellings make a should-level deviation fail the run."""
    result = graded.runpytest(*TENSOR, option, "--behaviour=rules.item")
    assert result.ret == 1
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*shoulds count", "again: * --gradmark-strict"])


def test_strict_in_addopts_is_pytests_own(graded):
    """A repository that always had --strict in its ini file meant markers, not the spec."""
    graded.makeini("[pytest]\naddopts = --strict\n")
    result = graded.runpytest(*TENSOR, "--behaviour=rules.item")
    assert result.ret == 0


def test_a_should_does_not_count_by_default(graded):
    """It is shown as advice, and the reason says how to make it count."""
    result = graded.runpytest(*TENSOR, "--behaviour=rules.item", "--junitxml=j.xml")
    assert result.ret == 0
    assert result.parseoutcomes() == {"advice": 1}
    assert "counts with --gradmark-strict" in (graded.path / "j.xml").read_text()


def test_own_tests_and_the_spec_run_both(graded):
    """Nothing but --backend leaves the repository's own tests in."""
    graded.makepyfile(test_own="def test_one(): pass\ndef test_two(): assert False")
    result = graded.runpytest("--backend=right", "--profile=tensor")
    result.assert_outcomes(passed=8, failed=1)
    assert result.ret == 1
    assert journal(graded).footer.exit_code == 0


def test_a_behaviour_leaves_own_tests_out(graded):
    """--behaviour asks about the spec alone; a chapter's name stands for all of it."""
    graded.makepyfile(test_own="def test_own(): assert False")
    result = graded.runpytest(
        "--backend=right", "--profile=tensor", "--behaviour=rules", "--behaviour=sums.a*"
    )
    result.assert_outcomes(passed=5)
    run = journal(graded)
    assert run.header.partial
    assert run.header.selection == ("--behaviour=rules", "--behaviour=sums.a*")
    assert run.score is None


def test_a_path_beside_a_behaviour_is_kept(graded):
    """Whoever names a file of their own gets it."""
    graded.makepyfile(test_own="def test_own(): pass", test_other="def test_other(): pass")
    result = graded.runpytest(
        "test_own.py", "--backend=right", "--profile=tensor", "--behaviour=sums.mul"
    )
    result.assert_outcomes(passed=2)


@pytest.mark.parametrize("parallel", [(), ("-n2",)])
def test_a_pasted_node_id_is_understood(graded, parallel):
    """An id from a report is what people paste behind pytest."""
    result = graded.runpytest("--backend=right", "gradmark::sums::mul", *parallel)
    result.assert_outcomes(passed=1)
    assert verdicts(journal(graded)) == {"sums.mul": "pass"}


@pytest.mark.parametrize(
    ("options", "ran"),
    [
        (("-k", "mul or exp"), ["sums.mul", "sums.exp"]),
        (("--deselect=gradmark::sums",), ["rules.refuse", "rules.item", "rules.live"]),
        (("-m", "not gradmark"), []),
    ],
)
def test_selections_are_partial(graded, options, ran):
    """Whatever pytest can leave out can be left out, and then there is no score."""
    result = graded.runpytest(*TENSOR, *options)
    if not ran:
        assert result.ret == 5
        assert not (graded.path / "gradmark-report" / "run.jsonl").exists()
        return
    run = journal(graded)
    assert verdicts(run) == {identity: VERDICTS[identity] for identity in ran}
    assert run.header.partial
    assert run.score is None


def test_a_root_is_named_though_it_was_not_selected(graded):
    """Blame does not depend on what was selected."""
    graded.runpytest(*TENSOR, "-k", "again")
    (entry,) = journal(graded).entries
    assert (entry.outcome.value, entry.verdict.root) == ("blocked", "sums.mul")


def test_the_first_failure_stops(graded):
    """-x keeps what there is, as a partial run without a score and without lost verdicts."""
    result = graded.runpytest(*TENSOR, "-x")
    assert result.ret == 1
    run = journal(graded)
    assert verdicts(run) == {"sums.add": "pass", "sums.mul": "fail"}
    assert run.header.partial
    assert not run.complete
    assert run.score is None


def test_last_failed(graded):
    """--lf runs again what failed, and that is no whole run."""
    graded.runpytest(*TENSOR)
    graded.runpytest(*TENSOR, "--lf")
    assert list(verdicts(journal(graded))) == ["sums.mul", "sums.again", "sums.exp"]
    assert journal(graded).header.partial


def test_options_taken_by_a_conftest_stay_theirs(graded):
    """The long names always work, and the header says where the short ones went."""
    source = (graded.path / "conftest.py").read_text()
    source += (
        "\n\ndef pytest_addoption(parser):\n"
        "    parser.addoption('--backend', choices=['cpu', 'gpu'])\n"
        "    parser.addoption('--profile', action='store_true')\n"
    )
    graded.makeconftest(source)
    graded.makepyfile(
        test_own="def test_own(pytestconfig): assert pytestconfig.getoption('--backend') == 'cpu'"
    )
    result = graded.runpytest("--backend=cpu", "--gradmark-backend=right", "--profile")
    result.assert_outcomes(passed=5)
    result.stdout.fnmatch_lines(
        [
            "  --backend is taken *, use --gradmark-backend",
            "  --profile is taken *, use --gradmark-profile",
        ]
    )
    assert graded.runpytest("--backend=cpu").parseoutcomes() == {"passed": 1}


def test_ini_twins(graded):
    """What every run of a repository should say can stand in its ini file."""
    graded.makeini(
        "[pytest]\ngradmark_backend = right\ngradmark_profile = tensor\ngradmark_seed = 3\n"
        "gradmark_behaviour =\n    sums.mul\n    rules.item\ngradmark_strict = true\n"
        "gradmark_report = out/here\n"
    )
    result = graded.runpytest()
    result.assert_outcomes(passed=2)
    run = journal(graded, "out/here")
    assert (run.header.seed, run.header.strict, run.header.profile) == (3, True, "tensor")


def test_another_report_folder(graded):
    """The option is meant from where one stands."""
    graded.runpytest(*TENSOR, "--gradmark-report=there")
    assert verdicts(journal(graded, "there")) == VERDICTS


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
    (("--backend=rihgt",), "did you mean right?"),
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
    result.stderr.fnmatch_lines(["ERROR: --backend=rihgt*", "*did you mean right?"])


def test_without_pytorch(graded):
    """One line with the install command, and exit code 4."""
    graded.makeconftest(
        "import sys, tiny_host, gradmark_reference.live as live\nReal = live.Live\n"
        "tiny_host.install()\nlive.Live = Real\nsys.modules['torch'] = None\n"
    )
    result = graded.runpytest_subprocess("--backend=right")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*PyTorch is not installed*", "*pip install torch==2.13.0"])


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
