"""Dr.Jit: a just-in-time compiler, whose tensors are flat arrays with a shape."""

from typing import Any

from gradmark.surface import Missing
from gradmark_backends.adapter import Adapter


def _backward(library: Any, tensor: Any, *seed: Any, **named: Any) -> Any:
    """Its only argument is another one: flags, of what is cleared on the way."""
    if seed or named:
        raise Missing("arguments of backward: there are flags alone")
    return library.backward(tensor)


class DrJit(Adapter):
    """Dr.Jit: tensors of float32, traced and compiled by LLVM."""

    name = "drjit"
    module = "drjit"
    also = ("drjit.llvm.ad",)
    requirements = ("drjit==1.5.0", "numpy==2.4.6")
    pythons = ("3.11", "3.12", "3.13")
    mebibytes = 130
    needs = ("memory", "threads", "compiler")
    types = ("llvm.ad.TensorXf", "llvm.ad.TensorXb")
    data = "numpy"
    keywords = {"dim": "axis", "keepdim": "keepdims"}
    aliases = {
        ".data": None,
        ".backward": _backward,
        ".reshape": lambda lib, tensor, *sides: lib.reshape(tensor, sides),
        ".permute": lambda lib, tensor, *axes: lib.transpose(tensor, axes),
        "transpose": "swapaxes",
        ".t": lambda lib, tensor: tensor.T,
        "cat": "concat",
        "clamp": "clip",
        "unsqueeze": "expand_dims",
        ".detach": lambda lib, array: lib.detach(array),
        ".requires_grad": lambda lib, array: lib.grad_enabled(array),
        "no_grad": "suspend_grad",
        # these are about one array here, not about a mode
        "enable_grad": None,
        "set_grad_enabled": None,
    }
    written = {
        "tensor": "llvm.ad.TensorXf",
        "leaf_of": (
            "made = lib.llvm.ad.TensorXf(data)\n"
            "if requires_grad:\n"
            "    lib.enable_grad(made)\n"
            "return made"
        ),
        "no_grad()": "suspend_grad()",
        ".backward()": "lib.backward({})",
        ".detach()": "lib.detach({})",
        ".requires_grad": "lib.grad_enabled({})",
        ".grad = None": "lib.clear_grad({})",
        ".t()": "{}.T",
    }
    recognised = ("leaf: TensorXf(list) with enable_grad", "gradient: .grad (tensor, zeros)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Whether a tensor takes part is said by a function."""
        array = self.namespace.llvm.ad.TensorXf(data)
        if requires_grad:
            self.namespace.enable_grad(array)
        return array

    def factory(self, name: str) -> None:
        """Tensors are made of numbers."""
        return

    def setattr(self, owner: Any, name: str, value: Any) -> None:
        """``x.grad = None`` is a function here."""
        if name == "grad" and value is None and self.is_tensor(owner):
            self.namespace.clear_grad(owner)
        else:
            super().setattr(owner, name, value)
