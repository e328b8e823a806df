"""A script calls a library in its own words, whatever form these have."""

from gradmark.record import record
from gradmark.script import as_library


def test_what_a_library_writes_otherwise_has_a_form():
    """Its functions for PyTorch's methods, its own attributes, and what clears a gradient."""

    def body(lib):
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        y = (x * 3).exp().sum(dim=0)
        y.backward()
        x.grad = None
        cut = lib.cat([x.detach(), y.clamp(0.0, 1.0)], dim=0)
        lib.observe("flag", cut.requires_grad == x.requires_grad)
        x.requires_grad = False
        x.requires_grad = y.requires_grad
        del x.requires_grad

    forms = {
        ".exp()": "lib.exp({})",
        ".clamp()": "lib.clip({})",
        ".detach()": "{}.constant",
        ".requires_grad": "not {}.fixed",
        ".requires_grad = False": "{}.fixed = True",
        ".grad = None": "{}.clear()",
        "cat()": "lib.join(*{})",
        "dim=": "axis",
    }
    lines, _ = as_library(record(body), spelling=forms.items())
    assert list(lines[2:]) == [
        "x = lib.tensor([1.0, 2.0], requires_grad=True)",
        "y = lib.exp(x * 3).sum(axis=0)",
        "y.backward()",
        "x.clear()",
        "cut = lib.join(*[x.constant, lib.clip(y, 0.0, 1.0)], axis=0)",
        'print("flag:", (not cut.fixed) == (not x.fixed))',
        "x.fixed = True",
        "x.requires_grad = not y.fixed",
        "del x.requires_grad",
    ]


def test_a_form_is_never_the_target_of_a_change():
    """What is computed in a form can't be assigned to, so the steps stand one by one."""

    def body(lib):
        x = lib.ones(2)
        x.data *= 3
        lib.observe("x", x)

    lines, _ = as_library(record(body), spelling={".data": "lib.raw({})"}.items())
    compile("\n".join(lines), "script", "exec")
    assert lines[-2] == "x.data = v1"


def test_numbers_are_read_where_a_print_shows_none():
    """A tensor is read before it is printed, what is told about it is not."""

    def body(lib):
        x = lib.tensor(2.0)
        lib.observe("value", x * 3)
        lib.observe("kind", lib.kind(x))

    lines, _ = as_library(record(body), spelling={"read": "return value.numpy()"}.items())
    assert list(lines[2:]) == [
        "def read(value):",
        "    return value.numpy()",
        "",
        "x = lib.tensor(2.0)",
        'print("value:", read(x * 3))',
        'print("kind:", type(x).__name__)',
    ]

    def told(lib):
        lib.observe("kind", lib.kind(lib.ones(2)))

    unread, _ = as_library(record(told), spelling={"read": "return value.numpy()"}.items())
    assert list(unread[2:]) == ['print("kind:", type(lib.ones(2)).__name__)']


def test_a_script_has_what_comes_before_the_import():
    """The variables that a library is imported with, what is imported besides, and its scalars."""

    def body(lib):
        lib.observe("made", [lib.tensor(2.0), lib.tensor([2.0])])

    known = {
        "# it differs": "",
        "$DEV": "PYTHON",
        "import deep.ad": "",
        "scalar": "Tensor.full",
        "tensor": "Tensor",
    }
    lines, _ = as_library(record(body), module="deep", spelling=known.items())
    assert list(lines) == [
        "# it differs",
        "import os",
        "",
        'os.environ.setdefault("DEV", "PYTHON")',
        "import deep.ad",
        "import deep as lib",
        "",
        'print("made:", [lib.Tensor.full((), 2.0), lib.Tensor([2.0])])',
    ]


def test_a_leaf_that_takes_more_than_one_call_has_a_function():
    """What the library is told at the start comes first, and the function where it is used."""

    def body(lib):
        x = lib.ones(2, requires_grad=True)
        lib.observe("twice", x * lib.tensor(2.0))

    known = {
        "tensor": "Array",
        "ones": "",
        "first": "lib.record()",
        "leaf_of": "made = lib.Array(data)\nreturn lib.take_part(made) if requires_grad else made",
    }
    lines, _ = as_library(record(body), spelling=known.items())
    assert list(lines[2:]) == [
        "lib.record()",
        "",
        "def leaf_of(data, requires_grad=False):",
        "    made = lib.Array(data)",
        "    return lib.take_part(made) if requires_grad else made",
        "",
        "x = leaf_of([1.0, 1.0], requires_grad=True)",
        'print("twice:", x * leaf_of(2.0))',
    ]
