"""MLX: transforms of functions of lazy arrays."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from gradmark_backends.adapter import Adapter


class Mlx(Adapter):
    """MLX: transforms functions of lazy arrays into their gradients; no leaves, no graphs."""

    name = "mlx"
    module = "mlx.core"
    also = ("mlx.nn",)
    requirements = ("mlx[cpu]==0.32.4", "numpy==2.4.6")
    pythons = ("3.11", "3.12", "3.13")
    mebibytes = 150
    needs = ("memory",)
    delivery = "transform"
    nests = True
    places = ("", "linalg")
    types = ("array",)
    data = "tolist"
    keywords = {"dim": "axis", "keepdim": "keepdims"}
    aliases = {
        "cat": "concatenate",
        "detach": "stop_gradient",
        "relu": lambda lib, array: sys.modules["mlx.nn"].relu(array),
        ".view": None,
        "unsqueeze": "expand_dims",
        # NumPy's meaning: all axes in their new order, each element repeated
        "transpose": "swapaxes",
        ".transpose": "swapaxes",
        "permute": "transpose",
        ".permute": "transpose",
        ".t": lambda lib, array: array.T,
        "repeat": "tile",
        ".repeat": None,
        # values without their places, and the mean of two in the middle
        "sort": None,
        "topk": None,
        "median": None,
    }
    written = {"tensor": "array", "requires_grad": ""}
    recognised = ("leaf: an argument of the function, mlx.core.array(data)",)

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """What the gradients are asked for is an array until then."""
        return self.namespace.array(data, dtype=dtype)

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """Without a seed it is ``grad``, which refuses what is no scalar."""
        if seed is None:
            return self._several(self.namespace.grad(function, tuple(range(len(leaves))))(*leaves))

        def listed(*values: Any) -> list[Any]:
            return [function(*values)]

        return self._several(self.namespace.vjp(listed, list(leaves), [seed])[1])

    def _several(self, found: Any) -> Sequence[Any]:
        return found if isinstance(found, (list, tuple)) else [found]

    def host(self, value: Any) -> Any:
        """Evaluate, and copy the numbers out at their own width."""
        from numpy import array  # the library hands out its buffers to NumPy

        return array(value)
