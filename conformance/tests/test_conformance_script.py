"""Printed scripts: what a reader sees, that it runs anywhere, and where a step happens."""

import subprocess
import sys

import numpy as np
import pytest

from gradmark.behaviour import load_spec
from gradmark.record import record
from gradmark.script import as_library, as_torch


def printed(body):
    """Return a body's script for a library whose module is not known."""
    lines, _ = as_library(record(body))
    start = lines.index("")
    assert lines[0] == "# lib is the library under test"
    assert all(line.startswith("import ") for line in lines[1:start])
    return list(lines[start + 1 :])


def swapped(one, other):
    return [other, one]


def test_a_script_reads_like_the_body():
    """Names are the body's own, and what is used once stands where it is used."""

    def body(lib):
        x = lib.tensor([1.0, -2.0], requires_grad=True)
        y = 2 * (x + 1) ** 2 - x
        y.sum().backward()
        lib.observe("gradient", x.grad)
        with lib.no_grad():
            x -= 0.5 * x.grad
        with lib.raises("a change of a leaf"):
            x += 1

    assert as_torch(record(body)) == (
        "import torch",
        "",
        "x = torch.tensor([1.0, -2.0], requires_grad=True)",
        "y = 2 * (x + 1) ** 2 - x",
        "y.sum().backward()",
        'print("gradient:", x.grad)',
        "with torch.no_grad():",
        "    x -= 0.5 * x.grad",
        "try:",
        "    x += 1",
        "except Exception as error:",
        '    print("a change of a leaf:", type(error).__name__, error)',
        "else:",
        '    print("a change of a leaf: nothing was raised")',
    )


def test_a_script_runs_without_gradmark():
    """A plain interpreter prints the answers of PyTorch."""
    pytest.importorskip("torch")

    def body(lib):
        x = lib.tensor([1.0, -2.0], requires_grad=True)

        @lib.no_grad()
        def score(value):
            return value * 3

        lib.observe('it\'s "scored"', score(x))
        y = lib.repeat(3, lambda t: t * 2, x)
        y.register_hook(lambda g: lib.observe("on the way", g.shape))
        y.backward(lib.ones(2))
        lib.observe("gradient", x.grad)
        with lib.raises("again"):
            y.backward()

    script = "\n".join(as_torch(record(body)))
    command = [sys.executable, "-I", "-W", "ignore", "-c", script]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines() == [
        'it\'s "scored": tensor([ 3., -6.])',
        "on the way: torch.Size([2])",
        "gradient: tensor([8., 8.])",
        "again: RuntimeError grad can be implicitly created only for scalar outputs",
    ]


def test_order_is_kept():
    """A read that stands before a change in place is not moved behind it."""

    def body(lib):
        x = lib.ones(2)
        lib.observe("both", [x.grad, x.zero_(), x.grad])
        lib.observe("swapped", swapped(x.first(), x.second()))
        parts = [x.sum()]
        x.add_(1)
        lib.observe("earlier", parts[0] * 2)
        early = x.grad
        lib.observe("late", (x.mul_(2), early))

    assert printed(body) == [
        "x = lib.ones(2)",
        'print("both:", [x.grad, x.zero_(), x.grad])',
        "v1 = x.first()",
        "v2 = x.second()",
        'print("swapped:", [v2, v1])',
        "parts_0 = x.sum()",
        "x.add_(1)",
        'print("earlier:", parts_0 * 2)',
        "early = x.grad",
        'print("late:", (x.mul_(2), early))',
    ]


def test_names_are_bound_anew_only_where_nobody_needs_the_old_value():
    """A name is used again when its value is over, and gets a number when it is not."""

    def body(lib):
        x = lib.ones(2)
        x = x * 2
        first = x
        x = x * 3
        lib.observe("all", [first, x])

        def scaled(x):
            y = x * 4
            return y + first

        lib.observe("called", lib.apply(scaled, first))
        error = lib.ones(1)
        lib.observe("last", error)

    lines = printed(body)
    assert lines[:3] == ["x = lib.ones(2)", "x = x * 2", "x_2 = x * 3"]
    assert 'print("all:", [x, x_2])' in lines
    assert "def scaled(x_2):" in lines
    assert "    return y + x" in lines
    assert "error_2 = lib.ones(1)" in lines


