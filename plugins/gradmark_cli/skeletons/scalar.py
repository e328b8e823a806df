"""What Gradmark has to know of MODULE, an engine of single numbers."""

from typing import Any

from gradmark_backends import Adapter


class Skeleton(Adapter):
    """MODULE: one line about it, for lists and headers."""

    name = "NAME"
    module = "MODULE"  # what is imported; `package.engine` is fine too
    profile = "scalar"
    types = ("Value",)  # the class of a number
    data = "data"  # the attribute that holds it
    only_dtype = "float64"  # Python's floats

    # PyTorch's names with the library's. A full stop stands before methods and attributes.
    aliases = {".grad": "grad", ".backward": "backward"}

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Make a number; `self.number` refuses arrays, which are then missing."""
        return self.namespace.Value(self.number(data, dtype))

    def no_gradient(self, owner: Any) -> Any:
        """Return what a gradient is before backward, and what it is cleared with."""
        return 0.0
