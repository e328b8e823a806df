"""Statements, operands and functions that are refused at the line marked ``# here``."""

import contextlib
import copy
import gc
import threading
import warnings
import weakref
from typing import Any

import numpy as np

REFUSED: list[tuple[Any, str, str]] = []


def refused(what: str, instead: str) -> Any:
    """Keep a body with a part of the message and of the advice."""

    def keep(body: Any) -> None:
        REFUSED.append((body, what, instead))

    return keep


@refused("`try`", "lib.raises")
def _(lib):
    x = lib.ones(1)
    try:  # here
        x.backward()
    except RuntimeError:
        lib.observe("x", x)


@refused("`with contextlib`", "a block of lib's")
def _(lib):
    x = lib.ones(1)
    with contextlib.suppress(RuntimeError):  # here
        x.backward()
    lib.observe("x", x)


@refused("`with warnings`", "a block of lib's")
def _(lib):
    x = lib.ones(1)
    with warnings.catch_warnings(record=True) as caught:  # here
        lib.observe("x", x.grad)
    caught.clear()


@refused("a block of a name of lib that is not called", "with lib.name():")
def _(lib):
    with lib.no_grad:  # here
        lib.observe("x", lib.ones(1))


@refused("`weakref`", "lib.host.weakref")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", weakref.ref(x)())  # here


@refused("`gc`", "lib.host.collect()")
def _(lib):
    gc.collect()  # here
    lib.observe("x", lib.ones(1))


@refused("`copy`", "lib.host.copy(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", copy.copy(x))  # here


@refused("`threading`", "lib.host.thread(function)")
def _(lib):
    threading.Thread(target=lambda: lib.ones(1)).start()  # here
    lib.observe("x", lib.ones(1))


@refused("`assert`", "lib.observe")
def _(lib):
    x = lib.ones(1)
    assert x  # here
    lib.observe("x", x)


@refused("`class`", "lib.subclass")
def _(lib):
    class Square(lib.autograd.Function):  # type: ignore[name-defined,misc] # here
        pass

    lib.observe("x", Square)


@refused("`yield`", "the steps")
def _(lib):
    yield lib.ones(1)  # here


@refused("`nonlocal`", "returns")
def _(lib):
    x = lib.ones(1)

    def change():
        nonlocal x  # here
        x = lib.zeros(1)

    change()
    lib.observe("x", x)


@refused("`del` of an item", "a new value")
def _(lib):
    x = lib.ones(1)
    del x[0]  # here
    lib.observe("x", x)


@refused("a set or a dict of recorded values", "a list")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", lib.stack({x}))  # here


@refused("a set as an operand", "numbers, strings, lists")
def _(lib):
    lib.observe("x", lib.tensor({1.0}))  # here


@refused("a range as an operand", "lists")
def _(lib):
    lib.observe("x", lib.tensor(range(3)))  # here


@refused("a float64 as an operand", "numbers")
def _(lib):
    lib.observe("x", lib.tensor(np.float64(2.0)))  # here


@refused("an operand", "arrays of numbers")
def _(lib):
    lib.observe("x", lib.tensor(np.array(["text"])))  # here


@refused("hook(), which changes what is outside of it,", "lib.observe inside the function")
def _(lib):
    seen = []

    def hook(g):
        seen.append(g * 2)

    x = lib.ones(1, requires_grad=True)
    x.register_hook(hook)  # here
    lib.observe("x", x)


@refused("which is bound anew or changed later", "another name")
def _(lib):
    x = lib.ones(1, requires_grad=True)
    for n in (1, 2):
        x.register_hook(lambda g: g * n)  # here
    lib.observe("x", x)


@refused("a value after lib.delete", "before the delete")
def _(lib):
    x = lib.ones(1)
    lib.delete(x)
    lib.observe("x", x * 2)  # here


@refused("the label 'x' a second time", "another label")
def _(lib):
    for _ in range(2):
        lib.observe("x", lib.ones(1))  # here