def test_second_names_are_kept_across_a_change_in_place():
    """What the body holds by another name stays under that name."""

    def body(lib):
        w = lib.ones(2)
        held = w
        w -= 1
        lib.observe("same", lib.same(held, w))
        v = lib.ones(2)
        box = [v]
        v -= 1
        lib.observe("same again", lib.same(box[0], v))

    assert printed(body) == [
        "w = lib.ones(2)",
        "held = w",
        "w -= 1",
        'print("same:", held is w)',
        "v = lib.ones(2)",
        "box_0 = v",
        "v -= 1",
        'print("same again:", box_0 is v)',
    ]


def test_functions_stand_before_their_use():
    """A lambda stays one where it fits, and a function that is given twice is written once."""

    def body(lib):
        x = lib.ones(2)

        def look(g):
            half = g / 2
            lib.observe("half", half)
            return half

        x.register_hook(look)
        x.post.register_hook(look)
        x.register_hook(lambda g: None)
        x.register_hook(lambda g: lib.observe("seen", g))
        lib.apply(lambda: x * 2)
        lib.apply(lambda a, b: setattr(a, "b", b))
        lib.observe("x", x)

    assert printed(body) == [
        "x = lib.ones(2)",
        "",
        "def look(g):",
        "    half = g / 2",
        '    print("half:", half)',
        "    return half",
        "",
        "x.register_hook(look)",
        "x.post.register_hook(look)",
        "",
        "def function(g):",
        "    pass",
        "",
        "x.register_hook(function)",
        'x.register_hook(lambda g: print("seen:", g))',
        "lib.apply(lambda: x * 2)",
        "",
        "def function_2(a, b):",
        "    a.b = b",
        "",
        "lib.apply(function_2)",
        'print("x:", x)',
    ]


def test_constants_come_back_as_they_were():
    """Signs, infinities, complex numbers, arrays and texts survive being printed."""

    def body(lib):
        lib.observe("reals", lib.f(-0.0, float("nan"), -float("inf"), 1e300, 10**20))
        lib.observe("complex", lib.f(complex(1, 0), complex(float("inf"), -0.0)))
        lib.observe("others", lib.f(True, None, ..., slice(1, None), {"k": (1,), "e": ()}))
        lib.observe("texts", lib.f("plain", "a'b", 'a"b', "a\n"))
        lib.observe("array", lib.f(np.array([[1.5, float("inf")]])))
        lib.observe("empty", lib.f(np.zeros((0, 2), dtype=np.int8)))

    assert printed(body) == [
        'print("reals:", lib.f(-0.0, float("nan"), float("-inf"), 1e+300, 100000000000000000000))',
        'print("complex:", lib.f(complex(1.0, 0.0), complex(float("inf"), -0.0)))',
        'print("others:", lib.f(True, None, ..., slice(1, None, None), {"k": (1,), "e": ()}))',
        """print("texts:", lib.f("plain", "a'b", 'a"b', 'a\\n'))""",
        'print("array:", lib.f(numpy.array([[1.5, float("inf")]], dtype="float64")))',
        'print("empty:", lib.f(numpy.zeros((0, 2), dtype="int8")))',
    ]


def test_there_are_no_more_parentheses_than_needed():
    """Operators bind as Python's do."""

    def body(lib):
        x, y = lib.ones(2), lib.zeros(2)
        lib.observe("powers", [(-2) ** x, x**-2, -(x**2), (-x) ** 2, (x**2) ** x, x ** (2**x)])
        lib.observe("items", x[-1, ..., None, 1:, ::2, :x, (1, 2)])
        lib.observe("sums", [x - -1, x - (x + x), -(x - x), ~x, x * (x / x), x * x / x])
        lib.observe("truths", [(x < y) == (y < x), lib.same(lib.same(x, y), x), x & (y | x)])

    assert printed(body)[2:] == [
        'print("powers:", [(-2) ** x, x ** -2, -x ** 2, (-x) ** 2, (x ** 2) ** x, x ** 2 ** x])',
        'print("items:", x[-1, ..., None, 1:, ::2, :x, (1, 2)])',
        'print("sums:", [x - -1, x - (x + x), -(x - x), ~x, x * (x / x), x * x / x])',
        'print("truths:", [(x < y) == (y < x), (x is y) is x, x & (y | x)])',
    ]


SPELLING = (("tensor", "Value"), ("requires_grad", ""), (".grad", "derivative"))


