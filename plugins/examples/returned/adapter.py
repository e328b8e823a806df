"""What Gradmark has to know of an engine that returns gradients."""

from collections.abc import Sequence
from typing import Any

from gradmark.surface import Missing
from gradmark_backends import Adapter


class Returned(Adapter):
    """An engine whose gradients are returned by a function."""

    name = "returned"
    module = "engine"
    delivery = "returned"
    types = ("Variable",)
    data = "array"
    only_dtype = "float64"
    aliases = {"sum": "total"}

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Nothing has to be told that its gradient will be asked for."""
        self.asked(dtype)
        return self.namespace.Variable(data)

    def grads(self, root: Any, leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """One call of the library's own function; what it can't do is missing."""
        if seed is not None:
            raise Missing("a gradient to start from")
        found: Sequence[Any] = self.namespace.gradients(root, list(leaves))
        return found
