"""Keras: its operations over each of its engines, whose derivatives they have."""

import os
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from gradmark.surface import Missing
from gradmark_backends.adapter import Adapter

PYTHONS = ("3.11", "3.12")


def _shaped(name: str) -> Any:
    """Shapes and orders of axes are one list, not arguments one by one."""

    def call(library: Any, tensor: Any, *sides: Any) -> Any:
        listed = sides[0] if sides and isinstance(sides[0], (tuple, list)) else sides
        return getattr(library.ops, name)(tensor, tuple(listed))

    return call


class _Keras(Adapter):
    """Keras has no differentiation of its own: it computes, and its engine differentiates."""

    module = "keras"
    engine: ClassVar[str] = ""
    pythons = PYTHONS
    needs = ("memory",)
    delivery = "transform"
    places = ("ops", "ops.linalg")
    keywords = {"dim": "axis", "keepdim": "keepdims"}
    aliases = {
        "cat": "concatenate",
        "detach": "stop_gradient",
        "unsqueeze": "expand_dims",
        "transpose": "swapaxes",
        "permute": _shaped("transpose"),
        "reshape": _shaped("reshape"),
        "view": None,
        "t": lambda lib, tensor: lib.ops.transpose(tensor),
        "repeat": "tile",
        # values without their places, and the mean of two in the middle
        "sort": None,
        "median": None,
        "clamp": "clip",
        "mul": "multiply",
        "sub": "subtract",
        "div": "divide",
        "pow": "power",
        "neg": "negative",
    }
    written = {"tensor": "ops.convert_to_tensor", "requires_grad": ""}

    @classmethod
    def open(cls) -> Adapter:
        """Import Keras with the engine that this adapter is about, whatever the user has set."""
        os.environ["KERAS_BACKEND"] = cls.engine
        return super().open()

    @property
    def library(self) -> Any:
        """Return the engine's own module."""
        return __import__(self.engine)

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """What the gradients are asked for is a tensor of the engine's until then."""
        return self.namespace.ops.convert_to_tensor(data, dtype=dtype)

    def factory(self, name: str) -> None:
        """Tensors are made of numbers."""
        return

    def symbol(self, path: str) -> Any:
        """Look in Keras alone: what the engine has besides is no operation of Keras'."""
        found = super().symbol(path)
        if callable(self.aliases.get(path)):
            return found
        if getattr(found, "__module__", "keras").partition(".")[0] not in {"keras", "builtins"}:
            raise Missing(f"module keras.ops has no attribute {path!r}")
        return found

    def method(self, owner: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Keras has functions alone: a tensor's methods are its engine's."""
        function = self.function_for(owner, name)
        if function is None:
            found = "another" if name in self.aliases else "no attribute"
            raise Missing(f"module keras.ops has {found} {name!r}")
        return function(owner, *args, **self._renamed(kwargs))

    def is_tensor(self, value: Any) -> bool:
        """Ask Keras."""
        return bool(self.namespace.ops.is_tensor(value))

    def host(self, value: Any) -> Any:
        """Copy the numbers out by Keras' own means."""
        return self.namespace.ops.convert_to_numpy(value)


class KerasTensorFlow(_Keras):
    """Keras over TensorFlow: its operations, differentiated by TensorFlow's tape."""

    name = "keras-tensorflow"
    engine = "tensorflow"
    also = ("tensorflow",)
    requirements = ("keras==3.15.1", "tensorflow-cpu==2.21.0", "numpy==2.4.6")
    mebibytes = 1750
    environment = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    nests = True
    recognised = ("engine: tensorflow", "gradient: GradientTape")

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """The tape watches what Keras computes."""
        with self.library.GradientTape() as tape:
            for leaf in leaves:
                tape.watch(leaf)
            root = function(*leaves)
        return list(tape.gradient(root, list(leaves), output_gradients=seed))


class KerasJax(_Keras):
    """Keras over JAX: its operations, transformed by JAX."""

    name = "keras-jax"
    engine = "jax"
    also = ("jax",)
    requirements = ("keras==3.15.1", "jax==0.10.2", "numpy==2.4.6")
    mebibytes = 750
    environment = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    nests = True
    recognised = ("engine: jax", "gradient: jax.grad and jax.vjp")

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """JAX transforms what Keras computes."""
        if seed is None:
            return tuple(self.library.grad(function, tuple(range(len(leaves))))(*leaves))
        return tuple(self.library.vjp(function, *leaves)[1](seed))


class KerasTorch(_Keras):
    """Keras over PyTorch: its operations, differentiated by PyTorch's graph."""

    name = "keras-torch"
    engine = "torch"
    also = ("torch",)
    requirements = ("keras==3.15.1", "torch==2.13.0", "numpy==2.4.6")
    mebibytes = 1100
    environment = {"KERAS_BACKEND": "torch"}
    recognised = ("engine: torch", "gradient: torch.autograd.grad")

    def vjp(self, function: Callable[..., Any], leaves: Sequence[Any], seed: Any) -> Sequence[Any]:
        """PyTorch follows what Keras computes of leaves."""
        inputs = [leaf.detach().requires_grad_() for leaf in leaves]
        root = function(*inputs)
        return list(self.library.autograd.grad(root, inputs, seed, allow_unused=True))
