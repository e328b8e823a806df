"""tinygrad: a lazy library of tensors."""

import inspect
from typing import Any

from gradmark.surface import Missing
from gradmark_backends.adapter import Adapter, plain_shape

DTYPES = "float16 float32 float64 int8 int16 int32 int64 uint8 bool bfloat16".split()
FUNCTIONAL = (
    "relu relu6 leaky_relu elu silu softplus logsigmoid hardtanh softmax log_softmax cross_entropy "
    "nll_loss pad"
).split()
"""What PyTorch has in nn.functional, and tinygrad among the methods of Tensor."""

SHORT = "half float double short int long".split()
"""Dtypes that are functions elsewhere in the library: Tensor.half casts."""


def _largest(name: str) -> Any:
    """Along an axis PyTorch's ``max`` and ``min`` say where as well, which tinygrad's never do."""

    def reduce(library: Any, tensor: Any, *where: Any, **named: Any) -> Any:
        if where or named:
            raise Missing(f"{name} along an axis that gives values and their places")
        return getattr(library.Tensor, name)(tensor)

    return reduce


def _gradient(
    library: Any, root: Any, leaves: Any, grad_outputs: Any = None, create_graph: bool = False
) -> Any:
    """A gradient is a tensor like any other, and in the graph whether that is asked for or not."""
    del library, create_graph
    listed = leaves if isinstance(leaves, (tuple, list)) else [leaves]
    return root.gradient(*listed, gradient=grad_outputs)


def _to(library: Any, tensor: Any, target: Any) -> Any:
    """PyTorch's ``to`` takes a device or a dtype, tinygrad's a device alone."""
    cast = isinstance(target, library.dtype.DType)
    return tensor.cast(target) if cast else tensor.to(target)


class Tinygrad(Adapter):
    """tinygrad: lazy tensors; run by its Python device, which needs no compiler."""

    name = "tinygrad"
    module = "tinygrad"
    requirements = (
        "tinygrad==0.14.0; python_version >= '3.11'",
        "tinygrad==0.11.0; python_version < '3.11'",
        "numpy",
    )
    mebibytes = 150
    environment = {"DEV": "PYTHON", "PYTHON": "1"}
    places = ("", "Tensor")
    data = "numpy"
    aliases = {
        ".data": None,
        ".t": lambda lib, tensor: tensor.T,
        ".to": _to,
        ".remainder": "mod",
        ".amax": "max",
        ".amin": "min",
        ".max": _largest("max"),
        ".min": _largest("min"),
        "autograd.grad": _gradient,
        "cat": lambda lib, parts, dim=0: parts[0].cat(*parts[1:], dim=dim),
        **{name: f"dtypes.{name}" for name in [*DTYPES, *SHORT]},
        **{f"nn.functional.{name}": name for name in FUNCTIONAL},
        "nn.functional.binary_cross_entropy": "binary_crossentropy",
        "nn.functional.binary_cross_entropy_with_logits": "binary_crossentropy_logits",
    }
    written = {
        "tensor": "Tensor",
        "scalar": "Tensor.full",
        "requires_grad": "",
        "read": "return value.numpy() if isinstance(value, lib.Tensor) else value",
        "cat()": "lib.Tensor.cat(*{})",
        ".t()": "{}.T",
    }
    keywords = {"keepdims": "keepdim", "min": "min_", "max": "max_"}
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
