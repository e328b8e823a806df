"""A student's repository under the command line: none of it is loaded where it is decided."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gradmark.grade import grade
from gradmark.journal import read
from gradmark_backends.reach import obstacle

LEVEL = 1 if obstacle(2) else 2

ENGINE = """
from numbers import Number
class Tensor:
    def __init__(self, data, requires_grad=False): raise SystemExit("not mine")
"""

PLAN = """\
title = "Homework"
profile = "scalar"
isolation = {}
[[group]]
name = "Operators"
points = 10
behaviours = ["operators.mul-grad", "operators.add-grad"]
"""

TRAP = """
import os
with open({note!r}, "a") as file:
    file.write({name!r} + " " + ("worker" if not os.environ.get("DECIDING") else "host") + "\\n")
"""

NAMES = (
    "conftest numpy pytest _pytest click rich gradmark gradmark_cli gradmark_backends "
    "gradmark_reports gradmark_reference pytest_gradmark jinja2 json sitecustomize usercustomize "
    "tomli random torch"
).split()


@pytest.fixture
def repository(tmp_path):
    """A repository whose every module would leave a note, and grade itself if it could."""
    for name in NAMES:
        (tmp_path / f"{name}.py").write_text(TRAP.format(note=str(tmp_path / "notes"), name=name))
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p conftest --no-such-option\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--nothing'\n")
    info = tmp_path / "cheat-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: cheat\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[gradmark.backends]\nengine = conftest:Cheat\n")
    (tmp_path / "engine.py").write_text("import operator\n" + ENGINE)
    (tmp_path / "gradmark.toml").write_text(PLAN.format(LEVEL))
    return tmp_path


def commands():
    script = Path(sys.executable).with_name("gradmark")
    starting = "import sys; from gradmark_cli.main import entry; entry()"
    return {
        "the script": [str(script)],
        "an isolated interpreter": [sys.executable, "-I", "-c", starting],
        "an isolated module": [sys.executable, "-I", "-m", "gradmark_cli"],
    }


@pytest.mark.parametrize("how", commands())
def test_nothing_of_a_repository_is_loaded_where_it_is_decided(repository, how):
    """No conftest, ini file, customisation, entry point or module of another's name."""
    command = commands()[how]
    if not Path(command[0]).exists():
        pytest.skip("gradmark is not installed as a script")
    # A path in the environment is the grader's own, and none of it is here.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [*command, "run", "--backend=./engine.py", "--assignment=gradmark.toml", "-q"],
        cwd=repository,
        env={**environment, "DECIDING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    notes = repository / "notes"
    heard = notes.read_text().splitlines() if notes.exists() else []
    assert [line for line in heard if line.endswith(" host")] == []
    assert done.returncode in {1, 3, 4}, done.stderr


def test_a_submission_that_answers_is_graded_by_us(repository):
    """What it answers is judged, whatever lies around it."""
    folder = Path(__file__).parents[2] / "reference" / "gradmark_reference"
    if not folder.is_dir():
        pytest.skip("the model is not beside the tests")
    starting = "from gradmark_cli.main import entry; entry()"
    done = subprocess.run(
        [sys.executable, "-I", "-c", starting, "run", f"--backend={folder / 'model'}",
         "--assignment=gradmark.toml", "-q"],
        cwd=repository, env={**os.environ, "DECIDING": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    run = read(repository / "gradmark-report" / "run.jsonl")
    found = grade(run)
    assert found is not None
    assert found.earned == 10
    assert run.header.backend["isolation"] == LEVEL
    assert not (repository / "notes").exists()
