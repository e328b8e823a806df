"""MyGrad: gradients for NumPy."""

from typing import Any

from gradmark.surface import Missing
from gradmark_backends.adapter import Adapter


def _largest(name: str) -> Any:
    """Along an axis PyTorch's ``max`` and ``min`` say where as well, which MyGrad's never do."""

    def reduce(library: Any, tensor: Any, *where: Any, **named: Any) -> Any:
        if where or named:
            raise Missing(f"{name} along an axis that gives values and their places")
        return getattr(library, name)(tensor)

    return reduce


def _clamp(library: Any, tensor: Any, *bounds: Any, **named: Any) -> Any:
    """MyGrad has no defaults for bounds, so a bound that is left out is None."""
    low, high = (*bounds, None, None)[:2]
    return library.clip(tensor, named.get("min", low), named.get("max", high))


class MyGrad(Adapter):
    """MyGrad: tensors on NumPy whose gradients are arrays and are dropped on reuse."""

    name = "mygrad"
    module = "mygrad"
    requirements = (
        "mygrad==2.5.0; python_version >= '3.11'",
        "mygrad==2.4.0; python_version < '3.11'",
    )
    mebibytes = 110
    places = ("", "nnet")
    keywords = {"dim": "axis", "keepdim": "keepdims", "gradient": "grad", "correction": "ddof"}
    aliases = {
        "no_grad": lambda lib: lib.no_autodiff,
        ".requires_grad": lambda lib, tensor: not tensor.constant,
        ".detach": lambda lib, tensor: lib.Tensor(tensor, constant=True, copy=False),
        "mul": "multiply",
        "sub": "subtract",
        "div": "divide",
        "pow": "power",
        "cat": "concatenate",
        "unsqueeze": "expand_dims",
        "movedim": "moveaxis",
        "repeat_interleave": "repeat",
        "norm": "linalg.norm",
        ".clamp": _clamp,
        ".max": _largest("max"),
        ".min": _largest("min"),
        # NumPy's meaning: all axes in their new order, each element repeated
        "transpose": "swapaxes",
        ".transpose": "swapaxes",
        "permute": "transpose",
        ".permute": "transpose",
        ".t": lambda lib, tensor: tensor.T,
        "repeat": None,
        ".repeat": None,
        "log_softmax": "logsoftmax",
        "nn.functional.log_softmax": "logsoftmax",
        "nn.functional.softmax": "softmax",
        "nn.functional.relu": "relu",
        "nn.functional.elu": lambda lib, x, alpha=1.0: lib.nnet.elu(x, alpha),
        "nn.functional.leaky_relu": lambda lib, x, slope=0.01: lib.nnet.leaky_relu(x, slope),
        "nn.functional.cross_entropy": "softmax_crossentropy",
        "nn.functional.nll_loss": "negative_log_likelihood",
    }
    written = {
        "requires_grad": "constant=False",
        "no_grad()": "no_autodiff",
        ".requires_grad": "not {}.constant",
        ".requires_grad = True": "{}.constant = False",
        ".requires_grad = False": "{}.constant = True",
        ".detach()": "lib.Tensor({}, constant=True, copy=False)",
        ".grad = None": "{}.null_grad()",
        ".clamp()": "lib.clip({})",
        ".t()": "{}.T",
        "nn.functional.elu": "nnet.elu",
        "nn.functional.leaky_relu": "nnet.leaky_relu",
    }
    recognised = ("leaf: mygrad.tensor(data, constant=False)", "gradient: .grad (array)")

    def leaf_keywords(self, requires_grad: bool | None, dtype: Any) -> dict[str, Any]:
        """MyGrad names the tensors that need no gradient; its factories differ in their dtype."""
        named: dict[str, Any] = {"constant": not requires_grad}
        return named if dtype is None else {**named, "dtype": dtype}

    def setattr(self, owner: Any, name: str, value: Any) -> None:
        """``x.grad = None`` is a method here."""
        if name == "grad" and value is None and self.is_tensor(owner):
            owner.null_grad()
        else:
            super().setattr(owner, name, value)
