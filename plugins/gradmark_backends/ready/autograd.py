"""autograd: HIPS' differentiation of functions on NumPy arrays."""

from collections.abc import Callable, Sequence
from typing import Any

from gradmark_backends.adapter import Adapter


class Autograd(Adapter):
    """autograd: transforms functions of NumPy arrays into their gradients; no leaves, no graphs."""

    name = "autograd"
    module = "autograd"
    requirements = ("autograd==1.9.1", "numpy")
    mebibytes = 110
    delivery = "transform"
    nests = True
    places = ("numpy", "numpy.linalg")
    types = ("ndarray", "generic")
    keywords = {"dim": "axis", "keepdim": "keepdims"}
    aliases = {
        # NumPy's meaning: all axes in their new order, and another dtype
        "transpose": "swapaxes",
        ".transpose": "swapaxes",
        "permute": "transpose",
        "movedim": "moveaxis",
        "repeat_interleave": "repeat",
        ".permute": lambda lib, array, *axes: lib.numpy.transpose(array, axes),
        ".t": lambda lib, array: array.T,
        ".view": None,
    }
    recognised = ("leaf: an argument of the function, autograd.numpy.array(data)",)

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """What the gradients are asked for is an array until then."""
        return self.namespace.numpy.array(data, dtype=dtype)

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """Without a seed it is ``grad``, which refuses what is no scalar."""
        which = tuple(range(len(leaves)))
        if seed is None:
            return tuple(self.namespace.grad(function, which)(*leaves))
        pull, _ = self.namespace.make_vjp(function, which)(*leaves)
        return tuple(pull(seed))

    def is_tensor(self, value: Any) -> bool:
        """Inside a transform an array is in a box."""
        return super().is_tensor(value) or self.namespace.extend.Box in type(value).__mro__

    def host(self, value: Any) -> Any:
        """An array is its own numbers."""
        return value
