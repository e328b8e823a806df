"""minigrad: micrograd in C."""

from typing import Any

from gradmark_backends.adapter import Adapter


class Minigrad(Adapter):
    """minigrad: micrograd's single numbers as an extension in C."""

    name = "minigrad"
    module = "minigrad"
    requirements = ("minigrad==0.0.6",)
    mebibytes = 40
    profile = "scalar"
    types = ("Value",)
    only_dtype = "float64"
    written = {"tensor": "Value", "requires_grad": ""}
    recognised = ("leaf: Value(3.0)", "gradient: .grad (float, starts at 0)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Every Value gets a gradient, asked for or not; it is made of a float."""
        return self.namespace.Value(float(self.number(data, dtype)))

    def no_gradient(self, owner: Any) -> Any:
        """A gradient starts at 0, and is set to 0 before the next round."""
        return 0.0
