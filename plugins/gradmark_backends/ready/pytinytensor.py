"""PyTinyTensor: float32 tensors on NumPy, spelt as PyTorch's."""

from typing import Any

from gradmark_backends.adapter import Adapter


class PyTinyTensor(Adapter):
    """PyTinyTensor: float32 tensors on NumPy, whose gradients are arrays."""

    name = "pytinytensor"
    module = "tinytensor.core.tensor"
    requirements = ("pytinytensor==1.0.4", "numpy==2.4.6")
    pythons = ("3.11", "3.12", "3.13")
    mebibytes = 110
    only_dtype = "float32"
    aliases = {
        # NumPy's meaning: all axes in their new order
        ".permute": "transpose",
        ".transpose": None,
    }
    written = {"tensor": "Tensor"}
    recognised = ("leaf: Tensor(data, requires_grad=True)", "gradient: .grad (array)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Everything is float32."""
        self.asked(dtype)
        return self.namespace.Tensor(data, requires_grad=bool(requires_grad))
