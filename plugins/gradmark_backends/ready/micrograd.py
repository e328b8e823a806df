"""micrograd: Karpathy's engine of single numbers."""

from typing import Any

from gradmark_backends.adapter import Adapter


class Micrograd(Adapter):
    """micrograd: single numbers, gradients that start at 0, no switch to turn them off."""

    name = "micrograd"
    module = "micrograd.engine"
    requirements = ("micrograd==0.1.0",)
    mebibytes = 30
    profile = "scalar"
    types = ("Value",)
    only_dtype = "float64"
    written = {"tensor": "Value", "requires_grad": ""}
    recognised = ("leaf: Value(3.0)", "gradient: .grad (float, starts at 0)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Every Value gets a gradient, asked for or not."""
        return self.namespace.Value(self.number(data, dtype))

    def no_gradient(self, owner: Any) -> Any:
        """A gradient starts at 0, and is set to 0 before the next round."""
        return 0
