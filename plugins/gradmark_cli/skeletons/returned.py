"""What Gradmark has to know of MODULE, whose gradients are returned by a function."""

from collections.abc import Sequence
from typing import Any

from gradmark.surface import Missing
from gradmark_backends import Adapter


class Skeleton(Adapter):
    """MODULE: one line about it, for lists and headers."""

    name = "NAME"
    module = "MODULE"  # what is imported; `package.engine` is fine too
    delivery = "returned"
    types = ("Tensor",)  # the class or classes whose values are tensors
    data = "data"  # the attribute, or method without arguments, that holds the numbers
    aliases = {"sum": "sum"}  # PyTorch's functions with the library's
    keywords = {"dim": "axis", "keepdim": "keepdims"}  # PyTorch's keywords with the library's

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Make a tensor; requires_grad and dtype are None where the program leaves them open."""
        return self.namespace.Tensor(data)

    def grads(self, root: Any, leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """Return a gradient for each leaf, None where the root does not depend on it.

        ``seed`` is the gradient to start from, None for that of a single number.
        """
        if seed is not None:
            raise Missing("a gradient to start from")
        found: Sequence[Any] = self.namespace.grad(root, list(leaves))
        return found
