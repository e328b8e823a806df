"""Questions that Python would ask of a recorded value, refused at the line marked ``# here``."""

import builtins
import json
import math
import operator
import random
import sys
from typing import Any

import numpy as np

REFUSED: list[tuple[Any, str, str]] = []
check = isinstance
same = operator.is_
read = getattr


def refused(what: str, instead: str) -> Any:
    """Keep a body with a part of the message and of the advice."""

    def keep(body: Any) -> None:
        REFUSED.append((body, what, instead))

    return keep


@refused("`is`", "lib.same(a, b)")
def _(lib):
    x = lib.ones(2)
    lib.observe("x", x.grad is None)  # here


@refused("`is not`", "lib.kind(value)")
def _(lib):
    x = lib.ones(2)
    flag = x.grad is not None  # here
    lib.observe("x", flag)


@refused("`in`", "==")
def _(lib):
    x = lib.ones(2)
    lib.observe("x", 1 in x)  # here


@refused("`not in`", "!=")
def _(lib):
    x = lib.ones(2)
    lib.observe("x", 1 not in x)  # here


@refused("a branch on a recorded value", "two behaviours")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", not x)  # here


@refused("a branch on a recorded value", "observations")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", x and 1)  # here


@refused("a branch on a recorded value", "observations")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", x or 1)  # here


@refused("a branch on a recorded value", "observations")
def _(lib):
    x = lib.ones(1)
    if x > 0:  # here
        lib.observe("x", x)


@refused("a branch on a recorded value", "observations")
def _(lib):
    x = lib.ones(1)
    while x > 0:  # here
        x = x - 1
    lib.observe("x", x)


@refused("a branch on a recorded value", "observations")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", bool(x))  # here


@refused("a branch on a recorded value", "observations")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", max(x, x))  # here


@refused("a branch on a name of lib", "observations")
def _(lib):
    if lib.no_grad:  # here
        lib.observe("x", lib.ones(1))


@refused("`type()`", "lib.kind(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", type(x))  # here


@refused("`isinstance()`", "lib.kind(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", isinstance(x, float))  # here


@refused("`type()`", "lib.kind(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", [*map(type, [x])])  # here


@refused("`.__class__`", "lib.kind(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", x.__class__)  # here


@refused("`len()`", "lib.length(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", len(x))  # here


@refused("`str()`", "lib.text(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", str(x))  # here


@refused("`str()`", "lib.text(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("%s" % x, x)  # noqa: UP031 # here


@refused("`repr()`", "lib.text(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe(f"{[x]}", x)  # here


@refused("an f-string", "lib.text(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe(f"{x}", x)  # here


@refused("an f-string with a conversion", "lib.text(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe(f"{x!r}", x)  # here


@refused("an f-string", "lib.text(value)")
def _(lib):
    lib.observe(f"{lib.float32}", lib.ones(1))  # here


@refused("`float()`", "value.item()")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", float(x))  # here


@refused("`float()`", "value.item()")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", math.sin(x))  # here


@refused("`int()`", "value.item()")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", int(x))  # here


@refused("an index or a count", "a plain number")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", [x for _ in range(x)])  # here


@refused("`hasattr()`", 'lib.has(value, "name")')
def _(lib):
    x = lib.ones(1)
    lib.observe("x", hasattr(x, "grad"))  # here


@refused("`getattr()` with a default", 'lib.has(value, "name")')
def _(lib):
    x = lib.ones(1)
    lib.observe("x", getattr(x, "grad", None))  # here


@refused("iterating", "lib.unpack(value, n)")
def _(lib):
    for row in lib.ones(2, 2):  # here
        lib.observe("x", row)


@refused("iterating", "lib.unpack(value, n)")
def _(lib):
    x, _ = lib.ones(2, 2)  # here
    lib.observe("x", x)


@refused("iterating", "lib.unpack(value, n)")
def _(lib):
    x = lib.ones(2)
    lib.observe("x", lib.zeros(*x.shape))  # here


@refused("`check()`, which is `isinstance()`,", "lib.kind(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", check(x, float))  # here


@refused("`builtins`", "the name itself")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", builtins.isinstance(x, float))  # here


@refused("`same`", "lib.same(a, b)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", same(x.grad, None))  # here


@refused("`.__class__`", "lib.kind(value)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", getattr(x, "__class__"))  # here


@refused("`sys`", "lib.host.alive(reference)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", sys.getrefcount(x))  # here


@refused("`random`", "lib.draw(shape)")
def _(lib):
    x = lib.tensor(random.random())  # here
    lib.observe("x", x)


@refused("a body that raises ValueError", "run through")
def _(lib):
    numbers = [1.0]
    lib.observe("x", lib.ones(1) * numbers.index(5.0))  # here


@refused("`getattr` under another name", "getattr(value, name)")
def _(lib):
    x = lib.ones(1)
    lib.observe("x", read(x, "missing", x))  # here


@refused("`getattr` under another name", "getattr(value, name)")
def _(lib):
    x = lib.ones(1)
    look = getattr  # here
    lib.observe("x", look(x, "missing", x))


@refused("numpy's sum(), which comes to `", "what the library or lib.host has")
def _(lib):
    x = lib.ones(2)
    lib.observe("x", np.sum(x))  # here


@refused("json's dumps(), which comes to `", "what the library or lib.host has")
def _(lib):
    x = lib.ones(2)
    lib.observe("x", json.dumps(x))  # here


@refused("does not support ufuncs", "what the library or lib.host has")
def _(lib):
    x = lib.ones(2)
    lib.observe("x", np.exp(x))  # here


@refused("a recorded value as a NumPy array", "lib.host.numpy.asarray(value)")
def _(lib):
    x = lib.ones(2)
    lib.observe("x", np.dot([1.0, 2.0], x))  # here


@refused("`pow()` with a modulus", "value ** other")
def _(lib):
    x = lib.ones(2)
    lib.observe("x", pow(x, 2, 3))  # here
