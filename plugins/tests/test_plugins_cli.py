"""The command line: what it prints, writes and exits with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gradmark.journal import read
from gradmark_cli.main import main
from gradmark_reference.recorded import Recorded

RUN = ("run", "--backend=mylib", "--profile=tensor")


@pytest.fixture
def gradmark(tiny, capsys):
    """Run the command line on the tiny spec; return exit code, standard output and error."""

    def call(*arguments):
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_run_writes_prints_and_fails(gradmark, tiny):
    """Verdicts stream, failures are explained, the score comes last, and exit is 1."""
    code, out, err = gradmark(*RUN)
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[0].startswith("backend: mylib")
    assert "profile: tensor, 7 behaviours, 6 musts about gradients" in lines
    assert not [line for line in lines if line.startswith("search path:")]
    assert "fail     sums.mul" in lines
    assert "blocked  sums.again, waits for sums.mul" in lines
    assert "lenient  rules.refuse" in lines
    assert "fail     rules.item (should: does not count)" in lines
    assert "sums.mul · must · fail" in lines
    assert "sums.again · must · blocked" not in lines
    assert "mylib against PyTorch 2.13.0: 3 of 6 musts hold (50.0 %)" in lines
    assert lines[-1] == "report: gradmark-report/index.html"
    run = read(tiny / "gradmark-report" / "run.jsonl")
    assert run.score == (3, 6)
    assert [e.outcome.value for e in run.entries] == [
        "pass", "fail", "blocked", "missing", "lenient", "fail", "pass",
    ]  # fmt: skip
    assert (tiny / "gradmark-report" / ".gitignore").read_text() == "*\n"


def test_a_correct_library_exits_0(gradmark):
    """All that counts holds."""
    code, out, _ = gradmark("run", "--backend=right", "--profile=tensor", "--quiet")
    assert code == 0
    assert out.splitlines() == [
        "right against PyTorch 2.13.0: 6 of 6 musts hold (100.0 %)",
        "  6 pass",
        "report: gradmark-report/index.html",
    ]


def test_a_selection_has_no_score(gradmark, tiny):
    """Globs and chapters select; the run says that it is partial."""
    code, out, _ = gradmark(*RUN, "--behaviour=rules", "--behaviour=sums.a*", "--out=there")
    assert code == 1
    assert "no score" in out
    run = read(tiny / "there" / "run.jsonl")
    assert [e.id for e in run.entries] == [
        "sums.add", "sums.again", "rules.refuse", "rules.item", "rules.live",
    ]  # fmt: skip
    assert run.header.partial


def test_verbose_shows_where_the_library_was_looked_for(gradmark, tiny):
    """Every folder of the search path, as pytest's -v shows it."""
    out = gradmark(*RUN, "-v", "--behaviour=sums.add")[1]
    assert f"search path: {tiny}" in out.splitlines()


def test_strict_lets_shoulds_count(gradmark):
    """The same deviation is advice or a failure."""
    only = ("run", "--backend=mylib", "--profile=tensor", "--behaviour=rules.item")
    assert gradmark(*only)[0] == 0
    code, out, _ = gradmark(*only, "--strict")
    assert code == 1
    again = "gradmark run --backend=mylib --profile=tensor --behaviour=rules.item --strict"
    assert f"again: {again}" in out


def test_the_default_profile_is_what_is_claimed(gradmark):
    """An engine of single numbers is asked the scalar profile."""
    _, out, _ = gradmark("run", "--backend=right")
    assert "profile: scalar, 4 behaviours" in out


@pytest.mark.parametrize(("percent", "code"), [("50", 0), ("50.1", 1)])
def test_fail_under(gradmark, percent, code):
    """A gate exits by the score, whatever single behaviour fails."""
    assert gradmark(*RUN, "--quiet", "--fail-under", percent)[0] == code


def test_list(gradmark):
    """The spec chapter by chapter, or what a profile holds of it."""
    code, out, _ = gradmark("list", "--profile=scalar")
    assert code == 0
    assert out.splitlines() == [
        "sums: Sums and products",
        "  sums.add  (must, scalar)",
        "      Adding passes the gradient to both sides",
        "  sums.mul  (must, scalar)",
        "      A product passes each side the other",
        "  sums.again  (must, scalar)",
        "      A second product adds to the gradient",
        "",
        "rules: Rules",
        "  rules.live  (must, scalar)",
        "      A value lives",
        "",
        "4 behaviours in the profile scalar",
    ]


def test_explain(gradmark):
    """Everything that a student may want to know about one behaviour."""
    code, out, _ = gradmark("explain", "sums.again")
    assert code == 0
    lines = out.splitlines()
    assert lines[:2] == [
        "A second product adds to the gradient",
        "sums.again · must · profile scalar",
    ]
    assert "  sums.mul" in lines
    assert "  import torch" in lines
    assert lines[-2:] == ["  control: sums.mul: 6", "  gradient: 12"]


