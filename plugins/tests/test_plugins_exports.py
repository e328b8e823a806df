"""Exports by the command line, and the CI files of the docs in a clean folder."""

import json
import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gradmark_cli.main import main
from gradmark_reports.exports import FORMATS

HERE = Path(__file__).resolve().parent
CI = HERE.parents[1] / "conformance" / "docs" / "ci"
PLAN = """\
title = "Homework 3"
backend = "mylib"
profile = "tensor"
isolation = 0

[[group]]
name = "Sums"
behaviours = ["sums"]
points = 8

[[group]]
name = "Rules"
behaviours = ["rules"]
points = 2
"""
SHORT = """\
title = "Short"
backend = "./submission"
profile = "scalar"
pass_mark = 10

[[group]]
name = "Sums"
behaviours = ["sums.add", "sums.mul"]
points = 4
"""
ROSTER = "Student,ID,Section,Homework 3 (7)\r\n Points Possible,,,10\r\nAda,1,A,\r\n"

_JOURNAL: list[bytes] = []
"""The run of the first test that asks for one: it is the same for them all."""


@pytest.fixture
def gradmark(tiny, capsys):
    """Grade the tiny spec's buggy engine; return a way to run the command line beside it."""

    def call(*arguments):
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    journal = tiny / "gradmark-report" / "run.jsonl"
    if _JOURNAL:
        journal.parent.mkdir()
        journal.write_bytes(_JOURNAL[0])
    else:
        (tiny / "gradmark.toml").write_text(PLAN)
        assert call("run", "--assignment=gradmark.toml", "--quiet")[0] == 1
        _JOURNAL.append(journal.read_bytes())
    return call


REPORT = ("report", "gradmark-report/run.jsonl")


def test_exports_go_to_files_and_to_standard_output(gradmark, tiny):
    """Several at once; a file is said, text without a file is printed."""
    code, out, err = gradmark(
        *REPORT, "--to", "junit=j.xml", "--to=gradescope=g.json", "--to=markdown"
    )
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [
        "junit: j.xml",
        "gradescope: g.json",
        "## Homework 3: 4 of 10 points (40 %)",
    ]
    assert ET.parse(tiny / "j.xml").getroot().tag == "testsuites"
    tests = json.loads((tiny / "g.json").read_text())["tests"]
    assert sum(test["score"] for test in tests) == 4
    assert stat.S_IMODE((tiny / "j.xml").stat().st_mode) == 0o644


def test_the_help_names_every_format(gradmark):
    """What can be exported is in the help of the command."""
    out = "".join(gradmark("report", "--help")[1].split())
    for name in FORMATS:
        assert name in out


def test_a_roster_is_filled_into_a_new_file(gradmark, tiny):
    """The downloaded file stays, byte for byte."""
    (tiny / "book.csv").write_bytes(ROSTER.encode())
    code, out, _ = gradmark(*REPORT, "--to=canvas=new.csv", "--roster=book.csv", "--student=Ada")
    assert (code, out) == (0, "canvas: new.csv\n")
    assert (tiny / "book.csv").read_bytes() == ROSTER.encode()
    assert (tiny / "new.csv").read_bytes() == ROSTER.replace("1,A,", "1,A,4").encode()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--to=junit=a.xml", "--to=canvas=b.csv", "--roster=book.csv", "--student=Bob"),
         "error: book.csv does not fit [roster-mismatch]\n  Bob: no row\n"),
        (("--to=junit=a.xml", "--to=classroom50=b.json"), "[no-classroom]"),
        (("--to=junit=a.xml", "--to=moodle=b.csv"), "[no-roster]"),
        (("--to=canvas=book.csv", "--roster=book.csv", "--student=Ada"), "[same-file]"),
        (("--to=junit=a.xml", "--to=ctrf=a.xml"), "two exports go to"),
        (("--to=junit", "--to=ctrf"), "two exports go to standard output"),
        (("--to=junit=gradmark-report/run.jsonl",), "is the journal itself"),
        (("--to=junit=",), "names no file"),
        (("--to=junit=no/such/a.xml",), "[unwritable-output]"),
        (("--to=junitt=a.xml",), "hint: did you mean junit?"),
        (("--to=canvas=b.csv", "--roster=none.csv", "--student=Ada"), "none.csv can't be read"),
    ],
)  # fmt: skip
def test_what_can_not_be_exported_writes_nothing(gradmark, tiny, monkeypatch, options, said):
    """A message of one kind, exit 4, and no file of any of the exports."""
    for name in ("CLASSROOM", "ASSIGNMENT"):
        monkeypatch.delenv(name, raising=False)
    (tiny / "book.csv").write_bytes(ROSTER.encode())
    before = {p: p.stat().st_size for p in tiny.rglob("*") if p.is_file()}
    code, out, err = gradmark(*REPORT, *options)
    assert (code, out) == (4, "")
    assert said in err
    assert {p: p.stat().st_size for p in tiny.rglob("*") if p.is_file()} == before


