"""What Gradmark has to know of an engine that transforms functions."""

from collections.abc import Callable, Sequence
from typing import Any

from gradmark_backends import Adapter


class Functional(Adapter):
    """An engine that turns a function into one that hands gradients back."""

    name = "functional"
    module = "engine"
    delivery = "transform"
    types = ("Dual",)
    data = "value"
    only_dtype = "float64"

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """What gradients are asked for is plain numbers until a function is transformed."""
        self.asked(dtype)
        return self.namespace.Dual(
            data, self.namespace.np.zeros((1, *self.namespace.np.shape(data)))
        )

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """The program as a whole is the function; without a seed it has to be a single number."""
        value, pull = self.namespace.vjp(function, *(leaf.value for leaf in leaves))
        if seed is None and value.size != 1:
            raise ValueError("gradients of what is no single number need a cotangent")
        found: Sequence[Any] = pull(1.0 if seed is None else seed.value)
        return found
