"""Chainer: variables on NumPy, and the graph behind them."""

from typing import Any

from gradmark.surface import Missing
from gradmark_backends.adapter import Adapter, plain_dtype


def _backward(library: Any, variable: Any, *seed: Any, **named: Any) -> Any:
    """It takes no gradient to start from: that is written into the root's grad before."""
    del library
    if seed or named:
        raise Missing("a gradient to start from, or a flag, as an argument of backward")
    return variable.backward()


def _grad(
    library: Any, root: Any, leaves: Any, grad_outputs: Any = None, create_graph: bool = False
) -> Any:
    """Roots, inputs and the gradients to start from are lists."""
    inputs = leaves if isinstance(leaves, (tuple, list)) else [leaves]
    seeds = None if grad_outputs is None else [grad_outputs]
    return library.grad([root], inputs, seeds, enable_double_backprop=create_graph)


class Chainer(Adapter):
    """Chainer: variables on NumPy's arrays, whose gradients are arrays."""

    name = "chainer"
    module = "chainer"
    build_requirements = ("setuptools<70", "wheel", "numpy==1.23.5")
    requirements = ("chainer==7.8.1", "numpy==1.23.5")
    pythons = ("3.11", "3.10")
    mebibytes = 160
    environment = {"CHAINER_WARN_VERSION_MISMATCH": "0"}
    places = ("functions", "")
    types = ("Variable",)
    data = "array"
    keywords = {"dim": "axis", "keepdim": "keepdims"}
    aliases = {
        "no_grad": "no_backprop_mode",
        ".data": "array",
        ".backward": _backward,
        "autograd.grad": _grad,
        ".detach": lambda lib, variable: lib.as_variable(variable.array),
        "abs": "absolute",
        "cat": "concat",
        "unsqueeze": "expand_dims",
        "permute": "transpose",
        ".permute": "transpose",
        "transpose": "swapaxes",
        ".transpose": "swapaxes",
        ".t": lambda lib, variable: variable.T,
        "repeat": "tile",
        ".repeat": None,
    }
    written = {
        "import numpy": "",
        "tensor": "Variable",
        "leaf_of": (
            "made = numpy.array(data)\n"
            'made = made.astype("float32") if made.dtype.kind == "f" else made\n'
            "return lib.Variable(made, requires_grad=requires_grad)"
        ),
        "no_grad()": "no_backprop_mode()",
        ".detach()": "lib.as_variable({}.array)",
        ".t()": "{}.T",
    }
    recognised = ("leaf: Variable(array)", "gradient: .grad (array)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """A Variable wraps an array; floats are of Chainer's own default, float32."""
        from numpy import array

        floats = plain_dtype(data) == "float64" and not hasattr(data, "dtype")
        made = array(data, dtype=self.namespace.config.dtype if floats and dtype is None else dtype)
        return self.namespace.Variable(made, requires_grad=bool(requires_grad))

    def factory(self, name: str) -> None:
        """There are arrays, and Variables around them."""
        return

    def setattr(self, owner: Any, name: str, value: Any) -> None:
        """What is written is an array, or a Variable by its other name."""
        if self.is_tensor(value) and name == "grad":
            owner.grad_var = value
        elif self.is_tensor(value) and name == "data":
            owner.array = value.array
        else:
            super().setattr(owner, name, value)
