"""SmallPebble: variables on NumPy, gradients in a dict."""

from collections.abc import Sequence
from typing import Any

from gradmark.surface import Missing
from gradmark_backends.adapter import Adapter


class SmallPebble(Adapter):
    """SmallPebble: functions on variables; ``get_gradients`` returns the gradients in a dict."""

    name = "smallpebble"
    module = "smallpebble"
    requirements = ("smallpebble==3.0.5",)
    mebibytes = 110
    delivery = "returned"
    types = ("Variable",)
    data = "array"
    written = {"tensor": "Variable", "requires_grad": ""}
    keywords = {"dim": "axis"}
    recognised = ("leaf: Variable(array)", "gradient: get_gradients(y)[x] (array)")

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """A Variable wraps an array of any dtype."""
        return self.namespace.Variable(self.namespace.np.array(data, dtype=dtype))

    def grads(self, root: Any, leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """The dict lacks what the root does not depend on."""
        if seed is not None:
            raise Missing("a gradient to start from: get_gradients starts from ones")
        gradients = self.namespace.get_gradients(root)
        return [gradients.get(leaf) for leaf in leaves]
