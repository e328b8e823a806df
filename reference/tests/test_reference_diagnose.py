"""The diagnosing replay: what is saved, what is freed, and which gradients pass inside."""

from __future__ import annotations

import pytest

from gradmark.behaviour import load_spec
from gradmark.graph import Graph, graph_of
from gradmark.program import Program
from gradmark.record import record
from gradmark_reference.diagnose import diagnosed, model_lens
from gradmark_reference.live import Live


def body(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    w = lib.tensor([3.0, 5.0])
    loss = (x * w).exp().sum()
    loss.backward()
    lib.observe("gradient", x.grad)
    (x * x).sum().backward()
    lib.observe("gradient after another", x.grad)


def program_and_step() -> tuple[Program, int]:
    program = record(body)
    return program, next(step.number for step in program.steps if step.op == "observe")


@pytest.fixture(scope="module")
def live() -> Live:
    """PyTorch."""
    pytest.importorskip("torch")
    return Live()


def seen(graph: Graph | None) -> list[tuple[str, str, str, bool]]:
    assert graph is not None
    return [(n.value, n.gradient, ", ".join(n.saved), n.freed) for n in graph.nodes]


def drawn(program: Program, step: int) -> Graph:
    graph = graph_of(program, step)
    assert graph is not None
    return graph


def test_pytorch_tells_what_it_saves_and_what_passes(live):
    """Up to the deviation and no further: the second backward is not in the picture."""
    program, step = program_and_step()
    found = live.diagnosed(program, drawn(program, step), step)
    assert found.replayed == f"PyTorch {live.version}"
    assert seen(found) == [
        ("[1 2]", "[60.26 1.101e+05]", "", False),
        ("[3 5]", "", "", False),
        ("[3 10]", "[20.09 2.203e+04]", "[3 5]", True),
        ("[20.09 2.203e+04]", "[1 1]", "[20.09 2.203e+04]", True),
        ("2.205e+04", "1", "", False),
    ]


def test_the_model_tells_the_same(live):
    """Where answers are recorded, the model stands in for PyTorch."""
    program, step = program_and_step()
    graph = drawn(program, step)
    found = diagnosed(program, graph, model_lens(), "the model", live.expected(program), step)
    assert found.replayed == "the model"
    assert seen(found) == seen(live.diagnosed(program, graph, step))


def test_a_model_that_deviates_is_not_believed(live):
    """Its values would be nobody's: the picture stays as it was derived."""
    program, step = program_and_step()
    graph = drawn(program, step)
    other = live.expected(load_spec().get("operators.mul-grad").program())
    assert diagnosed(program, graph, model_lens(), "the model", other, step) is graph


def test_programs_about_lifetimes_are_not_held(live):
    """Who looks keeps alive: such a program is not replayed."""

    def about(lib):
        x = lib.tensor(1.0, requires_grad=True)
        y = x * 2
        gone = lib.host.weakref(y)
        lib.delete(y)
        lib.observe("alive", lib.host.alive(gone))

    program = record(about)
    graph = drawn(program, 0)
    assert live.diagnosed(program, graph, 0) is graph


def test_a_replay_leaves_nothing_behind(live):
    """Grad mode is as before, and the answers stay what they were."""
    program, step = program_and_step()
    before = live.expected(program)
    for behaviour in load_spec().select(["grad-mode"]):
        asked = behaviour.program()
        graph = graph_of(asked)
        if graph is not None:
            live.diagnosed(asked, graph, 0)
            diagnosed(asked, graph, model_lens(), "the model", live.expected(asked))
    assert live.diagnosed(program, drawn(program, step), step).replayed
    assert live.expected(program) == before
