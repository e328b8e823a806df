"""MyGrad: gradients for NumPy."""

from typing import Any

from gradmark_backends.adapter import Adapter


class MyGrad(Adapter):
    """MyGrad: tensors on NumPy whose gradients are arrays and are dropped on reuse."""

    name = "mygrad"
    module = "mygrad"
    requirements = ("mygrad",)
    places = ("", "nnet")
    keywords = {"dim": "axis", "keepdim": "keepdims", "gradient": "grad"}
    aliases = {
        "no_grad": lambda lib: lib.no_autodiff,
        ".requires_grad": lambda lib, tensor: not tensor.constant,
    }
    written = {"requires_grad": "constant=False", "no_grad()": "no_autodiff"}
    recognised = ("leaf: mygrad.tensor(data, constant=False)", "gradient: .grad (array)")

    def leaf_keywords(self, requires_grad: bool | None, dtype: Any) -> dict[str, Any]:
        """MyGrad names the tensors that need no gradient."""
        return {"constant": not requires_grad, "dtype": dtype}

    def setattr(self, owner: Any, name: str, value: Any) -> None:
        """``x.grad = None`` is a method here."""
        if name == "grad" and value is None and self.is_tensor(owner):
            owner.null_grad()
        else:
            super().setattr(owner, name, value)
