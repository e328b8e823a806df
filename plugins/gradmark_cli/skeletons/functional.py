"""What Gradmark has to know of MODULE, which transforms functions."""

from collections.abc import Callable, Sequence
from typing import Any

from gradmark_backends import Adapter


class Skeleton(Adapter):
    """MODULE: one line about it, for lists and headers."""

    name = "NAME"
    module = "MODULE"  # what is imported; `package.engine` is fine too
    delivery = "transform"
    places = ("",)  # where functions are looked up: the module itself, or names in it
    types = ("Array",)  # the class or classes whose values are tensors
    data = "value"  # the attribute, or method without arguments, that holds the numbers
    keywords = {"dim": "axis", "keepdim": "keepdims"}  # PyTorch's keywords with the library's

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Make an array; gradients are asked for when a function of it is transformed."""
        return self.namespace.array(data)

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """Return the gradients of a function of the leaves.

        ``function`` is the program as a whole. ``seed`` is the cotangent, None for that of a single
        number: what is none has to be refused then, as PyTorch does.
        """
        value, pull = self.namespace.vjp(function, *leaves)
        found: Sequence[Any] = pull(self.namespace.ones_like(value) if seed is None else seed)
        return found
