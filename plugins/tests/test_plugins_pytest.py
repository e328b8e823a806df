"""The pytest plugin: what is collected, run, counted and written."""

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


@pytest.mark.parametrize("parallel", [(), ("-n1",)])
@pytest.mark.parametrize("named", ["test_own.py", "test_own.py::test_own"])
def test_a_file_of_the_users_own_runs_alone(graded, named, parallel):
    """Whoever names one test wants that test; the header says that the library is not asked."""
    graded.makepyfile(test_own="def test_own(): pass", test_other="def test_other(): pass")
    graded.makeini("[pytest]\naddopts = --backend=right\n")
    result = graded.runpytest(named, *parallel)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"gradmark: right is not asked, since {named} was named; *"])
    assert not (graded.path / "gradmark-report").exists()


def test_a_folder_that_is_named_says_where_own_tests_are(graded):
    """It leaves the behaviours in, as pytest alone does."""
    graded.mkdir("tests").joinpath("test_own.py").write_text("def test_own(): pass")
    result = graded.runpytest("tests", "--backend=right", "--profile=tensor")
    result.assert_outcomes(passed=8)


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