def test_explain_without_pytorch(tiny_host, gradmark, monkeypatch):
    """The explanation stands without PyTorch, and says how to get its answer."""
    from gradmark.errors import GradmarkError

    def absent():
        raise GradmarkError("no-reference", "PyTorch is not installed", hint="pip install torch")

    monkeypatch.setattr("gradmark_reference.live.Live", absent)
    monkeypatch.setattr("gradmark_reference.recorded.Recorded", Recorded)
    code, out, _ = gradmark("explain", "sums.mul")
    assert code == 0
    assert "  It is the product rule." in out.splitlines()
    assert out.endswith("what PyTorch answers: PyTorch is not installed\n  pip install torch\n")


def test_report_is_made_from_a_journal(gradmark, tiny):
    """The page can be made again, somewhere else, and of a run that did not end."""
    gradmark(*RUN)
    journal = tiny / "gradmark-report" / "run.jsonl"
    assert gradmark("report", str(journal), "--out=page.html")[:2] == (0, "report: page.html\n")
    page = (tiny / "page.html").read_text()
    assert page == (tiny / "gradmark-report" / "index.html").read_text()
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:-1]))
    code, out, _ = gradmark("report", str(journal))
    assert code == 0
    assert out == f"report: {journal.with_name('index.html')} (the run is incomplete)\n"


def test_smoke(gradmark):
    """Nine lines, and whose fault it is."""
    code, out, _ = gradmark("smoke", "--backend=right")
    assert code == 0
    assert len(out.splitlines()) == 9
    assert all(line.startswith("ok ") for line in out.splitlines())
    code, out, _ = gradmark("smoke", "--backend=mylib")
    assert code == 1
    assert [line for line in out.splitlines() if line.startswith("FAIL gradient")]


def test_version(gradmark):
    """The version is the installed one."""
    code, out, _ = gradmark("--version")
    assert code == 0
    assert out.startswith("gradmark, version ")


