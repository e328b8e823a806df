"""The README is true: its commands run, its excerpts are printed, its example works."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gradmark.assignment_file import load
from gradmark.behaviour import load_spec
from gradmark.record import record

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(
    r"^    (gradmark .*|pytest .*|python3 .*|\.venv.*|cd .*)$", README, re.MULTILINE
)

pytestmark = pytest.mark.skipif(
    not (ROOT / "README.md").is_file(), reason="the README is part of the repository alone"
)


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment and return what it printed."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the demo once, in a copy of its folder, and return the folder and what was printed."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    ignored = shutil.ignore_patterns("gradmark-report", "__pycache__")
    shutil.copytree(ROOT / "reference" / "demo", folder, ignore=ignored)
    done = run("pytest", "--backend=student_engine", "-p", "no:cacheprovider", cwd=folder)
    assert done.returncode == 1, done.stdout + done.stderr
    return folder, done.stdout


def test_the_excerpts_are_printed_by_the_demo(demo: tuple[Path, str]) -> None:
    """Every excerpt of output stands in what the demo prints, line by line."""
    printed = demo[1]
    excerpts = [body for kind, body in BLOCKS if not kind and "make demo" not in body]
    excerpts = [body for body in excerpts if "cores, Python" not in body]
    assert len(excerpts) == 3
    for body in excerpts:
        assert body in printed


def test_the_report_is_where_it_is_said_to_be(demo: tuple[Path, str]) -> None:
    """The demo leaves the page and the journal in the folder that the README names."""
    report = demo[0] / "gradmark-report"
    assert {"index.html", "run.jsonl", ".gitignore"} <= {p.name for p in report.iterdir()}


def test_the_commands_without_pytest_run(demo: tuple[Path, str]) -> None:
    """Each `gradmark` command of the README comes to its end with the exit code that it should."""
    folder = demo[0]
    shutil.copy(folder / "student_engine.py", folder / "mylib.py")
    wanted = {"run": 1, "list": 0, "explain": 0, "report": 0, "init": 0, "matrix": 0}
    seen = set()
    for line in COMMANDS:
        words = line.split()
        if words[0] != "gradmark" or words[1] not in wanted:
            continue
        done = run("gradmark_cli", *words[1:], cwd=folder)
        # The demo deviates, but no more than its baseline says, and it earns enough to pass.
        enough = "--baseline=" in line or "--assignment=" in line
        code = 0 if enough else wanted[words[1]]
        assert done.returncode == code, (line, done.stdout, done.stderr)
        seen.add(words[1])
    assert seen == set(wanted)


def test_the_assignment_that_is_shown_is_read(tmp_path: Path) -> None:
    """The example file grades the spec as it is."""
    (source,) = [body for kind, body in BLOCKS if kind == "toml"]
    (tmp_path / "gradmark.toml").write_text(source, encoding="utf-8")
    assignment, _ = load(tmp_path / "gradmark.toml", load_spec())
    assert [g.name for g in assignment.groups] == ["Accumulation", "The life of a graph"]


def test_the_adapter_example_works(tmp_path: Path) -> None:
    """The example adapter opens an engine that is spelt as the README says, and smoke is happy."""
    (code,) = [body for kind, body in BLOCKS if kind == "python" and "Adapter" in body]
    (tmp_path / "my_adapter.py").write_text(code, encoding="utf-8")
    (tmp_path / "engine.py").write_text(ENGINE, encoding="utf-8")
    (line,) = [c for c in COMMANDS if c.startswith("gradmark smoke")]
    done = run("gradmark_cli", *line.split()[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [text.split()[0] for text in done.stdout.splitlines() if text] == ["ok"] * 9


def test_the_behaviour_that_is_shown_is_in_the_spec() -> None:
    """The behaviour in the README is the spec's own, word by word."""
    (code,) = [body for kind, body in BLOCKS if kind == "python" and "lib.observe" in body]
    spaces: dict[str, object] = {}
    exec(code, spaces)
    shown = [line.strip() for line in code.splitlines()[1:]]
    source = ROOT / "conformance" / "gradmark" / "spec" / "accumulation.py"
    assert "\n".join(shown) in "\n".join(
        line.strip() for line in source.read_text(encoding="utf-8").splitlines()
    )
    assert load_spec().get("accumulation.two-losses-add-up").program().steps
    assert callable(record)


def test_every_file_that_is_named_exists() -> None:
    """Every relative link of the README leads to a file."""
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_commands_by_hand_name_what_is_there() -> None:
    """The set-up by hand uses files and extras that the project has."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert 'pip install -c constraints.txt -e ".[all]"' in README
    assert re.search(r"^all = \[", project, re.MULTILINE)
    assert all(f"\n{name}:" in makefile for name in ("demo", "test", "bench"))
    assert (ROOT / "constraints.txt").is_file()


ENGINE = '''
class Scalar:
    """A number that knows where it came from."""

    def __init__(self, data, parents=()):
        self.data, self.parents, self.derivative = data, parents, 0.0

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        return Scalar(self.data * other.data, ((self, other.data), (other, self.data)))

    __radd__, __rmul__ = __add__, __mul__

    def backprop(self, arrived=1.0):
        self.derivative += arrived
        for parent, rate in self.parents:
            parent.backprop(arrived * rate)
'''
