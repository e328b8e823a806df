"""pygradproject: tensors on NumPy whose backward clears the graph's gradients first."""

from typing import Any

from gradmark.surface import Missing
from gradmark_backends.adapter import Adapter


def _backward(library: Any, tensor: Any, *seed: Any, **named: Any) -> Any:
    """Its only argument is another one: whether the graph's gradients are cleared first."""
    del library
    if seed or named:
        raise Missing("arguments of backward: there is reset_grad alone")
    return tensor.backward()


def _mean(library: Any, tensor: Any, dim: Any = None, *, keepdims: bool = False) -> Any:
    """Unless told otherwise its mean is along the last axis, and keeps it."""
    del library
    return tensor.mean(axis=dim, keepdims=keepdims)


class PygradProject(Adapter):
    """pygradproject: tensors on NumPy whose backward clears the graph's gradients first."""

    name = "pygradproject"
    module = "pygrad.tensor"
    requirements = ("pygradproject==0.0.3",)
    pythons = ("3.11", "3.10")
    mebibytes = 330
    data = "value"
    keywords = {"dim": "axis", "keepdim": "keepdims"}
    aliases = {
        ".data": "value",
        ".backward": _backward,
        ".mean": _mean,
        # NumPy's meaning: all axes in their new order, as one tuple
        ".permute": lambda lib, tensor, *axes: tensor.transpose(axes),
        ".transpose": None,
        ".t": lambda lib, tensor: tensor.T,
        ".reshape": lambda lib, tensor, *shape: tensor.reshape(shape),
        ".log_softmax": "softmax_log",
    }
    written = {
        "tensor": "Tensor",
        "requires_grad": "",
        "read": "return value.value if isinstance(value, lib.Tensor) else value",
        ".mean()": "{}.mean(axis=None, keepdims=False)",
    }
    recognised = ("leaf: Tensor(data)", "gradient: .grad (array, starts at zeros)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Every tensor gets a gradient; its dtype is one of NumPy's classes."""
        return self.namespace.Tensor(data, **self.leaf_keywords(None, dtype))

    def symbol(self, path: str) -> Any:
        """Hand a dtype over as NumPy's class, which the constructor calls."""
        found = super().symbol(path)
        return getattr(self.namespace.np, found) if isinstance(found, str) else found
