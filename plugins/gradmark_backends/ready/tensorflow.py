"""TensorFlow: a tape that watches a function of tensors."""

from collections.abc import Callable, Sequence
from typing import Any

from gradmark.surface import Missing
from gradmark_backends.adapter import Adapter


def _largest(name: str) -> Any:
    """Along an axis PyTorch's say where as well, which TensorFlow's never do."""

    def reduce(library: Any, tensor: Any, *where: Any, **named: Any) -> Any:
        if where or named:
            raise Missing(f"{name} along an axis that gives values and their places")
        return getattr(library, name)(tensor)

    return reduce


def _shaped(name: str) -> Any:
    """Shapes and orders of axes are one list, not arguments one by one."""

    def call(library: Any, tensor: Any, *sides: Any) -> Any:
        listed = sides[0] if sides and isinstance(sides[0], (tuple, list)) else sides
        return getattr(library, name)(tensor, list(listed))

    return call


class TensorFlow(Adapter):
    """TensorFlow: a tape watches a function of tensors and hands out its gradients; no leaves."""

    name = "tensorflow"
    module = "tensorflow"
    requirements = ("tensorflow-cpu==2.21.0", "numpy==2.4.6")
    pythons = ("3.11", "3.12")
    mebibytes = 1700
    needs = ("memory",)
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    delivery = "transform"
    nests = True
    places = ("", "math", "linalg", "nn")
    types = ("Tensor",)
    data = "numpy"
    keywords = {"dim": "axis", "keepdim": "keepdims"}
    aliases = {
        "cat": "concat",
        "detach": "stop_gradient",
        "unsqueeze": "expand_dims",
        "sum": "reduce_sum",
        "mean": "reduce_mean",
        "prod": "reduce_prod",
        "amax": "reduce_max",
        "amin": "reduce_min",
        "var": None,
        "std": None,
        "logsumexp": "reduce_logsumexp",
        "mul": "multiply",
        "sub": "subtract",
        "div": "divide",
        "neg": "negative",
        "clamp": "clip_by_value",
        ".max": _largest("reduce_max"),
        ".min": _largest("reduce_min"),
        ".reshape": _shaped("reshape"),
        ".permute": _shaped("transpose"),
        "permute": "transpose",
        "transpose": None,
        ".t": lambda lib, tensor: lib.transpose(tensor),
        "repeat": "tile",
        "sort": None,  # values without their places
    }
    written = {"tensor": "constant", "requires_grad": ""}
    recognised = (
        "leaf: an argument of the function, tensorflow.constant(data), watched by the tape",
    )

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """A tape watches a constant as well as a variable."""
        return self.namespace.constant(data, dtype=dtype)

    def factory(self, name: str) -> Callable[..., Any] | None:
        """``fill`` has no dtype, so what is not ones or zeros is a constant."""
        return None if name == "full" else super().factory(name)

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """Without a seed the tape starts from ones."""
        with self.namespace.GradientTape() as tape:
            for leaf in leaves:
                tape.watch(leaf)
            root = function(*leaves)
        return list(tape.gradient(root, list(leaves), output_gradients=seed))
