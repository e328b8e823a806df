"""The script of a failure runs without Gradmark, and shows what the verdict says."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.host import Terms, choose, entry_of
from gradmark.session import Session
from gradmark.verdict import Outcome
from gradmark_backends.backend import open_backend
from gradmark_backends.resolve import resolve
from gradmark_backends.scripted import FUNCTIONS

DEMO = Path(__file__).resolve().parents[2] / "reference" / "demo"
STOPS = {"the library lacks this", "raised where PyTorch does not"}
BARE = """
import sys, warnings
warnings.simplefilter("ignore")
sys.modules.update(dict.fromkeys(["gradmark", "gradmark_backends", "gradmark_reference"]))
sys.path.insert(0, sys.argv[1])
exec(sys.stdin.read(), {})
"""

OTHERWISE = '''
class Value:
    """An engine of single numbers that says everything in words of its own."""

    def __init__(self, payload, parents=()):
        self.payload, self.parents, self.derivative = payload, parents, 0.0

    def __repr__(self):
        return f"<{self.payload}>"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.payload + other.payload, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.payload * other.payload, ((self, other.payload),))

    __radd__, __rmul__ = __add__, __mul__

    def backward(self, arrived=1.0):
        self.derivative += arrived
        for parent, rate in self.parents:
            parent.backward(arrived * rate)
'''


def entries(name, folder, profile="tensor", chosen=()):
    """Ask a library about a profile, and return what is reported of all that is no pass."""
    pytest.importorskip("torch")
    from gradmark_reference.live import Live

    spec = load_spec()
    plan = resolve(name, rootdir=folder, invocation_dir=folder)
    with open_backend(plan, isolation=1) as backend:
        session = Session(spec, backend, Live())
        found = [
            entry_of(b, session.verdict(b.id), Terms(name, profile), backend.info)
            for b in choose(spec, profile, chosen)
        ]
    return [entry for entry in found if entry.outcome is not Outcome.PASS]


def run_bare(entry, folder):
    """Run an entry's script where there is no Gradmark."""
    return subprocess.run(
        [sys.executable, "-I", "-c", BARE, str(folder)],
        input="\n".join(entry.script), capture_output=True, text=True, check=False,
    )  # fmt: skip


def run_all(found, folder):
    with ThreadPoolExecutor(2) as pool:
        return list(zip(found, pool.map(lambda e: run_bare(e, folder), found), strict=True))


ABSENT = ("AttributeError: ", "TypeError: ", "NotImplementedError: ")
NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[-+]\d+)?")


def last(text):
    return text.strip().splitlines()[-1]


def number_after(label, printed):
    """Return the number that a script printed under a label."""
    (line,) = [line for line in printed.splitlines() if line.startswith(f"{label}: ")]
    (number,) = NUMBER.findall(line.removeprefix(f"{label}: "))
    return float(number)


def test_every_script_of_the_demo_shows_its_verdict():
    """It stops with the engine's own error where the verdict says so, and nowhere else."""
    seen, numbers = set(), 0
    for entry, done in run_all(entries("student_engine", DEMO), DEMO):
        detail = entry.verdict.detail
        seen.add(entry.outcome)
        assert entry.script[0] == "import student_engine as lib"
        if entry.outcome is Outcome.ERROR:
            assert (done.returncode, last(done.stderr)) == (1, detail.observed), entry.id
        elif entry.outcome is Outcome.BLOCKED and done.returncode:
            # What is broken elsewhere may end this one anyhow, but never for want of Gradmark.
            assert "gradmark" not in done.stderr, entry.id
        elif entry.outcome is Outcome.MISSING:
            assert done.returncode == 1, entry.id
            assert last(done.stderr).startswith(ABSENT), entry.id
        else:
            assert done.returncode == 0, (entry.id, done.stderr)
            if not detail.shape and NUMBER.fullmatch(detail.observed):
                shown = number_after(detail.label, done.stdout)
                assert shown == pytest.approx(float(detail.observed), rel=1e-5), entry.id
                numbers += 1
    assert numbers >= 2
    wanted = {"fail", "blocked", "missing", "error", "lenient"}
    assert {outcome.value for outcome in seen} == wanted


