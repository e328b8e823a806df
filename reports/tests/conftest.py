"""Runs to show: one as they are, and one whose library does its worst."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import Any

import pytest

from gradmark.graph import Graph, Node
from gradmark.journal import Entry, Header, Run, make_footer
from gradmark.session import BackendInfo
from gradmark.verdict import Detail, Outcome, Verdict

CHAPTERS = (
    ("leaf", "Which tensors are leaves"),
    ("accumulation", "Gradients add up"),
    ("second-backward", "Backward a second time"),
    ("no-grad", "Switching recording off"),
    ("data", "Changing .data"),
)

SCRIPT = (
    "import mylib",
    "",
    "x = mylib.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)",
    "first, second = (2 * x + 1).sum(), (3 * x).sum()",
    "first.backward()",
    "second.backward()",
    "print('grad after the second backward', x.grad)",
)

ACCUMULATES = Detail(
    label="grad after the second backward",
    line=7,
    step=9,
    expected="[5, 5, 5, 5]",
    observed="[3, 3, 3, 5]",
    reason="3 of 4 elements differ, the first at index (0,)",
    max_abs=2.0,
    max_rel=0.4,
    allowed="2e-06 + 2e-05 × |expected|",
    index=(0,),
    shape=(4,),
    expected_items=("5", "5", "5", "5"),
    observed_items=("3", "3", "3", "5"),
    differing=(0, 1, 2),
)

RAISES = Detail(
    label="grad of a matrix product",
    step=5,
    expected="[[1, 2], [3, 4]]",
    observed="TypeError: unsupported operand type(s) for *: 'NoneType' and 'float'",
    reason="raised where PyTorch does not",
    error="TypeError",
    message="unsupported operand type(s) for *: 'NoneType' and 'float'",
    traceback='  File "mylib/engine.py", line 88, in backward\n    out.grad * other.data\n',
    output="building graph\nbackward: 3 nodes\n",
)

MATRIX = Detail(
    label="grad of the weights",
    step=8,
    expected="[[0.25, -1.5, 2], [4, 0, 1e-07]]",
    observed="[[0.25, 1.5, 2], [4, nan, 1e-07]]",
    reason="2 of 6 elements differ, the first at index (0, 1)",
    max_abs=3.0,
    max_rel=math.inf,
    allowed="2e-06 + 2e-05 × |expected|",
    index=(0, 1),
    shape=(2, 3),
    expected_items=("0.25", "-1.5", "2", "4", "0", "1e-07"),
    observed_items=("0.25", "1.5", "2", "4", "nan", "1e-07"),
    differing=(1, 4),
)


ADDING = Graph(
    (
        Node(1, "leaf", "ones", "x", wrong="gradient", value="[1 1 1 1]", gradient="[5 5 5 5]"),
        Node(2, "operation", "× 2", "", (1,), freed=True, gradient="[1 1 1 1]", saved=("2",)),
        Node(5, "operation", "sum", "first", (2,), root=True, gradient="1"),
        Node(6, "operation", "× 3", "", (1,), freed=True, gradient="[1 1 1 1]", saved=("3",)),
        Node(8, "operation", "sum", "second", (6,), root=True, gradient="1"),
    ),
    replayed="PyTorch 2.13.0",
)


def entry(identity: str, title: str, outcome: Outcome = Outcome.PASS, **more: Any) -> Entry:
    verdict = {k: more.pop(k) for k in ("detail", "root", "note") if k in more}
    level = more.get("level", "must")
    about: dict[str, Any] = {
        "level": "must",
        "profile": "tensor",
        "gradient": True,
        "counted": level == "must",
        "holds": outcome.holds if level == "must" else outcome is Outcome.PASS,
    }
    if outcome is not Outcome.PASS:
        about["script"] = SCRIPT
        about["marked"] = (5,)
        about["torch_script"] = ("import torch", *SCRIPT[1:2], "x = torch.ones(4)")
        about["reproduce"] = f"gradmark run --backend=mylib --profile=tensor --behaviour={identity}"
    return Entry(Verdict(identity, outcome, **verdict, seconds=0.01), title, **about | more)


ENTRIES = (
    entry("leaf.requires-grad", "A leaf that requires grad receives one"),
    entry("leaf.others-stay-none", "A leaf that does not require grad keeps None"),
    entry("leaf.computed", "A computed tensor is no leaf"),
    entry(
        "leaf.starts-at-none",
        "A leaf's grad is None before backward",
        Outcome.LENIENT,
        detail=Detail(
            label="grad before backward", step=2, expected="None", observed="[0, 0, 0, 0]",
            reason="right in another way: zeros instead of None",
            alternative="zeros instead of None",
        ),
    ),
    entry("leaf.grad-fn", "A leaf has no grad_fn", level="should"),
    entry(
        "accumulation.two-losses",
        "Backward of a second loss adds to the leaf's grad",
        Outcome.FAIL,
        detail=ACCUMULATES,
        graph=ADDING,
        why="Every optimiser step over several losses relies on gradients that add up.",
        mistake="backward assigns to x.grad instead of adding to it.",
    ),
    entry(
        "accumulation.loop",
        "Backward in a loop adds up every time round",
        Outcome.BLOCKED,
        detail=replace(ACCUMULATES, label="grad after two rounds"),
        root="accumulation.two-losses",
    ),
    entry(
        "accumulation.diamond",
        "A leaf that is used twice receives both gradients",
        Outcome.BLOCKED,
        detail=replace(ACCUMULATES, label="grad through the first path"),
        root="accumulation.two-losses",
    ),
    entry("accumulation.matrix", "A shared weight adds up", Outcome.FAIL, detail=MATRIX),
    entry(
        "second-backward.raises",
        "A second backward raises where something was saved",
        Outcome.ERROR,
        detail=RAISES,
        note="no-grad.nested left something behind: another answer than in a fresh worker",
    ),
    entry(
        "second-backward.kind",
        "A second backward raises RuntimeError",
        Outcome.LENIENT,
        level="should",
        detail=Detail(
            label="the refusal", step=6, expected="RuntimeError: Trying to backward",
            observed="ValueError: graph was freed", reason="refused with ValueError",
        ),
    ),
    entry(
        "no-grad.context",
        "Nothing is recorded inside no_grad",
        Outcome.MISSING,
        detail=Detail(
            step=1, expected="no exception", observed="no_grad is not in mylib",
            reason="the library lacks this", lacks="no_grad is not in mylib",
        ),
    ),
    entry(
        "no-grad.nested",
        "no_grad nests",
        Outcome.CRASH,
        detail=Detail(
            observed="killed by signal 11 (SIGSEGV)", reason="killed by signal 11 (SIGSEGV)",
            output="Fatal Python error: Segmentation fault\n",
        ),
    ),
    entry("data.shares-memory", "x.data shares x's memory"),
    entry("data.shape", "x.data has x's shape", gradient=False),
    entry(
        "data.version",
        "x.data does not move the version counter",
        Outcome.FAIL,
        level="should",
        detail=Detail(label="version", step=3, expected="0", observed="1", reason="another number"),
    ),
)  # fmt: skip

INFO = BackendInfo(
    "mylib",
    version="0.1",
    library="mylib",
    adapter="PyTorch-shaped, by convention",
    where="/home/ada/engine/mylib.py",
    python="3.12.1",
    isolation=1,
    recognised=("leaf: Tensor(data, requires_grad=True)", "grad: .grad, a NumPy array"),
    search_path=("/home/ada/engine",),
)

HEADER = Header(
    backend=asdict(INFO),
    reference={"name": "PyTorch", "version": "2.13.0", "is_the_specs": True},
    profile="tensor",
    size=len(ENTRIES),
    musts=12,
    started="2026-01-31T12:00:00Z",
    host={"python": "3.11.9", "platform": "Linux-6.1-x86_64"},
    chapters=CHAPTERS,
    planned=tuple(e.id for e in ENTRIES),
)


def hostile(entries: tuple[Entry, ...], evil: str) -> tuple[Entry, ...]:
    """Put a string wherever a library, an adapter or an assignment can put one."""
    detail = Detail(
        **dict.fromkeys(_TEXTS, evil),
        index=(1,), shape=(2,), differing=(1,), max_abs=math.nan,
        expected_items=("1", evil), observed_items=(evil, evil),
    )  # fmt: skip
    lines = (evil, f"x = {evil}")
    node = Node(1, "leaf", evil, evil, (), True, True, "value", evil, evil, (evil, evil))
    graph = Graph((node, replace(node, key=2, kind="operation", inputs=(1,))), 1, evil)
    return tuple(
        replace(
            e, verdict=replace(e.verdict, detail=detail, note=evil), title=evil, why=evil,
            mistake=evil, script=lines, torch_script=lines, reproduce=evil, marked=(1,),
            graph=graph,
        )
        for e in entries
    )  # fmt: skip


_TEXTS = (
    "label expected observed reason owner allowed error message traceback lacks alternative output"
).split()


@pytest.fixture
def sample() -> Run:
    """A student's engine with a few typical bugs."""
    return Run(HEADER, ENTRIES, make_footer(ENTRIES, 1.234))


@pytest.fixture
def hostile_run(request: pytest.FixtureRequest) -> Run:
    """The same run, with one string everywhere a stranger can put one."""
    evil: str = request.param
    info = BackendInfo(
        evil, version=evil, library=evil, adapter=evil, where=evil, python=evil, isolation=1,
        recognised=(evil,), search_path=(evil,),
    )  # fmt: skip
    header = replace(
        HEADER,
        backend=asdict(info),
        reference={"name": evil, "version": evil, "is_the_specs": True},
        started=evil,
        host={"python": evil, evil: evil},
        selection=(evil,),
        chapters=tuple((name, evil) for name, _ in CHAPTERS),
    )
    entries = hostile(ENTRIES, evil)
    return Run(header, entries, make_footer(entries, 1.0))
