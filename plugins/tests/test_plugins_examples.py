"""Plugging in by example: each kind of engine, its adapter, and the skeletons to begin with."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.session import Session
from gradmark_backends.backend import open_backend
from gradmark_backends.resolve import resolve
from gradmark_cli.adapting import KINDS
from gradmark_cli.main import main
from gradmark_reference.recorded import open_reference

EXAMPLES = Path(__file__).parents[1] / "examples"
COMMANDS = re.findall(r"`gradmark (smoke [^`]+)`", (EXAMPLES / "README.md").read_text())
HELD = "operators.mul-grad operators.add-grad backward.scalar-polynomial accumulation.many-uses"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda line: line.partition("=")[2])
def test_every_line_of_the_page_works(command, monkeypatch, capsys):
    """Nine lines without a fault, typed in the examples' folder."""
    if "cmd:node" in command and not shutil.which("node"):
        pytest.skip("there is no node in PATH")
    monkeypatch.chdir(EXAMPLES)
    word, _, backend = command.partition(" --backend=")
    assert main([word, f"--backend={backend.strip(chr(39))}"]) == 0, capsys.readouterr().out
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["ok"] * 9


@pytest.mark.parametrize("command", [c for c in COMMANDS if "cmd:" not in c])
def test_every_example_holds_what_it_is_about(command, monkeypatch):
    """Products, sums, polynomials and shared leaves, whichever way gradients are handed over."""
    monkeypatch.chdir(EXAMPLES)
    text = command.partition("--backend=")[2]
    plan = resolve(text, rootdir=EXAMPLES, invocation_dir=EXAMPLES)
    with open_backend(plan) as backend:
        session = Session(load_spec(), backend, open_reference("recorded", 0))
        assert {i: session.verdict(i).outcome.value for i in HELD.split()} == dict.fromkeys(
            HELD.split(), "pass"
        )


def test_an_adapter_in_another_package_is_found_by_its_entry_point(tmp_path):
    """As pip lays it down: a distribution whose entry point names the adapter."""
    site = tmp_path / "site"
    shutil.copytree(EXAMPLES / "package/src/gradmark_renamed", site / "gradmark_renamed")
    project = (EXAMPLES / "package/pyproject.toml").read_text()
    ((name, target),) = re.findall(r'^(\w+) = "([\w.]+:\w+)"$', project, re.MULTILINE)
    info = site / "gradmark_renamed-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gradmark-renamed\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[gradmark.backends]\n{name} = {target}\n")
    (tmp_path / "site" / "site-packages").symlink_to(site)
    code = (
        f"import sys; sys.path.insert(0, {str(site / 'site-packages')!r})\n"
        "from gradmark_cli.main import main\n"
        "sys.exit(main(['smoke', '--backend=renamed']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok ") == 9


def test_the_package_has_what_the_example_beside_it_has():
    """One engine and one adapter, which differ in where they are imported from."""
    package = EXAMPLES / "package/src/gradmark_renamed"
    assert (package / "engine.py").read_text() == (EXAMPLES / "renamed/engine.py").read_text()
    plain = (EXAMPLES / "renamed/adapter.py").read_text()
    moved = plain.replace('module = "engine"', 'module = "gradmark_renamed.engine"')
    assert (package / "adapter.py").read_text() == moved


FILLED = {
    "renamed": [
        ('("Tensor",)', '("Node",)'), ('data = "data"', 'data = "numbers"'),
        ('".grad": "grad"', '".grad": "slope"'), ('".backward": "backward"', '".backward": "work_back"'),
        ('".sum": "sum"', '".sum": "total"'),
        ("Tensor(data, **self.leaf_keywords(requires_grad, dtype))", "Node(data, bool(requires_grad))"),
    ],
    "scalar": [
        ('("Value",)', '("Number",)'), ('data = "data"', 'data = "value"'),
        ('".grad": "grad"', '".grad": "gradient"'), ('".backward": "backward"', '".backward": "go_back"'),
        ("namespace.Value", "namespace.Number"),
    ],
    "returned": [
        ('("Tensor",)', '("Variable",)'), ('data = "data"', 'data = "array"'),
        ('"sum": "sum"', '"sum": "total"'), ("namespace.Tensor", "namespace.Variable"),
        ("namespace.grad(", "namespace.gradients("),
    ],
    "functional": [
        ('("Array",)', '("Dual",)'),
        ("namespace.array(data)", "namespace.Dual(data, self.namespace.np.zeros((1, *self.namespace.np.shape(data))))"),
        ("*leaves)", "*(leaf.value for leaf in leaves))"),
        ("self.namespace.ones_like(value) if seed is None else seed", "1.0 if seed is None else seed.value"),
    ],
}  # fmt: skip
"""What somebody fills in, by hand, for the engines of the examples."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_skeleton_works_when_it_is_filled_in(kind, tmp_path, monkeypatch, capsys):
    """Written by the command, corrected in a few places, and smoke has nothing against it."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXAMPLES / kind / "engine.py", tmp_path / "engine.py")
    assert main(["new-adapter", "mine", "--module=engine", f"--kind={kind}"]) == 0
    assert "gradmark smoke --backend=mine_adapter:Mine" in capsys.readouterr().out
    path = tmp_path / "mine_adapter.py"
    text = path.read_text()
    for old, new in FILLED[kind]:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    assert main(["smoke", "--backend=mine_adapter:Mine"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("kind", KINDS)
def test_a_skeleton_is_clean_as_it_is_written(kind, tmp_path, monkeypatch):
    """No linter of the user's has to be told anything first."""
    monkeypatch.chdir(tmp_path)
    assert main(["new-adapter", "my_lib", f"--kind={kind}"]) == 0
    path = tmp_path / "my_lib_adapter.py"
    assert "class MyLib(Adapter)" in path.read_text()
    for words in (["check", "--isolated", "--select=E,F,I,B,UP,D1"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--line-length=100", str(path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-name"], "can't be the name"),
        (["class"], "can't be the name"),
        (["mine", "--module=1st"], "can't be the module"),
        (["mine", "--kind=renamd"], "did you mean renamed"),
        (["there"], "there_adapter.py is there already"),
    ],
)
def test_what_can_not_be_written_is_refused(arguments, said, tmp_path, monkeypatch, capsys):
    """Nothing is overwritten, and a misspelt kind gets its neighbour."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there_adapter.py").write_text("mine")
    assert main(["new-adapter", *arguments]) == 4
    assert said in capsys.readouterr().err
    assert (tmp_path / "there_adapter.py").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1
