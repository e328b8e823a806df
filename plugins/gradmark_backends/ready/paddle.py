"""PaddlePaddle: tensors that are spelt nearly as PyTorch's."""

from typing import Any

from gradmark_backends.adapter import Adapter


class Paddle(Adapter):
    """PaddlePaddle: tensors with `.grad`; what needs a gradient is said by ``stop_gradient``."""

    name = "paddle"
    module = "paddle"
    requirements = ("paddlepaddle==3.3.1", "numpy==2.4.6")
    pythons = ("3.11", "3.12", "3.13")
    mebibytes = 950
    needs = ("memory",)
    places = ("", "nn.functional")
    data = "numpy"
    keywords = {"gradient": "grad_tensor"}
    aliases = {"autograd.grad": "grad"}
    written = {"tensor": "to_tensor", "requires_grad": "stop_gradient=False"}
    recognised = ("leaf: paddle.to_tensor(data, stop_gradient=False)", "gradient: .grad (Tensor)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """A tensor is told what it does not need: gradients are stopped unless asked for."""
        tensor = self.namespace.to_tensor(data, dtype=dtype)
        tensor.stop_gradient = not requires_grad
        return tensor

    def factory(self, name: str) -> None:
        """Factories of PaddlePaddle's have no flag, so leaves are made of numbers."""
        return

    def host(self, value: Any) -> Any:
        """Copy the numbers out, of a tensor that takes part in a graph as of any other."""
        return value.detach().numpy()