def test_a_script_speaks_the_words_of_an_engine(tmp_path):
    """Its own class, no flag that it lacks, and its own name for the gradient."""
    (tmp_path / "otherwise.py").write_text(OTHERWISE, encoding="utf-8")
    (entry,) = entries("otherwise", tmp_path, "scalar", ["operators.mul-grad"])
    done = run_bare(entry, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Value(" in "\n".join(entry.script)
    assert "requires_grad" not in "\n".join(entry.script)
    detail = entry.verdict.detail
    assert entry.outcome is Outcome.FAIL
    assert number_after(detail.label, done.stdout) == float(detail.observed)


def spelling(name, folder):
    plan = resolve(name, rootdir=folder, invocation_dir=folder)
    with open_backend(plan, isolation=1) as backend:
        return dict(backend.info.spelling)


def test_what_an_engine_lacks_is_said(tmp_path):
    """Factories that are not there have no name, and those that are have their own."""
    (tmp_path / "otherwise.py").write_text(OTHERWISE, encoding="utf-8")
    assert spelling("otherwise", tmp_path) == {
        "ones": "",
        "zeros": "",
        "full": "",
        ".grad": "derivative",
        ".data": "payload",
        "tensor": "Value",
        "requires_grad": "",
    }


PACKAGE = {
    "__init__.py": "from deep.tensor import Tensor\nimport deep.modes",
    "modes.py": "import contextlib\n@contextlib.contextmanager\ndef no_grad():\n    yield\n",
    "tensor.py": """
import numpy as np


class Tensor:
    def __init__(self, data, require_grad=False):
        self.data, self.require_grad, self.grad = np.asarray(data), require_grad, None

    def __add__(self, other):
        return Tensor(self.data + other.data)

    def __mul__(self, other):
        return Tensor(self.data * other.data)

    def backward(self):
        pass

    @classmethod
    def ones(cls, shape, require_grad=False):
        return cls(np.ones(shape), require_grad)


def zeros(shape, require_grad=False):
    return Tensor(np.zeros(shape), require_grad)
""",
}


def test_names_that_are_elsewhere_are_found_there(tmp_path):
    """A script reaches a package's names from its top, a method of the class among them."""
    (tmp_path / "deep").mkdir()
    for name, source in PACKAGE.items():
        (tmp_path / "deep" / name).write_text(source, encoding="utf-8")
    found = spelling("deep", tmp_path)
    wanted = {
        "tensor": "Tensor",
        "requires_grad": "require_grad=True",
        "no_grad": "modes.no_grad",
        "ones": "Tensor.ones",
        "zeros": "tensor.zeros",
        "full": "",
    }
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("micrograd", {"ones": "", "zeros": "", "full": ""}),
        ("mygrad", {"ones": "ones", "zeros": "zeros", "full": "full"}),
        ("tinygrad", {"ones": "Tensor.ones", "zeros": "Tensor.zeros", "full": "Tensor.full"}),
    ],
)
def test_ready_adapters_say_how_numbers_are_made(name, made, tmp_path):
    """Each says where its library has the factories, if it has them."""
    pytest.importorskip(name)
    assert made.items() <= spelling(name, tmp_path).items()


@pytest.mark.real
def test_every_script_about_micrograd_runs(tmp_path):
    """A script stops only where the verdict says that something is not there, or was raised."""
    pytest.importorskip("micrograd")
    for entry, done in run_all(entries("micrograd", tmp_path, "scalar"), tmp_path):
        stops = entry.verdict.detail.reason in STOPS
        assert (done.returncode == 1) == stops, (entry.id, entry.outcome, done.stderr)


def test_what_pytorch_has_as_a_function_is_written_as_one():
    """A library whose tensors lack a method of the spec's may have the function: both are known."""
    torch = pytest.importorskip("torch")
    steps = [step for b in load_spec() for step in b.program().walk()]
    methods = {step.name for step in steps if step.op == "method" and not step.name.endswith("_")}
    both = {name for name in methods if callable(getattr(torch, name, None))}
    written_by_adapters = {"clone", "conj", "detach", "t"}
    assert both - {*FUNCTIONS} == written_by_adapters
