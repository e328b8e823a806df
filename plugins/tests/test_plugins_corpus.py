"""The corpus of engines as students write them: each is recognised and judged as the docs say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from gradmark.behaviour import load_spec
from gradmark.compare import Conventions
from gradmark.lower import replay_on
from gradmark.program import Program
from gradmark.session import Answer, BackendInfo, Reference, Session
from gradmark_backends.backend import open_backend
from gradmark_backends.opening import open_plan
from gradmark_backends.plan import CannotOpen, Opened
from gradmark_backends.recognition.engine import Engine
from gradmark_backends.recognition.stand_ins import FINDER
from gradmark_backends.resolve import resolve
from gradmark_backends.table_file import written_table
from gradmark_reference.recorded import open_reference

CORPUS = Path(__file__).parent / "corpus"
DOCS = Path(__file__).parents[2] / "conformance/docs/engines.md"
BESIDE = ("as written", "other engines", "stand-in")
BY_CHANCE = "wrong_order_of_a_set.py"

ASKED = (
    "operators.mul-grad operators.number-on-the-left operators.number-minus-value "
    "operators.pow-grad operations.tanh backward.chain-rule backward.long-chain "
    "accumulation.same-leaf-twice accumulation.diamond accumulation.short-and-long-path "
    "accumulation.long-path-written-last accumulation.second-graph-adds "
    "zeroing.cleared-leaf-starts-anew leaf.grad-none-before-backward leaf.unused-leaf-stays-none "
    "lifetime.never-a-wrong-number lifetime.two-losses-on-one-trunk lifetime.two-graphs-one-leaf"
).split()
ASKED_OF_TENSORS = (
    "operators.sum-grad operators.broadcast-grad operations.sum-dim operations.sum-keepdim "
    "operations.reshape gradient-argument.vector-refused gradient-argument.weights-each-output "
    "leaf.only-tracked-leaves-get-grad grad-mode.result-untracked grad-mode.constant-branch "
    "detach.blocks-the-gradient accumulation.shares-are-not-shared-memory "
    "accumulation.two-losses-add-up"
).split()
ASKED_WHERE_THERE = "operations.index-list-repeated kinks.max-tie operations.vector-matrix".split()
"""What survey engines often get wrong, and many do not have."""

WORDS = {
    "recurses": {"backward.long-chain": "error"},
    "keeps": {
        "lifetime.never-a-wrong-number": "fail",
        "lifetime.two-losses-on-one-trunk": "fail",
    },
    "few": {
        "operators.number-minus-value": "missing",
        "operators.pow-grad": "missing",
        "operations.tanh": "missing",
    },
    "plain": {"operators.pow-grad": "missing", "operations.tanh": "missing"},
    "no switches": {
        "grad-mode.result-untracked": "missing",
        "grad-mode.constant-branch": "missing",
        "detach.blocks-the-gradient": "missing",
    },
}


NEEDED_BY = {
    "files": 36, "flag": 28, "value": 22, "class": 19, "drawing": 16, "wrapped": 10, "one": 7,
    "init": 8, "root": 8, "array": 5, "gradient": 3, "start": 3, "seed": 3, "result": 3,
}  # fmt: skip
"""How many of 71 engines of the survey need a way of reading that the obvious one is not."""

MEET = [
    (one, other)
    for one, other in combinations(NEEDED_BY, 2)
    if NEEDED_BY[one] * NEEDED_BY[other] / 71 >= 2
]
"""Two that an engine is expected to need at once, in two or more of 71."""


def table() -> dict[str, tuple[str, str]]:
    rows = {}
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            name, needs, said, deviates = (part.strip() for part in line.strip("|").split("|"))
            rows[name.strip("`")] = (said, deviates)
            NEEDS[name.strip("`")] = set(needs.split())
    return rows


NEEDS: dict[str, set[str]] = {}
TABLE = table()
JUDGED = {name: row for name, row in TABLE.items() if not row[0].startswith("refused")}


@cache
def reference() -> Reference:
    return open_reference("recorded", 0)


@pytest.fixture(autouse=True)
def _untouched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with untouched():
        yield


@contextmanager
def untouched() -> Iterator[None]:
    """Leave no engine behind, so that another one may have its name."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    FINDER.names.clear()
    for name in set(sys.modules) - modules:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if not file or str(CORPUS) in file:
            del sys.modules[name]


class Here:
    """An engine of the corpus in this process."""

    def __init__(self, adapter: Engine, opened: Opened) -> None:
        self.adapter = adapter
        conventions = Conventions(opened.scalar_shape, opened.dtype)
        self.info = BackendInfo("here", conventions=conventions)

    def ask(self, program: Program, *, fresh: bool = False) -> Answer:
        return Answer(replay_on(program.steps, self.adapter))

    def close(self) -> None:
        pass


def opened(name: str, place: Path = CORPUS) -> tuple[Engine, Opened]:
    adapter, said = open_plan(resolve(str(place / name), rootdir=place, invocation_dir=place))
    assert isinstance(adapter, Engine)
    return adapter, said


def deviations(adapter: Engine, found: Opened) -> dict[str, str]:
    session = Session(load_spec(), Here(adapter, found), reference())
    asked = ASKED + (ASKED_OF_TENSORS if found.profile == "tensor" else [])
    verdicts = [session.verdict(identity) for identity in asked]
    waits = {"pass", "lenient", "blocked"}
    deviating = {v.id: v.outcome.value for v in verdicts if v.outcome.value not in waits}
    there = {i: session.verdict(i).outcome.value for i in ASKED_WHERE_THERE}
    return deviating | {i: o for i, o in there.items() if o not in waits | {"missing"}}


