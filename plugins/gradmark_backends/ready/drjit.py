"""Dr.Jit: a just-in-time compiler for flat arrays."""

from typing import Any

from gradmark.surface import Missing
from gradmark_backends.adapter import Adapter, plain_shape


class DrJit(Adapter):
    """Dr.Jit: flat arrays of float32, traced and compiled by LLVM."""

    name = "drjit"
    module = "drjit"
    also = ("drjit.llvm.ad",)
    requirements = ("drjit==1.5.0", "numpy==2.4.6")
    pythons = ("3.11", "3.12", "3.13")
    mebibytes = 130
    needs = ("memory", "threads", "compiler")
    types = ("llvm.ad.Float", "llvm.ad.Bool")
    data = "numpy"
    scalar_shape = (1,)
    aliases = {
        ".data": None,
        ".sum": lambda lib, array: lib.sum(array),
        ".backward": lambda lib, array: lib.backward(array),
        ".detach": lambda lib, array: lib.detach(array),
        ".requires_grad": lambda lib, array: lib.grad_enabled(array),
        "no_grad": "suspend_grad",
        # these are about one array here, not about a mode
        "enable_grad": None,
        "set_grad_enabled": None,
    }
    written = {"tensor": "llvm.ad.Float", "requires_grad": "", "no_grad()": "suspend_grad()"}
    recognised = ("leaf: llvm.ad.Float(list) with enable_grad", "gradient: .grad (array, zeros)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Arrays are flat; of rank 0 is what has one element."""
        rank = len(plain_shape(data))
        if rank > 1:
            raise Missing(f"arrays of rank {rank}: Dr.Jit's are flat")
        array = self.namespace.llvm.ad.Float(data)
        if requires_grad:
            self.namespace.enable_grad(array)
        return array

    def factory(self, name: str) -> None:
        """Arrays are made of numbers."""
        return

    def setattr(self, owner: Any, name: str, value: Any) -> None:
        """``x.grad = None`` is a function here."""
        if name == "grad" and value is None and self.is_tensor(owner):
            self.namespace.clear_grad(owner)
        else:
            super().setattr(owner, name, value)
