"""JAX: transforms of functions of arrays."""

from collections.abc import Callable, Sequence
from typing import Any

from gradmark_backends.adapter import Adapter


class Jax(Adapter):
    """JAX: transforms functions of arrays into their gradients; no leaves, no graphs."""

    name = "jax"
    module = "jax"
    requirements = ("jax==0.10.2", "numpy==2.4.6")
    pythons = ("3.11", "3.12", "3.13")
    mebibytes = 650
    needs = ("memory",)
    environment = {"JAX_PLATFORMS": "cpu"}
    delivery = "transform"
    nests = True
    places = ("numpy", "nn", "numpy.linalg", "lax")
    types = ("ndarray",)
    keywords = {"dim": "axis", "keepdim": "keepdims"}
    aliases = {
        "cat": "concatenate",
        "detach": "stop_gradient",
        ".view": None,
        "unsqueeze": "expand_dims",
        # NumPy's meaning: all axes in their new order, each element repeated
        "transpose": "swapaxes",
        ".transpose": "swapaxes",
        "permute": "transpose",
        "movedim": "moveaxis",
        "repeat_interleave": "repeat",
        ".permute": "transpose",
        ".t": lambda lib, array: array.T,
        "repeat": "tile",
        ".repeat": None,
        # values without their places; the mean of two; lax has scatters of another kind
        ".sort": None,
        ".median": None,
        ".scatter": None,
        ".scatter_add": None,
    }
    written = {"tensor": "numpy.array", "requires_grad": ""}
    recognised = ("leaf: an argument of the function, jax.numpy.array(data)",)

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """What the gradients are asked for is an array until then."""
        return self.namespace.numpy.array(data, dtype=dtype)

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """Without a seed it is ``grad``, which refuses what is no scalar."""
        which = tuple(range(len(leaves)))
        if seed is None:
            return tuple(self.namespace.grad(function, which)(*leaves))
        return tuple(self.namespace.vjp(function, *leaves)[1](seed))

    def host(self, value: Any) -> Any:
        """Copy an array out."""
        return self.namespace.device_get(value)
