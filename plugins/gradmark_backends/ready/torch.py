"""PyTorch itself."""

from gradmark.surface import Surface
from gradmark_backends.adapter import Adapter


class Torch(Adapter):
    """PyTorch itself: nothing is renamed, nothing is tried in another place."""

    name = "torch"
    module = "torch"
    requirements = ("torch",)
    profile = "torch"

    symbol = Surface.symbol
    call = Surface.call
    method = Surface.method
    getattr = Surface.getattr
    setattr = Surface.setattr
    host = Surface.host