@refused("an observation without a label", "a text")
def _(lib):
    x = lib.ones(1)
    lib.observe(x, "x")  # here


@refused("an observation of a plain int", "the library has made")
def _(lib):
    made = [lib.ones(1), lib.ones(2)]
    lib.observe("how many", len(made))  # here


@refused("a function with *args, keywords or defaults", "positional parameters")
def _(lib):
    x = lib.ones(1, requires_grad=True)
    x.register_hook(lambda *g: g[0])  # here
    lib.observe("x", x)


@refused("a method that is no function", "a function")
def _(lib):
    lib.observe("x", lib.subclass("S", lib.Tensor, size=2))  # here


@refused("`lib.default = …`", "a function of the library")
def _(lib):
    lib.default = 3  # here
    lib.observe("x", lib.default)


@refused("lib.host.threading", "alive, collect")
def _(lib):
    lib.observe("x", lib.host.threading(3))  # here


@refused("a name of lib.host that is not called", "a string as dtype")
def _(lib):
    lib.observe("x", lib.host.numpy.zeros(3, dtype=lib.host.numpy.float32))  # here


@refused("a sequence of unknown length", "a number")
def _(lib):
    lib.observe("x", lib.unpack(lib.ones(2), None))  # here


@refused("a repetition that is not counted", "a number")
def _(lib):
    lib.observe("x", lib.repeat(2.5, lambda t: t, lib.ones(2)))  # here


@refused("a draw from nothing", "a wider range")
def _(lib):
    lib.observe("x", lib.tensor(lib.draw(2, low=-0.125, high=0.125)))  # here


@refused("an array that the body changes", "lib.host.numpy.array")
def _(lib):
    array = np.ones(3)
    x = lib.from_numpy(array)  # here
    array[0] = 5.0
    lib.observe("x", x)


@refused("a method that is called a second time without a name", "a name for it")
def _(lib):
    methods = {"a": [lib.ones(1).mul_]}
    methods["a"][0](2)
    lib.observe("x", methods["a"][0](3))  # here


@refused("`divmod()`", "value // other")
def _(lib):
    lib.observe("x", divmod(lib.ones(1), 2))  # here


@refused("'n', which is bound in a block of lib.raises", "bind it before the block")
def _(lib):
    x = lib.ones(2, requires_grad=True)
    n = 0.0
    with lib.raises("refused"):
        x.backward()
        n = 1.0
    lib.observe("n", lib.tensor(n))  # here


@refused("'y', which is bound in a block of lib.raises", "bind it before the block")
def _(lib):
    x = lib.ones(2)
    y = lib.ones(2)
    with lib.no_grad(), lib.raises("refused"):
        y, _ = x.reshape(7), 1
    lib.observe("y", y)  # here


@refused("'y', which is bound in a block of lib.raises", "bind it before the block")
def _(lib):
    x = lib.ones(2)
    y = lib.ones(2)
    for label in ("first", "second"):
        lib.observe(label, y)  # here
        with lib.raises(f"refused {label}"):
            y = x.reshape(7)


@refused("'y', which is bound in a block of lib.raises", "bind it before the block")
def _(lib):
    x = lib.ones(2)
    y = lib.ones(2)

    def twice():
        return y * 2  # here

    with lib.raises("refused"):
        y = x.reshape(7)
    lib.observe("y", twice())


@refused("`made.append()` in a block of lib.raises", "bind it before the block")
def _(lib):
    x = lib.ones(2, requires_grad=True)
    made = []
    with lib.raises("refused"):
        made.append(x.backward())  # here
    lib.observe("n", lib.tensor(float(len(made))))


@refused("a change of 'kept' in a block of lib.raises", "bind it before the block")
def _(lib):
    x = lib.ones(2, requires_grad=True)
    kept = [1.0]
    with lib.raises("refused"):
        x.backward()
        kept[0] = 2.0  # here
    lib.observe("n", lib.tensor(kept[0]))
