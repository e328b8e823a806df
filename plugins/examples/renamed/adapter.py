"""What Gradmark has to know of an engine whose names are its own."""

from typing import Any

from gradmark_backends import Adapter


class Renamed(Adapter):
    """An engine of arrays with names of its own."""

    name = "renamed"
    module = "engine"
    types = ("Node",)
    data = "numbers"
    only_dtype = "float64"
    aliases = {
        ".grad": "slope",
        ".backward": "work_back",
        ".sum": "total",
        ".requires_grad": "wants",
    }
    keywords = {"dim": "along", "gradient": "upstream"}

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """The flag is called wants, and there is one dtype."""
        self.asked(dtype)
        return self.namespace.Node(data, wants=bool(requires_grad))
