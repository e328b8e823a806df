"""The graph that a program builds: derived from its steps, with no library at hand."""

from __future__ import annotations

import re

import pytest

from gradmark.behaviour import load_spec
from gradmark.graph import NODES_LIMIT, Graph, graph_of
from gradmark.program import Program, Step
from gradmark.record import record
from gradmark.script import as_library


def after(body, find) -> tuple[Program, int]:
    """Return a program and the number of its last step that fits."""
    program = record(body)
    return program, [step.number for step in program.walk() if find(step)][-1]


def look(step: Step) -> bool:
    return step.op == "observe"


def picture(body, find=look) -> Graph:
    graph = graph_of(*after(body, find))
    assert graph is not None
    return graph


def shown(graph: Graph) -> list[tuple[str, str, tuple[int, ...], str]]:
    places = {node.key: number for number, node in enumerate(graph.nodes)}
    return [
        (n.name or n.label, n.kind, tuple(places[i] for i in n.inputs), n.wrong)
        for n in graph.nodes
    ]


def test_a_value_is_called_as_in_the_listing():
    """Whoever looks from the picture to the program finds each name there."""
    for behaviour in list(load_spec())[::12]:
        program = behaviour.program()
        words = set(re.findall(r"\w+", "\n".join(as_library(program)[0])))
        graph = graph_of(program)
        nodes = graph.nodes if graph else ()
        assert {node.name for node in nodes if node.name} <= words, behaviour.id


def test_a_wrong_gradient_shows_the_way_it_came():
    """From the leaf to where backward began, with what else goes into the operations there."""

    def body(lib):
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        w = lib.tensor([3.0, 4.0])
        other = lib.tensor(5.0, requires_grad=True)
        loss = (x * w).sum() + other * 2
        loss.backward()
        lib.observe("gradient", x.grad)

    graph = picture(body)
    assert shown(graph) == [
        ("x", "leaf", (), "gradient"),
        ("w", "constant", (), ""),
        ("×", "operation", (0, 1), ""),
        ("sum", "operation", (2,), ""),
        ("× 2", "operation", (), ""),
        ("loss", "operation", (3, 4), ""),
    ]
    assert [node.root for node in graph.nodes] == [False] * 5 + [True]
    assert [node.freed for node in graph.nodes] == [False, False, True, True, True, True]


def test_a_wrong_value_shows_what_it_was_made_from():
    """All of it, and nothing that came later."""

    def body(lib):
        x = lib.tensor(2.0, requires_grad=True)
        y = 1 - x.exp()
        lib.observe("value", y)
        (y * 3).backward()

    assert shown(picture(body)) == [
        ("x", "leaf", (), ""), ("exp", "operation", (0,), ""), ("y", "operation", (1,), "value")
    ]  # fmt: skip


def test_a_step_that_raises_is_marked_itself():
    """Where the library refused or lacked something, that operation stands out."""

    def body(lib):
        x = lib.tensor([2.0], requires_grad=True)
        lib.observe("value", x.sigmoid().sum())

    graph = picture(body, lambda step: step.name == "sigmoid")
    assert shown(graph) == [("x", "leaf", (), ""), ("sigmoid", "operation", (0,), "step")]


def test_retain_graph_frees_nothing():
    """Backward that is told to retain the graph leaves what was saved."""

    def body(lib):
        x = lib.tensor(2.0, requires_grad=True)
        (x * x).backward(retain_graph=True)
        lib.observe("gradient", x.grad)

    assert not any(node.freed for node in picture(body).nodes)


def test_what_no_grad_encloses_is_not_recorded():
    """Nothing of it is freed by a backward, since nothing of it is in the graph."""

    def body(lib):
        x = lib.tensor(2.0, requires_grad=True)
        with lib.no_grad():
            k = x * 3
        y = x * k
        y.backward()
        lib.observe("gradient", x.grad)

    graph = picture(body)
    assert {n.name: n.freed for n in graph.nodes} == {"x": False, "k": False, "y": True}


def test_detach_makes_a_constant():
    """The value stays in the picture, and the way of the gradient ends there."""

    def body(lib):
        x = lib.tensor(2.0, requires_grad=True)
        y = x * 2 + x.detach()
        y.backward()
        lib.observe("gradient", x.grad)

    kinds = {node.label: node.kind for node in picture(body).nodes}
    assert kinds["detach"] == "constant"


def test_a_program_without_operations_has_no_picture():
    """One leaf alone tells nothing."""
    assert graph_of(record(lambda lib: lib.observe("leaf", lib.ones(2)))) is None


def test_a_large_graph_is_cut():
    """What is nearest to the deviation is drawn, and the rest is counted."""

    def body(lib):
        x = lib.tensor(1.0, requires_grad=True)
        y = x
        for _ in range(40):
            y = y * 2
        lib.observe("value", y)

    graph = picture(body)
    assert (len(graph.nodes), graph.left_out) == (NODES_LIMIT, 41 - NODES_LIMIT)


@pytest.mark.parametrize("chapter", ["accumulation", "in-place", "training", "tensors"])
def test_every_program_of_a_chapter_has_a_sound_picture_or_none(chapter):
    """Inputs come before what uses them, and are drawn, wherever the deviation may be."""
    for behaviour in load_spec():
        if not behaviour.id.startswith(chapter):
            continue
        program = behaviour.program()
        for step in [s.number for s in program.steps if s.op == "observe"]:
            graph = graph_of(program, step)
            drawn: set[int] = set()
            for node in graph.nodes if graph else ():
                assert set(node.inputs) <= drawn
                drawn.add(node.key)