def test_the_step_is_marked():
    """The lines of a step are found also where several steps share one line or one has several."""

    def body(lib):
        x = lib.tensor([1.0])
        y = (x * 2 + 1).sum()
        with lib.raises("refused"):
            y.backward()
        y.data *= 3
        lib.observe("y", y)

    program = record(body)
    steps = {f"{s.op} {s.name}".strip(): s.number for s in program.walk()}

    def marked(name):
        number = steps[name]
        lines, places = as_library(program, step=number, module="engine.core", spelling=SPELLING)
        assert lines[0] == "import engine.core as lib"
        return [lines[n] for n in places]

    assert marked("call tensor") == ["x = lib.Value([1.0])"]
    assert marked("binary mul") == marked("binary add") == marked("method sum")
    assert marked("method sum") == ["y = (x * 2 + 1).sum()"]
    assert marked("method backward") == ["    y.backward()"]
    assert marked("inplace mul") == marked("setattr data") == ["y.data *= 3"]
    assert marked("observe") == ['print("y:", y)']
    assert marked("raises")[0] == "except Exception as error:"
    assert as_library(program)[1] == ()
    assert as_library(program, step=10_000)[1] == ()


@pytest.mark.parametrize("behaviour", load_spec().behaviours, ids=lambda b: b.id)
def test_every_behaviour_prints(behaviour):
    """The whole spec has scripts that compile, and every step is found in its own."""
    program = behaviour.program()
    compile("\n".join(as_torch(program)), behaviour.id, "exec")
    unmarked = [
        step
        for step in program.walk()
        if step.op not in {"release", "raises", "warns", "caught"}
        and not as_library(program, step=step.number)[1]
    ]
    assert not unmarked


def test_the_librarys_own_names_are_written():
    """A script for the library has its constructor, its keywords, its methods and attributes."""

    def body(lib):
        x = lib.tensor(2.0, requires_grad=True)
        y = x * 3
        y.backward()
        lib.observe("gradient", x.grad)

    program = record(body)
    lines, _ = as_library(program, module="engine", spelling=SPELLING)
    assert "x = lib.Value(2.0)" in lines
    assert 'print("gradient:", x.derivative)' in lines
    kept = (("requires_grad", "constant=False"), (".backward", "backprop"))
    lines, _ = as_library(program, spelling=kept)
    assert "x = lib.tensor(2.0, constant=False)" in lines
    assert "y.backprop()" in lines


def test_a_flag_that_is_false_is_the_librarys_too():
    """What is written for True says what is written for False; what has no notion has none."""

    def body(lib):
        x = lib.tensor(2.0, requires_grad=False)
        y = lib.tensor(3.0, requires_grad=x.requires_grad)
        lib.observe("product", x * y)

    def first(written):
        lines, _ = as_library(record(body), spelling=(("requires_grad", written),))
        return lines[2]

    assert first("") == "x = lib.tensor(2.0)"
    assert first("constant=False") == "x = lib.tensor(2.0, constant=True)"
    assert first("needs_grad=True") == "x = lib.tensor(2.0, needs_grad=False)"


def test_a_library_without_factories_gets_its_numbers_written_out():
    """What it lacks is a leaf of literal numbers, unless only the library knows the shape."""

    def body(lib):
        x = lib.ones(2, 3, requires_grad=True)
        y = lib.zeros((2,)) + lib.full((1, 2), 7.0) + lib.full((), x.item())
        lib.observe("made", [y, lib.ones(()), lib.zeros([0]), lib.ones(x.shape)])

    lacking = (("tensor", "Value"), ("ones", ""), ("zeros", ""), ("full", ""))
    lines, _ = as_library(record(body), spelling=lacking)
    assert list(lines[2:]) == [
        "x = lib.Value([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], requires_grad=True)",
        "y = lib.Value([0.0, 0.0]) + lib.Value([[7.0, 7.0]]) + lib.Value(x.item())",
        'print("made:", [y, lib.Value(1.0), lib.Value([]), lib.ones(x.shape)])',
    ]


def test_a_factory_that_is_named_takes_one_shape():
    """A library may have its own names for them, and wants the shape as a tuple."""

    def body(lib):
        lib.observe("made", [lib.ones(2), lib.zeros(2, 3), lib.full((2,), 7.0), lib.ones([2])])

    named = (("ones", "Tensor.ones"), ("zeros", "zeros"), ("full", "full"))
    lines, _ = as_library(record(body), spelling=named)
    made = "lib.Tensor.ones((2,)), lib.zeros((2, 3)), lib.full((2,), 7.0), lib.Tensor.ones((2,))"
    assert lines[-1] == f'print("made:", [{made}])'


def test_a_switch_that_is_not_called_is_written_without_parentheses():
    """A library may have an object where PyTorch has a class."""

    def body(lib):
        x = lib.ones(2)
        with lib.no_grad():
            lib.observe("twice", x * 2)

    lines, _ = as_library(record(body), spelling=(("no_grad()", "no_autodiff"),))
    assert "with lib.no_autodiff:" in lines
