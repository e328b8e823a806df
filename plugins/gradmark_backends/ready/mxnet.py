"""MXNet: NumPy's arrays in a recorded scope."""

from typing import Any

from gradmark_backends.adapter import Adapter

FUNCTIONS = {"np": "exp log tanh sqrt abs sin cos".split(), "npx": ["relu", "sigmoid"]}
"""What arrays have as methods of another kind of array, which raise."""


def _function(place: str, name: str) -> Any:
    """Return a call of a function in the place of a method."""

    def call(library: Any, array: Any) -> Any:
        return getattr(getattr(library, place), name)(array)

    return call


class MxNet(Adapter):
    """MXNet: NumPy-like arrays; all programs run with recording on, gradients start at zeros."""

    name = "mxnet"
    module = "mxnet"
    requirements = ("mxnet==1.9.1", "numpy==1.23.5")
    pythons = ("3.11", "3.10")
    mebibytes = 320
    needs = ("memory",)
    places = ("np", "npx", "np.linalg")
    types = ("ndarray",)
    data = "asnumpy"
    keywords = {"dim": "axis", "keepdim": "keepdims", "gradient": "out_grad"}
    aliases = {
        "no_grad": lambda lib: lib.autograd.pause(),
        ".data": None,
        **{f".{name}": _function(at, name) for at, names in FUNCTIONS.items() for name in names},
        "cat": "concatenate",
        "unsqueeze": "expand_dims",
        "transpose": "swapaxes",
        ".transpose": "swapaxes",
        "permute": "transpose",
        ".permute": "transpose",
        ".t": lambda lib, array: array.T,
        "repeat": "tile",
        ".repeat": None,
        "clamp": "clip",
        ".clamp": None,
    }
    written = {
        "tensor": "np.array",
        "first": "lib.npx.set_np()\nlib.autograd.set_recording(True)",
        "leaf_of": (
            "made = lib.np.array(data)\nif requires_grad:\n    made.attach_grad()\nreturn made"
        ),
        "no_grad()": "autograd.pause()",
        ".t()": "{}.T",
        **{
            f".{name}()": f"lib.{at}.{name}({{}})"
            for at, names in FUNCTIONS.items()
            for name in names
        },
    }
    recognised = (
        "leaf: mxnet.np.array(data) with attach_grad(), inside autograd.record()",
        "gradient: .grad (array, starts at zeros)",
    )

    @classmethod
    def open(cls) -> Adapter:
        """Import MXNet, give its arrays NumPy's meaning, and record from here on."""
        opened = super().open()
        opened.namespace.npx.set_np()
        opened.namespace.autograd.set_recording(True)
        return opened

    def leaf(self, data: Any, requires_grad: bool | None, dtype: Any) -> Any:
        """An array gets a place for its gradient."""
        array = self.namespace.np.array(data, dtype=dtype)
        if requires_grad:
            array.attach_grad()
        return array

    def factory(self, name: str) -> None:
        """Factories have no flag, so leaves are made of numbers."""
        return
