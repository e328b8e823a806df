"""tinygrad: a lazy library of tensors."""

import inspect
from typing import Any

from gradmark_backends.adapter import Adapter, plain_shape

DTYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 bool".split()


class Tinygrad(Adapter):
    """tinygrad: lazy tensors; run by its Python device, which needs no compiler."""

    name = "tinygrad"
    module = "tinygrad"
    requirements = ("tinygrad",)
    environment = {"DEV": "PYTHON", "PYTHON": "1"}
    places = ("", "Tensor")
    data = "numpy"
    aliases = {".data": None, **{name: f"dtypes.{name}" for name in DTYPES}}
    written = {"tensor": "Tensor", "requires_grad": ""}
    keywords = {"keepdims": "keepdim"}
    recognised = ("leaf: Tensor(data), Tensor.full((), number)", "gradient: .grad (Tensor)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """``Tensor(3.0)`` is a constant without storage, which never gets a gradient."""
        tensor, named = self.namespace.Tensor, self.leaf_keywords(requires_grad, dtype)
        return tensor(data, **named) if plain_shape(data) else tensor.full((), data, **named)

    def leaf_keywords(self, requires_grad: bool | None, dtype: Any) -> dict[str, Any]:
        """Whatever computes with floats gets a gradient; older versions ask which should."""
        named = super().leaf_keywords(requires_grad, dtype)
        if "requires_grad" not in inspect.signature(self.namespace.Tensor).parameters:
            named.pop("requires_grad", None)
        return named

    def dtype(self, value: Any) -> str:
        """Return NumPy's name for a dtype: float32, not float."""
        dtypes, own = self.namespace.dtypes, getattr(value, "dtype", None)
        return next((n for n in DTYPES if getattr(dtypes, n) is own), "") or super().dtype(value)