def needs(name: str, adapter: Engine, found: Opened) -> set[str]:
    """Return what it takes to read an engine, beside what is obvious."""
    said, kind, place = adapter.spelling, adapter.spelling.kind, CORPUS / name
    methods = [getattr(kind, part, None) for part in ("__add__", "__mul__", said.backward)]
    own = all(getattr(m, "__qualname__", "").startswith(f"{kind.__name__}.") for m in methods)
    file = Path(adapter.file)
    parts = file.relative_to(place).with_suffix("").parts if place.is_dir() else ()
    from_the_folder = ".".join(parts).removesuffix(".__init__")
    after = type(adapter.after).__module__
    return {
        word
        for word, needed in {
            "files": place.is_dir() and file.name != "__init__.py",
            "flag": bool(said.requires_grad),
            "value": said.data != "data",
            "class": kind.__name__ not in {"Tensor", "Value"} or not own,
            "drawing": any(line.startswith("stand-in") for line in found.recognised),
            "wrapped": after not in {"builtins", "numpy"},
            "one": bool(adapter.scalar_shape),
            "init": any("past its __init__" in line for line in found.recognised),
            "root": place.is_dir() and kind.__module__ != from_the_folder,
            "array": said.payload != "number",
            "gradient": said.gradient != "grad",
            "start": said.start_with in {"sum", "ones"},
            "seed": said.start_with == "grad",
            "result": said.result is not None and type(said.result) is not type(said.example),
        }.items()
        if needed
    }


def test_the_table_lists_every_shape() -> None:
    """What lies in the corpus stands in the docs, and there are enough of them."""
    names = {path.name for path in CORPUS.iterdir() if path.name != "__pycache__"}
    assert set(TABLE) == names - {BY_CHANCE}
    assert len(TABLE) >= 60


def test_every_way_of_reading_has_its_shapes() -> None:
    """Each is needed by a shape at least, and two that often meet by one and the same."""
    for word in NEEDED_BY:
        assert any(word in needed for needed in NEEDS.values()), word
    for one, other in MEET:
        assert any({one, other} <= needed for needed in NEEDS.values()), (one, other)
    assert set().union(*NEEDS.values()) == set(NEEDED_BY)


@pytest.mark.parametrize("name", JUDGED)
def test_a_shape_gets_what_it_deserves(name: str, tmp_path: Path) -> None:
    """It is read as the table says, and deviates there and nowhere else.

    What is written down about it and given back says and gives the same.
    """
    with untouched():
        adapter, found = opened(name)
        deviates_by_itself = deviations(adapter, found)
        assert needs(name, adapter, found) == NEEDS[name]
    said, deviates = JUDGED[name]
    for part in said.split("; "):
        assert part in found.recognised
    expected: dict[str, str] = {}
    for word in filter(None, deviates.split(", ")):
        identity, _, outcome = word.rpartition(" ")
        expected.update(WORDS.get(word) or {identity: outcome})
    assert deviates_by_itself == expected
    (tmp_path / "adapter.toml").write_text(written_table(found.table, tmp_path), encoding="utf-8")
    again, written = opened("adapter.toml", tmp_path)
    assert spelt(written) == spelt(found)
    assert deviations(again, written) == expected


def spelt(found: Opened) -> set[str]:
    """Return the lines about the engine, without those about what lies beside it."""
    return {line for line in found.recognised if not line.startswith(BESIDE)}


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("lessons", "several-engines", "part2/engine.py::Value"),
        ("gradient_twice.py", "two-gradients", ".gradient became 7 and .grad became 3"),
    ],
)
def test_what_is_ambiguous_is_not_guessed_at(name: str, code: str, told: str) -> None:
    """The refusal names what it is between."""
    assert TABLE[name] == (f"refused: {code}", "")
    with pytest.raises(CannotOpen) as error:
        opened(name)
    assert error.value.code == code
    assert told in error.value.cause


def test_an_order_by_chance_is_a_failure() -> None:
    """An engine that walks a set of nodes fails, whichever answers it happens to give."""
    plan = resolve(str(CORPUS / BY_CHANCE), rootdir=CORPUS, invocation_dir=CORPUS)
    with open_backend(plan) as backend:
        session = Session(load_spec(), backend, reference())
        names = ("diamond", "short-and-long-path", "long-path-written-last")
        found = [session.verdict(f"accumulation.{name}") for name in names]
        roots = {session.verdict(v.root or v.id).outcome.value for v in found}
    assert {v.outcome.value for v in found} <= {"fail", "blocked"}
    assert roots == {"fail"}


def test_paths_without_end_take_too_long() -> None:
    """A walk that goes down every path by itself is right where there are few of them."""
    plan = resolve(str(CORPUS / "exponential.py"), rootdir=CORPUS, invocation_dir=CORPUS)
    with open_backend(plan, program_seconds=0.5) as backend:
        session = Session(load_spec(), backend, reference())
        assert session.verdict("accumulation.diamond").outcome.value == "pass"
        assert session.verdict("backward.tower-of-diamonds").outcome.value == "timeout"
