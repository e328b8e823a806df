"""delgrada: micrograd on NumPy's arrays."""

from typing import Any

from gradmark_backends.adapter import Adapter


class Delgrada(Adapter):
    """delgrada: micrograd's idea on NumPy's arrays; there is no sum."""

    name = "delgrada"
    module = "delgrada"
    requirements = ("delgrada==0.1.2", "numpy==2.4.6")
    pythons = ("3.11", "3.12", "3.13")
    mebibytes = 110
    data = "value"
    aliases = {".backward": "backprop", ".data": "value", ".t": lambda lib, x: lib.transpose(x)}
    written = {"tensor": "Tensor", "requires_grad": ""}
    recognised = ("leaf: Tensor(data)", "gradient: .grad (array, starts at zeros)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Every tensor gets a gradient."""
        return self.namespace.Tensor(data, **self.leaf_keywords(None, dtype))

    def factory(self, name: str) -> None:
        """``full`` takes the value as a tensor and is an operation, so leaves are made of lists."""
        return

    def setattr(self, owner: Any, name: str, value: Any) -> None:
        """``x.grad = None`` is a method here."""
        if name == "grad" and value is None and self.is_tensor(owner):
            owner.zero_grad()
        else:
            super().setattr(owner, name, value)