def test_an_old_journals_assignment_is_refused(gradmark, tiny):
    """One that no version of this format writes is a broken journal, not a traceback."""
    journal = tiny / "gradmark-report" / "run.jsonl"
    first, rest = journal.read_text().split("\n", 1)
    header = json.loads(first)
    header["assignment"]["groups"][0]["rule"] = "most"
    journal.write_text(json.dumps(header) + "\n" + rest)
    code, _, err = gradmark(*REPORT, "--to=junit")
    assert code == 4
    assert "[broken-journal]" in err


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def clean(folder, **more):
    """Return an environment of this folder's commands and the system's, and little else."""
    kept = {k: v for k, v in os.environ.items() if k.startswith(("COV", "PYTHONWARN"))}
    path = f"{folder / 'bin'}:/usr/bin:/bin"
    return {**kept, "PATH": path, "HOME": str(folder), "OMP_NUM_THREADS": "1", **more}


def shim(path):
    """Write a command ``gradmark`` that knows the tiny spec."""
    code = f"import sys; sys.path.insert(0, {str(HERE)!r}); import tiny_host; tiny_host.install(); "
    code += "from gradmark_cli.main import entry; entry()"
    executable(path, f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')


def engine(folder, tiny_host):
    folder.mkdir()
    (folder / "engine.py").write_text(tiny_host.WRONG)


def test_gradescope_sets_up(tmp_path):
    """setup.sh makes the environment and installs the package, and stops where a step fails."""
    executable(tmp_path / "bin" / "apt-get", '#!/bin/sh\necho "apt-get $@" >> "$HOME/log"\n')
    executable(
        tmp_path / "bin" / "python3",
        '#!/bin/sh\necho "python3 $@" >> "$HOME/log"\nmkdir -p "$3/bin"\n'
        'printf \'#!/bin/sh\\necho pip "$@" >> "$HOME/log"\\n\' > "$3/bin/pip"\n'
        'chmod +x "$3/bin/pip"\n',
    )
    env = clean(tmp_path, AUTOGRADER=str(tmp_path))
    subprocess.run([CI / "setup.sh"], env=env, cwd=tmp_path, check=True)
    assert (tmp_path / "log").read_text().splitlines() == [
        "apt-get update",
        "apt-get install -y --no-install-recommends python3 python3-venv",
        f"python3 -m venv {tmp_path}/venv",
        "pip install gradmark[cli,report]",
    ]
    executable(tmp_path / "bin" / "apt-get", "#!/bin/sh\nexit 100\n")
    assert subprocess.run([CI / "setup.sh"], env=env, cwd=tmp_path, check=False).returncode == 100


def autograde(root):
    return subprocess.run(
        [CI / "run_autograder"],
        env=clean(root, AUTOGRADER=str(root)),
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


def test_gradescope_grades_a_submission(tmp_path, tiny_host):
    """run_autograder writes results.json, and for what can't be graded leaves none."""
    shim(tmp_path / "venv" / "bin" / "gradmark")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "gradmark.toml").write_text(SHORT)
    engine(tmp_path / "submission", tiny_host)
    done = autograde(tmp_path)
    assert done.returncode == 0, done.stderr
    results = tmp_path / "results" / "results.json"
    tests = json.loads(results.read_text())["tests"]
    assert [test["score"] for test in tests] == [2, 0]
    assert [test["max_score"] for test in tests] == [2, 2]
    (tmp_path / "submission" / "engine.py").write_text("nothing = 1\n")
    done = autograde(tmp_path)
    assert done.returncode == 4
    assert "[not-recognised]" in done.stderr
    assert not results.exists()


def steps():
    """Return the scripts of the workflow by the name of their step."""
    found, name = {}, ""
    lines = (CI / "github.yml").read_text().splitlines()
    for number, line in enumerate(lines):
        if line.strip().startswith("- name: "):
            name = line.partition("- name: ")[2]
        if line == "        run: |":
            inside = []
            for script in lines[number + 1 :]:
                if script.strip() and not script.startswith(" " * 10):
                    break
                inside.append(script)
            found[name] = textwrap.dedent("\n".join(inside))
    return found


def test_the_workflow_grades_and_shows(tmp_path, tiny_host):
    """Its two scripts in a clean checkout: exit code, summary, annotations, files."""
    shim(tmp_path / "bin" / "gradmark")
    (tmp_path / "gradmark.toml").write_text(SHORT)
    engine(tmp_path / "submission", tiny_host)
    env = clean(tmp_path, GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    scripts = steps()
    assert list(scripts) == ["Grade", "Show"]
    grade, show = (
        subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            env=env, cwd=tmp_path, capture_output=True, text=True, check=False,
        )
        for script in scripts.values()
    )  # fmt: skip
    assert grade.returncode == 0, grade.stderr
    out = grade.stdout.splitlines()
    assert out[0].startswith("::stop-commands::")
    assert out[-1] == f"::{out[0].removeprefix('::stop-commands::')}::"
    assert show.returncode == 0, show.stderr
    assert "::notice title=Short::2 of 4 points (50 %25, passed)" in show.stdout
    assert (tmp_path / "summary.md").read_text().startswith("## Short: ")
    ET.parse(tmp_path / "graded" / "junit.xml")
    ET.parse(tmp_path / "graded" / "badge.svg")


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_scripts_are_executable_and_parse(name):
    """Bash reads them, and stops at the first thing that fails."""
    file = CI / name
    assert os.access(file, os.X_OK)
    assert "set -euo pipefail" in file.read_text()
    subprocess.run(["bash", "-n", file], check=True)
