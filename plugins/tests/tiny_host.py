"""A spec of eight behaviours, a correct engine that answers as the reference, and one with bugs.

It is copied next to the tests that pytester runs, so that workers of xdist find it as well.
"""

import types

RIGHT = """
import math


class Tensor:
    def __init__(self, data, requires_grad=False, rule=()):
        self.data = float(data)
        self.requires_grad = requires_grad or any(t.requires_grad for t, _ in rule)
        self.grad = None
        self.rule = rule

    def __add__(self, other):
        return Tensor(self.data + other.data, rule=((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Tensor(self.data * other.data, rule=((self, other.data), (other, self.data)))

    def exp(self):
        out = math.exp(self.data)
        return Tensor(out, rule=((self, out),))

    def backward(self, upstream=1.0):
        if self.requires_grad and not self.rule:
            before = self.grad.data if self.grad else 0.0
            self.grad = Tensor(before + upstream)
        for tensor, local in self.rule:
            tensor.backward(upstream * local)

    def refuse(self):
        raise RuntimeError("this is refused")

    def item(self):
        return self.data

    def numpy(self):
        return self.data

    def live(self):
        return self


def tensor(data, requires_grad=False):
    return Tensor(data, requires_grad)
"""

WRONG = (
    RIGHT.replace("(self, other.data), (other, self.data)", "(self, other.data),")
    .replace("def exp", "def expo")
    .replace("RuntimeError", "ValueError")
    .replace("return self.data\n\n    def numpy", "return -self.data\n\n    def numpy")
)

HOSTILE = RIGHT.replace(
    "out = math.exp(self.data)",
    r'raise ValueError("<img src=x onerror=alert(1)> \x1b[31m \udcff \u202e ]]> \x00")',
)


def spec():
    from gradmark.behaviour import Chapter, Spec

    sums = Chapter("sums", "Sums and products")
    rules = Chapter("rules", "Rules")

    @sums.behaviour("add", "Adding passes the gradient to both sides", profile="scalar")
    def _(lib):
        x = lib.tensor(3.0, requires_grad=True)
        y = x + x
        y.backward()
        lib.observe("gradient", x.grad)

    @sums.behaviour(
        "mul",
        "A product passes each side the other",
        profile="scalar",
        why="It is the product rule.",
        mistake="One of the two sides is forgotten.",
    )
    def _(lib):
        x = lib.tensor(3.0, requires_grad=True)
        y = x * x
        y.backward()
        lib.observe("gradient", x.grad)

    @sums.behaviour("again", "A second product adds to the gradient", profile="scalar")
    def _(lib):
        x = lib.tensor(3.0, requires_grad=True)
        y = x * x
        y.backward()
        lib.control("sums.mul", x.grad)
        z = x * x
        z.backward()
        lib.observe("gradient", x.grad)

    @sums.behaviour("exp", "An exponential is its own derivative")
    def _(lib):
        x = lib.tensor(1.0, requires_grad=True)
        y = x.exp()
        y.backward()
        lib.observe("gradient", x.grad)

    @rules.behaviour("refuse", "A refusal is a RuntimeError")
    def _(lib):
        x = lib.tensor(3.0, requires_grad=True)
        with lib.raises("refusal"):
            x.refuse()

    @rules.behaviour("item", "The item of a value is its number", level="should")
    def _(lib):
        x = lib.tensor(3.0)
        lib.observe("item", x.item())

    @rules.behaviour("live", "A value lives", profile="scalar")
    def _(lib):
        x = lib.tensor(3.0)
        lib.observe("alive", x.live())

    @rules.behaviour("torch-only", "Only PyTorch has this", profile="torch")
    def _(lib):
        x = lib.tensor(3.0)
        lib.observe("value", x + x)

    behaviours = (*sums.behaviours.values(), *rules.behaviours.values())
    return Spec(behaviours, ((sums.name, sums.title), (rules.name, rules.title)))


class Reference:
    """The correct engine in PyTorch's place."""

    answers = "live"
    version = "2.13.0"
    is_the_specs = True

    def __init__(self, *_asked):
        from gradmark.surface import Surface

        module = types.ModuleType("right")
        exec(RIGHT, vars(module))
        self.surface = Surface(module)

    def expected(self, program):
        from gradmark.replay import replay

        return replay(program, self.surface)


def install(patch=setattr):
    """Put the tiny spec and its reference in the place of the real ones."""
    import gradmark.behaviour
    import gradmark_reference.recorded

    whole = spec()
    patch(gradmark.behaviour, "load_spec", lambda: whole)
    patch(gradmark_reference.recorded, "open_reference", Reference)
    patch(gradmark_reference.recorded, "Recorded", Reference)
