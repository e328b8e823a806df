"""What Gradmark has to know of MODULE, which calls things by names of its own."""

from typing import Any

from gradmark_backends import Adapter


class Skeleton(Adapter):
    """MODULE: one line about it, for lists and headers."""

    name = "NAME"
    module = "MODULE"  # what is imported; `package.engine` is fine too
    profile = "tensor"  # the largest that it means to hold: scalar, tensor, torch
    types = ("Tensor",)  # the class or classes whose values are tensors
    data = "data"  # the attribute, or method without arguments, that holds the numbers

    # PyTorch's names with the library's. A full stop stands before methods and attributes.
    # None: the library means something else by this name. A function gets the module first.
    aliases = {
        ".grad": "grad",
        ".backward": "backward",
        ".sum": "sum",
        "no_grad": "no_grad",
    }
    keywords = {"dim": "axis", "keepdim": "keepdims"}  # PyTorch's keywords with the library's

    # only_dtype = "float64"  # where there is one dtype for everything
    # scalar_shape = (1,)  # where a single number has another shape than PyTorch's ()

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Make a tensor; requires_grad and dtype are None where the program leaves them open."""
        return self.namespace.Tensor(data, **self.leaf_keywords(requires_grad, dtype))
