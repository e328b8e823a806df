"""What Gradmark has to know of an engine of single numbers."""

from typing import Any

from gradmark_backends import Adapter


class Numbers(Adapter):
    """An engine of single numbers whose gradients start at 0."""

    name = "numbers"
    module = "engine"
    profile = "scalar"
    types = ("Number",)
    data = "value"
    only_dtype = "float64"
    aliases = {".grad": "gradient", ".backward": "go_back"}

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """Every number gets a gradient, asked for or not."""
        return self.namespace.Number(self.number(data, dtype))

    def no_gradient(self, owner: Any) -> Any:
        """What a gradient is set to before the next round."""
        return 0.0
