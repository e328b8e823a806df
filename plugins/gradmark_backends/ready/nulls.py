"""Backends that do nothing about gradients, whose score is 0: a check of the whole way.

No name of their own stands among the ready adapters; ``module:Class`` asks for one.
"""

from gradmark_backends.adapter import Adapter

_NULLS = "gradmark_reference.nulls."


class AcceptsEverything(Adapter):
    """One object that accepts everything and returns itself."""

    module = f"{_NULLS}accepts_everything"
    profile = "torch"


class ForwardOnly(Adapter):
    """Computes, keeps its flags and has no backward."""

    module = f"{_NULLS}forward_only"
    profile = "torch"
    data = "numpy"


class Nothing(Adapter):
    """A module with nothing in it."""

    module = f"{_NULLS}nothing"
    profile = "torch"


class PlainNumPy(Adapter):
    """NumPy under another name."""

    module = f"{_NULLS}plain_numpy"
    profile = "torch"
    types = ("ndarray",)


class RaisesAtEverything(Adapter):
    """Everything is there, and refuses."""

    module = f"{_NULLS}raises_at_everything"
    profile = "torch"


class RefusesBackward(ForwardOnly):
    """Computes, keeps its flags and refuses every backward."""

    module = f"{_NULLS}refuses_backward"


class ReturnsNone(Adapter):
    """Everything is there, and returns None."""

    module = f"{_NULLS}returns_none"
    profile = "torch"


class SilentBackward(ForwardOnly):
    """Computes, keeps its flags and does nothing on the way back."""

    module = f"{_NULLS}silent_backward"


class ZeroGradients(ForwardOnly):
    """Computes, keeps its flags, refuses what is to be refused and says zero."""

    module = f"{_NULLS}zero_gradients"