BAD = {
    "an unknown backend": (("run", "--backend=rihgt"), "did you mean right"),
    "a misspelt profile": (("run", "--backend=right", "--profile=tensr"), "did you mean tensor"),
    "a misspelt behaviour": (("run", "--backend=right", "--behaviour=sums.mull"), "sums.mul "),
    "outside the profile": (
        ("run", "--backend=right", "--profile=scalar", "--behaviour=sums.exp"),
        "matches nothing in the profile scalar",
    ),
    "a missing file": (("run", "--backend=./nothing.py"), "there is no "),
    "a syntax error": (("run", "--backend=broken.py"), "broken.py"),
    "a failing import": (("run", "--backend=raises"), "ZeroDivisionError"),
    "nothing recognisable": (("run", "--backend=empty"), "empty"),
    "no Python": (("run", "--backend=nopython/"), "no Python files"),
    "not executable": (("run", "--backend=right", "--backend-python=./no"), "./no"),
    "an isolation too far": (("run", "--backend=right", "--isolation=7"), "isolation level 7"),
    "no number": (("run", "--backend=right", "--isolation=high"), "not a valid integer"),
    "an unwritable folder": (("run", "--backend=right", "--out=right.py/x"), "can't be written"),
    "a graded selection": ((*RUN, "--behaviour=sums", "--fail-under=80"), "can't be graded"),
    "a grade of no profile": (("run", "--backend=right", "--fail-under=80"), "--profile=scalar"),
    "a misspelt command": (("rnu",), "Did you mean run?"),
    "a misspelt option": (("run", "--backnd=right"), "--backend"),
    "no such behaviour": (("explain", "sums.mull"), "did you mean sums.mul"),
    "no such profile": (("list", "--profile=scaler"), "did you mean scalar"),
    "no journal": (("report", "nothing.jsonl"), "nothing.jsonl"),
    "a broken journal": (("report", "broken.jsonl"), "line 1 is no JSON"),
    "another's journal": (("report", "other.jsonl"), "format 99"),
    "an unwritable page": (("report", "fine.jsonl", "--out=right.py/x"), "can't be written"),
    "smoke of nothing": (("smoke", "--backend=rihgt"), "did you mean right"),
    "smoke of nothing recognisable": (("smoke", "--backend=empty"), "empty"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_message(gradmark, tiny, case):
    """Exit code 4, a message that helps, no traceback of ours, and nothing written."""
    arguments, said = BAD[case]
    for name, text in {
        "broken.py": "def (", "raises.py": "1 / 0", "empty.py": "",
        "broken.jsonl": "nonsense\n{}\n", "other.jsonl": '{"kind": "header", "format": 99}\n',
    }.items():  # fmt: skip
        (tiny / name).write_text(text)
    (tiny / "nopython").mkdir()
    if "fine.jsonl" in arguments:
        gradmark(*RUN, "--out=before")
        (tiny / "before" / "run.jsonl").rename(tiny / "fine.jsonl")
    code, out, err = gradmark(*arguments)
    assert code == 4
    assert said in out + err
    for ours in ("gradmark_cli", "gradmark_backends/", "/session.py"):
        assert ours not in out + err
    assert not (tiny / "gradmark-report").exists()


def test_two_backends_of_one_name(gradmark, monkeypatch):
    """Neither is chosen in silence."""
    from importlib.metadata import EntryPoint

    group = "gradmark.backends"
    offered = [EntryPoint("mine", "one:Engine", group), EntryPoint("mine", "two:Engine", group)]
    monkeypatch.setattr("gradmark_backends.resolve.entry_points", lambda group: offered)
    code, _, err = gradmark("run", "--backend=mine")
    assert code == 4
    assert "two backends are called 'mine'" in err
    assert "one:Engine" in err


def test_a_former_journal_survives_a_bad_command(gradmark, tiny):
    """A run that can't start takes nothing away."""
    gradmark(*RUN, "--quiet")
    before = (tiny / "gradmark-report" / "run.jsonl").read_bytes()
    gradmark("run", "--backend=rihgt")
    gradmark("run", "--backend=raises")
    assert (tiny / "gradmark-report" / "run.jsonl").read_bytes() == before


def test_a_hostile_library_prints_no_escapes(gradmark, tiny, tiny_host):
    """A message of the library's reaches the terminal in visible characters only."""
    (tiny / "hostile.py").write_text(tiny_host.HOSTILE, encoding="utf-8")
    code, out, _ = gradmark("run", "--backend=hostile", "--profile=tensor")
    assert code == 1
    assert "\x1b[31m \\" not in out
    assert "\u202e" not in out
    assert r"\x1b[31m" in out


def test_another_pytorch_is_no_reference_for_a_grade(gradmark, monkeypatch, tiny_host):
    """It runs without a score, and refuses a gate."""
    monkeypatch.setattr(tiny_host.Reference, "version", "2.1.0")
    monkeypatch.setattr(tiny_host.Reference, "is_the_specs", False)
    code, out, _ = gradmark("run", "--backend=right", "--profile=tensor", "--quiet")
    assert code == 0
    assert "no score" in out
    code, _, err = gradmark("run", "--backend=right", "--profile=tensor", "--fail-under=1")
    assert code == 4
    assert "PyTorch 2.1.0 is not the spec's reference" in err


def test_something_ungraded_is_exit_code_3(gradmark, monkeypatch):
    """What breaks on our side is nobody's failed behaviour."""
    from gradmark.session import Session

    verdict = Session.verdict

    def broken(self, identity):
        if identity == "rules.live":
            raise ZeroDivisionError
        return verdict(self, identity)

    monkeypatch.setattr(Session, "verdict", broken)
    code, out, _ = gradmark("run", "--backend=right", "--profile=tensor")
    assert code == 3
    assert "1 ungraded, which is not the library's fault" in out


def test_an_interrupted_run_keeps_what_it_has(gradmark, tiny, monkeypatch):
    """Ctrl-C is exit code 2, and the report shows an incomplete run."""
    from gradmark.session import Session

    verdict = Session.verdict

    def interrupted(self, identity):
        if identity == "sums.exp":
            raise KeyboardInterrupt
        return verdict(self, identity)

    monkeypatch.setattr(Session, "verdict", interrupted)
    code, _, err = gradmark("run", "--backend=right", "--profile=tensor")
    assert code == 2
    assert err == "stopped: 3 of 7 have a verdict\n"
    run = read(tiny / "gradmark-report" / "run.jsonl")
    assert run.footer is None
    assert "incomplete" in (tiny / "gradmark-report" / "index.html").read_text()


@pytest.mark.parametrize("absent", ["click", "rich"])
def test_without_the_extra_there_is_one_line(absent):
    """The command says what to install, and exits with 4."""
    code = f"import sys; sys.modules[{absent!r}] = None; import gradmark_cli.main as m; m.entry()"
    command = [sys.executable, "-c", code]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 4
    wanted = "gradmark's command line needs click and rich: pip install 'gradmark[cli]'\n"
    assert (answer.stdout, answer.stderr) == ("", wanted)


def test_progress_is_drawn_on_a_terminal_only(tiny, tiny_host):
    """Standard error of a terminal gets a moving line, and standard output stays clean."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    code = (
        "import sys, tiny_host\ntiny_host.install()\nfrom gradmark_cli.main import main\n"
        "sys.exit(main(['run', '--backend=right', '--profile=tensor', '--quiet']))"
    )
    folder = str(Path(tiny_host.__file__).parent)
    environment = {**os.environ, "PYTHONPATH": folder, "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=theirs, env=environment
    )
    out, _ = process.communicate(timeout=60)
    os.close(theirs)
    drawn = os.read(ours, 65536).decode()
    os.close(ours)
    assert process.returncode == 0
    assert "opening right" in drawn
    assert out.decode().splitlines()[-1] == "report: gradmark-report/index.html"


def test_our_own_fault_is_exit_code_3(gradmark, monkeypatch, capsys):
    """A gate that asks for the exit code never takes a mistake of ours for one of the library's."""

    def broken(_request):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("gradmark_cli.running.run_backend", broken)
    monkeypatch.setattr("gradmark_cli.running.Request", dict)
    code, _, err = gradmark("run", "--backend=right")
    assert code == 3
    assert err.splitlines() == [
        "error: something of ours broke: ZeroDivisionError: ours [internal]",
        "  hint: GRADMARK_TRACEBACK=1 shows where",
    ]
